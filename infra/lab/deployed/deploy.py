"""Deploys infra/template.yaml to an emulator of AWS that runs the functions (ministack), changes the stack and deletes it.

Called as `deploy.py COMMAND`, with the command's arguments as JSON on the standard input; its result is JSON on the
standard output. What it does is said on the standard error.
"""

import collections
import functools
import json
import logging
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "aws_emulator"))

import boto3
from botocore.config import Config

import adapt
import gaps
from transform import REGION, declared, transformed

BUCKET = "packages"
LAYER = "face-weights"
CHANGE_SET = "all-rights"

# The translator warns that it has nowhere to send its metrics.
logging.getLogger("samtranslator").setLevel(logging.ERROR)


class Aws:
    """The emulator, by its address."""

    def __init__(self, endpoint):
        self.endpoint = endpoint

    @functools.cache
    def __call__(self, service):
        """The client of a service, with the key of the account's owner."""
        return self.as_user({"AccessKeyId": "local", "SecretAccessKey": "local"}, service)

    def as_user(self, key, service):
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.endpoint,
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )


def create(aws, asked):
    """Deploys into an account that has only the signing secret and the mail identity, and gives what others need to know."""
    secret = aws("secretsmanager").create_secret(Name="signing", SecretString=asked["signing_secret"])
    asked["parameters"]["SigningSecretArn"] = secret["ARN"]
    aws("sesv2").create_email_identity(EmailIdentity=asked["parameters"]["EmailIdentity"])
    upload_packages(aws, Path(asked["packages"]))
    cloudformation, name = aws("cloudformation"), asked["stack"]
    cloudformation.create_stack(StackName=name, **stack_arguments(aws, asked))
    wait(aws, name, "CREATE_COMPLETE")
    set_ttl(aws, name)
    resources = described(aws, name)
    return {
        "resources": len(resources),
        "api": physical(resources, "Api"),
        "mail_rule": mail_rule(aws, physical(resources, "TrackEmailRule")),
    }


def mail_rule(aws, name):
    """What the rule of SES's events matches, and the function that it calls."""
    events = aws("events")
    (target,) = events.list_targets_by_rule(Rule=name)["Targets"]
    pattern = json.loads(events.describe_rule(Name=name)["EventPattern"])
    return {"pattern": pattern, "function": target["Arn"].partition(":function:")[2]}


def change(aws, asked):
    """Brings the template to the stack by a change set, and gives the resources that it changed."""
    cloudformation, name = aws("cloudformation"), asked["stack"]
    asked["parameters"]["SigningSecretArn"] = aws("secretsmanager").describe_secret(SecretId="signing")["ARN"]
    cloudformation.create_change_set(
        StackName=name, ChangeSetName=CHANGE_SET, ChangeSetType="UPDATE", **stack_arguments(aws, asked)
    )
    for _ in range(100):
        found = cloudformation.describe_change_set(StackName=name, ChangeSetName=CHANGE_SET)
        if found["Status"] not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
            break
        time.sleep(0.1)
    if found["Status"] != "CREATE_COMPLETE":
        raise SystemExit(f"The change set is {found['Status']}: {found.get('StatusReason')}")
    cloudformation.execute_change_set(StackName=name, ChangeSetName=CHANGE_SET)
    wait(aws, name, "UPDATE_COMPLETE")
    changes = [change["ResourceChange"] for change in found["Changes"]]
    return {"changes": [f"{change['Action']} {change['LogicalResourceId']}" for change in changes]}


def delete(aws, asked):
    """Deletes the stack, and compares what is left with what the template retains."""
    cloudformation, name = aws("cloudformation"), asked["stack"]
    resources = described(aws, name)
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName=name)
    wait(aws, stack, "DELETE_COMPLETE")
    template = declared()["Resources"]
    policy = lambda resource: template.get(resource["LogicalResourceId"], {}).get("DeletionPolicy")
    retained = [resource for resource in resources if policy(resource) == "Retain"]
    lost = [resource["LogicalResourceId"] for resource in retained if not exists(aws, resource)]
    gone = [resource for resource in resources if resource not in retained and resource["ResourceType"] in LOOK_UP]
    left = [resource["LogicalResourceId"] for resource in gone if exists(aws, resource)]
    if lost or left:
        raise SystemExit(f"The template retains {lost}, which are gone, and not {left}, which are left.")
    return {"retained": len(retained), "deleted": len(resources) - len(retained)}


def logs(aws, asked):
    """Every line that a function has logged by itself, without Lambda's own and without metrics."""
    client, lines = aws("logs"), []
    for group in client.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{asked['stack']}/")["logGroups"]:
        events = client.filter_log_events(logGroupName=group["logGroupName"], limit=10_000)["events"]
        function = group["logGroupName"].rpartition("/")[2]
        own = [event for event in events if '"level"' in event["message"]]
        lines += [(event["timestamp"], f"{function}: {event['message'].rstrip()}") for event in own]
    return {"lines": [line for _, line in sorted(lines)]}


