//! The database's figures among the metrics: what [`Monitor`](crate::operations::Monitor) reads.

use std::sync::atomic::AtomicU64;

use chrono::Utc;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::operations::monitor::Figures;

type Number = Gauge<f64, AtomicU64>;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Table {
    table: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Index {
    index: String,
    table: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    /// `active`, `idle`, `idle in transaction` …
    state: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Replica {
    replica: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Job {
    task: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Run {
    task: String,
    /// `ok` or `failed`.
    outcome: &'static str,
}

/// The figures, as they were read last.
#[derive(Default)]
pub(super) struct DatabaseMetrics {
    up: Number,
    statements_watched: Number,
    slow_statements: Number,
    slow_statement_seconds: Number,
    table_rows: Family<Table, Number>,
    table_dead_rows: Family<Table, Number>,
    table_bytes: Family<Table, Number>,
    table_bloat_bytes: Family<Table, Number>,
    table_vacuumed: Family<Table, Number>,
    transaction_age: Number,
    index_scans: Family<Index, Number>,
    index_bytes: Family<Index, Number>,
    unused_indexes: Number,
    invalid_indexes: Number,
    lock_waits: Number,
    longest_lock_wait: Number,
    deadlocks: Number,
    cache_hit_ratio: Number,
    connections: Family<State, Number>,
    max_connections: Number,
    longest_transaction: Number,
    replica_lag_bytes: Family<Replica, Number>,
    replica_lag_seconds: Family<Replica, Number>,
    partition_days_ahead: Family<Table, Number>,
    stray_rows: Family<Table, Number>,
    job_runs: Family<Run, Number>,
    job_duration: Family<Job, Number>,
    job_is_ok: Family<Job, Number>,
    job_succeeded: Family<Job, Number>,
    statistics_age: Number,
    bytes: Number,
}

impl DatabaseMetrics {
    /// All of them, known to the registry.
    pub(super) fn register(registry: &mut Registry) -> Self {
        let all = Self::default();
        let mut number = |name: &str, help: &str, gauge: &Number| registry.register(name, help, gauge.clone());
        number("database_up", "Whether the database tells its figures", &all.up);
        number("database_size_bytes", "Size of the database", &all.bytes);
        number("statements_watched", "Whether pg_stat_statements works", &all.statements_watched);
        number("slow_statements", "Statements that once took 100 ms, at most 50", &all.slow_statements);
        number("slow_statement_seconds", "Time of all runs of these statements", &all.slow_statement_seconds);
        number("transaction_age", "Transactions since the oldest row was frozen", &all.transaction_age);
        number("unused_indexes", "Indexes that nothing read and that keep no rule", &all.unused_indexes);
        number("invalid_indexes", "Indexes that were built half", &all.invalid_indexes);
        number("lock_waits", "Statements that wait for a lock", &all.lock_waits);
        number("longest_lock_wait_seconds", "The longest such wait", &all.longest_lock_wait);
        number("deadlocks", "Deadlocks that the database resolved", &all.deadlocks);
        number("cache_hit_ratio", "Share of pages found in the database's memory", &all.cache_hit_ratio);
        number("database_max_connections", "Connections that the database allows", &all.max_connections);
        number("longest_transaction_seconds", "Age of the oldest transaction", &all.longest_transaction);
        number("statistics_age_seconds", "Time since the statistics were computed", &all.statistics_age);
        let mut of_table =
            |name: &str, help: &str, family: &Family<Table, Number>| registry.register(name, help, family.clone());
        of_table("table_rows", "Rows", &all.table_rows);
        of_table("table_dead_rows", "Rows that are gone and whose place is not free", &all.table_dead_rows);
        of_table("table_size_bytes", "Size with indexes", &all.table_bytes);
        of_table("table_bloat_bytes", "Bytes of the table that hold nothing, estimated", &all.table_bloat_bytes);
        of_table("table_vacuumed_timestamp_seconds", "When it was vacuumed last", &all.table_vacuumed);
        of_table("partition_days_ahead", "Days for which months stand ready", &all.partition_days_ahead);
        of_table("default_partition_rows", "Rows that belong to no month", &all.stray_rows);
        registry.register("index_scans", "Uses of an index", all.index_scans.clone());
        registry.register("index_size_bytes", "Size of an index", all.index_bytes.clone());
        registry.register("database_connections", "Connections to the database", all.connections.clone());
        registry.register("replica_lag_bytes", "Log that a replica has not applied", all.replica_lag_bytes.clone());
        registry.register("replica_lag_seconds", "Time until it has", all.replica_lag_seconds.clone());
        registry.register("job_runs", "Runs of a maintenance job, of all processes", all.job_runs.clone());
        registry.register("job_duration_seconds", "Time that its last run took", all.job_duration.clone());
        registry.register("job_ok", "Whether its last run came to its end", all.job_is_ok.clone());
        registry.register("job_succeeded_timestamp_seconds", "When it last did", all.job_succeeded.clone());
        all
    }

    /// Takes other figures; without any, only that the database does not tell them.
    #[expect(clippy::cast_precision_loss, reason = "Prometheus knows no other numbers")]
    pub(super) fn set(&self, figures: Option<&Figures>) {
        self.up.set(if figures.is_some() { 1.0 } else { 0.0 });
        let Some(figures) = figures else { return };
        self.bytes.set(figures.database_bytes as f64);
        self.statements_watched.set(if figures.statements == "ok" { 1.0 } else { 0.0 });
        self.slow_statements.set(figures.slow_statements.len() as f64);
        self.slow_statement_seconds
            .set(figures.slow_statements.iter().map(|slow| slow.total_ms).sum::<f64>() / 1_000.0);
        self.deadlocks.set(figures.deadlocks as f64);
        self.cache_hit_ratio.set(figures.cache_hit_ratio.unwrap_or(1.0));
        self.max_connections.set(f64::from(figures.max_connections));
        self.lock_waits.set(figures.lock_waits.len() as f64);
        self.longest_lock_wait.set(figures.lock_waits.first().map_or(0.0, |wait| wait.waited_ms / 1_000.0));
        self.statistics_age.set(figures.statistics_refreshed_at.map_or(-1.0, since));
        self.tables(figures);
        self.indexes(figures);
        self.others(figures);
        self.jobs(figures);
    }

    #[expect(clippy::cast_precision_loss, reason = "Prometheus knows no other numbers")]
    fn tables(&self, figures: &Figures) {
        for family in [&self.table_rows, &self.table_dead_rows, &self.table_bytes, &self.table_bloat_bytes] {
            family.clear();
        }
        self.table_vacuumed.clear();
        for table in &figures.tables {
            let label = Table { table: table.name.clone() };
            self.table_rows.get_or_create(&label).set(table.live_rows as f64);
            self.table_dead_rows.get_or_create(&label).set(table.dead_rows as f64);
            self.table_bytes.get_or_create(&label).set(table.total_bytes as f64);
            self.table_bloat_bytes.get_or_create(&label).set(table.bloat_bytes as f64);
            let vacuumed = table.vacuumed_at.map_or(0, |at| at.timestamp());
            self.table_vacuumed.get_or_create(&label).set(vacuumed as f64);
        }
        let oldest = figures.tables.iter().map(|table| table.transaction_age).max();
        self.transaction_age.set(f64::from(oldest.unwrap_or(0)));
    }

    #[expect(clippy::cast_precision_loss, reason = "Prometheus knows no other numbers")]
    fn indexes(&self, figures: &Figures) {
        self.index_scans.clear();
        self.index_bytes.clear();
        for index in &figures.indexes {
            let label = Index { index: index.name.clone(), table: index.table.clone() };
            self.index_scans.get_or_create(&label).set(index.scans as f64);
            self.index_bytes.get_or_create(&label).set(index.total_bytes as f64);
        }
        self.unused_indexes.set(figures.indexes.iter().filter(|index| index.is_unused()).count() as f64);
        self.invalid_indexes.set(figures.indexes.iter().filter(|index| !index.is_valid).count() as f64);
    }

    #[expect(clippy::cast_precision_loss, reason = "Prometheus knows no other numbers")]
    fn others(&self, figures: &Figures) {
        self.connections.clear();
        let mut longest: f64 = 0.0;
        for state in &figures.connections {
            let label = State { state: state.state.clone() };
            self.connections.get_or_create(&label).set(state.connections as f64);
            longest = longest.max(state.longest_seconds.unwrap_or(0.0));
        }
        self.longest_transaction.set(longest);
        self.replica_lag_bytes.clear();
        self.replica_lag_seconds.clear();
        for replica in &figures.replicas {
            let name = match &replica.address {
                Some(address) => format!("{}@{address}", replica.name),
                None => replica.name.clone(),
            };
            let label = Replica { replica: name };
            self.replica_lag_bytes.get_or_create(&label).set(replica.lag_bytes.unwrap_or(0) as f64);
            self.replica_lag_seconds.get_or_create(&label).set(replica.lag_seconds.unwrap_or(0.0));
        }
        for table in &figures.partitions {
            let label = Table { table: table.table.clone() };
            self.partition_days_ahead.get_or_create(&label).set(-since(table.ready_until) / 86_400.0);
            self.stray_rows.get_or_create(&label).set(table.stray_rows as f64);
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "Prometheus knows no other numbers")]
    fn jobs(&self, figures: &Figures) {
        for job in &figures.jobs {
            for (outcome, count) in [("ok", job.ok_count), ("failed", job.failed_count)] {
                self.job_runs.get_or_create(&Run { task: job.name.clone(), outcome }).set(count as f64);
            }
            let label = Job { task: job.name.clone() };
            self.job_duration.get_or_create(&label).set(job.duration_ms as f64 / 1_000.0);
            self.job_is_ok.get_or_create(&label).set(if job.is_ok { 1.0 } else { 0.0 });
            let succeeded = job.succeeded_at.map_or(0, |at| at.timestamp());
            self.job_succeeded.get_or_create(&label).set(succeeded as f64);
        }
    }
}

/// Seconds since an instant.
#[expect(clippy::cast_precision_loss, reason = "Prometheus knows no other numbers")]
fn since(instant: chrono::DateTime<Utc>) -> f64 {
    (Utc::now() - instant).num_milliseconds() as f64 / 1_000.0
}
