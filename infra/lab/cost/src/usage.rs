//! How the service is used: infra/lab/cost/usage.toml.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Deserialize;

const DAYS: f64 = 30.0;
/// Of a month.
pub const SECONDS: f64 = DAYS * 86_400.0;

/// Every assumption that a cost depends on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    pub dynamodb_milliseconds: f64,
    pub log_bytes_a_request: f64,
    pub header_bytes_an_answer: f64,
    pub traced: f64,
    pub metric_series: f64,
    #[serde(rename = "load")]
    pub loads: Vec<Load>,
    #[serde(rename = "rest")]
    pub rests: Vec<Rest>,
    #[serde(rename = "step")]
    pub steps: Vec<StepUsage>,
    #[serde(rename = "presentation")]
    pub presentations: Vec<Presentation>,
}

/// One way to show who one is at a counter, and the steps that it takes, with how often each is taken.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presentation {
    pub name: String,
    pub steps: BTreeMap<String, f64>,
}

/// Who uses it, and how much.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
    pub name: String,
    pub residents: f64,
    pub holders: f64,
    pub activations_a_day: f64,
    pub redemptions_a_second: f64,
    pub integrators: f64,
}

/// What stays in a table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rest {
    /// Only for readers of the file.
    #[expect(dead_code, reason = "it names what the bytes are for")]
    table: String,
    pub bytes: f64,
    pub of: Thing,
    /// For how many months new ones are kept; nothing where each person has one.
    kept_months: Option<f64>,
    #[serde(default)]
    pub recovers: bool,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Thing {
    Resident,
    Holder,
    Redemption,
    Signature,
}

/// How often a step is taken, and what is measured elsewhere or assumed here.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepUsage {
    pub name: String,
    benchmark: Option<String>,
    pub function: String,
    pub milliseconds: f64,
    pub read_units: Option<f64>,
    pub write_units: Option<f64>,
    pub bytes: Option<f64>,
    /// How often its function is called for it.
    #[serde(default = "once")]
    pub invocations: f64,
    #[serde(default = "yes")]
    pub route: bool,
    #[serde(default)]
    pub emails: f64,
    #[serde(default)]
    signatures: f64,
    #[serde(default)]
    an_activation: f64,
    #[serde(default)]
    a_redemption: f64,
    #[serde(default)]
    a_holder_month: f64,
    #[serde(default)]
    an_integrator_month: f64,
}

fn once() -> f64 {
    1.0
}

fn yes() -> bool {
    true
}

impl Usage {
    pub fn read() -> Result<Self> {
        super::read("infra/lab/cost/usage.toml")
    }

    /// How many bytes a table's items take up in the end.
    pub fn resting(&self, rest: &Rest, load: &Load) -> f64 {
        let there_is = match rest.of {
            Thing::Resident => load.residents,
            Thing::Holder => load.holders,
            Thing::Redemption => load.redemptions(),
            Thing::Signature => self.steps.iter().map(|step| step.signatures * step.taken(load)).sum(),
        };
        there_is * rest.kept_months.unwrap_or(1.0) * rest.bytes
    }
}

impl Load {
    /// In a month.
    pub fn redemptions(&self) -> f64 {
        self.redemptions_a_second * SECONDS
    }
}

impl StepUsage {
    /// What the benchmark calls it.
    pub fn measured_as(&self) -> &str {
        self.benchmark.as_deref().unwrap_or(&self.name)
    }

    /// How often in a month.
    pub fn taken(&self, load: &Load) -> f64 {
        self.an_activation * load.activations_a_day * DAYS
            + self.a_redemption * load.redemptions()
            + self.a_holder_month * load.holders
            + self.an_integrator_month * load.integrators
    }
}
