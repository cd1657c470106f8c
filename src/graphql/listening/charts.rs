//! Charts as types.

use async_graphql::{Context, Result, SimpleObject};

use crate::account::user::UserId;
use crate::catalog::album::{AlbumById, AlbumId};
use crate::catalog::artist::{ArtistById, ArtistId};
use crate::catalog::genre::GenreId;
use crate::catalog::track::{TrackById, TrackId};
use crate::connection;
use crate::db::page::{MAX_PAGE_SIZE, checked_size};
use crate::db::{Cursor, Edge, Loaders, Page};
use crate::graphql::catalog::album::Album;
use crate::graphql::catalog::artist::Artist;
use crate::graphql::catalog::track::Track;
use crate::graphql::connection::Count;
use crate::graphql::context::{self, loaders};
use crate::graphql::scalars::to_int;
use crate::listening::charts::{self, Ranked, TopTracksOfArtist};
use crate::listening::person;
use crate::listening::statistics::StatsRange;

/// A track's place in a chart.
#[derive(SimpleObject)]
pub struct RankedTrack {
    /// The place, from 1.
    rank: i32,
    /// The track.
    track: Track,
    /// Counted listens in the span.
    listens: i32,
}

/// An artist's place in a chart.
#[derive(SimpleObject)]
pub struct RankedArtist {
    /// The place, from 1.
    rank: i32,
    /// The artist.
    artist: Artist,
    /// Counted listens in the span.
    listens: i32,
}

/// An album's place in a chart.
#[derive(SimpleObject)]
pub struct RankedAlbum {
    /// The place, from 1.
    rank: i32,
    /// The album.
    album: Album,
    /// Counted listens in the span.
    listens: i32,
}

connection! {
    /// The front of a chart of tracks.
    RankedTrackConnection,
    /// A track in a chart.
    RankedTrackEdge,
    RankedTrack
}

connection! {
    /// The front of a chart of artists.
    RankedArtistConnection,
    /// An artist in a chart.
    RankedArtistEdge,
    RankedArtist
}

connection! {
    /// The front of a chart of albums.
    RankedAlbumConnection,
    /// An album in a chart.
    RankedAlbumEdge,
    RankedAlbum
}

/// A chart's rows with the things they name; a place whose thing is gone is left out.
fn page<I: Copy, N>(
    mut places: Vec<Ranked<I>>,
    size: i32,
    mut thing: impl FnMut(I) -> Option<N>,
) -> (Page<(i32, N, i32)>, Count) {
    let size = usize::try_from(size).unwrap_or_default();
    let has_next = places.len() > size;
    places.truncate(size);
    let rows: Vec<_> = places
        .into_iter()
        .zip(1..)
        .filter_map(|(place, rank)| {
            let row = (rank, thing(place.id)?, to_int(place.listens));
            Some(Edge { cursor: Cursor::named(rank.to_string()), row })
        })
        .collect();
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    (Page { rows, has_next, has_previous: false }, Count::known(count))
}

impl From<(i32, Track, i32)> for RankedTrack {
    fn from((rank, track, listens): (i32, Track, i32)) -> Self {
        Self { rank, track, listens }
    }
}

impl From<(i32, Artist, i32)> for RankedArtist {
    fn from((rank, artist, listens): (i32, Artist, i32)) -> Self {
        Self { rank, artist, listens }
    }
}

impl From<(i32, Album, i32)> for RankedAlbum {
    fn from((rank, album, listens): (i32, Album, i32)) -> Self {
        Self { rank, album, listens }
    }
}

async fn with_tracks(ctx: &Context<'_>, places: Vec<Ranked<TrackId>>, size: i32) -> Result<RankedTrackConnection> {
    let keys: Vec<TrackById> = places.iter().map(|place| TrackById(place.id)).collect();
    let mut found = loaders(ctx)?.load_many(keys).await?;
    let (page, count) = page(places, size, |id| found.remove(&TrackById(id)).map(Track));
    Ok(RankedTrackConnection::new(page, count))
}

/// The most heard tracks.
pub async fn top_tracks(
    ctx: &Context<'_>,
    range: StatsRange,
    genre: Option<GenreId>,
    first: i32,
) -> Result<RankedTrackConnection> {
    let size = checked_size("first", first, MAX_PAGE_SIZE)?;
    let places = charts::top_tracks(&mut context::conn(ctx).await?, range, genre, size).await?;
    with_tracks(ctx, places, size).await
}

