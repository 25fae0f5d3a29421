//! finish-erasure: follows the stream of orders and erases what a holder left: registrations, selfies and
//! receipts.

mod declaration;

use ikd::app::App;
use ikd::domain::erasure::Erasure;
use ikd::domain::registration::Registration;
use ikd::store::StoreError;
use ikd::streams::{EventRecord, Function, NotDone};

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, record| Box::pin(finish_erasure(app, record)));

/// Erases one thing after another; what is gone stays gone, so the stream may start again at any point. The order goes
/// last.
async fn finish_erasure(app: &App, record: EventRecord) -> Result<(), NotDone> {
    if record.event_name != "INSERT" {
        return Ok(());
    }
    let order: Erasure = serde_dynamo::from_item(record.change.new_image).map_err(StoreError::from)?;
    let mut after = None;
    loop {
        let identity = app.store().identity(&order.nik, after.as_deref()).await?;
        erase_registrations(app, &order, &identity.registrations).await?;
        after = identity.next;
        if after.is_none() {
            break;
        }
    }
    // The index above lists a registration moments late. This list has it at once.
    let waiting = app.store().waiting_registrations(&order.nik).await?;
    erase_registrations(app, &order, &waiting).await?;
    let last_end = order.ordered_at + app.settings.rules.registration_lifetime;
    app.store().forget_waiting(&order.nik, last_end).await?;
    app.store().erase_receipts(&order).await?;
    Ok(app.store().forget_erasure(&order).await?)
}

async fn erase_registrations(app: &App, order: &Erasure, registrations: &[Registration]) -> Result<(), NotDone> {
    for registration in registrations.iter().filter(|registration| order.takes_registration(registration)) {
        app.store().erase_registration(registration).await?;
    }
    Ok(())
}
