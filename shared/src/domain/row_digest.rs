//! Recognises the registry's row of a resident again, without keeping what it says.

use serde::{Deserialize, Serialize};

use super::resident::{Address, Gender, Resident};
use super::{Digest, Id};

/// A salted digest of everything in a row that can be disclosed. The photograph is not always read: the time of the row's last
/// change stands for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowDigest {
    salt: Id,
    digest: Digest,
}

impl RowDigest {
    pub fn of(resident: &Resident, salt: Id) -> Self {
        let digest = digest(resident, &salt);
        Self { salt, digest }
    }

    /// Whether the row says the same as the one that this was made of.
    pub fn is_of(&self, resident: &Resident) -> bool {
        self.digest == digest(resident, &self.salt)
    }
}

fn digest(resident: &Resident, salt: &Id) -> Digest {
    let Address { street, rt_rw, kelurahan, kecamatan, municipality, province, postal_code } = &resident.address;
    let gender: &[u8] = match resident.gender {
        Gender::Female => b"female",
        Gender::Male => b"male",
    };
    Digest::of(&[
        b"registry-row",
        salt.as_str().as_bytes(),
        resident.updated_at.to_string().as_bytes(),
        resident.nik.as_str().as_bytes(),
        resident.family_card_number.as_bytes(),
        resident.name.as_bytes(),
        resident.birthdate.to_string().as_bytes(),
        gender,
        street.as_bytes(),
        rt_rw.as_bytes(),
        kelurahan.as_bytes(),
        kecamatan.as_bytes(),
        municipality.as_bytes(),
        province.as_bytes(),
        postal_code.as_bytes(),
    ])
}
