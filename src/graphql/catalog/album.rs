//! Albums as a type.

use async_graphql::{Context, ID, InputObject, Json, Object, OneofObject, Result, SimpleObject};
use chrono::{DateTime, Utc};

use super::artist::{Artist, ImageSize, SourceRef, words_of};
use super::genre::Genre;
use super::source::{AlbumSource, narrowed};
use super::track::TrackConnection;
use crate::catalog::album::{
    self, AlbumDetails, AlbumOrderField, AlbumTest, AlbumType, DatePrecision, DetailsOfAlbum, DurationOfAlbum,
    EditionsOf, MergedIntoAlbum, TracksOfAlbum,
};
use crate::catalog::artist::ArtistById;
use crate::catalog::source::{SourceOf, SourceType, SourcesOf};
use crate::db::{Direction, Filter, Nulls, PageRequest};
use crate::graphql::connection::args;
use crate::graphql::context::loaders;
use crate::graphql::filter::{DateFilter, StringFilter, StringListFilter, bounded, decode_ids};
use crate::graphql::library::collection::AlbumCollectionEntry;
use crate::graphql::library::links;
use crate::graphql::scalars::{Barcode, Date, Long, Mbid, Url};
use crate::{child_page, connection, ids};

/// A release of any kind.
pub struct Album(pub album::Album);

impl From<album::Album> for Album {
    fn from(row: album::Album) -> Self {
        Self(row)
    }
}

connection! {
    /// A page of albums.
    AlbumConnection,
    /// An album in a list.
    AlbumEdge,
    Album
}

/// How an album is named: by exactly one of these.
#[derive(OneofObject)]
pub enum AlbumLookup {
    /// Its global id.
    Id(ID),
    /// Its MusicBrainz release id.
    MusicbrainzId(Mbid),
    /// Its barcode.
    Barcode(Barcode),
    /// Its id at an outside service.
    Source(SourceRef),
}

/// A date with what is known of it.
#[derive(Debug, SimpleObject)]
pub struct PartialDate {
    /// The first day of what is known: "1977" is 1977-01-01.
    date: Date,
    /// How much of it is known. Do not show more.
    precision: DatePrecision,
}

fn partial(date: Option<chrono::NaiveDate>, precision: Option<DatePrecision>) -> Option<PartialDate> {
    Some(PartialDate { date: Date(date?), precision: precision? })
}

/// People who did one thing on an album.
#[derive(Debug, SimpleObject)]
pub struct AlbumCredit {
    /// What they did, like `producer`.
    role: String,
    /// Their names.
    names: Vec<String>,
}

/// Narrows a list of albums. All keys that are given have to hold.
#[derive(Debug, InputObject)]
pub struct AlbumFilter {
    /// All of these hold.
    and: Option<Vec<AlbumFilter>>,
    /// At least one of these holds. A single filter in place of the list counts as a list of one.
    or: Option<Vec<AlbumFilter>>,
    /// This does not hold; what it knows nothing of is found.
    not: Option<Box<AlbumFilter>>,
    /// Title, accents and case aside.
    title: Option<StringFilter>,
    /// By one of these artists.
    artist_id: Option<Vec<ID>>,
    /// One of these kinds.
    album_type: Option<Vec<AlbumType>>,
    /// Release date of the edition; a year counts as its first day.
    release_date: Option<DateFilter>,
    /// In one of these genres or below them.
    genre_id: Option<Vec<ID>>,
    /// Styles.
    styles: Option<StringListFilter>,
    /// Moods.
    moods: Option<StringListFilter>,
    /// Themes.
    themes: Option<StringListFilter>,
    /// Record label, accents and case aside.
    label: Option<StringFilter>,
    /// Remastered editions only, or none.
    is_remaster: Option<bool>,
    /// Barcode.
    barcode: Option<StringFilter>,
}

