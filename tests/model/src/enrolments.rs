//! The phones of one resident as a model: enrolled, replaced, blocked, erased, enrolled again, and reported as stolen afterwards,
//! while orders of erasures come late and come again.
//!
//! Each transition names the store's method that it models. Every item is an atomic register, as in the model of a QR code's
//! life. Time is the number of erasures so far: what was made before an erasure is older than its order.

use stateright::{Model, Property};

/// How much may happen.
#[derive(Clone, Debug)]
pub struct Enrolments {
    pub registrations: usize,
    pub erasures: usize,
    pub redemptions: usize,
    /// How many officers report a theft, each since another time.
    pub officers: u8,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct State {
    pub registrations: Vec<Registration>,
    /// By the registration that became it.
    pub devices: Vec<Option<Device>>,
    /// Which registrations ever became a device.
    pub activated: Vec<bool>,
    pub activated_last: Option<usize>,
    /// Of each device, the officer whose report was taken first.
    pub first_reports: Vec<Option<u8>>,
    /// The holder record.
    pub approvals: u8,
    pub waiting: Option<usize>,
    pub device: Option<usize>,
    /// How often the identity was erased: the time, and the number of orders.
    pub erased: usize,
    /// Redemptions whose stream record was not worked through, by the time at which they happened.
    pub redemptions: Vec<usize>,
    pub redeemed: usize,
    pub receipts: Vec<Receipt>,
    /// The number of the chain's last receipt, once there is one.
    pub head: Option<u8>,
    /// What was met that must never be.
    pub broken: Option<Broken>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Registration {
    pub made_at: usize,
    pub approvals_before: u8,
    pub state: RegistrationState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegistrationState {
    Pending,
    Approved,
    Active,
    Erased,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Device {
    pub end: Option<End>,
    /// The officer whose report is on record.
    pub theft: Option<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    Blocked,
    Replaced,
    Erased,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Receipt {
    pub number: u8,
    pub made_at: usize,
}

/// What must never be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Broken {
    /// An order took what came after it.
    OrderTookLater,
    /// A receipt met another one at its place, which stops the stream.
    ReceiptStalled,
    /// A registration of before an erasure became a device after it.
    EnrolledFromBefore,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// `Store::create_registration`.
    Register,
    /// `Store::approve`, which replaces an active device. The officer may report the theft of the device before.
    Approve { registration: usize, reporter: Option<u8> },
    /// `Store::activate`.
    Activate(usize),
    /// `Store::block`.
    Block,
    /// `Store::erase_identity`.
    Erase,
    /// finish-erasure carries out an order, no matter how late and how often.
    FinishErasure { ordered_at: usize },
    /// `Store::redeem`.
    Redeem,
    /// `Store::add_receipt` for the oldest redemption in the stream.
    Record,
    /// `Store::report_theft`, or `Store::block` with a theft.
    Report { device: usize, officer: u8 },
}

impl Model for Enrolments {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::default()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.registrations.len() < self.registrations {
            actions.push(Action::Register);
        }
        for (number, registration) in state.registrations.iter().enumerate() {
            match registration.state {
                // The condition of `Store::approve`: nothing was approved or erased since it began.
                RegistrationState::Pending if registration.approvals_before == state.approvals => {
                    let reporters = (0..self.officers).filter(|_| state.device.is_some()).map(Some);
                    let approve = |reporter| Action::Approve { registration: number, reporter };
                    actions.extend(std::iter::once(None).chain(reporters).map(approve));
                }
                RegistrationState::Approved if state.waiting == Some(number) => actions.push(Action::Activate(number)),
                _ => {}
            }
        }
        if state.active().is_some() {
            actions.push(Action::Block);
            if state.erased < self.erasures {
                actions.push(Action::Erase);
            }
            if state.redeemed < self.redemptions {
                actions.push(Action::Redeem);
            }
        }
        actions.extend((0..state.erased).map(|ordered_at| Action::FinishErasure { ordered_at }));
        if !state.redemptions.is_empty() {
            actions.push(Action::Record);
        }
        let devices = (0..state.devices.len()).filter(|device| state.devices[*device].is_some());
        actions.extend(
            devices.flat_map(|device| (0..self.officers).map(move |officer| Action::Report { device, officer })),
        );
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = state.clone();
        match action {
            Action::Register => {
                let (made_at, approvals_before) = (state.erased, state.approvals);
                let pending = RegistrationState::Pending;
                next.registrations.push(Registration { made_at, approvals_before, state: pending });
                next.devices.push(None);
                next.activated.push(false);
                next.first_reports.push(None);
            }
            Action::Approve { registration, reporter } => {
                next.end_active(End::Replaced);
                if let Some(officer) = reporter {
                    next.report_previous(officer)?;
                }
                next.registrations[registration].state = RegistrationState::Approved;
                (next.approvals, next.waiting) = (state.approvals + 1, Some(registration));
            }
            Action::Activate(number) => {
                next.registrations[number].state = RegistrationState::Active;
                next.devices[number] = Some(Device { end: None, theft: None });
                next.activated[number] = true;
                next.activated_last = Some(number);
                (next.waiting, next.device) = (None, Some(number));
                next.break_if(state.registrations[number].made_at < state.erased, Broken::EnrolledFromBefore);
            }
            Action::Block => next.end_active(End::Blocked),
            Action::Erase => {
                let device = state.active()?;
                next.end_active(End::Erased);
                next.registrations[device].state = RegistrationState::Erased;
                (next.waiting, next.device, next.head) = (None, None, None);
                (next.approvals, next.erased) = (state.approvals + 1, state.erased + 1);
            }
            Action::FinishErasure { ordered_at } => next.finish_erasure(ordered_at),
            Action::Redeem => {
                next.redemptions.push(state.erased);
                next.redeemed += 1;
            }
            Action::Record => next.record(),
            Action::Report { device, officer } => next.report(device, officer)?,
        }
        (next != *state).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("one active device, which the holder record names", |_, state: &State| {
                let active = state.devices.iter().flatten().filter(|device| device.end.is_none());
                active.count() == usize::from(state.active().is_some())
            }),
            Property::always("a theft can be reported of every device that there was", |_, state: &State| {
                let was_activated = |number: usize| state.activated[number];
                (0..state.devices.len()).all(|number| !was_activated(number) || state.devices[number].is_some())
            }),
            Property::always("an order takes nothing that came after it", |_, state: &State| {
                state.broken != Some(Broken::OrderTookLater)
            }),
            Property::always("no receipt stops the stream", |_, state: &State| {
                state.broken != Some(Broken::ReceiptStalled)
            }),
            Property::always("a theft of no named device is that of the one activated last", |_, state: &State| {
                state.unnamed() == state.activated_last
            }),
            Property::always("the first report remains", |_, state: &State| {
                let mut reports = state.devices.iter().zip(&state.first_reports);
                reports.all(|(device, first)| device.and_then(|device| device.theft) == *first)
            }),
            Property::always("nothing of before enrols after an erasure", |_, state: &State| {
                state.broken != Some(Broken::EnrolledFromBefore)
            }),
            // Without these the model would prove nothing.
            Property::sometimes("an erased device is reported", |_, state: &State| state.is_reported(End::Erased)),
            Property::sometimes("a replaced device is reported", |_, state: &State| state.is_reported(End::Replaced)),
            Property::sometimes("a blocked device is reported", |_, state: &State| state.is_reported(End::Blocked)),
            Property::sometimes("somebody enrols again after an erasure", |_, state: &State| {
                state.erased > 0 && state.active().is_some()
            }),
            Property::sometimes("old and new receipts meet", |_, state: &State| {
                let times: Vec<usize> = state.receipts.iter().map(|receipt| receipt.made_at).collect();
                times.iter().min() != times.iter().max()
            }),
        ]
    }
}

impl State {
    fn break_if(&mut self, is_broken: bool, how: Broken) {
        if is_broken {
            self.broken = Some(how);
        }
    }

    fn active(&self) -> Option<usize> {
        self.device.filter(|device| self.devices[*device].is_some_and(|device| device.end.is_none()))
    }

    /// Which device a report is of that names none. The registrations of one resident become devices in their order.
    fn unnamed(&self) -> Option<usize> {
        self.device.or_else(|| self.devices.iter().rposition(Option::is_some))
    }

    fn is_reported(&self, end: End) -> bool {
        self.devices.iter().flatten().any(|device| device.end == Some(end) && device.theft.is_some())
    }

    fn end_active(&mut self, end: End) {
        if let Some(active) = self.active() {
            self.devices[active] = self.devices[active].map(|device| Device { end: Some(end), ..device });
        }
    }

    /// `Erasure::takes_registration` and `Erasure::takes_receipt`; devices are no part of an order.
    fn finish_erasure(&mut self, ordered_at: usize) {
        for registration in &mut self.registrations {
            if registration.made_at <= ordered_at {
                registration.state = RegistrationState::Erased;
            }
        }
        let is_waiting_taken =
            self.waiting.is_some_and(|number| self.registrations[number].state == RegistrationState::Erased);
        self.break_if(is_waiting_taken, Broken::OrderTookLater);
        let mut taken = self.receipts.clone();
        self.receipts.retain(|receipt| receipt.made_at > ordered_at);
        taken.retain(|receipt| receipt.made_at <= ordered_at);
        self.break_if(self.head.is_some_and(|head| taken.iter().any(|one| one.number == head)), Broken::OrderTookLater);
    }

    /// record-receipt: `Store::chain_end`, and the conditions of `Store::add_receipt`.
    fn record(&mut self) {
        let made_at = self.redemptions.remove(0);
        if self.device.is_none() || made_at < self.erased {
            return;
        }
        let last = self.head.or_else(|| self.receipts.iter().map(|receipt| receipt.number).max());
        let number = last.unwrap_or_default() + 1;
        self.break_if(self.receipts.iter().any(|receipt| receipt.number == number), Broken::ReceiptStalled);
        self.receipts.push(Receipt { number, made_at });
        self.head = Some(number);
    }

    /// The condition of a report: no other is on record. It blocks an active device.
    fn report(&mut self, number: usize, officer: u8) -> Option<()> {
        let device = self.devices[number].filter(|device| device.theft.is_none())?;
        let first = &mut self.first_reports[number];
        *first = first.or(Some(officer));
        self.devices[number] = Some(Device { end: device.end.or(Some(End::Blocked)), theft: Some(officer) });
        Some(())
    }

    /// A report with an approval, which fails where another one is on record.
    fn report_previous(&mut self, officer: u8) -> Option<()> {
        let previous = self.device?;
        match self.devices[previous]?.theft {
            Some(before) => (before == officer).then_some(()),
            None => self.report(previous, officer),
        }
    }
}
