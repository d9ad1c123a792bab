//! Diagnostics: nothing is printed unless the user asks for it.

use std::panic;
use std::sync::Once;

use tracing_subscriber::EnvFilter;

/// Environment variable that turns logging on, in the syntax of `tracing_subscriber::EnvFilter`.
const LOG_VARIABLE: &str = "QDRANT_EMBEDDED_LOG";

static STARTED: Once = Once::new();

/// Starts logging to stderr if `filter`, or else the environment, asks for it. The first request of a
/// process counts.
pub fn start(filter: Option<&str>) {
    let asked = filter.map(str::to_owned).or_else(|| std::env::var(LOG_VARIABLE).ok());
    let Some(filter) = asked.filter(|filter| !filter.is_empty()) else { return };
    STARTED.call_once(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new(filter))
            .with_writer(std::io::stderr)
            .finish();
        // Fails only if the process has a subscriber already, which then gets the events.
        let _ = tracing::subscriber::set_global_default(subscriber);
        let _ = tracing_log::LogTracer::init();
    });
}

/// Panics are caught and become errors; their default report on stderr becomes a log event.
pub fn silence_panics() {
    panic::set_hook(Box::new(|info| tracing::error!("{info}")));
}
