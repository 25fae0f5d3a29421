//! Reads: pages, indexes, batches, and what they consume.

use local::stack::dynamodb::Operation::{BatchGetItem, GetItem, Query, Scan};
use serde_json::{Value, json};

use super::Seen::{AsDocumented, Otherwise};
use super::{BOTH, Probe, Subject, kilobytes, units, with};

pub const PROBES: &[Probe] = &[
    Probe {
        what: "BatchGetItem of 120 items of two tables",
        page: "APIReference/API_BatchGetItem",
        documented: "ValidationException",
        seen: [AsDocumented, Otherwise("accepted")],
        observe: |db| {
            Box::pin(async move {
                let mut request = json!({});
                for table in ["one", "two"] {
                    db.table_named(table, json!({})).await;
                    request[table] = keys(0..60);
                }
                db.says(BatchGetItem, json!({ "RequestItems": request })).await
            })
        },
    },
    Probe {
        what: "BatchGetItem of one item twice",
        page: "APIReference/API_BatchGetItem",
        documented: "ValidationException",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                let twice = json!({ "Keys": [{ "k": { "S": "a" } }, { "k": { "S": "a" } }] });
                db.says(BatchGetItem, json!({ "RequestItems": { "things": twice } })).await
            })
        },
    },
    Probe {
        what: "BatchGetItem of more than 16 MB",
        page: "APIReference/API_BatchGetItem",
        documented: "16 MB at most, the other keys in UnprocessedKeys",
        seen: [AsDocumented, Otherwise("all in one answer")],
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                for number in 0..45 {
                    db.put(json!({ "k": { "S": number.to_string() }, "n": { "S": kilobytes(390) } })).await;
                }
                let answer = db.does(BatchGetItem, json!({ "RequestItems": { "things": keys(0..45) } })).await;
                let read = answer["Responses"]["things"].as_array().map_or(0, Vec::len);
                let left = answer["UnprocessedKeys"]["things"]["Keys"].as_array().map_or(0, Vec::len);
                match (read, left) {
                    (45, 0) => "all in one answer".to_owned(),
                    (1..=43, _) if read + left == 45 => "16 MB at most, the other keys in UnprocessedKeys".to_owned(),
                    _ => format!("{read} read and {left} left"),
                }
            })
        },
    },
    Probe {
        what: "BatchGetItem reports what it consumes",
        page: "APIReference/API_BatchGetItem",
        documented: "reported",
        seen: [AsDocumented, Otherwise("not reported")],
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                let get = json!({ "RequestItems": { "things": keys(0..1) }, "ReturnConsumedCapacity": "TOTAL" });
                let answer = db.does(BatchGetItem, get).await;
                let reported = answer["ConsumedCapacity"][0]["CapacityUnits"].is_number();
                if reported { "reported" } else { "not reported" }.to_owned()
            })
        },
    },
    Probe {
        what: "GetItem reports what it consumes for an item of 10 KB, with ConsistentRead",
        page: "developerguide/read-write-operations",
        documented: "3 units",
        seen: [AsDocumented, Otherwise("1 unit")],
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.put(json!({ "k": { "S": "a" }, "n": { "S": "x".repeat(10_000) } })).await;
                let get = json!({
                    "TableName": "things",
                    "Key": { "k": { "S": "a" } },
                    "ConsistentRead": true,
                    "ReturnConsumedCapacity": "TOTAL",
                });
                let answer = db.does(GetItem, get).await;
                units(answer["ConsumedCapacity"]["CapacityUnits"].as_f64().unwrap_or_default())
            })
        },
    },
    Probe {
        what: "Query of more than 1 MB",
        page: "APIReference/API_Query",
        documented: "1 MB at most, and LastEvaluatedKey",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                sorted_table(&db).await;
                for number in 0..6 {
                    let item =
                        json!({ "k": { "S": "a" }, "s": { "S": number.to_string() }, "n": { "S": kilobytes(300) } });
                    db.put(item).await;
                }
                let answer = db.does(Query, query()).await;
                let pages = answer["Count"].as_u64() < Some(6) && answer.get("LastEvaluatedKey").is_some();
                if pages { "1 MB at most, and LastEvaluatedKey" } else { "all in one answer" }.to_owned()
            })
        },
    },
    Probe {
        what: "Query with ScanIndexForward false",
        page: "APIReference/API_Query",
        documented: "the order of UTF-8 bytes, backwards",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                sorted_table(&db).await;
                for sort in ["a", "B", "é"] {
                    db.put(json!({ "k": { "S": "a" }, "s": { "S": sort } })).await;
                }
                let answer = db.does(Query, with(query(), "ScanIndexForward", json!(false))).await;
                let items = answer["Items"].as_array().into_iter().flatten();
                let order: String = items.filter_map(|item| item["s"]["S"].as_str()).collect();
                if order == "éaB" { "the order of UTF-8 bytes, backwards".to_owned() } else { order }
            })
        },
    },
    Probe {
        what: "Query of a global index with ConsistentRead",
        page: "APIReference/API_Query",
        documented: "ValidationException",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                indexed_table(&db).await;
                db.says(Query, with(query_of_index(), "ConsistentRead", json!(true))).await
            })
        },
    },
    Probe {
        what: "Query of a global index, where an item has no attribute of its key",
        page: "developerguide/GSI",
        documented: "the index does not have the item",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                indexed_table(&db).await;
                db.put(json!({ "k": { "S": "a" }, "g": { "S": "x" } })).await;
                db.put(json!({ "k": { "S": "b" } })).await;
                let answer = db.does(Query, query_of_index()).await;
                let has_one = answer["Count"] == 1 && answer["Items"][0]["k"]["S"] == "a";
                if has_one { "the index does not have the item".to_owned() } else { answer.to_string() }
            })
        },
    },
    Probe {
        what: "A global index that projects keys only",
        page: "developerguide/GSI",
        documented: "both keys and nothing else",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                indexed_table(&db).await;
                db.put(json!({ "k": { "S": "a" }, "g": { "S": "x" }, "n": { "N": "1" } })).await;
                let answer = db.does(Query, query_of_index()).await;
                let keys = json!([{ "k": { "S": "a" }, "g": { "S": "x" } }]);
                if answer["Items"] == keys { "both keys and nothing else".to_owned() } else { answer.to_string() }
            })
        },
    },
    Probe {
        what: "Scan with a Limit and a filter that fits nothing",
        page: "APIReference/API_Scan",
        documented: "an empty page, and LastEvaluatedKey",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                for key in ["a", "b", "c"] {
                    db.put(json!({ "k": { "S": key } })).await;
                }
                let scan = json!({ "TableName": "things", "Limit": 2, "FilterExpression": "attribute_exists(n)" });
                let answer = db.does(Scan, scan).await;
                let is_page = answer["Count"] == 0 && answer["ScannedCount"] == 2;
                match (is_page, answer.get("LastEvaluatedKey").is_some()) {
                    (true, true) => "an empty page, and LastEvaluatedKey".to_owned(),
                    _ => answer.to_string(),
                }
            })
        },
    },
];

