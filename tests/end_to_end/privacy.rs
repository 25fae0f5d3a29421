//! Everything that was said, and whether any of it was written down where it does not belong.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use anyhow::{Result, ensure};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use data_encoding::BASE64;
use http::{Method, Request};
use local::actors::{Api, Reply};
use local::personas::BANK;
use local::stack::database::PREFIX;
use operator::aws::sdk_config;
use serde_json::Value;
use url::Url;

/// The service's edge, with a memory, and the database behind it to look into.
pub struct Recorder {
    api: Arc<dyn Api>,
    database: u16,
    said: Mutex<Said>,
}

/// The values that went to and fro.
#[derive(Clone, Default)]
pub struct Said {
    /// Who somebody is and where they live.
    personal: BTreeSet<String>,
    /// What opens something: PINs, codes, tokens, proofs; and pictures of faces.
    secret: BTreeSet<String>,
    /// The bodies of refusals.
    refusals: Vec<String>,
}

/// Members whose values everybody may know.
const PUBLIC: [&str; 45] = [
    "stage",
    "verdict",
    "purpose",
    "token_type",
    "scope",
    "media_type",
    "delivery",
    "reason",
    "type",
    "title",
    "detail",
    "instance",
    "gender",
    "status",
    "step",
    "lang",
    "grant_type",
    "client_assertion_type",
    "iss",
    "aud",
    "issuer",
    "client_id",
    "format",
    "officer",
    "redemption_id",
    "id",
    "registration",
    "algorithm",
    "kind",
    "relation",
    "religion",
    "marital_status",
    "erased",
    "being_erased",
    "what",
    "why",
    "event",
    "by",
    "withheld",
    "state",
    "consent",
    "reading_id",
    "validity",
    "reported_by",
    "key_id",
];

/// Chosen from a list: no secret, though the answer to a captcha has the same name.
const CHOICES: [&str; 1] = ["refuse"];

/// Members whose values open something.
const SECRET: [&str; 16] = [
    "pin",
    "old_pin",
    "new_pin",
    "new_pin_repeated",
    "token",
    "code",
    "captcha",
    "answer",
    "proof_of_work",
    "text",
    "access_token",
    "assertion",
    "client_assertion",
    "selfie",
    "authorization",
    "dpop",
];

impl Recorder {
    pub fn new(api: Arc<dyn Api>, database: u16) -> Arc<Self> {
        Arc::new(Self { api, database, said: Mutex::default() })
    }

    pub fn said(&self) -> Said {
        self.said.lock().unwrap().clone()
    }
}

impl Api for Recorder {
    fn base(&self) -> &Url {
        self.api.base()
    }

    fn send(&self, request: Request<String>) -> Pin<Box<dyn Future<Output = Result<Reply>> + Send + '_>> {
        Box::pin(async move {
            self.said.lock().unwrap().hear_request(&request);
            if (request.method(), request.uri().path()) == (&Method::POST, "/me/erasures") {
                // The last moment at which everything that is ever kept still exists.
                self.said().ensure_no_secret_rests(self.database, &["selfies"]).await?;
            }
            let reply = self.api.send(request).await?;
            self.said.lock().unwrap().hear_reply(&reply);
            Ok(reply)
        })
    }
}

impl Said {
    fn hear_request(&mut self, request: &Request<String>) {
        for name in ["authorization", "dpop"] {
            if let Some(value) = request.headers().get(name).and_then(|value| value.to_str().ok()) {
                self.hear(name, value.rsplit(' ').next().unwrap_or_default());
            }
        }
        if let Some(ticket) = request.uri().path().strip_prefix("/registrations/by-ticket/") {
            self.hear("token", ticket.trim_end_matches("/decision"));
        }
        let query = request.uri().query().unwrap_or_default();
        for form in [query, request.body()] {
            for (name, value) in url::form_urlencoded::parse(form.as_bytes()) {
                self.hear(&name, &value);
            }
        }
        self.hear_json("", &serde_json::from_str(request.body()).unwrap_or_default());
    }

    fn hear_reply(&mut self, reply: &Reply) {
        if reply.status.is_client_error() || reply.status.is_server_error() {
            self.refusals.push(reply.text.clone());
        } else if !reply.text.contains("\"keys\"") && !reply.text.contains("\"jwks_uri\"") {
            self.hear_json("", &reply.json());
        }
    }

    fn hear_json(&mut self, name: &str, json: &Value) {
        match json {
            Value::String(text) => self.hear(name, text),
            // A list of names of claims says nothing about anybody.
            Value::Array(items) if name != "claims" => items.iter().for_each(|item| self.hear_json(name, item)),
            Value::Object(members) => members.iter().for_each(|(name, value)| self.hear_json(name, value)),
            _ => {}
        }
    }

