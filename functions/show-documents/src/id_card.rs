//! The ID card's content, label by label, with the photograph beside it.

use ikd::domain::civil_record::Citizenship;
use ikd::domain::local_time::print_date;
use ikd::domain::resident::Resident;
use ikd::domain::text::Language;
use krilla::image::Image;
use krilla::{Data, Document};

use crate::print::{COPY, FOOT, LONG, ProofOfIssue, SHORT, foot, page};
use crate::sheet::{Fonts, Sheet, Weight, height};
use crate::words;

const MARGIN: f32 = 48.0;
const WIDTH: f32 = SHORT - 2.0 * MARGIN;
/// Where the foot begins.
const BOTTOM: f32 = LONG - MARGIN - FOOT;

/// The widths of the labels and of the photograph.
const LABEL: f32 = 130.0;
const PHOTO: f32 = 113.0;

const SIZE: f32 = 11.0;
/// The space between two rows.
const GAP: f32 = 7.0;

/// A label, and the lines of its value.
type Row = (&'static str, Vec<String>);

/// Draws one page; values of many lines take more.
pub fn draw(document: &mut Document, fonts: &Fonts, resident: &Resident, proof: &ProofOfIssue<'_>) {
    let rows = rows(fonts, resident);
    let mut left = rows.as_slice();
    let mut photo = Image::from_jpeg(Data::from(resident.photo.clone()), true).ok();
    loop {
        page(document, fonts, SHORT, LONG, |sheet| {
            let mut y = head(sheet, resident);
            if let Some(photo) = photo.take() {
                sheet.picture(photo, SHORT - MARGIN - PHOTO, y - SIZE, PHOTO, PHOTO * 4.0 / 3.0);
            }
            let top = y;
            while let Some(((label, value), later)) = left.split_first() {
                // The longest value that the registry takes has room below the longest head.
                if y > top && y + height(value.len(), SIZE) > BOTTOM {
                    break;
                }
                sheet.text((MARGIN, y), Weight::Regular, SIZE, label);
                sheet.text((MARGIN + LABEL - 10.0, y), Weight::Regular, SIZE, ":");
                y = sheet.lines((MARGIN + LABEL, y), Weight::Bold, SIZE, value) + GAP;
                left = later;
            }
            foot(sheet, proof, (MARGIN, BOTTOM), WIDTH);
        });
        if left.is_empty() {
            break;
        }
    }
}

/// Draws what every page begins with; returns where the content goes.
fn head(sheet: &mut Sheet<'_, '_>, resident: &Resident) -> f32 {
    let address = &resident.address;
    let province = format!("PROVINSI {}", address.province);
    let y = sheet.centred((MARGIN, MARGIN + 14.0), WIDTH, Weight::Bold, 14.0, &province);
    let y = sheet.centred((MARGIN, y), WIDTH, Weight::Bold, 14.0, &address.municipality);
    let y = sheet.centred((MARGIN, y), WIDTH, Weight::Regular, 9.0, COPY);
    sheet.filled(MARGIN, y, WIDTH, 1.0);
    y + 28.0
}

fn rows(fonts: &Fonts, resident: &Resident) -> Vec<Row> {
    let (address, record) = (&resident.address, &resident.civil_record);
    let language = if record.is_foreigner() { Language::English } else { Language::Indonesian };
    let values = [
        ("NIK", resident.nik.as_str().to_owned()),
        ("Nama", resident.name.clone()),
        ("Tempat/Tgl Lahir", format!("{}, {}", resident.birthplace, print_date(resident.birthdate))),
        ("Jenis Kelamin", words::gender(resident.gender).in_language(language).to_owned()),
        ("Gol. Darah", words::text(resident.blood_type.as_deref())),
        ("Alamat", address.street.clone()),
        ("RT/RW", address.rt_rw.clone()),
        ("Kel/Desa", address.kelurahan.clone()),
        ("Kecamatan", address.kecamatan.clone()),
        (
            words::label_of_religion(resident.religion),
            words::religion(resident.religion).in_language(language).to_owned(),
        ),
        ("Status Perkawinan", words::marital_status(resident.marital_status).in_language(language).to_owned()),
        ("Pekerjaan", resident.occupation.clone()),
        ("Kewarganegaraan", words::text(record.citizenship.as_ref().map(Citizenship::as_str))),
        ("Berlaku Hingga", words::valid_until(record)),
        ("Dikeluarkan di", words::text(record.id_card_issued_in.as_deref())),
        ("Tanggal Dikeluarkan", words::date(record.id_card_issued_on)),
    ];
    let room = WIDTH - LABEL - PHOTO - 16.0;
    values.into_iter().map(|(label, value)| (label, fonts.lines(&value, Weight::Bold, SIZE, room))).collect()
}
