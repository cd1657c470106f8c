//! The rows of every table as one number each, in one snapshot.

use tokio_postgres::Client;

use super::manifest::TableSum;
use crate::error::{Error, Result};

/// Makes rows read the same in every session, and shows those of everybody.
const SETTINGS: &str = "set timezone = 'UTC'; set datestyle = 'ISO, MDY'; set intervalstyle = 'postgres';
    set bytea_output = 'hex'; set extra_float_digits = 1; set statement_timeout = 0; set row_security = on";

/// Readies a session for [`tables`].
///
/// # Errors
/// What the database reports.
pub(super) async fn prepare(client: &Client) -> Result<()> {
    client.batch_execute(SETTINGS).await.map_err(Error::internal)
}

/// Every table that is dumped with its rows, by name. To be called in a transaction whose snapshot
/// stays.
///
/// # Errors
/// What the database reports.
pub(super) async fn tables(client: &Client, mut tell: impl FnMut(usize, usize)) -> Result<Vec<TableSum>> {
    let rows = client
        .query(
            "select format('%I.%I', nspname, relname)
            from pg_class
            join pg_namespace on pg_namespace.oid = relnamespace
            where relkind = 'r' and relpersistence = 'p'
              and nspname not in ('pg_catalog', 'information_schema') and nspname !~ '^pg_'
              and not exists (
                select from pg_depend
                where classid = 'pg_class'::regclass and objid = pg_class.oid and deptype = 'e'
              )
            order by 1",
            &[],
        )
        .await
        .map_err(Error::internal)?;
    let mut all = Vec::with_capacity(rows.len());
    for (done, row) in rows.iter().enumerate() {
        let name: String = row.get(0);
        // The name was quoted by the database.
        let question =
            format!("select count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text from {name} t");
        let row = client.query_one(&question, &[]).await.map_err(Error::internal)?;
        all.push(TableSum { name, rows: row.get(0), checksum: row.get(1) });
        tell(done + 1, rows.len());
    }
    Ok(all)
}

/// What differs between tables as they should be and as they are; nothing when all is well.
pub(super) fn differences(expected: &[TableSum], found: &[TableSum]) -> Vec<String> {
    let mut faults = Vec::new();
    for table in expected {
        match found.iter().find(|other| other.name == table.name) {
            None => faults.push(format!("the table {} is missing", table.name)),
            Some(other) if other.rows != table.rows => {
                faults.push(format!("the table {} has {} rows instead of {}", table.name, other.rows, table.rows));
            }
            Some(other) if other.checksum != table.checksum => {
                faults.push(format!("rows of the table {} are not what they were", table.name));
            }
            Some(_) => {}
        }
    }
    faults
}
