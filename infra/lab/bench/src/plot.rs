//! Pictures of the figures, as SVG.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;

/// A line: its name and its points.
pub struct Line {
    pub name: &'static str,
    pub points: Vec<(f64, f64)>,
}

/// Draws lines over a logarithmic axis of sizes, from zero up.
pub fn lines(path: &Path, caption: &str, size: &str, unit: &str, lines: &[Line]) -> Result<()> {
    let xs = || lines.iter().flat_map(|line| line.points.iter().map(|(x, _)| *x));
    let (least, most) = (xs().fold(f64::MAX, f64::min).max(1.0), xs().fold(1.0, f64::max));
    let highest = lines.iter().flat_map(|line| line.points.iter().map(|(_, y)| *y)).fold(0.0, f64::max);
    let root = SVGBackend::new(path, (720, 360)).into_drawing_area();
    let failed = |error: &dyn std::fmt::Display| anyhow!("{} cannot be drawn: {error}", path.display());
    root.fill(&WHITE).map_err(|error| failed(&error))?;
    let mut chart = ChartBuilder::on(&root)
        .caption(caption, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(56)
        .build_cartesian_2d((least..most * 1.1).log_scale(), 0.0..highest * 1.25)
        .map_err(|error| failed(&error))?;
    chart.configure_mesh().x_desc(size).y_desc(unit).draw().map_err(|error| failed(&error))?;
    for (line, color) in lines.iter().zip([BLUE, RED, GREEN, MAGENTA]) {
        let points = || line.points.iter().map(|(x, y)| (x.max(least), *y));
        chart
            .draw_series(LineSeries::new(points(), &color))
            .map_err(|error| failed(&error))?
            .label(line.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], color));
        chart
            .draw_series(points().map(|point| Circle::new(point, 3, color.filled())))
            .map_err(|error| failed(&error))?;
    }
    chart
        .configure_series_labels()
        .background_style(WHITE)
        .border_style(BLACK)
        .draw()
        .map_err(|error| failed(&error))?;
    root.present().map_err(|error| failed(&error))
}
