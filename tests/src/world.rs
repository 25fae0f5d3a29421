//! One test's world: nothing in it is shared with another test's.

use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result};
use aws_config::{AppName, SdkConfig};
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use declaration::Need;
use ikd::app::{App, Builders, Clock, Environment, Surroundings};
use ikd::aws::https;
use ikd::domain::resident::Resident;
use ikd::function::Function;
use jiff::SignedDuration;
use local::actors::{ActivationEmail, Api, Browser, Integrator, KeyPair, Officer, Phone, Reply};
use local::personas::{self, Organisation, SITI};
use local::stack::database::{Database, PREFIX};
use local::stack::environment::Secrets;
use local::stack::issuer::{self, Issuer};
use tokio::net::TcpListener;
use tokio::sync::OnceCell;
use url::Url;

use crate::api::InProcess;
use crate::clock::{TestClock, TestRandomness};
use crate::database_calls::Calls;
use crate::engine::{self, Engine};
use crate::faults::{Dependency, Faults};
use crate::metrics::Written;
use crate::rekognition::Rekognition;
use crate::ses::Ses;

/// The service and everything around it.
pub struct World {
    pub clock: Arc<TestClock>,
    pub database: Database,
    pub calls: Calls,
    /// What the functions wrote for operators to count.
    pub metrics: Written,
    /// Between the functions and the database.
    pub faults: Faults,
    pub ses_faults: Faults,
    pub issuer_faults: Faults,
    pub ses: Ses,
    pub rekognition: Rekognition,
    pub issuer: Issuer,
    pub api: Arc<dyn Api>,
    service: Arc<InProcess>,
    parts: Arc<Parts>,
    integrators: Vec<(&'static str, KeyPair)>,
    /// How far the outbox's stream was worked through.
    pub(crate) position: Mutex<Option<String>>,
    /// How far that of the notices was.
    pub(crate) notices_position: Mutex<Option<String>>,
    /// How far that of the erasures was.
    pub(crate) erasures_position: Mutex<Option<String>>,
    pub(crate) newcomers: AtomicU32,
    /// The key that the service signs with.
    pub signing_key: KeyPair,
    pub(crate) siti: Resident,
}

/// What lies between the functions and what they depend on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Network {
    Sound,
    /// Nothing answers where the database should be.
    Cut,
    /// Proxies that can fail.
    Faulty,
}

/// An address at which nothing listens.
const NOWHERE: &str = "http://127.0.0.1:9";

/// Has faces compared by the engine that needs no service, for tests about faces. It takes a third of a second of processor until
/// somebody is approved, so in all other worlds Rekognition compares, as [`World::rekognition`] plays it.
pub const FACES_HERE: [(&str, &str); 1] = [("IKD_FACE_ENGINE", "embedded")];

/// Brings what faces need here, once for all tests.
async fn fetched() -> Result<()> {
    static FETCHED: OnceCell<()> = OnceCell::const_new();
    FETCHED.get_or_try_init(local::photographs::fetch).await.copied()
}

/// What the functions are built from.
#[derive(Clone)]
pub(crate) struct Parts {
    /// A later one takes an earlier one's place.
    variables: Vec<(String, String)>,
    clock: Arc<TestClock>,
    randomness: Arc<TestRandomness>,
    dynamodb: String,
    ses: SdkConfig,
    http: SharedHttpConnector,
    callbacks: Option<SharedHttpConnector>,
    calls: Calls,
    metrics: Written,
}

/// All is on this machine.
const CONNECT_WITHIN: Duration = Duration::from_secs(1);

