//! What is in front of the emulator: the API's own address, and AWS as the functions see it.
//!
//! The emulator publishes nothing of what becomes of an e-mail. So what SES accepts is kept here for those who read the mails,
//! and its events go to the target of the rule that the stack made, if the rule's pattern matches them.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, http::uri::PathAndQuery};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

use super::events;
use crate::stack::mail_events;

/// Where SES takes mails.
const MAILS: &str = "/v2/email/outbound-emails";

/// More than any package weighs.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// The emulator takes the account's owner at their word: it checks no signature of theirs.
const OWNER: &str =
    "AWS4-HMAC-SHA256 Credential=local/20260101/ap-southeast-3/lambda/aws4_request, SignedHeaders=host, Signature=0";

/// The rule of the stack that SES's events go through.
#[derive(Clone, Debug, Deserialize)]
pub struct MailRule {
    /// What it matches.
    pub pattern: Value,
    /// The function that it calls, with the alias if the rule names one.
    pub function: String,
}

/// Both addresses, served for as long as this lives.
pub struct Doors {
    api_url: Url,
    aws_port: u16,
    shared: Arc<Shared>,
    serving: [JoinHandle<()>; 2],
}

struct Shared {
    http: reqwest::Client,
    emulator: Url,
    /// The host that functions sign their calls for.
    signed_for: OnceLock<HeaderValue>,
    /// The API's id and the mails' rule, once they are deployed.
    stack: OnceLock<(String, MailRule)>,
    /// As the local mailbox shows them.
    mails: Mutex<Vec<Value>>,
    /// What IAM said to the functions where it refused a call.
    refusals: Mutex<Vec<String>>,
}

/// An answer of the emulator.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Doors {
    /// Takes two ports: one for callers, and one where AWS is.
    pub async fn start(emulator: Url) -> Result<Self> {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(40))
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let shared = Arc::new(Shared {
            http,
            emulator,
            signed_for: OnceLock::new(),
            stack: OnceLock::new(),
            mails: Mutex::default(),
            refusals: Mutex::default(),
        });
        let api = TcpListener::bind(("127.0.0.1", 0)).await?;
        let aws = TcpListener::bind(("127.0.0.1", 0)).await?;
        let (api_url, aws_port) = (Url::parse(&format!("http://{}", api.local_addr()?))?, aws.local_addr()?.port());
        let of_api = Router::new().fallback(answer_caller).with_state(shared.clone());
        let of_aws = Router::new()
            .route("/store", get(show_mails))
            .route("/health-check", get(async || StatusCode::OK))
            .fallback(answer_function)
            .with_state(shared.clone());
        let serving = [serve(api, of_api), serve(aws, of_aws)];
        Ok(Self { api_url, aws_port, shared, serving })
    }

    /// Says which address functions have for AWS: the host that they sign for.
    pub fn signed_for(&self, aws: &Url) -> Result<()> {
        let host = HeaderValue::from_str(aws.authority())?;
        self.shared.signed_for.set(host).map_err(|_| anyhow!("the address of AWS was given before"))
    }

    /// Says which API the callers' requests go to, and where the mails' events go.
    pub fn leads_to(&self, api_id: String, rule: MailRule) -> Result<()> {
        self.shared.stack.set((api_id, rule)).map_err(|_| anyhow!("the stack was deployed before"))
    }

    /// What IAM has refused to the functions until now, each with the right that it asked for.
    pub fn refusals(&self) -> Vec<String> {
        self.shared.refusals.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn api_url(&self) -> &Url {
        &self.api_url
    }

    pub fn aws_port(&self) -> u16 {
        self.aws_port
    }
}

impl Drop for Doors {
    fn drop(&mut self) {
        for task in &self.serving {
            task.abort();
        }
    }
}

fn serve(listener: TcpListener, routes: Router) -> JoinHandle<()> {
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, routes.into_make_service_with_connect_info::<SocketAddr>()).await {
            eprintln!("The doors of the deployment has stopped: {error}");
        }
    })
}

/// A caller's request, to the deployed API. The plain path would meet the emulator's own services.
async fn answer_caller(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(caller): ConnectInfo<SocketAddr>,
    mut request: Request,
) -> Response {
    let Some((api_id, _)) = shared.stack.get() else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let path = format!("/_aws/execute-api/{api_id}/$default{}", path_of(&request));
    let headers = request.headers_mut();
    if let Ok(address) = HeaderValue::from_str(&caller.ip().to_string()) {
        headers.insert("x-forwarded-for", address);
    }
    headers.insert("x-forwarded-proto", HeaderValue::from_static("http"));
    shared.forward(request, &path).await.map_or_else(|error| unavailable(&error), |(answer, _)| answer.into_response())
}

