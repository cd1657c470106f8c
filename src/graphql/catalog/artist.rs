//! Artists as a type.

use async_graphql::{Context, Enum, ID, InputObject, Json, Object, OneofObject, Result, SimpleObject};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::album::{AlbumConnection, AlbumFilter, AlbumOrder};
use super::genre::Genre;
use super::source::{ArtistSource, narrowed};
pub(super) use super::stored::list_of;
pub(in crate::graphql) use super::stored::words_of;
use super::track::{TrackConnection, TrackFilter, TrackOrder};
use crate::catalog::album::{self, AlbumOrderField};
use crate::catalog::artist::{
    self, AlbumsOfArtist, ArtistById, ArtistDetails, ArtistOrderField, ArtistTest, DetailsOfArtist, MergedIntoArtist,
    TracksOfArtist,
};
use crate::catalog::source::{SourceOf, SourceType, SourcesOf};
use crate::catalog::track::{self, TrackOrderField};
use crate::db::{Direction, Filter, Nulls, Of, PageArgs, PageRequest};
use crate::graphql::ahead;
use crate::graphql::connection::args;
use crate::graphql::context::loaders;
use crate::graphql::filter::{FloatFilter, IntFilter, StringFilter, bounded, decode_ids};
use crate::graphql::library::follow::ArtistFollow;
use crate::graphql::library::links;
use crate::graphql::listening::charts::{self, RankedTrackConnection};
use crate::graphql::scalars::{CountryCode, LanguageTag, Mbid, Url};
use crate::listening::statistics::StatsRange;
use crate::{child_page, connection, ids};

/// A person or a group that makes music.
pub struct Artist(pub artist::Artist);

impl From<artist::Artist> for Artist {
    fn from(row: artist::Artist) -> Self {
        Self(row)
    }
}

connection! {
    /// A page of artists.
    ArtistConnection,
    /// An artist in a list.
    ArtistEdge,
    Artist
}

/// How an artist is named: by exactly one of these.
#[derive(OneofObject)]
pub enum ArtistLookup {
    /// Its global id.
    Id(ID),
    /// Its MusicBrainz artist id.
    MusicbrainzId(Mbid),
    /// Its id at an outside service.
    Source(SourceRef),
}

/// A thing at an outside service.
#[derive(Debug, InputObject)]
pub struct SourceRef {
    /// The service.
    #[graphql(name = "type")]
    pub source_type: SourceType,
    /// The thing's id there.
    pub id: String,
}

/// Which size of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ImageSize {
    /// For lists.
    Small,
    /// For pages.
    Medium,
    /// As large as there is.
    Large,
    /// Wide, for the head of a page; artists only.
    Banner,
}

/// Another name of an artist.
#[derive(Debug, Deserialize, SimpleObject)]
#[graphql(complex)]
pub struct Alias {
    /// The name.
    name: String,
    /// The language it is used in.
    #[graphql(skip)]
    #[serde(default)]
    locale: Option<String>,
    /// Whether it is the usual name in that language.
    #[serde(default)]
    is_primary_for_locale: bool,
}

/// Somebody who is or was in a group.
#[derive(Debug, Deserialize)]
pub struct BandMember {
    name: String,
    #[serde(default)]
    artist_id: Option<i64>,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    from_year: Option<i32>,
    #[serde(default)]
    to_year: Option<i32>,
}

/// Somebody who is or was in a group.
#[Object]
impl BandMember {
    /// Name in the group.
    async fn name(&self) -> &str {
        &self.name
    }

    /// The person as an artist, where the catalogue has them.
    async fn artist(&self, ctx: &Context<'_>) -> Result<Option<Artist>> {
        let Some(id) = self.artist_id else { return Ok(None) };
        Ok(loaders(ctx)?.load_one(ArtistById(artist::ArtistId(id))).await?.map(Artist))
    }

    /// What they did, like `drums`.
    async fn role(&self) -> Option<&str> {
        self.role.as_deref()
    }

    /// First year; none when it is not known.
    async fn from_year(&self) -> Option<i32> {
        self.from_year
    }

