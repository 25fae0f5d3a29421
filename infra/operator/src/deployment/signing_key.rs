//! The key that signs: rotated in Secrets Manager. A deployment brings it to the functions.

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::{Deployment, Plan};
use crate::signing_secret::SigningSecret;

/// Rotates the secret, if its current version is the one that is named.
pub async fn rotate<'a>(deployment: &'a Deployment, secret: &str, from_version: &str) -> Result<Plan<'a>> {
    let secrets = &deployment.clients.secrets;
    let current = secrets.get_secret_value().secret_id(secret).send().await.context("the secret cannot be read")?;
    let version = current.version_id.context("the secret has no version")?;
    let text = current.secret_string.context("the secret is no text")?;
    let signing: SigningSecret = serde_json::from_str(&text).context("the secret is none to sign with")?;
    let secret = secret.to_owned();
    if version != from_version {
        let asked = secrets.get_secret_value().secret_id(&secret).version_id(from_version).send().await;
        let text = asked.ok().and_then(|value| value.secret_string).unwrap_or_default();
        let from: Option<SigningSecret> = serde_json::from_str(&text).ok();
        let is_done = from.is_some_and(|from| from.next_key_id().ok() == signing.signing_key_id().ok());
        ensure!(is_done, "the current version is {version}, which was not rotated from {from_version}");
        return Ok(Plan::of_nothing(secret));
    }
    let changes = vec![
        format!("{} signs no more, and stays published", signing.signing_key_id()?),
        format!("{} signs from the next deployment on", signing.next_key_id()?),
        "a new key is published, to sign after that".to_owned(),
    ];
    let subject = secret.clone();
    let change = move || -> super::Change<'a> {
        Box::pin(async move {
            let rotated = signing.rotated()?;
            let put = secrets.put_secret_value().secret_id(&secret).secret_string(serde_json::to_string(&rotated)?);
            let put = put.send().await.context("the secret cannot be written")?;
            let version = put.version_id.context("the new version has no name")?;
            Ok(json!({ "deploy_with": format!("SigningSecretVersion={version}") }))
        })
    };
    Ok(Plan { subject, changes, change: Box::new(change) })
}
