//! An officer's decision: how a pending registration becomes a rejected or an approved one, and what each of them has.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::activation::{Activation, Cause, CodeRules, NoFurtherCode};

/// What a registration that waits for an officer has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// When the registration is forgotten (DynamoDB's TTL).
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    pub expires_at: Timestamp,
}

/// What a rejected registration has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    pub decision: Decision,
    /// When the registration is forgotten (TTL): as if nobody had decided.
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    pub expires_at: Timestamp,
}

/// What an approved registration has, and keeps when it is active.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub decision: Decision,
    pub activation: Activation,
    /// When the registration is forgotten (TTL). One that has an active device is kept.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "jiff::fmt::serde::timestamp::second::optional")]
    pub expires_at: Option<Timestamp>,
}

/// What an officer decided; the registration's state says with which verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The officer's subject identifier at their issuer.
    pub officer: String,
    #[serde(serialize_with = "super::moment::serialize")]
    pub decided_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A decision with its verdict, as officers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ruling {
    pub verdict: Verdict,
    #[serde(flatten)]
    pub decision: Decision,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Approve,
    Reject,
}

impl Pending {
    /// Approves. Unless it is activated, the registration is forgotten after `lifetime`.
    pub fn approve(&self, decision: Decision, codes: &CodeRules, lifetime: SignedDuration) -> Approval {
        let now = decision.decided_at;
        let activation = Activation::first(decision.officer.clone(), codes, now);
        Approval { decision, activation, expires_at: Some(now + lifetime) }
    }

    pub fn reject(&self, decision: Decision) -> Rejection {
        Rejection { decision, expires_at: self.expires_at }
    }
}

impl Rejection {
    pub fn ruling(&self) -> Ruling {
        Ruling { verdict: Verdict::Reject, decision: self.decision.clone() }
    }
}

impl Approval {
    pub fn ruling(&self) -> Ruling {
        Ruling { verdict: Verdict::Approve, decision: self.decision.clone() }
    }

    /// Another code of the same cause, if it is not asked for too soon or too often. It does not outlive the registration.
    pub fn reissue_code(
        &self,
        ordered_by: Option<String>,
        rules: &CodeRules,
        now: Timestamp,
    ) -> Result<Activation, NoFurtherCode> {
        let before = &self.activation;
        if before.codes >= rules.max_codes {
            return Err(NoFurtherCode::UsedUp);
        }
        let mut next = before.next(before.cause.clone(), before.codes + 1, ordered_by, rules, now)?;
        next.expires_at = self.expires_at.map_or(next.expires_at, |forgotten| forgotten.min(next.expires_at));
        Ok(next)
    }

    /// The code that becomes the PIN, after an officer has checked the face once more.
    pub fn reset_pin(&self, officer: String, rules: &CodeRules, now: Timestamp) -> Result<Activation, NoFurtherCode> {
        let cause = Cause::PinReset { officer: officer.clone() };
        self.activation.next(cause, 1, Some(officer), rules, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: CodeRules =
        CodeRules { lifetime: SignedDuration::from_secs(100), wait: SignedDuration::from_secs(10), max_codes: 2 };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// Approved at the beginning, to be activated within 700 seconds.
    fn approval() -> Approval {
        let decision = Decision { officer: "petugas-1".into(), decided_at: at(0), reason: None };
        Pending { expires_at: at(1_000) }.approve(decision, &RULES, SignedDuration::from_secs(700))
    }

    #[test]
    fn another_code_comes_after_a_wait_so_often_and_does_not_outlive_the_registration() {
        let approval = approval();
        let first = &approval.activation;
        assert_eq!((first.generation, first.codes, first.expires_at), (1, 1, at(100)));
        assert_eq!(approval.reissue_code(None, &RULES, at(9)), Err(NoFurtherCode::Before(at(10))));
        let second = approval.reissue_code(None, &RULES, at(10)).unwrap();
        assert_eq!((second.generation, second.codes, &second.cause), (2, 2, &Cause::Approval));
        assert_eq!(approval.reissue_code(None, &RULES, at(650)).unwrap().expires_at, at(700));
        let used_up = Approval { activation: second, ..approval };
        assert_eq!(used_up.reissue_code(None, &RULES, at(50)), Err(NoFurtherCode::UsedUp));
    }

    #[test]
    fn a_pin_reset_names_its_officer_and_its_codes_are_counted_from_one_again() {
        let before = Approval { expires_at: None, ..approval() };
        let officer = "petugas-2".to_owned();
        assert_eq!(before.reset_pin(officer.clone(), &RULES, at(9)), Err(NoFurtherCode::Before(at(10))));
        let reset = before.reset_pin(officer.clone(), &RULES, at(10)).unwrap();
        assert_eq!((reset.generation, reset.codes), (2, 1));
        assert_eq!(reset.cause, Cause::PinReset { officer });
        let resent = Approval { activation: reset.clone(), ..before }.reissue_code(None, &RULES, at(20)).unwrap();
        assert_eq!((resent.generation, resent.codes, resent.cause), (3, 2, reset.cause));
    }
}
