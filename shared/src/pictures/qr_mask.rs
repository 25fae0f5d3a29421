//! Masks a QR code as ISO/IEC 18004 (7.8.3) asks: of the eight masks, the one with the lowest penalty.

use qrcode::Color;
use qrcode::canvas::{Canvas, MaskPattern};

/// The modules of the code, row by row, under the best mask; of equally good masks, under the first.
///
/// `qrcode` has a search of its own, which reads each module many times. This one keeps a row or a column in the bits of one
/// number and reads all of its modules at once.
pub(super) fn masked(canvas: &Canvas, width: usize) -> Vec<Color> {
    let fits = width <= LONGEST;
    let candidates = MASKS.into_iter().filter(|_| fits).map(|mask| {
        let mut candidate = canvas.clone();
        candidate.apply_mask(mask);
        candidate.into_colors()
    });
    // Without candidates the code is larger than any that the service makes. The search of `qrcode` has no limit.
    candidates.min_by_key(|modules| penalty(modules, width)).unwrap_or_else(|| canvas.apply_best_mask().into_colors())
}

/// In the order of their numbers.
const MASKS: [MaskPattern; 8] = [
    MaskPattern::Checkerboard,
    MaskPattern::HorizontalLines,
    MaskPattern::VerticalLines,
    MaskPattern::DiagonalLines,
    MaskPattern::LargeCheckerboard,
    MaskPattern::Fields,
    MaskPattern::Diamonds,
    MaskPattern::Meadow,
];

/// A row or a column: the lowest bit is its first module, and a dark module is a one.
type Line = u64;

/// Modules that a line has room for: enough for version 11.
const LONGEST: usize = Line::BITS as usize;

/// The points that the standard counts against a code.
fn penalty(modules: &[Color], width: usize) -> u32 {
    let (mut rows, mut columns) = ([0; LONGEST], [0; LONGEST]);
    for (y, row) in modules.chunks_exact(width).enumerate() {
        for (x, module) in row.iter().enumerate() {
            let dark = module.select(1, 0);
            rows[y] |= dark << x;
            columns[x] |= dark << y;
        }
    }
    let (rows, columns) = (&rows[..width], &columns[..width]);
    let lines: u32 = rows.iter().chain(columns).map(|line| runs(*line, width) + finders(*line)).sum();
    lines + blocks(rows) + imbalance(rows)
}

/// N1: 3 for five modules of one colour in a line, and 1 for each further one.
fn runs(line: Line, width: usize) -> u32 {
    let same = same_as_next(line, width);
    let fives = same & (same >> 1) & (same >> 2) & (same >> 3);
    let first_fives = fives & !(fives << 1);
    fives.count_ones() + 2 * first_fives.count_ones()
}

/// N2: 3 for each square of two by two modules of one colour; squares may overlap.
fn blocks(rows: &[Line]) -> u32 {
    let squares = |[row, next]: &[Line; 2]| {
        let alike = same_as_next(*row, rows.len()) & !(row ^ next) & !((row ^ next) >> 1);
        alike.count_ones()
    };
    3 * rows.array_windows().map(squares).sum::<u32>()
}

/// N3: 40 for each part of a line that looks like a finder pattern and has four light modules before or after it. Modules
/// outside the code are light.
fn finders(line: Line) -> u32 {
    let pattern = line & !(line >> 1) & (line >> 2) & (line >> 3) & (line >> 4) & !(line >> 5) & (line >> 6);
    let dark_before = (line << 1) | (line << 2) | (line << 3) | (line << 4);
    let dark_after = (line >> 7) | (line >> 8) | (line >> 9) | (line >> 10);
    40 * (pattern & !(dark_before & dark_after)).count_ones()
}

/// N4: 10 for each whole 5 % that the share of dark modules lies away from one half.
fn imbalance(rows: &[Line]) -> u32 {
    let dark: u32 = rows.iter().map(|row| row.count_ones()).sum();
    let all = u32::try_from(rows.len() * rows.len()).unwrap_or(u32::MAX);
    10 * ((20 * dark).abs_diff(10 * all) / all)
}

/// The modules that are followed by one of their colour in the same line.
fn same_as_next(line: Line, width: usize) -> Line {
    !(line ^ (line >> 1)) & ((1 << (width - 1)) - 1)
}

#[cfg(test)]
mod tests {
    use qrcode::bits::Bits;
    use qrcode::{EcLevel, Version, ec};

