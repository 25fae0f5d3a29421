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
        /// Where the index of what is due has it: one of [`SHARDS`], since each takes a thousand writes a second.
        shard: u8,
    },
    /// Nobody took it for a day.
    GivenUp { given_up_at: Timestamp },
}

/// How many parts the index of what is due has.
pub const SHARDS: u8 = 16;

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
            state: NoticeState::after(0, shard_of(redemption), now),
        }
    }

    /// Whether it is still to be sent.
    pub fn is_waiting(&self) -> bool {
        matches!(self.state, NoticeState::Waiting { .. })
    }

    /// What becomes of it now that it is due and nobody has taken it.
    pub fn next(&self, now: Timestamp) -> NoticeState {
        match self.state {
            NoticeState::Waiting { tries, shard, .. } => NoticeState::after(tries, shard, now),
            NoticeState::GivenUp { .. } => self.state.clone(),
        }
    }
}

/// The shard of a redemption: its digest is as good as random.
fn shard_of(redemption: &Digest) -> u8 {
    redemption.as_str().bytes().next().unwrap_or_default() % SHARDS
}

impl NoticeState {
    /// The state of a notice that is handed out once more after so many tries.
    fn after(tries: u32, shard: u8, now: Timestamp) -> Self {
        // As it is stored.
        let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let wait = usize::try_from(tries).ok().and_then(|tries| WAITS.get(tries));
        match wait {
            Some(minutes) => {
                Self::Waiting { tries: tries + 1, due_at: now + SignedDuration::from_mins(*minutes), shard }
            }
            None => Self::GivenUp { given_up_at: now },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn notices_are_spread_over_all_shards() {
        let at: Timestamp = "2026-11-30T00:00:00Z".parse().unwrap();
        let shards = (0..500_u32).map(|code| Notice::of("bank", &Digest::of(&[&code.to_be_bytes()]), at, at).state);
        let shards: BTreeSet<u8> = shards
            .filter_map(|state| if let NoticeState::Waiting { shard, .. } = state { Some(shard) } else { None })
            .collect();
        assert!(shards.into_iter().eq(0..SHARDS));
    }

    #[test]
    fn a_notice_is_handed_out_nine_times_in_less_than_a_day_and_then_given_up() {
        let begun: Timestamp = "2026-11-30T00:00:00Z".parse().unwrap();
        let mut notice = Notice::of("bank", &Digest::of(&[b"code"]), begun, begun);
        let mut now = begun;
        for tries in 1..=9 {
            let NoticeState::Waiting { tries: counted, due_at, .. } = notice.state else {
                panic!("given up at {tries}")
            };
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
