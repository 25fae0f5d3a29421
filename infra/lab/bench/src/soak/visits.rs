//! Visits: a holder comes to a counter and shows a code, and one of many things happens. A caller that gets 503 comes
//! back, as it asks; what the code did is checked against its life afterwards.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use http::StatusCode;
use local::actors::{Integrator, Officer, Reply};
use local::personas::BANK;
use serde_json::json;

use super::life::{Deed, End, Life};
use crate::fleet::{Member, PIN};

/// How a visit goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// The code is redeemed, and the integrator asks for the same answer again.
    Plain,
    /// Several counters scan one code at the same time.
    Crowd,
    /// An integrator does not wait for its answer, and repeats the request under its key at the same time.
    Impatient,
    /// The holder shows another code while the first one is being redeemed.
    Superseding,
    /// The code is presented about when its time ends.
    Late,
    /// The office blocks the device while the code is being redeemed.
    Blocking,
    /// The holder looks at the screens and shows nothing.
    Looking,
    /// The holder logs in again.
    LoggingIn,
}

impl Course {
    /// Which course the visit of a number takes: of a hundred, 60 plain ones, and all others too.
    pub fn of(number: usize) -> Self {
        match number % 100 {
            0..60 => Self::Plain,
            60..66 => Self::Crowd,
            66..72 => Self::Impatient,
            72..78 => Self::Superseding,
            78..80 => Self::Late,
            80..83 => Self::Blocking,
            83..98 => Self::Looking,
            _ => Self::LoggingIn,
        }
    }
}

/// Who is at the counters.
#[derive(Clone)]
pub struct Counters {
    pub bank: Integrator,
    pub bank_token: String,
    pub officer: Officer,
}

/// A code on a screen.
struct Shown {
    token: String,
    life: Life,
    /// The name of the redemption, as its winner got it.
    redemption: Mutex<Option<String>>,
    minted: Instant,
    /// Whether its life already notes that its time may end.
    may_expire: AtomicBool,
}

/// How a visit left the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// As it was.
    Usable,
    /// Blocked, or in another session.
    Gone,
}

/// Makes one visit; an error says what went wrong in it.
pub async fn make(counters: &Counters, member: &Member, course: Course) -> Result<Left> {
    match course {
        Course::Looking => {
            persistently(|| member.phone.send(http::Method::GET, "/me", Some(&member.session), None))
                .await
                .and_then(|reply| expect(&reply, StatusCode::OK))?;
            return Ok(Left::Usable);
        }
        Course::LoggingIn => {
            persistently(|| member.phone.log_in(PIN)).await.and_then(|reply| expect(&reply, StatusCode::OK))?;
            return Ok(Left::Gone);
        }
        _ => {}
    }
    let code = Arc::new(Shown::mint(member).await?);
    let mut left = Left::Usable;
    match course {
        Course::Crowd => {
            tokio::try_join!(code.redeem(counters, 1), code.redeem(counters, 2), code.redeem(counters, 3))?;
        }
        Course::Impatient => {
            tokio::try_join!(code.redeem(counters, 1), code.redeem(counters, 1))?;
        }
        Course::Superseding => {
            let (next, ()) = tokio::try_join!(code.supersede(member), code.redeem(counters, 1))?;
            next.redeem_and_ask_again(counters).await?;
        }
        Course::Late => code.redeem_late(counters).await?,
        Course::Blocking => {
            tokio::try_join!(code.block(counters, member), code.redeem(counters, 1))?;
            left = Left::Gone;
        }
        _ => {}
    }
    code.redeem_and_ask_again(counters).await?;
    Ok(left)
}

impl Shown {
    async fn mint(member: &Member) -> Result<Self> {
        let basic = json!({});
        let minted = Instant::now();
        let reply = persistently(|| member.phone.mint(&member.session, &basic)).await?;
        expect(&reply, StatusCode::CREATED)?;
        let token = reply.member("/token").context("no token")?;
        let (life, redemption) = (Life::begin(), Mutex::default());
        Ok(Self { token, life, redemption, minted, may_expire: AtomicBool::new(false) })
    }

