"""Whether what was made is what the template says, asked of each service's own API."""

import json
import re

from transform import ROOT, declared

METRICS = {
    "Requests",
    "Refusals",
    "Lockouts",
    "Redemptions",
    "Activations",
    "EmailsRefused",
    "DependencyFailures",
    "RecordsGivenUp",
    "FaceMatches",
    "FaceReviews",
    "FaceNoMatches",
    "ApprovalsAgainstScore",
    "HolderReports",
    "MissingResidents",
    "NoticesGivenUp",
}

# Left empty, functions have their own defaults.
LEFT_TO_FUNCTIONS = {
    "IKD_FACE_MATCH",
    "IKD_FACE_NO_MATCH",
    "IKD_FACE_REGION",
    "IKD_OFFICE_PHONE",
    "IKD_OFFICER_RESOURCE",
}


def of_type(stack, kind):
    """The resources of a type that were made, with their properties as they were declared."""
    return {
        name: resource.get("Properties", {})
        for name, resource in stack.resources.items()
        if resource["Type"] == kind and name in stack.created
    }


def same(what, found, expected):
    if found != expected:
        raise SystemExit(f"{what} is {found}, and the template says {expected}")


def tables(stack):
    dynamodb = stack.clients("dynamodb")
    for name, asked in of_type(stack, "AWS::DynamoDB::Table").items():
        table_name = stack.created[name].ref
        found = dynamodb.describe_table(TableName=table_name)["Table"]
        same(f"{name}: its key", found["KeySchema"], asked["KeySchema"])
        same(f"{name}: its attributes", sorted_by(found, "AttributeDefinitions"), sorted_by(asked, "AttributeDefinitions"))
        members = ["IndexName", "KeySchema", "Projection"]
        indexes = [{member: index[member] for member in members} for index in found.get("GlobalSecondaryIndexes", [])]
        same(f"{name}: its indexes", indexes, asked.get("GlobalSecondaryIndexes", []))
        same(f"{name}: its billing", found["BillingModeSummary"]["BillingMode"], asked["BillingMode"])
        same(
            f"{name}: its stream",
            found.get("StreamSpecification", {}).get("StreamViewType"),
            asked.get("StreamSpecification", {}).get("StreamViewType"),
        )
        ttl = dynamodb.describe_time_to_live(TableName=table_name)["TimeToLiveDescription"]
        same(f"{name}: its TTL", ttl.get("AttributeName"), asked.get("TimeToLiveSpecification", {}).get("AttributeName"))
        backups = dynamodb.describe_continuous_backups(TableName=table_name)["ContinuousBackupsDescription"]
        recovers = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
        kept = stack.resources[name]["DeletionPolicy"] == "Retain"
        # What outlives the stack can be restored and is protected; what is worthless soon is not.
        same(f"{name}: its recovery", recovers, kept)
        same(f"{name}: its protection", found["DeletionProtectionEnabled"], kept)
        if kept:
            refused(lambda table_name=table_name: dynamodb.delete_table(TableName=table_name), f"{name} was deleted")
        encrypted_by_us = found["SSEDescription"]["KMSMasterKeyArn"] == stack.attribute("PersonalDataKey", "Arn")
        same(f"{name}: whether our key encrypts it", encrypted_by_us, "KMSMasterKeyId" in asked["SSESpecification"])


def sorted_by(table, member):
    return sorted(table[member], key=lambda attribute: attribute["AttributeName"])


def refused(action, otherwise):
    try:
        action()
    except Exception as error:
        if "DeletionProtectionEnabled" in str(error):
            return
        raise
    raise SystemExit(otherwise)


def streams_and_queues(stack):
    sqs, functions = stack.clients("sqs"), stack.clients("lambda")
    queues = {stack.created[name].attributes["Arn"] for name in of_type(stack, "AWS::SQS::Queue")}
    for name in of_type(stack, "AWS::SQS::Queue"):
        found = sqs.get_queue_attributes(QueueUrl=stack.created[name].ref, AttributeNames=["All"])["Attributes"]
        same(f"{name}: its encryption", found.get("SqsManagedSseEnabled"), "true")
        same(f"{name}: its memory in seconds", found["MessageRetentionPeriod"], "1209600")
    streams = {
        stack.created[name].attributes["StreamArn"]
        for name, table in of_type(stack, "AWS::DynamoDB::Table").items()
        if "StreamSpecification" in table
    }
    read = set()
    for name in of_type(stack, "AWS::Lambda::EventSourceMapping"):
        found = functions.get_event_source_mapping(UUID=stack.created[name].ref)
        read.add(found["EventSourceArn"])
        destination = found["DestinationConfig"]["OnFailure"]["Destination"]
        assert destination in queues, f"{name}: given up records go to {destination}, which is no queue of the stack"
        same(f"{name}: what it reports", found["FunctionResponseTypes"], ["ReportBatchItemFailures"])
    same("what is read of streams", read, streams)


