//! One process a data folder.
//!
//! An advisory lock on the file `lock`, which the system gives back when its holder ends, however
//! it ends. Whoever finds it taken can still ask where that process's database is.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::folder::unusable;
use super::home;
use super::parameters::{ConnectionParameters, PORT};
use super::pidfile::PidFile;
use crate::error::{Error, Result};

const LOCK: &str = "lock";

/// Another process that only looks whether we run holds the lock for a moment; a starting server
/// tries again for as long.
const LOCK_PATIENCE: Duration = Duration::from_millis(500);

/// How long [`running`] waits for a server that is just starting.
const READY_PATIENCE: Duration = Duration::from_secs(15);

/// Takes the lock of `directory` for as long as the file stays open.
///
/// # Errors
/// `Setup` when another process holds it, or the file cannot be made.
pub(super) fn lock(directory: &Path) -> Result<File> {
    let path = directory.join(LOCK);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(libc::O_NOFOLLOW)
        .open(&path)
        .map_err(|cause| unusable(&path, &cause))?;
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::Error(cause)) => return Err(unusable(&path, &cause)),
            Err(TryLockError::WouldBlock) if began.elapsed() < LOCK_PATIENCE => {
                thread::sleep(Duration::from_millis(10))
            }
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Without the number the message is still true.
                let _ = file.read_to_string(&mut holder);
                let holder = Some(holder.trim()).filter(|pid| !pid.is_empty()).unwrap_or("(unknown)");
                return Err(Error::setup(format!(
                    "The data folder {} is already in use by process PID {holder}. Stop that \
                     process, or choose another folder with --data-dir.",
                    directory.display()
                )));
            }
        }
    }
    // The number only helps people; the lock itself is what counts.
    let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
    Ok(file)
}

/// How to reach the cluster that another process of ours runs on `data_dir`; `None` when none
/// does. Waits a while for one that is just starting.
///
/// # Errors
/// `Unavailable` when the folder is in use but no database becomes ready.
pub fn running(data_dir: &Path) -> Result<Option<ConnectionParameters>> {
    let Ok(data) = data_dir.canonicalize() else {
        return Ok(None);
    };
    let Ok(file) = OpenOptions::new().read(true).open(data.join(LOCK)) else {
        return Ok(None);
    };
    let began = Instant::now();
    loop {
        // A shared lock, given back at once: it is free only when no server runs.
        if file.try_lock_shared().is_ok() {
            return Ok(None);
        }
        let home = home::read_pointer(&data).unwrap_or_else(|| data.clone());
        if let Some(server) = PidFile::read(&home.join("postgresql"))
            && server.ready
            && let Some(socket_dir) = server.socket_dir
        {
            return Ok(Some(ConnectionParameters::new(socket_dir, server.port.unwrap_or(PORT))));
        }
        if began.elapsed() > READY_PATIENCE {
            return Err(Error::Unavailable(format!(
                "Another process uses {}, but its database is not ready yet. Try again in a \
                 moment.",
                data.display()
            )));
        }
        thread::sleep(Duration::from_millis(20));
    }
}
