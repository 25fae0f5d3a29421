//! What operators read matches what is deployed: alarms, parameters, metrics, costs and the picture.

use std::collections::BTreeSet;

use serde_yaml_ng::Value;
use xtask::template::Template;

use super::yaml;

fn document(path: &str) -> String {
    std::fs::read_to_string(xtask::root().join(path)).unwrap()
}

/// A part of a document: from its heading to the next one of that rank.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let (_, rest) = text.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no {heading}"));
    rest.split("\n## ").next().unwrap_or_default()
}

/// The names in backticks that the first cells of a section's table hold.
fn first_cells(section: &str) -> BTreeSet<String> {
    let cells = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('|').next());
    let names = cells.flat_map(|cell| cell.split('`').step_by(2));
    names.filter(|name| !name.trim().is_empty() && *name != ", ").map(str::to_owned).collect()
}

#[test]
fn every_alarm_has_an_entry_in_the_runbook_and_every_entry_is_an_alarm() {
    let template = Template::read().unwrap();
    let mut alarms: Vec<&str> = template.of_type("AWS::CloudWatch::Alarm").map(|(name, _)| entry_of(name)).collect();
    let text = document("docs/operations.md");
    let mut entries: Vec<&str> =
        section(&text, "## Alarms").lines().filter_map(|line| line.strip_prefix("### ")).collect();
    alarms.sort_unstable();
    entries.sort_unstable();
    alarms.dedup();
    assert_eq!(entries, alarms);
}

/// The entry of an alarm: its own, or the one that the same alarm of all functions has.
fn entry_of(alarm: &str) -> &str {
    if alarm.ends_with("FailuresAlarm") { "FailuresAlarm of each function" } else { alarm }
}

#[test]
fn an_entry_of_the_runbook_begins_with_what_its_alarm_says() {
    let template = Template::read().unwrap();
    let text = document("docs/operations.md");
    for (name, properties) in template.of_type("AWS::CloudWatch::Alarm") {
        let said = properties["AlarmDescription"].as_str().unwrap();
        let begins = format!("### {}\n\n*{said}*", entry_of(name));
        assert!(text.contains(&begins), "{name} does not begin with *{said}*");
    }
}

#[test]
fn operators_read_of_every_parameter() {
    for (template, heading) in [("infra/template.yaml", "## Parameters"), ("infra/front.yaml", "## The front")] {
        let declared: BTreeSet<String> = yaml(template)["Parameters"]
            .as_mapping()
            .unwrap()
            .keys()
            .map(|name| name.as_str().unwrap().to_owned())
            .collect();
        assert_eq!(first_cells(section(&document("docs/operations.md"), heading)), declared, "{template}");
    }
}

#[test]
fn alarms_watch_metrics_that_are_documented() {
    let documented = first_cells(section(&document("docs/operations.md"), "## What is measured"));
    let template = Template::read().unwrap();
    let mut watched = BTreeSet::new();
    for (_, properties) in template.of_type("AWS::CloudWatch::Alarm") {
        let of_queries = properties.get("Metrics").and_then(Value::as_sequence).into_iter().flatten();
        let metrics = of_queries.filter_map(|query| query.get("MetricStat")?.get("Metric")).chain([properties]);
        let ours = metrics.filter(|metric| metric.get("Namespace").is_some_and(|name| name == "IdentitasDigital"));
        watched.extend(ours.map(|metric| metric["MetricName"].as_str().unwrap().to_owned()));
    }
    assert!(!watched.is_empty());
    assert_eq!(watched.difference(&documented).collect::<Vec<_>>(), [""; 0], "these are not documented");
}

/// An alarm that is no alarm of the stack would stop every deployment; CodeDeploy takes ten.
#[test]
fn rollouts_are_stopped_by_alarms_that_exist() {
    const MAX_ALARMS: usize = 10;

    let template = Template::read().unwrap();
    let alarms: BTreeSet<&str> = template.of_type("AWS::CloudWatch::Alarm").map(|(name, _)| name).collect();
    for step in catalogue::STEPS {
        assert!(step.rollout_alarms.iter().all(|alarm| alarms.contains(alarm)), "{}", step.name);
        assert!(step.rollout_alarms.len() < MAX_ALARMS, "{}", step.name);
        assert!(
            step.rollout_alarms.is_empty() || !step.routes().is_empty(),
            "{}: nothing moves slowly there",
            step.name
        );
    }
}

#[test]
fn no_alarm_watches_more_metrics_than_cloudwatch_takes() {
    const MAX_METRICS: usize = 10;

    let template = Template::read().unwrap();
    for (name, properties) in template.of_type("AWS::CloudWatch::Alarm") {
        let queries = properties.get("Metrics").and_then(Value::as_sequence).into_iter().flatten();
        assert!(queries.filter(|query| query.get("MetricStat").is_some()).count() <= MAX_METRICS, "{name}");
    }
}

#[test]
fn the_costs_are_those_of_what_was_measured() {
    let text = document("docs/operations.md");
    let tables = cost::tables().unwrap();
    assert!(text.contains(&tables), "docs/operations.md has other costs: run `cargo xtask cost`");
}
