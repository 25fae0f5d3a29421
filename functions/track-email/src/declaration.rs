//! What track-email declares about itself.

use declaration::{Declaration, Need, Right, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "track-email",
    summary: "Records what became of each e-mail, as SES reports it.",
    trigger: Trigger::Event { source: "SES, through EventBridge" },
    needs: &[Need::Store],
    rights: &[Right::On(Table::Identities, &["UpdateItem"])],
    ..Declaration::HTTP
};
