//! What is to be done to a playlist, as input.

use async_graphql::{Enum, ID, InputObject, MaybeUndefined, OneofObject};

use crate::catalog::track_ref;
use crate::collaboration::feed::Named;
use crate::error::{Error, Reason, Rejection, Result};
use crate::graphql::catalog::artist::SourceRef;
use crate::graphql::scalars::{Isrc, Url};
use crate::ids::{self, EntityId};
use crate::playlist::DetailsChanges;
use crate::playlist::item::PlaylistItemId;
use crate::playlist::operation::{self, Action, AddItems, Concurrency, NewItem, Operation, UpdateItem};
use crate::playlist::playlist::{CollaborationMode, DuplicatePolicy, PlaylistId, PlaylistVisibility};

/// The id of one type at a dotted path.
pub fn id<I: EntityId>(path: &str, given: &ID) -> Result<I> {
    ids::decode(given).map_err(|error| Rejection::new(Reason::Invalid, path, "id.form", error.to_string()).into())
}

/// The playlist that an id or a UUID names.
pub fn named(path: &str, given: &ID) -> Result<Named> {
    match uuid::Uuid::try_parse(given) {
        Ok(uuid) => Ok(Named::Uuid(uuid)),
        Err(_) => Ok(Named::Key(id::<PlaylistId>(path, given)?.key())),
    }
}

/// How a track is named by somebody who may not know its id: by exactly one of these.
#[derive(Debug, OneofObject)]
pub enum TrackRef {
    /// Its global id.
    Id(ID),
    /// Its id at an outside service.
    Source(SourceRef),
    /// An address at an outside service.
    Url(Url),
    /// Its recording code; of several tracks that carry it, the most popular one.
    Isrc(Isrc),
    /// What is known of a track. Not taken yet: the answer is a `ValidationError`.
    Metadata(TrackMetadataInput),
}

/// What is known of a track.
#[derive(Debug, InputObject)]
pub struct TrackMetadataInput {
    /// Title.
    title: String,
    /// Name of the artist.
    artist: String,
    /// Title of the album.
    album: Option<String>,
    /// Length in milliseconds.
    duration_ms: Option<i32>,
    /// Recording code.
    isrc: Option<Isrc>,
    /// Which version of the song, like "live".
    version: Option<String>,
}

impl TrackRef {
    /// The name as the catalogue knows it; `path` is its place in the input.
    ///
    /// # Errors
    /// `Rejected` or `Invalid` when it can name no track.
    pub fn read(self, path: &str) -> Result<track_ref::TrackRef> {
        let bad = |field: &str, rule, message: &str| -> Error {
            Rejection::new(Reason::Invalid, &format!("{path}.{field}"), rule, message).into()
        };
        Ok(match self {
            Self::Id(given) => track_ref::TrackRef::Id(id(&format!("{path}.id"), &given)?),
            Self::Source(source) if source.id.contains('\0') => {
                return Err(bad("source.id", "text.nul", "text must not hold the NUL character (U+0000)"));
            }
            Self::Source(source) => track_ref::TrackRef::Source(source.source_type, source.id),
            Self::Url(url) => track_ref::TrackRef::Url(url.0),
            Self::Isrc(code) => track_ref::TrackRef::Isrc(code.0),
            Self::Metadata(_) => {
                let message =
                    "tracks cannot be named by what is known of them yet; take an id, a source, a url or an isrc";
                return Err(bad("metadata", "track.known", message));
            }
        })
    }
}

/// A track for a playlist.
#[derive(Debug, InputObject)]
pub struct PlaylistItemInput {
    /// The track.
    track: TrackRef,
    /// A note on it, at most 500 characters.
    note: Option<String>,
    /// Where playing starts, in milliseconds from 0.
    start_ms: Option<i32>,
    /// Where playing ends, in milliseconds, after the start.
    end_ms: Option<i32>,
}

/// The entries at a dotted path.
pub fn items(path: &str, given: Vec<PlaylistItemInput>) -> Result<Vec<NewItem>> {
    let read = |(number, item): (usize, PlaylistItemInput)| {
        let PlaylistItemInput { track, note, start_ms, end_ms } = item;
        Ok(NewItem { track: track.read(&format!("{path}.{number}.track"))?, note, start_ms, end_ms })
    };
    given.into_iter().enumerate().map(read).collect()
}

