//! The measurements as Markdown.

use std::fmt::{self, Write as _};

use face_engine::{Engine, Thresholds};

use super::{Calibration, Errors, Share, sorted};

impl Calibration {
    /// All figures as Markdown tables; those of the engine's own thresholds are bold.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> fmt::Result {
        let thresholds = own_thresholds();
        writeln!(text, "Engine {} {}.", Engine::NAME, Engine::VERSION)?;
        writeln!(
            text,
            "{} pictures, {} of them unusable; {} pairs compared.\n",
            self.pictures,
            self.unusable.len(),
            self.compared.len()
        )?;
        writeln!(text, "| distance of | pairs | least | 5 % | median | 95 % | greatest |")?;
        writeln!(text, "|---|---|---|---|---|---|---|")?;
        for (of, same) in [("one person", true), ("two people", false)] {
            let distances = self.distances(same);
            write!(text, "| {of} | {}", distances.len())?;
            for share in [0.0, 0.05, 0.5, 0.95, 1.0] {
                write!(text, " | {:.3}", quantile(&distances, share))?;
            }
            writeln!(text, " |")?;
        }

        writeln!(text, "\n| threshold | FMR | FNMR |\n|---|---|---|")?;
        for step in 6..=18 {
            let threshold = f64::from(step) * 0.05;
            let mark = if thresholds.iter().any(|own| (own - threshold).abs() < 1e-6) { "**" } else { "" };
            let errors = Errors::at(threshold, &self.compared.iter());
            let (matches, others) = (shown(errors.false_matches), shown(errors.false_non_matches));
            writeln!(text, "| {mark}{threshold:.2}{mark} | {matches} | {others} |")?;
        }

        if self.compared.iter().any(|pair| pair.group.is_some()) {
            writeln!(
                text,
                "\n| group | threshold | FMR | FNMR | least distance of two people |\n|---|---|---|---|---|"
            )?;
            for (group, pairs) in self.groups() {
                let least = sorted(pairs.iter().copied().filter(|pair| !pair.same));
                let least = least.first().map_or("–".to_owned(), |least| format!("{least:.3}"));
                for threshold in thresholds {
                    let errors = Errors::at(threshold, &pairs.iter().copied());
                    let (matches, others) = (shown(errors.false_matches), shown(errors.false_non_matches));
                    writeln!(text, "| {group} | {threshold:.2} | {matches} | {others} | {least} |")?;
                }
            }
        }

        if !self.unusable.is_empty() {
            writeln!(text, "\n| unusable picture | why |\n|---|---|")?;
            for (name, reason) in &self.unusable {
                writeln!(text, "| {name} | {reason} |")?;
            }
        }
        Ok(())
    }
}

/// The ends of the engine's bands.
pub fn own_thresholds() -> [f64; 2] {
    let Thresholds { match_max_distance, no_match_above } = Thresholds::default();
    // Rounded, so that 0.45 stays 0.45.
    [match_max_distance, no_match_above].map(|threshold| (f64::from(threshold) * 1e4).round() / 1e4)
}

/// The smallest of the ascending distances that this share of all does not exceed.
fn quantile(distances: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a list's length is an index of it"
    )]
    let index = (share * distances.len().saturating_sub(1) as f64).round() as usize;
    distances.get(index).copied().unwrap_or(f64::NAN)
}

fn shown(share: Share) -> String {
    match (share.rate(), share.interval()) {
        (Some(rate), Some((low, high))) => {
            let [rate, low, high] = [rate, low, high].map(|part| 100.0 * part);
            format!("{rate:.1} % ({}/{}; {low:.1}–{high:.1} %)", share.count, share.of)
        }
        _ => "–".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::calibration::Compared;

    #[test]
    fn the_report_shows_distances_errors_groups_and_what_was_unusable() {
        let pair = |same, distance, group: &str| Compared { same, group: Some(group.to_owned()), distance };
        let compared = vec![pair(true, 0.35, "a"), pair(true, 0.5, "a"), pair(false, 0.44, "b"), pair(false, 0.8, "a")];
        let unusable = BTreeMap::from([("dark.jpg".to_owned(), "too dark".to_owned())]);
        let text = Calibration { compared, unusable, pictures: 6 }.markdown();
        for line in [
            "6 pictures, 1 of them unusable; 4 pairs compared.",
            "| one person | 2 | 0.350 | 0.350 | 0.500 | 0.500 | 0.500 |",
            "| **0.45** | 50.0 % (1/2; 9.5–90.5 %) | 50.0 % (1/2; 9.5–90.5 %) |",
            "| b | 0.45 | 100.0 % (1/1; 20.7–100.0 %) | – | 0.440 |",
            "| dark.jpg | too dark |",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }
}
