//! Transactions: all or nothing, once, and why not.

use futures::future::join_all;
use local::stack::dynamodb::Operation::{PutItem, TransactGetItems, TransactWriteItems};
use serde_json::{Value, json};

use super::Seen::{AsDocumented, Otherwise};
use super::{BOTH, Probe, Subject, kilobytes, units, with};

pub const PROBES: &[Probe] = &[
    Probe {
        what: "One condition of a transaction fails",
        page: "APIReference/API_TransactWriteItems",
        documented: "nothing is written",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.put(json!({ "k": { "S": "b" } })).await;
                let second = with(put("b"), "ConditionExpression", json!("attribute_not_exists(k)"));
                let refused = db.ask(TransactWriteItems, transaction(&[put("a"), second])).await.is_err();
                let written = !db.item("a").await.is_null();
                match (refused, written) {
                    (true, false) => "nothing is written",
                    (true, true) => "half is written",
                    (false, _) => "accepted",
                }
                .to_owned()
            })
        },
    },
    Probe {
        what: "The reasons of a transaction that failed",
        page: "APIReference/API_CancellationReason",
        documented: "None, ConditionalCheckFailed with the item",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.put(json!({ "k": { "S": "b" } })).await;
                let second = with(put("b"), "ConditionExpression", json!("attribute_not_exists(k)"));
                let second = with(second, "ReturnValuesOnConditionCheckFailure", json!("ALL_OLD"));
                let refusal = db.ask(TransactWriteItems, transaction(&[put("a"), second])).await.unwrap_err();
                let reasons = refusal.0["CancellationReasons"].as_array().cloned().unwrap_or_default();
                let reasons = reasons.iter().map(|reason| {
                    let code = reason["Code"].as_str().unwrap_or_default();
                    if reason["Item"]["k"]["S"] == "b" { format!("{code} with the item") } else { code.to_owned() }
                });
                reasons.collect::<Vec<_>>().join(", ")
            })
        },
    },
    Probe {
        what: "A transaction that is sent again with its ClientRequestToken",
        page: "APIReference/API_TransactWriteItems",
        documented: "is done once",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                for _ in 0..2 {
                    let once = with(transaction_of(&[count()]), "ClientRequestToken", json!("token"));
                    db.does(TransactWriteItems, once).await;
                }
                counted(&db).await
            })
        },
    },
    Probe {
        what: "Another transaction with a ClientRequestToken that was used",
        page: "APIReference/API_TransactWriteItems",
        documented: "IdempotentParameterMismatchException",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                let first = with(transaction(&[put("a")]), "ClientRequestToken", json!("token"));
                db.does(TransactWriteItems, first).await;
                let second = with(transaction(&[put("b")]), "ClientRequestToken", json!("token"));
                db.says(TransactWriteItems, second).await
            })
        },
    },
    Probe {
        what: "A transaction with two actions on one item",
        page: "APIReference/API_TransactWriteItems",
        documented: "ValidationException",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.says(TransactWriteItems, transaction(&[put("a"), put("a")])).await
            })
        },
    },
    Probe {
        what: "A transaction of 101 actions",
        page: "APIReference/API_TransactWriteItems",
        documented: "ValidationException",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                let puts: Vec<Value> = (0..101).map(|number| put(&number.to_string())).collect();
                db.says(TransactWriteItems, transaction(&puts)).await
            })
        },
    },
    Probe {
        what: "A transaction that writes more than 4 MB",
        page: "APIReference/API_TransactWriteItems",
        documented: "ValidationException",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                let large = |number: u32| {
                    let item = json!({ "k": { "S": number.to_string() }, "n": { "S": kilobytes(390) } });
                    json!({ "TableName": "things", "Item": item })
                };
                let puts: Vec<Value> = (0..11).map(large).collect();
                db.says(TransactWriteItems, transaction(&puts)).await
            })
        },
    },
    Probe {
        what: "Fifty transactions on one item at the same moment",
        page: "developerguide/transaction-apis",
        documented: "TransactionConflict for some, and the others are done",
        seen: [Otherwise("all are done, one after another"), Otherwise("all are done, one after another")],
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                let answers = join_all((0..50).map(|_| db.ask(TransactWriteItems, transaction_of(&[count()])))).await;
                let conflicts = answers.iter().filter(|answer| {
                    let refusal = answer.as_ref().err();
                    refusal.is_some_and(|refusal| refusal.0["CancellationReasons"][0]["Code"] == "TransactionConflict")
                });
                let conflicts = conflicts.count();
                let done = answers.iter().filter(|answer| answer.is_ok()).count();
                match (conflicts, done) {
                    (0, 50) => "all are done, one after another".to_owned(),
                    (1.., 1..) if conflicts + done == 50 => {
                        "TransactionConflict for some, and the others are done".to_owned()
                    }
                    _ => format!("{conflicts} conflict and {done} are done"),
                }
            })
        },
    },
    Probe {
        what: "A write to an item of a transaction that is under way",
        page: "APIReference/API_PutItem",
        documented: "TransactionConflictException may refuse it",
        seen: [Otherwise("it waits"), Otherwise("it waits")],
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                let transactions = join_all((0..50).map(|_| db.ask(TransactWriteItems, transaction(&[put("a")]))));
                let writes = (0..50).map(|_| db.says(PutItem, put("a")));
                let (_, answers) = tokio::join!(transactions, join_all(writes));
                let others: Vec<&String> = answers.iter().filter(|answer| *answer != "accepted").collect();
                match others.as_slice() {
                    [] => "it waits".to_owned(),
                    [one, ..] if *one == "TransactionConflictException" => {
                        "TransactionConflictException may refuse it".to_owned()
                    }
                    [one, ..] => (*one).clone(),
                }
            })
        },
    },
    Probe {
        what: "TransactGetItems of an item that exists and one that does not",
        page: "APIReference/API_TransactGetItems",
        documented: "answers in the order of the request, the second without Item",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.put(json!({ "k": { "S": "a" } })).await;
                let answer = db.does(TransactGetItems, gets(&["a", "b"])).await;
                let responses = answer["Responses"].as_array().cloned().unwrap_or_default();
                match responses.as_slice() {
                    [one, other] if one["Item"]["k"]["S"] == "a" && other.get("Item").is_none() => {
                        "answers in the order of the request, the second without Item".to_owned()
                    }
                    _ => answer.to_string(),
                }
            })
        },
    },
    Probe {
        what: "TransactGetItems of more than 4 MB",
        page: "APIReference/API_TransactGetItems",
        documented: "refused",
        seen: [Otherwise("accepted"), Otherwise("accepted")],
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                let keys: Vec<String> = (0..11).map(|number: u32| number.to_string()).collect();
                for key in &keys {
                    db.put(json!({ "k": { "S": key }, "n": { "S": kilobytes(390) } })).await;
                }
                let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
                let refused = db.ask(TransactGetItems, gets(&keys)).await.is_err();
                if refused { "refused" } else { "accepted" }.to_owned()
            })
        },
    },
    Probe {
        what: "TransactGetItems reports what it consumes for an item of 10 KB",
        page: "developerguide/transaction-apis",
        documented: "6 units",
        seen: [AsDocumented, Otherwise("2 units")],
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.put(json!({ "k": { "S": "a" }, "n": { "S": "x".repeat(10_000) } })).await;
                let get = with(gets(&["a"]), "ReturnConsumedCapacity", json!("TOTAL"));
                consumed(&db.does(TransactGetItems, get).await)
            })
        },
    },
    Probe {
        what: "TransactWriteItems reports what it consumes for an item of 2.5 KB",
        page: "developerguide/transaction-apis",
        documented: "6 units",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                let item = json!({ "k": { "S": "a" }, "n": { "S": "x".repeat(2_500) } });
                let write = transaction(&[json!({ "TableName": "things", "Item": item })]);
                let answer = db.does(TransactWriteItems, with(write, "ReturnConsumedCapacity", json!("TOTAL"))).await;
                consumed(&answer)
            })
        },
    },
];

