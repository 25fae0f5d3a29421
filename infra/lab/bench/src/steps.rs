//! Every HTTP step: which function serves it, and requests to it that each do its whole work once.

use std::sync::Arc;

use anyhow::{Context, Result};
use http::{Method, Request};
use ikd::domain::registration::Status;
use local::actors::{ActivationEmail, Browser, Integrator, Officer};
use local::personas::{BANK, UNKNOWN};
use serde_json::json;
use url::Url;

use crate::capture::Capture;
use crate::fleet::{Fleet, Member, PIN, any_hash};

/// What a step's time consists of beyond reading, writing and signing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Nothing.
    Plain,
    /// One Argon2id hash; changing a PIN takes two.
    Pin,
    /// Pictures or documents are drawn or read.
    Picture,
    /// A face is examined, or two are compared.
    Face,
}

/// A step to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeasuredStep {
    pub name: &'static str,
    pub function: &'static str,
    pub work: Work,
    pub status: u16,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Floor,
    Register,
    /// Somebody whom the registry does not know: nothing is decoded.
    Stranger,
    CheckStatus,
    Review,
    Approve,
    Resend,
    ResendByNik,
    OpenLink,
    Captcha,
    Activate,
    Login,
    Lock,
    ChangePin,
    Screen(&'static str),
    Print,
    VerifyDocument,
    Erase,
    EraseByDelete,
    Sign,
    CheckSignature,
    Mint,
    MintUndrawn,
    Redeem,
    /// The phone asks while its holder is asked.
    CheckQr,
    AllowScan,
    /// The counter asks while the holder is asked.
    FetchAsked,
    FetchAllowed,
    Block,
    BlockOwn,
    LookUp,
    Unlock,
    Reset,
    IssueToken,
    ShowIntegrator,
    Public(&'static str),
}

const fn step(name: &'static str, function: &'static str, work: Work, status: u16, kind: Kind) -> MeasuredStep {
    MeasuredStep { name, function, work, status, kind }
}

/// The yardstick.
pub const FLOOR: MeasuredStep = step("floor", "floor", Work::Plain, 200, Kind::Floor);

pub const MINT: MeasuredStep = step("mint-qr", "mint-qr", Work::Picture, 201, Kind::Mint);

/// For a client that draws the code itself.
const MINT_UNDRAWN: MeasuredStep = step("mint-qr, undrawn", "mint-qr", Work::Plain, 201, Kind::MintUndrawn);

pub const REDEEM: MeasuredStep = step("redeem-qr", "redeem-qr", Work::Plain, 200, Kind::Redeem);

/// The same in Node.js, as a yardstick.
pub const PEER: MeasuredStep = step("redeem-qr in Node.js", "redeem-peer", Work::Plain, 200, Kind::Redeem);

/// Every step that answers HTTP, in the order of the procedure.
pub const STEPS: [MeasuredStep; 46] = [
    step("register", "register", Work::Face, 201, Kind::Register),
    step("register, may not enrol", "register", Work::Plain, 422, Kind::Stranger),
    step("check-status", "check-status", Work::Plain, 200, Kind::CheckStatus),
    step("approve-face, review", "approve-face", Work::Face, 200, Kind::Review),
    step("approve-face, decision", "approve-face", Work::Face, 200, Kind::Approve),
    step("resend-activation", "resend-activation", Work::Plain, 202, Kind::Resend),
    step("resend-activation, by NIK", "resend-activation", Work::Plain, 202, Kind::ResendByNik),
    step("activate, page", "activate", Work::Picture, 200, Kind::OpenLink),
    step("activate, captcha", "activate", Work::Picture, 201, Kind::Captcha),
    step("activate", "activate", Work::Pin, 200, Kind::Activate),
    step("login", "login", Work::Pin, 200, Kind::Login),
    step("lock", "lock", Work::Plain, 204, Kind::Lock),
    step("change-pin", "change-pin", Work::Pin, 204, Kind::ChangePin),
    step("show-biodata", "show-biodata", Work::Plain, 200, Kind::Screen("/me")),
    step("show-family", "show-family", Work::Plain, 200, Kind::Screen("/me/family")),
    step("show-documents, menus", "show-documents", Work::Plain, 200, Kind::Screen("/me/documents")),
    step("show-documents, KTP-el", "show-documents", Work::Plain, 200, Kind::Screen("/me/documents/ktp-el")),
    step("show-documents, PDF", "show-documents", Work::Picture, 200, Kind::Print),
    step("verify-document", "verify-document", Work::Plain, 200, Kind::VerifyDocument),
    step("list-receipts", "list-receipts", Work::Plain, 200, Kind::Screen("/me/receipts")),
    step("export-data", "export-data", Work::Plain, 200, Kind::Screen("/me/export")),
    step("erase-identity", "erase-identity", Work::Pin, 202, Kind::Erase),
    step("erase-identity, by DELETE", "erase-identity", Work::Pin, 202, Kind::EraseByDelete),
    step("sign-document", "sign-document", Work::Pin, 201, Kind::Sign),
    step("check-signature", "check-signature", Work::Plain, 200, Kind::CheckSignature),
    MINT,
    MINT_UNDRAWN,
    REDEEM,
    step("check-qr", "check-qr", Work::Plain, 200, Kind::CheckQr),
    step("answer-scan", "answer-scan", Work::Pin, 200, Kind::AllowScan),
    step("fetch-redemption, asked", "fetch-redemption", Work::Plain, 202, Kind::FetchAsked),
    step("fetch-redemption", "fetch-redemption", Work::Plain, 200, Kind::FetchAllowed),
    step("look-up-resident", "look-up-resident", Work::Plain, 200, Kind::LookUp),
    step("block-device", "block-device", Work::Plain, 200, Kind::Block),
    step("block-device, own", "block-device", Work::Plain, 200, Kind::BlockOwn),
    step("unlock-pin", "unlock-pin", Work::Plain, 200, Kind::Unlock),
    step("reset-pin", "reset-pin", Work::Plain, 202, Kind::Reset),
    step("issue-token", "issue-token", Work::Plain, 200, Kind::IssueToken),
    step("show-integrator", "show-integrator", Work::Plain, 200, Kind::ShowIntegrator),
    step("publish-keys", "publish-keys", Work::Plain, 200, Kind::Public("/.well-known/jwks.json")),
    step("publish-keys, retired", "publish-keys", Work::Plain, 200, Kind::Public("/.well-known/retired-keys.json")),
    step(
        "publish-keys, metadata",
        "publish-keys",
        Work::Plain,
        200,
        Kind::Public("/.well-known/oauth-authorization-server"),
    ),
    step("serve-pages", "serve-pages", Work::Plain, 200, Kind::Public("/app")),
    step("serve-pages, console", "serve-pages", Work::Plain, 200, Kind::Public("/office")),
    step(
        "serve-pages, console's configuration",
        "serve-pages",
        Work::Plain,
        200,
        Kind::Public("/office/configuration.json"),
    ),
    step("serve-pages, configuration", "serve-pages", Work::Plain, 200, Kind::Public("/app/configuration.json")),
];

/// How many requests in a row are of different devices: as many as are ever under way at the same time.
const APART: usize = 64;

/// Who asks, and whom they ask about.
pub struct People {
    pub fleet: Fleet,
    pub captured: Arc<Capture>,
    pub officer: Officer,
    pub officer_token: String,
    pub bank: Integrator,
    /// The bank's access token.
    pub bank_token: String,
    /// Really sends requests, for what has to be asked beforehand.
    pub http: reqwest::Client,
    pub edge: Url,
}

impl MeasuredStep {
    /// Whether a request takes so long that fewer of them are measured.
    pub fn is_long(self) -> bool {
        matches!(self.work, Work::Pin | Work::Face)
    }

    /// As many requests as asked for. None depends on another one that is under way at the same time: any [`APART`] in a row
    /// are of different devices.
    pub async fn requests(self, people: &People, number: usize) -> Result<Vec<Request<String>>> {
        let fleet = &people.fleet;
        people.captured.take();
        match self.kind {
            Kind::Floor => {
                for _ in 0..number {
                    people.ask(Method::POST, "/floor")?;
                }
            }
            Kind::Public(path) => {
                for _ in 0..number {
                    people.ask(Method::GET, path)?;
                }
            }
            Kind::Register => {
                for nik in fleet.residents(number).await? {
                    let phone = local::actors::Phone::new(people.captured.clone(), fleet.clock.clone())?;
                    phone.register(nik.as_str(), "siti@contoh.id", "081234567890", fleet.selfie()).await?;
                }
            }
            Kind::Stranger => {
                for _ in 0..number {
                    let phone = local::actors::Phone::new(people.captured.clone(), fleet.clock.clone())?;
                    phone.register(UNKNOWN, "siti@contoh.id", "081234567890", fleet.selfie()).await?;
                }
            }
            Kind::CheckStatus | Kind::Review | Kind::Approve => {
                for applicant in fleet.applicants(number, Status::Pending).await? {
                    match self.kind {
                        Kind::CheckStatus => applicant.phone.check_status(&applicant.registration).await?,
                        Kind::Review => people.officer.scan(&applicant.ticket).await?,
                        _ => people.officer.approve(&applicant.ticket).await?,
                    };
                }
            }
            Kind::Resend | Kind::ResendByNik | Kind::OpenLink | Kind::Captcha | Kind::Activate => {
                self.before_activation(people, number).await?;
            }
            Kind::Redeem => {
                let members = fleet.members(number.min(APART)).await?;
                for (turn, qr) in fleet.codes(&members, number).await?.iter().enumerate() {
                    let key = format!("counter-{turn}");
                    people.bank.redeem(&people.bank_token, qr, BANK.purposes[0].name, Some(&key)).await?;
                }
            }
            Kind::CheckQr | Kind::AllowScan | Kind::FetchAsked | Kind::FetchAllowed => {
                self.of_scans(people, number).await?;
            }
            Kind::IssueToken => {
                for _ in 0..number {
                    people.bank.authenticate().await?;
                }
            }
            Kind::ShowIntegrator => {
                for _ in 0..number {
                    people.bank.registration(&people.bank_token).await?;
                }
            }
            Kind::VerifyDocument | Kind::CheckSignature => {
                let path = if self.kind == Kind::VerifyDocument { "/documents/verify" } else { "/signatures" };
                for _ in 0..number {
                    people.ask(Method::GET, &format!("{path}/{}", fleet.id()))?;
                }
            }
            _ => self.of_holders(people, number).await?,
        }
        Ok(people.captured.take())
    }

    async fn before_activation(self, people: &People, number: usize) -> Result<()> {
        let browser = Browser::new(people.captured.clone());
        for applicant in people.fleet.applicants(number, Status::Approved).await? {
            let link = format!("{}activation?token={}", people.edge, applicant.link);
            match self.kind {
                Kind::Resend => drop(applicant.phone.ask_for_another_email(&applicant.registration).await?),
                Kind::ResendByNik => drop(people.officer.send_another_email_to(&applicant.nik, None).await?),
                Kind::OpenLink => drop(browser.open(&link).await?),
                Kind::Captcha => {
                    let body = json!({ "token": applicant.link }).to_string();
                    people.ask_with(Method::POST, "/captchas", "application/json", body)?;
                }
                _ => {
                    let page = people.page(&ActivationEmail { code: applicant.code.clone(), link }).await?;
                    let proof = Browser::work(&page)?;
                    let fields = [
                        ("token", applicant.link.as_str()),
                        ("code", applicant.code.as_str()),
                        ("proof_of_work", proof.as_str()),
                        ("step", "activate"),
                    ];
                    browser.submit("/activation", &fields).await?;
                }
            }
        }
        Ok(())
    }

    /// Each answer, and each first fetch of what was allowed, needs a scan of its own.
    async fn of_scans(self, people: &People, number: usize) -> Result<()> {
        let repeats = matches!(self.kind, Kind::CheckQr | Kind::FetchAsked);
        let members = people.fleet.members(if repeats { number.min(APART) } else { number }).await?;
        let (bank, purpose) = (BANK.client_id, BANK.purposes[0].name);
        let codes = people.fleet.scanned(&members, bank, purpose, self.kind == Kind::FetchAllowed).await?;
        for (Member { phone, session, .. }, code) in members.iter().zip(&codes).cycle().take(number) {
            let scan = code.clone().into_scan().context("a code that was scanned")?;
            let redemption = scan.redemption();
            match self.kind {
                Kind::CheckQr => drop(phone.check_qr(session).await?),
                Kind::AllowScan => {
                    let answer = json!({
                        "redemption_id": redemption.id,
                        "answer": "allow",
                        "digits": redemption.digits().expose(),
                        "pin": PIN,
                    });
                    phone.answer_scan(session, &answer).await?;
                }
                _ => {
                    let path = format!("/redemptions/{}", code.token_hash.as_str());
                    people.bank.fetch(&people.bank_token, &path).await?;
                }
            }
        }
        Ok(())
    }

    async fn of_holders(self, people: &People, number: usize) -> Result<()> {
        // What ends a session or an identity needs another holder each time.
        let ends = matches!(
            self.kind,
            Kind::Lock
                | Kind::ChangePin
                | Kind::Erase
                | Kind::EraseByDelete
                | Kind::Block
                | Kind::BlockOwn
                | Kind::Reset
        );
        let members = people.fleet.members(if ends { number } else { number.min(APART) }).await?;
        for (turn, Member { phone, session, nik, .. }) in members.iter().cycle().take(number).enumerate() {
            match self.kind {
                Kind::Login => phone.log_in(PIN).await?,
                Kind::Lock => phone.lock(session).await?,
                Kind::ChangePin => phone.change_pin(session, PIN, "908172").await?,
                Kind::Screen(path) => phone.send(Method::GET, path, Some(session), None).await?,
                Kind::Print => phone.fetch(session, "/me/documents/ktp-el", "application/pdf").await?,
                Kind::Erase => phone.erase(session, PIN).await?,
                Kind::EraseByDelete => phone.erase_by_delete(session, PIN).await?,
                Kind::Sign => phone.sign(session, &any_hash(turn), PIN).await?,
                Kind::Mint => phone.mint(session, &json!({})).await?,
                Kind::MintUndrawn => phone.mint(session, &json!({ "format": "none" })).await?,
                Kind::Block => people.officer.block(nik, "lost").await?,
                Kind::BlockOwn => phone.block_itself(session, "lost").await?,
                Kind::LookUp => people.officer.look_up(nik).await?,
                Kind::Unlock => people.officer.unlock(nik).await?,
                _ => people.officer.reset_pin(nik, None).await?,
            };
        }
        Ok(())
    }
}

impl People {
    fn ask(&self, method: Method, path: &str) -> Result<()> {
        self.ask_with(method, path, "application/json", String::new())
    }

    fn ask_with(&self, method: Method, path: &str, content_type: &str, body: String) -> Result<()> {
        use local::actors::Api;

        let url = self.captured.base().join(path)?;
        let request = Request::builder().method(method).uri(url.as_str()).header("content-type", content_type);
        drop(self.captured.send(request.body(body)?));
        Ok(())
    }

    /// The activation page behind a link, from the service itself.
    async fn page(&self, email: &ActivationEmail) -> Result<String> {
        let url = self.edge.join(&format!("/lambda-url/activate/activation?token={}", email.token()))?;
        self.http.get(url).send().await?.error_for_status()?.text().await.context("no activation page")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_of_the_service_is_measured() {
        for step in catalogue::STEPS {
            let measured = STEPS.iter().filter(|measured| measured.function == step.name).count();
            // HEAD does what GET does, and leaves the body out.
            let routes = step.routes().iter().filter(|route| route.method != catalogue::Method::Head);
            assert!(measured >= routes.count(), "{} has routes that no step here asks for", step.name);
        }
    }
}
