//! `migrate`: run, take back or list migrations.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::home::Home;
use super::runtime;
use crate::config::Settings;
use crate::db::migrate;
use crate::error::Result;

#[derive(Debug, Args)]
pub(super) struct Migrate {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Run every migration that the database lacks
    Up,
    /// Take the last migration back
    Down {
        /// Take all of them back: every table and all data are gone afterwards
        #[arg(long)]
        all: bool,
    },
    /// Take the last migration back and run it again
    Redo,
    /// List the migrations and whether the database has them
    Status,
}

pub(super) fn run(settings: &Settings, command: &Migrate) -> Result<ExitCode> {
    let home = Home::shared(settings)?;
    let target = home.owner();
    runtime()?.block_on(async {
        match command.action {
            Action::Up => tell("run", &migrate::up(target).await?, "The database is up to date"),
            Action::Down { all: false } => tell("taken back", &migrate::down(target).await?, "Nothing to take back"),
            Action::Down { all: true } => tell("taken back", &migrate::down_all(target).await?, "Nothing to take back"),
            Action::Redo => tell("run again", &migrate::redo(target).await?, "Nothing to run again"),
            Action::Status => {
                for state in migrate::status(target).await? {
                    say!("{} {}", if state.is_applied { "[x]" } else { "[ ]" }, state.name);
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn tell(what: &str, names: &[String], nothing: &str) {
    for name in names {
        say!("{name} {what}");
    }
    if names.is_empty() {
        say!("{nothing}");
    }
}
