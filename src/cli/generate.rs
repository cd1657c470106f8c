//! `generate`: fill an empty database with a believable world.

use std::process::ExitCode;
use std::time::Duration;

use chrono::{NaiveDate, Utc};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::signal::unix::{SignalKind, signal};

use super::home::Home;
use super::runtime;
use crate::config::Settings;
use crate::db::connect::ConnectTarget;
use crate::db::migrate;
use crate::error::{Error, Result};
use crate::generate::{Outcome, Progress, WorldOptions, WorldSize, generate_world};

/// Fill an empty database with an invented catalogue and its listeners
///
/// 1000 users make 50,000 tracks and 500,000 interactions, 10,000 make 200,000 and 5,000,000, and
/// 100,000 make 1,000,000 and 50,000,000. The same numbers and the same --until make the same rows.
/// The database is migrated first and has to be empty; a run that was interrupted goes on when the
/// same command is given again. The server then loads no demo beside it.
#[derive(Debug, Args)]
pub(super) struct Generate {
    /// Number of users, from 1 to 100000; everything else follows from it
    #[arg(long, allow_negative_numbers = true)]
    users: i64,
    /// Another number makes another world
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Day (UTC) with whose beginning the world ends, as 2026-11-22; today, unless an interrupted
    /// run began with another
    #[arg(long)]
    until: Option<NaiveDate>,
}

pub(super) fn run(settings: &Settings, command: &Generate) -> Result<ExitCode> {
    let options =
        WorldOptions { size: WorldSize::for_users(command.users)?, seed: command.seed, until: until(command)? };
    let home = Home::shared(settings)?;
    let runtime = runtime()?;
    let bar = ProgressBar::new(0);
    bar.enable_steady_tick(Duration::from_millis(200));
    let outcome = runtime.block_on(async {
        tokio::select! {
            outcome = fill(home.owner(), &options, &bar) => outcome,
            told = interrupted() => Err(told),
        }
    });
    bar.finish_and_clear();
    // A thread that draws rows nobody takes any more is not waited for.
    runtime.shutdown_background();
    match outcome? {
        Outcome::Written(rows) => say!("Wrote {rows} rows in {:.0} s", bar.elapsed().as_secs_f64()),
        Outcome::WasThere => say!("The database holds this world already"),
    }
    Ok(ExitCode::SUCCESS)
}

/// A day that has a past and has come.
fn until(command: &Generate) -> Result<Option<NaiveDate>> {
    let Some(until) = command.until else { return Ok(None) };
    let first = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or(NaiveDate::MIN);
    if until < first || until > Utc::now().date_naive() {
        return Err(Error::setup(format!("--until {until} is no day from {first} to today.")));
    }
    Ok(Some(until))
}

async fn fill(target: &ConnectTarget, options: &WorldOptions, bar: &ProgressBar) -> Result<Outcome> {
    migrate::catch_up(target).await?;
    generate_world(target, options, |progress| show(bar, &progress)).await
}

/// Waits for SIGINT or SIGTERM and gives the sentence with which the run ends.
async fn interrupted() -> Error {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return Error::setup("signals cannot be received");
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Error::setup("Interrupted. What is written stays, and the same command goes on from there.")
}

fn show(bar: &ProgressBar, progress: &Progress) {
    let (rows, expected) = progress.rows;
    let template = if expected > 0 {
        "{prefix:>8} {msg:34} [{bar:24}] {human_pos}/{human_len} {per_sec} {elapsed}"
    } else {
        "{prefix:>8} {msg:34} {spinner} {human_pos} rows {per_sec} {elapsed}"
    };
    if bar.message() != progress.what {
        bar.reset_eta();
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        let (done, steps) = progress.steps;
        bar.set_prefix(if steps == 0 { String::new() } else { format!("{}/{steps}", done + 1) });
        bar.set_message(progress.what.clone());
    }
    bar.set_length(expected);
    bar.set_position(rows);
}
