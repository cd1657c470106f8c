//! Playlists. Table `playlists`, without the rows that are folders.
//!
//! Who sees which is decided in `collaboration/access.rs`. Deleted ones are gone for everybody here.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Text, Timestamptz};
use uuid::Uuid;

use crate::account::user::UserId;
use crate::catalog::album::WordsTest;
use crate::catalog::track::TrackId;
use crate::collaboration::access::Reader;
use crate::db::{
    Conn, Direction, Filter, KeyType, LazyJson, ListSource, Nulls, Order, PageRequest, SortKey, Statement, Test,
    TextTest, ValueTest,
};
use crate::error::Result;
use crate::{child_list, closed_set, id_type, loader, row};

pub use crate::collaboration::access::{CollaborationMode, PlaylistVisibility};

id_type! {
    /// Key of `playlists`.
    PlaylistId for "Playlist";
    /// Key of `playlists`, of a folder.
    FolderId for "PlaylistFolder";
}

closed_set! {
    /// What happens when a track is added that is there already.
    DuplicatePolicy {
        /// It is added again.
        Allow = "allow",
        /// It is left out, and the answer says so.
        Skip = "skip",
        /// The whole change is refused.
        Reject = "reject",
    }
}

row! {
    /// One playlist.
    Playlist of "pl" {
        id: PlaylistId,
        /// Stable name in links.
        uuid: Uuid,
        /// Name.
        name: String,
        /// Its owner.
        owner_id: UserId,
        /// A text about it.
        description: Option<String>,
        /// Cover picture.
        cover_url: Option<String>,
        /// Words to find it by.
        tags: LazyJson,
        /// Who finds it.
        visibility: PlaylistVisibility,
        /// Whether others work on it.
        is_collaborative: bool,
        /// How they come to.
        collaboration_mode: CollaborationMode,
        /// Entries one person may have in it.
        max_tracks_per_user: Option<i32>,
        /// Whether entries are voted on.
        voting_enabled: bool,
        /// What happens to repeats.
        duplicate_policy: DuplicatePolicy,
        /// Grows by one with every change.
        version: i32,
        /// Who changed it last.
        last_modified_by: Option<UserId>,
        /// Entries in it.
        track_count: i32,
        /// Their length together, in milliseconds.
        total_duration_ms: i64,
        /// People who follow it.
        follower_count: i32,
        /// Times it was played.
        play_count: i32,
        /// Likes.
        like_count: i32,
        /// Times it was shared.
        share_count: i32,
        /// The playlist it was copied from.
        copied_from_id: Option<PlaylistId>,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
        last_played_at: Option<DateTime<Utc>>,
    }
}

/// What every row shown here meets.
const SHOWN: &str = "pl.deleted_at is null and not pl.folder_type";

/// A playlist by key, where a key opens it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PlaylistById(pub PlaylistId);
loader!(PlaylistById => Playlist, by_ids);

async fn by_ids(conn: &mut Conn, keys: &[PlaylistById]) -> Result<HashMap<PlaylistById, Playlist>> {
    let keys = keys.iter().map(|key| key.0.0).collect();
    let playlists = select(conn, keys, Reader::push_named).await?;
    Ok(playlists.into_iter().map(|playlist| (PlaylistById(playlist.id), playlist)).collect())
}

/// The playlist that something already shown belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PlaylistOfPart(pub PlaylistId);
loader!(PlaylistOfPart => Playlist, of_parts);

async fn of_parts(conn: &mut Conn, keys: &[PlaylistOfPart]) -> Result<HashMap<PlaylistOfPart, Playlist>> {
    let keys = keys.iter().map(|key| key.0.0).collect();
    let playlists = select(conn, keys, Reader::push_linked).await?;
    Ok(playlists.into_iter().map(|playlist| (PlaylistOfPart(playlist.id), playlist)).collect())
}

