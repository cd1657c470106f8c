//! The import as a whole: session, transaction, lock, and the lines that only the database refuses.

use std::path::Path;

use tokio_postgres::Client;

use super::report::ImportReport;
use super::{apply, fault, stage};
use crate::catalog::source_url::{self, MAX_ID_CHARACTERS};
use crate::db::connect::{ConnectTarget, SessionSettings, connect_raw};
use crate::error::{Error, Result};
use crate::transfer::catalogue::{CatalogueReader, Problem};

const STAGE: &str = include_str!("sql/stage.sql");

/// Lines that the reader found good and the database refuses; so many are looked for one by one.
const MAX_REFUSED_BY_DATABASE: usize = 5;

/// What a person chooses for an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportOptions {
    /// Where the file's ids come from: the name of a service (`spotify`, `deezer` …) or any name.
    pub source: String,
}

impl ImportOptions {
    /// The source is the file's name, as the command does without `--source`.
    #[must_use]
    pub fn for_file(path: &Path) -> Self {
        let name = path.file_name().unwrap_or(path.as_os_str());
        Self { source: name.to_string_lossy().into_owned() }
    }
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Lines are read and staged.
    Reading,
    /// All lines are read; the catalogue is written.
    Writing,
    /// The catalogue is written; what there is to report is gathered.
    Reporting,
}

/// A moment of an import, for a progress bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Good lines read so far.
    pub rows: u64,
    /// Bytes of the file read so far.
    pub bytes_read: u64,
    /// The file's size in bytes; none for what is no plain file.
    pub total_bytes: Option<u64>,
}

/// How the ids of the file become those of `track_sources`.
pub(super) struct Outside {
    /// The source's own type, or `other`.
    pub source_type: &'static str,
    /// What all ids of this source begin with: empty for a known service, else `NAME:`.
    pub space: String,
}

pub(super) struct OutsideId {
    pub id: String,
    pub uri: Option<String>,
}

impl Outside {
    fn new(source: &str) -> Result<Self> {
        let source = source.trim();
        if let Some(source_type) = source_url::source_type(source) {
            return Ok(Self { source_type, space: String::new() });
        }
        if source.is_empty() || source.chars().count() > 100 || source.contains(char::is_control) {
            return Err(Error::invalid(
                "source",
                format!("The source \"{source}\" is no name of 1 to 100 characters; give another with --source."),
            ));
        }
        Ok(Self { source_type: "other", space: format!("{source}:") })
    }

    /// The id as it is stored, with an address where the service is known to have one.
    pub(super) fn id(&self, given: &str) -> Result<OutsideId, String> {
        let known = if self.space.is_empty() {
            source_url::recognise_link(&format!("{}:{given}", self.source_type))
                .or_else(|| source_url::recognise(given))
                .filter(|link| link.source_type == self.source_type)
        } else {
            None
        };
        let (id, uri) = match known {
            Some(link) => (link.source_id, link.uri),
            None => (format!("{}{given}", self.space), None),
        };
        if id.chars().count() > MAX_ID_CHARACTERS {
            return Err(format!("makes an id of more than {MAX_ID_CHARACTERS} characters with the source's name"));
        }
        Ok(OutsideId { id, uri })
    }
}

/// Imports a file in a session and a transaction of its own; imports wait for one another.
///
/// Without an error all good lines are written, with one none. Must run within a tokio runtime.
///
/// # Errors
/// `Invalid` when the file cannot be read on or the source has no usable name; otherwise what the
/// database reports, by kind.
pub async fn import_catalogue(
    target: &ConnectTarget,
    session: &SessionSettings,
    reader: CatalogueReader,
    options: &ImportOptions,
    mut progress: impl FnMut(Progress),
) -> Result<ImportReport> {
    let (client, connection) = connect_raw(target, session).await?;
    // Ends when the client is dropped; what breaks it reaches the client's next statement.
    let driver = tokio::spawn(connection);
    client.batch_execute("begin").await.map_err(fault::error)?;
    let report = import_into(&client, reader, options, &mut progress).await?;
    client.batch_execute("commit").await.map_err(fault::error)?;
    drop(client);
    // The commit was answered; how the session ends after that changes nothing.
    let _ = driver.await;
    Ok(report)
}

