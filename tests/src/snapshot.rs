//! The state of a world at one moment. What was prepared once can be played many times from there.

use std::fs;
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use local::stack::database::PREFIX;
use local::stack::dynamodb::Operation;
use local::stack::stream_pump;
use serde_json::{Value, json};

use crate::world::World;

/// What is in the database, and how far its streams were worked through. Clock and mailbox are not part of it.
pub struct Snapshot {
    copy: Copied,
    /// In the outbox's stream.
    outbox_position: Position,
    /// In that of the erasures.
    erasures_position: Position,
}

/// How far a stream was worked through.
struct Position {
    /// The last record's sequence number.
    number: Option<String>,
    /// How many records there are up to it.
    records: usize,
}

/// A copy of a database.
enum Copied {
    /// A file that the embedded engine has written.
    File(PathBuf),
    /// What any engine says through DynamoDB's API.
    Tables(Vec<Table>),
}

/// A table, and what makes it again.
struct Table {
    name: String,
    contents: Contents,
}

enum Contents {
    /// Without a stream, its items are enough.
    Items(Vec<Value>),
    /// The changes that its stream recorded, from the table's creation on. Made again, they leave the same items and the same
    /// stream, but for its sequence numbers.
    Changes(Vec<Value>),
}

impl World {
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            outbox_position: self.position_in("outbox", self.position.lock().unwrap().clone()),
            erasures_position: self.position_in("erasures", self.erasures_position.lock().unwrap().clone()),
            copy: if self.database.embedded().is_ok() { self.copy_file() } else { self.copy_tables() },
        }
    }

    /// Brings the world back to that moment.
    pub fn restore(&self, snapshot: &Snapshot) {
        match &snapshot.copy {
            Copied::File(file) => {
                let file = file.to_str().expect("a path in UTF-8");
                let engine = self.database.embedded().expect("the engine that wrote the copy");
                engine.restore_from(file).expect("the copy of the database");
            }
            Copied::Tables(tables) => self.make_again(tables),
        }
        let outbox = self.number_of("outbox", &snapshot.outbox_position);
        let erasures = self.number_of("erasures", &snapshot.erasures_position);
        *self.position.lock().unwrap() = outbox;
        *self.erasures_position.lock().unwrap() = erasures;
    }

    fn copy_file(&self) -> Copied {
        static TAKEN: AtomicU32 = AtomicU32::new(0);
        let name = format!("ikd-tests-{}-{}.db", process::id(), TAKEN.fetch_add(1, Ordering::Relaxed));
        let file = std::env::temp_dir().join(name);
        let engine = self.database.embedded().expect("the embedded engine");
        engine.vacuum_into(file.to_str().expect("a path in UTF-8")).expect("a copy of the database");
        Copied::File(file)
    }

    fn copy_tables(&self) -> Copied {
        let listed = self.call(Operation::ListTables, json!({}));
        let names = listed["TableNames"].as_array().into_iter().flatten().filter_map(Value::as_str);
        Copied::Tables(names.map(|name| self.copy_table(name.trim_start_matches(PREFIX))).collect())
    }

    fn copy_table(&self, name: &str) -> Table {
        let described = self.call(Operation::DescribeTable, json!({ "TableName": format!("{PREFIX}{name}") }));
        let contents = if described["Table"]["StreamSpecification"]["StreamEnabled"] == true {
            Contents::Changes(stream_pump::read_all(&self.database, name).expect("a stream"))
        } else {
            Contents::Items(self.items(name))
        };
        Table { name: name.to_owned(), contents }
    }

    fn make_again(&self, tables: &[Table]) {
        for table in tables {
            self.call(Operation::DeleteTable, json!({ "TableName": format!("{PREFIX}{}", table.name) }));
        }
        self.database.create_tables(&xtask::root().join("infra/template.yaml")).expect("tables");
        for Table { name, contents } in tables {
            let name = format!("{PREFIX}{name}");
            match contents {
                Contents::Items(items) => {
                    for item in items {
                        self.call(Operation::PutItem, json!({ "TableName": name, "Item": item }));
                    }
                }
                Contents::Changes(records) => records.iter().for_each(|record| self.change_again(&name, record)),
            }
        }
    }

    fn change_again(&self, table: &str, record: &Value) {
        let change = &record["dynamodb"];
        if record["eventName"] == "REMOVE" {
            self.call(Operation::DeleteItem, json!({ "TableName": table, "Key": change["Keys"] }));
        } else {
            self.call(Operation::PutItem, json!({ "TableName": table, "Item": change["NewImage"] }));
        }
    }

    fn call(&self, operation: Operation, request: Value) -> Value {
        self.database.call(operation, request).expect("an answer")
    }

    fn position_in(&self, table: &str, number: Option<String>) -> Position {
        if number.is_none() || self.database.embedded().is_ok() {
            return Position { number, records: 0 };
        }
        let records = stream_pump::read_all(&self.database, table).expect("a stream");
        let last = records.iter().position(|record| stream_pump::sequence_number(record) == number.as_deref());
        Position { number, records: last.expect("the position's record") + 1 }
    }

    /// A position's sequence number in the stream as it is now.
    fn number_of(&self, table: &str, position: &Position) -> Option<String> {
        let Some(last) = position.records.checked_sub(1) else { return position.number.clone() };
        let records = stream_pump::read_all(&self.database, table).expect("a stream");
        stream_pump::sequence_number(&records[last]).map(str::to_owned)
    }
}

impl Drop for Copied {
    fn drop(&mut self) {
        let Self::File(file) = self else { return };
        for ending in ["", "-wal", "-shm"] {
            // The last two exist only if the engine made them.
            let mut file = file.clone().into_os_string();
            file.push(ending);
            drop(fs::remove_file(file));
        }
    }
}
