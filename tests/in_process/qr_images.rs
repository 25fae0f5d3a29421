//! Every produced QR image is read back by an independent decoder, at a cheap screen's size.

use data_encoding::BASE64;
use image::{DynamicImage, GrayImage};
use local::personas::SITI;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};
use serde_json::json;
use tests::World;

fn decode(picture: GrayImage) -> String {
    let mut picture = rqrr::PreparedImage::prepare(picture);
    let grids = picture.detect_grids();
    assert_eq!(grids.len(), 1, "one code in the picture");
    grids[0].decode().expect("a readable code").1
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
