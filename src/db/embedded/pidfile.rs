//! `postmaster.pid`, and what became of the processes that an earlier run left behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use tracing::{info, warn};

use crate::error::{Error, Result};

/// How long a left-over server gets to finish its shutdown before it is cut short.
const ORPHAN_PATIENCE: Duration = Duration::from_secs(30);

/// How long processes get to leave once told to at once.
const SHORT_PATIENCE: Duration = Duration::from_secs(5);

const POLL: Duration = Duration::from_millis(5);

/// What a running server writes about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PidFile {
    pub(super) pid: i32,
    pub(super) port: Option<u16>,
    pub(super) socket_dir: Option<PathBuf>,
    pub(super) ready: bool,
}

impl PidFile {
    pub(super) fn read(cluster: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(cluster.join("postmaster.pid")).ok()?)
    }

    /// Lines: pid, data directory, start time, port, socket directory, address, shared memory,
    /// status. Source: PostgreSQL, `src/include/utils/pidfile.h`.
    fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        Some(Self {
            pid: lines.first()?.parse().ok().filter(|pid| *pid > 0)?,
            port: lines.get(3).and_then(|line| line.parse().ok()),
            socket_dir: lines.get(4).filter(|line| !line.is_empty()).map(PathBuf::from),
            ready: lines.get(7) == Some(&"ready"),
        })
    }
}

/// Sends `signal` to a process; `false` when there is none of that number.
pub(super) fn send_signal(pid: i32, signal: i32) -> bool {
    // SAFETY: kill takes two numbers; `pid` is positive, so it names one process and no group.
    pid > 0 && unsafe { libc::kill(pid, signal) } == 0
}

fn is_alive(pid: i32) -> bool {
    send_signal(pid, 0) || std::io::Error::last_os_error().raw_os_error() == Some(libc::EPERM)
}

/// Whether `cluster` is among the arguments with which process `pid` was started.
fn is_server_of(pid: i32, cluster: &Path) -> bool {
    if let Ok(arguments) = fs::read(format!("/proc/{pid}/cmdline")) {
        let wanted = cluster.as_os_str().as_encoded_bytes();
        return arguments.split(|byte| *byte == 0).any(|argument| argument == wanted);
    }
    if cfg!(target_os = "linux") {
        return false;
    }
    // No /proc: ask ps, which is part of every other Unix.
    std::process::Command::new("ps").args(["-o", "command=", "-p", &pid.to_string()]).output().is_ok_and(|output| {
        let command = String::from_utf8_lossy(&output.stdout).into_owned();
        command.contains("postgres") && command.contains(&*cluster.to_string_lossy())
    })
}

/// Processes of a server on `cluster`, or of the program that makes one there. A server's
/// processes work with the cluster as their directory.
fn processes_in(cluster: &Path) -> Vec<i32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
        .filter(|pid| {
            let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
            match name.trim() {
                "postgres" => {
                    let directory = fs::read_link(format!("/proc/{pid}/cwd"));
                    directory.is_ok_and(|directory| directory == cluster)
                }
                "initdb" => is_server_of(*pid, cluster),
                _ => false,
            }
        })
        .collect()
}

fn wait_until(patience: Duration, mut done: impl FnMut() -> bool) -> bool {
    let began = Instant::now();
    loop {
        if done() {
            return true;
        }
        if began.elapsed() > patience {
            return false;
        }
        thread::sleep(POLL);
    }
}

/// Clears the way for a new server on `cluster`: ends what an earlier run left and takes away
/// lock files that nobody stands behind.
///
/// Only called while we hold the folder's lock, so whatever still runs here belongs to a run
/// that is gone.
///
/// # Errors
/// `Setup` when a left-over server does not end.
pub(super) fn settle(cluster: &Path, socket_dir: &Path) -> Result<()> {
    let Some(file) = PidFile::read(cluster) else {
        remove_socket_lock(socket_dir);
        return Ok(());
    };
    if is_alive(file.pid) && is_server_of(file.pid, cluster) {
        info!(pid = file.pid, "Stopping the PostgreSQL that an earlier run left behind, process {}", file.pid);
        stop_orphan(file.pid, cluster)?;
    }
    end_leftovers(cluster)?;
    if is_alive(file.pid) && PidFile::read(cluster).is_some_and(|now| now.pid == file.pid) {
        // The number now belongs to somebody else, or to a zombie that nobody collects (usual in
        // containers); either would make the server refuse to start.
        // A file of a dead process stays: the server itself checks the shared memory named there.
        warn!(pid = file.pid, "Removing a stale postmaster.pid: process {} is no running PostgreSQL of ours", file.pid);
        fs::remove_file(cluster.join("postmaster.pid")).map_err(|cause| {
            Error::setup(format!("Cannot remove the stale {}/postmaster.pid: {cause}.", cluster.display()))
        })?;
    }
    remove_socket_lock(socket_dir);
    Ok(())
}

fn stop_orphan(pid: i32, cluster: &Path) -> Result<()> {
    let gone = || !is_alive(pid) || !is_server_of(pid, cluster);
    // SIGINT: fast shutdown. SIGQUIT: immediate, the next start recovers from the log.
    for (signal, patience) in [(libc::SIGINT, ORPHAN_PATIENCE), (libc::SIGQUIT, SHORT_PATIENCE)] {
        send_signal(pid, signal);
        if wait_until(patience, gone) {
            return Ok(());
        }
    }
    Err(Error::setup(format!(
        "A PostgreSQL that an earlier run left behind (process {pid}) still uses {} and does \
         not stop. End it with `kill -QUIT {pid}` and start again.",
        cluster.display()
    )))
}

/// Waits for processes that an earlier run left in `cluster`, and ends those that stay: backends
/// outlive a server that was killed until they notice, and no new server starts before.
///
/// # Errors
/// `Setup` when they do not end.
pub(super) fn end_leftovers(cluster: &Path) -> Result<()> {
    let gone = || processes_in(cluster).is_empty();
    if wait_until(Duration::from_secs(1), gone) {
        return Ok(());
    }
    for signal in [libc::SIGQUIT, libc::SIGKILL] {
        for pid in processes_in(cluster) {
            send_signal(pid, signal);
        }
        if wait_until(SHORT_PATIENCE, gone) {
            return Ok(());
        }
    }
    Err(Error::setup(format!(
        "Processes of an earlier PostgreSQL still work in {} and do not end: {:?}. End them and \
         start again.",
        cluster.display(),
        processes_in(cluster)
    )))
}

fn remove_socket_lock(socket_dir: &Path) {
    let socket = format!(".s.PGSQL.{}", super::parameters::PORT);
    for name in [format!("{socket}.lock"), socket] {
        // Usually there is none; where removal fails the server says why it cannot start.
        let _ = fs::remove_file(socket_dir.join(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_a_ready_server_are_read() {
        let text = "123\n/data/postgresql\n1700000000\n5432\n/data/run\n\n  1234  56\nready   \n";
        assert_eq!(
            PidFile::parse(text),
            Some(PidFile { pid: 123, port: Some(5432), socket_dir: Some(PathBuf::from("/data/run")), ready: true })
        );
    }

    #[test]
    fn half_written_or_foreign_files_are_no_server() {
        assert_eq!(PidFile::parse(""), None);
        assert_eq!(PidFile::parse("garbage\n"), None);
        assert_eq!(PidFile::parse("-1\n"), None);
        assert!(PidFile::parse("7\n/data\n").is_some_and(|file| !file.ready));
    }
}
