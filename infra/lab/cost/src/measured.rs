//! What was measured of each step (docs/performance), and what the template gives to each function.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_yaml_ng::Value;
use xtask::template::Template;

/// A row of docs/performance/cost.md.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Calls {
    /// Calls to DynamoDB one after another.
    pub in_sequence: f64,
    pub read_units: f64,
    pub write_units: f64,
    /// Of the answer's body.
    pub bytes: f64,
}

/// The rows of cost.md by the step's name.
pub fn calls() -> Result<BTreeMap<String, Calls>> {
    let path = xtask::root().join("docs/performance/cost.md");
    let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let rows: BTreeMap<String, Calls> = text.lines().filter_map(row).collect();
    anyhow::ensure!(!rows.is_empty(), "{} has no rows", path.display());
    Ok(rows)
}

fn row(line: &str) -> Option<(String, Calls)> {
    let cells: Vec<&str> = line.strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
    let [name, in_sequence, _, read_units, write_units, bytes] = cells[..] else { return None };
    let calls = Calls {
        in_sequence: in_sequence.parse().ok()?,
        read_units: read_units.parse().ok()?,
        write_units: write_units.parse().ok()?,
        // A step that answers nobody has none.
        bytes: bytes.parse().unwrap_or_default(),
    };
    Some((name.to_owned(), calls))
}

/// The part of docs/performance/figures.json that is read here.
#[derive(Deserialize)]
struct Figures {
    /// By step and number of connections: a cell for each round.
    steps: BTreeMap<String, BTreeMap<usize, Vec<Cell>>>,
}

#[derive(Deserialize)]
struct Cell {
    p50: f64,
}

/// By step: the median latency in milliseconds at the fewest connections, the middle of all rounds. Empty where no
/// benchmark has written any.
pub fn latencies() -> Result<BTreeMap<String, f64>> {
    let path = xtask::root().join("docs/performance/figures.json");
    let Ok(text) = fs::read_to_string(&path) else { return Ok(BTreeMap::new()) };
    let figures: Figures = serde_json::from_str(&text).with_context(|| format!("{}", path.display()))?;
    let middle = |rounds: &Vec<Cell>| {
        let mut values: Vec<f64> = rounds.iter().map(|cell| cell.p50).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    let steps = figures.steps.into_iter();
    Ok(steps.filter_map(|(step, cells)| Some((step, middle(cells.values().next()?)?))).collect())
}

/// What the template says that has a price.
pub struct Deployed {
    /// Megabytes by function.
    pub memory: BTreeMap<String, f64>,
    /// Metrics that alarms watch.
    pub alarm_metrics: f64,
    pub dashboards: f64,
    pub keys: f64,
    /// With the one that is made beforehand.
    pub secrets: f64,
}

impl Deployed {
    #[expect(clippy::cast_precision_loss, reason = "a template is not that large")]
    pub fn read() -> Result<Self> {
        let template = Template::read()?;
        let number_of = |kind| template.of_type(kind).count() as f64;
        let memory = template
            .functions()
            .filter_map(|(function, properties)| Some((function.to_owned(), template.memory(properties)? as f64)));
        let watched = |(_, alarm): (&str, &Value)| {
            let metrics = alarm.get("Metrics").and_then(Value::as_sequence);
            metrics.map_or(1.0, |all| all.iter().filter(|one| one.get("MetricStat").is_some()).count() as f64)
        };
        Ok(Self {
            memory: memory.collect(),
            alarm_metrics: template.of_type("AWS::CloudWatch::Alarm").map(watched).sum(),
            dashboards: number_of("AWS::CloudWatch::Dashboard"),
            keys: number_of("AWS::KMS::Key"),
            secrets: number_of("AWS::SecretsManager::Secret") + 1.0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_whole_and_what_is_no_row_is_none() {
        let calls = Calls { in_sequence: 2.0, read_units: 13.5, write_units: 1.0, bytes: 675.0 };
        assert_eq!(row("| /me/family | 2 | 5 | 13.5 | 1 | 675 |"), Some(("/me/family".to_owned(), calls)));
        let (_, without_answer) = row("| record-receipt | 2 | 5 | 4 | 8 | – |").unwrap();
        assert_eq!(without_answer, Calls { in_sequence: 2.0, read_units: 4.0, write_units: 8.0, bytes: 0.0 });
        assert_eq!(row("| step | in sequence | in all | read units | write units | bytes |"), None);
        assert_eq!(row("words"), None);
    }
}
