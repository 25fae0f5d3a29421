//! What operators do by hand: determined first, done once, noted, and harmless to repeat.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::post;
use axum::{Json, Router};
use http::Method;
use ikd::app::Clock;
use ikd::callbacks::shown_secret;
use ikd::domain::Digest;
use ikd::domain::callback::CallbackSecret;
use ikd::domain::notice::{Notice, NoticeState};
use ikd::domain::secret::MacKey;
use local::actors::{Integrator, KeyPair};
use local::personas::{BANK, SITI};
use operator::Options;
use operator::aws::sdk_config;
use operator::deployment::{self, Clients, Command, Deployment, Outcome, Report, carry_out, show_secret};
use operator::signing_secret::SigningSecret;
use serde_json::{Value, json};
use tests::{Emulator, PIN, World, assert_problem, assert_status};
use tokio::net::TcpListener;

use super::printed_documents::{PDF, check, codes, fetch};

/// An operator at work on a world.
struct Operator {
    deployment: Deployment,
    options: Options,
    folder: PathBuf,
}

impl Operator {
    fn of(world: &World) -> Self {
        Self::beside(world, "http://127.0.0.1:9", "http://127.0.0.1:9")
    }

    fn beside(world: &World, functions: &str, others: &str) -> Self {
        static OPERATORS: AtomicU32 = AtomicU32::new(0);
        let name = format!("{}-{}", std::process::id(), OPERATORS.fetch_add(1, Ordering::Relaxed));
        let folder = xtask::root().join("target/tmp/ops").join(name);
        // An earlier process may have had the number.
        let _none_such = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let deployment = Deployment {
            clients: Clients::new(world.database.config().unwrap(), &sdk_config(functions), &sdk_config(others)),
            stack: "ikd-local".to_owned(),
            actor: "operator-1".to_owned(),
            now: world.clock.now(),
        };
        let options = Options {
            stack: deployment.stack.clone(),
            outputs: None,
            endpoint: None,
            dry_run: false,
            yes: false,
            json: false,
            actor: None,
            audit_log: folder.join("audit.jsonl"),
        };
        Self { deployment, options, folder }
    }

    async fn tries(&self, command: &Command) -> anyhow::Result<Report> {
        carry_out(&self.deployment, &self.options, command, |_| Ok(true)).await
    }

    async fn does(&self, command: &Command) -> Outcome {
        self.tries(command).await.unwrap().outcome
    }

    fn file(&self, integrator: &Value) -> PathBuf {
        let path = self.folder.join("integrator.json");
        std::fs::write(&path, integrator.to_string()).unwrap();
        path
    }

    fn audit(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.options.audit_log).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn library(key: &KeyPair) -> Value {
    json!({
        "client_id": "perpustakaan-madiun",
        "name": "Perpustakaan Kota Madiun",
        "jwks": { "keys": [key.public()] },
        "claims": ["name"],
        "purposes": { "membership": { "id": "Keanggotaan", "en": "Membership" } },
    })
}

#[tokio::test]
async fn an_integrator_that_is_registered_gets_a_token_and_a_disabled_one_gets_none() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let key = KeyPair::generate().unwrap();
    let library_itself = Integrator::new(world.api.clone(), world.clock.clone(), "perpustakaan-madiun", key.clone());
    assert_problem(&library_itself.authenticate().await.unwrap(), 401, "invalid-client");

    let register = Command::RegisterIntegrator { file: operator.file(&library(&key)) };
    assert_eq!(operator.does(&register).await, Outcome::Done);
    assert_status(&library_itself.authenticate().await.unwrap(), 200);
    assert_eq!(operator.does(&register).await, Outcome::Unchanged);

    let client_id = "perpustakaan-madiun".to_owned();
    let disable = Command::DisableIntegrator { client_id: client_id.clone() };
    assert_eq!(operator.does(&disable).await, Outcome::Done);
    assert_eq!(operator.does(&disable).await, Outcome::Unchanged);
    assert_problem(&library_itself.authenticate().await.unwrap(), 401, "invalid-client");
    assert_eq!(operator.does(&register).await, Outcome::Unchanged, "registering does not enable");
    assert_eq!(operator.does(&Command::EnableIntegrator { client_id }).await, Outcome::Done);
    assert_status(&library_itself.authenticate().await.unwrap(), 200);
}

