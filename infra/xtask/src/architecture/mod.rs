//! The picture of docs/architecture.md: who calls which function by which route, and what each function is given.

mod chart;
mod svg;

use anyhow::Result;

/// The drawing of the steps' declarations, with the tables and secrets of the template.
pub fn drawing(template: &str) -> Result<String> {
    Ok(svg::draw(&chart::Chart::of(template)?))
}
