//! The routes of a step: method, path, who may call, and how many requests a second are let through.

/// One route of the API.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    pub method: Method,
    /// With its parameters in braces, as `/registrations/{id}`. A last one with a plus, as `/app/{path+}`, takes the whole
    /// rest of a path, as API Gateway writes it.
    pub path: &'static str,
    /// The name of the operation in the API's description: the step's, with a suffix where it has several.
    pub operation: &'static str,
    /// Who may call it. Several are alternatives.
    pub callers: &'static [Caller],
    /// What the caller shows beside that.
    pub confirmed_by: Option<Confirmation>,
    pub limit: Limit,
    /// Whether it reads a JSON body.
    pub reads_json: bool,
}

impl Route {
    pub const fn get(path: &'static str, operation: &'static str, callers: &'static [Caller]) -> Self {
        Self::new(Method::Get, path, operation, callers)
    }

    /// What a GET would answer, without its body. API Gateway routes it by itself.
    pub const fn head(path: &'static str, operation: &'static str, callers: &'static [Caller]) -> Self {
        Self::new(Method::Head, path, operation, callers)
    }

    /// A POST that reads JSON.
    pub const fn post(path: &'static str, operation: &'static str, callers: &'static [Caller]) -> Self {
        Self { reads_json: true, ..Self::new(Method::Post, path, operation, callers) }
    }

    /// A PUT that reads JSON.
    pub const fn put(path: &'static str, operation: &'static str, callers: &'static [Caller]) -> Self {
        Self { reads_json: true, ..Self::new(Method::Put, path, operation, callers) }
    }

    /// A DELETE without a body.
    pub const fn delete(path: &'static str, operation: &'static str, callers: &'static [Caller]) -> Self {
        Self::new(Method::Delete, path, operation, callers)
    }

    const fn new(method: Method, path: &'static str, operation: &'static str, callers: &'static [Caller]) -> Self {
        Self { method, path, operation, callers, confirmed_by: None, limit: Limit::Other, reads_json: false }
    }

    #[must_use]
    pub const fn confirmed_by(self, confirmation: Confirmation) -> Self {
        Self { confirmed_by: Some(confirmation), ..self }
    }

    #[must_use]
    pub const fn limited_to(self, limit: Limit) -> Self {
        Self { limit, ..self }
    }

    #[must_use]
    pub const fn reading_json(self, reads_json: bool) -> Self {
        Self { reads_json, ..self }
    }

    /// Whether only officers may call this route, so that API Gateway can check their tokens first.
    pub fn is_for_officers_alone(&self) -> bool {
        self.callers == [Caller::Officer]
    }

    /// Whether a request's path is one of this route.
    pub fn matches(&self, path: &str) -> bool {
        let mut parts = path.split('/');
        let is_given = |given: Option<&str>| given.is_some_and(|given| !given.is_empty());
        for part in self.path.split('/') {
            if part.ends_with("+}") {
                return is_given(parts.next());
            }
            let given = parts.next();
            if given != Some(part) && !(part.starts_with('{') && is_given(given)) {
                return false;
            }
        }
        parts.next().is_none()
    }

    /// The path as `cargo lambda watch` writes it: `/app/{*path}`.
    pub fn path_of_watch(&self) -> String {
        self.path
            .strip_suffix("+}")
            .and_then(|path| path.rsplit_once('{'))
            .map_or_else(|| self.path.to_owned(), |(before, name)| format!("{before}{{*{name}}}"))
    }

    /// The path as OpenAPI writes it, which has no parameter for the rest of a path: `/app/{path}`.
    pub fn path_of_description(&self) -> String {
        self.path.replace("+}", "}")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Delete,
}

impl Method {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// Who calls a route, and how they prove it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A phone that is no device yet, by a DPoP proof of its new key.
    NewPhone,
    /// A phone that registered, by a DPoP proof of that key.
    Phone,
    /// A holder in any session, by access token and DPoP proof.
    AnySession,
    /// A holder in a full session, by access token and DPoP proof.
    Holder,
    /// An officer, by an access token of the officers' issuer.
    Officer,
    /// An integrator, by an access token of ours with the scope `redeem`.
    Integrator,
    /// An integrator that asks for a token, by `private_key_jwt`.
    Client,
    /// A person who opens the link of an activation e-mail.
    LinkHolder,
    Anyone,
}

/// What a caller shows besides their identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    Pin,
    OldPin,
    CaptchaAndCode,
}

