//! The engine: from a photograph to its faces, the quality of the largest, and its descriptor.

#![expect(clippy::cast_precision_loss, reason = "sides and counts are far below what an f32 counts exactly")]

use crate::descriptor::Descriptor;
use crate::geometry::{Bounds, Point, Similarity};
use crate::nets::{Candidate, DescriptorNet, DetectorNet, LANDMARK_COUNT, LANDMARK_INPUT, LandmarkNet, Map};
use crate::picture::Picture;
use crate::quality::{Quality, QualityProblem, QualityRules};
use crate::weights::{Weights, WeightsError};

/// The three nets with their weights, 24 MiB of memory. It is read once and can be shared by threads.
pub struct Engine {
    detector: DetectorNet,
    landmarks: LandmarkNet,
    descriptor: DescriptorNet,
    rules: QualityRules,
}

/// A face that was found.
#[derive(Clone, Debug)]
pub struct Face {
    /// In pixels of the file, once it is upright.
    pub bounds: Bounds,
    /// How certain the detector is, from 0 to 1.
    pub score: f32,
    /// The 68 points (jaw, brows, nose, eyes, mouth), likewise.
    pub landmarks: [Point; LANDMARK_COUNT],
}

/// What a photograph shows.
#[derive(Clone, Debug)]
pub struct Examined {
    /// All faces, the largest first.
    pub faces: Vec<Face>,
    /// Why the photograph is unfit; nothing where exactly one usable face is seen.
    pub problems: Vec<QualityProblem>,
    /// What was measured of the largest face.
    pub quality: Option<Quality>,
    /// The largest face's, also where the photograph is unfit; nothing where only [`Engine::inspect`] was asked.
    pub descriptor: Option<Descriptor>,
}

/// The squares that the whole picture is drawn into for the detector, which overlooks faces of some sizes in each.
const SIDES: [usize; 3] = [416, 224, 160];
/// Candidates with a lower score are ignored.
const MIN_CANDIDATE: f32 = 0.5;
/// How many candidates are looked at in one square, those with the highest scores. A picture with two faces is refused, so that
/// more of them would only cost time.
const MAX_CANDIDATES: usize = 12;
/// A face has a higher score in at least one of the squares.
const MIN_SCORE: f32 = 0.6;
/// Its points may be this far from where a face has them; see [`Face::deviation`].
const MAX_DEVIATION: f32 = 0.18;

/// The side of the aligned face, and how much of it is around the face on each side, in parts of the face.
const CHIP: usize = 150;
const CHIP_PADDING: f32 = 0.25;

/// Five of the 68 points: the outer and inner corners of both eyes, and the base of the nose; and where dlib's
/// descriptor net was trained to find them in a square.
const ANCHORS: [(usize, Point); 5] = [
    (45, Point { x: 0.859_567_5, y: 0.213_498_15 }),
    (42, Point { x: 0.646_060_5, y: 0.228_967_44 }),
    (36, Point { x: 0.120_575_06, y: 0.213_727_45 }),
    (39, Point { x: 0.334_085_06, y: 0.229_064_24 }),
    (33, Point { x: 0.490_112_3, y: 0.627_797_5 }),
];

impl Engine {
    /// Names the engine beside each score.
    pub const NAME: &str = "embedded";
    /// Changes whenever distances may change.
    pub const VERSION: &str = "dlib-resnet-v1+face-api-1.7.15+1";

    pub fn from_weights(weights: Weights) -> Result<Self, WeightsError> {
        let Weights { mut detector, mut landmarks, mut descriptor } = weights;
        Ok(Self {
            detector: DetectorNet::take(&mut detector)?,
            landmarks: LandmarkNet::take(&mut landmarks)?,
            descriptor: DescriptorNet::take(&mut descriptor)?,
            rules: QualityRules::default(),
        })
    }

    #[must_use]
    pub fn with_rules(self, rules: QualityRules) -> Self {
        Self { rules, ..self }
    }

    /// Finds the faces and what is wrong with them, and describes the largest.
    pub fn examine(&self, picture: &Picture) -> Examined {
        let (examined, chip) = self.look_at(picture);
        let descriptor = chip.map(|chip| Descriptor::new(self.descriptor.describe(chip)));
        Examined { descriptor, ..examined }
    }

    /// The same without describing anybody, which takes most of the time.
    pub fn inspect(&self, picture: &Picture) -> Examined {
        self.look_at(picture).0
    }

    /// What the picture shows, and the largest face aligned.
    fn look_at(&self, picture: &Picture) -> (Examined, Option<Map>) {
        let faces = self.find(picture);
        let Some(largest) = faces.first() else {
            let mut problems = vec![QualityProblem::NoFace];
            problems.extend((picture.brightness() < self.rules.min_brightness).then_some(QualityProblem::TooDark));
            return (Examined { faces, problems, quality: None, descriptor: None }, None);
        };
        let chip = picture.sample(&largest.alignment(), CHIP);
        let quality = Quality::measure(&chip, largest.eye_distance());
        let mut problems = quality.problems(&self.rules);
        let min_width = self.rules.bystander_width * largest.bounds.width;
        if faces.iter().skip(1).any(|other| other.bounds.width >= min_width) {
            problems.insert(0, QualityProblem::SeveralFaces);
        }
        (Examined { faces, problems, quality: Some(quality), descriptor: None }, Some(chip))
    }

