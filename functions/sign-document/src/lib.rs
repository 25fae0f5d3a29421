//! sign-document (*Tanda Tangan Elektronik*): the holder signs a document's hash, confirmed by PIN and device key.

mod declaration;

use ikd::access::{authenticate, standing};
use ikd::app::App;
use ikd::domain::Id;
use ikd::domain::moment::Moment;
use ikd::domain::pin::Pin;
use ikd::domain::signature::{DocumentHash, Signature};
use ikd::http::{Answer, Deadline, Fields, Function, Problem, ProblemType, Request, parse};
use ikd::store::Written;
use ikd::store::residents::Photo;
use ikd::tokens::document_signature;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(sign_document(app, request)));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignDocument {
    document_hash: String,
    pin: String,
}

#[derive(Serialize)]
struct Signed<'a> {
    id: &'a Id,
    document_hash: &'a DocumentHash,
    signed_at: Moment,
    /// The detached JWS: what goes with the document.
    signature: String,
}

/// Signs once for each request. A wrong PIN counts like one at the login; a repeated request makes another signature.
pub async fn sign_document(app: &App, request: &Request) -> Result<Answer, Problem> {
    let device = authenticate::holder(app, request).await?.device;
    let body: SignDocument = parse::json(request, parse::SMALL_BODY)?;
    let (document_hash, pin) = read(&body)?;

    // Only a caller who knows the PIN learns what the registry says.
    let (verified, resident) = tokio::join!(
        authenticate::spend_pin_try(app, Deadline::of(request), &device.key, Some(&device), &pin),
        async { Ok(app.store().resident(&device.nik, Photo::Without).await?) }
    );
    let verified = verified?;
    let resident = standing::admit_or_return_try(app, &verified, resident).await?;

    // A signature's time is in whole seconds, as in its JWS.
    let now = Timestamp::from_second(app.now().as_second()).map_err(Problem::unavailable)?;
    let signature = Signature {
        id: app.random_id(),
        nik: device.nik.clone(),
        device: device.key.clone(),
        document_hash,
        key_id: app.signing_key().id().to_owned(),
        signed_at: now,
        expires_at: now + app.settings.rules.signatures_kept,
    };
    let jws = document_signature::sign(app.signing_key(), app.issuer(), &resident.name, &signature)
        .map_err(Problem::unavailable)?;
    // Nobody gets a signature that is not on record.
    match app.store().record_signature(&verified, &signature).await? {
        Written::Done => {
            let Signature { id, document_hash, signed_at, .. } = &signature;
            let signed = Signed { id, document_hash, signed_at: (*signed_at).into(), signature: jws };
            Ok(Answer::created(&format!("/signatures/{id}"), &signed))
        }
        Written::Overtaken => Err(ProblemType::Contended.into()),
    }
}

fn read(body: &SignDocument) -> Result<(DocumentHash, Pin), Problem> {
    let mut fields = Fields::default();
    let hash = fields.take("/document_hash", DocumentHash::parse(&body.document_hash));
    let pin = fields.take("/pin", Pin::parse(&body.pin));
    match (hash, pin) {
        (Some(hash), Some(pin)) => Ok((hash, pin)),
        _ => Err(fields.refuse()),
    }
}
