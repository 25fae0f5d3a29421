//! The rules of the activation: captcha first, then a counted try, then the code.

use ikd::app::{App, Counter};
use ikd::domain::activation_code::ActivationCode;
use ikd::domain::device::Device;
use ikd::domain::pin::Pin;
use ikd::domain::registration::{NotActivatable, Registration};
use ikd::domain::text::Invalid;
use ikd::domain::{Digest, Id};
use ikd::http::{Deadline, Problem, ProblemType, Work};
use ikd::store::Written;
use ikd::store::challenges::{CaptchaTry, Once, Use};
use ikd::store::registrations::CodeTry;
use ikd::tokens::sealed::LinkToken;
use jiff::Timestamp;

use crate::challenges;

/// What the page has to show for a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Form,
    /// The status is active.
    Active,
}

/// How somebody answered the captcha.
pub enum Answered<'a> {
    Picture { captcha: &'a str, answer: &'a str },
    ProofOfWork(&'a str),
}

impl<'a> Answered<'a> {
    /// One of them is enough; a proof of work goes first, since its sender skipped the picture.
    pub fn read(captcha: Option<&'a str>, answer: Option<&'a str>, proof: Option<&'a str>) -> Result<Self, Problem> {
        const UNANSWERED: Invalid =
            Invalid::new("Ketik huruf dan angka pada gambar.", "Type the letters and digits in the picture.");
        const TOO_LONG: Invalid =
            Invalid::new("Isian ini terlalu panjang. Periksa kembali.", "This entry is too long. Please check it.");

        for (pointer, value, most) in
            [("/captcha", captcha, 128), ("/answer", answer, 64), ("/proof_of_work", proof, 4_096)]
        {
            if value.is_some_and(|value| value.chars().count() > most) {
                return Err(Problem::invalid(pointer, TOO_LONG));
            }
        }
        let given = |value: Option<&'a str>| value.map(str::trim).filter(|value| !value.is_empty());
        match (given(captcha), given(answer), given(proof)) {
            (_, _, Some(proof)) => Ok(Self::ProofOfWork(proof)),
            (Some(captcha), Some(answer), None) => Ok(Self::Picture { captcha, answer }),
            _ => Err(Problem::invalid("/answer", UNANSWERED)),
        }
    }

    /// What was sent, to tell it from another answer.
    fn parts(&self) -> [&'a str; 2] {
        match *self {
            Self::Picture { captcha, answer } => [captcha, answer],
            Self::ProofOfWork(proof) => ["", proof],
        }
    }
}

/// Reads the state behind a link, and changes nothing.
pub async fn look(app: &App, token: &str) -> Result<Shown, Problem> {
    let (_, id, generation) = app.seal().open_link(token).ok_or(ProblemType::LinkDead)?;
    let registration = app.store().registration(&id, app.now()).await?.ok_or(ProblemType::LinkDead)?;
    let holder = app.store().holder(&registration.nik).await?;
    let tries = app.settings.rules.activation_tries;
    match registration.activatable(&holder, generation, tries, app.now()) {
        Ok(_) => Ok(Shown::Form),
        Err(NotActivatable::AlreadyActive) => Ok(Shown::Active),
        Err(reason) => Err(dead_end(reason)),
    }
}

/// Activates. A browser may send one form twice, even at the same moment: it uses up one captcha. The same code may also come from
/// two tabs, each with its own captcha. Either way it is one try at the code: it counts once, and gets the same answer.
pub async fn activate(
    app: &App,
    deadline: Deadline,
    token: &str,
    code: &str,
    answered: &Answered<'_>,
) -> Result<(), Problem> {
    let code = ActivationCode::parse(code).map_err(|invalid| Problem::invalid("/code", invalid))?;
    let (link, id, generation) = app.seal().open_link(token).ok_or(ProblemType::LinkDead)?;
    let [first, second] = answered.parts();
    let name = |sent_with: &[&str]| code.name_try(app.activation_codes(), sent_with);
    let (form, guess) = (name(&[link.expose(), first, second]), name(&[link.expose()]));
    let now = app.now();

    let (human, registration) =
        tokio::try_join!(async { Ok::<_, Problem>(spend_captcha(app, &link, answered, &form, now).await) }, async {
            Ok(app.store().registration(&id, app.now()).await?)
        })?;
    let registration = registration.ok_or(ProblemType::LinkDead)?;
    let tries = app.settings.rules.activation_tries;
    let link_digest = link.digest();
    let (holder, human) =
        tokio::try_join!(async { Ok::<_, Problem>(app.store().holder(&registration.nik).await?) }, async {
            Ok(return_picture_try(app, &link_digest, human, now).await)
        })?;
    let approval = match registration.activatable(&holder, generation, tries, now) {
        Ok(approval) => approval,
        Err(NotActivatable::AlreadyActive) => return Ok(()),
        // The same code may have activated it since the registration was read.
        Err(NotActivatable::LinkDead) => return overtaken(app, &registration, generation).await,
        // The last try may have been the same code.
        Err(NotActivatable::TriesUsedUp) => registration.awaiting_code(&holder).ok_or(ProblemType::LinkDead)?,
        Err(reason) => return Err(dead_end(reason)),
    };
    human?;

    deadline.ensure_fits(Work::HashPin)?;
    if app.store().take_code_try(&id, generation, tries, &guess).await? == CodeTry::Refused {
        return overtaken(app, &registration, generation).await;
    }
    let right = approval.activation.code(app.activation_codes(), &id);
    if !code.matches(&right) {
        return Err(ProblemType::CodeWrong.into());
    }
    let pin_hash = app.pins().hash(&Pin::first(&right), app.random()).map_err(Problem::unavailable)?;
    let device = registration.activate(pin_hash, app.now());
    match app.store().activate(&registration, approval, device).await? {
        Written::Done => {
            app.count(Counter::Activation);
            Ok(())
        }
        Written::Overtaken => overtaken(app, &registration, generation).await,
    }
}

