//! The life of one QR code as everybody around it saw it. The check: can the requests be put in an order, each at some
//! moment between its sending and its answer, in which a code that serves once gives just these answers?
//! (Linearizability: Herlihy and Wing, 1990.)

use std::sync::{Mutex, PoisonError};

use stateright::semantics::{ConsistencyTester, LinearizabilityTester, SequentialSpec};

/// What is done with a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// An integrator presents it; requests of one number have one `Idempotency-Key`.
    Redeem(u8),
    /// Its device mints another one.
    Supersede,
    /// Its device is blocked.
    Block,
    /// Its 90 seconds end.
    Expire,
}

/// How it ended, where that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// The integrator learnt who the holder is.
    Disclosed,
    /// The integrator learnt that the device is blocked.
    Withheld,
    Used,
    Expired,
    Superseded,
    /// What was done to the code took effect.
    Done,
}

/// The code as the procedure has it.
#[derive(Clone, Debug, Default)]
struct Code {
    redeemed_by: Option<u8>,
    superseded: bool,
    blocked: bool,
    expired: bool,
}

impl SequentialSpec for Code {
    type Op = Deed;
    type Ret = End;

    fn invoke(&mut self, deed: &Deed) -> End {
        match deed {
            Deed::Supersede => self.superseded = true,
            Deed::Block => self.blocked = true,
            Deed::Expire => self.expired = true,
            Deed::Redeem(number) => return self.redeem(*number),
        }
        End::Done
    }

    fn is_valid_step(&mut self, deed: &Deed, end: &End) -> bool {
        let expired = self.expired;
        match (self.invoke(deed), *end) {
            (own, end) if own == end => true,
            // The device is checked after the write that redeems, and may be blocked between the two.
            (End::Disclosed, End::Withheld) => true,
            // A write that began at the last moment may still redeem when the time is over for others.
            (End::Used, End::Expired) => expired,
            _ => false,
        }
    }
}

impl Code {
    fn redeem(&mut self, number: u8) -> End {
        match self.redeemed_by {
            Some(winner) if winner != number => return End::Used,
            None if self.expired => return End::Expired,
            None if self.superseded => return End::Superseded,
            Some(_) => {}
            None => self.redeemed_by = Some(number),
        }
        if self.blocked { End::Withheld } else { End::Disclosed }
    }
}

/// What was seen of a code so far. Deeds are noted before they are sent and after they are answered, so that the order
/// of notes is one that real time allows.
pub struct Life(Mutex<Notes>);

struct Notes {
    seen: LinearizabilityTester<usize, Code>,
    deeds: usize,
    /// For people who have to find out what went wrong.
    lines: Vec<String>,
}

impl Life {
    pub fn begin() -> Self {
        Self(Mutex::new(Notes { seen: LinearizabilityTester::new(Code::default()), deeds: 0, lines: Vec::new() }))
    }

    /// Notes that a deed is about to be sent; what comes back names it.
    pub fn sent(&self, deed: Deed) -> usize {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let name = notes.deeds;
        notes.deeds += 1;
        notes.lines.push(format!("{name} sent: {deed:?}"));
        // Each deed is a thread of its own, so that none is sent twice in one.
        drop(notes.seen.on_invoke(name, deed).map(|_| ()));
        name
    }

    /// Notes how a deed ended. One whose answer says nothing is never noted: it may take effect at any time, or never.
    pub fn answered(&self, name: usize, end: End) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.lines.push(format!("{name} answered: {end:?}"));
        drop(notes.seen.on_return(name, end).map(|_| ()));
    }

    /// What is wrong with it, as the list of what was seen.
    pub fn fault(&self) -> Option<String> {
        let notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (!notes.seen.is_consistent()).then(|| notes.lines.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn life(deeds: &[(Deed, End)]) -> Life {
        let life = Life::begin();
        for (deed, end) in deeds {
            let name = life.sent(*deed);
            life.answered(name, *end);
        }
        life
    }

    #[test]
    fn a_winner_who_asks_again_and_a_loser_are_in_order() {
        let life =
            life(&[(Deed::Redeem(1), End::Disclosed), (Deed::Redeem(2), End::Used), (Deed::Redeem(1), End::Disclosed)]);
        assert_eq!(life.fault(), None);
    }

    #[test]
    fn two_winners_are_not() {
        assert!(life(&[(Deed::Redeem(1), End::Disclosed), (Deed::Redeem(2), End::Disclosed)]).fault().is_some());
    }

    #[test]
    fn two_winners_at_the_same_time_are_not_either() {
        let life = Life::begin();
        let (first, second) = (life.sent(Deed::Redeem(1)), life.sent(Deed::Redeem(2)));
        life.answered(first, End::Disclosed);
        life.answered(second, End::Disclosed);
        assert!(life.fault().is_some());
    }

    #[test]
    fn a_loser_without_a_winner_needs_somebody_who_never_heard() {
        assert!(life(&[(Deed::Redeem(1), End::Used)]).fault().is_some());
        let life = Life::begin();
        life.sent(Deed::Redeem(2));
        let loser = life.sent(Deed::Redeem(1));
        life.answered(loser, End::Used);
        assert_eq!(life.fault(), None);
    }

    #[test]
    fn nobody_wins_what_is_over() {
        for (deed, end) in
            [(Deed::Supersede, End::Superseded), (Deed::Expire, End::Expired), (Deed::Block, End::Withheld)]
        {
            assert_eq!(life(&[(deed, End::Done), (Deed::Redeem(1), end)]).fault(), None);
            assert!(life(&[(deed, End::Done), (Deed::Redeem(1), End::Disclosed)]).fault().is_some(), "{deed:?}");
        }
    }

    #[test]
    fn what_happens_at_the_same_time_may_end_either_way() {
        for end in [End::Disclosed, End::Superseded] {
            let life = Life::begin();
            let (redeem, supersede) = (life.sent(Deed::Redeem(1)), life.sent(Deed::Supersede));
            life.answered(supersede, End::Done);
            life.answered(redeem, end);
            assert_eq!(life.fault(), None);
        }
    }

    #[test]
    fn a_winner_cannot_be_forgotten() {
        let life = life(&[
            (Deed::Redeem(1), End::Disclosed),
            (Deed::Supersede, End::Done),
            (Deed::Redeem(1), End::Superseded),
        ]);
        assert!(life.fault().is_some());
    }
}
