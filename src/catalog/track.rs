//! Tracks: one row for one recording, whatever number of services has it. Table `tracks`.
//!
//! A merged track stays as a row that points to its survivor; every look-up follows it.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Date, Double, Integer, Text, Timestamptz};

use super::album::{self, AlbumById, AlbumId};
use super::artist::{self, ArtistById, ArtistId, words};
use super::genre::{GenreId, push_slugs};
use super::merged::Mergeable;
use super::source::SourceType;
use crate::db::{
    Comparison, Conn, Direction, Filter, Key, KeyType, LazyJson, ListSource, Loaded, Loaders, Nulls, Order, SortKey,
    Statement, Test, TextTest, ValueTest,
};
use crate::error::Result;
use crate::{closed_set, id_type, loader, row};

id_type! {
    /// Key of `tracks`.
    TrackId for "Track";
}

row! {
    /// One track, without its wide columns.
    Track of "t" {
        id: TrackId,
        /// Title.
        title: String,
        /// Length in milliseconds.
        duration_ms: Option<i32>,
        /// ISRC, upper case without hyphens; not unique.
        isrc: Option<String>,
        /// Marked as explicit by its source.
        explicit: bool,
        /// 0 to 1, from listeners.
        popularity: f64,
        /// A short sample to listen to.
        preview_url: Option<String>,
        /// The main artist.
        artist_id: Option<ArtistId>,
        /// The album it is on.
        album_id: Option<AlbumId>,
        /// Disc of the album, from 1.
        disc_number: Option<i32>,
        /// Number on the disc, from 1.
        track_number: Option<i32>,
        /// Credits in order: `[{artist_id, name, join_phrase, role}]`.
        artist_credit: LazyJson,
        /// Genre slugs.
        genres: LazyJson,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
        /// When its audio was last analysed.
        last_analyzed_at: Option<DateTime<Utc>>,
    }
}

/// A track by key; a merged one answers with its survivor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TrackById(pub TrackId);
loader!(TrackById => Track, by_ids);

async fn by_ids(conn: &mut Conn, keys: &[TrackById]) -> Result<HashMap<TrackById, Track>> {
    let rows = ROWS.by_ids(conn, keys.iter().map(|key| key.0.0).collect()).await?;
    Ok(rows.into_iter().map(|(id, row)| (TrackById(TrackId(id)), row)).collect())
}

const ROWS: Mergeable = Mergeable { table: "tracks t", alias: "t.", columns: Track::COLUMNS };

/// Brings the artist of a track along with it, as [`ArtistById`] knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ArtistOfTrack(pub TrackId);

impl Key for ArtistOfTrack {
    type Value = ();

    async fn load(from: &Loaders, keys: &[Self]) -> Loaded<HashMap<Self, ()>> {
        let ids = keys.iter().map(|key| key.0.0).collect();
        for (id, artist) in artist::of_rows(&mut from.conn().await?, "tracks", ids).await? {
            from.note(ArtistById(id), artist);
        }
        Ok(HashMap::new())
    }
}

/// Brings the album of a track along with it, as [`AlbumById`] knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AlbumOfTrack(pub TrackId);

impl Key for AlbumOfTrack {
    type Value = ();

    async fn load(from: &Loaders, keys: &[Self]) -> Loaded<HashMap<Self, ()>> {
        let ids = keys.iter().map(|key| key.0.0).collect();
        for (id, album) in album::of_tracks(&mut from.conn().await?, ids).await? {
            from.note(AlbumById(id), album);
        }
        Ok(HashMap::new())
    }
}

