//! The rules with numbers: configuration, with the published values as defaults.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tracing::level_filters::LevelFilter;
use url::Url;

use super::environment::{ConfigError, Environment};
use crate::domain::activation::CodeRules;
use crate::domain::contact::Office;
use crate::domain::device::Forgotten;
use crate::domain::front::Front;
use crate::domain::local_time::Zone;
use crate::domain::pin::LockoutRules;
use crate::domain::sign_in::{SignIn, is_scope};
use crate::pictures::selfie::SelfieRules;
use crate::store::challenges::CaptchaLimit;

/// What every function knows of its deployment.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What the deployment is for, as metrics name it.
    pub stage: String,
    /// Where callers reach the service; issuer of its tokens, base of its links.
    pub public_url: Url,
    /// What is in front of the API. Without one, callers reach the API by its own address.
    pub front: Option<Front>,
    /// The municipality whose residents enrol here, as `35.77` (Kota Madiun).
    pub municipality: String,
    /// The time that it keeps.
    pub zone: Zone,
    /// Whom residents contact; every e-mail names it.
    pub office: Office,
    /// How officers sign in at the console. Without it there is no console.
    pub sign_in: Option<SignIn>,
    /// Longest time for one call to AWS, the SDK's repetitions included; one attempt has a third of it.
    pub aws_timeout: Duration,
    /// When a request is answered at the latest, with 503 where the step is not done. API Gateway gives up after 30 s,
    /// people much sooner.
    pub answer_within: Duration,
    pub rules: Rules,
}

/// The rules with numbers.
#[derive(Clone, Debug)]
pub struct Rules {
    /// 90 s by the leaflet; never more.
    pub qr_lifetime: SignedDuration,
    /// How long a holder who is asked may take to answer: silence is a refusal.
    pub time_to_answer: SignedDuration,
    /// How often a holder may type the clerk's digits.
    pub max_digit_tries: u32,
    /// How long a redeemed code's result can be asked for again.
    pub redemption_kept: SignedDuration,
    /// How often it can be asked for again.
    pub max_repeats: u32,
    /// How long holders can look receipts up.
    pub receipts_kept: SignedDuration,
    /// How long anyone can check a printed document.
    pub documents_kept: SignedDuration,
    /// How long anyone can ask for a signature's validity, and a blocked device is known.
    pub signatures_kept: SignedDuration,
    /// How long the registration of a blocked device is kept, with e-mail address and phone number.
    pub ended_registrations_kept: SignedDuration,
    /// How long an order to erase that could not be carried out is kept.
    pub erasure_orders_kept: SignedDuration,
    pub access_token_lifetime: SignedDuration,
    /// How long integrators may rely on an identity assertion.
    pub assertion_lifetime: SignedDuration,
    pub dpop_lifetime: SignedDuration,
    pub ticket_lifetime: SignedDuration,
    /// How long a registration waits for its officer, and an approved one for its activation.
    pub registration_lifetime: SignedDuration,
    /// How many registrations of one NIK wait for an officer to open them; the next one replaces the oldest.
    pub max_waiting_registrations: usize,
    pub activation_code_lifetime: SignedDuration,
    /// Tries at each generation of the activation code.
    pub activation_tries: u32,
    /// Least time between two activation e-mails of one registration.
    pub resend_wait: SignedDuration,
    /// Activation e-mails of one registration in all.
    pub max_resends: u32,
    pub captcha_lifetime: SignedDuration,
    pub captcha_limit: CaptchaLimit,
    pub lockout: LockoutRules,
    pub selfie: SelfieRules,
}

