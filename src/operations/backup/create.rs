//! Taking a backup: `pg_dump` in parallel and the checksums of the rows, both of one snapshot.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::manifest::Manifest;
use super::{Folder, SealingKey, checksum, files, programs};
use crate::db::connect::ConnectTarget;
use crate::db::migrate;
use crate::error::{Error, Result};
use crate::operations::Session;

/// How to take it.
pub struct CreateOptions<'a> {
    /// Tables that are dumped at a time.
    pub jobs: u32,
    /// Seals the dump.
    pub key: Option<&'a SealingKey>,
    /// The folder of PostgreSQL's programs, when the operator chose one.
    pub programs: Option<&'a Path>,
}

/// What is being done, for people who wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// So many of so many tables were added up.
    Counted(usize, usize),
    /// The dump is being written or read.
    Dumping,
    /// Files are sealed or opened.
    Sealing,
    /// Checksums of the files are taken.
    Summing,
}

/// Takes a backup of the database while it is used; gives its place and what it says of itself.
///
/// # Errors
/// `Setup` when a program or the disk refuses; what was begun is removed.
pub async fn create(
    target: &ConnectTarget,
    folder: &Folder,
    options: &CreateOptions<'_>,
    mut tell: impl FnMut(Step),
) -> Result<(PathBuf, Manifest)> {
    let session = Session::open(target, "backup").await?;
    checksum::prepare(&session).await?;
    session.batch_execute("begin isolation level repeatable read read only").await.map_err(Error::internal)?;
    let row = session
        .query_one("select pg_export_snapshot(), now(), current_setting('server_version_num')::integer / 10000", &[])
        .await
        .map_err(Error::internal)?;
    let (snapshot, made_at, major): (String, DateTime<Utc>, i32) = (row.get(0), row.get(1), row.get(2));
    let major = u32::try_from(major).map_err(Error::internal)?;
    let bin = programs::folder(options.programs, major)?;
    let (path, name) = folder.begin(made_at)?;
    let making = async {
        let dump = path.join("dump");
        let arguments = [
            "--format=directory".to_owned(),
            format!("--jobs={}", options.jobs.max(1)),
            format!("--snapshot={snapshot}"),
            "--compress=1".to_owned(),
            // Whoever owns the tables passes the second wall by saying that they are keeping.
            "--enable-row-security".to_owned(),
            format!("--file={}", dump.display()),
        ];
        tell(Step::Dumping);
        programs::run(&bin, "pg_dump", target, &arguments).await?;
        let tables = checksum::tables(&session, |done, all| tell(Step::Counted(done, all))).await?;
        let roles = roles(&session).await?;
        if let Some(key) = options.key {
            tell(Step::Sealing);
            key.seal_all(&dump)?;
        }
        tell(Step::Summing);
        let states = migrate::status(target).await?;
        let last = states.iter().rfind(|state| state.is_applied).map(|state| state.name.clone());
        let manifest = Manifest {
            format: Manifest::FORMAT,
            made_at,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            postgresql: major,
            database: target.database().to_owned(),
            migration: last.unwrap_or_default(),
            roles,
            tables,
            files: files::sums(&dump)?,
            sealed_with: options.key.map(SealingKey::mark),
        };
        manifest.write(&path)?;
        Ok((folder.end(&path, &name)?, manifest))
    };
    let outcome = making.await;
    if outcome.is_err() {
        // Half a backup is of no use; should it stay, it is not taken for one.
        let _ = fs::remove_dir_all(&path);
    }
    outcome
}

/// Roles that the dump names, which have to be there where it is restored.
async fn roles(session: &Session) -> Result<Vec<String>> {
    let rows = session
        .query(
            "select rolname::text
            from pg_shdepend
            join pg_roles on pg_roles.oid = refobjid
            where refclassid = 'pg_authid'::regclass and rolname !~ '^pg_'
              and dbid = (select oid from pg_database where datname = current_database())
            union
            select pg_get_userbyid(relowner)::text from pg_class where relnamespace = 'public'::regnamespace
            order by 1",
            &[],
        )
        .await
        .map_err(Error::internal)?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
