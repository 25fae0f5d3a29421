//! What documents have integrators and writers of apps type works: their blocks are run against the running stack.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, ensure};
use axum::Router;
use axum::extract::{Path as Part, State};
use axum::http::StatusCode;
use axum::routing::get;
use clap::ValueEnum as _;
use local::sandbox::{self, Holder};
use local::stack::{Place, Ports};
use tokio::net::TcpListener;
use tokio::process::Command;
use xtask::tools::Tools;

/// A block of a document between fences.
struct Block<'a> {
    language: &'a str,
    text: &'a str,
}

impl Block<'_> {
    /// The file that a program is to be saved as, which its first line names.
    fn file(&self) -> Option<&str> {
        let first = self.text.lines().next()?;
        let comment = match self.language {
            "python" => "# ",
            "js" => "// ",
            _ => return None,
        };
        first.strip_prefix(comment)
    }
}

fn blocks(document: &str) -> Vec<Block<'_>> {
    let mut parts = document.split("\n```");
    parts.next();
    let opening = parts.step_by(2);
    opening.filter_map(|part| part.split_once('\n')).map(|(language, text)| Block { language, text }).collect()
}

/// Follows docs/integrating.md from its first block to its last.
pub async fn integrating_works(ports: Ports, place: &Place) -> Result<()> {
    let said = follow("integrating", ports, place).await?;
    let verified = said.matches("verified: SITI AMINAH 3577014507900003").count();
    // By each of the two programs, and when she was asked.
    ensure!(verified == 3 && said.contains("\"assertion\": \""), "Siti's code was verified {verified} times:\n{said}");
    for problem in [
        "qr-code-used",
        "qr-code-superseded",
        "qr-code-expired",
        "no-shared-claims",
        "qr-code-device-blocked",
        "holder-not-eligible",
    ] {
        ensure!(said.contains(&format!("refused: {problem} - ")), "nothing was refused as {problem}:\n{said}");
    }
    Ok(())
}

/// The same with docs/mobile.md.
pub async fn mobile_works(ports: Ports, place: &Place) -> Result<()> {
    let said = follow("mobile", ports, place).await?;
    for line in ["stage: pending\nstage: active\nscope: change-pin\n", "that discloses name and age_over_17\n"] {
        ensure!(said.matches(line).count() == 2, "not twice: {line:?}\n{said}");
    }
    Ok(())
}

/// Saves the programs of a document, runs its commands one after the other, and gives what they print.
async fn follow(document: &str, ports: Ports, place: &Place) -> Result<String> {
    let root = xtask::root();
    let text = here(&std::fs::read_to_string(root.join("docs").join(document).with_extension("md"))?, ports);
    let folder = place.folder().join(document);
    std::fs::create_dir_all(&folder)?;
    let sandbox = serve_sandbox(ports, place.clone()).await?;
    build_programs(&root).await?;
    let programs = programs(&folder, &sandbox, &root)?;
    let tools = Tools::new(&root);
    // Schemathesis's environment has what the programs in Python import.
    let python = tools.schemathesis().await?.with_file_name("");
    std::os::unix::fs::symlink(tools.playwright().await?, folder.join("node_modules"))?;

    let mut script = "set -euo pipefail\n".to_owned();
    for block in blocks(&text) {
        match block.file() {
            Some(file) => std::fs::write(folder.join(file), block.text)?,
            None if block.language == "sh" => writeln!(script, "{}", block.text)?,
            None => {}
        }
    }
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([programs, python].into_iter().chain(std::env::split_paths(&others)))?;
    let output = Command::new("bash").arg("-c").arg(&script).current_dir(&folder).env("PATH", path).output().await?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    Ok(said)
}

/// The document with the addresses of this stack.
fn here(text: &str, ports: Ports) -> String {
    let default = Ports::DEFAULT;
    [(default.api, ports.api), (default.database, ports.database)]
        .into_iter()
        .fold(text.to_owned(), |text, (from, to)| {
            text.replace(&format!("127.0.0.1:{from}"), &format!("127.0.0.1:{to}"))
        })
}

/// Plays the sandbox of this stack at `/PART?argument=…`.
async fn serve_sandbox(ports: Ports, place: Place) -> Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = format!("http://{}", listener.local_addr()?);
    let router = Router::new().route("/{part}/{*arguments}", get(play)).with_state(Arc::new((ports, place)));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

async fn play(
    State(stack): State<Arc<(Ports, Place)>>,
    Part((part, arguments)): Part<(String, String)>,
) -> Result<String, (StatusCode, String)> {
    let (ports, place) = &*stack;
    let arguments: Vec<&str> = arguments.split('/').filter(|argument| !argument.is_empty()).collect();
    let said = match (part.as_str(), &arguments[..]) {
        ("code", [name]) => sandbox::code(*ports, place, holder(name)?).await,
        ("ask", [name]) => sandbox::code_to_ask(*ports, place, holder(name)?).await,
        ("answer", [name, answer]) => sandbox::answer(*ports, place, holder(name)?, answer).await,
        ("selfie", _) => sandbox::selfie(),
        ("admit", [ticket, email]) => sandbox::admit(*ports, ticket, email).await,
        _ => return Err((StatusCode::NOT_FOUND, format!("no part {part}"))),
    };
    let said = said.map(|said| said + "\n");
    said.map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")))
}

fn holder(name: &str) -> Result<Holder, (StatusCode, String)> {
    Holder::from_str(name, false).map_err(|error| (StatusCode::NOT_FOUND, error))
}

/// A folder with a `cargo` for these blocks: its commands are the built programs, and its sandbox is that of this stack.
fn programs(folder: &Path, sandbox: &str, root: &Path) -> Result<PathBuf> {
    let programs = folder.join("bin");
    std::fs::create_dir_all(&programs)?;
    let cargo = programs.join("cargo");
    let built = root.join("target/debug");
    let script = format!(
        "#!/usr/bin/env bash\n\
         set -euo pipefail\n\
         case \"$1 $2\" in\n\
         \"xtask sandbox\") exec curl --silent --show-error --fail-with-body \"{sandbox}/$3/${{4:-}}/${{5:-}}\" ;;\n\
         \"xtask ops\") shift 2; exec \"{built}/operator\" \"$@\" ;;\n\
         \"run --quiet\") shift 5; exec \"{built}/counter\" \"$@\" ;;\n\
         *) echo \"no command $*\" >&2; exit 2 ;;\n\
         esac\n",
        built = built.display()
    );
    std::fs::write(&cargo, script)?;
    std::fs::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755))?;
    Ok(programs)
}

/// The test builds them by itself, since `cargo test` builds no program of a crate without integration tests.
async fn build_programs(root: &Path) -> Result<()> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--workspace", "--bin", "operator", "--bin", "counter"]).current_dir(root);
    let output = cargo.output().await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
