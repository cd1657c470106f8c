//! The planner's figures. Autovacuum takes those of partitions, never those of a partitioned table
//! as a whole, which the plans of most queries go by.

use tokio_postgres::Client;

use crate::error::{Error, Result};

/// Takes the figures of every table anew, one after the other; gives how many tables there are.
///
/// # Errors
/// What the database reports.
pub async fn tables(client: &Client, mut tell: impl FnMut(&str)) -> Result<usize> {
    let rows = client
        .query(
            "select format('%I.%I', nspname, relname)
            from pg_class
            join pg_namespace on pg_namespace.oid = relnamespace
            where nspname in ('public', 'auth', 'audit', 'ops') and relkind in ('r', 'p', 'm')
            order by 1",
            &[],
        )
        .await
        .map_err(Error::internal)?;
    for row in &rows {
        let name: &str = row.get(0);
        client.execute("select ops.analyze_table($1)", &[&name]).await.map_err(Error::internal)?;
        tell(name);
    }
    Ok(rows.len())
}
