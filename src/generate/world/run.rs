//! From an empty database to a world: refuse what is not ours, go on where an earlier run stopped,
//! write step after step, and compute the statistics.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::calendar::{self, DAY};
use super::plan::World;
use super::size::WorldSize;
use super::{fault, load, steps};
use crate::db::connect::{ConnectTarget, SessionSettings, connect_raw};
use crate::error::{Error, Result};

/// Goes up whenever the same numbers make another world.
const GENERATOR: i32 = 1;

/// The tables that have to be empty.
const TABLES: [&str; 21] = [
    "genres",
    "artists",
    "albums",
    "tracks",
    "artist_sources",
    "album_sources",
    "track_sources",
    "users",
    "user_music_profiles",
    "user_library",
    "user_album_collections",
    "user_artist_follows",
    "playlists",
    "playlist_tracks",
    "playlist_track_votes",
    "playlist_collaborators",
    "playlist_follows",
    "playlist_activities",
    "discovery_sessions",
    "discovery_session_tracks",
    "user_interactions",
];

/// Which world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorldOptions {
    /// How much of everything.
    pub size: WorldSize,
    /// Another seed makes another world.
    pub seed: u32,
    /// The day (UTC) with whose beginning the world ends; none: the day of an interrupted run, or
    /// today.
    pub until: Option<NaiveDate>,
}

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What is being done: the name of a table, or something else.
    pub what: String,
    /// Steps done, and in all; 0 of 0 while the world is planned.
    pub steps: (usize, usize),
    /// Rows of this step, and in all as far as that is known; people while the world is planned.
    pub rows: (u64, u64),
    /// Rows written by this run.
    pub total: u64,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The world was written, or the rest of it; the number of rows this run wrote.
    Written(u64),
    /// It had been written before.
    WasThere,
}

/// The row of `ops.generated_worlds`.
struct Begun {
    size: i32,
    seed: i64,
    until: NaiveDate,
    generator: i32,
    steps_done: i32,
    is_finished: bool,
}

/// Fills a migrated database that holds nothing, or goes on with an interrupted run of the same
/// options. Must run within a tokio runtime.
///
/// # Errors
/// `Setup` when the database holds something else or another generate is running, otherwise what
/// the database reports. What was written stays, and the same call goes on from there.
pub async fn generate_world(
    target: &ConnectTarget,
    options: &WorldOptions,
    mut progress: impl FnMut(Progress),
) -> Result<Outcome> {
    let session =
        SessionSettings { application_name: "searxng-cool-music generate".to_owned(), ..SessionSettings::default() };
    let (client, connection) = connect_raw(target, &session).await?;
    // Ends when the client is dropped; what breaks it reaches the client's next statement.
    let driver = tokio::spawn(connection);
    let outcome = fill(&client, options, &mut progress).await;
    drop(client);
    // The last commit was answered; how the session ends after that changes nothing.
    let _ = driver.await;
    outcome
}

async fn fill(client: &Client, options: &WorldOptions, progress: &mut impl FnMut(Progress)) -> Result<Outcome> {
    prepare(client).await?;
    let begun = match begun(client).await? {
        Some(begun) => begun.check(options)?,
        None => begin(client, options).await?,
    };
    if begun.is_finished {
        return Ok(Outcome::WasThere);
    }
    let world = plan(options, begun.until, progress).await?;
    make_parts(client, &world).await?;
    let all = steps::all(&world);
    // The two steps after the tables: statistics, and tidying up.
    let count = all.len() + 2;
    let mut total = 0;
    let done = usize::try_from(begun.steps_done).unwrap_or_default();
    check_rest(client, &all, done).await?;
    for (number, step) in all.into_iter().enumerate().skip(done) {
        let expected = step.expected;
        let what = match step.month {
            Some(month) => format!("{} {:04}-{:02}", step.table, month.year, month.number),
            None => step.table.to_owned(),
        };
        let mut tell = |rows: u64| {
            progress(Progress {
                what: what.clone(),
                steps: (number, count),
                rows: (rows, expected),
                total: total + rows,
            })
        };
        tell(0);
        batch(client, "begin").await?;
        let rows = load::load(client, &world, step, &mut tell).await?;
        batch(client, &format!("update ops.generated_worlds set steps_done = {}; commit", number + 1)).await?;
        total += rows;
    }
    let mut tell = |what: &str, number: usize| {
        progress(Progress { what: what.to_owned(), steps: (number, count), rows: (0, 0), total });
    };
    tell("statistics", count - 2);
    batch(client, "analyze").await?;
    batch(client, "select ops.refresh_statistics()").await?;
    tell("tidying up", count - 1);
    let tables = TABLES.map(|table| format!("public.{table}")).join(", ");
    batch(client, &format!("vacuum (analyze) {tables}")).await?;
    batch(client, "update ops.generated_worlds set finished_at = now()").await?;
    Ok(Outcome::Written(total))
}

