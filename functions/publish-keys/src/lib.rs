//! publish-keys: the public keys that integrators verify with, and the metadata that guides them.

mod declaration;

use ikd::app::App;
use ikd::http::{Answer, Function, Problem, ProblemType, Request, parse};
use ikd::tokens::access_token::REDEEM;
use serde_json::json;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(async { publish_keys(app, request) }));

/// Serves the JWK Sets (RFC 7517) and the authorization server's metadata (RFC 8414). All may be cached: rotation
/// publishes a key well before it signs.
pub fn publish_keys(app: &App, request: &Request) -> Result<Answer, Problem> {
    let answer = match parse::segments(request)[..] {
        [".well-known", "jwks.json"] => Answer::ok(app.verifying_keys().published()),
        // A set of its own: nothing but signatures under documents may be verified with these.
        [".well-known", "retired-keys.json"] => Answer::ok(app.retired_keys().published()),
        [".well-known", "oauth-authorization-server"] => {
            let issuer = app.issuer();
            Answer::ok(&json!({
                "issuer": issuer,
                "token_endpoint": format!("{issuer}/oauth2/token"),
                "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
                "scopes_supported": [REDEEM],
                "response_types_supported": [],
                "grant_types_supported": ["client_credentials"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
                "dpop_signing_alg_values_supported": ["ES256"],
            }))
        }
        _ => return Err(ProblemType::NotFound.into()),
    };
    Ok(answer.cacheable_for_minutes(5))
}
