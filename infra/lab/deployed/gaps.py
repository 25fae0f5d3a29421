"""What the emulator (ministack 1.5.33) leaves out or does in another way than AWS, each with a probe.

A probe makes the thing in a stack of its own and looks whether it is still left out. Where it no longer is, the run fails:
then the entry goes, and so does what makes up for it (adapt.py, infra/local/src/deployed).
"""

import io
import json
import time
import urllib.error
import urllib.request
import zipfile

STACK = "probes"

# A function that answers, reports or fails, as its environment says. Its log has a line for each invocation.
BOOTSTRAP = '''#!/usr/bin/env python3
import json, os, urllib.request
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime"
while True:
    with urllib.request.urlopen(f"{api}/invocation/next") as got:
        request, event = got.headers["Lambda-Runtime-Aws-Request-Id"], json.load(got)
    records = event.get("Records", [])
    print("records", os.environ["PROBE"], len(records), flush=True)
    answer, kind = {"statusCode": 200, "body": str(os.path.exists("/opt/probe.txt"))}, "response"
    if os.environ["PROBE"] == "reports":
        answer = {"batchItemFailures": [{"itemIdentifier": records[0]["dynamodb"]["SequenceNumber"]}]}
    elif os.environ["PROBE"] == "fails":
        answer, kind = {"errorMessage": "as the probe asks", "errorType": "Probe"}, "error"
    body = json.dumps(answer).encode()
    urllib.request.urlopen(urllib.request.Request(f"{api}/invocation/{request}/{kind}", data=body))
'''


def confirmed(aws):
    """The gaps, all of them still there. A closed one is an error."""
    probes = Probes(aws)
    closed = [name for name, probe in GAPS.items() if not probe(probes)]
    if closed:
        listed = "".join(f"\n- {name}" for name in closed)
        raise SystemExit(
            f"The emulator no longer has these gaps. Take them from gaps.py, and take out what makes up for them:{listed}"
        )
    return list(GAPS)


class Probes:
    """The stack of the probes, and what was seen of it."""

    def __init__(self, aws):
        self.aws = aws
        upload(aws)
        reason = self.create(STACK, template())
        if reason:
            raise SystemExit(f"The stack of the probes is not made: {reason}")
        self.refs = {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for resource in aws("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
        }
        self.write_records()

    def create(self, name, body):
        """Makes a stack, and gives the reason why CloudFormation does not, if so."""
        cloudformation = self.aws("cloudformation")
        cloudformation.create_stack(
            StackName=name, TemplateBody=json.dumps(body), Capabilities=["CAPABILITY_IAM"], DisableRollback=True
        )
        for _ in range(200):
            found = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
            if found["StackStatus"] == "CREATE_COMPLETE":
                return ""
            if not found["StackStatus"].endswith("_IN_PROGRESS"):
                return found.get("StackStatusReason") or found["StackStatus"]
            time.sleep(0.05)
        raise SystemExit(f"The stack {name} is not made within ten seconds.")

    def write_records(self):
        """Two records for each stream before anybody reads it, and long enough for an attempt and its repetition."""
        for table in ("Reported", "Failed"):
            request = {self.refs[table]: [{"PutRequest": {"Item": {"id": {"S": name}}}} for name in "ab"]}
            self.aws("dynamodb").batch_write_item(RequestItems=request)
            self.aws("lambda").update_event_source_mapping(UUID=self.refs[f"{table}Mapping"], Enabled=True)
        for _ in range(100):
            if len(self.batches("reports")) >= 1 and len(self.batches("fails")) >= 2:
                break
            time.sleep(0.1)

    def batches(self, probe):
        """How many records each invocation for a stream had."""
        group = f"/aws/lambda/{self.refs['Reports' if probe == 'reports' else 'Fails']}"
        try:
            events = self.aws("logs").filter_log_events(logGroupName=group)["events"]
        except self.aws("logs").exceptions.ResourceNotFoundException:
            return []
        lines = [event["message"].split() for event in events if event["message"].startswith("records")]
        return [int(line[2]) for line in lines]

    def table(self):
        return self.aws("dynamodb").describe_table(TableName=self.refs["Reported"])["Table"]

    def get(self, path, host=None, body=None):
        """Status and body of a request past the SDK."""
        request = urllib.request.Request(f"{self.aws.endpoint}{path}", data=body, headers={"Host": host} if host else {})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def of_api(self, api):
        return self.get(f"/_aws/execute-api/{self.refs[api]}/$default/probe")

    def sends(self, **statement):
        """Whether somebody with this right may send a mail."""
        iam, name = self.aws("iam"), "-".join(["sender", *sorted(statement)])
        iam.create_user(UserName=name)
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["ses:SendEmail"], **statement}]}
        iam.put_user_policy(UserName=name, PolicyName="send", PolicyDocument=json.dumps(document))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        try:
            self.aws.as_user(key, "sesv2").send_email(**MAIL)
        except Exception as error:
            if "AccessDenied" in str(error):
                return False
            raise
        return True

    def is_refused(self, name, kind, properties, reason, outputs=None):
        """Whether CloudFormation refuses a resource, or an output, for that reason. Another one is an error."""
        resource = {"Type": kind, "Properties": properties}
        found = self.create(name, {"Resources": {"Probe": resource}, "Outputs": outputs or {}})
        if found and reason not in found:
            raise SystemExit(f"The stack {name} is not made for another reason than that of the gap: {found}")
        return found != ""

    def lacks(self, name, kind, properties, attribute):
        """Whether CloudFormation does not know an attribute of a resource."""
        outputs = {"Value": {"Value": {"Fn::GetAtt": ["Probe", attribute]}}}
        return self.is_refused(name, kind, properties, f"attribute {attribute} does not exist", outputs)


