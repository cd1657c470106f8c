//! Migrations: embedded in the binary, run under a lock, written down in a schema of their own.
//!
//! Diesel notes what it has run in `diesel.__diesel_schema_migrations`, so that `public` holds
//! the domain's tables alone. Several servers that start at once take turns.

use diesel::migration::{Migration, MigrationSource as _};
use diesel::pg::Pg;
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection, SimpleAsyncConnection as _};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

use super::connect::{self, ConnectTarget, SessionSettings};
use crate::error::{Error, Result};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// Key of the advisory lock that migrating holds: "scmmigr" in ASCII.
const LOCK: &str = "32479286453299058";

/// A migration and whether it has been run.
#[derive(Debug, Clone)]
pub struct MigrationState {
    /// Its name, which begins with its version.
    pub name: String,
    /// Whether the database has it.
    pub is_applied: bool,
}

/// Runs what has not been run, where there is something: who may not migrate finds no fault with a
/// database that is up to date. Gives the names.
///
/// # Errors
/// As [`up`].
pub async fn catch_up(target: &ConnectTarget) -> Result<Vec<String>> {
    if pending_count(target).await? == 0 {
        return Ok(Vec::new());
    }
    up(target).await
}

/// Runs what has not been run, and gives the server's role its rights; gives the names.
///
/// # Errors
/// `Setup` naming the migration that failed; nothing of that one remains.
pub async fn up(target: &ConnectTarget) -> Result<Vec<String>> {
    let mut harness = harness(target).await?;
    let mut done = Vec::new();
    for migration in pending(&mut harness)? {
        let name = migration.name().to_string();
        harness.run_migration(&*migration).map_err(|cause| failed(&name, "run", &*cause))?;
        done.push(name);
    }
    grant_rights(&mut harness.into_inner()).await?;
    Ok(done)
}

/// The role may have been made since, or a migration forgotten to ask for its rights.
async fn grant_rights(conn: &mut AsyncPgConnection) -> Result<()> {
    let given = conn
        .batch_execute(
            "do $$ begin
                if to_regprocedure('ops.grant_serving_rights()') is not null then
                    perform ops.grant_serving_rights();
                end if;
            end $$",
        )
        .await;
    given.map_err(|cause| Error::setup(format!("the role that serves could not be given its rights: {cause}")))
}

/// Takes the last migration back; gives its name.
///
/// # Errors
/// `Setup` naming the migration that failed.
pub async fn down(target: &ConnectTarget) -> Result<Vec<String>> {
    let mut harness = harness(target).await?;
    let applied = all()?.into_iter().rev().find(|migration| is_applied(&mut harness, &**migration).unwrap_or(false));
    let Some(migration) = applied else { return Ok(Vec::new()) };
    let name = migration.name().to_string();
    harness.revert_migration(&*migration).map_err(|cause| failed(&name, "reverted", &*cause))?;
    Ok(vec![name])
}

/// Takes every migration back and removes the bookkeeping: nothing of ours remains.
///
/// # Errors
/// `Setup` naming the migration that failed.
pub async fn down_all(target: &ConnectTarget) -> Result<Vec<String>> {
    let mut harness = harness(target).await?;
    let mut done = Vec::new();
    for migration in all()?.into_iter().rev() {
        if is_applied(&mut harness, &*migration)? {
            let name = migration.name().to_string();
            harness.revert_migration(&*migration).map_err(|cause| failed(&name, "reverted", &*cause))?;
            done.push(name);
        }
    }
    let mut conn = harness.into_inner();
    conn.batch_execute("drop schema if exists diesel cascade").await?;
    Ok(done)
}

/// Takes the last migration back and runs it again; gives its name.
///
/// # Errors
/// `Setup` naming the migration that failed.
pub async fn redo(target: &ConnectTarget) -> Result<Vec<String>> {
    let names = down(target).await?;
    if !names.is_empty() {
        up(target).await?;
    }
    Ok(names)
}

