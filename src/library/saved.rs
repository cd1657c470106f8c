//! Tracks that people saved. Table `user_library`.
//!
//! A library is its person's alone: every read names them, whatever the row's own key is.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz};

pub use super::shelf::{Kept, Removed};
use super::shelf::{Shelf, wanted};
use crate::account::user::UserId;
use crate::catalog::album::WordsTest;
use crate::catalog::track::{TrackFilter, TrackId};
use crate::db::{
    Conn, Direction, Filter, KeyType, LazyJson, ListSource, Nulls, Order, PageRequest, SortKey, Statement, Test,
    ValueTest,
};
use crate::error::{Error, Reason, Rejection, Result};
use crate::{child_list, closed_set, id_type, loader, row};

id_type! {
    /// Key of `user_library`.
    LibraryEntryId for "LibraryEntry";
}

row! {
    /// A saved track.
    LibraryEntry of "l" {
        id: LibraryEntryId,
        /// The track as it was saved; it may have been merged since.
        track_id: TrackId,
        /// The person's own words.
        tags: LazyJson,
        /// 1 to 5.
        rating: Option<i32>,
        /// The person's own text.
        notes: Option<String>,
        /// Whether it is one of their favourites.
        is_favorite: bool,
        /// Listens.
        play_count: i32,
        /// Skips.
        skip_count: i32,
        /// Time listened, in milliseconds.
        total_play_time_ms: i64,
        /// The last listen.
        last_played_at: Option<DateTime<Utc>>,
        added_at: DateTime<Utc>,
    }
}

const SHELF: Shelf = Shelf { table: "user_library", thing: "track_id", things: "tracks" };

/// What a person's library holds of a track, for that person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EntryOfViewer {
    /// Who asks.
    pub viewer: UserId,
    /// The track.
    pub track: TrackId,
}
loader!(EntryOfViewer => LibraryEntry, of_tracks);

async fn of_tracks(conn: &mut Conn, keys: &[EntryOfViewer]) -> Result<HashMap<EntryOfViewer, LibraryEntry>> {
    let pairs = keys.iter().map(|key| (key.viewer.0, key.track.0));
    let found = SHELF.of_things(conn, LibraryEntry::COLUMNS, pairs).await?;
    let key = |(viewer, track)| EntryOfViewer { viewer: UserId(viewer), track: TrackId(track) };
    Ok(found.into_iter().map(|(pair, row)| (key(pair), row)).collect())
}

/// A row of a person's library by its own key, for that person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EntryById {
    /// Who asks.
    pub viewer: UserId,
    /// The row.
    pub id: LibraryEntryId,
}
loader!(EntryById => LibraryEntry, by_ids);

async fn by_ids(conn: &mut Conn, keys: &[EntryById]) -> Result<HashMap<EntryById, LibraryEntry>> {
    let pairs = keys.iter().map(|key| (key.viewer.0, key.id.0));
    let found = SHELF.by_ids(conn, LibraryEntry::COLUMNS, pairs).await?;
    let key = |(viewer, id)| EntryById { viewer: UserId(viewer), id: LibraryEntryId(id) };
    Ok(found.into_iter().map(|(pair, row)| (key(pair), row)).collect())
}

/// A test of one saved track.
#[derive(Debug, Clone)]
pub enum LibraryTest {
    /// A favourite, or not.
    IsFavorite(bool),
    /// Rating.
    Rating(ValueTest<i32>),
    /// Tags.
    Tags(WordsTest),
    /// When it was saved.
    AddedAt(ValueTest<DateTime<Utc>>),
    /// Listens.
    PlayCount(ValueTest<i32>),
    /// The last listen.
    LastPlayedAt(ValueTest<DateTime<Utc>>),
    /// The track itself.
    Track(TrackFilter),
}

impl Test for LibraryTest {
    fn push(&self, statement: &mut Statement) {
        match self {
            // As the partial index has it.
            Self::IsFavorite(yes) => {
                statement.push(if *yes { "l.is_favorite" } else { "not l.is_favorite" });
            }
            Self::Rating(test) => test.push::<Integer>("l.rating", statement),
            Self::Tags(test) => test.push("l.tags", statement),
            Self::AddedAt(test) => test.push::<Timestamptz>("l.added_at", statement),
            Self::PlayCount(test) => test.push::<Integer>("l.play_count", statement),
            Self::LastPlayedAt(test) => test.push::<Timestamptz>("l.last_played_at", statement),
            Self::Track(filter) => {
                statement.push("true");
                filter.push_and(statement);
            }
        }
    }
}

closed_set! {
    /// What saved tracks can be ordered by.
    LibraryOrderField {
        /// When it was saved.
        AddedAt = "added_at",
        /// Title, accents and case aside.
        Title = "title",
        /// Name of the artist.
        Artist = "artist",
        /// The person's rating.
        Rating = "rating",
        /// The person's listens.
        PlayCount = "play_count",
        /// The person's last listen.
        LastPlayedAt = "last_played_at",
    }
}

