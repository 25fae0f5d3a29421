//! Family cards have one head: checked where the members of a card stand together, since no other card is remembered.

use ikd::domain::resident::{Relation, Resident};

use super::Flaw;

/// The card that the last row was on.
#[derive(Default)]
pub struct FamilyCards {
    number: String,
    has_head: bool,
}

impl FamilyCards {
    /// What is wrong with a resident's place on the card, given the rows right before. Who has died does not head it.
    pub fn flaw(&mut self, resident: &Resident) -> Option<Flaw> {
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
