//! verify-document: anyone asks by a printed document's code whether it was issued here; nothing personal is shown.

mod declaration;

use askama::Template;
use http::StatusCode;
use ikd::app::App;
use ikd::domain::document::{DocumentKind, IssuedDocument};
use ikd::domain::local_time::Zone;
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
    let document = match parse::id(id) {
        Some(id) => app.store().issued_document(&id, app.now()).await?,
        None => None,
    };
    let answer = match format {
        Format::Html => {
            let language = parse::language_of_page(request, parse::query(request, "lang").as_deref());
            page(document.as_ref(), app.settings.zone, language)?
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

#[derive(Template)]
#[template(path = "verified.html")]
struct Page {
    language: Language,
    /// What was issued, and when.
    issued: Option<(&'static str, String)>,
}

impl Page {
    fn say(&self, id: &'static str, en: &'static str) -> &'static str {
        Text { id, en }.in_language(self.language)
    }
}

fn page(document: Option<&IssuedDocument>, zone: Zone, language: Language) -> Result<Answer, Problem> {
    let of = |document: &IssuedDocument| {
        (document.kind.name().in_language(language), zone.say_time(document.issued_at, language))
    };
    let issued = document.map(of);
    let html = Page { language, issued }.render().map_err(Problem::unavailable)?;
    let policy = PagePolicy { style: STYLE, script: None, has_pictures: false, has_forms: false };
    Ok(Answer::page(StatusCode::OK, html, &policy))
}