    /// Last year; none while they are in the group or when it is not known.
    async fn to_year(&self) -> Option<i32> {
        self.to_year
    }
}

/// An artist's address elsewhere.
#[derive(Debug, SimpleObject)]
pub struct SocialLink {
    /// What it is: `official`, `wikipedia` …
    kind: String,
    /// The address.
    url: Url,
}

/// Narrows a list of artists. All keys that are given have to hold.
#[derive(Debug, InputObject)]
pub struct ArtistFilter {
    /// All of these hold.
    and: Option<Vec<ArtistFilter>>,
    /// At least one of these holds. A single filter in place of the list counts as a list of one.
    or: Option<Vec<ArtistFilter>>,
    /// This does not hold; what it knows nothing of is found.
    not: Option<Box<ArtistFilter>>,
    /// Name, accents and case aside.
    name: Option<StringFilter>,
    /// From one of these countries.
    country: Option<Vec<CountryCode>>,
    /// In one of these genres or below them.
    genre_id: Option<Vec<ID>>,
    /// Year of the beginning.
    formed_year: Option<IntFilter>,
    /// Vouched for by an outside service.
    is_verified: Option<bool>,
    /// Popularity, 0 to 1.
    popularity: Option<FloatFilter>,
    /// Known to one of these services.
    source: Option<Vec<SourceType>>,
}

impl ArtistFilter {
    /// The filter as the catalogue knows it.
    pub fn compile(self) -> crate::error::Result<artist::ArtistFilter> {
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
        if let Some(filter) = self.name {
            tests.extend(filter.tests().map_err(|e| e.within("name"))?.into_iter().map(ArtistTest::Name));
        }
        if let Some(countries) = self.country {
            bounded("country", countries.len())?;
            tests.push(ArtistTest::Country(countries.into_iter().map(|country| country.0).collect()));
        }
        if let Some(given) = &self.genre_id {
            tests.push(ArtistTest::Genre(decode_ids("genreId", given)?));
        }
        if let Some(filter) = self.formed_year {
            tests.extend(filter.tests().map_err(|e| e.within("formedYear"))?.into_iter().map(ArtistTest::FormedYear));
        }
        tests.extend(self.is_verified.map(ArtistTest::IsVerified));
        if let Some(filter) = self.popularity {
            tests.extend(filter.tests().into_iter().map(ArtistTest::Popularity));
        }
        if let Some(types) = self.source {
            bounded("source", types.len())?;
            tests.push(ArtistTest::Source(types));
        }
        all.extend(tests.into_iter().map(Filter::Is));
        Ok(Filter::All(all))
    }
}

/// One field of an order of artists.
#[derive(Debug, InputObject)]
pub struct ArtistOrder {
    /// What to order by.
    field: ArtistOrderField,
    /// Which way.
    #[graphql(default)]
    direction: Direction,
    /// Where artists without a value stand.
    #[graphql(default)]
    nulls: Nulls,
}

/// The order that the given fields make; by id without any.
pub fn order(given: Option<Vec<ArtistOrder>>) -> crate::db::Order {
    let fields: Vec<_> =
        given.unwrap_or_default().into_iter().map(|order| (order.field, order.direction, order.nulls)).collect();
    artist::order(&fields)
}

/// The albums of an artist that are asked for.
fn albums(
    args: &PageArgs,
    filter: Option<AlbumFilter>,
    order_by: Option<Vec<AlbumOrder>>,
) -> crate::error::Result<AlbumsOfArtist> {
    let order = match order_by {
        Some(fields) => super::album::order(Some(fields)),
        None => album::order(&[(AlbumOrderField::ReleaseDate, Direction::Desc, Nulls::Last)]),
    };
    let filter = super::album::compiled("filter", filter)?;
    Ok(AlbumsOfArtist { filter, page: PageRequest::new(args, order)? })
}

/// Fields whose values stand in the wide columns.
const DETAILS: [&str; 5] = ["bio", "aliases", "members", "socialLinks", "metadata"];