IDENTITY = "arn:aws:ses:ap-southeast-3:000000000000:identity/probe.example"
MAIL = {
    "FromEmailAddress": "a@probe.example",
    "Destination": {"ToAddresses": ["b@probe.example"]},
    "Content": {"Simple": {"Subject": {"Data": "probe"}, "Body": {"Text": {"Data": "probe"}}}},
}


def no_events_of_mails(probes):
    """SES accepts a mail of a configuration set whose events go to EventBridge, and a rule's queue gets none."""
    probes.aws("sesv2").send_email(ConfigurationSetName=probes.refs["MailSet"], **MAIL)
    received = probes.aws("sqs").receive_message(QueueUrl=probes.refs["MailQueue"], WaitTimeSeconds=1)
    return not received.get("Messages")


def metric_math(probes):
    query = {"Id": "m", "Expression": "SUM(METRICS())"}
    stat = {"Metric": {"Namespace": "n", "MetricName": "m"}, "Period": 60, "Stat": "Sum"}
    properties = {
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0,
        "EvaluationPeriods": 1,
        "Metrics": [query, {"Id": "n", "ReturnData": False, "MetricStat": stat}],
    }
    return probes.is_refused("probe-metric-math", "AWS::CloudWatch::Alarm", properties, "metric math")


def throttling(probes):
    return all(probes.of_api("Routed")[0] == 200 for _ in range(5))


def token_is_taken(probes):
    """The answer at the API's own host is Cognito's, not that the probe's API has no such route."""
    status, body = probes.get("/oauth2/token", host=f"{probes.refs['Routed']}.execute-api.localhost", body=b"grant_type=x")
    return body != '{"message":"Not Found"}'


