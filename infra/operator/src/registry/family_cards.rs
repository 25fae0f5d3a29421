//! Family cards have one head: checked where a card's rows follow one another, since only the last card is known.

use ikd::domain::resident::{Relation, Resident};

use super::Flaw;

/// The card that the last row was on.
#[derive(Default)]
pub struct FamilyCards {
    number: String,
    has_head: bool,
}

impl FamilyCards {
    /// Adds a resident to the card, and says what is wrong with their place on it, given the rows right before. A deceased
    /// head does not count.
    pub fn add(&mut self, resident: &Resident) -> Option<Flaw> {
        if self.number != resident.family_card_number {
            self.number.clone_from(&resident.family_card_number);
            self.has_head = false;
        }
        let heads = resident.relation == Relation::Head && !resident.deceased;
        let is_second = heads && self.has_head;
        self.has_head |= heads;
        is_second.then_some(Flaw::new("relation", "is a second living head of the family card of the rows before"))
    }
}
