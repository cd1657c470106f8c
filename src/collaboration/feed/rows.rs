//! What the tables say of one playlist's changes. Tables `playlists`, `playlist_activities`.

use diesel::deserialize;
use diesel::pg::Pg;
use diesel::row::Row;
use diesel::sql_types::{BigInt, Integer};
use uuid::Uuid;

use crate::account::user::UserId;
use crate::collaboration::access::Reader;
use crate::collaboration::activity::Activity;
use crate::db::{Columns, Conn, ReadRow, Statement};
use crate::error::Result;
use crate::row;

/// Changes read at once at most.
pub(super) const BATCH: usize = 100;

/// How a playlist is named by those who want to follow it.
///
/// A key counts up, so it opens no unlisted playlists; who has the UUID was given the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// By the key.
    Key(i64),
    /// By the UUID.
    Uuid(Uuid),
}

impl Named {
    /// Adds the test that the playlist `pl` is the one that is named, and that it opens to whoever
    /// named it so.
    pub fn push(self, reader: Reader, statement: &mut Statement) {
        match self {
            Self::Key(key) => {
                reader.push_named(statement);
                statement.push(" and pl.id = ").bind::<BigInt, _>(key)
            }
            Self::Uuid(uuid) => {
                reader.push_linked(statement);
                statement.push(" and pl.uuid = ").bind::<diesel::sql_types::Uuid, _>(uuid)
            }
        };
    }
}

/// The key of a playlist that may be followed; none when there is none, or none that may be seen.
pub(super) async fn find(conn: &mut Conn, named: Named, reader: Reader) -> Result<Option<i64>> {
    let mut statement =
        Statement::new("select pl.id from playlists pl where pl.deleted_at is null and not pl.folder_type and ");
    named.push(reader, &mut statement);
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
pub(super) async fn standing(conn: &mut Conn, playlist: i64, reader: Reader) -> Result<Option<Standing>> {
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
            where pl.deleted_at is null and not pl.folder_type and ",
    );
    reader.push_linked(&mut statement);
    statement.push(" and pl.id = ").bind::<BigInt, _>(playlist).push(") s");
    statement.first(conn).await
}

/// Who may see a playlist.
#[derive(Debug, Clone, Default)]
pub(super) enum Audience {
    /// It is gone, or deleted.
    #[default]
    Nobody,
    /// It is not private.
    Everybody,
    /// It is private: its owner, and those who take part or are asked to.
    Only(Vec<UserId>),
}

impl Audience {
    /// Whether a reader is among them.
    pub(super) fn admits(&self, reader: Reader) -> bool {
        match (self, reader) {
            (Self::Nobody, _) => false,
            (Self::Everybody, _) | (Self::Only(_), Reader::Administrator(_)) => true,
            (Self::Only(people), reader) => reader.person().is_some_and(|person| people.contains(&person)),
        }
    }
}

/// One row of the left join: who may see a playlist, and a change of it where there is one.
struct Line(Audience, Option<Activity>);

impl ReadRow for Line {
    fn read<'r, R: Row<'r, Pg>>(columns: &mut Columns<'_, R>) -> deserialize::Result<Self> {
        let people: Option<Vec<UserId>> = columns.take()?;
        let is_there: bool = columns.take()?;
        let audience = people.map_or(Audience::Everybody, Audience::Only);
        Ok(Self(audience, if is_there { Some(Activity::read(columns)?) } else { None }))
    }
}

/// The changes after a version in order, at most [`BATCH`], and who may see the playlist. Both are
/// of one instant.
pub(super) async fn after(conn: &mut Conn, playlist: i64, version: i32) -> Result<(Audience, Vec<Activity>)> {
    let mut statement = Statement::new(
        "select case when pl.visibility = 'private' then
            array(
                select c.user_id from playlist_collaborators c
                where c.playlist_id = pl.id and c.invitation_status in ('accepted', 'pending')
            ) || pl.owner_id end,
            y.id is not null, ",
    );
    statement.push(Activity::COLUMNS).push(
        " from playlists pl
        left join lateral (
            select y.* from playlist_activities y
            where y.playlist_id = pl.id and y.playlist_version > ",
    );
    statement.bind::<Integer, _>(version).push(" order by y.playlist_version limit ");
    statement.push(BATCH.to_string()).push(
        ") y on true
        where pl.deleted_at is null and not pl.folder_type and pl.id = ",
    );
    statement.bind::<BigInt, _>(playlist).push(" order by y.playlist_version");
    let mut lines = statement.load::<Line>(conn).await?;
    let audience = lines.first_mut().map(|line| std::mem::take(&mut line.0)).unwrap_or_default();
    Ok((audience, lines.into_iter().filter_map(|line| line.1).collect()))
}
