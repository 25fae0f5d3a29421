//! verify-document: anyone asks by a printed document's code whether it was issued here. The service tells nothing personal. What
//! the document says is in the code itself, and the page's script shows it where its signature holds.

mod declaration;

use askama::Template;
use http::StatusCode;
use ikd::app::App;
use ikd::domain::Id;
use ikd::domain::document::{DocumentKind, IssuedDocument};
use ikd::domain::moment::Moment;
use ikd::domain::text::{Language, Text};
use ikd::http::parse::{self, Format};
use ikd::http::{Answer, Function, PagePolicy, Problem, ProblemType, Request};
use serde::Serialize;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(verify_document(app, request)));

#[derive(Serialize)]
struct Verified {
    genuine: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<DocumentKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_at: Option<Moment>,
}

/// Programs get JSON; people who scan the code with a phone's camera get a page.
pub async fn verify_document(app: &App, request: &Request) -> Result<Answer, Problem> {
    let ["documents", "verify", id] = parse::segments(request)[..] else { return Err(ProblemType::NotFound.into()) };
    let format = parse::negotiate(request, &[Format::Json, Format::Html])?;
    let id = parse::id(id);
    let document = match &id {
        Some(id) => app.store().issued_document(id, app.now()).await?,
        None => None,
    };
    let answer = match format {
        Format::Html => {
            let language = parse::language_of_page(request, parse::query(request, "lang").as_deref());
            page(app, id.as_ref(), document.as_ref(), language)?
        }
        _ => Answer::ok(&Verified {
            genuine: document.is_some(),
            kind: document.as_ref().map(|document| document.kind),
            issued_at: document.as_ref().map(|document| document.issued_at.into()),
        }),
    };
    Ok(answer.varying_by_accept())
}

const STYLE: &str = include_str!("../templates/page.css");

/// Reads the code's content, verifies it and shows it: clients/paper. Without it the page tells what the service knows.
const SCRIPT: Option<&str> = include!(concat!(env!("OUT_DIR"), "/script.rs"));

#[derive(Template)]
#[template(path = "verified.html")]
struct Page {
    language: Language,
    /// The code's name, as it was issued.
    id: String,
    /// Seconds since 1970, by our clock and not by the phone's.
    now: i64,
    /// Two JWK Sets: what our prints are signed with now, and was signed with before.
    keys: [String; 2],
    /// What was issued, and when.
    issued: Option<(&'static str, String)>,
}

impl Page {
    fn say(&self, id: &'static str, en: &'static str) -> &'static str {
        Text { id, en }.in_language(self.language)
    }
}

fn page(app: &App, id: Option<&Id>, document: Option<&IssuedDocument>, language: Language) -> Result<Answer, Problem> {
    let of = |document: &IssuedDocument| {
        (document.kind.name().in_language(language), app.settings.zone.say_time(document.issued_at, language))
    };
    let keys = [app.verifying_keys().published(), app.retired_keys().published()];
    let [published, retired] = keys.map(|keys| serde_json::to_string(keys).map_err(Problem::unavailable));
    let page = Page {
        language,
        id: id.map(ToString::to_string).unwrap_or_default(),
        now: app.now().as_second(),
        keys: [published?, retired?],
        issued: document.map(of),
    };
    let html = page.render().map_err(Problem::unavailable)?;
    let policy = PagePolicy { style: STYLE, script: SCRIPT, has_pictures: false, has_forms: false };
    Ok(Answer::page(StatusCode::OK, html, &policy))
}