impl LibraryOrderField {
    fn key(self) -> SortKey {
        match self {
            Self::AddedAt => SortKey::new("added", "l.added_at", KeyType::Instant),
            Self::Title => SortKey::new("title", "t.title_folded", KeyType::Text),
            Self::Artist => SortKey::nullable("artist", "public.music_fold(t.artist_name)", KeyType::Text),
            Self::Rating => SortKey::nullable("rating", "l.rating", KeyType::BigInt),
            Self::PlayCount => SortKey::new("plays", "l.play_count", KeyType::BigInt),
            Self::LastPlayedAt => SortKey::nullable("played", "l.last_played_at", KeyType::Instant),
        }
    }
}

/// The saved tracks of a person, for that person.
#[derive(Debug)]
pub struct LibraryOf {
    /// What to leave out.
    pub filter: Filter<LibraryTest>,
    /// Whether the filter or the order looks at the tracks themselves.
    pub reads_tracks: bool,
    /// The page asked for.
    pub page: PageRequest,
}

impl LibraryOf {
    /// The order that the given fields make, the last saved first without any; and whether it looks
    /// at the tracks themselves.
    #[must_use]
    pub fn order(fields: &[(LibraryOrderField, Direction, Nulls)]) -> (Order, bool) {
        let reads_tracks =
            fields.iter().any(|(field, ..)| matches!(field, LibraryOrderField::Title | LibraryOrderField::Artist));
        let mut keys: Vec<_> =
            fields.iter().map(|(field, direction, nulls)| (field.key(), *direction, *nulls)).collect();
        if keys.is_empty() {
            keys.push((LibraryOrderField::AddedAt.key(), Direction::Desc, Nulls::Last));
        }
        (Order::new(keys, "l.id", Direction::Desc), reads_tracks)
    }

    fn source(&self) -> ListSource {
        let tables = if self.reads_tracks {
            "user_library l join tracks k on k.id = l.track_id join tracks t on t.id = coalesce(k.merged_into_id, k.id)"
        } else {
            "user_library l"
        };
        ListSource { columns: LibraryEntry::COLUMNS, tables, condition: "l.user_id = p.parent" }
    }

    fn narrow(&self, statement: &mut Statement) {
        statement.private();
        self.filter.push_and(statement);
    }
}

child_list!(LibraryOf => LibraryEntry);

/// What of a saved track is to change; what is none stays.
#[derive(Debug, Default, Clone)]
pub struct EntryChanges {
    /// 1 to 5; none within takes it away.
    pub rating: Option<Option<i32>>,
    /// Whether it is one of their favourites.
    pub is_favorite: Option<bool>,
    /// The person's own words.
    pub tags: Option<Vec<String>>,
    /// The person's own text; none within takes it away.
    pub notes: Option<Option<String>>,
}

/// Tags of one thing at most, and characters of one.
const MAX_TAGS: usize = 50;
const MAX_TAG: usize = 100;
/// Characters of a note at most.
const MAX_NOTES: usize = 10_000;

/// Tags as they are kept: without blanks around them, each once.
///
/// # Errors
/// `Rejected` when there are too many, or one is empty or too long.
pub fn checked_tags(path: &str, given: Vec<String>) -> Result<Vec<String>> {
    let mut tags: Vec<String> = Vec::with_capacity(given.len());
    for tag in given {
        let tag = tag.trim();
        let length = tag.chars().count();
        if length == 0 || length > MAX_TAG || tag.contains('\0') {
            let message = format!("a tag has 1 to {MAX_TAG} characters, none of them NUL");
            return Err(Rejection::new(Reason::Invalid, path, "tag.form", message).into());
        }
        if !tags.iter().any(|known| known == tag) {
            tags.push(tag.to_owned());
        }
    }
    if tags.len() > MAX_TAGS {
        let message = format!("{} tags are too many; at most {MAX_TAGS} are allowed", tags.len());
        return Err(Rejection::new(Reason::TooLong, path, "tag.count", message).into());
    }
    Ok(tags)
}

impl EntryChanges {
    /// The changes as they are written; `input` is the argument that holds them.
    ///
    /// # Errors
    /// `Rejected` with everything that is wrong.
    pub fn checked(mut self, input: &str) -> Result<Self> {
        let mut faults = Vec::new();
        // OpenSubsonic, `setRating`: 0 takes a rating away.
        self.rating = self.rating.map(|rating| rating.filter(|rating| *rating != 0));
        if let Some(Some(rating)) = self.rating
            && !(1..=5).contains(&rating)
        {
            let message = format!("{rating} is no rating; one is 1 to 5, and 0 or null takes it away");
            faults.push(Rejection::new(Reason::OutOfRange, &format!("{input}.rating"), "rating.range", message));
        }
        self.notes = self.notes.map(|notes| notes.filter(|notes| !notes.trim().is_empty()));
        if let Some(Some(notes)) = &self.notes {
            let path = format!("{input}.notes");
            let length = notes.chars().count();
            if length > MAX_NOTES {
                let message = format!("notes of {length} characters are too long; {MAX_NOTES} are allowed");
                faults.push(Rejection::new(Reason::TooLong, &path, "notes.length", message));
            }
            if notes.contains('\0') {
                let message = "text must not hold the NUL character (U+0000)";
                faults.push(Rejection::new(Reason::Invalid, &path, "notes.form", message));
            }
        }
        if let Some(tags) = self.tags.take() {
            match checked_tags(&format!("{input}.tags"), tags) {
                Ok(tags) => self.tags = Some(tags),
                Err(Error::Rejected(of_tags)) => faults.extend(of_tags),
                Err(error) => return Err(error),
            }
        }
        if faults.is_empty() { Ok(self) } else { Err(Error::Rejected(faults)) }
    }

