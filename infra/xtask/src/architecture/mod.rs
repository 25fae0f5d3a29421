//! The picture of docs/architecture.md: who calls which function by which route, and what each function is given.

mod chart;
mod svg;

use anyhow::Result;

/// The drawing, as it is of the template and the API's description.
pub fn drawing() -> Result<String> {
    Ok(svg::draw(&chart::Chart::read()?))
}

/// Draws docs/architecture.svg.
pub fn run() -> Result<()> {
    let path = crate::root().join("docs/architecture.svg");
    std::fs::write(&path, drawing()?)?;
    println!("{}", path.display());
    Ok(())
}
