//! The documents of the civil registry as PDF, A4, each with the code that anyone can check it by.

use ikd::domain::document::{DocumentKind, IssuedDocument};
use ikd::domain::local_time::Zone;
use ikd::domain::resident::Resident;
use ikd::domain::text::Language;
use ikd::pictures::qr_image::QrImage;
use jiff::tz::Offset;
use krilla::geom::Size;
use krilla::image::Image;
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::{Data, Document};
use url::Url;

use crate::sheet::{Fonts, Sheet, Undrawable, Weight};
use crate::{family_card, id_card};

/// The short and the long side of A4 in points.
pub const SHORT: f32 = 595.0;
pub const LONG: f32 = 842.0;

/// The height of the code and the words beside it.
pub const FOOT: f32 = 124.0;

/// What every page says of itself: the office signs the documents, and this service does not.
pub const COPY: &str = "SALINAN – BUKAN DOKUMEN KEPENDUDUKAN BERTANDA TANGAN ELEKTRONIK";

/// Where a document can be checked, and what its code says beside that.
pub struct Check<'a> {
    pub address: &'a Url,
    /// Its content, signed.
    pub signed: &'a str,
}

/// Draws a document of a resident that can be checked, with times as `zone` has them; `family` are the members on the card; an ID
/// card ignores them.
pub fn print(
    resident: &Resident,
    family: &[&Resident],
    issued: &IssuedDocument,
    check: &Check<'_>,
    zone: Zone,
) -> Result<Vec<u8>, Undrawable> {
    let fonts = Fonts::read()?;
    let [issued_id, issued_en] =
        [Language::Indonesian, Language::English].map(|language| zone.say_time(issued.issued_at, language));
    let (kind, code, address) = (issued.kind, code(check)?, check.address.as_str());
    let proof = ProofOfIssue { kind, code, address, issued_id, issued_en };
    let mut document = Document::new();
    document.set_metadata(metadata(issued));
    match issued.kind {
        DocumentKind::Kk => family_card::draw(&mut document, &fonts, resident, family, &proof),
        _ => id_card::draw(&mut document, &fonts, resident, &proof),
    }
    document.finish().map_err(Undrawable::Document)
}

/// What a document can be checked by.
pub struct ProofOfIssue<'a> {
    kind: DocumentKind,
    code: Image,
    address: &'a str,
    /// When it was issued, as each language says it.
    issued_id: String,
    issued_en: String,
}

/// The address, and in its fragment what the document says: no browser sends that to a server.
fn code(check: &Check<'_>) -> Result<Image, Undrawable> {
    let address = format!("{}#", check.address);
    let code = QrImage::of_parts(&[&address, check.signed]);
    let png = code.and_then(|code| code.png_to_print()).map_err(|_| Undrawable::Code)?;
    Image::from_png(Data::from(png), false).map_err(|_| Undrawable::Code)
}

fn metadata(issued: &IssuedDocument) -> Metadata {
    let at = Offset::UTC.to_datetime(issued.issued_at);
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    let date = DateTime::new(u16::try_from(at.year()).unwrap_or_default())
        .month(part(at.month()))
        .day(part(at.day()))
        .hour(part(at.hour()))
        .minute(part(at.minute()))
        .second(part(at.second()))
        .utc_offset_hour(0);
    Metadata::new()
        .title(issued.kind.name().id.to_owned())
        .language("id".to_owned())
        .creator("Identitas Kependudukan Digital".to_owned())
        .creation_date(date)
}

/// Starts a page, and lets `draw` fill it.
pub fn page(document: &mut Document, fonts: &Fonts, width: f32, height: f32, draw: impl FnOnce(&mut Sheet<'_, '_>)) {
    let Some(size) = Size::from_wh(width, height) else { return };
    let mut page = document.start_page_with(PageSettings::new(size));
    let mut surface = page.surface();
    draw(&mut Sheet { surface: &mut surface, fonts });
    surface.finish();
    page.finish();
}

/// The code, and beside it what it is for, in both languages, from a corner on.
pub fn foot(sheet: &mut Sheet<'_, '_>, proof: &ProofOfIssue<'_>, (x, y): (f32, f32), width: f32) {
    const GAP: f32 = 12.0;

    sheet.picture(proof.code.clone(), x, y, FOOT, FOOT);
    let (x, room) = (x + FOOT + GAP, width - FOOT - GAP);
    let name = proof.kind.name();
    let indonesian = format!(
        "{} (salinan), diterbitkan melalui Identitas Kependudukan Digital pada {}. Pindai kode QR untuk membandingkan \
         isi salinan ini dengan yang diterbitkan. Alamat di bawah, jika diketik, hanya memberi tahu apakah salinan ini \
         pernah diterbitkan.",
        name.id, proof.issued_id
    );
    let english = format!(
        "{} (copy), issued through the digital identity service on {}. Scan the QR code to compare what this copy \
         says with what was issued. The address below, typed by hand, only tells whether this copy was issued.",
        name.en, proof.issued_en
    );
    let y = sheet.wrapped((x, y + 16.0), room, Weight::Regular, 9.0, &indonesian) + 4.0;
    let y = sheet.wrapped((x, y), room, Weight::Regular, 8.0, &english) + 4.0;
    sheet.wrapped((x, y), room, Weight::Bold, 8.0, proof.address);
}
