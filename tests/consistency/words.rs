//! What people read uses one word for one thing, in both languages, and is the same wherever it is repeated.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ikd::domain::document::DocumentKind;
use ikd::domain::text::Language;
use ikd::http::{Problem, ProblemType, Reader};
use jiff::SignedDuration;
use serde_yaml_ng::Value;

use crate::yaml;

/// What is not said, what is said instead, and the phrases in which it is right.
type Retired = (&'static str, &'static str, &'static [&'static str]);

const RETIRED_IN_INDONESIAN: &[Retired] = &[
    ("surel", "email", &[]),
    ("e-mail", "email", &[]),
    // The old app's name for blocking one's phone.
    ("perangkat", "ponsel", &["Lepas Perangkat"]),
    ("gawai", "ponsel", &["kepegawaian"]),
    // The name of agencies that issue documents.
    ("instansi", "lembaga", &["instansi penerbit dokumen ini", "hubungi instansi tersebut"]),
    ("qr code", "kode QR", &["Pindai QR Code"]),
    ("kantor", "kantor Dukcapil", &["kantor Dukcapil"]),
    ("datangi", "datang ke", &[]),
    ("dilayani", "didukung", &[]),
    ("kadaluarsa", "kedaluwarsa", &[]),
    ("kadaluwarsa", "kedaluwarsa", &[]),
    ("selfie", "swafoto", &[]),
    ("silahkan", "silakan", &[]),
    ("lewat", "melalui", &[]),
    ("pakai", "gunakan", &["dipakai", "terpakai"]),
    ("bila", "jika", &[]),
    ("huruf", "karakter", &["huruf dan angka", "huruf besar dan kecil"]),
    ("harus ada", "wajib diisi", &[]),
    ("paling sedikit", "sedikitnya", &[]),
    ("terganggu", "mengalami gangguan", &[]),
    ("tidak dapat dibaca", "tidak dapat diproses", &["Foto tidak dapat dibaca"]),
    ("tidak dapat dibuktikan", "tidak dapat diverifikasi", &[]),
    ("tidak lagi berlaku", "tidak berlaku lagi", &[]),
    ("token akses", "sesi", &[]),
    ("terikat", "terdaftar", &[]),
    ("bukti kunci", "ponsel tidak dapat dikenali", &[]),
    ("diputuskan berbeda", "diputuskan dengan hasil berbeda", &[]),
    ("tunggu sebentar", "coba lagi dalam {wait}", &[]),
    ("membukanya", "membuka kuncinya", &[]),
    ("telah pindah", "tercatat tidak lagi berdomisili", &[]),
    ("tidak memiliki catatan", "tidak ditemukan", &[]),
    ("dikirimi", "tidak valid", &[]),
    ("tidak mungkin ada", "tidak valid", &[]),
    ("sendirian", "hanya Anda yang terlihat", &[]),
    ("gambar lain", "ganti gambar", &[]),
    ("pin pertama", "PIN sementara", &[]),
    ("beri tahu kami", "hubungi", &[]),
    ("dokumen ini asli", "dokumen dengan kode ini pernah diterbitkan", &[]),
    ("hash", "sidik digital (hash)", &["sidik digital (hash)"]),
    ("hidup kembali", "dipakai lagi", &[]),
    ("mesin", "sistem", &[]),
    ("belum tiba", "tidak boleh di masa depan", &[]),
];

