//! Whether a spreadsheet has rounded a column of numbers. It keeps 15 digits of 16, so that the last one is 0.

use super::cells::is_rounded;

/// Numbers from which a share says something.
const ENOUGH: u64 = 20;

/// The numbers of a column so far.
#[derive(Default)]
pub struct Rounding {
    numbers: u64,
    /// Those that certainly were rounded.
    certain: u64,
    /// Others that end in 0: by chance, or because they were rounded.
    zeros: u64,
    last: String,
}

impl Rounding {
    /// Counts a number. A family card's, which follows itself, counts once.
    pub fn see(&mut self, number: &str) {
        let number = number.trim();
        if number.is_empty() || number == self.last {
            return;
        }
        number.clone_into(&mut self.last);
        self.numbers += 1;
        if is_rounded(number) {
            self.certain += 1;
        } else if number.len() == 16 && number.ends_with('0') {
            self.zeros += 1;
        }
    }

    /// Whether numbers that look possible cannot be trusted, either.
    ///
    /// By chance, at most one in ten ends in 0, and fewer in most districts, where few people have the same day of birth: a serial
    /// number is 0010 only after nine others. So more than a half is no chance. Neither is it that more numbers certainly were
    /// rounded than end in 0 otherwise: they are those of one spreadsheet.
    pub fn is_evident(&self) -> bool {
        let is_most = self.numbers >= ENOUGH && (self.certain + self.zeros) * 2 > self.numbers;
        is_most || self.zeros > 0 && self.certain > self.zeros
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_evident(serials: impl Iterator<Item = u32>) -> bool {
        let mut rounding = Rounding::default();
        serials.for_each(|serial| rounding.see(&format!("357701450790{serial:04}")));
        rounding.is_evident()
    }

    #[test]
    fn a_rounded_column_is_evident_by_its_share() {
        assert!(!is_evident(1..1000), "as numbers are given out");
        assert!(is_evident((1..30).map(|serial| serial * 10)));
        assert!(!is_evident((1..20).map(|serial| serial * 10)), "few can all end in 0");
    }

    #[test]
    fn a_rounded_part_of_a_column_is_evident_by_the_numbers_without_a_serial() {
        let mixed =
            |certain: u64, zeros: u64| Rounding { numbers: 1000, certain, zeros, last: String::new() }.is_evident();
        assert!(mixed(99, 1));
        assert!(!mixed(1, 2), "a slip of the pen");
        assert!(!mixed(3, 0), "these are refused, and no others end in 0");
    }

    #[test]
    fn the_number_of_a_family_card_counts_once() {
        assert!(!is_evident(std::iter::repeat_n(10, 500)));
    }
}
