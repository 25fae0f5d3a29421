//! One test's world: nothing in it is shared with another test's.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Result;
use aws_config::SdkConfig;
use aws_lambda_events::event::dynamodb::Event;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use ikd::app::{App, Clock, Environment, Need, Surroundings};
use jiff::SignedDuration;
use serde_json::{Value, json};
use url::Url;
use xtask::actors::{ActivationEmail, Api, Browser, Integrator, KeyPair, Officer, Phone, Reply};
use xtask::personas::{self, Organisation};
use xtask::stack::database::{Database, PREFIX, sdk_config};
use xtask::stack::environment::Secrets;
use xtask::stack::issuer::{self, Issuer};
use xtask::stack::stream_pump;

use crate::api::InProcess;
use crate::calls::Calls;
use crate::faults::Faults;
use crate::ses::Ses;
use crate::sources::{TestClock, TestRandomness};

/// The service and everything around it.
pub struct World {
    pub clock: Arc<TestClock>,
    pub database: Database,
    pub calls: Calls,
    pub faults: Faults,
    pub ses: Ses,
    pub issuer: Issuer,
    pub api: Arc<dyn Api>,
    parts: Arc<Parts>,
    integrators: Vec<(&'static str, KeyPair)>,
    /// How far the outbox's stream was worked through.
    position: Mutex<Option<String>>,
}

/// What lies between the functions and the database.
#[derive(Clone, Copy)]
enum Network {
    Sound,
    Cut,
    Faulty,
}

/// An address at which nothing listens.
const NOWHERE: &str = "http://127.0.0.1:9";

/// What the functions are built from.
#[derive(Clone)]
pub(crate) struct Parts {
    environment: Environment,
    clock: Arc<TestClock>,
    randomness: Arc<TestRandomness>,
    dynamodb: SdkConfig,
    ses: SdkConfig,
    calls: Calls,
}

impl Parts {
    fn dynamodb_at(&self, endpoint: &str) -> SdkConfig {
        self.dynamodb.clone().into_builder().endpoint_url(endpoint).build()
    }

    pub fn app(&self, needs: &[Need]) -> Result<App> {
        let calls = self.calls.clone();
        let surroundings = Surroundings {
            clock: self.clock.clone(),
            randomness: self.randomness.clone(),
            // One SDK configuration has one endpoint: it is SES's, and the database's client is told its own.
            aws: self.ses.clone(),
            dynamodb: {
                let endpoint = self.dynamodb.endpoint_url().unwrap_or(NOWHERE).to_owned();
                let retry = self.dynamodb.retry_config().cloned().unwrap_or_else(RetryConfig::disabled);
                Box::new(move |builder| {
                    builder.interceptor(calls.clone()).endpoint_url(&endpoint).retry_config(retry.clone())
                })
            },
        };
        Ok(App::build(&self.environment, needs, surroundings)?)
    }
}

impl World {
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    /// A world whose configuration differs in some variables.
    pub async fn with(variables: &[(&str, &str)]) -> Self {
        Self::build(variables, Network::Sound).await.expect("a world can be built")
    }

    /// A world with a network between functions and database that can go wrong, and an SDK that repeats.
    pub async fn with_faults() -> Self {
        Self::build(&[], Network::Faulty).await.expect("a world can be built")
    }

    /// A world in which nothing answers where the database should be.
    pub async fn without_database() -> Self {
        Self::build(&[], Network::Cut).await.expect("a world can be built")
    }

    async fn build(variables: &[(&str, &str)], network: Network) -> Result<Self> {
        let mut database = Database::in_memory()?;
        database.serve(0).await?;
        database.create_tables(&xtask::root().join("infra/template.yaml"))?;
        database.seed(&personas::residents()?).await?;
        let mut integrators = Vec::new();
        for organisation in personas::ORGANISATIONS {
            let key = KeyPair::generate()?;
            database.register(&organisation.registered(&key)).await?;
            integrators.push((organisation.client_id, key));
        }

        let (issuer, _) = Issuer::start(KeyPair::generate()?, 0).await?;
        let ses = Ses::default();
        let ses_endpoint = ses.serve().await?;

        let base = Url::parse("http://ikd.test/")?;
        let mut environment = Secrets::for_test()?.variables()?;
        environment.extend([
            ("IKD_PUBLIC_URL".to_owned(), base.to_string()),
            ("IKD_TABLE_PREFIX".to_owned(), PREFIX.to_owned()),
            ("IKD_OFFICER_ISSUER".to_owned(), issuer.address()),
            ("IKD_OFFICER_AUDIENCE".to_owned(), issuer::AUDIENCE.to_owned()),
            ("IKD_MAIL_SENDER".to_owned(), "identitas@ikd.example".to_owned()),
        ]);
        environment.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));