const RETIRED_IN_ENGLISH: &[Retired] = &[
    ("email", "e-mail", &[]),
    ("device", "phone", &[]),
    ("integrator", "organisation", &[]),
    ("office", "civil registry office", &["registry office", "officer"]),
    ("member", "field", &[]),
    ("claim", "data", &[]),
    ("anew", "again", &[]),
    ("any more", "no longer", &[]),
    ("turn to", "contact", &[]),
    ("used before", "already used", &[]),
    ("used up", "already used, or limit reached", &[]),
    ("too often", "too many", &[]),
    ("what was asked for", "not found", &[]),
    ("is not served", "is not supported", &[]),
    ("not right", "not valid", &[]),
    ("disturbed", "temporarily unavailable", &[]),
    ("bound", "registered", &[]),
    ("otherwise before", "a different decision", &[]),
    ("waits", "is waiting", &[]),
    ("before you try again", "try again in {wait}", &[]),
    ("faster", "in progress", &[]),
    ("nothing on record", "no record", &[]),
    ("moved away", "no longer lives here", &["Holder moved away"]),
    ("written to", "is not valid", &[]),
    ("is no ", "is not a", &["there is no", "is no longer"]),
    ("is not possible", "is not valid", &[]),
    ("look at the person", "compare the photos with the person", &[]),
    ("of a higher resolution", "with a higher resolution", &[]),
    ("whole", "complete", &[]),
    ("first pin", "temporary PIN", &[]),
    ("go on", "continue", &[]),
    ("genuine", "issued", &[]),
    ("where in doubt", "if in doubt", &[]),
    ("is over", "has ended", &[]),
    ("nobody", "do not", &[]),
    ("tell us", "contact", &[]),
    ("alone", "only", &[]),
    ("write down why", "give your reason", &[]),
    ("at least", "choose at least one item", &["at least one item"]),
    ("letters at most", "at most … characters", &[]),
    ("has not come yet", "must not be in the future", &[]),
    ("answer the captcha", "type the characters in the picture", &[]),
    ("differ", "do not match", &["a different decision", "differ from the old one"]),
];

/// Words of other languages, too. In English they are right.
const ENGLISH_AS_WELL: &[&str] = &["e-mail", "qr code", "selfie", "hash"];

/// What is quoted: the law, a member of the documents of the civil service, and an example of an address.
const QUOTED: &[&str] = &["ayat (2) huruf", "(\"instansi\", \"pemerintah", "https://kantor.example.go.id"];

/// Where words are written.
const EVERYWHERE: [&str; 7] = ["functions", "shared", "infra", "clients", "docs", "tests", ".github"];

#[test]
fn no_text_uses_a_retired_word() {
    let texts = texts();
    assert!(texts.len() > 120, "only {} texts were found", texts.len());
    let found: Vec<String> = texts.iter().flat_map(Text::retired_words).collect();
    assert_eq!(found, [""; 0]);
}

