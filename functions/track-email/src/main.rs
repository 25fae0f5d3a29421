//! Starts the Lambda runtime with `track-email`.

use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = ikd::app::App::start(track_email::NAME, track_email::NEEDS).await?;
    let app = &app;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<_>| async move {
        track_email::track_email(app, event.payload).await.map_err(Error::from)
    }))
    .await
}