    /// What every code's visit ends with: each earlier integrator asks again, the winner gets the same answer, and the
    /// code's life is one that a code may have.
    async fn redeem_and_ask_again(&self, counters: &Counters) -> Result<()> {
        for number in [1, 2, 3, 1, 2, 3] {
            self.redeem(counters, number).await?;
        }
        match self.life.fault() {
            Some(seen) => bail!("no order of these explains them: {seen}"),
            None => Ok(()),
        }
    }

    /// An integrator redeems under a key, and comes back as long as it gets 503.
    async fn redeem(&self, counters: &Counters, number: u8) -> Result<()> {
        let key = format!("visit-{number}");
        for _ in 0..COMES_BACK {
            let name = self.life.sent(Deed::Redeem(number));
            let reply =
                counters.bank.redeem(&counters.bank_token, &self.token, BANK.purposes[0].name, Some(&key)).await?;
            if reply.status == StatusCode::SERVICE_UNAVAILABLE {
                tokio::time::sleep(WAITS).await;
                continue;
            }
            let end = self.end_of(&reply)?;
            // Where visits wait for one another, a code's time may end before its visit does: at any moment from here on.
            if self.minted.elapsed() > Duration::from_secs(88) && !self.may_expire.swap(true, Ordering::Relaxed) {
                self.life.sent(Deed::Expire);
            }
            self.life.answered(name, end);
            return Ok(());
        }
        bail!("redeem-qr was unavailable for too long")
    }

    fn end_of(&self, reply: &Reply) -> Result<End> {
        if matches!(reply.status, StatusCode::OK) || reply.problem().as_deref() == Some("qr-code-device-blocked") {
            let redemption = reply.member("/redemption_id");
            let mut known = self.redemption.lock().unwrap_or_else(PoisonError::into_inner);
            let same = known.is_none() || *known == redemption;
            ensure!(same, "a winner got two redemptions: {known:?} and {redemption:?}");
            *known = redemption;
        }
        Ok(match (reply.status.as_u16(), reply.problem().as_deref()) {
            (200, _) => End::Disclosed,
            (410, Some("qr-code-device-blocked")) => End::Withheld,
            (410, Some("qr-code-used")) => End::Used,
            (410, Some("qr-code-expired")) => End::Expired,
            (410, Some("qr-code-superseded")) => End::Superseded,
            _ => bail!("{}: {}", reply.status, reply.text),
        })
    }

    /// The holder taps again.
    async fn supersede(&self, member: &Member) -> Result<Self> {
        let name = self.life.sent(Deed::Supersede);
        let next = Self::mint(member).await?;
        self.life.answered(name, End::Done);
        Ok(next)
    }

    async fn block(&self, counters: &Counters, member: &Member) -> Result<()> {
        let name = self.life.sent(Deed::Block);
        let reply = persistently(|| counters.officer.block(&member.nik, "lost")).await?;
        expect(&reply, StatusCode::OK)?;
        self.life.answered(name, End::Done);
        Ok(())
    }

    /// Presents the code three times around the end of its time: it lives 89 to 90 seconds. What is sent in the second of the
    /// end may be answered either way; nobody wins afterwards.
    async fn redeem_late(&self, counters: &Counters) -> Result<()> {
        tokio::time::sleep(Duration::from_millis(88_500)).await;
        self.may_expire.store(true, Ordering::Relaxed);
        let name = self.life.sent(Deed::Expire);
        tokio::time::sleep(Duration::from_millis(600)).await;
        self.redeem(counters, 1).await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.life.answered(name, End::Done);
        self.redeem(counters, 2).await
    }
}

/// How often a caller that gets 503 comes back, and after how long. The answer asks for a second or more; at a counter
/// people are less patient.
const COMES_BACK: usize = 40;
const WAITS: Duration = Duration::from_millis(100);

/// Asks until the answer is not 503. Only for what may be asked twice.
async fn persistently<A: Future<Output = Result<Reply>>>(ask: impl Fn() -> A) -> Result<Reply> {
    for _ in 0..COMES_BACK {
        let reply = ask().await?;
        if reply.status != StatusCode::SERVICE_UNAVAILABLE {
            return Ok(reply);
        }
        tokio::time::sleep(WAITS).await;
    }
    bail!("unavailable for too long")
}

fn expect(reply: &Reply, status: StatusCode) -> Result<()> {
    ensure!(reply.status == status, "{} instead of {status}: {}", reply.status, reply.text);
    Ok(())
}
