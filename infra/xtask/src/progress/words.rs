//! What cargo says while it builds: a status line for each package on its standard error, a JSON document for each
//! artifact on its standard output.

use std::path::PathBuf;

use serde::Deserialize;

/// A status line.
#[derive(Debug, PartialEq)]
pub(super) enum Status {
    /// A package is being compiled.
    Compiling(String),
    /// A package was fetched.
    Downloaded(String),
    /// Anything else that cargo does, as `blocking waiting for file lock on build directory`.
    Doing(String),
}

impl Status {
    /// Gives nothing for lines that the reader has to see: what the compiler says, and warnings and errors of cargo's own.
    pub fn of_line(line: &str) -> Option<Self> {
        // The verb ends in the twelfth column.
        const VERBS: usize = 12;

        let line = without_colours(line);
        let (verb, rest) = line.split_at_checked(VERBS)?;
        let (verb, rest) = (verb.trim_start(), rest.strip_prefix(' ')?);
        let subject = rest.split_whitespace().next().unwrap_or_default();
        match verb {
            "Compiling" => Some(Self::Compiling(subject.to_owned())),
            "Downloaded" => Some(Self::Downloaded(subject.to_owned())),
            "Blocking" | "Downloading" | "Locking" | "Updating" => {
                Some(Self::Doing(format!("{} {rest}", verb.to_lowercase())))
            }
            "Adding" | "Dirty" | "Finished" | "Fresh" => Some(Self::Doing(String::new())),
            _ => None,
        }
    }
}

/// Something that is compiled.
#[derive(Debug, Deserialize)]
pub(super) struct Artifact {
    package_id: String,
    target: Target,
    executable: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
struct Target {
    kind: Vec<String>,
    name: String,
}

impl Artifact {
    pub fn of_line(line: &str) -> Option<Self> {
        #[derive(Deserialize)]
        #[serde(tag = "reason", rename_all = "kebab-case")]
        enum Message {
            CompilerArtifact(Artifact),
            #[serde(other)]
            Other,
        }

        match serde_json::from_str(line) {
            Ok(Message::CompilerArtifact(artifact)) => Some(artifact),
            Ok(Message::Other) | Err(_) => None,
        }
    }

    pub fn is_build_script(&self) -> bool {
        self.target.kind.iter().any(|kind| kind == "custom-build")
    }

    /// A program's name, and where it is.
    pub fn program(self) -> Option<(String, PathBuf)> {
        Some((self.target.name, self.executable?))
    }

    /// Its package's name. Only the version follows the hash where the package's folder has its name.
    pub fn package(&self) -> &str {
        let (path, fragment) = self.package_id.rsplit_once('#').unwrap_or(("", &self.package_id));
        match fragment.split_once('@') {
            Some((name, _)) => name,
            None => path.rsplit('/').next().unwrap_or(fragment),
        }
    }
}

fn without_colours(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // A colour ends with an m.
        plain += part.split_once('m').map_or(part, |(_, rest)| rest);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{Artifact, Status};

    #[test]
    fn what_cargo_does_is_recognised_with_and_without_colours() {
        let compiling = Some(Status::Compiling("aws-sdk-dynamodb".to_owned()));
        assert_eq!(Status::of_line("   Compiling aws-sdk-dynamodb v1.136.0"), compiling);
        assert_eq!(Status::of_line("\u{1b}[1m\u{1b}[92m   Compiling\u{1b}[0m aws-sdk-dynamodb v1.136.0"), compiling);
        let downloaded = Some(Status::Downloaded("serde".to_owned()));
        assert_eq!(Status::of_line("  Downloaded serde v1.0.228 (registry `x`)"), downloaded);
        let blocked = Some(Status::Doing("blocking waiting for file lock on build directory".to_owned()));
        assert_eq!(Status::of_line("    Blocking waiting for file lock on build directory"), blocked);
    }

    #[test]
    fn what_the_compiler_says_is_for_the_reader() {
        for line in [
            "error[E0425]: cannot find value `x` in this scope",
            "warning: unused variable: `x`",
            "  --> infra/local/src/main.rs:12:5",
            "12 |     Compiling(x);",
            "error: could not compile `local` (bin \"local\") due to 1 previous error",
            "é",
            "",
        ] {
            assert_eq!(Status::of_line(line), None, "{line}");
        }
    }

    #[test]
    fn artifacts_name_their_package() {
        let artifact = |id: &str, kind: &str| {
            let target = format!(r#"{{"kind":["{kind}"],"name":"x"}}"#);
            let line =
                format!(r#"{{"reason":"compiler-artifact","package_id":"{id}","target":{target},"executable":null}}"#);
            Artifact::of_line(&line).unwrap()
        };
        let registry = "registry+https://github.com/rust-lang/crates.io-index";
        assert_eq!(artifact(&format!("{registry}#md-5@0.11.0"), "lib").package(), "md-5");
        assert_eq!(artifact("path+file:///x/functions/login#0.1.0", "bin").package(), "login");
        assert_eq!(artifact("path+file:///x/shared#ikd@0.1.0", "lib").package(), "ikd");
        assert!(artifact(&format!("{registry}#serde@1.0.228"), "custom-build").is_build_script());
        assert!(!artifact(&format!("{registry}#serde@1.0.228"), "lib").is_build_script());
    }

    #[test]
    fn programs_say_where_they_are() {
        let line = r#"{"reason":"compiler-artifact","package_id":"path+file:///x/login#0.1.0","target":{"kind":["bin"],"name":"login"},"executable":"/x/target/debug/login"}"#;
        let program = Artifact::of_line(line).and_then(Artifact::program);
        assert_eq!(program, Some(("login".to_owned(), "/x/target/debug/login".into())));
    }

    #[test]
    fn other_results_are_no_artifacts() {
        assert!(
            Artifact::of_line(r#"{"reason":"build-script-executed","package_id":"x#y@1","linked_libs":[]}"#).is_none()
        );
        assert!(Artifact::of_line(r#"{"reason":"build-finished","success":true}"#).is_none());
        assert!(Artifact::of_line("running").is_none());
    }
}
