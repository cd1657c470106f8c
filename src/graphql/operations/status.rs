//! The status as a type. A database that does not tell its figures is part of the answer, not an
//! error.

use std::sync::Arc;

use async_graphql::{Context, Json, Object, Result};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::parts::{
    DatabaseIndex, DatabaseLockWait, DatabaseReplica, DatabaseTable, LiveFeeds, MaintenanceJob, PartitionedTable,
    SlowStatement,
};
use crate::collaboration::feed::Feeds;
use crate::db::{Database, PoolState, migrate};
use crate::error;
use crate::graphql::context;
use crate::graphql::scalars::{Long, to_int};
use crate::operations::Monitor;
use crate::operations::monitor::Figures;

/// Slow statements that come with advice, each of which is a plan to make.
const MAX_SLOW: usize = 20;

/// How server and database are.
pub struct SystemStatus {
    database: Database,
    monitor: Monitor,
    feeds: Feeds,
    figures: Option<Arc<Figures>>,
    /// The last migration that was run, and how many are pending.
    migrations: Option<(String, usize)>,
}

impl SystemStatus {
    /// Looks now.
    ///
    /// # Errors
    /// `Internal` when the server forgot to attach what is looked at.
    pub async fn of(ctx: &Context<'_>) -> error::Result<Self> {
        let database = context::database(ctx)?.clone();
        let monitor = context::monitor(ctx)?.clone();
        let feeds = context::feeds(ctx)?.clone();
        let figures = match monitor.figures().await {
            Ok(figures) => Some(figures),
            Err(error) => {
                tracing::warn!(%error, cause = ?error, "The database does not tell its figures");
                None
            }
        };
        let migrations = match &figures {
            Some(_) => migrations(&database).await,
            None => None,
        };
        Ok(Self { database, monitor, feeds, figures, migrations })
    }
}

async fn migrations(database: &Database) -> Option<(String, usize)> {
    match migrate::status(database.target()).await {
        Ok(states) => {
            let last = states.iter().rfind(|state| state.is_applied).map(|state| state.name.clone());
            Some((last.unwrap_or_default(), states.iter().filter(|state| !state.is_applied).count()))
        }
        Err(error) => {
            tracing::warn!(%error, "The migrations cannot be listed");
            None
        }
    }
}

/// How server and database are. Lists are empty and figures none while the
/// database does not tell them.
#[Object]
impl SystemStatus {
    /// The program's version.
    async fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// The last migration that the database has; empty when it does not say.
    async fn schema_version(&self) -> &str {
        self.migrations.as_ref().map_or("", |(last, _)| last)
    }

    /// Whether the database tells its figures.
    async fn database_ok(&self) -> bool {
        self.figures.is_some()
    }

    /// Migrations of this program that the database lacks.
    async fn pending_migrations(&self) -> i32 {
        self.migrations.as_ref().map_or(0, |(_, pending)| to_int(i64::try_from(*pending).unwrap_or(i64::MAX)))
    }

    /// The pool of this process: `connections`, `idle` and `max`; since the start `waits`, `timeouts`
    /// (waits in vain), `waitSeconds` and `lost`.
    async fn pool(&self) -> Json<Value> {
        let PoolState { connections, idle, max_connections, waits, timeouts, wait_time, lost } =
            self.database.pool_state();
        Json(json!({
            "connections": connections,
            "idle": idle,
            "max": max_connections,
            "waits": waits,
            "timeouts": timeouts,
            "waitSeconds": wait_time.as_secs_f64(),
            "lost": lost,
        }))
    }

    /// When the oldest of the statistics were computed; none: never yet.
    async fn statistics_refreshed_at(&self) -> Option<DateTime<Utc>> {
        self.figures.as_ref()?.statistics_refreshed_at
    }

    /// Statements that once took 100 ms or more, at most 50.
    async fn slow_queries(&self) -> i32 {
        let slow = self.figures.as_ref().map_or(0, |figures| figures.slow_statements.len());
        to_int(i64::try_from(slow).unwrap_or(i64::MAX))
    }

