//! The demo: a small real catalogue, and invented listeners with ten months of life in it.
//!
//! Everything is loaded in one transaction, or nothing. Tracks come in through the import that every
//! catalogue goes through. The listeners' life is set-based SQL over hashes of names: the same
//! catalogue gives the same life on every machine, and only its instants move with the clock, so
//! that the charts of this week have something to show.

mod catalogue;

use tokio_postgres::Client;

use crate::db::connect::{ConnectTarget, SessionSettings, connect_raw};
use crate::error::Result;
use crate::transfer::import::fault;

/// The listeners' life in the order in which each part needs the ones before it: who they are,
/// their playlists, what they heard, what they discovered, and what they kept of it all.
const LIFE: [&str; 7] = [
    include_str!("people.sql"),
    include_str!("playlist_plan.sql"),
    include_str!("playlist_events.sql"),
    include_str!("playlist_rows.sql"),
    include_str!("listening.sql"),
    include_str!("discovery.sql"),
    include_str!("library.sql"),
];

/// Loads the demo into a migrated database that holds neither tracks nor users; otherwise does
/// nothing and returns false. Must run within a tokio runtime.
///
/// # Errors
/// `Setup` when the schema is missing or a right is, otherwise what the database reports, by kind;
/// the database is then as it was.
pub async fn load_demo(target: &ConnectTarget, session: &SessionSettings) -> Result<bool> {
    let (client, connection) = connect_raw(target, session).await?;
    // Ends when the client is dropped; what breaks it reaches the client's next statement.
    let driver = tokio::spawn(connection);
    client.batch_execute("begin").await.map_err(fault::error)?;
    let is_loaded = load(&client).await?;
    client.batch_execute("commit").await.map_err(fault::error)?;
    drop(client);
    // The commit was answered; how the session ends after that changes nothing.
    let _ = driver.await;
    Ok(is_loaded)
}

async fn load(client: &Client) -> Result<bool> {
    client
        .batch_execute(
            "set local statement_timeout = 0;
            set local lock_timeout = 0;
            set local idle_in_transaction_session_timeout = 0;
            set local client_min_messages = warning;
            set local jit = off;
            set local timezone = 'UTC';
            select pg_advisory_xact_lock(hashtext('load demo'))",
        )
        .await
        .map_err(fault::error)?;
    let is_empty = client
        .query_one(
            "select not exists (select from public.tracks) and not exists (select from public.users)
              and not exists (select from ops.generated_worlds)",
            &[],
        )
        .await
        .map_err(fault::error)?;
    if !is_empty.try_get::<_, bool>(0).map_err(fault::error)? {
        return Ok(false);
    }
    catalogue::load(client).await?;
    client
        .batch_execute(
            "select ops.ensure_partitions((now() - interval '15 months')::date, (now() + interval '1 month')::date)",
        )
        .await
        .map_err(fault::error)?;
    for part in LIFE {
        client.batch_execute(part).await.map_err(fault::error)?;
    }
    client
        .batch_execute(
            "analyze public.playlists, public.playlist_tracks, public.user_library;
            select ops.refresh_statistics()",
        )
        .await
        .map_err(fault::error)?;
    Ok(true)
}
