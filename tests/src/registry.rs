//! What the registry says of residents, and what tests have it say.

use std::sync::atomic::Ordering;

use ikd::domain::nik::Nik;
use ikd::domain::resident::Resident;
use local::personas;

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
}
