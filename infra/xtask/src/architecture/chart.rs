//! What there is to draw: a row for each function, and columns for what calls it, what it may use and what it is given.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use catalogue::{Declaration, Need, Right, Trigger};
use serde_yaml_ng::Value;

use crate::template::{Template, plain};

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

/// Who calls a route.
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
    /// It calls the function.
    pub calls: bool,
}

const READS: Use = Use { reads: true, writes: false, calls: false };
const WRITES: Use = Use { reads: false, writes: true, calls: false };
const CALLS: Use = Use { reads: false, writes: false, calls: true };

const SIGNING_KEY: &str = "signing key";
const PUBLIC_KEYS: &str = "public keys";
const MAIL: &str = "SES";
const CLOCK: &str = "clock";
const DEAD_LETTERS: &str = "dead letters";
const ISSUER: &str = "officers' issuer";

impl Chart {
    /// Takes the functions from their declarations, and the tables and secrets from the template's text.
    pub fn of(template: &str) -> Result<Self> {
        let rows = catalogue::STEPS.into_iter().map(|step| Row {
            function: step.name.to_owned(),
            megabytes: step.memory.megabytes().into(),
            callers: step.routes().iter().flat_map(|route| route.callers).map(|caller| (*caller).into()).collect(),
            routes: step.routes().iter().map(|route| format!("{} {}", route.method.as_str(), route.path)).collect(),
            uses: uses(step),
        });
        Ok(Self { groups: groups(&Template::parse(template)?), rows: rows.collect() })
    }
}

impl From<catalogue::Caller> for Caller {
    fn from(caller: catalogue::Caller) -> Self {
        use catalogue::Caller as Declared;
        match caller {
            Declared::NewPhone | Declared::Phone | Declared::AnySession | Declared::Holder => Self::Phone,
            Declared::Officer => Self::Officer,
            Declared::Integrator | Declared::Client => Self::Integrator,
            Declared::LinkHolder | Declared::Anyone => Self::Anyone,
        }
    }
}

fn groups(template: &Template) -> Vec<Group> {
    let plain_column = |label: String| Column { label, traits: BTreeSet::new() };
    let tables = tables(template).map(|(_, label, properties)| Column { label, traits: traits(properties) });
    let secrets = template.of_type("AWS::SecretsManager::Secret").map(|(name, _)| spoken(name));
    let secrets = secrets.chain([SIGNING_KEY, PUBLIC_KEYS].map(str::to_owned));
    let others = [MAIL, CLOCK, DEAD_LETTERS, ISSUER].map(str::to_owned);
    vec![
        Group { title: "DynamoDB", columns: tables.collect() },
        Group { title: "Secrets Manager", columns: secrets.map(plain_column).collect() },
        Group { title: "Others", columns: others.map(plain_column).into() },
    ]
}

/// Each table's name in the template, and its label.
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

/// What a function may do by its rights, is called by, and is given.
fn uses(step: &Declaration) -> BTreeMap<String, Use> {
    let mut uses: BTreeMap<String, Use> = BTreeMap::new();
    let mut note = |column: &str, found: Use| {
        let known = uses.entry(column.to_owned()).or_default();
        *known = Use {
            reads: known.reads || found.reads,
            writes: known.writes || found.writes,
            calls: known.calls || found.calls,
        };
    };
    for right in step.rights {
        match right {
            Right::On(table, actions) => {
                actions.iter().for_each(|action| note(table.suffix(), if is_read(action) { READS } else { WRITES }));
            }
            Right::Query(table, _) => note(table.suffix(), READS),
            Right::SendEmail => note(MAIL, WRITES),
            Right::Rekognition(_) => {}
        }
    }
    match step.trigger {
        Trigger::Http(_) => {}
        Trigger::Stream(stream) => {
            note(stream.table.suffix(), CALLS);
            note(DEAD_LETTERS, WRITES);
        }
        Trigger::Event { .. } => note(MAIL, CALLS),
        Trigger::Schedule { .. } => note(CLOCK, CALLS),
    }
    for column in step.needs.iter().filter_map(|need| column_of(*need)) {
        note(column, READS);
    }
    uses
}

fn is_read(action: &str) -> bool {
    ["GetItem", "BatchGetItem", "Query", "ConditionCheckItem"].contains(&action)
}

/// The column of what a function is given; tables and e-mail are shown by its rights.
fn column_of(need: Need) -> Option<&'static str> {
    match need {
        Need::SealingKey => Some("sealing key"),
        Need::ActivationCodeKey => Some("activation code key"),
        Need::PinHasher => Some("pin pepper"),
        Need::PairwiseKey => Some("pairwise key"),
        Need::Callbacks => Some("callback key"),
        Need::SigningKey => Some(SIGNING_KEY),
        Need::VerifyingKeys | Need::RetiredKeys => Some(PUBLIC_KEYS),
        Need::OfficerIssuer => Some(ISSUER),
        Need::Store | Need::Mailer | Need::FaceEngine => None,
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
        let template = std::fs::read_to_string(crate::root().join("infra/template.yaml")).unwrap();
        let chart = Chart::of(&template).unwrap();
        let row = |name: &str| chart.rows.iter().find(|row| row.function == name).unwrap();
        let receipt = row("record-receipt");
        assert_eq!(receipt.uses["qr_codes"], Use { reads: true, ..CALLS });
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
