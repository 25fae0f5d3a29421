//! Recognises the registry's row of a resident again, without keeping what it says.

use serde::{Deserialize, Serialize};

use super::resident::{Address, Gender, Resident};
use super::{Digest, Id};

/// A salted digest of everything in a row that can be disclosed. The photograph is not always read, so that the time of the row's
/// last change tells of a new one.
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
    // All fields are named. A new one does not compile until it is decided here whether it can be disclosed.
    let Resident {
        nik,
        family_card_number,
        name,
        gender,
        birthdate,
        address: Address { street, rt_rw, kelurahan, kecamatan, municipality, province, postal_code },
        updated_at,
        photo: _,
        relation: _,
        birthplace: _,
        marital_status: _,
        religion: _,
        blood_type: _,
        occupation: _,
        recorded: _,
        municipality: _,
        deceased: _,
        civil_record: _,
        documents: _,
    } = resident;
    let gender: &[u8] = match gender {
        Gender::Female => b"female",
        Gender::Male => b"male",
    };
    Digest::of(&[
        b"registry-row",
        salt.as_str().as_bytes(),
        updated_at.to_string().as_bytes(),
        nik.as_str().as_bytes(),
        family_card_number.as_bytes(),
        name.as_bytes(),
        birthdate.to_string().as_bytes(),
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
