//! What the law has on an ID card and on a family card beyond name, birth and address (UU 23/2006, article 61; UU 24/2013,
//! article 64; Permendagri 118/2017). The registry may lack any of it, and nothing is written in its place.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::secret::unprintable;

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CivilRecord {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citizenship: Option<Citizenship>,
    /// The highest level completed, as the family card writes it: `SLTA/SEDERAJAT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub education: Option<String>,
    /// The father's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub father: Option<String>,
    /// The mother's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mother: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marriage_date: Option<Date>,
    /// Whether the marriage, or for the divorced the divorce, is registered (*tercatat*).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marriage_recorded: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passport_number: Option<String>,
    /// The permit to stay permanently (*Kartu Izin Tinggal Tetap*).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kitap_number: Option<String>,
    /// The permit's last day, and so that of a foreigner's ID card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kitap_valid_until: Option<Date>,
    /// The place that the ID card names as that of its issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_card_issued_in: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_card_issued_on: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_card_issued_on: Option<Date>,
    /// The name of the head of the civil registry office who signed the family card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_card_official: Option<String>,
    /// That official's number as a civil servant (NIP).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_card_official_nip: Option<String>,
}

unprintable!(CivilRecord);

/// A citizenship as ID cards write it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Citizenship {
    /// `WNI`, *warga negara Indonesia*.
    Indonesian,
    /// A foreigner's, by the name of the state, as `JEPANG`.
    Foreign(String),
}

unprintable!(Citizenship);

impl CivilRecord {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub fn is_foreigner(&self) -> bool {
        matches!(self.citizenship, Some(Citizenship::Foreign(_)))
    }
}

impl Citizenship {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Indonesian => "WNI",
            Self::Foreign(state) => state,
        }
    }
}

impl From<String> for Citizenship {
    fn from(text: String) -> Self {
        const INDONESIAN: [&str; 4] = ["WNI", "INDONESIA", "INDONESIAN", "WARGA NEGARA INDONESIA"];

        let is_indonesian = INDONESIAN.iter().any(|name| text.trim().eq_ignore_ascii_case(name));
        if is_indonesian { Self::Indonesian } else { Self::Foreign(text) }
    }
}

impl From<Citizenship> for String {
    fn from(citizenship: Citizenship) -> Self {
        citizenship.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_registry_does_not_say_is_not_written() {
        let record: CivilRecord = serde_json::from_value(json!({})).unwrap();
        assert!(record.is_empty());
        assert_eq!(serde_json::to_value(&record).unwrap(), json!({}));
        let record = CivilRecord { mother: Some("SUMINI".to_owned()), ..record };
        assert!(!record.is_empty());
        assert_eq!(serde_json::to_value(&record).unwrap(), json!({ "mother": "SUMINI" }));
    }

    #[test]
    fn only_who_is_indonesian_by_the_registry_is_indonesian() {
        for text in ["WNI", "wni", "Indonesia"] {
            let read: Citizenship = serde_json::from_value(json!(text)).unwrap();
            assert_eq!(serde_json::to_value(read).unwrap(), "WNI", "{text}");
        }
        for text in ["JEPANG", "WNA"] {
            let record = CivilRecord { citizenship: Some(text.to_owned().into()), ..CivilRecord::default() };
            assert!(record.is_foreigner());
            assert_eq!(serde_json::to_value(record).unwrap(), json!({ "citizenship": text }));
        }
        assert!(!CivilRecord::default().is_foreigner());
    }
}
