//! How officers sign in at the console: what its page has to know of their issuer (OpenID Connect Core 1.0, with PKCE).

use std::iter;

use url::Url;

/// Where the console's page sends officers to sign in, and as what.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Exactly as tokens name it.
    pub issuer: String,
    /// The name of the console at the issuer. It has no secret.
    pub client_id: String,
    pub scope: String,
    /// What the tokens are for, if the issuer asks for it (RFC 8707).
    pub resource: Option<String>,
    /// Whom the page may ask: the issuer, and its sign-in pages if they have another origin.
    pub origins: Vec<String>,
}

impl SignIn {
    /// The origins of the issuer's address and of its sign-in pages, each once.
    pub fn origins(issuer: &Url, pages: Option<&Url>) -> Vec<String> {
        let issuer = issuer.origin();
        let pages = pages.map(Url::origin).filter(|pages| *pages != issuer);
        iter::once(issuer).chain(pages).map(|origin| origin.ascii_serialization()).collect()
    }
}

/// Whether a text is a list of scopes (RFC 6749, section 3.3).
pub fn is_scope(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    text.split(' ').all(|scope| !scope.is_empty() && scope.bytes().all(is_allowed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_origin_is_named_once_and_without_a_path() {
        let url = |text| Url::parse(text).unwrap();
        let issuer = url("https://cognito-idp.ap-southeast-3.amazonaws.com/ap-southeast-3_Pool");
        let pages = url("https://ikd-madiun.auth.ap-southeast-3.amazoncognito.com");
        assert_eq!(
            SignIn::origins(&issuer, Some(&pages)),
            [
                "https://cognito-idp.ap-southeast-3.amazonaws.com",
                "https://ikd-madiun.auth.ap-southeast-3.amazoncognito.com"
            ]
        );
        let realm = url("https://sso.example.go.id:8443/realms/dukcapil");
        for pages in [None, Some(url("https://sso.example.go.id:8443/"))] {
            assert_eq!(SignIn::origins(&realm, pages.as_ref()), ["https://sso.example.go.id:8443"]);
        }
    }

    #[test]
    fn scopes_have_one_space_between_them_and_no_quotes() {
        for scope in ["openid", "openid profile", "api://ikd/officer.write"] {
            assert!(is_scope(scope), "{scope}");
        }
        for other in ["", "openid  profile", " openid", "openid\tprofile", "\"openid\"", "petugas’"] {
            assert!(!is_scope(other), "{other}");
        }
    }
}
