//! list-receipts: who saw what of the holder, when and for what; newest first, a page at a time.

mod declaration;

use ikd::access::authenticate;
use ikd::app::App;
use ikd::domain::text::Invalid;
use ikd::http::{Answer, Function, Problem, Request, parse};
use ikd::views::Receipts;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(list_receipts(app, request)));

/// Receipts of one page.
const PAGE: i32 = 20;

pub async fn list_receipts(app: &App, request: &Request) -> Result<Answer, Problem> {
    let holder = authenticate::holder(app, request).await?;
    let before = before(request)?;
    let nik = &holder.device.nik;
    let receipts = app.store().receipts(nik, before, PAGE, app.now());
    let (head, page) = tokio::try_join!(app.store().chain_head(nik), receipts)?;
    let answer = Answer::ok(&Receipts::of(head, page)).hidden_from_screenshots();
    authenticate::disclose(app, &holder, answer).await
}

fn before(request: &Request) -> Result<Option<u32>, Problem> {
    const NO_NUMBER: Invalid = Invalid::new(
        "Nomor tanda terima tidak valid. Muat ulang daftar.",
        "This receipt number is not valid. Reload the list.",
    );

    let Some(text) = parse::query(request, "before") else { return Ok(None) };
    let number = text.parse().ok().filter(|number| *number > 0);
    number.map(Some).ok_or_else(|| Problem::invalid("/before", NO_NUMBER))
}
