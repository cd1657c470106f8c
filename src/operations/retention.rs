//! What is older than it is kept: months of events, deleted playlists, share links, tokens.

use chrono::{DateTime, Months, TimeDelta, Utc};
use tokio_postgres::Client;

use crate::error::{Error, Result};

/// Playlists that are deleted in one transaction; each takes its entries and its history along.
const AT_ONCE: i32 = 50;

/// An expired share link still says so for as long.
const EXPIRED_SHARES_DAYS: i64 = 30;

/// How long what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Months that listening events are kept; none: for ever.
    pub interaction_months: Option<u32>,
    /// Months that proposals of discovery sessions are kept; none: for ever.
    pub discovery_months: Option<u32>,
    /// Months that the history of playlists is kept; none: for ever.
    pub activity_months: Option<u32>,
    /// Days that a deleted playlist can be restored.
    pub deleted_playlist_days: u32,
}

/// What went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gone {
    /// Partitions that were dropped.
    pub partitions: Vec<String>,
    /// Playlists.
    pub playlists: i32,
    /// Share links.
    pub shares: i32,
}

/// Lets go what is older than it is kept, in small steps.
///
/// # Errors
/// What the database reports; what went before stays gone.
pub async fn apply(client: &Client, kept: &Retention, now: DateTime<Utc>) -> Result<Gone> {
    let mut gone = Gone::default();
    let months = [
        ("user_interactions", kept.interaction_months),
        ("discovery_session_tracks", kept.discovery_months),
        ("playlist_activities", kept.activity_months),
    ];
    for (table, months) in months {
        let Some(before) = months.and_then(|months| now.checked_sub_months(Months::new(months))) else { continue };
        loop {
            let row = client.query_one("select ops.drop_old_partition($1, $2)", &[&table, &before]).await;
            let Some(part) = row.map_err(Error::internal)?.get::<_, Option<String>>(0) else { break };
            gone.partitions.push(part);
        }
    }
    let before = now - TimeDelta::days(i64::from(kept.deleted_playlist_days));
    loop {
        let row = client.query_one("select ops.purge_deleted_playlists($1, $2)", &[&before, &AT_ONCE]).await;
        match row.map_err(Error::internal)?.get::<_, i32>(0) {
            0 => break,
            some => gone.playlists += some,
        }
    }
    let before = now - TimeDelta::days(EXPIRED_SHARES_DAYS);
    let row = client.query_one("select ops.end_expired_shares($1)", &[&before]).await;
    gone.shares = row.map_err(Error::internal)?.get(0);
    Ok(gone)
}

impl std::fmt::Display for Gone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { partitions, playlists, shares } = self;
        write!(f, "{} partitions dropped", partitions.len())?;
        if !partitions.is_empty() {
            write!(f, " ({})", partitions.join(", "))?;
        }
        write!(f, ", {playlists} deleted playlists and {shares} expired share links removed")
    }
}
