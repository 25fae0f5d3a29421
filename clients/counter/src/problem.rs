//! The service's refusals, by what a clerk does then.

use serde::{Deserialize, Serialize};

/// What a clerk does after a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Asks the holder for a new code, or for other data.
    ScanAgain,
    /// Does not accept the code, and asks for another document.
    DoNotAccept,
    /// Calls the counter's administrator: the holder can do nothing about it.
    CallAdministrator,
}

/// A refusal that will not become another answer by asking again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    pub kind: Kind,
    /// The last part of the problem's type, as `qr-code-used`; one of this program's own if the service said nothing that can be
    /// believed.
    pub problem: String,
    /// What the service says about it, in the language that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Whether this attempt has used the code up.
    pub used_up: bool,
    /// The request's name in the service's log, to name it to the operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
}

/// A problem document (RFC 9457), as far as a counter reads it.
#[derive(Debug, Deserialize)]
pub(crate) struct ProblemDocument {
    #[serde(rename = "type")]
    kind: String,
    detail: Option<String>,
    instance: Option<String>,
    redemption_id: Option<String>,
    pub retry_after: Option<u64>,
}

impl ProblemDocument {
    /// The last part of its type.
    pub fn slug(&self) -> &str {
        self.kind.rsplit_once("/problems/").map_or("", |(_, slug)| slug)
    }
}

impl From<ProblemDocument> for Refusal {
    fn from(document: ProblemDocument) -> Self {
        let problem = document.slug().to_owned();
        Self {
            kind: kind_of(&problem),
            used_up: document.redemption_id.is_some(),
            problem,
            detail: document.detail,
            instance: document.instance,
        }
    }
}

impl Refusal {
    /// A refusal of this program's own.
    pub(crate) fn own(kind: Kind, problem: &str, used_up: bool) -> Self {
        Self { kind, problem: problem.to_owned(), detail: None, used_up, instance: None }
    }
}

fn kind_of(problem: &str) -> Kind {
    match problem {
        "qr-code-expired"
        | "qr-code-used"
        | "qr-code-superseded"
        | "qr-code-unknown"
        | "no-shared-claims"
        | "registry-changed"
        | "holder-declined"
        | "holder-did-not-answer"
        | "redemption-unknown" => Kind::ScanAgain,
        "qr-code-device-blocked" | "holder-not-eligible" => Kind::DoNotAccept,
        // What is wrong with the client, its registration or its request, and whatever this program does not know.
        _ => Kind::CallAdministrator,
    }
}
