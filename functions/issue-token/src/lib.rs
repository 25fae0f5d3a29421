//! issue-token: OAuth 2.0 client credentials for integrators, who prove themselves by `private_key_jwt` alone.

mod declaration;

use std::collections::BTreeMap;

use ikd::app::App;
use ikd::http::{Answer, Function, Problem, ProblemType, Request, parse};
use ikd::log;
use ikd::store::challenges::{Once, Use};
use ikd::tokens::access_token::{self, Lifetime, REDEEM};
use ikd::tokens::client_assertion;
use serde_json::json;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(issue_token(app, request)));

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub async fn issue_token(app: &App, request: &Request) -> Result<Answer, Problem> {
    issue(app, request).await.map_err(as_oauth)
}

/// RFC 6749, section 4.4, with RFC 7523, section 2.2. An unknown, a disabled and an unproven client look the same.
async fn issue(app: &App, request: &Request) -> Result<Answer, Problem> {
    let form = parse::form(request, parse::SMALL_BODY)?;
    let assertion = read(&form)?;
    let invalid = |cause: &str| Problem::new(ProblemType::InvalidClient).because(cause);

    let client_id = client_assertion::claimed_client(assertion).ok_or_else(|| invalid("not an assertion"))?;
    if form.get("client_id").is_some_and(|named| *named != client_id) {
        return Err(invalid("client_id and assertion differ"));
    }
    let integrator = app.store().integrator(&client_id).await?.ok_or_else(|| invalid("unknown"))?;
    let assertion =
        client_assertion::verify(assertion, &integrator, app.issuer(), app.now()).map_err(|error| invalid(error.0))?;
    log::record_integrator(&integrator.client_id);
    let used =
        app.store().use_once(Once::ClientAssertion, &assertion.digest, &app.random_id(), assertion.expires_at).await?;
    if used == Use::Again {
        return Err(invalid("the assertion was used before"));
    }
    if !integrator.enabled {
        return Err(invalid("disabled"));
    }

    let lifetime = app.settings.rules.access_token_lifetime;
    let token = access_token::issue_to_integrator(
        app.signing_key(),
        app.issuer(),
        &integrator,
        &app.random_id(),
        Lifetime::starting(app.now(), lifetime),
    )
    .map_err(Problem::unavailable)?;
    Ok(Answer::ok(&json!({
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": lifetime.as_secs(),
        "scope": REDEEM,
    })))
}

/// The assertion of a request, if its grant, authentication and scope are the supported ones.
fn read(form: &BTreeMap<String, String>) -> Result<&str, Problem> {
    let field = |name: &str| form.get(name).map(String::as_str).filter(|value| !value.is_empty());
    match field("grant_type") {
        Some("client_credentials") => {}
        Some(_) => return Err(ProblemType::UnsupportedGrantType.into()),
        None => return Err(ProblemType::TokenRequestInvalid.into()),
    }
    if field("scope").is_some_and(|scope| scope != REDEEM) {
        return Err(ProblemType::InvalidScope.into());
    }
    match (field("client_assertion_type"), field("client_assertion")) {
        (Some(JWT_BEARER), Some(assertion)) => Ok(assertion),
        (None, None) => Err(Problem::new(ProblemType::InvalidClient).because("no assertion")),
        _ => Err(ProblemType::TokenRequestInvalid.into()),
    }
}

/// Adds the members that OAuth clients read (RFC 6749, section 5.2).
fn as_oauth(problem: Problem) -> Problem {
    let error = match problem.kind() {
        ProblemType::InvalidClient => "invalid_client",
        ProblemType::UnsupportedGrantType => "unsupported_grant_type",
        ProblemType::InvalidScope => "invalid_scope",
        ProblemType::ServiceUnavailable => "temporarily_unavailable",
        _ => "invalid_request",
    };
    let description = problem.kind().detail().en;
    problem.with("error", error).with("error_description", description)
}
