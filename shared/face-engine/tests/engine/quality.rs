//! The engine says what is wrong with a photograph, so that the person can take a better one.

use face_engine::QualityProblem::{Blurred, NoFace, SeveralFaces, TooDark, TooSmall};
use image::imageops::FilterType;
use image::{DynamicImage, Rgb, RgbImage};

use crate::world::{GROUPS, describe, examine, jpeg, portrait, portrait_image, problems, with_orientation};

#[test]
fn a_good_photograph_has_no_problem() {
    assert_eq!(problems(&portrait_image("obama.jpg")), []);
}

#[test]
fn a_blurred_one_is_blurred() {
    for name in ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg"] {
        let photograph = portrait_image(name);
        assert_eq!(problems(&photograph.blur(8.0)), [Blurred], "{name}");
    }
}

#[test]
fn one_in_the_dark_is_too_dark() {
    let dark = |value: u8| value / 6;
    let RgbParts(width, height, pixels) = parts(&portrait_image("obama.jpg"));
    let darkened = RgbImage::from_raw(width, height, pixels.into_iter().map(dark).collect()).unwrap();
    assert_eq!(problems(&darkened.into()), [TooDark]);
}

#[test]
fn where_it_is_too_dark_to_find_a_face_both_are_told() {
    assert_eq!(problems(&DynamicImage::new_rgb8(640, 480)), [NoFace, TooDark]);
}

#[test]
fn a_face_of_a_few_pixels_is_too_small() {
    let mut wall = DynamicImage::ImageRgb8(RgbImage::from_pixel(640, 640, Rgb([180, 180, 170])));
    let far = portrait_image("obama.jpg").resize(220, 220, FilterType::Triangle);
    image::imageops::overlay(&mut wall, &far, 230, 210);
    assert_eq!(problems(&wall), [TooSmall]);
}

#[test]
fn nothing_and_a_drawing_show_no_face() {
    let wall = RgbImage::from_pixel(640, 480, Rgb([180, 180, 170]));
    assert_eq!(problems(&wall.into()), [NoFace]);
    let stripes =
        RgbImage::from_fn(640, 480, |x, y| if (x / 16 + y / 16) % 2 == 0 { Rgb([255; 3]) } else { Rgb([0; 3]) });
    assert_eq!(problems(&stripes.into()), [NoFace]);
    assert_eq!(problems(&drawing()), [NoFace]);
}

#[test]
fn two_people_are_several_faces() {
    let (left, right) = (portrait_image("obama.jpg"), portrait_image("biden.jpg"));
    let right = right.resize_exact(left.width(), left.height(), FilterType::Triangle);
    let mut both = DynamicImage::new_rgb8(2 * left.width(), left.height());
    image::imageops::overlay(&mut both, &left, 0, 0);
    image::imageops::overlay(&mut both, &right, i64::from(left.width()), 0);
    let examined = examine(&jpeg(&both));
    assert_eq!(examined.problems, [SeveralFaces]);
    assert_eq!(examined.faces.len(), 2);
}

#[test]
fn of_groups_each_face_is_found_and_nothing_else() {
    // As counted by eye. In the second picture one of three women is seen in profile and two look down.
    for (number, faces) in [(1, 3), (3, 3), (4, 4), (5, 5), (6, 4)] {
        let path = GROUPS.join(format!("sample{number}.jpg"));
        let found = examine(&std::fs::read(&path).unwrap()).faces;
        assert!(found.len() <= faces, "sample{number}: {} faces are found, {faces} are there", found.len());
        assert!(found.len() + 1 >= faces, "sample{number}: {} faces are found, {faces} are there", found.len());
    }
}

#[test]
fn a_photograph_on_its_side_shows_a_face_only_where_its_orientation_is_stated() {
    let upright = portrait_image("obama.jpg");
    let original = describe(&portrait("obama.jpg"));
    for (turned, orientation) in [(upright.rotate270(), 6), (upright.rotate180(), 3), (upright.rotate90(), 8)] {
        let turned = jpeg(&turned);
        assert_eq!(examine(&turned).problems, [NoFace], "not stated to be {orientation}");
        let distance = original.distance(&describe(&with_orientation(&turned, orientation)));
        assert!(distance < 0.1, "orientation {orientation}: {distance}");
    }
}

/// A face as a child draws it: a circle with eyes and a mouth.
fn drawing() -> DynamicImage {
    let disc = |x: i32, y: i32, centre: (i32, i32), radius: i32| {
        (x - centre.0).pow(2) + (y - centre.1).pow(2) <= radius.pow(2)
    };
    let picture = RgbImage::from_fn(480, 480, |x, y| {
        let (x, y) = (x.cast_signed(), y.cast_signed());
        let outline = disc(x, y, (240, 240), 180) && !disc(x, y, (240, 240), 174);
        let eyes = disc(x, y, (180, 190), 14) || disc(x, y, (300, 190), 14);
        let mouth = y > 270 && disc(x, y, (240, 250), 100) && !disc(x, y, (240, 250), 94);
        if outline || eyes || mouth { Rgb([20; 3]) } else { Rgb([250, 248, 240]) }
    });
    picture.into()
}

struct RgbParts(u32, u32, Vec<u8>);

fn parts(image: &DynamicImage) -> RgbParts {
    let image = image.to_rgb8();
    RgbParts(image.width(), image.height(), image.into_raw())
}