#[tokio::test]
async fn an_integrators_new_key_takes_the_place_of_its_old_one() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let [old, new] = [KeyPair::generate().unwrap(), KeyPair::generate().unwrap()];
    operator.does(&Command::RegisterIntegrator { file: operator.file(&library(&old)) }).await;
    let report = operator.tries(&Command::RegisterIntegrator { file: operator.file(&library(&new)) }).await.unwrap();
    assert_eq!(report.changes.len(), 1, "{:?}", report.changes);
    assert!(report.changes[0].starts_with("jwks: "));
    let with = |key| Integrator::new(world.api.clone(), world.clock.clone(), "perpustakaan-madiun", key);
    assert_problem(&with(old).authenticate().await.unwrap(), 401, "invalid-client");
    assert_status(&with(new).authenticate().await.unwrap(), 200);
}

#[tokio::test]
async fn what_functions_could_not_rely_on_is_not_registered() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let key = KeyPair::generate().unwrap();
    let mut private = json!(key.public());
    private["d"] = json!("c2VjcmV0");
    let mut nameless = json!(key.public());
    nameless.as_object_mut().unwrap().remove("kid");
    for (member, value, reason) in [
        ("jwks", json!({ "keys": [private] }), "private key"),
        ("jwks", json!({ "keys": [nameless] }), "without kid"),
        ("jwks", json!({ "keys": [] }), "no key"),
        ("jwks", json!({ "keys": vec![key.public(); 9] }), "8 keys at most"),
        ("claims", json!([]), "at least one"),
        ("claims", json!(["religion"]), "no integrator"),
        ("purposes", json!({}), "at least one"),
        ("purposes", json!(["membership"]), "no integrator"),
        ("purposes", json!({ "membership": { "id": "Keanggotaan" } }), "no integrator"),
        ("purposes", json!({ "membership": { "id": "Keanggotaan", "en": " " } }), "what holders read"),
        ("purposes", json!({ "membership": { "id": "x".repeat(61), "en": "Membership" } }), "what holders read"),
        ("client_id", json!("../etc"), "client_id"),
        ("name", json!("  "), "name"),
        ("enabled", json!(true), "no integrator"),
        ("callback", json!({ "url": "http://library.example/" }), "https://"),
        ("callback", json!({ "url": "https://169.254.169.254/" }), "by its name"),
        ("callback", json!({ "url": "https://library.example/", "generation": 0 }), "from 1 on"),
        ("callback", json!({ "url": "https://library.example/", "secret": "x" }), "no integrator"),
    ] {
        let mut integrator = library(&key);
        integrator[member] = value;
        let command = Command::RegisterIntegrator { file: operator.file(&integrator) };
        let error = format!("{:#}", operator.tries(&command).await.unwrap_err());
        assert!(error.contains(reason), "{member}: {error}");
    }
    assert!(operator.audit().is_empty());
}

#[tokio::test]
async fn a_dry_run_and_a_no_change_nothing() {
    let world = World::new().await;
    let mut operator = Operator::of(&world);
    let disable = Command::DisableIntegrator { client_id: BANK.client_id.to_owned() };
    let declined = carry_out(&operator.deployment, &operator.options, &disable, |_| Ok(false)).await.unwrap();
    assert_eq!(declined.outcome, Outcome::Declined);
    operator.options.dry_run = true;
    let report = operator.tries(&disable).await.unwrap();
    assert_eq!((report.outcome, report.changes), (Outcome::DryRun, vec!["enabled: true becomes false".to_owned()]));
    assert_status(&world.integrator(BANK).authenticate().await.unwrap(), 200);
    assert!(operator.audit().is_empty());
}

