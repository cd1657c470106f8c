//! Tracks as a type.

use async_graphql::{Context, ID, InputObject, Json, Object, OneofObject, Result, SimpleObject};
use chrono::{DateTime, Utc};

use super::album::Album;
use super::artist::{Artist, SourceRef, list_of};
use super::audio_features::AudioFeatures;
use super::credit::ArtistCredit;
use super::genre::Genre;
use super::source::TrackSource;
use crate::catalog::album::AlbumById;
use crate::catalog::artist::ArtistById;
use crate::catalog::musical_key::MusicalKey;
use crate::catalog::source::{self, Source, SourceOf, SourceType, SourcesOf};
use crate::catalog::track::{
    self, Feature, FeaturesOfTrack, FingerprintOfTrack, LyricsOfTrack, MergedIntoTrack, MetadataOfTrack,
    TrackOrderField, TrackTest,
};
use crate::db::{Direction, Filter, Nulls, PageRequest};
use crate::graphql::connection::args;
use crate::graphql::context::{loaders, reader};
use crate::graphql::filter::{DateTimeFilter, FloatFilter, IntFilter, StringFilter, bounded, decode_ids};
use crate::graphql::library::entry::LibraryEntry;
use crate::graphql::library::links;
use crate::graphql::listening::statistics::TrackStatistics;
use crate::graphql::playlist::playlist::PlaylistConnection;
use crate::graphql::scalars::{Chromaprint, CountryCode, Isrc, Url};
use crate::listening::statistics::{StatisticsOfTrack, StatsRange};
use crate::matching::fingerprint;
use crate::playlist::playlist::{self, PlaylistOrderField, PlaylistsWithTrack};
use crate::{child_page, connection, ids};

/// A recording: one, whatever number of services has it.
pub struct Track(pub track::Track);

impl From<track::Track> for Track {
    fn from(row: track::Track) -> Self {
        Self(row)
    }
}

connection! {
    /// A page of tracks.
    TrackConnection,
    /// A track in a list.
    TrackEdge,
    Track
}

/// How a track is named: by exactly one of these.
#[derive(OneofObject)]
pub enum TrackLookup {
    /// Its global id.
    Id(ID),
    /// Its id at an outside service.
    Source(SourceRef),
    /// An address at an outside service.
    Url(Url),
}

/// An acoustic fingerprint: recordings that sound the same have alike ones.
#[derive(Debug, SimpleObject)]
pub struct Fingerprint {
    /// Which algorithm made it, like `chromaprint`.
    algorithm: String,
    /// The fingerprint, compressed and in URL-safe base64, as `fpcalc` prints it.
    value: Chromaprint,
    /// How much of the recording it covers, in milliseconds.
    duration_ms: i32,
}

/// Narrows a list of tracks. All keys that are given have to hold.
#[derive(Debug, InputObject)]
pub struct TrackFilter {
    /// All of these hold.
    and: Option<Vec<TrackFilter>>,
    /// At least one of these holds. A single filter in place of the list counts as a list of one.
    or: Option<Vec<TrackFilter>>,
    /// This does not hold; what it knows nothing of is found.
    not: Option<Box<TrackFilter>>,
    /// One of these tracks.
    id: Option<Vec<ID>>,
    /// Title, accents and case aside.
    title: Option<StringFilter>,
    /// By one of these artists.
    artist_id: Option<Vec<ID>>,
    /// On one of these albums.
    album_id: Option<Vec<ID>>,
    /// In one of these genres.
    genre_id: Option<Vec<ID>>,
    /// Whether `genreId` also finds tracks of the genres below.
    #[graphql(default = true)]
    include_subgenres: bool,
    /// Length in milliseconds.
    duration_ms: Option<IntFilter>,
    /// Marked explicit, or not.
    explicit: Option<bool>,
    /// Popularity, 0 to 1.
    popularity: Option<FloatFilter>,
    /// Year of release.
    year: Option<IntFilter>,
    /// ISRC, upper case without hyphens.
    isrc: Option<StringFilter>,
    /// Known to one of these services.
    source: Option<Vec<SourceType>>,
    /// Open in this country by at least one working link.
    available_in: Option<CountryCode>,
    /// Beats per minute.
    bpm: Option<FloatFilter>,
    /// In one of these keys, as Camelot codes like `8A`.
    camelot: Option<Vec<String>>,
    /// Energy, 0 to 1.
    energy: Option<FloatFilter>,
    /// Danceability, 0 to 1.
    danceability: Option<FloatFilter>,
    /// Valence, 0 to 1.
    valence: Option<FloatFilter>,
    /// Acousticness, 0 to 1.
    acousticness: Option<FloatFilter>,
    /// Instrumentalness, 0 to 1.
    instrumentalness: Option<FloatFilter>,
    /// Fingerprinted, or not.
    has_fingerprint: Option<bool>,
    /// When it came into the catalogue.
    created_at: Option<DateTimeFilter>,
}