/// Where to put entries: exactly one of these. Anchors are entries, so they survive what others do;
/// one that was removed meanwhile stands for the place where it was.
#[derive(Debug, OneofObject)]
pub enum Placement {
    /// Before all others; the value is `true`.
    Start(bool),
    /// After all others; the value is `true`.
    End(bool),
    /// Right before this entry.
    Before(ID),
    /// Right after this entry.
    After(ID),
    /// At this place among the others, from 0; behind the end is the end.
    Position(i32),
}

impl Placement {
    fn read(self, path: &str) -> Result<operation::Placement> {
        let path = format!("{path}.placement");
        match self {
            Self::Start(true) => Ok(operation::Placement::Start),
            Self::End(true) => Ok(operation::Placement::End),
            Self::Before(anchor) => Ok(operation::Placement::Before(id(&format!("{path}.before"), &anchor)?)),
            Self::After(anchor) => Ok(operation::Placement::After(id(&format!("{path}.after"), &anchor)?)),
            Self::Position(place) => Ok(operation::Placement::Position(place)),
            Self::Start(false) | Self::End(false) => {
                let message = "the value is true, or another placement is given";
                Err(Rejection::new(Reason::Invalid, &path, "placement.true", message).into())
            }
        }
    }
}

/// Entries to add.
#[derive(Debug, InputObject)]
pub struct AddItemsOp {
    /// The tracks, in the order they are to stand in; 1 to 1,000.
    items: Vec<PlaylistItemInput>,
    /// Where; at the end without it. What waits for approval gets no place yet.
    placement: Option<Placement>,
    /// What happens to repeats; as the playlist says without it.
    duplicates: Option<DuplicatePolicy>,
}

/// Entries to remove.
#[derive(Debug, InputObject)]
pub struct RemoveItemsOp {
    /// Global ids of the entries. Those that are gone already are passed over.
    item_ids: Vec<ID>,
    /// Why, at most 500 characters.
    reason: Option<String>,
}

/// Entries to move.
#[derive(Debug, InputObject)]
pub struct MoveItemsOp {
    /// Global ids of the entries, in the order they are to stand in. Those that are gone are passed
    /// over.
    item_ids: Vec<ID>,
    /// Where.
    placement: Placement,
}

/// What is to change about one entry; what is left out stays, null takes a value away.
#[derive(Debug, InputObject)]
pub struct UpdateItemOp {
    /// Global id of the entry.
    item_id: ID,
    /// A note on it, at most 500 characters.
    note: MaybeUndefined<String>,
    /// Where playing starts, in milliseconds from 0.
    start_ms: MaybeUndefined<i32>,
    /// Where playing ends, in milliseconds, after the start.
    end_ms: MaybeUndefined<i32>,
    /// Another track for the entry.
    track: Option<TrackRef>,
}

/// Entries to lock to their place, or to unlock.
#[derive(Debug, InputObject)]
pub struct LockItemsOp {
    /// Global ids of the entries. Those that are gone are passed over.
    item_ids: Vec<ID>,
    /// Whether they are to be locked.
    locked: bool,
}

/// Name, text and settings of a playlist; what is left out stays, null takes a value away.
#[derive(Debug, InputObject)]
pub struct PlaylistDetailsInput {
    /// Name, 1 to 255 characters.
    name: Option<String>,
    /// A text about it, at most 10,000 characters.
    description: MaybeUndefined<String>,
    /// Cover picture, an http or https address.
    cover_url: MaybeUndefined<Url>,
    /// Words to find it by, at most 50 of at most 50 characters.
    tags: Option<Vec<String>>,
    /// Who finds it; a new playlist is private.
    visibility: Option<PlaylistVisibility>,
    /// Whether others work on it.
    is_collaborative: Option<bool>,
    /// How they come to.
    collaboration_mode: Option<CollaborationMode>,
    /// Entries one person may have in it, from 1; null means any number.
    max_tracks_per_user: MaybeUndefined<i32>,
    /// Whether entries are voted on.
    voting_enabled: Option<bool>,
    /// What happens when a track is added that is there already.
    duplicate_policy: Option<DuplicatePolicy>,
}

