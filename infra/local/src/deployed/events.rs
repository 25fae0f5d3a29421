//! Event patterns as EventBridge matches them, as far as the template uses them: exact values.

use serde_json::Value;

/// Whether an event has, for every member of the pattern, one of the values that the pattern lists. Where the event has
/// a list, one of its values is enough. Other kinds of filter match nothing.
pub fn matches(pattern: &Value, event: &Value) -> bool {
    match pattern {
        Value::Object(members) => members.iter().all(|(name, pattern)| matches(pattern, &event[name.as_str()])),
        Value::Array(listed) => match event {
            Value::Array(values) => values.iter().any(|value| listed.contains(value)),
            value => listed.contains(value),
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_member_of_the_pattern_has_one_of_its_values() {
        let detail = json!({ "eventType": ["Send", "Bounce"], "tags": { "set": ["a"] } });
        let pattern = json!({ "source": ["aws.ses"], "detail": detail });
        let event = |event_type: &str, set: Value| json!({ "source": "aws.ses", "detail": { "eventType": event_type, "tags": { "set": set } } });
        assert!(matches(&pattern, &event("Bounce", json!(["a"]))));
        assert!(matches(&pattern, &event("Send", json!(["b", "a"]))));
        assert!(!matches(&pattern, &event("Open", json!(["a"]))));
        assert!(!matches(&pattern, &event("Send", json!(["b"]))));
        assert!(!matches(&pattern, &json!({ "source": "aws.ses" })), "a member that is not there matches nothing");
    }

    #[test]
    fn filters_other_than_values_match_nothing() {
        assert!(!matches(&json!({ "source": [{ "prefix": "aws." }] }), &json!({ "source": "aws.ses" })));
        assert!(!matches(&json!({ "source": "aws.ses" }), &json!({ "source": "aws.ses" })));
    }
}