impl AlbumFilter {
    fn compile(self) -> crate::error::Result<album::AlbumFilter> {
        let mut all = Vec::new();
        for part in self.and.unwrap_or_default() {
            all.push(part.compile()?);
        }
        if let Some(parts) = self.or {
            all.push(Filter::Any(parts.into_iter().map(Self::compile).collect::<Result<_, _>>()?));
        }
        if let Some(part) = self.not {
            all.push(Filter::Not(Box::new(part.compile()?)));
        }
        let mut tests = Vec::new();
        for (name, filter, test) in [
            ("title", self.title, AlbumTest::Title as fn(_) -> _),
            ("label", self.label, AlbumTest::Label),
            ("barcode", self.barcode, AlbumTest::Barcode),
        ] {
            if let Some(filter) = filter {
                tests.extend(filter.tests().map_err(|e| e.within(name))?.into_iter().map(test));
            }
        }
        for (name, filter, test) in [
            ("styles", self.styles, AlbumTest::Styles as fn(_) -> _),
            ("moods", self.moods, AlbumTest::Moods),
            ("themes", self.themes, AlbumTest::Themes),
        ] {
            if let Some(filter) = filter {
                tests.extend(filter.tests().map_err(|e| e.within(name))?.into_iter().map(test));
            }
        }
        if let Some(given) = &self.artist_id {
            tests.push(AlbumTest::Artist(decode_ids("artistId", given)?));
        }
        if let Some(types) = self.album_type {
            bounded("albumType", types.len())?;
            tests.push(AlbumTest::Type(types));
        }
        if let Some(filter) = self.release_date {
            tests.extend(filter.tests().into_iter().map(AlbumTest::ReleaseDate));
        }
        if let Some(given) = &self.genre_id {
            tests.push(AlbumTest::Genre(decode_ids("genreId", given)?));
        }
        tests.extend(self.is_remaster.map(AlbumTest::IsRemaster));
        all.extend(tests.into_iter().map(Filter::Is));
        Ok(Filter::All(all))
    }
}

/// The filter under the argument's name as the catalogue knows it.
pub fn compiled(argument: &str, filter: Option<AlbumFilter>) -> crate::error::Result<album::AlbumFilter> {
    crate::graphql::filter::under(argument, filter.map(AlbumFilter::compile))
}

/// One field of an order of albums.
#[derive(Debug, InputObject)]
pub struct AlbumOrder {
    /// What to order by.
    field: AlbumOrderField,
    /// Which way.
    #[graphql(default)]
    direction: Direction,
    /// Where albums without a value stand.
    #[graphql(default)]
    nulls: Nulls,
}

/// The fields of an order as the catalogue knows them.
pub fn fields(given: Option<Vec<AlbumOrder>>) -> Vec<(AlbumOrderField, Direction, Nulls)> {
    given.unwrap_or_default().into_iter().map(|order| (order.field, order.direction, order.nulls)).collect()
}

/// The order that the given fields make; by id without any.
pub fn order(given: Option<Vec<AlbumOrder>>) -> crate::db::Order {
    album::order(&fields(given))
}

impl Album {
    async fn details(&self, ctx: &Context<'_>) -> Result<Option<AlbumDetails>> {
        Ok(loaders(ctx)?.load_one(DetailsOfAlbum(self.0.id)).await?)
    }
}

