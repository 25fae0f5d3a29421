//! Values that people type or scan.

use data_encoding::{BASE32_NOPAD, BASE64};
use ikd::app::{Environment, Settings};
use ikd::domain::activation_code::ActivationCode;
use ikd::domain::claims::{Claim, ClaimSet};
use ikd::domain::contact::{Email, PhoneNumber};
use ikd::domain::nik::Nik;
use ikd::domain::pin::{Locked, LockoutRules, Pin, PinTries};
use ikd::domain::qr_code::QrToken;
use ikd::domain::secret::MacKey;
use ikd::domain::text::Language;
use ikd::domain::{Digest, Id, typed};
use ikd::long_work::StillWanted;
use ikd::pictures::selfie::{SelfieFile, SelfieRules};
use ikd::tokens::sealed::Seal;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

/// Any text at all, and text that nearly fits.
fn text(nearly: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), nearly, "\\PC{0,40}"]
}

/// A code as somebody copies it from a screen or from paper.
fn copied(code: &str) -> String {
    let (first, rest) = code.split_at(4);
    format!(" {}-{} {}\r\n", first, &rest[..4], rest[4..].to_lowercase())
        .replace('I', "1")
        .replace('B', "8")
        .replace('o', "0")
}

fn seal() -> Seal {
    Seal::new(MacKey::new(b"a key of the properties"))
}

prop_compose! {
    /// A NIK by its rules: region, date of birth (women + 40), serial number.
    fn nik()(
        province in prop::sample::select(vec![11_u32, 12, 31, 32, 33, 34, 35, 51, 64, 73, 91]), regency in 1_u32..=79, district in 1_u32..=30, day in 1_u32..=28, woman: bool,
        month in 1_u32..=12, year in 0_u32..=99, serial in 1_u32..=9_999,
    ) -> String {
        let day = if woman { day + 40 } else { day };
        format!("{province:02}{regency:02}{district:02}{day:02}{month:02}{year:02}{serial:04}")
    }
}

