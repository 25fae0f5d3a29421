//! lock: the button at the bottom right ends the session at once.

mod declaration;

use ikd::access::authenticate;
use ikd::app::App;
use ikd::http::{Answer, Function, Problem, ProblemType, Request};
use ikd::store::devices::Ended;

pub const FUNCTION: Function = Function::new(&declaration::DECLARATION, |app, request| Box::pin(lock(app, request)));

/// One transaction uses the proof up and ends the session that the token opens. Nothing is read before it.
pub async fn lock(app: &App, request: &Request) -> Result<Answer, Problem> {
    let presented = authenticate::present(app, request)?;
    let ended = app.store().end_session(presented.key(), presented.session(), presented.proof()).await;
    let problem = match ended {
        Ok(Ended::Done) => return Ok(Answer::no_content()),
        Ok(Ended::NotOpen(device)) => match presented.in_session(device.map(|device| *device)) {
            Ok(_) => ProblemType::SessionEnded.into(),
            Err(problem) => problem,
        },
        Ok(Ended::Replayed) => ProblemType::DpopProofReplayed.into(),
        Err(error) => error.into(),
    };
    Err(presented.refuse(app, problem).await)
}
