//! Photographs of one man are near each other, and those of two are not.

use face_engine::{Band, Thresholds};
use image::imageops::FilterType;

use crate::world::{describe, jpeg, portrait, portrait_image};

const ONE_MAN: [&str; 5] =
    ["obama.jpg", "obama2.jpg", "obama3.jpg", "obama_partial_face.jpg", "obama_partial_face2.jpg"];

#[test]
fn each_two_photographs_of_one_man_match() {
    let described = ONE_MAN.map(|name| describe(&portrait(name)));
    for (index, left) in described.iter().enumerate() {
        for (other, right) in described.iter().enumerate().skip(index + 1) {
            let distance = left.distance(right);
            let names = (ONE_MAN[index], ONE_MAN[other]);
            assert_eq!(Thresholds::default().band(distance), Band::Match, "{names:?}: {distance}");
        }
    }
}

#[test]
fn another_man_does_not_match() {
    let other = describe(&portrait("biden.jpg"));
    for name in ONE_MAN {
        let distance = describe(&portrait(name)).distance(&other);
        assert_eq!(Thresholds::default().band(distance), Band::NoMatch, "{name}: {distance}");
    }
}

#[test]
fn a_photograph_is_at_no_distance_from_itself_and_distances_have_no_direction() {
    let (left, right) = (describe(&portrait("obama.jpg")), describe(&portrait("obama2.jpg")));
    assert!(left.distance(&describe(&portrait("obama.jpg"))) < f32::EPSILON);
    assert!((left.distance(&right) - right.distance(&left)).abs() < f32::EPSILON);
}

#[test]
fn the_file_format_hardly_matters() {
    let distance = describe(&portrait("32bit.png")).distance(&describe(&portrait("obama2.jpg")));
    assert!(distance < 0.1, "{distance}");
}

#[test]
fn a_poor_but_usable_selfie_still_matches() {
    let registry = describe(&portrait("obama.jpg"));
    let selfie = portrait_image("obama2.jpg");
    for (degraded, how) in [
        (selfie.resize(300, 300, FilterType::Triangle), "smaller"),
        (selfie.brighten(-50), "darker"),
        (selfie.brighten(50), "brighter"),
        (selfie.blur(2.0), "slightly blurred"),
        (selfie.fliph(), "mirrored, as phones save selfies"),
    ] {
        let distance = registry.distance(&describe(&jpeg(&degraded)));
        assert_ne!(Thresholds::default().band(distance), Band::NoMatch, "{how}: {distance}");
    }
}