/// A function's call of AWS. It was signed for the host that the function knows.
async fn answer_function(State(shared): State<Arc<Shared>>, mut request: Request) -> Response {
    if let Some(host) = shared.signed_for.get() {
        request.headers_mut().insert(header::HOST, host.clone());
    }
    let is_mail = request.method() == Method::POST && request.uri().path() == MAILS;
    let path = path_of(&request);
    match shared.forward(request, &path).await {
        Ok((answer, sent)) => {
            shared.note_refusal(&answer);
            if is_mail
                && answer.status.is_success()
                && let Ok(mail) = serde_json::from_slice(&sent)
            {
                shared.keep(&mail);
                tokio::spawn(async move { shared.publish(&mail).await });
            }
            answer.into_response()
        }
        Err(error) => unavailable(&error),
    }
}

async fn show_mails(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "emails": *shared.mails.lock().unwrap_or_else(PoisonError::into_inner) }))
}

impl Shared {
    /// Sends a request on to the emulator, and gives the answer and the request's body.
    async fn forward(&self, request: Request, path: &str) -> Result<(Answer, Bytes)> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, LARGEST_BODY).await?;
        let sent = self.http.request(parts.method, self.emulator.join(path)?).headers(of_end_to_end(parts.headers));
        let answered = sent.body(body.clone()).send().await?;
        let (status, headers) = (answered.status(), of_end_to_end(answered.headers().clone()));
        Ok((Answer { status, headers, body: answered.bytes().await? }, body))
    }

    /// Notes IAM's message, which names the right, where a call was refused for want of one.
    fn note_refusal(&self, answer: &Answer) {
        if answer.status.is_client_error()
            && let Ok(body) = serde_json::from_slice::<Value>(&answer.body)
            && let Some(message) = body["message"].as_str().or(body["Message"].as_str())
            && message.contains("is not authorized to perform")
        {
            self.refusals.lock().unwrap_or_else(PoisonError::into_inner).push(message.to_owned());
        }
    }

    /// Keeps a mail in the form of the local mailbox.
    fn keep(&self, mail: &Value) {
        let simple = &mail["Content"]["Simple"];
        let kept = json!({
            "from": mail["FromEmailAddress"],
            "destination": { "to": mail["Destination"]["ToAddresses"] },
            "subject": simple["Subject"]["Data"],
            "body": { "text": simple["Body"]["Text"]["Data"], "html": simple["Body"]["Html"]["Data"] },
        });
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).push(kept);
    }

    /// Publishes what SES would to the rule's target. Lambda repeats what fails there.
    async fn publish(&self, mail: &Value) {
        let Some((_, rule)) = self.stack.get() else { return };
        for event in events_of(mail).iter().filter(|event| events::matches(&rule.pattern, event)) {
            if let Err(error) = self.invoke(&rule.function, event).await {
                eprintln!("{} cannot be invoked: {error:#}", rule.function);
            }
        }
    }

    async fn invoke(&self, function: &str, event: &Value) -> Result<()> {
        let address = self.emulator.join(&format!("/2015-03-31/functions/{function}/invocations"))?;
        let sent =
            self.http.post(address).header(header::AUTHORIZATION, OWNER).header("x-amz-invocation-type", "Event");
        sent.json(event).send().await?.error_for_status().context("the emulator refuses")?;
        Ok(())
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        (*response.status_mut(), *response.headers_mut()) = (self.status, self.headers);
        response
    }
}

/// What SES publishes of a mail that names a configuration set: every event has the set's name among its tags.
fn events_of(mail: &Value) -> Vec<Value> {
    let Some(set) = mail["ConfigurationSetName"].as_str() else { return Vec::new() };
    let mut events = mail_events::published(mail);
    for event in &mut events {
        event["detail"]["mail"]["tags"]["ses:configuration-set"] = json!([set]);
    }
    events
}

fn path_of(request: &Request) -> String {
    request.uri().path_and_query().map_or("/", PathAndQuery::as_str).to_owned()
}

/// Headers but those of one connection (RFC 9110, section 7.6.1), and the length, which is computed again.
fn of_end_to_end(mut headers: HeaderMap) -> HeaderMap {
    for name in [header::CONNECTION, header::TRANSFER_ENCODING, header::TE, header::UPGRADE, header::CONTENT_LENGTH] {
        headers.remove(name);
    }
    headers
}

fn unavailable(error: &anyhow::Error) -> Response {
    eprintln!("The emulator does not answer: {error:#}");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_name_the_configuration_set_as_ses_does() {
        let mail = json!({
            "ConfigurationSetName": "set",
            "Destination": { "ToAddresses": ["bounce+1@simulator.amazonses.com"] },
            "EmailTags": [{ "Name": "registration", "Value": "A" }],
        });
        let events = events_of(&mail);
        let types: Vec<_> = events.iter().map(|event| &event["detail"]["eventType"]).collect();
        assert_eq!(types, ["Send", "Bounce"]);
        let tags = json!({ "registration": ["A"], "ses:configuration-set": ["set"] });
        assert!(events.iter().all(|event| event["detail"]["mail"]["tags"] == tags));
        assert!(events_of(&json!({ "Destination": {} })).is_empty(), "no set, no events");
    }
}