/// Keys of `BatchGetItem`.
fn keys(numbers: std::ops::Range<u32>) -> Value {
    json!({ "Keys": numbers.map(|number| json!({ "k": { "S": number.to_string() } })).collect::<Vec<_>>() })
}

/// A table with the sort key `s`.
async fn sorted_table(db: &Subject) {
    db.table(json!({
        "AttributeDefinitions": [
            { "AttributeName": "k", "AttributeType": "S" },
            { "AttributeName": "s", "AttributeType": "S" },
        ],
        "KeySchema": [{ "AttributeName": "k", "KeyType": "HASH" }, { "AttributeName": "s", "KeyType": "RANGE" }],
    }))
    .await;
}

/// A query of the partition `a`.
fn query() -> Value {
    json!({
        "TableName": "things",
        "KeyConditionExpression": "k = :k",
        "ExpressionAttributeValues": { ":k": { "S": "a" } },
    })
}

/// A table with the index `by_g`.
async fn indexed_table(db: &Subject) {
    db.table(json!({
        "AttributeDefinitions": [
            { "AttributeName": "k", "AttributeType": "S" },
            { "AttributeName": "g", "AttributeType": "S" },
        ],
        "GlobalSecondaryIndexes": [{
            "IndexName": "by_g",
            "KeySchema": [{ "AttributeName": "g", "KeyType": "HASH" }],
            "Projection": { "ProjectionType": "KEYS_ONLY" },
        }],
    }))
    .await;
}

/// A query of the index's partition `x`.
fn query_of_index() -> Value {
    json!({
        "TableName": "things",
        "IndexName": "by_g",
        "KeyConditionExpression": "g = :g",
        "ExpressionAttributeValues": { ":g": { "S": "x" } },
    })
}
