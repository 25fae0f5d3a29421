//! Receipts: who saw what of a holder, when and for what, in a chain that shows where one was taken out or altered.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::moment::Moment;
use super::qr_code::Redemption;
use super::reading::Reading;
use super::text::Label;
use super::{Digest, Id};

/// One answer to the winner of a redemption, as the holder sees it: never with a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Counts the holder's receipts from 1.
    pub sequence: u32,
    pub redemption_id: Id,
    pub client_id: String,
    /// The integrator's name as it was registered then.
    pub integrator: String,
    pub purpose: String,
    /// What the purpose was called then.
    pub purpose_label: Label,
    #[serde(serialize_with = "super::moment::serialize")]
    pub redeemed_at: Timestamp,
    /// What the answer disclosed, or why it disclosed nothing. Of two receipts of one reading the later one is right.
    #[serde(flatten)]
    pub reading: Reading,
    /// The hash of the receipt before; for the first one, the hash of nothing.
    pub previous: Digest,
    /// The hash of everything above.
    pub hash: Digest,
}

/// The last receipt of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainHead {
    /// How many receipts there were.
    pub count: u32,
    pub hash: Digest,
}

/// Where a chain is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokenChain {
    #[error("receipt {0} was altered")]
    Altered(u32),
    #[error("what stood before receipt {0} was taken out or put elsewhere")]
    Missing(u32),
    #[error("the last receipts were taken out")]
    End,
}

impl ChainHead {
    /// The head of a chain without receipts.
    pub fn of_nothing() -> Self {
        Self { count: 0, hash: Digest::of(&[b"receipts"]) }
    }

    /// The head of a new chain behind a receipt that an erasure has still to take: their numbers never meet.
    pub fn of_nothing_behind(left: &Receipt) -> Self {
        Self { count: left.sequence, ..Self::of_nothing() }
    }

    /// Whether no receipt of this chain exists yet.
    pub fn is_of_nothing(&self) -> bool {
        self.hash == Self::of_nothing().hash
    }
}

impl Receipt {
    /// The receipt of an answer to the winner of a redemption, after the existing ones.
    pub fn behind(
        head: &ChainHead,
        redemption: &Redemption,
        reading: Reading,
        integrator: String,
        purpose_label: Label,
    ) -> Self {
        let mut receipt = Self {
            sequence: head.count + 1,
            redemption_id: redemption.id.clone(),
            client_id: redemption.client_id.clone(),
            integrator,
            purpose: redemption.purpose.clone(),
            purpose_label,
            redeemed_at: redemption.redeemed_at,
            reading,
            previous: head.hash.clone(),
            hash: head.hash.clone(),
        };
        receipt.hash = receipt.computed_hash();
        receipt
    }

    /// The chain's head once this is its last receipt.
    pub fn as_head(&self) -> ChainHead {
        ChainHead { count: self.sequence, hash: self.hash.clone() }
    }

    /// Times count in the form in which they are shown, so that the holder's app can compute the same.
    fn computed_hash(&self) -> Digest {
        Digest::of(&[
            b"receipt",
            &self.sequence.to_be_bytes(),
            self.redemption_id.as_str().as_bytes(),
            self.client_id.as_bytes(),
            self.integrator.as_bytes(),
            self.purpose.as_bytes(),
            self.purpose_label.id.as_bytes(),
            self.purpose_label.en.as_bytes(),
            Moment::from(self.redeemed_at).to_string().as_bytes(),
            self.reading.id.as_str().as_bytes(),
            Moment::from(self.reading.at).to_string().as_bytes(),
            self.reading.given.in_words().as_bytes(),
            self.previous.as_str().as_bytes(),
        ])
    }
}

