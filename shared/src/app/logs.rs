//! Structured logs: JSON lines from our own code alone, so that no library can write down what it was given.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::environment::ConfigError;

/// Begins to log to standard output, which Lambda sends to CloudWatch. However much is asked for, it is ours alone.
pub fn start(level: LevelFilter) {
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_span_list(false);
    let lines = lines.with_target(false).with_ansi(false);
    let ours = Targets::new().with_target("ikd", level);
    // A second start in one process finds the first one's subscriber, and that is as well.
    let _ = tracing_subscriber::registry().with(ours).with(lines).try_init();
}

/// Says why a function does not start.
pub fn refuse_to_start(function: &str, error: &ConfigError) {
    tracing::error!(target: "ikd", function, cause = %error, "does not start");
}
