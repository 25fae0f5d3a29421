//! The functions' configuration on this machine: secrets made once and kept under `.local`, addresses of the parts.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use data_encoding::BASE32_NOPAD;
use ikd::app::{Randomness, SystemRandomness};
use jsonwebtoken::jwk::JwkSet;
use operator_base::signing_secret;

use super::Ports;
use crate::actors::KeyPair;

/// The secrets of one deployment.
pub struct Secrets {
    sealing: String,
    activation_codes: String,
    pepper: String,
    pairwise: String,
    callbacks: String,
    signing: KeyPair,
}

impl Secrets {
    /// Reads the secrets of a folder, or makes them.
    pub fn read_or_make(folder: &Path) -> Result<Self> {
        Ok(Self {
            sealing: secret(&folder.join("sealing.key"))?,
            activation_codes: secret(&folder.join("activation-codes.key"))?,
            pepper: secret(&folder.join("pepper.key"))?,
            pairwise: secret(&folder.join("pairwise.key"))?,
            callbacks: secret(&folder.join("callbacks.key"))?,
            signing: key_pair(&folder.join("signing.pem"))?,
        })
    }

    /// Secrets of a test, kept nowhere.
    pub fn for_test() -> Result<Self> {
        let fixed = |name: &str| format!("{name} key of the tests, long enough");
        Ok(Self {
            sealing: fixed("sealing"),
            activation_codes: fixed("activation code"),
            pepper: fixed("pepper"),
            pairwise: fixed("pairwise"),
            callbacks: fixed("callback"),
            signing: KeyPair::generate()?,
        })
    }

    /// The key that tokens and assertions are signed with.
    pub fn signing_key(&self) -> &KeyPair {
        &self.signing
    }

    /// The variables that hold secrets and keys.
    pub fn variables(&self) -> Result<Vec<(String, String)>> {
        let published = serde_json::to_string(&JwkSet { keys: vec![signing_secret::published(&self.signing)] })?;
        Ok(named([
            ("IKD_SEALING_KEY", self.sealing.clone()),
            ("IKD_ACTIVATION_CODE_KEY", self.activation_codes.clone()),
            ("IKD_PIN_PEPPER", self.pepper.clone()),
            ("IKD_PAIRWISE_KEY", self.pairwise.clone()),
            ("IKD_CALLBACK_KEY", self.callbacks.clone()),
            ("IKD_SIGNING_KEY", self.signing.pem().to_owned()),
            ("IKD_VERIFYING_KEYS", published),
            ("IKD_RETIRED_KEYS", "{\"keys\":[]}".to_owned()),
        ])
        .collect())
    }
}

/// Everything that the functions read when they run on this machine; `ses` takes their e-mails.
pub fn of_functions(secrets: &Secrets, ports: Ports, ses: &str, verbose: bool) -> Result<Vec<(String, String)>> {
    let mut variables = secrets.variables()?;
    if verbose {
        // Ours, Lambda's own, and the libraries'.
        let names = ["IKD_LOG_LEVEL", "AWS_LAMBDA_LOG_LEVEL", "RUST_LOG"];
        variables.extend(named(names.map(|name| (name, "trace".to_owned()))));
    }
    variables.extend(named([
        ("IKD_PUBLIC_URL", ports.api_url()?.to_string()),
        ("IKD_TABLE_PREFIX", super::database::PREFIX.to_owned()),
        ("IKD_OFFICER_ISSUER", super::issuer::address(ports.issuer)),
        ("IKD_OFFICER_AUDIENCE", super::issuer::AUDIENCE.to_owned()),
        ("IKD_OFFICER_CLIENT", super::issuer::CLIENT.to_owned()),
        ("IKD_FACE_WEIGHTS", face_lab::weights::folder(&xtask::root()).display().to_string()),
        ("IKD_MAIL_SENDER", "identitas@ikd.example".to_owned()),
        ("IKD_MAIL_CONFIGURATION_SET", "local".to_owned()),
        // People who try the service out ask for several e-mails in a row.
        ("IKD_RESEND_WAIT_SECONDS", "0".to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", format!("http://127.0.0.1:{}", ports.database)),
        ("AWS_ENDPOINT_URL_SESV2", ses.to_owned()),
        ("AWS_REGION", "ap-southeast-3".to_owned()),
        ("AWS_ACCESS_KEY_ID", "local".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
    ]));
    Ok(variables)
}

/// Writes an environment file, a quoted variable a line.
pub fn write(path: &Path, variables: &[(String, String)]) -> Result<PathBuf> {
    let mut lines = String::new();
    for (name, value) in variables {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        writeln!(lines, "{name}=\"{value}\"")?;
    }
    write_private(path, &lines)?;
    Ok(path.to_owned())
}

/// Reads a key pair, or makes it.
pub fn key_pair(path: &Path) -> Result<KeyPair> {
    if let Ok(pem) = fs::read_to_string(path) {
        return KeyPair::from_pem(pem).with_context(|| format!("{} cannot be used", path.display()));
    }
    let pair = KeyPair::generate()?;
    write_private(path, pair.pem())?;
    Ok(pair)
}

fn secret(path: &Path) -> Result<String> {
    if let Ok(secret) = fs::read_to_string(path) {
        return Ok(secret);
    }
    let mut bytes = [0; 40];
    SystemRandomness::default().fill(&mut bytes);
    let secret = BASE32_NOPAD.encode(&bytes);
    write_private(path, &secret)?;
    Ok(secret)
}

/// Writes a file that only its owner reads.
fn write_private(path: &Path, text: &str) -> Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt;

    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    let mut file = file.with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(file.write_all(text.as_bytes())?)
}

fn named<const N: usize>(variables: [(&str, String); N]) -> impl Iterator<Item = (String, String)> + use<N> {
    variables.map(|(name, value)| (name.to_owned(), value)).into_iter()
}