/// Another write came first: the registration's present state decides the answer.
async fn overtaken(app: &App, before: &Registration, generation: u32) -> Result<(), Problem> {
    let (registration, holder, device) = tokio::try_join!(
        app.store().registration(&before.id, app.now()),
        app.store().holder(&before.nik),
        app.store().device(&before.device_key)
    )?;
    let registration = registration.ok_or(ProblemType::LinkDead)?;
    let tries = app.settings.rules.activation_tries;
    match registration.activatable(&holder, generation, tries, app.now()) {
        Err(NotActivatable::AlreadyActive) => Ok(()),
        Err(reason) => Err(dead_end(reason)),
        Ok(_) if device.as_ref().is_some_and(Device::is_blocked) => Err(ProblemType::LinkDead.into()),
        Ok(_) if device.is_some_and(|device| device.registration != registration.id) => {
            Err(ProblemType::KeyAlreadyBound.into())
        }
        // What was in the way is gone again.
        Ok(_) => Err(Problem::unavailable("the activation was overtaken")),
    }
}

/// How somebody proved to be a person.
enum Human {
    /// The picture was read; its try is to be given back.
    ReadPicture,
    Worked,
}

/// Uses the captcha up before it checks the answer.
async fn spend_captcha(
    app: &App,
    link: &LinkToken,
    answered: &Answered<'_>,
    attempt: &Id,
    now: Timestamp,
) -> Result<Human, Problem> {
    match answered {
        Answered::Picture { captcha, answer } => {
            let (token, captcha) = app.seal().open_captcha(link, captcha).ok_or(ProblemType::CaptchaWrong)?;
            if captcha.expires_at <= now {
                return Err(ProblemType::CaptchaExpired.into());
            }
            let limit = &app.settings.rules.captcha_limit;
            match app.store().take_captcha_try(&token.digest(), &link.digest(), limit, attempt, now).await? {
                CaptchaTry::Taken if captcha.is_answered_by(answer) => Ok(Human::ReadPicture),
                CaptchaTry::Taken => Err(ProblemType::CaptchaWrong.into()),
                CaptchaTry::UsedBefore => Err(ProblemType::CaptchaExpired.into()),
                CaptchaTry::TooMany(until) => {
                    Err(Problem::new(ProblemType::TooManyCaptchas).retry_after(until.duration_since(now)))
                }
            }
        }
        Answered::ProofOfWork(proof) => {
            let (digest, ends) = challenges::solved(app.seal(), link, proof).ok_or(ProblemType::CaptchaWrong)?;
            if ends <= now {
                return Err(ProblemType::CaptchaExpired.into());
            }
            match app.store().use_once(Once::Captcha, &digest, attempt, ends).await? {
                Use::First => Ok(Human::Worked),
                Use::Again => Err(ProblemType::CaptchaExpired.into()),
            }
        }
    }
}

/// Gives back the try of a correctly read picture, in the window it was taken from; only wrong ones count.
async fn return_picture_try(
    app: &App,
    link: &Digest,
    human: Result<Human, Problem>,
    now: Timestamp,
) -> Result<(), Problem> {
    if let Human::ReadPicture = human? {
        app.store().return_captcha_try(link, &app.settings.rules.captcha_limit, now).await?;
    }
    Ok(())
}

fn dead_end(reason: NotActivatable) -> Problem {
    match reason {
        NotActivatable::CodeExpired => ProblemType::CodeExpired,
        NotActivatable::TriesUsedUp => ProblemType::CodeTriesUsedUp,
        NotActivatable::LinkDead | NotActivatable::AlreadyActive => ProblemType::LinkDead,
    }
    .into()
}
