//! The activation page: self-contained, strict in what it may load, usable by keyboard and without JavaScript.

use std::collections::BTreeMap;

use askama::Template;
use http::StatusCode;
use ikd::app::App;
use ikd::domain::text::{Language, Text};
use ikd::http::{Answer, PagePolicy, Problem, ProblemType};

use crate::activation::Shown;
use crate::captcha::{self, IssuedCaptcha};
use crate::field;

/// The style and the script that every page carries, and that its policy names by their hashes.
const STYLE: &str = include_str!("../templates/page.css");
const SCRIPT: &str = include_str!("../templates/proof_of_work.js");

#[derive(Template)]
#[template(path = "form.html")]
struct Form<'a> {
    words: Words,
    token: &'a str,
    problem: Option<String>,
    captcha: &'a IssuedCaptcha,
    proof_of_work: String,
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct Confirm<'a> {
    words: Words,
    token: &'a str,
    code: &'a str,
    captcha: &'a str,
    answer: &'a str,
    proof_of_work: &'a str,
}

#[derive(Template)]
#[template(path = "activated.html")]
struct Activated<'a> {
    words: Words,
    token: &'a str,
}

#[derive(Template)]
#[template(path = "active.html")]
struct Active<'a> {
    words: Words,
    token: &'a str,
}

#[derive(Template)]
#[template(path = "dead_end.html")]
struct DeadEnd<'a> {
    words: Words,
    token: &'a str,
    problem: String,
}

/// What a link shows when it is opened, or when another picture is asked for.
pub fn opened(app: &App, token: &str, language: Language, shown: Result<Shown, Problem>) -> Result<Answer, Problem> {
    match shown {
        Ok(Shown::Active) => show(StatusCode::OK, &Active { words: Words(language), token }),
        Ok(Shown::Form) => form(app, token, language, StatusCode::OK, None),
        Err(problem) => dead_end(token, language, &problem),
    }
}

/// The form once more, with the problem above it, or the page of an active or a dead link.
pub fn again(
    app: &App,
    token: &str,
    language: Language,
    problem: &Problem,
    shown: Result<Shown, Problem>,
) -> Result<Answer, Problem> {
    match shown {
        Ok(Shown::Active) => show(StatusCode::OK, &Active { words: Words(language), token }),
        Ok(Shown::Form) => {
            let page = form(app, token, language, problem.kind().status(), Some(problem.explain(language)))?;
            Ok(problem.with_retry_after(page))
        }
        Err(end) => dead_end(token, language, &end),
    }
}

/// *Aktifkan* was pressed: asks for *Ya*. Nothing is checked or used up yet.
pub fn confirm(app: &App, sent: &BTreeMap<String, String>, language: Language) -> Result<Answer, Problem> {
    let token = field(sent, "token");
    if app.seal().open_link(token).is_none() {
        return dead_end(token, language, &ProblemType::LinkDead.into());
    }
    show(
        StatusCode::OK,
        &Confirm {
            words: Words(language),
            token,
            code: field(sent, "code"),
            captcha: field(sent, "captcha"),
            answer: field(sent, "answer"),
            proof_of_work: field(sent, "proof_of_work"),
        },
    )
}

/// It is done: *Tutup* leads to the status.
pub fn activated(token: &str, language: Language) -> Result<Answer, Problem> {
    show(StatusCode::OK, &Activated { words: Words(language), token })
}

fn form(
    app: &App,
    token: &str,
    language: Language,
    status: StatusCode,
    problem: Option<String>,
) -> Result<Answer, Problem> {
    let Some((link, ..)) = app.seal().open_link(token) else {
        return dead_end(token, language, &ProblemType::LinkDead.into());
    };
    let captcha = captcha::issue(app, &link)?;
    let proof_of_work = serde_json::to_string(&captcha.proof_of_work).map_err(Problem::unavailable)?;
    show(status, &Form { words: Words(language), token, problem, captcha: &captcha, proof_of_work })
}

fn dead_end(token: &str, language: Language, problem: &Problem) -> Result<Answer, Problem> {
    let shown = DeadEnd { words: Words(language), token, problem: problem.explain(language) };
    let page = show(problem.kind().status(), &shown)?;
    Ok(problem.with_retry_after(page))
}

/// The page with its policy: our one style, our one script, pictures from the page itself, forms to ourselves.
fn show<T: Template>(status: StatusCode, template: &T) -> Result<Answer, Problem> {
    let policy = PagePolicy { style: STYLE, script: Some(SCRIPT), has_pictures: true, has_forms: true };
    Ok(Answer::page(status, template.render().map_err(Problem::unavailable)?, &policy))
}

/// The page's words in the reader's language.
struct Words(Language);

impl Words {
    fn lang(&self) -> &'static str {
        self.0.tag()
    }

    fn say(&self, id: &'static str, en: &'static str) -> &'static str {
        Text { id, en }.in_language(self.0)
    }

    fn other(&self) -> Language {
        self.0.other()
    }
}