impl Settings {
    pub fn read(environment: &Environment) -> Result<Self, ConfigError> {
        const MUNICIPALITY: &str = "IKD_MUNICIPALITY";

        log_level(environment)?;
        let municipality = environment.or(MUNICIPALITY, "35.77");
        let zone = Zone::of_municipality(&municipality).ok_or_else(|| {
            ConfigError::nonsense(MUNICIPALITY, "it must be a province's code and two digits, as 35.77")
        })?;
        let milliseconds = |name, default| environment.number(name, default, 100..=25_000).map(Duration::from_millis);
        Ok(Self {
            stage: environment.or("IKD_STAGE", "local"),
            public_url: environment.origin("IKD_PUBLIC_URL")?,
            front: front(environment)?,
            municipality,
            zone,
            office: office(environment)?,
            sign_in: sign_in(environment)?,
            aws_timeout: milliseconds("IKD_AWS_TIMEOUT_MILLISECONDS", 3_000)?,
            answer_within: milliseconds("IKD_ANSWER_WITHIN_MILLISECONDS", 4_000)?,
            rules: Rules::read(environment)?,
        })
    }
}

/// The secrets of the front, if there is one.
fn front(environment: &Environment) -> Result<Option<Front>, ConfigError> {
    const CURRENT: &str = "IKD_FRONT_SECRET";
    const NEXT: &str = "IKD_FRONT_SECRET_NEXT";

    match (environment.secret_if_any(CURRENT)?, environment.secret_if_any(NEXT)?) {
        (Some(current), next) => Ok(Some(Front::new(current, next))),
        (None, None) => Ok(None),
        (None, Some(_)) => Err(ConfigError::nonsense(NEXT, format_args!("it comes with {CURRENT}"))),
    }
}

/// The office, if its number fits into an e-mail.
fn office(environment: &Environment) -> Result<Office, ConfigError> {
    const PHONE: &str = "IKD_OFFICE_PHONE";

    let phone = environment.required(PHONE).ok();
    let is_number =
        |phone: &str| phone.len() <= 32 && phone.bytes().all(|byte| byte.is_ascii_digit() || b" +-()".contains(&byte));
    if phone.as_deref().is_some_and(|phone| !is_number(phone)) {
        return Err(ConfigError::nonsense(PHONE, "it must be a telephone number, as (0351) 123456"));
    }
    Ok(Office { name: environment.or("IKD_OFFICE_CONTACT", "Dinas Kependudukan dan Pencatatan Sipil"), phone })
}

/// What the console's page needs, if there is a console.
fn sign_in(environment: &Environment) -> Result<Option<SignIn>, ConfigError> {
    const ISSUER: &str = "IKD_OFFICER_ISSUER";
    const SCOPE: &str = "IKD_OFFICER_SCOPE";
    const PAGES: &str = "IKD_OFFICER_SIGN_IN";

    let Ok(client_id) = environment.required("IKD_OFFICER_CLIENT") else { return Ok(None) };
    let scope = environment.or(SCOPE, "openid");
    if !is_scope(&scope) {
        return Err(ConfigError::nonsense(SCOPE, "it must be scopes with one space between them"));
    }
    let pages = environment.required(PAGES).is_ok().then(|| environment.origin(PAGES)).transpose()?;
    Ok(Some(SignIn {
        origins: SignIn::origins(&environment.url(ISSUER)?, pages.as_ref()),
        // Tokens repeat the issuer exactly, with or without a trailing slash.
        issuer: environment.required(ISSUER)?,
        client_id,
        scope,
        resource: environment.required("IKD_OFFICER_RESOURCE").ok(),
    }))
}

/// How much is logged: `error`, `warn`, `info`, `debug` or `trace`.
pub(super) fn log_level(environment: &Environment) -> Result<LevelFilter, ConfigError> {
    const NAME: &str = "IKD_LOG_LEVEL";

    let level = environment.or(NAME, "info").parse();
    level.map_err(|_| ConfigError::nonsense(NAME, "it must be error, warn, info, debug or trace"))
}

impl Rules {
    /// When the rest of a device that was blocked at `at` is forgotten.
    pub fn forgotten_after_block(&self, at: Timestamp) -> Forgotten {
        Forgotten { device: at + self.signatures_kept, registration: at + self.ended_registrations_kept }
    }

    pub fn activation_codes(&self) -> CodeRules {
        CodeRules { lifetime: self.activation_code_lifetime, wait: self.resend_wait, max_codes: self.max_resends }
    }

