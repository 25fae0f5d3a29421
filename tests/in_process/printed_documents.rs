//! show-documents, printed: each print has a code that anyone can check.

use http::{Method, Request};
use ikd::domain::civil_record::CivilRecord;
use ikd::domain::resident::{MaritalStatus, Religion, Resident};
use local::actors::Reply;
use local::personas::{BUDI, SITI, UNDER_17};
use serde_json::{Value, json};
use tests::prints::{pages, scan};
use tests::{HolderWithSession, World, assert_problem, assert_status};

pub const PDF: &str = "application/pdf";

/// What every print says of itself.
const COPY: &str = "SALINAN – BUKAN DOKUMEN KEPENDUDUKAN BERTANDA TANGAN ELEKTRONIK";

pub async fn fetch(holder: &HolderWithSession, kind: &str, accept: &str) -> Reply {
    holder.phone.fetch(&holder.session, &format!("/me/documents/{kind}"), accept).await.unwrap()
}

/// Keeps a document for people to look at.
fn keep(name: &str, pdf: &[u8]) {
    let folder = xtask::root().join("artifacts");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), pdf).unwrap();
}

/// The text of a PDF, page after page, without its line breaks.
pub fn text(pdf: &[u8]) -> String {
    let document = lopdf::Document::load_mem(pdf).unwrap();
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    document.extract_text(&pages).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The address in the QR code on each page.
pub fn codes(pdf: &[u8]) -> Vec<String> {
    pages(pdf, 216.0).map(scan).map(|code| code.split_once('#').unwrap().0.to_owned()).collect()
}

/// What anyone learns about the document with that address.
pub async fn check(world: &World, address: &str) -> Value {
    let reply = world.send(Request::get(address).body(String::new()).unwrap()).await;
    assert_status(&reply, 200);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    reply.json()
}

#[tokio::test]
async fn an_id_card_is_printed_with_a_code_that_anyone_can_check() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let reply = fetch(&holder, "ktp-el", PDF).await;
    assert_status(&reply, 200);
    for (header, value) in [
        ("content-type", PDF),
        ("content-disposition", "attachment; filename=\"ktp-el.pdf\""),
        ("cache-control", "no-store"),
        ("screen-capture", "deny"),
        ("vary", "Accept"),
    ] {
        assert_eq!(reply.header(header), Some(value));
    }
    keep("ktp-el.pdf", &reply.bytes);
    let words = text(&reply.bytes);
    for word in [
        SITI,
        "SITI AMINAH",
        "MADIUN, 05-07-1990",
        "PEREMPUAN",
        "KARTOHARJO",
        "Agama : ISLAM",
        "Status Perkawinan : KAWIN",
        "Kewarganegaraan : WNI",
        "Berlaku Hingga : SEUMUR HIDUP",
        "Dikeluarkan di : KOTA MADIUN",
        "Tanggal Dikeluarkan : 14-05-2018",
        COPY,
    ] {
        assert!(words.contains(word), "{word} is missing: {words}");
    }
    let codes = codes(&reply.bytes);
    assert_eq!(codes.len(), 1);
    assert!(codes[0].starts_with("http://ikd.test/documents/verify/"), "{codes:?}");
    assert_eq!(reply.header("link"), Some(format!("<{}>; rel=\"describedby\"", codes[0]).as_str()));
    let genuine = json!({ "genuine": true, "kind": "ktp-el", "issued_at": "2026-11-22T05:00:00.000Z" });
    assert_eq!(check(&world, &codes[0]).await, genuine);
}

#[tokio::test]
async fn a_family_card_is_printed_with_its_members_and_no_more_than_it_shows() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let printed = fetch(&holder, "kk", PDF).await.bytes;
    keep("kk.pdf", &printed);
    let words = text(&printed);
    for word in [
        SITI,
        BUDI,
        UNDER_17,
        "Nama Kepala Keluarga : BUDI SANTOSO",
        "Kode Pos : 63117",
        "BELUM KAWIN - ANAK WNI - - BUDI SANTOSO SITI AMINAH",
        "KAWIN TERCATAT 10-10-2009 ISTRI WNI - - HARTONO SUMINI",
        "DIPLOMA IV/STRATA I",
        "No. 3577010101100001",
        "Dikeluarkan Tanggal 19-02-2024",
        "CONTOH PEJABAT, S.STP, M.SI NIP. 000000000000000000",
        COPY,
    ] {
        assert!(words.contains(word), "{word} is missing: {words}");
    }
    assert_eq!(codes(&printed).len(), 1, "a small family has room on one page");
    assert!(!words.contains("Halaman"), "{words}");
    world.change_resident(BUDI, |resident| resident.deceased = true).await;
    let words = text(&fetch(&holder, "kk", PDF).await.bytes);
    assert!(!words.contains(BUDI), "who died is not on the card");
}

