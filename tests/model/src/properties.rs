//! What must always hold, and what must be possible, or the checks would mean nothing.

use stateright::{Model, Property};

use crate::{Action, Admission, Block, Code, LIFETIME, Life, Mint, Outcome, Progress, State};

impl Model for Life {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        self.beginnings()
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        actions.extend(self.possible(state));
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        Some(self.after(state, action))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("never two different winners", one_winner),
            Property::always("never redeemed at or after 90 s and the bound of the clocks", in_time),
            Property::always("until its end the winner can learn that it won", winner_can_learn),
            Property::always("a redemption that has ended is gone for everybody, swept or not", ended_is_gone),
            Property::always("nothing works after a block is answered", |_, state: &State| !state.worked_after_block),
            Property::always("one live code", one_live_code),
            Property::always("only a block blocks the device, whatever the registry says", |_, state: &State| {
                state.device.blocked == (state.block != Block::NotAsked)
            }),
            // Without these the model would prove nothing.
            Property::sometimes("a code is redeemed", |_, state: &State| redemptions(state).count() > 0),
            Property::sometimes("a winner does not hear that it won", |life, state| {
                redemptions(state).any(|(_, winner)| {
                    let own = |request: usize| life.requests[request].redemption == winner;
                    state
                        .progress
                        .iter()
                        .enumerate()
                        .any(|(request, step)| *step == Progress::Unavailable && own(request))
                })
            }),
            Property::sometimes("a loser learns that the code was used", |_, state: &State| {
                state.progress.contains(&Progress::Heard(Outcome::Used))
            }),
            Property::sometimes("a code ends before it is redeemed", |_, state: &State| {
                state.progress.contains(&Progress::Heard(Outcome::Expired))
            }),
            Property::sometimes("a code is swept", |_, state: &State| {
                state.codes.contains(&Code::Swept { redeemed: None })
            }),
            Property::sometimes("a winner meets a blocked device", |_, state: &State| {
                state.progress.contains(&Progress::Withheld) && state.device.blocked && !state.disabled
            }),
            Property::sometimes("a winner is disabled before it learns anything", |_, state: &State| {
                state.progress.contains(&Progress::Withheld) && state.disabled && !state.device.blocked
            }),
            Property::sometimes("a holder whom the registry refused is admitted again", |_, state: &State| {
                state.admission == Admission::AdmittedAgain
            }),
            Property::sometimes(
                "a winner asks again after its redemption has ended, and before it is swept",
                |life, state| {
                    redemptions(state).any(|(code, winner)| {
                        let is_there = matches!(state.codes[code], Code::There { .. });
                        let gone = Progress::Heard(Outcome::Unknown);
                        let of_winner = |request: usize| life.requests[request].redemption == winner;
                        is_there && state.progress.iter().enumerate().any(|(one, step)| *step == gone && of_winner(one))
                    })
                },
            ),
            Property::sometimes("a redemption is swept", |_, state: &State| {
                state.codes.iter().any(|code| matches!(code, Code::Swept { redeemed: Some(_) }))
            }),
        ]
    }
}

/// The redeemed codes and their winners, those included that were swept since.
fn redemptions(state: &State) -> impl Iterator<Item = (usize, u8)> {
    state.codes.iter().enumerate().filter_map(|(number, code)| match code {
        Code::There { redeemed: Some(redeemed), .. } | Code::Swept { redeemed: Some(redeemed) } => {
            Some((number, redeemed.redemption))
        }
        _ => None,
    })
}

/// A request that was answered as the winner has won, and no other has.
fn one_winner(life: &Life, state: &State) -> bool {
    let won =
        state.progress.iter().enumerate().filter(|(_, step)| {
            matches!(step, Progress::Heard(Outcome::Won) | Progress::Disclosed | Progress::Withheld)
        });
    won.map(|(request, _)| life.requests[request])
        .all(|request| redemptions(state).any(|(code, winner)| code == request.code && winner == request.redemption))
}

fn in_time(life: &Life, state: &State) -> bool {
    state.codes.iter().all(|code| match code {
        Code::There { minted_at, redeemed: Some(redeemed), .. } => redeemed.at < minted_at + LIFETIME + life.bound(),
        _ => true,
    })
}

/// A winner that asks again now, by a clock that is before the end, hears that it won; unless a clock that is ahead has swept
/// it.
fn winner_can_learn(life: &Life, state: &State) -> bool {
    state.codes.iter().all(|code| match code {
        Code::There { redeemed: Some(redeemed), .. } => times(life, state)
            .filter(|time| *time < redeemed.kept_until)
            .all(|time| answer(code, redeemed.redemption, time, state) == Outcome::Won),
        _ => true,
    })
}

/// A winner and anybody else who asks after the end, by any clock, hear the same before and after the sweep.
fn ended_is_gone(life: &Life, state: &State) -> bool {
    state.codes.iter().all(|code| match code {
        Code::There { redeemed: Some(redeemed), .. } | Code::Swept { redeemed: Some(redeemed) } => {
            let askers = [redeemed.redemption, redeemed.redemption + 1];
            times(life, state)
                .filter(|time| *time >= redeemed.kept_until)
                .all(|time| askers.iter().all(|asker| answer(code, *asker, time, state) == Outcome::Unknown))
        }
        _ => true,
    })
}

/// The present time by each of the clocks.
fn times(life: &Life, state: &State) -> impl Iterator<Item = i64> {
    life.clocks.iter().map(|clock| state.now + clock)
}

/// What an attempt would hear now by such a clock.
fn answer(code: &Code, redemption: u8, by_clock: i64, state: &State) -> Outcome {
    code.clone().redeem(redemption, by_clock, state.now)
}

/// Of the codes that are neither redeemed nor superseded, one is the device's; a mint never leaves another.
fn one_live_code(_: &Life, state: &State) -> bool {
    let live = state.codes.iter().filter(|code| matches!(code, Code::There { superseded: false, redeemed: None, .. }));
    let minted = state.mints.iter().filter(|mint| **mint == Mint::Done).count();
    live.count() <= 1.min(minted)
}
