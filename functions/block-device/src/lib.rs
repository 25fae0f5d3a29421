//! block-device: blocks a phone from the moment of the answer; officers also report since when a phone was stolen.

mod by_holder;
mod by_officer;
mod declaration;
mod view;

use ikd::app::App;
use ikd::http::{Answer, Function, Problem, ProblemType, Request, parse};

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(block_device(app, request)));

pub async fn block_device(app: &App, request: &Request) -> Result<Answer, Problem> {
    match parse::segments(request)[..] {
        ["me", "device-blocks"] => by_holder::block(app, request).await,
        ["device-blocks"] => by_officer::block(app, request).await,
        _ => Err(ProblemType::NotFound.into()),
    }
}
