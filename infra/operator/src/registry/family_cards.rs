//! Family cards have one head: checked where a card's rows follow one another, since only the last card is known.

use ikd::domain::nik::Nik;
use ikd::domain::resident::{Relation, Resident};

use super::Flaw;

/// The card that the last row was on.
#[derive(Default)]
pub struct FamilyCards {
    number: String,
    head: Option<Nik>,
}

impl FamilyCards {
    /// Adds a resident to the card, and says what is wrong with their place on it, given the rows right before. A deceased
    /// head does not count, and neither does a newer row of the same one.
    pub fn add(&mut self, resident: &Resident) -> Option<Flaw> {
        if self.number != resident.family_card_number {
            self.number.clone_from(&resident.family_card_number);
            self.head = None;
        }
        if resident.relation != Relation::Head || resident.deceased {
            return None;
        }
        let head = self.head.get_or_insert_with(|| resident.nik.clone());
        (*head != resident.nik)
            .then_some(Flaw::new("relation", "is a second living head of the family card of the rows before"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::synthesise::Residents;
    use super::*;

    #[test]
    fn a_card_has_one_head_of_whom_a_newer_row_may_follow() {
        let head =
            Residents::new(100, 7).unwrap().map(Result::unwrap).find(|one| one.relation == Relation::Head).unwrap();
        let newer = Resident { occupation: "PENSIUNAN".to_owned(), ..head.clone() };
        let mut other = head.nik.as_str().to_owned();
        other.replace_range(12.., "9999");
        let second = Resident { nik: Nik::try_from(other).unwrap(), ..head.clone() };
        let mut cards = FamilyCards::default();
        assert!([&head, &newer].into_iter().all(|row| cards.add(row).is_none()));
        assert_eq!(cards.add(&second).map(|flaw| flaw.field), Some("relation"));
        assert!(cards.add(&Resident { deceased: true, ..second.clone() }).is_none());
        let another = Resident { family_card_number: "3577010101100099".to_owned(), ..second };
        assert!(cards.add(&another).is_none());
    }
}