impl Artist {
    /// Has what the current field's artist is asked for below loaded along with it.
    ///
    /// # Errors
    /// `Internal` when the request carries no loaders.
    pub fn load_ahead(ctx: &Context<'_>, id: artist::ArtistId) -> crate::error::Result<()> {
        let (loaders, below) = (loaders(ctx)?, ctx.look_ahead());
        if DETAILS.iter().any(|field| below.field(field).exists()) {
            loaders.expect(DetailsOfArtist(id));
        }
        if below.field("sources").exists() {
            loaders.expect(SourcesOf { table: SourceOf::Artist, owner: id.0 });
        }
        if let Some(args) = ahead::front(&below, "albums")
            && let Ok(list) = albums(&args, None, None)
        {
            loaders.expect(Of::new(id.0, list));
        }
        if let Some(args) = ahead::front(&below, "topTracks") {
            charts::expect_top_tracks(loaders, id, args.first);
        }
        Ok(())
    }

    async fn details(&self, ctx: &Context<'_>) -> Result<Option<ArtistDetails>> {
        Ok(loaders(ctx)?.load_one(DetailsOfArtist(self.0.id)).await?)
    }
}

/// A person or a group that makes music.
#[Object]
impl Artist {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id).into()
    }

    /// Name as credited.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Name as sorted, like `Davis, Miles`.
    async fn sort_name(&self) -> Option<&str> {
        self.0.sort_name.as_deref()
    }

    /// MusicBrainz artist id.
    async fn musicbrainz_id(&self) -> Option<Mbid> {
        self.0.musicbrainz_id.map(|uuid| Mbid(uuid.to_string()))
    }

    /// A text about the artist.
    async fn bio(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.details(ctx).await?.and_then(|details| details.bio))
    }

    /// Country of origin.
    async fn country(&self) -> Option<CountryCode> {
        self.0.country.clone().map(CountryCode)
    }

    /// Year the artist began.
    async fn formed_year(&self) -> Option<i32> {
        self.0.formed_year
    }

    /// Year the artist ended; none while active.
    async fn disbanded_year(&self) -> Option<i32> {
        self.0.disbanded_year
    }

    /// A picture, in the size that is nearest to the one asked for.
    async fn image_url(
        &self,
        #[graphql(desc = "Which size.", default_with = "ImageSize::Large")] size: ImageSize,
    ) -> Option<Url> {
        let (image, small, wide) = (&self.0.image_url, &self.0.thumbnail_url, &self.0.banner_url);
        let url = match size {
            ImageSize::Small => small.as_ref().or(image.as_ref()),
            ImageSize::Medium | ImageSize::Large => image.as_ref().or(small.as_ref()),
            ImageSize::Banner => wide.as_ref(),
        };
        url.cloned().map(Url)
    }

    /// Genres, the most fitting first.
    async fn genres(&self, ctx: &Context<'_>) -> Result<Vec<Genre>> {
        super::genre::of_slugs(ctx, &self.0.genres).await
    }

    /// Other names.
    async fn aliases(&self, ctx: &Context<'_>) -> Result<Vec<Alias>> {
        let details = self.details(ctx).await?;
        Ok(details.map(|details| list_of(details.aliases)).unwrap_or_default())
    }

    /// Who is or was in the group; empty for a single person.
    async fn members(&self, ctx: &Context<'_>) -> Result<Vec<BandMember>> {
        let details = self.details(ctx).await?;
        Ok(details.map(|details| list_of(details.members)).unwrap_or_default())
    }

    /// Addresses elsewhere, by kind.
    async fn social_links(&self, ctx: &Context<'_>) -> Result<Vec<SocialLink>> {
        let details = self.details(ctx).await?;
        let links = details.and_then(|details| match details.social_links {
            serde_json::Value::Object(links) => Some(links),
            _ => None,
        });
        Ok(links
            .into_iter()
            .flatten()
            .filter_map(|(kind, url)| Some(SocialLink { kind, url: Url(url.as_str()?.to_owned()) }))
            .collect())
    }

    /// How well known, 0 to 1: `ln(1 + listeners) / ln(1 + listeners of the most heard)`.
    async fn popularity(&self) -> f64 {
        self.0.popularity
    }

    /// People here who follow the artist.
    async fn follower_count(&self) -> i32 {
        self.0.follower_count
    }

    /// People here who listened within the last 30 days.
    async fn monthly_listeners(&self) -> i32 {
        self.0.monthly_listeners
    }

    /// Whether an outside service vouches for the artist.
    async fn is_verified(&self) -> bool {
        self.0.is_verified
    }

    /// The service that vouches.
    async fn verification_source(&self) -> Option<SourceType> {
        self.0.verification_source
    }

    /// What sources said beside.
    pub async fn metadata(&self, ctx: &Context<'_>) -> Result<Json<serde_json::Value>> {
        let details = self.details(ctx).await?;
        Ok(Json(details.map(|details| details.extra_metadata).unwrap_or_default()))
    }

    /// The artist on outside services, primary ones first; at most 100.
    async fn sources(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "type", desc = "Only these services.")] types: Option<Vec<SourceType>>,
    ) -> Result<Vec<ArtistSource>> {
        let key = SourcesOf { table: SourceOf::Artist, owner: self.0.id.0 };
        let sources = loaders(ctx)?.load_one(key).await?.unwrap_or_default();
        Ok(narrowed(sources, types.as_deref()).into_iter().map(ArtistSource).collect())
    }

    /// Tracks filed under the artist, the best known first unless ordered.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the contract")]
    async fn tracks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries from the front, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
        #[graphql(desc = "Entries from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries before this cursor.")] before: Option<String>,
        #[graphql(desc = "Leaves out what does not pass.")] filter: Option<TrackFilter>,
        #[graphql(desc = "The order, first field first.")] order_by: Option<Vec<TrackOrder>>,
    ) -> Result<TrackConnection> {
        let order = match order_by {
            Some(fields) => super::track::order(Some(fields)),
            None => track::order(&[(TrackOrderField::Popularity, Direction::Desc, Nulls::Last)]),
        };
        let filter = super::track::compiled("filter", filter)?;
        let page = PageRequest::new(&args(first, after, last, before), order)?;
        let (page, count) = child_page!(ctx, self.0.id.0, TracksOfArtist { filter, page });
        Ok(TrackConnection::new(page, count))
    }

    /// The artist's most heard tracks.
    async fn top_tracks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The span of time.", default_with = "StatsRange::Month")] range: StatsRange,
        #[graphql(desc = "Entries, 1 to 100.", default_with = "charts::PLACES")] first: i32,
    ) -> Result<RankedTrackConnection> {
        charts::top_tracks_of_artist(ctx, self.0.id, range, first).await
    }

    /// Albums of the artist, the newest first unless ordered.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the contract")]
    async fn albums(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries from the front, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
        #[graphql(desc = "Entries from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries before this cursor.")] before: Option<String>,
        #[graphql(desc = "Leaves out what does not pass.")] filter: Option<AlbumFilter>,
        #[graphql(desc = "The order, first field first.")] order_by: Option<Vec<AlbumOrder>>,
    ) -> Result<AlbumConnection> {
        let list = albums(&args(first, after, last, before), filter, order_by)?;
        let (page, count) = child_page!(ctx, self.0.id.0, list);
        Ok(AlbumConnection::new(page, count))
    }

    /// Ids that were merged into this artist; `node` on any of them answers with this artist.
    async fn merged_ids(&self, ctx: &Context<'_>) -> Result<Vec<ID>> {
        let merged = loaders(ctx)?.load_one(MergedIntoArtist(self.0.id)).await?.unwrap_or_default();
        Ok(merged.into_iter().map(|id| ids::encode(id).into()).collect())
    }

    /// How the caller follows the artist; none when they do not, and for whoever has not signed in.
    async fn viewer_follow(&self, ctx: &Context<'_>) -> Result<Option<ArtistFollow>> {
        links::follow_of_artist(ctx, self.0.id).await
    }

    /// When the artist came into the catalogue.
    pub async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When the artist last changed.
    pub async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

#[async_graphql::ComplexObject]
impl Alias {
    /// The language it is used in.
    async fn locale(&self) -> Option<LanguageTag> {
        self.locale.clone().map(LanguageTag)
    }
}
