//! People for the benchmarks, written straight into the tables: holders in session, applicants at every stage.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, anyhow, bail, ensure};
use ikd::app::{Clock, Pins, SystemClock};
use ikd::domain::activation::{Activation, Cause, Delivery};
use ikd::domain::claims::ClaimSet;
use ikd::domain::contact::{Email, PhoneNumber};
use ikd::domain::decision::{Approval, Decision, Pending};
use ikd::domain::device::{Active, Device, DeviceState, LiveQrCode, SessionScope};
use ikd::domain::holder::HolderRecord;
use ikd::domain::integrator::Integrator;
use ikd::domain::nik::Nik;
use ikd::domain::pin::{Pin, PinTries};
use ikd::domain::pin_hash::PinHash;
use ikd::domain::qr_code::{QrCode, QrState, QrToken, Redeemed, Redemption};
use ikd::domain::question::{Consent, DigitTries, Scanned};
use ikd::domain::reading::{Given, Reading};
use ikd::domain::registration::{Registration, RegistrationState, Status};
use ikd::domain::resident::Resident;
use ikd::domain::row_digest::RowDigest;
use ikd::domain::secret::MacKey;
use ikd::domain::{Digest, Id};
use ikd::store::keys;
use ikd::tokens::access_token::{HolderToken, Lifetime, issue_to_holder, issue_to_integrator};
use ikd::tokens::dpop;
use ikd::tokens::keys::SigningKey;
use ikd::tokens::sealed::{LinkToken, Seal, Ticket};
use jiff::SignedDuration;
use local::actors::{Api, Phone};
use local::{personas, photographs};
use serde::Serialize;
use serde_dynamo::{AttributeValue, Item};

use crate::draw::Draw;
use crate::shelf::Shelf;

/// The PIN of every holder.
pub const PIN: &str = "142857";

/// Makes people, each with a NIK of their own.
pub struct Fleet {
    shelf: Arc<dyn Shelf>,
    api: Arc<dyn Api>,
    pub clock: Arc<dyn Clock>,
    issuer: String,
    signing: SigningKey,
    seal: Seal,
    activation_codes: MacKey,
    pin_hash: PinHash,
    template: Resident,
    selfie: Vec<u8>,
    draw: Draw,
    people: AtomicU32,
}

/// A holder whose phone has a full session.
#[derive(Clone)]
pub struct Member {
    pub phone: Phone,
    pub session: local::actors::PhoneSession,
    pub nik: String,
    pub device: Device,
}

/// An applicant whose registration waits for somebody.
pub struct Applicant {
    pub phone: Phone,
    pub nik: String,
    pub registration: String,
    pub ticket: String,
    /// The link's token and the code of the activation e-mail.
    pub link: String,
    pub code: String,
}

impl Fleet {
    /// Needs the secrets that the functions have, by their variables.
    pub fn new(shelf: Arc<dyn Shelf>, api: Arc<dyn Api>, variables: &[(String, String)]) -> Result<Self> {
        let secret = |name: &str| {
            let found = variables.iter().find(|(variable, _)| variable == name);
            found.map(|(_, value)| value.clone()).with_context(|| format!("no {name}"))
        };
        let pins = Pins::new(secret("IKD_PIN_PEPPER")?.as_bytes()).map_err(|error| anyhow!("{error}"))?;
        let pin = Pin::parse(PIN).map_err(|invalid| anyhow!(invalid.0.en))?;
        let siti = personas::residents()?.into_iter().find(|one| one.nik.as_str() == personas::SITI);
        Ok(Self {
            shelf,
            issuer: api.base().as_str().trim_end_matches('/').to_owned(),
            api,
            clock: Arc::new(SystemClock),
            signing: SigningKey::from_pem(&secret("IKD_SIGNING_KEY")?)?,
            seal: Seal::new(MacKey::new(secret("IKD_SEALING_KEY")?.as_bytes())),
            activation_codes: MacKey::new(secret("IKD_ACTIVATION_CODE_KEY")?.as_bytes()),
            pin_hash: pins.hash(&pin, [7; 16]).map_err(|error| anyhow!("{error}"))?,
            template: siti.context("a persona")?,
            selfie: photographs::selfie()?,
            draw: Draw::default(),
            people: AtomicU32::new(0),
        })
    }

