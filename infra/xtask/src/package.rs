//! The functions as SAM packages them, and what they weigh. A package has to be brought to a machine before its first
//! request is answered, so each has a budget.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use tokio::process::Command;

use crate::pages;
use crate::progress::Compilation;
use crate::template::Template;
use crate::tools::Tools;

/// The file of the budgets: kilobytes of each function's package, zipped.
const BUDGETS: &str = "infra/lab/budgets/packages.toml";

/// The document that says what packages weigh.
const WEIGHTS: &str = "docs/performance/packages.md";

/// The layer that the functions which examine faces share: what the engine has learned.
pub const LAYER: &str = "face-weights";

/// What a package may weigh beyond what it weighed when its budget was set.
const MARGIN_PERCENT: u64 = 3;

/// Functions that ask for more features of what others depend on, too. In one run of Cargo all would get these features: the
/// captcha's picture formats make `register` 0.6 MB larger.
pub const BUILT_ALONE: [&str; 2] = ["activate", "show-documents"];

/// No function may weigh more, in kilobytes.
const CEILING: u64 = 5_000;

/// A function's package, or the layer's.
pub struct Package {
    pub function: String,
    /// Bytes of what is in it.
    pub contents: u64,
    /// Bytes of the package.
    pub zipped: u64,
}

/// Builds functions, or all, says what they weigh and compares that with the budgets, or sets new ones.
pub async fn run(functions: &[String], set_budgets: bool) -> Result<()> {
    let packages = build(functions).await?;
    print!("{}", table(&packages)?);
    if set_budgets {
        return set(&packages);
    }
    hold_against_budgets(&packages)
}

/// Builds programs as `sam build` does: both share the target folder and all that is in it but the programs.
pub struct Builder {
    cargo_lambda: PathBuf,
    path: OsString,
}

impl Builder {
    pub async fn new() -> Result<Self> {
        // One of the functions has the pages in its program, and is not built without them.
        pages::build(&crate::root()).await?;
        let cargo_lambda = Tools::new(&crate::root()).cargo_lambda().await?;
        // Zig, which links for the C library that Lambda has, comes with cargo-lambda.
        let beside = cargo_lambda.parent().map(Path::to_owned);
        let others = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths(beside.into_iter().chain(env::split_paths(&others)))?;
        Ok(Self { cargo_lambda, path })
    }

    /// Builds programs of a package in a folder, with `--release` or other arguments.
    pub async fn build(&self, folder: &str, package: &str, programs: &[&str], options: &[&str]) -> Result<()> {
        let bins = programs.iter().flat_map(|program| ["--bin", program]);
        let arguments: Vec<&str> = bins.chain(options.iter().copied()).collect();
        let root = crate::root();
        let what = programs.join(" and ");
        let compilation = Compilation { what: &what, root: &root, packages: &[package], programs: programs.len() };
        self.run(folder, compilation, &arguments).await
    }

    /// Builds the programs of functions as `sam build` does, but in as few runs of Cargo as possible, so that every core has work.
    pub async fn functions(&self, functions: &[&str]) -> Result<()> {
        let (alone, together): (Vec<&str>, Vec<&str>) =
            functions.iter().partition(|function| BUILT_ALONE.contains(*function));
        if !together.is_empty() {
            let packages = together.iter().flat_map(|function| ["--package", function]);
            let arguments: Vec<&str> = ["--release"].into_iter().chain(packages).collect();
            let root = crate::root();
            let what = format!("{} functions", together.len());
            let compilation = Compilation { what: &what, root: &root, packages: &together, programs: together.len() };
            self.run(".", compilation, &arguments).await?;
        }
        for function in alone {
            self.build(&format!("functions/{function}"), function, &[function], &["--release"]).await?;
        }
        Ok(())
    }

    async fn run(&self, folder: &str, compilation: Compilation<'_>, arguments: &[&str]) -> Result<()> {
        let mut command = Command::new(&self.cargo_lambda);
        command.args(["lambda", "build"]).args(arguments);
        command.current_dir(compilation.root.join(folder)).env("PATH", &self.path);
        compilation.run(command).await?;
        Ok(())
    }
}

/// The program in a function's package, once it is built.
fn program_of(function: &str) -> PathBuf {
    crate::root().join("target/lambda").join(function).join("bootstrap")
}

