//! The service as it is deployed: the packages behind an emulator of AWS that runs them (ministack), put there by
//! CloudFormation out of the deployment template, with IAM's word on every call.
//!
//! The functions run as processes of this machine, with the environment, the role and the streams that the template gives
//! them. `infra/lab/deployed` deploys, and lists what this emulator leaves out.

pub mod check;
mod doors;
mod events;
mod faults;
mod issuer;
mod programs;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use aws_sdk_dynamodb::Client;
use http::Request;
use operator_base::aws::sdk_config;
use operator_base::signing_secret::SigningSecret;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;
use xtask::tools::Tools;

use crate::actors::{Api, HttpApi, KeyPair, Reply};
use crate::demo::People;
use crate::stack::issuer::AUDIENCE;
use crate::stack::mailbox::Mailbox;
use crate::{personas, photographs};
use doors::Doors;
use faults::Faults;
use issuer::RsaIssuer;
use programs::{Emulator, Place};

/// The stack's name, which its tables' names begin with.
const STACK: &str = "ikd-deployed";

/// How to deploy.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// A right that a role is deployed without.
    pub without: Option<Right>,
    /// Whether faults can be made between the functions and AWS. Every call then takes a little longer.
    pub with_faults: bool,
}

/// One action of one statement in a role's policy.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Right {
    /// The role's name in the template.
    pub role: &'static str,
    /// The statement's `Sid`.
    pub sid: &'static str,
    pub action: &'static str,
}

/// A deployed stack. Dropping it ends every part of it.
pub struct Deployment {
    /// Where callers reach the API.
    pub api_url: Url,
    /// How many resources CloudFormation made.
    pub resources: usize,
    faults: Option<Faults>,
    doors: Doors,
    issuer: RsaIssuer,
    bank: KeyPair,
    deployer: Deployer,
    emulator: Emulator,
}

/// What the deployer says of a new stack.
#[derive(Deserialize)]
struct Created {
    resources: usize,
    /// The API's id.
    api: String,
    mail_rule: doors::MailRule,
}

impl Deployment {
    /// Deploys the packages that `cargo xtask package` built, and seeds the residents and the organisations.
    ///
    /// # Errors
    ///
    /// Why the emulator does not start, or which resources CloudFormation could not make.
    pub async fn start(setup: &Setup) -> Result<Self> {
        let python = Tools::new(&xtask::root()).deployed().await?;
        photographs::fetch().await?;
        let emulator_port = programs::free_port().await?;
        let place = Place::new(python, emulator_port)?;
        let emulator_url = programs::address(emulator_port)?;
        let doors = Doors::start(emulator_url.clone()).await?;
        let aws_port = doors.aws_port();
        let mut faults = if setup.with_faults { Some(Faults::start(&place, aws_port).await?) } else { None };
        let aws = faults.as_ref().map_or_else(|| programs::address(aws_port), |faults| Ok(faults.address().clone()))?;
        doors.signed_for(&aws)?;
        let emulator = Emulator::start(&place, emulator_port, &aws).await?;
        let issuer = RsaIssuer::start().await?;
        let deployer = Deployer::new(place, emulator_url, doors.api_url(), issuer.address())?;
        let created: Created =
            serde_json::from_value(deployer.run("create", &deployer.template(setup.without)).await?)?;
        doors.leads_to(created.api, created.mail_rule)?;
        if let Some(faults) = &mut faults {
            faults.wait_until_ready().await?;
        }
        let bank = KeyPair::generate()?;
        let deployment = Self {
            api_url: doors.api_url().clone(),
            resources: created.resources,
            faults,
            doors,
            issuer,
            bank,
            deployer,
            emulator,
        };
        deployment.seed().await?;
        Ok(deployment)
    }

    /// Sends a request through the gateway.
    pub async fn ask(&self, request: Request<String>) -> Result<Reply> {
        ask(&self.api_url, request).await
    }

    /// Where AWS answers, with the key `local` of the account's owner.
    pub fn aws_url(&self) -> &Url {
        &self.deployer.emulator
    }

    /// The mails that SES took.
    pub fn mailbox(&self) -> Result<Mailbox> {
        Mailbox::at(self.doors.aws_port())
    }

    /// Who the demo's people are here.
    pub fn people(&self) -> Result<People> {
        Ok(People { officer_token: self.issuer.token("petugas-1")?, bank: self.bank.clone() })
    }

    /// Brings the whole template to the stack by a change set, and gives what it changed, as `Modify MintQrRole`.
    pub async fn give_all_rights(&self) -> Result<Vec<String>> {
        let changed = self.deployer.run("change", &self.deployer.template(None)).await?;
        Ok(serde_json::from_value(changed["changes"].clone())?)
    }

