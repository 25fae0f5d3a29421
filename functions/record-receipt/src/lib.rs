//! record-receipt: turns the stream of QR codes into receipts, one for each answer to a winner, however often a batch comes. An
//! integrator that wants to know that a question has ended gets its notice put down here.

mod declaration;

use ikd::app::App;
use ikd::domain::Digest;
use ikd::domain::integrator::Integrator;
use ikd::domain::nik::Nik;
use ikd::domain::notice::Notice;
use ikd::domain::qr_code::{QrCode, Redemption};
use ikd::domain::reading::{Reading, Withheld};
use ikd::domain::receipt::Receipt;
use ikd::domain::scan::{FirstAnswer, Scan};
use ikd::store::{StoreError, Written};
use ikd::streams::{EventRecord, Function, NotDone};
use serde_dynamo::Item;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, record| Box::pin(record_receipt(app, record)));

/// How often a chain that grew in the meantime is read again.
const TURNS: u32 = 5;

/// Adds the receipts of a scanned code to its holder's chain, unless they are there, or the holder's data were erased. A holder
/// who was asked gets one when the question has ended.
async fn record_receipt(app: &App, record: EventRecord) -> Result<(), NotDone> {
    if record.event_name == "REMOVE" {
        return record_silence(app, record.change.old_image).await;
    }
    let qr: QrCode = serde_dynamo::from_item(record.change.new_image).map_err(StoreError::from)?;
    let (nik, token_hash) = (qr.nik.clone(), qr.token_hash.clone());
    let Some(scan) = qr.into_scan() else { return Ok(()) };
    let Some(first) = scan.first_answer() else { return Ok(()) };
    let before: Option<QrCode> = serde_dynamo::from_item(record.change.old_image).ok();
    let before = before.and_then(QrCode::into_scan);
    if before.as_ref().is_some_and(|before| before.answers() == scan.answers()) {
        return Ok(());
    }
    let redemption = scan.redemption();
    let integrator = app.store().integrator(&redemption.client_id).await?;
    let of = Of { nik: &nik, token_hash: &token_hash, redemption, integrator: integrator.as_ref() };
    add_receipt(app, &of, Answer::First(&first)).await?;
    if let Some(reading) = scan.last_reading() {
        add_receipt(app, &of, Answer::AskedForAgain(reading)).await?;
    }
    if let (Some(Scan::Asked(_)), Some(ending)) = (&before, scan.ending())
        && integrator.as_ref().is_some_and(|integrator| integrator.callback.is_some())
    {
        // Last, since what is repeated when a receipt fails would put down what was sent and forgotten meanwhile.
        let notice = Notice::of(&redemption.client_id, &token_hash, ending.at, app.now());
        app.store().put_notice(&notice).await?;
    }
    Ok(())
}

/// Adds the receipt of a question that nobody answered, when its code is deleted and neither phone nor counter has noticed that
/// the time was over.
async fn record_silence(app: &App, deleted: Item) -> Result<(), NotDone> {
    let qr: QrCode = serde_dynamo::from_item(deleted).map_err(StoreError::from)?;
    let Some(Scan::Asked(code)) = qr.into_scan() else { return Ok(()) };
    let over = code.answer_until(app.settings.rules.time_to_answer);
    let silence = FirstAnswer { reading: code.refused(Withheld::HolderDidNotAnswer, over), is_presumed: false };
    let redemption = &code.state.redemption;
    let integrator = app.store().integrator(&redemption.client_id).await?;
    let of = Of { nik: &code.nik, token_hash: &code.token_hash, redemption, integrator: integrator.as_ref() };
    add_receipt(app, &of, Answer::First(&silence)).await
}

/// What receipts are of.
struct Of<'a> {
    nik: &'a Nik,
    token_hash: &'a Digest,
    redemption: &'a Redemption,
    integrator: Option<&'a Integrator>,
}

/// Which answer to the winner gets its receipt.
#[derive(Clone, Copy)]
enum Answer<'a> {
    /// As the stream's record has it. Another one may have been recorded since then.
    First(&'a FirstAnswer),
    AskedForAgain(&'a Reading),
}

/// Adds the receipt of one answer, once. Where its receipt presumed something else than was recorded later, the right one
/// follows.
async fn add_receipt(app: &App, of: &Of<'_>, answer: Answer<'_>) -> Result<(), NotDone> {
    let Of { nik, token_hash, redemption, integrator } = *of;
    let reading_id = match answer {
        Answer::First(_) => &redemption.request,
        Answer::AskedForAgain(reading) => &reading.id,
    };
    for _ in 0..TURNS {
        let (holder, head, before, present) = tokio::try_join!(
            app.store().holder(nik),
            app.store().chain_end(nik),
            app.store().given_by_receipt(nik, reading_id),
            app.store().qr_code(token_hash),
        )?;
        if holder.device.is_none() || holder.has_erased(redemption.redeemed_at) {
            return Ok(());
        }
        let present = present.and_then(QrCode::into_scan).and_then(|scan| scan.first_answer());
        let FirstAnswer { reading, is_presumed } = match answer {
            Answer::First(recorded) => present.unwrap_or_else(|| recorded.clone()),
            Answer::AskedForAgain(reading) => FirstAnswer { reading: reading.clone(), is_presumed: false },
        };
        if before.as_ref().is_some_and(|before| is_presumed || *before == reading.given) {
            return Ok(());
        }
        let (name, label) = redemption.names(integrator);
        let receipt = Receipt::behind(&head, redemption, reading, name, label);
        let kept_until = receipt.reading.at + app.settings.rules.receipts_kept;
        if app.store().add_receipt(nik, &head, &receipt, before.as_ref(), kept_until).await? == Written::Done {
            return Ok(());
        }
    }
    Err(NotDone::Retry("the chain grew faster than it could be read".to_owned()))
}
