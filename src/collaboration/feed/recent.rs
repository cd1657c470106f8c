//! The latest changes of one playlist, read once for all who follow it.
//!
//! A hundred followers of one playlist are woken by the same notification: the first to come reads
//! the table, and the others find what it read.

use std::collections::VecDeque;
use std::sync::Arc;

use super::rows::{self, Audience, BATCH};
use crate::collaboration::access::Reader;
use crate::collaboration::activity::Activity;
use crate::db::Database;
use crate::error::Result;

/// Changes kept at most; who is further behind reads the table.
const KEPT: usize = 100;

/// The latest changes of one playlist.
pub(super) struct Recent {
    playlist: i64,
    known: tokio::sync::Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// Changes without gaps, up to `top`.
    rows: VecDeque<Arc<Activity>>,
    /// The version up to which the table was read; none before the first time.
    top: Option<i32>,
    /// Who might see the playlist then.
    audience: Audience,
    /// The watch's mark that the latest complete look stands for.
    looked_at: Option<u64>,
}

/// What follows a version.
pub(super) enum After {
    /// These changes, in order and from the next version on; more may follow when there are any.
    Changes(Vec<Arc<Activity>>),
    /// Something, but the next version is no longer kept.
    Gap,
    /// The playlist may not be seen.
    Hidden,
}

impl Recent {
    pub(super) fn of(playlist: i64) -> Self {
        Self { playlist, known: tokio::sync::Mutex::default() }
    }

    /// Makes the next call of [`Recent::after`] look into the table: for a follower who comes while
    /// the others know less than what it read.
    pub(super) async fn forget(&self) {
        self.known.lock().await.looked_at = None;
    }

    /// What follows `version` for a reader, as of the watch's `mark` or later.
    pub(super) async fn after(&self, database: &Database, reader: Reader, version: i32, mark: u64) -> Result<After> {
        let mut known = self.known.lock().await;
        if known.looked_at.is_none_or(|looked_at| looked_at < mark) {
            let from = known.top.unwrap_or(version);
            let mut conn = database.conn().await?;
            let read = rows::after(&mut conn, self.playlist, from).await?;
            drop(conn);
            known.take(read, from, mark);
        }
        if !known.audience.admits(reader) {
            return Ok(After::Hidden);
        }
        if version >= known.floor() {
            let news = known.rows.iter().filter(|row| row.playlist_version > version);
            return Ok(After::Changes(news.cloned().collect()));
        }
        // Far behind: this follower reads for itself, and the others need not wait for it.
        drop(known);
        self.read(database, reader, version).await
    }

    /// What follows `version`, as the table tells it now: changes that were made before a follower
    /// came may have been taken back since.
    pub(super) async fn read(&self, database: &Database, reader: Reader, version: i32) -> Result<After> {
        let mut conn = database.conn().await?;
        let (audience, read) = rows::after(&mut conn, self.playlist, version).await?;
        if !audience.admits(reader) {
            return Ok(After::Hidden);
        }
        if read.first().is_some_and(|row| row.playlist_version != version + 1) {
            return Ok(After::Gap);
        }
        Ok(After::Changes(read.into_iter().map(Arc::new).collect()))
    }
}

impl Known {
    /// The version after which `rows` holds everything up to `top`.
    fn floor(&self) -> i32 {
        match (self.rows.front(), self.top) {
            (Some(row), _) => row.playlist_version - 1,
            (None, Some(top)) => top,
            (None, None) => i32::MAX,
        }
    }

    /// Takes in what was read of the table after the version `from`.
    fn take(&mut self, (audience, read): (Audience, Vec<Activity>), from: i32, mark: u64) {
        self.audience = audience;
        let is_complete = read.len() < BATCH;
        self.looked_at = is_complete.then_some(mark);
        self.top = Some(read.last().map_or(from, |row| row.playlist_version));
        for row in read {
            if self.rows.back().is_some_and(|last| last.playlist_version + 1 != row.playlist_version) {
                self.rows.clear();
            }
            self.rows.push_back(Arc::new(row));
        }
        while self.rows.len() > KEPT {
            self.rows.pop_front();
        }
    }
}
