//! The server under measurement: a process of its own, with the settings of production.

use std::fs;
use std::io::{Read as _, Seek as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail, ensure};

use crate::world::World;

/// Time it may take to start; a cluster that was not shut down replays its log first.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running server; dropped, it is told to stop.
pub struct Server {
    process: Child,
    address: String,
}

/// What the server has counted since it started.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counted {
    /// SQL statements.
    pub statements: u64,
    /// Operations that ended well.
    pub good: u64,
    /// All others.
    pub bad: u64,
}

impl Server {
    /// Starts `program` over a world, on a free port.
    pub fn start(program: &Path, world: &World) -> Result<Self> {
        let mut log = tempfile::tempfile()?;
        let mut command = Command::new(program);
        if let Some(keys) = world.keys() {
            command.arg("--keys-file").arg(keys);
        }
        let process = command
            .args(["--listen", "127.0.0.1:0", "--profile", "production", "--no-demo"])
            // The load comes from one address, and a refresh would be measured with it.
            .args(["--rate-limit-points", "0", "--statistics-refresh-seconds", "0"])
            .args(["--database-url", world.url()])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log.try_clone()?)
            .spawn()
            .with_context(|| format!("{} does not start", program.display()))?;
        let mut server = Self { process, address: String::new() };
        let began = Instant::now();
        loop {
            let mut told = String::new();
            log.rewind()?;
            log.read_to_string(&mut told)?;
            let line = told.split_inclusive('\n').find(|line| line.starts_with("GraphQL ") && line.ends_with('\n'));
            if let Some(url) = line.and_then(|line| line.split_whitespace().nth(1)) {
                url.trim_end_matches("/graphql").clone_into(&mut server.address);
                return Ok(server);
            }
            if let Some(status) = server.process.try_wait()? {
                bail!("the server ended with {status}:\n{told}");
            }
            ensure!(began.elapsed() < PATIENCE, "the server does not start:\n{told}");
            sleep(Duration::from_millis(50));
        }
    }

    /// Where it takes queries.
    pub fn url(&self) -> String {
        format!("{}/graphql", self.address)
    }

    /// Its process number.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Answers one request and gives its data.
    pub fn ask(&self, body: &str) -> Result<serde_json::Value> {
        let request = ureq::post(self.url()).header("content-type", "application/json");
        let mut answer: serde_json::Value = request.send(body)?.body_mut().read_json()?;
        ensure!(answer.get("errors").is_none(), "{body}\nis answered with\n{answer:#}");
        Ok(answer["data"].take())
    }

    /// What `/metrics` counts.
    pub fn counted(&self) -> Result<Counted> {
        let text = ureq::get(format!("{}/metrics", self.address)).call()?.body_mut().read_to_string()?;
        let mut counted = Counted::default();
        for line in text.lines() {
            let value = || -> Result<u64> {
                let value = line.rsplit(' ').next().unwrap_or_default();
                value.parse().map_err(|_| anyhow!("/metrics holds {line:?}"))
            };
            if line.starts_with("music_sql_statements ") {
                counted.statements = value()?;
            } else if line.starts_with("music_operations_total{") {
                if line.contains("outcome=\"ok\"") { counted.good += value()? } else { counted.bad += value()? }
            }
        }
        Ok(counted)
    }

    /// The most memory it ever had resident, in megabytes.
    pub fn peak_memory_mb(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("/proc tells no VmHWM")?;
        let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kilobytes * 1_024.0 / 1e6)
    }

    /// Stops it and waits for its end.
    pub fn stop(mut self) -> Result<()> {
        self.tell_to_stop();
        let status = self.process.wait()?;
        ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }

    fn tell_to_stop(&self) {
        if let Ok(pid) = i32::try_from(self.pid()) {
            // SAFETY: a signal to a process of ours that was not waited for, so the number is its.
            unsafe { libc::kill(pid, libc::SIGTERM) };
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            self.tell_to_stop();
            // Nobody is left to tell.
            let _ = self.process.wait();
        }
    }
}
