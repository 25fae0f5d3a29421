//! The family card: two tables, one below the other, over as many pages as its members need.

use ikd::domain::civil_record::Citizenship;
use ikd::domain::local_time::print_date;
use ikd::domain::resident::{Relation, Resident};
use krilla::Document;

use crate::print::{COPY, FOOT, LONG, ProofOfIssue, SHORT, foot, page};
use crate::sheet::{Fonts, Sheet, Weight, height};
use crate::words;

const MARGIN: f32 = 30.0;
const WIDTH: f32 = LONG - 2.0 * MARGIN;
/// Where the foot begins.
const BOTTOM: f32 = SHORT - MARGIN - FOOT;
/// The space between the parts of a page.
const GAP: f32 = 8.0;

/// A column of a table: its head, its width, and what it holds of a member.
type Column = (&'static str, f32, fn(&Resident) -> String);

/// The column of the members' numbers.
const NUMBER: f32 = 22.0;

const PERSONS: [Column; 9] = [
    ("Nama Lengkap", 148.0, |member| member.name.clone()),
    ("NIK", 80.0, |member| member.nik.as_str().to_owned()),
    ("Jenis Kelamin", 58.0, |member| words::gender(member.gender).id.to_owned()),
    ("Tempat Lahir", 76.0, |member| member.birthplace.clone()),
    ("Tanggal Lahir", 52.0, |member| print_date(member.birthdate)),
    ("Agama", 68.0, |member| words::religion(member.religion).id.to_owned()),
    ("Pendidikan", 100.0, |member| words::text(member.civil_record.education.as_deref())),
    ("Jenis Pekerjaan", 132.0, |member| member.occupation.clone()),
    ("Golongan Darah", 46.0, |member| words::text(member.blood_type.as_deref())),
];

const STANDING: [Column; 8] = [
    ("Status Perkawinan", 92.0, |member| words::marital_status_on_family_card(member).to_owned()),
    ("Tanggal Perkawinan", 60.0, |member| words::date(member.civil_record.marriage_date)),
    ("Status Hubungan dalam Keluarga", 84.0, |member| words::relation(member.relation).to_owned()),
    ("Kewarganegaraan", 78.0, |member| words::text(member.civil_record.citizenship.as_ref().map(Citizenship::as_str))),
    ("Dokumen Imigrasi: No. Paspor", 70.0, |member| words::text(member.civil_record.passport_number.as_deref())),
    ("Dokumen Imigrasi: No. KITAP", 76.0, |member| words::text(member.civil_record.kitap_number.as_deref())),
    ("Nama Orang Tua: Ayah", 150.0, |member| words::text(member.civil_record.father.as_deref())),
    ("Nama Orang Tua: Ibu", 150.0, |member| words::text(member.civil_record.mother.as_deref())),
];

/// The tables, in their order on the card.
const TABLES: [&[Column]; 2] = [&PERSONS, &STANDING];

/// The size of the tables' text, and the room around it in a cell.
const SMALL: f32 = 7.5;
const PADDING: f32 = 3.0;

/// The size of the text above and below the tables.
const SIZE: f32 = 8.5;
/// The width of the labels above the tables.
const LABEL: f32 = 96.0;

/// A row of a table: the member's number, and the lines of each cell.
struct Row {
    columns: &'static [Column],
    number: String,
    cells: Vec<Vec<String>>,
    weight: Weight,
    /// The space above it.
    space: f32,
}

/// A label, and the lines of its value.
type Entry = (&'static str, Vec<String>);

/// Draws the members on the card of `resident`; what all of them share is as that row has it.
pub fn draw(
    document: &mut Document,
    fonts: &Fonts,
    resident: &Resident,
    family: &[&Resident],
    proof: &ProofOfIssue<'_>,
) {
    let head = family.iter().find(|member| member.relation == Relation::Head).map(|head| head.name.as_str());
    let household = household(fonts, resident, head);
    let issue = issue(fonts, resident, head);
    let top = MARGIN + 58.0 + household.iter().map(|column| tall(column)).fold(0.0, f32::max);
    let (mut pages, left) = pages(fonts, family, BOTTOM - GAP - top);
    if issue_height(&issue) > left {
        pages.push(Vec::new());
    }
    let last = pages.len().saturating_sub(1);
    for (index, rows) in pages.iter().enumerate() {
        page(document, fonts, LONG, SHORT, |sheet| {
            draw_head(sheet, resident, &household);
            if last > 0 {
                // All pages have one code, so only the number shows that one is missing.
                let number = format!("Halaman {} dari {}", index + 1, last + 1);
                sheet.text((LONG - MARGIN - 72.0, MARGIN + 12.0), Weight::Regular, SIZE, &number);
            }
            let bottom = rows.iter().fold(top, |y, row| row.draw(sheet, y));
            if index == last {
                draw_issue(sheet, &issue, bottom);
            }
            foot(sheet, proof, (MARGIN, BOTTOM), WIDTH);
        });
    }
}

/// The rows of each page, and the room that the last one has left. A table's heads are repeated on each page, and a row
/// that is taller than a page goes on on the next.
fn pages(fonts: &Fonts, family: &[&Resident], room: f32) -> (Vec<Vec<Row>>, f32) {
    let (mut pages, mut page, mut left) = (Vec::new(), Vec::new(), room);
    for columns in TABLES {
        let mut has_heads = false;
        for (index, member) in family.iter().enumerate() {
            let mut rest = Some(Row::of(fonts, columns, index + 1, member));
            while let Some(row) = rest.take() {
                let heads = (!has_heads).then(|| Row::heads(fonts, columns));
                let needed = heads.as_ref().map_or(0.0, Row::height) + row.height();
                if needed > left && !page.is_empty() {
                    pages.push(std::mem::take(&mut page));
                    (left, has_heads, rest) = (room, false, Some(row));
                    continue;
                }
                left -= heads.as_ref().map_or(0.0, Row::height);
                let (row, more) = row.split(left);
                left -= row.height();
                page.extend(heads);
                page.push(row);
                (has_heads, rest) = (true, more);
            }
        }
    }
    pages.push(page);
    (pages, left)
}

impl Row {
    fn heads(fonts: &Fonts, columns: &'static [Column]) -> Self {
        let weight = Weight::Bold;
        let cells = columns.iter().map(|(head, width, _)| cell(fonts, head, weight, *width)).collect();
        Self { columns, number: "No".to_owned(), cells, weight, space: GAP }
    }

    fn of(fonts: &Fonts, columns: &'static [Column], number: usize, member: &Resident) -> Self {
        let weight = Weight::Regular;
        let cells = columns.iter().map(|(_, width, read)| cell(fonts, &read(member), weight, *width)).collect();
        Self { columns, number: number.to_string(), cells, weight, space: 0.0 }
    }

    fn height(&self) -> f32 {
        let lines = self.cells.iter().map(Vec::len).max().unwrap_or_default().max(1);
        self.space + height(lines, SMALL) + 2.0 * PADDING
    }

    /// The part that has room, a line at least, and what is left of the row.
    fn split(mut self, room: f32) -> (Self, Option<Self>) {
        if self.height() <= room {
            return (self, None);
        }
        let longest = self.cells.iter().map(Vec::len).max().unwrap_or_default();
        let has_room = |lines: &usize| self.space + height(*lines, SMALL) + 2.0 * PADDING <= room;
        let lines = (1..=longest).rfind(has_room).unwrap_or(1);
        let cells: Vec<Vec<String>> = self.cells.iter_mut().map(|cell| cell.split_off(lines.min(cell.len()))).collect();
        let is_whole = cells.iter().all(Vec::is_empty);
        let more = Self { number: self.number.clone(), cells, ..self };
        (self, (!is_whole).then_some(more))
    }

    /// Draws the row with the lines around its cells; returns where the next one begins.
    fn draw(&self, sheet: &mut Sheet<'_, '_>, top: f32) -> f32 {
        const LINE: f32 = 0.5;

        let (top, tall) = (top + self.space, self.height() - self.space);
        sheet.filled(MARGIN, top, WIDTH, LINE);
        sheet.filled(MARGIN, top + tall, WIDTH, LINE);
        sheet.filled(MARGIN, top, LINE, tall);
        let baseline = top + PADDING + SMALL;
        sheet.text((MARGIN + PADDING, baseline), self.weight, SMALL, &self.number);
        let mut x = MARGIN + NUMBER;
        for (lines, (_, width, _)) in self.cells.iter().zip(self.columns) {
            sheet.filled(x, top, LINE, tall);
            sheet.lines((x + PADDING, baseline), self.weight, SMALL, lines);
            x += width;
        }
        sheet.filled(x, top, LINE, tall);
        top + tall
    }
}

/// The lines of a cell.
fn cell(fonts: &Fonts, text: &str, weight: Weight, width: f32) -> Vec<String> {
    fonts.lines(text, weight, SMALL, width - 2.0 * PADDING)
}

/// What the card says of the household, in two columns.
fn household(fonts: &Fonts, resident: &Resident, head: Option<&str>) -> [Vec<Entry>; 2] {
    let address = &resident.address;
    let columns = [
        [
            ("Nama Kepala Keluarga", words::text(head)),
            ("Alamat", address.street.clone()),
            ("RT/RW", address.rt_rw.clone()),
            ("Desa/Kelurahan", address.kelurahan.clone()),
        ],
        [
            ("Kecamatan", address.kecamatan.clone()),
            ("Kabupaten/Kota", address.municipality.clone()),
            ("Kode Pos", address.postal_code.clone()),
            ("Provinsi", address.province.clone()),
        ],
    ];
    let room = WIDTH / 2.0 - LABEL - 12.0;
    columns.map(|column| {
        let entry = |(label, value): (&'static str, String)| (label, fonts.lines(&value, Weight::Regular, SIZE, room));
        column.into_iter().map(entry).collect()
    })
}

fn tall(column: &[Entry]) -> f32 {
    column.iter().map(|(_, lines)| height(lines.len(), SIZE)).sum()
}

/// Draws what every page begins with.
fn draw_head(sheet: &mut Sheet<'_, '_>, resident: &Resident, household: &[Vec<Entry>; 2]) {
    let number = format!("No. {}", resident.family_card_number);
    sheet.centred((MARGIN, MARGIN + 12.0), WIDTH, Weight::Bold, 15.0, "KARTU KELUARGA");
    sheet.centred((MARGIN, MARGIN + 28.0), WIDTH, Weight::Bold, 11.0, &number);
    sheet.centred((MARGIN, MARGIN + 41.0), WIDTH, Weight::Regular, SIZE, COPY);
    let halves = [MARGIN, MARGIN + WIDTH / 2.0];
    for (x, column) in halves.into_iter().zip(household) {
        let mut y = MARGIN + 58.0;
        for (label, value) in column {
            sheet.text((x, y), Weight::Regular, SIZE, label);
            sheet.text((x + LABEL, y), Weight::Regular, SIZE, ":");
            y = sheet.lines((x + LABEL + 8.0, y), Weight::Regular, SIZE, value);
        }
    }
}

/// When the card was issued and who signed it, in three columns.
fn issue(fonts: &Fonts, resident: &Resident, head: Option<&str>) -> [Entry; 3] {
    let record = &resident.civil_record;
    let nip = format!("NIP. {}", words::text(record.family_card_official_nip.as_deref()));
    let official = words::text(record.family_card_official.as_deref());
    let lines = |value: &str| fonts.lines(value, Weight::Bold, SIZE, WIDTH / 3.0 - 12.0);
    [
        ("Dikeluarkan Tanggal", lines(&words::date(record.family_card_issued_on))),
        ("Kepala Keluarga", lines(&words::text(head))),
        ("Kepala Dinas Kependudukan dan Pencatatan Sipil", [lines(&official), lines(&nip)].concat()),
    ]
}

fn issue_height(issue: &[Entry; 3]) -> f32 {
    let lines = issue.iter().map(|(_, lines)| lines.len()).max().unwrap_or_default();
    GAP + height(1 + lines, SIZE)
}

fn draw_issue(sheet: &mut Sheet<'_, '_>, issue: &[Entry; 3], top: f32) {
    let mut x = MARGIN;
    for (label, value) in issue {
        let y = top + GAP + SIZE;
        sheet.text((x, y), Weight::Regular, SIZE, label);
        sheet.lines((x, y + height(1, SIZE)), Weight::Bold, SIZE, value);
        x += WIDTH / 3.0;
    }
}
