//! What makes a photograph unfit to be compared.

use crate::nets::Map;
use crate::picture::brightness;

/// Why a photograph is unfit. The person can do something about each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QualityProblem {
    NoFace,
    SeveralFaces,
    TooSmall,
    TooDark,
    Blurred,
}

/// What was measured of the face.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quality {
    /// Between the outer corners of the eyes, in pixels of the file.
    pub eye_distance: f32,
    /// The mean brightness, from 0 to 255.
    pub brightness: f32,
    /// How much of the contrast lies between neighbouring points, times a thousand.
    pub sharpness: f32,
}

/// The limits within which a photograph is fit. The defaults come from six photographs of six people, made worse step
/// by step: at a default's limit, the descriptor has moved by about 0.2; see docs/face.md.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QualityRules {
    /// At 30 pixels a descriptor has moved by 0.17 at most, at 15 by 0.4.
    pub min_eye_distance: f32,
    /// At a third of the light, 30 to 55, by 0.19 at most; in less, the detector overlooks faces.
    pub min_brightness: f32,
    /// Blurred by 2 % of the eyes' distance (sharpness 0.5 to 1.3), by 0.23 at most; by 4 % (0.1 to 0.2), by 0.43.
    pub min_sharpness: f32,
    /// Another face counts if it has this part of the largest one's width; smaller ones are bystanders.
    pub bystander_width: f32,
}

impl Default for QualityRules {
    fn default() -> Self {
        Self { min_eye_distance: 30.0, min_brightness: 30.0, min_sharpness: 0.4, bystander_width: 0.5 }
    }
}

impl Quality {
    /// Measures an aligned face.
    pub(crate) fn measure(chip: &Map, eye_distance: f32) -> Self {
        // The face without hair and background.
        let (from, to) = (chip.width / 4, chip.width - chip.width / 4);
        let bright = |row: usize, column: usize| {
            let point = chip.point(row, column);
            brightness([point[0], point[1], point[2]])
        };
        let (mut sum, mut squares, mut roughness, mut count) = (0.0, 0.0, 0.0, 0.0);
        for row in from..to {
            for column in from..to {
                let here = bright(row, column);
                let around = bright(row - 1, column)
                    + bright(row + 1, column)
                    + bright(row, column - 1)
                    + bright(row, column + 1);
                sum += here;
                squares += here * here;
                roughness += (here - around / 4.0).powi(2);
                count += 1.0;
            }
        }
        let mean = sum / count;
        let contrast = (squares / count - mean * mean).max(1.0);
        Self { eye_distance, brightness: mean, sharpness: 1_000.0 * roughness / count / contrast }
    }

    /// What is wrong with the one face; small faces are blurred anyway.
    pub(crate) fn problems(&self, rules: &QualityRules) -> Vec<QualityProblem> {
        let too_small = self.eye_distance < rules.min_eye_distance;
        let found = [
            (QualityProblem::TooSmall, too_small),
            (QualityProblem::TooDark, self.brightness < rules.min_brightness),
            (QualityProblem::Blurred, !too_small && self.sharpness < rules.min_sharpness),
        ];
        found.into_iter().filter_map(|(problem, is_met)| is_met.then_some(problem)).collect()
    }
}
