//! What AWS documents of DynamoDB, and what the engines that the tests run on do. A probe fails when its engine changes.

mod reads;
mod streams;
mod tables;
mod transactions;
mod writes;

use std::fmt::Write as _;

use expect_test::expect_file;
use futures::future::BoxFuture;
use local::stack::dynamodb::{self, Account, Operation, Refusal};
use serde_json::{Value, json};
use tests::engine::{self, Engine};
use xtask::engine::NOT_ON_MINISTACK;

/// One documented behaviour, and how to see it.
struct Probe {
    /// What is done, as the documentation's table names it.
    what: &'static str,
    /// The page of AWS's documentation that says what happens then.
    page: &'static str,
    /// What is seen on AWS, according to that page.
    documented: &'static str,
    /// What is seen on dynoxide, and on ministack.
    seen: [Seen; 2],
    observe: fn(Subject) -> BoxFuture<'static, String>,
}

/// What is seen on an engine.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    AsDocumented,
    Otherwise(&'static str),
}

use Seen::{AsDocumented, Otherwise};

/// Both engines do what AWS documents.
const BOTH: [Seen; 2] = [AsDocumented; 2];

impl Probe {
    fn seen_on(&self, engine: Engine) -> &'static str {
        let [dynoxide, ministack] = self.seen;
        let seen = match engine {
            Engine::Dynoxide => dynoxide,
            Engine::Ministack => ministack,
        };
        match seen {
            AsDocumented => self.documented,
            Otherwise(seen) => seen,
        }
    }

    fn address(&self) -> String {
        format!("https://docs.aws.amazon.com/amazondynamodb/latest/{}.html", self.page)
    }
}

fn probes() -> impl Iterator<Item = &'static Probe> {
    [writes::PROBES, transactions::PROBES, reads::PROBES, streams::PROBES, tables::PROBES].into_iter().flatten()
}

/// An empty database of the engine.
struct Subject {
    account: Account,
    http: reqwest::Client,
    /// The embedded engine ends with it.
    _database: local::stack::database::Database,
}

impl Subject {
    async fn new() -> Self {
        let database = engine::database().await.unwrap();
        let account = Account::new(database.endpoint().unwrap(), database.access_key());
        Self { account, http: dynamodb::client().unwrap(), _database: database }
    }

    async fn ask(&self, operation: Operation, request: Value) -> Result<Value, Refusal> {
        self.account.ask(&self.http, operation, &request).await.unwrap()
    }

    /// Does what every engine does.
    async fn does(&self, operation: Operation, request: Value) -> Value {
        self.ask(operation, request).await.unwrap_or_else(|refusal| panic!("{operation:?}: {refusal}"))
    }

    /// Whether the engine takes a request.
    async fn says(&self, operation: Operation, request: Value) -> String {
        match self.ask(operation, request).await {
            Ok(_) => "accepted".to_owned(),
            Err(refusal) => refusal.code().to_owned(),
        }
    }

    /// Makes a table `things` with the key `k`, and says what else it has.
    async fn table(&self, more: Value) {
        self.table_named("things", more).await;
    }

    async fn table_named(&self, name: &str, more: Value) {
        let mut create = json!({
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{ "AttributeName": "k", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "k", "KeyType": "HASH" }],
        });
        for (member, value) in more.as_object().into_iter().flatten() {
            create[member] = value.clone();
        }
        self.does(Operation::CreateTable, create).await;
    }

    /// Writes an item of table `things`.
    async fn put(&self, item: Value) {
        self.does(Operation::PutItem, json!({ "TableName": "things", "Item": item })).await;
    }

    /// The item of table `things` with a key, as it is stored.
    async fn item(&self, key: &str) -> Value {
        let get = json!({ "TableName": "things", "Key": { "k": { "S": key } }, "ConsistentRead": true });
        self.does(Operation::GetItem, get).await["Item"].take()
    }
}

/// A text of so many kilobytes.
fn kilobytes(count: usize) -> String {
    "x".repeat(count * 1024)
}

/// Capacity units in words.
fn units(count: f64) -> String {
    if (count - 1.0).abs() < f64::EPSILON { "1 unit".to_owned() } else { format!("{count} units") }
}

/// An `UpdateItem` of the item `a` of table `things`.
fn update(expression: &str, values: Value) -> Value {
    let mut update = json!({ "TableName": "things", "Key": { "k": { "S": "a" } }, "UpdateExpression": expression });
    if values.as_object().is_some_and(|values| !values.is_empty()) {
        update["ExpressionAttributeValues"] = values;
    }
    update
}

/// A request with one more member.
fn with(mut request: Value, member: &str, value: Value) -> Value {
    request[member] = value;
    request
}

#[tokio::test]
async fn the_engine_does_what_is_written_of_it() {
    let engine = Engine::of_this_run();
    let mut otherwise = String::new();
    for probe in probes() {
        let seen = (probe.observe)(Subject::new().await).await;
        let expected = probe.seen_on(engine);
        if seen != expected {
            writeln!(otherwise, "{}: {seen}, where {expected} is written", probe.what).unwrap();
        }
    }
    assert!(otherwise.is_empty(), "on {engine:?}:\n{otherwise}");
}

#[test]
fn the_documentation_lists_what_the_probes_see() {
    const FILE: &str = "docs/engines.md";
    const BEGIN: &str =
        "<!-- What the probes see, by UPDATE_EXPECT=1 cargo test --workspace --test in_process engines -->";
    const END: &str = "<!-- End of what the probes see -->";

    let text = std::fs::read_to_string(xtask::root().join(FILE)).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    expect_file!["../../docs/engines.md"].assert_eq(&format!("{before}{BEGIN}\n\n{}\n{END}{after}", listed()));
}

/// The documentation's part about the probes.
fn listed() -> String {
    let all: Vec<&Probe> = probes().collect();
    let differ = |probe: &&&Probe| probe.seen.iter().any(|seen| *seen != AsDocumented);
    let as_documented = |seen: fn(&Probe) -> Seen| all.iter().filter(|probe| seen(probe) == AsDocumented).count();
    let mut text = format!(
        "Of {} probes, dynoxide does {} as AWS documents, and ministack {}.\n\n",
        all.len(),
        as_documented(|probe| probe.seen[0]),
        as_documented(|probe| probe.seen[1]),
    );
    text.push_str("| what | documented | dynoxide | ministack |\n|---|---|---|---|\n");
    for probe in all.iter().filter(differ) {
        let cell = |seen| match seen {
            AsDocumented => "as documented".to_owned(),
            Otherwise(seen) => format!("**{seen}**"),
        };
        let [dynoxide, ministack] = probe.seen.map(cell);
        writeln!(text, "| {} | [{}]({}) | {dynoxide} | {ministack} |", probe.what, probe.documented, probe.address())
            .unwrap();
    }
    text.push_str("\nBoth do these as documented:\n\n| what | documented |\n|---|---|\n");
    for probe in all.iter().filter(|probe| !differ(probe)) {
        writeln!(text, "| {} | [{}]({}) |", probe.what, probe.documented, probe.address()).unwrap();
    }
    text.push_str("\nThese tests do not run on ministack:\n\n| test | why |\n|---|---|\n");
    for (test, reason) in NOT_ON_MINISTACK {
        writeln!(text, "| `{test}` | {reason} |").unwrap();
    }
    text
}
