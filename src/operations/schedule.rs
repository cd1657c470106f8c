//! The server's own clock: jobs that run while it runs, each by one process at a time.

use std::time::Duration;

use chrono::Utc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, interval_at};

use super::job::{self, Job, Turn};
use super::retention::{self, Retention};
use super::{Session, analyze, partitions, recount, refresh};
use crate::account::upkeep;
use crate::db::Database;
use crate::db::connect::ConnectTarget;
use crate::error::{Error, Result};
use crate::secrets::Keys;

/// How often the partitions ahead are looked after.
const PARTITIONS_EVERY: Duration = Duration::from_secs(6 * 60 * 60);

/// How often accounts are looked after.
const ACCOUNTS_EVERY: Duration = Duration::from_secs(60 * 60);

/// How often the long jobs are run, by all processes together.
const LONG_JOBS_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// How often it is looked whether a long job is due; the first time, a server has just started and
/// has better things to do.
const LOOK_EVERY: Duration = Duration::from_secs(10 * 60);

/// When to do what, and how much to keep.
#[derive(Debug, Clone)]
pub struct Timetable {
    /// Time between two refreshes of the statistics; none: they are left alone.
    pub statistics_every: Option<Duration>,
    /// How long what is kept.
    pub retention: Retention,
}

/// The running jobs. They end when this is stopped.
pub struct Schedule {
    jobs: Vec<JoinHandle<()>>,
}

/// What jobs need.
#[derive(Clone)]
struct Work {
    accounts: Database,
    keys: Keys,
    retention: Retention,
}

impl Schedule {
    /// Starts the jobs: partitions at once and every six hours, accounts at once and every hour,
    /// statistics as often as told, and once a day what takes long: retention, recount, analyze.
    #[must_use]
    pub fn start(database: &Database, keys: &Keys, timetable: &Timetable) -> Self {
        let work = Work { accounts: database.primary(), keys: keys.clone(), retention: timetable.retention };
        let mut jobs =
            vec![every(ACCOUNTS_EVERY, Job::Accounts, &work), every(PARTITIONS_EVERY, Job::Partitions, &work)];
        if let Some(pause) = timetable.statistics_every {
            jobs.push(every(pause, Job::Refresh, &work));
        }
        jobs.push(tokio::spawn(long_jobs(work)));
        Self { jobs }
    }

    /// Ends the jobs; what they were doing is rolled back by the database.
    pub fn stop(&self) {
        for job in &self.jobs {
            job.abort();
        }
    }
}

impl Drop for Schedule {
    fn drop(&mut self) {
        self.stop();
    }
}

fn every(pause: Duration, job: Job, work: &Work) -> JoinHandle<()> {
    let work = work.clone();
    tokio::spawn(async move {
        let mut clock = interval(pause);
        clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            clock.tick().await;
            work.run(job).await;
        }
    })
}

async fn long_jobs(work: Work) {
    let mut clock = interval_at(Instant::now() + LOOK_EVERY, LOOK_EVERY);
    clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        clock.tick().await;
        for job in [Job::Retention, Job::Recount, Job::Analyze] {
            match is_due(work.accounts.target(), job).await {
                Ok(true) => work.run(job).await,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "Whether the job {} is due is not known", job.name()),
            }
        }
    }
}

/// Whether no process has run a job for a day.
async fn is_due(target: &ConnectTarget, job: Job) -> Result<bool> {
    let session = Session::open(target, "schedule").await?;
    let states = job::states(&session).await?;
    let last = states.into_iter().find(|state| state.name == job.name());
    Ok(last.is_none_or(|state| (Utc::now() - state.started_at).to_std().is_ok_and(|age| age >= LONG_JOBS_EVERY)))
}

impl Work {
    async fn run(&self, job: Job) {
        let name = job.name();
        let turn = match Turn::take(self.accounts.target(), job).await {
            Ok(Some(turn)) => turn,
            Ok(None) => return tracing::debug!(job.name = name, "Another process runs the job {name}"),
            Err(error) => return tracing::error!(job.name = name, %error, cause = ?error, "The job {name} failed"),
        };
        let outcome = self.perform(job, turn.session()).await;
        match turn.end(outcome).await {
            Ok(report) => tracing::debug!(job.name = name, "The job {name} is done: {report}"),
            Err(error) => tracing::error!(job.name = name, %error, cause = ?error, "The job {name} failed"),
        }
    }

    async fn perform(&self, job: Job, session: &Session) -> Result<String> {
        match job {
            Job::Accounts => {
                upkeep::run(&self.accounts, &self.keys).await?;
                Ok("accounts looked after".to_owned())
            }
            Job::Partitions => {
                let made = partitions::ensure(session).await?;
                if made > 0 {
                    tracing::info!(partitions.made = made, "Made {made} partitions ahead of time");
                }
                Ok(format!("{made} partitions made"))
            }
            Job::Refresh => Ok(refresh::told(refresh::statistics(session).await?).to_owned()),
            Job::Recount => {
                let found = recount::sums(session, true, |_| {}).await?;
                if found.is_wrong() {
                    tracing::error!("Sums were wrong and are mended: {found}");
                }
                Ok(found.to_string())
            }
            Job::Retention => Ok(retention::apply(session, &self.retention, Utc::now()).await?.to_string()),
            Job::Analyze => Ok(format!("{} tables analyzed", analyze::tables(session, |_| {}).await?)),
            Job::Reindex => Err(Error::setup("indexes are built anew on the command line alone")),
        }
    }
}
