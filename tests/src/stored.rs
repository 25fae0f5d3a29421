//! What the store holds about a person, in its stored form.

use ikd::domain::nik::Nik;
use ikd::domain::{Id, KeyThumbprint};
use ikd::store::keys;
use serde_json::Value;

use crate::world::World;

impl World {
    pub fn stored_device(&self, key: &KeyThumbprint) -> Value {
        self.stored_identity(&keys::device(key))
    }

    pub fn stored_holder(&self, nik: &str) -> Value {
        self.stored_identity(&keys::holder(&Nik::parse(nik).expect("a NIK")))
    }

    pub fn stored_registration(&self, id: &str) -> Value {
        self.stored_identity(&keys::registration(&Id::parse(id).expect("an id")))
    }

    pub fn stored_identity(&self, key: &str) -> Value {
        self.item("identities", ("pk", key)).expect("an item")
    }
}
