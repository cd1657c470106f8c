//! `/metrics`: what the server did, in Prometheus' text form. Units stand in the names, labels come
//! from closed sets.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use super::State;
use super::database_metrics::DatabaseMetrics;
use crate::db::PoolState;

/// Operation names that are told apart; clients choose names, so there is a bound.
const MAX_NAMES: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    /// The operation's name, `anonymous`, or `other` beyond the bound.
    name: String,
    /// `ok`, `field_error` or `refused`.
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Named {
    /// As of [`Operation`].
    name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Transport {
    /// `http`, `websocket` or `sse`.
    transport: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Full {
    /// `server` or `address`: whose sockets are too many.
    of: &'static str,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Without errors.
    Ok,
    /// Some fields failed.
    FieldError,
    /// It was not run.
    Refused,
}

/// The server's figures.
pub struct Metrics {
    registry: Registry,
    operations: Family<Operation, Counter>,
    durations: Family<Transport, Histogram>,
    costs: Histogram,
    operation_costs: Family<Named, Counter>,
    operation_seconds: Family<Named, Counter<f64, AtomicU64>>,
    statements: Gauge<i64>,
    connections: Gauge<i64>,
    idle_connections: Gauge<i64>,
    max_connections: Gauge<i64>,
    pool_waits: Gauge<i64>,
    pool_timeouts: Gauge<i64>,
    pool_lost: Gauge<i64>,
    pool_wait: Gauge<f64, AtomicU64>,
    sockets: Gauge<i64>,
    refused_sockets: Family<Full, Counter>,
    followed_playlists: Gauge<i64>,
    subscriptions: Gauge<i64>,
    resets: Gauge<i64>,
    too_slow: Gauge<i64>,
    listen_reconnects: Gauge<i64>,
    names: Mutex<HashSet<String>>,
    started: std::time::Instant,
    uptime: Gauge<f64, AtomicU64>,
    database: DatabaseMetrics,
}

fn half_a_millisecond_to_eight_seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.000_5, 2.0, 15))
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("music");
        let operations = Family::default();
        let durations: Family<Transport, Histogram> = Family::new_with_constructor(half_a_millisecond_to_eight_seconds);
        let costs = Histogram::new(exponential_buckets(1.0, 4.0, 8));
        let (statements, connections, idle_connections, max_connections) =
            (Gauge::default(), Gauge::default(), Gauge::default(), Gauge::default());
        let (sockets, followed_playlists, listen_reconnects) = (Gauge::default(), Gauge::default(), Gauge::default());
        let refused_sockets = Family::default();
        let (operation_costs, operation_seconds) = (Family::default(), Family::default());
        let (pool_waits, pool_timeouts, pool_lost, pool_wait) =
            (Gauge::default(), Gauge::default(), Gauge::default(), Gauge::default());
        let (subscriptions, resets, too_slow) = (Gauge::default(), Gauge::default(), Gauge::default());
        let uptime = Gauge::default();
        registry.register("operations", "Operations by name and outcome", operations.clone());
        registry.register("operation_duration_seconds", "Time an operation took", durations.clone());
        registry.register("operation_cost", "Objects an operation may fetch", costs.clone());
        registry.register("operation_points", "Cost of operations by name", operation_costs.clone());
        registry.register("operation_seconds", "Time that operations took, by name", operation_seconds.clone());
        registry.register("sql_statements", "SQL statements run since the start", statements.clone());
        registry.register("pool_connections", "Connections of the pool", connections.clone());
        registry.register("pool_idle_connections", "Connections that nobody uses", idle_connections.clone());
        registry.register("pool_max_connections", "Connections the pool may have", max_connections.clone());
        registry.register("pool_waits", "Times a connection had to be waited for", pool_waits.clone());
        registry.register("pool_timeouts", "Times that was in vain", pool_timeouts.clone());
        registry.register("pool_wait_seconds", "Time spent waiting for connections", pool_wait.clone());
        registry.register("pool_lost_connections", "Connections that broke", pool_lost.clone());
        registry.register("websockets", "Sockets and streams of events that are open", sockets.clone());
        registry.register("websockets_refused", "Sockets refused since too many are open", refused_sockets.clone());
        registry.register("subscriptions", "Subscriptions that follow a playlist", subscriptions.clone());
        registry.register("subscription_resets", "Times one had missed what is no longer kept", resets.clone());
        registry.register("subscriptions_too_slow", "Those let go for not taking their events", too_slow.clone());
        registry.register("followed_playlists", "Playlists that somebody follows", followed_playlists.clone());
        registry.register(
            "listen_reconnects",
            "Times the notifications' connection was made again",
            listen_reconnects.clone(),
        );
        registry.register("uptime_seconds", "Time since the start", uptime.clone());
        let database = DatabaseMetrics::register(&mut registry);
        Self {
            registry,
            operations,
            durations,
            costs,
            operation_costs,
            operation_seconds,
            statements,
            connections,
            idle_connections,
            max_connections,
            pool_waits,
            pool_timeouts,
            pool_lost,
            pool_wait,
            sockets,
            refused_sockets,
            followed_playlists,
            subscriptions,
            resets,
            too_slow,
            listen_reconnects,
            names: Mutex::default(),
            started: std::time::Instant::now(),
            uptime,
            database,
        }
    }
}

