//! Two ways to show that a person opened the activation link: letters to read, or work for the browser to do.

use std::collections::BTreeMap;

use altcha::{Challenge, CreateChallengeOptions, Payload, VerifySolutionOptions, create_challenge, verify_solution};
use captcha_rs::CaptchaBuilder;
use data_encoding::BASE64;
use ikd::domain::Digest;
use ikd::pictures::qr_image::DrawError;
use ikd::tokens::sealed::{LinkToken, Seal};
use image::codecs::png::PngEncoder;
use jiff::Timestamp;
use serde_json::json;

/// Draws letters that people can read and programs can hardly read. PNG.
pub fn draw(letters: &str) -> Result<Vec<u8>, DrawError> {
    let captcha = CaptchaBuilder::new()
        .text(letters.to_owned())
        .width(240)
        .height(90)
        .complexity(3)
        .interference_lines(2)
        .interference_ellipses(2)
        .distortion(2)
        .build();
    let mut bytes = Vec::new();
    captcha.image.write_with_encoder(PngEncoder::new(&mut bytes))?;
    Ok(bytes)
}

/// The hash that is repeated: about a second of a phone's time in all, about 3 ms of ours to check.
const ALGORITHM: &str = "PBKDF2/SHA-256";
const ITERATIONS: u32 = 2_000;
/// One key in 256 begins like this.
const KEY_PREFIX: &str = "00";

/// Makes a proof-of-work challenge (ALTCHA, version 2) for one link.
pub fn proof_of_work(seal: &Seal, link: &LinkToken, expires_at: Timestamp) -> Result<Challenge, altcha::Error> {
    create_challenge(CreateChallengeOptions {
        algorithm: ALGORITHM.to_owned(),
        cost: ITERATIONS,
        key_prefix: KEY_PREFIX.to_owned(),
        // The crate would judge its own expiry by the wall clock; ours travels in the signed data.
        data: Some(BTreeMap::from([
            ("link".to_owned(), json!(link.digest())),
            ("ends".to_owned(), json!(expires_at.as_second())),
        ])),
        hmac_signature_secret: Some(seal.proof_of_work_key()),
        ..Default::default()
    })
}

/// Reads a solved challenge (base64 of ALTCHA's JSON payload): the name it is used up under and when it ends.
/// Nothing where it is forged, made for another link, or not solved.
pub fn solved(seal: &Seal, link: &LinkToken, text: &str) -> Option<(Digest, Timestamp)> {
    if text.len() > 4_096 {
        return None;
    }
    let payload: Payload = serde_json::from_slice(&BASE64.decode(text.as_bytes()).ok()?).ok()?;
    let parameters = &payload.challenge.parameters;
    let data = parameters.data.as_ref()?;
    if parameters.cost != ITERATIONS || data.get("link") != Some(&json!(link.digest())) {
        return None;
    }
    let ends = Timestamp::from_second(data.get("ends")?.as_i64()?).ok()?;
    let secret = seal.proof_of_work_key();
    let result = verify_solution(VerifySolutionOptions::new(&payload.challenge, &payload.solution, &secret)).ok()?;
    result.verified.then(|| (Digest::of(&[b"proof-of-work", parameters.nonce.as_bytes()]), ends))
}
