//! What must hold between the tables at every moment, whatever failed before.

use std::collections::{BTreeMap, BTreeSet};

use ikd::app::Clock;
use ikd::domain::activation::Cause;
use ikd::domain::device::{Device, DeviceState};
use ikd::domain::holder::HolderRecord;
use ikd::domain::qr_code::{QrCode, QrState};
use ikd::domain::registration::{Registration, RegistrationState};
use ikd::store::keys;
use serde::Deserialize;
use serde_json::Value;

use crate::stored::entity;
use crate::world::World;

#[derive(Deserialize)]
struct Order {
    registration: String,
    generation: u32,
}

impl World {
    /// Asserts that nothing is half-done: every item has what belongs to it, and nothing that does not.
    #[track_caller]
    pub fn assert_sound(&self) {
        let identities = self.items("identities");
        let of_kind = |kind: &'static str| identities.iter().filter(move |item| key(item, "pk").starts_with(kind));
        let registrations: Vec<Registration> = of_kind(keys::REGISTRATION).map(entity).collect();
        let holders: BTreeMap<String, HolderRecord> = of_kind(keys::HOLDER)
            .map(entity::<HolderRecord>)
            .map(|holder| (holder.nik.as_str().to_owned(), holder))
            .collect();
        let devices: Vec<Device> = of_kind(keys::DEVICE).map(entity).collect();

        self.assert_selfies_wait_for_their_decision(&registrations);
        self.assert_one_email_a_generation(&registrations);
        assert_devices_belong_to_their_registrations(&registrations, &devices);
        assert_one_active_device_a_resident(&holders, &devices);
        self.assert_one_live_code_a_device(&devices);
        for item in of_kind(keys::DEVICE).filter(|item| item["status"]["S"] == "blocked") {
            for gone in ["qr_code", "session", "pin_hash", "pin_is_first", "pin_tries"] {
                assert!(item.get(gone).is_none(), "a blocked device has {gone}");
            }
        }
    }

    #[track_caller]
    fn assert_selfies_wait_for_their_decision(&self, registrations: &[Registration]) {
        let pending = registrations.iter().filter(|one| matches!(one.state, RegistrationState::Pending(_)));
        let pending: BTreeSet<String> = pending.map(|registration| registration.id.to_string()).collect();
        let selfies: BTreeSet<String> = self.items("selfies").iter().map(|item| key(item, "id").to_owned()).collect();
        assert_eq!(selfies, pending, "a selfie rests for each undecided registration and for no other");
    }

    #[track_caller]
    fn assert_one_email_a_generation(&self, registrations: &[Registration]) {
        let orders: Vec<Order> = self.items("outbox").iter().map(entity).collect();
        for registration in registrations {
            let ordered: BTreeSet<u32> = orders
                .iter()
                .filter(|order| order.registration == registration.id.as_str())
                .map(|order| order.generation)
                .collect();
            let generations = registration.approval().map_or(0, |approval| approval.activation.generation);
            assert_eq!(ordered, (1..=generations).collect(), "one order for each code");
        }
    }

    #[track_caller]
    fn assert_one_live_code_a_device(&self, devices: &[Device]) {
        let codes: Vec<QrCode> = self.items("qr_codes").iter().map(entity).collect();
        for device in devices {
            let live: Vec<&QrCode> = codes
                .iter()
                .filter(|code| code.device == device.key && matches!(code.state, QrState::Live(_)))
                .filter(|code| code.expires_at > self.clock.now())
                .collect();
            assert!(live.len() <= 1, "two live codes of one device");
            if let DeviceState::Active(active) = &device.state {
                let shown = active.qr_code.as_ref().map(|code| &code.token_hash);
                assert!(live.iter().all(|code| Some(&code.token_hash) == shown), "a live code that the device forgot");
            }
        }
    }
}

/// The registration that made a phone a holder's device.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Binding<'a> {
    registration: &'a str,
    device: &'a str,
    nik: &'a str,
}

#[track_caller]
fn assert_devices_belong_to_their_registrations(registrations: &[Registration], devices: &[Device]) {
    // While a PIN is reset, the registration is approved once more.
    let is_bound = |one: &&Registration| match &one.state {
        RegistrationState::Active(_) => true,
        RegistrationState::Approved(approval) => approval.activation.cause != Cause::Approval,
        RegistrationState::Pending(_) | RegistrationState::Rejected(_) => false,
    };
    let bound: BTreeSet<Binding> = registrations
        .iter()
        .filter(is_bound)
        .map(|one| Binding { registration: one.id.as_str(), device: one.device_key.as_str(), nik: one.nik.as_str() })
        .collect();
    // A blocked device is kept longer than its registration.
    for device in devices {
        let binding = Binding {
            registration: device.registration.as_str(),
            device: device.key.as_str(),
            nik: device.nik.as_str(),
        };
        assert!(device.is_blocked() || bound.contains(&binding), "an active device without registration");
    }
    let existing: BTreeSet<&str> = devices.iter().map(|device| device.registration.as_str()).collect();
    let without: Vec<_> = bound.iter().filter(|binding| !existing.contains(binding.registration)).collect();
    assert!(without.is_empty(), "active registrations without device: {without:?}");
}

#[track_caller]
fn assert_one_active_device_a_resident(holders: &BTreeMap<String, HolderRecord>, devices: &[Device]) {
    let mut seen = BTreeSet::new();
    for device in devices.iter().filter(|device| !device.is_blocked()) {
        assert!(seen.insert(device.nik.as_str()), "two active devices of one resident");
        let pointed_to = holders.get(device.nik.as_str()).and_then(|holder| holder.device.as_ref());
        assert_eq!(pointed_to, Some(&device.key), "an active device that its holder does not point to");
    }
}

fn key<'a>(item: &'a Value, name: &str) -> &'a str {
    item[name]["S"].as_str().unwrap_or_default()
}