impl Metrics {
    /// Counts an operation that ran, or was refused.
    pub fn count(&self, transport: &'static str, name: Option<&str>, outcome: Outcome, took: Duration) {
        let outcome = match outcome {
            Outcome::Ok => "ok",
            Outcome::FieldError => "field_error",
            Outcome::Refused => "refused",
        };
        let name = self.name(name);
        self.operation_seconds.get_or_create(&Named { name: name.clone() }).inc_by(took.as_secs_f64());
        self.operations.get_or_create(&Operation { name, outcome }).inc();
        self.durations.get_or_create(&Transport { transport }).observe(took.as_secs_f64());
    }

    /// Counts a socket that was refused, since too many of the `server` or of its `address` are open.
    pub fn refuse_socket(&self, of: &'static str) {
        self.refused_sockets.get_or_create(&Full { of }).inc();
    }

    /// Notes the cost of an operation that is run.
    pub fn cost(&self, name: Option<&str>, cost: u64) {
        self.operation_costs.get_or_create(&Named { name: self.name(name) }).inc_by(cost);
        #[expect(clippy::cast_precision_loss, reason = "a cost is bounded by some thousands")]
        self.costs.observe(cost as f64);
    }

    fn name(&self, name: Option<&str>) -> String {
        let Some(name) = name.filter(|name| name.len() <= 100) else { return "anonymous".to_owned() };
        let mut names = self.names.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if names.contains(name) {
            return name.to_owned();
        }
        if names.len() >= MAX_NAMES {
            return "other".to_owned();
        }
        names.insert(name.to_owned());
        name.to_owned()
    }
}

/// The figures of this moment.
pub async fn show(state: web::Data<State>) -> HttpResponse {
    let metrics = &state.metrics;
    let PoolState { connections, idle, max_connections, waits, timeouts, wait_time, lost } =
        state.database.pool_state();
    metrics.connections.set(i64::from(connections));
    metrics.idle_connections.set(i64::from(idle));
    metrics.max_connections.set(i64::from(max_connections));
    metrics.pool_waits.set(i64::try_from(waits).unwrap_or(i64::MAX));
    metrics.pool_timeouts.set(i64::try_from(timeouts).unwrap_or(i64::MAX));
    metrics.pool_lost.set(i64::try_from(lost).unwrap_or(i64::MAX));
    metrics.pool_wait.set(wait_time.as_secs_f64());
    metrics.subscriptions.set(i64::try_from(state.feeds.followers()).unwrap_or(i64::MAX));
    metrics.resets.set(i64::try_from(state.feeds.resets()).unwrap_or(i64::MAX));
    metrics.too_slow.set(i64::try_from(state.feeds.too_slow()).unwrap_or(i64::MAX));
    match state.monitor.figures().await {
        Ok(figures) => metrics.database.set(Some(&figures)),
        Err(error) => {
            tracing::debug!(%error, "The database does not tell its figures");
            metrics.database.set(None);
        }
    }
    metrics.statements.set(i64::try_from(state.database.statement_count()).unwrap_or(i64::MAX));
    metrics.sockets.set(i64::try_from(state.sockets.open()).unwrap_or(i64::MAX));
    let listener = state.feeds.listener();
    metrics.followed_playlists.set(i64::try_from(listener.watched_keys()).unwrap_or(i64::MAX));
    metrics.listen_reconnects.set(i64::try_from(listener.reconnects()).unwrap_or(i64::MAX));
    metrics.uptime.set(metrics.started.elapsed().as_secs_f64());
    let mut text = String::new();
    match encode(&mut text, &metrics.registry) {
        Ok(()) => {
            HttpResponse::Ok().content_type("application/openmetrics-text; version=1.0.0; charset=utf-8").body(text)
        }
        Err(error) => {
            tracing::error!(%error, "Metrics could not be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}