async fn select(conn: &mut Conn, keys: Vec<i64>, push_visible: fn(Reader, &mut Statement)) -> Result<Vec<Playlist>> {
    let mut statement = Statement::new("select ");
    statement.push(Playlist::COLUMNS).push(" from playlists pl where ").push(SHOWN).push(" and ");
    push_visible(Reader::of(conn.actor()), &mut statement);
    statement.push(" and pl.id = any(").keys::<BigInt, _>(keys).push(")");
    statement.load(conn).await
}

/// A playlist by its UUID.
///
/// # Errors
/// What the database reports.
pub async fn find_by_uuid(conn: &mut Conn, uuid: Uuid) -> Result<Option<Playlist>> {
    let mut statement = Statement::new("select ");
    statement.push(Playlist::COLUMNS).push(" from playlists pl where ").push(SHOWN).push(" and ");
    Reader::of(conn.actor()).push_linked(&mut statement);
    statement.push(" and pl.uuid = ").bind::<diesel::sql_types::Uuid, _>(uuid);
    statement.first(conn).await
}

/// What a playlist's sources said beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MetadataOfPlaylist(pub PlaylistId);
loader!(MetadataOfPlaylist => serde_json::Value, metadata);

async fn metadata(
    conn: &mut Conn,
    keys: &[MetadataOfPlaylist],
) -> Result<HashMap<MetadataOfPlaylist, serde_json::Value>> {
    let mut statement = Statement::new("select pl.id, pl.extra_metadata from playlists pl where pl.id = any(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.0.0)).push(")");
    let rows = statement.load::<(PlaylistId, serde_json::Value)>(conn).await?;
    Ok(rows.into_iter().map(|(id, metadata)| (MetadataOfPlaylist(id), metadata)).collect())
}

/// A test of one playlist.
#[derive(Debug, Clone)]
pub enum PlaylistTest {
    /// Name, accents and case aside.
    Name(TextTest),
    /// Of one of these owners.
    Owner(Vec<UserId>),
    /// One of these visibilities.
    Visibility(Vec<PlaylistVisibility>),
    /// Worked on by several, or not.
    IsCollaborative(bool),
    /// Made by rules, or not.
    IsSmart(bool),
    /// Tags.
    Tags(WordsTest),
    /// Holds one of these tracks.
    ContainsTrack(Vec<TrackId>),
    /// When it last changed.
    UpdatedAt(ValueTest<DateTime<Utc>>),
}