    /// A token of an integrator, without asking for it.
    pub fn integrator_token(&self, integrator: &Integrator, lasting: SignedDuration) -> Result<String> {
        let lifetime = Lifetime::starting(self.clock.now(), lasting);
        Ok(issue_to_integrator(&self.signing, &self.issuer, integrator, &self.id(), lifetime)?)
    }

    pub fn selfie(&self) -> &[u8] {
        &self.selfie
    }

    pub fn id(&self) -> Id {
        Id::from_random(self.draw.bytes())
    }

    /// Residents whom nobody has met yet, alone on their family cards.
    pub async fn residents(&self, number: usize) -> Result<Vec<Nik>> {
        let niks = (0..number).map(|_| self.next_nik()).collect::<Result<Vec<_>>>()?;
        let rows: Vec<Resident> = niks.iter().map(|nik| self.resident(nik)).collect();
        self.put("residents", rows.iter().map(|row| item(row, None))).await?;
        Ok(niks)
    }

    /// The registry's row of a resident.
    fn resident(&self, nik: &Nik) -> Resident {
        Resident { nik: nik.clone(), family_card_number: nik.as_str().to_owned(), ..self.template.clone() }
    }

    /// Holders in session.
    pub async fn members(&self, number: usize) -> Result<Vec<Member>> {
        let now = self.clock.now();
        let (mut members, mut items) = (Vec::new(), Vec::new());
        for nik in self.residents(number).await? {
            let phone = Phone::new(self.api.clone(), self.clock.clone())?;
            let registration = self.registration(&nik, &phone, Status::Active)?;
            let token =
                HolderToken { device: phone.key.thumbprint().clone(), session: self.id(), scope: SessionScope::Holder };
            let lifetime = Lifetime::starting(now, SignedDuration::from_hours(1));
            let access_token = issue_to_holder(&self.signing, &self.issuer, &token, lifetime)?;
            let device = Device {
                key: phone.key.thumbprint().clone(),
                nik: nik.clone(),
                registration: registration.id.clone(),
                activated_at: now,
                unlock: None,
                state: DeviceState::Active(Active {
                    pin_hash: self.pin_hash.clone(),
                    pin_is_first: false,
                    pin_tries: PinTries::default(),
                    session: Some(token.opens(dpop::access_token_hash(&access_token))),
                    registry_row: Some(RowDigest::of(&self.resident(&nik), self.id())),
                    qr_code: None,
                }),
            };
            let device_key = Some(device.key.clone());
            let holder = HolderRecord { approvals: 1, device: device_key, ..HolderRecord::nobody_yet(nik.clone()) };
            items.push(item(&device, Some(keys::device(&device.key))));
            items.push(item(&registration, Some(keys::registration(&registration.id))));
            items.push(item(&holder, Some(keys::holder(&nik))));
            let session = local::actors::PhoneSession { access_token };
            members.push(Member { phone, session, nik: nik.as_str().to_owned(), device });
        }
        self.put("identities", items).await?;
        Ok(members)
    }

