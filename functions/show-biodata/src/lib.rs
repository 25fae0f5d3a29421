//! show-biodata (*Biodata*): what the registry has on the holder.

mod declaration;

use ikd::access::{authenticate, standing};
use ikd::app::App;
use ikd::http::{Answer, Function, Problem, Request};
use ikd::store::residents::Photo;
use ikd::store::shown::Shown;
use ikd::views::Biodata;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(show_biodata(app, request)));

pub async fn show_biodata(app: &App, request: &Request) -> Result<Answer, Problem> {
    let holder = authenticate::holder(app, request).await?;
    let Shown { content, device } =
        app.store().shown_resident(&holder.device.nik, Photo::With, &holder.device.key).await?;
    let resident = standing::admit(app, content)?;
    let answer = Answer::ok(&Biodata::of(&resident)).hidden_from_screenshots();
    authenticate::disclose_on(device, &holder, answer)
}
