//! The figures, as they are at one moment.

use chrono::{DateTime, Utc};
use tokio_postgres::{Client, Row};

use crate::error::{Error, Result};
use crate::operations::job::{self, JobState};

/// A statement counts as slow when it once took as long, in milliseconds.
const SLOW_MS: f64 = 100.0;

/// Slow statements that are told.
const SLOW_TOLD: i32 = 50;

/// What the database tells of itself.
#[derive(Debug, Clone)]
pub struct Figures {
    /// Instant they were read.
    pub read_at: DateTime<Utc>,
    /// Whether statements are watched: `ok`, `not installed` or `not loaded`.
    pub statements: String,
    /// Statements that once took 100 ms, the dearest in all first, at most 50.
    pub slow_statements: Vec<SlowStatement>,
    /// Tables, each with its partitions.
    pub tables: Vec<TableState>,
    /// Indexes, each with those of the partitions.
    pub indexes: Vec<IndexState>,
    /// Who waits for a lock.
    pub lock_waits: Vec<LockWait>,
    /// Deadlocks since the database's figures were reset.
    pub deadlocks: i64,
    /// Share of pages that were found in memory, 0 to 1; none while nothing was read.
    pub cache_hit_ratio: Option<f64>,
    /// Connections by what they do.
    pub connections: Vec<ConnectionState>,
    /// Connections that the database allows.
    pub max_connections: i32,
    /// Who follows the database's log.
    pub replicas: Vec<ReplicaState>,
    /// Partitioned tables.
    pub partitions: Vec<PartitionState>,
    /// Jobs and how they went.
    pub jobs: Vec<JobState>,
    /// Instant that the oldest of the statistics are of; none before the first refresh.
    pub statistics_refreshed_at: Option<DateTime<Utc>>,
    /// Size of the database in bytes.
    pub database_bytes: i64,
}

/// A statement that once took long.
#[derive(Debug, Clone)]
pub struct SlowStatement {
    /// PostgreSQL's number for it.
    pub query_id: i64,
    /// Its text, constants left out.
    pub query: String,
    /// How often it ran.
    pub calls: i64,
    /// Time it takes on average, in milliseconds.
    pub mean_ms: f64,
    /// Time it took at most.
    pub max_ms: f64,
    /// Time of all its runs.
    pub total_ms: f64,
    /// Standard deviation of its times.
    pub spread_ms: f64,
    /// Rows that all its runs gave or changed.
    pub rows: i64,
    /// Pages found in memory.
    pub blocks_hit: i64,
    /// Pages asked of the system.
    pub blocks_read: i64,
    /// Pages that sorting and hashing wrote to disk.
    pub blocks_spilled: i64,
}

/// A table with its partitions.
#[derive(Debug, Clone)]
pub struct TableState {
    /// Its name.
    pub name: String,
    /// Rows.
    pub live_rows: i64,
    /// Rows that are gone, and whose place is not free yet.
    pub dead_rows: i64,
    /// Size with indexes, in bytes.
    pub total_bytes: i64,
    /// Bytes of the table that hold nothing, estimated.
    pub bloat_bytes: i64,
    /// Instant of the last vacuum, of the partition that waits longest; none: it had none.
    pub vacuumed_at: Option<DateTime<Utc>>,
    /// Instant its figures for the planner were taken, likewise.
    pub analyzed_at: Option<DateTime<Utc>>,
    /// Transactions since its oldest row was frozen.
    pub transaction_age: i32,
}

/// An index, with those of the partitions.
#[derive(Debug, Clone)]
pub struct IndexState {
    /// Its name.
    pub name: String,
    /// The table's name.
    pub table: String,
    /// How often it was used.
    pub scans: i64,
    /// Size in bytes.
    pub total_bytes: i64,
    /// Whether it keeps a rule, such as a key, and is of use even when it is never read.
    pub is_rule: bool,
    /// Whether it is whole; one that was built half is not used.
    pub is_valid: bool,
}

impl IndexState {
    /// Whether it only costs.
    #[must_use]
    pub fn is_unused(&self) -> bool {
        self.scans == 0 && !self.is_rule
    }
}

/// Somebody who waits for a lock.
#[derive(Debug, Clone)]
pub struct LockWait {
    /// Number of the process that waits.
    pub pid: i32,
    /// Time it has waited, in milliseconds.
    pub waited_ms: f64,
    /// What it wants to do.
    pub query: String,
    /// The lock it wants.
    pub mode: String,
    /// The table, where the lock is on one.
    pub table: Option<String>,
    /// Processes it waits for.
    pub blocked_by: Vec<i32>,
    /// What the first of them does: `active`, `idle in transaction` …
    pub blocker_state: Option<String>,
    /// What that one did last.
    pub blocker_query: Option<String>,
}

/// Connections that do the same.
#[derive(Debug, Clone)]
pub struct ConnectionState {
    /// `active`, `idle`, `idle in transaction` …
    pub state: String,
    /// How many.
    pub connections: i64,
    /// Age of the longest transaction among them, in seconds.
    pub longest_seconds: Option<f64>,
}

