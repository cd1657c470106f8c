//! Artists that people follow. Table `user_artist_follows`.
//!
//! These reads are for the person who follows; what others are shown stands in `shown`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

use super::shelf::{Kept, Removed, Shelf, wanted};
use crate::account::user::UserId;
use crate::catalog::artist::ArtistId;
use crate::db::{Conn, Direction, KeyType, ListSource, Nulls, Order, PageRequest, SortKey, Statement};
use crate::error::Result;
use crate::{child_list, closed_set, id_type, loader, row};

id_type! {
    /// Key of `user_artist_follows`.
    ArtistFollowId for "ArtistFollow";
}

closed_set! {
    /// What something was heard in, or come upon.
    ContextType {
        /// A playlist.
        Playlist = "playlist",
        /// An album.
        Album = "album",
        /// An artist's page.
        Artist = "artist",
        /// A radio.
        Radio = "radio",
        /// A search.
        Search = "search",
        /// A discovery session.
        Discovery = "discovery",
        /// The library.
        Library = "library",
        /// Something else.
        Other = "other",
    }
}

row! {
    /// Somebody follows an artist.
    ArtistFollow of "l" {
        id: ArtistFollowId,
        /// Who follows.
        user_id: UserId,
        /// The artist as they were followed; they may have been merged since.
        artist_id: ArtistId,
        /// Where they came upon the artist.
        follow_source: Option<ContextType>,
        /// Whether news stand in their feed.
        notifications_enabled: bool,
        followed_at: DateTime<Utc>,
    }
}

const SHELF: Shelf = Shelf { table: "user_artist_follows", thing: "artist_id", things: "artists" };

/// How a person follows an artist, for that person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FollowOfViewer {
    /// Who asks.
    pub viewer: UserId,
    /// The artist.
    pub artist: ArtistId,
}
loader!(FollowOfViewer => ArtistFollow, of_artists);

async fn of_artists(conn: &mut Conn, keys: &[FollowOfViewer]) -> Result<HashMap<FollowOfViewer, ArtistFollow>> {
    let pairs = keys.iter().map(|key| (key.viewer.0, key.artist.0));
    let found = SHELF.of_things(conn, ArtistFollow::COLUMNS, pairs).await?;
    let key = |(viewer, artist)| FollowOfViewer { viewer: UserId(viewer), artist: ArtistId(artist) };
    Ok(found.into_iter().map(|(pair, row)| (key(pair), row)).collect())
}

/// A follow by its own key, for the person who follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FollowById {
    /// Who asks.
    pub viewer: UserId,
    /// The row.
    pub id: ArtistFollowId,
}
loader!(FollowById => ArtistFollow, by_ids);

async fn by_ids(conn: &mut Conn, keys: &[FollowById]) -> Result<HashMap<FollowById, ArtistFollow>> {
    let pairs = keys.iter().map(|key| (key.viewer.0, key.id.0));
    let found = SHELF.by_ids(conn, ArtistFollow::COLUMNS, pairs).await?;
    let key = |(viewer, id)| FollowById { viewer: UserId(viewer), id: ArtistFollowId(id) };
    Ok(found.into_iter().map(|(pair, row)| (key(pair), row)).collect())
}

/// The artists that a person follows, for that person.
#[derive(Debug)]
pub struct FollowedArtistsOf {
    /// The page asked for.
    pub page: PageRequest,
}

impl FollowedArtistsOf {
    /// The last followed first.
    #[must_use]
    pub fn order() -> Order {
        let key = SortKey::new("followed", "l.followed_at", KeyType::Instant);
        Order::new(vec![(key, Direction::Desc, Nulls::Last)], "l.id", Direction::Desc)
    }

    fn source(&self) -> ListSource {
        ListSource {
            columns: ArtistFollow::COLUMNS,
            tables: "user_artist_follows l",
            condition: "l.user_id = p.parent",
        }
    }

    fn narrow(&self, statement: &mut Statement) {
        statement.private();
    }
}

child_list!(FollowedArtistsOf => ArtistFollow);

/// Follows artists; of those that are followed already, the notifications are set.
///
/// # Errors
/// What the database reports.
pub async fn follow(
    conn: &mut Conn,
    viewer: UserId,
    artists: &[ArtistId],
    notifications: bool,
    source: Option<ContextType>,
) -> Result<Kept<ArtistFollow>> {
    let ids: Vec<i64> = artists.iter().map(|artist| artist.0).collect();
    let (things, missing) = wanted(&SHELF.places(conn, viewer.0, &ids).await?);
    if things.is_empty() {
        return Ok(Kept { rows: Vec::new(), missing });
    }
    let mut statement = Statement::new(
        "with kept as (
            insert into user_artist_follows as l (user_id, artist_id, notifications_enabled, follow_source) select ",
    );
    statement.bind::<BigInt, _>(viewer.0).push(", w.id, ").bind::<Bool, _>(notifications).push(", ");
    statement.bind::<Nullable<Text>, _>(source.map(|source| source.as_str().to_owned())).push(" from unnest(");
    statement.keys::<BigInt, _>(things.clone());
    statement.push(
        ") w(id) order by w.id
            on conflict (user_id, artist_id) do update set notifications_enabled = excluded.notifications_enabled
            returning l.*
        ) select ",
    );
    statement.push(ArtistFollow::COLUMNS).push(" from kept l");
    let mut rows = statement.load::<ArtistFollow>(conn).await?;
    rows.sort_by_key(|row| things.iter().position(|thing| *thing == row.artist_id.0));
    Ok(Kept { rows, missing })
}

/// Follows artists no longer.
///
/// # Errors
/// What the database reports.
pub async fn unfollow(conn: &mut Conn, viewer: UserId, artists: &[ArtistId]) -> Result<Removed> {
    let ids: Vec<i64> = artists.iter().map(|artist| artist.0).collect();
    Ok(Removed::of(&SHELF.remove(conn, viewer.0, &ids).await?))
}
