//! Entries of playlists. Table `playlist_tracks`.
//!
//! An entry is addressed by its own id and keeps it through moves. `position` is a sparse sort
//! key; people see dense places counted from zero.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Text, Timestamptz};

use super::playlist::PlaylistId;
use crate::account::user::UserId;
use crate::catalog::track::{TrackFilter, TrackId};
use crate::collaboration::access::Reader;
use crate::db::{
    Conn, Direction, Filter, KeyType, ListSource, Nulls, Order, PageRequest, SortKey, Statement, Test, ValueTest,
};
use crate::error::Result;
use crate::{child_list, closed_set, id_type, loader, row};

id_type! {
    /// Key of `playlist_tracks`.
    PlaylistItemId for "PlaylistItem";
}

closed_set! {
    /// Whether an entry is in the list.
    PlaylistItemStatus {
        /// In the list.
        Active = "active",
        /// Waits for approval.
        Proposed = "proposed",
        /// Was not approved.
        Rejected = "rejected",
    }
}

row! {
    /// One entry.
    PlaylistItem of "e" {
        id: PlaylistItemId,
        /// The list it is in.
        playlist_id: PlaylistId,
        /// The track.
        track_id: TrackId,
        /// Who added it; none when the account is gone.
        added_by: Option<UserId>,
        added_at: DateTime<Utc>,
        /// Upvotes less downvotes.
        vote_count: i32,
        /// Upvotes.
        upvotes: i32,
        /// Downvotes.
        downvotes: i32,
        /// Whether it keeps its place.
        is_locked: bool,
        /// A note of the person who added it.
        custom_note: Option<String>,
        /// Where playing starts, in milliseconds.
        start_time_ms: Option<i32>,
        /// Where playing ends, in milliseconds.
        end_time_ms: Option<i32>,
        /// In the list, waiting, or refused.
        status: PlaylistItemStatus,
    }
}

/// An entry by key, where a key opens its playlist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ItemById(pub PlaylistItemId);
loader!(ItemById => PlaylistItem, by_ids);

async fn by_ids(conn: &mut Conn, keys: &[ItemById]) -> Result<HashMap<ItemById, PlaylistItem>> {
    let keys = keys.iter().map(|key| key.0.0).collect();
    let items = select(conn, keys, Reader::push_named).await?;
    Ok(items.into_iter().map(|item| (ItemById(item.id), item)).collect())
}

/// The entry that something already shown belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ItemOfPart(pub PlaylistItemId);
loader!(ItemOfPart => PlaylistItem, of_parts);

async fn of_parts(conn: &mut Conn, keys: &[ItemOfPart]) -> Result<HashMap<ItemOfPart, PlaylistItem>> {
    let keys = keys.iter().map(|key| key.0.0).collect();
    let items = select(conn, keys, Reader::push_linked).await?;
    Ok(items.into_iter().map(|item| (ItemOfPart(item.id), item)).collect())
}

/// Entries in their lists, and proposals to whoever made them.
async fn select(
    conn: &mut Conn,
    keys: Vec<i64>,
    push_visible: fn(Reader, &mut Statement),
) -> Result<Vec<PlaylistItem>> {
    let reader = Reader::of(conn.actor());
    let mut statement = Statement::new("select ");
    statement.push(PlaylistItem::COLUMNS);
    statement.push(" from playlist_tracks e join playlists pl on pl.id = e.playlist_id where ");
    push_visible(reader, &mut statement);
    statement.push(" and pl.deleted_at is null and ");
    match reader.person() {
        Some(person) => {
            statement.push("(e.status = 'active' or (e.status = 'proposed' and e.added_by = ");
            statement.bind::<BigInt, _>(person.0).push("))")
        }
        None => statement.push("e.status = 'active'"),
    };
    statement.push(" and e.id = any(").keys::<BigInt, _>(keys).push(")");
    statement.load(conn).await
}

/// The dense place of an entry, counted from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PlaceOfItem {
    /// The list.
    pub playlist: PlaylistId,
    /// The entry.
    pub item: PlaylistItemId,
}
loader!(PlaceOfItem => i64, places);

