//! activate (*Aktivasi*): the page behind the e-mail's link, where captcha and code make the phone a device.
//!
//! Opening the link changes nothing and uses nothing up: mail scanners open links. The link's token stays out of
//! logs, which hold no query strings, and out of referrers, which the page forbids.

mod activation;
mod captcha;
pub mod challenges;
mod declaration;
mod page;

use std::collections::BTreeMap;

use activation::Answered;
use ikd::app::App;
use ikd::domain::registration::Stage;
use ikd::http::{Answer, Deadline, Function, Problem, ProblemType, Request, parse};
use serde::{Deserialize, Serialize};

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(activate(app, request)));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Activate {
    /// The link's token.
    token: String,
    code: String,
    /// The picture and what it shows …
    #[serde(default)]
    captcha: Option<String>,
    #[serde(default)]
    answer: Option<String>,
    /// … or a solved proof of work.
    #[serde(default)]
    proof_of_work: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskForCaptcha {
    token: String,
}

#[derive(Serialize)]
struct Activated {
    stage: Stage,
}

/// Serves the page to browsers (forms) and the same steps to programs (JSON).
pub async fn activate(app: &App, request: &Request) -> Result<Answer, Problem> {
    let is_form = parse::has_media_type(request, "application/x-www-form-urlencoded");
    match (request.method().as_str(), &parse::segments(request)[..]) {
        ("GET", ["activation"]) => {
            let token = parse::query(request, "token").unwrap_or_default();
            let language = parse::language_of_page(request, parse::query(request, "lang").as_deref());
            page::opened(app, &token, language, activation::look(app, &token).await)
        }
        ("POST", ["activation"]) if is_form => submitted(app, request).await,
        ("POST", ["activation"]) => {
            let body: Activate = parse::json(request, parse::SMALL_BODY)?;
            let answered =
                Answered::read(body.captcha.as_deref(), body.answer.as_deref(), body.proof_of_work.as_deref())?;
            activation::activate(app, Deadline::of(request), &body.token, &body.code, &answered).await?;
            Ok(Answer::ok(&Activated { stage: Stage::Active }))
        }
        ("POST", ["captchas"]) if is_form => {
            let form = parse::form(request, parse::SMALL_BODY)?;
            let (token, language) =
                (field(&form, "token"), parse::language_of_page(request, form.get("lang").map(String::as_str)));
            page::opened(app, token, language, activation::look(app, token).await)
        }
        ("POST", ["captchas"]) => {
            let AskForCaptcha { token } = parse::json(request, parse::SMALL_BODY)?;
            let (link, ..) = app.seal().open_link(&token).ok_or(ProblemType::LinkDead)?;
            Ok(Answer::json(http::StatusCode::CREATED, &captcha::issue(app, &link)?))
        }
        _ => Err(ProblemType::NotFound.into()),
    }
}

/// What the browser sent: *Aktifkan* asks to confirm, *Ya* activates.
async fn submitted(app: &App, request: &Request) -> Result<Answer, Problem> {
    let form = parse::form(request, parse::SMALL_BODY)?;
    let language = parse::language_of_page(request, form.get("lang").map(String::as_str));
    let token = field(&form, "token");
    let outcome = match field(&form, "step") {
        "activate" => {
            match Answered::read(
                Some(field(&form, "captcha")),
                Some(field(&form, "answer")),
                Some(field(&form, "proof_of_work")),
            ) {
                Ok(answered) => {
                    let code = field(&form, "code");
                    activation::activate(app, Deadline::of(request), token, code, &answered).await
                }
                Err(problem) => Err(problem),
            }
        }
        _ => return page::confirm(app, &form, language),
    };
    match outcome {
        Ok(()) => page::activated(token, language),
        // The problem is shown above the form, with a new picture: the one before is used up.
        Err(problem) => {
            let shown = activation::look(app, token).await;
            page::again(app, token, language, &problem, shown)
        }
    }
}

fn field<'a>(form: &'a BTreeMap<String, String>, name: &str) -> &'a str {
    form.get(name).map(String::as_str).unwrap_or_default()
}
