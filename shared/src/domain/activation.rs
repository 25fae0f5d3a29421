//! The activation code in use: why it was sent, how long and how often it may be tried, what became of its e-mail.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Id;
use super::activation_code::ActivationCode;
use super::secret::MacKey;
use super::text::Text;

/// The activation code's current generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activation {
    /// Counts the codes of this registration from 1; only the newest one opens anything.
    pub generation: u32,
    /// Why codes are sent at present.
    pub cause: Cause,
    /// Counts the codes of this cause from 1.
    pub codes: u32,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    /// Codes typed for this generation, right or wrong.
    pub tries: u32,
    pub delivery: Delivery,
    /// The officer who ordered this generation; nobody where the phone asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordered_by: Option<String>,
}

/// Why an activation code goes out. Each time an officer has checked the face before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The registration was approved: the code makes its phone a device.
    Approval,
    /// An officer, named by their subject identifier, reset the PIN: the device exists, and the code becomes its PIN.
    PinReset { officer: String },
}

/// How long an activation code lives, and how soon and how often another one may be sent.
#[derive(Clone, Copy, Debug)]
pub struct CodeRules {
    pub lifetime: SignedDuration,
    /// Least time between two codes.
    pub wait: SignedDuration,
    /// Codes of one cause in all.
    pub max_codes: u32,
}

/// Why there is no further code yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoFurtherCode {
    /// The last e-mail went out a moment ago.
    Before(Timestamp),
    UsedUp,
}

impl Activation {
    /// The first code of an approved registration.
    pub(super) fn first(officer: String, rules: &CodeRules, now: Timestamp) -> Self {
        Self {
            generation: 1,
            cause: Cause::Approval,
            codes: 1,
            issued_at: now,
            expires_at: now + rules.lifetime,
            tries: 0,
            delivery: Delivery::Queued,
            ordered_by: Some(officer),
        }
    }

    /// The code after this one, if it is not asked for too soon.
    pub(super) fn next(
        &self,
        cause: Cause,
        codes: u32,
        ordered_by: Option<String>,
        rules: &CodeRules,
        now: Timestamp,
    ) -> Result<Self, NoFurtherCode> {
        let earliest = self.issued_at + rules.wait;
        if earliest > now {
            return Err(NoFurtherCode::Before(earliest));
        }
        Ok(Self {
            generation: self.generation + 1,
            cause,
            codes,
            issued_at: now,
            expires_at: now + rules.lifetime,
            tries: 0,
            delivery: Delivery::Queued,
            ordered_by,
        })
    }

    /// The code that the e-mail brings.
    pub fn code(&self, key: &MacKey, registration: &Id) -> ActivationCode {
        ActivationCode::derive(key, registration, self.generation)
    }
}

/// What became of the activation e-mail of the current generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    Queued,
    /// The mail service took it.
    Sent,
    /// The mail service refused it for good; the address needs correcting.
    Refused,
    /// The mailbox's server took it.
    Delivered,
    /// The mailbox's server could not be reached, or did not say why it gave the mail back. An absent reader's automatic answer
    /// looks the same, and comes after the delivery.
    Unreachable,
    /// The mailbox has no room.
    MailboxFull,
    /// The mailbox's server does not want what is in it.
    ContentRejected,
    /// The mailbox's server refused it for good; the address needs correcting.
    Bounced,
    /// Its reader called it spam.
    Complained,
}

impl Delivery {
    /// What a bounce means (Amazon SES Developer Guide, bounce types).
    pub fn of_bounce(bounce_type: &str, sub_type: &str) -> Self {
        match (bounce_type, sub_type) {
            ("Permanent", _) => Self::Bounced,
            (_, "MailboxFull") => Self::MailboxFull,
            (_, "ContentRejected" | "AttachmentRejected" | "MessageTooLarge") => Self::ContentRejected,
            _ => Self::Unreachable,
        }
    }

