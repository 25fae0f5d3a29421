//! The pages: what each may load and do in a browser, and what it learns of its deployment.

use http::{HeaderName, HeaderValue, header};
use ikd::app::Settings;
use ikd::domain::sign_in::SignIn;
use ikd::http::{Answer, Problem};
use serde_json::{Value, json};

/// A page with its files.
#[derive(Clone, Copy)]
pub enum Page<'a> {
    /// The resident's app.
    App,
    /// The officers' console.
    Office(&'a SignIn),
}

/// The camera is for the selfie, and for tickets that no scanner reads; a page of ours uses nothing else of these.
const PERMISSIONS: &str = "camera=(self), screen-wake-lock=(self), microphone=(), geolocation=(), payment=(), usb=(), \
    bluetooth=(), serial=(), hid=(), midi=(), display-capture=()";

impl<'a> Page<'a> {
    /// The page that a path belongs to. Where nobody can sign in, there is no console.
    pub fn of(path: &str, sign_in: Option<&'a SignIn>) -> Option<Self> {
        match path.split('/').nth(1)? {
            "app" => Some(Self::App),
            "office" => sign_in.map(Self::Office),
            _ => None,
        }
    }

    /// Whether a path is that of what the page must know before anybody logs in.
    pub fn is_configuration(self, path: &str) -> bool {
        match self {
            Self::App => path == "/app/configuration.json",
            Self::Office(_) => path == "/office/configuration.json",
        }
    }

    /// Where the service is reached, whom residents contact, and which time the office keeps; for the console, how officers sign in.
    pub fn configuration(self, settings: &Settings) -> Value {
        let office = &settings.office;
        let mut said = json!({
            "public_url": settings.public_url.as_str(),
            "zone": settings.zone.name(),
            "office": { "name": office.name, "phone": office.phone },
        });
        if let Self::Office(SignIn { issuer, client_id, scope, resource, .. }) = self {
            said["sign_in"] = json!({ "issuer": issuer, "client_id": client_id, "scope": scope });
            if let Some(resource) = resource {
                said["sign_in"]["resource"] = json!(resource);
            }
        }
        said
    }

    /// With the headers that keep others out of a page.
    pub fn guard(self, answer: Answer) -> Result<Answer, Problem> {
        let policy = HeaderValue::try_from(self.policy()).map_err(Problem::unavailable)?;
        let headers = [
            (HeaderName::from_static("permissions-policy"), PERMISSIONS),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
            (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        ];
        let answer = answer.with_header(header::CONTENT_SECURITY_POLICY, policy);
        Ok(headers
            .into_iter()
            .fold(answer, |answer, (name, value)| answer.with_header(name, HeaderValue::from_static(value))))
    }

    /// What the page may load and do: its own files and this API, and pictures that it made itself. Text becomes HTML or a script's
    /// address only by the policies named here: Svelte's, and in the app the one that starts the service worker. The console also
    /// asks the officers' issuer, and compiles the decoder of what a camera sees.
    fn policy(self) -> String {
        let (compiles, asks, types) = match self {
            Self::App => ("", String::new(), " ikd"),
            Self::Office(sign_in) => (" 'wasm-unsafe-eval'", format!(" {}", sign_in.origins.join(" ")), ""),
        };
        format!(
            "default-src 'none'; script-src 'self'{compiles}; style-src 'self'; img-src 'self' blob: data:; \
             connect-src 'self'{asks}; manifest-src 'self'; worker-src 'self'; form-action 'none'; base-uri 'none'; \
             frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html{types}"
        )
    }
}