/// Comments, documents, examples, test data and other people's clients hold Indonesian words between English ones. The English
/// words that are retired have their place there: the documents speak of devices, integrators and offices.
#[test]
fn no_file_uses_a_word_that_is_retired_in_indonesian() {
    let mut found = Vec::new();
    let files = files(
        &EVERYWHERE,
        &["rs", "md", "yaml", "yml", "toml", "html", "txt", "py", "js", "mjs", "ts", "kt", "swift", "dart"],
    );
    assert!(files.len() > 400, "only {} files were found", files.len());
    for path in files.into_iter().chain([xtask::root().join("README.md")]) {
        // This file names them all.
        if path.ends_with(file!()) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let place = path.strip_prefix(xtask::root()).unwrap().display().to_string();
        found.extend(retired_in_passing(&text).into_iter().map(|better| format!("{place} should say {better}")));
    }
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_retired_word_in_passing_is_found_by_itself_and_not_in_others_or_where_it_is_right() {
    let found = retired_in_passing("Not an e-mail: \"bukan surel\". Gawai, pegawai; huruf b. Ke kantor \\\n Dukcapil.");
    assert_eq!(found, ["email", "ponsel", "karakter"]);
    assert_eq!(retired_in_passing("Pasal 4 ayat (2) huruf b, and a hash of the selfie"), [""; 0]);
}

#[test]
fn retired_words_are_found_wherever_a_text_is_written() {
    let source = r#"
        const OLD: Invalid =
            Invalid::new("Perangkat ini \
                          hilang.", "This device is lost.");
        const NEW: Text = Text { id: "Pindai QR Code", en: "The \"officer\" helps." };
        fn say(&self, id: &'static str, en: &'static str) {}
        {{ words.say("Buka surel di kantor.", "Visit the office.") }}
    "#;
    let texts = written_in(Path::new("here"), source);
    let found: Vec<String> = texts.iter().flat_map(Text::retired_words).collect();
    assert_eq!(texts.len(), 3, "a function's parameters are no text");
    assert_eq!(
        found,
        [
            "here: \"Perangkat ini hilang.\" should say ponsel",
            "here: \"This device is lost.\" should say phone",
            "here: \"Buka surel di kantor.\" should say email",
            "here: \"Buka surel di kantor.\" should say kantor Dukcapil",
            "here: \"Visit the office.\" should say civil registry office",
        ]
    );
}

#[test]
fn the_examples_of_the_description_repeat_the_catalogue() {
    let description = yaml("infra/openapi.yaml");
    let catalogue: BTreeMap<&str, ProblemType> =
        ProblemType::ALL.iter().map(|problem| (problem.slug(), *problem)).collect();
    let mut shown = BTreeSet::new();
    for (name, example) in description["components"]["examples"].as_mapping().unwrap() {
        let text = |member: &str| example["value"].get(member).and_then(Value::as_str);
        let Some(slug) = text("type").and_then(|uri| uri.rsplit('/').next()) else { continue };
        let kind = catalogue[slug];
        let is_for_officers = name.as_str().unwrap().ends_with("-for-officers");
        let mut problem = Problem::new(kind).read_by(if is_for_officers { Reader::Officer } else { Reader::Concerned });
        if let Some(seconds) = example["value"]["retry_after"].as_i64() {
            problem = problem.retry_after(SignedDuration::from_secs(seconds));
        }
        assert_eq!(text("title"), Some(kind.title().id), "{name:?}");
        assert_eq!(text("detail").map(str::to_owned), Some(problem.explain(Language::Indonesian)), "{name:?}");
        if let Some(english) = text("error_description") {
            assert_eq!(english, kind.detail().en, "{name:?}");
        }
        shown.insert((slug, is_for_officers));
    }
    let for_officers = ProblemType::ALL.iter().filter(|problem| problem.detail_for_officers().is_some()).count();
    assert_eq!(shown.len(), ProblemType::ALL.len() + for_officers, "every problem has an example for each reader");
}

/// Something that people read, and where it is written.
struct Text {
    place: String,
    indonesian: String,
    english: String,
}

impl Text {
    fn new(place: impl Into<String>, indonesian: impl Into<String>, english: impl Into<String>) -> Self {
        Self { place: place.into(), indonesian: indonesian.into(), english: english.into() }
    }

    /// The retired words in it, each with what the text should say.
    fn retired_words(&self) -> Vec<String> {
        let of = |text: &str, retired: &[Retired]| -> Vec<String> {
            let retired = retired.iter().filter(|(word, _, right)| uses(text, word, right));
            retired.map(|(_, better, _)| format!("{}: {text:?} should say {better}", self.place)).collect()
        };
        [of(&self.indonesian, RETIRED_IN_INDONESIAN), of(&self.english, RETIRED_IN_ENGLISH)].concat()
    }
}

/// Whether a text has a word, apart from where it is right.
fn uses(text: &str, word: &str, right: &[&str]) -> bool {
    without(text, right).contains(word)
}

/// A text in small letters, without some phrases.
fn without(text: &str, phrases: &[&str]) -> String {
    phrases.iter().fold(text.to_lowercase(), |rest, phrase| rest.replace(&phrase.to_lowercase(), ""))
}

/// What to say in place of each retired Indonesian word that a text of any language has as a whole word.
fn retired_in_passing(text: &str) -> Vec<&'static str> {
    let text = text.replace("\\\n", "\n");
    let text = without(&text.split_whitespace().collect::<Vec<_>>().join(" "), QUOTED);
    let is_word = |text: &str, word: &str| {
        let mut places = text.match_indices(word);
        places.any(|(at, _)| {
            let (before, after) = (text[..at].chars().next_back(), text[at + word.len()..].chars().next());
            ![before, after].into_iter().flatten().any(char::is_alphanumeric)
        })
    };
    let retired = RETIRED_IN_INDONESIAN.iter().filter(|(word, ..)| !ENGLISH_AS_WELL.contains(word));
    let used = retired.filter(|(word, _, right)| is_word(&without(&text, right), word));
    used.map(|(_, better, _)| *better).collect()
}

