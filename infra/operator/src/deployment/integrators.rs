//! Integrators: registered from a file, disabled and enabled.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use aws_sdk_dynamodb::types::AttributeValue;
use ikd::callbacks::shown_secret;
use ikd::domain::callback::{Callback, CallbackSecret};
use ikd::domain::claims::ClaimSet;
use ikd::domain::integrator::{Integrator, MAX_KEYS};
use ikd::domain::secret::MacKey;
use ikd::domain::text::Label;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, JwkSet};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Deployment, Plan};

const TABLE: &str = "integrators";

/// An integrator as its file describes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Registration {
    client_id: String,
    name: String,
    jwks: Value,
    claims: ClaimSet,
    purposes: BTreeMap<String, Label>,
    #[serde(default)]
    callback: Option<Callback>,
}

/// Registers what a file says. A new integrator is enabled; a registered one stays enabled or disabled as it is.
pub async fn register<'a>(deployment: &'a Deployment, file: &Path) -> Result<Plan<'a>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let registration: Registration =
        serde_json::from_str(&text).with_context(|| format!("{} is no integrator", file.display()))?;
    let before = read(deployment, &registration.client_id).await?;
    let integrator = registration.checked(before.as_ref().is_none_or(|before| before.enabled))?;
    if let (Some(callback), Some(before)) =
        (&integrator.callback, before.as_ref().and_then(|before| before.callback.as_ref()))
    {
        let is_next = [before.generation, before.generation.saturating_add(1)].contains(&callback.generation);
        ensure!(is_next, "callback: after generation {} comes the next one", before.generation);
    }
    let changes = changes(before.as_ref(), &integrator)?;
    let subject = integrator.client_id.clone();
    let change = move || -> super::Change<'a> { Box::pin(write(deployment, integrator, before)) };
    Ok(Plan { subject, changes, change: Box::new(change) })
}

/// Enables or disables a registered integrator.
pub async fn enable<'a>(deployment: &'a Deployment, client_id: &str, enabled: bool) -> Result<Plan<'a>> {
    let before = read(deployment, client_id).await?.with_context(|| format!("{client_id} is not registered"))?;
    let integrator = Integrator { enabled, ..before.clone() };
    let changes = changes(Some(&before), &integrator)?;
    let change = move || -> super::Change<'a> { Box::pin(write(deployment, integrator, Some(before))) };
    Ok(Plan { subject: client_id.to_owned(), changes, change: Box::new(change) })
}

