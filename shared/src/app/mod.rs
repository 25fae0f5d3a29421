//! Built once per cold start: configuration, clients, keys, the clock, the source of randomness and the metrics.

mod clock;
mod environment;
mod metrics;
mod needs;
mod pins;
mod settings;

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use declaration::Need;
use jiff::Timestamp;
use jiff::civil::Date;
use tracing::level_filters::LevelFilter;

pub use clock::{Clock, Randomness, SystemClock, SystemRandomness};
pub use environment::{ConfigError, Environment};
use metrics::Metrics;
pub use metrics::{Counter, Outcome};
pub use needs::Builders;
use needs::Parts;
pub use pins::Pins;
pub use settings::{Rules, Settings};

use crate::aws::https;
use crate::callbacks::Caller;
use crate::domain::Id;
use crate::domain::moment::in_whole_milliseconds;
use crate::domain::secret::MacKey;
use crate::faces::FaceEngine;
use crate::log;
use crate::mail::Mailer;
use crate::store::Store;
use crate::tokens::keys::{RetiredKeys, SigningKey, VerifyingKeys};
use crate::tokens::officer::OfficerVerifier;
use crate::tokens::sealed::Seal;

/// What a step is given: nothing in it changes from request to request but the clock and the randomness.
pub struct App {
    pub settings: Settings,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    metrics: Metrics,
    parts: Parts,
}

/// Gives the tests their own time, randomness, SDK and metrics.
pub struct Surroundings {
    pub clock: Arc<dyn Clock>,
    pub randomness: Arc<dyn Randomness>,
    /// Its HTTP client is replaced by `http`.
    pub aws: aws_config::SdkConfig,
    /// Carries whatever goes out: see [`https`].
    pub http: SharedHttpConnector,
    /// Carries what goes to integrators, in place of the one that reaches the Internet alone.
    pub callbacks: Option<SharedHttpConnector>,
    /// Changes the DynamoDB client's configuration, for example to watch its calls.
    pub dynamodb: ChangeDynamoDb,
    /// Where metrics are written.
    pub metrics: Box<dyn Write + Send>,
}

/// A change of the DynamoDB client's configuration.
pub type ChangeDynamoDb = Box<dyn Fn(aws_sdk_dynamodb::config::Builder) -> aws_sdk_dynamodb::config::Builder>;

impl App {
    /// Begins to log and builds what a function needs; an invalid configuration gives one sentence in the log.
    pub async fn start(function: &str, needs: Builders) -> Result<Self, ConfigError> {
        let environment = Environment::of_process();
        log::start(settings::log_level(&environment).unwrap_or(LevelFilter::INFO));
        Self::from_environment(&environment, needs).await.inspect_err(|error| log::refuse_to_start(function, error))
    }

    /// Reads the process's environment. A missing or invalid value gives one sentence that names the variable.
    async fn from_environment(environment: &Environment, needs: Builders) -> Result<Self, ConfigError> {
        let settings = Settings::read(environment)?;
        let http = https::connector(settings.aws_timeout / ATTEMPTS);
        let surroundings = Surroundings {
            clock: Arc::new(SystemClock),
            randomness: Arc::new(SystemRandomness::default()),
            aws: aws_config::defaults(BehaviorVersion::latest()).http_client(https::client(&http)).load().await,
            http,
            callbacks: None,
            dynamodb: Box::new(|builder| builder),
            // Lambda sends it to CloudWatch.
            metrics: Box::new(std::io::stdout()),
        };
        Self::assemble(settings, environment, needs, surroundings)
    }

    /// Builds the parts asked for.
    pub fn build(environment: &Environment, needs: Builders, around: Surroundings) -> Result<Self, ConfigError> {
        Self::assemble(Settings::read(environment)?, environment, needs, around)
    }

    /// Builds the parts asked for, with settings already read.
    fn assemble(
        settings: Settings,
        environment: &Environment,
        needs: Builders,
        mut around: Surroundings,
    ) -> Result<Self, ConfigError> {
        around.aws = bounded(&around, settings.aws_timeout);
        let parts = needs.build(environment, &settings, &around)?;
        let metrics = Metrics::new(settings.stage.clone(), around.metrics);
        Ok(Self { settings, clock: around.clock, randomness: around.randomness, metrics, parts })
    }

