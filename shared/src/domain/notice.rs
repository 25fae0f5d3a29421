//! A notice to an integrator: the question that it asked a holder has ended. It says which, and not how.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Digest, Stored};

/// A notice that was not taken yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub client_id: String,
    /// What `/redemptions/{id}` has as its id. The notice has the same, however often it is sent.
    pub redemption: Digest,
    pub ended_at: Timestamp,
    /// When it is forgotten (TTL), whatever became of it.
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    pub expires_at: Timestamp,
    #[serde(flatten)]
    pub state: NoticeState,
}

impl Stored for Notice {}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum NoticeState {
    /// It was handed out so many times, and is again when it is due.
    Waiting {
        tries: u32,
        #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
        due_at: Timestamp,
    },
    /// Nobody took it for a day.
    GivenUp { given_up_at: Timestamp },
}

/// How long after each try the next one is due, in minutes. Together they are 23 hours and a half; the result is kept for a day.
const WAITS: [i64; 9] = [1, 5, 15, 60, 120, 240, 480, 480, 5];

/// How long a notice that nobody took is kept for operators.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 14);

impl Notice {
    /// A notice that is handed out for the first time.
    pub fn of(client_id: &str, redemption: &Digest, ended_at: Timestamp, now: Timestamp) -> Self {
        Self {
            client_id: client_id.to_owned(),
            redemption: redemption.clone(),
            ended_at,
            expires_at: now + KEPT,
            state: NoticeState::after(0, now),
        }
    }

    /// Whether it is still to be sent.
    pub fn is_waiting(&self) -> bool {
        matches!(self.state, NoticeState::Waiting { .. })
    }

    /// What becomes of it now that it is due and nobody has taken it.
    pub fn next(&self, now: Timestamp) -> NoticeState {
        match self.state {
            NoticeState::Waiting { tries, .. } => NoticeState::after(tries, now),
            NoticeState::GivenUp { .. } => self.state.clone(),
        }
    }
}

impl NoticeState {
    /// The state of a notice that is handed out once more after so many tries.
    fn after(tries: u32, now: Timestamp) -> Self {
        let wait = usize::try_from(tries).ok().and_then(|tries| WAITS.get(tries));
        match wait {
            Some(minutes) => Self::Waiting { tries: tries + 1, due_at: now + SignedDuration::from_mins(*minutes) },
            None => Self::GivenUp { given_up_at: now },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_handed_out_nine_times_in_less_than_a_day_and_then_given_up() {
        let begun: Timestamp = "2026-11-30T00:00:00Z".parse().unwrap();
        let mut notice = Notice::of("bank", &Digest::of(&[b"code"]), begun, begun);
        let mut now = begun;
        for tries in 1..=9 {
            let NoticeState::Waiting { tries: counted, due_at } = notice.state else { panic!("given up at {tries}") };
            assert_eq!(counted, tries);
            assert!(due_at > now);
            now = due_at;
            notice.state = notice.next(now);
        }
        assert_eq!(notice.state, NoticeState::GivenUp { given_up_at: now });
        assert_eq!(notice.next(now), notice.state);
        let taken = now.duration_since(begun);
        assert!(taken > SignedDuration::from_hours(23) && taken < SignedDuration::from_hours(24), "{taken}");
    }
}
