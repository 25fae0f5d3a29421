//! What each step may take: thousands of instructions of one request, of the functions as they are packaged. A number
//! of instructions does not depend on what else the machine does, so tests can compare a step with it. It does depend
//! on the processor's features, since some code checks for them: the budgets are for processors with AVX2.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, Result, ensure};

/// The file of the budgets.
const FILE: &str = "infra/lab/budgets/instructions.toml";

/// How far a step may be from its budget. The difference from run to run is less than half of that.
const MARGIN_PERCENT: u64 = 2;

/// Writes down what was counted.
pub fn set(counted: &BTreeMap<String, u64>) -> Result<()> {
    let mut text = String::from(
        "# Thousands of instructions that one request to each step takes: `cargo xtask bench --instructions set` counts them.\n",
    );
    for (step, thousands) in counted {
        writeln!(text, "\"{step}\" = {thousands}")?;
    }
    Ok(std::fs::write(xtask::root().join(FILE), text)?)
}

/// Compares what was counted with the budgets. A step that has become cheaper fails, too: its budget must be updated,
/// so that it cannot become dearer again unnoticed.
pub fn hold_against(counted: &BTreeMap<String, u64>) -> Result<()> {
    let budgets = read()?;
    ensure!(budgets.keys().eq(counted.keys()), "{FILE} has other steps than there are");
    let mut beyond = String::new();
    for ((step, thousands), budget) in counted.iter().zip(budgets.values()) {
        if !is_within(*thousands, *budget) {
            writeln!(beyond, "{step} takes {thousands} thousand instructions, where {budget} are written down")?;
        }
    }
    ensure!(beyond.is_empty(), "{beyond}Find out why; `cargo xtask bench --instructions set` writes new ones.");
    Ok(())
}

/// The budgets by step, in thousands of instructions.
pub fn read() -> Result<BTreeMap<String, u64>> {
    Ok(toml::from_str(&std::fs::read_to_string(xtask::root().join(FILE)).context(FILE)?)?)
}

fn is_within(thousands: u64, budget: u64) -> bool {
    thousands.abs_diff(budget) * 100 <= budget * MARGIN_PERCENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_may_be_a_little_beside_its_budget_and_no_more_in_either_direction() {
        assert!([980, 1_000, 1_020].into_iter().all(|counted| is_within(counted, 1_000)));
        assert!(![979, 1_021, 0].into_iter().any(|counted| is_within(counted, 1_000)));
    }
}