def functions(stack):
    client = stack.clients("lambda")
    for name in of_type(stack, "AWS::Lambda::Function"):
        found = client.get_function(FunctionName=stack.created[name].ref)["Configuration"]
        variables = found["Environment"]["Variables"]
        size = sum(len(variable) + len(value) for variable, value in variables.items())
        assert size <= 4096, f"{name}: its variables have {size} bytes, and Lambda takes 4096"
        unresolved = [
            variable
            for variable, value in variables.items()
            if "{{" in value or (value == "" and variable not in LEFT_TO_FUNCTIONS)
        ]
        assert not unresolved, f"{name}: {unresolved} have no value"
        same(f"{name}: its traces", found["TracingConfig"]["Mode"], "Active")


def routes(stack):
    gateway = stack.clients("apigatewayv2")
    (api,) = of_type(stack, "AWS::ApiGatewayV2::Api")
    body = stack.resolve(stack.resources[api]["Properties"]["Body"])
    operations = {
        f"{method.upper()} {path}": operation
        for path, methods in body["paths"].items()
        for method, operation in methods.items()
    }
    found = {route["RouteKey"] for route in gateway.get_routes(ApiId=stack.created[api].ref)["Items"]}
    same("the API's routes", found, set(operations))
    # The emulator forgets authorizers, so that these are read where API Gateway would read them.
    guarded = {key for key, operation in operations.items() if operation.get("security") == [{"Officers": []}]}
    same("the routes that officers have to themselves", guarded, officers_routes())
    allowed = set(body.get("x-amazon-apigateway-cors", {}).get("allowOrigins", []))
    same("the foreign origins", allowed, set(filter(None, stack.values["AllowedOrigins"].split(","))))
    (stage,) = of_type(stack, "AWS::ApiGatewayV2::Stage").values()
    unknown = set(stage["RouteSettings"]) - found
    assert not unknown, f"these routes are throttled and do not exist: {unknown}"


def officers_routes():
    functions = (resource["Properties"] for resource in declared()["Resources"].values())
    events = (event["Properties"] for function in functions for event in function.get("Events", {}).values())
    return {f"{event['Method']} {event['Path']}" for event in events if "Auth" in event}


def alarms(stack):
    expected = of_type(stack, "AWS::CloudWatch::Alarm")
    pages = stack.clients("cloudwatch").get_paginator("describe_alarms").paginate()
    found = {alarm["AlarmName"]: alarm for page in pages for alarm in page["MetricAlarms"]}
    same("the alarms", set(found), {stack.created[name].ref for name in expected})
    known = known_dimensions(stack)
    topic = stack.created["Alarms"].ref
    filters = stack.clients("logs").describe_metric_filters()["metricFilters"]
    filtered = {
        (transformation["metricNamespace"], transformation["metricName"])
        for filtering in filters
        for transformation in filtering["metricTransformations"]
    }
    for name, alarm in found.items():
        # Those that stop a rollout do nothing else.
        receivers = [] if name.endswith("FailuresAlarm") else [topic]
        same(f"{name}: who hears of it", alarm["AlarmActions"], receivers)
        metrics = [query["MetricStat"]["Metric"] for query in alarm.get("Metrics", []) if "MetricStat" in query]
        assert len(metrics) <= 10, f"{name} has {len(metrics)} metrics, and CloudWatch takes 10"
        for expression in (query.get("Expression", "") for query in alarm.get("Metrics", [])):
            asked = re.match(r"SELECT \w+\((\w+)\) FROM SCHEMA\(IdentitasDigital, ", expression)
            assert asked is None or asked[1] in METRICS, f"{name}: no function has {asked[1]}"
        for metric in metrics if "Metrics" in alarm else [alarm]:
            for dimension in metric["Dimensions"]:
                values = known.get(dimension["Name"])
                assert values is None or dimension["Value"] in values, f"{name}: there is no {dimension}"
            if metric["Namespace"] == "IdentitasDigital":
                assert metric["MetricName"] in METRICS, f"{name}: no function has {metric['MetricName']}"
            if metric["Namespace"].startswith("IdentitasDigital/"):
                watched = (metric["Namespace"], metric["MetricName"])
                assert watched in filtered, f"{name}: no filter of a log has {watched}"


def known_dimensions(stack):
    """The values that dimensions can have, by what there is in the stack."""
    refs = lambda kind: {stack.created[name].ref for name in of_type(stack, kind)}
    packages = {folder.name for folder in (ROOT / "functions").iterdir()}
    return {
        "ApiId": refs("AWS::ApiGatewayV2::Api"),
        "FunctionName": refs("AWS::Lambda::Function"),
        "TableName": refs("AWS::DynamoDB::Table"),
        "QueueName": {stack.created[name].attributes["QueueName"] for name in of_type(stack, "AWS::SQS::Queue")},
        "Function": packages,
        "Stage": {stack.values["Stage"]},
    }


def dashboard(stack):
    (name,) = of_type(stack, "AWS::CloudWatch::Dashboard")
    body = stack.clients("cloudwatch").get_dashboard(DashboardName=stack.created[name].ref)["DashboardBody"]
    assert json.loads(body)["widgets"], "the dashboard shows nothing"


def everything(stack):
    for check in (tables, streams_and_queues, functions, routes, alarms, dashboard):
        check(stack)