    /// What this may follow: events of a mail arrive late, twice and in any order.
    pub fn may_follow(self) -> &'static [Self] {
        match self {
            Self::Queued => &[],
            Self::Sent => &[Self::Queued],
            Self::Refused | Self::Unreachable => &[Self::Queued, Self::Sent],
            // What was delivered may be answered automatically, before or after it is known that it was delivered.
            Self::Delivered => &[Self::Queued, Self::Sent, Self::Unreachable],
            // A server may take a mail and send it back later.
            Self::MailboxFull | Self::ContentRejected => {
                &[Self::Queued, Self::Sent, Self::Unreachable, Self::Delivered]
            }
            Self::Bounced | Self::Complained => &[
                Self::Queued,
                Self::Sent,
                Self::Unreachable,
                Self::Delivered,
                Self::MailboxFull,
                Self::ContentRejected,
            ],
        }
    }

    /// What the resident can do; nothing as long as the mail is under way.
    pub fn advice(self) -> Option<Text> {
        const REFUSED: Text = Text {
            id: "Email tidak dapat dikirim ke alamat ini. Minta petugas di kantor Dukcapil memperbaiki alamat email Anda.",
            en: "No e-mail can be sent to this address. Ask an officer at the civil registry office to correct it.",
        };
        const DELIVERED: Text = Text {
            id: "Email sudah diterima oleh penyedia email Anda. Periksa kotak masuk dan folder spam.",
            en: "Your mail provider has received the e-mail. Check your inbox and spam folder.",
        };
        const UNREACHABLE: Text = Text {
            id: "Penyedia email Anda tidak dapat dihubungi untuk sementara. Tunggu beberapa saat, lalu minta kode baru.",
            en: "Your mail provider could not be reached for a while. Wait a little, then ask for a new code.",
        };
        const MAILBOX_FULL: Text = Text {
            id: "Kotak masuk email Anda penuh. Hapus beberapa email, lalu minta kode baru.",
            en: "Your mailbox is full. Delete some e-mails, then ask for a new code.",
        };
        const CONTENT_REJECTED: Text = Text {
            id: "Penyedia email Anda menolak isi email ini. Minta petugas di kantor Dukcapil mencatat alamat email lain.",
            en: "Your mail provider rejected the content of our e-mail. Ask an officer at the civil registry office to \
                 enter another address.",
        };
        const BOUNCED: Text = Text {
            id: "Alamat email ini tidak ada atau tidak menerima email. Minta petugas di kantor Dukcapil memperbaikinya.",
            en: "This e-mail address does not exist or does not accept mail. Ask an officer at the civil registry office \
                 to correct it.",
        };
        const COMPLAINED: Text = Text {
            id: "Email kami ditandai sebagai spam. Buka folder spam dan tandai email itu sebagai bukan spam.",
            en: "Our e-mail was marked as spam. Open your spam folder and mark the e-mail as not spam.",
        };

        match self {
            Self::Queued | Self::Sent => None,
            Self::Refused => Some(REFUSED),
            Self::Delivered => Some(DELIVERED),
            Self::Unreachable => Some(UNREACHABLE),
            Self::MailboxFull => Some(MAILBOX_FULL),
            Self::ContentRejected => Some(CONTENT_REJECTED),
            Self::Bounced => Some(BOUNCED),
            Self::Complained => Some(COMPLAINED),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_permanent_bounce_says_that_the_address_is_wrong() {
        for (bounce_type, sub_type, delivery) in [
            ("Permanent", "General", Delivery::Bounced),
            ("Permanent", "NoEmail", Delivery::Bounced),
            ("Permanent", "Suppressed", Delivery::Bounced),
            ("Permanent", "OnAccountSuppressionList", Delivery::Bounced),
            ("Transient", "General", Delivery::Unreachable),
            ("Transient", "MailboxFull", Delivery::MailboxFull),
            ("Transient", "MessageTooLarge", Delivery::ContentRejected),
            ("Transient", "ContentRejected", Delivery::ContentRejected),
            ("Transient", "AttachmentRejected", Delivery::ContentRejected),
            ("Undetermined", "Undetermined", Delivery::Unreachable),
            ("Transient", "of next year", Delivery::Unreachable),
            ("", "", Delivery::Unreachable),
        ] {
            assert_eq!(Delivery::of_bounce(bounce_type, sub_type), delivery, "{bounce_type} {sub_type}");
        }
    }

    #[test]
    fn what_a_bounce_says_is_the_same_in_whatever_order_it_and_the_delivery_become_known() {
        let after = |events: [Delivery; 2]| {
            events.into_iter().fold(
                Delivery::Sent,
                |known, event| {
                    if event.may_follow().contains(&known) { event } else { known }
                },
            )
        };
        for (bounce, known) in [
            (Delivery::Unreachable, Delivery::Delivered),
            (Delivery::MailboxFull, Delivery::MailboxFull),
            (Delivery::ContentRejected, Delivery::ContentRejected),
            (Delivery::Bounced, Delivery::Bounced),
            (Delivery::Complained, Delivery::Complained),
        ] {
            assert_eq!(after([Delivery::Delivered, bounce]), known);
            assert_eq!(after([bounce, Delivery::Delivered]), known);
        }
    }
}
