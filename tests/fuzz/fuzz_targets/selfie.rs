//! Selfies: a file is refused, by its header or when it is drawn, or becomes a JPEG of our own within the limits.
#![no_main]

use data_encoding::BASE64;
use ikd::long_work::StillWanted;
use ikd::pictures::selfie::{NotDrawn, SelfieFile, SelfieRules};
use libfuzzer_sys::fuzz_target;

/// Smaller than in the service, so that the fuzzer meets both limits.
const RULES: SelfieRules = SelfieRules { max_bytes: 16_384, min_pixels: 8 };

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = SelfieFile::parse(text, &RULES).is_ok();
    }
    let Ok(file) = SelfieFile::parse(&BASE64.encode(data), &RULES) else { return };
    match file.draw(&StillWanted::default()) {
        Ok(selfie) => {
            let bytes = selfie.bytes();
            assert!(bytes.len() <= RULES.max_bytes);
            assert!(bytes.starts_with(b"\xff\xd8") && bytes.ends_with(b"\xff\xd9"));
            assert!(SelfieFile::parse(&BASE64.encode(bytes), &RULES).is_ok(), "what we draw would be taken again");
        }
        Err(refusal) => assert!(matches!(refusal, NotDrawn::Invalid(_))),
    }
});
