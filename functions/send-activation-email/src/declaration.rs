//! What send-activation-email declares about itself.

use declaration::{Change, Declaration, Need, Right, Setting, Stream, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "send-activation-email",
    summary: "Sends the e-mails with activation code and link, in the order of the outbox.",
    trigger: Trigger::Stream(Stream {
        table: Table::Outbox,
        changes: &[Change::Insert],
        batch: 10,
        lanes: 1,
        in_order: true,
    }),
    needs: &[Need::Store, Need::SealingKey, Need::ActivationCodeKey, Need::Mailer],
    settings: &[Setting::Municipality, Setting::OfficeContact],
    rights: &[Right::On(Table::Identities, &["GetItem", "UpdateItem"]), Right::SendEmail],
    ..Declaration::STREAM
};
