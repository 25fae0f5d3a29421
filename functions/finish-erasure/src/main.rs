//! Starts the Lambda runtime with `finish-erasure`.

use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = ikd::app::App::start(finish_erasure::NAME, finish_erasure::NEEDS).await?;
    let app = &app;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<_>| async move {
        Ok::<_, Error>(finish_erasure::finish_erasures(app, event.payload).await)
    }))
    .await
}
