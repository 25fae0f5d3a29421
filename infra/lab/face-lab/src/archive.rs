//! Archives of package registries: each is known by its SHA-256, and only what is wanted of it is unpacked.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;

/// A gzipped tar archive, and what is wanted of it.
#[derive(Clone, Copy, Debug)]
pub struct Archive {
    /// The package and its version: the name of the folder that it is unpacked into.
    pub name: &'static str,
    pub url: &'static str,
    /// In lower-case hexadecimal digits.
    pub sha256: &'static str,
    /// The folder in the archive that is left out of the unpacked paths.
    pub within: &'static str,
    /// Which files are wanted, by the end of their names.
    pub endings: &'static [&'static str],
}

impl Archive {
    /// The folder `.local/faces/{name}`, whether it is there or not.
    pub fn folder(self, root: &Path) -> PathBuf {
        root.join(".local/faces").join(self.name)
    }

    /// That folder with what is wanted; it is fetched when it is not there.
    pub async fn unpacked(self, root: &Path) -> Result<PathBuf> {
        let home = root.join(".local/faces");
        let folder = home.join(self.name);
        if folder.exists() {
            return Ok(folder);
        }
        let lock = lock(home.join(format!("{}.lock", self.name))).await?;
        if folder.exists() {
            return Ok(folder);
        }
        eprintln!("Fetching {}, once.", self.name);
        let file = home.join(format!("{}.tar.gz", self.name));
        self.download(&file).await.with_context(|| format!("{} could not be fetched from {}", self.name, self.url))?;
        let (part, done) = (home.join(format!("{}.part", self.name)), folder.clone());
        spawn_blocking(move || -> Result<()> {
            remove(&part)?;
            self.unpack(&file, &part).with_context(|| format!("{} could not be unpacked", file.display()))?;
            fs::rename(&part, &done)?;
            fs::remove_file(&file)?;
            drop(lock);
            Ok(())
        })
        .await??;
        Ok(folder)
    }

    /// Removes what was unpacked, so that it is fetched again.
    pub async fn forget(self, root: &Path) -> Result<()> {
        let folder = root.join(".local/faces").join(self.name);
        spawn_blocking(move || remove(&folder)).await?
    }

    async fn download(self, target: &Path) -> Result<()> {
        let mut answer = reqwest::get(self.url).await?.error_for_status()?;
        let mut file = File::create(target)?;
        let mut digest = Sha256::new();
        while let Some(chunk) = answer.chunk().await? {
            digest.update(&chunk);
            file.write_all(&chunk)?;
        }
        let found = digest.finalize().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        ensure!(found == self.sha256, "its SHA-256 is {found}, and {} is expected", self.sha256);
        Ok(())
    }

    fn unpack(self, archive: &Path, target: &Path) -> Result<()> {
        let mut entries = tar::Archive::new(GzDecoder::new(File::open(archive)?));
        let mut found = 0;
        for entry in entries.entries()? {
            let mut entry = entry?;
            let path = entry.path()?.into_owned();
            let Ok(within) = path.strip_prefix(self.within) else { continue };
            let is_wanted = self.endings.iter().any(|ending| path.to_string_lossy().ends_with(ending));
            if !entry.header().entry_type().is_file() || !is_wanted {
                continue;
            }
            if within.components().any(|part| !matches!(part, Component::Normal(_))) {
                bail!("it holds the path {}", path.display());
            }
            let file = target.join(within);
            fs::create_dir_all(file.parent().unwrap_or(target))?;
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            fs::write(file, bytes)?;
            found += 1;
        }
        ensure!(found > 0, "it holds nothing that is wanted");
        Ok(())
    }
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} could not be removed", folder.display()))
        }
        _ => Ok(()),
    }
}

/// Waits until no other run holds the lock; dropping the file frees it.
async fn lock(path: PathBuf) -> Result<File> {
    let failed = format!("{} could not be locked", path.display());
    spawn_blocking(move || -> std::io::Result<File> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = File::create(path)?;
        file.lock()?;
        Ok(file)
    })
    .await?
    .context(failed)
}