/// Every migration of this program in order, and whether the database has it. Changes nothing.
///
/// # Errors
/// What connecting reports.
pub async fn status(target: &ConnectTarget) -> Result<Vec<MigrationState>> {
    let (client, connection) = connect::connect_raw(target, &SessionSettings::default()).await?;
    let driver = tokio::spawn(connection);
    let versions = applied_versions(&client).await;
    drop(client);
    driver.abort();
    let versions = versions?;
    Ok(all()?
        .into_iter()
        .map(|migration| {
            let name = migration.name();
            let is_applied = versions.contains(&name.version().to_string());
            MigrationState { name: name.to_string(), is_applied }
        })
        .collect())
}

/// Whether this program has a migration of that name; the empty name stands for none at all.
///
/// # Errors
/// `Internal` when the migrations cannot be listed.
pub fn knows(name: &str) -> Result<bool> {
    Ok(name.is_empty() || all()?.iter().any(|migration| migration.name().to_string() == name))
}

/// How many migrations of this program the database lacks.
///
/// # Errors
/// What connecting reports.
pub async fn pending_count(target: &ConnectTarget) -> Result<usize> {
    Ok(status(target).await?.iter().filter(|state| !state.is_applied).count())
}

async fn applied_versions(client: &tokio_postgres::Client) -> Result<Vec<String>> {
    let table: Option<String> = client
        .query_one(
            "select coalesce(to_regclass('diesel.__diesel_schema_migrations'),
                to_regclass('public.__diesel_schema_migrations'))::text",
            &[],
        )
        .await
        .map_err(Error::internal)?
        .get(0);
    let Some(table) = table else { return Ok(Vec::new()) };
    let rows = client.query(&format!("select version::text from {table}"), &[]).await.map_err(Error::internal)?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

type Harness = AsyncMigrationHarness<AsyncPgConnection>;
type Boxed = Box<dyn Migration<Pg>>;

/// A connection that holds the lock; the lock ends with the connection.
async fn harness(target: &ConnectTarget) -> Result<Harness> {
    let session =
        SessionSettings { application_name: "searxng-cool-music migrate".to_owned(), ..SessionSettings::default() };
    // What migrations do with the rows of everybody, they do for everybody.
    let mut conn = connect::connect(&target.keeping(), &session).await?;
    conn.batch_execute(&format!("select pg_advisory_lock({LOCK})")).await?;
    // A table that the diesel command line made in `public` moves to where it belongs.
    conn.batch_execute(
        "create schema if not exists diesel;
        do $$ begin
            if to_regclass('public.__diesel_schema_migrations') is not null
                and to_regclass('diesel.__diesel_schema_migrations') is null then
                alter table public.__diesel_schema_migrations set schema diesel;
            end if;
        end $$;
        set search_path = diesel, public;
        set client_min_messages = warning",
    )
    .await
    .map_err(|cause| {
        Error::setup(format!(
            "the database does not let this user migrate: {cause}. The user needs the right CREATE on the database: grant create on database … to …"
        ))
    })?;
    Ok(AsyncMigrationHarness::new(conn))
}

fn all() -> Result<Vec<Boxed>> {
    let mut all: Vec<Boxed> = MIGRATIONS.migrations().map_err(Error::internal)?;
    all.sort_by_key(|migration| migration.name().version().as_owned());
    Ok(all)
}

fn pending(harness: &mut Harness) -> Result<Vec<Boxed>> {
    harness.pending_migrations(MIGRATIONS).map_err(Error::internal)
}

fn is_applied(harness: &mut Harness, migration: &dyn Migration<Pg>) -> Result<bool> {
    let applied = harness.applied_migrations().map_err(Error::internal)?;
    Ok(applied.contains(&migration.name().version()))
}

fn failed(name: &str, what: &str, cause: &(dyn std::error::Error + Send + Sync)) -> Error {
    Error::setup(format!(
        "migration {name} could not be {what}; the database is as it was before that migration: {cause}"
    ))
}
