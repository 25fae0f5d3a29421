"""How each type of resource is made by the service's own API, as CloudFormation would make it."""

import json
from dataclasses import dataclass, field

from botocore.validate import ParamValidator


@dataclass
class Created:
    """What `Ref` and `Fn::GetAtt` give."""

    ref: str
    attributes: dict = field(default_factory=dict)


def table(stack, name, properties):
    dynamodb = stack.clients("dynamodb")
    asked = dict(properties)
    ttl = asked.pop("TimeToLiveSpecification", None)
    recovery = asked.pop("PointInTimeRecoverySpecification", None)
    encryption = asked.pop("SSESpecification")
    asked["SSESpecification"] = {"Enabled": encryption.pop("SSEEnabled"), **encryption}
    if "StreamSpecification" in asked:
        asked["StreamSpecification"] = {"StreamEnabled": True, **asked["StreamSpecification"]}
    made = dynamodb.create_table(**asked)["TableDescription"]
    if ttl:
        dynamodb.update_time_to_live(TableName=asked["TableName"], TimeToLiveSpecification=ttl)
    if recovery:
        dynamodb.update_continuous_backups(
            TableName=asked["TableName"], PointInTimeRecoverySpecification=recovery
        )
    attributes = {"Arn": made["TableArn"], "StreamArn": made.get("LatestStreamArn")}
    return Created(asked["TableName"], {name: value for name, value in attributes.items() if value})


def role(stack, name, properties):
    iam = stack.clients("iam")
    role_name = stack.physical(name)
    trust = json.dumps(properties["AssumeRolePolicyDocument"])
    made = iam.create_role(RoleName=role_name, AssumeRolePolicyDocument=trust)["Role"]
    for policy in properties.get("Policies", []):
        document = json.dumps(policy["PolicyDocument"])
        iam.put_role_policy(RoleName=role_name, PolicyName=policy["PolicyName"], PolicyDocument=document)
    for arn in properties["ManagedPolicyArns"]:
        iam.attach_role_policy(RoleName=role_name, PolicyArn=arn)
    return Created(role_name, {"Arn": made["Arn"]})


def function(stack, name, properties):
    functions = stack.clients("lambda")
    asked = dict(properties)
    reserved = asked.pop("ReservedConcurrentExecutions", None)
    asked["Tags"] = {tag["Key"]: tag["Value"] for tag in asked.get("Tags", [])}
    variables = asked["Environment"]["Variables"]
    asked["Environment"] = {"Variables": {name: str(value) for name, value in variables.items()}}
    made = functions.create_function(FunctionName=stack.physical(name), **asked)
    if reserved is not None:
        functions.put_function_concurrency(
            FunctionName=made["FunctionName"], ReservedConcurrentExecutions=int(reserved)
        )
    return Created(made["FunctionName"], {"Arn": made["FunctionArn"]})


def version(stack, _, properties):
    made = stack.clients("lambda").publish_version(**properties)
    return Created(made["FunctionArn"], {"Version": made["Version"]})


def alias(stack, _, properties):
    return Created(stack.clients("lambda").create_alias(**properties)["AliasArn"])


def configuration_records(stack, _, properties):
    return Created(stack.clients("appconfig").create_application(**properties)["Id"])


def configuration_profile(stack, _, properties):
    return Created(stack.clients("appconfig").create_configuration_profile(**properties)["Id"])


def configuration_version(stack, _, properties):
    asked = {**properties, "Content": properties["Content"].encode()}
    made = stack.clients("appconfig").create_hosted_configuration_version(**asked)
    return Created(str(made["VersionNumber"]), {"VersionNumber": str(made["VersionNumber"])})


def deployment_application(stack, name, properties):
    asked = {"applicationName": stack.physical(name), **in_lower_camel_case(properties)}
    stack.clients("codedeploy").create_application(**asked)
    return Created(stack.physical(name))


def deployment_group(stack, name, properties):
    asked = {"deploymentGroupName": stack.physical(name), **in_lower_camel_case(properties)}
    stack.clients("codedeploy").create_deployment_group(**asked)
    return Created(stack.physical(name))