/// Declares a loader of one wide column, fetched only when a query asks for it.
macro_rules! wide_column {
    ($(#[$doc:meta])* $key:ident => $value:ty, $function:ident, $sql:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $key(pub TrackId);
        loader!($key => $value, $function);

        async fn $function(conn: &mut Conn, keys: &[$key]) -> Result<HashMap<$key, $value>> {
            let mut statement = Statement::new(concat!("select t.id, ", $sql, " from tracks t where t.id = any("));
            statement.keys::<BigInt, _>(keys.iter().map(|key| key.0.0));
            statement.push(")");
            let rows = statement.load::<(TrackId, $value)>(conn).await?;
            Ok(rows.into_iter().map(|(id, value)| ($key(id), value)).collect())
        }
    };
}

wide_column! {
    /// The words of a track.
    LyricsOfTrack => Option<String>, lyrics, "t.lyrics"
}

wide_column! {
    /// What sources said of a track beside.
    MetadataOfTrack => serde_json::Value, metadata, "t.extra_metadata"
}

wide_column! {
    /// The audio features of a track, an empty object where it was not analysed.
    FeaturesOfTrack => serde_json::Value, features, "t.audio_features"
}

/// The acoustic fingerprint of a track.
#[derive(Debug, Clone)]
pub struct Fingerprint {
    /// Which algorithm made it.
    pub algorithm: String,
    /// Its 32-bit items, about eight for each second.
    pub items: Vec<i32>,
    /// How much of the recording it covers, in milliseconds.
    pub duration_ms: i32,
}

/// The fingerprint of a track, where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FingerprintOfTrack(pub TrackId);
loader!(FingerprintOfTrack => Fingerprint, fingerprints);

async fn fingerprints(
    conn: &mut Conn,
    keys: &[FingerprintOfTrack],
) -> Result<HashMap<FingerprintOfTrack, Fingerprint>> {
    let mut statement = Statement::new(
        "select t.id, t.fingerprint_algorithm, t.audio_fingerprint, t.fingerprint_duration_ms
        from tracks t where t.audio_fingerprint is not null and t.id = any(",
    );
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.0.0));
    statement.push(")");
    let rows = statement.load::<(TrackId, String, Vec<i32>, i32)>(conn).await?;
    Ok(rows
        .into_iter()
        .map(|(id, algorithm, items, duration_ms)| {
            (FingerprintOfTrack(id), Fingerprint { algorithm, items, duration_ms })
        })
        .collect())
}

/// Keys of the rows that were merged into a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MergedIntoTrack(pub TrackId);
loader!(MergedIntoTrack => Vec<TrackId>, merged_into);

async fn merged_into(conn: &mut Conn, keys: &[MergedIntoTrack]) -> Result<HashMap<MergedIntoTrack, Vec<TrackId>>> {
    let mut statement = Statement::new("select t.merged_into_id, t.id from tracks t where t.merged_into_id = any(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.0.0));
    statement.push(") order by t.id");
    let mut found: HashMap<_, Vec<TrackId>> = keys.iter().map(|key| (*key, Vec::new())).collect();
    for (survivor, id) in statement.load::<(TrackId, TrackId)>(conn).await? {
        found.entry(MergedIntoTrack(survivor)).or_default().push(id);
    }
    Ok(found)
}

/// Tracks that one ISRC shows at most.
const MAX_BY_ISRC: i64 = 100;

/// The tracks that carry an ISRC, merged ones followed, oldest first. Several may: an ISRC is
/// not unique.
///
/// # Errors
/// What the database reports.
pub async fn list_by_isrc(conn: &mut Conn, isrc: &str) -> Result<Vec<Track>> {
    let mut statement = Statement::new("select ");
    statement.push(Track::COLUMNS);
    statement.push(
        " from tracks t where t.id in (
            select coalesce(k.merged_into_id, k.id) from tracks k where k.isrc = ",
    );
    statement.bind::<Text, _>(isrc.to_owned()).push(") order by t.id limit ");
    statement.push(MAX_BY_ISRC.to_string());
    statement.load(conn).await
}

closed_set! {
    /// An audio feature that tracks can be filtered by.
    Feature {
        /// Beats per minute.
        Bpm = "bpm",
        /// 0 to 1.
        Energy = "energy",
        /// 0 to 1.
        Danceability = "danceability",
        /// 0 to 1.
        Valence = "valence",
        /// 0 to 1.
        Acousticness = "acousticness",
        /// 0 to 1.
        Instrumentalness = "instrumentalness",
    }
}

impl Feature {
    fn column(self) -> &'static str {
        match self {
            Self::Bpm => "(t.audio_features->>'bpm')::double precision",
            Self::Energy => "(t.audio_features->>'energy')::double precision",
            Self::Danceability => "(t.audio_features->>'danceability')::double precision",
            Self::Valence => "(t.audio_features->>'valence')::double precision",
            Self::Acousticness => "(t.audio_features->>'acousticness')::double precision",
            Self::Instrumentalness => "(t.audio_features->>'instrumentalness')::double precision",
        }
    }
}

