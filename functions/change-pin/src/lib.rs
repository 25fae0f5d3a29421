//! change-pin (*Ubah PIN*): old PIN, new PIN twice; the first PIN, the activation code, must go this way at once.

mod declaration;

use ikd::access::authenticate;
use ikd::app::App;
use ikd::domain::nik::BirthDigits;
use ikd::domain::pin::Pin;
use ikd::domain::resident::Resident;
use ikd::domain::text::Invalid;
use ikd::http::{Answer, Deadline, Fields, Function, Problem, ProblemType, Request, parse};
use ikd::store::residents::Photo;
use ikd::store::{StoreError, Written};
use serde::Deserialize;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(change_pin(app, request)));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangePin {
    old_pin: String,
    new_pin: String,
    new_pin_repeated: String,
}

struct Pins {
    old: Pin,
    new: Pin,
}

/// Changes the PIN and ends the session: the next login shows that the holder knows the new one.
pub async fn change_pin(app: &App, request: &Request) -> Result<Answer, Problem> {
    let holder = authenticate::session(app, request).await?;
    let body: ChangePin = parse::json(request, parse::SMALL_BODY)?;
    let Pins { old, new } = read(&body)?;
    new.ensure_strong(&holder.device.nik).map_err(|invalid| Problem::invalid("/new_pin", invalid))?;

    // The registry is asked while the PIN is checked. Only a caller who knows the PIN learns what it says.
    let (verified, resident) = tokio::join!(
        authenticate::spend_pin_try(app, Deadline::of(request), &holder.device.key, Some(&holder.device), &old),
        app.store().resident(&holder.device.nik, Photo::Without)
    );
    let verified = verified?;
    if let Err(problem) = refuse_birthday(&new, resident) {
        app.store().forget_wrong_pins(&verified).await?;
        return Err(problem);
    }
    let hash = app.pins().hash(&new, app.random()).map_err(Problem::unavailable)?;
    match app.store().change_pin(&holder.device, &hash).await? {
        Written::Done => Ok(Answer::no_content()),
        Written::Overtaken => Err(ProblemType::Contended.into()),
    }
}

/// Refuses the registry's date of birth, which a court may have corrected since the NIK was issued. A row that is missing has
/// none.
fn refuse_birthday(new: &Pin, resident: Result<Option<Resident>, StoreError>) -> Result<(), Problem> {
    let Some(resident) = resident? else { return Ok(()) };
    new.ensure_no_birthday(BirthDigits::of(resident.birthdate)).map_err(|invalid| Problem::invalid("/new_pin", invalid))
}

fn read(body: &ChangePin) -> Result<Pins, Problem> {
    const NOT_REPEATED: Invalid = Invalid::new(
        "Kedua PIN baru tidak sama. Ketik ulang keduanya.",
        "The two new PINs do not match. Type both again.",
    );
    const UNCHANGED: Invalid =
        Invalid::new("PIN baru harus berbeda dari PIN lama.", "The new PIN must differ from the old one.");

    let mut fields = Fields::default();
    let old = fields.take("/old_pin", Pin::parse(&body.old_pin));
    let new = fields.take("/new_pin", Pin::parse(&body.new_pin));
    // What is not a PIN is refused above; whether it is repeated is a matter of PINs, not of the spaces around them.
    let is = |pin: Option<&Pin>, text: &str| {
        pin.is_some_and(|pin| Pin::parse(text).is_ok_and(|other| other.expose() == pin.expose()))
    };
    let is_repeated = is(new.as_ref(), &body.new_pin_repeated) || body.new_pin == body.new_pin_repeated;
    fields.take("/new_pin_repeated", if is_repeated { Ok(()) } else { Err(NOT_REPEATED) });
    fields.take("/new_pin", if is(new.as_ref(), &body.old_pin) { Err(UNCHANGED) } else { Ok(()) });
    match (old, new) {
        (Some(old), Some(new)) if fields.is_empty() => Ok(Pins { old, new }),
        _ => Err(fields.refuse()),
    }
}
