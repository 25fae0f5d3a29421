//! Synthetic households of Kota Madiun: families that could be, on cards that agree with themselves.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow};
use ikd::domain::civil_record::CivilRecord;
use ikd::domain::nik::Nik;
use ikd::domain::resident::{Address, Gender, MaritalStatus, Relation, Religion, Resident};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::draw::Draw;
use super::names;
use super::numbers::Numbers;
use super::regions::{Regions, Village};
use super::synthetic_records;

/// The day for which everybody's age is computed: a fixed one, so that a seed gives the same next year.
pub const TODAY: Date = Date::constant(2026, 1, 1);

/// Family cards have had their numbers since this day.
const FIRST_CARDS: Date = Date::constant(2006, 1, 1);

/// Makes households.
pub struct Households {
    draw: Draw,
    /// Draws what the cards say beyond the rest, so that for a seed the rest stays as it was before they said it.
    records: Draw,
    regions: Regions,
    niks: Numbers,
    cards: Numbers,
}

/// Who lives together.
#[derive(Clone, Copy)]
enum Kind {
    Couple,
    /// A couple with children, and with the mother of one of them.
    ThreeGenerations,
    LoneParent,
    Alone,
}

/// What the members of a household share.
struct Home {
    card: String,
    issued: Date,
    address: Address,
    religion: Religion,
    district: u32,
}

/// A member before there is a row.
struct Person {
    relation: Relation,
    gender: Gender,
    birthdate: Date,
    marital_status: MaritalStatus,
}

impl Households {
    pub fn new(seed: u64, regions: Regions) -> Result<Self> {
        let mut local: Vec<u32> = regions.villages().iter().map(Village::district).collect::<Result<_>>()?;
        local.dedup();
        let elsewhere = names::ELSEWHERE.map(|(_, district)| district);
        let niks = Numbers::new(local.iter().copied().chain(elsewhere).collect());
        Ok(Self { draw: Draw::new(seed), records: Draw::new(!seed), regions, niks, cards: Numbers::new(local) })
    }

    /// The next household, of at most so many members (one or more), the head first.
    pub fn next(&mut self, at_most: usize) -> Result<Vec<Resident>> {
        let members = loop {
            let members = self.members();
            if members.len() <= at_most {
                break members;
            }
        };
        let home = self.home(&members)?;
        let mut household: Vec<Resident> =
            members.into_iter().map(|person| self.resident(&person, &home)).collect::<Result<_>>()?;
        synthetic_records::complete(&mut self.records, &mut household, home.issued);
        Ok(household)
    }

    fn members(&mut self) -> Vec<Person> {
        let draw = &mut self.draw;
        let kinds = [(Kind::Couple, 620), (Kind::ThreeGenerations, 80), (Kind::LoneParent, 100)];
        match draw.weighted(&kinds, Kind::Alone) {
            Kind::Alone => vec![alone(draw)],
            Kind::LoneParent => {
                let mother = born(draw, 24, 60);
                let children = children(draw, mother);
                let status = if draw.happens(500) { MaritalStatus::Widowed } else { MaritalStatus::Divorced };
                let status = if children.is_empty() { MaritalStatus::Widowed } else { status };
                let head = Person::new(Relation::Head, Gender::Female, mother, status);
                std::iter::once(head).chain(children).collect()
            }
            kind => couple(draw, matches!(kind, Kind::ThreeGenerations)),
        }
    }