/// Somebody who follows the log.
#[derive(Debug, Clone)]
pub struct ReplicaState {
    /// What it calls itself.
    pub name: String,
    /// Its address; none on the same machine.
    pub address: Option<String>,
    /// `streaming`, `catchup` …
    pub state: String,
    /// Bytes of log that it has not applied yet.
    pub lag_bytes: Option<i64>,
    /// Seconds until a commit is seen there; none where nothing is under way.
    pub lag_seconds: Option<f64>,
}

/// A partitioned table.
#[derive(Debug, Clone)]
pub struct PartitionState {
    /// Its name.
    pub table: String,
    /// End of the last month that stands ready without a gap.
    pub ready_until: DateTime<Utc>,
    /// Rows that belong to no month that is there.
    pub stray_rows: i64,
}

/// Reads all of them.
///
/// # Errors
/// What the database reports.
pub(super) async fn read(client: &Client) -> Result<Figures> {
    let row = client
        .query_one(
            "select
               ops.slow_statements_state(),
               deadlocks,
               blks_hit / nullif(blks_hit + blks_read, 0)::double precision,
               current_setting('max_connections')::integer,
               (select min(refreshed_at) from ops.view_refreshes),
               pg_database_size(current_database())
             from pg_stat_database
             where datname = current_database()",
            &[],
        )
        .await
        .map_err(Error::internal)?;
    let slow = client.query("select * from ops.slow_statements($1, $2)", &[&SLOW_MS, &SLOW_TOLD]);
    let slow = slow.await.map_err(Error::internal)?;
    Ok(Figures {
        read_at: Utc::now(),
        statements: row.get(0),
        slow_statements: slow.iter().map(slow_statement).collect(),
        tables: all(client, "select * from ops.table_state()", table).await?,
        indexes: all(client, "select * from ops.index_state()", index).await?,
        lock_waits: all(client, "select * from ops.lock_waits()", lock_wait).await?,
        deadlocks: row.get(1),
        cache_hit_ratio: row.get(2),
        connections: all(client, "select * from ops.connection_state()", connections).await?,
        max_connections: row.get(3),
        replicas: all(client, "select * from ops.replication_state()", replica).await?,
        partitions: all(client, "select * from ops.partition_state()", partition).await?,
        jobs: job::states(client).await?,
        statistics_refreshed_at: row.get(4),
        database_bytes: row.get(5),
    })
}

async fn all<T>(client: &Client, question: &str, read: fn(&Row) -> T) -> Result<Vec<T>> {
    let rows = client.query(question, &[]).await.map_err(Error::internal)?;
    Ok(rows.iter().map(read).collect())
}

fn slow_statement(row: &Row) -> SlowStatement {
    SlowStatement {
        query_id: row.get::<_, Option<i64>>(0).unwrap_or(0),
        query: row.get::<_, Option<String>>(1).unwrap_or_default(),
        calls: row.get(2),
        mean_ms: row.get(3),
        max_ms: row.get(4),
        total_ms: row.get(5),
        spread_ms: row.get(6),
        rows: row.get(7),
        blocks_hit: row.get(8),
        blocks_read: row.get(9),
        blocks_spilled: row.get(10),
    }
}

fn table(row: &Row) -> TableState {
    TableState {
        name: row.get(0),
        live_rows: row.get(1),
        dead_rows: row.get(2),
        total_bytes: row.get(3),
        bloat_bytes: row.get(4),
        vacuumed_at: row.get(5),
        analyzed_at: row.get(6),
        transaction_age: row.get::<_, Option<i32>>(8).unwrap_or(0),
    }
}

fn index(row: &Row) -> IndexState {
    IndexState {
        name: row.get(0),
        table: row.get(1),
        scans: row.get(2),
        total_bytes: row.get(3),
        is_rule: row.get(4),
        is_valid: row.get(5),
    }
}

fn lock_wait(row: &Row) -> LockWait {
    LockWait {
        pid: row.get(0),
        waited_ms: row.get(1),
        query: row.get::<_, Option<String>>(2).unwrap_or_default(),
        mode: row.get(3),
        table: row.get(4),
        blocked_by: row.get(5),
        blocker_state: row.get(6),
        blocker_query: row.get(7),
    }
}

fn connections(row: &Row) -> ConnectionState {
    ConnectionState { state: row.get(0), connections: row.get(1), longest_seconds: row.get(2) }
}

fn replica(row: &Row) -> ReplicaState {
    ReplicaState {
        name: row.get::<_, Option<String>>(0).unwrap_or_default(),
        address: row.get(1),
        state: row.get::<_, Option<String>>(2).unwrap_or_default(),
        lag_bytes: row.get(3),
        lag_seconds: row.get(4),
    }
}

fn partition(row: &Row) -> PartitionState {
    PartitionState { table: row.get(0), ready_until: row.get(1), stray_rows: row.get(2) }
}