/// A release of any kind.
#[Object]
impl Album {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id).into()
    }

    /// Title as printed.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The main artist; none for releases by various artists.
    async fn artist(&self, ctx: &Context<'_>) -> Result<Option<Artist>> {
        let Some(id) = self.0.artist_id else { return Ok(None) };
        Ok(loaders(ctx)?.load_one(ArtistById(id)).await?.map(Artist))
    }

    /// The barcode of this edition.
    async fn barcode(&self) -> Option<Barcode> {
        self.0.barcode.clone().map(Barcode)
    }

    /// The label's number for this edition.
    async fn catalog_number(&self) -> Option<&str> {
        self.0.catalog_number.as_deref()
    }

    /// MusicBrainz release id.
    async fn musicbrainz_id(&self) -> Option<Mbid> {
        self.0.musicbrainz_id.map(|uuid| Mbid(uuid.to_string()))
    }

    /// What kind of release it is.
    async fn album_type(&self) -> AlbumType {
        self.0.album_type
    }

    /// When this edition came out.
    async fn release_date(&self) -> Option<PartialDate> {
        partial(self.0.release_date, self.0.release_precision)
    }

    /// When the work first came out.
    async fn original_release_date(&self) -> Option<PartialDate> {
        partial(self.0.original_release_date, self.0.original_release_precision)
    }

    /// Whether this edition is remastered.
    async fn is_remaster(&self) -> bool {
        self.0.is_remaster
    }

    /// What this edition is, like `Super Deluxe`.
    async fn version_notes(&self) -> Option<&str> {
        self.0.version_notes.as_deref()
    }

    /// Other editions of the same work: same artist, and the same title but for a bracket at its
    /// end. The oldest first, at most 50.
    async fn other_editions(&self, ctx: &Context<'_>) -> Result<Vec<Album>> {
        let editions = loaders(ctx)?.load_one(EditionsOf(self.0.id)).await?.unwrap_or_default();
        Ok(editions.into_iter().map(Album).collect())
    }

    /// The cover, in the size that is nearest to the one asked for.
    async fn cover_url(
        &self,
        #[graphql(desc = "Which size.", default_with = "ImageSize::Large")] size: ImageSize,
    ) -> Option<Url> {
        let (cover, small, large) = (&self.0.cover_url, &self.0.cover_url_small, &self.0.cover_url_large);
        let url = match size {
            ImageSize::Small => small.as_ref().or(cover.as_ref()),
            ImageSize::Medium => cover.as_ref().or(large.as_ref()),
            ImageSize::Large | ImageSize::Banner => large.as_ref().or(cover.as_ref()),
        };
        url.cloned().map(Url)
    }

    /// Record label.
    async fn label(&self) -> Option<&str> {
        self.0.label.as_deref()
    }

    /// Tracks on all discs, where it is known; the catalogue may hold fewer.
    async fn total_tracks(&self) -> Option<i32> {
        self.0.total_tracks
    }

    /// Number of discs.
    async fn total_discs(&self) -> i32 {
        self.0.total_discs
    }

    /// Genres, the most fitting first.
    async fn genres(&self, ctx: &Context<'_>) -> Result<Vec<Genre>> {
        super::genre::of_slugs(ctx, &self.0.genres).await
    }

    /// Styles, finer than genres.
    async fn styles(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        Ok(self.details(ctx).await?.map(|details| words_of(&details.styles)).unwrap_or_default())
    }

    /// Moods.
    async fn moods(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        Ok(self.details(ctx).await?.map(|details| words_of(&details.moods)).unwrap_or_default())
    }

    /// Themes.
    async fn themes(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        Ok(self.details(ctx).await?.map(|details| words_of(&details.themes)).unwrap_or_default())
    }

    /// Who did what.
    async fn credits(&self, ctx: &Context<'_>) -> Result<Vec<AlbumCredit>> {
        let credits = self.details(ctx).await?.and_then(|details| match details.credits {
            serde_json::Value::Object(credits) => Some(credits),
            _ => None,
        });
        let credit = |(role, names): (String, serde_json::Value)| AlbumCredit { role, names: words_of(&names) };
        Ok(credits.into_iter().flatten().map(credit).collect())
    }

    /// How well known, 0 to 1: `ln(1 + listeners) / ln(1 + listeners of the most heard)`.
    async fn popularity(&self) -> f64 {
        self.0.popularity
    }

    /// Mean of the ratings, 0 to 5; none without ratings.
    async fn rating(&self) -> Option<f64> {
        self.0.rating
    }

    /// Number of ratings.
    async fn rating_count(&self) -> i32 {
        self.0.rating_count
    }

    /// What sources said beside.
    pub async fn metadata(&self, ctx: &Context<'_>) -> Result<Json<serde_json::Value>> {
        let details = self.details(ctx).await?;
        Ok(Json(details.map(|details| details.extra_metadata).unwrap_or_default()))
    }

    /// The album on outside services, primary ones first; at most 100.
    async fn sources(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "type", desc = "Only these services.")] types: Option<Vec<SourceType>>,
    ) -> Result<Vec<AlbumSource>> {
        let key = SourcesOf { table: SourceOf::Album, owner: self.0.id.0 };
        let sources = loaders(ctx)?.load_one(key).await?.unwrap_or_default();
        Ok(narrowed(sources, types.as_deref()).into_iter().map(AlbumSource).collect())
    }

    /// The tracks by disc and number.
    async fn tracks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries of the page, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
    ) -> Result<TrackConnection> {
        let page = PageRequest::new(&args(first, after, None, None), TracksOfAlbum::order())?;
        let (page, count) = child_page!(ctx, self.0.id.0, TracksOfAlbum { page });
        Ok(TrackConnection::new(page, count))
    }

    /// Length of all its tracks in the catalogue, in milliseconds; tracks of unknown length count
    /// nothing.
    async fn duration_ms(&self, ctx: &Context<'_>) -> Result<Long> {
        Ok(Long(loaders(ctx)?.load_one(DurationOfAlbum(self.0.id)).await?.unwrap_or(0)))
    }

    /// Ids that were merged into this album; `node` on any of them answers with this album.
    async fn merged_ids(&self, ctx: &Context<'_>) -> Result<Vec<ID>> {
        let merged = loaders(ctx)?.load_one(MergedIntoAlbum(self.0.id)).await?.unwrap_or_default();
        Ok(merged.into_iter().map(|id| ids::encode(id).into()).collect())
    }

    /// What the caller's collection holds of it; none when it is not saved, and for whoever has not
    /// signed in.
    async fn viewer_collection_entry(&self, ctx: &Context<'_>) -> Result<Option<AlbumCollectionEntry>> {
        links::entry_of_album(ctx, self.0.id).await
    }

    /// When the album came into the catalogue.
    pub async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When the album last changed.
    pub async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}
