//! Compares two photographs, or examines one: `cargo run --release -p face-engine --example compare -- WEIGHTS LEFT [RIGHT]`.

use std::path::Path;
use std::time::Instant;

use face_engine::{Engine, Examined, Picture, Thresholds, Weights};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [weights, pictures @ ..] = &arguments[..] else { return Err("give the folder of the weights".into()) };
    let started = Instant::now();
    let engine = Engine::from_weights(Weights::from_folder(Path::new(weights))?)?;
    println!("weights {:.0} ms", 1_000.0 * started.elapsed().as_secs_f32());
    let mut descriptors = Vec::new();
    for path in pictures {
        let started = Instant::now();
        let picture = Picture::decode(&std::fs::read(path)?)?;
        let decoded = started.elapsed().as_secs_f32();
        let examined = engine.examine(&picture);
        println!(
            "{path}: decoded in {:.0} ms, examined in {:.0} ms",
            1_000.0 * decoded,
            1_000.0 * (started.elapsed().as_secs_f32() - decoded)
        );
        show(&examined);
        descriptors.extend(examined.descriptor);
    }
    if let [left, right] = &descriptors[..] {
        let distance = left.distance(right);
        println!("distance {distance:.3}, {:?}", Thresholds::default().band(distance));
    }
    Ok(())
}

fn show(examined: &Examined) {
    for face in &examined.faces {
        println!(
            "  face {:.0}x{:.0} at ({:.0}, {:.0}), score {:.3}, deviation {:.3}, leaning {:.0}°",
            face.bounds.width,
            face.bounds.height,
            face.bounds.left,
            face.bounds.top,
            face.score,
            face.deviation(),
            face.leaning()
        );
    }
    println!("  {:?} {:?}", examined.quality, examined.problems);
}
