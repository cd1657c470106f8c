//! `maintain`: the jobs that the server runs by itself, and those for quiet hours.

use std::process::ExitCode;

use chrono::Utc;
use clap::{Args, Subcommand};

use super::home::Home;
use super::runtime;
use crate::config::Settings;
use crate::db::connect::ConnectTarget;
use crate::db::migrate;
use crate::error::{Error, Result};
use crate::operations::job::{self, Job, Turn};
use crate::operations::retention::{self, Retention};
use crate::operations::{Session, analyze, partitions, recount, refresh, reindex};

#[derive(Debug, Args)]
pub(super) struct Maintain {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make the monthly partitions of this month and the next three
    Partitions,
    /// Compute statistics and charts anew, while they are read
    Refresh,
    /// Compare the sums that triggers keep with the rows they are of, and put right what is wrong
    Recount {
        /// Only tell what is wrong
        #[arg(long)]
        dry_run: bool,
    },
    /// Let go what is older than it is kept: months of events by the settings, deleted playlists, share links
    Retention,
    /// Build indexes anew, one after the other, while the tables are in use
    Reindex {
        /// Of this table alone, like public.tracks
        #[arg(long)]
        table: Option<String>,
        /// Only indexes of at least so many megabytes
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..=1_000_000))]
        min_mb: i64,
    },
    /// Take the planner's figures of every table anew
    Analyze,
    /// Tell when each job was run last, and how that went
    Status,
}

/// How long what is kept, as configured.
pub(super) fn retention(settings: &Settings) -> Retention {
    let months = |months: u32| Some(months).filter(|months| *months > 0);
    Retention {
        interaction_months: months(settings.interaction_retention_months),
        discovery_months: months(settings.discovery_retention_months),
        activity_months: months(settings.activity_retention_months),
        deleted_playlist_days: settings.deleted_playlist_days,
    }
}

pub(super) fn run(settings: &Settings, command: &Maintain) -> Result<ExitCode> {
    let home = Home::shared(settings)?;
    runtime()?.block_on(async {
        let target = home.owner();
        let pending = migrate::pending_count(target).await?;
        if pending > 0 {
            return Err(Error::setup(format!("{pending} migrations are pending: `migrate up` runs them")));
        }
        if matches!(command.what, What::Status) {
            return status(target).await;
        }
        let job = command.what.job();
        let Some(turn) = Turn::take(target, job).await? else {
            say!("Another process runs the job {} at this moment.", job.name());
            return Ok(ExitCode::SUCCESS);
        };
        let outcome = perform(settings, &command.what, turn.session()).await;
        let report = turn.end(outcome).await?;
        say!("{report}.");
        Ok(ExitCode::SUCCESS)
    })
}

impl What {
    fn job(&self) -> Job {
        match self {
            Self::Partitions | Self::Status => Job::Partitions,
            Self::Refresh => Job::Refresh,
            Self::Recount { .. } => Job::Recount,
            Self::Retention => Job::Retention,
            Self::Reindex { .. } => Job::Reindex,
            Self::Analyze => Job::Analyze,
        }
    }
}

async fn perform(settings: &Settings, what: &What, session: &Session) -> Result<String> {
    Ok(match what {
        What::Partitions | What::Status => format!("{} partitions made", partitions::ensure(session).await?),
        What::Refresh => refresh::told(refresh::statistics(session).await?).to_owned(),
        What::Recount { dry_run } => recount::sums(session, !dry_run, |found| say!("{found}")).await?.to_string(),
        What::Retention => retention::apply(session, &retention(settings), Utc::now()).await?.to_string(),
        What::Reindex { table, min_mb } => {
            let choice = reindex::Choice { table: table.clone(), min_bytes: min_mb * 1_048_576 };
            let all = reindex::indexes(session, &choice, |index| {
                say!("{}: {} before, {} after", index.name, size(index.bytes_before), size(index.bytes_after));
            })
            .await?;
            let saved: i64 = all.iter().map(|index| index.bytes_before - index.bytes_after).sum();
            format!("{} indexes built anew, {} freed", all.len(), size(saved.max(0)))
        }
        What::Analyze => format!("{} tables analyzed", analyze::tables(session, |name| say!("{name}")).await?),
    })
}

async fn status(target: &ConnectTarget) -> Result<ExitCode> {
    let session = Session::open(target, "status").await?;
    let states = job::states(&session).await?;
    if states.is_empty() {
        say!("No job has been run yet.");
    }
    for state in states {
        let outcome = if state.is_ok { "ok    " } else { "failed" };
        let began = state.started_at.format("%Y-%m-%d %H:%M:%S UTC");
        say!("{:<10} {outcome} {began} {:>8} ms  {}", state.name, state.duration_ms, state.report);
    }
    Ok(ExitCode::SUCCESS)
}

/// Bytes for people.
fn size(bytes: i64) -> String {
    match bytes {
        ..10_240 => format!("{bytes} bytes"),
        10_240..10_485_760 => format!("{} kB", bytes / 1_024),
        _ => format!("{} MB", bytes / 1_048_576),
    }
}
