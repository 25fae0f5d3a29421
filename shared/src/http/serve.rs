//! Between the Lambda runtime and a step: one line in the log and one of metrics for each request, without personal
//! data.

use std::pin::Pin;

use declaration::{Caller, Declaration, Route};
use http::header;
use lambda_http::{Adapter, Body, Error, IntoResponse, Request, RequestExt, Response, Service, service_fn};
use lambda_runtime::LambdaEvent;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use super::answer::Answer;
use super::deadline::Deadline;
use super::event::GatewayEvent;
use super::parse;
use super::problem::Problem;
use super::problem_type::{ProblemType, Reader};
use crate::app::{App, Outcome};
use crate::domain::front;
use crate::{function, log};

/// A step: a request in, an answer or a problem out.
pub type Step = for<'a> fn(&'a App, &'a Request) -> Pin<Box<dyn Future<Output = Result<Answer, Problem>> + Send + 'a>>;

/// A function that API Gateway calls.
pub type Function = function::Function<Step>;

/// Starts the runtime with one function. An invalid configuration ends it, with one sentence that says why.
pub async fn run(function: Function) -> Result<(), Error> {
    let app = App::start(function.name(), function.builders).await?;
    let app = &app;
    let mut adapter = Adapter::from(service_fn(move |request: Request| async move {
        Ok::<_, Error>(Finished(respond(app, &function, request).await))
    }));
    lambda_runtime::run(service_fn(move |event: LambdaEvent<GatewayEvent>| {
        adapter.call(LambdaEvent::new(event.payload.into_inner(), event.context))
    }))
    .await
}

/// A response whose body stays as it is. lambda_http would read any other kind of response again, as text of the encoding that it
/// names, and bring the tables of all encodings along.
struct Finished(Response<Body>);

impl IntoResponse for Finished {
    fn into_response(self) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> {
        Box::pin(std::future::ready(self.0))
    }
}

/// Answers one request.
pub async fn respond(app: &App, function: &Function, mut request: Request) -> Response<Body> {
    let started = Instant::now();
    let request_id =
        request.lambda_context_ref().map_or_else(|| app.random_id().to_string(), |context| context.request_id.clone());
    let end = started + app.settings.answer_within;
    request.extensions_mut().insert(Deadline::at(end));
    let span = log::begin_request(&request_id, function.name());
    let outcome = if came_through_the_front(app, &mut request) {
        // A step that is cut off here leaves what a crash would leave: each of its writes is complete by itself.
        let step = timeout_at(end, (function.step)(app, &request)).instrument(span.clone()).await;
        step.unwrap_or_else(|_| Err(Problem::unavailable("the step was not done in time")))
    } else {
        Err(ProblemType::WrongAddress.into())
    };
    let (answer, problem) = match outcome {
        Ok(answer) => (answer, None),
        Err(problem) => {
            let problem = problem.read_by(reader(function.declaration, &request));
            let language = parse::language(&request);
            (problem.answer(&app.settings.public_url, language, &request_id), Some(problem))
        }
    };
    tracing::info!(
        target: "ikd",
        parent: &span,
        status = answer.status().as_u16(),
        problem = problem.as_ref().map(|problem| problem.kind().slug()),
        cause = problem.as_ref().and_then(Problem::cause),
        milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "answered"
    );
    let problem = problem.map(|problem| problem.kind());
    app.write_metrics(
        function.name(),
        Outcome {
            problem: problem.map(ProblemType::slug),
            dependency_failed: problem == Some(ProblemType::ServiceUnavailable),
            ..Outcome::default()
        },
    );
    answer.dated(app.now()).into_response()
}

/// Whether the request came through the front, where there is one. Its secret is taken out, since no step needs it.
fn came_through_the_front(app: &App, request: &mut Request) -> bool {
    let sent = request.headers_mut().remove(front::HEADER);
    let Some(front) = &app.settings.front else { return true };
    sent.is_some_and(|secret| front.sent(secret.as_bytes()))
}

/// Who reads what is said about a problem: an officer on a route for officers, where others do not call with a token.
fn reader(declaration: &Declaration, request: &Request) -> Reader {
    let is_called =
        |route: &Route| route.method.as_str() == request.method().as_str() && route.matches(request.uri().path());
    let is_for_officers =
        declaration.routes().iter().any(|route| is_called(route) && route.callers.contains(&Caller::Officer));
    if is_for_officers && request.headers().contains_key(header::AUTHORIZATION) {
        Reader::Officer
    } else {
        Reader::Concerned
    }
}
