//! lock: the button at the bottom right ends the session at once.

mod declaration;

use ikd::access::authenticate;
use ikd::app::App;
use ikd::http::{Answer, Function, Problem, ProblemType, Request};
use ikd::store::Written;

pub const FUNCTION: Function = Function::new(&declaration::DECLARATION, |app, request| Box::pin(lock(app, request)));

pub async fn lock(app: &App, request: &Request) -> Result<Answer, Problem> {
    let holder = authenticate::session(app, request).await?;
    match app.store().end_session(&holder.device.key, &holder.session).await? {
        Written::Done => Ok(Answer::no_content()),
        Written::Overtaken => Err(ProblemType::SessionEnded.into()),
    }
}
