//! What the service costs in a month: measured calls, durations and payloads times AWS's list prices.

mod measured;
mod prices;
mod usage;

use std::fmt::Write;

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use xtask::documents;

use measured::{Calls, Deployed};
use prices::Prices;
use usage::{Load, Presentation, SECONDS, StepUsage, Usage};

/// A function has a whole core from this much memory on.
const MEGABYTES_OF_A_CORE: f64 = 1769.0;
const MILLION: f64 = 1e6;
const GIGABYTE: f64 = 1e9;

/// The tables of docs/operations.md.
pub fn tables() -> Result<String> {
    let books = Books::open()?;
    let months = books.usage.loads.iter().map(|load| books.month(load)).collect::<Result<Vec<_>>>()?;
    let bills = books.usage.loads.iter().map(|load| books.bill(load)).collect::<Result<Vec<_>>>()?;
    let mut text = books.explanation();
    text += &monthly(&books.usage.loads, &bills)?;
    text += &rates(&books.usage.loads, &months)?;
    text += &books.of_each_step()?;
    text += &books.of_each_presentation()?;
    Ok(text)
}

/// Writes the tables into docs/operations.md, and prints them.
pub fn write() -> Result<()> {
    let tables = tables()?;
    let path = xtask::root().join("docs/operations.md");
    let text = std::fs::read_to_string(&path)?;
    let text = documents::with_part(&text, "cost", &tables).context("docs/operations.md has no marks for cost")?;
    std::fs::write(&path, text)?;
    println!("{tables}");
    Ok(())
}

/// Everything that a bill is made of.
struct Books {
    prices: Prices,
    usage: Usage,
    deployed: Deployed,
    calls: std::collections::BTreeMap<String, Calls>,
    latencies: std::collections::BTreeMap<String, f64>,
}

/// What one request to a step needs.
struct Needs {
    calls: Calls,
    milliseconds: f64,
    gigabyte_seconds: f64,
}

