//! What a stranger's request may cost: processor time that is spent before anything about the caller is known. Prints the
//! table of docs/performance.md, "What a stranger's requests cost".

#![expect(clippy::unwrap_used, reason = "what cannot be measured ends it")]

use std::io::Cursor;

use data_encoding::BASE64;
use http::{Method, Request};
use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, ImageFormat, Luma, Rgb, RgbImage};
use local::actors::KeyPair;
use local::personas::{BANK, SITI, UNKNOWN};
use local::photographs;
use serde_json::json;
use tests::{EMAIL, World};

/// As many pixels as a selfie may have, in a file that is small enough.
fn large_picture(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    if format == ImageFormat::Jpeg {
        let wall = GrayImage::from_pixel(4_096, 3_072, Luma([180]));
        JpegEncoder::new_with_quality(&mut bytes, 60).encode_image(&wall).unwrap();
    } else {
        let wall = RgbImage::from_pixel(4_096, 3_072, Rgb([180, 180, 170]));
        wall.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    }
    bytes
}

/// Milliseconds of processor time that this process has used, all threads together.
fn processor_time() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // User and system time, in hundredths of a second (proc(5)).
    let fields = stat.rsplit_once(')').unwrap().1.split_whitespace();
    fields.skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap() * 10).sum()
}

/// Prints the mean processor time of a request.
async fn measure(what: &str, times: u64, mut send: impl AsyncFnMut()) {
    send().await;
    let before = processor_time();
    for _ in 0..times {
        send().await;
    }
    let used = processor_time() - before;
    println!("| {what} | {}.{:02} ms |", used / times, used * 100 / times % 100);
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let world = World::new().await;
    let register = async |nik: &str, selfie: &[u8]| {
        let body = json!({
            "nik": nik, "email": EMAIL, "phone_number": "0812-3456-7890", "selfie": BASE64.encode(selfie),
        });
        world.phone().register_with(&body).await.unwrap();
    };
    let (jpeg, png) = (large_picture(ImageFormat::Jpeg), large_picture(ImageFormat::Png));
    let selfie = photographs::selfie().unwrap();
    measure("a phone that makes a key and a proof (in all of the following)", 200, async || {
        world.phone().proof(&Method::POST, "/registrations", None).unwrap();
    })
    .await;
    measure("`register`: 12 megapixels as JPEG, a NIK that may not enrol", 5, async || register(UNKNOWN, &jpeg).await)
        .await;
    measure("`register`: 12 megapixels as PNG, a NIK that may not enrol", 5, async || register(UNKNOWN, &png).await)
        .await;
    measure("`register`: 12 megapixels as JPEG, an invalid NIK", 5, async || register("1", &jpeg).await).await;
    measure("`register`: a usual selfie, a NIK that may not enrol", 20, async || register(UNKNOWN, &selfie).await)
        .await;
    measure("`register`: 12 megapixels as JPEG, a NIK that may enrol", 5, async || register(SITI, &jpeg).await).await;
    measure("`register`: a usual selfie, a NIK that may enrol", 10, async || register(SITI, &selfie).await).await;
    measure("`login`: an unknown phone", 20, async || {
        world.phone().log_in("142857").await.unwrap();
    })
    .await;
    let replayed = world.phone();
    let proof = replayed.proof(&Method::POST, "/sessions", None).unwrap();
    measure("`login`: a used proof", 100, async || {
        let body = json!({ "pin": "142857" });
        replayed.send_with_proof(Method::POST, "/sessions", None, Some(&proof), Some(&body)).await.unwrap();
    })
    .await;
    measure("`activate`: a captcha for an invented link", 100, async || {
        world.post_json("/captchas", &json!({ "token": "A".repeat(64) })).await;
    })
    .await;
    let email = world.approved(SITI).await.email;
    measure("`activate`: a captcha for a link of one's own", 20, async || {
        world.captcha(&email).await;
    })
    .await;
    let bank = world.integrator(BANK);
    let forger = bank.with_key(KeyPair::generate().unwrap());
    measure("`issue-token`: a forged assertion", 100, async || {
        forger.authenticate().await.unwrap();
    })
    .await;
    measure("`redeem-qr`: an invented token", 100, async || {
        bank.redeem("a.b.c", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "account-opening", None).await.unwrap();
    })
    .await;
    for path in ["/signatures/AEAQCAIBAEAQCAIBAEAQCAIBAE", "/documents/verify/AEAQCAIBAEAQCAIBAEAQCAIBAE"] {
        measure(&format!("`GET {path}`: an invented name"), 100, async || {
            world.send(Request::get(format!("http://ikd.test{path}")).body(String::new()).unwrap()).await;
        })
        .await;
    }
}
