//! What repeat-notices declares about itself.

use declaration::{Declaration, Need, Right, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "repeat-notices",
    summary: "Has the notices sent again that no integrator took, for a day.",
    trigger: Trigger::Schedule { minutes: 1 },
    needs: &[Need::Store],
    rights: &[Right::On(Table::Notices, &["UpdateItem"]), Right::Query(Table::Notices, "due")],
    timeout_seconds: 150,
    ..Declaration::HTTP
};