/// A put of an item that is nothing but its key.
fn put(key: &str) -> Value {
    json!({ "TableName": "things", "Item": { "k": { "S": key } } })
}

/// An action that counts.
fn count() -> Value {
    let update = super::update("ADD n :one", json!({ ":one": { "N": "1" } }));
    json!({ "Update": update })
}

async fn counted(db: &Subject) -> String {
    match db.item("a").await["n"]["N"].as_str() {
        Some("1") => "is done once".to_owned(),
        Some("2") => "is done twice".to_owned(),
        _ => "is not done".to_owned(),
    }
}

/// A transaction of puts.
fn transaction(puts: &[Value]) -> Value {
    let actions: Vec<Value> = puts.iter().map(|put| json!({ "Put": put })).collect();
    transaction_of(&actions)
}

fn transaction_of(actions: &[Value]) -> Value {
    json!({ "TransactItems": actions })
}

fn gets(keys: &[&str]) -> Value {
    let get = |key: &&str| json!({ "Get": { "TableName": "things", "Key": { "k": { "S": key } } } });
    transaction_of(&keys.iter().map(get).collect::<Vec<_>>())
}

/// What an answer about several tables says that it consumed.
fn consumed(answer: &Value) -> String {
    let tables = answer["ConsumedCapacity"].as_array().into_iter().flatten();
    units(tables.filter_map(|table| table["CapacityUnits"].as_f64()).sum())
}
