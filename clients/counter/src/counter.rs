//! The counter: attempts from the scan to the moment when their answer was shown.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;

use crate::assertion::{self, Said, Unverified};
use crate::journal::{Journal, JournalError, KEPT, Record};
use crate::problem::{Kind, Refusal};
use crate::random;
use crate::scanned::{Scanned, ScannedCode};
use crate::service::{Asked, Disclosure, Language, Pending, Registration, Service, ServiceError};

/// Everything that a counter remembers and does.
pub struct Counter {
    service: Service,
    journal: Journal,
    attempts: Mutex<Attempts>,
    registration: tokio::sync::Mutex<Option<(Registration, Timestamp)>>,
}

#[derive(Default)]
struct Attempts {
    /// Those whose answer was not shown yet, by their names.
    open: HashMap<String, Attempt>,
    /// Every code that was scanned here since the start, for a day, by its hash.
    seen: HashMap<[u8; 32], Seen>,
}

#[derive(Clone)]
struct Attempt {
    code: ScannedCode,
    purpose: String,
    /// By this machine's clock.
    scanned_at: Timestamp,
    /// Whether its holder is asked.
    asks: Option<Asks>,
}

/// The holder of an attempt's code is asked, and this program has heard so.
#[derive(Clone)]
struct Asks {
    /// Where the answer will be, if the service said so.
    address: Option<Url>,
}

/// An attempt after its code is forgotten.
#[derive(Clone)]
struct Seen {
    id: String,
    purpose: String,
    /// By this machine's clock.
    scanned_at: Timestamp,
}

/// What became of a scanned text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "taken", rename_all = "kebab-case")]
pub enum Taken {
    /// An attempt that can be asked about: a new one, or one of the same code that is still open.
    Attempt { id: String },
    /// The code was scanned here before, and its answer was shown. Asking again is recorded, so it is the clerk's choice:
    /// [`Counter::take_again`].
    Before { scanned_at: Timestamp },
}

/// Why a scanned text is no attempt. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    #[error("a ticket, which officers of the civil registry scan")]
    Ticket,
    #[error("not a code of KTP Digital")]
    NoCode,
    #[error("the code was not scanned here, or more than a day ago")]
    NotSeen,
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("no name for the attempt")]
    NoName,
}

/// An attempt without its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Open {
    pub id: String,
    pub purpose: String,
    pub scanned_at: Timestamp,
}

/// What is known of an attempt after asking.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Answer {
    Verified(Box<Verified>),
    /// The holder is asked, and has not answered yet: the clerk says the digits.
    Awaited(Question),
    Refused(Refusal),
    Unanswered(Unanswered),
}

/// Who the holder is, by an assertion that was verified.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verified {
    pub redemption_id: String,
    pub redeemed_at: Timestamp,
    pub purpose: String,
    /// The holder, by a name that no other integrator sees.
    pub subject: String,
    /// What the holder disclosed, from the assertion.
    pub claims: Map<String, Value>,
    /// The names of the claims that the integrator may see and the holder did not disclose.
    pub not_given: Vec<String>,
    /// Whether this is the answer of a while ago, asked for again.
    pub repeated: bool,
    /// The assertion, to keep as evidence where that is allowed.
    pub assertion: String,
}

/// What the holder is asked, as far as it concerns the counter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Question {
    pub redemption_id: String,
    /// The clerk says them to the holder, who types them. They are for the clerk's eyes alone.
    pub digits: String,
    /// When silence becomes a refusal, by the service's clock.
    pub answer_until: Timestamp,
    /// How long that is from now, in seconds.
    pub seconds_left: u64,
    /// When to ask again, in seconds.
    pub retry_after: u64,
}

/// Asking again with the same attempt tells what became of it, and does no harm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unanswered {
    /// Whether the code may have been used up. If not, nothing has been sent.
    pub perhaps_used: bool,
    /// When the service wants to be asked again, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

/// Why an attempt cannot be asked about.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    #[error("no open attempt has this name")]
    Unknown,
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// An answer whose redemption is older was asked for again.
const FRESH: jiff::SignedDuration = jiff::SignedDuration::from_secs(60);

/// How long a registration is believed without asking again.
const REGISTRATION_KEPT: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);

impl Counter {
    /// A counter with the attempts that its journal still has.
    pub fn new(service: Service, journal: Journal) -> Result<Self, JournalError> {
        let mut attempts = Attempts::default();
        for record in journal.read(service.own_now())? {
            attempts.remember(&record);
        }
        Ok(Self { service, journal, attempts: Mutex::new(attempts), registration: tokio::sync::Mutex::default() })
    }

    pub fn service(&self) -> &Service {
        &self.service
    }