#[tokio::test]
async fn a_large_family_takes_several_pages_and_each_has_the_code() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let lengthen = |child: &mut Resident, number| {
        child.name = format!("ANAK NOMOR {number} DENGAN NAMA YANG PANJANG SEKALI {}", "X".repeat(40));
    };
    let children = world.add_children(40, lengthen).await;
    let reply = fetch(&holder, "kk", PDF).await;
    assert_status(&reply, 200);
    let (codes, words) = (codes(&reply.bytes), text(&reply.bytes));
    assert!(codes.len() > 2, "{} pages", codes.len());
    assert!(codes.iter().all(|code| *code == codes[0]));
    for child in &children {
        assert!(words.contains(child.nik.as_str()), "{} is missing", child.nik.as_str());
    }
}

#[tokio::test]
async fn the_longest_values_are_printed_whole() {
    const NAME: &str = "RADEN AJENG MARIA MAGDALENA KUSUMANINGTYAS PUSPITASARI HADININGRAT WIDYASTUTI";
    const STREET: &str = "PERUMAHAN BUMI MADIUN INDAH PERMAI TAHAP II BLOK C-12 NO. 114 JL. KAPTEN SAPUTRO GANG MELATI \
                          UTARA BELAKANG PASAR";
    const OCCUPATION: &str = "KARYAWAN BUMN/BUMD BIDANG PENGADAAN BARANG DAN JASA KONSTRUKSI PENGHAYAT";
    const EDUCATION: &str = "AKADEMI/DIPLOMA III/S. MUDA";
    const FATHER: &str = "KANJENG RADEN TUMENGGUNG HARYO PURBONINGRAT SASTRODIWIRYO KUSUMOHADININGRAT";
    const OFFICIAL: &str = "DR. RADEN BAGUS SASTRO WARDOYO HADIKUSUMO, S.SOS., S.H., M.AP., M.SI., CRMP., CGCAE.";

    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let lengthen = |resident: &mut Resident| {
        resident.name = NAME.to_owned();
        resident.birthplace = "KEPULAUAN SIAU TAGULANDANG BIARO".to_owned();
        resident.address.street = STREET.to_owned();
        resident.religion = Religion::Kepercayaan;
        resident.marital_status = MaritalStatus::Divorced;
        resident.occupation = OCCUPATION.to_owned();
        resident.civil_record = CivilRecord {
            education: Some(EDUCATION.to_owned()),
            father: Some(FATHER.to_owned()),
            mother: Some(NAME.to_owned()),
            marriage_recorded: Some(false),
            passport_number: Some("X1234567".to_owned()),
            kitap_number: Some("2D41JE0123-X/2024".to_owned()),
            family_card_official: Some(OFFICIAL.to_owned()),
            ..resident.civil_record.clone()
        };
    };
    world.change_resident(SITI, lengthen).await;
    world.add_children(7, |child, _| lengthen(child)).await;

    let card = fetch(&holder, "ktp-el", PDF).await.bytes;
    keep("ktp-el-long.pdf", &card);
    let words = text(&card);
    for value in [NAME, STREET, OCCUPATION, "Kepercayaan : KEPERCAYAAN TERHADAP TUHAN YME", COPY] {
        assert!(words.contains(value), "{value} is missing: {words}");
    }
    let family = fetch(&holder, "kk", PDF).await.bytes;
    keep("kk-long.pdf", &family);
    let words = text(&family);
    for (value, times) in [
        (NAME, 16),
        (STREET, 1),
        (OCCUPATION, 8),
        (EDUCATION, 8),
        (FATHER, 8),
        ("CERAI HIDUP BELUM TERCATAT", 8),
        ("2D41JE0123-X/2024", 8),
        (OFFICIAL, 1),
    ] {
        let found = words.matches(value).count();
        assert!(found >= times, "{value} is there {found} times and not {times}: {words}");
    }
    let pages = codes(&family);
    assert!(pages.len() > 1);
    assert_eq!(words.matches(COPY).count(), pages.len());
    for page in 1..=pages.len() {
        let number = format!("Halaman {page} dari {}", pages.len());
        assert!(words.contains(&number), "{number} is missing: {words}");
    }
}

#[tokio::test]
async fn a_text_without_blanks_that_is_as_long_as_the_registry_takes_is_printed_whole() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let longest = "W".repeat(200);
    world
        .change_resident(SITI, |resident| {
            for text in [&mut resident.name, &mut resident.birthplace, &mut resident.occupation] {
                text.clone_from(&longest);
            }
            let address = &mut resident.address;
            for text in [&mut address.street, &mut address.kelurahan, &mut address.municipality, &mut address.province]
            {
                text.clone_from(&longest);
            }
            resident.civil_record.kitap_number = Some(longest.clone());
        })
        .await;
    for (kind, times) in [("ktp-el", 7), ("kk", 8)] {
        let printed = fetch(&holder, kind, PDF).await.bytes;
        keep(&format!("{kind}-longest.pdf"), &printed);
        let letters = text(&printed).matches('W').count();
        assert!(letters >= times * 200, "{letters} letters in {kind}");
        assert!(codes(&printed).len() > 1);
    }
}

