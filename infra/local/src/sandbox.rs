//! Holders to try an integration with: each shows a code that something else becomes of.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use clap::ValueEnum;
use data_encoding::BASE64;
use ikd::app::{Clock, SystemClock};
use ikd::domain::qr_code::QrToken;
use operator_base::aws::sdk_config;
use serde_json::{Value, json};

use crate::actors::{Api, HttpApi, Integrator, Minted, Officer, Phone, PhoneSession};
use crate::stack::database::PREFIX;
use crate::stack::mailbox::Mailbox;
use crate::stack::{Place, Ports, environment};
use crate::{demo, enrolment, personas, photographs};

/// Who shows a code, and what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Holder {
    /// Her code is verified.
    Siti,
    /// His code was used by somebody else already: `qr-code-used`.
    Budi,
    /// She shows a newer code by now: `qr-code-superseded`.
    Dewi,
    /// His phone was blocked after he showed the code: `qr-code-device-blocked`.
    Agus,
    /// She shares nothing that a bank may see: `no-shared-claims`.
    Ratna,
    /// The registry has him as deceased since he showed the code: `holder-not-eligible`.
    Hadi,
    /// Her code's 90 seconds are over: `qr-code-expired`, or `qr-code-unknown` once it is swept.
    Sri,
}

impl Holder {
    fn nik(self) -> &'static str {
        match self {
            Self::Siti => personas::SITI,
            Self::Budi => personas::BUDI,
            Self::Dewi => personas::DEWI,
            Self::Agus => personas::AGUS,
            Self::Ratna => personas::RATNA,
            Self::Hadi => personas::HADI,
            Self::Sri => personas::SRI,
        }
    }

    /// What the holder discloses.
    fn body(self) -> Value {
        match self {
            Self::Ratna => json!({ "claims": ["family_card_number"] }),
            _ => json!({}),
        }
    }
}

/// The PIN of everybody here.
const PIN: &str = "142857";

/// A running stack as the sandbox uses it.
struct Sandbox {
    api: Arc<dyn Api>,
    ports: Ports,
    place: Place,
    officer: Officer,
    mailbox: Mailbox,
    database: Client,
}

/// A new code of a holder, who enrols first where that has not happened yet.
pub async fn code(ports: Ports, place: &Place, holder: Holder) -> Result<String> {
    let sandbox = Sandbox::of(ports, place).await?;
    if holder == Holder::Hadi {
        sandbox.set_deceased(holder, false).await?;
    }
    let (phone, session) = sandbox.logged_in(holder).await?;
    let code = Minted::of(&phone.mint(&session, &holder.body()).await?)?.token;
    sandbox.seal_the_fate(holder, &phone, &session, &code).await?;
    Ok(code)
}

/// A new code of a holder who wants to be asked when it is scanned.
pub async fn code_to_ask(ports: Ports, place: &Place, holder: Holder) -> Result<String> {
    let (phone, session) = Sandbox::of(ports, place).await?.logged_in(holder).await?;
    Ok(Minted::of(&phone.mint(&session, &json!({ "consent": "at-scan" })).await?)?.token)
}

/// The answer of a holder who is asked: the digits that the clerk says, to allow, or `refuse`. Gives what became of the code.
pub async fn answer(ports: Ports, place: &Place, holder: Holder, answer: &str) -> Result<String> {
    let (phone, session) = Sandbox::of(ports, place).await?.logged_in(holder).await?;
    let asked = phone.check_qr(&session).await?;
    let redemption_id = asked.member("/redemption_id").context("nobody has asked: scan the code first")?;
    let body = match answer {
        "refuse" => json!({ "redemption_id": redemption_id, "answer": "refuse" }),
        digits => json!({ "redemption_id": redemption_id, "answer": "allow", "digits": digits, "pin": PIN }),
    };
    let reply = phone.answer_scan(&session, &body).await?;
    ensure!(reply.status == 200, "{}", reply.text);
    reply.member("/state").context("the code has no state")
}

impl Sandbox {
    async fn of(ports: Ports, place: &Place) -> Result<Self> {
        let api: Arc<dyn Api> = Arc::new(HttpApi::new(ports.api_url()?)?);
        let officer = Officer::new(api.clone(), demo::officer_token(ports).await?);
        let database = Client::new(&sdk_config(&format!("http://127.0.0.1:{}", ports.database)));
        let mailbox = Mailbox::at(ports.mailbox)?;
        Ok(Self { api, ports, place: place.clone(), officer, mailbox, database })
    }
}

