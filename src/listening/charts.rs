//! Charts: the most heard tracks, artists and albums of a range. Materialised views
//! `mv_track_charts`, `mv_artist_charts`, `mv_album_charts`.

use std::collections::HashMap;

use diesel::sql_types::{Array, BigInt, Integer, Text};

use super::statistics::StatsRange;
use crate::catalog::album::AlbumId;
use crate::catalog::artist::ArtistId;
use crate::catalog::genre::GenreId;
use crate::catalog::track::{Track, TrackId};
use crate::db::{Column, Conn, Statement};
use crate::error::Result;
use crate::loader;

/// A place in a chart.
#[derive(Debug, Clone, Copy)]
pub struct Ranked<I> {
    /// What stands there.
    pub id: I,
    /// Counted listens in the range.
    pub listens: i64,
}

/// The most heard tracks, the first place first; one more than `size` when there are more.
///
/// # Errors
/// What the database reports.
pub async fn top_tracks(
    conn: &mut Conn,
    range: StatsRange,
    genre: Option<GenreId>,
    size: i32,
) -> Result<Vec<Ranked<TrackId>>> {
    top(
        conn,
        "select c.track_id, c.listens from mv_track_charts c join tracks x on x.id = c.track_id",
        "c.track_id",
        (range, genre, size),
    )
    .await
}

/// The most heard artists, the first place first; one more than `size` when there are more.
///
/// # Errors
/// What the database reports.
pub async fn top_artists(
    conn: &mut Conn,
    range: StatsRange,
    genre: Option<GenreId>,
    size: i32,
) -> Result<Vec<Ranked<ArtistId>>> {
    top(
        conn,
        "select c.artist_id, c.listens from mv_artist_charts c join artists x on x.id = c.artist_id",
        "c.artist_id",
        (range, genre, size),
    )
    .await
}

/// The most heard albums, the first place first; one more than `size` when there are more.
///
/// # Errors
/// What the database reports.
pub async fn top_albums(
    conn: &mut Conn,
    range: StatsRange,
    genre: Option<GenreId>,
    size: i32,
) -> Result<Vec<Ranked<AlbumId>>> {
    top(
        conn,
        "select c.album_id, c.listens from mv_album_charts c join albums x on x.id = c.album_id",
        "c.album_id",
        (range, genre, size),
    )
    .await
}

async fn top<I: Column + Send + 'static>(
    conn: &mut Conn,
    select: &'static str,
    id: &'static str,
    (range, genre, size): (StatsRange, Option<GenreId>, i32),
) -> Result<Vec<Ranked<I>>> {
    let mut statement = Statement::new(select);
    statement.push(" where x.merged_into_id is null and c.listens > 0 and c.range = ");
    statement.bind::<Text, _>(range.as_str().to_owned());
    if let Some(genre) = genre {
        statement.push(
            " and x.genres ?| array(with recursive below(id, slug) as (
                select top.id, top.slug from genres top where top.id = any(",
        );
        statement.bind::<Array<BigInt>, _>(vec![genre.0]).push(
            ") union select g.id, g.slug from genres g join below on g.parent_id = below.id
            ) select slug from below)",
        );
    }
    statement.push(" order by c.listens desc, ").push(id).push(" limit ");
    statement.push((i64::from(size) + 1).to_string());
    let rows = statement.load::<(I, i64)>(conn).await?;
    Ok(rows.into_iter().map(|(id, listens)| Ranked { id, listens }).collect())
}

/// The most heard tracks of an artist, with the tracks themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TopTracksOfArtist {
    /// The artist.
    pub artist: ArtistId,
    /// The range.
    pub range: StatsRange,
    /// Places, 1 to 100.
    pub size: i32,
}
loader!(TopTracksOfArtist => Vec<(Ranked<TrackId>, Track)>, of_artists);

async fn of_artists(
    conn: &mut Conn,
    keys: &[TopTracksOfArtist],
) -> Result<HashMap<TopTracksOfArtist, Vec<(Ranked<TrackId>, Track)>>> {
    let mut statement = Statement::new("select k.place, l.listens, ");
    statement.push(Track::COLUMNS).push(" from unnest(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.artist.0)).push(", ");
    statement.keys::<Text, _>(keys.iter().map(|key| key.range.as_str().to_owned()));
    statement.push(", ").keys::<Integer, _>(keys.iter().map(|key| key.size));
    statement.push(
        ") with ordinality as k(artist_id, range, size, place) cross join lateral (
            select x.id, c.listens
            from tracks x join mv_track_charts c on c.range = k.range and c.track_id = x.id
            where x.artist_id = k.artist_id and x.merged_into_id is null and c.listens > 0
            order by c.listens desc, x.id
            limit k.size + 1
        ) l join tracks t on t.id = l.id order by k.place, l.listens desc, l.id",
    );
    let mut found: HashMap<_, Vec<_>> = keys.iter().map(|key| (*key, Vec::new())).collect();
    for (place, listens, track) in statement.load::<(i64, i64, Track)>(conn).await? {
        let key = usize::try_from(place - 1).ok().and_then(|place| keys.get(place));
        if let Some(key) = key {
            found.entry(*key).or_default().push((Ranked { id: track.id, listens }, track));
        }
    }
    Ok(found)
}
