//! A caller of each kind for every protected route of the catalogue, for tests that go through all of them.

use catalogue::Caller;
use http::{Method, Request};
use ikd::app::Clock;
use local::actors::{PhoneSession, Reply};
use local::personas::{BANK, BUDI, SITI};
use serde_json::{Value, json};
use tests::{HolderWithSession, PIN, World, assert_status};

/// The SHA-256 of nothing.
const HASH: &str = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

/// A protected route as one kind of caller uses it, with a body that is right.
pub struct Route {
    pub method: Method,
    pub path: String,
    pub caller: Caller,
    pub body: Option<Value>,
}

/// Somebody of each kind, and something for each of them to do.
pub struct Cast {
    pub world: World,
    pub holder: HolderWithSession,
    pub officer: String,
    pub bank: String,
    routes: Vec<Route>,
}

/// Phones prove their key and have no token.
pub fn is_phone(caller: Caller) -> bool {
    matches!(caller, Caller::NewPhone | Caller::Phone)
}

/// Holders, whatever their session opens.
pub fn is_holder(caller: Caller) -> bool {
    matches!(caller, Caller::Holder | Caller::AnySession)
}

fn has_token(caller: Caller) -> bool {
    is_holder(caller) || matches!(caller, Caller::Officer | Caller::Integrator)
}

impl Cast {
    pub async fn assemble() -> Self {
        let world = World::new().await;
        let holder = world.holder(SITI).await;
        let registered = world.registered(BUDI).await;
        let officer = world.issuer.token("petugas-1", "petugas", world.clock.now()).unwrap();
        let bank = world.integrator(BANK).token().await.unwrap();
        let address = |path: &str| {
            path.replace("{id}", &registered.id).replace("{ticket}", &registered.ticket).replace("{kind}", "ktp-el")
        };
        let routes = catalogue::routes()
            .flat_map(|(_, route)| route.callers.iter().map(move |caller| (route, *caller)))
            .filter(|(_, caller)| is_phone(*caller) || has_token(*caller))
            .map(|(route, caller)| Route {
                method: method_of(route),
                path: address(route.path),
                caller,
                body: body(route),
            })
            .collect();
        Self { world, holder, officer, bank, routes }
    }

    pub fn routes(&self, caller: impl Fn(Caller) -> bool) -> impl Iterator<Item = &Route> {
        self.routes.iter().filter(move |route| caller(route.caller))
    }

    /// The routes that ask for a token.
    pub fn with_token(&self) -> impl Iterator<Item = &Route> {
        self.routes(has_token)
    }

    /// The routes of holders, whatever their session opens.
    pub fn of_holders(&self) -> impl Iterator<Item = &Route> {
        self.routes(is_holder)
    }

    /// Sends a route's request with any token, and with a proof that is right for that token.
    pub async fn present(&self, route: &Route, token: &str) -> Reply {
        match route.caller {
            Caller::Holder | Caller::AnySession => {
                let session = PhoneSession { access_token: token.to_owned() };
                let proof = self.holder.phone.proof(&route.method, &route.path, Some(&session)).unwrap();
                self.send(route, Some(&format!("DPoP {token}")), Some(&proof)).await
            }
            _ => self.send(route, Some(&format!("Bearer {token}")), None).await,
        }
    }

    pub async fn send(&self, route: &Route, authorization: Option<&str>, proof: Option<&str>) -> Reply {
        let mut request = Request::builder().method(&route.method).uri(format!("http://ikd.test{}", route.path));
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        if let Some(proof) = proof {
            request = request.header("dpop", proof);
        }
        if route.body.is_some() {
            request = request.header("content-type", "application/json");
        }
        self.world.send(request.body(route.body.as_ref().map(Value::to_string).unwrap_or_default()).unwrap()).await
    }

    /// Nothing that was refused has changed anything: the session still mints, the registration still waits.
    pub async fn assert_unharmed(&self) {
        assert_status(&self.holder.mint_reply(&json!({})).await, 201);
        let review = self.routes(|caller| caller == Caller::Officer).next().unwrap();
        let reply = self.present(review, &self.officer).await;
        assert_eq!(reply.member("/stage").as_deref(), Some("pending"), "{}", reply.text);
    }
}

fn method_of(route: &catalogue::Route) -> Method {
    Method::from_bytes(route.method.as_str().as_bytes()).unwrap()
}

/// A request to every route of some callers, right in everything but `{id}` and `{ticket}`.
pub fn requests(of: fn(Caller) -> bool) -> impl Iterator<Item = (Method, String, Option<Value>)> {
    let routes = catalogue::routes().flat_map(|(_, route)| route.callers.iter().map(move |caller| (route, *caller)));
    routes
        .filter(move |(_, caller)| of(*caller))
        .map(|(route, _)| (method_of(route), route.path.replace("{kind}", "ktp-el"), body(route)))
}

/// What is sent to a route.
fn body(route: &catalogue::Route) -> Option<Value> {
    match route.operation {
        "register" | "mint-qr" => Some(json!({})),
        "login" | "erase-identity" | "erase-identity-by-post" => Some(json!({ "pin": PIN })),
        "change-pin" => Some(json!({ "old_pin": PIN, "new_pin": "908172", "new_pin_repeated": "908172" })),
        "sign-document" => Some(json!({ "document_hash": HASH, "pin": PIN })),
        "block-device" => Some(json!({ "nik": SITI, "reason": "lost" })),
        "block-device-own" => Some(json!({ "reason": "lost" })),
        "approve-face-decide" => Some(json!({ "verdict": "approve" })),
        "look-up-resident" | "reset-pin" | "resend-activation-by-nik" | "unlock-pin" => Some(json!({ "nik": SITI })),
        "answer-scan" => Some(json!({ "redemption_id": "M72WG7PMZ4GLV7MXDZAPG3TPXI", "answer": "refuse" })),
        "redeem-qr" => Some(json!({ "token": "A", "purpose": "x" })),
        // Its body may be left out.
        "resend-activation" => None,
        _ if !route.reads_json => None,
        operation => panic!("no example of a body for {operation}: add one here"),
    }
}
