//! The parts of [`App`] that a function asks for. What it does not ask for it is not given, no secret and no client, and
//! does not carry along: a need is the code that builds its part, so that the linker leaves out what nobody names.
//!
//! [`App`]: super::App

use std::fmt;
use std::path::PathBuf;

use aws_config::Region;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use face_engine::Thresholds;

use super::calls::LogCalls;
use super::environment::{ConfigError, Environment};
use super::{Settings, Surroundings};
use crate::domain::pin_hash::PinHasher;
use crate::domain::secret::MacKey;
use crate::faces::{Embedded, FaceEngine, Rekognition, Similarities};
use crate::mail::{Mailer, Sender};
use crate::store::{RepeatConflicts, Store, Tables};
use crate::tokens::keys::{SigningKey, VerifyingKeys};
use crate::tokens::officer::{OfficerIssuer, OfficerVerifier};
use crate::tokens::sealed::Seal;

/// One part.
#[derive(Clone, Copy)]
pub struct Need {
    name: &'static str,
    build: Build,
}

type Build = fn(&mut Parts, &Environment, &Settings, &Surroundings) -> Result<(), ConfigError>;

/// The parts that a function may have.
#[derive(Default)]
pub(super) struct Parts {
    pub store: Option<Store>,
    pub seal: Option<Seal>,
    pub activation_codes: Option<MacKey>,
    pub pins: Option<PinHasher>,
    pub signing: Option<SigningKey>,
    pub verifying: Option<VerifyingKeys>,
    pub pairwise: Option<MacKey>,
    pub officers: Option<OfficerVerifier>,
    pub mailer: Option<Mailer>,
    pub faces: Option<FaceEngine>,
}

impl Need {
    /// DynamoDB.
    pub const STORE: Self = Self::new("Store", store);
    /// The key that seals tickets, links and captchas.
    pub const SEAL: Self = Self::new("Seal", seal);
    /// The key that activation codes are derived from.
    pub const ACTIVATION_CODES: Self = Self::new("ActivationCodes", activation_codes);
    /// The pepper of the PINs.
    pub const PINS: Self = Self::new("Pins", pins);
    /// The private key that tokens and assertions are signed with.
    pub const SIGNING: Self = Self::new("Signing", signing);
    /// The public keys that they verify with.
    pub const VERIFYING: Self = Self::new("Verifying", verifying);
    /// The key of the names that integrators know holders by.
    pub const PAIRWISE_SUBJECTS: Self = Self::new("PairwiseSubjects", pairwise_subjects);
    /// The officers' issuer.
    pub const OFFICERS: Self = Self::new("Officers", officers);
    /// SES and the sender's name.
    pub const MAIL: Self = Self::new("Mail", mail);

    /// Whoever compares faces.
    pub const FACES: Self = Self::new("Faces", faces);

    const fn new(name: &'static str, build: Build) -> Self {
        Self { name, build }
    }

    pub(super) fn add_to(
        self,
        parts: &mut Parts,
        environment: &Environment,
        settings: &Settings,
        around: &Surroundings,
    ) -> Result<(), ConfigError> {
        (self.build)(parts, environment, settings, around)
    }
}

