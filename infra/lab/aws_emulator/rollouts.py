"""How new versions of the functions come to their callers, and how they go away again."""

import re

from verify import of_type, same

ALIAS = "live"
ROLLBACK_ON = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]
# What is not part of a version, or does not change from one to the next.
OUTSIDE_OF_VERSIONS = {"ReservedConcurrentExecutions", "Role", "Tags"}


def everything(stack):
    aliases = functions_by_alias(stack)
    callers_reach_aliases(stack, aliases)
    parameters_make_versions(stack, aliases)
    if stack.values["Rollout"] == "AllAtOnce":
        nothing_shifts_traffic(stack)
    else:
        groups(stack, aliases)
    a_version_comes_and_goes(stack, min(aliases))


def functions_by_alias(stack):
    """The functions that have an alias, each with the properties of its alias."""
    return {
        alias["FunctionName"]["Ref"]: alias for alias in of_type(stack, "AWS::Lambda::Alias").values()
    }


def callers_reach_aliases(stack, aliases):
    """API Gateway calls the alias of each function and may call nothing else."""
    functions, gateway = stack.clients("lambda"), stack.clients("apigatewayv2")
    (api,) = of_type(stack, "AWS::ApiGatewayV2::Api")
    body = stack.resolve(stack.resources[api]["Properties"]["Body"])
    called = {
        operation["x-amazon-apigateway-integration"]["uri"].rpartition("/functions/")[2].removesuffix("/invocations")
        for methods in body["paths"].values()
        for operation in methods.values()
    }
    same("what the API calls", called, {stack.created[f"{name}Alias{ALIAS}"].ref for name in aliases})
    found = {item["IntegrationUri"] for item in gateway.get_integrations(ApiId=stack.created[api].ref)["Items"]}
    assert all(f":{ALIAS}/invocations" in uri for uri in found), f"the API has other integrations: {found}"
    permitted = {
        str(stack.resolve(properties["FunctionName"]))
        for properties in of_type(stack, "AWS::Lambda::Permission").values()
        if properties["Principal"] == "apigateway.amazonaws.com"
    }
    same("what the API may call", permitted, called)
    for name in aliases:
        found = functions.get_alias(FunctionName=stack.created[name].ref, Name=ALIAS)
        same(f"{name}: the version of its alias", found["FunctionVersion"], "1")
        assert "RoutingConfig" not in found, f"{name}: its alias has two versions after the first deployment"


def parameters_make_versions(stack, aliases):
    """Whatever parameter a function is configured by is part of the record that makes a new version."""
    record = references(stack, stack.resources["Configuration"]["Properties"]["Content"])
    number = stack.attribute("Configuration", "VersionNumber")
    for name in aliases:
        properties = stack.resources[name]["Properties"]
        configured = {member: value for member, value in properties.items() if member not in OUTSIDE_OF_VERSIONS}
        missing = (references(stack, configured) - record) & (set(stack.parameters) | {"FaceWeights"})
        assert not missing, f"{name}: no new version is published when {missing} change"
        (version,) = (
            version
            for version in of_type(stack, "AWS::Lambda::Version").values()
            if version["FunctionName"]["Ref"] == name
        )
        for described in (properties["Description"], version["Description"]):
            same(f"{name}: its record", stack.resolve(described), f"Configuration {number}")


def references(stack, value):
    """The names that a value refers to, also by its conditions."""
    if isinstance(value, list):
        return set().union(*(references(stack, item) for item in value))
    if isinstance(value, str):
        return set()
    if not isinstance(value, dict):
        return set()
    found = set()
    for function, argument in value.items():
        if function == "Ref":
            found.add(argument)
        elif function == "Fn::Sub":
            text, given = argument if isinstance(argument, list) else (argument, {})
            found |= set(re.findall(r"\$\{([A-Za-z0-9]+)\}", text)) | references(stack, given)
        elif function == "Fn::If":
            found |= references(stack, stack.declared_conditions[argument[0]]) | references(stack, argument[1:])
        elif function == "Condition":
            found |= references(stack, stack.declared_conditions[argument])
        else:
            found |= references(stack, argument)
    return found


