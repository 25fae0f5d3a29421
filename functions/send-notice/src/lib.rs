//! send-notice: hands a notice to its integrator, as often as the stream of notices brings it. Whoever does not take it gets it again
//! when repeat-notices says so.

mod declaration;

use ikd::app::App;
use ikd::domain::notice::{Notice, NoticeState};
use ikd::store::StoreError;
use ikd::streams::{EventRecord, Function, NotDone};

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, record| Box::pin(send_notice(app, record)));

const NAME: &str = declaration::DECLARATION.name;

/// Sends one notice, unless it will be brought again in a moment. After a lost answer, or a crash before the notice is forgotten, it
/// is sent again, with the same id.
async fn send_notice(app: &App, record: EventRecord) -> Result<(), NotDone> {
    if record.event_name == "REMOVE" {
        return Ok(());
    }
    let notice: Notice = serde_dynamo::from_item(record.change.new_image).map_err(StoreError::from)?;
    let NoticeState::Waiting { due_at, tries, .. } = notice.state else { return Ok(()) };
    let now = app.now();
    if due_at <= now {
        tracing::warn!(target: "ikd", function = NAME, client = notice.client_id, tries, "the stream is late: the next try is due");
        return Ok(());
    }
    let integrator = app.store().integrator(&notice.client_id).await?;
    let Some(callback) = integrator.filter(|integrator| integrator.enabled).and_then(|found| found.callback) else {
        return Ok(app.store().forget_notice(&notice).await?);
    };
    match app.caller().tell(&callback, &notice, now).await {
        Ok(()) => Ok(app.store().forget_notice(&notice).await?),
        Err(cause) => {
            tracing::warn!(target: "ikd", function = NAME, client = notice.client_id, tries, %cause, "a notice was not taken");
            Ok(())
        }
    }
}