impl Parts {
    /// The app of a function, which its user agent names to AWS.
    pub fn app(&self, function: &'static str, builders: Builders) -> Result<App> {
        let calls = self.calls.clone();
        let surroundings = Surroundings {
            clock: self.clock.clone(),
            randomness: self.randomness.clone(),
            // One SDK configuration has one endpoint: it is SES's, and the database's client gets its own.
            aws: self.ses.to_builder().app_name(AppName::new(function)?).build(),
            http: self.http.clone(),
            callbacks: self.callbacks.clone(),
            metrics: Box::new(self.metrics.clone()),
            dynamodb: {
                let endpoint = self.dynamodb.clone();
                Box::new(move |builder| builder.interceptor(calls.clone()).endpoint_url(&endpoint))
            },
        };
        let environment: Environment = self.variables.iter().cloned().collect();
        Ok(App::build(&environment, builders, surroundings)?)
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

    /// A world in which the database, SES and the officers' issuer are behind proxies that can fail.
    pub async fn with_faults() -> Self {
        // Less than a second for each attempt: a test waits for some of them.
        let variables = [("IKD_AWS_TIMEOUT_MILLISECONDS", "2400")];
        Self::build(&variables, Network::Faulty).await.expect("a world can be built")
    }

    /// The same, where nobody loses patience: calls can be held as long as a test wants.
    pub async fn with_patience() -> Self {
        let patience = [("IKD_AWS_TIMEOUT_MILLISECONDS", "25000"), ("IKD_ANSWER_WITHIN_MILLISECONDS", "25000")];
        Self::build(&patience, Network::Faulty).await.expect("a world can be built")
    }

    /// The same with the time-outs of production.
    pub async fn with_faults_in_production() -> Self {
        Self::build(&[], Network::Faulty).await.expect("a world can be built")
    }

    /// A world in which nothing answers where the database should be.
    pub async fn without_database() -> Self {
        Self::build(&[], Network::Cut).await.expect("a world can be built")
    }

    async fn build(variables: &[(&str, &str)], network: Network) -> Result<Self> {
        let database = engine::database().await?;
        database.create_tables(&xtask::root().join("infra/template.yaml"))?;
        fetched().await?;
        let residents = personas::residents()?;
        database.seed(&residents).await?;
        let mut integrators = Vec::new();
        for organisation in personas::ORGANISATIONS {
            let key = KeyPair::generate()?;
            database.register(&organisation.registered(&key)).await?;
            integrators.push((organisation.client_id, key));
        }

        let is_faulty = network == Network::Faulty;
        let network = Networks::between(network, &database).await?;
        let ses = network.ses.clone();

        let base = Url::parse("http://ikd.test/")?;
        let secrets = Secrets::for_test()?;
        let mut environment = secrets.variables()?;
        environment.extend([
            ("IKD_PUBLIC_URL".to_owned(), base.to_string()),
            ("IKD_TABLE_PREFIX".to_owned(), PREFIX.to_owned()),
            ("IKD_OFFICER_ISSUER".to_owned(), network.issuer.address().to_owned()),
            ("IKD_OFFICER_AUDIENCE".to_owned(), issuer::AUDIENCE.to_owned()),
            ("IKD_OFFICER_CLIENT".to_owned(), issuer::CLIENT.to_owned()),
            ("IKD_FACE_ENGINE".to_owned(), "rekognition".to_owned()),
            ("IKD_FACE_REGION".to_owned(), "ap-southeast-1".to_owned()),
            ("IKD_FACE_WEIGHTS".to_owned(), face_lab::weights::folder(&xtask::root()).display().to_string()),
            ("IKD_MAIL_SENDER".to_owned(), "identitas@ikd.example".to_owned()),
        ]);
        // Tests of failures choose themselves how long to wait.
        let patience: &[_] = if is_faulty { &[] } else { Engine::of_this_run().patience() };
        let variables = patience.iter().chain(variables);
        environment.extend(variables.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));

        let (calls, metrics) = (Calls::default(), Written::default());
        let clock = Arc::new(TestClock::new());
        let parts = Arc::new(Parts {
            variables: environment,
            clock: clock.clone(),
            randomness: Arc::default(),
            dynamodb: network.dynamodb,
            // With the database's credentials, which its client takes over.
            ses: database.config()?.to_builder().endpoint_url(&network.ses_endpoint).build(),
            http: https::connector(CONNECT_WITHIN),
            callbacks: None,
            calls: calls.clone(),
            metrics: metrics.clone(),
        });
        let service = Arc::new(InProcess::new(base, parts.clone()));
        let api: Arc<dyn Api> = service.clone();
        Ok(Self {
            clock,
            database,
            calls,
            metrics,
            faults: network.faults,
            ses_faults: network.ses_faults,
            issuer_faults: network.issuer_faults,
            ses,
            rekognition: network.rekognition,
            issuer: network.issuer,
            api,
            service,
            parts,
            integrators,
            position: Mutex::default(),
            notices_position: Mutex::default(),
            erasures_position: Mutex::default(),
            newcomers: AtomicU32::default(),
            signing_key: secrets.signing_key().clone(),
            siti: residents.into_iter().find(|one| one.nik.as_str() == SITI).context("Siti")?,
        })
    }

