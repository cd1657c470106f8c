//! Which account of the operating system the database runs under.
//!
//! PostgreSQL refuses to run as root, so a root process hands it to another account: the owner
//! of a cluster that exists already, otherwise `postgres`, otherwise `nobody`. Everybody else
//! runs it as themselves.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};

/// An account that the database's processes are handed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) name: String,
}

/// The effective user id of this process.
pub(super) fn effective_uid() -> u32 {
    // SAFETY: geteuid reads a number of the process, takes no pointer and cannot fail.
    unsafe { libc::geteuid() }
}

/// The name of the account this process runs as, from the account file.
///
/// `None` where the account has no entry, as in containers with a made-up user id.
#[must_use]
pub fn current_user_name() -> Option<String> {
    let uid = effective_uid();
    entry(|account| account.uid == uid).map(|account| account.name)
}

impl Account {
    /// The account for the cluster in `cluster`; `None` when the database runs as ourselves.
    ///
    /// # Errors
    /// `Setup` when we are root and the machine has none of the accounts to run it as.
    pub(super) fn for_cluster(cluster: &Path) -> Result<Option<Self>> {
        if effective_uid() != 0 {
            return Ok(None);
        }
        if let Ok(metadata) = fs::metadata(cluster)
            && metadata.uid() != 0
        {
            let owner = metadata.uid();
            let known = entry(|account| account.uid == owner);
            return Ok(Some(known.unwrap_or_else(|| Self {
                uid: owner,
                gid: metadata.gid(),
                name: format!("user {owner}"),
            })));
        }
        for name in ["postgres", "nobody"] {
            if let Some(account) = entry(|account| account.name == name && account.uid != 0) {
                return Ok(Some(account));
            }
        }
        Err(Error::setup(
            "PostgreSQL does not run as root, and this machine has neither an account \
             \"postgres\" nor \"nobody\" to run it as. Start the program as an ordinary user, \
             or set DATABASE_URL.",
        ))
    }

    /// Makes `command` run as this account, without our supplementary groups.
    pub(super) fn apply(&self, command: &mut Command) {
        // The standard library drops the supplementary groups when root sets a user id.
        command.uid(self.uid).gid(self.gid);
    }

    /// The outermost directory on the way to `path`, itself included, that this account may not
    /// pass through; `None` when all of them are open to it.
    pub(super) fn blocked_at(&self, path: &Path) -> Option<PathBuf> {
        let mut way: Vec<&Path> = path.ancestors().collect();
        way.reverse();
        way.into_iter()
            .find(|directory| {
                fs::metadata(directory).is_ok_and(|metadata| {
                    let needed = if metadata.uid() == self.uid {
                        0o100
                    } else if metadata.gid() == self.gid {
                        0o010
                    } else {
                        0o001
                    };
                    metadata.mode() & needed == 0
                })
            })
            .map(Path::to_path_buf)
    }
}

/// The first entry of the account file that satisfies `wanted`.
///
/// Read as text: the accounts looked for here are local ones, and a network directory could
/// make a start hang.
fn entry(wanted: impl Fn(&Account) -> bool) -> Option<Account> {
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    accounts.lines().filter_map(parse_entry).find(wanted)
}

fn parse_entry(line: &str) -> Option<Account> {
    let mut fields = line.split(':');
    let name = fields.next()?.to_owned();
    let uid = parse_id(fields.nth(1)?)?;
    let gid = parse_id(fields.next()?)?;
    Some(Account { uid, gid, name })
}

/// Ids are unsigned, but macOS writes `nobody` as -2.
fn parse_id(text: &str) -> Option<u32> {
    text.parse::<i64>().ok().and_then(|id| match id {
        0.. => u32::try_from(id).ok(),
        _ => i32::try_from(id).ok().map(i32::cast_unsigned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_lines_are_read() {
        let account = parse_entry("postgres:x:101:104:PostgreSQL,,,:/var/lib/postgresql:/bin/bash");
        assert_eq!(account, Some(Account { uid: 101, gid: 104, name: "postgres".to_owned() }));
        let nobody = parse_entry("nobody:*:-2:-2:Unprivileged User:/var/empty:/usr/bin/false");
        assert_eq!(nobody.map(|account| account.uid), Some(4_294_967_294));
        assert_eq!(parse_entry("# a comment"), None);
    }
}
