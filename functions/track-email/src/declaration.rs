//! What track-email declares of itself.

use declaration::{Declaration, Need, Right, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "track-email",
    summary: "What becomes of each e-mail: SES publishes it through EventBridge. Nothing tracks who opens a mail or follows its link.",
    trigger: Trigger::Event { source: "SES, through EventBridge" },
    needs: &[Need::Store],
    rights: &[Right::On(Table::Identities, &["UpdateItem"])],
    ..Declaration::HTTP
};
