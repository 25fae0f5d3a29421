//! The counter's page: for the browser on this machine and nobody else; in a real browser, every state of it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::routing::post;
use axum::{Json, Router};
use counter::page;
use data_encoding::BASE64;
use http::{Method, StatusCode};
use ikd::domain::claims::Claim;
use ikd::domain::integrator::Integrator as Registered;
use jiff::SignedDuration;
use local::personas::{AGUS, BANK, BUDI, DEWI, SITI};
use serde_json::{Value, json};
use tests::{HolderWithSession, Mishap, PIN, assert_status};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::task::JoinHandle;
use xtask::tools::Tools;

use super::counter_client::Desk;

/// A served page, until it is dropped.
struct Served {
    address: String,
    task: JoinHandle<()>,
}

impl Served {
    async fn of(desk: &Desk, port: u16) -> Self {
        let serving = page::listen(Arc::new(desk.started()), port).await.unwrap();
        let address = serving.address();
        Self { address, task: tokio::spawn(async move { serving.serve().await.unwrap() }) }
    }

    fn port(&self) -> u16 {
        url::Url::parse(&self.address).unwrap().port().unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().tls_certs_only([]).build().unwrap()
}

/// The secret that a loaded page holds.
async fn secret(served: &Served) -> String {
    let page = client().get(&served.address).send().await.unwrap().text().await.unwrap();
    let (_, rest) = page.split_once("name=\"counter-secret\" content=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn only_a_page_that_was_loaded_from_here_can_ask_for_anything() {
    let desk = Desk::new("guard").await;
    let served = Served::of(&desk, 0).await;
    let (secret, own) = (secret(&served).await, served.address.trim_end_matches('/').to_owned());
    let port = served.port();
    let ask = async |method: Method, path: &str, headers: &[(&str, &str)]| {
        let request = client().request(method, format!("{own}{path}")).body(json!({ "language": "id" }).to_string());
        let request = request.header("content-type", "application/json");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.send().await.unwrap()
    };
    let right = [("origin", own.as_str()), ("x-counter-secret", secret.as_str())];
    assert_eq!(ask(Method::POST, "/start", &right).await.status(), StatusCode::OK);
    let localhost = (format!("localhost:{port}"), format!("http://localhost:{port}"));
    let by_name = [("host", localhost.0.as_str()), ("origin", localhost.1.as_str()), right[1]];
    assert_eq!(ask(Method::POST, "/start", &by_name).await.status(), StatusCode::OK);

    let elsewhere = format!("http://evil.example:{port}");
    for wrong in [
        &[][..],
        &right[..1],
        &right[1..],
        &[right[0], ("x-counter-secret", "A")],
        &[("origin", "null"), right[1]],
        &[("origin", elsewhere.as_str()), right[1]],
        &[("origin", "http://127.0.0.1"), right[1]],
    ] {
        for path in ["/start", "/scans", "/scans/A/answer", "/scans/A/shown", "/frames?width=1&height=1"] {
            assert_eq!(ask(Method::POST, path, wrong).await.status(), StatusCode::FORBIDDEN, "{path}: {wrong:?}");
        }
    }
    for host in ["evil.example", "evil.example:80", "127.0.0.1", &format!("127.0.0.1:{}", port ^ 1), "[::1]"] {
        for method in [Method::GET, Method::POST] {
            let headers = [("host", host), right[0], right[1]];
            assert_eq!(ask(method, "/", &headers).await.status(), StatusCode::MISDIRECTED_REQUEST, "{host}");
        }
    }
}

#[tokio::test]
async fn nothing_of_the_page_is_kept_framed_or_loaded_from_elsewhere() {
    let desk = Desk::new("headers").await;
    let served = Served::of(&desk, 0).await;
    for path in ["", "page.css", "page.js", "words.js", "views.js", "scanner.js", "camera.js", "nothing"] {
        let answer = client().get(format!("{}{path}", served.address)).send().await.unwrap();
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("cache-control"), "no-store", "{path}");
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; ") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(answer.status().is_success(), path != "nothing", "{path}");
    }
}

#[tokio::test]
async fn a_code_in_the_cameras_picture_is_read() {
    let desk = Desk::new("camera").await;
    let served = Served::of(&desk, 0).await;
    let secret = secret(&served).await;
    let holder = desk.siti().await;
    let minted = holder.mint_reply(&json!({ "format": "png" })).await;
    let (width, height, luma) = picture_of(&minted.json());
    let read = async |width: u32, height: u32, luma: Vec<u8>| {
        let request = client().post(format!("{}frames?width={width}&height={height}", served.address));
        let request =
            request.header("origin", served.address.trim_end_matches('/')).header("x-counter-secret", &secret);
        request.body(luma).send().await.unwrap()
    };
    let answer: Value = read(width, height, luma.clone()).await.json().await.unwrap();
    assert_eq!(answer["text"], minted.json()["token"]);
    let answer: Value = read(width, height, vec![128; luma.len()]).await.json().await.unwrap();
    assert_eq!(answer["text"], Value::Null);
    assert_eq!(read(width + 1, height, luma.clone()).await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(read(0, 0, Vec::new()).await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(read(2_000, 1_000, vec![0; 2_000_000]).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

/// A code as a camera sees it: its size, and the brightness of each pixel.
fn picture_of(minted: &Value) -> (u32, u32, Vec<u8>) {
    let png = BASE64.decode(minted["image"]["data"].as_str().unwrap().as_bytes()).unwrap();
    let code = image::load_from_memory(&png).unwrap().to_luma8();
    let code = image::imageops::resize(&code, 400, 400, image::imageops::FilterType::Nearest);
    let mut seen = image::GrayImage::from_pixel(640, 480, image::Luma([200]));
    image::imageops::overlay(&mut seen, &code, 120, 40);
    (640, 480, seen.into_raw())
}

/// What the browser's test asks for while it runs.
struct Stage {
    desk: Desk,
    siti: HolderWithSession,
    child: HolderWithSession,
    film: PathBuf,
    served: Mutex<Option<Served>>,
}

impl Stage {
    /// A code with some fate.
    async fn code(&self, kind: &str) -> String {
        let world = &self.desk.world;
        match kind {
            "verified" => self.siti.mint().await.token,
            "photo" => mint(&self.siti, &["nik", "name", "birthdate", "address", "gender", "picture"]).await,
            "child" => mint(&self.child, &["name", "age_over_17"]).await,
            "nothing" => mint(&self.siti, &["family_card_number"]).await,
            "asked" => self.siti.mint_reply(&json!({ "consent": "at-scan" })).await.member("/token").unwrap(),
            "unknown" => "A".repeat(32),
            "ticket" => world.registered(BUDI).await.ticket,
            "blocked" => {
                let holder = world.holder(AGUS).await;
                let code = holder.mint().await.token;
                world.officer().block(AGUS, "lost").await.unwrap();
                code
            }
            other => panic!("no code {other}"),
        }
    }

    fn mishap(&self, kind: &str) {
        let redeem = |mishap| self.desk.wire.plan("/redemptions", mishap);
        match kind {
            "lost" => redeem(Mishap::AnswerLost),
            "down" => redeem(Mishap::Refused { status: 503, retry_after: Some(1) }),
            "cut-off" => self.desk.wire.plan("/redemptions/", Mishap::RequestLost),
            "busy" => redeem(Mishap::Refused { status: 429, retry_after: Some(60) }),
            "forged" => redeem(Mishap::Altered(|text| text.replace("SITI AMINAH", "SITI AMINAX"))),
            "no-service" => self.desk.wire.plan("/integrator", Mishap::RequestLost),
            other => panic!("no mishap {other}"),
        }
    }

    /// What Siti answers on her phone: `refuse`, or the digits that she heard and allows with.
    async fn answer(&self, which: &str) {
        let (phone, session) = (&self.siti.phone, &self.siti.session);
        let question = phone.check_qr(session).await.unwrap().json()["redemption_id"].clone();
        let body = match which {
            "refuse" => json!({ "redemption_id": question, "answer": "refuse" }),
            digits => json!({ "redemption_id": question, "answer": "allow", "digits": digits, "pin": PIN }),
        };
        assert_status(&phone.answer_scan(session, &body).await.unwrap(), 200);
    }

    /// Ends the counter's program as a crash does, and starts it again.
    async fn restart(&self) {
        let port = self.served.lock().unwrap().take().unwrap().port();
        let served = loop {
            // The old one lets go of the port a moment later.
            if TcpListener::bind(("127.0.0.1", port)).await.is_ok() {
                break Served::of(&self.desk, port).await;
            }
            tokio::task::yield_now().await;
        };
        *self.served.lock().unwrap() = Some(served);
    }

    /// Lets the camera see a new code.
    async fn film(&self) {
        let minted = self.siti.mint_reply(&json!({ "format": "png" })).await;
        let (width, height, luma) = picture_of(&minted.json());
        let grey = vec![128; luma.len() / 2];
        let mut film = format!("YUV4MPEG2 W{width} H{height} F5:1 Ip A1:1 C420jpeg\n").into_bytes();
        for _ in 0..3 {
            film.extend_from_slice(&[b"FRAME\n", &luma[..], &grey].concat());
        }
        std::fs::write(&self.film, film).unwrap();
    }
}

async fn mint(holder: &HolderWithSession, claims: &[&str]) -> String {
    holder.mint_reply(&json!({ "claims": claims })).await.member("/token").unwrap()
}

async fn act(State(stage): State<Arc<Stage>>, Path((what, which)): Path<(String, String)>) -> Json<Value> {
    match what.as_str() {
        "code" => Json(json!(stage.code(&which).await)),
        "mishap" => Json(json!(stage.mishap(&which))),
        "answer" => Json(json!(stage.answer(&which).await)),
        "restart" => Json(json!(stage.restart().await)),
        "film" => Json(json!(stage.film().await)),
        "pass" => Json(json!(stage.desk.world.pass(SignedDuration::from_secs(which.parse().unwrap())))),
        "files" => Json(json!(stage.desk.number_of_files())),
        other => panic!("no act {other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_state_of_the_page_works_by_keyboard_scanner_and_camera_and_is_accessible() {
    let root = xtask::root();
    let (tools, screenshots) = (Tools::new(&root), root.join("artifacts"));
    std::fs::create_dir_all(&screenshots).unwrap();
    let desk = Desk::new("browser").await;
    let bank = desk.world.integrator(BANK);
    // One that may see photographs, too.
    let claims = Claim::ALL.into_iter().filter(|claim| *claim != Claim::FamilyCardNumber).collect();
    desk.world.database.register(&Registered { claims, ..BANK.registered(&bank.key) }).await.unwrap();
    let (siti, child) = (desk.world.holder(SITI).await, desk.world.holder(DEWI).await);
    desk.world.change_resident(DEWI, |dewi| dewi.birthdate = jiff::civil::date(2010, 9, 12)).await;
    let served = Served::of(&desk, 0).await;
    let (address, film) = (served.address.clone(), PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("counter.y4m"));
    let stage = Arc::new(Stage { desk, siti, child, film: film.clone(), served: Mutex::new(Some(served)) });
    stage.film().await;

    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let control = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/{what}/{which}", post(act)).with_state(stage);
    let acting = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let given = json!({
        "address": address,
        "control": control,
        "film": film,
        "screenshots": screenshots,
        "chromium": tools.chromium().await.unwrap(),
        "modules": tools.playwright().await.unwrap(),
    });
    let mut node = Command::new("node");
    let node = node.arg(root.join("tests/browser/counter.mjs")).env("COUNTER", given.to_string()).kill_on_drop(true);
    let output = node.output().await.unwrap();
    acting.abort();
    assert!(output.status.success(), "the browser: {}", String::from_utf8_lossy(&output.stderr));
}