    /// Notes a value, unless everybody may know it or it is too short to be found by chance.
    pub fn hear(&mut self, name: &str, value: &str) {
        let is_time = ["_at", "_after", "_until"].iter().any(|end| name.ends_with(end));
        if value.len() < 6 || is_time || PUBLIC.contains(&name) || CHOICES.contains(&value) {
            return;
        }
        let values = if SECRET.contains(&name) { &mut self.secret } else { &mut self.personal };
        values.insert(value.to_owned());
    }

    /// Nothing of what was said is in the functions' log.
    pub fn ensure_not_logged(&self, log: &str) -> Result<()> {
        ensure!(log.contains("\"asked AWS\""), "the functions have not logged all they can");
        for function in ["issue-token", "redeem-qr"] {
            let is_of_bank =
                |line: &Value| line["span"]["function"] == function && line["span"]["client_id"] == BANK.client_id;
            let lines = log.lines().filter_map(|line| serde_json::from_str(line).ok());
            ensure!(lines.into_iter().any(|line| is_of_bank(&line)), "{function} does not log who asks");
        }
        ensure!(self.personal.len() > 10 && self.secret.len() > 20, "nothing was said");
        for line in log.lines().map(without_times) {
            for value in self.personal.iter().chain(&self.secret) {
                ensure!(!holds(&line, value), "the log holds {value}:\n{line}");
            }
        }
        Ok(())
    }

    /// No refusal repeats what anybody said, neither to the one who said it nor to anybody else.
    pub fn ensure_not_in_refusals(&self) -> Result<()> {
        ensure!(!self.refusals.is_empty(), "nothing was refused");
        for refusal in &self.refusals {
            for value in self.personal.iter().chain(&self.secret) {
                ensure!(!holds(refusal, value), "a refusal holds {value}:\n{refusal}");
            }
        }
        Ok(())
    }

    /// Nothing that opens something is in a table, in text, in base64 or as bytes; and tables from which everything has
    /// to be erased by now are empty.
    pub async fn ensure_no_secret_rests(&self, database: u16, erased: &[&str]) -> Result<()> {
        let client = Client::new(&sdk_config(&format!("http://127.0.0.1:{database}")));
        let pictures: Vec<Vec<u8>> =
            self.secret.iter().filter_map(|value| BASE64.decode(value.as_bytes()).ok()).collect();
        for table in
            ["residents", "identities", "selfies", "qr_codes", "challenges", "outbox", "receipts", "integrators"]
        {
            let found = client.scan().table_name(format!("{PREFIX}{table}")).send().await?;
            let items = found.items.unwrap_or_default();
            ensure!(items.is_empty() == erased.contains(&table), "{table} has {} items", items.len());
            for value in items.iter().flat_map(|item| item.values()) {
                self.ensure_no_secret_in(table, value, &pictures)?;
            }
        }
        Ok(())
    }

    fn ensure_no_secret_in(&self, table: &str, value: &AttributeValue, pictures: &[Vec<u8>]) -> Result<()> {
        match value {
            AttributeValue::S(text) | AttributeValue::N(text) => {
                for secret in &self.secret {
                    ensure!(!holds(text, secret), "{table} holds {secret} in {text}");
                }
            }
            AttributeValue::B(bytes) => {
                ensure!(!pictures.iter().any(|one| one == bytes.as_ref()), "{table}: a picture");
            }
            AttributeValue::M(members) => {
                members.values().try_for_each(|value| self.ensure_no_secret_in(table, value, pictures))?;
            }
            AttributeValue::L(items) => {
                items.iter().try_for_each(|value| self.ensure_no_secret_in(table, value, pictures))?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// A log line without what is random or counts time, in which six digits may occur by chance.
fn without_times(line: &str) -> String {
    let Ok(Value::Object(mut members)) = serde_json::from_str(line) else { return line.to_owned() };
    for name in ["timestamp", "milliseconds"] {
        members.remove(name);
    }
    if let Some(Value::Object(span)) = members.get_mut("span") {
        span.remove("request_id");
    }
    Value::Object(members).to_string()
}

/// Whether a text holds a value as a word of its own.
fn holds(text: &str, value: &str) -> bool {
    let is_boundary = |character: Option<char>| character.is_none_or(|character| !character.is_alphanumeric());
    text.match_indices(value).any(|(start, _)| {
        is_boundary(text[..start].chars().next_back()) && is_boundary(text[start + value.len()..].chars().next())
    })
}
