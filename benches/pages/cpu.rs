//! CPU time of the server and of PostgreSQL, from `/proc`.

use std::fs;

use anyhow::{Context as _, Result, ensure};

/// `/proc` counts in hundredths of a second (`USER_HZ`) on every processor Linux runs on.
const TICK: f64 = 0.01;

/// Which processes are watched.
#[derive(Debug, Clone, Copy)]
pub struct Watched {
    server: u32,
    postmaster: u32,
}

/// CPU seconds, user and system.
#[derive(Debug, Clone, Copy)]
pub struct Spent {
    /// Of the server.
    pub server: f64,
    /// Of every process of the PostgreSQL cluster.
    pub postgres: f64,
}

impl Watched {
    /// The server, and the cluster that one of its backends belongs to.
    pub fn new(server: u32, backend: u32) -> Result<Self> {
        let remote = "PostgreSQL does not run on this machine, so its CPU time cannot be read";
        let name = fs::read_to_string(format!("/proc/{backend}/comm")).context(remote)?;
        ensure!(name.trim() == "postgres", "{remote}");
        Ok(Self { server, postmaster: Process::read(backend).context(remote)?.parent })
    }

    /// What both have used so far.
    pub fn spent(&self) -> Result<Spent> {
        let server = Process::read(self.server).context("the server is gone")?;
        let postmaster = Process::read(self.postmaster).context("PostgreSQL is gone")?;
        // Backends that ended meanwhile are in the postmaster's sum of its reaped children.
        let mut ticks = postmaster.own + postmaster.reaped;
        for entry in fs::read_dir("/proc")? {
            let pid = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
            // One that ends between the two reads is counted the next time.
            let Some(process) = pid.and_then(Process::read) else { continue };
            if process.parent == self.postmaster {
                ticks += process.own + process.reaped;
            }
        }
        Ok(Spent { server: seconds(server.own), postgres: seconds(ticks) })
    }
}

impl Spent {
    /// What was used since an earlier moment.
    pub fn since(self, earlier: Self) -> Self {
        Self { server: self.server - earlier.server, postgres: self.postgres - earlier.postgres }
    }
}

#[expect(clippy::cast_precision_loss, reason = "2^53 hundredths of a second are three million years")]
fn seconds(ticks: u64) -> f64 {
    ticks as f64 * TICK
}

/// A line of `/proc/PID/stat`.
struct Process {
    parent: u32,
    own: u64,
    reaped: u64,
}

impl Process {
    fn read(pid: u32) -> Option<Self> {
        let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name, in brackets, may hold anything.
        let fields: Vec<&str> = line.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |index: usize| fields.get(index)?.parse::<u64>().ok();
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            own: ticks(11)? + ticks(12)?,
            reaped: ticks(13)? + ticks(14)?,
        })
    }
}