/// A selfie in base64 that matches what the registry has of everybody here.
pub fn selfie() -> Result<String> {
    Ok(BASE64.encode(&photographs::selfie()?))
}

/// Approves a registration, and activates it in a browser. Gives the activation code, which is the phone's first PIN.
pub async fn admit(ports: Ports, ticket: &str, email: &str) -> Result<String> {
    let api: Arc<dyn Api> = Arc::new(HttpApi::new(ports.api_url()?)?);
    let officer = Officer::new(api.clone(), demo::officer_token(ports).await?);
    let email = enrolment::approve_ticket(ticket, email, &officer, &Mailbox::at(ports.mailbox)?).await?;
    enrolment::follow_link(&api, &email).await?;
    Ok(email.code)
}

impl Sandbox {
    /// The holder's phone in a session. A phone that no longer works is replaced by a new one.
    async fn logged_in(&self, holder: Holder) -> Result<(Phone, PhoneSession)> {
        let name = holder.to_possible_value().context("a holder has a name")?;
        let file = self.place.folder().join("phones").join(format!("{}.pem", name.get_name()));
        let phone = Phone::new(self.api.clone(), Arc::new(SystemClock))?;
        let known = phone.with_key(environment::key_pair(&file)?);
        let reply = known.log_in(PIN).await?;
        if reply.status == 200 {
            return Ok((known, PhoneSession::of(&reply)?));
        }
        std::fs::remove_file(&file)?;
        let new = phone.with_key(environment::key_pair(&file)?);
        let approved = enrolment::approve(new, &self.officer, &self.mailbox, holder.nik()).await?;
        let session = enrolment::activate(&self.api, &approved, PIN).await?;
        Ok((approved.phone, session))
    }

    /// Makes the code what this holder is an example of.
    async fn seal_the_fate(&self, holder: Holder, phone: &Phone, session: &PhoneSession, code: &str) -> Result<()> {
        match holder {
            Holder::Siti | Holder::Ratna => Ok(()),
            Holder::Budi => self.redeem_elsewhere(code).await,
            Holder::Dewi => {
                let reply = phone.mint(session, &json!({})).await?;
                ensure!(reply.status == 201, "{}", reply.text);
                Ok(())
            }
            Holder::Agus => {
                let reply = self.officer.block(holder.nik(), "lost").await?;
                ensure!(reply.status == 200, "{}", reply.text);
                Ok(())
            }
            Holder::Hadi => self.set_deceased(holder, true).await,
            Holder::Sri => self.expire(code).await,
        }
    }

    async fn redeem_elsewhere(&self, code: &str) -> Result<()> {
        let hospital = personas::HOSPITAL;
        let key = self.place.integrator_key(hospital.client_id)?;
        let integrator = Integrator::new(self.api.clone(), Arc::new(SystemClock), hospital.client_id, key);
        let purpose = hospital.purposes.first().context("a hospital has a purpose")?.name;
        let reply = integrator.redeem(&integrator.token().await?, code, purpose, None).await?;
        ensure!(reply.status == 200, "{}", reply.text);
        Ok(())
    }

    /// What the registry says of the holder from now on.
    async fn set_deceased(&self, holder: Holder, deceased: bool) -> Result<()> {
        let key = ("nik", holder.nik());
        self.set("residents", key, "deceased", AttributeValue::Bool(deceased)).await
    }

    /// Lets the code's time be over.
    async fn expire(&self, code: &str) -> Result<()> {
        let hash = QrToken::parse(code).context("not a code")?.hash();
        let over = (SystemClock.now().as_second() - 1).to_string();
        self.set("qr_codes", ("token_hash", hash.as_str()), "expires_at", AttributeValue::N(over)).await
    }

    async fn set(&self, table: &str, (key, name): (&str, &str), member: &str, value: AttributeValue) -> Result<()> {
        let update = self.database.update_item().table_name(format!("{PREFIX}{table}"));
        let update = update.key(key, AttributeValue::S(name.to_owned()));
        let update = update.update_expression("SET #member = :value").expression_attribute_names("#member", member);
        update.expression_attribute_values(":value", value).send().await.with_context(|| {
            format!("the database on port {} does not take a change of {table}", self.ports.database)
        })?;
        Ok(())
    }
}
