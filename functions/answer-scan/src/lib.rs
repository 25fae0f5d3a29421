//! answer-scan (*Setuju*, *Tolak*): the holder allows what a scan asks for, with the clerk's digits and the PIN, or refuses.

mod declaration;

use ikd::access::authenticate::{self, Holder};
use ikd::access::question;
use ikd::app::App;
use ikd::domain::Id;
use ikd::domain::claims::ClaimSet;
use ikd::domain::pin::Pin;
use ikd::domain::qr_code::QrCode;
use ikd::domain::question::{Digits, Scanned};
use ikd::domain::reading::Withheld;
use ikd::domain::scan::Scan;
use ikd::domain::text::Invalid;
use ikd::http::{Answer, Deadline, Fields, Function, Problem, ProblemType, Request, parse};
use ikd::store::questions::{Allowed, Answered, DigitTry};
use serde::Deserialize;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(answer_scan(app, request)));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    /// The question that is answered: an answer that was under way while the next one came is not taken for it.
    redemption_id: String,
    answer: Choice,
    digits: Option<String>,
    pin: Option<String>,
    /// What the holder leaves in; everything asked for where nothing is said.
    claims: Option<ClaimSet>,
    /// "I do not know this asker."
    #[serde(default)]
    report: bool,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Choice {
    Allow,
    Refuse,
}

/// What confirms an answer that allows.
struct Confirmation {
    digits: Digits,
    pin: Pin,
}

/// Answers once. Who answers again, or too late, learns how the question has ended.
pub async fn answer_scan(app: &App, request: &Request) -> Result<Answer, Problem> {
    let holder = authenticate::holder(app, request).await?;
    let body: Body = parse::json(request, parse::SMALL_BODY)?;
    let confirmation = match body.answer {
        Choice::Allow => Some(read(&body)?),
        Choice::Refuse => None,
    };
    let current = question::current(app, &holder.device).await?.and_then(QrCode::into_scan);
    let scan = current
        .filter(|scan| Some(&scan.redemption().id) == Id::parse(&body.redemption_id).as_ref())
        .ok_or(ProblemType::QuestionUnknown)?;
    let scan = match (question::unless_over(app, scan).await?, confirmation) {
        (Scan::Asked(code), Some(confirmation)) => {
            let claims = chosen(&code, body.claims)?;
            allow(app, Deadline::of(request), &holder, &code, claims, &confirmation).await?
        }
        (Scan::Asked(code), None) => refuse(app, &code, body.report).await?,
        (ended, _) => ended,
    };
    let integrator = app.store().integrator(&scan.redemption().client_id).await?;
    Ok(Answer::ok(&question::view(app, &scan, integrator.as_ref())).hidden_from_screenshots())
}

fn read(body: &Body) -> Result<Confirmation, Problem> {
    let mut fields = Fields::default();
    let digits = fields.take("/digits", Digits::parse(body.digits.as_deref().unwrap_or_default()));
    let pin = fields.take("/pin", Pin::parse(body.pin.as_deref().unwrap_or_default()));
    match (digits, pin) {
        (Some(digits), Some(pin)) => Ok(Confirmation { digits, pin }),
        _ => Err(fields.refuse()),
    }
}

/// The claims that are disclosed: some of those that are asked for, and one at least.
fn chosen(code: &QrCode<Scanned>, claims: Option<ClaimSet>) -> Result<ClaimSet, Problem> {
    const NOT_ASKED: Invalid = Invalid::new(
        "Pilih sedikitnya satu dari data yang diminta.",
        "Choose at least one item, of those that are asked for.",
    );

    let claims = claims.unwrap_or_else(|| code.asked());
    if claims.is_empty() || !claims.is_subset(&code.asked()) {
        return Err(Problem::invalid("/claims", NOT_ASKED));
    }
    Ok(claims)
}

async fn refuse(app: &App, code: &QrCode<Scanned>, report: bool) -> Result<Scan, Problem> {
    let why = if report { Withheld::HolderReported } else { Withheld::HolderDeclined };
    let ended = question::end(app, code, why).await?;
    if report && matches!(&ended, Scan::Refused(code) if code.state.why == why) {
        app.count_report(&code.state.redemption.client_id);
    }
    Ok(ended)
}

/// Digits first, then the PIN: each is counted before it is compared.
async fn allow(
    app: &App,
    deadline: Deadline,
    holder: &Holder,
    code: &QrCode<Scanned>,
    claims: ClaimSet,
    Confirmation { digits, pin }: &Confirmation,
) -> Result<Scan, Problem> {
    let attempt = app.random_id();
    spend_digit_try(app, code, digits, &attempt).await?;
    let device = &holder.device;
    let verified = match authenticate::spend_pin_try(app, deadline, &device.key, Some(device), pin).await {
        Ok(verified) => verified,
        Err(problem) => return Err(without_pin(app, code, &attempt, problem).await),
    };
    // The hash has taken its time.
    let scan = question::unless_over(app, Scan::Asked(Box::new(code.clone()))).await?;
    let Scan::Asked(code) = scan else {
        app.store().forget_wrong_pins(&verified).await?;
        return Ok(scan);
    };
    let ending = code.allowed(claims, app.now());
    match app.store().allow_question(&code, &ending, &verified, &holder.session).await? {
        Allowed::Ended(Answered::Done) => Ok(Scan::Redeemed(Box::new(code.into_redeemed(ending)))),
        Allowed::Ended(Answered::Before(scan)) => {
            app.store().forget_wrong_pins(&verified).await?;
            // A question that has not ended is of a code that was replaced meanwhile.
            let ended = scan.filter(|scan| !matches!(scan, Scan::Asked(_)));
            ended.ok_or(ProblemType::QuestionUnknown.into())
        }
        Allowed::DeviceChanged => Err(ProblemType::SessionEnded.into()),
    }
}

/// The last wrong pair ends the question: nobody at this counter can say the digits.
async fn spend_digit_try(app: &App, code: &QrCode<Scanned>, digits: &Digits, attempt: &Id) -> Result<(), Problem> {
    let taken = code.state.digit_tries.count;
    // The last pair was right, and its PIN is being checked by another request.
    let left = app.settings.rules.max_digit_tries.checked_sub(taken + 1).ok_or(ProblemType::Contended)?;
    match app.store().take_digit_try(code, attempt).await? {
        DigitTry::Taken if digits.matches(&code.state.redemption.digits()) => Ok(()),
        DigitTry::Taken => {
            if left == 0 {
                question::end(app, code, Withheld::DigitsWrong).await?;
            }
            Err(Problem::new(ProblemType::DigitsWrong).with("tries_left", left))
        }
        DigitTry::Overtaken => Err(ProblemType::Contended.into()),
    }
}

/// Without the right PIN: right digits may be typed again. A PIN that is locked now ends the question, since nobody can
/// answer it any more.
async fn without_pin(app: &App, code: &QrCode<Scanned>, attempt: &Id, problem: Problem) -> Problem {
    let left = match problem.kind() {
        ProblemType::PinLocked | ProblemType::PinLockedByOffice => {
            question::end(app, code, Withheld::HolderDidNotAnswer).await.map(drop)
        }
        _ => app.store().return_digit_try(code, attempt).await.map_err(Problem::from),
    };
    left.err().unwrap_or(problem)
}
