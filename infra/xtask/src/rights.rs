//! Compares what functions declare to ask of AWS with what the tests saw them ask.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use catalogue::Right;

/// Rights that only the previous version uses, which still answers while a deployment replaces it: a function's name
/// and its right. The deployment after that removes them from the template, and from here.
const OF_THE_VERSION_BEFORE: [(&str, &str); 0] = [];

/// Where tests note what functions asked for: `<function>/<action> <table> <index>`.
pub fn seen(root: &Path) -> PathBuf {
    root.join("artifacts").join("rights")
}

/// Compares what was seen with the policies: nothing is missing, and nothing is unused.
pub fn are_those_that_are_used(root: &Path) -> Result<()> {
    println!("== Every right of every function is used, and none is missing");
    let mut findings = Vec::new();
    for step in catalogue::STEPS {
        let (function, granted) = (step.name, step.rights.iter().flat_map(granted).collect::<BTreeSet<_>>());
        let used = used(&seen(root).join(function))?;
        findings.extend(used.difference(&granted).map(|right| format!("{function} may not {right}, and needs to")));
        let unused = granted.difference(&used);
        let unused = unused.filter(|right| !OF_THE_VERSION_BEFORE.contains(&(function, right.as_str())));
        findings.extend(unused.map(|right| format!("{function} may {right}, and no test saw why")));
    }
    ensure!(findings.is_empty(), "{}", findings.join("\n"));
    Ok(())
}

fn used(folder: &Path) -> Result<BTreeSet<String>> {
    if !folder.exists() {
        return Ok(BTreeSet::new());
    }
    std::fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

/// A right as the tests note it. Our code never asks for what Lambda does in a function's name.
fn granted(right: &Right) -> Vec<String> {
    match right {
        Right::On(table, actions) => {
            actions.iter().map(|action| format!("dynamodb:{action} {}", table.suffix())).collect()
        }
        Right::Query(table, index) => vec![format!("dynamodb:Query {} {index}", table.suffix())],
        Right::Rekognition(actions) => actions.iter().map(|action| format!("rekognition:{action}")).collect(),
        Right::SendEmail => vec!["ses:SendEmail".to_owned()],
    }
}
