//! A proxy in front of a dependency (DynamoDB, SES, the officers' issuer) that fails as networks and services do.

use std::io;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is refused for want of capacity, and not carried out.
    Throttled,
    /// It is answered with an error of the service, and not carried out.
    Failing,
    /// The connection breaks before it is carried out.
    RequestLost,
    /// It is carried out, and the connection breaks before its answer.
    AnswerLost,
    /// It is carried out, and the answer takes longer than anybody waits.
    Late,
    /// It meets a transaction on the same item, and is not carried out. (DynamoDB's alone.)
    Conflict,
    /// Of a read of many items, one table's part is carried out, and the keys of the others are left for the caller to ask
    /// for again; all are left where there is one table. (DynamoDB's alone.)
    LeftOver,
}

impl Fault {
    /// What can befall any dependency.
    pub const ALL: [Self; 5] = [Self::Throttled, Self::Failing, Self::RequestLost, Self::AnswerLost, Self::Late];
}

/// How long a fault lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// One attempt, so that the SDK's next one goes through.
    OneAttempt,
    /// From that call on, until it is mended.
    UntilMended,
}

/// Which errors a dependency throttles and fails with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Dependency {
    DynamoDb,
    Ses,
    Issuer,
}

/// The faults to come.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Plan>>);

#[derive(Debug, Default)]
struct Plan {
    /// Each for the next call of its DynamoDB operation.
    of_operations: Vec<(&'static str, Fault)>,
    of_call: Option<Planned>,
    held: Option<Held>,
}

/// A call that waits before it is carried out, with all its attempts.
#[derive(Debug)]
struct Held {
    call: usize,
    /// The calls so far, by the name that all attempts of one call share.
    seen: Vec<String>,
    gate: watch::Sender<Passage>,
}

/// How far a held call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Passage {
    ToCome,
    Waiting,
    Open,
}

/// Where a held call waits.
#[derive(Debug)]
pub struct Gate(watch::Sender<Passage>);

impl Gate {
    /// Waits until the call has come, or the gate is open; whether the call has come.
    pub async fn has_call(&self) -> bool {
        let mut passage = self.0.subscribe();
        let reached = passage.wait_for(|passage| *passage != Passage::ToCome).await;
        reached.is_ok_and(|passage| *passage == Passage::Waiting)
    }

    /// Lets the call go on.
    pub fn open(&self) {
        self.0.send_replace(Passage::Open);
    }
}

/// A fault for one call, counted from the moment it was planned.
#[derive(Debug)]
struct Planned {
    call: usize,
    fault: Fault,
    lasting: Lasting,
    /// The calls so far, by the name that all attempts of one call share.
    seen: Vec<String>,
    happened: bool,
}

impl Faults {
    /// The next call of this DynamoDB operation goes wrong, once.
    pub fn next(&self, operation: &'static str, fault: Fault) {
        self.0.lock().unwrap().of_operations.push((operation, fault));
    }

    /// Whether every fault of [`Self::next`] has happened.
    pub fn have_happened(&self) -> bool {
        self.0.lock().unwrap().of_operations.is_empty()
    }

    /// The call of that number from now on (the next one is 1) goes wrong.
    pub fn plan(&self, call: usize, fault: Fault, lasting: Lasting) {
        let planned = Planned { call, fault, lasting, seen: Vec::new(), happened: false };
        self.0.lock().unwrap().of_call = Some(planned);
    }

    /// Holds the call of that number from now on (the next one is 1) before it is carried out, until its gate is opened.
    pub fn hold(&self, call: usize) -> Gate {
        let gate = watch::Sender::new(Passage::ToCome);
        self.0.lock().unwrap().held = Some(Held { call, seen: Vec::new(), gate: gate.clone() });
        Gate(gate)
    }

    /// Ends a planned fault; whether it happened.
    pub fn mend(&self) -> bool {
        self.0.lock().unwrap().of_call.take().is_some_and(|planned| planned.happened)
    }

    /// Serves in front of a dependency.
    pub(crate) fn serve(&self, listener: TcpListener, dependency: Dependency, upstream: &str) {
        // All is on this machine, without TLS: reading the system's certificates would take most of the time to build a world.
        let http = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
        let proxy = Arc::new(Proxy {
            faults: self.clone(),
            dependency,
            upstream: upstream.trim_end_matches('/').to_owned(),
            http,
        });
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(proxy.clone().connection(stream));
            }
        });
    }

    /// Waits, if this call is held.
    async fn pass_gate(&self, headers: &HeaderMap) {
        let name = headers.get("amz-sdk-invocation-id").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let gate = self.0.lock().unwrap().held.as_mut().and_then(|held| held.meets(name));
        let Some(gate) = gate else { return };
        gate.send_if_modified(|passage| {
            let is_first = *passage == Passage::ToCome;
            if is_first {
                *passage = Passage::Waiting;
            }
            is_first
        });
        let opened = gate.subscribe().wait_for(|passage| *passage == Passage::Open).await.map(drop);
        opened.expect("the gate exists");
    }

    fn take(&self, headers: &HeaderMap) -> Option<Fault> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let plan = &mut *self.0.lock().unwrap();
        let operation = text("x-amz-target").rsplit('.').next().unwrap_or_default();
        if let Some(index) = plan.of_operations.iter().position(|(named, _)| *named == operation) {
            return Some(plan.of_operations.remove(index).1);
        }
        plan.of_call.as_mut()?.take(text("amz-sdk-invocation-id"))
    }
}