def in_lower_camel_case(value):
    """CodeDeploy's API has the members of its resources, with a small first letter."""
    if isinstance(value, list):
        return [in_lower_camel_case(item) for item in value]
    if isinstance(value, dict):
        return {name[0].lower() + name[1:]: in_lower_camel_case(member) for name, member in value.items()}
    return value


def layer(stack, _, properties):
    content = properties["Content"]
    made = stack.clients("lambda").publish_layer_version(LayerName=properties["LayerName"], Content=content)
    return Created(made["LayerVersionArn"])


def permission(stack, name, properties):
    asked = {**properties, "StatementId": name}
    stack.clients("lambda").add_permission(**asked)
    return Created(name)


def event_source(stack, _, properties):
    made = stack.clients("lambda").create_event_source_mapping(**properties)
    return Created(made["UUID"])


def event_invoke(stack, name, properties):
    asked = {member: value for member, value in properties.items() if value != {}}
    stack.clients("lambda").put_function_event_invoke_config(**asked)
    return Created(name)


def queue(stack, name, properties):
    sqs = stack.clients("sqs")
    spell = {True: "true", False: "false"}
    attributes = {member: spell.get(value, str(value)) for member, value in properties.items()}
    url = sqs.create_queue(QueueName=stack.physical(name), Attributes=attributes)["QueueUrl"]
    return Created(url, {"Arn": stack.arn("sqs", stack.physical(name)), "QueueName": stack.physical(name)})


def rule(stack, name, properties):
    events = stack.clients("events")
    when = {member: properties[member] for member in ("EventPattern", "ScheduleExpression") if member in properties}
    if "EventPattern" in when:
        when["EventPattern"] = json.dumps(when["EventPattern"])
    arn = events.put_rule(Name=stack.physical(name), **when)["RuleArn"]
    failed = events.put_targets(Rule=stack.physical(name), Targets=properties["Targets"])["FailedEntryCount"]
    assert failed == 0, f"{name}: a target was refused"
    return Created(stack.physical(name), {"Arn": arn})


def log_group(stack, _, properties):
    logs = stack.clients("logs")
    logs.create_log_group(logGroupName=properties["LogGroupName"])
    logs.put_retention_policy(
        logGroupName=properties["LogGroupName"], retentionInDays=int(properties["RetentionInDays"])
    )
    return Created(properties["LogGroupName"], {"Arn": stack.arn("logs", f"log-group:{properties['LogGroupName']}:*")})


def metric_filter(stack, name, properties):
    transformations = [
        {"".join([member[0].lower(), member[1:]]): value for member, value in transformation.items()}
        for transformation in properties["MetricTransformations"]
    ]
    stack.clients("logs").put_metric_filter(
        logGroupName=properties["LogGroupName"],
        filterName=stack.physical(name),
        filterPattern=properties["FilterPattern"],
        metricTransformations=transformations,
    )
    return Created(stack.physical(name))


def secret(stack, name, properties):
    secrets = stack.clients("secretsmanager")
    how = properties["GenerateSecretString"]
    value = secrets.get_random_password(
        PasswordLength=how["PasswordLength"], ExcludePunctuation=how["ExcludePunctuation"]
    )
    made = secrets.create_secret(
        Name=stack.physical(name), Description=properties["Description"], SecretString=value["RandomPassword"]
    )
    return Created(made["ARN"])


def key(stack, _, properties):
    kms = stack.clients("kms")
    policy = json.dumps(properties["KeyPolicy"])
    made = kms.create_key(Policy=policy, Description=properties["Description"])["KeyMetadata"]
    if properties["EnableKeyRotation"]:
        kms.enable_key_rotation(KeyId=made["KeyId"])
    return Created(made["KeyId"], {"Arn": made["Arn"]})


def topic(stack, name, properties):
    made = stack.clients("sns").create_topic(Name=stack.physical(name), Attributes=properties)
    return Created(made["TopicArn"])


def subscription(stack, _, properties):
    return Created(stack.clients("sns").subscribe(**properties)["SubscriptionArn"])


