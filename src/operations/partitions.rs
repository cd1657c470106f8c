//! Monthly partitions, made ahead of time. SQL function `ops.ensure_partitions`.

use crate::db::connect::{self, ConnectTarget, SessionSettings};
use crate::error::{Error, Result};

/// Months that stand ready ahead of the current one.
const MONTHS_AHEAD: i32 = 3;

/// Makes the partitions of the current month and the next three where they are missing; gives
/// how many were made.
///
/// # Errors
/// What the database reports.
pub async fn ensure(target: &ConnectTarget) -> Result<i32> {
    let (client, connection) = connect::connect_raw(target, &SessionSettings::default()).await?;
    let driver = tokio::spawn(connection);
    let made = client
        .query_one(
            "select ops.ensure_partitions(current_date, (current_date + make_interval(months => $1))::date)",
            &[&MONTHS_AHEAD],
        )
        .await
        .map_err(Error::internal)
        .map(|row| row.get(0));
    drop(client);
    driver.abort();
    made
}
