"""Every role's policies as IAM has them: parsed, linted, and asked what they let a function do."""

import json
import re

import parliament
from moto.iam.access_control import IAMPolicy, PermissionResult

from transform import ROOT

# What a function could ask of DynamoDB, and what it could ask of others.
READS = ["GetItem", "BatchGetItem", "Query", "ConditionCheckItem"]
WRITES = ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"]
NEVER = ["Scan", "DeleteTable", "UpdateTable", "CreateBackup", "ExportTableToPointInTime", "PartiQLSelect"]
STREAM = ["DescribeStream", "GetRecords", "GetShardIterator"]
# IAM knows no resource for it. Lambda and SAM ask for it on the stream all the same, together with the others.
WITHOUT_RESOURCE = "dynamodb:ListStreams"
# Who moves the aliases of functions, where a rollout is gradual.
ROLLOUT_ROLE = "CodeDeployServiceRole"
ROLLOUT_POLICY = "arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda"
WITHOUT_ANY_RESOURCE = ["rekognition:CompareFaces", "rekognition:DetectFaces"]


class Role:
    """What one function's role may do."""

    def __init__(self, stack, name):
        iam = stack.clients("iam")
        self.name = name
        role_name = stack.created[name].ref
        names = iam.list_role_policies(RoleName=role_name)["PolicyNames"]
        self.documents = [
            iam.get_role_policy(RoleName=role_name, PolicyName=policy)["PolicyDocument"] for policy in names
        ]
        self.policies = [IAMPolicy(json.dumps(document)) for document in self.documents]

    def may(self, action, resource, **conditions):
        answers = [
            policy.is_action_permitted(action, resource, incoming_condition_values=conditions)
            for policy in self.policies
        ]
        return PermissionResult.PERMITTED in answers

    def statements(self):
        return [statement for document in self.documents for statement in document["Statement"]]

    def actions(self):
        return {action.removeprefix("dynamodb:") for statement in self.statements() for action in statement["Action"]}


def lint(role):
    """Parliament knows every action, and which resources and conditions it goes with."""
    for document in role.documents:
        # A stream is named after its time, whose colons Parliament takes for the ARN's.
        text = re.sub(r'/stream/[^"]+', "/stream/label", json.dumps(document))
        for finding in parliament.analyze_policy_string(text).findings:
            mismatched = finding.detail if finding.issue == "RESOURCE_MISMATCH" else []
            if [part["action"] for part in mismatched] != [WITHOUT_RESOURCE]:
                raise SystemExit(f"{role.name}: {finding}")
    for statement in role.statements():
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        if all(action in WITHOUT_ANY_RESOURCE for action in statement["Action"]):
            resources = []
        wild = [text for text in [*statement["Action"], *resources] if "*" in text]
        assert not wild, f"{role.name}: {wild} is wider than one thing"


def simulate(stack, role):
    """Every statement lets its calls through, and nothing else comes through."""
    granted = {
        (action, resource)
        for statement in role.statements()
        for action in statement["Action"]
        for resource in (statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]])
    }
    for action, resource in everything_in(stack):
        allowed = role.may(action, resource, **{"ses:FromAddress": stack.values["EmailSender"]})
        assert allowed == ((action, resource) in granted), f"{role.name}: {action} on {resource}: {allowed}"
    for action, resource in granted:
        if action.startswith("ses:"):
            assert not role.may(action, resource, **{"ses:FromAddress": "mallory@example.com"}), role.name


