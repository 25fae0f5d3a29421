//! Photographs: whatever the file, decoding ends within its limits.
#![no_main]

use face_engine::{MOST_SIDE, Picture};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(picture) = Picture::decode(data) {
        assert!((1..=MOST_SIDE).contains(&picture.width()) && (1..=MOST_SIDE).contains(&picture.height()));
    }
});