/// Imports within the caller's transaction; after an error the caller has to roll back.
///
/// The limits on statements, locks and idling are lifted until the transaction ends.
///
/// # Errors
/// As [`import_catalogue`].
pub async fn import_into(
    client: &Client,
    reader: CatalogueReader,
    options: &ImportOptions,
    progress: &mut impl FnMut(Progress),
) -> Result<ImportReport> {
    let outside = Outside::new(&options.source)?;
    client
        .batch_execute(
            "set local statement_timeout = 0;
            set local lock_timeout = 0;
            set local idle_in_transaction_session_timeout = 0;
            set local jit = off;
            set local client_min_messages = warning;
            select pg_advisory_xact_lock(hashtext('import catalogue'))",
        )
        .await
        .map_err(fault::error)?;
    client.batch_execute(STAGE).await.map_err(fault::error)?;
    let mut report = ImportReport::default();
    let mut last = Progress { stage: Stage::Reading, rows: 0, bytes_read: 0, total_bytes: None };
    let mut told = |now: Progress| {
        last = now;
        progress(now);
    };
    stage::fill(client, reader, outside, &mut report, &mut told).await?;
    progress(Progress { stage: Stage::Writing, ..last });
    write(client, &mut report).await?;
    progress(Progress { stage: Stage::Reporting, ..last });
    apply::tell(client, &mut report).await.map_err(fault::error)?;
    Ok(report)
}

/// Applies what is staged. A line that the database refuses is looked for, refused, and the others
/// are applied without it.
async fn write(client: &Client, report: &mut ImportReport) -> Result<()> {
    for _ in 0..MAX_REFUSED_BY_DATABASE {
        let Some(refused) = attempt(client).await? else { return Ok(()) };
        let culprit = find_culprit(client).await?;
        let Some((line, message)) = culprit else { return Err(fault::error(refused)) };
        client.execute("delete from import_rows where line = $1", &[&line]).await.map_err(fault::error)?;
        report.rows = report.rows.saturating_sub(1);
        let problem = Problem {
            line: line.unsigned_abs(),
            column: None,
            value: None,
            message: format!("The database refused it: {message}."),
        };
        report.refused.merge(vec![problem], 1);
    }
    apply::apply(client).await.map_err(fault::error)
}

/// Applies what is staged; gives the error, with everything taken back, when a value is refused.
async fn attempt(client: &Client) -> Result<Option<tokio_postgres::Error>> {
    client.batch_execute("savepoint import").await.map_err(fault::error)?;
    match apply::apply(client).await {
        Ok(()) => {
            client.batch_execute("release savepoint import").await.map_err(fault::error)?;
            Ok(None)
        }
        Err(cause) if fault::is_about_values(&cause) => {
            client.batch_execute("rollback to savepoint import").await.map_err(fault::error)?;
            Ok(Some(cause))
        }
        Err(cause) => Err(fault::error(cause)),
    }
}

/// The first line without which the lines before it are accepted, with the reason: the shortest
/// beginning of the file that is refused ends with it. Takes as many attempts as the number of
/// lines has binary digits.
async fn find_culprit(client: &Client) -> Result<Option<(i64, String)>> {
    let rows = client.query("select line from import_rows order by line", &[]).await.map_err(fault::error)?;
    let lines: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
    let (mut accepted, mut refused) = (0, lines.len());
    let mut reason = None;
    while accepted < refused {
        let middle = accepted + (refused - accepted) / 2;
        let Some(last) = lines.get(middle) else { break };
        client.batch_execute("savepoint beginning").await.map_err(fault::error)?;
        client.execute("delete from import_rows where line > $1", &[last]).await.map_err(fault::error)?;
        let outcome = attempt(client).await?;
        client.batch_execute("rollback to savepoint beginning").await.map_err(fault::error)?;
        match outcome {
            None => accepted = middle + 1,
            Some(cause) => {
                reason = cause.as_db_error().map(fault::reason);
                refused = middle;
            }
        }
    }
    Ok(lines.get(refused).copied().zip(reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_service_keeps_its_ids_and_any_other_name_stands_before_them() {
        let spotify = Outside::new("Spotify").expect("a known service");
        let id = spotify.id("70LcF31zb1H0PyJoS1Sx1r").expect("an id");
        assert_eq!((spotify.source_type, id.id.as_str()), ("spotify", "70LcF31zb1H0PyJoS1Sx1r"));
        let chinook = Outside::new("chinook.csv").expect("a name");
        let id = chinook.id("7").expect("an id");
        assert_eq!((chinook.source_type, id.id.as_str(), id.uri), ("other", "chinook.csv:7", None));
        assert!(chinook.id(&"9".repeat(255)).is_err());
        assert!(Outside::new(" ").is_err());
    }
}
