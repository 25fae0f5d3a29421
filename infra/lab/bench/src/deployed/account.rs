//! The emulated account that the packages are deployed in: its functions, and the floor beside them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use aws_sdk_lambda::Client;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{Environment, FunctionCode, FunctionConfiguration, Runtime};
use local::deployed::Deployment;
use operator_base::aws::sdk_config;
use serde_json::{Value, json};
use url::Url;

use crate::steps::{FLOOR, MINT};

/// The emulator takes the account's owner at their word: it checks no signature of theirs.
const OWNER: &str = "AWS4-HMAC-SHA256 Credential=local/20260101/ap-southeast-3/apigateway/aws4_request, SignedHeaders=host, Signature=0";

/// What the gateway calls: the alias that the template gives each function behind it.
const ALIAS: &str = "live";

/// The functions of a deployment.
pub struct Account {
    lambda: Client,
    endpoint: Url,
    /// By the name of the step.
    functions: BTreeMap<String, Function>,
}

/// What CloudFormation made of a function.
struct Function {
    /// Its name in the account.
    name: String,
    role: String,
    timeout: i32,
    variables: BTreeMap<String, String>,
}

impl Account {
    /// Finds the functions of a deployment by their logs, whose names end with the step.
    pub async fn of(deployment: &Deployment) -> Result<Self> {
        let endpoint = deployment.aws_url().clone();
        let lambda = Client::new(&sdk_config(endpoint.as_str()));
        let pages = lambda.list_functions().into_paginator().items().send();
        let listed: Vec<FunctionConfiguration> =
            pages.collect::<Result<_, _>>().await.context("the functions cannot be listed")?;
        let functions = listed.iter().filter_map(|listed| Some((step_of(listed)?, Function::of(listed)?)));
        Ok(Self { lambda, endpoint, functions: functions.collect() })
    }

    /// The variables of all functions together.
    pub fn variables(&self) -> Vec<(String, String)> {
        let all = self.functions.values().flat_map(|function| &function.variables);
        let once: BTreeMap<&String, &String> = all.collect();
        once.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// The name of a step's function in the account.
    pub fn name(&self, step: &str) -> Result<&str> {
        Ok(&self.function(step)?.name)
    }

    /// Deploys the floor as mint-qr is deployed, whose role may write what the floor writes, with a route of its own.
    pub async fn add_floor(&mut self, package: &Path) -> Result<()> {
        let like = self.function(MINT.function)?;
        let prefix = like.variables.get("IKD_TABLE_PREFIX").context("mint-qr has no prefix")?.clone();
        let variables = BTreeMap::from([("IKD_TABLE_PREFIX".to_owned(), prefix)]);
        let created = self
            .lambda
            .create_function()
            .function_name(FLOOR.name)
            .role(&like.role)
            .runtime(Runtime::from("provided.al2023"))
            .handler("bootstrap")
            .timeout(like.timeout)
            .environment(Environment::builder().set_variables(Some(variables.clone().into_iter().collect())).build())
            .code(FunctionCode::builder().zip_file(Blob::new(std::fs::read(package)?)).build())
            .publish(true)
            .send()
            .await
            .context("the floor cannot be deployed")?;
        let version = created.version.context("the floor has no version")?;
        let alias = self.lambda.create_alias().function_name(FLOOR.name).name(ALIAS).function_version(version);
        let arn = alias.send().await?.alias_arn.context("the floor's alias has no ARN")?;
        let floor = Function { name: FLOOR.name.to_owned(), role: like.role.clone(), timeout: like.timeout, variables };
        self.functions.insert(FLOOR.name.to_owned(), floor);
        self.add_route(&format!("POST /{}", FLOOR.name), &arn).await
    }

    /// Has a function's next request start a new process, that of a new version. The old version goes, and its processes with it.
    pub async fn restart(&self, step: &str) -> Result<()> {
        let Function { name, timeout, .. } = self.function(step)?;
        let alias = self.lambda.get_alias().function_name(name).name(ALIAS).send().await;
        let old = alias.with_context(|| format!("{step} has no alias"))?.function_version.context("no old version")?;
        // A version is published only where something was set since the last one.
        self.lambda.update_function_configuration().function_name(name).timeout(*timeout).send().await?;
        let new = self.lambda.publish_version().function_name(name).send().await?.version.context("no new version")?;
        self.lambda.update_alias().function_name(name).name(ALIAS).function_version(new).send().await?;
        self.lambda.delete_function().function_name(name).qualifier(old).send().await?;
        Ok(())
    }

    fn function(&self, step: &str) -> Result<&Function> {
        self.functions.get(step).with_context(|| format!("{step} is not deployed"))
    }

    async fn add_route(&self, key: &str, function: &str) -> Result<()> {
        let found = self.gateway(reqwest::Method::GET, "/v2/apis", &json!(null)).await?;
        let apis = found["items"].as_array().context("the gateway lists no APIs")?;
        ensure!(apis.len() == 1, "there are {} APIs", apis.len());
        let api = apis[0]["apiId"].as_str().context("the API has no id")?;
        let integration =
            json!({ "integrationType": "AWS_PROXY", "integrationUri": function, "payloadFormatVersion": "2.0" });
        let made = self.gateway(reqwest::Method::POST, &format!("/v2/apis/{api}/integrations"), &integration).await?;
        let id = made["integrationId"].as_str().context("the integration has no id")?;
        let route = json!({ "routeKey": key, "target": format!("integrations/{id}") });
        self.gateway(reqwest::Method::POST, &format!("/v2/apis/{api}/routes"), &route).await?;
        Ok(())
    }

    async fn gateway(&self, method: reqwest::Method, path: &str, body: &Value) -> Result<Value> {
        let request = reqwest::Client::new().request(method, self.endpoint.join(path)?);
        let sent = request.header("authorization", OWNER).json(body).send().await?;
        let answer = sent.error_for_status().with_context(|| format!("the gateway refuses {path}"))?;
        Ok(answer.json().await?)
    }
}

impl Function {
    fn of(listed: &FunctionConfiguration) -> Option<Self> {
        let variables = listed.environment.as_ref()?.variables.clone()?;
        Some(Self {
            name: listed.function_name.clone()?,
            role: listed.role.clone()?,
            timeout: listed.timeout?,
            variables: variables.into_iter().collect(),
        })
    }
}

fn step_of(listed: &FunctionConfiguration) -> Option<String> {
    let (_, step) = listed.logging_config.as_ref()?.log_group.as_ref()?.rsplit_once('/')?;
    Some(step.to_owned())
}
