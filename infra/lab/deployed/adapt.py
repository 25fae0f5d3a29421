"""The template as this emulator (ministack) can deploy it, and as the demo needs it. Most functions here make up for one of
the emulator's gaps (see gaps.py)."""


def adapted(template, face_weights):
    """Changes a transformed template in place."""
    allow_plain_http(template)
    leave_out_metric_math(template)
    routes_of_their_own(template)
    weights_without_layer(template, face_weights)
    mail_without_resource(template)
    several_mails_in_a_row(template)
    return template


def without_right(template, role, sid, action):
    """The template with one action taken from one statement of a role."""
    (policy,) = template["Resources"][role]["Properties"]["Policies"]
    statements = policy["PolicyDocument"]["Statement"]
    (statement,) = [statement for statement in statements if statement.get("Sid") == sid]
    statement["Action"].remove(action)
    if not statement["Action"]:
        statements.remove(statement)
    return template


def allow_plain_http(template):
    """There is no certificate on this machine: what has to be reached by https is reached by http here."""
    for name in ["PublicUrl", "OfficerIssuer"]:
        parameter = template["Parameters"][name]
        parameter["AllowedPattern"] = parameter["AllowedPattern"].replace("https://", "http://")


def leave_out_metric_math(template):
    for name, resource in list(template["Resources"].items()):
        if resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]:
            del template["Resources"][name]


def routes_of_their_own(template):
    """Routes, integrations and authorizers as resources, in place of the API's body."""
    api = template["Resources"]["Api"]["Properties"]
    body = api.pop("Body")
    api.update(Name={"Ref": "AWS::StackName"}, ProtocolType="HTTP")
    resources = template["Resources"]
    for name, scheme in body["components"]["securitySchemes"].items():
        authorizer = scheme["x-amazon-apigateway-authorizer"]
        token = authorizer["jwtConfiguration"]
        resources[f"{name}Authorizer"] = of_api(
            "Authorizer",
            Name=name,
            AuthorizerType="JWT",
            JwtConfiguration={"Issuer": token["issuer"], "Audience": token["audience"]},
            IdentitySource=[authorizer["identitySource"]],
        )
    operations = [
        (f"{method.upper()} {path}", operation)
        for path, methods in body["paths"].items()
        for method, operation in methods.items()
    ]
    for number, (key, operation) in enumerate(sorted(operations, key=lambda found: found[0])):
        integration = operation["x-amazon-apigateway-integration"]
        resources[f"Integration{number}"] = of_api(
            "Integration",
            IntegrationType="AWS_PROXY",
            IntegrationUri=integration["uri"],
            PayloadFormatVersion=integration["payloadFormatVersion"],
        )
        route = {"RouteKey": key, "Target": {"Fn::Sub": f"integrations/${{Integration{number}}}"}}
        for scheme in operation.get("security", []):
            (name,) = scheme
            route |= {"AuthorizationType": "JWT", "AuthorizerId": {"Ref": f"{name}Authorizer"}}
        resources[f"Route{number}"] = of_api("Route", **route)


def of_api(kind, **properties):
    return {"Type": f"AWS::ApiGatewayV2::{kind}", "Properties": {"ApiId": {"Ref": "Api"}, **properties}}


def weights_without_layer(template, folder):
    """Functions run as processes of this machine, where no layer is at /opt."""
    for resource in template["Resources"].values():
        variables = resource.get("Properties", {}).get("Environment", {}).get("Variables", {})
        if variables.get("IKD_FACE_WEIGHTS") == "/opt":
            variables["IKD_FACE_WEIGHTS"] = folder


def several_mails_in_a_row(template):
    """The demo asks for one e-mail right after another, as on the local stack."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Function":
            resource["Properties"]["Environment"]["Variables"]["IKD_RESEND_WAIT_SECONDS"] = "0"


def mail_without_resource(template):
    """The emulator asks for ses:SendEmail on every resource, and does not know who the mail is from."""
    for resource in template["Resources"].values():
        is_role = resource["Type"] == "AWS::IAM::Role"
        for policy in resource["Properties"].get("Policies", []) if is_role else []:
            for statement in policy["PolicyDocument"]["Statement"]:
                if statement.get("Action") == ["ses:SendEmail"]:
                    statement["Resource"] = "*"
                    del statement["Condition"]


def functions_of(template):
    """The package of each function: the program that its build makes."""
    return {
        name: resource["Metadata"]["BuildProperties"]["Binary"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }
