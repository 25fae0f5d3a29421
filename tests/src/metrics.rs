//! Reads the metrics that functions write, as CloudWatch reads them.

use std::collections::BTreeMap;
use std::io::{Result, Write};
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// Lines of the embedded metric format.
#[derive(Clone, Debug, Default)]
pub struct Written(Arc<Mutex<Vec<u8>>>);

/// A metric: its name, and the values of its dimensions by name.
pub type Metric = (String, BTreeMap<String, String>);

impl Written {
    pub fn lines(&self) -> Vec<Value> {
        let bytes = self.0.lock().unwrap();
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_slice(line).expect("a line of JSON")).collect()
    }

    /// The sums of all metrics (Amazon CloudWatch User Guide, "embedded metric format specification"): every metric of a
    /// directive that the line has, for each set of dimensions that it has.
    pub fn sums(&self) -> BTreeMap<Metric, u64> {
        let mut sums = BTreeMap::new();
        for line in self.lines() {
            let directives = line["_aws"]["CloudWatchMetrics"].as_array().expect("directives");
            for directive in directives {
                assert_eq!(directive["Namespace"], "IdentitasDigital");
                let names = directive["Metrics"].as_array().expect("metrics").iter();
                for name in names.map(|metric| metric["Name"].as_str().expect("a name")) {
                    let Some(value) = line[name].as_u64() else { continue };
                    for set in directive["Dimensions"].as_array().expect("sets of dimensions") {
                        let dimension = |name: &Value| {
                            let name = name.as_str().expect("a dimension's name");
                            (name.to_owned(), line[name].as_str().expect("a dimension's value").to_owned())
                        };
                        let dimensions = set.as_array().expect("a set").iter().map(dimension).collect();
                        *sums.entry((name.to_owned(), dimensions)).or_default() += value;
                    }
                }
            }
        }
        sums
    }

    /// The sum of a metric that counts all functions together.
    pub fn sum_of_all_functions(&self, name: &str) -> u64 {
        let dimensions = BTreeMap::from([("Stage".to_owned(), "local".to_owned())]);
        self.sums().get(&(name.to_owned(), dimensions)).copied().unwrap_or_default()
    }

    /// The sum of a function's metric; of refusals, those by a problem.
    pub fn sum(&self, name: &str, function: &str, problem: Option<&str>) -> u64 {
        let mut dimensions: BTreeMap<String, String> =
            [("Stage", "local"), ("Function", function)].map(|(name, value)| (name.into(), value.into())).into();
        dimensions.extend(problem.map(|problem| ("Problem".to_owned(), problem.to_owned())));
        self.sums().get(&(name.to_owned(), dimensions)).copied().unwrap_or_default()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
