//! What send-notice declares about itself.

use declaration::{Change, Declaration, Need, Right, Stream, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "send-notice",
    summary: "Tells an integrator that a question has ended, at the address that it registered.",
    // An integrator that answers late holds up itself alone: its notices have one partition key.
    trigger: Trigger::Stream(Stream {
        table: Table::Notices,
        changes: &[Change::Insert, Change::Modify],
        batch: 10,
        lanes: 10,
    }),
    needs: &[Need::Store, Need::Callbacks],
    rights: &[Right::On(Table::Notices, &["DeleteItem"]), Right::On(Table::Integrators, &["GetItem"])],
    ..Declaration::STREAM
};