    /// Tries everything that the emulator is known to leave out, and gives what was found as it was listed.
    ///
    /// # Errors
    ///
    /// A gap that was closed: the list, and what makes up for the gap, are then to be changed.
    pub async fn confirm_gaps(&self) -> Result<Vec<String>> {
        Ok(serde_json::from_value(self.deployer.run("gaps", &json!({})).await?["gaps"].clone())?)
    }

    /// What the tables hold, counted by kind and state, once the orders to erase are carried out.
    ///
    /// # Errors
    ///
    /// What is half-done: an order that is not carried out, a selfie without its registration, a dead letter.
    pub async fn census(&self) -> Result<BTreeMap<String, i64>> {
        Ok(serde_json::from_value(self.deployer.run("census", &json!({})).await?)?)
    }

    /// Deletes the stack, and gives how many resources are kept.
    ///
    /// # Errors
    ///
    /// What was kept that should be gone, and what is gone that should be kept.
    pub async fn delete(&self) -> Result<u64> {
        let deleted = self.deployer.run("delete", &json!({})).await?;
        deleted["retained"].as_u64().context("nobody counted what is kept")
    }

    /// The lines that the functions themselves have logged, oldest first.
    pub async fn log_lines(&self) -> Result<Vec<String>> {
        Ok(serde_json::from_value(self.deployer.run("logs", &json!({})).await?["lines"].clone())?)
    }

    /// What IAM has refused to the functions until now, each with the right that was missing.
    pub fn refusals(&self) -> Vec<String> {
        self.doors.refusals()
    }

    /// The SDK's client of the stack's tables, with the rights of the account's owner.
    pub fn database(&self) -> Client {
        Client::new(&sdk_config(self.deployer.emulator.as_str()))
    }

    /// The name of a table, as `residents`.
    pub fn table(name: &str) -> String {
        format!("{STACK}-{name}")
    }

    /// Ends every part, and waits until they are gone.
    pub async fn stop(self) -> Result<()> {
        if let Some(faults) = self.faults {
            faults.stop().await?;
        }
        self.emulator.stop().await
    }

    async fn seed(&self) -> Result<()> {
        for resident in personas::residents()? {
            self.put("residents", &resident).await?;
        }
        for organisation in personas::ORGANISATIONS {
            let key =
                if organisation.client_id == personas::BANK.client_id { &self.bank } else { &KeyPair::generate()? };
            self.put("integrators", &organisation.registered(key)).await?;
        }
        Ok(())
    }

    async fn put<T: Serialize + Sync>(&self, table: &str, entity: &T) -> Result<()> {
        let item = serde_dynamo::to_item(entity)?;
        let put = self.database().put_item().table_name(Self::table(table)).set_item(Some(item));
        put.send().await.with_context(|| format!("{table} cannot be written"))?;
        Ok(())
    }
}

/// Sends a request through the gateway of a deployed stack.
pub async fn ask(api_url: &Url, request: Request<String>) -> Result<Reply> {
    HttpApi::new(api_url.clone())?.send(request).await
}

/// What deploys, changes and deletes the stack: `infra/lab/deployed/deploy.py`.
struct Deployer {
    place: Place,
    emulator: Url,
    /// The template's.
    parameters: Value,
    signing_secret: String,
    packages: PathBuf,
}

impl Deployer {
    fn new(place: Place, emulator: Url, api_url: &Url, issuer: &str) -> Result<Self> {
        let parameters = json!({
            "Stage": "trial",
            "PublicUrl": api_url.as_str().trim_end_matches('/'),
            "OfficerIssuer": issuer,
            "OfficerAudience": AUDIENCE,
            "EmailIdentity": "ikd.example",
            "EmailSender": "identitas@ikd.example",
        });
        let signing_secret = serde_json::to_string(&SigningSecret::new()?)?;
        Ok(Self { place, emulator, parameters, signing_secret, packages: xtask::root().join("target/lambda") })
    }

    /// What to deploy.
    fn template(&self, without: Option<Right>) -> Value {
        json!({
            "parameters": self.parameters,
            "signing_secret": self.signing_secret,
            "packages": self.packages,
            "face_weights": face_lab::weights::folder(&xtask::root()),
            "without": without,
        })
    }

    /// Runs a command of `deploy.py`.
    async fn run(&self, command: &str, asked: &Value) -> Result<Value> {
        let mut asked = asked.clone();
        asked["endpoint"] = json!(self.emulator.as_str().trim_end_matches('/'));
        asked["stack"] = json!(STACK);
        self.place.python(&["infra/lab/deployed/deploy.py", command], &asked).await
    }
}
