//! What the tables hold: read, written and deleted past all rules.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use ikd::app::Clock;
use ikd::domain::nik::Nik;
use ikd::domain::{Id, KeyThumbprint};
use ikd::store::keys;
use local::stack::database::PREFIX;
use local::stack::dynamodb::Operation;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::world::World;

impl World {
    /// One item of a table, as DynamoDB's JSON.
    pub fn item(&self, table: &str, key: (&str, &str)) -> Option<Value> {
        let request = json!({
            "TableName": format!("{PREFIX}{table}"),
            "Key": { key.0: { "S": key.1 } },
            "ConsistentRead": true,
        });
        self.database.call(Operation::GetItem, request).unwrap().get("Item").cloned()
    }

    /// One item of a table, as the entity that it is.
    pub fn read<T: DeserializeOwned>(&self, table: &str, key: (&str, &str)) -> Option<T> {
        self.item(table, key).map(|item| entity(&item))
    }

    /// Writes an entity under a key, past all rules.
    pub async fn put<T: Serialize>(&self, table: &str, key: (&str, &str), entity: &T) {
        let mut item: HashMap<String, AttributeValue> = serde_dynamo::to_item(entity).expect("an item");
        item.insert(key.0.to_owned(), AttributeValue::S(key.1.to_owned()));
        let put = self.database.client().unwrap().put_item().table_name(format!("{PREFIX}{table}"));
        put.set_item(Some(item)).send().await.expect("a write");
    }

    /// Deletes an item, as TTL does.
    pub fn delete(&self, table: &str, key: (&str, &str)) {
        let request = json!({ "TableName": format!("{PREFIX}{table}"), "Key": { key.0: { "S": key.1 } } });
        self.database.call(Operation::DeleteItem, request).unwrap();
    }

    /// Deletes what has expired of holders, registrations, devices and selfies, as TTL does.
    pub fn sweep(&self) {
        for (table, key) in [("identities", "pk"), ("selfies", "id")] {
            for item in self.items(table) {
                let expires_at = item["expires_at"]["N"].as_str().and_then(|second| second.parse::<i64>().ok());
                if expires_at.is_some_and(|second| second <= self.clock.now().as_second()) {
                    self.delete(table, (key, item[key]["S"].as_str().expect("a key")));
                }
            }
        }
    }

    /// Every item of a table.
    pub fn items(&self, table: &str) -> Vec<Value> {
        self.database.items(table).unwrap()
    }

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

/// An entity out of DynamoDB's JSON.
pub(crate) fn entity<T: DeserializeOwned>(item: &Value) -> T {
    let item: serde_dynamo::Item = serde_json::from_value(item.clone()).expect("DynamoDB's JSON");
    serde_dynamo::from_item(item).expect("an entity")
}