def nothing_shifts_traffic(stack):
    """All at once is the work of CloudFormation alone."""
    for kind in ["AWS::CodeDeploy::Application", "AWS::CodeDeploy::DeploymentGroup"]:
        same(f"what there is of {kind}", set(of_type(stack, kind)), set())
    policies = {name for name, alias in stack.resources.items() if "UpdatePolicy" in alias}
    same("the aliases that CodeDeploy moves", policies, set())


def groups(stack, aliases):
    """Each alias is moved by a group of its own, which its function's alarms stop."""
    deploy = stack.clients("codedeploy")
    (application,) = of_type(stack, "AWS::CodeDeploy::Application")
    application_name = stack.created[application].ref
    names = set(deploy.list_deployment_groups(applicationName=application_name)["deploymentGroups"])
    same("the deployment groups", names, {stack.physical(f"{name}DeploymentGroup") for name in aliases})
    made = {stack.created[alarm].ref for alarm in of_type(stack, "AWS::CloudWatch::Alarm")}
    for name in aliases:
        found = deploy.get_deployment_group(
            applicationName=application_name, deploymentGroupName=stack.physical(f"{name}DeploymentGroup")
        )["deploymentGroupInfo"]
        expected = f"CodeDeployDefault.Lambda{stack.values['Rollout']}"
        same(f"{name}: its rollout", found["deploymentConfigName"], expected)
        same(f"{name}: its style", found["deploymentStyle"]["deploymentOption"], "WITH_TRAFFIC_CONTROL")
        same(f"{name}: when it goes back", found["autoRollbackConfiguration"], {"enabled": True, "events": ROLLBACK_ON})
        alarms = alarms_of(stack, f"{name}DeploymentGroup")
        assert alarms <= made, f"{name}: {alarms - made} are no alarms"
        assert stack.physical(f"{name}FailuresAlarm") in alarms, f"{name}: its failures do not stop it"
        (trigger,) = found["triggerConfigurations"]
        same(f"{name}: who hears of it", trigger["triggerTargetArn"], stack.created["Alarms"].ref)
        policy = stack.resources[f"{name}Alias{ALIAS}"]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
        same(f"{name}: who moves its alias", stack.resolve(policy["DeploymentGroupName"]), found["deploymentGroupName"])
        same(f"{name}: whose rights move it", found["serviceRoleArn"], stack.attribute("CodeDeployServiceRole", "Arn"))


def alarms_of(stack, group):
    """The names of a group's alarms as they were asked for: the emulator takes them and does not show them."""
    asked = stack.resolve(stack.resources[group]["Properties"]["AlarmConfiguration"])
    assert asked["Enabled"] and len(asked["Alarms"]) <= 10, f"{group}: CodeDeploy takes no {asked}"
    return {alarm["Name"] for alarm in asked["Alarms"]}


def a_version_comes_and_goes(stack, name):
    """Plays a canary, its rollback and the pruning of versions, by the calls that CodeDeploy and operators make."""
    functions = stack.clients("lambda")
    function = stack.created[name].ref

    def alias(**changes):
        if changes:
            functions.update_alias(FunctionName=function, Name=ALIAS, **changes)
        found = functions.get_alias(FunctionName=function, Name=ALIAS)
        return found["FunctionVersion"], found.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})

    functions.update_function_configuration(FunctionName=function, Description="Configuration 2")
    new = functions.publish_version(FunctionName=function, Description="Configuration 2")["Version"]
    same(f"{name}: the new version", new, "2")
    canary = alias(FunctionVersion="1", RoutingConfig={"AdditionalVersionWeights": {new: 0.1}})
    same(f"{name}: its canary", canary, ("1", {"2": 0.1}))
    rolled_back = alias(FunctionVersion="1", RoutingConfig={"AdditionalVersionWeights": {}})
    same(f"{name}: its alias after a rollback", rolled_back, ("1", {}))
    same(f"{name}: its alias after a rollout", alias(FunctionVersion="2"), ("2", {}))
    functions.delete_function(FunctionName=function, Qualifier="1")
    kept = [item["Version"] for item in functions.list_versions_by_function(FunctionName=function)["Versions"]]
    same(f"{name}: what pruning leaves", kept, ["$LATEST", "2"])