    fn read(environment: &Environment) -> Result<Self, ConfigError> {
        const MINUTE: i64 = 60;
        const HOUR: i64 = 60 * MINUTE;
        const DAY: i64 = 24 * HOUR;

        let seconds = |name, default, most| environment.number(name, default, 1..=most).map(SignedDuration::from_secs);
        Ok(Self {
            qr_lifetime: seconds("IKD_QR_LIFETIME_SECONDS", 90, 90)?,
            time_to_answer: seconds("IKD_ANSWER_SECONDS", MINUTE, 5 * MINUTE)?,
            max_digit_tries: environment.number("IKD_DIGIT_TRIES", 3, 1..=5)?,
            redemption_kept: seconds("IKD_REDEMPTION_KEPT_SECONDS", DAY, 7 * DAY)?,
            max_repeats: environment.number("IKD_REDEMPTION_REPEATS_MAX", 10, 1..=100)?,
            receipts_kept: seconds("IKD_RECEIPTS_KEPT_SECONDS", 5 * 365 * DAY, 30 * 365 * DAY)?,
            documents_kept: seconds("IKD_DOCUMENTS_KEPT_SECONDS", 365 * DAY, 10 * 365 * DAY)?,
            signatures_kept: seconds("IKD_SIGNATURES_KEPT_SECONDS", 10 * 365 * DAY, 50 * 365 * DAY)?,
            ended_registrations_kept: seconds("IKD_ENDED_REGISTRATIONS_KEPT_SECONDS", 365 * DAY, 10 * 365 * DAY)?,
            erasure_orders_kept: seconds("IKD_ERASURE_ORDERS_KEPT_SECONDS", 30 * DAY, 365 * DAY)?,
            access_token_lifetime: seconds("IKD_ACCESS_TOKEN_SECONDS", 10 * MINUTE, HOUR)?,
            assertion_lifetime: seconds("IKD_ASSERTION_SECONDS", 10 * MINUTE, DAY)?,
            dpop_lifetime: seconds("IKD_DPOP_SECONDS", MINUTE, 5 * MINUTE)?,
            ticket_lifetime: seconds("IKD_TICKET_SECONDS", DAY, 7 * DAY)?,
            registration_lifetime: seconds("IKD_REGISTRATION_SECONDS", 7 * DAY, 90 * DAY)?,
            max_waiting_registrations: environment.number("IKD_WAITING_REGISTRATIONS_MAX", 20, 1..=40)?,
            activation_code_lifetime: seconds("IKD_ACTIVATION_CODE_SECONDS", DAY, 7 * DAY)?,
            activation_tries: environment.number("IKD_ACTIVATION_TRIES", 5, 1..=20)?,
            resend_wait: environment
                .number("IKD_RESEND_WAIT_SECONDS", MINUTE, 0..=DAY)
                .map(SignedDuration::from_secs)?,
            max_resends: environment.number("IKD_RESEND_MAX", 5, 1..=50)?,
            captcha_lifetime: seconds("IKD_CAPTCHA_SECONDS", 5 * MINUTE, HOUR)?,
            captcha_limit: CaptchaLimit {
                wrong: environment.number("IKD_CAPTCHA_WRONG", 5, 1..=100)?,
                window: seconds("IKD_CAPTCHA_WINDOW_SECONDS", 15 * MINUTE, DAY)?,
            },
            lockout: LockoutRules {
                tries_per_round: environment.number("IKD_PIN_TRIES", 3, 1..=10)?,
                waits: vec![
                    seconds("IKD_PIN_FIRST_WAIT_SECONDS", 15 * MINUTE, DAY)?,
                    seconds("IKD_PIN_SECOND_WAIT_SECONDS", DAY, 7 * DAY)?,
                ],
            },
            selfie: SelfieRules {
                max_bytes: environment.number("IKD_SELFIE_MAX_BYTES", 262_144, 1_024..=300_000)?,
                min_pixels: environment.number("IKD_SELFIE_MIN_PIXELS", 320, 16..=4_096)?,
            },
        })
    }
}
