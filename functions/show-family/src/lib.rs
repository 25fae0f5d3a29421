//! show-family (*Data Keluarga*): the members on the holder's family card, as the card shows them.

mod declaration;

use ikd::access::{authenticate, standing};
use ikd::app::App;
use ikd::http::{Answer, Function, Problem, Request};
use ikd::store::residents::Photo;
use ikd::store::shown::Shown;
use ikd::views::FamilyMember;
use serde::Serialize;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(show_family(app, request)));

#[derive(Serialize)]
struct Family<'a> {
    family_card_number: &'a str,
    /// In the card's order: the head first.
    members: Vec<FamilyMember<'a>>,
}

/// Members who died or moved away are no longer on the card.
pub async fn show_family(app: &App, request: &Request) -> Result<Answer, Problem> {
    let holder = authenticate::holder(app, request).await?;
    let resident = standing::resident(app, &holder.device, Photo::Without).await?;
    let shown = app.store().shown_family(&resident.family_card_number, &holder.device.key).await?;
    let Shown { content: members, device } = shown;
    let here = members.iter().filter(|member| member.gone(&app.settings.municipality).is_none());
    let family =
        Family { family_card_number: &resident.family_card_number, members: here.map(FamilyMember::of).collect() };
    authenticate::disclose_on(device, &holder, Answer::ok(&family).hidden_from_screenshots())
}
