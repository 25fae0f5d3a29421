//! What the code on a printed document says: the paper's content, signed, and readable from a bad print.

use std::path::PathBuf;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use ciborium::Value as Cbor;
use coset::{CborSerializable, CoseSign1, iana};
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use http::Request;
use image::{GrayImage, Luma, imageops};
use imageproc::geometric_transformations::{Interpolation, rotate_about_center};
use local::personas::{BUDI, SITI, UNDER_17};
use serde_json::json;
use tests::prints::{code, corner, scan};
use tests::{HolderWithSession, World, assert_status};
use tokio::process::Command;
use xtask::tools::Tools;

use super::printed_documents::{PDF, fetch};

async fn printed(holder: &HolderWithSession, kind: &str) -> Vec<u8> {
    let reply = fetch(holder, kind, PDF).await;
    assert_status(&reply, 200);
    reply.bytes
}

/// The signed message in a code, and the name of the document.
fn message(code: &str) -> (CoseSign1, String) {
    let (address, content) = code.split_once('#').unwrap();
    let (_, name) = address.rsplit_once('/').unwrap();
    (CoseSign1::from_slice(&BASE32_NOPAD.decode(content.as_bytes()).unwrap()).unwrap(), name.to_owned())
}

/// What a code says, in the notation of JSON: NIKs and dates are numbers.
fn content(code: &str) -> serde_json::Value {
    let (message, _) = message(code);
    let content: Cbor = ciborium::from_reader(&message.payload.unwrap()[..]).unwrap();
    content.deserialized().unwrap()
}

/// Whether one of the published keys signed a code's content for the document of that name.
async fn is_signed(world: &World, message: &CoseSign1, name: &str) -> bool {
    let keys = world.send(Request::get("http://ikd.test/.well-known/jwks.json").body(String::new()).unwrap()).await;
    let keys = keys.json()["keys"].as_array().unwrap().clone();
    let part =
        |key: &serde_json::Value, part: &str| BASE64URL_NOPAD.decode(key[part].as_str().unwrap().as_bytes()).unwrap();
    let named = keys.iter().find(|key| part(key, "kid").starts_with(&message.unprotected.key_id)).expect("its key");
    let point = [vec![4], part(named, "x"), part(named, "y")].concat();
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
    message.verify_signature(name.as_bytes(), |signature, signed| key.verify(signed, signature)).is_ok()
}

#[tokio::test]
async fn a_code_says_what_the_paper_says_and_is_signed_for_this_paper_alone() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let code = code(&printed(&holder, "ktp-el").await);
    let address = ["JL. PAHLAWAN NO. 37", "003/005", "KARTOHARJO", "KARTOHARJO", "KOTA MADIUN", "JAWA TIMUR"];
    let issued_at = 1_795_323_600_i64;
    assert_eq!(
        content(&code),
        json!([
            "ktp-el",
            issued_at,
            issued_at + 31_536_000,
            address,
            [[3_577_014_507_900_003_u64, "SITI AMINAH", 7_490]]
        ])
    );

    let (message, name) = message(&code);
    assert_eq!(message.protected.header.alg, Some(coset::Algorithm::Assigned(iana::Algorithm::ES256)));
    assert!(is_signed(&world, &message, &name).await);
    assert!(!is_signed(&world, &message, "AEAQCAIBAEAQCAIBAEAQCAIBAE").await, "the name is signed, too");
    let mut forged = message.clone();
    forged.payload = Some(forged.payload.unwrap().into_iter().map(|byte| byte ^ u8::from(byte == b'S')).collect());
    assert!(!is_signed(&world, &forged, &name).await);
}

#[tokio::test]
async fn the_code_of_a_family_card_names_its_members_with_their_relations() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let said = content(&code(&printed(&holder, "kk").await));
    assert_eq!(said[0], "kk");
    assert_eq!(said[4], "3577010101100001");
    let members: Vec<(String, &str)> =
        said[5].as_array().unwrap().iter().map(|member| (member[0].to_string(), member[3].as_str().unwrap())).collect();
    let expected = [(BUDI, "KEPALA KELUARGA"), (SITI, "ISTRI"), (UNDER_17, "ANAK")];
    assert_eq!(members, expected.map(|(nik, relation)| (nik.to_owned(), relation)));
    assert_eq!(said[6], 0);
}

#[tokio::test]
async fn a_code_without_room_for_all_members_says_how_many_are_left_out() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    add_children(&world).await;
    let said = content(&code(&printed(&holder, "kk").await));
    let named = said[5].as_array().unwrap().len();
    assert!(named >= 8, "{named} have room");
    assert_eq!(said[6], 43 - named);
}

#[tokio::test]
async fn texts_that_are_as_long_as_the_registry_takes_are_cut_in_the_code() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    world
        .change_resident(SITI, |resident| {
            resident.name = "Ñ".repeat(100);
            let address = &mut resident.address;
            for text in [
                &mut address.street,
                &mut address.rt_rw,
                &mut address.kelurahan,
                &mut address.kecamatan,
                &mut address.municipality,
                &mut address.province,
            ] {
                *text = "W".repeat(200);
            }
        })
        .await;
    for kind in ["ktp-el", "kk"] {
        let said = content(&code(&printed(&holder, kind).await));
        let address: Vec<&str> = said[3].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
        assert_eq!(address, vec![format!("{}…", "W".repeat(57)); 6]);
        if kind == "ktp-el" {
            assert_eq!(said[4][0][1], format!("{}…", "Ñ".repeat(28)));
        }
    }
}

/// What a phone sees of a laser print: 300 dots an inch, not held straight, not quite sharp.
#[tokio::test]
async fn a_code_is_read_from_a_print_that_is_held_askew_and_out_of_focus() {
    let world = World::new().await;
    let holder = world.holder(SITI).await;
    let small = printed(&holder, "ktp-el").await;
    let family = printed(&holder, "kk").await;
    add_children(&world).await;
    let largest = printed(&holder, "kk").await;
    let (mut pictures, mut expected) = (Vec::new(), Vec::new());
    for pdf in [small, family, largest] {
        let page = corner(&pdf);
        let code = scan(page.clone());
        for degrees in [-20.0_f32, 3.0, 33.0] {
            let turned = rotate_about_center(&page, degrees.to_radians(), Interpolation::Bilinear, Luma([255]));
            pictures.push(imageops::blur(&turned, 1.2));
            expected.push(code.clone());
        }
    }
    assert_eq!(read_by_phone(&pictures).await, expected);
}

/// What ZXing reads from pictures.
async fn read_by_phone(pictures: &[GrayImage]) -> Vec<String> {
    let root = xtask::root();
    drop(Tools::new(&root).clients().await.unwrap());
    let folder = root.join("target/tmp/codes-on-paper");
    std::fs::create_dir_all(&folder).unwrap();
    let files: Vec<PathBuf> = (0..pictures.len()).map(|number| folder.join(format!("{number}.png"))).collect();
    for (picture, file) in pictures.iter().zip(&files) {
        picture.save(file).unwrap();
    }
    let mut node = Command::new("node");
    node.arg(root.join("tests/browser/scan.mjs")).arg(root.join("clients/node_modules")).args(files);
    let output = node.output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn add_children(world: &World) {
    world.add_children(40, |child, number| child.name = format!("ANAK NOMOR {number}")).await;
}
