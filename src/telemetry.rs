//! Logs: lines that read alone and carry fields, on standard error.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogFormat;
use crate::error::{Error, Result};

/// Starts logging. A second call changes nothing.
///
/// # Errors
/// `Setup` when `filter` is no filter.
pub fn start(filter: &str, format: LogFormat) -> Result<()> {
    // What the HTTP library says at its start is of no use to an operator, unless asked for.
    let filter = EnvFilter::try_new(format!("actix_server=warn,{filter}")).map_err(|cause| {
        Error::setup(format!(
            "--log (LOG) is {filter:?}, which is no log filter: {cause}. Write a level like info, or info,searxng_cool_music=debug"
        ))
    })?;
    let registry = tracing_subscriber::registry().with(filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    // A subscriber that stands already (a test's) stays.
    let _ = match format {
        LogFormat::Text => registry.with(lines).try_init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    };
    Ok(())
}
