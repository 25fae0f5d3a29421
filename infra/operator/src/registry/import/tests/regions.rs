//! Imports of residents who were first registered in regions that have other codes now.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_region_of_a_province_of_today_or_formerly_a_nik_names_its_row_is_imported() {
    // Those of today (Kepmendagri 300.2.2-2138/2025), and Timor Timur.
    let provinces = [11..=19, 21..=21, 31..=36, 51..=53, 54..=54, 61..=65, 71..=76, 81..=82, 91..=96];
    let provinces: Vec<u32> = provinces.into_iter().flatten().collect();
    assert_eq!(provinces.len(), 38 + 1);
    let places = ["01.01", "01.99", "02.50", "19.03", "20.11", "50.07", "71.01", "75.02", "79.40", "99.99"];
    let regions = Regions::read().unwrap();

    let registry = Registry::new("regions").await;
    let file = registry.synthetic("residents.jsonl", provinces.len() * places.len());
    let text = std::fs::read_to_string(&file).unwrap();
    let (mut rows, mut doubtful, mut codes) = (text.lines(), 0, Vec::new());
    for province in &provinces {
        for place in places {
            let mut row: serde_json::Value = serde_json::from_str(rows.next().unwrap()).unwrap();
            let code = format!("{province}{}", place.replace('.', ""));
            for field in ["nik", "family_card_number"] {
                row[field] = format!("{code}{}", &row[field].as_str().unwrap()[6..]).into();
            }
            doubtful += u64::from(regions.doubt_about(code.parse().unwrap()).is_some());
            codes.push(row.to_string());
        }
    }
    std::fs::write(&file, codes.join("\n")).unwrap();
    let summary = registry.import(&file, true).await.unwrap();
    assert_eq!((summary.rows, summary.refused), (390, 0));
    assert_eq!(summary.doubtful, doubtful, "a doubt is a warning, and the only one");
    assert!((200..380).contains(&doubtful), "{doubtful}");
}
