//! Files that are not real photographs are refused, quickly and without a panic.

use std::time::{Duration, Instant};

use face_engine::PictureError::{Damaged, OtherFormat, TooLarge};
use face_engine::{MAX_PIXELS, MAX_SIDE, Picture, PictureError};
use image::imageops::FilterType;
use image::{DynamicImage, RgbImage};

use crate::world::{jpeg, png, portrait, portrait_image, with_orientation};

fn refusal(bytes: &[u8]) -> Option<PictureError> {
    Picture::decode(bytes).err()
}

#[test]
fn only_jpeg_and_png_are_taken() {
    for bytes in [&b""[..], b"hello", b"GIF89a\x01\0\x01\0\0\0\0;", b"RIFF\x1a\0\0\0WEBPVP8L", b"%PDF-1.7", b"BM"] {
        assert_eq!(refusal(bytes), Some(OtherFormat));
    }
}

#[test]
fn a_truncated_file_is_damaged() {
    let photograph = portrait("obama.jpg");
    for cut in [20, 600, photograph.len() / 2, photograph.len() - 2] {
        assert_eq!(refusal(&photograph[..cut]), Some(Damaged), "cut at {cut}");
    }
    let picture = png(&DynamicImage::new_rgb8(64, 64));
    for cut in [20, 40, picture.len() - 16] {
        assert_eq!(refusal(&picture[..cut]), Some(Damaged), "cut at {cut}");
    }
}

#[test]
fn a_decompression_bomb_is_refused_before_it_is_decompressed() {
    let started = Instant::now();
    let small = png(&DynamicImage::new_rgb8(1, 1));
    for (width, height) in
        [(MAX_SIDE + 1, 1), (1, MAX_SIDE + 1), (30_000, 30_000), (MAX_SIDE, MAX_SIDE), (i32::MAX.cast_unsigned(), 1)]
    {
        assert_eq!(refusal(&with_png_size(&small, width, height)), Some(TooLarge), "PNG, {width} by {height}");
    }
    let small = jpeg(&DynamicImage::new_rgb8(8, 8));
    for (width, height) in [(u16::MAX, u16::MAX), (4_097, 8), (4_096, 4_096)] {
        assert_eq!(refusal(&with_jpeg_size(&small, width, height)), Some(TooLarge), "JPEG, {width} by {height}");
    }
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
}

#[test]
fn the_largest_picture_is_taken() {
    let height = u32::try_from(MAX_PIXELS / u64::from(MAX_SIDE)).unwrap();
    let picture = Picture::decode(&jpeg(&RgbImage::new(MAX_SIDE, height).into())).unwrap();
    assert_eq!((picture.width(), picture.height()), (MAX_SIDE, height));
}

#[test]
fn nonsense_in_the_exif_data_is_no_orientation() {
    let photograph = jpeg(&DynamicImage::new_rgb8(40, 20));
    for orientation in [0, 9, 255] {
        let picture = Picture::decode(&with_orientation(&photograph, orientation)).unwrap();
        assert_eq!((picture.width(), picture.height()), (40, 20));
    }
    let turned = Picture::decode(&with_orientation(&photograph, 6)).unwrap();
    assert_eq!((turned.width(), turned.height()), (20, 40));
}

#[test]
fn a_file_with_any_damage_is_decoded_or_refused() {
    let small = portrait_image("obama.jpg").resize(48, 48, FilterType::Triangle);
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % u64::try_from(below).unwrap()).unwrap()
    };
    let mut decoded = 0;
    for seed in
        [with_orientation(&jpeg(&small), 6), png(&small), png(&small.to_rgba16().into()), png(&small.to_luma8().into())]
    {
        for _ in 0..2_000 {
            let mut bytes = seed.clone();
            for _ in 0..=next(4) {
                let place = next(bytes.len());
                bytes[place] = u8::try_from(next(256)).unwrap();
            }
            decoded += usize::from(Picture::decode(&bytes).is_ok());
        }
    }
    // Damage in a JPEG's data changes colours alone; a PNG's checksums find most of it.
    assert!(decoded > 100, "{decoded}");
}

/// Another size in a PNG's header, with the right checksum.
fn with_png_size(png: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png.to_vec();
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = bytes[12..29].iter().fold(u32::MAX, |checksum, byte| {
        (0..8).fold(checksum ^ u32::from(*byte), |checksum, _| {
            (checksum >> 1) ^ if checksum & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    });
    bytes[29..33].copy_from_slice(&(!checksum).to_be_bytes());
    bytes
}

/// Another size in a JPEG's frame header.
fn with_jpeg_size(jpeg: &[u8], width: u16, height: u16) -> Vec<u8> {
    let mut bytes = jpeg.to_vec();
    let frame = bytes.windows(2).position(|marker| marker == [0xff, 0xc0]).expect("a frame header");
    bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}
