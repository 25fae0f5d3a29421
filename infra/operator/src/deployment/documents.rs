//! Printed documents that shall count no more: a print that was lost, or that should never have been made.

use anyhow::{Context, Result};
use ikd::domain::Id;
use serde_json::json;

use super::{Deployment, Plan};

/// Takes a print off the record. Its code is then unknown, and to the page of verify-document, which reads the rest of the code,
/// revoked.
pub async fn revoke<'a>(deployment: &'a Deployment, name: &str) -> Result<Plan<'a>> {
    let id = Id::parse(name)
        .context("a document's name has 26 letters and digits, as the address below the print's code")?;
    let store = deployment.store();
    let subject = format!("document {id}");
    let Some(document) = store.issued_document(&id, deployment.now).await? else {
        return Ok(Plan::of_nothing(subject));
    };
    let changes = vec![format!("{}, issued at {}, counts no more", document.kind.as_str(), document.issued_at)];
    let change = move || -> super::Change<'a> {
        Box::pin(async move {
            store.forget_document(&id).await?;
            Ok(json!({ "revoked_at": deployment.now }))
        })
    };
    Ok(Plan { subject, changes, change: Box::new(change) })
}
