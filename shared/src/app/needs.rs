//! The parts of [`App`] that a function declares as needed. It gets no other secret and no other client.
//!
//! [`App`]: super::App

use std::path::PathBuf;

use aws_config::Region;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use declaration::Need;
use face_engine::Thresholds;

use super::environment::{ConfigError, Environment};
use super::{Pins, Settings, Surroundings};
use crate::aws::{LeanCalls, LogCalls};
use crate::callbacks::Caller;
use crate::domain::secret::MacKey;
use crate::faces::{Embedded, FaceEngine, Rekognition, Similarities};
use crate::mail::{Mailer, Sender};
use crate::store::{RepeatConflicts, Store, Tables};
use crate::tokens::keys::{RetiredKeys, SigningKey, VerifyingKeys};
use crate::tokens::officer::{OfficerIssuer, OfficerVerifier};
use crate::tokens::sealed::Seal;

type Build = fn(&mut Parts, &Environment, &Settings, &Surroundings) -> Result<(), ConfigError>;

/// The code that builds the parts which a function declares. It is looked up at compile time, so that a function
/// contains the code of no other part.
#[derive(Clone, Copy)]
pub struct Builders([Option<Build>; MAX_NEEDS]);

/// The number of all needs.
const MAX_NEEDS: usize = 12;

impl Builders {
    /// The builders of some needs, each of which is named once.
    pub const fn of(needs: &[Need]) -> Self {
        let mut builders = [None; MAX_NEEDS];
        let mut index = 0;
        while index < needs.len() {
            builders[index] = Some(builder(needs[index]));
            index += 1;
        }
        Self(builders)
    }

    pub(super) fn build(
        self,
        environment: &Environment,
        settings: &Settings,
        around: &Surroundings,
    ) -> Result<Parts, ConfigError> {
        let mut parts = Parts::default();
        for build in self.0.into_iter().flatten() {
            build(&mut parts, environment, settings, around)?;
        }
        Ok(parts)
    }
}

const fn builder(need: Need) -> Build {
    match need {
        Need::Store => store,
        Need::SealingKey => seal,
        Need::ActivationCodeKey => activation_codes,
        Need::PinHasher => pins,
        Need::SigningKey => signing,
        Need::VerifyingKeys => verifying,
        Need::RetiredKeys => retired,
        Need::PairwiseKey => pairwise_subjects,
        Need::OfficerIssuer => officers,
        Need::Mailer => mail,
        Need::FaceEngine => faces,
        Need::Callbacks => callbacks,
    }
}

/// The parts that a function may have.
#[derive(Default)]
pub(super) struct Parts {
    pub store: Option<Store>,
    pub seal: Option<Seal>,
    pub activation_codes: Option<MacKey>,
    pub pins: Option<Pins>,
    pub signing: Option<SigningKey>,
    pub verifying: Option<VerifyingKeys>,
    pub retired: Option<RetiredKeys>,
    pub pairwise: Option<MacKey>,
    pub officers: Option<OfficerVerifier>,
    pub mailer: Option<Mailer>,
    pub faces: Option<FaceEngine>,
    pub caller: Option<Caller>,
}

fn store(parts: &mut Parts, environment: &Environment, _: &Settings, around: &Surroundings) -> Result<(), ConfigError> {
    // An answer that stalls ends with its attempt.
    let config = aws_sdk_dynamodb::config::Builder::from(&around.aws)
        .retry_classifier(RepeatConflicts)
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .interceptor(LeanCalls)
        .interceptor(LogCalls);
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
    let pins = Pins::new(pepper.as_bytes());
    parts.pins = Some(pins.map_err(|error| ConfigError::nonsense("IKD_PIN_PEPPER", error))?);
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

fn retired(parts: &mut Parts, environment: &Environment, _: &Settings, _: &Surroundings) -> Result<(), ConfigError> {
    let keys = RetiredKeys::from_jwks(&environment.required("IKD_RETIRED_KEYS")?);
    parts.retired = Some(keys.map_err(|error| ConfigError::nonsense("IKD_RETIRED_KEYS", error))?);
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
        // Tokens repeat the issuer exactly, with or without a trailing slash.
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
        name: environment.sender_name("IKD_MAIL_SENDER_NAME", "SIAK Terpusat Identitas Digital")?,
        address: environment.email("IKD_MAIL_SENDER")?,
    };
    // If SES's answer is lost, the e-mail was sent all the same: repeating is left to the stream, which does it once in
    // a while and not three times in a second.
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

fn callbacks(
    parts: &mut Parts,
    environment: &Environment,
    _: &Settings,
    around: &Surroundings,
) -> Result<(), ConfigError> {
    let http = around.callbacks.clone().unwrap_or_else(Caller::connector);
    parts.caller = Some(Caller::new(http, environment.mac_key("IKD_CALLBACK_KEY")?));
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
                match_max_distance: environment.decimal(matching, 0.45, 0.0..=2.0)?,
                no_match_above: environment.decimal(no_match, 0.60, 0.0..=2.0)?,
            };
            if thresholds.match_max_distance > thresholds.no_match_above {
                return Err(ConfigError::nonsense(no_match, "a match must not be a greater distance than no match"));
            }
            FaceEngine::Embedded(Embedded::new(weights, thresholds))
        }
        "rekognition" => {
            let similarities = Similarities {
                match_min_similarity: environment.decimal(matching, 99.0, 0.0..=100.0)?,
                no_match_below: environment.decimal(no_match, 90.0, 0.0..=100.0)?,
            };
            if similarities.match_min_similarity < similarities.no_match_below {
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
