"""A stack in the making: intrinsic functions become values, and what a resource refers to is made before it."""

import json
import re

from create import CREATORS
from transform import REGION

ACCOUNT = "123456789012"
ABSENT = object()


class Stack:
    """One deployment of a transformed template."""

    def __init__(self, name, template, parameters, clients, region=REGION):
        self.name = name
        self.resources = template["Resources"]
        self.mappings = template.get("Mappings", {})
        self.declared_conditions = template.get("Conditions", {})
        self.outputs = template.get("Outputs", {})
        self.clients = clients
        self.created = {}
        self.under_way = []
        self.parameters = parameters
        self.values = dict(parameters)
        self.values.update(
            {
                "AWS::StackName": name,
                "AWS::Region": region,
                "AWS::AccountId": ACCOUNT,
                "AWS::Partition": "aws",
                "AWS::URLSuffix": "amazonaws.com",
                "AWS::NoValue": ABSENT,
            }
        )

    def deploy(self):
        """Makes every resource whose condition holds, and resolves every output."""
        for name, resource in self.resources.items():
            if self.holds(resource.get("Condition")):
                self.make(name)
        outputs = {name: output for name, output in self.outputs.items() if self.holds(output.get("Condition"))}
        return {name: self.resolve(output["Value"]) for name, output in outputs.items()}

    def make(self, name):
        """Makes one resource, once."""
        if name in self.created:
            return self.created[name]
        if name in self.under_way:
            raise SystemExit("A circle of references: " + " -> ".join([*self.under_way, name]))
        resource = self.resources[name]
        if not self.holds(resource.get("Condition")):
            raise SystemExit(f"{name} is referred to and is not made under these parameters.")
        self.under_way.append(name)
        properties = self.resolve(resource.get("Properties", {}))
        if resource["Type"] not in CREATORS:
            raise SystemExit(f"{name}: nobody knows how to make a {resource['Type']}.")
        self.created[name] = CREATORS[resource["Type"]](self, name, properties)
        self.under_way.pop()
        return self.created[name]

    def physical(self, name):
        """What a resource that CloudFormation names is called."""
        return f"{self.name}-{name}"

    def arn(self, service, rest):
        return f"arn:aws:{service}:{self.values['AWS::Region']}:{ACCOUNT}:{rest}"

    def holds(self, condition):
        return condition is None or self.resolve(self.declared_conditions[condition])

    def resolve(self, value):
        """A value without intrinsic functions."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not ABSENT]
        if isinstance(value, str):
            return self.with_secrets(value)
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            function, argument = next(iter(value.items()))
            if function in FUNCTIONS:
                return self.with_secrets(FUNCTIONS[function](self, argument))
        members = {name: self.resolve(member) for name, member in value.items()}
        return {name: member for name, member in members.items() if member is not ABSENT}

    def ref(self, name):
        return self.values[name] if name in self.values else self.make(name).ref

    def attribute(self, name, attribute):
        attributes = self.make(name).attributes
        if attribute not in attributes:
            raise SystemExit(f"{name} has no attribute {attribute} here.")
        return attributes[attribute]

    def with_secrets(self, value):
        """Dynamic references to Secrets Manager, resolved as CloudFormation does it: with the rights of the deployer."""
        if not isinstance(value, str):
            return value
        return re.sub(r"\{\{resolve:secretsmanager:(.*?)\}\}", lambda found: self.secret(found[1]), value)

    def secret(self, reference):
        arn, rest = re.fullmatch(r"(arn:[^:]+:secretsmanager:[^:]+:[^:]+:secret:[^:]+)(.*)", reference).groups()
        _, _, member, stage, version = [*rest.split(":"), "", "", "", "", ""][:5]
        which = {"VersionId": version} if version else {"VersionStage": stage} if stage else {}
        text = self.clients("secretsmanager").get_secret_value(SecretId=arn, **which)["SecretString"]
        return json.loads(text)[member] if member else text


def substitute(stack, argument):
    text, given = argument if isinstance(argument, list) else (argument, {})

    def value(found):
        name = found[1]
        if name in given:
            return str(stack.resolve(given[name]))
        if name in stack.values or "." not in name:
            return str(stack.ref(name))
        return str(stack.attribute(*name.split(".", 1)))

    return re.sub(r"\$\{([^}!]+)\}", value, text)


def get_attribute(stack, argument):
    return stack.attribute(*(argument if isinstance(argument, list) else argument.split(".", 1)))


def choose(stack, argument):
    condition, this, that = argument
    return stack.resolve(this if stack.holds(condition) else that)


def find_in_map(stack, argument):
    name, first, second = stack.resolve(argument)
    return stack.mappings[name][first][second]


FUNCTIONS = {
    "Ref": lambda stack, name: stack.ref(name),
    "Condition": lambda stack, name: stack.holds(name),
    "Fn::GetAtt": get_attribute,
    "Fn::Sub": substitute,
    "Fn::FindInMap": find_in_map,
    "Fn::If": choose,
    "Fn::And": lambda stack, conditions: all(map(stack.resolve, conditions)),
    "Fn::Not": lambda stack, conditions: not stack.resolve(conditions[0]),
    "Fn::Equals": lambda stack, pair: str(stack.resolve(pair[0])) == str(stack.resolve(pair[1])),
    "Fn::Join": lambda stack, argument: argument[0].join(map(str, stack.resolve(argument[1]))),
    "Fn::Select": lambda stack, argument: stack.resolve(argument[1])[int(argument[0])],
    "Fn::Split": lambda stack, argument: stack.resolve(argument[1]).split(argument[0]),
}