impl Registration {
    /// Checks the file for what functions rely on.
    fn checked(self, enabled: bool) -> Result<Integrator> {
        let plain = |text: &str| {
            !text.is_empty()
                && text.len() <= 64
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        ensure!(plain(&self.client_id), "client_id: up to 64 letters, digits and hyphens");
        let name = self.name.trim();
        ensure!(!name.is_empty() && name.chars().count() <= 100, "name: what holders know it by, up to 100 characters");
        ensure!(!self.purposes.is_empty(), "purposes: at least one");
        ensure!(
            self.purposes.keys().all(|purpose| plain(purpose)),
            "purposes: up to 64 letters, digits and hyphens each"
        );
        ensure!(
            self.purposes.values().all(Label::is_readable),
            "purposes: what holders read (id, en), one line of up to {} characters each",
            Label::MAX
        );
        ensure!(self.claims.iter().next().is_some(), "claims: at least one");
        ensure!(
            self.callback.as_ref().is_none_or(|callback| callback.generation > 0),
            "callback: generations count from 1 on"
        );
        for key in self.jwks["keys"].as_array().context("jwks: no keys")? {
            ensure!(
                key.get("d").is_none(),
                "jwks: a private key. Have the integrator make a new pair and keep half of it"
            );
        }
        let jwks: JwkSet = serde_json::from_value(self.jwks).context("jwks: no JWK Set (RFC 7517)")?;
        ensure!(!jwks.keys.is_empty(), "jwks: no key");
        ensure!(jwks.keys.len() <= MAX_KEYS, "jwks: {MAX_KEYS} keys at most");
        for key in &jwks.keys {
            ensure!(key.common.key_id.as_deref().is_some_and(|id| !id.is_empty()), "jwks: a key without kid");
            let is_p256 = matches!(&key.algorithm, AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256);
            ensure!(is_p256, "jwks: assertions are signed with ES256, so that every key has to be of P-256");
        }
        Ok(Integrator {
            client_id: self.client_id,
            name: name.to_owned(),
            jwks,
            claims: self.claims,
            purposes: self.purposes,
            callback: self.callback,
            enabled,
        })
    }
}

/// The members that differ, a line each.
fn changes(before: Option<&Integrator>, after: &Integrator) -> Result<Vec<String>> {
    let after = serde_json::to_value(after)?;
    let before = before.map(serde_json::to_value).transpose()?.unwrap_or_default();
    let members = after.as_object().context("an integrator has members")?;
    let differing = members.iter().filter(|(name, value)| before.get(*name) != Some(*value));
    let differing = differing.map(|(name, value)| match before.get(name) {
        Some(before) => format!("{name}: {before} becomes {value}"),
        None => format!("{name}: {value}"),
    });
    let gone = before.as_object().into_iter().flatten().filter(|(name, _)| !members.contains_key(*name));
    Ok(differing.chain(gone.map(|(name, before)| format!("{name}: {before} goes"))).collect())
}

/// A secret, and which one it is.
pub struct ShownSecret {
    pub generation: u32,
    pub secret: String,
}

/// The secret that an integrator verifies notices with: of its newest generation, by the version of the key that functions have.
pub async fn callback_secret(
    deployment: &Deployment,
    client_id: &str,
    key: &str,
    version: Option<&str>,
) -> Result<ShownSecret> {
    let integrator = read(deployment, client_id).await?.with_context(|| format!("{client_id} is not registered"))?;
    let callback = integrator.callback.with_context(|| format!("{client_id} has registered no callback"))?;
    let read = deployment.clients.secrets.get_secret_value().secret_id(key);
    let value = read.set_version_id(version.map(str::to_owned)).send().await;
    let value =
        value.context("the callback key cannot be read")?.secret_string.context("the callback key is no text")?;
    let secret = CallbackSecret::derive(&MacKey::new(value.as_bytes()), client_id, callback.generation);
    Ok(ShownSecret { generation: callback.generation, secret: shown_secret(&secret) })
}

async fn read(deployment: &Deployment, client_id: &str) -> Result<Option<Integrator>> {
    let read = deployment
        .clients
        .dynamodb
        .get_item()
        .table_name(deployment.table(TABLE))
        .key("client_id", AttributeValue::S(client_id.to_owned()))
        .consistent_read(true);
    let item = read.send().await.context("the integrators cannot be read")?.item;
    Ok(item.map(serde_dynamo::from_item).transpose()?)
}

/// Writes an integrator, unless somebody else changed it since it was read.
async fn write(deployment: &Deployment, integrator: Integrator, before: Option<Integrator>) -> Result<Value> {
    let put = deployment
        .clients
        .dynamodb
        .put_item()
        .table_name(deployment.table(TABLE))
        .set_item(Some(serde_dynamo::to_item(&integrator)?));
    let put = match before {
        None => put.condition_expression("attribute_not_exists(client_id)"),
        Some(before) => {
            let mut conditions = Vec::new();
            let mut put = put;
            let item: std::collections::HashMap<String, AttributeValue> = serde_dynamo::to_item(before)?;
            for (position, (name, value)) in item.into_iter().enumerate() {
                conditions.push(format!("#n{position} = :v{position}"));
                put = put
                    .expression_attribute_names(format!("#n{position}"), name)
                    .expression_attribute_values(format!(":v{position}"), value);
            }
            put.condition_expression(conditions.join(" AND "))
        }
    };
    put.send().await.map_err(|error| match error.into_service_error() {
        refused if refused.is_conditional_check_failed_exception() => {
            anyhow::anyhow!("{} was changed by somebody else just now: look again", integrator.client_id)
        }
        other => anyhow::Error::new(other).context("the integrator cannot be written"),
    })?;
    Ok(json!({ "client_id": integrator.client_id, "enabled": integrator.enabled }))
}
