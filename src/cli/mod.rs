//! The command line: one binary, `serve` unless told otherwise.

/// Prints a line. A reader that has gone away, as in `… | head`, is no fault.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($text)*);
    }};
}

mod admin;
mod backup;
mod doctor;
mod generate;
mod home;
mod import;
mod maintain;
mod migrate;
mod rights;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Settings;
use crate::error::{Error, Result};
use crate::{graphql, telemetry};

/// A GraphQL API server for a music platform.
///
/// Without a command it serves. Without a database URL it starts a PostgreSQL of its own in the
/// data folder, migrates it and loads a demo catalogue.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API and the playground (the default)
    Serve,
    /// Run, take back or list the database's migrations
    Migrate(migrate::Migrate),
    /// Bring data in
    Import(import::Import),
    Generate(generate::Generate),
    /// Look after the database: what the server does by itself, now
    Maintain(maintain::Maintain),
    /// Take backups, prove them, bring them back
    Backup(backup::Backup),
    /// Make accounts and look after keys
    Admin(admin::Admin),
    /// Print the GraphQL schema
    Schema,
    /// Check configuration, database and rights, and say what to do
    Doctor,
}

/// Runs the command.
///
/// # Errors
/// A sentence for the operator.
pub fn run(cli: Cli) -> Result<ExitCode> {
    let settings = cli.settings;
    if matches!(cli.command, Some(Command::Schema)) {
        say!("{}", graphql::sdl().trim_end());
        return Ok(ExitCode::SUCCESS);
    }
    let _telemetry = telemetry::start(&settings.log, settings.log_format)?;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(&settings),
        Command::Migrate(command) => migrate::run(&settings, &command),
        Command::Import(command) => import::run(&settings, command),
        Command::Generate(command) => generate::run(&settings, &command),
        Command::Admin(command) => admin::run(&settings, command),
        Command::Maintain(command) => maintain::run(&settings, &command),
        Command::Backup(command) => backup::run(&settings, &command),
        Command::Doctor => doctor::run(&settings),
        Command::Schema => Ok(ExitCode::SUCCESS),
    }
}

/// The runtime that commands run on.
fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|cause| Error::setup(format!("the asynchronous runtime cannot be started: {cause}")))
}
