//! The service over HTTP, for clients that know no other way, with mishaps on the way there and back.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use local::actors::{Api, Reply};
use tokio::net::{TcpListener, TcpStream};

use crate::world::World;

/// What befalls a request.
#[derive(Clone, Debug)]
pub enum Mishap {
    /// The connection breaks before it is carried out.
    RequestLost,
    /// It is carried out, and the connection breaks before its answer.
    AnswerLost,
    /// It is carried out, and half of its answer arrives.
    AnswerCut,
    /// It is not carried out; something in front of the service answers without a problem document.
    Refused { status: u16, retry_after: Option<u64> },
    /// It is carried out, and something on the way changes the answer's body.
    Altered(fn(&str) -> String),
    /// It is carried out, and something on the way names another address to go on at.
    Relocated(&'static str),
    /// It is not carried out, and answered as an earlier one was.
    Replayed(String),
}

/// A request that came, mishap or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Came {
    pub path: String,
    pub idempotency_key: Option<String>,
}

/// Where the service of a world is reached over HTTP. Its clients go through it as through a proxy, so that the service keeps its
/// own address.
#[derive(Clone)]
pub struct Wire {
    address: String,
    state: Arc<State>,
}

struct State {
    api: Arc<dyn Api>,
    mishaps: Mutex<VecDeque<(&'static str, Mishap)>>,
    came: Mutex<Vec<Came>>,
}

impl Wire {
    pub async fn of(world: &World) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State { api: world.api.clone(), mishaps: Mutex::default(), came: Mutex::default() });
        let wire = Self { address, state: state.clone() };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(state.clone().connection(stream));
            }
        });
        wire
    }

    /// A client whose requests all go here.
    pub fn client(&self) -> reqwest::Client {
        let client = reqwest::Client::builder().tls_certs_only([]);
        client.proxy(reqwest::Proxy::http(&self.address).unwrap()).build().unwrap()
    }

    /// The next request to this path, or below it if it ends with a slash, without a mishap of its own meets this one.
    pub fn plan(&self, path: &'static str, mishap: Mishap) {
        self.state.mishaps.lock().unwrap().push_back((path, mishap));
    }

    /// The requests that came since the last question.
    pub fn came(&self) -> Vec<Came> {
        std::mem::take(&mut *self.state.came.lock().unwrap())
    }
}

impl State {
    /// One connection; an error of the service below breaks it.
    async fn connection(self: Arc<Self>, stream: TcpStream) {
        let service = service_fn(move |request| {
            let state = self.clone();
            async move { state.pass(request).await }
        });
        // The date of this machine is not that of the world.
        let mut server = hyper::server::conn::http1::Builder::new();
        let served = server.auto_date_header(false).serve_connection(TokioIo::new(stream), service);
        drop(served.await);
    }

    async fn pass(&self, request: Request<Incoming>) -> io::Result<Response<Full<Bytes>>> {
        let broken = || io::Error::from(io::ErrorKind::ConnectionReset);
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| broken())?.to_bytes();
        let path = parts.uri.path().to_owned();
        let key = parts.headers.get("idempotency-key").map(|key| key.to_str().unwrap().to_owned());
        self.came.lock().unwrap().push(Came { path: path.clone(), idempotency_key: key });
        let mishap = self.take(&path);
        match &mishap {
            Some(Mishap::RequestLost) => return Err(broken()),
            Some(Mishap::Refused { status, retry_after }) => {
                let answer = retry_after.iter().fold(Response::builder().status(*status), |answer, seconds| {
                    answer.header("retry-after", *seconds)
                });
                return Ok(answer.body(Full::new(Bytes::from_static(b"{\"message\":\"no\"}"))).unwrap());
            }
            Some(Mishap::Replayed(text)) => return Ok(Response::new(Full::new(Bytes::from(text.clone())))),
            _ => {}
        }
        let text = String::from_utf8(body.to_vec()).unwrap();
        let reply = self.api.send(Request::from_parts(parts, text)).await.unwrap();
        match mishap {
            Some(Mishap::AnswerLost) => Err(broken()),
            Some(Mishap::AnswerCut) => Ok(answer(&reply, reply.bytes[..reply.bytes.len() / 2].to_vec())),
            Some(Mishap::Altered(alter)) => Ok(answer(&reply, alter(&reply.text).into_bytes())),
            Some(Mishap::Relocated(address)) => {
                let mut answer = answer(&reply, reply.bytes.clone());
                answer.headers_mut().insert("location", address.parse().unwrap());
                Ok(answer)
            }
            _ => Ok(answer(&reply, reply.bytes.clone())),
        }
    }

    fn take(&self, path: &str) -> Option<Mishap> {
        let mut mishaps = self.mishaps.lock().unwrap();
        let position = mishaps
            .iter()
            .position(|(planned, _)| *planned == path || (planned.ends_with('/') && path.starts_with(planned)))?;
        mishaps.remove(position).map(|(_, mishap)| mishap)
    }
}

fn answer(reply: &Reply, body: Vec<u8>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers.clone();
    response
}
