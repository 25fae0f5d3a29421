//! Starts the Lambda runtime with `record-receipt`.

use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = ikd::app::App::start(record_receipt::NAME, record_receipt::NEEDS).await?;
    let app = &app;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<_>| async move {
        Ok::<_, Error>(record_receipt::record_receipts(app, event.payload).await)
    }))
    .await
}
