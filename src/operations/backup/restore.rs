//! Bringing a backup back, into a database that holds nothing, and looking whether all of it is there.

use std::path::Path;

use super::create::Step;
use super::manifest::Manifest;
use super::{SealingKey, checksum, files, programs};
use crate::db::connect::ConnectTarget;
use crate::db::migrate;
use crate::error::{Error, Result};
use crate::operations::Session;

/// Looks at the files of a backup: the manifest, and the checksum of each file.
///
/// # Errors
/// `Setup` that names what is missing or changed, or says that the key is another one.
pub fn check_files(backup: &Path, key: Option<&SealingKey>) -> Result<Manifest> {
    let manifest = Manifest::read(backup)?;
    match (&manifest.sealed_with, key) {
        (Some(mark), Some(key)) if *mark != key.mark() => {
            return Err(Error::setup(format!("{} was sealed with another key", backup.display())));
        }
        (Some(_), None) => {
            return Err(Error::setup(format!("{} is sealed: name the key's file with --key-file", backup.display())));
        }
        _ => {}
    }
    let found = files::sums(&backup.join("dump"))?;
    let faults = files::differences(&manifest.files, &found);
    if faults.is_empty() {
        Ok(manifest)
    } else {
        Err(Error::setup(format!("{} is damaged: {}", backup.display(), faults.join("; "))))
    }
}

/// How to bring it back.
pub struct RestoreOptions<'a> {
    /// Tables that are restored at a time.
    pub jobs: u32,
    /// Opens the dump.
    pub key: Option<&'a SealingKey>,
    /// The folder of PostgreSQL's programs, when the operator chose one.
    pub programs: Option<&'a Path>,
}

/// Restores a backup into an empty database and compares every table with the manifest.
///
/// # Errors
/// `Setup` when the backup is damaged, sealed with another key or of something newer, when the database
/// is not empty, or when what came back is not what was saved.
pub async fn restore(
    target: &ConnectTarget,
    backup: &Path,
    options: &RestoreOptions<'_>,
    mut tell: impl FnMut(Step),
) -> Result<Manifest> {
    tell(Step::Summing);
    let manifest = check_files(backup, options.key)?;
    if !migrate::knows(&manifest.migration)? {
        return Err(Error::setup(format!(
            "{} has the migration {}, which this program does not know; use the program that made it ({}) or a newer one",
            backup.display(),
            manifest.migration,
            manifest.program
        )));
    }
    let session = Session::open(target, "restore").await?;
    let major = look(&session, target, backup, &manifest).await?;
    let bin = programs::folder(options.programs, major)?;
    make_roles(&session, &manifest).await?;

    let opened;
    let dump = match options.key.filter(|_| manifest.sealed_with.is_some()) {
        Some(key) => {
            tell(Step::Sealing);
            opened = tempfile::tempdir_in(backup).map_err(|cause| files::failed(backup, &cause))?;
            key.open_all(&backup.join("dump"), opened.path())?;
            opened.path().to_owned()
        }
        None => backup.join("dump"),
    };
    tell(Step::Dumping);
    let arguments = [
        "--format=directory".to_owned(),
        format!("--jobs={}", options.jobs.max(1)),
        "--exit-on-error".to_owned(),
        "--no-owner".to_owned(),
        format!("--dbname={}", target.database()),
        dump.display().to_string(),
    ];
    programs::run(&bin, "pg_restore", target, &arguments).await?;

    checksum::prepare(&session).await?;
    let found = checksum::tables(&session, |done, all| tell(Step::Counted(done, all))).await?;
    let faults = checksum::differences(&manifest.tables, &found);
    if !faults.is_empty() {
        return Err(Error::setup(format!("what came back is not what was saved: {}", faults.join("; "))));
    }
    session.batch_execute("analyze").await.map_err(Error::internal)?;
    Ok(manifest)
}

/// Whether the backup fits the database; its major version.
async fn look(session: &Session, target: &ConnectTarget, backup: &Path, manifest: &Manifest) -> Result<u32> {
    let row = session
        .query_one(
            "select
               current_setting('server_version_num')::integer / 10000,
               (select count(*) from pg_class
                join pg_namespace on pg_namespace.oid = relnamespace
                where relkind in ('r', 'p', 'v', 'm') and nspname <> 'information_schema' and nspname !~ '^pg_')",
            &[],
        )
        .await
        .map_err(Error::internal)?;
    let (major, tables): (i32, i64) = (row.get(0), row.get(1));
    let major = u32::try_from(major).map_err(Error::internal)?;
    if tables > 0 {
        return Err(Error::setup(format!(
            "{target} holds {tables} tables already: a backup is restored into an empty database; nothing was changed"
        )));
    }
    if major < manifest.postgresql {
        return Err(Error::setup(format!(
            "{} is of PostgreSQL {}, and {target} is PostgreSQL {major}: restore it into {} or newer",
            backup.display(),
            manifest.postgresql,
            manifest.postgresql
        )));
    }
    Ok(major)
}

/// Makes the roles that the backup names and that are not there; they may not log in.
async fn make_roles(session: &Session, manifest: &Manifest) -> Result<()> {
    for role in &manifest.roles {
        let is_there = session.query_one("select to_regrole(quote_ident($1)) is not null", &[role]).await;
        if is_there.map_err(Error::internal)?.get::<_, bool>(0) {
            continue;
        }
        let row = session.query_one("select format('create role %I nologin', $1::text)", &[role]).await;
        let statement: String = row.map_err(Error::internal)?.get(0);
        session.batch_execute(&statement).await.map_err(|cause| {
            let said = cause.as_db_error().map_or_else(|| cause.to_string(), |error| error.message().to_owned());
            Error::setup(format!("the backup names the role {role}, which is missing and cannot be made: {said}"))
        })?;
    }
    Ok(())
}