proptest! {
    #[test]
    fn every_nik_by_the_rules_is_taken(text in nik()) {
        let nik = Nik::parse(&text).unwrap();
        prop_assert_eq!(nik.as_str(), &text);
        let shown = format!("{nik:?}");
        prop_assert!(!shown.contains(&text));
    }

    #[test]
    fn whatever_is_taken_for_a_nik_is_16_ascii_digits(
        text in text("35[1-7][0-9]{3}[01][1-9]0[1-9][0-9]{5}[0-9]{1,2}[0-9０-９٠-٩ ]?")
    ) {
        if let Ok(nik) = Nik::parse(&text) {
            let digits = typed::digits(&text);
            prop_assert_eq!(Some(nik.as_str()), digits.as_deref());
            prop_assert!(nik.as_str().len() == 16 && nik.as_str().bytes().all(|byte| byte.is_ascii_digit()));
            prop_assert_eq!(Nik::try_from(text.clone()).is_ok(), nik.as_str() == text);
        }
    }

    #[test]
    fn whatever_is_taken_for_an_address_can_stand_in_a_mail_header(
        text in text("[a-z%=?+-]{1,12}[.\"<>,;:\\\\ \r\n\t@]?[a-z]{1,8}@[a-z0-9-]{0,8}[.\r\n@\\[\\]]?[a-z]{1,8}\\.[a-z]{2,6}")
    ) {
        if let Ok(email) = Email::parse(&text) {
            let address = email.as_str();
            prop_assert!(address.is_ascii() && address.len() <= 254);
            prop_assert!(!address.bytes().any(|byte| byte.is_ascii_control() || b" \"<>(),;:\\[]".contains(&byte)));
            prop_assert_eq!(address.matches('@').count(), 1);
            let again = Email::parse(address).unwrap();
            prop_assert_eq!(again.as_str(), address);
        }
    }

    #[test]
    fn whatever_is_taken_for_a_phone_number_is_indonesian_e164(
        text in text("(0|62|\\+62)[ -]?8[1-9][0-9][ ()./-]?[0-9]{3,5}[*#;,x -]?[0-9]{2,6}")
    ) {
        if let Ok(number) = PhoneNumber::parse(&text) {
            let digits = number.as_str().strip_prefix("+62").unwrap();
            prop_assert!((7..=13).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()));
            let again = PhoneNumber::parse(number.as_str()).unwrap();
            prop_assert_eq!(again.as_str(), number.as_str());
        }
    }

    #[test]
    fn a_pin_is_six_digits_and_whatever_is_around_them(text in text("[0-9]{6}|[0-9０-９]{3}[ .-]?[0-9０-９]{2,4}[ \r\n]{0,2}")) {
        let digits = typed::digits(&text).filter(|digits| digits.len() == 6);
        prop_assert_eq!(Pin::parse(&text).ok().map(|pin| pin.expose().to_owned()), digits);
    }

    #[test]
    fn whatever_is_read_as_digits_is_ascii_digits(text in text("[ \t\u{a0}\u{200b}]{0,3}[0-9０-９٠-٩ .-]{0,20}[ \r\n]{0,3}")) {
        if let Some(digits) = typed::digits(&text) {
            prop_assert!(digits.bytes().all(|byte| byte.is_ascii_digit()));
            prop_assert_eq!(typed::digits(&digits), Some(digits.clone()));
            prop_assert_eq!(digits.len(), text.chars().filter(|character| character.is_numeric()).count());
        }
    }

    #[test]
    fn a_code_is_six_digits_and_whatever_is_around_them(text in text("[0-9 .-]{5,9}")) {
        let digits = typed::digits(&text).filter(|digits| digits.len() == 6);
        prop_assert_eq!(ActivationCode::parse(&text).ok().map(|code| code.expose().to_owned()), digits);
    }

    #[test]
    fn ids_and_qr_tokens_have_one_form_each(
        text in text("[A-Z2-7]{26}|[A-Z0-8]{25}[a-z=]|[A-Za-z0-8]{31}[A-Z2-7a-z=]|[A-Z2-7]{13}[ -][a-z0-8]{13}"),
        id: [u8; 16], token: [u8; 20],
    ) {
        prop_assert!(Id::parse(&text).is_none_or(|id| Id::parse(id.as_str()).as_ref() == Some(&id)));
        prop_assert!(QrToken::parse(&text).is_none_or(|token| QrToken::parse(token.expose()).as_ref() == Some(&token)));
        let (id, token) = (Id::from_random(id), QrToken::from_random(token));
        prop_assert_eq!(Id::parse(&copied(id.as_str())), Some(id.clone()));
        prop_assert_eq!(QrToken::parse(&copied(token.expose())), Some(token.clone()));
        prop_assert_eq!(Id::parse(id.as_str()), Some(id));
        prop_assert_eq!(QrToken::parse(token.expose()), Some(token));
    }

    #[test]
    fn nobody_seals_without_the_key(text in text("[A-Z2-7]{40,80}"), bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let now = Timestamp::from_second(0).unwrap();
        let link = seal().link(&Id::from_random([1; 16]), 1).unwrap();
        for text in [text, BASE32_NOPAD.encode(&bytes)] {
            prop_assert!(seal().open_ticket(&text, now).is_err());
            prop_assert!(seal().open_link(&text).is_none());
            prop_assert!(seal().open_captcha(&link, &text).is_none());
            prop_assert!(activate::challenges::solved(&seal(), &link, &text).is_none());
            prop_assert!(activate::challenges::solved(&seal(), &link, &BASE64.encode(text.as_bytes())).is_none());
        }
    }

    #[test]
    fn what_was_sealed_opens_and_nothing_near_it_does(id: [u8; 16], generation: u32, position in 0_usize..50, bit in 0_u8..5) {
        let id = Id::from_random(id);
        let link = seal().link(&id, generation).unwrap();
        prop_assert_eq!(seal().open_link(link.expose()).map(|(_, id, generation)| (id, generation)), Some((id, generation)));
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let mut near = link.expose().as_bytes().to_vec();
        let there = letters.iter().position(|letter| *letter == near[position]).unwrap();
        near[position] = letters[there ^ (1 << bit)];
        prop_assert!(seal().open_link(&String::from_utf8(near).unwrap()).is_none());
    }

    #[test]
    fn a_language_is_always_found(header in text("[a-z*;=q0-9., -]{0,60}")) {
        let language = Language::negotiate(Some(&header));
        prop_assert!(["id", "en"].contains(&language.tag()));
    }

    #[test]
    fn claims_are_a_set_of_known_names(names in prop::collection::vec("[a-z_0-9]{0,20}|nik|name|age_over_17|picture", 0..12)) {
        let known = |name: &String| Claim::ALL.iter().any(|claim| claim.name() == name);
        let read: Result<ClaimSet, _> = serde_json::from_value(serde_json::json!(names));
        prop_assert_eq!(read.is_ok(), names.iter().all(known));
        if let Ok(claims) = read {
            prop_assert!(claims.iter().all(|claim| names.iter().any(|name| name == claim.name())));
        }
    }

    #[test]
    fn digests_tell_differently_cut_parts_apart(whole in "[a-z]{2,20}", cut in 0_usize..20, other in 0_usize..20) {
        let (cut, other) = (cut % whole.len(), other % whole.len());
        let digest = |at: usize| Digest::of(&[&whole.as_bytes()[..at], &whole.as_bytes()[at..]]);
        prop_assert_eq!(digest(cut) == digest(other), cut == other);
    }

    #[test]
    fn a_variable_that_is_nonsense_is_named_and_not_repeated(
        name in prop::sample::select(vec![
            "IKD_PUBLIC_URL", "IKD_QR_LIFETIME_SECONDS", "IKD_PIN_TRIES", "IKD_LOG_LEVEL", "IKD_SELFIE_MAX_BYTES",
            "IKD_ANSWER_WITHIN_MILLISECONDS",
        ]),
        value in text("[a-z]{8,20}"),
    ) {
        let url = ("IKD_PUBLIC_URL".to_owned(), "https://ikd.example".to_owned());
        let environment: Environment = [url, (name.to_owned(), value.clone())].into_iter().collect();
        if let Err(error) = Settings::read(&environment) {
            let sentence = error.to_string();
            prop_assert!(sentence.contains(name) && sentence.ends_with('.'), "{}", sentence);
            prop_assert!(value.len() < 8 || !sentence.contains(&value), "{}", sentence);
        }
    }

    /// Whatever the times at which somebody guesses: three a round, nine in all, and none before the wait is over.
    #[test]
    fn nobody_gets_more_tries_than_the_rounds_have(waits in prop::collection::vec(0_i64..200_000, 1..60)) {
        let rules = LockoutRules {
            tries_per_round: 3,
            waits: vec![SignedDuration::from_mins(15), SignedDuration::from_hours(24)],
        };
        let (mut now, mut tries, mut taken) = (Timestamp::from_second(0).unwrap(), PinTries::default(), Vec::new());
        for wait in waits {
            now += SignedDuration::from_secs(wait);
            match tries.take(&rules, now) {
                Ok(next) => {
                    prop_assert_eq!(next.locks, (taken.len() + 1) % 3 == 0);
                    tries = next.tries;
                    taken.push(now);
                }
                Err(Locked::Until(until)) => prop_assert!(until > now),
                Err(Locked::ByOffice) => prop_assert_eq!(taken.len(), 9),
            }
        }
        prop_assert!(taken.len() <= 9);
        for (round, wait) in rules.waits.iter().enumerate() {
            if let (Some(last), Some(next)) = (taken.get(round * 3 + 2), taken.get(round * 3 + 3)) {
                prop_assert!(next.duration_since(*last) >= *wait);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A picture with some bytes changed, cut off or added: it is taken whole or refused, and never kept as it came.
    #[test]
    fn a_hostile_picture_is_drawn_anew_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        cut in any::<prop::sample::Index>(), is_cut: bool, tail in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        static PICTURE: std::sync::LazyLock<Vec<u8>> =
            std::sync::LazyLock::new(|| local::personas::portrait(1, 320, 400).expect("a picture"));
        let rules = SelfieRules { max_bytes: 262_144, min_pixels: 320 };
        let mut picture = PICTURE.clone();
        for (index, byte) in changes {
            let at = index.index(picture.len());
            picture[at] = byte;
        }
        if is_cut {
            picture.truncate(cut.index(picture.len()));
        }
        picture.extend(&tail);
        let file = SelfieFile::parse(&BASE64.encode(&picture), &rules).ok();
        if let Some(selfie) = file.and_then(|file| file.draw(&StillWanted::default()).ok()) {
            prop_assert!(selfie.bytes().starts_with(b"\xff\xd8\xff") && selfie.bytes().ends_with(b"\xff\xd9"));
            prop_assert!(selfie.bytes().len() <= rules.max_bytes);
            prop_assert!(tail.len() < 8 || !selfie.bytes().windows(tail.len()).any(|window| window == tail));
        }
    }

    #[test]
    fn anything_else_is_no_picture(bytes in prop::collection::vec(any::<u8>(), 0..2_000), text: String) {
        let rules = SelfieRules { max_bytes: 262_144, min_pixels: 320 };
        prop_assert!(SelfieFile::parse(&BASE64.encode(&bytes), &rules).is_err());
        prop_assert!(SelfieFile::parse(&text, &rules).is_err());
    }
}
