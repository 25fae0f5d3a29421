//! One occurrence of a problem: what the caller sees and, separately, what the log records.

use std::fmt::Display;

use http::{HeaderValue, header};
use jiff::SignedDuration;
use serde_json::{Map, Value, json};
use url::Url;

use super::answer::Answer;
use super::problem_type::{ProblemType, Reader};
use crate::domain::text::{Invalid, Language, Text};
use crate::domain::wait;
use crate::store::StoreError;
use crate::tokens::InvalidToken;

/// A refusal on its way to the caller.
#[derive(Debug)]
pub struct Problem {
    kind: ProblemType,
    reader: Reader,
    retry_after: Option<SignedDuration>,
    errors: Vec<(String, Text, Option<String>)>,
    members: Map<String, Value>,
    /// For the log only; never personal data.
    cause: Option<String>,
}

impl Problem {
    pub fn new(kind: ProblemType) -> Self {
        Self {
            kind,
            reader: Reader::default(),
            retry_after: None,
            errors: Vec::new(),
            members: Map::new(),
            cause: None,
        }
    }

    /// A dependency failed: the caller may repeat the request after a second.
    pub fn unavailable(cause: impl Display) -> Self {
        Self::new(ProblemType::ServiceUnavailable).retry_after(SignedDuration::from_secs(1)).because(cause)
    }

    /// One value was refused; `pointer` is a JSON pointer (RFC 6901) to it.
    pub fn invalid(pointer: &str, invalid: Invalid) -> Self {
        let mut problem = Self::new(ProblemType::ValidationFailed);
        problem.errors.push((pointer.to_owned(), invalid.0, None));
        problem
    }

    pub(super) fn invalid_member(pointer: String, text: Text, name: Option<String>) -> Self {
        let mut problem = Self::new(ProblemType::ValidationFailed);
        problem.errors.push((pointer, text, name));
        problem
    }

    pub fn kind(&self) -> ProblemType {
        self.kind
    }

    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// Notes for the log why this happened.
    #[must_use]
    pub fn because(mut self, cause: impl Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// When trying again makes sense.
    #[must_use]
    pub fn retry_after(mut self, wait: SignedDuration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Adds a member that helps the caller.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl serde::Serialize) -> Self {
        self.members.insert(name.to_owned(), json!(value));
        self
    }

    /// Says it to this reader.
    #[must_use]
    pub fn read_by(mut self, reader: Reader) -> Self {
        self.reader = reader;
        self
    }

    /// The text for its reader: which values were refused and why, or what happened.
    pub fn explain(&self, language: Language) -> String {
        if self.errors.is_empty() {
            return self.detail(language);
        }
        let details: Vec<&str> = self.errors.iter().map(|(_, text, _)| text.in_language(language)).collect();
        details.join(" ")
    }

    /// What happened and what to do next.
    fn detail(&self, language: Language) -> String {
        let detail = self.kind.detail_for(self.reader).in_language(language);
        let seconds = self.retry_after_seconds().and_then(|seconds| u64::try_from(seconds).ok());
        detail.replace("{wait}", &wait::in_words(seconds, language))
    }

    /// Says when trying again makes sense, on an answer that is not a problem document.
    #[must_use]
    pub fn with_retry_after(&self, answer: Answer) -> Answer {
        match self.retry_after_seconds() {
            Some(seconds) => answer.with_header(header::RETRY_AFTER, HeaderValue::from(seconds)),
            None => answer,
        }
    }

    /// Seconds until trying again makes sense, rounded up.
    fn retry_after_seconds(&self) -> Option<i64> {
        self.retry_after.map(|wait| wait.as_secs() + i64::from(wait.subsec_nanos() > 0))
    }

    /// Writes the problem down as RFC 9457 does. `instance` names the request.
    pub fn answer(&self, public_url: &Url, language: Language, instance: &str) -> Answer {
        let mut body = self.members.clone();
        body.insert("type".to_owned(), json!(type_uri(public_url, self.kind)));
        body.insert("title".to_owned(), json!(self.kind.title().in_language(language)));
        body.insert("status".to_owned(), json!(self.kind.status().as_u16()));
        body.insert("detail".to_owned(), json!(self.detail(language)));
        body.insert("instance".to_owned(), json!(instance));
        if let Some(seconds) = self.retry_after_seconds() {
            body.insert("retry_after".to_owned(), json!(seconds));
        }
        if !self.errors.is_empty() {
            body.insert("errors".to_owned(), self.errors.iter().map(|error| error_member(error, language)).collect());
        }
        // RFC 6749, section 5.2, wants its errors as plain JSON.
        let media_type =
            if self.members.contains_key("error") { "application/json" } else { "application/problem+json" };
        let mut answer = Answer::json(self.kind.status(), &body).with_media_type(media_type);
        answer = self.with_retry_after(answer);
        if let Some(challenge) = self.challenge() {
            answer = answer.with_header(header::WWW_AUTHENTICATE, challenge);
        }
        answer
    }

    /// How to authenticate instead, in one header (RFC 9110, section 11.6.1; RFC 9449, section 7.1).
    fn challenge(&self) -> Option<HeaderValue> {
        let challenge = match self.kind {
            ProblemType::InvalidDpopProof | ProblemType::ClockWrong | ProblemType::DpopProofReplayed => {
                "DPoP error=\"invalid_dpop_proof\", algs=\"ES256\""
            }
            ProblemType::InvalidToken | ProblemType::SessionEnded => {
                "DPoP error=\"invalid_token\", algs=\"ES256\", Bearer error=\"invalid_token\""
            }
            ProblemType::MissingToken | ProblemType::InvalidCredentials => "DPoP algs=\"ES256\", Bearer",
            _ => return None,
        };
        Some(HeaderValue::from_static(challenge))
    }
}

/// The stable URI of a problem type.
pub fn type_uri(public_url: &Url, kind: ProblemType) -> String {
    format!("{}/problems/{}", public_url.as_str().trim_end_matches('/'), kind.slug())
}

fn error_member((pointer, text, name): &(String, Text, Option<String>), language: Language) -> Value {
    let detail = text.in_language(language);
    match name {
        Some(name) => json!({ "pointer": pointer, "detail": detail, "member": name }),
        None => json!({ "pointer": pointer, "detail": detail }),
    }
}

impl From<ProblemType> for Problem {
    fn from(kind: ProblemType) -> Self {
        Self::new(kind)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::unavailable(error)
    }
}

impl From<InvalidToken> for Problem {
    fn from(error: InvalidToken) -> Self {
        Self::new(ProblemType::InvalidToken).because(error)
    }
}

/// Values that are refused together, so that nobody has to correct a form one value at a time.
#[derive(Debug, Default)]
pub struct Fields(Vec<(String, Text, Option<String>)>);

impl Fields {
    /// Takes a parsed value, or remembers why it was refused.
    pub fn take<T>(&mut self, pointer: &str, parsed: Result<T, Invalid>) -> Option<T> {
        parsed.map_err(|invalid| self.0.push((pointer.to_owned(), invalid.0, None))).ok()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn refuse(self) -> Problem {
        let mut problem = Problem::new(ProblemType::ValidationFailed);
        problem.errors = self.0;
        problem
    }
}
