//! The PIN: which ones are too weak, and how wrong ones are counted and slowed down.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::activation_code::ActivationCode;
use super::nik::{BirthDigits, Nik};
use super::text::Invalid;
use super::typed;

const WEAK: Invalid = Invalid::new(
    "PIN ini mudah ditebak. Jangan gunakan angka berulang, angka berurutan, atau tanggal lahir.",
    "This PIN is easy to guess. Do not use repeated digits, sequential digits or a date of birth.",
);

/// Six digits that the holder knows.
#[derive(Clone, Debug)]
pub struct Pin(SecretString);

impl Pin {
    /// Reads what somebody typed or, for the first PIN, copied from the e-mail.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const NOT_SIX_DIGITS: Invalid = Invalid::new("PIN terdiri atas 6 angka.", "A PIN has 6 digits.");

        let digits = typed::digits(text).filter(|digits| digits.len() == 6);
        digits.map(|digits| Self(digits.into())).ok_or(NOT_SIX_DIGITS)
    }

    /// The first PIN is the activation code.
    pub fn first(code: &ActivationCode) -> Self {
        Self(code.expose().into())
    }

    /// Refuses what a thief would try first: repeated or sequential digits, and the dates that the NIK gives away.
    pub fn ensure_strong(&self, nik: &Nik) -> Result<(), Invalid> {
        let digits = self.expose().as_bytes();
        if is_repeated(digits) || is_sequential(digits) || self.expose() == &nik.as_str()[6..12] {
            return Err(WEAK);
        }
        self.ensure_no_birthday(nik.birth())
    }

    /// Refuses a date of birth. The registry has another one than the NIK where a court corrected it.
    pub fn ensure_no_birthday(&self, birth: BirthDigits) -> Result<(), Invalid> {
        if birth_dates(birth).iter().any(|date| date == self.expose()) { Err(WEAK) } else { Ok(()) }
    }

    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// One digit six times, a pair thrice, or a triple twice.
fn is_repeated(digits: &[u8]) -> bool {
    [1, 2, 3].iter().any(|&period| digits.iter().zip(&digits[period..]).all(|(a, b)| a == b))
}

/// Steps of +1 or of −1 throughout, 9 and 0 being neighbours.
fn is_sequential(digits: &[u8]) -> bool {
    [1, 9].iter().any(|&step| digits.windows(2).all(|pair| (pair[0] - b'0' + step) % 10 == pair[1] - b'0'))
}

/// The ways to write a date of birth in six digits.
fn birth_dates(birth: BirthDigits) -> [String; 3] {
    let (day, month, year) = (format!("{:02}", birth.day), format!("{:02}", birth.month), format!("{:02}", birth.year));
    [format!("{day}{month}{year}"), format!("{year}{month}{day}"), format!("{month}{day}{year}")]
}

/// How many wrong PINs cost how much: after each round of tries a longer wait, after the last round the office.
/// NIST SP 800-63B-4, section 3.2.2, caps the failures at 100 and recommends growing delays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockoutRules {
    pub tries_per_round: u32,
    /// The wait after each round but the last.
    pub waits: Vec<SignedDuration>,
}

/// The tries made since the last right PIN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinTries {
    pub made: u32,
    #[serde(default)]
    pub locked_until: Option<Timestamp>,
}

/// A try that was taken, to be stored before the PIN is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakenTry {
    pub tries: PinTries,
    /// Whether it is the last one of its round, and carries the lock that follows a wrong PIN.
    pub locks: bool,
}

/// Why no PIN is checked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locked {
    Until(Timestamp),
    ByOffice,
}

impl PinTries {
    /// Takes one try before the PIN is checked. The last try of a round already carries its lock; a right PIN removes
    /// it again, a lost answer costs the try.
    pub fn take(self, rules: &LockoutRules, now: Timestamp) -> Result<TakenTry, Locked> {
        let rounds = u32::try_from(rules.waits.len()).unwrap_or(u32::MAX).saturating_add(1);
        if self.made >= rules.tries_per_round.saturating_mul(rounds) {
            return Err(Locked::ByOffice);
        }
        if let Some(until) = self.locked_until.filter(|until| *until > now) {
            return Err(Locked::Until(until));
        }
        let made = self.made + 1;
        let locks = made.is_multiple_of(rules.tries_per_round);
        let wait = locks.then(|| rules.waits.get((made / rules.tries_per_round) as usize - 1)).flatten();
        Ok(TakenTry { tries: Self { made, locked_until: wait.map(|wait| now + *wait) }, locks })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;

    use super::*;

    fn nik() -> Nik {
        Nik::parse("3577014507900003").unwrap()
    }

    #[test]
    fn what_a_thief_would_try_first_is_refused() {
        for pin in [
            "000000", "777777", "121212", "123123", "123456", "654321", "890123", "210987", "050790", "900705",
            "070590", "450790",
        ] {
            assert!(Pin::parse(pin).unwrap().ensure_strong(&nik()).is_err(), "{pin}");
        }
        for pin in ["142857", "112233", "123457", "908172"] {
            assert!(Pin::parse(pin).unwrap().ensure_strong(&nik()).is_ok(), "{pin}");
        }
    }

    #[test]
    fn a_corrected_date_of_birth_is_as_easy_to_guess_as_that_of_the_nik() {
        let corrected = BirthDigits::of(Date::constant(2001, 8, 9));
        for pin in ["090801", "010809", "080901"] {
            assert!(Pin::parse(pin).unwrap().ensure_no_birthday(corrected).is_err(), "{pin}");
        }
        assert!(Pin::parse("050790").unwrap().ensure_no_birthday(corrected).is_ok());
    }

    #[test]
    fn a_pin_is_six_digits_with_whatever_spaces_came_along() {
        for text in ["142857", " 142857\n", "142 857", "\u{200b}142857", "１４２８５７"] {
            assert_eq!(Pin::parse(text).unwrap().expose(), "142857", "{text:?}");
        }
        for text in ["", "14285", "1428570", "14285a", "14,28,57"] {
            assert!(Pin::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_pin_cannot_be_printed() {
        assert!(!format!("{:?}", Pin::parse("142857").unwrap()).contains("142857"));
    }

    #[test]
    fn three_wrong_wait_15_minutes_six_24_hours_nine_need_the_office() {
        let waits = vec![SignedDuration::from_mins(15), SignedDuration::from_hours(24)];
        let rules = LockoutRules { tries_per_round: 3, waits };
        let mut now = Timestamp::from_second(1_000_000).unwrap();
        let mut tries = PinTries::default();
        for wait in [SignedDuration::from_mins(15), SignedDuration::from_hours(24)] {
            for _ in 0..3 {
                tries = tries.take(&rules, now).unwrap().tries;
            }
            assert_eq!(tries.take(&rules, now), Err(Locked::Until(now + wait)));
            assert!(tries.take(&rules, now + wait - SignedDuration::from_secs(1)).is_err());
            now += wait;
        }
        for _ in 0..3 {
            tries = tries.take(&rules, now).unwrap().tries;
        }
        assert_eq!(tries.take(&rules, now + SignedDuration::from_hours(10_000)), Err(Locked::ByOffice));
    }
}
