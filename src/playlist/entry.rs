//! Entries as an edit reads and writes them, many in one statement. Table `playlist_tracks`.
//!
//! Whoever calls holds the lock of the playlist's row.

use chrono::{DateTime, SecondsFormat, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz};
use serde_json::{Value, json};

use super::item::PlaylistItemStatus;
use crate::account::user::UserId;
use crate::catalog::track::TrackId;
use crate::db::{Conn, Statement};
use crate::error::Result;
use crate::row;

/// Entries up to which each one's place is counted apart; more are numbered in one walk.
const FEW: usize = 8;

row! {
    /// An entry of a list, with its place.
    Entry of "e" {
        id: i64,
        track_id: TrackId,
        /// Its sparse key.
        position: i64,
        added_by: Option<UserId>,
        added_at: DateTime<Utc>,
        custom_note: Option<String>,
        start_time_ms: Option<i32>,
        end_time_ms: Option<i32>,
        is_locked: bool,
        /// Its dense place, from zero.
        place: i64,
        /// The entry before it.
        previous: Option<i64>,
    }
}

impl Entry {
    /// All of it, so that it can be put back.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "item_id": self.id,
            "track_id": self.track_id.0,
            "position": self.place,
            "key": self.position,
            "after": self.previous,
            "added_by": self.added_by.map(|user| user.0),
            "added_at": instant(self.added_at),
            "note": self.custom_note,
            "start_ms": self.start_time_ms,
            "end_ms": self.end_time_ms,
            "is_locked": self.is_locked,
        })
    }
}

/// An instant as it is written down.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Those of these entries that are in the list, in its order.
pub(super) async fn load(conn: &mut Conn, playlist: i64, ids: &[i64]) -> Result<Vec<Entry>> {
    let mut statement = Statement::new("select ");
    statement.push(Entry::COLUMNS);
    if ids.len() <= FEW {
        statement.push(
            " from (
                select i.*,
                    (select count(*) from playlist_tracks b
                    where b.playlist_id = i.playlist_id and b.status = 'active' and b.position < i.position) as place,
                    (select b.id from playlist_tracks b
                    where b.playlist_id = i.playlist_id and b.status = 'active' and b.position < i.position
                    order by b.position desc limit 1) as previous
                from playlist_tracks i where i.status = 'active' and i.playlist_id = ",
        );
    } else {
        statement.push(
            " from (
                select i.*, row_number() over (order by i.position) - 1 as place,
                    lag(i.id) over (order by i.position) as previous
                from playlist_tracks i where i.status = 'active' and i.playlist_id = ",
        );
    }
    statement.bind::<BigInt, _>(playlist).push(") e where e.id = any(");
    statement.keys::<BigInt, _>(ids.iter().copied()).push(") order by e.position");
    statement.load(conn).await
}

/// Every entry of the list in its order: its key, and its sparse key.
pub(super) async fn order(conn: &mut Conn, playlist: i64) -> Result<Vec<(i64, i64)>> {
    let mut statement =
        Statement::new("select e.id, e.position from playlist_tracks e where e.status = 'active' and e.playlist_id = ");
    statement.bind::<BigInt, _>(playlist).push(" order by e.position");
    statement.load(conn).await
}

/// Gives entries other sparse keys.
pub(super) async fn rekey(conn: &mut Conn, playlist: i64, keys: &[(i64, i64)]) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let mut statement = Statement::new("update playlist_tracks e set position = n.position from unnest(");
    statement.keys::<BigInt, _>(keys.iter().map(|(id, _)| *id)).push(", ");
    statement.keys::<BigInt, _>(keys.iter().map(|(_, key)| *key)).push(") n (id, position) where e.id = n.id");
    statement.push(" and e.playlist_id = ").bind::<BigInt, _>(playlist);
    statement.execute(conn).await.map(drop)
}

/// An entry that is to be written.
#[derive(Debug, Clone)]
pub(super) struct NewEntry {
    /// The key it had before; none for a new one.
    pub id: Option<i64>,
    pub track: TrackId,
    /// Its sparse key; none for one that waits for approval.
    pub position: Option<i64>,
    pub added_by: Option<UserId>,
    /// When it had been added; none for now.
    pub added_at: Option<DateTime<Utc>>,
    pub note: Option<String>,
    pub start_ms: Option<i32>,
    pub end_ms: Option<i32>,
    pub is_locked: bool,
}

/// Writes new entries; their keys and instants, in the same order.
pub(super) async fn insert(
    conn: &mut Conn,
    playlist: i64,
    status: PlaylistItemStatus,
    entries: &[NewEntry],
) -> Result<Vec<(i64, DateTime<Utc>)>> {
    let mut statement = Statement::new(
        "insert into playlist_tracks
            (playlist_id, status, track_id, position, added_by, custom_note, start_time_ms, end_time_ms) select ",
    );
    statement.bind::<BigInt, _>(playlist).push(", ").bind::<Text, _>(status.as_str().to_owned());
    statement.push(", n.track, n.position, n.added_by, n.note, n.start, n.until from unnest(");
    push_entries(&mut statement, entries);
    statement.push(
        ") with ordinality as n (track, position, added_by, note, start, until, number)
        order by n.number returning id, added_at",
    );
    let mut rows = statement.load::<(i64, DateTime<Utc>)>(conn).await?;
    rows.sort_unstable_by_key(|(id, _)| *id);
    Ok(rows)
}

