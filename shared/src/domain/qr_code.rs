//! The QR code's life: minted, replaced or redeemed once, dead after 90 seconds.

use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::claims::ClaimSet;
use super::nik::Nik;
use super::secret::unprintable;
use super::{Digest, Id, KeyThumbprint};

/// The bearer value that the QR code shows: 160 random bits in base32 capitals, so that the code stays in QR's
/// alphanumeric mode. It says nothing of the holder, and two tokens of one holder have nothing in common.
#[derive(Clone, PartialEq, Eq)]
pub struct QrToken(String);

unprintable!(QrToken);

impl QrToken {
    pub fn from_random(bytes: [u8; 20]) -> Self {
        Self(BASE32_NOPAD.encode(&bytes))
    }

    /// Reads a scanned token; nothing where it cannot be one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 20] = BASE32_NOPAD.decode(text.as_bytes()).ok()?.try_into().ok()?;
        Some(Self::from_random(bytes))
    }

    /// What the store keeps of it.
    pub fn hash(&self) -> Digest {
        Digest::of(&[b"qr-token", self.0.as_bytes()])
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// A minted QR code as the store keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct QrCode {
    pub token_hash: Digest,
    pub nik: Nik,
    pub device: KeyThumbprint,
    pub claims: ClaimSet,
    /// Whole seconds: until redeemed, both the end of life and DynamoDB's TTL. The redemption moves it on, so that
    /// the winner's result outlives the code.
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    pub expires_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redemption: Option<Redemption>,
}

/// The one redemption of a QR code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redemption {
    /// Names the attempt that won: the integrator's own where it sent an `Idempotency-Key`.
    pub id: Id,
    pub client_id: String,
    pub purpose: String,
    pub redeemed_at: Timestamp,
    /// The claims that the integrator was allowed to see at that moment.
    pub allowed: ClaimSet,
}

impl QrCode {
    /// What a redemption discloses: chosen by the holder, and allowed to the integrator.
    pub fn disclosed_by(&self, redemption: &Redemption) -> ClaimSet {
        self.claims.intersection(&redemption.allowed)
    }
}

/// How an attempt to redeem ended at the one conditional write that decides it.
#[derive(Clone, Debug)]
pub enum RedemptionOutcome {
    /// This attempt won, now or when it was first sent.
    Won(Box<QrCode>, Redemption),
    /// The attempt's idempotency key won before, with another purpose.
    KeyReused,
    /// Another attempt won.
    Used,
    Superseded,
    Expired,
    /// No claim of it is allowed to this integrator; the code is not used up.
    NoSharedClaims,
    Unknown,
}

impl RedemptionOutcome {
    /// Tells why the write's condition failed, from the item that it found.
    pub fn of_refused(found: Option<QrCode>, attempt: &Redemption, now: Timestamp) -> Self {
        let Some(qr) = found else { return Self::Unknown };
        match &qr.redemption {
            Some(winner) if winner.id == attempt.id && winner.client_id == attempt.client_id => {
                if winner.purpose == attempt.purpose {
                    let winner = winner.clone();
                    Self::Won(Box::new(qr), winner)
                } else {
                    Self::KeyReused
                }
            }
            Some(_) => Self::Used,
            None if qr.expires_at <= now => Self::Expired,
            None if qr.superseded_at.is_some() => Self::Superseded,
            None => Self::NoSharedClaims,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_read_back_and_fit_qr_alphanumeric_mode() {
        let token = QrToken::from_random([0xa7; 20]);
        assert_eq!(token.expose().len(), 32);
        assert!(token.expose().bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()));
        assert_eq!(QrToken::parse(token.expose()), Some(token.clone()));
        for text in ["", "A", &token.expose()[1..], &token.expose().to_lowercase(), "0".repeat(32).as_str()] {
            assert_eq!(QrToken::parse(text), None, "{text}");
        }
        assert_eq!(format!("{token:?}"), "QrToken(…)");
    }
}
