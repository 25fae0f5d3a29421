//! What can be disclosed of a resident, by name, one claim at a time.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// One disclosable fact. The names are OpenID Connect's where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    Nik,
    Name,
    Birthdate,
    Address,
    Gender,
    Picture,
    FamilyCardNumber,
    #[serde(rename = "age_over_17")]
    AgeOver17,
}

impl Claim {
    pub const ALL: [Self; 8] = [
        Self::Nik,
        Self::Name,
        Self::Birthdate,
        Self::Address,
        Self::Gender,
        Self::Picture,
        Self::FamilyCardNumber,
        Self::AgeOver17,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Nik => "nik",
            Self::Name => "name",
            Self::Birthdate => "birthdate",
            Self::Address => "address",
            Self::Gender => "gender",
            Self::Picture => "picture",
            Self::FamilyCardNumber => "family_card_number",
            Self::AgeOver17 => "age_over_17",
        }
    }
}

/// A set of claims, in a fixed order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClaimSet(BTreeSet<Claim>);

impl ClaimSet {
    /// What a holder who chose nothing discloses: the identity that the leaflet lists.
    pub fn basic_identity() -> Self {
        [Claim::Nik, Claim::Name, Claim::Birthdate, Claim::Address].into_iter().collect()
    }

    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.0.intersection(&other.0).copied().collect()
    }

    /// Whether all its claims are in `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    pub fn iter(&self) -> impl Iterator<Item = Claim> + '_ {
        self.0.iter().copied()
    }

    pub fn contains(&self, claim: Claim) -> bool {
        self.0.contains(&claim)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Claim> for ClaimSet {
    fn from_iter<I: IntoIterator<Item = Claim>>(claims: I) -> Self {
        Self(claims.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_written_as_it_is_named() {
        for claim in Claim::ALL {
            assert_eq!(serde_json::to_value(claim).unwrap(), claim.name());
        }
    }
}
