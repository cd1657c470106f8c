//! What the tables say of one playlist's changes. Tables `playlists`, `playlist_activities`.

use diesel::deserialize;
use diesel::pg::Pg;
use diesel::row::Row;
use diesel::sql_types::{BigInt, Integer};
use uuid::Uuid;

use crate::collaboration::activity::Activity;
use crate::db::{Columns, Conn, ReadRow, Statement};
use crate::error::Result;
use crate::row;

/// Changes read at once at most.
pub(super) const BATCH: usize = 100;

/// How a playlist is named by those who want to follow it.
///
/// A key counts up, so it opens public playlists alone; who has the UUID was given the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// By the key of a public playlist.
    Key(i64),
    /// By the UUID of a public or unlisted one.
    Uuid(Uuid),
}

/// The key of a playlist that may be followed; none when there is none, or none that may be seen.
pub(super) async fn find(conn: &mut Conn, named: Named) -> Result<Option<i64>> {
    let mut statement =
        Statement::new("select pl.id from playlists pl where pl.deleted_at is null and not pl.folder_type");
    match named {
        Named::Key(key) => statement.push(" and pl.visibility = 'public' and pl.id = ").bind::<BigInt, _>(key),
        Named::Uuid(uuid) => {
            statement.push(" and pl.visibility <> 'private' and pl.uuid = ").bind::<diesel::sql_types::Uuid, _>(uuid)
        }
    };
    statement.first(conn).await
}

row! {
    /// Where the history of a playlist stands.
    Standing of "s" {
        /// The latest version.
        current: i32,
        /// The oldest version whose change is kept; the next one when none is.
        oldest: i32,
    }
}

/// Where the history stands; none when the playlist may not be seen.
pub(super) async fn standing(conn: &mut Conn, playlist: i64) -> Result<Option<Standing>> {
    let mut statement = Statement::new("select ");
    statement.push(Standing::COLUMNS).push(
        " from (
            select
                greatest(pl.version, newest.version) as current,
                coalesce(oldest.version, pl.version + 1) as oldest
            from playlists pl
            left join lateral (
                select y.playlist_version as version from playlist_activities y
                where y.playlist_id = pl.id order by y.playlist_version desc limit 1
            ) newest on true
            left join lateral (
                select y.playlist_version as version from playlist_activities y
                where y.playlist_id = pl.id order by y.playlist_version limit 1
            ) oldest on true
            where pl.deleted_at is null and not pl.folder_type and pl.visibility <> 'private' and pl.id = ",
    );
    statement.bind::<BigInt, _>(playlist).push(") s");
    statement.first(conn).await
}

/// One row of the left join: a playlist that may be seen, with a change or without.
struct Line(Option<Activity>);

impl ReadRow for Line {
    fn read<'r, R: Row<'r, Pg>>(columns: &mut Columns<'_, R>) -> deserialize::Result<Self> {
        let is_there: bool = columns.take()?;
        Ok(Self(if is_there { Some(Activity::read(columns)?) } else { None }))
    }
}

/// The changes after a version in order, at most [`BATCH`]; none when the playlist may not be seen.
/// Both are of one instant.
pub(super) async fn after(conn: &mut Conn, playlist: i64, version: i32) -> Result<Option<Vec<Activity>>> {
    let mut statement = Statement::new("select y.id is not null, ");
    statement.push(Activity::COLUMNS).push(
        " from playlists pl
        left join lateral (
            select y.* from playlist_activities y
            where y.playlist_id = pl.id and y.playlist_version > ",
    );
    statement.bind::<Integer, _>(version).push(" order by y.playlist_version limit ");
    statement.push(BATCH.to_string()).push(
        ") y on true
        where pl.deleted_at is null and not pl.folder_type and pl.visibility <> 'private' and pl.id = ",
    );
    statement.bind::<BigInt, _>(playlist).push(" order by y.playlist_version");
    let lines = statement.load::<Line>(conn).await?;
    Ok((!lines.is_empty()).then(|| lines.into_iter().filter_map(|line| line.0).collect()))
}
