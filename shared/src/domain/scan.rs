//! A scan of a QR code: who won, and what the winner may be answered.

use jiff::Timestamp;

use super::qr_code::{QrCode, QrState, Redeemed, Redemption};
use super::question::{Refused, Scanned};
use super::reading::Reading;

/// A scanned code by its state.
#[derive(Clone, Debug)]
pub enum Scan {
    /// Its holder has not answered.
    Asked(Box<QrCode<Scanned>>),
    /// Nothing is disclosed, for good.
    Refused(Box<QrCode<Refused>>),
    Redeemed(Box<QrCode<Redeemed>>),
}

/// The first answer to the winner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstAnswer {
    pub reading: Reading,
    /// Whether nothing is recorded of it.
    pub is_presumed: bool,
}

impl Scan {
    pub fn redemption(&self) -> &Redemption {
        match self {
            Self::Asked(code) => &code.state.redemption,
            Self::Refused(code) => &code.state.redemption,
            Self::Redeemed(code) => &code.state.redemption,
        }
    }

    /// What the winner was answered first, or will be. A holder who is asked has not said it yet.
    pub fn first_answer(&self) -> Option<FirstAnswer> {
        match self {
            Self::Asked(_) => None,
            Self::Refused(code) => Some(FirstAnswer { reading: code.state.reading(), is_presumed: false }),
            Self::Redeemed(code) => {
                Some(FirstAnswer { reading: code.first_reading(), is_presumed: code.state.first_reading.is_none() })
            }
        }
    }

    /// The last answer that the winner asked for again.
    pub fn last_reading(&self) -> Option<&Reading> {
        match self {
            Self::Asked(_) | Self::Refused(_) => None,
            Self::Redeemed(code) => code.state.last_reading.as_ref(),
        }
    }

    /// Everything that receipts are made of.
    pub fn answers(&self) -> (Option<FirstAnswer>, Option<&Reading>) {
        (self.first_answer(), self.last_reading())
    }

    /// How the question ended, if the holder was asked and it has.
    pub fn ending(&self) -> Option<Reading> {
        match self {
            Self::Asked(_) => None,
            Self::Refused(code) => Some(code.state.reading()),
            Self::Redeemed(code) => code.state.first_reading.clone(),
        }
    }

    /// The end of the time in which the winner can ask again.
    fn kept_until(&self) -> Timestamp {
        match self {
            Self::Asked(code) => code.expires_at,
            Self::Refused(code) => code.expires_at,
            Self::Redeemed(code) => code.expires_at,
        }
    }
}

/// How an attempt to redeem ended at the one conditional write that decides it.
#[derive(Clone, Debug)]
pub enum RedemptionOutcome {
    /// This request won, now or when its write was first sent.
    Won(Scan),
    /// An earlier request of this attempt won: this one asks again.
    WonBefore(Scan),
    /// The attempt's idempotency key won before, with another purpose.
    KeyReused,
    /// Another attempt won.
    Used,
    Superseded,
    Expired,
    /// This integrator may see none of its claims; the code is not used up.
    NoSharedClaims,
    /// There is no such code; or it was redeemed, and the time in which its winner can ask again is over.
    Unknown,
}

impl RedemptionOutcome {
    /// Why the write's condition failed, from the item that it found.
    pub fn of_refused(found: Option<QrCode>, attempt: &Redemption, now: Timestamp) -> Self {
        let Some(code) = found else { return Self::Unknown };
        let (expires_at, is_superseded) = (code.expires_at, matches!(code.state, QrState::Superseded { .. }));
        match code.into_scan() {
            Some(scan) if scan.kept_until() <= now => Self::Unknown,
            Some(scan) => Self::of_scan(scan, attempt),
            None if expires_at <= now => Self::Expired,
            None if is_superseded => Self::Superseded,
            // The condition can have failed on nothing else.
            None => Self::NoSharedClaims,
        }
    }

    /// Whether the redemption is this attempt's own, and even this request's, whose answer was lost.
    fn of_scan(scan: Scan, attempt: &Redemption) -> Self {
        let winner = scan.redemption();
        if winner.id != attempt.id || winner.client_id != attempt.client_id {
            Self::Used
        } else if winner.purpose != attempt.purpose {
            Self::KeyReused
        } else if winner.request == attempt.request {
            Self::Won(scan)
        } else {
            Self::WonBefore(scan)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Id;
    use crate::domain::qr_code::tests::{at, code, redeemed, redemption};
    use crate::domain::question::Consent;

    #[test]
    fn a_refused_attempt_learns_why_and_a_winner_finds_itself() {
        let outcome = |found: QrState, attempt: &Redemption, now| {
            let outcome = RedemptionOutcome::of_refused(Some(code(found)), attempt, at(now));
            format!("{outcome:?}").split('(').next().map(str::to_owned).unwrap()
        };
        let own = redemption(1, "bank", "account-opening");
        let superseded = || QrState::Superseded { at: at(3) };
        let again = Redemption { request: Id::from_random([9; 16]), ..own.clone() };
        assert_eq!(outcome(redeemed(), &own, 6), "Won");
        assert_eq!(outcome(redeemed(), &again, 89), "WonBefore");
        assert_eq!(outcome(redeemed(), &redemption(1, "bank", "credit"), 6), "KeyReused");
        assert_eq!(outcome(redeemed(), &redemption(2, "bank", "account-opening"), 6), "Used");
        assert_eq!(outcome(redeemed(), &redemption(1, "shop", "account-opening"), 6), "Used");
        for attempt in [&own, &again, &redemption(2, "shop", "account-opening")] {
            assert_eq!(outcome(redeemed(), attempt, 90), "Unknown", "its time is over, whether or not it was swept");
        }
        assert_eq!(outcome(superseded(), &own, 89), "Superseded");
        assert_eq!(outcome(superseded(), &own, 90), "Expired");
        assert_eq!(outcome(QrState::Live(Consent::ByShowing), &own, 90), "Expired");
        assert_eq!(outcome(QrState::Live(Consent::ByShowing), &own, 89), "NoSharedClaims");
        assert!(matches!(RedemptionOutcome::of_refused(None, &own, at(6)), RedemptionOutcome::Unknown));
    }
}
