//! The measurements as a picture: how often which distance was found, and both errors by threshold.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;

use super::report::own_thresholds;
use super::{Calibration, Errors};

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawing<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;

/// Distances are drawn up to here.
const END: f64 = 1.2;

impl Calibration {
    /// Draws both charts into an SVG file.
    pub fn draw(&self, path: &Path) -> Result<()> {
        let root = SVGBackend::new(path, (720, 640)).into_drawing_area();
        self.charts(&root).map_err(|error| anyhow!("{} cannot be drawn: {error}", path.display()))
    }

    fn charts<'a>(&self, root: &Area<'a>) -> Result<(), Drawing<'a>> {
        root.fill(&WHITE)?;
        let (upper, lower) = root.split_vertically(310);
        self.histogram(&upper)?;
        self.errors(&lower)?;
        root.present()
    }

    /// The share of the pairs of one person, and of two, in each twentieth of a distance.
    fn histogram<'a>(&self, area: &Area<'a>) -> Result<(), Drawing<'a>> {
        const BIN: f64 = 0.05;

        let mut chart = ChartBuilder::on(area)
            .caption("Distances", ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(56)
            .build_cartesian_2d(0.0..END, 0.0..100.0)?;
        chart.configure_mesh().x_desc("distance").y_desc("% of pairs").draw()?;
        for (name, same, color) in [("one person", true, BLUE), ("two people", false, RED)] {
            let distances = self.distances(same);
            let bars = (0..24).map(|bin| {
                let from = f64::from(bin) * BIN;
                let inside = distances.iter().filter(|distance| (from..from + BIN).contains(*distance)).count();
                #[expect(clippy::cast_precision_loss, reason = "nobody labels so many pairs")]
                let share = 100.0 * inside as f64 / distances.len().max(1) as f64;
                Rectangle::new([(from, 0.0), (from + BIN, share)], color.mix(0.4).filled())
            });
            chart
                .draw_series(bars)?
                .label(name)
                .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 16, y + 5)], color.mix(0.4).filled()));
        }
        chart.configure_series_labels().background_style(WHITE).border_style(BLACK).draw()
    }

    /// FMR and FNMR over the threshold; the engine's own thresholds are upright lines.
    fn errors<'a>(&self, area: &Area<'a>) -> Result<(), Drawing<'a>> {
        let mut chart = ChartBuilder::on(area)
            .caption("Errors by threshold", ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(56)
            .build_cartesian_2d(0.0..END, 0.0..100.0)?;
        chart.configure_mesh().x_desc("threshold").y_desc("% of pairs").draw()?;
        let at: Vec<Errors> =
            (0..=240).map(|step| Errors::at(f64::from(step) * 0.005, &self.compared.iter())).collect();
        let lines = [
            ("FMR", RED, at.iter().map(|errors| (errors.threshold, errors.false_matches.rate())).collect::<Vec<_>>()),
            ("FNMR", BLUE, at.iter().map(|errors| (errors.threshold, errors.false_non_matches.rate())).collect()),
        ];
        for (name, color, points) in lines {
            let points = points.into_iter().filter_map(|(threshold, rate)| Some((threshold, 100.0 * rate?)));
            chart
                .draw_series(LineSeries::new(points, &color))?
                .label(name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], color));
        }
        for threshold in own_thresholds() {
            chart.draw_series([PathElement::new([(threshold, 0.0), (threshold, 100.0)], BLACK.mix(0.5))])?;
        }
        chart.configure_series_labels().background_style(WHITE).border_style(BLACK).draw()
    }
}