    /// Applicants whose registration waits for the officer, or, approved, for its activation.
    pub async fn applicants(&self, number: usize, status: Status) -> Result<Vec<Applicant>> {
        let (mut applicants, mut identities, mut selfies) = (Vec::new(), Vec::new(), Vec::new());
        for nik in self.residents(number).await? {
            let phone = Phone::new(self.api.clone(), self.clock.clone())?;
            let registration = self.registration(&nik, &phone, status)?;
            let id = &registration.id;
            if status == Status::Approved {
                let nobody = HolderRecord::nobody_yet(nik.clone());
                let holder = HolderRecord { approvals: 1, registration: Some(id.clone()), ..nobody };
                identities.push(item(&holder, Some(keys::holder(&nik))));
            } else {
                selfies.push(Ok(Item::from(HashMap::from([
                    ("id".to_owned(), AttributeValue::S(id.to_string())),
                    ("picture".to_owned(), AttributeValue::B(self.selfie.clone())),
                ]))));
            }
            identities.push(item(&registration, Some(keys::registration(id))));
            let end = self.clock.now() + SignedDuration::from_hours(24);
            let sealed = |text: Option<&str>| text.map(str::to_owned).context("nothing to seal");
            let code = registration.approval().map(|approval| approval.activation.code(&self.activation_codes, id));
            applicants.push(Applicant {
                phone,
                nik: nik.as_str().to_owned(),
                registration: id.to_string(),
                ticket: sealed(self.seal.ticket(id, end).as_ref().map(Ticket::expose))?,
                link: sealed(self.seal.link(id, 1).as_ref().map(LinkToken::expose))?,
                code: code.map(|code| code.expose().to_owned()).unwrap_or_default(),
            });
        }
        self.put("identities", identities).await?;
        self.put("selfies", selfies).await?;
        Ok(applicants)
    }

    /// Minted codes to redeem, one of each member.
    pub async fn codes(&self, members: &[Member], number: usize) -> Result<Vec<String>> {
        let expires_at = self.clock.now() + SignedDuration::from_secs(90);
        let (mut tokens, mut items) = (Vec::new(), Vec::new());
        for member in members.iter().cycle().take(number) {
            let token = QrToken::from_random(self.draw.bytes());
            items.push(item(&code(member, &token, expires_at), None));
            tokens.push(token.expose().to_owned());
        }
        self.put("qr_codes", items).await?;
        Ok(tokens)
    }

    /// Codes that an integrator has scanned, each its device's newest, one of each member: their holders are asked for an hour yet,
    /// or have allowed all of it.
    pub async fn scanned(
        &self,
        members: &[Member],
        client_id: &str,
        purpose: &str,
        allowed: bool,
    ) -> Result<Vec<QrCode>> {
        let asked_at = self.clock.now() + SignedDuration::from_hours(1);
        let (mut scanned, mut codes, mut devices) = (Vec::new(), Vec::new(), Vec::new());
        for member in members {
            let code = code(member, &QrToken::from_random(self.draw.bytes()), asked_at + SignedDuration::from_hours(1));
            let redemption = Redemption {
                id: self.id(),
                request: self.id(),
                client_id: client_id.to_owned(),
                purpose: purpose.to_owned(),
                redeemed_at: asked_at,
                allowed: code.claims.clone(),
            };
            let given = Given::Claims { claims: code.claims.clone() };
            let ending = Reading { id: redemption.request.clone(), at: asked_at, given };
            let state = if allowed {
                QrState::Redeemed(Box::new(Redeemed {
                    redemption,
                    consent: Consent::AtScan,
                    first_reading: Some(ending),
                    last_reading: None,
                    fetched_by: None,
                }))
            } else {
                let (digit_tries, superseded_at) = (DigitTries::default(), None);
                QrState::Scanned(Box::new(Scanned { redemption, digit_tries, superseded_at }))
            };
            let mut device = member.device.clone();
            if let DeviceState::Active(active) = &mut device.state {
                let token_hash = code.token_hash.clone();
                active.qr_code = Some(LiveQrCode { token_hash, expires_at: code.expires_at });
            }
            let code = QrCode { state, ..code };
            devices.push(item(&device, Some(keys::device(&device.key))));
            codes.push(item(&code, None));
            scanned.push(code);
        }
        self.put("identities", devices).await?;
        self.put("qr_codes", codes).await?;
        Ok(scanned)
    }

    /// Codes whose time was over an hour ago and that TTL has not deleted yet.
    pub async fn stale_codes(&self, member: &Member, number: usize) -> Result<()> {
        let expired_at = self.clock.now() - SignedDuration::from_hours(1);
        let items = (0..number).map(|_| {
            let token = QrToken::from_random(self.draw.bytes());
            item(&code(member, &token, expired_at), None)
        });
        self.put("qr_codes", items).await
    }