impl PartialEq for Need {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Need {}

impl fmt::Debug for Need {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

fn store(parts: &mut Parts, environment: &Environment, _: &Settings, around: &Surroundings) -> Result<(), ConfigError> {
    let config =
        aws_sdk_dynamodb::config::Builder::from(&around.aws).retry_classifier(RepeatConflicts).interceptor(LogCalls);
    let config = (around.dynamodb)(config).build();
    let tables = Tables::with_prefix(&environment.required("IKD_TABLE_PREFIX")?);
    parts.store = Some(Store::new(aws_sdk_dynamodb::Client::from_conf(config), tables));
    Ok(())
}

fn seal(parts: &mut Parts, environment: &Environment, _: &Settings, _: &Surroundings) -> Result<(), ConfigError> {
    parts.seal = Some(Seal::new(environment.mac_key("IKD_SEALING_KEY")?));
    Ok(())
}

fn activation_codes(
    parts: &mut Parts,
    environment: &Environment,
    _: &Settings,
    _: &Surroundings,
) -> Result<(), ConfigError> {
    parts.activation_codes = Some(environment.mac_key("IKD_ACTIVATION_CODE_KEY")?);
    Ok(())
}

fn pins(parts: &mut Parts, environment: &Environment, _: &Settings, _: &Surroundings) -> Result<(), ConfigError> {
    let pepper = environment.secret("IKD_PIN_PEPPER")?;
    let hasher = PinHasher::new(pepper.as_bytes());
    parts.pins = Some(hasher.map_err(|error| ConfigError::nonsense("IKD_PIN_PEPPER", error))?);
    Ok(())
}

fn signing(parts: &mut Parts, environment: &Environment, _: &Settings, _: &Surroundings) -> Result<(), ConfigError> {
    let key = SigningKey::from_pem(&environment.required("IKD_SIGNING_KEY")?);
    parts.signing = Some(key.map_err(|error| ConfigError::nonsense("IKD_SIGNING_KEY", error))?);
    Ok(())
}

fn verifying(parts: &mut Parts, environment: &Environment, _: &Settings, _: &Surroundings) -> Result<(), ConfigError> {
    let keys = VerifyingKeys::from_jwks(&environment.required("IKD_VERIFYING_KEYS")?);
    parts.verifying = Some(keys.map_err(|error| ConfigError::nonsense("IKD_VERIFYING_KEYS", error))?);
    Ok(())
}

fn pairwise_subjects(
    parts: &mut Parts,
    environment: &Environment,
    _: &Settings,
    _: &Surroundings,
) -> Result<(), ConfigError> {
    parts.pairwise = Some(environment.mac_key("IKD_PAIRWISE_KEY")?);
    Ok(())
}

fn officers(
    parts: &mut Parts,
    environment: &Environment,
    settings: &Settings,
    around: &Surroundings,
) -> Result<(), ConfigError> {
    environment.url("IKD_OFFICER_ISSUER")?;
    let issuer = OfficerIssuer {
        // Tokens name their issuer to the letter, trailing slash or not.
        issuer: environment.required("IKD_OFFICER_ISSUER")?,
        audience: environment.required("IKD_OFFICER_AUDIENCE")?,
        role_claim: environment.or("IKD_OFFICER_ROLE_CLAIM", "roles"),
        role: environment.or("IKD_OFFICER_ROLE", "petugas"),
    };
    parts.officers = Some(OfficerVerifier::new(issuer, around.http.clone(), settings.aws_timeout / 3));
    Ok(())
}

fn mail(
    parts: &mut Parts,
    environment: &Environment,
    settings: &Settings,
    around: &Surroundings,
) -> Result<(), ConfigError> {
    let sender = Sender {
        name: environment.header_text("IKD_MAIL_SENDER_NAME", "SIAK Terpusat Identitas Digital")?,
        address: environment.email("IKD_MAIL_SENDER")?,
    };
    // An e-mail whose answer was lost is sent all the same: repeating is left to the stream, which does it once in a
    // while and not three times in a second.
    let timeouts = TimeoutConfig::builder().operation_timeout(settings.aws_timeout).build();
    let once = aws_sdk_sesv2::config::Builder::from(&around.aws)
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts)
        .interceptor(LogCalls);
    let configuration_set = environment.required("IKD_MAIL_CONFIGURATION_SET").ok();
    let client = aws_sdk_sesv2::Client::from_conf(once.build());
    parts.mailer = Some(Mailer::new(client, sender, configuration_set));
    Ok(())
}

fn faces(
    parts: &mut Parts,
    environment: &Environment,
    settings: &Settings,
    around: &Surroundings,
) -> Result<(), ConfigError> {
    const ENGINE: &str = "IKD_FACE_ENGINE";
    const WEIGHTS: &str = "IKD_FACE_WEIGHTS";

    let [matching, no_match] = ["IKD_FACE_MATCH", "IKD_FACE_NO_MATCH"];
    parts.faces = Some(match environment.or(ENGINE, "embedded").as_str() {
        "embedded" => {
            let weights = PathBuf::from(environment.required(WEIGHTS)?);
            if !weights.is_dir() {
                return Err(ConfigError::nonsense(WEIGHTS, "there is no such folder"));
            }
            let thresholds = Thresholds {
                match_at_most: environment.decimal(matching, 0.45, 0.0..=2.0)?,
                no_match_above: environment.decimal(no_match, 0.60, 0.0..=2.0)?,
            };
            if thresholds.match_at_most > thresholds.no_match_above {
                return Err(ConfigError::nonsense(no_match, "a match must not be a greater distance than no match"));
            }
            FaceEngine::Embedded(Embedded::new(weights, thresholds))
        }
        "rekognition" => {
            let similarities = Similarities {
                match_at_least: environment.decimal(matching, 99.0, 0.0..=100.0)?,
                no_match_below: environment.decimal(no_match, 90.0, 0.0..=100.0)?,
            };
            if similarities.match_at_least < similarities.no_match_below {
                return Err(ConfigError::nonsense(no_match, "a match must not be less alike than no match"));
            }
            // Two calls, one after the other, have to fit into a step.
            let timeouts = TimeoutConfig::builder()
                .operation_attempt_timeout(settings.aws_timeout / 2)
                .operation_timeout(settings.aws_timeout / 2)
                .build();
            let mut config =
                aws_sdk_rekognition::config::Builder::from(&around.aws).timeout_config(timeouts).interceptor(LogCalls);
            // Rekognition is not in every region.
            if let Ok(region) = environment.required("IKD_FACE_REGION") {
                config.set_region(Some(Region::new(region)));
            }
            let client = aws_sdk_rekognition::Client::from_conf(config.build());
            FaceEngine::Rekognition(Rekognition::new(client, similarities))
        }
        _ => return Err(ConfigError::nonsense(ENGINE, "it must be embedded or rekognition")),
    });
    Ok(())
}
