//! erase-identity: the holder ends the digital identity and has what belongs to it erased (UU PDP, Pasal 8 and 43).

mod declaration;

use http::StatusCode;
use ikd::access::authenticate;
use ikd::app::App;
use ikd::domain::erasure::Erasure;
use ikd::domain::moment::Moment;
use ikd::domain::pin::Pin;
use ikd::domain::text::{Language, Text};
use ikd::http::{Answer, Deadline, Function, Problem, ProblemType, Request, parse};
use ikd::store::Written;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(erase_identity(app, request)));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    pin: String,
}

#[derive(Serialize)]
struct Erased {
    /// What is gone when this is answered.
    erased: [&'static str; 4],
    /// What follows within moments, however many tries it takes.
    being_erased: [&'static str; 3],
    kept: [Kept; 6],
}

/// What is not erased.
#[derive(Serialize)]
struct Kept {
    what: &'static str,
    why: &'static str,
    /// When it is gone, too, at the latest; nothing where this service does not decide that.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Moment>,
}

/// Ends the identity in one write and orders the rest. A wrong PIN counts like one at the login.
pub async fn erase_identity(app: &App, request: &Request) -> Result<Answer, Problem> {
    let device = authenticate::holder(app, request).await?.device;
    let Confirmation { pin } = parse::json(request, parse::SMALL_BODY)?;
    let pin = Pin::parse(&pin).map_err(|invalid| Problem::invalid("/pin", invalid))?;
    let verified = authenticate::spend_pin_try(app, Deadline::of(request), &device.key, Some(&device), &pin).await?;

    let (now, rules) = (app.now(), &app.settings.rules);
    let order = Erasure {
        id: app.random_id(),
        nik: device.nik.clone(),
        ordered_at: now,
        expires_at: now + rules.erasure_orders_kept,
    };
    match app.store().erase_identity(&verified, &order, rules.forgotten_after_block(now)).await? {
        Written::Done => Ok(Answer::json(
            StatusCode::ACCEPTED,
            &Erased {
                erased: ["pin", "session", "qr-code", "registration"],
                being_erased: ["earlier-registrations", "selfies", "receipts"],
                kept: kept(app, now, parse::language(request)),
            },
        )),
        Written::Overtaken => Err(ProblemType::Contended.into()),
    }
}

/// What is kept, why and until when.
fn kept(app: &App, now: Timestamp, language: Language) -> [Kept; 6] {
    /// How far back the tables can be restored.
    const BACKUPS: SignedDuration = SignedDuration::from_hours(35 * 24);
    const REGISTRY: Text = Text {
        id: "Data kependudukan: dikelola Dukcapil berdasarkan UU No. 23 Tahun 2006 sebagaimana telah diubah dengan UU \
             No. 24 Tahun 2013; layanan ini hanya membacanya.",
        en: "The population registry: the civil registry office keeps it under Law No. 23 of 2006, as amended by Law No. \
             24 of 2013; this service only reads it.",
    };
    const SIGNATURES: Text = Text {
        id: "Sidik digital (hash) dokumen, waktu, dan NIK: agar pihak lain dapat memeriksa tanda tangan Anda.",
        en: "The document's hash, the time and your NIK: others must be able to check what you signed.",
    };
    const DEVICES: Text = Text {
        id: "Untuk setiap ponsel yang pernah Anda gunakan: sidik digital (hash) kuncinya, NIK, waktu aktivasi, waktu dan \
             alasan pemblokiran, serta laporan pencurian jika ada, agar pencurian masih dapat dilaporkan dan tanda \
             tangan pencuri tidak berlaku.",
        en: "For each phone that you had: the hash of its key, your NIK, when it was activated, when and why it was \
             blocked, and the theft report if there is one, so that a theft can still be reported and what a thief \
             signed does not count.",
    };
    const REDEEMED_QR_CODES: Text = Text {
        id: "Kode QR yang sudah dipindai: lembaga, tujuan, waktu, NIK, dan nama data yang dibagikan, tanpa isinya; dari \
             data kependudukan hanya sidik digital (hash) dengan salt. Lembaga itu masih dapat menanyakan hasilnya, \
             tetapi tidak menerima data Anda.",
        en: "QR codes that were scanned: organisation, purpose, time, NIK and the names of the data shared, without \
             their values; of the registry's data only a salted hash. The organisation can still ask for the result, but \
             gets none of your data.",
    };
    const APPROVAL_COUNT: Text = Text {
        id: "Jumlah persetujuan untuk NIK Anda: agar pendaftaran lama tidak dapat dipakai lagi.",
        en: "The number of approvals for your NIK: so that earlier registrations cannot be used again.",
    };
    const BACKUP_COPIES: Text = Text {
        id: "Salinan cadangan basis data: hanya untuk pemulihan.",
        en: "Backup copies of the database: for recovery only.",
    };

    let rules = &app.settings.rules;
    let keep = |what, why: Text, lasting: Option<SignedDuration>| Kept {
        what,
        why: why.in_language(language),
        until: lasting.map(|lasting| (now + lasting).into()),
    };
    [
        keep("population-registry", REGISTRY, None),
        keep("signatures", SIGNATURES, Some(rules.signatures_kept)),
        keep("devices", DEVICES, Some(rules.signatures_kept)),
        keep("redeemed-qr-codes", REDEEMED_QR_CODES, Some(rules.redemption_kept)),
        keep("approval-count", APPROVAL_COUNT, Some(rules.signatures_kept)),
        keep("backups", BACKUP_COPIES, Some(BACKUPS)),
    ]
}
