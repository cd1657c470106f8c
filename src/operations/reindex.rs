//! Indexes, built anew beside the old ones while the tables are read and written.

use tokio_postgres::Client;

use crate::error::{Error, Result};

/// Which indexes.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Of this table alone, with its partitions.
    pub table: Option<String>,
    /// Only those of at least as many bytes.
    pub min_bytes: i64,
}

/// One index that was built anew.
#[derive(Debug, Clone)]
pub struct Rebuilt {
    /// Its name, with its schema.
    pub name: String,
    /// Its size before, in bytes.
    pub bytes_before: i64,
    /// Its size after, in bytes.
    pub bytes_after: i64,
}

/// Removes what an interrupted run left behind, and builds the chosen indexes anew, one after the
/// other. The connection must be the owner's.
///
/// # Errors
/// `Setup` when there is no such table, what the database reports otherwise.
pub async fn indexes(client: &Client, choice: &Choice, mut tell: impl FnMut(&Rebuilt)) -> Result<Vec<Rebuilt>> {
    if let Some(table) = &choice.table {
        let row = client.query_one("select to_regclass($1) is not null", &[table]).await.map_err(Error::internal)?;
        if !row.get::<_, bool>(0) {
            return Err(Error::setup(format!("there is no table {table}; its name is like public.tracks")));
        }
    }
    // Long enough for a transaction under way, short enough not to queue for ever behind one.
    client.batch_execute("set lock_timeout = '60s'").await.map_err(Error::internal)?;
    for left in names(client, LEFT_BEHIND, choice).await? {
        client.batch_execute(&format!("drop index concurrently {left}")).await.map_err(Error::internal)?;
    }
    let mut all = Vec::new();
    for name in names(client, CHOSEN, choice).await? {
        let bytes_before = size(client, &name).await?;
        client.batch_execute(&format!("reindex index concurrently {name}")).await.map_err(Error::internal)?;
        let rebuilt = Rebuilt { bytes_after: size(client, &name).await?, name, bytes_before };
        tell(&rebuilt);
        all.push(rebuilt);
    }
    Ok(all)
}

/// Unfinished copies that a concurrent build makes under these names.
const LEFT_BEHIND: &str = "
    select format('%I.%I', nspname, index.relname)
    from pg_index
    join pg_class as index on index.oid = indexrelid
    join pg_namespace on pg_namespace.oid = index.relnamespace
    where nspname in ('public', 'partitions', 'auth', 'audit', 'ops')
      and not indisvalid and index.relname ~ '_cc(new|old)[0-9]*$'
      and ($1::text is null or $2::bigint is not null)";

/// PostgreSQL cannot build the index of an exclusion constraint beside the old one.
const CHOSEN: &str = "
    select format('%I.%I', nspname, index.relname)
    from pg_index
    join pg_class as index on index.oid = indexrelid
    join pg_namespace on pg_namespace.oid = index.relnamespace
    where nspname in ('public', 'partitions', 'auth', 'audit', 'ops')
      and index.relkind = 'i' and not indisexclusion
      and pg_relation_size(indexrelid) >= $2
      and ($1::text is null or indrelid in (select relid from pg_partition_tree(to_regclass($1)))
        or indrelid = to_regclass($1))
    order by pg_relation_size(indexrelid), 1";

async fn names(client: &Client, which: &str, choice: &Choice) -> Result<Vec<String>> {
    let rows = client.query(which, &[&choice.table, &choice.min_bytes]).await.map_err(Error::internal)?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

async fn size(client: &Client, name: &str) -> Result<i64> {
    let row = client.query_one("select pg_relation_size(to_regclass($1))", &[&name]).await;
    Ok(row.map_err(Error::internal)?.get(0))
}
