//! Monthly partitions, made ahead of time. SQL function `ops.ensure_partitions`.

use tokio_postgres::Client;

use crate::error::{Error, Result};

/// Months that stand ready ahead of the current one.
const MONTHS_AHEAD: i32 = 3;

/// Makes the partitions of the current month and the next three where they are missing; gives
/// how many were made.
///
/// # Errors
/// What the database reports.
pub async fn ensure(client: &Client) -> Result<i32> {
    let row = client
        .query_one(
            "select ops.ensure_partitions(current_date, (current_date + make_interval(months => $1))::date)",
            &[&MONTHS_AHEAD],
        )
        .await;
    Ok(row.map_err(Error::internal)?.get(0))
}