    /// A home and a card that was issued when the head was grown up.
    fn home(&mut self, members: &[Person]) -> Result<Home> {
        let draw = &mut self.draw;
        let head = members.first().context("a household without a head")?;
        let grown_up = on_birthday(head.birthdate, 20).max(FIRST_CARDS);
        let issued = draw.date(grown_up, TODAY.yesterday()?);
        let index = draw.below(u32::try_from(self.regions.villages().len())?);
        let village = self.regions.villages().get(index as usize).context("no villages")?;
        let street = draw.one_of(&names::STREETS).unwrap_or_default();
        let (rt, rw) = (draw.between(1, 45), draw.between(1, 14));
        let district = village.district()?;
        let religions = [
            (Religion::Islam, 935),
            (Religion::Kristen, 34),
            (Religion::Katolik, 25),
            (Religion::Buddha, 3),
            (Religion::Hindu, 1),
            (Religion::Khonghucu, 1),
        ];
        Ok(Home {
            card: self.cards.next(district, issued, false)?,
            issued,
            address: Address {
                street: format!("{street} NO. {}", draw.between(1, 180)),
                rt_rw: format!("{rt:03}/{rw:03}"),
                kelurahan: village.kelurahan.clone(),
                kecamatan: village.kecamatan.clone(),
                municipality: "KOTA MADIUN".to_owned(),
                province: "JAWA TIMUR".to_owned(),
                postal_code: village.postal_code.clone(),
            },
            religion: draw.weighted(&religions, Religion::Kepercayaan),
            district,
        })
    }

    fn resident(&mut self, person: &Person, home: &Home) -> Result<Resident> {
        let draw = &mut self.draw;
        let age = age(person.birthdate);
        // Children were registered here; of the others some came to the city later.
        let moved_here = if age >= 20 && draw.happens(200) { draw.one_of(&names::ELSEWHERE) } else { None };
        let (birthplace, district) = moved_here.unwrap_or(("MADIUN", home.district));
        let is_woman = person.gender == Gender::Female;
        let nik = self.niks.next(district, person.birthdate, is_woman)?;
        let may_have_a_card = age >= 17 || person.marital_status != MaritalStatus::Unmarried;
        let changed = draw.date(home.issued.max(person.birthdate), TODAY.yesterday()?);
        Ok(Resident {
            nik: Nik::parse(&nik).map_err(|invalid| anyhow!(invalid.0.en))?,
            family_card_number: home.card.clone(),
            relation: person.relation,
            name: name(draw, is_woman, home.religion),
            gender: person.gender,
            birthplace: birthplace.to_owned(),
            birthdate: person.birthdate,
            address: home.address.clone(),
            marital_status: person.marital_status,
            religion: home.religion,
            blood_type: draw
                .weighted(&[(Some("O"), 240), (Some("B"), 170), (Some("A"), 150), (Some("AB"), 40)], None)
                .map(str::to_owned),
            occupation: occupation(draw, age, is_woman).to_owned(),
            recorded: if may_have_a_card { draw.happens(970) } else { age == 16 && draw.happens(300) },
            municipality: Village::MUNICIPALITY.to_owned(),
            // Cards are not always brought up to date when somebody dies.
            deceased: age >= 70 && draw.happens(30),
            updated_at: at(changed, draw)?,
            civil_record: CivilRecord::default(),
            documents: BTreeMap::new(),
            photo: Vec::new(),
        })
    }
}

impl Person {
    fn new(relation: Relation, gender: Gender, birthdate: Date, marital_status: MaritalStatus) -> Self {
        Self { relation, gender, birthdate, marital_status }
    }
}

/// Somebody who lives alone: young and unmarried, or widowed.
fn alone(draw: &mut Draw) -> Person {
    let gender = if draw.happens(500) { Gender::Female } else { Gender::Male };
    let birthdate = born(draw, 21, 88);
    let status = match age(birthdate) {
        60.. if draw.happens(850) => MaritalStatus::Widowed,
        35.. if draw.happens(600) => MaritalStatus::Divorced,
        _ => MaritalStatus::Unmarried,
    };
    Person::new(Relation::Head, gender, birthdate, status)
}

