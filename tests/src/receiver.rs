//! An integrator's server for notices: HTTPS, with a certificate of an authority of its own.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns};
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::serve::Listener;
use ikd::callbacks::Caller;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::server::TlsStream;

/// The name that its certificate is for.
const NAME: &str = "bank.example";

/// A running server, and what it has taken.
pub struct Receiver {
    inside: Arc<Inside>,
    port: u16,
    authority: String,
}

#[derive(Default)]
struct Inside {
    came: Mutex<Vec<Taken>>,
    answers: Mutex<VecDeque<Answer>>,
}

/// How it answers.
enum Answer {
    AtOnce(Response),
    /// Longer than anybody waits.
    Late,
}

/// A notice as it came.
#[derive(Clone, Debug)]
pub struct Taken {
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Receiver {
    /// A server on any port, which answers 204.
    pub async fn start() -> Self {
        let (authority, tls) = certified();
        let inside = Arc::new(Inside::default());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let listener = Tls { listener, acceptor: TlsAcceptor::from(Arc::new(tls)) };
        let routes = Router::new().fallback(take).with_state(inside.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { inside, port, authority }
    }

    /// The same place by the name of this machine, which is on no Internet.
    pub fn url_here(&self) -> String {
        format!("https://localhost:{}/notices", self.port)
    }

    /// Where it takes notices.
    pub fn url(&self) -> String {
        format!("https://{NAME}:{}/notices", self.port)
    }

    /// What carries notices to it: names are this machine's, and its authority is trusted. All else is as in production.
    pub fn connector(&self) -> SharedHttpConnector {
        self.connector_by(Here)
    }

    /// The same, where somebody else looks names up.
    pub fn connector_by(&self, resolver: impl ResolveDns + Clone + 'static) -> SharedHttpConnector {
        let store = TrustStore::empty().with_pem_certificate(self.authority.as_bytes());
        let trust = TlsContext::builder().with_trust_store(store).build().expect("a trust store");
        Caller::connector_by(resolver, Some(trust))
    }

    /// What its next answer is.
    pub fn answer_next(&self, answer: impl IntoResponse) {
        self.inside.answers.lock().unwrap().push_back(Answer::AtOnce(answer.into_response()));
    }

    /// Its next answer comes too late.
    pub fn answer_late(&self) {
        self.inside.answers.lock().unwrap().push_back(Answer::Late);
    }

    /// What came, and takes it away.
    pub fn came(&self) -> Vec<Taken> {
        std::mem::take(&mut self.inside.came.lock().unwrap())
    }
}

/// Every name is this machine's.
#[derive(Clone, Debug)]
struct Here;

impl ResolveDns for Here {
    fn resolve_dns<'a>(&'a self, _: &'a str) -> DnsFuture<'a> {
        DnsFuture::ready(Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]))
    }
}

async fn take(State(inside): State<Arc<Inside>>, uri: Uri, headers: HeaderMap, body: String) -> Response {
    inside.came.lock().unwrap().push(Taken { path: uri.path().to_owned(), headers, body });
    let answer = inside.answers.lock().unwrap().pop_front();
    match answer {
        None => StatusCode::NO_CONTENT.into_response(),
        Some(Answer::AtOnce(answer)) => answer,
        Some(Answer::Late) => std::future::pending().await,
    }
}

/// An authority's certificate, and the configuration of a server that it vouches for.
fn certified() -> (String, ServerConfig) {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key")).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new([NAME, "localhost"].map(str::to_owned)).expect("a name");
    let certificate = params.signed_by(&key, &authority).expect("a certificate");
    let private = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .expect("a certificate with its key");
    (authority.pem(), config)
}

/// Takes connections with TLS; those that fail at it are forgotten.
struct Tls {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, address)) = self.listener.accept().await else { continue };
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}
