//! Notes what functions ask of AWS, as the actions that their policies have to name.

use std::collections::BTreeSet;

use local::stack::database::PREFIX;
use serde_json::Value;

/// Notes a call. Its sender is named in the user agent: a function, or a test for itself.
pub fn note(user_agent: &str, operation: &str, body: &[u8]) {
    let Some(function) = user_agent.split(' ').find_map(|part| part.strip_prefix("app/")) else { return };
    let folder = xtask::rights::seen(&xtask::root()).join(function);
    std::fs::create_dir_all(&folder).expect("a folder for what was seen");
    let body = serde_json::from_slice(body).unwrap_or_default();
    assert!(is_strongly_consistent(operation, &body), "{function} reads what may be stale: {operation} {body}");
    for right in rights(operation, &body) {
        std::fs::File::create(folder.join(right)).expect("a note of what was seen");
    }
}

/// Whether reads of items see every write that was answered before. (Queries of an index cannot, and others write.)
fn is_strongly_consistent(operation: &str, body: &Value) -> bool {
    let says_so = |read: &Value| read["ConsistentRead"] == true;
    match operation {
        "GetItem" => says_so(body),
        "BatchGetItem" => body["RequestItems"].as_object().is_some_and(|tables| tables.values().all(says_so)),
        _ => true,
    }
}

/// What an operation takes (Service Authorization Reference; Amazon DynamoDB Developer Guide, "IAM policies for
/// transactions"): an action, and a table or its index.
fn rights(operation: &str, body: &Value) -> BTreeSet<String> {
    let on = |action: &str, asked: &Value| {
        let table = asked["TableName"].as_str().and_then(|name| name.strip_prefix(PREFIX)).expect("a table of ours");
        match asked["IndexName"].as_str() {
            Some(index) => format!("dynamodb:{action} {table} {index}"),
            None => format!("dynamodb:{action} {table}"),
        }
    };
    match operation {
        "TransactWriteItems" | "TransactGetItems" => {
            let parts = body["TransactItems"].as_array().expect("parts").iter().filter_map(Value::as_object).flatten();
            parts
                .map(|(kind, asked)| match kind.as_str() {
                    "ConditionCheck" => on("ConditionCheckItem", asked),
                    kind => on(&format!("{kind}Item"), asked),
                })
                .collect()
        }
        "BatchGetItem" | "BatchWriteItem" => {
            let tables = body["RequestItems"].as_object().expect("tables").keys();
            tables.map(|table| on(operation, &serde_json::json!({ "TableName": table }))).collect()
        }
        "SendEmail" => ["ses:SendEmail".to_owned()].into(),
        "CompareFaces" | "DetectFaces" => [format!("rekognition:{operation}")].into(),
        operation => [on(operation, body)].into(),
    }
}
