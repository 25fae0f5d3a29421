//! What send-notice declares about itself.

use declaration::{Change, Declaration, Need, Right, Stream, Table, Trigger};

pub const DECLARATION: Declaration = Declaration {
    name: "send-notice",
    summary: "Tells an integrator that a question has ended, at the address that it registered.",
    // An integrator that answers late holds up a batch for five seconds, and the batches of other lanes not at all.
    trigger: Trigger::Stream(Stream {
        table: Table::Notices,
        changes: &[Change::Insert, Change::Modify],
        batch: 100,
        lanes: 10,
        in_order: false,
    }),
    needs: &[Need::Store, Need::Callbacks],
    rights: &[Right::On(Table::Notices, &["DeleteItem"]), Right::On(Table::Integrators, &["GetItem"])],
    ..Declaration::STREAM
};