def alarm(stack, name, properties):
    stack.clients("cloudwatch").put_metric_alarm(AlarmName=stack.physical(name), **properties)
    return Created(stack.physical(name))


def dashboard(stack, _, properties):
    said = stack.clients("cloudwatch").put_dashboard(**properties)
    assert not said.get("DashboardValidationMessages"), said
    return Created(properties["DashboardName"])


def configuration_set(stack, name, properties):
    asked = {"ConfigurationSetName": stack.physical(name), **properties}
    stack.clients("sesv2").create_configuration_set(**asked)
    return Created(asked["ConfigurationSetName"])


def event_destination(stack, name, properties):
    """The emulator has no such thing in the newer API, and the older one no EventBridge: only the arguments are checked."""
    destination = dict(properties["EventDestination"])
    destination["MatchingEventTypes"] = [kind.upper() for kind in destination["MatchingEventTypes"]]
    asked = {
        "ConfigurationSetName": properties["ConfigurationSetName"],
        "EventDestinationName": stack.physical(name),
        "EventDestination": destination,
    }
    operation = stack.clients("sesv2").meta.service_model.operation_model("CreateConfigurationSetEventDestination")
    report = ParamValidator().validate(asked, operation.input_shape)
    assert not report.has_errors(), report.generate_report()
    return Created(stack.physical(name))


def email_identity(stack, _, properties):
    asked = {member: value for member, value in properties.items() if member != "FeedbackAttributes"}
    stack.clients("sesv2").create_email_identity(**asked)
    dns = {f"DkimDNSToken{part}{number}": f"{part}{number}" for part in ("Name", "Value") for number in (1, 2, 3)}
    return Created(properties["EmailIdentity"], dns)


def user_pool(stack, _, properties):
    asked = dict(properties)
    name = asked.pop("UserPoolName")
    factors = asked.pop("EnabledMfas")
    required = asked.pop("MfaConfiguration")
    cognito = stack.clients("cognito-idp")
    made = cognito.create_user_pool(PoolName=name, **asked)["UserPool"]
    assert factors == ["SOFTWARE_TOKEN_MFA"], factors
    cognito.set_user_pool_mfa_config(
        UserPoolId=made["Id"], SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration=required
    )
    issuer = f"https://cognito-idp.{stack.values['AWS::Region']}.amazonaws.com/{made['Id']}"
    return Created(made["Id"], {"ProviderURL": issuer})


def user_pool_client(stack, name, properties):
    made = stack.clients("cognito-idp").create_user_pool_client(ClientName=stack.physical(name), **properties)
    return Created(made["UserPoolClient"]["ClientId"])


def user_pool_domain(stack, _, properties):
    stack.clients("cognito-idp").create_user_pool_domain(**properties)
    return Created(properties["Domain"])


def user_pool_group(stack, _, properties):
    stack.clients("cognito-idp").create_group(**properties)
    return Created(properties["GroupName"])


def api(stack, _, properties):
    """The emulator imports no API as a new one, but over one that is there."""
    gateway = stack.clients("apigatewayv2")
    body = properties["Body"]
    made = gateway.create_api(Name=body["info"]["title"], ProtocolType="HTTP")
    gateway.reimport_api(ApiId=made["ApiId"], Body=json.dumps(body))
    return Created(made["ApiId"])


def stage(stack, _, properties):
    stack.clients("apigatewayv2").create_stage(**properties)
    return Created(properties["StageName"])


def domain(stack, _, properties):
    stack.clients("apigatewayv2").create_domain_name(**properties)
    target = {"RegionalDomainName": "d-1.execute-api.example", "RegionalHostedZoneId": "Z0000000000001"}
    return Created(properties["DomainName"], target)


def api_mapping(stack, _, properties):
    return Created(stack.clients("apigatewayv2").create_api_mapping(**properties)["ApiMappingId"])


