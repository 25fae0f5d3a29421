//! What there is to draw: a row for each function, and columns for whatever it is called by, may use or is given.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_yaml_ng::Value;

use crate::template::{Template, each, plain};

/// The whole picture.
pub struct Chart {
    pub groups: Vec<Group>,
    pub rows: Vec<Row>,
}

/// Columns of one kind.
pub struct Group {
    pub title: &'static str,
    pub columns: Vec<Column>,
}

pub struct Column {
    pub label: String,
    /// What a table is: how it is encrypted, whether it expires and so on.
    pub traits: BTreeSet<Trait>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trait {
    OwnKey,
    Recovers,
    Expires,
    Streams,
}

/// A function.
pub struct Row {
    pub function: String,
    pub megabytes: u64,
    pub routes: Vec<String>,
    pub callers: BTreeSet<Caller>,
    /// By the label of the column.
    pub uses: BTreeMap<String, Use>,
}

/// Who proves themselves to a route, by the API's description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caller {
    Phone,
    Officer,
    Integrator,
    Anyone,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Use {
    pub reads: bool,
    pub writes: bool,
    /// It is what calls the function.
    pub calls: bool,
}

const READS: Use = Use { reads: true, writes: false, calls: false };
const WRITES: Use = Use { reads: false, writes: true, calls: false };
const CALLS: Use = Use { reads: false, writes: false, calls: true };

const SIGNING_KEY: &str = "signing key";
const PUBLIC_KEYS: &str = "public keys";
const MAIL: &str = "SES";
const DEAD_LETTERS: &str = "dead letters";
const ISSUER: &str = "officers' issuer";

impl Chart {
    /// Reads the template and, for who calls, the API's description.
    pub fn read() -> Result<Self> {
        let template = Template::read()?;
        let callers = callers_of_routes()?;
        let tables: BTreeMap<String, String> = tables(&template).map(|(name, label, _)| (name, label)).collect();
        let rows = template.functions().map(|(function, properties)| {
            let routes: Vec<String> = routes(properties).collect();
            Row {
                function: function.to_owned(),
                megabytes: template.memory(properties).unwrap_or_default(),
                callers: routes.iter().filter_map(|route| callers.get(route)).flatten().copied().collect(),
                routes,
                uses: uses(properties, &tables),
            }
        });
        Ok(Self { groups: groups(&template), rows: rows.collect() })
    }
}

fn groups(template: &Template) -> Vec<Group> {
    let plain_column = |label: String| Column { label, traits: BTreeSet::new() };
    let tables = tables(template).map(|(_, label, properties)| Column { label, traits: traits(properties) });
    let secrets = template.of_type("AWS::SecretsManager::Secret").map(|(name, _)| spoken(name));
    let secrets = secrets.chain([SIGNING_KEY, PUBLIC_KEYS].map(str::to_owned));
    let others = [MAIL, DEAD_LETTERS, ISSUER].map(str::to_owned);
    vec![
        Group { title: "DynamoDB", columns: tables.collect() },
        Group { title: "Secrets Manager", columns: secrets.map(plain_column).collect() },
        Group { title: "Others", columns: others.map(plain_column).into() },
    ]
}

/// Each table's name in the template, and what it is called.
fn tables(template: &Template) -> impl Iterator<Item = (String, String, &Value)> {
    template.of_type("AWS::DynamoDB::Table").filter_map(|(name, properties)| {
        let label = plain(&properties["TableName"]).as_str()?.rsplit('-').next()?;
        Some((name.to_owned(), label.to_owned(), properties))
    })
}

fn traits(table: &Value) -> BTreeSet<Trait> {
    let has = |path: [&str; 2]| table.get(path[0]).and_then(|part| part.get(path[1])).is_some();
    [
        (Trait::OwnKey, has(["SSESpecification", "KMSMasterKeyId"])),
        (Trait::Recovers, has(["PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"])),
        (Trait::Expires, has(["TimeToLiveSpecification", "AttributeName"])),
        (Trait::Streams, has(["StreamSpecification", "StreamViewType"])),
    ]
    .into_iter()
    .filter_map(|(one, is_there)| is_there.then_some(one))
    .collect()
}

fn routes(function: &Value) -> impl Iterator<Item = String> {
    events(function, "HttpApi").filter_map(|event| {
        let text = |name: &str| event["Properties"][name].as_str();
        Some(format!("{} {}", text("Method")?, text("Path")?))
    })
}

fn events<'a>(function: &'a Value, kind: &'static str) -> impl Iterator<Item = &'a Value> {
    let events = function.get("Events").and_then(Value::as_mapping).into_iter().flat_map(|events| events.values());
    events.filter(move |event| event["Type"] == kind)
}

/// What a function may do by its policies, is called by, and has in its environment.
fn uses(function: &Value, tables: &BTreeMap<String, String>) -> BTreeMap<String, Use> {
    let mut uses: BTreeMap<String, Use> = BTreeMap::new();
    let mut note = |column: &str, found: Use| {
        let known = uses.entry(column.to_owned()).or_default();
        *known = Use {
            reads: known.reads || found.reads,
            writes: known.writes || found.writes,
            calls: known.calls || found.calls,
        };
    };
    let policies = each(&function["Policies"]).flat_map(|policy| each(&policy["Statement"]));
    for statement in policies {
        let resource = each(&statement["Resource"]).find_map(|resource| plain(resource).as_str()).unwrap_or_default();
        let name = resource.trim_start_matches("${").split(['.', '}']).next().unwrap_or_default();
        for action in each(&statement["Action"]).filter_map(Value::as_str) {
            match (action, tables.get(name)) {
                ("ses:SendEmail", _) => note(MAIL, WRITES),
                ("sqs:SendMessage", _) => note(DEAD_LETTERS, WRITES),
                (_, Some(table)) if resource.ends_with("StreamArn") => note(table, CALLS),
                (_, Some(table)) => note(table, if is_read(action) { READS } else { WRITES }),
                _ => {}
            }
        }
    }
    if events(function, "EventBridgeRule").next().is_some() {
        note(MAIL, CALLS);
    }
    let variables = function["Environment"]["Variables"].as_mapping().into_iter().flatten();
    for (variable, value) in variables {
        if variable == "IKD_OFFICER_ISSUER" {
            note(ISSUER, READS);
        }
        let Some((_, secret)) = plain(value).as_str().and_then(|value| value.split_once("secretsmanager:${")) else {
            continue;
        };
        match secret {
            secret if secret.contains("private_pem") => note(SIGNING_KEY, READS),
            secret if secret.contains("jwks") => note(PUBLIC_KEYS, READS),
            secret => note(&spoken(secret.split('}').next().unwrap_or_default()), READS),
        }
    }
    uses
}

fn is_read(action: &str) -> bool {
    ["GetItem", "BatchGetItem", "Query", "ConditionCheckItem"].iter().any(|read| action == format!("dynamodb:{read}"))
}

/// Who calls each route.
fn callers_of_routes() -> Result<BTreeMap<String, Vec<Caller>>> {
    let text = std::fs::read_to_string(crate::root().join("infra/openapi.yaml"))?;
    let description: Value = serde_yaml_ng::from_str(&text)?;
    let paths = description["paths"].as_mapping().context("the description has no paths")?;
    let mut callers = BTreeMap::new();
    for (path, operations) in paths {
        for (method, operation) in operations.as_mapping().into_iter().flatten() {
            let (Some(method), Some(path)) = (method.as_str(), path.as_str()) else { continue };
            let schemes = each(&operation["security"]).filter_map(Value::as_mapping).flat_map(|one| one.keys());
            let mut found: Vec<Caller> = schemes.filter_map(Value::as_str).filter_map(caller).collect();
            if found.is_empty() {
                found.push(if path == "/oauth2/token" { Caller::Integrator } else { Caller::Anyone });
            }
            callers.insert(format!("{} {path}", method.to_uppercase()), found);
        }
    }
    Ok(callers)
}

fn caller(scheme: &str) -> Option<Caller> {
    match scheme {
        "dpopProof" | "holderToken" => Some(Caller::Phone),
        "officerToken" => Some(Caller::Officer),
        "integratorToken" => Some(Caller::Integrator),
        _ => None,
    }
}

/// `PinPepper` as `pin pepper`.
fn spoken(name: &str) -> String {
    let mut text = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.extend(character.to_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chart_knows_what_a_function_is_called_by_and_may_do() {
        let chart = Chart::read().unwrap();
        let row = |name: &str| chart.rows.iter().find(|row| row.function == name).unwrap();
        let receipt = row("record-receipt");
        assert_eq!(receipt.uses["qr_codes"], CALLS);
        assert!(receipt.uses["receipts"].writes && receipt.routes.is_empty());
        let redeem = row("redeem-qr");
        assert_eq!(redeem.routes, ["POST /redemptions"]);
        assert_eq!(redeem.callers, BTreeSet::from([Caller::Integrator]));
        assert_eq!(redeem.uses["residents"], READS);
        assert_eq!(redeem.uses["pairwise key"], READS);
        assert_eq!(row("track-email").uses[MAIL], CALLS);
        let columns: Vec<&str> =
            chart.groups.iter().flat_map(|group| &group.columns).map(|column| column.label.as_str()).collect();
        for used in chart.rows.iter().flat_map(|row| row.uses.keys()) {
            assert!(columns.contains(&used.as_str()), "{used} has no column");
        }
    }
}
