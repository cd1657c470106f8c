//! Playlists that people follow. Table `playlist_follows`.
//!
//! These reads are for the person who follows; what others are shown stands in `shown`. A playlist
//! that its follower may no longer see is not told of, and is there again once they may.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Bool, Nullable};

use crate::account::user::UserId;
use crate::collaboration::access::Reader;
use crate::collaboration::feed::Named;
use crate::db::{Conn, Direction, KeyType, ListSource, Nulls, Order, PageRequest, SortKey, Statement, violated};
use crate::error::{Reason, Rejection, Result};
use crate::{child_list, id_type, loader, row};

id_type! {
    /// Key of `playlist_follows`.
    PlaylistFollowId for "PlaylistFollow";
}

row! {
    /// Somebody follows a playlist.
    PlaylistFollow of "l" {
        id: PlaylistFollowId,
        /// Who follows.
        user_id: UserId,
        /// The playlist's key.
        playlist_id: i64,
        /// Key of the follower's folder that it lies in.
        folder_id: Option<i64>,
        /// Whether changes stand in their feed.
        notifications_enabled: bool,
        followed_at: DateTime<Utc>,
    }
}

/// How a person follows a playlist, for that person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PlaylistFollowOfViewer {
    /// Who asks.
    pub viewer: UserId,
    /// Key of a playlist that they may see.
    pub playlist: i64,
}
loader!(PlaylistFollowOfViewer => PlaylistFollow, of_playlists);

async fn of_playlists(
    conn: &mut Conn,
    keys: &[PlaylistFollowOfViewer],
) -> Result<HashMap<PlaylistFollowOfViewer, PlaylistFollow>> {
    let mut statement = Statement::new("select ");
    statement.push(PlaylistFollow::COLUMNS).push(" from unnest(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.viewer.0)).push(", ");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.playlist));
    statement
        .push(") k(person, playlist) join playlist_follows l on l.user_id = k.person and l.playlist_id = k.playlist");
    statement.private();
    let rows = statement.load::<PlaylistFollow>(conn).await?;
    let key = |row: &PlaylistFollow| PlaylistFollowOfViewer { viewer: row.user_id, playlist: row.playlist_id };
    Ok(rows.into_iter().map(|row| (key(&row), row)).collect())
}

/// A follow by its own key, for the person who follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PlaylistFollowById {
    /// Who asks.
    pub viewer: UserId,
    /// The row.
    pub id: PlaylistFollowId,
}
loader!(PlaylistFollowById => PlaylistFollow, by_ids);

async fn by_ids(conn: &mut Conn, keys: &[PlaylistFollowById]) -> Result<HashMap<PlaylistFollowById, PlaylistFollow>> {
    let mut statement = Statement::new("select ");
    statement.push(PlaylistFollow::COLUMNS).push(" from unnest(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.viewer.0)).push(", ");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.id.0));
    statement.push(
        ") k(person, id) join playlist_follows l on l.id = k.id and l.user_id = k.person
        join playlists pl on pl.id = l.playlist_id
        where pl.deleted_at is null and not pl.folder_type and ",
    );
    Reader::of(conn.actor()).push_linked(&mut statement);
    statement.private();
    let rows = statement.load::<PlaylistFollow>(conn).await?;
    Ok(rows.into_iter().map(|row| (PlaylistFollowById { viewer: row.user_id, id: row.id }, row)).collect())
}

/// The playlists that a person follows, for that person.
#[derive(Debug)]
pub struct FollowedPlaylistsOf {
    /// The person, as far as they may see playlists.
    pub reader: Reader,
    /// The page asked for.
    pub page: PageRequest,
}

impl FollowedPlaylistsOf {
    /// The last followed first.
    #[must_use]
    pub fn order() -> Order {
        let key = SortKey::new("followed", "l.followed_at", KeyType::Instant);
        Order::new(vec![(key, Direction::Desc, Nulls::Last)], "l.id", Direction::Desc)
    }

    fn source(&self) -> ListSource {
        ListSource {
            columns: PlaylistFollow::COLUMNS,
            tables: "playlist_follows l join playlists pl on pl.id = l.playlist_id",
            condition: "l.user_id = p.parent and pl.deleted_at is null and not pl.folder_type",
        }
    }

    fn narrow(&self, statement: &mut Statement) {
        statement.private().push(" and ");
        self.reader.push_linked(statement);
    }
}

child_list!(FollowedPlaylistsOf => PlaylistFollow);

/// Follows a playlist, or changes how it is followed; none when there is no such playlist, or none
/// that the person may see.
///
/// # Errors
/// `Rejected` when the folder is none of theirs; what the database reports.
pub async fn follow(
    conn: &mut Conn,
    viewer: UserId,
    (playlist, reader): (Named, Reader),
    notifications: bool,
    folder: Option<i64>,
) -> Result<Option<PlaylistFollow>> {
    if let Some(folder) = folder {
        // The trigger would let a folder pass that is not there, and the foreign key names no path.
        let mut statement = Statement::new("select f.id from playlists f where f.folder_type and f.deleted_at is null");
        statement.push(" and f.owner_id = ").bind::<BigInt, _>(viewer.0).push(" and f.id = ").bind::<BigInt, _>(folder);
        if statement.first::<i64>(conn).await?.is_none() {
            return Err(no_folder());
        }
    }
    let mut statement = Statement::new(
        "with kept as (
            insert into playlist_follows as l (user_id, playlist_id, notifications_enabled, folder_id)
            select ",
    );
    statement.bind::<BigInt, _>(viewer.0).push(", pl.id, ").bind::<Bool, _>(notifications).push(", ");
    statement.bind::<Nullable<BigInt>, _>(folder);
    statement.push(" from playlists pl where pl.deleted_at is null and not pl.folder_type and ");
    playlist.push(reader, &mut statement);
    statement.push(
        " on conflict (user_id, playlist_id) do update
            set notifications_enabled = excluded.notifications_enabled,
                folder_id = coalesce(excluded.folder_id, l.folder_id)
            returning l.*
        ) select ",
    );
    statement.push(PlaylistFollow::COLUMNS).push(" from kept l");
    statement.first(conn).await.map_err(|error| match violated(&error) {
        Some("playlist_follows_folder" | "playlist_follows_folder_id_fkey") => no_folder(),
        _ => error,
    })
}

fn no_folder() -> crate::error::Error {
    Rejection::new(Reason::NotFound, "folderId", "folder.exists", "you have no such folder").into()
}

/// Follows a playlist no longer; its key when it was followed.
///
/// # Errors
/// What the database reports.
pub async fn unfollow(conn: &mut Conn, viewer: UserId, playlist: Named) -> Result<Option<i64>> {
    let mut statement = Statement::new("delete from playlist_follows l where l.user_id = ");
    statement.bind::<BigInt, _>(viewer.0);
    match playlist {
        Named::Key(key) => statement.push(" and l.playlist_id = ").bind::<BigInt, _>(key),
        Named::Uuid(uuid) => statement
            .push(" and l.playlist_id = (select pl.id from playlists pl where pl.uuid = ")
            .bind::<diesel::sql_types::Uuid, _>(uuid)
            .push(")"),
    };
    statement.push(" returning l.playlist_id");
    statement.first(conn).await
}
