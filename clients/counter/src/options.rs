//! Options and variables of the program. An option wins over its variable.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Parser;
use counter::{ClientKey, Language};
use url::Url;

/// Redeems scanned QR codes of Identitas Kependudukan Digital at an integrator's counter: serves a page on this machine.
#[derive(Parser)]
#[command(version)]
pub struct Options {
    /// Where the service is [variable: COUNTER_SERVICE].
    #[arg(long, value_name = "URL")]
    service: Option<Url>,
    /// The integrator's name at the service [variable: COUNTER_CLIENT_ID].
    #[arg(long, value_name = "NAME")]
    client_id: Option<String>,
    /// The file with the integrator's private key, PKCS #8 in PEM [variable: COUNTER_KEY_FILE; or the key itself in COUNTER_KEY].
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Where unanswered scans are kept [variable: COUNTER_FOLDER; otherwise .ikd-counter in the home folder].
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Where the page listens, on 127.0.0.1. Port 0 takes a free one.
    #[arg(long, default_value_t = 7357)]
    pub port: u16,
    /// What --once redeems for; needed where the integrator has several purposes.
    #[arg(long, requires = "once")]
    pub purpose: Option<String>,
    /// Redeem this code, print the answer as JSON, and end: with 0 if the holder is verified, 1 if the code is refused, 75 if
    /// there is no answer yet, 2 if nothing could be tried. A hyphen reads the code from the standard input. If the holder is
    /// asked first, the digits to say are printed on the standard error.
    #[arg(long, value_name = "TOKEN")]
    pub once: Option<String>,
    /// Explain refusals in English.
    #[arg(long)]
    english: bool,
    /// Print the public half of the key as a JWK Set, for the operators of the service, and end.
    #[arg(long, conflicts_with = "once")]
    pub public_key: bool,
}

impl Options {
    pub fn service(&self) -> Result<Url> {
        let text = match &self.service {
            Some(url) => return Ok(url.clone()),
            None => variable("COUNTER_SERVICE").context("say where the service is: --service")?,
        };
        Url::parse(&text).context("COUNTER_SERVICE is no address")
    }

    pub fn client_id(&self) -> Result<String> {
        let given = self.client_id.clone().or_else(|| variable("COUNTER_CLIENT_ID"));
        given.context("say who you are at the service: --client-id")
    }

    /// The private key. Its text is in no message.
    pub fn key(&self) -> Result<ClientKey> {
        let file = self.key.clone().or_else(|| variable("COUNTER_KEY_FILE").map(PathBuf::from));
        let Some(file) = file else {
            let pem = variable("COUNTER_KEY").context("no private key is given: --key")?;
            return ClientKey::from_pem(&pem).context("COUNTER_KEY");
        };
        let shown = file.display();
        let pem = std::fs::read_to_string(&file).with_context(|| format!("Kunci lembaga tidak ditemukan: {shown}"))?;
        warn_if_others_read(&file);
        ClientKey::from_pem(&pem).with_context(|| shown.to_string())
    }

    /// A folder for each service and integrator.
    pub fn folder(&self, service: &Url, client_id: &str) -> Result<PathBuf> {
        let given = self.folder.clone().or_else(|| variable("COUNTER_FOLDER").map(PathBuf::from));
        let home = || variable("HOME").or_else(|| variable("USERPROFILE")).map(PathBuf::from);
        let base = given.or_else(|| Some(home()?.join(".ikd-counter")));
        let place =
            format!("{}-{}", service.host_str().unwrap_or_default(), service.port_or_known_default().unwrap_or(0));
        Ok(base.context("say where unanswered scans are kept: --folder")?.join(place).join(client_id))
    }

    pub fn language(&self) -> Language {
        if self.english { Language::English } else { Language::Indonesian }
    }
}

/// A variable, if it is set and not empty.
fn variable(name: &str) -> Option<String> {
    env::var_os(name)?.into_string().ok().filter(|value| !value.is_empty())
}

/// The key is for this program alone.
fn warn_if_others_read(file: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        let mode = std::fs::metadata(file).map(|metadata| metadata.permissions().mode()).unwrap_or_default();
        if mode & 0o077 != 0 {
            eprintln!("Others on this machine can read {}: chmod 600 it.", file.display());
        }
    }
    #[cfg(not(unix))]
    let _ = file;
}
