"""The deployment template as CloudFormation sees it: what SAM makes of it, and of the parameters of one deployment."""

import json
from pathlib import Path

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[3]
REGION = "ap-southeast-3"
# What `sam package` would have uploaded.
CODE = {"Bucket": "packages", "Key": "function.zip"}

AWS_MANAGED = {
    "AWSLambdaBasicExecutionRole": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    "AWSXrayWriteOnlyAccess": "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess",
}


def declared():
    """The template as it is written."""
    return yaml_parse((ROOT / "infra/template.yaml").read_text())


def transformed(parameters, template=None, code_of=lambda _: CODE):
    """The template without its transform, and the value of every parameter. `code_of` says where a resource's package is."""
    template = template or declared()
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = code_of(resource)
        elif resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = code_of(resource)
    values = {}
    for name, parameter in template["Parameters"].items():
        if name not in parameters and "Default" not in parameter:
            raise SystemExit(f"The parameter {name} has no default and was not given.")
        values[name] = parameters.get(name, parameter.get("Default"))
    session = boto3.session.Session(region_name=REGION)
    translator = Translator(AWS_MANAGED, Parser(), boto_session=session)
    plain = translator.translate(sam_template=template, parameter_values=values)
    # The translator hands parts of the template out more than once.
    return json.loads(json.dumps(plain)), values
