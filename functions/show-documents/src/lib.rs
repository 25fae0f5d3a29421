//! show-documents (*Dokumen*): the menus *Kependudukan* and *Lainnya*, and each document in them.

use std::collections::BTreeMap;

use ikd::app::{App, Need};
use ikd::domain::document::{Document, DocumentKind, Menu};
use ikd::domain::resident::Resident;
use ikd::http::{
    Answer, Biodata, FamilyMember, Function, Problem, ProblemType, Request, authenticate, parse, standing,
};
use ikd::store::residents::Photo;
use jiff::Timestamp;
use serde::Serialize;

pub const FUNCTION: Function = Function {
    name: "show-documents",
    needs: &[Need::Store, Need::Verifying],
    step: |app, request| Box::pin(show_documents(app, request)),
};

/// One line of a menu.
#[derive(Serialize)]
struct Entry {
    kind: DocumentKind,
    name: &'static str,
    /// The agency that answers for it.
    issuer: &'static str,
    updated_at: Timestamp,
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
    FamilyCard { number: &'a str, address: &'a ikd::domain::resident::Address, members: Vec<FamilyMember<'a>> },
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

/// What there is of the holder, menu by menu.
async fn menus(app: &App, request: &Request) -> Result<Answer, Problem> {
    let holder = authenticate::holder(app, request).await?;
    let resident = standing::resident(app, &holder.device, Photo::Without).await?;
    let mut menus: BTreeMap<Menu, Vec<Entry>> = [(Menu::Kependudukan, vec![]), (Menu::Lainnya, vec![])].into();
    for entry in DocumentKind::ALL.into_iter().filter_map(|kind| Entry::of(request, &resident, kind)) {
        menus.entry(entry.kind.menu()).or_default().push(entry);
    }
    Ok(Answer::ok(&menus).hidden_from_screenshots())
}

async fn document(app: &App, request: &Request, kind: DocumentKind) -> Result<Answer, Problem> {
    let holder = authenticate::holder(app, request).await?;
    let photo = if kind == DocumentKind::KtpEl { Photo::With } else { Photo::Without };
    let resident = standing::resident(app, &holder.device, photo).await?;
    let entry = Entry::of(request, &resident, kind).ok_or(ProblemType::NoDocument)?;
    let family = match kind {
        DocumentKind::Kk => app.store().family(&resident.family_card_number).await?,
        _ => Vec::new(),
    };
    let here = family.iter().filter(|member| member.gone(&app.settings.municipality).is_none());
    let content = match (kind, resident.documents.get(&kind)) {
        (DocumentKind::KtpEl, _) => Content::IdCard(Box::new(Biodata::of(&resident))),
        (DocumentKind::Kk, _) => Content::FamilyCard {
            number: &resident.family_card_number,
            address: &resident.address,
            members: here.map(FamilyMember::of).collect(),
        },
        (_, Some(Document { number, details, .. })) => Content::Record { number, details },
        (_, None) => return Err(ProblemType::NoDocument.into()),
    };
    Ok(Answer::ok(&Shown { entry, content }).hidden_from_screenshots())
}

impl Entry {
    /// The menu's line, if there is such a document of the resident.
    fn of(request: &Request, resident: &Resident, kind: DocumentKind) -> Option<Self> {
        let updated_at = match kind.menu() {
            Menu::Kependudukan => resident.updated_at,
            Menu::Lainnya => resident.documents.get(&kind)?.updated_at,
        };
        let name = kind.name().in_language(parse::language(request));
        Some(Self { kind, name, issuer: kind.issuer(), updated_at })
    }
}
