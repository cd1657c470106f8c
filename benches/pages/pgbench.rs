//! The other side: pgbench runs the hand-written statement.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, ensure};

use crate::cell::Load;
use crate::cpu::{Spent, Watched};
use crate::page::Page;

/// Seconds before the measured time. New connections read the catalogue and plan the statement
/// first, which those of a pool did long ago.
const WARM_UP: u64 = 3;
/// Seconds after it, so that every connection is busy until its end.
const AFTER: u64 = 1;

/// A statement, ready to run.
pub struct Pgbench {
    program: PathBuf,
    url: String,
    script: PathBuf,
}

impl Pgbench {
    /// Writes the page's script into a folder; none for a page without a statement.
    pub fn new(program: &Path, url: &str, folder: &Path, page: &Page, keys: &[String]) -> Result<Option<Self>> {
        let Some(statement) = page.script(keys) else { return Ok(None) };
        let mut text = format!("\\set place random(0, {})\n", keys.len() - 1);
        if page.has_numbers() {
            text.push_str("\\set key ");
            push_choice(&mut text, keys, 0);
            text.push('\n');
        }
        let script = folder.join(format!("{}.pgbench", page.name));
        fs::write(&script, format!("{text}{statement}\n;\n"))?;
        Ok(Some(Self { program: program.to_owned(), url: url.to_owned(), script }))
    }

    /// Runs it over so many connections; the load and the CPU time of the time that is measured.
    pub fn run(&self, folder: &Path, connections: u32, seconds: u64, watched: Watched) -> Result<(Load, Spent)> {
        let logs = folder.join("log");
        fs::create_dir_all(&logs)?;
        let process = Command::new(&self.program)
            .args(["-n", "-M", "prepared", "-j", "1", "-l", "--log-prefix"])
            .arg(logs.join("pgbench"))
            .args(["-c", &connections.to_string(), "-T", &(WARM_UP + seconds + AFTER).to_string(), "-f"])
            .arg(&self.script)
            .arg(&self.url)
            // As a connection that lives long has it: planned once.
            .env("PGOPTIONS", "-c plan_cache_mode=force_generic_plan")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} does not start", self.program.display()))?;
        sleep(Duration::from_secs(WARM_UP));
        let (began, before) = (now()?, watched.spent()?);
        sleep(Duration::from_secs(seconds));
        let (ended, after) = (now()?, watched.spent()?);
        let output = process.wait_with_output()?;
        ensure!(output.status.success(), "pgbench failed: {}", String::from_utf8_lossy(&output.stderr));
        let mut times = Vec::new();
        for entry in fs::read_dir(&logs)? {
            for line in fs::read_to_string(entry?.path())?.lines() {
                let (end, took) = transaction(line).with_context(|| format!("pgbench logged {line:?}"))?;
                if (began..ended).contains(&end) {
                    times.push(took);
                }
            }
        }
        fs::remove_dir_all(&logs)?;
        ensure!(!times.is_empty(), "the statement never came to an end within {seconds} s");
        Ok((Load::of_times(times, ended - began), after.since(before)))
    }
}

/// Seconds since 1970.
fn now() -> Result<f64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64())
}

/// When a transaction ended, and how long it took in milliseconds: fields 5 and 6, and 3 of a
/// line of the log.
fn transaction(line: &str) -> Option<(f64, f64)> {
    let fields: Vec<f64> = line.split(' ').map(|field| field.parse().ok()).collect::<Option<_>>()?;
    Some((fields.get(4)? + fields.get(5)? / 1e6, fields.get(2)? / 1e3))
}

/// The key at `:place` as an expression, since pgbench has no lists: halved until one is left.
fn push_choice(text: &mut String, keys: &[String], first: usize) {
    match keys {
        [key] => text.push_str(key),
        _ => {
            let (low, high) = keys.split_at(keys.len() / 2);
            let middle = first + low.len();
            // Writing to a string cannot fail.
            let _ = write!(text, "case when :place < {middle} then ");
            push_choice(text, low, first);
            text.push_str(" else ");
            push_choice(text, high, middle);
            text.push_str(" end");
        }
    }
}

/// Where `pgbench` lies: in the folder given, on the `PATH`, or where packages put it.
pub fn find(given: Option<&Path>) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = given.map(Path::to_path_buf).into_iter().collect();
    folders.extend(std::env::split_paths(&path));
    let mut packaged: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    packaged.sort();
    folders.extend(packaged.into_iter().rev());
    let programs = folders.into_iter().map(|folder| folder.join("pgbench"));
    programs
        .into_iter()
        .find(|program| program.exists())
        .context("there is no pgbench; `apt-get install postgresql` brings it")
}
