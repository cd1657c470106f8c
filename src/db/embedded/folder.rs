//! The data folder: what lies in it, and what may be done to that.
//!
//! The database lies in `postgresql`, its socket in `run`, its log in `postgres.log`, all below
//! the folder's home (`home.rs`). One process uses it at a time (`lock.rs`). What is not ours is
//! refused, and what holds data is never deleted.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use super::account::{Account, effective_uid};
use super::home;
use super::lock::lock;
use super::parameters::PORT;
use crate::error::{Error, Result};

/// The longest socket path that every system takes is 103 bytes; some room is left.
const MAX_SOCKET_PATH: usize = 100;

/// A data folder that this process has locked.
pub(super) struct Folder {
    data: PathBuf,
    home: PathBuf,
    account: Option<Account>,
    /// Held for as long as the folder is in use; the system gives them back when we end.
    _locks: Vec<File>,
}

impl Folder {
    /// Creates the folder where needed, locks it and finds out where the database lies.
    ///
    /// # Errors
    /// `Setup` when the folder cannot be used: taken, not ours, not writable.
    pub(super) fn open(data_dir: &Path) -> Result<Self> {
        let data = create(data_dir)?;
        if data.join("PG_VERSION").exists() {
            return Err(Error::setup(format!(
                "{} is itself a PostgreSQL data directory that this program did not make. \
                 Choose another folder with --data-dir, or set DATABASE_URL to use the server \
                 that runs on it. Nothing was changed.",
                data.display()
            )));
        }
        let mut locks = vec![lock(&data)?];
        let (home, account) = home::locate(&data)?;
        if home != data {
            locks.push(lock(&home)?);
        }
        let folder = Self { data, home, account, _locks: locks };
        folder.claim()?;
        Ok(folder)
    }

    /// Puts our mark on a home that is free, and refuses one that somebody else uses.
    fn claim(&self) -> Result<()> {
        if home::is_marked(&self.home) {
            return Ok(());
        }
        for directory in [self.cluster(), self.unfinished()] {
            if fs::read_dir(&directory).is_ok_and(|mut entries| entries.next().is_some()) {
                return Err(Error::setup(format!(
                    "{} is not empty and was not made by this program. Choose another folder \
                     with --data-dir, or move that directory away. Nothing was changed.",
                    directory.display()
                )));
            }
        }
        home::mark(&self.home, &self.data).map_err(|cause| unusable(&self.home, &cause))
    }

    pub(super) fn data(&self) -> &Path {
        &self.data
    }

    pub(super) fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    /// The cluster proper.
    pub(super) fn cluster(&self) -> PathBuf {
        self.home.join("postgresql")
    }

    /// Where a new cluster is built before it gets its name.
    pub(super) fn unfinished(&self) -> PathBuf {
        self.home.join("postgresql.new")
    }

    /// Where wheels are unpacked.
    pub(super) fn wheels(&self) -> PathBuf {
        self.home.join("postgresql-dist")
    }

    pub(super) fn log_file(&self) -> PathBuf {
        self.home.join("postgres.log")
    }

    /// A private directory for the socket, whose path is short enough.
    pub(super) fn socket_dir(&self) -> Result<PathBuf> {
        let inside = self.home.join("run");
        let mut candidates = Vec::new();
        if socket_path_len(&inside) < MAX_SOCKET_PATH {
            candidates.push(inside);
        }
        let name = format!("scm-{}", home::short_hash(&self.data));
        candidates.push(std::env::temp_dir().join(&name));
        candidates.push(Path::new("/tmp").join(&name));
        candidates.push(Path::new("/tmp").join(format!("{name}-{}", std::process::id())));
        let mut reason = String::new();
        for candidate in candidates {
            if socket_path_len(&candidate) >= MAX_SOCKET_PATH {
                continue;
            }
            match self.private(&candidate) {
                Ok(()) => return Ok(candidate),
                Err(cause) => reason = format!("{}: {cause}", candidate.display()),
            }
        }
        Err(Error::setup(format!(
            "No directory can be made for the database's socket ({reason}). Set TMPDIR to a \
             writable one."
        )))
    }

