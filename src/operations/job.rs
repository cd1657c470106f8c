//! Jobs: each is run by one process at a time, and how it went is written down in `ops.jobs`, where
//! `/metrics` and `systemStatus` of every process find it.

use std::fmt::Display;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use tokio_postgres::Client;

use super::Session;
use crate::db::connect::ConnectTarget;
use crate::error::{Error, Result};

/// What is done from time to time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Job {
    /// Monthly partitions are made ahead of time.
    Partitions,
    /// Materialised views are computed anew.
    Refresh,
    /// Sums that triggers keep are compared with the rows they are of.
    Recount,
    /// What is older than it is kept goes.
    Retention,
    /// Indexes are built anew.
    Reindex,
    /// The planner's figures are taken anew.
    Analyze,
    /// Addresses are sealed, sessions that are over go.
    Accounts,
}

impl Job {
    /// Its name in `ops.jobs`, on the command line and in the metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Partitions => "partitions",
            Self::Refresh => "refresh",
            Self::Recount => "recount",
            Self::Retention => "retention",
            Self::Reindex => "reindex",
            Self::Analyze => "analyze",
            Self::Accounts => "accounts",
        }
    }
}

/// A job under way: nobody else runs it until this is dropped.
pub struct Turn {
    session: Session,
    target: ConnectTarget,
    job: Job,
    began: SystemTime,
}

impl Turn {
    /// Begins a job; none when another process is at it.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn take(target: &ConnectTarget, job: Job) -> Result<Option<Self>> {
        let session = Session::open(target, job.name()).await?;
        let key = format!("searxng-cool-music job {}", job.name());
        let row = session.query_one("select pg_try_advisory_lock(hashtextextended($1, 0))", &[&key]).await;
        let is_free: bool = row.map_err(Error::internal)?.get(0);
        Ok(is_free.then(|| Self { session, target: target.clone(), job, began: SystemTime::now() }))
    }

    /// The connection to work on.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Writes down how it went, and gives the outcome on.
    ///
    /// # Errors
    /// The outcome's own.
    pub async fn end<T: Display>(self, outcome: Result<T>) -> Result<T> {
        match &outcome {
            Ok(report) => note(&self.session, self.job, self.began, true, &report.to_string()).await,
            // The job's own connection may be what was lost.
            Err(error) => match Session::open(&self.target, self.job.name()).await {
                Ok(session) => note(&session, self.job, self.began, false, &explained(error)).await,
                Err(error) => tracing::warn!(%error, "That the job {} failed could not be noted", self.job.name()),
            },
        }
        outcome
    }
}

async fn note(client: &Client, job: Job, began: SystemTime, is_ok: bool, said: &str) {
    let noted = client.execute("select ops.note_job($1, $2, $3, $4)", &[&job.name(), &began, &is_ok, &said]).await;
    if let Err(error) = noted {
        tracing::warn!(%error, "How the job {} went could not be noted", job.name());
    }
}

/// What an operator needs to know of a failure: with the database's own words.
fn explained(error: &Error) -> String {
    let Error::Internal(cause) = error else { return error.to_string() };
    let database = cause.downcast_ref::<tokio_postgres::Error>().and_then(tokio_postgres::Error::as_db_error);
    database.map_or_else(|| cause.to_string(), |refusal| refusal.message().to_owned())
}

/// A job as `ops.jobs` knows it.
#[derive(Debug, Clone)]
pub struct JobState {
    /// Its name.
    pub name: String,
    /// Instant its last run began.
    pub started_at: DateTime<Utc>,
    /// Time that run took, in milliseconds.
    pub duration_ms: i64,
    /// Whether it came to its end.
    pub is_ok: bool,
    /// What it did, or why it failed.
    pub report: String,
    /// Instant the last run that came to its end was over.
    pub succeeded_at: Option<DateTime<Utc>>,
    /// Runs that came to their end.
    pub ok_count: i64,
    /// Runs that failed.
    pub failed_count: i64,
}

/// Every job that ever ran, by name.
///
/// # Errors
/// What the database reports.
pub async fn states(client: &Client) -> Result<Vec<JobState>> {
    let rows = client
        .query(
            "select job_name, started_at, duration_ms, is_ok, report, succeeded_at, ok_count, failed_count
            from ops.jobs
            order by job_name",
            &[],
        )
        .await
        .map_err(Error::internal)?;
    let read = |row: &tokio_postgres::Row| JobState {
        name: row.get(0),
        started_at: row.get(1),
        duration_ms: row.get(2),
        is_ok: row.get(3),
        report: row.get(4),
        succeeded_at: row.get(5),
        ok_count: row.get(6),
        failed_count: row.get(7),
    };
    Ok(rows.iter().map(read).collect())
}
