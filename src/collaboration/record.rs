//! Writing down what was done to a playlist, and finding it again by the client's name of the call.
//! Table `playlist_activities`.
//!
//! Whoever writes holds the lock of the playlist's row, under which versions are handed out.

use diesel::sql_types::{Array, BigInt, Integer, Jsonb, Nullable, Text};
use serde_json::Value;

use super::activity::{Activity, PlaylistActivityType};
use crate::account::user::UserId;
use crate::db::{Conn, Statement};
use crate::error::Result;

/// A change that is not written down yet.
#[derive(Debug, Clone)]
pub struct NewActivity {
    /// What kind of change.
    pub kind: PlaylistActivityType,
    /// The change itself; see the table in `activity.rs`.
    pub data: Value,
}

/// Writes changes down, in their order and with consecutive versions from `first_version`; in one
/// statement, since a call has its name once.
///
/// # Errors
/// What the database reports; it refuses a version or a call that is there already.
pub async fn append(
    conn: &mut Conn,
    playlist: i64,
    first_version: i32,
    user: UserId,
    call: Option<&str>,
    changes: Vec<NewActivity>,
) -> Result<Vec<Activity>> {
    let (kinds, data): (Vec<String>, Vec<Value>) =
        changes.into_iter().map(|change| (change.kind.as_str().to_owned(), change.data)).unzip();
    let mut statement = Statement::new(
        "insert into playlist_activities as y
            (playlist_id, user_id, activity_type, activity_data, playlist_version, client_mutation_id) select ",
    );
    statement.bind::<BigInt, _>(playlist).push(", ").bind::<BigInt, _>(user.0);
    statement.push(", changes.kind, changes.data, changes.number::integer - 1 + ").bind::<Integer, _>(first_version);
    statement.push(", ").bind::<Nullable<Text>, _>(call.map(str::to_owned)).push(" from unnest(");
    statement.bind::<Array<Text>, _>(kinds).push(", ").bind::<Array<Jsonb>, _>(data);
    statement.push(") with ordinality as changes (kind, data, number) returning ").push(Activity::COLUMNS);
    let mut rows = statement.load::<Activity>(conn).await?;
    rows.sort_unstable_by_key(|row| row.playlist_version);
    Ok(rows)
}

/// Notes which changes were taken back, by version, and by the change of which version; none for those
/// that stand again.
///
/// # Errors
/// What the database reports.
pub async fn mark_undone(conn: &mut Conn, playlist: i64, undone: &[(i32, Option<i32>)]) -> Result<()> {
    if undone.is_empty() {
        return Ok(());
    }
    let (versions, by): (Vec<i32>, Vec<Option<i32>>) = undone.iter().copied().unzip();
    let mut statement = Statement::new("update playlist_activities y set undone_by_version = n.by from unnest(");
    statement.bind::<Array<Integer>, _>(versions).push(", ").bind::<Array<Nullable<Integer>>, _>(by);
    statement.push(") n (version, by) where y.playlist_version = n.version and y.playlist_id = ");
    statement.bind::<BigInt, _>(playlist);
    statement.execute(conn).await.map(drop)
}

/// What a person's call of this name did to a playlist, in order; nothing when there was none.
///
/// # Errors
/// What the database reports.
pub async fn of_call(conn: &mut Conn, playlist: i64, user: UserId, call: &str) -> Result<Vec<Activity>> {
    let mut statement = Statement::new("select ");
    statement.push(Activity::COLUMNS).push(" from playlist_activities y where y.playlist_id = ");
    statement.bind::<BigInt, _>(playlist).push(" and y.user_id = ").bind::<BigInt, _>(user.0);
    statement.push(" and y.client_mutation_id = ").bind::<Text, _>(call.to_owned());
    statement.push(" order by y.playlist_version");
    statement.load(conn).await
}

/// The playlist that a person's call of this name made; none when there was no such call.
///
/// # Errors
/// What the database reports.
pub async fn created_by_call(conn: &mut Conn, user: UserId, call: &str) -> Result<Option<i64>> {
    let mut statement = Statement::new(
        "select y.playlist_id from playlist_activities y
        where y.activity_type = 'created' and y.client_mutation_id is not null and y.user_id = ",
    );
    statement.bind::<BigInt, _>(user.0).push(" and y.client_mutation_id = ").bind::<Text, _>(call.to_owned());
    statement.push(" order by y.id limit 1");
    statement.first(conn).await
}

/// Whether anything after a version was more than a vote or a comment, which stand in nobody's way.
/// What is no longer kept was.
///
/// # Errors
/// What the database reports.
pub async fn has_moved_on(conn: &mut Conn, playlist: i64, after: i32, current: i32) -> Result<bool> {
    let mut statement = Statement::new(
        "select count(*) from playlist_activities y
        where y.activity_type in ('vote_cast', 'commented') and y.playlist_id = ",
    );
    statement.bind::<BigInt, _>(playlist).push(" and y.playlist_version > ").bind::<Integer, _>(after);
    let harmless: i64 = statement.first(conn).await?.unwrap_or(0);
    Ok(harmless < i64::from(current - after))
}

/// What changes of these kinds after a version made of one entry, or of the list itself where none
/// is named: the `after` of each.
///
/// # Errors
/// What the database reports.
pub async fn values_since(
    conn: &mut Conn,
    playlist: i64,
    after: i32,
    kinds: &[PlaylistActivityType],
    item: Option<i64>,
) -> Result<Vec<Value>> {
    let kinds: Vec<String> = kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
    let mut statement = Statement::new(
        "select coalesce(y.activity_data -> 'after', '{}') from playlist_activities y where y.playlist_id = ",
    );
    statement.bind::<BigInt, _>(playlist).push(" and y.playlist_version > ").bind::<Integer, _>(after);
    statement.push(" and y.activity_type = any(").bind::<Array<Text>, _>(kinds).push(")");
    if let Some(item) = item {
        statement.push(" and (y.activity_data ->> 'item_id')::bigint = ").bind::<BigInt, _>(item);
    }
    statement.load(conn).await
}

/// The sparse key that an entry had when it was last removed, among the latest thousand versions:
/// none when it was not, none within when the key was not noted.
///
/// # Errors
/// What the database reports.
pub async fn last_key_of(conn: &mut Conn, playlist: i64, item: i64) -> Result<Option<Option<i64>>> {
    let mut statement = Statement::new(
        "select (entry.value ->> 'key')::bigint
        from playlist_activities y
        cross join lateral jsonb_array_elements(coalesce(y.activity_data -> 'items', y.activity_data -> 'removed', '[]')) entry
        where y.activity_type in ('item_removed', 'items_deduped', 'reverted')
            and (entry.value ->> 'item_id')::bigint = ",
    );
    statement.bind::<BigInt, _>(item).push(" and y.playlist_id = ").bind::<BigInt, _>(playlist);
    statement.push(" and y.playlist_version > (select pl.version - 1000 from playlists pl where pl.id = ");
    statement.bind::<BigInt, _>(playlist).push(") order by y.playlist_version desc limit 1");
    statement.first::<Option<i64>>(conn).await
}