    /// Has notices carried by this, in place of what reaches the Internet alone.
    pub fn call_back_through(&mut self, connector: SharedHttpConnector) {
        Arc::make_mut(&mut self.parts).callbacks = Some(connector);
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

    /// The same service once its database is out of reach.
    pub fn with_database_gone(&self) -> Arc<dyn Api> {
        let parts = Parts { dynamodb: NOWHERE.to_owned(), ..(*self.parts).clone() };
        Arc::new(InProcess::new(self.api.base().clone(), Arc::new(parts)))
    }

    /// The same service with another time limit for a request, in milliseconds.
    pub fn answering_within(&self, milliseconds: u32) -> Arc<dyn Api> {
        let limit = ("IKD_ANSWER_WITHIN_MILLISECONDS".to_owned(), milliseconds.to_string());
        let mut parts = (*self.parts).clone();
        parts.variables.push(limit);
        Arc::new(InProcess::new(self.api.base().clone(), Arc::new(parts)))
    }

    /// A function's app, as a cold start would build it.
    pub fn app_of<Step: Copy>(&self, function: &Function<Step>) -> App {
        self.parts.app(function.name(), function.builders).expect("an app")
    }

    /// What a function is built from, for a test's own use.
    pub fn app(&self, needs: &[Need]) -> App {
        self.parts.app("tests", Builders::of(needs)).expect("an app")
    }

    /// How many PIN hashes the functions have computed so far.
    pub fn hashes_computed(&self) -> u64 {
        self.service.hashes_computed()
    }

    /// The last activation e-mail to an address.
    pub fn activation_email(&self, address: &str) -> ActivationEmail {
        let taken = self.ses.taken();
        let mail = taken.iter().rev().find(|mail| mail["Destination"]["ToAddresses"][0] == address);
        let text = mail.and_then(|mail| mail["Content"]["Simple"]["Body"]["Text"]["Data"].as_str());
        ActivationEmail::read(text.expect("an e-mail to that address")).expect("code and link")
    }

    /// Sends any request.
    pub async fn send(&self, request: http::Request<String>) -> Reply {
        self.api.send(request).await.expect("an answer")
    }
}

/// Where the functions find what they depend on.
struct Networks {
    dynamodb: String,
    ses_endpoint: String,
    ses: Ses,
    rekognition: Rekognition,
    issuer: Issuer,
    faults: Faults,
    ses_faults: Faults,
    issuer_faults: Faults,
}

impl Networks {
    async fn between(network: Network, database: &Database) -> Result<Self> {
        let (faults, ses_faults, issuer_faults) = (Faults::default(), Faults::default(), Faults::default());
        let key = KeyPair::generate()?;
        let (ses, rekognition) = (Ses::default(), Rekognition::default());
        let ses_endpoint = ses.serve(rekognition.routes()).await?;
        if network != Network::Faulty {
            let dynamodb = if network == Network::Cut { NOWHERE } else { database.endpoint()? }.to_owned();
            let (issuer, _) = Issuer::start(key, 0).await?;
            return Ok(Self { dynamodb, ses_endpoint, ses, rekognition, issuer, faults, ses_faults, issuer_faults });
        }
        let [(to_database, dynamodb), (to_ses, faulty_ses), (to_issuer, in_front), (of_issuer, behind)] =
            [listen().await?, listen().await?, listen().await?, listen().await?];
        let (issuer, _) = Issuer::serve(key, of_issuer, in_front)?;
        faults.serve(to_database, Dependency::DynamoDb, database.endpoint()?);
        ses_faults.serve(to_ses, Dependency::Ses, &ses_endpoint);
        issuer_faults.serve(to_issuer, Dependency::Issuer, &behind);
        Ok(Self { dynamodb, ses_endpoint: faulty_ses, ses, rekognition, issuer, faults, ses_faults, issuer_faults })
    }
}

async fn listen() -> Result<(TcpListener, String)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = format!("http://{}", listener.local_addr()?);
    Ok((listener, address))
}
