//! Streams: which changes are recorded, and how.

use local::stack::dynamodb::Operation::{
    DeleteItem, DescribeStream, GetRecords, GetShardIterator, ListStreams, PutItem, TransactWriteItems, UpdateItem,
};
use serde_json::{Value, json};

use super::Seen::{AsDocumented, Otherwise};
use super::{BOTH, Probe, Subject, update, with};

pub const PROBES: &[Probe] = &[
    Probe {
        what: "UpdateItem that changes nothing",
        page: "developerguide/Streams",
        documented: "no stream record",
        seen: [Otherwise("a stream record"), AsDocumented],
        observe: |db| {
            Box::pin(async move {
                table_with_stream(&db).await;
                db.put(json!({ "k": { "S": "a" }, "n": { "N": "1" } })).await;
                db.does(UpdateItem, update("SET n = :n", json!({ ":n": { "N": "1" } }))).await;
                one_more(&db, 1).await
            })
        },
    },
    Probe {
        what: "PutItem of the item that is there",
        page: "developerguide/Streams",
        documented: "no stream record",
        seen: [Otherwise("a stream record"), AsDocumented],
        observe: |db| {
            Box::pin(async move {
                table_with_stream(&db).await;
                for _ in 0..2 {
                    db.put(json!({ "k": { "S": "a" }, "n": { "N": "1" } })).await;
                }
                one_more(&db, 1).await
            })
        },
    },
    Probe {
        what: "A write whose condition fails",
        page: "developerguide/Streams",
        documented: "no stream record",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                table_with_stream(&db).await;
                db.put(json!({ "k": { "S": "a" } })).await;
                let write = update("SET n = :n", json!({ ":n": { "N": "1" } }));
                let write = with(write, "ConditionExpression", json!("n = :n"));
                db.ask(UpdateItem, write).await.expect_err("a condition that fails");
                one_more(&db, 1).await
            })
        },
    },
    Probe {
        what: "DeleteItem of a key that does not exist",
        page: "developerguide/Streams",
        documented: "no stream record",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                table_with_stream(&db).await;
                db.does(DeleteItem, json!({ "TableName": "things", "Key": { "k": { "S": "a" } } })).await;
                one_more(&db, 0).await
            })
        },
    },
    Probe {
        what: "An item is created, changed and deleted",
        page: "APIReference/API_streams_Record",
        documented: "INSERT, MODIFY, REMOVE",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                changes(&db).await;
                let records = records(&db).await;
                let names = records.iter().filter_map(|record| record["eventName"].as_str());
                names.collect::<Vec<_>>().join(", ")
            })
        },
    },
    Probe {
        what: "The images of a change, with NEW_AND_OLD_IMAGES",
        page: "APIReference/API_streams_StreamRecord",
        documented: "the item before and after",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                changes(&db).await;
                let change = records(&db).await[1]["dynamodb"].take();
                let both = change["OldImage"]["n"]["N"] == "1" && change["NewImage"]["n"]["N"] == "2";
                if both { "the item before and after".to_owned() } else { change.to_string() }
            })
        },
    },
    Probe {
        what: "The sequence numbers of a stream",
        page: "APIReference/API_streams_StreamRecord",
        documented: "21 to 40 digits, each greater than the one before",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                changes(&db).await;
                let records = records(&db).await;
                let numbers: Vec<&str> =
                    records.iter().filter_map(|record| record["dynamodb"]["SequenceNumber"].as_str()).collect();
                let lengths = numbers.iter().map(|number| number.len());
                let (shortest, longest) = (lengths.clone().min().unwrap_or(0), lengths.max().unwrap_or(0));
                let values: Vec<u128> = numbers.iter().filter_map(|number| number.parse().ok()).collect();
                let rise = values.len() == numbers.len() && values.is_sorted_by(|one, next| one < next);
                match (shortest >= 21 && longest <= 40, rise) {
                    (true, true) => "21 to 40 digits, each greater than the one before".to_owned(),
                    (false, true) => format!("{shortest} digits, each greater than the one before"),
                    (_, false) => "not each greater than the one before".to_owned(),
                }
            })
        },
    },
    Probe {
        what: "The size of a record",
        page: "APIReference/API_streams_StreamRecord",
        documented: "1 byte or more",
        seen: [AsDocumented, Otherwise("0 bytes")],
        observe: |db| {
            Box::pin(async move {
                changes(&db).await;
                match records(&db).await[0]["dynamodb"]["SizeBytes"].as_u64() {
                    Some(1..) => "1 byte or more".to_owned(),
                    Some(0) => "0 bytes".to_owned(),
                    None => "not given".to_owned(),
                }
            })
        },
    },
    Probe {
        what: "The members of a record that GetRecords reads",
        page: "APIReference/API_streams_Record",
        documented: "no eventSourceARN",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                changes(&db).await;
                let named = records(&db).await[0].get("eventSourceARN").is_some();
                if named { "with eventSourceARN" } else { "no eventSourceARN" }.to_owned()
            })
        },
    },
    Probe {
        what: "The region of a record",
        page: "APIReference/API_streams_Record",
        documented: "the region that was asked",
        seen: [Otherwise("`dynoxide`"), AsDocumented],
        observe: |db| {
            Box::pin(async move {
                changes(&db).await;
                match records(&db).await[0]["awsRegion"].as_str() {
                    Some("ap-southeast-3") => "the region that was asked".to_owned(),
                    region => format!("`{}`", region.unwrap_or_default()),
                }
            })
        },
    },
    Probe {
        what: "A transaction of two writes",
        page: "developerguide/transaction-apis",
        documented: "a stream record for each",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                table_with_stream(&db).await;
                let put = |key: &str| json!({ "Put": { "TableName": "things", "Item": { "k": { "S": key } } } });
                db.does(TransactWriteItems, json!({ "TransactItems": [put("a"), put("b")] })).await;
                match records(&db).await.len() {
                    2 => "a stream record for each".to_owned(),
                    count => format!("{count} stream records"),
                }
            })
        },
    },
    Probe {
        what: "The end of an open shard",
        page: "APIReference/API_streams_GetRecords",
        documented: "NextShardIterator, which reads what comes later",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                changes(&db).await;
                let page = db.does(GetRecords, json!({ "ShardIterator": beginning(&db).await })).await;
                let next = page["NextShardIterator"].clone();
                if !next.is_string() {
                    return "no NextShardIterator".to_owned();
                }
                db.does(PutItem, json!({ "TableName": "things", "Item": { "k": { "S": "later" } } })).await;
                let page = db.does(GetRecords, json!({ "ShardIterator": next })).await;
                let reads_later = page["Records"]
                    .as_array()
                    .is_some_and(|records| records.len() == 1 && records[0]["dynamodb"]["Keys"]["k"]["S"] == "later");
                if reads_later {
                    "NextShardIterator, which reads what comes later".to_owned()
                } else {
                    page.to_string()
                }
            })
        },
    },
];

