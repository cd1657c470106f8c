//! `import catalogue FILE`: bring tracks in from CSV or JSON Lines.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use super::home::Home;
use super::runtime;
use crate::config::Settings;
use crate::db::connect::SessionSettings;
use crate::db::migrate;
use crate::error::{Error, Result};
use crate::transfer::catalogue::{CatalogueReader, columns};
use crate::transfer::import::{ImportOptions, Progress, Stage, import_catalogue};

#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Tracks with their artists, albums, genres and links, from CSV or JSON Lines
    #[command(after_long_help = columns::help_text())]
    Catalogue {
        /// The file; CSV with a header row, or one JSON object a line
        file: PathBuf,
        /// Name of the collection that the column `id` belongs to; the file's name without it
        #[arg(long)]
        source: Option<String>,
    },
}

pub(super) fn run(settings: &Settings, command: Import) -> Result<ExitCode> {
    let What::Catalogue { file, source } = command.what;
    let reader = CatalogueReader::open(&file)?;
    let options = match source {
        Some(source) if source.trim().is_empty() => {
            return Err(Error::setup("--source is empty; name the collection, or leave the option away"));
        }
        Some(source) => ImportOptions { source },
        None => ImportOptions::for_file(&file),
    };
    let home = Home::shared(settings)?;
    let target = home.owner();
    let bar = progress_bar();
    let report = runtime()?.block_on(async {
        migrate::catch_up(target).await?;
        let session =
            SessionSettings { application_name: "searxng-cool-music import".to_owned(), ..SessionSettings::default() };
        import_catalogue(target, &session, reader, &options, |progress| show(&bar, &progress)).await
    });
    bar.finish_and_clear();
    let report = report?;
    say!("{report}");
    // Refused lines are named in the report; the others are in.
    Ok(if report.refused.count > 0 { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg:20} [{bar:30}] {bytes}/{total_bytes} {elapsed}") {
        bar.set_style(style);
    }
    bar
}

fn show(bar: &ProgressBar, progress: &Progress) {
    if let Some(total) = progress.total_bytes {
        bar.set_length(total);
    }
    bar.set_position(progress.bytes_read);
    bar.set_message(match progress.stage {
        Stage::Reading => format!("reading, {} rows", progress.rows),
        Stage::Writing => "writing".to_owned(),
        Stage::Reporting => "gathering the report".to_owned(),
    });
}