/// A test of one track.
#[derive(Debug, Clone)]
pub enum TrackTest {
    /// One of these.
    Id(Vec<TrackId>),
    /// Title, accents and case aside.
    Title(TextTest),
    /// By one of these artists.
    Artist(Vec<ArtistId>),
    /// On one of these albums.
    Album(Vec<AlbumId>),
    /// In one of these genres, and below them when the flag is set.
    Genre(Vec<GenreId>, bool),
    /// Length in milliseconds.
    Duration(ValueTest<i32>),
    /// Marked explicit, or not.
    Explicit(bool),
    /// 0 to 1.
    Popularity(ValueTest<f64>),
    /// Year of release.
    Year(ValueTest<i32>),
    /// ISRC.
    Isrc(TextTest),
    /// Known to one of these services.
    Source(Vec<SourceType>),
    /// Open in a country by at least one link.
    AvailableIn(String),
    /// An audio feature; tracks without it do not match.
    Feature(Feature, ValueTest<f64>),
    /// In one of these keys, each `pitch class:mode` as stored.
    Key(Vec<(u8, u8)>),
    /// Fingerprinted, or not.
    HasFingerprint(bool),
    /// When it came into the catalogue.
    CreatedAt(ValueTest<DateTime<Utc>>),
    /// Artist's name holds this, accents and case aside.
    ArtistName(String),
    /// Album's title holds this, accents and case aside.
    AlbumTitle(String),
    /// Genre with this name or slug, or below it.
    GenreNamed(String),
    /// Label of its album.
    Label(String),
    /// Country of its artist.
    Country(String),
    /// Barcode of its album.
    Barcode(String),
}

