"""The front of infra/front.yaml, before an API that was deployed: deployed in its own region, and compared with the template."""

from samtranslator.yaml_helper import yaml_parse

from stack import Stack
from transform import ROOT
from verify import same

REGION = "us-east-1"
HOST = "identitas.example.go.id"
# Policies that AWS keeps for everybody, by what they do.
CACHES_NOTHING = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
PASSES_ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
METHODS = {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"}
LIMITS = {
    "registrations": "RegistrationsPerAddress",
    "guesses": "GuessesPerAddress",
    "integrators": "IntegratorRequestsPerAddress",
    "everything-else": "RequestsPerAddress",
}


def deploy(api_stack, api_url, secret, clients):
    """Deploys the front for the API's host. The secret is in both regions, as a replica would be."""
    replica = clients("secretsmanager").create_secret(Name="front", SecretString=secret["text"])["ARN"]
    zone = clients("route53").create_hosted_zone(Name="example.go.id", CallerReference="front")["HostedZone"]
    given = {
        "ApiDomain": api_url.removeprefix("https://"),
        "SecretArn": replica,
        "Alias": HOST,
        "CertificateArn": f"arn:aws:acm:{REGION}:123456789012:certificate/emulated",
        "HostedZoneId": zone["Id"].rpartition("/")[2],
        "RegistrationsPerAddress": "50",
    }
    template = yaml_parse((ROOT / "infra/front.yaml").read_text())
    values = {name: value_of(parameter, given.get(name)) for name, parameter in template["Parameters"].items()}
    stack = Stack(f"{api_stack.name}-front", template, values, clients, region=REGION)
    outputs = stack.deploy()
    config = clients("cloudfront").get_distribution_config(Id=stack.created["Distribution"].ref)["DistributionConfig"]
    reaches(stack, config, api_stack, secret)
    behaviours(config)
    web_acl(stack, config)
    records(stack, outputs)
    assert all(outputs.values()), outputs
    return stack


def value_of(parameter, given):
    value = parameter["Default"] if given is None else given
    return int(value) if parameter["Type"] == "Number" else value


def reaches(stack, config, api_stack, secret):
    """It answers at the public address, over TLS 1.2 and newer, and shows the API the secret that functions know."""
    same("the front's host", config["Aliases"]["Items"], [api_stack.values["PublicUrl"].removeprefix("https://")])
    certificate = config["ViewerCertificate"]
    same("its certificate", certificate["ACMCertificateArn"], stack.values["CertificateArn"])
    same("its oldest TLS", certificate["MinimumProtocolVersion"], "TLSv1.2_2021")
    same("its HTTP", config["HttpVersion"], "http2and3")
    assert not config["Logging"]["Enabled"], "the front logs what it is sent"
    (origin,) = config["Origins"]["Items"]
    same("its origin", origin["DomainName"], stack.values["ApiDomain"])
    same("how it reaches it", origin["CustomOriginConfig"]["OriginProtocolPolicy"], "https-only")
    same("its TLS to it", origin["CustomOriginConfig"]["OriginSslProtocols"]["Items"], ["TLSv1.2"])
    (header,) = origin["CustomHeaders"]["Items"]
    same("the secret that it sends", header["HeaderValue"], secret["current"])
    functions = api_stack.clients("lambda")
    for name, resource in api_stack.resources.items():
        if resource["Type"] == "AWS::Lambda::Alias":
            function = api_stack.created[resource["Properties"]["FunctionName"]["Ref"]].ref
            variables = functions.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
            known = [variables.get("IKD_FRONT_SECRET"), variables.get("IKD_FRONT_SECRET_NEXT")]
            same(f"{name}: the secrets that it knows", known, [secret["current"], secret["next"]])


def behaviours(config):
    """Everything is passed on and nothing is kept, but for what is public."""
    usual, kept = config["DefaultCacheBehavior"], config["CacheBehaviors"]["Items"]
    same("the methods that it passes on", set(usual["AllowedMethods"]["Items"]), METHODS)
    same("what it keeps", usual["CachePolicyId"], CACHES_NOTHING)
    same("what it passes on", usual["OriginRequestPolicyId"], PASSES_ALL_BUT_HOST)
    same("what is kept", [behaviour["PathPattern"] for behaviour in kept], ["/.well-known/*", "/app/assets/*", "/office/assets/*"])
    for behaviour in kept:
        assert behaviour["CachePolicyId"] not in ("", CACHES_NOTHING), f"{behaviour['PathPattern']} is not kept"
    for behaviour in (usual, *kept):
        same("without TLS", behaviour["ViewerProtocolPolicy"], "https-only")
        assert not behaviour.get("ResponseHeadersPolicyId"), "the functions' own headers are changed"


def web_acl(stack, config):
    """The web ACL of the distribution counts by address, and refuses no selfie."""
    made = stack.created["WebAcl"]
    same("the distribution's web ACL", config["WebACLId"], made.attributes["Arn"])
    found = stack.clients("wafv2").get_web_acl(
        Name=stack.physical("WebAcl"), Scope="CLOUDFRONT", Id=made.attributes["Id"]
    )["WebACL"]
    same("what else is done", found["DefaultAction"], {"Allow": {}})
    rules = {rule["Name"]: rule for rule in found["Rules"]}
    same("its rules", set(rules), {*LIMITS, "known-bad-inputs", "common"})
    for name, parameter in LIMITS.items():
        limit = rules[name]["Statement"]["RateBasedStatement"]
        same(f"{name}: its limit", limit["Limit"], stack.values[parameter])
        same(f"{name}: what it counts by", limit["AggregateKeyType"], "IP")
        same(f"{name}: its answer", rules[name]["Action"]["Block"]["CustomResponse"]["ResponseCode"], 429)
    common = rules["common"]["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"]
    counted = {override["Name"] for override in common if override["ActionToUse"] == {"Count": {}}}
    assert "SizeRestrictions_BODY" in counted, "no selfie passes"
    for name, rule in rules.items():
        assert not rule["VisibilityConfig"]["SampledRequestsEnabled"], f"{name} keeps requests"


def records(stack, outputs):
    zone = stack.values["HostedZoneId"]
    sets = stack.clients("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    ours = {(item["Type"], item["AliasTarget"]["DNSName"].rstrip(".")) for item in sets if "AliasTarget" in item}
    same("the host's records", ours, {("A", outputs["Target"]), ("AAAA", outputs["Target"])})