# Every gap by a sentence, and the probe that is true while it is there.
GAPS = {
    "CloudFormation makes no routes of an HTTP API's body": lambda probes: (
        probes.aws("apigatewayv2").get_routes(ApiId=probes.refs["WithBody"])["Items"] == []
    ),
    "CloudFormation leaves a table's TTL off": lambda probes: (
        probes.aws("dynamodb").describe_time_to_live(TableName=probes.refs["Reported"])["TimeToLiveDescription"][
            "TimeToLiveStatus"
        ]
        == "DISABLED"
    ),
    "CloudFormation leaves a table's point-in-time recovery off": lambda probes: (
        probes.aws("dynamodb").describe_continuous_backups(TableName=probes.refs["Reported"])[
            "ContinuousBackupsDescription"
        ]["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
        == "DISABLED"
    ),
    "CloudFormation leaves a table's encryption by a key of ours off": lambda probes: (
        not probes.table().get("SSEDescription")
    ),
    "CloudFormation makes no alarm over several metrics": metric_math,
    "CloudFormation does not know a user pool's ProviderURL": lambda probes: (
        probes.lacks("probe-pool", "AWS::Cognito::UserPool", {"UserPoolName": "probe"}, "ProviderURL")
    ),
    "CloudFormation does not know a mail identity's DKIM records": lambda probes: (
        probes.lacks("probe-dkim", "AWS::SES::EmailIdentity", {"EmailIdentity": "dkim.example"}, "DkimDNSTokenName1")
    ),
    "A layer is not at /opt": lambda probes: probes.of_api("Routed")[1] == "False",
    "SES publishes no events": no_events_of_mails,
    "IAM asks for ses:SendEmail on every resource": lambda probes: not probes.sends(Resource=IDENTITY),
    "IAM does not know ses:FromAddress": lambda probes: (
        not probes.sends(Resource="*", Condition={"StringEquals": {"ses:FromAddress": MAIL["FromEmailAddress"]}})
    ),
    "The path /oauth2/token is Cognito's at every host": token_is_taken,
    "An HTTP API throttles nothing": throttling,
    "An HTTP API calls a function without being permitted to": lambda probes: probes.of_api("Routed")[0] == 200,
    "A stream is read without the role's rights to read it": lambda probes: probes.batches("reports") != [],
    "What a function reports as not done is not repeated": lambda probes: probes.batches("reports") == [2],
    "A batch that fails is not halved": lambda probes: set(probes.batches("fails")) == {2},
    "A batch is repeated in spite of MaximumRetryAttempts": lambda probes: len(probes.batches("fails")) > 1,
}


def upload(aws):
    """The probes' function and its layer."""
    s3 = aws("s3")
    for name, file, text in [("probe.zip", "bootstrap", BOOTSTRAP), ("probe-layer.zip", "probe.txt", "probe")]:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr(file, text)
        s3.put_object(Bucket="packages", Key=name, Body=content.getvalue())


def template():
    """Everything that can be made at once."""
    resources = {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
                    ],
                }
            },
        },
        "Layer": {
            "Type": "AWS::Lambda::LayerVersion",
            "Properties": {"Content": {"S3Bucket": "packages", "S3Key": "probe-layer.zip"}},
        },
        "GivenUp": {"Type": "AWS::SQS::Queue"},
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Version": "2012-10-17", "Statement": []}}},
        "MailQueue": {"Type": "AWS::SQS::Queue"},
        "MailIdentity": {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": "probe.example"}},
        "MailSet": {"Type": "AWS::SES::ConfigurationSet"},
        "MailEvents": {
            "Type": "AWS::SES::ConfigurationSetEventDestination",
            "Properties": {
                "ConfigurationSetName": {"Ref": "MailSet"},
                "EventDestination": {
                    "Enabled": True,
                    "MatchingEventTypes": ["send", "delivery"],
                    "EventBridgeDestination": {
                        "EventBusArn": {"Fn::Sub": "arn:aws:events:${AWS::Region}:${AWS::AccountId}:event-bus/default"}
                    },
                },
            },
        },
        "MailRule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "EventPattern": {"source": ["aws.ses"]},
                "Targets": [{"Id": "queue", "Arn": {"Fn::GetAtt": ["MailQueue", "Arn"]}}],
            },
        },
        "WithBody": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": body()}},
        "Routed": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "routed", "ProtocolType": "HTTP"}},
        "RoutedStage": {
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": {
                "ApiId": {"Ref": "Routed"},
                "StageName": "$default",
                "AutoDeploy": True,
                "DefaultRouteSettings": {"ThrottlingRateLimit": 1, "ThrottlingBurstLimit": 1},
            },
        },
        "RoutedIntegration": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                "ApiId": {"Ref": "Routed"},
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": {"Fn::GetAtt": ["Answers", "Arn"]},
                "PayloadFormatVersion": "2.0",
            },
        },
        "RoutedRoute": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {
                "ApiId": {"Ref": "Routed"},
                "RouteKey": "GET /probe",
                "Target": {"Fn::Sub": "integrations/${RoutedIntegration}"},
            },
        },
    }
    for name in ("Answers", "Reports", "Fails"):
        resources[name] = function(name.lower())
    for table, name in (("Reported", "Reports"), ("Failed", "Fails")):
        resources[table] = streaming_table()
        resources[f"{table}Mapping"] = mapping(table, name, attempts=0 if table == "Failed" else -1)
    return {"Resources": resources}


def function(probe):
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "provided.al2023",
            "Handler": "bootstrap",
            "Code": {"S3Bucket": "packages", "S3Key": "probe.zip"},
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Layers": [{"Ref": "Layer"}],
            "Environment": {"Variables": {"PROBE": probe}},
        },
    }


def streaming_table():
    return {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
            "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": {"Fn::GetAtt": ["Key", "Arn"]}},
        },
    }


def mapping(table, function_name, attempts):
    return {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "FunctionName": {"Ref": function_name},
            "EventSourceArn": {"Fn::GetAtt": [table, "StreamArn"]},
            "StartingPosition": "TRIM_HORIZON",
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "BisectBatchOnFunctionError": True,
            "MaximumRetryAttempts": attempts,
            "Enabled": False,
            "DestinationConfig": {"OnFailure": {"Destination": {"Fn::GetAtt": ["GivenUp", "Arn"]}}},
        },
    }


def body():
    uri = {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Answers.Arn}/invocations"}
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri, "payloadFormatVersion": "2.0"}
    operation = {"x-amazon-apigateway-integration": integration, "responses": {}}
    return {"openapi": "3.0.1", "info": {"title": "probe", "version": "1.0"}, "paths": {"/probe": {"get": operation}}}
