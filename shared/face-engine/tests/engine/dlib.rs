//! The engine agrees with dlib itself, which runs the same descriptor net with weights of full precision, after a
//! detector and landmarks of its own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use face_engine::Picture;
use face_lab::pictures;
use serde::Deserialize;

use crate::world::{ENGINE, examine, png, portrait_image, root, wait};

/// dlib's description of one photograph.
#[derive(Deserialize)]
struct Described {
    chip: PathBuf,
    landmarks: Vec<(f32, f32)>,
    whole: Vec<f32>,
    aligned: Vec<f32>,
}

const PHOTOGRAPHS: [&str; 6] =
    ["obama.jpg", "obama2.jpg", "obama3.jpg", "obama_partial_face.jpg", "obama_partial_face2.jpg", "biden.jpg"];
/// dlib's five landmarks among the 68.
const LANDMARKS: [usize; 5] = [45, 42, 36, 39, 33];

/// How far descriptors of the same aligned face may be apart: what weights of eight bits cost.
const NET_TOLERANCE: f32 = 0.05;
/// How far landmarks may be apart, in parts of the eyes' distance.
const LANDMARK_TOLERANCE: f32 = 0.08;
/// How far the distances of a pair may be apart, with detector, landmarks and all.
const DISTANCE_TOLERANCE: f32 = 0.10;

#[test]
fn the_engine_agrees_with_dlib() {
    let folder = root().join(".local/faces/dlib");
    let photographs = PHOTOGRAPHS.map(|name| (name, png(&portrait_image(name))));
    let described = describe(&folder, &photographs);

    let mut ours = Vec::new();
    for ((name, photograph), dlib) in photographs.iter().zip(&described) {
        let chip = Picture::decode(&fs::read(&dlib.chip).unwrap()).unwrap();
        let net = distance(ENGINE.describe_aligned(&chip).numbers(), &dlib.aligned);
        let examined = examine(photograph);
        let face = &examined.faces[0];
        let eyes = face.landmarks[36].distance(face.landmarks[45]);
        let off = LANDMARKS
            .iter()
            .zip(&dlib.landmarks)
            .map(|(index, (x, y))| (face.landmarks[*index].x - x).hypot(face.landmarks[*index].y - y) / eyes);
        let landmarks = off.fold(0.0, f32::max);
        println!("{name}: the net {net:.3}, landmarks {landmarks:.3}");
        assert!(net < NET_TOLERANCE, "{name}: {net}");
        assert!(landmarks < LANDMARK_TOLERANCE, "{name}: {landmarks}");
        ours.push(examined.descriptor.unwrap());
    }
    for left in 0..ours.len() {
        for right in left + 1..ours.len() {
            let (our, theirs) =
                (ours[left].distance(&ours[right]), distance(&described[left].whole, &described[right].whole));
            println!("{} – {}: {our:.3}, dlib {theirs:.3}", PHOTOGRAPHS[left], PHOTOGRAPHS[right]);
            let pair = (PHOTOGRAPHS[left], PHOTOGRAPHS[right]);
            assert!((our - theirs).abs() < DISTANCE_TOLERANCE, "{pair:?}: {our}, dlib {theirs}");
        }
    }
}

fn distance(left: &[f32], right: &[f32]) -> f32 {
    assert_eq!(left.len(), right.len());
    left.iter().zip(right).map(|(left, right)| (left - right).powi(2)).sum::<f32>().sqrt()
}

fn describe(folder: &Path, photographs: &[(&str, Vec<u8>)]) -> Vec<Described> {
    let python = environment(folder);
    let (from, chips) = (folder.join("photographs"), folder.join("aligned"));
    for folder in [&from, &chips] {
        fs::create_dir_all(folder).unwrap();
    }
    let mut command = Command::new(python);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engine/reference.py"));
    command.arg(wait(pictures::dlib_models(&root())).expect("dlib's models are fetched")).arg(chips);
    for (name, bytes) in photographs {
        let path = from.join(name).with_extension("png");
        fs::write(&path, bytes).unwrap();
        command.arg(path);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A Python environment with dlib in it, made once; gives its interpreter.
fn environment(folder: &Path) -> PathBuf {
    const PACKAGES: [&str; 2] = ["dlib-bin==20.0.1.post1", "numpy>=2"];

    let (made, stamp) = (folder.join("venv"), folder.join("venv/.stamp"));
    let python = made.join("bin/python3");
    fs::create_dir_all(folder).unwrap();
    let lock = File::create(folder.join("venv.lock")).unwrap();
    lock.lock().unwrap();
    if fs::read_to_string(&stamp).is_ok_and(|stamp| stamp == PACKAGES.join("\n")) {
        return python;
    }
    let run = |program: &Path, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().unwrap_or_else(|error| {
            panic!("{} does not start ({error}): Python 3 with its venv module is needed", program.display())
        });
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    run(Path::new("python3"), &["-m", "venv", "--clear", &made.to_string_lossy()]);
    run(
        &python,
        &["-m", "pip", "install", "--quiet", "--no-input", "--only-binary", ":all:", PACKAGES[0], PACKAGES[1]],
    );
    fs::write(stamp, PACKAGES.join("\n")).unwrap();
    python
}