impl TrackFilter {
    fn compile(self) -> crate::error::Result<track::TrackFilter> {
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
        if let Some(given) = &self.id {
            tests.push(TrackTest::Id(decode_ids("id", given)?));
        }
        if let Some(filter) = self.title {
            tests.extend(filter.tests().map_err(|e| e.within("title"))?.into_iter().map(TrackTest::Title));
        }
        if let Some(given) = &self.artist_id {
            tests.push(TrackTest::Artist(decode_ids("artistId", given)?));
        }
        if let Some(given) = &self.album_id {
            tests.push(TrackTest::Album(decode_ids("albumId", given)?));
        }
        if let Some(given) = &self.genre_id {
            tests.push(TrackTest::Genre(decode_ids("genreId", given)?, self.include_subgenres));
        }
        if let Some(filter) = self.duration_ms {
            tests.extend(filter.tests().map_err(|e| e.within("durationMs"))?.into_iter().map(TrackTest::Duration));
        }
        tests.extend(self.explicit.map(TrackTest::Explicit));
        if let Some(filter) = self.popularity {
            tests.extend(filter.tests().into_iter().map(TrackTest::Popularity));
        }
        if let Some(filter) = self.year {
            tests.extend(filter.tests().map_err(|e| e.within("year"))?.into_iter().map(TrackTest::Year));
        }
        if let Some(filter) = self.isrc {
            tests.extend(filter.tests().map_err(|e| e.within("isrc"))?.into_iter().map(TrackTest::Isrc));
        }
        if let Some(types) = self.source {
            bounded("source", types.len())?;
            tests.push(TrackTest::Source(types));
        }
        tests.extend(self.available_in.map(|country| TrackTest::AvailableIn(country.0)));
        for (filter, feature) in [
            (self.bpm, Feature::Bpm),
            (self.energy, Feature::Energy),
            (self.danceability, Feature::Danceability),
            (self.valence, Feature::Valence),
            (self.acousticness, Feature::Acousticness),
            (self.instrumentalness, Feature::Instrumentalness),
        ] {
            if let Some(filter) = filter {
                tests.extend(filter.tests().into_iter().map(|test| TrackTest::Feature(feature, test)));
            }
        }
        if let Some(codes) = self.camelot {
            bounded("camelot", codes.len())?;
            tests.push(TrackTest::Key(codes.iter().map(|code| key_of(code)).collect::<Result<_, _>>()?));
        }
        tests.extend(self.has_fingerprint.map(TrackTest::HasFingerprint));
        if let Some(filter) = self.created_at {
            tests.extend(filter.tests().map_err(|e| e.within("createdAt"))?.into_iter().map(TrackTest::CreatedAt));
        }
        all.extend(tests.into_iter().map(Filter::Is));
        Ok(Filter::All(all))
    }
}

fn key_of(code: &str) -> crate::error::Result<(u8, u8)> {
    let key = MusicalKey::from_camelot(code).ok_or_else(|| {
        let shown: String = code.chars().take(20).collect();
        crate::error::Error::invalid("camelot", format!("{shown:?} is no Camelot code; they run from 1A to 12B"))
    })?;
    Ok((key.pitch_class(), key.mode() as u8))
}

