//! The parts of the status.

use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};

use crate::collaboration::feed::Feeds;
use crate::graphql::scalars::{Long, to_int};
use crate::operations::job::JobState;
use crate::operations::monitor::{self, IndexState, LockWait, PartitionState, ReplicaState, TableState};

/// A statement that once took 100 ms or more, over all its runs.
#[derive(SimpleObject)]
pub struct SlowStatement {
    /// PostgreSQL's number for it, as in `pg_stat_statements`.
    query_id: String,
    /// Its text, constants left out.
    query: String,
    /// How often it ran.
    calls: Long,
    /// Time it takes on average, in milliseconds.
    mean_ms: f64,
    /// Time it took at most, in milliseconds.
    max_ms: f64,
    /// Time of all its runs, in milliseconds.
    total_ms: f64,
    /// Rows that a run gives or changes on average.
    rows_per_call: f64,
    /// Share of its pages that were found in memory, 0 to 1; none when it reads none.
    cache_hit_ratio: Option<f64>,
    /// What could be done about it, from its figures and its plan.
    advice: Vec<String>,
}

impl SlowStatement {
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    pub(super) fn new(statement: monitor::SlowStatement, advice: Vec<String>) -> Self {
        let pages = statement.blocks_hit + statement.blocks_read;
        Self {
            query_id: statement.query_id.to_string(),
            query: statement.query,
            calls: Long(statement.calls),
            mean_ms: statement.mean_ms,
            max_ms: statement.max_ms,
            total_ms: statement.total_ms,
            rows_per_call: statement.rows as f64 / statement.calls.max(1) as f64,
            cache_hit_ratio: (pages > 0).then(|| statement.blocks_hit as f64 / pages as f64),
            advice,
        }
    }
}

/// A table with its partitions.
#[derive(SimpleObject)]
pub struct DatabaseTable {
    /// Its name.
    name: String,
    /// Rows, as the database counts them on the way.
    live_rows: Long,
    /// Rows that are gone and whose place is not free yet.
    dead_rows: Long,
    /// Size with indexes, in bytes.
    total_bytes: Long,
    /// Bytes of the table that hold nothing, estimated.
    bloat_bytes: Long,
    /// When it was vacuumed last, the partition that waits longest; none: it was not.
    vacuumed_at: Option<DateTime<Utc>>,
    /// When its figures for the planner were taken last, likewise; none: they were not.
    analyzed_at: Option<DateTime<Utc>>,
    /// Transactions since its oldest row was frozen; vacuum has to come before two thousand millions.
    transaction_age: i32,
}

impl From<TableState> for DatabaseTable {
    fn from(table: TableState) -> Self {
        Self {
            name: table.name,
            live_rows: Long(table.live_rows),
            dead_rows: Long(table.dead_rows),
            total_bytes: Long(table.total_bytes),
            bloat_bytes: Long(table.bloat_bytes),
            vacuumed_at: table.vacuumed_at,
            analyzed_at: table.analyzed_at,
            transaction_age: table.transaction_age,
        }
    }
}

/// An index, with those of the partitions.
#[derive(SimpleObject)]
pub struct DatabaseIndex {
    /// Its name.
    name: String,
    /// The table's name.
    table: String,
    /// How often it was used since the database's figures were reset.
    scans: Long,
    /// Size in bytes.
    total_bytes: Long,
    /// Whether it keeps a rule, such as a key; then it is of use even when it is never read.
    is_rule: bool,
    /// Whether it is whole; one that was built half is not used.
    is_valid: bool,
}

impl From<IndexState> for DatabaseIndex {
    fn from(index: IndexState) -> Self {
        Self {
            name: index.name,
            table: index.table,
            scans: Long(index.scans),
            total_bytes: Long(index.total_bytes),
            is_rule: index.is_rule,
            is_valid: index.is_valid,
        }
    }
}