#[tokio::test]
async fn a_locked_holder_is_let_in_again_and_the_audit_names_the_device_and_not_the_person() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    holder.lock_pin().await;
    let operator = Operator::of(&world);
    let unlock = Command::UnlockHolder { nik: SITI.to_owned() };
    assert_eq!(operator.does(&unlock).await, Outcome::Done);
    assert_status(&holder.phone.log_in(PIN).await.unwrap(), 200);
    assert_eq!(operator.does(&unlock).await, Outcome::Unchanged);

    let audit = operator.audit();
    assert_eq!(audit.len(), 2, "begun and ended");
    assert_eq!(audit[1]["ended"]["actor"], "operator-1");
    assert_eq!(audit[1]["ended"]["command"], "unlock-holder");
    for line in audit {
        assert!(!line.to_string().contains(SITI), "{line}");
    }
    let stranger = Command::UnlockHolder { nik: world.newcomer().await };
    assert!(operator.tries(&stranger).await.is_err());
}

#[tokio::test]
async fn the_key_that_signs_is_rotated_once_for_each_version() {
    let world = World::new().await;
    let emulator = Emulator::start().await.unwrap();
    let operator = Operator::beside(&world, "http://127.0.0.1:9", &emulator.endpoint);
    let secrets = &operator.deployment.clients.secrets;
    let first = SigningSecret::new().unwrap();
    let create = secrets.create_secret().name("ikd-signing").secret_string(serde_json::to_string(&first).unwrap());
    let from_version = create.send().await.unwrap().version_id.unwrap();

    let rotate = Command::RotateKey { secret: Some("ikd-signing".to_owned()), from_version };
    let report = operator.tries(&rotate).await.unwrap();
    let deploy_with = report.result["deploy_with"].as_str().unwrap();
    let version = deploy_with.strip_prefix("SigningSecretVersion=").unwrap();
    let read = secrets.get_secret_value().secret_id("ikd-signing").version_id(version).send().await.unwrap();
    let second: SigningSecret = serde_json::from_str(&read.secret_string.unwrap()).unwrap();
    assert_eq!(second.signing_key_id().unwrap(), first.next_key_id().unwrap());

    assert_eq!(operator.does(&rotate).await, Outcome::Unchanged, "a lost answer is no second rotation");
    let elsewhere = Command::RotateKey { secret: Some("ikd-signing".to_owned()), from_version: "0".repeat(32) };
    assert!(operator.tries(&elsewhere).await.is_err());
    for line in operator.audit() {
        assert!(!line.to_string().contains("PRIVATE"), "{line}");
    }
}

#[tokio::test]
async fn an_integrator_gets_the_secret_of_its_newest_generation_and_no_file_keeps_it() {
    let world = World::new().await;
    let emulator = Emulator::start().await.unwrap();
    let operator = Operator::beside(&world, "http://127.0.0.1:9", &emulator.endpoint);
    let key = "callback key of a stack, long enough";
    let create = operator.deployment.clients.secrets.create_secret().name("callbacks").secret_string(key);
    create.send().await.unwrap();
    let pair = KeyPair::generate().unwrap();
    let shown =
        async || show_secret(&operator.deployment, &operator.options, "perpustakaan-madiun", "callbacks", None).await;
    assert!(shown().await.unwrap_err().to_string().contains("is not registered"));
    operator.does(&Command::RegisterIntegrator { file: operator.file(&library(&pair)) }).await;
    assert!(shown().await.unwrap_err().to_string().contains("no callback"));

    let mut secrets = Vec::new();
    for generation in [1, 2] {
        let mut with_callback = library(&pair);
        with_callback["callback"] = json!({ "url": "https://library.example/notices", "generation": generation });
        let register = Command::RegisterIntegrator { file: operator.file(&with_callback) };
        assert_eq!(operator.does(&register).await, Outcome::Done);
        let secret = shown().await.unwrap();
        let derived = CallbackSecret::derive(&MacKey::new(key.as_bytes()), "perpustakaan-madiun", generation);
        assert_eq!(secret, shown_secret(&derived));
        assert_eq!(secret, shown().await.unwrap(), "however often it is asked for");
        secrets.push(secret);
    }
    assert_ne!(secrets[0], secrets[1]);
    for skipped in [1, 4] {
        let mut with_callback = library(&pair);
        with_callback["callback"] = json!({ "url": "https://library.example/notices", "generation": skipped });
        let register = Command::RegisterIntegrator { file: operator.file(&with_callback) };
        assert!(operator.tries(&register).await.unwrap_err().to_string().contains("after generation 2"));
    }
    let report = operator.tries(&Command::RegisterIntegrator { file: operator.file(&library(&pair)) }).await.unwrap();
    assert!(
        report.changes[0].starts_with("callback: ") && report.changes[0].ends_with(" goes"),
        "{:?}",
        report.changes
    );
    assert!(shown().await.is_err());
    let audit = operator.audit();
    let shown: Vec<&Value> = audit.iter().filter(|line| line.get("shown").is_some()).collect();
    assert_eq!(shown.len(), 4);
    assert_eq!((&shown[3]["shown"]["actor"], &shown[3]["shown"]["generation"]), (&json!("operator-1"), &json!(2)));
    assert!(audit.iter().all(|line| !line.to_string().contains("whsec_")));
}

