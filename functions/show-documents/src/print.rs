//! The documents of the civil registry as PDF, A4, each with the code that anyone can check it by.

use ikd::domain::document::{DocumentKind, IssuedDocument};
use ikd::domain::local_time::{Zone, print_date};
use ikd::domain::resident::{Address, Resident};
use ikd::pictures::qr_image::QrImage;
use jiff::tz::Offset;
use krilla::geom::Size;
use krilla::image::Image;
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::{Data, Document};
use url::Url;

use crate::sheet::{Fonts, Sheet, Undrawable, Weight, height};
use crate::words;

/// The short and the long side of A4, and the margin, in points.
const SHORT: f32 = 595.0;
const LONG: f32 = 842.0;
const MARGIN: f32 = 48.0;

/// Where the code and the words beside it begin, from the bottom.
const FOOT: f32 = 150.0;

/// Draws a document of a resident that can be checked at an address, with times as `zone` has them; `family` are the members
/// on the card; an ID card ignores them.
pub fn print(
    resident: &Resident,
    family: &[&Resident],
    issued: &IssuedDocument,
    address: &Url,
    zone: Zone,
) -> Result<Vec<u8>, Undrawable> {
    let fonts = Fonts::read()?;
    let issued_at = zone.print_time(issued.issued_at);
    let proof = ProofOfIssue { code: code(address.as_str())?, address: address.as_str(), issued_at };
    let mut document = Document::new();
    document.set_metadata(metadata(issued));
    match issued.kind {
        DocumentKind::Kk => family_card(&mut document, &fonts, resident, family, &proof),
        _ => id_card(&mut document, &fonts, resident, &proof),
    }
    document.finish().map_err(Undrawable::Document)
}

/// What a document can be checked by.
struct ProofOfIssue<'a> {
    code: Image,
    address: &'a str,
    issued_at: String,
}

