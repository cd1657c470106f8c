//! Where the database of a data folder lies: inside it, or in a home of its own.
//!
//! As root the cluster runs under another account. Where that account cannot reach the data
//! folder (a home of root is closed to others), the database lies elsewhere, and a pointer file in
//! the data folder remembers where. Every home carries our mark.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tracing::info;

use super::account::{Account, effective_uid};
use super::folder::{make, unusable};
use crate::error::{Error, Result};

const POINTER: &str = "database-location";
const MARK: &str = ".searxng-cool-music";

/// Whether a home carries our mark.
pub(super) fn is_marked(home: &Path) -> bool {
    home.join(MARK).exists()
}

/// Puts our mark on a home: what lies in it is ours to clear up.
pub(super) fn mark(home: &Path, data: &Path) -> io::Result<()> {
    let text = format!("The database below belongs to searxng-cool-music.\ndata folder: {}\n", data.display());
    fs::write(home.join(MARK), text)
}

/// Where the pointer file of `data` says that the database is.
pub(super) fn read_pointer(data: &Path) -> Option<PathBuf> {
    let text = fs::read_to_string(data.join(POINTER)).ok()?;
    Some(PathBuf::from(text.lines().next()?.trim()))
}

/// Where the database of `data` lies, and the account that runs it.
pub(super) fn locate(data: &Path) -> Result<(PathBuf, Option<Account>)> {
    if let Some(home) = read_pointer(data) {
        if !is_marked(&home) {
            return Err(Error::setup(format!(
                "The database of {0} was kept in {1}, where it is no longer. Bring {1} back, or \
                 remove {2} to begin with an empty database.",
                data.display(),
                home.display(),
                data.join(POINTER).display()
            )));
        }
        let account = Account::for_cluster(&home.join("postgresql"))?;
        return Ok((home, account));
    }
    let cluster = data.join("postgresql");
    let account = Account::for_cluster(&cluster)?;
    let Some(blocked) = account.as_ref().and_then(|account| account.blocked_at(data)) else {
        return Ok((data.to_path_buf(), account));
    };
    let name = account.as_ref().map_or("", |account| account.name.as_str());
    if cluster.join("PG_VERSION").exists() {
        return Err(Error::setup(format!(
            "The database in {} runs under account {name}, which may not pass through {}. Open \
             that directory to it (`chmod o+x {}`) or start the program as another user. \
             Nothing was changed.",
            cluster.display(),
            blocked.display(),
            blocked.display()
        )));
    }
    let home = make_home(data)?;
    info!(
        "As root the database runs under account {name}, which cannot reach {}: it lies in {} \
         instead",
        data.display(),
        home.display()
    );
    mark(&home, data)
        .and_then(|()| fs::write(data.join(POINTER), format!("{}\n", home.display())))
        .map_err(|cause| unusable(data, &cause))?;
    Ok((home, account))
}

/// A home outside the data folder that every account can pass through, named after the folder.
///
/// A home of that name with a database in it is left alone: its data folder was removed, and a
/// new one begins empty.
fn make_home(data: &Path) -> Result<PathBuf> {
    let name = short_hash(data);
    let parents = [Path::new("/var/lib/searxng-cool-music").to_path_buf(), std::env::temp_dir()];
    let mut reason = String::new();
    for (parent, prefix) in parents.iter().zip(["", "searxng-cool-music-"]) {
        for attempt in 1..=100 {
            let suffix = if attempt == 1 { String::new() } else { format!("-{attempt}") };
            let place = parent.join(format!("{prefix}{name}{suffix}"));
            let made =
                make(parent, 0o755).and_then(|()| make(&place, 0o711)).and_then(|()| fs::symlink_metadata(&place));
            match made {
                Ok(metadata) if !metadata.is_dir() || metadata.uid() != effective_uid() => {
                    reason = format!("{} belongs to somebody else", place.display());
                }
                Ok(_) if place.join("postgresql").exists() => {
                    info!(
                        "{} holds the database of a data folder that is gone; remove it if \
                         nobody needs it",
                        place.display()
                    );
                }
                Ok(_) => return Ok(place),
                Err(cause) => {
                    reason = format!("{}: {cause}", place.display());
                    break;
                }
            }
        }
    }
    Err(Error::setup(format!(
        "No directory for the database can be made ({reason}). Choose another folder with \
         --data-dir."
    )))
}

/// Twelve hexadecimal digits that stand for a path.
pub(super) fn short_hash(path: &Path) -> String {
    let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
