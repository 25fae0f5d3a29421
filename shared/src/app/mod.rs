//! Built once per cold start: configuration, clients, keys, the clock and the source of randomness.

mod calls;
mod environment;
mod logs;
mod settings;
mod sources;

use std::sync::Arc;
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use jiff::Timestamp;
use tracing::level_filters::LevelFilter;

use calls::LogCalls;
pub use environment::{ConfigError, Environment};
pub use settings::{Rules, Settings};
pub use sources::{Clock, Randomness, SystemClock, SystemRandomness};

use crate::domain::Id;
use crate::domain::pin_hash::PinHasher;
use crate::domain::secret::MacKey;
use crate::mail::{Mailer, Sender};
use crate::store::{RepeatConflicts, Store, Tables};
use crate::tokens::keys::{SigningKey, VerifyingKeys};
use crate::tokens::officer::{OfficerIssuer, OfficerVerifier};
use crate::tokens::sealed::Seal;

/// A part of [`App`] that a function asks for. What it does not ask for it is not given: no secret, no client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// DynamoDB.
    Store,
    /// The key that seals tickets, links and captchas.
    Seal,
    /// The key that activation codes are derived from.
    ActivationCodes,
    /// The pepper of the PINs.
    Pins,
    /// The private key that tokens and assertions are signed with.
    Signing,
    /// The public keys that they verify with.
    Verifying,
    /// The key of the names that integrators know holders by.
    PairwiseSubjects,
    /// The officers' issuer.
    Officers,
    /// SES and the sender's name.
    Mail,
}

/// What a step is given: nothing in it changes from request to request but the clock and the randomness.
pub struct App {
    pub settings: Settings,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    parts: Parts,
}

/// The parts that a function may ask for.
#[derive(Default)]
struct Parts {
    store: Option<Store>,
    seal: Option<Seal>,
    activation_codes: Option<MacKey>,
    pins: Option<PinHasher>,
    signing: Option<SigningKey>,
    verifying: Option<VerifyingKeys>,
    pairwise: Option<MacKey>,
    officers: Option<OfficerVerifier>,
    mailer: Option<Mailer>,
}

/// Gives the tests their own time, randomness and SDK.
pub struct Surroundings {
    pub clock: Arc<dyn Clock>,
    pub randomness: Arc<dyn Randomness>,
    pub aws: aws_config::SdkConfig,
    /// Changes the DynamoDB client's configuration, to watch its calls for one.
    pub dynamodb: ChangeDynamoDb,
}

/// A change of the DynamoDB client's configuration.
pub type ChangeDynamoDb = Box<dyn Fn(aws_sdk_dynamodb::config::Builder) -> aws_sdk_dynamodb::config::Builder>;

impl App {
    /// Begins to log and builds what a function needs; a configuration that does not fit is one sentence in the log.
    pub async fn start(function: &str, needs: &[Need]) -> Result<Self, ConfigError> {
        let environment = Environment::of_process();
        logs::start(settings::log_level(&environment).unwrap_or(LevelFilter::INFO));
        Self::from_environment(&environment, needs).await.inspect_err(|error| logs::refuse_to_start(function, error))
    }

    /// Reads the process's environment. Missing or nonsensical values are one sentence that names the variable.
    async fn from_environment(environment: &Environment, needs: &[Need]) -> Result<Self, ConfigError> {
        let surroundings = Surroundings {
            clock: Arc::new(SystemClock),
            randomness: Arc::new(SystemRandomness::default()),
            aws: aws_config::load_defaults(BehaviorVersion::latest()).await,
            dynamodb: Box::new(|builder| builder),
        };
        Self::build(environment, needs, surroundings)
    }

    /// Builds the parts asked for.
    pub fn build(environment: &Environment, needs: &[Need], mut around: Surroundings) -> Result<Self, ConfigError> {
        let settings = Settings::read(environment)?;
        around.aws = bounded(&around.aws, settings.aws_timeout);
        let mut parts = Parts::default();
        for need in needs {
            parts.add(*need, environment, &settings, &around)?;
        }
        Ok(Self { settings, clock: around.clock, randomness: around.randomness, parts })
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.randomness.fill(&mut bytes);
        bytes
    }

    pub fn random_id(&self) -> Id {
        Id::from_random(self.random())
    }

    /// The issuer of our tokens and assertions, and their audience where we are it.
    pub fn issuer(&self) -> &str {
        self.settings.public_url.as_str().trim_end_matches('/')
    }

    pub fn store(&self) -> &Store {
        asked_for(self.parts.store.as_ref(), Need::Store)
    }

    pub fn seal(&self) -> &Seal {
        asked_for(self.parts.seal.as_ref(), Need::Seal)
    }

    pub fn activation_codes(&self) -> &MacKey {
        asked_for(self.parts.activation_codes.as_ref(), Need::ActivationCodes)
    }

    pub fn pins(&self) -> &PinHasher {
        asked_for(self.parts.pins.as_ref(), Need::Pins)
    }

    pub fn signing_key(&self) -> &SigningKey {
        asked_for(self.parts.signing.as_ref(), Need::Signing)
    }

