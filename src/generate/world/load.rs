//! Writing one step: bare the table, fill it by COPY, and put everything back, in one transaction.
//!
//! Indexes and foreign keys that are built over a full table cost a tenth of those that are kept
//! row by row, and triggers would compute sums that the plan knows. What is taken away is taken away
//! inside the transaction, so an interruption at any point leaves the table as it was.

use std::io::Cursor;
use std::sync::Arc;

use futures_util::SinkExt as _;
use tokio::sync::mpsc;
use tokio_postgres::Client;

use super::fault;
use super::plan::World;
use super::row::Rows;
use super::steps::Step;
use crate::error::{Error, Result};

/// Chunks of rows that wait while the database takes one.
const WAITING: usize = 8;

/// In a world of fewer people the months are so small that to make their parts anew costs more than
/// to keep the indexes row by row.
const FEW_PEOPLE: usize = 40;

/// Writes a step within the caller's transaction; gives the number of rows.
pub(super) async fn load(client: &Client, world: &Arc<World>, step: Step, tell: &mut impl FnMut(u64)) -> Result<u64> {
    let table = step.table;
    let next = next_key(client, table).await?;
    let Some(month) = step.month else {
        let rest = bare(client, table).await?;
        let copy = format!("copy public.{table} ({}) from stdin", step.columns);
        let count = copy_in(client, world, step, next, &copy, tell).await?;
        batch(client, &rest).await?;
        return Ok(count);
    };
    let part = format!("partitions.{table}_{:04}_{:02}", month.year, month.number);
    let bounds = bounds(client, &part).await?;
    if world.people.len() < FEW_PEOPLE {
        let copy = format!("copy {part} ({}) from stdin", step.columns);
        let rest = lower_wall(client, &part).await?;
        let count = copy_in(client, world, step, next, &copy, tell).await?;
        batch(client, rest.as_deref().unwrap_or_default()).await?;
        set_sequence(client, table).await?;
        return Ok(count);
    }
    // A month is filled before it becomes a part of its table, which builds the indexes then.
    batch(
        client,
        &format!(
            "alter table public.{table} detach partition {part};
            drop table {part};
            create table {part} (like public.{table}
              including defaults including constraints including generated including storage);"
        ),
    )
    .await?;
    let copy = format!("copy {part} ({}) from stdin with (freeze)", step.columns);
    let count = copy_in(client, world, step, next, &copy, tell).await?;
    batch(client, &format!("alter table public.{table} attach partition {part} {bounds}; select ops.wall_parts()"))
        .await?;
    set_sequence(client, table).await?;
    Ok(count)
}

/// The first free key. The sequence begins there too, whatever earlier attempts have taken from it.
async fn next_key(client: &Client, table: &str) -> Result<u64> {
    let row = client
        .query_one(&format!("select coalesce(max(id), 0) + 1 from public.{table}"), &[])
        .await
        .map_err(fault::error)?;
    let next: i64 = row.try_get(0).map_err(fault::error)?;
    batch(client, &format!("select setval(pg_get_serial_sequence('public.{table}', 'id'), {next}, false)")).await?;
    Ok(next.unsigned_abs())
}

async fn set_sequence(client: &Client, table: &str) -> Result<()> {
    batch(
        client,
        &format!(
            "select setval(pg_get_serial_sequence('public.{table}', 'id'), coalesce(max(id), 0) + 1, false)
            from public.{table}"
        ),
    )
    .await
}

/// Takes indexes, foreign keys and triggers off an empty table; gives the statements that put them
/// back.
async fn bare(client: &Client, table: &str) -> Result<String> {
    let found = client
        .query(
            "select 'alter table public.' || quote_ident($1) || ' drop constraint ' || quote_ident(conname),
              'alter table public.' || quote_ident($1) || ' add constraint ' || quote_ident(conname) || ' '
                || pg_get_constraintdef(oid)
            from pg_constraint
            where conrelid = ('public.' || quote_ident($1))::regclass and contype = 'f'
            union all
            select 'drop index public.' || quote_ident(class.relname), pg_get_indexdef(class.oid)
            from pg_index
            join pg_class as class on class.oid = pg_index.indexrelid
            where indrelid = ('public.' || quote_ident($1))::regclass
              and not exists (select from pg_constraint where conindid = class.oid)",
            &[&table],
        )
        .await
        .map_err(fault::error)?;
    let mut away = format!("alter table public.{table} disable trigger user;");
    let mut back = format!("alter table public.{table} enable trigger user;");
    for row in &found {
        for (text, column) in [(&mut away, 0), (&mut back, 1)] {
            let statement: String = row.try_get(column).map_err(fault::error)?;
            text.push_str(&statement);
            text.push(';');
        }
    }
    batch(client, &away).await?;
    back.extend(lower_wall(client, &format!("public.{table}")).await?);
    back.push_str(&format!(
        "select setval(pg_get_serial_sequence('public.{table}', 'id'), coalesce(max(id), 0) + 1, false) from public.{table};"
    ));
    Ok(back)
}

/// COPY goes into no table whose row-level security holds the owner as well: it is let off while the
/// rows go in, unseen by others. Gives the statement that puts it back.
async fn lower_wall(client: &Client, table: &str) -> Result<Option<String>> {
    let row = client
        .query_one("select relforcerowsecurity from pg_class where oid = $1::text::regclass", &[&table])
        .await
        .map_err(fault::error)?;
    if !row.try_get::<_, bool>(0).map_err(fault::error)? {
        return Ok(None);
    }
    batch(client, &format!("alter table {table} no force row level security")).await?;
    Ok(Some(format!("alter table {table} force row level security;")))
}

/// `for values from … to …` of a part that must be empty.
async fn bounds(client: &Client, part: &str) -> Result<String> {
    let is_filled =
        client.query_opt(&format!("select from {part} limit 1"), &[]).await.map_err(fault::error)?.is_some();
    if is_filled {
        return Err(Error::Conflict(format!(
            "Something else has written into {part} meanwhile; generate into a database that nothing else works on."
        )));
    }
    let row = client
        .query_one("select pg_get_expr(relpartbound, oid) from pg_class where oid = $1::text::regclass", &[&part])
        .await
        .map_err(fault::error)?;
    row.try_get(0).map_err(fault::error)
}

async fn batch(client: &Client, statements: &str) -> Result<()> {
    client.batch_execute(statements).await.map_err(fault::error)
}

/// Draws rows on a thread of their own while the database takes those before.
async fn copy_in(
    client: &Client,
    world: &Arc<World>,
    step: Step,
    first: u64,
    copy: &str,
    tell: &mut impl FnMut(u64),
) -> Result<u64> {
    let sink = client.copy_in(copy).await.map_err(fault::error)?;
    let mut sink = std::pin::pin!(sink);
    let (sender, mut receiver) = mpsc::channel::<Rows>(WAITING);
    let world = Arc::clone(world);
    let writer = tokio::task::spawn_blocking(move || {
        (step.write)(&world, first, &mut |rows| sender.blocking_send(rows).is_ok());
    });
    let mut count = 0;
    while let Some(rows) = receiver.recv().await {
        count += rows.count;
        if !rows.text.is_empty() {
            sink.send(Cursor::new(rows.text.into_bytes())).await.map_err(fault::error)?;
        }
        tell(count);
    }
    // A writer that panicked has not written everything.
    writer.await.map_err(Error::internal)?;
    sink.finish().await.map_err(fault::error)?;
    Ok(count)
}
