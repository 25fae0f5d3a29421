//! What a step declares about itself, once: who calls it and how, what it is given, and what it may do.
//!
//! Each step keeps its [`Declaration`] in its own folder, and the package `catalogue` lists them all. The router of `cargo
//! lambda watch`, the deployment template, the API's description, the README's table, and the tests' matrices are made from
//! that list. So this package depends on nothing, and the tool that generates them builds in seconds.

mod rights;
mod routes;
mod triggers;

pub use rights::{Right, Table};
pub use routes::{Caller, Confirmation, Limit, Method, Rate, Route, Scale};
pub use triggers::{Change, Stream, Trigger};

/// One step of the procedure: a Lambda function and the package in `functions/` that holds its code.
#[derive(Clone, Copy, Debug)]
pub struct Declaration {
    /// The name of the function, its folder, its package and its binary.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    pub trigger: Trigger,
    /// The parts of the app that it is given. It gets no other secret and no other client.
    pub needs: &'static [Need],
    /// The settings that differ between deployments and that it reads, besides those that every function has.
    pub settings: &'static [Setting],
    /// What it may do to AWS. A trigger adds its own rights.
    pub rights: &'static [Right],
    pub memory: Memory,
    /// How many seconds Lambda gives one invocation.
    pub timeout_seconds: u16,
    /// The parameter of the template that says how many instances are reserved for this function alone.
    pub reserved_concurrency: Option<&'static str>,
    /// The alarms that stop a new version of this function, besides the one of its own failures.
    pub rollout_alarms: &'static [&'static str],
}

impl Declaration {
    /// What most steps that answer HTTP have in common. API Gateway waits for 30 seconds; ending earlier shows a
    /// time-out as the function's own.
    pub const HTTP: Self = Self {
        name: "",
        summary: "",
        trigger: Trigger::Http(&[]),
        needs: &[],
        settings: &[],
        rights: &[],
        memory: Memory::Usual,
        timeout_seconds: 29,
        reserved_concurrency: None,
        rollout_alarms: &[],
    };

    /// What the steps behind a stream have in common: a batch takes longer than a request.
    pub const STREAM: Self = Self { timeout_seconds: 150, ..Self::HTTP };

    /// The routes that lead to it; none where no caller reaches it over HTTP.
    pub const fn routes(&self) -> &'static [Route] {
        match self.trigger {
            Trigger::Http(routes) => routes,
            Trigger::Stream(_) | Trigger::Event { .. } | Trigger::Schedule { .. } => &[],
        }
    }

    pub fn has_need(&self, need: Need) -> bool {
        self.needs.contains(&need)
    }
}

/// A part of the app: a client, a secret or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// DynamoDB.
    Store,
    /// The key that seals tickets, links and captchas.
    SealingKey,
    /// The key that activation codes are derived from.
    ActivationCodeKey,
    /// The hasher of PINs, with its pepper.
    PinHasher,
    /// The private key that tokens and assertions are signed with.
    SigningKey,
    /// The public keys that they are verified with.
    VerifyingKeys,
    /// The public keys that only signatures under documents are still verified with, by others.
    RetiredKeys,
    /// The key of the names that integrators know holders by.
    PairwiseKey,
    /// The officers' issuer.
    OfficerIssuer,
    /// SES and the sender's name.
    Mailer,
    /// What compares faces.
    FaceEngine,
    /// What calls integrators back, with the key that their secrets are derived from.
    Callbacks,
}

/// A setting that a deployment chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Whose residents enrol here, and by which time.
    Municipality,
    /// Whom residents contact with questions and complaints, and by which telephone number.
    OfficeContact,
    /// How officers sign in at the console.
    OfficerSignIn,
    /// How long receipts are kept.
    ReceiptsKept,
}

/// A function's memory, which brings its share of a processor core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// 512 MB: the step mostly waits for the network.
    Usual,
    /// 1024 MB: it hashes PINs with Argon2id.
    Hashing,
    /// 1769 MB, which bring a whole core: it examines faces.
    WholeCore,
}

impl Memory {
    pub const fn megabytes(self) -> u16 {
        match self {
            Self::Usual => 512,
            Self::Hashing => 1024,
            Self::WholeCore => 1769,
        }
    }
}