/// Puts entries back that were removed, under the keys they had.
pub(super) async fn restore(conn: &mut Conn, playlist: i64, entries: &[NewEntry]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut statement = Statement::new(
        "insert into playlist_tracks
            (playlist_id, track_id, position, added_by, custom_note, start_time_ms, end_time_ms, id, added_at, is_locked)
            overriding system value select ",
    );
    statement.bind::<BigInt, _>(playlist).push(", n.track, n.position, ");
    statement.push(
        // People may be gone by now.
        "(select u.id from users u where u.id = n.added_by), n.note, n.start, n.until, n.id,
        coalesce(n.added_at, now()), n.is_locked from unnest(",
    );
    push_entries(&mut statement, entries);
    statement.push(", ").bind::<Array<BigInt>, _>(entries.iter().filter_map(|entry| entry.id).collect::<Vec<_>>());
    let instants: Vec<Option<DateTime<Utc>>> = entries.iter().map(|entry| entry.added_at).collect();
    statement.push(", ").bind::<Array<Nullable<Timestamptz>>, _>(instants);
    let locks: Vec<bool> = entries.iter().map(|entry| entry.is_locked).collect();
    statement.push(", ").bind::<Array<Bool>, _>(locks);
    statement.push(") as n (track, position, added_by, note, start, until, id, added_at, is_locked)");
    statement.execute(conn).await.map(drop)
}

fn push_entries(statement: &mut Statement, entries: &[NewEntry]) {
    fn all<T>(entries: &[NewEntry], value: impl Fn(&NewEntry) -> T) -> Vec<T> {
        entries.iter().map(value).collect()
    }
    statement.bind::<Array<BigInt>, _>(all(entries, |entry| entry.track.0)).push(", ");
    statement.bind::<Array<Nullable<BigInt>>, _>(all(entries, |entry| entry.position)).push(", ");
    statement.bind::<Array<Nullable<BigInt>>, _>(all(entries, |entry| entry.added_by.map(|user| user.0))).push(", ");
    statement.bind::<Array<Nullable<Text>>, _>(all(entries, |entry| entry.note.clone())).push(", ");
    statement.bind::<Array<Nullable<Integer>>, _>(all(entries, |entry| entry.start_ms)).push(", ");
    statement.bind::<Array<Nullable<Integer>>, _>(all(entries, |entry| entry.end_ms));
}

/// Deletes entries.
pub(super) async fn delete(conn: &mut Conn, playlist: i64, ids: &[i64]) -> Result<usize> {
    let mut statement = Statement::new("delete from playlist_tracks where playlist_id = ");
    statement.bind::<BigInt, _>(playlist).push(" and id = any(");
    statement.keys::<BigInt, _>(ids.iter().copied()).push(")");
    statement.execute(conn).await
}

/// What an entry of these tracks is in the list, one for each track: by track.
pub(super) async fn of_tracks(conn: &mut Conn, playlist: i64, tracks: &[TrackId]) -> Result<Vec<(TrackId, i64)>> {
    let mut statement = Statement::new(
        "select distinct on (track) coalesce(t.merged_into_id, t.id) as track, e.id
        from playlist_tracks e join tracks t on t.id = e.track_id
        where e.status in ('active', 'proposed') and e.playlist_id = ",
    );
    // A merged track's entries are entries of its survivor.
    statement.bind::<BigInt, _>(playlist).push(" and e.track_id in (select k.id from unnest(");
    statement.keys::<BigInt, _>(tracks.iter().map(|track| track.0));
    statement.push(") k(id) union all select m.id from tracks m where m.merged_into_id = any(");
    statement.keys::<BigInt, _>(tracks.iter().map(|track| track.0));
    statement.push(")) order by track, e.position, e.id");
    statement.load(conn).await
}

/// How many entries a person has in the list, those that wait for approval too.
pub(super) async fn count_of(conn: &mut Conn, playlist: i64, person: UserId) -> Result<i64> {
    let mut statement = Statement::new(
        "select count(*) from playlist_tracks e where e.status in ('active', 'proposed') and e.added_by = ",
    );
    statement.bind::<BigInt, _>(person.0).push(" and e.playlist_id = ").bind::<BigInt, _>(playlist);
    Ok(statement.first(conn).await?.unwrap_or(0))
}

/// Locks or unlocks entries.
pub(super) async fn set_locked(conn: &mut Conn, playlist: i64, ids: &[i64], locked: bool) -> Result<()> {
    let mut statement = Statement::new("update playlist_tracks set is_locked = ");
    statement.bind::<Bool, _>(locked).push(" where playlist_id = ").bind::<BigInt, _>(playlist);
    statement.push(" and id = any(").keys::<BigInt, _>(ids.iter().copied()).push(")");
    statement.execute(conn).await.map(drop)
}

/// Writes what people say of an entry.
pub(super) async fn write_values(
    conn: &mut Conn,
    playlist: i64,
    id: i64,
    (track, note): (TrackId, Option<String>),
    (start, end): (Option<i32>, Option<i32>),
) -> Result<()> {
    let mut statement = Statement::new("update playlist_tracks set track_id = ");
    statement.bind::<BigInt, _>(track.0).push(", custom_note = ").bind::<Nullable<Text>, _>(note);
    statement.push(", start_time_ms = ").bind::<Nullable<Integer>, _>(start);
    statement.push(", end_time_ms = ").bind::<Nullable<Integer>, _>(end);
    statement.push(" where playlist_id = ").bind::<BigInt, _>(playlist).push(" and id = ").bind::<BigInt, _>(id);
    statement.execute(conn).await.map(drop)
}