/// Checks a chain, oldest receipt first. Its oldest receipts may be forgotten already; nothing else may be missing.
pub fn verify(receipts: &[Receipt], head: &ChainHead) -> Result<(), BrokenChain> {
    let mut before: Option<&Receipt> = None;
    for receipt in receipts {
        if receipt.hash != receipt.computed_hash() {
            return Err(BrokenChain::Altered(receipt.sequence));
        }
        let follows = match before {
            Some(before) => receipt.previous == before.hash && receipt.sequence == before.sequence + 1,
            None => receipt.sequence != 1 || receipt.previous == ChainHead::of_nothing().hash,
        };
        if !follows {
            return Err(BrokenChain::Missing(receipt.sequence));
        }
        before = Some(receipt);
    }
    match before {
        Some(last) if last.as_head() != *head => Err(BrokenChain::End),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::claims::ClaimSet;
    use crate::domain::reading::{Given, Withheld};

    fn chain(length: u8) -> (Vec<Receipt>, ChainHead) {
        let mut head = ChainHead::of_nothing();
        let mut receipts = Vec::new();
        for number in 1..=length {
            let redemption = Redemption {
                id: Id::from_random([number; 16]),
                request: Id::from_random([100 + number; 16]),
                client_id: "bank-madiun".into(),
                purpose: "account-opening".into(),
                redeemed_at: Timestamp::from_second(1_795_323_600 + i64::from(number)).unwrap(),
                allowed: ClaimSet::basic_identity(),
            };
            let given = Given::Claims { claims: ClaimSet::basic_identity() };
            let reading = Reading { id: redemption.request.clone(), at: redemption.redeemed_at, given };
            let label = Label { id: "Pembukaan rekening".into(), en: "Opening an account".into() };
            let receipt = Receipt::behind(&head, &redemption, reading, "Bank Madiun".into(), label);
            head = receipt.as_head();
            receipts.push(receipt);
        }
        (receipts, head)
    }

    #[test]
    fn a_chain_holds_and_so_does_one_whose_beginning_was_forgotten() {
        let (receipts, head) = chain(4);
        assert_eq!(verify(&receipts, &head), Ok(()));
        assert_eq!(verify(&receipts[2..], &head), Ok(()));
        assert_eq!(verify(&[], &ChainHead::of_nothing()), Ok(()));
    }

    /// What `infra/parts/openapi.yaml` says of the hash, and nothing else.
    #[test]
    fn a_receipts_hash_can_be_computed_from_what_is_shown() {
        let (mut receipts, _) = chain(2);
        receipts[1].redeemed_at += jiff::SignedDuration::from_nanos(123_456_789);
        receipts[1].hash = receipts[1].computed_hash();
        for receipt in &receipts {
            let shown = serde_json::to_value(receipt).unwrap();
            let text = |name: &str| shown[name].as_str().unwrap().as_bytes().to_vec();
            let claims: Vec<&str> =
                shown["claims"].as_array().unwrap().iter().map(|claim| claim.as_str().unwrap()).collect();
            let sequence = u32::try_from(shown["sequence"].as_u64().unwrap()).unwrap();
            let mut parts = vec![b"receipt".to_vec(), sequence.to_be_bytes().to_vec()];
            parts.extend(["redemption_id", "client_id", "integrator", "purpose"].map(text));
            let label = &shown["purpose_label"];
            parts.extend(["id", "en"].map(|language| label[language].as_str().unwrap().as_bytes().to_vec()));
            parts.extend(["redeemed_at", "reading_id", "read_at"].map(text));
            parts.extend([claims.join(" ").into_bytes(), text("previous")]);
            let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
            assert_eq!(shown["hash"], Digest::of(&parts).as_str());
        }
    }

    #[test]
    fn a_removed_altered_or_exchanged_receipt_shows() {
        let (receipts, head) = chain(4);
        let mut without = receipts.clone();
        without.remove(1);
        assert_eq!(verify(&without, &head), Err(BrokenChain::Missing(3)));
        assert_eq!(verify(&receipts[..3], &head), Err(BrokenChain::End));
        let mut altered = receipts.clone();
        altered[2].integrator = "Somebody else".into();
        assert_eq!(verify(&altered, &head), Err(BrokenChain::Altered(3)));
        let mut altered = receipts.clone();
        altered[2].purpose_label.en = "Something else".into();
        assert_eq!(verify(&altered, &head), Err(BrokenChain::Altered(3)));
        let mut altered = receipts.clone();
        altered[2].reading.given = Given::Nothing { withheld: Withheld::QrCodeDeviceBlocked };
        assert_eq!(verify(&altered, &head), Err(BrokenChain::Altered(3)));
        let mut exchanged = receipts.clone();
        exchanged.swap(1, 2);
        assert_eq!(verify(&exchanged, &head), Err(BrokenChain::Missing(3)));
        let mut first = receipts;
        first[0].previous = Digest::of(&[b"x"]);
        first[0].hash = first[0].computed_hash();
        assert_eq!(verify(&first, &head), Err(BrokenChain::Missing(1)));
    }
}
