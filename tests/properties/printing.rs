//! Nothing secret or personal can be printed, not even by a careless `{:?}`.

use ikd::app::Pins;
use ikd::domain::Id;
use ikd::domain::activation_code::ActivationCode;
use ikd::domain::contact::{Email, Office, PhoneNumber};
use ikd::domain::decision::Pending;
use ikd::domain::device::{Active, Device, DeviceState};
use ikd::domain::holder::HolderRecord;
use ikd::domain::local_time::Zone;
use ikd::domain::nik::Nik;
use ikd::domain::pin::{Pin, PinTries};
use ikd::domain::qr_code::QrToken;
use ikd::domain::registration::{Registration, RegistrationState};
use ikd::domain::secret::MacKey;
use ikd::domain::text::Language;
use ikd::http::Problem;
use ikd::long_work::StillWanted;
use ikd::mail::Message;
use ikd::mail::activation_email;
use ikd::pictures::selfie::{SelfieFile, SelfieRules};
use ikd::tokens::keys::{SigningKey, VerifyingKeys};
use ikd::tokens::sealed::Seal;
use jiff::{SignedDuration, Timestamp};
use local::actors::KeyPair;
use local::personas::{self, SITI};
use serde_json::json;

/// Shows a value in every way there is, and asserts that none of the words occurs.
#[track_caller]
fn assert_hidden(value: &dyn std::fmt::Debug, words: &[&str]) {
    let shown = format!("{value:?}{value:#?}");
    for word in words {
        assert!(!shown.contains(word), "{shown} shows {word}");
        let bytes = format!("{:?}", word.as_bytes());
        assert!(!shown.contains(bytes.trim_matches(['[', ']'])), "{shown} shows the bytes of {word}");
    }
}

#[test]
fn values_show_their_type_and_nothing_else() {
    let key = MacKey::new(b"a key that is a secret of the tests");
    let (id, now) = (Id::from_random([7; 16]), Timestamp::from_second(1_795_323_600).unwrap());
    let code = ActivationCode::derive(&key, &id, 1);
    let seal = Seal::new(key.clone());
    let ticket = seal.ticket(&id, now).unwrap();
    let link = seal.link(&id, 1).unwrap();
    let (captcha, answer) = seal.captcha(&link, [3; 16], SignedDuration::from_mins(5), now).unwrap();
    let pin = Pin::parse("142857").unwrap();
    let pins = Pins::new(b"a pepper that is a secret of the tests").unwrap();
    let hash = pins.hash(&pin, [1; 16]).unwrap();
    let qr = QrToken::from_random([9; 20]);
    let email = Email::parse("siti@contoh.id").unwrap();
    let phone = PhoneNumber::parse("0812-3456-7890").unwrap();
    let nik = Nik::parse(SITI).unwrap();

    assert_hidden(&nik, &[SITI]);
    assert_hidden(&email, &["siti", "contoh"]);
    assert_hidden(&phone, &["812"]);
    assert_hidden(&pin, &["142857"]);
    assert_hidden(&hash, &["argon2", hash.expose()]);
    assert_hidden(&pins, &["pepper that"]);
    assert_hidden(&code, &[code.expose()]);
    assert_hidden(&ticket, &[ticket.expose()]);
    assert_hidden(&link, &[link.expose()]);
    assert_hidden(&captcha, &[captcha.expose()]);
    assert_hidden(&answer, &[answer.answer()]);
    assert_hidden(&qr, &[qr.expose()]);
    assert_hidden(&seal, &["a key"]);
    assert_hidden(&key, &["a key"]);

    let url = url::Url::parse("https://ikd.example").unwrap();
    let office = Office { name: "Dinas".to_owned(), phone: None };
    let (occasion, ends, zone) = (activation_email::Occasion::Approval, Timestamp::UNIX_EPOCH, Zone::Wib);
    let message: Message = activation_email::write(occasion, &code, &link, &url, ends, zone, &office).unwrap();
    assert_hidden(&message, &[code.expose(), link.expose()]);
}

#[test]
fn keys_cannot_be_printed() {
    let pair = KeyPair::generate().unwrap();
    let pem: String = pair.pem().lines().nth(1).unwrap().to_owned();
    assert_hidden(&SigningKey::from_pem(pair.pem()).unwrap(), &[&pem, "BEGIN"]);
    let jwks = json!({ "keys": [pair.public()] }).to_string();
    let x = serde_json::to_value(pair.public()).unwrap()["x"].as_str().unwrap().to_owned();
    assert_hidden(&VerifyingKeys::from_jwks(&jwks).unwrap(), &[&x]);
    let error = SigningKey::from_pem("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----").unwrap_err();
    assert_hidden(&error, &["c2VjcmV0"]);
}

#[test]
fn entities_show_no_person() {
    let nik = Nik::parse(SITI).unwrap();
    let (id, now) = (Id::from_random([7; 16]), Timestamp::from_second(1_795_323_600).unwrap());
    let key = KeyPair::generate().unwrap().thumbprint().clone();
    let registration = Registration {
        id: id.clone(),
        nik: nik.clone(),
        device_key: key.clone(),
        email: Email::parse("siti@contoh.id").unwrap(),
        phone_number: PhoneNumber::parse("0812-3456-7890").unwrap(),
        registered_at: now,
        approvals_before: 0,
        face: None,
        opened_at: None,
        state: RegistrationState::Pending(Pending { expires_at: now }),
    };
    let pin_hash = Pins::new(b"pepper").unwrap().hash(&Pin::parse("142857").unwrap(), [1; 16]).unwrap();
    let hash = pin_hash.expose().to_owned();
    let device = Device {
        key: key.clone(),
        nik: nik.clone(),
        registration: id,
        activated_at: now,
        unlock: None,
        state: DeviceState::Active(Active {
            pin_hash,
            pin_is_first: false,
            pin_tries: PinTries::default(),
            session: None,
            registry_row: None,
            qr_code: None,
        }),
    };
    let personal = [SITI, "siti@", "contoh.id", "62812", "142857", "argon2", hash.as_str()];
    assert_hidden(&registration, &personal);
    assert_hidden(&device, &personal);
    assert_hidden(&HolderRecord::nobody_yet(nik), &personal);

    let portrait = personas::portrait(1, 320, 400).unwrap();
    let rules = SelfieRules { max_bytes: 262_144, min_pixels: 320 };
    let file = SelfieFile::parse(&data_encoding::BASE64.encode(&portrait), &rules).unwrap();
    assert_eq!(format!("{file:?}"), "SelfieFile(…)");
    assert_eq!(format!("{:?}", file.draw(&StillWanted::default()).unwrap()), "Selfie(…)");
}

#[test]
fn a_refused_value_is_in_neither_the_refusal_nor_its_cause() {
    let url = url::Url::parse("https://ikd.example").unwrap();
    for value in ["3577014507900003x", "bukan-email", "+1 555 0100"] {
        let refusals = [Nik::parse(value).err(), Email::parse(value).err(), PhoneNumber::parse(value).err()];
        for invalid in refusals.into_iter().flatten() {
            let problem = Problem::invalid("/member", invalid);
            assert_hidden(&problem, &[value]);
            let answer = problem.answer(&url, Language::English, "request").into_response();
            assert_hidden(answer.body(), &[value]);
        }
    }
}