    /// The integrator's registration, at most an hour old.
    pub async fn registration(&self, language: Language) -> Result<Registration, ServiceError> {
        let mut kept = self.registration.lock().await;
        let now = self.service.now();
        if let Some((registration, read_at)) = &*kept
            && now.duration_since(*read_at) < REGISTRATION_KEPT
        {
            return Ok(registration.clone());
        }
        let registration = self.service.registration(language).await?;
        *kept = Some((registration.clone(), now));
        Ok(registration)
    }

    /// Lets the next question for the registration be asked of the service, with a new token.
    pub async fn forget_registration(&self) {
        *self.registration.lock().await = None;
        self.service.forget_token().await;
    }

    /// Makes an attempt of a scanned text. The attempt is on disk when this returns; nothing has been sent.
    pub fn take(&self, text: &str, purpose: &str) -> Result<Taken, NotTaken> {
        let code = read(text)?;
        let mut attempts = self.attempts();
        self.forget_old(&mut attempts)?;
        if let Some(seen) = attempts.seen.get(&code.hash()) {
            let is_open = attempts.open.contains_key(&seen.id);
            return Ok(if is_open {
                Taken::Attempt { id: seen.id.clone() }
            } else {
                Taken::Before { scanned_at: self.service.at(seen.scanned_at) }
            });
        }
        let seen = Seen {
            id: random::name().map_err(|_| NotTaken::NoName)?,
            purpose: purpose.to_owned(),
            scanned_at: self.service.own_now(),
        };
        Ok(self.begin(&mut attempts, &code, seen)?)
    }

    /// Opens the attempt of a code again whose answer was shown before. The holder sees each answer among the receipts.
    pub fn take_again(&self, text: &str) -> Result<Taken, NotTaken> {
        let code = read(text)?;
        let mut attempts = self.attempts();
        let seen = attempts.seen.get(&code.hash()).cloned().ok_or(NotTaken::NotSeen)?;
        Ok(self.begin(&mut attempts, &code, seen)?)
    }

    /// The attempts whose answer was not shown yet, the oldest first.
    pub fn open(&self) -> Result<Vec<Open>, JournalError> {
        let mut attempts = self.attempts();
        self.forget_old(&mut attempts)?;
        let open = attempts.open.iter().map(|(id, attempt)| Open {
            id: id.clone(),
            purpose: attempt.purpose.clone(),
            scanned_at: self.service.at(attempt.scanned_at),
        });
        let mut open: Vec<Open> = open.collect();
        open.sort_by(|one, other| (one.scanned_at, &one.id).cmp(&(other.scanned_at, &other.id)));
        Ok(open)
    }

    /// Asks once about an attempt. It stays open, whatever the answer is, until [`Counter::shown`].
    pub async fn ask(&self, id: &str, language: Language) -> Result<Answer, Failed> {
        let attempt = self.attempts().open.get(id).cloned().ok_or(Failed::Unknown)?;
        let asked = match attempt.asks.as_ref().and_then(|asks| asks.address.clone()) {
            Some(address) => self.service.fetch(address, language).await,
            None => self.service.redeem(&attempt.code, id, &attempt.purpose, language).await,
        };
        Ok(match asked {
            Asked::Disclosed(disclosure) => self.judge(&attempt, *disclosure, language).await,
            Asked::Pending(pending) => Answer::Awaited(self.await_holder(id, pending)),
            Asked::Refused(refusal) => {
                if refusal.kind == Kind::CallAdministrator {
                    self.forget_registration().await;
                }
                Answer::Refused(refusal)
            }
            Asked::Open { sent, after } => Answer::Unanswered(Unanswered {
                perhaps_used: sent || attempt.asks.is_some(),
                retry_after: after.map(|after| after.as_secs()),
            }),
        })
    }

    /// Asks until there is an answer, the holder is asked, or the pauses are used up. The service's wish to wait longer is followed, up to a minute.
    pub async fn ask_patiently(&self, id: &str, language: Language, pauses: &[Duration]) -> Result<Answer, Failed> {
        const LONGEST: u64 = 60;

        let mut answer = self.ask(id, language).await?;
        let mut perhaps_used = false;
        for pause in pauses {
            let Answer::Unanswered(unanswered) = &answer else { break };
            perhaps_used |= unanswered.perhaps_used;
            let wished = Duration::from_secs(unanswered.retry_after.unwrap_or_default().min(LONGEST));
            tokio::time::sleep(wished.max(*pause)).await;
            answer = self.ask(id, language).await?;
        }
        if let Answer::Unanswered(unanswered) = &mut answer {
            unanswered.perhaps_used |= perhaps_used;
        }
        Ok(answer)
    }