/// Somebody who waits for a lock.
#[derive(SimpleObject)]
pub struct DatabaseLockWait {
    /// Number of the database's process that waits.
    pid: i32,
    /// Time it has waited, in milliseconds.
    waited_ms: f64,
    /// What it wants to do, at most 1000 characters.
    query: String,
    /// The lock it wants, as PostgreSQL calls it.
    mode: String,
    /// The table, where the lock is on one.
    table: Option<String>,
    /// Processes it waits for.
    blocked_by: Vec<i32>,
    /// What the first of them does: `active`, `idle in transaction` …
    blocker_state: Option<String>,
    /// What that one did last, at most 1000 characters.
    blocker_query: Option<String>,
}

impl From<LockWait> for DatabaseLockWait {
    fn from(wait: LockWait) -> Self {
        Self {
            pid: wait.pid,
            waited_ms: wait.waited_ms,
            query: wait.query,
            mode: wait.mode,
            table: wait.table,
            blocked_by: wait.blocked_by,
            blocker_state: wait.blocker_state,
            blocker_query: wait.blocker_query,
        }
    }
}

/// Somebody who follows the database's log.
#[derive(SimpleObject)]
pub struct DatabaseReplica {
    /// What it calls itself.
    name: String,
    /// Its address; none on the same machine.
    address: Option<String>,
    /// What it does: `streaming`, `catchup` …
    state: String,
    /// Bytes of the log that it has not applied yet; none when it does not say.
    lag_bytes: Option<Long>,
    /// Time until a change is seen there, in seconds; none where nothing is under way.
    lag_seconds: Option<f64>,
}

impl From<ReplicaState> for DatabaseReplica {
    fn from(replica: ReplicaState) -> Self {
        Self {
            name: replica.name,
            address: replica.address,
            state: replica.state,
            lag_bytes: replica.lag_bytes.map(Long),
            lag_seconds: replica.lag_seconds,
        }
    }
}

/// A partitioned table.
#[derive(SimpleObject)]
pub struct PartitionedTable {
    /// Its name.
    name: String,
    /// End of the last month that stands ready without a gap.
    ready_until: DateTime<Utc>,
    /// Rows that belong to no month that is there; none is right.
    stray_rows: Long,
}

impl From<PartitionState> for PartitionedTable {
    fn from(table: PartitionState) -> Self {
        Self { name: table.table, ready_until: table.ready_until, stray_rows: Long(table.stray_rows) }
    }
}

/// Something that the server does by itself.
#[derive(SimpleObject)]
pub struct MaintenanceJob {
    /// Its name, as of the command.
    name: String,
    /// When its last run began.
    started_at: DateTime<Utc>,
    /// Time that run took, in milliseconds.
    duration_ms: Long,
    /// Whether that run came to its end.
    is_ok: bool,
    /// What it did, or why it failed.
    report: String,
    /// When the last run that came to its end was over; none: none did.
    succeeded_at: Option<DateTime<Utc>>,
    /// Runs that came to their end.
    ok_count: Long,
    /// Runs that failed.
    failed_count: Long,
}

impl From<JobState> for MaintenanceJob {
    fn from(job: JobState) -> Self {
        Self {
            name: job.name,
            started_at: job.started_at,
            duration_ms: Long(job.duration_ms),
            is_ok: job.is_ok,
            report: job.report,
            succeeded_at: job.succeeded_at,
            ok_count: Long(job.ok_count),
            failed_count: Long(job.failed_count),
        }
    }
}

/// The live feeds of one process.
#[derive(SimpleObject)]
pub struct LiveFeeds {
    /// Subscriptions that follow a playlist.
    subscriptions: i32,
    /// Times a subscriber was told to read a playlist anew, since what it missed is no longer kept.
    resets: Long,
    /// Subscribers that were let go, since they did not take their events.
    too_slow: Long,
    /// Times the notifications' connection was made again.
    listen_reconnects: Long,
    /// Whether notifications arrive now; without them feeds look every five seconds.
    is_listening: bool,
}

impl LiveFeeds {
    pub(super) fn of(feeds: &Feeds) -> Self {
        let count = |number: u64| Long(i64::try_from(number).unwrap_or(i64::MAX));
        Self {
            subscriptions: to_int(i64::try_from(feeds.followers()).unwrap_or(i64::MAX)),
            resets: count(feeds.resets()),
            too_slow: count(feeds.too_slow()),
            listen_reconnects: count(feeds.listener().reconnects()),
            is_listening: feeds.listener().is_connected(),
        }
    }
}
