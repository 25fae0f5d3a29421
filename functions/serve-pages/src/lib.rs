//! serve-pages: the pages that people touch, from files that were built and compressed beforehand and are part of this
//! program. One address serves them and the API. The console asks one more, the officers' issuer; no other is ever allowed anything.

mod declaration;
mod encoding;
mod files;
mod page;

use http::{HeaderName, HeaderValue, Method, header};
use ikd::app::App;
use ikd::http::{Answer, Function, Problem, ProblemType, Request, parse};

use encoding::Encoding;
use files::File;
use page::Page;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(async { serve_pages(app, request) }));

pub fn serve_pages(app: &App, request: &Request) -> Result<Answer, Problem> {
    let path = request.uri().path();
    let page = Page::of(path, app.settings.sign_in.as_ref()).ok_or(ProblemType::NotFound)?;
    let answer = if page.is_configuration(path) {
        let said = page.configuration(&app.settings);
        Answer::ok(&said).with_header(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))
    } else {
        answer(files::find(path).ok_or(ProblemType::NotFound)?, request)
    };
    let answer = page.guard(answer)?;
    Ok(if request.method() == Method::HEAD { answer.without_body() } else { answer })
}

/// A file in the encoding that the browser prefers, or the news that it has this very version.
fn answer(file: &'static File, request: &Request) -> Answer {
    let accepted = parse::single_header(request, header::ACCEPT_ENCODING.as_str());
    let (encoding, bytes) = file.in_encoding(|offered| encoding::preferred(accepted, offered));
    let tag = file.tag(encoding);
    let known = parse::single_header(request, header::IF_NONE_MATCH.as_str()).unwrap_or_default();
    let answer = if is_among(&tag, known) {
        Answer::not_modified()
    } else {
        let answer = Answer::asset(file.media_type, bytes.to_vec());
        match encoding {
            Encoding::Identity => answer,
            encoding => answer.with_header(header::CONTENT_ENCODING, HeaderValue::from_static(encoding.name())),
        }
    };
    let answer = match HeaderValue::from_str(&tag) {
        Ok(tag) => answer.with_header(header::ETAG, tag),
        Err(_) => answer,
    };
    let answer = if file.is_worker() {
        // The worker's file is below the address of the page that it works for.
        answer.with_header(HeaderName::from_static("service-worker-allowed"), HeaderValue::from_static("/app"))
    } else {
        answer
    };
    answer
        .with_header(header::CACHE_CONTROL, HeaderValue::from_static(file.kept()))
        .with_header(header::VARY, HeaderValue::from_static("Accept-Encoding"))
}

/// Whether a tag is among those that the caller names, compared weakly (RFC 9110, section 13.1.2).
fn is_among(tag: &str, known: &str) -> bool {
    known.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}
