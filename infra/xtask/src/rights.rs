//! What functions may ask of AWS by the template, and what the tests saw them ask: the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_yaml_ng::Value;

use crate::template::{Template, each, plain};

/// What Lambda does in a function's name, from its stream to its dead letters. No code of ours asks for it.
const OF_LAMBDA: [&str; 5] = [
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    "sqs:SendMessage",
];

/// What nobody asks for any more but the version before, which still answers while a deployment replaces it: a function's
/// name and its right. The deployment after that takes them out of the template, and from here.
const OF_THE_VERSION_BEFORE: [(&str, &str); 0] = [];

/// Where tests note what functions asked for: `<function>/<action> <table> <index>`.
pub fn seen(root: &Path) -> PathBuf {
    root.join("artifacts").join("rights")
}

/// Holds what was seen against the policies: nothing is missing, and nothing is unused.
pub fn are_those_that_are_used(root: &Path) -> Result<()> {
    println!("== Every right of every function is used, and none is missing");
    let template = Template::read()?;
    let mut findings = Vec::new();
    for (function, properties) in template.functions() {
        let granted = granted(&template, properties).with_context(|| format!("the policies of {function}"))?;
        let used = used(&seen(root).join(function))?;
        findings.extend(used.difference(&granted).map(|right| format!("{function} may not {right}, and needs to")));
        let unused = granted.difference(&used);
        let unused = unused.filter(|right| !OF_THE_VERSION_BEFORE.contains(&(function, right.as_str())));
        findings.extend(unused.map(|right| format!("{function} may {right}, and no test saw why")));
    }
    ensure!(findings.is_empty(), "{}", findings.join("\n"));
    Ok(())
}

/// A statement, or the one that an `!If` has for where its condition holds.
fn where_it_holds(statement: &Value) -> &Value {
    match plain(statement) {
        Value::Sequence(parts) => parts.get(1).unwrap_or(&Value::Null),
        statement => statement,
    }
}

fn used(folder: &Path) -> Result<BTreeSet<String>> {
    if !folder.exists() {
        return Ok(BTreeSet::new());
    }
    std::fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

fn granted(template: &Template, function: &Value) -> Result<BTreeSet<String>> {
    let tables: BTreeMap<&str, &str> = template
        .of_type("AWS::DynamoDB::Table")
        .filter_map(|(name, table)| Some((name, plain(table.get("TableName")?).as_str()?.rsplit('-').next()?)))
        .collect();
    let mut rights = BTreeSet::new();
    let policies = function.get("Policies").into_iter().flat_map(each);
    for statement in policies.filter_map(|policy| policy.get("Statement")).flat_map(each).map(where_it_holds) {
        for action in each(&statement["Action"]).filter_map(Value::as_str) {
            if OF_LAMBDA.contains(&action) {
                continue;
            }
            if !action.starts_with("dynamodb:") {
                rights.insert(action.to_owned());
                continue;
            }
            for resource in each(plain(&statement["Resource"])).filter_map(|resource| plain(resource).as_str()) {
                let resource = resource.trim_start_matches("${").replace('}', "");
                let (table, index) = resource.split_once("/index/").unwrap_or((&resource, ""));
                let table = table.strip_suffix(".Arn").and_then(|name| tables.get(name));
                let table = table.with_context(|| format!("{resource} is no table of the template"))?;
                rights.insert(format!("{action} {table} {index}").trim_end().to_owned());
            }
        }
    }
    Ok(rights)
}
