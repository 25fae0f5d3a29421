//! Writes of one item: their conditions, what they change, and what is refused.

use local::stack::dynamodb::Operation::{BatchWriteItem, DeleteItem, GetItem, PutItem, UpdateItem};
use serde_json::json;

use super::Seen::{AsDocumented, Otherwise};
use super::{BOTH, Probe, Subject, kilobytes, units, update, with};

pub const PROBES: &[Probe] = &[
    Probe {
        what: "UpdateItem of a key that does not exist",
        page: "APIReference/API_UpdateItem",
        documented: "creates the item",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.does(UpdateItem, update("SET n = :n", json!({ ":n": { "N": "1" } }))).await;
                let is_there = db.item("a").await == json!({ "k": { "S": "a" }, "n": { "N": "1" } });
                if is_there { "creates the item" } else { "creates nothing" }.to_owned()
            })
        },
    },
    Probe {
        what: "A condition fails, with ReturnValuesOnConditionCheckFailure",
        page: "APIReference/API_UpdateItem",
        documented: "the refusal has the item",
        seen: BOTH,
        observe: |db| Box::pin(async move { refused_with(db, json!("ALL_OLD")).await }),
    },
    Probe {
        what: "A condition fails, without it",
        page: "APIReference/API_UpdateItem",
        documented: "the refusal has no item",
        seen: BOTH,
        observe: |db| Box::pin(async move { refused_with(db, json!("NONE")).await }),
    },
    Probe {
        what: "`attribute_not_exists` of the key, where the item exists",
        page: "developerguide/Expressions.ConditionExpressions",
        documented: "ConditionalCheckFailedException",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.put(json!({ "k": { "S": "a" } })).await;
                let put = json!({
                    "TableName": "things",
                    "Item": { "k": { "S": "a" } },
                    "ConditionExpression": "attribute_not_exists(k)",
                });
                db.says(PutItem, put).await
            })
        },
    },
    Probe {
        what: "A condition that compares the numbers 9 and 10",
        page: "developerguide/Expressions.OperatorsAndFunctions",
        documented: "compares numbers, not texts",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.put(json!({ "k": { "S": "a" }, "n": { "N": "9" } })).await;
                let values = json!({ ":ten": { "N": "10" }, ":x": { "N": "1" } });
                let write = with(update("SET x = :x", values), "ConditionExpression", json!("n < :ten"));
                let holds = db.ask(UpdateItem, write).await.is_ok();
                if holds { "compares numbers, not texts" } else { "compares texts" }.to_owned()
            })
        },
    },
    Probe {
        what: "A condition with `contains` on a set, and BETWEEN, and IN",
        page: "developerguide/Expressions.OperatorsAndFunctions",
        documented: "accepted",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.put(json!({ "k": { "S": "a" }, "s": { "SS": ["x", "y"] }, "n": { "N": "5" } })).await;
                let values = json!({
                    ":x": { "S": "x" },
                    ":low": { "N": "1" },
                    ":high": { "N": "9" },
                    ":five": { "N": "5.0" },
                });
                let condition = "contains(s, :x) AND n BETWEEN :low AND :high AND n IN (:low, :five)";
                let write = with(update("REMOVE s", values), "ConditionExpression", json!(condition));
                db.says(UpdateItem, write).await
            })
        },
    },
    Probe {
        what: "SET adds to an attribute that does not exist",
        page: "developerguide/Expressions.UpdateExpressions",
        documented: "ValidationException",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.put(json!({ "k": { "S": "a" } })).await;
                db.says(UpdateItem, update("SET n = n + :one", json!({ ":one": { "N": "1" } }))).await
            })
        },
    },
    Probe {
        what: "SET with `if_not_exists`, and ADD to an attribute that does not exist",
        page: "developerguide/Expressions.UpdateExpressions",
        documented: "count from nothing",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                let values = json!({ ":one": { "N": "1" }, ":zero": { "N": "0" } });
                db.does(UpdateItem, update("SET a = if_not_exists(a, :zero) + :one ADD b :one", values)).await;
                let item = db.item("a").await;
                let counted = item["a"]["N"] == "1" && item["b"]["N"] == "1";
                if counted { "count from nothing".to_owned() } else { item.to_string() }
            })
        },
    },
    Probe {
        what: "SET reads an attribute that the same expression changes",
        page: "developerguide/Expressions.UpdateExpressions",
        documented: "reads the value before",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.put(json!({ "k": { "S": "a" }, "x": { "N": "1" }, "y": { "N": "2" } })).await;
                db.does(UpdateItem, update("SET x = y, y = x", json!({}))).await;
                let item = db.item("a").await;
                let swapped = item["x"]["N"] == "2" && item["y"]["N"] == "1";
                if swapped { "reads the value before".to_owned() } else { "reads the value after".to_owned() }
            })
        },
    },
    Probe {
        what: "SET of a member of a map that does not exist",
        page: "developerguide/Expressions.UpdateExpressions",
        documented: "ValidationException",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.put(json!({ "k": { "S": "a" } })).await;
                db.says(UpdateItem, update("SET m.x = :x", json!({ ":x": { "N": "1" } }))).await
            })
        },
    },
    Probe {
        what: "An expression changes one attribute twice",
        page: "developerguide/Expressions.UpdateExpressions",
        documented: "ValidationException",
        seen: [AsDocumented, Otherwise("accepted")],
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.says(UpdateItem, update("SET n = :x REMOVE n", json!({ ":x": { "N": "1" } }))).await
            })
        },
    },
    Probe {
        what: "An update of a key's attribute",
        page: "APIReference/API_UpdateItem",
        documented: "ValidationException",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.says(UpdateItem, update("SET k = :x", json!({ ":x": { "S": "b" } }))).await
            })
        },
    },
    Probe {
        what: "A reserved word as an attribute's name in an expression",
        page: "developerguide/Expressions.ExpressionAttributeNames",
        documented: "ValidationException",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.says(UpdateItem, update("SET status = :x", json!({ ":x": { "S": "x" } }))).await
            })
        },
    },
    Probe {
        what: "ReturnValues UPDATED_NEW",
        page: "APIReference/API_UpdateItem",
        documented: "only what was updated",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.put(json!({ "k": { "S": "a" }, "other": { "N": "1" } })).await;
                let write = update("SET n = :n", json!({ ":n": { "N": "2" } }));
                let answer = db.does(UpdateItem, with(write, "ReturnValues", json!("UPDATED_NEW"))).await;
                if answer["Attributes"] == json!({ "n": { "N": "2" } }) {
                    "only what was updated".to_owned()
                } else {
                    answer.to_string()
                }
            })
        },
    },
    Probe {
        what: "DeleteItem of a key that does not exist",
        page: "APIReference/API_DeleteItem",
        documented: "accepted",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.says(DeleteItem, json!({ "TableName": "things", "Key": { "k": { "S": "a" } } })).await
            })
        },
    },
    Probe {
        what: "An empty text as a key",
        page: "APIReference/API_PutItem",
        documented: "ValidationException",
        seen: BOTH,
        observe: |db| Box::pin(async move { put_of(db, json!({ "k": { "S": "" } })).await }),
    },
    Probe {
        what: "An empty text as another attribute",
        page: "APIReference/API_PutItem",
        documented: "accepted",
        seen: BOTH,
        observe: |db| Box::pin(async move { put_of(db, json!({ "k": { "S": "a" }, "n": { "S": "" } })).await }),
    },
    Probe {
        what: "An empty set",
        page: "developerguide/HowItWorks.NamingRulesDataTypes",
        documented: "ValidationException",
        seen: BOTH,
        observe: |db| Box::pin(async move { put_of(db, json!({ "k": { "S": "a" }, "n": { "SS": [] } })).await }),
    },
    Probe {
        what: "A number with zeros in front and behind",
        page: "developerguide/HowItWorks.NamingRulesDataTypes",
        documented: "they are trimmed",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.put(json!({ "k": { "S": "a" }, "n": { "N": "0012.500" } })).await;
                let stored = db.item("a").await["n"]["N"].take();
                if stored == "12.5" { "they are trimmed".to_owned() } else { stored.to_string() }
            })
        },
    },
    Probe {
        what: "A number of 39 digits",
        page: "developerguide/HowItWorks.NamingRulesDataTypes",
        documented: "ValidationException",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move { put_of(db, json!({ "k": { "S": "a" }, "n": { "N": "1".repeat(39) } })).await })
        },
    },
    Probe {
        what: "An item of more than 400 KB",
        page: "developerguide/Constraints",
        documented: "ValidationException",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move { put_of(db, json!({ "k": { "S": "a" }, "n": { "S": kilobytes(400) } })).await })
        },
    },
    Probe {
        what: "An update that makes an item larger than 400 KB",
        page: "developerguide/Constraints",
        documented: "ValidationException",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.put(json!({ "k": { "S": "a" }, "n": { "S": kilobytes(300) } })).await;
                db.says(UpdateItem, update("SET m = :m", json!({ ":m": { "S": kilobytes(200) } }))).await
            })
        },
    },
    Probe {
        what: "BatchWriteItem writes and deletes one item",
        page: "APIReference/API_BatchWriteItem",
        documented: "ValidationException",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                let key = json!({ "k": { "S": "a" } });
                let requests = json!([{ "PutRequest": { "Item": key } }, { "DeleteRequest": { "Key": key } }]);
                db.says(BatchWriteItem, json!({ "RequestItems": { "things": requests } })).await
            })
        },
    },
    Probe {
        what: "BatchWriteItem of 26 items",
        page: "APIReference/API_BatchWriteItem",
        documented: "ValidationException",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                let put = |number: u32| json!({ "PutRequest": { "Item": { "k": { "S": number.to_string() } } } });
                let requests: Vec<_> = (0..26).map(put).collect();
                db.says(BatchWriteItem, json!({ "RequestItems": { "things": requests } })).await
            })
        },
    },
    Probe {
        what: "A table that does not exist",
        page: "APIReference/API_GetItem",
        documented: "ResourceNotFoundException",
        seen: BOTH,
        observe: |db| {
            Box::pin(
                async move { db.says(GetItem, json!({ "TableName": "things", "Key": { "k": { "S": "a" } } })).await },
            )
        },
    },
    Probe {
        what: "UpdateItem reports what it consumes, where an item of 2.5 KB becomes one of 1 KB",
        page: "developerguide/read-write-operations",
        documented: "3 units",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.put(json!({ "k": { "S": "a" }, "n": { "S": "x".repeat(2_500) } })).await;
                let write = update("SET n = :n", json!({ ":n": { "S": "x".repeat(900) } }));
                let answer = db.does(UpdateItem, with(write, "ReturnConsumedCapacity", json!("TOTAL"))).await;
                units(answer["ConsumedCapacity"]["CapacityUnits"].as_f64().unwrap_or_default())
            })
        },
    },
];

/// Whether the refusal of a failed condition has the item.
async fn refused_with(db: Subject, return_values: serde_json::Value) -> String {
    db.table(json!({})).await;
    db.put(json!({ "k": { "S": "a" }, "n": { "N": "1" } })).await;
    let write = update("SET n = :n", json!({ ":n": { "N": "2" } }));
    let write = with(write, "ConditionExpression", json!("n = :n"));
    let refusal = db.ask(UpdateItem, with(write, "ReturnValuesOnConditionCheckFailure", return_values)).await;
    match refusal {
        Err(refusal) if refusal.code() != "ConditionalCheckFailedException" => refusal.code().to_owned(),
        Err(refusal) if refusal.0["Item"]["n"]["N"] == "1" => "the refusal has the item".to_owned(),
        Err(_) => "the refusal has no item".to_owned(),
        Ok(_) => "accepted".to_owned(),
    }
}

/// Whether an item can be written.
async fn put_of(db: Subject, item: serde_json::Value) -> String {
    db.table(json!({})).await;
    db.says(PutItem, json!({ "TableName": "things", "Item": item })).await
}
