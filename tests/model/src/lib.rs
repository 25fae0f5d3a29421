//! The life of a QR code as a model for exhaustive checking: what the conditions of `store::qr_codes`,
//! `store::devices` and `store::blocks` promise, under lost requests, lost and late answers, clocks that differ, and lazy TTL deletion.
//!
//! Each transition names the store's method that it models. The test `qr_model` of the package `tests` plays walks
//! through this model against the real store and compares what both answer.
//!
//! The database is one atomic register an item, as DynamoDB's conditional writes and transactions are. Functions run
//! anywhere: every step may read a different clock. A message to the database is applied within [`Life::under_way`]
//! seconds of its sending or never, since its sender's connection is gone by then. Its sender may have given it up
//! earlier, and sent another.

pub mod enrolments;
mod properties;
pub mod questions;
mod transitions;

use std::collections::BTreeSet;

pub use transitions::Action;

/// A code's life, in seconds by the clock of the instance that mints it.
pub const LIFETIME: i64 = 90;

/// How long the winner can ask again, in seconds by the clock of the instance that redeems.
pub const KEPT: i64 = 24 * 60 * 60;

/// Who acts, and how the world around them behaves.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each says whether something may happen in this world")]
pub struct Life {
    /// How many codes the device may mint.
    pub codes: usize,
    /// The requests to redeem that integrators send, each at most once.
    pub requests: Vec<Request>,
    /// How often a step sends the write that redeems.
    pub tries: u8,
    /// How far an instance's clock may be off, in seconds.
    pub clocks: Vec<i64>,
    /// How long a message to the database may be under way, in seconds.
    pub under_way: i64,
    /// The seconds at which something may happen.
    pub instants: Vec<i64>,
    /// Whether the first code is shown already, minted by any of the clocks.
    pub shown: bool,
    /// Whether the device may be blocked.
    pub blocks: bool,
    /// Whether operators may disable the integrator, whose requests all of them are.
    pub disables: bool,
    /// Whether the registry may say something else of the holder, and take it back.
    pub registry_changes: bool,
    /// Whether the holder's sessions come and go: wrong PINs lock, the office unlocks, the holder logs in.
    pub sessions: bool,
}

/// One request of an integrator.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// Names the redemption: requests with one `Idempotency-Key` share it, any other has its own.
    pub redemption: u8,
    pub code: usize,
}

/// Everything at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// Seconds of true time, which nobody knows.
    pub now: i64,
    pub device: Device,
    pub codes: Vec<Code>,
    pub mints: Vec<Mint>,
    pub progress: Vec<Progress>,
    pub messages: BTreeSet<Message>,
    pub block: Block,
    /// Whether the integrator is disabled.
    pub disabled: bool,
    pub registry: Registry,
    pub admission: Admission,
    /// Whether a login has taken its try at the PIN and not opened its session yet.
    pub login: bool,
    /// How many sessions there were; names the next one.
    pub sessions: u8,
    /// Whether anything has worked that began after the block was answered.
    pub worked_after_block: bool,
}

/// The item of the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Device {
    pub blocked: bool,
    /// By wrong PINs.
    pub locked: bool,
    pub session: Option<u8>,
    pub live: Option<usize>,
}

/// The item of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    NotMinted,
    There {
        minted_at: i64,
        ends: i64,
        superseded: bool,
        redeemed: Option<Redeemed>,
    },
    /// Deleted by TTL.
    Swept {
        /// Who had redeemed it. No item says so any more.
        redeemed: Option<Redeemed>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Redeemed {
    pub redemption: u8,
    /// In true time.
    pub at: i64,
    /// By the clock of the instance that redeemed: until then its winner can ask again.
    pub kept_until: i64,
}

/// How far the minting of a code has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mint {
    NotAsked,
    /// The device was read: its session and live code at that time, and the end that the new code will have.
    Read {
        at: i64,
        session: u8,
        live: Option<usize>,
        ends: i64,
    },
    Done,
    Refused,
}

/// How far a request to redeem has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Progress {
    NotSent,
    /// Waits for the answer to its last message.
    Waits {
        tries: u8,
    },
    /// Gave up that message, and will send another or answer 503.
    GaveUpOn {
        tries: u8,
    },
    /// The write's outcome was heard.
    Heard(Outcome),
    /// The winner learnt who the holder is.
    Disclosed,
    /// The winner learnt that the device is blocked, the integrator disabled, or the holder deceased or moved away.
    Withheld,
    /// 503.
    Unavailable,
}

/// How the write that redeems ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    Won,
    Used,
    Expired,
    Superseded,
    Unknown,
}

/// A write that redeems, on its way to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Message {
    pub request: usize,
    pub tries: u8,
    pub sent_at: i64,
    /// The time by the sender's clock, which the condition compares.
    pub by_clock: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Block {
    NotAsked,
    Written,
    Answered,
}

/// What the registry says of the holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Registry {
    Admits,
    /// Deceased, or moved away.
    Refuses,
    /// The row is missing.
    Misses,
}

impl Registry {
    pub const ALL: [Self; 3] = [Self::Admits, Self::Refuses, Self::Misses];
}

/// Whether the registry has kept the holder from something, and whether that was possible again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Admission {
    NeverRefused,
    Refused,
    AdmittedAgain,
}

impl Life {
    /// How much later than [`LIFETIME`] seconds after it was minted a code may be redeemed at most: the difference of
    /// two clocks, and the time that the write is under way.
    pub fn bound(&self) -> i64 {
        let (least, most) = (self.clocks.iter().min(), self.clocks.iter().max());
        most.zip(least).map_or(0, |(most, least)| most - least) + self.under_way
    }

    /// A holder in a session, before any code or with the first one shown.
    pub fn beginnings(&self) -> Vec<State> {
        let state = State {
            now: self.instants.first().copied().unwrap_or_default(),
            device: Device { blocked: false, locked: false, session: Some(0), live: None },
            codes: vec![Code::NotMinted; self.codes],
            mints: vec![Mint::NotAsked; self.codes],
            progress: vec![Progress::NotSent; self.requests.len()],
            messages: BTreeSet::new(),
            block: Block::NotAsked,
            disabled: false,
            registry: Registry::Admits,
            admission: Admission::NeverRefused,
            login: false,
            sessions: 1,
            worked_after_block: false,
        };
        if !self.shown {
            return vec![state];
        }
        let shown = |clock: &i64| {
            let read = self.after(&State { now: 0, ..state.clone() }, Action::ReadToMint { code: 0, clock: *clock });
            State { now: state.now, ..self.after(&read, Action::Mint { code: 0 }) }
        };
        self.clocks.iter().map(shown).collect()
    }
}