    /// Makes `directory` one that only the database's account (and root) can enter.
    pub(super) fn private(&self, directory: &Path) -> io::Result<()> {
        match DirBuilder::new().mode(0o700).create(directory) {
            Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => return Err(cause),
            _ => {}
        }
        // Not through a link: in a shared temporary directory it may be anybody's.
        let found = fs::symlink_metadata(directory)?;
        let ours = effective_uid();
        let theirs = self.account.as_ref().map_or(ours, |account| account.uid);
        if !found.is_dir() || (found.uid() != ours && found.uid() != theirs) {
            return Err(io::Error::other("it belongs to somebody else"));
        }
        if let Some(account) = &self.account {
            if let Some(blocked) = account.blocked_at(directory.parent().unwrap_or(directory)) {
                return Err(io::Error::other(format!(
                    "account {} cannot pass through {}",
                    account.name,
                    blocked.display()
                )));
            }
            chown(directory, Some(account.uid), Some(account.gid))?;
        }
        fs::set_permissions(directory, Permissions::from_mode(0o700))
    }

    /// The major version of the cluster; `None` when there is none yet.
    ///
    /// # Errors
    /// `Setup` when something is there that cannot be a whole cluster. Nothing is changed.
    pub(super) fn cluster_version(&self) -> Result<Option<u32>> {
        let cluster = self.cluster();
        match fs::read_dir(&cluster).map(|mut entries| entries.next().is_none()) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(unusable(&cluster, &cause)),
            Ok(true) => return Ok(None),
            Ok(false) => {}
        }
        let broken = |what: String| {
            Error::setup(format!(
                "The database in {} is damaged: {what}. Bring the folder back from a backup, or \
                 start with an empty one by choosing another folder with --data-dir. Nothing \
                 was changed or deleted.",
                cluster.display()
            ))
        };
        let version = fs::read_to_string(cluster.join("PG_VERSION"))
            .map_err(|cause| broken(format!("PG_VERSION cannot be read ({cause})")))?;
        let major = version
            .trim()
            .parse()
            .map_err(|_| broken(format!("PG_VERSION holds {:?}, not a version", version.trim())))?;
        for name in ["global/pg_control", "base", "pg_wal", "pg_xact", "postgresql.conf", "pg_hba.conf"] {
            if !cluster.join(name).exists() {
                return Err(broken(format!("{name} is missing")));
            }
        }
        Ok(Some(major))
    }
}

/// Makes the data folder, closed to others, and gives its full path.
fn create(data_dir: &Path) -> Result<PathBuf> {
    if !data_dir.exists() {
        if let Some(parent) = data_dir.parent() {
            fs::create_dir_all(parent).map_err(|cause| unusable(data_dir, &cause))?;
        }
        // As root the database's account has to pass through to its own directories inside,
        // though it may not list the folder.
        let mode = if effective_uid() == 0 { 0o711 } else { 0o700 };
        make(data_dir, mode).map_err(|cause| unusable(data_dir, &cause))?;
    }
    let data = data_dir.canonicalize().map_err(|cause| unusable(data_dir, &cause))?;
    if !data.is_dir() {
        return Err(Error::setup(format!(
            "The data folder {} is a file. Choose a directory with --data-dir.",
            data.display()
        )));
    }
    Ok(data)
}

/// Makes a directory of exactly `mode`, whatever the umask; one that exists stays as it is.
pub(super) fn make(directory: &Path, mode: u32) -> io::Result<()> {
    match DirBuilder::new().mode(mode).create(directory) {
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(cause) => Err(cause),
        Ok(()) => fs::set_permissions(directory, Permissions::from_mode(mode)),
    }
}

pub(super) fn unusable(path: &Path, cause: &io::Error) -> Error {
    Error::setup(format!(
        "The data folder cannot be used: {}: {cause}. Start the program as the user that owns \
         it, or choose another folder with --data-dir.",
        path.display()
    ))
}

fn socket_path_len(directory: &Path) -> usize {
    directory.as_os_str().len() + format!("/.s.PGSQL.{PORT}").len()
}
