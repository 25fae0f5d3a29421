//! list-receipts: who saw what of the holder, when and for what; newest first, a page at a time.

mod declaration;

use ikd::access::authenticate::{self, Holder};
use ikd::app::App;
use ikd::domain::receipt::ChainHead;
use ikd::domain::text::Invalid;
use ikd::http::{Answer, Function, Problem, Request, parse};
use ikd::store::receipts::ReceiptPage;
use ikd::store::shown::Shown;
use ikd::views::Receipts;

pub const FUNCTION: Function =
    Function::new(&declaration::DECLARATION, |app, request| Box::pin(list_receipts(app, request)));

/// Receipts of one page.
const PAGE: i32 = 20;

/// How often the first page is read while receipts are being recorded.
const READS: usize = 3;

pub async fn list_receipts(app: &App, request: &Request) -> Result<Answer, Problem> {
    let holder = authenticate::holder(app, request).await?;
    let before = before(request)?;
    let (page, Shown { content: head, device }) = read(app, &holder, before).await?;
    let answer = Answer::ok(&Receipts::of(head, page)).hidden_from_screenshots();
    authenticate::disclose_on(device, &holder, answer)
}

/// A page, and after it the head of the chain with the device. A receipt that is recorded between the two would look like one
/// that was taken out, so both are read again then.
async fn read(app: &App, holder: &Holder, before: Option<u32>) -> Result<(ReceiptPage, Shown<ChainHead>), Problem> {
    let (nik, key) = (&holder.device.nik, &holder.device.key);
    let mut reads = 0;
    loop {
        let page = app.store().receipts(nik, before, PAGE, app.now()).await?;
        let shown = app.store().shown_chain_head(nik, key).await?;
        reads += 1;
        let newest = page.receipts.first().filter(|_| before.is_none());
        let is_behind = newest.is_some_and(|newest| newest.sequence < shown.content.count);
        if !is_behind || reads == READS {
            return Ok((page, shown));
        }
    }
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