impl Test for TrackTest {
    fn push(&self, statement: &mut Statement) {
        match self {
            Self::Id(ids) => {
                let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
                statement.push("t.id = any(").bind::<Array<BigInt>, _>(ids).push(")");
            }
            Self::Title(test) => test.push_folded("t.title_folded", statement),
            Self::Artist(ids) => {
                let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
                statement.push("t.artist_id = any(").bind::<Array<BigInt>, _>(ids).push(")");
            }
            Self::Album(ids) => {
                let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
                statement.push("t.album_id = any(").bind::<Array<BigInt>, _>(ids).push(")");
            }
            Self::Genre(ids, include_subgenres) => {
                statement.push("t.genres ?| ");
                push_slugs(ids, *include_subgenres, statement);
            }
            Self::Duration(test) => test.push::<Integer>("t.duration_ms", statement),
            Self::Explicit(yes) => {
                statement.push("t.explicit = ").bind::<Bool, _>(*yes);
            }
            Self::Popularity(test) => test.push::<Double>("t.popularity", statement),
            Self::Year(test) => push_year(test, statement),
            Self::Isrc(test) => test.push("t.isrc", statement),
            Self::Source(types) => {
                statement.push("exists (select from track_sources s where s.track_id = t.id and s.source_type = any(");
                statement.bind::<Array<Text>, _>(words(types)).push("))");
            }
            Self::AvailableIn(country) => {
                statement.push(
                    "exists (select from track_sources s where s.track_id = t.id and s.is_available
                    and s.sync_status = 'active' and (s.available_in is null or s.available_in @> array[",
                );
                statement.bind::<Text, _>(country.clone()).push("]))");
            }
            Self::Feature(feature, test) => test.push::<Double>(feature.column(), statement),
            Self::Key(keys) => {
                let keys: Vec<String> = keys.iter().map(|(key, mode)| format!("{key}:{mode}")).collect();
                statement.push("((t.audio_features->>'key') || ':' || (t.audio_features->>'mode')) = any(");
                statement.bind::<Array<Text>, _>(keys).push(")");
            }
            Self::HasFingerprint(yes) => {
                statement.push(if *yes { "t.audio_fingerprint is not null" } else { "t.audio_fingerprint is null" });
            }
            Self::CreatedAt(test) => test.push::<Timestamptz>("t.created_at", statement),
            Self::ArtistName(name) => {
                statement.push(
                    "t.artist_id in (select a.id from artists a where a.name_folded like '%' || public.music_fold(",
                );
                statement.bind::<Text, _>(crate::db::filter::like_escape(name)).push(") || '%')");
            }
            Self::AlbumTitle(title) => {
                statement.push(
                    "t.album_id in (select b.id from albums b where b.title_folded like '%' || public.music_fold(",
                );
                statement.bind::<Text, _>(crate::db::filter::like_escape(title)).push(") || '%')");
            }
            Self::GenreNamed(name) => {
                statement.push(
                    "t.genres ?| array(with recursive below(id, slug) as (
                        select top.id, top.slug from genres top where lower(top.name) = lower(",
                );
                statement.bind::<Text, _>(name.clone()).push(") or top.slug = lower(");
                statement.bind::<Text, _>(name.clone()).push(
                    ") union select c.id, c.slug from genres c join below on c.parent_id = below.id
                    ) select slug from below)",
                );
            }
            Self::Label(label) => {
                statement.push("t.album_id in (select b.id from albums b where public.music_fold(b.label) like '%' || public.music_fold(");
                statement.bind::<Text, _>(crate::db::filter::like_escape(label)).push(") || '%')");
            }
            Self::Country(country) => {
                statement.push("t.artist_id in (select a.id from artists a where a.country = ");
                statement.bind::<Text, _>(country.clone()).push(")");
            }
            Self::Barcode(barcode) => {
                statement.push("t.album_id in (select b.id from albums b where b.barcode = ");
                statement.bind::<Text, _>(barcode.clone()).push(")");
            }
        }
    }
}

/// A year is a span of days, so that an index on the date serves.
fn push_year(test: &ValueTest<i32>, statement: &mut Statement) {
    // Years that the calendar of the database does not know stand at its ends.
    let first_day = |year: i32| NaiveDate::from_ymd_opt(year.clamp(1, 9_999), 1, 1).unwrap_or_default();
    let next = |year: i32| first_day(year.saturating_add(1));
    let column = "t.release_date";
    match test {
        ValueTest::Compare(comparison, year) => {
            let (from, until) = (first_day(*year), next(*year));
            match comparison {
                Comparison::Eq => {
                    statement.push(column).push(" >= ").bind::<Date, _>(from);
                    statement.push(" and ").push(column).push(" < ").bind::<Date, _>(until);
                }
                Comparison::Neq => {
                    statement.push("(").push(column).push(" >= ").bind::<Date, _>(from);
                    statement.push(" and ").push(column).push(" < ").bind::<Date, _>(until);
                    statement.push(") is not true");
                }
                Comparison::Gt => {
                    statement.push(column).push(" >= ").bind::<Date, _>(until);
                }
                Comparison::Gte => {
                    statement.push(column).push(" >= ").bind::<Date, _>(from);
                }
                Comparison::Lt => {
                    statement.push(column).push(" < ").bind::<Date, _>(from);
                }
                Comparison::Lte => {
                    statement.push(column).push(" < ").bind::<Date, _>(until);
                }
            }
        }
        ValueTest::In(years) => {
            statement.push("extract(year from t.release_date)::int = any(");
            statement.bind::<Array<Integer>, _>(years.clone()).push(")");
        }
        ValueTest::IsNull(yes) => {
            statement.push(column).push(if *yes { " is null" } else { " is not null" });
        }
    }
}

/// A filter on tracks.
pub type TrackFilter = Filter<TrackTest>;

closed_set! {
    /// What tracks can be ordered by.
    TrackOrderField {
        /// Title, accents and case aside.
        Title = "title",
        /// Name of the artist.
        Artist = "artist",
        /// Title of the album.
        Album = "album",
        /// Length.
        Duration = "duration",
        /// Popularity.
        Popularity = "popularity",
        /// Release date; a year sorts as its first day.
        ReleaseDate = "release_date",
        /// When the track came into the catalogue.
        CreatedAt = "created_at",
        /// Beats per minute.
        Bpm = "bpm",
        /// Energy, 0 to 1.
        Energy = "energy",
        /// Number of plays, as of the last refresh of the statistics.
        Plays = "plays",
        /// Number of distinct listeners, as of the last refresh of the statistics.
        Listeners = "listeners",
    }
}

/// The order that the given fields make.
#[must_use]
pub fn order(fields: &[(TrackOrderField, Direction, Nulls)]) -> Order {
    let keys = fields.iter().map(|(field, direction, nulls)| {
        let key = match field {
            TrackOrderField::Title => SortKey::new("title", "t.title_folded", KeyType::Text),
            TrackOrderField::Artist => SortKey::nullable("artist", "public.music_fold(t.artist_name)", KeyType::Text),
            TrackOrderField::Album => SortKey::nullable("album", "public.music_fold(t.album_title)", KeyType::Text),
            TrackOrderField::Duration => SortKey::nullable("duration", "t.duration_ms", KeyType::BigInt),
            TrackOrderField::Popularity => SortKey::new("popularity", "t.popularity", KeyType::Double),
            TrackOrderField::ReleaseDate => SortKey::nullable("release", "t.release_date", KeyType::Date),
            TrackOrderField::CreatedAt => SortKey::new("created", "t.created_at", KeyType::Instant),
            TrackOrderField::Bpm => SortKey::nullable("bpm", Feature::Bpm.column(), KeyType::Double),
            TrackOrderField::Energy => SortKey::nullable("energy", Feature::Energy.column(), KeyType::Double),
            TrackOrderField::Plays => SortKey::new(
                "plays",
                "coalesce((select m.total_plays from mv_track_popularity m where m.id = t.id), 0)",
                KeyType::BigInt,
            ),
            TrackOrderField::Listeners => SortKey::new(
                "listeners",
                "coalesce((select m.unique_listeners from mv_track_popularity m where m.id = t.id), 0)",
                KeyType::BigInt,
            ),
        };
        (key, *direction, *nulls)
    });
    Order::new(keys.collect(), "t.id", Direction::Asc)
}

/// The list of tracks.
pub const LIST: ListSource =
    ListSource { columns: Track::COLUMNS, tables: "tracks t", condition: "t.merged_into_id is null" };