def census(aws, asked):
    """What the tables hold, counted, once the orders to erase are carried out. Half-done things are an error."""
    stack = asked["stack"]
    for _ in range(100):
        if not items(aws, f"{stack}-erasures"):
            break
        time.sleep(0.2)
    else:
        raise SystemExit("An order to erase is not carried out within twenty seconds.")
    found = [(table, item) for table in COUNTED for item in items(aws, f"{stack}-{table}")]
    pending = {item["pk"]["S"].partition("#")[2] for _, item in found if state(item) == "pending"}
    selfies = {item["id"]["S"] for item in items(aws, f"{stack}-selfies")}
    if selfies != pending:
        raise SystemExit(f"There are selfies of {selfies}, and the undecided registrations are {pending}.")
    given_up = aws("sqs").get_queue_attributes(QueueUrl=queue(aws, stack), AttributeNames=["ApproximateNumberOfMessages"])
    if given_up["Attributes"]["ApproximateNumberOfMessages"] != "0":
        raise SystemExit("There are dead letters.")
    # The record of a holder outlives the digital identity, so that a second demo adds none.
    counted = [(table, item) for table, item in found if kind(item) != "holder"]
    return collections.Counter(f"{table}: {kind(item)} {state(item)}".rstrip() for table, item in counted)


# Whose items are the same in number after every demo. The others count what was asked for, repetitions included.
COUNTED = ["identities", "receipts"]


def items(aws, table):
    pages = aws("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


def kind(item):
    """The part of the key that says what an item is, as `device`."""
    return next(item[name]["S"] for name in ("pk", "position") if name in item).partition("#")[0]


def state(item):
    return item.get("status", {}).get("S", "")


def queue(aws, stack):
    return physical(described(aws, stack), "DeadLetters")


def check_gaps(aws, _):
    """Tries what the emulator is known to leave out."""
    return {"gaps": gaps.confirmed(aws)}


COMMANDS = {"create": create, "change": change, "delete": delete, "logs": logs, "census": census, "gaps": check_gaps}


def stack_arguments(aws, asked):
    """The adapted template, uploaded as `sam deploy` does, and its parameters."""
    template = declared()
    binaries = adapt.functions_of(template)
    by_resource = {id(template["Resources"][name]): binary for name, binary in binaries.items()}
    where = lambda resource: {"Bucket": BUCKET, "Key": f"{by_resource.get(id(resource), LAYER)}.zip"}
    plain, _ = transformed(asked["parameters"], template, where)
    adapt.adapted(plain, asked["face_weights"])
    if asked.get("without"):
        adapt.without_right(plain, **asked["without"])
    body = json.dumps(plain)
    aws("s3").put_object(Bucket=BUCKET, Key="template.json", Body=body)
    return {
        "TemplateURL": f"{aws.endpoint}/{BUCKET}/template.json",
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": value} for name, value in asked["parameters"].items()
        ],
    }


def upload_packages(aws, folder):
    s3 = aws("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    for name in [*adapt.functions_of(declared()).values(), LAYER]:
        s3.upload_file(str(folder / f"{name}.zip"), BUCKET, f"{name}.zip")


def wait(aws, stack, expected):
    """Waits for a stack's state. Another final one is the error, with the resources that failed."""
    cloudformation = aws("cloudformation")
    for _ in range(1200):
        found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
        if found["StackStatus"] == expected:
            return
        if not found["StackStatus"].endswith("_IN_PROGRESS"):
            events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
            failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
            reasons = [f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}" for event in failed]
            raise SystemExit("\n".join([f"The stack is {found['StackStatus']}", *reasons]))
        time.sleep(0.1)
    raise SystemExit(f"The stack is not {expected} within two minutes.")


def set_ttl(aws, stack):
    """CloudFormation of this emulator forgets the TTL of tables."""
    for table in declared()["Resources"].values():
        if "TimeToLiveSpecification" in table.get("Properties", {}):
            name = f"{stack}-{str(table['Properties']['TableName']).rpartition('-')[2].strip(chr(39) + '}')}"
            aws("dynamodb").update_time_to_live(
                TableName=name, TimeToLiveSpecification=table["Properties"]["TimeToLiveSpecification"]
            )


def described(aws, stack):
    pages = aws("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    return [resource for page in pages for resource in page["StackResourceSummaries"]]


def physical(resources, name):
    (found,) = [resource for resource in resources if resource["LogicalResourceId"] == name]
    return found["PhysicalResourceId"]


# How to see whether a resource is there.
LOOK_UP = {
    "AWS::DynamoDB::Table": lambda aws, name: aws("dynamodb").describe_table(TableName=name),
    "AWS::KMS::Key": lambda aws, name: aws("kms").describe_key(KeyId=name),
    "AWS::Lambda::Function": lambda aws, name: aws("lambda").get_function(FunctionName=name),
    "AWS::IAM::Role": lambda aws, name: aws("iam").get_role(RoleName=name),
    "AWS::SecretsManager::Secret": lambda aws, name: aws("secretsmanager").get_secret_value(SecretId=name),
    "AWS::SQS::Queue": lambda aws, name: aws("sqs").get_queue_attributes(QueueUrl=name),
    "AWS::ApiGatewayV2::Api": lambda aws, name: aws("apigatewayv2").get_api(ApiId=name),
}


def exists(aws, resource):
    try:
        LOOK_UP[resource["ResourceType"]](aws, resource["PhysicalResourceId"])
    except Exception as error:
        if "NotFound" in type(error).__name__ or "NoSuchEntity" in str(error) or "NonExistentQueue" in str(error):
            return False
        raise
    return True


def main():
    command, asked = sys.argv[1], json.load(sys.stdin)
    print(json.dumps(COMMANDS[command](Aws(asked["endpoint"]), asked)))


if __name__ == "__main__":
    main()
