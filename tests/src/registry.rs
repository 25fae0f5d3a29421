//! What the registry says of residents, and what tests have it say.

use std::sync::atomic::Ordering;

use ikd::domain::nik::Nik;
use ikd::domain::resident::Resident;
use local::personas::{self, UNDER_17};

use crate::world::World;

impl World {
    /// A resident of the registry whom nobody has met yet.
    pub async fn newcomer(&self) -> String {
        let number = self.newcomers.fetch_add(1, Ordering::SeqCst) + 1_000;
        let nik = format!("357701450790{number}");
        self.change_resident(&nik, |_| {}).await;
        nik
    }

    /// Takes a row out of the registry.
    pub fn lose_resident(&self, nik: &str) {
        self.delete("residents", ("nik", nik));
    }

    /// Writes a resident's row: that of the persona, or one like Siti's for a newcomer, with a change.
    pub async fn change_resident(&self, nik: &str, change: impl FnOnce(&mut Resident)) {
        let nik = Nik::parse(nik).expect("a NIK");
        let persona = personas::residents().unwrap().into_iter().find(|resident| resident.nik == nik);
        let mut resident = persona.unwrap_or_else(|| Resident { nik, ..self.siti.clone() });
        change(&mut resident);
        self.database.seed(&[resident]).await.unwrap();
    }

    /// Puts more children on the family card of Siti, each like the one she has, with its number and a change.
    pub async fn add_children(&self, number: u32, change: impl Fn(&mut Resident, u32)) -> Vec<Resident> {
        let residents = personas::residents().unwrap();
        let child = residents.into_iter().find(|resident| resident.nik.as_str() == UNDER_17).expect("Siti's child");
        let of_number = |number| {
            let nik = Nik::parse(&format!("357701520910{:04}", 1_000 + number)).expect("a NIK");
            let mut resident = Resident { nik, ..child.clone() };
            change(&mut resident, number);
            resident
        };
        let children: Vec<Resident> = (0..number).map(of_number).collect();
        self.database.seed(&children).await.unwrap();
        children
    }
}