    /// Describes a face that is aligned already: 150 by 150 pixels, as dlib cuts them out.
    pub fn describe_aligned(&self, chip: &Picture) -> Descriptor {
        let chip = chip.sample(&Similarity::upright(1.0, Point::default()), CHIP);
        Descriptor::new(self.descriptor.describe(chip))
    }

    /// All faces, the largest first.
    fn find(&self, picture: &Picture) -> Vec<Face> {
        let mut seen: Vec<Face> = SIDES.into_iter().flat_map(|side| self.look(picture, side)).collect();
        seen.sort_by(|left, right| right.score.total_cmp(&left.score));
        let mut faces: Vec<Vec<Face>> = Vec::new();
        for face in seen {
            match faces.iter_mut().find(|group| group.first().is_some_and(|best| best.is_same(&face))) {
                Some(group) => group.push(face),
                None => faces.push(vec![face]),
            }
        }
        let faces = faces.iter().filter_map(|group| Face::mean(group));
        let mut faces: Vec<Face> = faces.filter(Face::is_plausible).collect();
        faces.sort_by(|left, right| right.bounds.area().total_cmp(&left.bounds.area()));
        faces
    }

    /// Looks for faces in the whole picture, drawn into a square of this side.
    fn look(&self, picture: &Picture, side: usize) -> Vec<Face> {
        let whole = Similarity::upright(picture.longest_side() / side as f32, Point::default());
        let candidates = self.detector.detect(picture.sample(&whole, side), MIN_CANDIDATE, MAX_CANDIDATES);
        candidates.into_iter().map(|candidate| self.locate(picture, &whole, candidate)).collect()
    }

    /// Finds the points of a face where the detector sees one.
    fn locate(&self, picture: &Picture, whole: &Similarity, Candidate { bounds, score }: Candidate) -> Face {
        let corner = whole.of(Point { x: bounds.left, y: bounds.top });
        let (width, height) = (bounds.width * whole.scale(), bounds.height * whole.scale());
        let bounds = Bounds { left: corner.x, top: corner.y, width, height };
        let side = width.max(height);
        let square = Bounds::around(bounds.centre(), side, side);
        let crop = Similarity::upright(side / LANDMARK_INPUT as f32, Point { x: square.left, y: square.top });
        let landmarks = self.landmarks.locate(picture.sample(&crop, LANDMARK_INPUT));
        let of_picture = |point: Point| Point { x: square.left + point.x * side, y: square.top + point.y * side };
        Face { bounds, score, landmarks: landmarks.map(of_picture) }
    }
}

impl Face {
    /// How far the points are from those of a face seen from the front, in parts of the eyes' distance. The detector
    /// also sees faces in hair and cloth; the points found there form no face.
    pub fn deviation(&self) -> f32 {
        let alignment = self.alignment();
        let off = ANCHORS.map(|(index, place)| alignment.of(in_chip(place)).distance(self.landmarks[index]));
        off.into_iter().fold(0.0, f32::max) / self.eye_distance()
    }

    /// How far the head leans, in degrees, clockwise.
    pub fn leaning(&self) -> f32 {
        self.alignment().degrees()
    }

    fn is_plausible(&self) -> bool {
        self.score >= MIN_SCORE && self.deviation() <= MAX_DEVIATION
    }

    /// Whether both are one face, seen in different squares.
    fn is_same(&self, other: &Self) -> bool {
        const NOSE: usize = 33;
        self.landmarks[NOSE].distance(other.landmarks[NOSE]) < self.eye_distance() / 2.0
    }

    /// The first of several views of one face, with the mean of all their points.
    fn mean(views: &[Self]) -> Option<Self> {
        let best = views.first()?;
        let share = 1.0 / views.len() as f32;
        let mean = |index: usize| {
            views.iter().fold(Point::default(), |sum, view| Point {
                x: sum.x + share * view.landmarks[index].x,
                y: sum.y + share * view.landmarks[index].y,
            })
        };
        Some(Self { landmarks: std::array::from_fn(mean), ..best.clone() })
    }

    /// Between the outer corners of the eyes, in pixels of the file.
    fn eye_distance(&self) -> f32 {
        self.landmarks[36].distance(self.landmarks[45])
    }

    /// The map from the aligned face to the picture.
    fn alignment(&self) -> Similarity {
        Similarity::fit(&ANCHORS.map(|(_, place)| in_chip(place)), &ANCHORS.map(|(index, _)| self.landmarks[index]))
    }
}

/// A place in the square without padding, in points of the aligned face.
fn in_chip(place: Point) -> Point {
    let scale = CHIP as f32 / (1.0 + 2.0 * CHIP_PADDING);
    Point { x: (place.x + CHIP_PADDING) * scale, y: (place.y + CHIP_PADDING) * scale }
}