/// What is paid for, in the order of the table, and how much it costs.
type Bill = Vec<(&'static str, f64)>;

impl Books {
    fn open() -> Result<Self> {
        Ok(Self {
            prices: Prices::read()?,
            usage: Usage::read()?,
            deployed: Deployed::read()?,
            calls: measured::calls()?,
            latencies: measured::latencies()?,
        })
    }

    fn month(&self, load: &Load) -> Result<Month> {
        let mut month = Month::default();
        for step in &self.usage.steps {
            month.add(step, step.taken(load), &self.needs(step)?, &self.usage);
        }
        Ok(month)
    }

    /// A month of one load.
    fn bill(&self, load: &Load) -> Result<Bill> {
        let month = self.month(load)?;
        let bytes = |recovering: bool| -> f64 {
            let counted = self.usage.rests.iter().filter(|rest| rest.recovers || !recovering);
            counted.map(|rest| self.usage.resting(rest, load)).sum()
        };
        let price = |name, amount| self.prices.of(name, amount);
        let watching = price("metrics", self.usage.metric_series)?
            + price("alarms", self.deployed.alarm_metrics)?
            + price("dashboards", self.deployed.dashboards)?;
        Ok(vec![
            ("Lambda: invocations", price("lambda-requests", month.invocations / MILLION)?),
            ("Lambda: duration", price("lambda-duration-x86_64", month.gigabyte_seconds)?),
            ("API Gateway", price("api-requests", month.requests / MILLION)?),
            ("DynamoDB: reads", price("dynamodb-reads", month.read_units / MILLION)?),
            ("DynamoDB: writes", price("dynamodb-writes", month.write_units / MILLION)?),
            ("DynamoDB: storage", price("dynamodb-storage", bytes(false) / GIGABYTE)?),
            ("DynamoDB: recovery to any second", price("dynamodb-recovery", bytes(true) / GIGABYTE)?),
            ("Transfer to the internet", price("transfer", month.bytes_out / GIGABYTE)?),
            ("E-mails", price("email", month.emails / 1000.0)?),
            ("Logs", price("logs", month.invocations * self.usage.log_bytes_a_request / GIGABYTE)?),
            ("Traces", price("traces", month.invocations * self.usage.traced / MILLION)?),
            ("Metrics, alarms, dashboard", watching),
            ("Keys and secrets", price("keys", self.deployed.keys)? + price("secrets", self.deployed.secrets)?),
        ])
    }

    fn needs(&self, step: &StepUsage) -> Result<Needs> {
        let mut calls = self.calls.get(&step.name).copied().unwrap_or_default();
        calls.read_units = step.read_units.unwrap_or(calls.read_units);
        calls.write_units = step.write_units.unwrap_or(calls.write_units);
        calls.bytes = step.bytes.unwrap_or(calls.bytes);
        let memory = self.deployed.memory.get(&step.function);
        let memory = *memory.with_context(|| format!("{} is no function of the template", step.function))?;
        // Its own work takes longer on a part of a core; waiting for DynamoDB does not.
        let work = self.latencies.get(step.measured_as()).copied().unwrap_or(step.milliseconds);
        let waiting = calls.in_sequence * self.usage.dynamodb_milliseconds;
        let milliseconds = (work * (MEGABYTES_OF_A_CORE / memory).max(1.0) + waiting).ceil();
        Ok(Needs { calls, milliseconds, gigabyte_seconds: milliseconds / 1000.0 * memory / 1024.0 })
    }

    fn explanation(&self) -> String {
        let durations = if self.latencies.is_empty() {
            "No benchmark has written `docs/performance/figures.json` yet, so that the durations are the estimates of usage.toml."
        } else {
            "Durations are the medians of [performance/figures.json](performance/figures.json)."
        };
        format!(
            "List prices of {}, read on {}, in US dollars without tax, free tiers and discounts.\n{durations}\n\n",
            self.prices.region, self.prices.read_on
        )
    }

    /// What a million requests to each step cost, without what stays stored afterwards.
    fn of_each_step(&self) -> Result<String> {
        let mut table =
            "\n| a million requests to | ms billed | Lambda and API | DynamoDB | answers, logs, traces | together |\n\
            |---|---|---|---|---|---|\n"
                .to_owned();
        for step in &self.usage.steps {
            let Price { running, database, beside } = self.of_a_million(step)?;
            let cells = [running, database, beside, running + database + beside].map(dollars).join(" | ");
            writeln!(table, "| {} | {} | {cells} |", step.name, self.needs(step)?.milliseconds)?;
        }
        Ok(table)
    }

    fn of_a_million(&self, step: &StepUsage) -> Result<Price> {
        let needs = self.needs(step)?;
        let mut month = Month::default();
        month.add(step, MILLION, &needs, &self.usage);
        let price = |name, amount| self.prices.of(name, amount);
        Ok(Price {
            running: price("lambda-requests", step.invocations)?
                + price("lambda-duration-x86_64", month.gigabyte_seconds)?
                + price("api-requests", month.requests / MILLION)?,
            database: price("dynamodb-reads", needs.calls.read_units)?
                + price("dynamodb-writes", needs.calls.write_units)?,
            beside: price("transfer", month.bytes_out / GIGABYTE)?
                + price("logs", self.usage.log_bytes_a_request * month.invocations / GIGABYTE)?
                + price("traces", self.usage.traced * step.invocations)?
                + price("email", month.emails / 1000.0)?,
        })
    }

    /// What a million presentations of each way cost, without what stays stored afterwards.
    fn presentations(&self) -> Result<Vec<(&str, f64)>> {
        let cost = |presentation: &Presentation| -> Result<f64> {
            let steps = presentation.steps.iter().map(|(name, times)| {
                let step = self.usage.steps.iter().find(|step| step.name == *name);
                let Price { running, database, beside } =
                    self.of_a_million(step.with_context(|| format!("{name} is no step"))?)?;
                Ok(times * (running + database + beside))
            });
            steps.sum()
        };
        self.usage.presentations.iter().map(|one| Ok((one.name.as_str(), cost(one)?))).collect()
    }

    fn of_each_presentation(&self) -> Result<String> {
        let mut table = "\n| a million presentations | together | as a multiple |\n|---|---|---|\n".to_owned();
        let presentations = self.presentations()?;
        let first = presentations.first().map_or(1.0, |(_, cost)| *cost);
        for (name, cost) in presentations {
            writeln!(table, "| {name} | {} | {:.2} |", dollars(cost), cost / first)?;
        }
        Ok(table)
    }
}

/// What a million requests cost.
struct Price {
    /// Lambda and the API.
    running: f64,
    database: f64,
    /// Answers, logs and traces.
    beside: f64,
}

/// The sums of a month.
#[derive(Default)]
struct Month {
    invocations: f64,
    milliseconds: f64,
    gigabyte_seconds: f64,
    requests: f64,
    read_units: f64,
    write_units: f64,
    bytes_out: f64,
    emails: f64,
}

impl Month {
    fn add(&mut self, step: &StepUsage, times: f64, needs: &Needs, usage: &Usage) {
        self.invocations += times * step.invocations;
        self.milliseconds += times * step.invocations * needs.milliseconds;
        self.gigabyte_seconds += times * step.invocations * needs.gigabyte_seconds;
        self.read_units += times * needs.calls.read_units;
        self.write_units += times * needs.calls.write_units;
        self.emails += times * step.emails;
        if step.route {
            self.requests += times;
            self.bytes_out += times * (needs.calls.bytes + usage.header_bytes_an_answer);
        }
    }
}

fn monthly(loads: &[Load], bills: &[Bill]) -> Result<String> {
    let names: Vec<&str> = loads.iter().map(|load| load.name.as_str()).collect();
    let mut table = format!("| a month | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(names.len()));
    for (position, (what, _)) in bills.first().into_iter().flatten().enumerate() {
        let amounts = bills.iter().filter_map(|bill| bill.get(position)).map(|(_, amount)| dollars(*amount));
        writeln!(table, "| {what} | {} |", amounts.collect::<Vec<_>>().join(" | "))?;
    }
    let totals: Vec<f64> = bills.iter().map(|bill| bill.iter().map(|(_, amount)| amount).sum()).collect();
    let row = |of: &dyn Fn(&Load, f64) -> String| {
        loads.iter().zip(&totals).map(|(load, total)| of(load, *total)).collect::<Vec<_>>().join(" | ")
    };
    writeln!(table, "| **Together** | {} |", row(&|_, total| format!("**{}**", dollars(total))))?;
    writeln!(
        table,
        "| a thousand redemptions | {} |",
        row(&|load, total| dollars(total / load.redemptions() * 1000.0))
    )?;
    writeln!(table, "| a holder a year | {} |", row(&|load, total| dollars(total / load.holders * 12.0)))?;
    Ok(table)
}

/// What quotas are about: the means of a month.
fn rates(loads: &[Load], months: &[Month]) -> Result<String> {
    let names: Vec<&str> = loads.iter().map(|load| load.name.as_str()).collect();
    let mut table =
        format!("\n| a second, in the mean | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(names.len()));
    let mut row = |what: &str, amounts: Vec<f64>| {
        let amounts: Vec<String> = amounts.into_iter().map(|amount| dollars(amount / SECONDS)).collect();
        writeln!(table, "| {what} | {} |", amounts.join(" | "))
    };
    row("requests to the API", months.iter().map(|month| month.requests).collect())?;
    row("invocations", months.iter().map(|month| month.invocations).collect())?;
    row("instances at work at the same time", months.iter().map(|month| month.milliseconds / 1000.0).collect())?;
    row("read units", months.iter().map(|month| month.read_units).collect())?;
    row("write units", months.iter().map(|month| month.write_units).collect())?;
    Ok(table)
}

/// Dollars, with cents where they matter.
fn dollars(amount: f64) -> String {
    if amount < 100.0 {
        return format!("{amount:.2}");
    }
    let whole = format!("{amount:.0}");
    let mut text = String::new();
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Reads a data file of the checkout.
fn read<T: DeserializeOwned>(path: &str) -> Result<T> {
    let text = std::fs::read_to_string(xtask::root().join(path)).with_context(|| format!("{path} cannot be read"))?;
    toml::from_str(&text).with_context(|| format!("{path} is not what it should be"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_have_cents_where_they_matter_and_commas_where_they_help() {
        for (amount, text) in [(0.0, "0.00"), (0.126, "0.13"), (99.99, "99.99"), (1234.5, "1,234"), (1e6, "1,000,000")]
        {
            assert_eq!(dollars(amount), text);
        }
    }

    #[test]
    fn a_presentation_whose_holder_is_asked_costs_at_most_two_and_a_half_times_one_by_showing() {
        let books = Books::open().unwrap();
        let presentations = books.presentations().unwrap();
        let [(_, showing), (_, asked)] = presentations[..] else { panic!("{presentations:?}") };
        assert!(asked <= 2.5 * showing, "{presentations:?}");
    }

    #[test]
    fn every_step_that_a_cost_is_computed_for_was_measured_or_is_described() {
        let books = Books::open().unwrap();
        for step in &books.usage.steps {
            let known = books.calls.contains_key(&step.name) || step.bytes.or(step.write_units).is_some();
            assert!(known, "{} is not in docs/performance/cost.md", step.name);
        }
    }
}
