//! What publish-keys declares about itself.

use declaration::{Caller, Declaration, Need, Route, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "publish-keys",
    summary: "Publishes the public keys and the metadata of the issuer. It uses no table.",
    trigger: Trigger::Http(&[
        Route::get("/.well-known/jwks.json", "publish-keys-jwks", &[Caller::Anyone]),
        Route::get("/.well-known/retired-keys.json", "publish-keys-retired", &[Caller::Anyone]),
        Route::get("/.well-known/oauth-authorization-server", "publish-keys-metadata", &[Caller::Anyone]),
    ]),
    needs: &[Need::VerifyingKeys, Need::RetiredKeys],
    ..Declaration::HTTP
};