/// Places of an artist's chart when a query names no number.
pub const PLACES: i32 = 10;

/// Has the chart of an artist's month loaded with the next batches.
pub fn expect_top_tracks(loaders: &Loaders, artist: ArtistId, first: Option<i32>) {
    if let Ok(size) = checked_size("first", first.unwrap_or(PLACES), MAX_PAGE_SIZE) {
        loaders.expect(TopTracksOfArtist { artist, range: StatsRange::Month, size });
    }
}

/// The most heard tracks of an artist.
pub async fn top_tracks_of_artist(
    ctx: &Context<'_>,
    artist: ArtistId,
    range: StatsRange,
    first: i32,
) -> Result<RankedTrackConnection> {
    let size = checked_size("first", first, MAX_PAGE_SIZE)?;
    let heard = loaders(ctx)?.load_one(TopTracksOfArtist { artist, range, size }).await?.unwrap_or_default();
    let places = heard.iter().map(|(place, _)| *place).collect();
    let mut tracks = heard.into_iter().map(|(_, track)| track);
    let (page, count) = page(places, size, |_| tracks.next().map(Track));
    Ok(RankedTrackConnection::new(page, count))
}

/// The most heard artists.
pub async fn top_artists(
    ctx: &Context<'_>,
    range: StatsRange,
    genre: Option<GenreId>,
    first: i32,
) -> Result<RankedArtistConnection> {
    let size = checked_size("first", first, MAX_PAGE_SIZE)?;
    let places = charts::top_artists(&mut context::conn(ctx).await?, range, genre, size).await?;
    with_artists(ctx, places, size).await
}

async fn with_artists(ctx: &Context<'_>, places: Vec<Ranked<ArtistId>>, size: i32) -> Result<RankedArtistConnection> {
    let keys: Vec<ArtistById> = places.iter().map(|place| ArtistById(place.id)).collect();
    let mut found = loaders(ctx)?.load_many(keys).await?;
    let (page, count) = page(places, size, |id| found.remove(&ArtistById(id)).map(Artist));
    Ok(RankedArtistConnection::new(page, count))
}

/// The most heard albums.
pub async fn top_albums(
    ctx: &Context<'_>,
    range: StatsRange,
    genre: Option<GenreId>,
    first: i32,
) -> Result<RankedAlbumConnection> {
    let size = checked_size("first", first, MAX_PAGE_SIZE)?;
    let places = charts::top_albums(&mut context::conn(ctx).await?, range, genre, size).await?;
    with_albums(ctx, places, size).await
}

async fn with_albums(ctx: &Context<'_>, places: Vec<Ranked<AlbumId>>, size: i32) -> Result<RankedAlbumConnection> {
    let keys: Vec<AlbumById> = places.iter().map(|place| AlbumById(place.id)).collect();
    let mut found = loaders(ctx)?.load_many(keys).await?;
    let (page, count) = page(places, size, |id| found.remove(&AlbumById(id)).map(Album));
    Ok(RankedAlbumConnection::new(page, count))
}

/// The tracks that a person listened to most, for that person.
pub async fn top_tracks_of(
    ctx: &Context<'_>,
    viewer: UserId,
    range: StatsRange,
    first: i32,
) -> Result<RankedTrackConnection> {
    let size = checked_size("first", first, MAX_PAGE_SIZE)?;
    let places = person::top_tracks(&mut context::conn(ctx).await?, viewer, range, size).await?;
    with_tracks(ctx, places, size).await
}

/// The artists that a person listened to most, for that person.
pub async fn top_artists_of(
    ctx: &Context<'_>,
    viewer: UserId,
    range: StatsRange,
    first: i32,
) -> Result<RankedArtistConnection> {
    let size = checked_size("first", first, MAX_PAGE_SIZE)?;
    let places = person::top_artists(&mut context::conn(ctx).await?, viewer, range, size).await?;
    with_artists(ctx, places, size).await
}

/// The albums that a person listened to most, for that person.
pub async fn top_albums_of(
    ctx: &Context<'_>,
    viewer: UserId,
    range: StatsRange,
    first: i32,
) -> Result<RankedAlbumConnection> {
    let size = checked_size("first", first, MAX_PAGE_SIZE)?;
    let places = person::top_albums(&mut context::conn(ctx).await?, viewer, range, size).await?;
    with_albums(ctx, places, size).await
}
