//! Every produced QR image is read back by an independent decoder, at a cheap screen's size.

use std::collections::BTreeSet;

use data_encoding::{BASE32_NOPAD, BASE64};
use ikd::pictures::qr_image::QrImage;
use image::{DynamicImage, GrayImage};
use local::personas::SITI;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};
use rqrr::MetaData;
use serde_json::json;
use tests::World;

fn decode(picture: GrayImage) -> String {
    read(picture).1
}

fn read(picture: GrayImage) -> (MetaData, String) {
    let mut picture = rqrr::PreparedImage::prepare(picture);
    let grids = picture.detect_grids();
    assert_eq!(grids.len(), 1, "one code in the picture");
    grids[0].decode().expect("a readable code")
}

fn decode_png(base64: &str) -> String {
    decode(image::load_from_memory(&BASE64.decode(base64.as_bytes()).unwrap()).unwrap().into_luma8())
}

fn decode_svg(svg: &str) -> String {
    let tree = Tree::from_str(svg, &Options::default()).unwrap();
    let mut pixmap = Pixmap::new(tree.size().to_int_size().width(), tree.size().to_int_size().height()).unwrap();
    resvg::render(&tree, Transform::identity(), &mut pixmap.as_mut());
    let picture = image::RgbaImage::from_raw(pixmap.width(), pixmap.height(), pixmap.data().to_vec()).unwrap();
    decode(DynamicImage::ImageRgba8(picture).into_luma8())
}

/// The quiet zone of ISO/IEC 18004: four modules of ten pixels, all light.
fn assert_quiet_zone(base64: &str) {
    let picture = image::load_from_memory(&BASE64.decode(base64.as_bytes()).unwrap()).unwrap().into_luma8();
    let (width, height) = picture.dimensions();
    let in_zone = |x, y| x < 40 || y < 40 || x >= width - 40 || y >= height - 40;
    assert!(picture.enumerate_pixels().all(|(x, y, pixel)| !in_zone(x, y) || pixel.0 == [255]));
    assert!(picture.get_pixel(40, 40).0 == [0], "the finder pattern begins where the zone ends");
}

#[tokio::test]
async fn the_registration_ticket_scans_as_svg_and_png() {
    let world = World::new().await;
    let reply = world.register(&world.phone(), SITI).await;
    let ticket = reply.json()["ticket"].clone();
    let text = ticket["text"].as_str().unwrap();
    assert_eq!(decode_svg(ticket["svg"].as_str().unwrap()), text);
    assert_eq!(decode_png(ticket["png"].as_str().unwrap()), text);
    assert_quiet_zone(ticket["png"].as_str().unwrap());
    assert_eq!(text.len(), TICKET.length, "the length that is drawn below");
}

/// A kind of text that the service draws, without what is random in it.
struct Kind {
    prefix: &'static str,
    /// Characters of the random part, which is in base32.
    length: usize,
    /// The version of its code: its size.
    version: usize,
}

const TOKEN: Kind = Kind { prefix: "", length: 32, version: 2 };
const TICKET: Kind = Kind { prefix: "", length: 58, version: 3 };
const ADDRESS: Kind = Kind { prefix: "https://ikd.madiunkota.go.id/documents/verify/", length: 26, version: 5 };

/// A code of more than 64 modules a side, for which the mask is searched in another way.
const LARGE: Kind = Kind { prefix: "https://a.long.name.example/", length: 300, version: 13 };

fn assert_scans(text: &str, version: usize) -> MetaData {
    let image = QrImage::of(text).unwrap();
    let (data, found) = read(image::load_from_memory(&image.png().unwrap()).unwrap().into_luma8());
    assert_eq!(found, text);
    assert_eq!(decode_svg(&image.svg()), text);
    assert_eq!(data.version.0, version, "{text}");
    assert_eq!(data.ecc_level, 0, "correction M: {text}");
    data
}

#[test]
fn codes_of_each_kind_scan_under_every_mask() {
    let mut masks = BTreeSet::new();
    for Kind { prefix, length, version } in [TOKEN, TICKET, ADDRESS] {
        for number in 0..24_u8 {
            let random: Vec<u8> =
                (0..40).map(|at: u8| at.wrapping_mul(151).wrapping_add(number).wrapping_mul(97)).collect();
            let text = format!("{prefix}{}", &BASE32_NOPAD.encode(&random)[..length]);
            masks.insert(assert_scans(&text, version).mask);
        }
    }
    assert_eq!(masks, (0..8).collect());
}

#[test]
fn digits_do_not_change_the_size_of_a_code() {
    for Kind { prefix, length, version } in [TOKEN, TICKET, ADDRESS, LARGE] {
        for digits in [0, 7, length / 2, length - 1] {
            assert_scans(&format!("{prefix}{}{}", "Q".repeat(length - digits), "7".repeat(digits)), version);
            assert_scans(&format!("{prefix}{}{}", "2".repeat(digits), "A".repeat(length - digits)), version);
        }
    }
}

#[tokio::test]
async fn the_holders_code_scans_as_svg_and_png_and_is_small() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let svg = holder.mint_reply(&json!({ "format": "svg" })).await.json();
    assert_eq!(decode_svg(svg["image"]["data"].as_str().unwrap()), svg["token"].as_str().unwrap());
    let png = holder.mint_reply(&json!({ "format": "png" })).await.json();
    let data = png["image"]["data"].as_str().unwrap();
    assert_eq!(decode_png(data), png["token"].as_str().unwrap());
    assert_quiet_zone(data);
    let side = image::load_from_memory(&BASE64.decode(data.as_bytes()).unwrap()).unwrap().width();
    assert_eq!(side, (25 + 8) * 10, "version 2: 25 modules and the quiet zone");
}

#[tokio::test]
async fn a_scratched_code_still_scans() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let png = holder.mint_reply(&json!({ "format": "png" })).await.json();
    let bytes = BASE64.decode(png["image"]["data"].as_str().unwrap().as_bytes()).unwrap();
    let mut picture = image::load_from_memory(&bytes).unwrap().into_luma8();
    // Glare over four by four modules in the middle of the code.
    for (x, y) in (150..190).flat_map(|x| (150..190).map(move |y| (x, y))) {
        picture.put_pixel(x, y, image::Luma([255]));
    }
    assert_eq!(decode(picture), png["token"].as_str().unwrap());
}

#[tokio::test]
async fn the_captcha_is_a_picture_that_does_not_tell_its_answer() {
    let world = World::new().await;
    let email = world.approved(SITI).await.email;
    let captcha = world.captcha(&email).await;
    let picture = BASE64.decode(captcha.member("/image").unwrap().as_bytes()).unwrap();
    let picture = image::load_from_memory(&picture).unwrap();
    assert_eq!((picture.width(), picture.height()), (240, 90));
    let answer = world.answer(&email, &captcha);
    assert_eq!(answer.len(), 5);
    assert!(!captcha.text.contains(&answer));
}