    /// Adds ` set …` of a row that is there.
    fn push_set(&self, statement: &mut Statement) {
        statement.push(" set rating = case when ").bind::<Bool, _>(self.rating.is_some()).push(" then ");
        statement.bind::<Nullable<Integer>, _>(self.rating.flatten()).push(" else l.rating end, notes = case when ");
        statement.bind::<Bool, _>(self.notes.is_some()).push(" then ");
        statement
            .bind::<Nullable<Text>, _>(self.notes.clone().flatten())
            .push(" else l.notes end, is_favorite = coalesce(");
        statement.bind::<Nullable<Bool>, _>(self.is_favorite).push(", l.is_favorite), tags = coalesce(");
        statement.bind::<Nullable<Jsonb>, _>(self.tags_json()).push(", l.tags)");
    }

    fn tags_json(&self) -> Option<serde_json::Value> {
        self.tags.as_ref().map(|tags| serde_json::json!(tags))
    }
}

/// What the person did with a track before it was saved; from then on triggers keep the sums.
const HEARD_BEFORE: &str = ") w(id) cross join lateral (
        select count(*) filter (where i.counts_as_listen), count(*) filter (where i.interaction_type = 'skip'),
            coalesce(sum(i.play_duration_ms) filter (where i.interaction_type = 'play'), 0),
            max(i.created_at) filter (where i.counts_as_listen)
        from user_interactions i
        where i.track_id = w.id and i.interaction_type in ('play', 'skip') and i.user_id = ";

/// Saves tracks, and changes those that are saved already.
///
/// # Errors
/// What the database reports.
pub async fn save(
    conn: &mut Conn,
    viewer: UserId,
    tracks: &[TrackId],
    changes: &EntryChanges,
) -> Result<Kept<LibraryEntry>> {
    let ids: Vec<i64> = tracks.iter().map(|track| track.0).collect();
    let (things, missing) = wanted(&SHELF.places(conn, viewer.0, &ids).await?);
    if things.is_empty() {
        return Ok(Kept { rows: Vec::new(), missing });
    }
    let mut statement = Statement::new(
        "with kept as (
            insert into user_library as l (user_id, track_id, rating, is_favorite, tags, notes,
                play_count, skip_count, total_play_time_ms, last_played_at)
            select ",
    );
    statement.bind::<BigInt, _>(viewer.0).push(", w.id, ").bind::<Nullable<Integer>, _>(changes.rating.flatten());
    statement.push(", coalesce(").bind::<Nullable<Bool>, _>(changes.is_favorite).push(", false), coalesce(");
    statement.bind::<Nullable<Jsonb>, _>(changes.tags_json()).push(", '[]'), ");
    statement.bind::<Nullable<Text>, _>(changes.notes.clone().flatten()).push(", h.* from unnest(");
    statement.keys::<BigInt, _>(things.clone()).push(HEARD_BEFORE).bind::<BigInt, _>(viewer.0);
    statement.push(") h order by w.id on conflict (user_id, track_id) do update");
    changes.push_set(&mut statement);
    statement.push(" returning l.*) select ").push(LibraryEntry::COLUMNS).push(" from kept l");
    let mut rows = statement.load::<LibraryEntry>(conn).await?;
    rows.sort_by_key(|row| things.iter().position(|thing| *thing == row.track_id.0));
    Ok(Kept { rows, missing })
}

/// Changes a saved track; none when the track is not saved.
///
/// # Errors
/// What the database reports.
pub async fn update(
    conn: &mut Conn,
    viewer: UserId,
    track: TrackId,
    changes: &EntryChanges,
) -> Result<Option<LibraryEntry>> {
    let Some(Some(thing)) = SHELF.places(conn, viewer.0, &[track.0]).await?.pop() else { return Ok(None) };
    let mut statement = Statement::new("update user_library l");
    changes.push_set(&mut statement);
    statement.push(" where l.user_id = ").bind::<BigInt, _>(viewer.0);
    statement.push(" and l.track_id = ").bind::<BigInt, _>(thing).push(" returning ").push(LibraryEntry::COLUMNS);
    statement.first(conn).await
}

/// Takes tracks out of a library.
///
/// # Errors
/// What the database reports.
pub async fn unsave(conn: &mut Conn, viewer: UserId, tracks: &[TrackId]) -> Result<Removed> {
    let ids: Vec<i64> = tracks.iter().map(|track| track.0).collect();
    Ok(Removed::of(&SHELF.remove(conn, viewer.0, &ids).await?))
}