    /// Time since this process started, in seconds.
    async fn uptime_seconds(&self) -> i32 {
        to_int(i64::try_from(self.monitor.uptime().as_secs()).unwrap_or(i64::MAX))
    }

    /// Whether statements are watched: `ok`, `not installed` or `not loaded`; `doctor` says what to do.
    async fn statement_statistics(&self) -> Option<&str> {
        Some(self.figures.as_ref()?.statements.as_str())
    }

    /// The dearest statements that once took 100 ms or more, with advice; at most 20.
    #[graphql(directive = crate::graphql::access::cost::apply(100))]
    async fn slow_statements(&self) -> Result<Vec<SlowStatement>> {
        let Some(figures) = &self.figures else { return Ok(Vec::new()) };
        let slow: Vec<_> = figures.slow_statements.iter().take(MAX_SLOW).cloned().collect();
        let advice = self.monitor.advice(&slow).await?;
        Ok(slow.into_iter().zip(advice).map(|(statement, advice)| SlowStatement::new(statement, advice)).collect())
    }

    /// Tables with their partitions, the largest first.
    async fn tables(&self) -> Vec<DatabaseTable> {
        self.figures.iter().flat_map(|figures| &figures.tables).cloned().map(DatabaseTable::from).collect()
    }

    /// Indexes, the largest first.
    async fn indexes(
        &self,
        #[graphql(desc = "Only those that nothing reads and that keep no rule.", default)] unused_only: bool,
    ) -> Vec<DatabaseIndex> {
        let all = self.figures.iter().flat_map(|figures| &figures.indexes);
        all.filter(|index| !unused_only || index.is_unused()).cloned().map(DatabaseIndex::from).collect()
    }

    /// Who waits for a lock, and whom for; the longest wait first.
    async fn lock_waits(&self) -> Vec<DatabaseLockWait> {
        self.figures.iter().flat_map(|figures| &figures.lock_waits).cloned().map(DatabaseLockWait::from).collect()
    }

    /// Deadlocks that the database resolved.
    async fn deadlocks(&self) -> Long {
        Long(self.figures.as_ref().map_or(0, |figures| figures.deadlocks))
    }

    /// Share of the pages that the database found in its memory, 0 to 1; none while it read none.
    async fn cache_hit_ratio(&self) -> Option<f64> {
        self.figures.as_ref()?.cache_hit_ratio
    }

    /// Connections to the database by what they do, of all its clients, and `max`.
    async fn connections(&self) -> Json<Value> {
        let mut all = serde_json::Map::new();
        for figures in self.figures.iter() {
            for state in &figures.connections {
                all.insert(state.state.clone(), json!(state.connections));
            }
            all.insert("max".to_owned(), json!(figures.max_connections));
        }
        Json(Value::Object(all))
    }

    /// Who follows the database's log.
    async fn replicas(&self) -> Vec<DatabaseReplica> {
        self.figures.iter().flat_map(|figures| &figures.replicas).cloned().map(DatabaseReplica::from).collect()
    }

    /// Partitioned tables, and how far ahead their months stand ready.
    async fn partitions(&self) -> Vec<PartitionedTable> {
        self.figures.iter().flat_map(|figures| &figures.partitions).cloned().map(PartitionedTable::from).collect()
    }

    /// What the server does by itself, and how it went the last time, in whichever process.
    async fn jobs(&self) -> Vec<MaintenanceJob> {
        self.figures.iter().flat_map(|figures| &figures.jobs).cloned().map(MaintenanceJob::from).collect()
    }

    /// The live feeds of this process.
    async fn live(&self) -> LiveFeeds {
        LiveFeeds::of(&self.feeds)
    }

    /// Size of the database in bytes; none when it does not say.
    async fn database_bytes(&self) -> Option<Long> {
        Some(Long(self.figures.as_ref()?.database_bytes))
    }
}