async fn table_with_stream(db: &Subject) {
    let stream = json!({ "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" });
    db.table(json!({ "StreamSpecification": stream })).await;
}

/// Creates an item, changes it, and deletes it.
async fn changes(db: &Subject) {
    table_with_stream(db).await;
    db.put(json!({ "k": { "S": "a" }, "n": { "N": "1" } })).await;
    db.does(UpdateItem, update("SET n = :n", json!({ ":n": { "N": "2" } }))).await;
    db.does(DeleteItem, json!({ "TableName": "things", "Key": { "k": { "S": "a" } } })).await;
}

/// An iterator at the beginning of the stream's first shard.
async fn beginning(db: &Subject) -> Value {
    let streams = db.does(ListStreams, json!({ "TableName": "things" })).await;
    let arn = &streams["Streams"][0]["StreamArn"];
    let described = db.does(DescribeStream, json!({ "StreamArn": arn })).await;
    let shard = &described["StreamDescription"]["Shards"][0]["ShardId"];
    let ask = json!({ "StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON" });
    db.does(GetShardIterator, ask).await["ShardIterator"].take()
}

async fn records(db: &Subject) -> Vec<Value> {
    let page = db.does(GetRecords, json!({ "ShardIterator": beginning(db).await })).await;
    page["Records"].as_array().cloned().unwrap_or_default()
}

/// Whether the stream has one more record than so many.
async fn one_more(db: &Subject, expected: usize) -> String {
    match records(db).await.len().checked_sub(expected) {
        Some(0) => "no stream record".to_owned(),
        Some(1) => "a stream record".to_owned(),
        more => format!("{more:?} stream records"),
    }
}
