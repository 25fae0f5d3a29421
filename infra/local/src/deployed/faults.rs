//! What goes wrong between the functions and DynamoDB, by the proxy `microburst`, which knows AWS's protocols.
//!
//! `infra/lab/deployed/faults.yaml` is the schedule: so many calls fail, and then so many pass, without chance.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use url::Url;

use super::programs::{Held, Place, address, free_port};

const SCHEDULE: &str = "infra/lab/deployed/faults.yaml";

/// A running proxy.
pub struct Faults {
    held: Held,
    address: Url,
    http: reqwest::Client,
    reading_models: JoinHandle<()>,
}

/// A fault that was made, as the proxy notes it.
#[derive(Deserialize)]
struct Fired {
    operation: Option<String>,
    action: String,
}

impl Faults {
    /// Starts to pass on every call to a port, without faults.
    pub async fn start(place: &Place, aws_port: u16) -> Result<Self> {
        let port = free_port().await?;
        let upstream = format!("http://127.0.0.1:{aws_port}");
        let arguments = ["--upstream", &upstream, "--port", &port.to_string(), "--no-resign"];
        let mut held = place.hold("microburst", &arguments, &[])?;
        let address = address(port)?;
        held.answers(&address.join("/_microburst/health")?).await?;
        let http = reqwest::Client::new();
        // At its first call it reads AWS's models, which takes some seconds, longer than a function waits.
        let first = http.post(address.clone()).header("x-amz-target", "DynamoDB_20120810.ListTables").body("{}");
        let reading_models = tokio::spawn(async move { drop(first.send().await) });
        Ok(Self { held, address, http, reading_models })
    }

    /// Waits until it passes on calls without delay.
    pub async fn wait_until_ready(&mut self) -> Result<()> {
        Ok((&mut self.reading_models).await?)
    }

    pub fn address(&self) -> &Url {
        &self.address
    }

    /// Makes faults from now on.
    pub async fn begin(&self) -> Result<()> {
        let schedule = std::fs::read_to_string(xtask::root().join(SCHEDULE)).context(SCHEDULE)?;
        self.replace_rules(&serde_yaml_ng::from_str(&schedule).context(SCHEDULE)?).await
    }

    /// Makes no more, and gives how many there were of each kind, as `UpdateItem reset`.
    pub async fn end(&self) -> Result<BTreeMap<String, usize>> {
        self.replace_rules(&json!([])).await?;
        let fired =
            self.http.get(self.address.join("/_microburst/fired?limit=2000")?).send().await?.error_for_status()?;
        let mut counted = BTreeMap::new();
        for fault in fired.json::<Vec<Fired>>().await.context("the proxy's list of faults")? {
            let name = format!("{} {}", fault.operation.unwrap_or_default(), fault.action);
            *counted.entry(name).or_default() += 1;
        }
        Ok(counted)
    }

    pub async fn stop(self) -> Result<()> {
        self.held.stop().await
    }

    async fn replace_rules(&self, rules: &Value) -> Result<()> {
        let sent = self.http.post(self.address.join("/_microburst/rules")?).json(rules).send().await?;
        sent.error_for_status().context("the proxy refuses the rules")?;
        Ok(())
    }
}