impl Test for PlaylistTest {
    fn push(&self, statement: &mut Statement) {
        match self {
            Self::Name(test) => test.push_folded("pl.name_folded", statement),
            Self::Owner(ids) => {
                let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
                statement.push("pl.owner_id = any(").bind::<Array<BigInt>, _>(ids).push(")");
            }
            Self::Visibility(values) => {
                let words: Vec<String> = values.iter().map(|value| value.as_str().to_owned()).collect();
                statement.push("pl.visibility = any(").bind::<Array<Text>, _>(words).push(")");
            }
            Self::IsCollaborative(yes) => {
                statement.push("pl.is_collaborative = ").bind::<Bool, _>(*yes);
            }
            Self::IsSmart(yes) => {
                statement.push("pl.is_dynamic = ").bind::<Bool, _>(*yes);
            }
            Self::Tags(test) => test.push("pl.tags", statement),
            Self::ContainsTrack(ids) => {
                let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
                statement.push(
                    "exists (select from playlist_tracks e where e.playlist_id = pl.id
                    and e.status = 'active' and e.track_id = any(",
                );
                statement.bind::<Array<BigInt>, _>(ids).push("))");
            }
            Self::UpdatedAt(test) => test.push::<Timestamptz>("pl.updated_at", statement),
        }
    }
}

/// A filter on playlists.
pub type PlaylistFilter = Filter<PlaylistTest>;

closed_set! {
    /// What playlists can be ordered by.
    PlaylistOrderField {
        /// Name, accents and case aside.
        Name = "name",
        /// When it last changed.
        UpdatedAt = "updated_at",
        /// When it was made.
        CreatedAt = "created_at",
        /// Number of followers.
        Followers = "followers",
        /// Times it was played.
        Plays = "plays",
        /// Likes.
        Likes = "likes",
        /// Number of entries.
        TrackCount = "track_count",
    }
}

/// The order that the given fields make.
#[must_use]
pub fn order(fields: &[(PlaylistOrderField, Direction, Nulls)]) -> Order {
    let keys = fields.iter().map(|(field, direction, nulls)| {
        let key = match field {
            PlaylistOrderField::Name => SortKey::new("name", "pl.name_folded", KeyType::Text),
            PlaylistOrderField::UpdatedAt => SortKey::new("updated", "pl.updated_at", KeyType::Instant),
            PlaylistOrderField::CreatedAt => SortKey::new("created", "pl.created_at", KeyType::Instant),
            PlaylistOrderField::Followers => SortKey::new("followers", "pl.follower_count", KeyType::BigInt),
            PlaylistOrderField::Plays => SortKey::new("plays", "pl.play_count", KeyType::BigInt),
            PlaylistOrderField::Likes => SortKey::new("likes", "pl.like_count", KeyType::BigInt),
            PlaylistOrderField::TrackCount => SortKey::new("tracks", "pl.track_count", KeyType::BigInt),
        };
        (key, *direction, *nulls)
    });
    Order::new(keys.collect(), "pl.id", Direction::Asc)
}

/// The list of public playlists.
pub const LIST: ListSource = ListSource {
    columns: Playlist::COLUMNS,
    tables: "playlists pl",
    condition: "pl.deleted_at is null and not pl.folder_type and pl.visibility = 'public'",
};

/// The playlists that a person owns and that may be listed to whoever reads.
#[derive(Debug)]
pub struct PlaylistsOfUser {
    /// For whom.
    pub reader: Reader,
    /// What to leave out.
    pub filter: PlaylistFilter,
    /// The page asked for.
    pub page: PageRequest,
}

impl PlaylistsOfUser {
    fn source(&self) -> ListSource {
        ListSource {
            columns: Playlist::COLUMNS,
            tables: "playlists pl",
            condition: "pl.deleted_at is null and not pl.folder_type and pl.owner_id = p.parent",
        }
    }

    fn narrow(&self, statement: &mut Statement) {
        statement.push(" and ");
        self.reader.push_listed(statement);
        self.filter.push_and(statement);
    }
}

child_list!(PlaylistsOfUser => Playlist);

/// The playlists that a person owns or takes part in.
#[derive(Debug)]
pub struct PlaylistsOfMember {
    /// What to leave out.
    pub filter: PlaylistFilter,
    /// The page asked for.
    pub page: PageRequest,
}

impl PlaylistsOfMember {
    fn source(&self) -> ListSource {
        ListSource {
            columns: Playlist::COLUMNS,
            tables: "playlists pl",
            condition: "pl.deleted_at is null and not pl.folder_type and pl.id in (
                    select own.id from playlists own where own.owner_id = p.parent
                    union all
                    select c.playlist_id from playlist_collaborators c
                    where c.user_id = p.parent and c.invitation_status = 'accepted'
                )",
        }
    }

    fn narrow(&self, statement: &mut Statement) {
        self.filter.push_and(statement);
    }
}

child_list!(PlaylistsOfMember => Playlist);

/// The playlists that hold a track and that may be listed to whoever reads.
#[derive(Debug)]
pub struct PlaylistsWithTrack {
    /// For whom.
    pub reader: Reader,
    /// The page asked for.
    pub page: PageRequest,
}

impl PlaylistsWithTrack {
    fn source(&self) -> ListSource {
        ListSource {
            columns: Playlist::COLUMNS,
            tables: "playlists pl",
            condition: "pl.deleted_at is null and not pl.folder_type and pl.id in (
                    select e.playlist_id from playlist_tracks e where e.track_id = p.parent and e.status = 'active'
                )",
        }
    }

    fn narrow(&self, statement: &mut Statement) {
        statement.push(" and ");
        self.reader.push_listed(statement);
    }
}

child_list!(PlaylistsWithTrack => Playlist);
