//! Tables: what keeps them, and their TTL attributes.

use local::stack::dynamodb::Operation::{CreateTable, DeleteTable, DescribeTimeToLive, UpdateTimeToLive};
use serde_json::json;

use super::Seen::Otherwise;
use super::{BOTH, Probe};

pub const PROBES: &[Probe] = &[
    Probe {
        what: "CreateTable of a table that exists",
        page: "APIReference/API_CreateTable",
        documented: "ResourceInUseException",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                let again = json!({
                    "TableName": "things",
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{ "AttributeName": "k", "AttributeType": "S" }],
                    "KeySchema": [{ "AttributeName": "k", "KeyType": "HASH" }],
                });
                db.says(CreateTable, again).await
            })
        },
    },
    Probe {
        what: "DeleteTable with deletion protection",
        page: "APIReference/API_DeleteTable",
        documented: "refused",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({ "DeletionProtectionEnabled": true })).await;
                let refused = db.ask(DeleteTable, json!({ "TableName": "things" })).await.is_err();
                if refused { "refused" } else { "accepted" }.to_owned()
            })
        },
    },
    Probe {
        what: "UpdateTimeToLive, and DescribeTimeToLive after it",
        page: "APIReference/API_DescribeTimeToLive",
        documented: "names the attribute",
        seen: BOTH,
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.does(UpdateTimeToLive, expiry()).await;
                let described = db.does(DescribeTimeToLive, json!({ "TableName": "things" })).await;
                let names = described["TimeToLiveDescription"]["AttributeName"] == "expires_at";
                if names { "names the attribute".to_owned() } else { described.to_string() }
            })
        },
    },
    Probe {
        what: "UpdateTimeToLive a second time within the hour",
        page: "APIReference/API_UpdateTimeToLive",
        documented: "ValidationException",
        seen: [Otherwise("accepted"), Otherwise("accepted")],
        observe: |db| {
            Box::pin(async move {
                db.table(json!({})).await;
                db.does(UpdateTimeToLive, expiry()).await;
                db.says(UpdateTimeToLive, expiry()).await
            })
        },
    },
];

/// Expiry by the attribute `expires_at`.
fn expiry() -> serde_json::Value {
    json!({ "TableName": "things", "TimeToLiveSpecification": { "AttributeName": "expires_at", "Enabled": true } })
}