    /// In whole milliseconds, as answers show times: a time that was shown is the one that is stored.
    pub fn now(&self) -> Timestamp {
        in_whole_milliseconds(self.clock.now())
    }

    /// The date in the municipality.
    pub fn today(&self) -> Date {
        self.settings.zone.date_at(self.now())
    }

    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.randomness.fill(&mut bytes);
        bytes
    }

    pub fn random_id(&self) -> Id {
        Id::from_random(self.random())
    }

    /// Counts what happens within the request under way.
    pub fn count(&self, counter: Counter) {
        self.metrics.count(counter);
    }

    /// Counts a holder's report of an integrator, within the request under way.
    pub fn count_report(&self, client_id: &str) {
        self.metrics.count_report(client_id);
    }

    /// Writes the metrics of a request, or of a stream's record, that is over.
    pub fn write_metrics(&self, function: &str, outcome: Outcome) {
        self.metrics.write(function, outcome, self.now());
    }

    /// The issuer of our tokens and assertions, and their audience where we are it.
    pub fn issuer(&self) -> &str {
        self.settings.public_url.as_str().trim_end_matches('/')
    }

    pub fn store(&self) -> &Store {
        asked_for(self.parts.store.as_ref(), Need::Store)
    }

    pub fn seal(&self) -> &Seal {
        asked_for(self.parts.seal.as_ref(), Need::SealingKey)
    }

    pub fn activation_codes(&self) -> &MacKey {
        asked_for(self.parts.activation_codes.as_ref(), Need::ActivationCodeKey)
    }

    pub fn pins(&self) -> &Pins {
        asked_for(self.parts.pins.as_ref(), Need::PinHasher)
    }

    pub fn signing_key(&self) -> &SigningKey {
        asked_for(self.parts.signing.as_ref(), Need::SigningKey)
    }

    pub fn verifying_keys(&self) -> &VerifyingKeys {
        asked_for(self.parts.verifying.as_ref(), Need::VerifyingKeys)
    }

    pub fn retired_keys(&self) -> &RetiredKeys {
        asked_for(self.parts.retired.as_ref(), Need::RetiredKeys)
    }

    pub fn pairwise_key(&self) -> &MacKey {
        asked_for(self.parts.pairwise.as_ref(), Need::PairwiseKey)
    }

    pub fn officers(&self) -> &OfficerVerifier {
        asked_for(self.parts.officers.as_ref(), Need::OfficerIssuer)
    }

    pub fn faces(&self) -> &FaceEngine {
        asked_for(self.parts.faces.as_ref(), Need::FaceEngine)
    }

    pub fn caller(&self) -> &Caller {
        asked_for(self.parts.caller.as_ref(), Need::Callbacks)
    }

    pub fn mailer(&self) -> &Mailer {
        asked_for(self.parts.mailer.as_ref(), Need::Mailer)
    }
}

/// How often a call to AWS is tried.
const ATTEMPTS: u32 = 3;

/// Calls that end within `timeout`: three attempts share it, so that after one lost answer there is time for another.
fn bounded(around: &Surroundings, timeout: Duration) -> aws_config::SdkConfig {
    let timeouts =
        TimeoutConfig::builder().operation_attempt_timeout(timeout / ATTEMPTS).operation_timeout(timeout).build();
    let repeating = RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(timeout / 60);
    let aws = around.aws.to_builder().http_client(https::client(&around.http));
    aws.timeout_config(timeouts).retry_config(repeating).build()
}

/// A function that uses what it did not ask for is a defect that its first test finds.
#[expect(clippy::panic, reason = "which parts a function has is fixed when it is written")]
fn asked_for<T>(part: Option<&T>, need: Need) -> &T {
    part.unwrap_or_else(|| panic!("this function does not ask for {need:?}"))
}
