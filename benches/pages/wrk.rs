//! Our side: wrk against the server.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::cell::Load;

/// Asks the server over so many connections for so long.
pub fn run(url: &str, bodies: &Path, connections: u32, seconds: u64) -> Result<Load> {
    let output = Command::new("wrk")
        .args(["-t1", &format!("-c{connections}"), &format!("-d{seconds}s"), "--timeout", "10s", "-s"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/pages/wrk.lua"))
        .arg(url)
        .arg("--")
        .arg(bodies)
        .stdin(Stdio::null())
        .output()
        .context("wrk does not start; `apt-get install wrk` brings it")?;
    let told = String::from_utf8_lossy(&output.stdout);
    let line = told
        .lines()
        .find_map(|line| line.strip_prefix("measured "))
        .with_context(|| format!("wrk failed: {told}{}", String::from_utf8_lossy(&output.stderr)))?;
    let numbers = line.split(' ').map(str::parse).collect::<Result<Vec<f64>, _>>()?;
    let [requests, duration, p50, p99, refused, failed] = numbers[..] else {
        anyhow::bail!("wrk told {line:?}");
    };
    ensure!(refused == 0.0, "{refused} requests were not answered with 200");
    ensure!(failed == 0.0, "{failed} requests failed or took longer than 10 s");
    Ok(Load { requests, seconds: duration / 1e6, p50: p50 / 1e3, p99: p99 / 1e3 })
}
