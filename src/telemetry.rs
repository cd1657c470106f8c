//! Logs: lines that read alone and carry fields, on standard error. With the cargo feature
//! `opentelemetry`, traces go to a collector as well: OTLP over HTTP, to the address in the standard
//! variable `OTEL_EXPORTER_OTLP_ENDPOINT`; without it nothing is sent.

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::config::LogFormat;
use crate::error::{Error, Result};

/// What keeps telling; traces that wait are sent when it is dropped.
pub struct Telemetry {
    #[cfg(feature = "opentelemetry")]
    traces: Option<opentelemetry_sdk::trace::SdkTracerProvider>,
}

/// Starts logging. A second call changes nothing.
///
/// # Errors
/// `Setup` when `filter` is no filter, or the collector's address is none.
pub fn start(filter: &str, format: LogFormat) -> Result<Telemetry> {
    // What the HTTP library says at its start is of no use to an operator, unless asked for. What
    // the libraries say below `info` holds bound values, headers and bodies, which belong in no log.
    // A head that is no HTTP is the client's fault: the library calls each one an error.
    let bounded = format!(
        "actix_server=warn,actix_http::h1::dispatcher=off,{filter},tokio_postgres=info,actix_http=info,actix_ws=info"
    );
    let filter = EnvFilter::try_new(bounded).map_err(|cause| {
        Error::setup(format!(
            "--log (LOG) is {filter:?}, which is no log filter: {cause}. Write a level like info, or info,searxng_cool_music=debug"
        ))
    })?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    let lines = match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let registry = tracing_subscriber::registry().with(lines);
    // A subscriber that stands already (a test's) stays.
    #[cfg(feature = "opentelemetry")]
    {
        use opentelemetry::trace::TracerProvider as _;
        let traces = collector()?;
        let spans = traces
            .as_ref()
            .map(|traces| tracing_opentelemetry::layer().with_tracer(traces.tracer(env!("CARGO_PKG_NAME"))));
        let _ = registry.with(spans).with(filter).try_init();
        Ok(Telemetry { traces })
    }
    #[cfg(not(feature = "opentelemetry"))]
    {
        let _ = registry.with(filter).try_init();
        Ok(Telemetry {})
    }
}

/// The way to the collector; none when no address is set.
#[cfg(feature = "opentelemetry")]
fn collector() -> Result<Option<opentelemetry_sdk::trace::SdkTracerProvider>> {
    let is_told = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    if !is_told {
        return Ok(None);
    }
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .build()
        .map_err(|cause| Error::setup(format!("traces cannot be sent to OTEL_EXPORTER_OTLP_ENDPOINT: {cause}")))?;
    let resource = opentelemetry_sdk::Resource::builder().with_service_name(env!("CARGO_PKG_NAME")).build();
    Ok(Some(
        opentelemetry_sdk::trace::SdkTracerProvider::builder()
            .with_resource(resource)
            .with_batch_exporter(exporter)
            .build(),
    ))
}

#[cfg(feature = "opentelemetry")]
impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(traces) = &self.traces
            && let Err(error) = traces.shutdown()
        {
            eprintln!("The last traces could not be sent: {error}");
        }
    }
}
