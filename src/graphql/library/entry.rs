//! Saved tracks as a type.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};
use chrono::{DateTime, Utc};

use crate::account::user::UserId;
use crate::catalog::track::TrackById;
use crate::db::{Direction, Filter, Nulls, PageRequest};
use crate::error::Error;
use crate::graphql::catalog::artist::words_of;
use crate::graphql::catalog::track::{Track, TrackFilter};
use crate::graphql::connection::args;
use crate::graphql::context::loaders;
use crate::graphql::filter::{DateTimeFilter, IntFilter, StringListFilter, under};
use crate::graphql::scalars::Long;
use crate::library::saved::{self, EntryChanges, LibraryOf, LibraryOrderField, LibraryTest};
use crate::{child_page, connection, ids};

/// A track in a library, with what its person says of it. Access: the person alone.
pub struct LibraryEntry(pub saved::LibraryEntry);

impl From<saved::LibraryEntry> for LibraryEntry {
    fn from(row: saved::LibraryEntry) -> Self {
        Self(row)
    }
}

connection! {
    /// A page of a library.
    LibraryEntryConnection,
    /// A saved track in a list.
    LibraryEntryEdge,
    LibraryEntry
}

/// A track in a library, with what its person says of it. Access: the person alone.
#[Object]
impl LibraryEntry {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id).into()
    }

    /// The track; where it was merged since, the one it was merged into.
    async fn track(&self, ctx: &Context<'_>) -> Result<Track> {
        let track = loaders(ctx)?.load_one(TrackById(self.0.track_id)).await?;
        Ok(track.map(Track).ok_or_else(|| Error::NotFound("the track is gone".to_owned()))?)
    }

    /// When it was saved.
    async fn added_at(&self) -> DateTime<Utc> {
        self.0.added_at
    }

    /// The person's own words.
    async fn tags(&self) -> Vec<String> {
        words_of(&self.0.tags.parse())
    }

    /// Rating, 1 to 5; none while unrated.
    async fn rating(&self) -> Option<i32> {
        self.0.rating
    }

    /// The person's own text.
    async fn notes(&self) -> Option<&str> {
        self.0.notes.as_deref()
    }

    /// Whether it is one of their favourites.
    async fn is_favorite(&self) -> bool {
        self.0.is_favorite
    }

    /// Listens: plays of at least half of the track or four minutes.
    async fn play_count(&self) -> i32 {
        self.0.play_count
    }

    /// Skips.
    async fn skip_count(&self) -> i32 {
        self.0.skip_count
    }

    /// Start of the last listen; none without one.
    async fn last_played_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_played_at
    }

    /// Time listened, in milliseconds.
    async fn total_play_time_ms(&self) -> Long {
        Long(self.0.total_play_time_ms)
    }
}

/// What is said of a saved track; what is left out stays as it is.
#[derive(InputObject)]
pub struct LibraryEntryInput {
    /// Rating, 1 to 5; 0 or null takes it away.
    rating: MaybeUndefined<i32>,
    /// Whether it is one of their favourites.
    is_favorite: Option<bool>,
    /// The person's own words in place of those until now: at most 50 of 1 to 100 characters.
    tags: Option<Vec<String>>,
    /// The person's own text, at most 10,000 characters; null takes it away.
    notes: MaybeUndefined<String>,
}

/// None for what is left out, none within for null.
fn change<T>(given: MaybeUndefined<T>) -> Option<Option<T>> {
    match given {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

impl LibraryEntryInput {
    /// The changes it asks for; `argument` is its name.
    ///
    /// # Errors
    /// `Rejected` with everything that is wrong.
    pub fn changes(self, argument: &str) -> crate::error::Result<EntryChanges> {
        let Self { rating, is_favorite, tags, notes } = self;
        EntryChanges { rating: change(rating), is_favorite, tags, notes: change(notes) }.checked(argument)
    }
}

/// Narrows a library. All keys that are given have to hold.
#[derive(Debug, InputObject)]
pub struct LibraryFilter {
    /// A favourite, or not.
    is_favorite: Option<bool>,
    /// Rating, 1 to 5.
    rating: Option<IntFilter>,
    /// Tags.
    tags: Option<StringListFilter>,
    /// When it was saved.
    added_at: Option<DateTimeFilter>,
    /// Listens.
    play_count: Option<IntFilter>,
    /// Start of the last listen.
    last_played_at: Option<DateTimeFilter>,
    /// The track itself.
    track: Option<TrackFilter>,
}

impl LibraryFilter {
    fn compile(self) -> crate::error::Result<Filter<LibraryTest>> {
        let mut tests: Vec<LibraryTest> = self.is_favorite.map(LibraryTest::IsFavorite).into_iter().collect();
        if let Some(filter) = self.rating {
            tests.extend(filter.tests().map_err(|e| e.within("rating"))?.into_iter().map(LibraryTest::Rating));
        }
        if let Some(filter) = self.tags {
            tests.extend(filter.tests().map_err(|e| e.within("tags"))?.into_iter().map(LibraryTest::Tags));
        }
        if let Some(filter) = self.added_at {
            tests.extend(filter.tests().map_err(|e| e.within("addedAt"))?.into_iter().map(LibraryTest::AddedAt));
        }
        if let Some(filter) = self.play_count {
            tests.extend(filter.tests().map_err(|e| e.within("playCount"))?.into_iter().map(LibraryTest::PlayCount));
        }
        if let Some(filter) = self.last_played_at {
            let of_field = filter.tests().map_err(|e| e.within("lastPlayedAt"))?;
            tests.extend(of_field.into_iter().map(LibraryTest::LastPlayedAt));
        }
        if self.track.is_some() {
            tests.push(LibraryTest::Track(crate::graphql::catalog::track::compiled("track", self.track)?));
        }
        Ok(Filter::All(tests.into_iter().map(Filter::Is).collect()))
    }
}

/// One field of an order of a library.
#[derive(Debug, InputObject)]
pub struct LibraryOrder {
    /// What to order by.
    field: LibraryOrderField,
    /// Which way.
    #[graphql(default)]
    direction: Direction,
    /// Where tracks without a value stand.
    #[graphql(default)]
    nulls: Nulls,
}

/// A page of a person's library, for that person.
///
/// # Errors
/// `Invalid` naming the argument; what the database reports.
pub async fn page(
    ctx: &Context<'_>,
    viewer: UserId,
    (first, after): (Option<i32>, Option<String>),
    filter: Option<LibraryFilter>,
    order_by: Option<Vec<LibraryOrder>>,
) -> Result<LibraryEntryConnection> {
    let fields: Vec<_> =
        order_by.unwrap_or_default().into_iter().map(|order| (order.field, order.direction, order.nulls)).collect();
    let (order, by_track) = LibraryOf::order(&fields);
    let reads_tracks = by_track || filter.as_ref().is_some_and(|filter| filter.track.is_some());
    let filter = under("filter", filter.map(LibraryFilter::compile))?;
    let page = PageRequest::new(&args(first, after, None, None), order)?;
    let (page, count) = child_page!(ctx, viewer.0, LibraryOf { filter, reads_tracks, page });
    Ok(LibraryEntryConnection::new(page, count))
}