/// How many requests a second a route takes, of all its callers together: see [`Limit::rate`]. Routes of one kind have the same
/// numbers, and each counts for itself, so that a flood on one route closes no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// What is costly or helps guessing, and what a resident does once.
    Enrol,
    /// What hashes a PIN.
    Pin,
    /// What people wait for at counters.
    Redeem,
    /// What phone and counter ask, again and again, while a code is shown and its holder is asked.
    Ask,
    /// What a counter scans.
    Mint,
    /// What integrators need before they can redeem.
    Token,
    /// What blocks a phone that is in a thief's hands.
    Block,
    /// What an officer does for a resident at the counter.
    Office,
    /// The files of the pages, of which an app's first start takes several.
    Pages,
    Other,
}

/// How many callers the limits are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    City,
    Nation,
}

impl Scale {
    pub const ALL: [Self; 2] = [Self::City, Self::Nation];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::Nation => "nation",
        }
    }
}

/// Requests a second, and how many may come at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub per_second: u16,
    pub burst: u16,
}

impl Limit {
    pub const ALL: [Self; 10] = [
        Self::Enrol,
        Self::Pin,
        Self::Redeem,
        Self::Ask,
        Self::Mint,
        Self::Token,
        Self::Block,
        Self::Office,
        Self::Pages,
        Self::Other,
    ];

    /// Tight limits slow down guessing and protect what is costly (selfies, PIN hashes, captchas, exports). Counters
    /// where people wait must never reach one. A burst may be twice the rate.
    pub const fn rate(self, scale: Scale) -> Rate {
        let per_second = match (self, scale) {
            (Self::Enrol, Scale::City) => 10,
            (Self::Enrol, Scale::Nation) => 50,
            (Self::Pin, Scale::City) => 20,
            (Self::Redeem, Scale::City) => 500,
            (Self::Redeem, Scale::Nation) => 4000,
            (Self::Ask, Scale::City) => 1000,
            (Self::Ask, Scale::Nation) => 10_000,
            (Self::Pages, Scale::City) => 300,
            (Self::Pages, Scale::Nation) => 3000,
            (Self::Mint | Self::Token | Self::Block | Self::Office | Self::Other, Scale::City) => 100,
            (Self::Pin | Self::Mint | Self::Token | Self::Block | Self::Office | Self::Other, Scale::Nation) => 2000,
        };
        Rate { per_second, burst: 2 * per_second }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enrol => "Enrol",
            Self::Pin => "Pin",
            Self::Redeem => "Redeem",
            Self::Ask => "Ask",
            Self::Mint => "Mint",
            Self::Token => "Token",
            Self::Block => "Block",
            Self::Office => "Office",
            Self::Pages => "Pages",
            Self::Other => "Other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_matches_part_by_part_and_parameters_are_not_empty() {
        let route = Route::get("/registrations/{id}/activation-emails", "resend", &[Caller::Phone]);
        assert!(route.matches("/registrations/ABC/activation-emails"));
        for other in ["/registrations/ABC", "/registrations//activation-emails", "/registrations/A/activation-emails/x"]
        {
            assert!(!route.matches(other), "{other}");
        }
    }

    #[test]
    fn a_parameter_with_a_plus_takes_the_rest_of_a_path_and_each_tool_writes_it_its_own_way() {
        let route = Route::get("/app/{path+}", "serve-pages-file", &[Caller::Anyone]);
        for path in ["/app/index.html", "/app/assets/index.js", "/app/a/b/c"] {
            assert!(route.matches(path), "{path}");
        }
        for other in ["/app", "/app/", "/apple/x", "/app//x"] {
            assert!(!route.matches(other), "{other}");
        }
        assert_eq!(
            (route.path_of_watch().as_str(), route.path_of_description().as_str()),
            ("/app/{*path}", "/app/{path}")
        );
        let plain = Route::get("/registrations/{id}", "check-status", &[Caller::Phone]);
        assert_eq!((plain.path_of_watch().as_str(), plain.path_of_description().as_str()), (plain.path, plain.path));
    }
}