fn code(address: &str) -> Result<Image, Undrawable> {
    let png = QrImage::of(address).and_then(|code| code.png()).map_err(|_| Undrawable::Code)?;
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
fn page(document: &mut Document, fonts: &Fonts, width: f32, height: f32, draw: impl FnOnce(&mut Sheet<'_, '_>)) {
    let Some(size) = Size::from_wh(width, height) else { return };
    let mut page = document.start_page_with(PageSettings::new(size));
    let mut surface = page.surface();
    draw(&mut Sheet { surface: &mut surface, fonts });
    surface.finish();
    page.finish();
}

/// The ID card's content, label by label, with the photograph beside it.
fn id_card(document: &mut Document, fonts: &Fonts, resident: &Resident, proof: &ProofOfIssue<'_>) {
    const LABEL: f32 = 130.0;
    const PHOTO: f32 = 113.0;

    let width = SHORT - 2.0 * MARGIN;
    let address = &resident.address;
    let born = format!("{}, {}", resident.birthplace, print_date(resident.birthdate));
    let rows: [(&str, &str); 14] = [
        ("NIK", resident.nik.as_str()),
        ("Nama", &resident.name),
        ("Tempat/Tgl Lahir", &born),
        ("Jenis Kelamin", words::gender(resident.gender)),
        ("Gol. Darah", resident.blood_type.as_deref().unwrap_or("-")),
        ("Alamat", &address.street),
        ("RT/RW", &address.rt_rw),
        ("Kel/Desa", &address.kelurahan),
        ("Kecamatan", &address.kecamatan),
        ("Agama", words::religion(resident.religion)),
        ("Status Perkawinan", words::marital_status(resident.marital_status)),
        ("Pekerjaan", &resident.occupation),
        ("Kewarganegaraan", "WNI"),
        ("Berlaku Hingga", "SEUMUR HIDUP"),
    ];
    page(document, fonts, SHORT, LONG, |sheet| {
        let head = [
            format!("PROVINSI {}", address.province),
            address.municipality.clone(),
            "KARTU TANDA PENDUDUK ELEKTRONIK".to_owned(),
        ];
        let mut y = MARGIN + 20.0;
        for line in head {
            sheet.centred((MARGIN, y), width, Weight::Bold, 14.0, &line);
            y += 20.0;
        }
        sheet.filled(MARGIN, y - 6.0, width, 1.0);
        y += 24.0;
        if let Ok(photo) = Image::from_jpeg(Data::from(resident.photo.clone()), true) {
            sheet.picture(photo, SHORT - MARGIN - PHOTO, y - 12.0, PHOTO, PHOTO * 4.0 / 3.0);
        }
        for (label, value) in rows {
            sheet.text((MARGIN, y), Weight::Regular, 11.0, label);
            sheet.text((MARGIN + LABEL - 10.0, y), Weight::Regular, 11.0, ":");
            let room = width - LABEL - PHOTO - 16.0;
            y = sheet.wrapped((MARGIN + LABEL, y), room, Weight::Bold, 11.0, value) + 7.0;
        }
        foot(sheet, proof, width, LONG - FOOT);
    });
}

/// A column of the family card: its head, its width, and what it holds of a member.
type Column = (&'static str, f32, fn(&Resident) -> String);

const COLUMNS: [Column; 9] = [
    ("Nama Lengkap", 134.0, |member| member.name.clone()),
    ("NIK", 92.0, |member| member.nik.as_str().to_owned()),
    ("Jenis Kelamin", 66.0, |member| words::gender(member.gender).to_owned()),
    ("Tempat Lahir", 72.0, |member| member.birthplace.clone()),
    ("Tanggal Lahir", 62.0, |member| print_date(member.birthdate)),
    ("Agama", 74.0, |member| words::religion(member.religion).to_owned()),
    ("Jenis Pekerjaan", 96.0, |member| member.occupation.clone()),
    ("Status Perkawinan", 66.0, |member| words::marital_status(member.marital_status).to_owned()),
    ("Hubungan dalam Keluarga", 62.0, |member| words::relation(member.relation).to_owned()),
];

/// The size of the family card's table, and the room around the text in its cells.
const SMALL: f32 = 8.0;
const PADDING: f32 = 3.0;
/// The column of the members' numbers.
const NUMBER: f32 = 22.0;

/// The family card: as many pages as its members need, each with the head and the code.
fn family_card(
    document: &mut Document,
    fonts: &Fonts,
    resident: &Resident,
    family: &[&Resident],
    proof: &ProofOfIssue<'_>,
) {
    const TABLE: f32 = MARGIN + 110.0;

    let width = LONG - 2.0 * MARGIN;
    let rows: Vec<Vec<Vec<String>>> = family.iter().map(|member| row(fonts, member)).collect();
    let mut left = rows.as_slice();
    let mut number = 1;
    loop {
        let mut room = SHORT - FOOT - TABLE - row_height(&heads(fonts));
        let fits = left.iter().take_while(|row| {
            room -= row_height(row);
            room > 0.0
        });
        // Every row fits on a page of its own: its longest text takes a few lines.
        let count = fits.count().max(1).min(left.len());
        let (now, later) = left.split_at(count);
        page(document, fonts, LONG, SHORT, |sheet| {
            card_head(sheet, resident, width);
            let mut y = draw_row(sheet, TABLE, width, "No", Weight::Bold, &heads(fonts));
            for row in now {
                y = draw_row(sheet, y, width, &number.to_string(), Weight::Regular, row);
                number += 1;
            }
            foot(sheet, proof, width, SHORT - FOOT + 20.0);
        });
        left = later;
        if left.is_empty() {
            break;
        }
    }
}

fn card_head(sheet: &mut Sheet<'_, '_>, resident: &Resident, width: f32) {
    let Address { street, rt_rw, kelurahan, kecamatan, municipality, province, postal_code } = &resident.address;
    sheet.centred((MARGIN, MARGIN + 14.0), width, Weight::Bold, 16.0, "KARTU KELUARGA");
    let number = format!("No. {}", resident.family_card_number);
    sheet.centred((MARGIN, MARGIN + 34.0), width, Weight::Bold, 12.0, &number);
    let half = width / 2.0;
    let lines = [
        (MARGIN, [format!("Alamat: {street}"), format!("RT/RW: {rt_rw}"), format!("Desa/Kelurahan: {kelurahan}")]),
        (
            MARGIN + half,
            [
                format!("Kecamatan: {kecamatan}"),
                format!("Kabupaten/Kota: {municipality}, {postal_code}"),
                format!("Provinsi: {province}"),
            ],
        ),
    ];
    for (x, column) in lines {
        let mut y = MARGIN + 58.0;
        for line in column {
            let first = sheet.fonts.lines(&line, Weight::Regular, 9.0, half - 8.0).into_iter().next();
            sheet.text((x, y), Weight::Regular, 9.0, &first.unwrap_or_default());
            y += 14.0;
        }
    }
}

fn heads(fonts: &Fonts) -> Vec<Vec<String>> {
    COLUMNS.iter().map(|(head, width, _)| cell(fonts, head, Weight::Bold, *width)).collect()
}

fn row(fonts: &Fonts, member: &Resident) -> Vec<Vec<String>> {
    COLUMNS.iter().map(|(_, width, read)| cell(fonts, &read(member), Weight::Regular, *width)).collect()
}

/// The lines of a cell.
fn cell(fonts: &Fonts, text: &str, weight: Weight, width: f32) -> Vec<String> {
    fonts.lines(text, weight, SMALL, width - 2.0 * PADDING)
}

fn row_height(row: &[Vec<String>]) -> f32 {
    height(row.iter().map(Vec::len).max().unwrap_or_default().max(1), SMALL) + 2.0 * PADDING
}

/// Draws a row with the lines around its cells; returns where the next one begins.
fn draw_row(sheet: &mut Sheet<'_, '_>, top: f32, width: f32, number: &str, weight: Weight, row: &[Vec<String>]) -> f32 {
    const LINE: f32 = 0.5;

    let tall = row_height(row);
    sheet.filled(MARGIN, top, width, LINE);
    sheet.filled(MARGIN, top + tall, width, LINE);
    sheet.filled(MARGIN, top, LINE, tall);
    sheet.text((MARGIN + PADDING, top + PADDING + SMALL), weight, SMALL, number);
    let mut x = MARGIN + NUMBER;
    for (lines, (_, column, _)) in row.iter().zip(COLUMNS) {
        sheet.filled(x, top, LINE, tall);
        let mut y = top + PADDING + SMALL;
        for line in lines {
            sheet.text((x + PADDING, y), weight, SMALL, line);
            y += height(1, SMALL);
        }
        x += column;
    }
    sheet.filled(x, top, LINE, tall);
    top + tall
}

/// The code, and beside it what it is for, in both languages.
fn foot(sheet: &mut Sheet<'_, '_>, proof: &ProofOfIssue<'_>, width: f32, top: f32) {
    const CODE: f32 = 96.0;

    sheet.picture(proof.code.clone(), MARGIN, top, CODE, CODE);
    let (x, room) = (MARGIN + CODE + 12.0, width - CODE - 12.0);
    let issued = &proof.issued_at;
    let indonesian = format!(
        "Salinan yang diterbitkan melalui Identitas Kependudukan Digital, {issued}. Pindai kode QR atau buka alamat di \
         bawah untuk memeriksa bahwa salinan ini pernah diterbitkan; isinya tidak ditampilkan di sana."
    );
    let english = format!(
        "Copy issued through the digital identity service, {issued}. Scan the QR code or open the address below to \
         check that this copy was issued; its content is not shown there."
    );
    let y = sheet.wrapped((x, top + 16.0), room, Weight::Regular, 9.0, &indonesian) + 4.0;
    let y = sheet.wrapped((x, y), room, Weight::Regular, 8.0, &english) + 4.0;
    sheet.wrapped((x, y), room, Weight::Bold, 8.0, proof.address);
}
