//! Where the server's time goes: `perf` beside a load of one page after another.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::measure::Bench;
use crate::page::Page;
use crate::wrk;

const CONNECTIONS: u32 = 16;
/// Lines of a report that are worth reading.
const LINES: usize = 60;
/// Characters of a line.
const WIDTH: usize = 160;

/// Prints the functions that take the most of the server's time, for each page.
pub fn run(bench: &Bench, pages: &[Page], seconds: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    for page in pages {
        let keys = bench.keys(page)?;
        let bodies = bench.bodies(page, &keys)?;
        let url = bench.server().url();
        wrk::run(&url, &bodies, CONNECTIONS, 1)?;
        let samples = folder.path().join(format!("{}.perf", page.name));
        let mut perf = Command::new("perf")
            .args(["record", "-q", "-F", "999", "-g", "-p", &bench.server().pid().to_string(), "-o"])
            .arg(&samples)
            .args(["--", "sleep", &seconds.to_string()])
            .stdin(Stdio::null())
            .spawn()
            .context("perf does not start; `apt-get install linux-perf` brings it")?;
        wrk::run(&url, &bodies, CONNECTIONS, seconds)?;
        ensure!(perf.wait()?.success(), "perf record failed");
        println!("== {}", page.name);
        // By kind of thread, then by function.
        for sort in ["comm", "comm,symbol"] {
            let report = Command::new("perf")
                .args([
                    "report",
                    "--stdio",
                    "--no-children",
                    "-g",
                    "none",
                    "--percent-limit",
                    "0.5",
                    "--sort",
                    sort,
                    "-i",
                ])
                .arg(&samples)
                .output()?;
            let text = String::from_utf8_lossy(&report.stdout);
            let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
            for line in lines.take(LINES) {
                // perf fills its columns up with blanks.
                println!("{}", line.chars().take(WIDTH).collect::<String>().trim_end());
            }
        }
    }
    Ok(())
}