    pub fn verifying_keys(&self) -> &VerifyingKeys {
        asked_for(self.parts.verifying.as_ref(), Need::Verifying)
    }

    pub fn pairwise_key(&self) -> &MacKey {
        asked_for(self.parts.pairwise.as_ref(), Need::PairwiseSubjects)
    }

    pub fn officers(&self) -> &OfficerVerifier {
        asked_for(self.parts.officers.as_ref(), Need::Officers)
    }

    pub fn mailer(&self) -> &Mailer {
        asked_for(self.parts.mailer.as_ref(), Need::Mail)
    }
}

impl Parts {
    fn add(
        &mut self,
        need: Need,
        environment: &Environment,
        settings: &Settings,
        around: &Surroundings,
    ) -> Result<(), ConfigError> {
        match need {
            Need::Store => {
                let config = aws_sdk_dynamodb::config::Builder::from(&around.aws)
                    .retry_classifier(RepeatConflicts)
                    .interceptor(LogCalls);
                let config = (around.dynamodb)(config).build();
                let tables = Tables::with_prefix(&environment.required("IKD_TABLE_PREFIX")?);
                self.store = Some(Store::new(aws_sdk_dynamodb::Client::from_conf(config), tables));
            }
            Need::Seal => self.seal = Some(Seal::new(environment.mac_key("IKD_SEALING_KEY")?)),
            Need::ActivationCodes => self.activation_codes = Some(environment.mac_key("IKD_ACTIVATION_CODE_KEY")?),
            Need::Pins => {
                let pepper = environment.secret("IKD_PIN_PEPPER")?;
                let hasher = PinHasher::new(pepper.as_bytes());
                self.pins = Some(hasher.map_err(|error| ConfigError::nonsense("IKD_PIN_PEPPER", error))?);
            }
            Need::Signing => {
                let key = SigningKey::from_pem(&environment.required("IKD_SIGNING_KEY")?);
                self.signing = Some(key.map_err(|error| ConfigError::nonsense("IKD_SIGNING_KEY", error))?);
            }
            Need::Verifying => {
                let keys = VerifyingKeys::from_jwks(&environment.required("IKD_VERIFYING_KEYS")?);
                self.verifying = Some(keys.map_err(|error| ConfigError::nonsense("IKD_VERIFYING_KEYS", error))?);
            }
            Need::PairwiseSubjects => self.pairwise = Some(environment.mac_key("IKD_PAIRWISE_KEY")?),
            Need::Officers => {
                environment.url("IKD_OFFICER_ISSUER")?;
                let issuer = OfficerIssuer {
                    // Tokens name their issuer to the letter, trailing slash or not.
                    issuer: environment.required("IKD_OFFICER_ISSUER")?,
                    audience: environment.required("IKD_OFFICER_AUDIENCE")?,
                    role_claim: environment.or("IKD_OFFICER_ROLE_CLAIM", "roles"),
                    role: environment.or("IKD_OFFICER_ROLE", "petugas"),
                };
                let verifier = OfficerVerifier::new(issuer, settings.aws_timeout / 3);
                self.officers = Some(verifier.map_err(|error| ConfigError::nonsense("IKD_OFFICER_ISSUER", error))?);
            }
            Need::Mail => {
                let sender = Sender {
                    name: environment.header_text("IKD_MAIL_SENDER_NAME", "SIAK Terpusat Identitas Digital")?,
                    address: environment.email("IKD_MAIL_SENDER")?,
                };
                // An e-mail whose answer was lost is sent all the same: repeating is left to the stream, which does it
                // once in a while and not three times in a second.
                let timeouts = TimeoutConfig::builder().operation_timeout(settings.aws_timeout).build();
                let once = aws_sdk_sesv2::config::Builder::from(&around.aws)
                    .retry_config(RetryConfig::disabled())
                    .timeout_config(timeouts)
                    .interceptor(LogCalls);
                let configuration_set = environment.required("IKD_MAIL_CONFIGURATION_SET").ok();
                let client = aws_sdk_sesv2::Client::from_conf(once.build());
                self.mailer = Some(Mailer::new(client, sender, configuration_set));
            }
        }
        Ok(())
    }
}

/// Calls that end in time: three attempts share it, so that one lost answer still leaves room for another.
fn bounded(aws: &aws_config::SdkConfig, timeout: Duration) -> aws_config::SdkConfig {
    const ATTEMPTS: u32 = 3;

    let timeouts = TimeoutConfig::builder()
        .connect_timeout(timeout / ATTEMPTS)
        .operation_attempt_timeout(timeout / ATTEMPTS)
        .operation_timeout(timeout)
        .build();
    let repeating = RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(timeout / 60);
    aws.to_builder().timeout_config(timeouts).retry_config(repeating).build()
}

/// A function that uses what it did not ask for is a defect that its first test meets.
#[expect(clippy::panic, reason = "which parts a function has is fixed when it is written")]
fn asked_for<T>(part: Option<&T>, need: Need) -> &T {
    part.unwrap_or_else(|| panic!("this function does not ask for {need:?}"))
}