    /// Asks until the holder has answered, as often as the service says. A network that is lost meanwhile does not end it before
    /// the question's own end: the code is used up, and its answer is this attempt's alone.
    pub async fn wait_for_holder(
        &self,
        id: &str,
        question: &Question,
        language: Language,
        pauses: &[Duration],
    ) -> Result<Answer, Failed> {
        let mut pause = Duration::from_secs(question.retry_after);
        loop {
            tokio::time::sleep(pause).await;
            match self.ask_patiently(id, language, pauses).await? {
                Answer::Awaited(question) => pause = Duration::from_secs(question.retry_after),
                Answer::Unanswered(_) if self.service.now() < question.answer_until => {}
                answer => return Ok(answer),
            }
        }
    }

    /// Forgets an attempt, on disk too: its answer was shown.
    pub fn shown(&self, id: &str) -> Result<(), Failed> {
        let mut attempts = self.attempts();
        attempts.open.remove(id).ok_or(Failed::Unknown)?;
        Ok(self.journal.erase(id)?)
    }

    fn begin(&self, attempts: &mut Attempts, code: &ScannedCode, seen: Seen) -> Result<Taken, JournalError> {
        let Seen { id, purpose, scanned_at } = seen;
        let record = Record { id: id.clone(), code: code.expose().to_owned(), purpose, scanned_at };
        self.journal.write(&record)?;
        attempts.remember(&record);
        Ok(Taken::Attempt { id })
    }

    /// Remembers where the holder's answer will be. After a restart, the redemption is sent again, and its answer says it again.
    fn await_holder(&self, id: &str, pending: Pending) -> Question {
        const USUAL: Duration = Duration::from_secs(1);

        let Pending { redemption_id, digits, answer_until, address, after } = pending;
        if let Some(attempt) = self.attempts().open.get_mut(id) {
            attempt.asks = Some(Asks { address });
        }
        let left = answer_until.duration_since(self.service.now()).as_secs();
        Question {
            redemption_id,
            digits,
            answer_until,
            seconds_left: u64::try_from(left).unwrap_or_default(),
            retry_after: after.unwrap_or(USUAL).as_secs().max(1),
        }
    }

    async fn judge(&self, attempt: &Attempt, disclosure: Disclosure, language: Language) -> Answer {
        let scanned_at = self.service.at(attempt.scanned_at);
        match assertion::verify(&self.service, &disclosure, &attempt.purpose, scanned_at).await {
            Ok(said) => Answer::Verified(Box::new(self.verified(attempt, said, disclosure, language).await)),
            Err(Unverified::WithoutKeys) => Answer::Unanswered(Unanswered { perhaps_used: true, retry_after: None }),
            Err(Unverified::Wrong(cause)) => {
                eprintln!("An assertion was not verified: {cause}.");
                Answer::Refused(Refusal::own(Kind::DoNotAccept, "assertion-not-verified", true))
            }
        }
    }

    async fn verified(&self, attempt: &Attempt, said: Said, disclosure: Disclosure, language: Language) -> Verified {
        let registration = self.registration(language).await;
        let allowed = registration.map(|registration| registration.claims).unwrap_or_default();
        Verified {
            redemption_id: disclosure.redemption_id,
            redeemed_at: disclosure.redeemed_at,
            purpose: disclosure.purpose,
            subject: said.subject,
            not_given: allowed.into_iter().filter(|name| !said.claims.contains_key(name)).collect(),
            claims: said.claims,
            // A holder who was asked takes a while.
            repeated: attempt.asks.is_none() && self.service.now().duration_since(disclosure.redeemed_at) > FRESH,
            assertion: disclosure.assertion,
        }
    }

    /// After a day the service answers nobody.
    fn forget_old(&self, attempts: &mut Attempts) -> Result<(), JournalError> {
        let now = self.service.own_now();
        attempts.seen.retain(|_, seen| now.duration_since(seen.scanned_at) < KEPT);
        let is_old = |attempt: &Attempt| now.duration_since(attempt.scanned_at) >= KEPT;
        attempts.open.extract_if(|_, attempt| is_old(attempt)).try_for_each(|(id, _)| self.journal.erase(&id))
    }

    fn attempts(&self) -> MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempts {
    fn remember(&mut self, record: &Record) {
        let code = record.scanned_code();
        let Record { id, purpose, scanned_at, .. } = record;
        let seen = Seen { id: id.clone(), purpose: purpose.clone(), scanned_at: *scanned_at };
        self.seen.insert(code.hash(), seen);
        self.open.insert(id.clone(), Attempt { code, purpose: purpose.clone(), scanned_at: *scanned_at, asks: None });
    }
}

fn read(text: &str) -> Result<ScannedCode, NotTaken> {
    match Scanned::read(text) {
        Scanned::Code(code) => Ok(code),
        Scanned::Ticket => Err(NotTaken::Ticket),
        Scanned::Other => Err(NotTaken::NoCode),
    }
}