/// Husband, wife, the children who still live with them, and perhaps his mother.
fn couple(draw: &mut Draw, with_mother: bool) -> Vec<Person> {
    let mut husband = born(draw, 23, if with_mother { 55 } else { 82 });
    let mut wife =
        husband.saturating_add(jiff::Span::new().days(draw.below(11 * 365))).saturating_sub(jiff::Span::new().years(3));
    // Nobody here married before twenty.
    wife = wife.min(on_birthday(TODAY, -20));
    husband = husband.min(on_birthday(TODAY, -20));
    let mut members = vec![
        Person::new(Relation::Head, Gender::Male, husband, MaritalStatus::Married),
        Person::new(Relation::Wife, Gender::Female, wife, MaritalStatus::Married),
    ];
    members.extend(children(draw, wife));
    if with_mother {
        let birthdate = on_birthday(husband, -draw.between(19, 38));
        members.push(Person::new(Relation::Parent, Gender::Female, birthdate, MaritalStatus::Widowed));
    }
    members
}

/// A mother's children who have not left: each born after her twentieth birthday, before her 43rd, and years apart.
fn children(draw: &mut Draw, mother: Date) -> Vec<Person> {
    let wanted = draw.weighted(&[(0, 80), (1, 270), (2, 430), (3, 170)], 4);
    let mut children = Vec::new();
    let mut age_at_birth = 20 + draw.between(0, 8);
    for _ in 0..wanted {
        let birthdate = draw.date(on_birthday(mother, age_at_birth), on_birthday(mother, age_at_birth + 1));
        age_at_birth += draw.between(3, 5);
        let gender = if draw.happens(487) { Gender::Female } else { Gender::Male };
        let at_home = birthdate < TODAY && (age(birthdate) < 22 || age(birthdate) < 32 && draw.happens(350));
        if age_at_birth <= 45 && at_home {
            children.push(Person::new(Relation::Child, gender, birthdate, MaritalStatus::Unmarried));
        }
    }
    children
}

/// A date of birth for an age between these two.
fn born(draw: &mut Draw, youngest: i16, oldest: i16) -> Date {
    draw.date(on_birthday(TODAY, -oldest), on_birthday(TODAY, -youngest))
}

/// The date so many years later, or earlier.
pub fn on_birthday(date: Date, years: i16) -> Date {
    date.saturating_add(jiff::Span::new().years(years))
}

pub fn age(birthdate: Date) -> i16 {
    let had_birthday = (TODAY.month(), TODAY.day()) >= (birthdate.month(), birthdate.day());
    TODAY.year() - birthdate.year() - i16::from(!had_birthday)
}

pub fn name(draw: &mut Draw, is_woman: bool, religion: Religion) -> String {
    let (given, second): (&[&str], &[&str]) =
        if is_woman { (&names::WOMEN, &names::WOMENS_SECOND) } else { (&names::MEN, &names::MENS_SECOND) };
    let first = match religion {
        Religion::Islam if draw.happens(220) => draw.one_of(&names::ISLAMIC[usize::from(is_woman)]),
        Religion::Kristen | Religion::Katolik if draw.happens(600) => {
            draw.one_of(&names::CHRISTIAN[usize::from(is_woman)])
        }
        _ => None,
    };
    let given = draw.one_of(given).filter(|given| Some(*given) != first);
    // In Java many have one name alone.
    let second = if first.is_some() || draw.happens(820) { draw.one_of(second) } else { None };
    [first, given, second].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn occupation(draw: &mut Draw, age: i16, is_woman: bool) -> &'static str {
    match age {
        ..7 => "BELUM/TIDAK BEKERJA",
        7..19 => "PELAJAR/MAHASISWA",
        19..24 if draw.happens(550) => "PELAJAR/MAHASISWA",
        62.. if draw.happens(600) => "PENSIUNAN",
        _ if is_woman && draw.happens(400) => "MENGURUS RUMAH TANGGA",
        _ => draw.one_of(&names::OCCUPATIONS).unwrap_or_default(),
    }
}

/// A second in the office hours of a day.
fn at(date: Date, draw: &mut Draw) -> Result<Timestamp> {
    let midnight = date.at(0, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC)?.timestamp();
    Ok(midnight + SignedDuration::from_secs(3_600 + i64::from(draw.below(8 * 3_600))))
}