    use super::*;

    fn canvas(version: Version, text: &str) -> Canvas {
        let mut bits = Bits::new(version);
        bits.push_byte_data(text.as_bytes()).unwrap();
        bits.push_terminator(EcLevel::M).unwrap();
        let (data, correction) = ec::construct_codewords(&bits.into_bytes(), version, EcLevel::M).unwrap();
        let mut canvas = Canvas::new(version, EcLevel::M);
        canvas.draw_all_functional_patterns();
        canvas.draw_data(&data, &correction);
        canvas
    }

    /// The same penalty, counted module by module.
    fn penalty_by_module(modules: &[Color], width: usize) -> u32 {
        let row = |y: usize| -> Vec<bool> { (0..width).map(|x| modules[y * width + x] == Color::Dark).collect() };
        let column = |x: usize| -> Vec<bool> { (0..width).map(|y| modules[y * width + x] == Color::Dark).collect() };
        let mut points = 0;
        for line in (0..width).map(row).chain((0..width).map(column)) {
            for run in line.chunk_by(|one, next| one == next).filter(|run| run.len() >= 5) {
                points += run.len() - 2;
            }
            let quiet = [false; 4];
            let line = [&quiet, line.as_slice(), &quiet].concat();
            for part in line.windows(15) {
                let finder = part[4..11] == [true, false, true, true, true, false, true];
                let light = |part: &[bool]| part.iter().all(|dark| !dark);
                if finder && (light(&part[..4]) || light(&part[11..])) {
                    points += 40;
                }
            }
        }
        for (x, y) in (0..width - 1).flat_map(|x| (0..width - 1).map(move |y| (x, y))) {
            let corner = y * width + x;
            let square = [corner, corner + 1, corner + width, corner + width + 1].map(|at| modules[at]);
            points += if square.iter().all(|module| *module == square[0]) { 3 } else { 0 };
        }
        let dark = modules.iter().filter(|module| **module == Color::Dark).count();
        let (percent_dark, all) = (100 * dark, modules.len());
        points += 10 * (percent_dark.abs_diff(50 * all) / (5 * all));
        u32::try_from(points).unwrap()
    }

    #[test]
    fn the_penalty_is_the_one_that_the_standard_counts() {
        for version in [1, 2, 3, 5, 8, 11] {
            for text in ["", "a code", "00000000000000", "UUUUUUUUUUUUUU"] {
                let canvas = canvas(Version::Normal(version), text);
                let width = usize::try_from(Version::Normal(version).width()).unwrap();
                let mut penalties = Vec::new();
                for mask in MASKS {
                    let mut candidate = canvas.clone();
                    candidate.apply_mask(mask);
                    let modules = candidate.into_colors();
                    penalties.push(penalty(&modules, width));
                    assert_eq!(
                        penalties.last(),
                        Some(&penalty_by_module(&modules, width)),
                        "{version} {text} {mask:?}"
                    );
                }
                let chosen = penalty(&masked(&canvas, width), width);
                assert_eq!(Some(&chosen), penalties.iter().min(), "{version} {text}");
            }
        }
    }

    #[test]
    fn uniform_and_striped_squares_have_known_penalties() {
        // 21 by 21 light modules: 42 runs of 21, 400 squares, and a share of dark modules that is 50 % away from one
        // half.
        assert_eq!(penalty(&[Color::Light; 441], 21), 42 * 19 + 400 * 3 + 100);
        assert_eq!(penalty(&[Color::Dark; 441], 21), 42 * 19 + 400 * 3 + 100);
        // A line that is as long as a line can be, without and with a neighbour of its colour at the end.
        assert_eq!(runs(Line::MAX, LONGEST), 62);
        assert_eq!(runs(0b0101_0101, 8), 0);
        assert_eq!(runs(0b0001_1111, 8), 3);
        assert_eq!(finders(0b101_1101), 40);
        assert_eq!(finders(0b101_1101 << 4 | 1 << 13), 40);
        assert_eq!(finders(0b101_1101 << 4 | 1 << 13 | 1), 0);
    }

    #[test]
    fn a_code_that_is_longer_than_a_line_is_masked_too() {
        let version = Version::Normal(12);
        let canvas = canvas(version, "a large code");
        let width = usize::try_from(version.width()).unwrap();
        assert_eq!(masked(&canvas, width), canvas.apply_best_mask().into_colors());
    }
}
