//! repeat-notices: moves every notice that is due on to its next try, which the stream of notices then brings to send-notice. After a
//! day it gives a notice up.

mod declaration;

use futures::future::try_join_all;
use ikd::app::{App, Counter, Outcome};
use ikd::domain::notice::{NoticeState, SHARDS};
use ikd::events::Function;
use ikd::store::{StoreError, Written};

pub const FUNCTION: Function = Function::new(&declaration::DECLARATION, |app, _| Box::pin(repeat_notices(app)));

const NAME: &str = declaration::DECLARATION.name;

/// How many notices are read at once.
const AT_ONCE: i32 = 100;

/// How many times that is done for each shard in one run. What is left is due a minute later, too.
const TURNS: u32 = 50;

/// Moves on what is due. A run that fails, or meets another run, loses nothing: each notice moves on by itself, once.
async fn repeat_notices(app: &App) -> Result<(), StoreError> {
    try_join_all((0..SHARDS).map(|shard| move_shard_on(app, shard))).await.map(drop)
}

async fn move_shard_on(app: &App, shard: u8) -> Result<(), StoreError> {
    for _ in 0..TURNS {
        if !move_on(app, shard).await? {
            break;
        }
    }
    Ok(())
}

/// Moves on the notices of a shard that have been due for longest; whether there may be others.
async fn move_on(app: &App, shard: u8) -> Result<bool, StoreError> {
    let now = app.now();
    let due = app.store().due_notices(shard, now, AT_ONCE).await?;
    let is_page_full = due.len() >= usize::try_from(AT_ONCE).unwrap_or_default();
    let mut moved = 0;
    for notice in due {
        let notice = match notice {
            Ok(notice) => notice,
            Err(cause) => {
                tracing::error!(target: "ikd", function = NAME, %cause, "a notice cannot be read");
                continue;
            }
        };
        let next = notice.next(now);
        if app.store().move_notice_on(&notice, &next).await? == Written::Overtaken {
            continue;
        }
        moved += 1;
        if matches!(next, NoticeState::GivenUp { .. }) {
            app.count(Counter::NoticeGivenUp);
            app.write_metrics(NAME, Outcome::default());
            tracing::error!(target: "ikd", function = NAME, client = notice.client_id, "a notice is given up");
        }
    }
    // The index shows what was moved on a moment later.
    Ok(moved > 0 && is_page_full)
}