    /// Residents in bulk, as a registry has them, without photographs.
    pub async fn bulk_residents(&self, number: usize) -> Result<()> {
        let bare = Resident { photo: Vec::new(), ..self.template.clone() };
        let niks = (0..number).map(|_| self.next_nik());
        let rows = niks.map(|nik| {
            let nik = nik?;
            item(&Resident { family_card_number: nik.as_str().to_owned(), nik, ..bare.clone() }, None)
        });
        self.put("residents", rows).await
    }

    fn registration(&self, nik: &Nik, phone: &Phone, status: Status) -> Result<Registration> {
        let now = self.clock.now();
        let week = now + SignedDuration::from_hours(7 * 24);
        let activation = Activation {
            generation: 1,
            cause: Cause::Approval,
            codes: 1,
            issued_at: now - SignedDuration::from_hours(1),
            expires_at: now + SignedDuration::from_hours(23),
            tries: 0,
            delivery: Delivery::Sent,
            ordered_by: None,
        };
        let decision = Decision { officer: "petugas-1".to_owned(), decided_at: now, reason: None };
        let approval = Approval { decision, activation, expires_at: (status != Status::Active).then_some(week) };
        let state = match status {
            Status::Pending => RegistrationState::Pending(Pending { expires_at: week }),
            Status::Rejected => bail!("nobody measures rejected registrations"),
            Status::Approved => RegistrationState::Approved(approval),
            Status::Active => RegistrationState::Active(approval),
        };
        Ok(Registration {
            id: self.id(),
            nik: nik.clone(),
            device_key: phone.key.thumbprint().clone(),
            email: Email::parse("siti@contoh.id").map_err(|invalid| anyhow!(invalid.0.en))?,
            phone_number: PhoneNumber::parse("081234567890").map_err(|invalid| anyhow!(invalid.0.en))?,
            registered_at: now,
            approvals_before: 0,
            face: None,
            opened_at: None,
            state,
        })
    }

    /// NIKs of Kota Madiun, each once.
    fn next_nik(&self) -> Result<Nik> {
        let number = self.people.fetch_add(1, Ordering::Relaxed);
        let (serial, rest) = (number % 9_000 + 1, number / 9_000);
        let (day, month, year) = (rest % 28 + 1, rest / 28 % 12 + 1, rest / 336 % 30 + 60);
        ensure!(rest < 336 * 30, "more people than NIKs");
        let text = format!("357701{day:02}{month:02}{year:02}{serial:04}");
        Nik::parse(&text).map_err(|invalid| anyhow!(invalid.0.en))
    }

    /// Writes items as they come, so that a million of them need not be there at once.
    async fn put(&self, table: &'static str, items: impl IntoIterator<Item = Result<Item>>) -> Result<()> {
        const AT_ONCE: usize = 10_000;

        let mut items = items.into_iter().peekable();
        while items.peek().is_some() {
            let some = items.by_ref().take(AT_ONCE).collect::<Result<Vec<_>>>()?;
            self.shelf.put(table, some).await?;
        }
        Ok(())
    }
}

fn code(member: &Member, token: &QrToken, expires_at: jiff::Timestamp) -> QrCode {
    let registry_row = match &member.device.state {
        DeviceState::Active(active) => active.registry_row.clone(),
        DeviceState::Blocked(_) => None,
    };
    QrCode {
        token_hash: token.hash(),
        nik: member.device.nik.clone(),
        device: member.device.key.clone(),
        claims: ClaimSet::basic_identity(),
        registry_row,
        expires_at,
        state: QrState::Live(Consent::ByShowing),
    }
}

/// A digest to sign.
pub fn any_hash(number: usize) -> String {
    Digest::of(&[&number.to_be_bytes()]).as_str().to_owned()
}

fn item<T: Serialize>(entity: &T, key: Option<String>) -> Result<Item> {
    let mut item: Item = serde_dynamo::to_item(entity)?;
    if let Some(key) = key {
        item.inner_mut().insert("pk".to_owned(), AttributeValue::S(key));
    }
    Ok(item)
}
