//! PostgreSQL's own programs for dumps, of a version that fits.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use crate::db::connect::ConnectTarget;
use crate::db::embedded::{self, Search};
use crate::error::{Error, Result};

/// The folder with `pg_dump` and `pg_restore` for a server of a major version; `chosen` is looked into
/// first. A newer one does as well.
///
/// # Errors
/// `Setup` when there is none.
pub(super) fn folder(chosen: Option<&Path>, major: u32) -> Result<PathBuf> {
    let nowhere = PathBuf::new();
    let mut tried = Vec::new();
    for wanted in std::iter::once(major).chain((major + 1)..=18) {
        let mut search = Search::new(&nowhere);
        search.bin_dir = chosen;
        search.wanted_major = Some(wanted);
        match embedded::find(&search) {
            Ok(found) if found.directory.join("pg_dump").is_file() && found.directory.join("pg_restore").is_file() => {
                return Ok(found.directory);
            }
            Ok(found) => tried.push(format!("{} has no pg_dump", found.directory.display())),
            Err(_) => {}
        }
    }
    let tried = if tried.is_empty() { String::new() } else { format!(" ({})", tried.join("; ")) };
    Err(Error::setup(format!(
        "no pg_dump and pg_restore of PostgreSQL {major} or newer are on this machine{tried}: install them \
         (Debian: `apt-get install postgresql-client-{major} postgresql-{major}`), or name their folder with --pg-bin-dir (PG_BIN_DIR)"
    )))
}

/// Runs one of them on a database.
///
/// # Errors
/// `Setup` with what it said.
pub(super) async fn run(folder: &Path, name: &str, target: &ConnectTarget, arguments: &[String]) -> Result<()> {
    let mut command = Command::new(folder.join(name));
    for (variable, _) in std::env::vars().filter(|(variable, _)| variable.starts_with("PG")) {
        command.env_remove(variable);
    }
    command.envs(target.libpq_environment()).env("LC_ALL", "C").args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let output = command.output().await;
    let output =
        output.map_err(|cause| Error::setup(format!("{} cannot be run: {cause}", folder.join(name).display())))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).take(6).collect();
    Err(Error::setup(format!("{name} failed ({}): {}", output.status, lines.join("\n  "))))
}
