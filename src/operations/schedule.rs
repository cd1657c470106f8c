//! The server's own clock: jobs that run while it runs, each by one process at a time.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::{partitions, refresh};
use crate::account::upkeep;
use crate::db::Database;
use crate::secrets::Keys;

/// How often the partitions ahead are looked after.
const PARTITIONS_EVERY: Duration = Duration::from_secs(6 * 60 * 60);

/// How often accounts are looked after.
const ACCOUNTS_EVERY: Duration = Duration::from_secs(60 * 60);

/// The running jobs. They end when this is stopped.
pub struct Schedule {
    jobs: Vec<JoinHandle<()>>,
}

impl Schedule {
    /// Starts the jobs: partitions at once and every six hours, accounts at once and every hour,
    /// statistics as often as told.
    #[must_use]
    pub fn start(database: &Database, keys: &Keys, statistics_every: Option<Duration>) -> Self {
        let target = database.target();
        let mut jobs = Vec::new();
        let (accounts, keys) = (database.primary(), keys.clone());
        jobs.push(tokio::spawn(async move {
            let mut clock = interval(ACCOUNTS_EVERY);
            clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
            loop {
                clock.tick().await;
                if let Err(error) = upkeep::run(&accounts, &keys).await {
                    tracing::error!(%error, cause = ?error, "Accounts could not be looked after");
                }
            }
        }));
        let at = target.clone();
        jobs.push(tokio::spawn(async move {
            let mut clock = interval(PARTITIONS_EVERY);
            clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
            loop {
                clock.tick().await;
                match partitions::ensure(&at).await {
                    Ok(0) => {}
                    Ok(made) => tracing::info!(partitions.made = made, "Made {made} partitions ahead of time"),
                    Err(error) => tracing::error!(%error, cause = ?error, "Partitions could not be made"),
                }
            }
        }));
        if let Some(every) = statistics_every {
            let at = target.clone();
            jobs.push(tokio::spawn(async move {
                let mut clock = interval(every);
                clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
                loop {
                    clock.tick().await;
                    if let Err(error) = refresh::statistics(&at).await {
                        tracing::error!(%error, cause = ?error, "Statistics could not be refreshed");
                    }
                }
            }));
        }
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