async fn places(conn: &mut Conn, keys: &[PlaceOfItem]) -> Result<HashMap<PlaceOfItem, i64>> {
    let mut lists: Vec<i64> = keys.iter().map(|key| key.playlist.0).collect();
    lists.sort_unstable();
    lists.dedup();
    let mut statement = Statement::new(
        "select r.playlist_id, r.id, r.place from (
            select e.playlist_id, e.id,
                row_number() over (partition by e.playlist_id order by e.position) - 1 as place
            from playlist_tracks e where e.position is not null and e.playlist_id = any(",
    );
    statement.keys::<BigInt, _>(lists).push(")) r where r.id = any(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.item.0)).push(")");
    let rows = statement.load::<(PlaylistId, PlaylistItemId, i64)>(conn).await?;
    Ok(rows.into_iter().map(|(playlist, item, place)| (PlaceOfItem { playlist, item }, place)).collect())
}

/// A test of one entry.
#[derive(Debug, Clone)]
pub enum PlaylistItemTest {
    /// Added by one of these people.
    AddedBy(Vec<UserId>),
    /// When it was added.
    AddedAt(ValueTest<DateTime<Utc>>),
    /// Keeps its place, or not.
    IsLocked(bool),
    /// Upvotes less downvotes.
    VoteScore(ValueTest<i32>),
    /// Its track is open in a country by at least one link.
    PlayableIn(String),
    /// Its track passes a filter.
    Track(TrackFilter),
}

impl Test for PlaylistItemTest {
    fn push(&self, statement: &mut Statement) {
        match self {
            Self::AddedBy(ids) => {
                let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
                statement.push("e.added_by = any(").bind::<Array<BigInt>, _>(ids).push(")");
            }
            Self::AddedAt(test) => test.push::<Timestamptz>("e.added_at", statement),
            Self::IsLocked(yes) => {
                statement.push("e.is_locked = ").bind::<Bool, _>(*yes);
            }
            Self::VoteScore(test) => test.push::<Integer>("e.vote_count", statement),
            Self::PlayableIn(country) => {
                statement.push(
                    "exists (select from track_sources s where s.track_id = e.track_id and s.is_available
                    and s.sync_status = 'active' and (s.available_in is null or s.available_in @> array[",
                );
                statement.bind::<Text, _>(country.clone()).push("]))");
            }
            Self::Track(filter) => {
                statement.push("e.track_id in (select t.id from tracks t where true");
                filter.push_and(statement);
                statement.push(")");
            }
        }
    }
}

closed_set! {
    /// What the entries of a playlist can be ordered by.
    PlaylistItemOrderField {
        /// Place in the list.
        Position = "position",
        /// When the entry was added.
        AddedAt = "added_at",
        /// Upvotes less downvotes; older entries first among equals.
        Votes = "votes",
        /// Title of the track.
        Title = "title",
        /// Artist of the track.
        Artist = "artist",
        /// Album of the track.
        Album = "album",
        /// Length of the track.
        Duration = "duration",
        /// Beats per minute of the track.
        Bpm = "bpm",
    }
}

/// The order that the given fields make; by position without any.
#[must_use]
pub fn order(fields: &[(PlaylistItemOrderField, Direction, Nulls)]) -> Order {
    let mut keys: Vec<(SortKey, Direction, Nulls)> = Vec::new();
    for (field, direction, nulls) in fields {
        let key = match field {
            PlaylistItemOrderField::Position => POSITION,
            PlaylistItemOrderField::AddedAt => SortKey::new("added", "e.added_at", KeyType::Instant),
            PlaylistItemOrderField::Votes => SortKey::new("votes", "e.vote_count", KeyType::BigInt),
            PlaylistItemOrderField::Title => SortKey::new("title", "t.title_folded", KeyType::Text),
            PlaylistItemOrderField::Artist => {
                SortKey::nullable("artist", "public.music_fold(t.artist_name)", KeyType::Text)
            }
            PlaylistItemOrderField::Album => {
                SortKey::nullable("album", "public.music_fold(t.album_title)", KeyType::Text)
            }
            PlaylistItemOrderField::Duration => SortKey::nullable("duration", "t.duration_ms", KeyType::BigInt),
            PlaylistItemOrderField::Bpm => {
                SortKey::nullable("bpm", "(t.audio_features->>'bpm')::double precision", KeyType::Double)
            }
        };
        keys.push((key, *direction, *nulls));
        if *field == PlaylistItemOrderField::Votes {
            let added = SortKey::new("added", "e.added_at", KeyType::Instant);
            keys.push((added, Direction::Asc, Nulls::Last));
        }
    }
    if keys.is_empty() {
        keys.push((POSITION, Direction::Asc, Nulls::Last));
    }
    Order::new(keys, "e.id", Direction::Asc)
}

// Active entries always have one.
const POSITION: SortKey = SortKey::new("position", "e.position", KeyType::BigInt);

/// A filter on entries.
pub type PlaylistItemFilter = Filter<PlaylistItemTest>;

/// The entries of a playlist.
#[derive(Debug)]
pub struct ItemsOfPlaylist {
    /// What to leave out.
    pub filter: PlaylistItemFilter,
    /// Whether the order reads the tracks as well.
    pub reads_tracks: bool,
    /// The page asked for.
    pub page: PageRequest,
}

impl ItemsOfPlaylist {
    fn source(&self) -> ListSource {
        ListSource {
            columns: PlaylistItem::COLUMNS,
            tables: if self.reads_tracks {
                "playlist_tracks e join tracks t on t.id = e.track_id"
            } else {
                "playlist_tracks e"
            },
            condition: "e.playlist_id = p.parent and e.status = 'active'",
        }
    }

    fn narrow(&self, statement: &mut Statement) {
        self.filter.push_and(statement);
    }

    /// Whether places can be counted off: the plain list from its front.
    #[must_use]
    pub fn is_plain_front(&self, ordered: bool) -> bool {
        !ordered && self.filter.is_empty() && self.page.is_at_front()
    }
}

child_list!(ItemsOfPlaylist => PlaylistItem);

/// Whether an order reads columns of the tracks.
#[must_use]
pub fn reads_tracks(fields: &[(PlaylistItemOrderField, Direction, Nulls)]) -> bool {
    fields.iter().any(|(field, _, _)| {
        !matches!(
            field,
            PlaylistItemOrderField::Position | PlaylistItemOrderField::AddedAt | PlaylistItemOrderField::Votes
        )
    })
}
