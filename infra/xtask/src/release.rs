//! What operators get of a version, in one folder: it is complete, or it is not there.

use std::fmt::Write;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use sha2::{Digest, Sha256};
use tokio::process::Command;

use crate::package;

/// Every package of the workspace has the workspace's version, this one included.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Releases, a folder for each version, seen from the checkout's root.
const RELEASES: &str = "artifacts/release";

const CHECKSUMS: &str = "SHA256SUMS";

/// Builds the functions' packages and the operators' command, and collects them in the version's folder.
pub async fn run(force: bool) -> Result<()> {
    let root = crate::root();
    let folder = root.join(RELEASES).join(VERSION);
    refuse_to_overwrite(&folder, force)?;

    let packages = package::build(&[]).await?;
    package::hold_against_budgets(&packages)?;
    // The deployer fetches the layer's weights: the project does not distribute them.
    let functions = packages.iter().filter(|package| package.function != package::LAYER);
    let mut files: Vec<PathBuf> = functions.map(|package| package::zip_of(&package.function)).collect();
    files.push(build_operator(&root).await?);
    files.push(root.join("infra/openapi.yaml"));
    let template = fs::read_to_string(root.join("infra/template.yaml")).context("the template")?;

    assemble(&folder, &files, &template)?;
    println!("{}", folder.display());
    Ok(())
}

fn refuse_to_overwrite(folder: &Path, force: bool) -> Result<()> {
    ensure!(
        force || !folder.exists(),
        "{} exists already. Choose another version in Cargo.toml, or replace the release with --force.",
        folder.display()
    );
    Ok(())
}

/// Builds the operators' command, and gives the program.
async fn build_operator(root: &Path) -> Result<PathBuf> {
    eprintln!("· operator");
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--release",
            "--locked",
            "--package",
            "operator",
            "--bin",
            "operator",
            "--target-dir",
            "target",
        ])
        .current_dir(root)
        .status()
        .await?;
    ensure!(built.success(), "The operators' command cannot be built.");
    Ok(root.join("target/release/operator"))
}

/// Fills a draft beside the folder and renames it at the end, so that an interrupted release is never taken for a whole one.
fn assemble(folder: &Path, files: &[PathBuf], template: &str) -> Result<()> {
    // Not `with_extension`: it would take the version's last number for one.
    let mut draft = folder.as_os_str().to_owned();
    draft.push(".draft");
    let draft = PathBuf::from(draft);
    remove(&draft)?;
    fs::create_dir_all(&draft).with_context(|| format!("{} cannot be made", draft.display()))?;
    for file in files {
        let name = file.file_name().with_context(|| format!("{} has no name", file.display()))?;
        fs::copy(file, draft.join(name)).with_context(|| format!("{} cannot be copied", file.display()))?;
    }
    fs::write(draft.join("template.yaml"), beside_packages(template))?;
    let checksums = checksums(&draft)?;
    fs::write(draft.join(CHECKSUMS), checksums)?;
    remove(folder)?;
    fs::rename(&draft, folder).with_context(|| format!("{} cannot be renamed", draft.display()))
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", folder.display()))
        }
        _ => Ok(()),
    }
}

/// The template for the folder of a release: each function's code is the package beside it, and the layer's weights are
/// where `operator fetch-face-weights` brings them.
fn beside_packages(template: &str) -> String {
    const SOURCES: &str = "CodeUri: ../functions/";
    let mut released = String::new();
    for line in template.lines() {
        match line.split_once(SOURCES) {
            Some((indent, function)) => released.extend([indent, "CodeUri: ", function, ".zip"]),
            None => released.push_str(&line.replace("ContentUri: ../.local/", "ContentUri: .local/")),
        }
        released.push('\n');
    }
    released
}

/// A line for each file of a folder, by name, as `sha256sum --check` reads them.
fn checksums(folder: &Path) -> Result<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| {
        entry?.file_name().into_string().map_err(|name| anyhow!("{} is not Unicode", name.display()))
    };
    let mut names: Vec<String> = fs::read_dir(folder)?.map(name).collect::<Result<_>>()?;
    names.sort();
    let mut lines = String::new();
    for name in names {
        for byte in Sha256::digest(fs::read(folder.join(&name))?) {
            write!(lines, "{byte:02x}")?;
        }
        writeln!(lines, "  {name}")?;
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Template;

    /// An empty folder of a test.
    fn folder(name: &str) -> PathBuf {
        let folder = crate::root().join("target/tmp/release").join(name);
        remove(&folder).unwrap();
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn checksums_are_sorted_and_in_the_form_that_sha256sum_reads() {
        let folder = folder("checksums");
        fs::write(folder.join("b.zip"), "abc").unwrap();
        fs::write(folder.join("a.zip"), "").unwrap();
        // The digests of FIPS 180-4's first example and of nothing.
        assert_eq!(
            checksums(&folder).unwrap(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a.zip\n\
             ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b.zip\n"
        );
    }

    #[test]
    fn a_release_has_all_files_their_checksums_and_no_draft() {
        let folder = folder("whole");
        let package = folder.join("login.zip");
        fs::write(&package, "package").unwrap();
        let release = folder.join("0.1.0");
        assemble(&release, &[package], "Resources: {}\n").unwrap();

        let mut names: Vec<String> =
            fs::read_dir(&release).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, ["SHA256SUMS", "login.zip", "template.yaml"]);
        let sums = fs::read_to_string(release.join(CHECKSUMS)).unwrap();
        assert_eq!(sums.lines().count(), 2);
        assert!(!folder.join("0.1.0.draft").exists());
    }

    #[test]
    fn a_release_that_exists_is_replaced_by_force_only() {
        let folder = folder("twice");
        let (old, new) = (folder.join("old.zip"), folder.join("new.zip"));
        fs::write(&old, "old").unwrap();
        fs::write(&new, "new").unwrap();
        let release = folder.join("0.1.0");
        assert!(refuse_to_overwrite(&release, false).is_ok());
        assemble(&release, &[old], "").unwrap();
        assert!(refuse_to_overwrite(&release, false).unwrap_err().to_string().contains("--force"));
        assert!(refuse_to_overwrite(&release, true).is_ok());
        assemble(&release, &[new], "").unwrap();
        assert!(release.join("new.zip").exists() && !release.join("old.zip").exists());
    }

    #[test]
    fn a_failed_release_leaves_the_one_before() {
        let folder = folder("failed");
        let (old, missing) = (folder.join("old.zip"), folder.join("missing.zip"));
        fs::write(&old, "old").unwrap();
        let release = folder.join("0.1.0");
        assemble(&release, &[old], "").unwrap();
        assert!(assemble(&release, &[missing], "").unwrap_err().to_string().contains("missing.zip"));
        assert!(release.join("old.zip").exists());
    }

    #[test]
    fn the_released_template_names_every_package_and_nothing_outside_its_folder() {
        let template = fs::read_to_string(crate::root().join("infra/template.yaml")).unwrap();
        let released = beside_packages(&template);
        assert!(!released.contains("../"));
        for (function, _) in Template::read().unwrap().functions() {
            assert!(released.contains(&format!("CodeUri: {function}.zip\n")), "{function}");
        }
        assert_eq!(released.lines().count(), template.lines().count());
    }
}