impl From<PlaylistDetailsInput> for DetailsChanges {
    fn from(given: PlaylistDetailsInput) -> Self {
        Self {
            name: given.name,
            description: outer(given.description),
            cover_url: outer(given.cover_url).map(|url| url.map(|url| url.0)),
            tags: given.tags,
            visibility: given.visibility,
            is_collaborative: given.is_collaborative,
            collaboration_mode: given.collaboration_mode,
            max_tracks_per_user: outer(given.max_tracks_per_user),
            voting_enabled: given.voting_enabled,
            duplicate_policy: given.duplicate_policy,
        }
    }
}

fn outer<T>(given: MaybeUndefined<T>) -> Option<Option<T>> {
    match given {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

/// One thing to do to a playlist: exactly one of these.
#[derive(Debug, OneofObject)]
pub enum PlaylistOperation {
    /// Adds entries.
    Add(AddItemsOp),
    /// Removes entries.
    Remove(RemoveItemsOp),
    /// Moves entries.
    Move(MoveItemsOp),
    /// Changes an entry.
    Update(UpdateItemOp),
    /// Locks or unlocks entries.
    Lock(LockItemsOp),
    /// Changes name, text and settings.
    Details(PlaylistDetailsInput),
}

impl PlaylistOperation {
    /// The operation at a place of the argument `operations`.
    pub fn read(self, number: usize) -> Result<Operation> {
        let name = match &self {
            Self::Add(_) => "add",
            Self::Remove(_) => "remove",
            Self::Move(_) => "move",
            Self::Update(_) => "update",
            Self::Lock(_) => "lock",
            Self::Details(_) => "details",
        };
        self.read_at(format!("operations.{number}.{name}"))
    }

    /// The operation at a dotted path.
    pub fn read_at(self, path: String) -> Result<Operation> {
        let all = |given: Vec<ID>| -> Result<Vec<PlaylistItemId>> {
            given.iter().enumerate().map(|(number, given)| id(&format!("{path}.itemIds.{number}"), given)).collect()
        };
        let action = match self {
            Self::Add(add) => Action::Add(AddItems {
                items: items(&format!("{path}.items"), add.items)?,
                placement: add.placement.map(|placement| placement.read(&path)).transpose()?,
                duplicates: add.duplicates,
            }),
            Self::Remove(remove) => Action::Remove { items: all(remove.item_ids)?, reason: remove.reason },
            Self::Move(moved) => Action::Move { items: all(moved.item_ids)?, placement: moved.placement.read(&path)? },
            Self::Update(update) => Action::Update(UpdateItem {
                item: id(&format!("{path}.itemId"), &update.item_id)?,
                note: outer(update.note),
                start_ms: outer(update.start_ms),
                end_ms: outer(update.end_ms),
                track: update.track.map(|track| track.read(&format!("{path}.track"))).transpose()?,
            }),
            Self::Lock(lock) => Action::Lock { items: all(lock.item_ids)?, locked: lock.locked },
            Self::Details(details) => Action::Details(details.into()),
        };
        Ok(Operation { path, action })
    }
}

/// What is done where a playlist is no longer as the client knew it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ConflictPolicy {
    /// What was meant is done to the newest version: additions always, removals of what is left,
    /// moves relative to what is left. Only a value that somebody else changed meanwhile is refused.
    Rebase,
    /// Anything newer than the expected version is refused, but for votes and comments.
    Strict,
}

/// What the client knew, and what is to be done where that is no longer so.
#[derive(Debug, InputObject)]
pub struct ConcurrencyInput {
    /// The version that the client knew, from 0; needed for STRICT.
    pub(super) expected_version: Option<i32>,
    /// What is to be done where the playlist has a newer one.
    #[graphql(default_with = "ConflictPolicy::Rebase")]
    pub(super) on_conflict: ConflictPolicy,
}

impl From<Option<ConcurrencyInput>> for Concurrency {
    fn from(given: Option<ConcurrencyInput>) -> Self {
        given.map_or_else(Self::default, |given| Self {
            expected_version: given.expected_version,
            is_strict: given.on_conflict == ConflictPolicy::Strict,
        })
    }
}