#[tokio::test]
async fn what_the_registry_does_not_say_is_printed_as_a_dash() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let nothing = |resident: &mut Resident| {
        resident.civil_record = CivilRecord::default();
        resident.blood_type = None;
    };
    for nik in [SITI, BUDI, UNDER_17] {
        world.change_resident(nik, nothing).await;
    }
    let card = fetch(&holder, "ktp-el", PDF).await.bytes;
    keep("ktp-el-bare.pdf", &card);
    let words = text(&card);
    assert!(words.contains("Gol. Darah : - Alamat"), "{words}");
    let end = "Kewarganegaraan : - Berlaku Hingga : - Dikeluarkan di : - Tanggal Dikeluarkan : -";
    assert!(words.contains(end), "{words}");
    let family = fetch(&holder, "kk", PDF).await.bytes;
    keep("kk-bare.pdf", &family);
    let words = text(&family);
    assert!(words.contains("2 KAWIN - ISTRI - - - - - 3 BELUM KAWIN - ANAK - - - - -"), "{words}");
    assert!(words.contains("Dikeluarkan Tanggal -"), "{words}");
    assert!(words.contains("NIP. -"), "{words}");
}

#[tokio::test]
async fn the_card_of_a_foreigner_ends_with_the_permit_and_speaks_english() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    world
        .change_resident(SITI, |resident| {
            resident.religion = Religion::Buddha;
            let record = &mut resident.civil_record;
            record.citizenship = Some("JEPANG".to_owned().into());
            record.passport_number = Some("TR1234567".to_owned());
            record.kitap_number = Some("2D41JE0123-X".to_owned());
            record.kitap_valid_until = Some(jiff::civil::date(2029, 8, 31));
        })
        .await;
    let card = fetch(&holder, "ktp-el", PDF).await.bytes;
    keep("ktp-el-foreigner.pdf", &card);
    let words = text(&card);
    for value in ["FEMALE", "BUDDHIST", "MARRIED", "Kewarganegaraan : JEPANG", "Berlaku Hingga : 31-08-2029"] {
        assert!(words.contains(value), "{value} is missing: {words}");
    }
    assert!(!words.contains("SEUMUR HIDUP"));
    let words = text(&fetch(&holder, "kk", PDF).await.bytes);
    assert!(words.contains("ISTRI JEPANG TR1234567 2D41JE0123-X HARTONO"), "{words}");
}

#[tokio::test]
async fn the_format_follows_accept_and_json_is_the_first_choice() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    for (kind, accept, format) in [
        ("ktp-el", "*/*", "application/json"),
        ("ktp-el", "application/json", "application/json"),
        ("ktp-el", "application/*;q=0.5, application/pdf", PDF),
        ("kk", "text/html, application/pdf;q=0.1", PDF),
        ("ktp-el", "nonsense", "application/json"),
        ("npwp", "application/json, application/pdf", "application/json"),
    ] {
        let reply = fetch(&holder, kind, accept).await;
        assert_status(&reply, 200);
        assert_eq!(reply.header("content-type"), Some(format), "{accept}");
        assert_eq!(reply.header("vary"), Some("Accept"));
    }
    assert_eq!(world.items("documents").len(), 2, "only what is printed is on record");
    for (kind, accept) in [("ktp-el", "text/html"), ("npwp", PDF), ("kk", "application/json;q=0, text/*")] {
        assert_problem(&fetch(&holder, kind, accept).await, 406, "not-acceptable");
    }
}

#[tokio::test]
async fn a_registry_photo_that_is_no_picture_leaves_its_place_empty() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    world.change_resident(SITI, |resident| resident.photo = b"\xff\xd8no picture".to_vec()).await;
    let reply = fetch(&holder, "ktp-el", PDF).await;
    assert_status(&reply, 200);
    assert!(text(&reply.bytes).contains("SITI AMINAH"));
}

#[tokio::test]
async fn without_the_database_nothing_is_printed_and_nothing_is_called_genuine_or_not() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let broken = world.with_database_gone();
    let phone = holder.phone.speaking_to(broken.clone());
    let reply = phone.fetch(&holder.session, "/me/documents/kk", PDF).await.unwrap();
    assert_problem(&reply, 503, "service-unavailable");
    let request = Request::builder().method(Method::GET).uri("http://ikd.test/documents/verify/x");
    assert_status(&broken.send(request.body(String::new()).unwrap()).await.unwrap(), 200);
    let request = Request::get("http://ikd.test/documents/verify/AEAQCAIBAEAQCAIBAEAQCAIBAE").body(String::new());
    assert_problem(&broken.send(request.unwrap()).await.unwrap(), 503, "service-unavailable");
}
