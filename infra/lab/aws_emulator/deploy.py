"""Deploys infra/template.yaml and infra/front.yaml to an AWS emulator (moto) on this machine, and checks the result against them.

SAM's own translator makes CloudFormation of the template. Each resource is then made by its service's API, whose
arguments botocore checks against AWS's models, in the order of their references. Nothing leaves this machine.
"""

import functools
import io
import json
import logging
import os
import zipfile

os.environ.update(AWS_ACCESS_KEY_ID="emulator", AWS_SECRET_ACCESS_KEY="emulator", AWS_EC2_METADATA_DISABLED="true")
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
os.environ.pop("AWS_PROFILE", None)

import boto3
import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from moto.server import ThreadedMotoServer

import front
import policies
import rollouts
import verify
from stack import Stack
from transform import CODE, REGION, transformed

COMMON = {
    "PublicUrl": "https://identitas.example.go.id",
    "EmailIdentity": "example.go.id",
    "EmailSender": "identitas@example.go.id",
}
# In the first, the stack makes whatever it can make; in the second, as little as possible, behind a front.
DEPLOYMENTS = {
    "whole": {
        "CreateEmailIdentity": "yes",
        "CertificateArn": f"arn:aws:acm:{REGION}:123456789012:certificate/emulated",
        "AllowedOrigins": "https://petugas.example.go.id,https://kantor.example.go.id",
        "AlarmEmail": "ops@example.go.id",
        "Architecture": "arm64",
        "Scale": "nation",
        "FaceEngine": "rekognition",
        "FaceRegion": "ap-southeast-1",
        "OfficePhone": "(0351) 464014",
        "Rollout": "Canary10Percent5Minutes",
    },
    "bare": {
        "Stage": "trial",
        "OfficerIssuer": "https://issuer.example.go.id",
        "OfficerAudience": "identitas",
        "OfficerConsoleClient": "konsol",
        "OfficerSignIn": "https://masuk.example.go.id",
        "RedeemQrConcurrency": "0",
        "MintQrConcurrency": "0",
    },
}

# The translator warns that it has nowhere to send its metrics; the emulator logs every request.
for talkative in ["samtranslator", "werkzeug"]:
    logging.getLogger(talkative).setLevel(logging.ERROR)


def main():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    try:
        for name, parameters in DEPLOYMENTS.items():
            deploy(name, parameters, f"http://127.0.0.1:{port}")
    finally:
        server.stop()


def deploy(name, parameters, endpoint):
    """One deployment into an empty account."""
    requests.post(f"{endpoint}/moto-api/reset", timeout=10).raise_for_status()
    clients, clients_of_front = (clients_in(region, endpoint) for region in (REGION, front.REGION))
    given = {**COMMON, **parameters, "SigningSecretArn": signing_secret(clients)}
    secret = None if "CertificateArn" in parameters else front_secret(clients)
    if secret:
        given["FrontSecretArn"] = secret["arn"]
    if "CertificateArn" in parameters:
        zone = clients("route53").create_hosted_zone(Name="example.go.id", CallerReference="emulator")["HostedZone"]
        given["HostedZoneId"] = zone["Id"].rpartition("/")[2]
    upload_package(clients)
    template, values = transformed(given)
    stack = Stack(f"ikd-{name}", template, values, clients)
    outputs = stack.deploy()
    verify.everything(stack)
    rollouts.everything(stack)
    roles = policies.all_roles(stack)
    unresolved = [output for output, value in outputs.items() if not value]
    assert not unresolved, f"{unresolved} have no value"
    print(f"{stack.name}: {len(stack.created)} resources made and compared, the policies of {len(roles)} roles simulated")
    if secret:
        before = front.deploy(stack, outputs["ApiUrl"], secret, clients_of_front)
        print(f"{before.name}: {len(before.created)} resources made and compared")


def clients_in(region, endpoint):
    return functools.cache(lambda service: boto3.client(service, region_name=region, endpoint_url=endpoint))


def signing_secret(clients):
    """The secret that is made before every stack, in the form that the template asks for."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    # As long as the sets of real keys, the retired ones as many as there can be: the size of a function's environment is limited.
    public = {"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "k" * 43, "x": "x" * 43, "y": "y" * 43}
    jwks, retired = (json.dumps({"keys": [public] * number}) for number in (3, 12))
    value = json.dumps({"private_pem": pem, "jwks": jwks, "retired": retired})
    return clients("secretsmanager").create_secret(Name="signing", SecretString=value)["ARN"]


def front_secret(clients):
    """The secret of a front, with the values that it holds."""
    members = {"current": "c" * 48, "next": "n" * 48}
    text = json.dumps(members)
    return {"arn": clients("secretsmanager").create_secret(Name="front", SecretString=text)["ARN"], "text": text, **members}


def upload_package(clients):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("bootstrap", "")
    s3 = clients("s3")
    s3.create_bucket(Bucket=CODE["Bucket"], CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=CODE["Bucket"], Key=CODE["Key"], Body=archive.getvalue())


if __name__ == "__main__":
    main()