/// Lifts the limits of the session and takes the lock that keeps a second run out.
async fn prepare(client: &Client) -> Result<()> {
    batch(
        client,
        "set statement_timeout = 0;
        set lock_timeout = 0;
        set idle_in_transaction_session_timeout = 0;
        set client_min_messages = warning;
        set synchronous_commit = off;
        set maintenance_work_mem = '256MB';
        set work_mem = '64MB';
        set timezone = 'UTC'",
    )
    .await?;
    // A run that was just ended may hold it for a moment.
    let lock = "set lock_timeout = '5s'; select pg_advisory_lock(hashtext('generate world')); set lock_timeout = 0";
    match client.batch_execute(lock).await {
        Err(cause) if cause.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
            Err(Error::setup("Another generate is working on this database; wait until it has ended."))
        }
        outcome => outcome.map_err(fault::error),
    }
}

async fn begun(client: &Client) -> Result<Option<Begun>> {
    let row = client
        .query_opt(
            "select users, seed, until_date, generator, steps_done, finished_at is not null from ops.generated_worlds",
            &[],
        )
        .await
        .map_err(fault::error)?;
    let Some(row) = row else { return Ok(None) };
    let read = || -> Result<Begun, tokio_postgres::Error> {
        Ok(Begun {
            size: row.try_get(0)?,
            seed: row.try_get(1)?,
            until: row.try_get(2)?,
            generator: row.try_get(3)?,
            steps_done: row.try_get(4)?,
            is_finished: row.try_get(5)?,
        })
    };
    read().map(Some).map_err(fault::error)
}

impl Begun {
    /// The same world as is asked for, or a refusal.
    fn check(self, options: &WorldOptions) -> Result<Self> {
        let is_same = i64::from(self.size) == i64::from(options.size.users)
            && self.seed == i64::from(options.seed)
            && options.until.is_none_or(|until| until == self.until);
        let called = format!("--users {} --seed {} --until {}", self.size, self.seed, self.until);
        if !is_same {
            let state = if self.is_finished { "holds the world" } else { "holds a part of the world" };
            return Err(Error::setup(format!(
                "The database {state} of {called}; another one needs an empty database."
            )));
        }
        if self.generator != GENERATOR && !self.is_finished {
            return Err(Error::setup(format!(
                "The world of {called} was begun by another version of this program; begin again in an empty database."
            )));
        }
        Ok(self)
    }
}

/// Notes that a world is being made, in a database that holds nothing.
async fn begin(client: &Client, options: &WorldOptions) -> Result<Begun> {
    for table in TABLES {
        if is_filled(client, table).await? {
            return Err(Error::setup(format!(
                "The database is not empty (there are rows in {table}); generate fills an empty one and touches no other."
            )));
        }
    }
    let until = options.until.unwrap_or_else(|| Utc::now().date_naive());
    client
        .execute(
            "insert into ops.generated_worlds (users, seed, until_date, generator) values ($1, $2, $3, $4)",
            &[&options.size.users.cast_signed(), &i64::from(options.seed), &until, &GENERATOR],
        )
        .await
        .map_err(fault::error)?;
    Ok(Begun {
        size: options.size.users.cast_signed(),
        seed: i64::from(options.seed),
        until,
        generator: GENERATOR,
        steps_done: 0,
        is_finished: false,
    })
}

async fn is_filled(client: &Client, table: &str) -> Result<bool> {
    let row = client.query_opt(&format!("select from public.{table} limit 1"), &[]).await.map_err(fault::error)?;
    Ok(row.is_some())
}

/// What an interrupted run has not written must still be empty.
async fn check_rest(client: &Client, all: &[steps::Step], done: usize) -> Result<()> {
    for step in &all[done.min(all.len())..] {
        let is_written = all[..done].iter().any(|before| before.table == step.table);
        if !is_written && is_filled(client, step.table).await? {
            return Err(Error::setup(format!(
                "Since generate was interrupted, something else has written into {}; begin again in an empty database.",
                step.table
            )));
        }
    }
    Ok(())
}

/// Draws the plan on a thread of its own.
async fn plan(options: &WorldOptions, until: NaiveDate, progress: &mut impl FnMut(Progress)) -> Result<Arc<World>> {
    let (seed, size) = (u64::from(options.seed), options.size);
    let until = until.signed_duration_since(DateTime::UNIX_EPOCH.date_naive()).num_days();
    let (sender, mut counted) = tokio::sync::watch::channel(0);
    let drawn = tokio::task::spawn_blocking(move || {
        World::plan(seed, size, until, |people| {
            sender.send_replace(people);
        })
    });
    let mut tell = |people: u32| {
        let rows = (u64::from(people), u64::from(size.users));
        progress(Progress { what: "planning".to_owned(), steps: (0, 0), rows, total: 0 });
    };
    tell(0);
    while counted.changed().await.is_ok() {
        let people = *counted.borrow_and_update();
        tell(people);
    }
    drawn.await.map(Arc::new).map_err(Error::internal)
}

/// Makes the parts of all months that something will lie in, and those that a server wants ahead.
async fn make_parts(client: &Client, world: &World) -> Result<()> {
    let day = |at: i64| {
        let (year, month, day) = calendar::civil(at / DAY);
        format!("date '{year:04}-{month:02}-{day:02}'")
    };
    let first = world.all_months()[0].start;
    batch(
        client,
        &format!("select ops.ensure_partitions({}, ({} + interval '3 months')::date)", day(first), day(world.until())),
    )
    .await
}

async fn batch(client: &Client, statements: &str) -> Result<()> {
    client.batch_execute(statements).await.map_err(fault::error)
}