impl Held {
    /// The gate, if it is this call that is held.
    fn meets(&mut self, name: &str) -> Option<watch::Sender<Passage>> {
        let known = self.seen.iter().position(|seen| seen == name);
        let number = known.unwrap_or(self.seen.len()) + 1;
        if known.is_none() {
            self.seen.push(name.to_owned());
        }
        (number == self.call).then(|| self.gate.clone())
    }
}

impl Planned {
    fn take(&mut self, name: &str) -> Option<Fault> {
        let known = self.seen.iter().position(|seen| seen == name && !name.is_empty());
        let is_first_attempt = known.is_none();
        let number = known.unwrap_or(self.seen.len()) + 1;
        if is_first_attempt {
            self.seen.push(name.to_owned());
        }
        let strikes = match self.lasting {
            Lasting::OneAttempt => number == self.call && is_first_attempt,
            Lasting::UntilMended => number >= self.call,
        };
        self.happened |= strikes;
        strikes.then_some(self.fault)
    }
}

struct Proxy {
    faults: Faults,
    dependency: Dependency,
    upstream: String,
    http: reqwest::Client,
}

impl Proxy {
    /// One connection; an error of the service below breaks it.
    async fn connection(self: Arc<Self>, stream: TcpStream) {
        let service = service_fn(move |request| {
            let proxy = self.clone();
            async move { proxy.pass(request).await }
        });
        let served = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        drop(served.await);
    }

    async fn pass(&self, request: Request<Incoming>) -> io::Result<Response<Full<Bytes>>> {
        let broken = || io::Error::from(io::ErrorKind::ConnectionReset);
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| broken())?.to_bytes();
        self.faults.pass_gate(&parts.headers).await;
        let fault = self.faults.take(&parts.headers);
        match fault {
            Some(Fault::RequestLost) => return Err(broken()),
            Some(Fault::Conflict) if is_transaction(&parts.headers) => return Ok(cancelled()),
            Some(Fault::Throttled | Fault::Failing | Fault::Conflict) => return Ok(self.error(fault)),
            None | Some(Fault::AnswerLost | Fault::Late | Fault::LeftOver) => {}
        }
        let (body, left_over) = match fault {
            Some(Fault::LeftOver) => leave_over(&body),
            _ => (body, None),
        };
        if let (true, Some(left_over)) = (body.is_empty(), &left_over) {
            return Ok(Response::new(Full::new(with_left_over(json!({ "Responses": {} }), left_over))));
        }
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut headers = parts.headers;
        for name in ["host", "content-length"] {
            headers.remove(name);
        }
        let sent = self.http.request(parts.method, format!("{}{path}", self.upstream)).headers(headers).body(body);
        let answer = sent.send().await.map_err(|_| broken())?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        let body = answer.bytes().await.map_err(|_| broken())?;
        match fault {
            Some(Fault::AnswerLost) => return Err(broken()),
            Some(Fault::Late) => std::future::pending::<()>().await,
            _ => {}
        }
        let body = match left_over {
            Some(left_over) => with_left_over(serde_json::from_slice(&body)?, &left_over),
            None => body,
        };
        // Of the body as it was.
        for name in ["transfer-encoding", "content-length", "x-amz-crc32"] {
            headers.remove(name);
        }
        let mut response = Response::new(Full::new(body));
        (*response.status_mut(), *response.headers_mut()) = (status, headers);
        Ok(response)
    }

    /// The dependency's own words for a fault.
    fn error(&self, fault: Option<Fault>) -> Response<Full<Bytes>> {
        let (status, code) = match (fault, self.dependency) {
            (Some(Fault::Throttled), Dependency::DynamoDb) => (400, "ProvisionedThroughputExceededException"),
            (Some(Fault::Conflict), _) => (400, "TransactionConflictException"),
            (Some(Fault::Throttled), _) => (429, "TooManyRequestsException"),
            (_, Dependency::DynamoDb) => (500, "InternalServerError"),
            (_, Dependency::Ses | Dependency::Issuer) => (503, "ServiceUnavailable"),
        };
        let body = format!("{{\"__type\":\"com.amazonaws#{code}\",\"message\":\"as the test asked for\"}}");
        let answer = Response::builder().status(status).header("x-amzn-errortype", code);
        answer.body(Full::new(Bytes::from(body))).expect("a response")
    }
}

fn is_transaction(headers: &HeaderMap) -> bool {
    let operation = headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    operation.contains(".Transact")
}

/// What a transaction gets that meets another one.
fn cancelled() -> Response<Full<Bytes>> {
    let code = "TransactionCanceledException";
    let body = json!({
        "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"),
        "Message": "as the test asked for",
        "CancellationReasons": [{ "Code": "TransactionConflict" }],
    });
    let answer = Response::builder().status(400).header("x-amzn-errortype", code);
    answer.body(Full::new(Bytes::from(body.to_string()))).expect("a response")
}

/// Divides a `BatchGetItem`: what is carried out, if anything, and what is left over.
fn leave_over(request: &Bytes) -> (Bytes, Option<Value>) {
    let mut request: Value = serde_json::from_slice(request).expect("a request in JSON");
    let mut left_over = request["RequestItems"].take();
    let tables = left_over.as_object_mut().expect("a read of many items");
    let carried_out = if tables.len() == 1 {
        Bytes::new()
    } else {
        let first = tables.keys().next().expect("a table").clone();
        request["RequestItems"] = json!({ &first: tables.remove(&first) });
        request.to_string().into()
    };
    // The caller knows how they are to be read.
    for table in tables.values_mut() {
        *table = json!({ "Keys": table["Keys"] });
    }
    (carried_out, Some(left_over))
}

fn with_left_over(mut answer: Value, left_over: &Value) -> Bytes {
    answer["UnprocessedKeys"] = left_over.clone();
    answer.to_string().into()
}
