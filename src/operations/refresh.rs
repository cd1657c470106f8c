//! Statistics: materialised views and what is computed from them. SQL function
//! `ops.refresh_statistics`.

use tokio_postgres::Client;

use crate::error::{Error, Result};

/// Brings the statistics up to date without keeping readers out. False when another process is
/// at it.
///
/// # Errors
/// What the database reports.
pub async fn statistics(client: &Client) -> Result<bool> {
    Ok(client.query_one("select ops.refresh_statistics()", &[]).await.map_err(Error::internal)?.get(0))
}

/// What [`statistics`] did, in words.
#[must_use]
pub fn told(is_done: bool) -> &'static str {
    if is_done { "statistics refreshed" } else { "another process refreshes them" }
}
