//! The measurement: answers compared first, then the cells of both sides in turn.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

use crate::arguments::Arguments;
use crate::cell::{Cell, Load};
use crate::compare;
use crate::cpu::{Spent, Watched};
use crate::database::Database;
use crate::page::Page;
use crate::pgbench::{self, Pgbench};
use crate::server::{Counted, Server};
use crate::world::World;
use crate::wrk;

/// Seconds that the server is warmed up for before each cell; its pool's connections stay.
const WARM_UP: u64 = 1;

/// What every page is measured with.
pub struct Bench<'b> {
    arguments: &'b Arguments,
    world: &'b World,
    server: &'b Server,
    database: Database,
    watched: Watched,
    pgbench: PathBuf,
    folder: TempDir,
}

/// The cells of a page, one for each number of connections.
pub struct Measured {
    /// The page's name.
    pub name: &'static str,
    /// wrk against the server.
    pub ours: Vec<Cell>,
    /// pgbench with the statement; empty for a page without one.
    pub theirs: Vec<Cell>,
}

impl<'b> Bench<'b> {
    /// Over a server that runs on a world.
    pub fn open(arguments: &'b Arguments, world: &'b World, server: &'b Server) -> Result<Self> {
        let database = Database::open(world)?;
        let room: u32 = database.text("show max_connections")?.parse()?;
        let most = arguments.connections.iter().max().unwrap_or(&1);
        ensure!(
            most + 30 <= room,
            "cells of {most} connections need max_connections of {} and more, not {room}",
            most + 30
        );
        let backend = database.text("select pg_backend_pid()")?.parse()?;
        let watched = Watched::new(server.pid(), backend)?;
        let pgbench = pgbench::find(arguments.pg_bin_dir.as_deref())?;
        Ok(Self { arguments, world, server, database, watched, pgbench, folder: tempfile::tempdir()? })
    }

    /// The server that is measured.
    pub fn server(&self) -> &Server {
        self.server
    }

    /// What the figures depend on, as a sentence.
    pub fn circumstances(&self) -> Result<String> {
        let rows = self.database.text(
            "select format('%s users, %s tracks, %s artists, %s playlist entries',
              (select count(*) from users), (select count(*) from tracks), (select count(*) from artists),
              (select count(*) from playlist_tracks))",
        )?;
        let version = self.database.text("show server_version")?;
        let load = fs::read_to_string("/proc/loadavg")?;
        let load = load.split(' ').next().unwrap_or_default();
        let cores = std::thread::available_parallelism()?.get();
        let Arguments { seconds, rounds, .. } = self.arguments;
        Ok(format!(
            "{rows}; PostgreSQL {version}; {cores} processors, load {load}; {rounds} rounds of {seconds} s for each cell"
        ))
    }

    /// Measures one page.
    pub fn page(&self, page: &Page) -> Result<Measured> {
        let keys = page.keys(&self.database, self.arguments.keys)?;
        self.check(page, &keys).with_context(|| format!("{}: the answers are not the same", page.name))?;
        let bodies = self.bodies(page, &keys)?;
        let statement = Pgbench::new(&self.pgbench, self.world.url(), self.folder.path(), page, &keys)?;
        let mut measured = Measured { name: page.name, ours: Vec::new(), theirs: Vec::new() };
        for &connections in &self.arguments.connections {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            for round in 1..=self.arguments.rounds {
                let cell = self.ours(&bodies, connections)?;
                report(page, "server", round, &cell);
                ours.push(cell);
                let Some(statement) = &statement else { continue };
                let cell = self.theirs(statement, connections)?;
                report(page, "statement", round, &cell);
                theirs.push(cell);
            }
            measured.ours.extend(Cell::median(&ours));
            measured.theirs.extend(Cell::median(&theirs));
        }
        Ok(measured)
    }

    /// The requests for every key, one a line.
    pub fn bodies(&self, page: &Page, keys: &[String]) -> Result<PathBuf> {
        let bodies = keys.iter().map(|key| page.body(key)).collect::<Result<Vec<_>>>()?;
        let path = self.folder.path().join(format!("{}.bodies", page.name));
        fs::write(&path, bodies.join("\n"))?;
        Ok(path)
    }

    /// The keys of a page.
    pub fn keys(&self, page: &Page) -> Result<Vec<String>> {
        page.keys(&self.database, self.arguments.keys)
    }

    /// Compares the answers for keys spread over the whole list.
    fn check(&self, page: &Page, keys: &[String]) -> Result<()> {
        let step = keys.len().div_ceil(self.arguments.samples.max(1));
        let mut compared = 0;
        for key in keys.iter().step_by(step) {
            let ours = self.server.ask(&page.body(key)?)?;
            let Some(statement) = page.statement_for(key) else { continue };
            let theirs = self.database.json(&statement)?;
            compare::same(&ours, &theirs).with_context(|| format!("for {key}"))?;
            compared += 1;
        }
        eprintln!("{}: {} keys, {compared} answers compared", page.name, keys.len());
        Ok(())
    }

    fn ours(&self, bodies: &std::path::Path, connections: u32) -> Result<Cell> {
        let url = self.server.url();
        wrk::run(&url, bodies, connections, WARM_UP)?;
        let (counted, before) = (self.server.counted()?, self.watched.spent()?);
        let load = wrk::run(&url, bodies, connections, self.arguments.seconds)?;
        let spent = self.watched.spent()?.since(before);
        let statements = statements(load, counted, self.server.counted()?)?;
        Ok(Cell::new(connections, load, spent, statements))
    }

    fn theirs(&self, statement: &Pgbench, connections: u32) -> Result<Cell> {
        let (load, spent) = statement.run(self.folder.path(), connections, self.arguments.seconds, self.watched)?;
        Ok(Cell::new(connections, load, Spent { server: 0.0, ..spent }, 1.0))
    }
}

/// Statements for one request; fails when an operation did.
fn statements(load: Load, before: Counted, after: Counted) -> Result<f64> {
    ensure!(after.bad == before.bad, "{} operations failed; the server's log tells why", after.bad - before.bad);
    let operations = after.good - before.good;
    #[expect(clippy::cast_precision_loss, reason = "operations of some seconds")]
    let (operations, statements) = (operations as f64, (after.statements - before.statements) as f64);
    // Those in flight at the end were run, and wrk does not count them.
    ensure!(operations >= load.requests, "wrk counts {} answers and the server {operations}", load.requests);
    Ok(statements / operations)
}

fn report(page: &Page, side: &str, round: u32, cell: &Cell) {
    eprintln!(
        "{:8} {side:9} c={:<3} round {round}: {:>8.0}/s, {:>7.1} µs server, {:>7.1} µs PostgreSQL, p50 {:.2} ms, p99 {:.2} ms",
        page.name, cell.connections, cell.rate, cell.server_us, cell.postgres_us, cell.p50, cell.p99
    );
}
