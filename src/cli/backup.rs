//! `backup`: take one while the server serves, prove it, bring it back.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use super::home::Home;
use super::runtime;
use crate::config::Settings;
use crate::error::Result;
use crate::operations::backup::{self, CreateOptions, Folder, Manifest, RestoreOptions, SealingKey, Step};

#[derive(Debug, Args)]
pub(super) struct Backup {
    #[command(subcommand)]
    what: What,
    /// File with the key that backups are sealed with: 32 bytes in base64, as of `openssl rand -base64 32`
    #[arg(long, env = "BACKUP_KEY_FILE", global = true)]
    key_file: Option<PathBuf>,
    /// Tables that are dumped or restored at a time
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=64), global = true)]
    jobs: u32,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Take a backup of one moment, while the database is used
    Create {
        /// Remove all but the newest so many afterwards
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
        keep: Option<u32>,
        /// Prove it at once, as `backup verify` does
        #[arg(long)]
        verify: bool,
    },
    /// Tell which backups there are
    List,
    /// Restore a backup into a cluster made for that, and compare every table
    Verify {
        /// The backup's name; the newest without it
        #[arg(default_value = "latest")]
        name: String,
        /// Only look at the files' checksums
        #[arg(long)]
        files: bool,
        /// Folder for that cluster, which takes as much room as the database. Without it the system's
        #[arg(long)]
        scratch: Option<PathBuf>,
    },
    /// Bring a backup back into the database, which has to be empty: a new data folder, or a new database
    Restore {
        /// The backup's name; the newest without it
        #[arg(default_value = "latest")]
        name: String,
    },
}

pub(super) fn run(settings: &Settings, command: &Backup) -> Result<ExitCode> {
    let folder = Folder::at(settings.backup_dir());
    let key = command.key_file.as_deref().map(SealingKey::read).transpose()?;
    let programs = settings.pg_bin_dir.as_deref();
    let opening = RestoreOptions { jobs: command.jobs, key: key.as_ref(), programs };
    match &command.what {
        What::List => list(&folder)?,
        What::Create { keep, verify } => {
            let home = Home::shared(settings)?;
            let options = CreateOptions { jobs: command.jobs, key: key.as_ref(), programs };
            let bar = Bar::begin("dumped");
            let making = backup::create(home.owner(), &folder, &options, |step| bar.tell(step));
            let (path, manifest) = runtime()?.block_on(making)?;
            bar.end();
            say!("{}: {}", path.display(), told(&manifest));
            if *verify {
                prove(&path, std::env::temp_dir(), &opening)?;
            }
            if let Some(keep) = keep {
                for name in folder.keep(usize::try_from(*keep).unwrap_or(usize::MAX))? {
                    say!("Removed {name}");
                }
            }
        }
        What::Verify { name, files: true, .. } => {
            let manifest = backup::check_files(&folder.find(name)?, key.as_ref())?;
            say!("Every file is as it was written: {}.", told(&manifest));
        }
        What::Verify { name, scratch, .. } => {
            let scratch = scratch.clone().unwrap_or_else(std::env::temp_dir);
            prove(&folder.find(name)?, scratch, &opening)?;
        }
        What::Restore { name } => {
            let path = folder.find(name)?;
            // Before a new cluster is made for it.
            backup::check_files(&path, key.as_ref())?;
            let home = Home::own(settings)?;
            let bar = Bar::begin("restored");
            let restoring = backup::restore(home.owner(), &path, &opening, |step| bar.tell(step));
            let restored = runtime()?.block_on(restoring);
            bar.end();
            if let Some(cluster) = home.cluster() {
                cluster.stop();
            }
            say!("Restored, and every table is as it was: {}.", told(&restored?));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn prove(path: &std::path::Path, scratch: PathBuf, options: &RestoreOptions<'_>) -> Result<()> {
    let bar = Bar::begin("restored");
    let manifest = runtime()?.block_on(backup::verify(path, &scratch, options, |step| bar.tell(step)))?;
    bar.end();
    say!("Restored into a cluster of its own, and every table is as it was: {}.", told(&manifest));
    Ok(())
}

fn list(folder: &Folder) -> Result<()> {
    let all = folder.list()?;
    if all.is_empty() {
        say!("There is no backup yet.");
    }
    for (name, manifest) in all {
        match manifest {
            Ok(manifest) => say!("{name}  {}", told(&manifest)),
            Err(error) => say!("{name}  of no use: {error}"),
        }
    }
    Ok(())
}

fn told(manifest: &Manifest) -> String {
    let sealed = if manifest.sealed_with.is_some() { ", sealed" } else { "" };
    format!(
        "{} rows in {} tables, {} kB{sealed}, PostgreSQL {}",
        manifest.rows(),
        manifest.tables.len(),
        manifest.bytes() / 1_024,
        manifest.postgresql
    )
}

/// A line that tells those who wait what is being done.
struct Bar {
    bar: ProgressBar,
    dumping: &'static str,
}

impl Bar {
    fn begin(dumping: &'static str) -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{elapsed_precise} {msg} {wide_bar} {pos}/{len}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, dumping }
    }

    fn tell(&self, step: Step) {
        match step {
            Step::Counted(done, all) => {
                self.bar.set_message("tables compared");
                self.bar.set_length(u64::try_from(all).unwrap_or(u64::MAX));
                self.bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
            }
            Step::Dumping => self.bar.set_message(format!("the database is being {}", self.dumping)),
            Step::Sealing => self.bar.set_message("files are sealed or opened"),
            Step::Summing => self.bar.set_message("checksums of the files are taken"),
        }
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }
}
