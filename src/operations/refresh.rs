//! Statistics: materialised views and what is computed from them. SQL function
//! `ops.refresh_statistics`.

use crate::db::connect::{self, ConnectTarget, SessionSettings};
use crate::error::{Error, Result};

/// Brings the statistics up to date without keeping readers out. False when another process is
/// at it.
///
/// # Errors
/// What the database reports.
pub async fn statistics(target: &ConnectTarget) -> Result<bool> {
    // A connection of its own: a refresh may take longer than a request's statement is allowed to.
    let session =
        SessionSettings { application_name: "searxng-cool-music refresh".to_owned(), ..SessionSettings::default() };
    let (client, connection) = connect::connect_raw(target, &session).await?;
    let driver = tokio::spawn(connection);
    let done =
        client.query_one("select ops.refresh_statistics()", &[]).await.map_err(Error::internal).map(|row| row.get(0));
    drop(client);
    driver.abort();
    done
}