/// The filter under the argument's name as the catalogue knows it.
pub fn compiled(argument: &str, filter: Option<TrackFilter>) -> crate::error::Result<track::TrackFilter> {
    crate::graphql::filter::under(argument, filter.map(TrackFilter::compile))
}

/// One field of an order of tracks.
#[derive(Debug, InputObject)]
pub struct TrackOrder {
    /// What to order by.
    field: TrackOrderField,
    /// Which way.
    #[graphql(default)]
    direction: Direction,
    /// Where tracks without a value stand.
    #[graphql(default)]
    nulls: Nulls,
}

/// The order that the given fields make; by id without any.
pub fn order(given: Option<Vec<TrackOrder>>) -> crate::db::Order {
    let fields: Vec<_> =
        given.unwrap_or_default().into_iter().map(|order| (order.field, order.direction, order.nulls)).collect();
    track::order(&fields)
}

impl Track {
    async fn all_sources(&self, ctx: &Context<'_>) -> Result<Vec<Source>> {
        let key = SourcesOf { table: SourceOf::Track, owner: self.0.id.0 };
        Ok(loaders(ctx)?.load_one(key).await?.unwrap_or_default())
    }
}

/// A recording: one, whatever number of services has it.
#[Object]
impl Track {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id).into()
    }

    /// Title as printed.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Length in milliseconds; none when it is not known.
    async fn duration_ms(&self) -> Option<i32> {
        self.0.duration_ms
    }

    /// International Standard Recording Code. Several tracks may carry the same one.
    async fn isrc(&self) -> Option<Isrc> {
        self.0.isrc.clone().map(Isrc)
    }

    /// Whether its source marks it as explicit.
    async fn explicit(&self) -> bool {
        self.0.explicit
    }

    /// How well known, 0 to 1: `ln(1 + listeners) / ln(1 + listeners of the most heard)`.
    async fn popularity(&self) -> f64 {
        self.0.popularity
    }

    /// A short sample to listen to.
    async fn preview_url(&self) -> Option<Url> {
        self.0.preview_url.clone().map(Url)
    }

    /// The words.
    async fn lyrics(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(loaders(ctx)?.load_one(LyricsOfTrack(self.0.id)).await?.flatten())
    }

    /// The main artist.
    async fn artist(&self, ctx: &Context<'_>) -> Result<Option<Artist>> {
        let Some(id) = self.0.artist_id else { return Ok(None) };
        Ok(loaders(ctx)?.load_one(ArtistById(id)).await?.map(Artist))
    }

    /// Everyone credited, in the printed order; empty where the artist alone is.
    async fn credits(&self) -> Vec<ArtistCredit> {
        list_of(self.0.artist_credit.parse())
    }

    /// The album it is on.
    async fn album(&self, ctx: &Context<'_>) -> Result<Option<Album>> {
        let Some(id) = self.0.album_id else { return Ok(None) };
        Ok(loaders(ctx)?.load_one(AlbumById(id)).await?.map(Album))
    }

    /// Disc of the album, from 1.
    async fn disc_number(&self) -> Option<i32> {
        self.0.disc_number
    }

    /// Number on the disc, from 1.
    async fn track_number(&self) -> Option<i32> {
        self.0.track_number
    }

    /// Genres, the most fitting first.
    async fn genres(&self, ctx: &Context<'_>) -> Result<Vec<Genre>> {
        super::genre::of_slugs(ctx, &self.0.genres).await
    }

    /// What the sound is like; none when it was not analysed.
    async fn audio_features(&self, ctx: &Context<'_>) -> Result<Option<AudioFeatures>> {
        let stored = loaders(ctx)?.load_one(FeaturesOfTrack(self.0.id)).await?;
        Ok(stored
            .filter(|value| value.as_object().is_some_and(|features| !features.is_empty()))
            .and_then(|value| serde_json::from_value(value).ok()))
    }

    /// The acoustic fingerprint, where it was taken.
    async fn fingerprint(&self, ctx: &Context<'_>) -> Result<Option<Fingerprint>> {
        let stored = loaders(ctx)?.load_one(FingerprintOfTrack(self.0.id)).await?;
        Ok(stored.map(|stored| Fingerprint {
            algorithm: stored.algorithm,
            value: Chromaprint(fingerprint::encode(&stored.items, fingerprint::DEFAULT_ALGORITHM)),
            duration_ms: stored.duration_ms,
        }))
    }

    /// What sources said beside.
    pub async fn metadata(&self, ctx: &Context<'_>) -> Result<Json<serde_json::Value>> {
        Ok(Json(loaders(ctx)?.load_one(MetadataOfTrack(self.0.id)).await?.unwrap_or_default()))
    }

    /// The track on outside services, primary ones first; at most 100.
    async fn sources(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "type", desc = "Only these services.")] types: Option<Vec<SourceType>>,
        #[graphql(desc = "Only links that are open in this country.")] available_in: Option<CountryCode>,
    ) -> Result<Vec<TrackSource>> {
        let region = available_in.as_ref().map(|country| country.0.as_str());
        let sources = super::source::narrowed(self.all_sources(ctx).await?, types.as_deref());
        let open = sources.into_iter().filter(|source| source.is_open_in(region));
        Ok(open.map(TrackSource).collect())
    }

    /// The best link for a caller: open in the region and known to work, then the preferred
    /// services in their order, then the primary one, then sound quality. None rather than a dead
    /// link.
    async fn best_source(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Country of the listener.")] region: Option<CountryCode>,
        #[graphql(desc = "Preferred services, the most preferred first.")] prefer: Option<Vec<SourceType>>,
    ) -> Result<Option<TrackSource>> {
        let sources = self.all_sources(ctx).await?;
        let region = region.as_ref().map(|country| country.0.as_str());
        let best = source::best(&sources, region, prefer.as_deref().unwrap_or_default());
        Ok(best.cloned().map(TrackSource))
    }

    /// Whether at least one working link is open.
    async fn is_playable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Country of the listener.")] region: Option<CountryCode>,
    ) -> Result<bool> {
        let region = region.as_ref().map(|country| country.0.as_str());
        Ok(self.all_sources(ctx).await?.iter().any(|source| source.is_playable(region)))
    }

    /// Public playlists that hold the track, those with most followers first.
    async fn playlists(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries of the page, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
    ) -> Result<PlaylistConnection> {
        let order = playlist::order(&[(PlaylistOrderField::Followers, Direction::Desc, Nulls::Last)]);
        let page = PageRequest::new(&args(first, after, None, None), order)?;
        let (page, count) = child_page!(ctx, self.0.id.0, PlaylistsWithTrack { reader: reader(ctx)?, page });
        Ok(PlaylistConnection::new(page, count))
    }

    /// Figures on how it was heard here.
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The span of time.", default_with = "StatsRange::AllTime")] range: StatsRange,
    ) -> Result<TrackStatistics> {
        let found = loaders(ctx)?.load_one(StatisticsOfTrack { track: self.0.id, range }).await?;
        Ok(TrackStatistics::new(range, found))
    }

    /// Ids that were merged into this track; `node` on any of them answers with this track.
    async fn merged_ids(&self, ctx: &Context<'_>) -> Result<Vec<ID>> {
        let merged = loaders(ctx)?.load_one(MergedIntoTrack(self.0.id)).await?.unwrap_or_default();
        Ok(merged.into_iter().map(|id| ids::encode(id).into()).collect())
    }

    /// What the caller's library holds of it; none when it is not saved, and for whoever has not
    /// signed in.
    async fn viewer_library_entry(&self, ctx: &Context<'_>) -> Result<Option<LibraryEntry>> {
        links::entry_of_track(ctx, self.0.id).await
    }

    /// When the track came into the catalogue.
    pub async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When the track last changed.
    pub async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// When its audio was last analysed; none when it never was.
    async fn last_analyzed_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_analyzed_at
    }
}
