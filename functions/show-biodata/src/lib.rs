//! show-biodata (*Biodata*): what the registry has on the holder.

mod declaration;

use ikd::app::App;
use ikd::http::{Answer, Biodata, Function, Problem, Request, authenticate, standing};
use ikd::store::residents::Photo;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(show_biodata(app, request)));

pub async fn show_biodata(app: &App, request: &Request) -> Result<Answer, Problem> {
    let holder = authenticate::holder(app, request).await?;
    let resident = standing::resident(app, &holder.device, Photo::With).await?;
    Ok(Answer::ok(&Biodata::of(&resident)).hidden_from_screenshots())
}
