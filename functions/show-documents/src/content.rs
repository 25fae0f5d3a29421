//! What a print's code says beside the paper: enough to see that both speak of the same people. docs/printed-documents.md
//! describes it.

use ciborium::Value;
use ikd::domain::document::{DocumentKind, IssuedDocument};
use ikd::domain::resident::{Address, Resident};
use jiff::civil::Date;

use crate::sheet::Undrawable;
use crate::words;

/// The bytes that have room. The modules of a larger code would be too small for a cheap phone.
const ROOM: usize = 510;

/// The bytes of a text; a longer one is cut. The longest card then has room, with one member at least.
const LONGEST_TEXT: usize = 60;

/// The content of a document, in CBOR (RFC 8949). A family card names its members as long as there is room, and says how
/// many more it has.
pub fn of(issued: &IssuedDocument, resident: &Resident, family: &[&Resident]) -> Result<Vec<u8>, Undrawable> {
    let people = match issued.kind {
        DocumentKind::Kk => family,
        _ => &[resident],
    };
    let mut named = people.len();
    loop {
        let content = encode(issued, resident, &people[..named], people.len() - named)?;
        if content.len() <= ROOM || named == 0 {
            return Ok(content);
        }
        named -= 1;
    }
}

fn encode(
    issued: &IssuedDocument,
    resident: &Resident,
    people: &[&Resident],
    more: usize,
) -> Result<Vec<u8>, Undrawable> {
    let mut content = vec![
        Value::from(issued.kind.as_str()),
        Value::from(issued.issued_at.as_second()),
        Value::from(issued.expires_at.as_second()),
        address(&resident.address),
    ];
    if issued.kind == DocumentKind::Kk {
        content.push(text(&resident.family_card_number));
        content.push(Value::Array(people.iter().map(|member| member_of_family(member)).collect()));
        content.push(Value::from(u64::try_from(more).unwrap_or(u64::MAX)));
    } else {
        content.push(Value::Array(people.iter().map(|person| Value::Array(identity(person).into())).collect()));
    }
    let mut bytes = Vec::new();
    ciborium::into_writer(&Value::Array(content), &mut bytes).map_err(|_| Undrawable::Code)?;
    Ok(bytes)
}

fn address(address: &Address) -> Value {
    let lines = [
        &address.street,
        &address.rt_rw,
        &address.kelurahan,
        &address.kecamatan,
        &address.municipality,
        &address.province,
    ];
    Value::Array(lines.into_iter().map(|line| text(line)).collect())
}

/// NIK, name and birth date. A NIK is 16 digits, the first never 0.
fn identity(person: &Resident) -> [Value; 3] {
    let nik = person.nik.as_str();
    let nik = nik.parse::<u64>().map_or_else(|_| Value::from(nik), Value::from);
    [nik, text(&person.name), Value::from(days(person.birthdate))]
}

fn member_of_family(member: &Resident) -> Value {
    let relation = Value::from(words::relation(member.relation));
    Value::Array(identity(member).into_iter().chain([relation]).collect())
}

/// Days since 1 January 1970 (RFC 8943, section 3.1).
fn days(date: Date) -> i64 {
    const EPOCH: Date = jiff::civil::date(1970, 1, 1);

    date.since(EPOCH).map_or(0, |span| i64::from(span.get_days()))
}

fn text(text: &str) -> Value {
    const SIGN: &str = "…";

    if text.len() <= LONGEST_TEXT {
        return Value::from(text);
    }
    let cut = text.floor_char_boundary(LONGEST_TEXT - SIGN.len());
    Value::from(format!("{}{SIGN}", &text[..cut]))
}