/// Builds functions, or all, and weighs them.
pub async fn build(functions: &[String]) -> Result<Vec<Package>> {
    let builder = Builder::new().await?;
    let template = Template::read()?;
    let all: Vec<&str> = template.functions().map(|(name, _)| name).collect();
    let wanted = if functions.is_empty() { all.clone() } else { functions.iter().map(String::as_str).collect() };
    for function in &wanted {
        ensure!(all.contains(function), "there is no function {function}");
    }
    builder.functions(&wanted).await?;
    let mut packages = Vec::new();
    for function in wanted {
        packages.push(weigh(function, &[program_of(function)]).await?);
    }
    if functions.is_empty() {
        let weights = std::fs::read_dir(face_weights().await?)?;
        let files: Vec<PathBuf> = weights.map(|file| Ok(file?.path())).collect::<Result<_>>()?;
        packages.push(weigh(LAYER, &files).await?);
    }
    Ok(packages)
}

/// The folder with the face engine's weights; the lab brings them here.
async fn face_weights() -> Result<PathBuf> {
    let fetch = Command::new(env!("CARGO"))
        .args(["run", "--bin", "face-lab", "--", "fetch"])
        .current_dir(crate::root())
        .stderr(Stdio::inherit())
        .output()
        .await?;
    ensure!(fetch.status.success(), "the face engine's weights cannot be fetched");
    Ok(String::from_utf8(fetch.stdout)?.trim().into())
}

/// Where the package of a function or of the layer is, once it is built.
pub fn zip_of(name: &str) -> PathBuf {
    crate::root().join("target/lambda").join(name).with_extension("zip")
}

/// Packs files as SAM does, with Python's zip, and weighs the package.
pub async fn weigh(name: &str, files: &[PathBuf]) -> Result<Package> {
    let mut contents = 0;
    for file in files {
        contents += std::fs::metadata(file).with_context(|| format!("{} is not there", file.display()))?.len();
    }
    let package = zip_of(name);
    let packed = Command::new("python3").args(["-m", "zipfile", "-c"]).arg(&package).args(files).status().await?;
    ensure!(packed.success(), "{name} cannot be packed");
    Ok(Package { function: name.to_owned(), contents, zipped: std::fs::metadata(package)?.len() })
}

fn table(packages: &[Package]) -> Result<String> {
    let mut text = String::from("| function | program, MB | package, MB |\n|---|---|---|\n");
    for Package { function, contents, zipped } in packages {
        let megabytes = |bytes: &u64| format!("{}.{:02}", bytes / 1_000_000, bytes / 10_000 % 100);
        writeln!(text, "| {function} | {} | {} |", megabytes(contents), megabytes(zipped))?;
    }
    Ok(text)
}

/// Nothing weighs more than its budget says.
pub fn hold_against_budgets(packages: &[Package]) -> Result<()> {
    let budgets: BTreeMap<String, u64> =
        toml::from_str(&std::fs::read_to_string(crate::root().join(BUDGETS)).context(BUDGETS)?)?;
    for Package { function, zipped, .. } in packages {
        let budget = budgets.get(function).with_context(|| format!("{BUDGETS} has no budget of {function}"))?;
        ensure!(
            zipped / 1_000 <= *budget,
            "{function} weighs {} kB zipped, and its budget is {budget} kB: find out what it has begun to carry",
            zipped / 1_000
        );
    }
    Ok(())
}

fn set(packages: &[Package]) -> Result<()> {
    let mut text = String::from(
        "# Kilobytes that each function's package may weigh, zipped: `cargo xtask package --set-budgets` sets them.\n",
    );
    for Package { function, zipped, .. } in packages {
        let budget = zipped * (100 + MARGIN_PERCENT) / 100_000;
        let ceiling = if function == LAYER { u64::MAX } else { CEILING };
        writeln!(text, "{function} = {}", budget.min(ceiling))?;
    }
    std::fs::write(crate::root().join(BUDGETS), text)?;
    let text = format!(
        "# Packages\n\nWhat `sam build` packs of each function; `cargo xtask package --set-budgets` wrote it, and the \
         budgets beside it\n\
         ([infra/lab/budgets/packages.toml](../../infra/lab/budgets/packages.toml), {MARGIN_PERCENT} % above, 5 MB at most).\n\
         `{LAYER}` is the layer of the functions that look at faces.\n\n{}",
        table(packages)?
    );
    Ok(std::fs::write(crate::root().join(WEIGHTS), text)?)
}