        let faults = Faults::default();
        let dynamodb = match network {
            Network::Sound => sdk(database.endpoint()?),
            Network::Cut => sdk(NOWHERE),
            Network::Faulty => {
                let repeating = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
                sdk(&faults.serve(database.endpoint()?).await?).into_builder().retry_config(repeating).build()
            }
        };
        let calls = Calls::default();
        let clock = Arc::new(TestClock::new());
        let parts = Arc::new(Parts {
            environment: environment.into_iter().collect(),
            clock: clock.clone(),
            randomness: Arc::default(),
            dynamodb,
            ses: sdk(&ses_endpoint),
            calls: calls.clone(),
        });
        let api: Arc<dyn Api> = Arc::new(InProcess::new(base, parts.clone())?);
        Ok(Self { clock, database, calls, faults, ses, issuer, api, parts, integrators, position: Mutex::default() })
    }

    pub fn phone(&self) -> Phone {
        Phone::new(self.api.clone(), self.clock.clone()).expect("a phone")
    }

    pub fn officer(&self) -> Officer {
        self.officer_named("petugas-1")
    }

    pub fn officer_named(&self, subject: &str) -> Officer {
        let token = self.issuer.token(subject, issuer::OFFICER_ROLE, self.clock.now()).expect("a token");
        Officer::new(self.api.clone(), token)
    }

    pub fn integrator(&self, organisation: Organisation) -> Integrator {
        let key = self.integrators.iter().find(|(client_id, _)| *client_id == organisation.client_id);
        let (client_id, key) = key.expect("a registered organisation");
        Integrator::new(self.api.clone(), self.clock.clone(), client_id, key.clone())
    }

    pub fn browser(&self) -> Browser {
        Browser::new(self.api.clone())
    }

    pub fn pass(&self, time: SignedDuration) {
        self.clock.advance(time);
    }

    /// The same service after its database went out of reach.
    pub fn with_database_gone(&self) -> Arc<dyn Api> {
        let parts = Parts { dynamodb: self.parts.dynamodb_at(NOWHERE), ..(*self.parts).clone() };
        Arc::new(InProcess::new(self.api.base().clone(), Arc::new(parts)).expect("a service"))
    }

    /// A function's app, as a cold start would build it.
    pub fn app(&self, needs: &[Need]) -> App {
        self.parts.app(needs).expect("an app")
    }

    /// Works the outbox's stream through once, as the event source mapping does; gives the reported failures.
    pub async fn deliver(&self) -> Vec<String> {
        let after = self.position.lock().unwrap().clone();
        let records = stream_pump::read(&self.database, after.as_deref()).expect("a stream");
        let response = self.send_activation_emails(&records).await;
        let failures: Vec<String> = response.into_iter().collect();
        let number = |record: &Value| record["dynamodb"]["SequenceNumber"].as_str().map(str::to_owned);
        let done =
            records.iter().take_while(|record| !failures.iter().any(|failed| number(record).as_ref() == Some(failed)));
        if let Some(last) = done.last() {
            *self.position.lock().unwrap() = number(last);
        }
        failures
    }

    /// Hands records to send-activation-email; gives the sequence numbers that it reports as failed.
    pub async fn send_activation_emails(&self, records: &[Value]) -> Vec<String> {
        let event: Event = serde_json::from_value(json!({ "Records": records })).expect("an event");
        let app = self.app(send_activation_email::NEEDS);
        let response = send_activation_email::send_activation_emails(&app, event).await;
        response.batch_item_failures.into_iter().filter_map(|failure| failure.item_identifier).collect()
    }

    /// The records that the outbox's stream holds.
    pub fn outbox_records(&self) -> Vec<Value> {
        stream_pump::read(&self.database, None).expect("a stream")
    }

    /// The last activation e-mail to an address.
    pub fn activation_email(&self, address: &str) -> ActivationEmail {
        let taken = self.ses.taken();
        let mail = taken.iter().rev().find(|mail| mail["Destination"]["ToAddresses"][0] == address);
        let text = mail.and_then(|mail| mail["Content"]["Simple"]["Body"]["Text"]["Data"].as_str());
        ActivationEmail::read(text.expect("an e-mail to that address")).expect("code and link")
    }

    /// One item of a table, as DynamoDB's JSON.
    pub fn item(&self, table: &str, key: (&str, &str)) -> Option<Value> {
        let request = json!({
            "TableName": format!("{PREFIX}{table}"),
            "Key": { key.0: { "S": key.1 } },
            "ConsistentRead": true,
        });
        let found = self.database.engine().get_item(serde_json::from_value(request).unwrap()).unwrap();
        serde_json::to_value(found).unwrap().get("Item").cloned()
    }

    /// Every item of a table.
    pub fn items(&self, table: &str) -> Vec<Value> {
        let request = json!({ "TableName": format!("{PREFIX}{table}") });
        let found = self.database.engine().scan(serde_json::from_value(request).unwrap()).unwrap();
        serde_json::to_value(found).unwrap()["Items"].as_array().cloned().unwrap_or_default()
    }

    /// Replaces one row of the registry.
    pub async fn change_resident(&self, nik: &str, change: impl FnOnce(&mut ikd::domain::resident::Resident)) {
        let mut residents = personas::residents().unwrap();
        let resident = residents.iter_mut().find(|resident| resident.nik.as_str() == nik).expect("a persona");
        change(resident);
        self.database.seed(std::slice::from_ref(resident)).await.unwrap();
    }

    /// Sends any request.
    pub async fn send(&self, request: http::Request<String>) -> Reply {
        self.api.send(request).await.expect("an answer")
    }
}

/// Repetition is the caller's here, so that a fault is seen at once.
fn sdk(endpoint: &str) -> SdkConfig {
    sdk_config(endpoint).into_builder().retry_config(RetryConfig::disabled()).build()
}
