//! `face-lab`: brings weights and photographs here, and measures the face engine. `cargo xtask fetch-face-weights` and
//! `calibrate-faces` call it, and so do the checks.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use face_engine::{Engine, Weights};
use face_lab::calibration::Calibration;
use face_lab::{pictures, weights};

/// Tools to work on faces.
#[derive(Parser)]
#[command(name = "face-lab")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Brings the weights of the face engine here, and photographs to try it with, and says where the weights are.
    Fetch {
        /// Also the photographs of groups and dlib's models, which the engine's tests need.
        #[arg(long)]
        for_tests: bool,
    },
    /// Measures the face engine on labelled pairs of photographs: see docs/face.md.
    Calibrate {
        /// The folder with `pairs.csv` and the photographs; without it, a few out of published packages.
        folder: Option<PathBuf>,
        /// Where `calibration.md` and `calibration.svg` go; without it, to the photographs.
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Fetch { for_tests } => fetch(for_tests).await,
        Command::Calibrate { folder, out } => calibrate(folder, out).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn fetch(for_tests: bool) -> Result<()> {
    let root = root();
    let weights = weights::fetch(&root).await?;
    pictures::portraits(&root).await?;
    if for_tests {
        pictures::groups(&root).await?;
        pictures::dlib_models(&root).await?;
    }
    println!("{}", weights.display());
    Ok(())
}

async fn calibrate(folder: Option<PathBuf>, out: Option<PathBuf>) -> Result<()> {
    let root = root();
    let engine = Engine::from_weights(Weights::from_folder(&weights::fetch(&root).await?)?)?;
    let folder = match folder {
        Some(folder) => folder,
        None => pictures::sample_pairs(&root, &engine).await?,
    };
    let calibration = Calibration::measure(&engine, &folder)?;
    let out = out.unwrap_or(folder);
    let table = calibration.markdown();
    std::fs::write(out.join("calibration.md"), &table).with_context(|| format!("{} takes no files", out.display()))?;
    calibration.draw(&out.join("calibration.svg"))?;
    println!("{table}\n{}", out.join("calibration.svg").display());
    Ok(())
}

/// The checkout's root.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(3).unwrap_or(here).to_owned()
}