/// Every text that people read: problems, what refuses a value, pages, e-mails, printed documents.
fn texts() -> Vec<Text> {
    let mut texts: Vec<Text> = ProblemType::ALL
        .iter()
        .flat_map(|problem| {
            let said = [Some(problem.title()), Some(problem.detail()), problem.detail_for_officers()];
            said.into_iter().flatten().map(|text| Text::new(problem.slug(), text.id, text.en))
        })
        .collect();
    texts.extend(DocumentKind::ALL.into_iter().map(|kind| Text::new(kind.as_str(), kind.name().id, kind.name().en)));
    for path in files(&["functions", "shared", "infra", "clients"], &["rs", "html", "js"]) {
        let source = std::fs::read_to_string(&path).unwrap();
        let shown = source.split("#[cfg(test)]").next().unwrap_or_default();
        texts.extend(written_in(path.strip_prefix(xtask::root()).unwrap(), shown));
    }
    texts.push(email("activation.html", "<div lang=\"en\">"));
    texts.push(email("activation.txt", "\nEnglish\n"));
    texts.push(foot_of_printed_documents());
    texts
}

/// The files of some folders, as far as there are any, without what tools put there.
fn files(folders: &[&str], extensions: &[&str]) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = folders.iter().map(|folder| xtask::root().join(folder)).collect();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                let is_made = ["node_modules", "target", "dist", "generated"].iter().any(|made| path.ends_with(made));
                if !is_made {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extensions.iter().any(|known| extension == *known)) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The texts that a source holds as two literals, Indonesian first.
fn written_in(place: &Path, source: &str) -> Vec<Text> {
    let starts = ["Invalid::new(", "Text {", ".say("];
    let mut texts = Vec::new();
    for start in starts {
        for (at, _) in source.match_indices(start) {
            let after = source[at + start.len()..].trim_start().trim_start_matches("id:");
            let Some((indonesian, rest)) = literal(after) else { continue };
            let rest = rest.trim_start_matches(',').trim_start().trim_start_matches("en:");
            let Some((english, _)) = literal(rest) else { continue };
            texts.push((at, Text::new(place.display().to_string(), indonesian, english)));
        }
    }
    texts.sort_by_key(|(at, _)| *at);
    texts.into_iter().map(|(_, text)| text).collect()
}

/// A string literal at the beginning of a source, as it reads, and what follows it.
fn literal(source: &str) -> Option<(String, &str)> {
    let mut rest = source.trim_start().strip_prefix('"')?;
    let mut text = String::new();
    loop {
        let (plain, end) = rest.split_at(rest.find(['"', '\\'])?);
        text.push_str(plain);
        let Some(escaped) = end.strip_prefix('\\') else { return Some((text, &end[1..])) };
        let mut characters = escaped.chars();
        rest = match characters.next()? {
            '\n' => characters.as_str().trim_start(),
            character => {
                text.push(character);
                characters.as_str()
            }
        };
    }
}

/// An e-mail holds both languages, English below a divider.
fn email(template: &str, divider: &str) -> Text {
    let text = std::fs::read_to_string(xtask::root().join("shared/templates").join(template)).unwrap();
    let (indonesian, english) = text.split_once(divider).unwrap();
    Text::new(template, indonesian, english.replace("office.", ""))
}

/// The text beside the code of a printed document.
fn foot_of_printed_documents() -> Text {
    let source = std::fs::read_to_string(xtask::root().join("functions/show-documents/src/print.rs")).unwrap();
    let sentence = |name: &str| {
        let (_, after) = source.split_once(&format!("let {name} = format!(")).unwrap();
        literal(after).unwrap().0
    };
    Text::new("print.rs", sentence("indonesian"), sentence("english"))
}
