//! Starts the Lambda runtime with `send-activation-email`.

use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = ikd::app::App::start(send_activation_email::NAME, send_activation_email::NEEDS).await?;
    let app = &app;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<_>| async move {
        Ok::<_, Error>(send_activation_email::send_activation_emails(app, event.payload).await)
    }))
    .await
}