def everything_in(stack):
    """What there is to ask for in the stack."""
    for name, resource in stack.resources.items():
        if name not in stack.created:
            continue
        made = stack.created[name]
        if resource["Type"] == "AWS::DynamoDB::Table":
            arn = made.attributes["Arn"]
            indexes = resource["Properties"].get("GlobalSecondaryIndexes", [])
            for target in [arn, *(f"{arn}/index/{index['IndexName']}" for index in indexes)]:
                yield from ((f"dynamodb:{action}", target) for action in READS + WRITES + NEVER)
            if "StreamArn" in made.attributes:
                yield from ((f"dynamodb:{action}", made.attributes["StreamArn"]) for action in STREAM)
        elif resource["Type"] == "AWS::SQS::Queue":
            arn = made.attributes["Arn"]
            yield from ((f"sqs:{action}", arn) for action in ["SendMessage", "ReceiveMessage", "DeleteMessage"])
        elif resource["Type"] == "AWS::SecretsManager::Secret":
            yield from ((f"secretsmanager:{action}", made.ref) for action in ["GetSecretValue", "PutSecretValue"])
        elif resource["Type"] == "AWS::KMS::Key":
            yield from ((f"kms:{action}", made.attributes["Arn"]) for action in ["Decrypt", "ScheduleKeyDeletion"])
        elif resource["Type"] == "AWS::Lambda::Function":
            yield "lambda:InvokeFunction", made.attributes["Arn"]
        elif resource["Type"] == "AWS::Lambda::Alias":
            yield from ((f"lambda:{action}", made.ref) for action in ["InvokeFunction", "UpdateAlias"])
    yield from ((action, "*") for action in WITHOUT_ANY_RESOURCE)
    for rest in [f"identity/{stack.values['EmailIdentity']}", "identity/elsewhere.example"]:
        yield from ((f"ses:{action}", stack.arn("ses", rest)) for action in ["SendEmail", "SendRawEmail"])


def measured():
    """What each function was seen to read and to write: the capacity units of docs/performance/cost.md."""
    seen = {}
    for line in (ROOT / "docs/performance/cost.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not re.fullmatch(r"[0-9.]+", cells[-2] if len(cells) == 6 else ""):
            continue
        function = STEPS_OF_SCREENS.get(cells[0], cells[0].split(",")[0])
        reads, writes = seen.get(function, (0, 0))
        seen[function] = (reads + float(cells[3]), writes + float(cells[4]))
    return seen


# The steps of cost.md that are not named after their function.
STEPS_OF_SCREENS = {
    "/me": "show-biodata",
    "/me/family": "show-family",
    "/me/documents": "show-documents",
    "/me/documents/kk": "show-documents",
    "KTP-el as PDF": "show-documents",
    "KK as PDF": "show-documents",
    "/me/receipts": "list-receipts",
    "/me/export": "export-data",
    "/.well-known/jwks.json": "publish-keys",
    "/.well-known/retired-keys.json": "publish-keys",
    "/.well-known/oauth-authorization-server": "publish-keys",
}


def hold_against_measurements(roles):
    """Who was seen to read has a right to read, and who never wrote has none to write."""
    for function, (reads, writes) in measured().items():
        role = roles[function]
        assert bool(reads) <= bool(role.actions() & set(READS)), f"{function} reads, and may not"
        assert bool(writes) == bool(role.actions() & set(WRITES)), f"{function}: {writes} write units were measured"


def only_one_is_of_no_function(stack):
    """CodeDeploy's role, which SAM makes for rollouts, has the policy that AWS wrote for that and no other."""
    functions = (resource for resource in stack.resources.values() if resource["Type"] == "AWS::Lambda::Function")
    roles = {name for name, resource in stack.resources.items() if resource["Type"] == "AWS::IAM::Role"}
    others = roles - {function["Properties"]["Role"]["Fn::GetAtt"][0] for function in functions}
    assert others <= {ROLLOUT_ROLE}, f"{others} are roles of no function"
    for name in others:
        iam, role_name = stack.clients("iam"), stack.created[name].ref
        attached = iam.list_attached_role_policies(RoleName=role_name)["AttachedPolicies"]
        assert [policy["PolicyArn"] for policy in attached] == [ROLLOUT_POLICY], f"{name} has {attached}"
        assert not iam.list_role_policies(RoleName=role_name)["PolicyNames"], f"{name} has policies of its own"
        trust = iam.get_role(RoleName=role_name)["Role"]["AssumeRolePolicyDocument"]["Statement"]
        trusted = [statement["Principal"] for statement in trust]
        assert trusted == [{"Service": ["codedeploy.amazonaws.com"]}], f"{name} may be taken by {trusted}"


def all_roles(stack):
    only_one_is_of_no_function(stack)
    roles = {}
    for name, resource in stack.resources.items():
        if resource["Type"] == "AWS::Lambda::Function":
            role = Role(stack, stack.resources[name]["Properties"]["Role"]["Fn::GetAtt"][0])
            roles[resource["Metadata"]["BuildProperties"]["Binary"]] = role
    for role in roles.values():
        lint(role)
        simulate(stack, role)
    hold_against_measurements(roles)
    return roles
