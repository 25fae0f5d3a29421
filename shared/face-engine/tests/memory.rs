//! Two photographs are compared in less than 150 MB: a child process does so and reports its peak memory.
//!
//! A program of its own, since only a process that does nothing else can be measured.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use face_engine::{Engine, Picture, Weights};
use face_lab::{pictures, weights};
use image::{DynamicImage, RgbImage};

/// In KiB.
const CEILING: u64 = 150_000_000 / 1_024;
/// Memory that is freed goes back to the system, so that what is measured is what the pictures take. glibc otherwise
/// raises its threshold with each large block that is freed, and keeps much or nothing of an earlier picture's memory,
/// depending on where its small blocks lie (glibc manual, "Memory Allocation Tunables").
const GIVE_BACK: (&str, &str) = ("GLIBC_TUNABLES", "glibc.malloc.mmap_threshold=131072");

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if let [word, weights, photographs @ ..] = &arguments[..]
        && word == Path::new("compare")
    {
        return compare(weights, photographs);
    }

    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let weights = runtime.block_on(weights::fetch(&root))?;
    let portraits = runtime.block_on(pictures::portraits(&root))?;
    let worst = worst(&root.join(".local/faces"))?;
    for (what, left, right) in [
        ("two photographs", portraits.join("obama.jpg"), portraits.join("obama3.jpg")),
        ("the largest progressive JPEG twice", worst[0].clone(), worst[0].clone()),
        ("the largest PNG twice", worst[1].clone(), worst[1].clone()),
        ("the largest transparent PNG twice", worst[2].clone(), worst[2].clone()),
        ("the largest PNG of 16 bits twice", worst[3].clone(), worst[3].clone()),
    ] {
        let mut child = Command::new(std::env::current_exe()?);
        child.env(GIVE_BACK.0, GIVE_BACK.1).arg("compare").arg(&weights).arg(&left).arg(&right);
        let child = child.output()?;
        assert!(child.status.success(), "{what}: {}", String::from_utf8_lossy(&child.stderr));
        let most: u64 = String::from_utf8(child.stdout)?.trim().parse()?;
        println!("{what}: {most} KiB");
        assert!(most < CEILING, "{what}: {most} KiB are more than {CEILING}");
    }
    Ok(())
}

/// Compares two photographs and prints the greatest resident size of this process, in KiB.
fn compare(weights: &Path, photographs: &[PathBuf]) -> Result<(), Box<dyn Error>> {
    let engine = Engine::from_weights(Weights::from_folder(weights)?)?;
    let mut descriptors = Vec::new();
    for photograph in photographs {
        let examined = engine.examine(&Picture::decode(&std::fs::read(photograph)?)?);
        descriptors.extend(examined.descriptor);
    }
    if let [left, right] = &descriptors[..] {
        assert!(left.distance(right).is_finite());
    }
    let status = std::fs::read_to_string("/proc/self/status")?;
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("Linux tells no VmHWM")?;
    println!("{}", most.trim().trim_end_matches(" kB"));
    Ok(())
}

/// Pictures that take the most memory of all that are accepted.
fn worst(folder: &Path) -> Result<[PathBuf; 4], Box<dyn Error>> {
    let files = ["progressive.jpg", "opaque.png", "transparent.png", "deep.png"].map(|name| folder.join(name));
    let opaque =
        DynamicImage::from(RgbImage::from_fn(4_096, 3_072, |x, y| image::Rgb([(x % 251) as u8, (y % 241) as u8, 9])));
    std::fs::write(&files[0], progressive(4_096, 3_072))?;
    opaque.save(&files[1])?;
    opaque.to_rgba8().save(&files[2])?;
    opaque.crop_imm(0, 0, 4_096, 1_536).to_rgba16().save(&files[3])?;
    Ok(files)
}

/// A grey progressive JPEG without subsampling (ITU-T T.81): one scan, in which each block's first coefficient is
/// the one before it. Decoders keep all coefficients of it, six bytes a pixel.
fn progressive(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xdb, 0, 67, 0];
    bytes.extend([1; 64]);
    bytes.extend([0xff, 0xc2, 0, 17, 8]);
    bytes.extend([height.to_be_bytes(), width.to_be_bytes()].concat());
    bytes.extend([3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
    // One code of one bit: no difference.
    bytes.extend([0xff, 0xc4, 0, 20, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend([0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 0, 0]);
    let blocks = usize::from(width).div_ceil(8) * usize::from(height).div_ceil(8) * 3;
    bytes.extend(std::iter::repeat_n(0, blocks.div_ceil(8)));
    bytes.extend([0xff, 0xd9]);
    bytes
}
