//! show-documents (*Dokumen*): the menus *Kependudukan* and *Lainnya*, and each document in them, on the screen or to print.

mod content;
mod declaration;
mod family_card;
mod id_card;
mod print;
mod sheet;
mod words;

use std::collections::BTreeMap;

use ikd::access::{authenticate, standing};
use ikd::app::App;
use ikd::domain::document::{Document, DocumentKind, IssuedDocument, Menu};
use ikd::domain::moment::Moment;
use ikd::domain::resident::{Address, Resident};
use ikd::http::parse::Format;
use ikd::http::{Answer, Function, Problem, ProblemType, Request, parse};
use ikd::store::residents::Photo;
use ikd::tokens::printed_document;
use ikd::views::{Biodata, FamilyCardIssue, FamilyMember};
use serde::Serialize;

use print::Check;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(show_documents(app, request)));

/// One line of a menu.
#[derive(Serialize)]
struct Entry {
    kind: DocumentKind,
    name: &'static str,
    /// The agency responsible for it.
    issuer: &'static str,
    updated_at: Moment,
}

/// A document: what its menu says of it, and what it holds.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    entry: Entry,
    content: Content<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a> {
    IdCard(Box<Biodata<'a>>),
    FamilyCard { number: &'a str, address: &'a Address, issue: FamilyCardIssue<'a>, members: Vec<FamilyMember<'a>> },
    Record { number: &'a str, details: &'a BTreeMap<String, String> },
}

pub async fn show_documents(app: &App, request: &Request) -> Result<Answer, Problem> {
    match parse::segments(request)[..] {
        ["me", "documents"] => menus(app, request).await,
        ["me", "documents", kind] => {
            let kind = DocumentKind::parse(kind).ok_or(ProblemType::NotFound)?;
            document(app, request, kind).await
        }
        _ => Err(ProblemType::NotFound.into()),
    }
}

/// The holder's documents, menu by menu.
async fn menus(app: &App, request: &Request) -> Result<Answer, Problem> {
    let holder = authenticate::holder(app, request).await?;
    let resident = standing::resident(app, &holder.device, Photo::Without).await?;
    let mut menus: BTreeMap<Menu, Vec<Entry>> = [(Menu::Kependudukan, vec![]), (Menu::Lainnya, vec![])].into();
    for entry in DocumentKind::ALL.into_iter().filter_map(|kind| Entry::of(request, &resident, kind)) {
        menus.entry(entry.kind.menu()).or_default().push(entry);
    }
    authenticate::disclose(app, &holder, Answer::ok(&menus).hidden_from_screenshots()).await
}

async fn document(app: &App, request: &Request, kind: DocumentKind) -> Result<Answer, Problem> {
    let holder = authenticate::holder(app, request).await?;
    let format = parse::negotiate(request, formats(kind))?;
    let photo = if kind == DocumentKind::KtpEl { Photo::With } else { Photo::Without };
    let resident = standing::resident(app, &holder.device, photo).await?;
    let entry = Entry::of(request, &resident, kind).ok_or(ProblemType::NoDocument)?;
    let (family, issued) = tokio::try_join!(family(app, &resident, kind), issue(app, kind, format))?;
    let here = family.iter().filter(|member| member.gone(&app.settings.municipality).is_none());
    if let Some(issued) = issued {
        let members: Vec<&Resident> = here.collect();
        let mut address = app.settings.public_url.clone();
        address.set_path(&format!("/documents/verify/{}", issued.id));
        let content = content::of(&issued, &resident, &members).map_err(Problem::unavailable)?;
        let signed = printed_document::sign(app.signing_key(), &issued.id, content).map_err(Problem::unavailable)?;
        let check = Check { address: &address, signed: &signed };
        let printed = print::print(&resident, &members, &issued, &check, app.settings.zone);
        let name = format!("{}.pdf", kind.as_str());
        let answer = Answer::file("application/pdf", &name, printed.map_err(Problem::unavailable)?);
        let answer = answer.described_by(&address).varying_by_accept().hidden_from_screenshots();
        return authenticate::disclose(app, &holder, answer).await;
    }
    let content = match (kind, resident.documents.get(&kind)) {
        (DocumentKind::KtpEl, _) => Content::IdCard(Box::new(Biodata::of(&resident))),
        (DocumentKind::Kk, _) => Content::FamilyCard {
            number: &resident.family_card_number,
            address: &resident.address,
            issue: FamilyCardIssue::of(&resident),
            members: here.map(FamilyMember::of).collect(),
        },
        (_, Some(Document { number, details, .. })) => Content::Record { number, details },
        (_, None) => return Err(ProblemType::NoDocument.into()),
    };
    let answer = Answer::ok(&Shown { entry, content }).varying_by_accept().hidden_from_screenshots();
    authenticate::disclose(app, &holder, answer).await
}

/// The formats of a document: those of the civil registry can be printed, too.
fn formats(kind: DocumentKind) -> &'static [Format] {
    match kind.menu() {
        Menu::Kependudukan => &[Format::Json, Format::Pdf],
        Menu::Lainnya => &[Format::Json],
    }
}

/// The members on the family card, where it is asked for.
async fn family(app: &App, resident: &Resident, kind: DocumentKind) -> Result<Vec<Resident>, Problem> {
    match kind {
        DocumentKind::Kk => Ok(app.store().family(&resident.family_card_number).await?),
        _ => Ok(Vec::new()),
    }
}

/// Puts a document that is to be printed on record, so that anyone can check it.
async fn issue(app: &App, kind: DocumentKind, format: Format) -> Result<Option<IssuedDocument>, Problem> {
    if format != Format::Pdf {
        return Ok(None);
    }
    let now = app.now();
    let kept = app.settings.rules.documents_kept;
    let issued = IssuedDocument { id: app.random_id(), kind, issued_at: now, expires_at: now + kept };
    app.store().record_document(&issued).await?;
    Ok(Some(issued))
}

impl Entry {
    /// The menu's line, if the resident has such a document.
    fn of(request: &Request, resident: &Resident, kind: DocumentKind) -> Option<Self> {
        let updated_at = match kind.menu() {
            Menu::Kependudukan => resident.updated_at,
            Menu::Lainnya => resident.documents.get(&kind)?.updated_at,
        };
        let name = kind.name().in_language(parse::language(request));
        Some(Self { kind, name, issuer: kind.issuer(), updated_at: updated_at.into() })
    }
}