def record(stack, _, properties):
    asked = dict(properties)
    zone = asked.pop("HostedZoneId")
    asked["AliasTarget"] = {"EvaluateTargetHealth": False, **asked["AliasTarget"]}
    changes = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": asked}]}
    stack.clients("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=changes)
    return Created(asked["Name"])


def cache_policy(stack, name, properties):
    """The emulator has none: only the arguments are checked."""
    config = counted(properties["CachePolicyConfig"])
    operation = stack.clients("cloudfront").meta.service_model.operation_model("CreateCachePolicy")
    report = ParamValidator().validate({"CachePolicyConfig": config}, operation.input_shape)
    assert not report.has_errors(), report.generate_report()
    return Created(stack.physical(name))


def distribution(stack, name, properties):
    config = counted({"CallerReference": stack.physical(name), **properties["DistributionConfig"]})
    made = stack.clients("cloudfront").create_distribution(DistributionConfig=config)["Distribution"]
    return Created(made["Id"], {"DomainName": made["DomainName"]})


# Where CloudFormation and CloudFront's API spell a member differently.
SPELT_BY_CLOUDFRONT = {
    "IPV6Enabled": "IsIPV6Enabled",
    "AcmCertificateArn": "ACMCertificateArn",
    "SslSupportMethod": "SSLSupportMethod",
    "OriginSSLProtocols": "OriginSslProtocols",
    "OriginCustomHeaders": "CustomHeaders",
}


def counted(value):
    """CloudFront's API has lists as their items with their number, and some members of its own."""
    if isinstance(value, list):
        return {"Quantity": len(value), "Items": [counted(item) for item in value]}
    if not isinstance(value, dict):
        return value
    members = {SPELT_BY_CLOUDFRONT.get(name, name): counted(member) for name, member in value.items()}
    if "OriginProtocolPolicy" in members:
        members = {"HTTPPort": 80, "HTTPSPort": 443, **members}
    return members


def web_acl(stack, name, properties):
    asked = {"Name": stack.physical(name), **properties}
    made = stack.clients("wafv2").create_web_acl(**asked)["Summary"]
    return Created(f"{made['Name']}|{made['Id']}|{asked['Scope']}", {"Arn": made["ARN"], "Id": made["Id"]})


CREATORS = {
    "AWS::AppConfig::Application": configuration_records,
    "AWS::AppConfig::ConfigurationProfile": configuration_profile,
    "AWS::AppConfig::HostedConfigurationVersion": configuration_version,
    "AWS::ApiGatewayV2::Api": api,
    "AWS::ApiGatewayV2::ApiMapping": api_mapping,
    "AWS::ApiGatewayV2::DomainName": domain,
    "AWS::ApiGatewayV2::Stage": stage,
    "AWS::CloudFront::CachePolicy": cache_policy,
    "AWS::CloudFront::Distribution": distribution,
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::CloudWatch::Dashboard": dashboard,
    "AWS::CodeDeploy::Application": deployment_application,
    "AWS::CodeDeploy::DeploymentGroup": deployment_group,
    "AWS::Cognito::UserPool": user_pool,
    "AWS::Cognito::UserPoolClient": user_pool_client,
    "AWS::Cognito::UserPoolDomain": user_pool_domain,
    "AWS::Cognito::UserPoolGroup": user_pool_group,
    "AWS::DynamoDB::Table": table,
    "AWS::Events::Rule": rule,
    "AWS::IAM::Role": role,
    "AWS::KMS::Key": key,
    "AWS::Lambda::Alias": alias,
    "AWS::Lambda::EventInvokeConfig": event_invoke,
    "AWS::Lambda::EventSourceMapping": event_source,
    "AWS::Lambda::Function": function,
    "AWS::Lambda::LayerVersion": layer,
    "AWS::Lambda::Permission": permission,
    "AWS::Lambda::Version": version,
    "AWS::Logs::LogGroup": log_group,
    "AWS::Logs::MetricFilter": metric_filter,
    "AWS::Route53::RecordSet": record,
    "AWS::SecretsManager::Secret": secret,
    "AWS::SES::ConfigurationSet": configuration_set,
    "AWS::SES::ConfigurationSetEventDestination": event_destination,
    "AWS::SES::EmailIdentity": email_identity,
    "AWS::SNS::Subscription": subscription,
    "AWS::SNS::Topic": topic,
    "AWS::SQS::Queue": queue,
    "AWS::WAFv2::WebACL": web_acl,
}
