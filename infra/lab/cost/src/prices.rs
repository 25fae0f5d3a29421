//! AWS's list prices: infra/lab/cost/prices.toml.

use anyhow::{Context, Result};
use serde::Deserialize;

/// The price list with its region and its date.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    pub region: String,
    pub read_on: String,
    #[serde(rename = "price")]
    prices: Vec<Price>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Price {
    name: String,
    #[expect(dead_code, reason = "it says what `dollars` are for, to the reader of the list")]
    unit: String,
    tiers: Vec<Tier>,
    #[expect(dead_code, reason = "where the price can be looked up")]
    page: String,
    #[expect(dead_code, reason = "where the price was found")]
    seen: String,
}

/// What each unit beyond a number of them costs.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tier {
    from: f64,
    dollars: f64,
}

impl Prices {
    pub fn read() -> Result<Self> {
        super::read("infra/lab/cost/prices.toml")
    }

    /// What an amount costs, in its price's own unit.
    pub fn of(&self, name: &str, amount: f64) -> Result<f64> {
        let price = self.prices.iter().find(|price| price.name == name);
        Ok(of_tiers(&price.with_context(|| format!("there is no price for {name}"))?.tiers, amount))
    }
}

fn of_tiers(tiers: &[Tier], amount: f64) -> f64 {
    let ends = tiers.iter().skip(1).map(|tier| tier.from).chain([f64::INFINITY]);
    tiers.iter().zip(ends).map(|(tier, end)| (amount.min(end) - tier.from).max(0.0) * tier.dollars).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tier_is_for_what_lies_in_it() {
        let tiers = [Tier { from: 0.0, dollars: 1.0 }, Tier { from: 300.0, dollars: 0.5 }];
        for (amount, dollars) in [(0.0, 0.0), (100.0, 100.0), (300.0, 300.0), (500.0, 400.0)] {
            assert!((of_tiers(&tiers, amount) - dollars).abs() < 1e-9, "{amount}");
        }
    }
}