/// Lambda's Invoke, before the functions of a world.
async fn serve_functions(world: Arc<World>) -> String {
    async fn invoke(State(world): State<Arc<World>>, Path(function): Path<String>, event: Bytes) -> Json<Value> {
        let event: Value = serde_json::from_slice(&event).unwrap();
        assert!(function.ends_with("record-receipt"));
        let failed = world.record_receipts_of(event["Records"].as_array().unwrap()).await;
        let failed: Vec<_> = failed.iter().map(|number| json!({ "itemIdentifier": number })).collect();
        Json(json!({ "batchItemFailures": failed }))
    }
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let routes = Router::new().route("/2015-03-31/functions/{function}/invocations", post(invoke)).with_state(world);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

#[tokio::test]
async fn what_a_dead_letter_names_is_done_at_last_and_the_letter_is_gone() {
    let world = Arc::new(World::new().await);
    let holder = world.holder(SITI).await;
    let qr = holder.mint().await;
    let bank = world.integrator(BANK);
    let token = bank.token().await.unwrap();
    assert_status(&bank.redeem(&token, &qr.token, "account-opening", None).await.unwrap(), 200);

    let emulator = Emulator::start().await.unwrap();
    let mut operator = Operator::beside(&world, &serve_functions(world.clone()).await, &emulator.endpoint);
    let Clients { queues, streams, .. } = &operator.deployment.clients;
    let queue_url = queues.create_queue().queue_name("dead-letters").send().await.unwrap().queue_url.unwrap();
    let streams_of_codes = streams.list_streams().table_name("ikd-local-qr_codes").send().await.unwrap();
    let stream_arn = streams_of_codes.streams()[0].stream_arn().unwrap().to_owned();
    let described = streams.describe_stream().stream_arn(&stream_arn).send().await.unwrap();
    let shard_id = described.stream_description().unwrap().shards()[0].shard_id().unwrap().to_owned();
    let records = world.qr_code_records(None);
    let number = |record: &Value| record["dynamodb"]["SequenceNumber"].as_str().unwrap().to_owned();
    let letter = json!({
        "requestContext": {
            "requestId": "316aa6d0-8154-xmpl-9af7-85d5f4a6bc81",
            "functionArn": "arn:aws:lambda:ap-southeast-3:123456789012:function:record-receipt",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 3,
        },
        "version": "1.0",
        "DDBStreamBatchInfo": {
            "shardId": shard_id,
            "startSequenceNumber": number(&records[0]),
            "endSequenceNumber": number(records.last().unwrap()),
            "batchSize": records.len(),
            "streamArn": stream_arn,
        },
    });
    queues.send_message().queue_url(&queue_url).message_body(letter.to_string()).send().await.unwrap();

    let notice = |client: &str, state: NoticeState| Notice {
        state,
        ..Notice::of(client, &Digest::of(&[client.as_bytes()]), world.clock.now(), world.clock.now())
    };
    let waiting = notice("toko-madiun", NoticeState::Waiting { tries: 2, due_at: world.clock.now(), shard: 3 });
    let given_up = notice(BANK.client_id, NoticeState::GivenUp { given_up_at: world.clock.now() });
    for one in [&waiting, &given_up] {
        world.put("notices", ("client_id", &one.client_id), one).await;
    }
    let listed = deployment::given_up(&operator.deployment, &queue_url).await.unwrap();
    assert_eq!((listed.records.len(), listed.records[0].number), (1, records.len()));
    assert_eq!(listed.notices.len(), 1);
    assert_eq!(listed.notices[0].client_id, BANK.client_id);
    assert_eq!(listed.notices[0].redemption, given_up.redemption.as_str());
    let text = listed.to_string();
    assert!(text.contains("function:record-receipt") && text.contains("notice to bank-madiun"), "{text}");
    assert!(text.ends_with("batches of records: 1, notices: 1"), "{text}");

    let page =
        async || holder.phone.send(Method::GET, "/me/receipts", Some(&holder.session), None).await.unwrap().json();
    assert_eq!(page().await["receipts"], json!([]));
    let replay = Command::ReplayDeadLetters { queue_url: Some(queue_url.clone()) };
    operator.options.dry_run = true;
    assert_eq!(operator.does(&replay).await, Outcome::DryRun);
    operator.options.dry_run = false;
    assert_eq!(operator.does(&replay).await, Outcome::Done, "who only looked hid nothing");
    assert_eq!(page().await["receipts"].as_array().unwrap().len(), 1);
    assert_eq!(operator.does(&replay).await, Outcome::Unchanged);

    for (member, value, reason) in [
        ("streamArn", stream_arn.replace("qr_codes", "of_nobody"), "forgotten"),
        ("endSequenceNumber", "9".repeat(21), "the stream ends before"),
    ] {
        let mut letter = letter.clone();
        letter["DDBStreamBatchInfo"][member] = json!(value);
        queues.send_message().queue_url(&queue_url).message_body(letter.to_string()).send().await.unwrap();
        let error = format!("{:#}", operator.tries(&replay).await.unwrap_err());
        assert!(error.contains(reason), "{member}: {error}");
    }
}

#[tokio::test]
async fn the_status_tells_of_tables_and_integrators() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    operator.does(&Command::DisableIntegrator { client_id: BANK.client_id.to_owned() }).await;
    let status = deployment::status(&operator.deployment, None, None).await.unwrap();
    assert_eq!(status.tables.len(), 12);
    assert!(status.tables.values().all(|table| table.status == "ACTIVE"), "{status}");
    assert_eq!(status.integrators.get(BANK.client_id), Some(&false));
    let elsewhere = Deployment { stack: "elsewhere".to_owned(), ..operator.deployment };
    assert!(deployment::status(&elsewhere, None, None).await.is_err(), "there is no such stack");
}

#[tokio::test]
async fn a_print_that_is_revoked_is_known_no_more() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let holder = world.holder(SITI).await;
    let [kept, revoked] = [fetch(&holder, "kk", PDF).await, fetch(&holder, "ktp-el", PDF).await].map(|print| {
        let address = codes(&print.bytes).remove(0);
        (address.rsplit_once('/').unwrap().1.to_lowercase(), address)
    });
    let revoke = Command::RevokeDocument { name: revoked.0 };
    let report = operator.tries(&revoke).await.unwrap();
    assert_eq!(report.outcome, Outcome::Done);
    assert_eq!(report.changes, ["ktp-el, issued at 2026-11-22T05:00:00Z, counts no more"]);
    assert_eq!(check(&world, &revoked.1).await, json!({ "genuine": false }));
    assert_eq!(check(&world, &kept.1).await["genuine"], true);
    assert_eq!(operator.does(&revoke).await, Outcome::Unchanged);
    let nothing = Command::RevokeDocument { name: "FHE4".to_owned() };
    assert!(operator.tries(&nothing).await.is_err());
}
