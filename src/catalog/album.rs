//! Albums: releases of any kind. Table `albums`.
//!
//! A date travels with its precision: "1977" is stored as the first day of 1977 with precision
//! `year`, sorts as that day and is never shown as more than a year.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Date, Jsonb, Text};
use uuid::Uuid;

use super::artist::{self, ArtistById};
use super::genre::{GenreId, push_slugs};
use super::merged::Mergeable;
use crate::db::{
    Conn, Direction, Filter, Key, KeyType, LazyJson, ListSource, Loaded, Loaders, Nulls, Order, PageRequest, SortKey,
    Statement, Test, TextTest, ValueTest,
};
use crate::error::Result;
use crate::{child_list, closed_set, id_type, loader, row};

id_type! {
    /// Key of `albums`.
    AlbumId for "Album";
}

closed_set! {
    /// What kind of release an album is.
    AlbumType {
        /// A full-length studio release.
        Album = "album",
        /// An extended play.
        Ep = "ep",
        /// A single.
        Single = "single",
        /// Collected from other releases.
        Compilation = "compilation",
        /// Recorded live.
        Live = "live",
        /// Anything else.
        Other = "other",
    }
}

closed_set! {
    /// How much of a date is known.
    DatePrecision {
        /// Only the year.
        Year = "year",
        /// Year and month.
        Month = "month",
        /// The day.
        Day = "day",
    }
}

row! {
    /// One album, without its wide columns.
    Album of "b" {
        id: AlbumId,
        /// Title.
        title: String,
        /// The main artist.
        artist_id: Option<super::artist::ArtistId>,
        /// UPC-A, EAN-13 or GTIN-14.
        barcode: Option<String>,
        /// The label's number.
        catalog_number: Option<String>,
        /// MusicBrainz release id.
        musicbrainz_id: Option<Uuid>,
        /// Kind of release.
        album_type: AlbumType,
        /// First day of what is known.
        release_date: Option<NaiveDate>,
        /// How much of it is known.
        release_precision: Option<DatePrecision>,
        /// The same for the work's first release.
        original_release_date: Option<NaiveDate>,
        /// How much of that is known.
        original_release_precision: Option<DatePrecision>,
        /// Whether this edition is remastered.
        is_remaster: bool,
        /// What this edition is.
        version_notes: Option<String>,
        /// Cover of usual size.
        cover_url: Option<String>,
        /// Small cover.
        cover_url_small: Option<String>,
        /// Large cover.
        cover_url_large: Option<String>,
        /// Record label.
        label: Option<String>,
        /// Tracks on all discs.
        total_tracks: Option<i32>,
        /// Discs.
        total_discs: i32,
        /// Genre slugs.
        genres: LazyJson,
        /// 0 to 1, from listeners.
        popularity: f64,
        /// Mean of ratings, 0 to 5.
        rating: Option<f64>,
        /// Number of ratings.
        rating_count: i32,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
    }
}

row! {
    /// The wide columns of an album, fetched only when asked for.
    AlbumDetails of "b" {
        /// Styles, finer than genres.
        styles: serde_json::Value,
        /// Moods.
        moods: serde_json::Value,
        /// Themes.
        themes: serde_json::Value,
        /// Role to names.
        credits: serde_json::Value,
        /// What sources said beside.
        extra_metadata: serde_json::Value,
    }
}

/// An album by key; a merged one answers with its survivor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AlbumById(pub AlbumId);
loader!(AlbumById => Album, by_ids);

async fn by_ids(conn: &mut Conn, keys: &[AlbumById]) -> Result<HashMap<AlbumById, Album>> {
    let rows = ROWS.by_ids(conn, keys.iter().map(|key| key.0.0).collect()).await?;
    Ok(rows.into_iter().map(|(id, row)| (AlbumById(AlbumId(id)), row)).collect())
}

const ROWS: Mergeable = Mergeable { table: "albums b", alias: "b.", columns: Album::COLUMNS };

/// Brings the artist of an album along with it, as [`ArtistById`] knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ArtistOfAlbum(pub AlbumId);

impl Key for ArtistOfAlbum {
    type Value = ();

    async fn load(from: &Loaders, keys: &[Self]) -> Loaded<HashMap<Self, ()>> {
        let ids = keys.iter().map(|key| key.0.0).collect();
        for (id, artist) in artist::of_rows(&mut from.conn().await?, "albums", ids).await? {
            from.note(ArtistById(id), artist);
        }
        Ok(HashMap::new())
    }
}

/// The albums of tracks, by the keys that stand in them.
pub(super) async fn of_tracks(conn: &mut Conn, ids: Vec<i64>) -> Result<Vec<(AlbumId, Album)>> {
    let named = |statement: &mut Statement| {
        statement.push(" in (select x.album_id from tracks x where x.id = any(");
        statement.keys::<BigInt, _>(ids).push("))");
    };
    let rows = ROWS.load(conn, named).await?;
    Ok(rows.into_iter().map(|(id, album)| (AlbumId(id), album)).collect())
}

/// The wide columns of an album.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DetailsOfAlbum(pub AlbumId);
loader!(DetailsOfAlbum => AlbumDetails, details);

async fn details(conn: &mut Conn, keys: &[DetailsOfAlbum]) -> Result<HashMap<DetailsOfAlbum, AlbumDetails>> {
    let mut statement = Statement::new("select b.id, ");
    statement.push(AlbumDetails::COLUMNS).push(" from albums b where b.id = any(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.0.0));
    statement.push(")");
    let rows = statement.load::<(AlbumId, AlbumDetails)>(conn).await?;
    Ok(rows.into_iter().map(|(id, details)| (DetailsOfAlbum(id), details)).collect())
}

/// How long the tracks of an album last together, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DurationOfAlbum(pub AlbumId);
loader!(DurationOfAlbum => i64, durations);

async fn durations(conn: &mut Conn, keys: &[DurationOfAlbum]) -> Result<HashMap<DurationOfAlbum, i64>> {
    let mut statement = Statement::new(
        "select t.album_id, coalesce(sum(t.duration_ms), 0)::bigint from tracks t
        where t.merged_into_id is null and t.album_id = any(",
    );
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.0.0));
    statement.push(") group by t.album_id");
    let rows = statement.load::<(AlbumId, i64)>(conn).await?;
    Ok(rows.into_iter().map(|(id, sum)| (DurationOfAlbum(id), sum)).collect())
}

/// Other editions of the same work: same artist, same title but for what stands in brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EditionsOf(pub AlbumId);
loader!(EditionsOf => Vec<Album>, editions);

/// Editions that an album shows at most.
const MAX_EDITIONS: i64 = 50;

async fn editions(conn: &mut Conn, keys: &[EditionsOf]) -> Result<HashMap<EditionsOf, Vec<Album>>> {
    // The plain title is the folded one without a trailing "(…)" or "[…]".
    const PLAIN: &str = r"regexp_replace(X.title_folded, '\s*[(\[][^()\[\]]*[)\]]\s*$', '')";
    let mut statement = Statement::new("select l.* from unnest(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.0.0));
    statement.push(") as p(parent) join albums o on o.id = p.parent cross join lateral (select o.id as of_id, ");
    statement.push(Album::COLUMNS);
    statement.push(" from albums b where b.artist_id = o.artist_id and b.id <> o.id and b.merged_into_id is null and ");
    statement.push(PLAIN.replace('X', "b")).push(" = ").push(PLAIN.replace('X', "o"));
    statement.push(" order by b.release_date, b.id limit ");
    statement.push(MAX_EDITIONS.to_string()).push(") l");
    let mut found: HashMap<_, Vec<Album>> = keys.iter().map(|key| (*key, Vec::new())).collect();
    for (of, album) in statement.load::<(AlbumId, Album)>(conn).await? {
        found.entry(EditionsOf(of)).or_default().push(album);
    }
    Ok(found)
}

/// Keys of the rows that were merged into an album.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MergedIntoAlbum(pub AlbumId);
loader!(MergedIntoAlbum => Vec<AlbumId>, merged_into);

async fn merged_into(conn: &mut Conn, keys: &[MergedIntoAlbum]) -> Result<HashMap<MergedIntoAlbum, Vec<AlbumId>>> {
    let mut statement = Statement::new("select b.merged_into_id, b.id from albums b where b.merged_into_id = any(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.0.0));
    statement.push(") order by b.id");
    let mut found: HashMap<_, Vec<AlbumId>> = keys.iter().map(|key| (*key, Vec::new())).collect();
    for (survivor, id) in statement.load::<(AlbumId, AlbumId)>(conn).await? {
        found.entry(MergedIntoAlbum(survivor)).or_default().push(id);
    }
    Ok(found)
}

/// The album with a MusicBrainz id, merged ones followed.
///
/// # Errors
/// What the database reports.
pub async fn find_by_mbid(conn: &mut Conn, mbid: Uuid) -> Result<Option<AlbumId>> {
    let mut statement =
        Statement::new("select coalesce(b.merged_into_id, b.id) from albums b where b.musicbrainz_id = ");
    statement.bind::<diesel::sql_types::Uuid, _>(mbid);
    statement.first(conn).await
}

/// The album with a barcode, merged ones followed; the oldest row where several carry it.
///
/// # Errors
/// What the database reports.
pub async fn find_by_barcode(conn: &mut Conn, barcode: &str) -> Result<Option<AlbumId>> {
    let mut statement = Statement::new("select coalesce(b.merged_into_id, b.id) from albums b where b.barcode = ");
    statement.bind::<Text, _>(barcode.to_owned()).push(" order by b.id limit 1");
    statement.first(conn).await
}

/// A test of a JSON array of words.
#[derive(Debug, Clone)]
pub enum WordsTest {
    /// Holds all of these.
    ContainsAll(Vec<String>),
    /// Holds at least one of these.
    ContainsAny(Vec<String>),
    /// Holds none at all, or some.
    IsEmpty(bool),
}

impl WordsTest {
    /// Adds the condition on a JSON array column.
    pub fn push(&self, column: &'static str, statement: &mut Statement) {
        statement.push(column);
        match self {
            Self::ContainsAll(words) => {
                statement.push(" ?& ").bind::<Array<Text>, _>(words.clone());
            }
            Self::ContainsAny(words) => {
                statement.push(" ?| ").bind::<Array<Text>, _>(words.clone());
            }
            Self::IsEmpty(yes) => {
                statement.push(if *yes { " = " } else { " <> " });
                statement.bind::<Jsonb, _>(serde_json::json!([]));
            }
        }
    }
}

/// A test of one album.
#[derive(Debug, Clone)]
pub enum AlbumTest {
    /// Title, accents and case aside.
    Title(TextTest),
    /// By one of these artists.
    Artist(Vec<super::artist::ArtistId>),
    /// One of these kinds.
    Type(Vec<AlbumType>),
    /// Release date.
    ReleaseDate(ValueTest<NaiveDate>),
    /// In one of these genres or below them.
    Genre(Vec<GenreId>),
    /// Styles.
    Styles(WordsTest),
    /// Moods.
    Moods(WordsTest),
    /// Themes.
    Themes(WordsTest),
    /// Label.
    Label(TextTest),
    /// Remastered editions only, or none.
    IsRemaster(bool),
    /// Barcode.
    Barcode(TextTest),
}

impl Test for AlbumTest {
    fn push(&self, statement: &mut Statement) {
        match self {
            Self::Title(test) => test.push_folded("b.title_folded", statement),
            Self::Artist(ids) => {
                let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
                statement.push("b.artist_id = any(").bind::<Array<BigInt>, _>(ids).push(")");
            }
            Self::Type(types) => {
                let words: Vec<String> = types.iter().map(|kind| kind.as_str().to_owned()).collect();
                statement.push("b.album_type = any(").bind::<Array<Text>, _>(words).push(")");
            }
            Self::ReleaseDate(test) => test.push::<Date>("b.release_date", statement),
            Self::Genre(ids) => {
                statement.push("b.genres ?| ");
                push_slugs(ids, true, statement);
            }
            Self::Styles(test) => test.push("b.styles", statement),
            Self::Moods(test) => test.push("b.moods", statement),
            Self::Themes(test) => test.push("b.themes", statement),
            Self::Label(test) => test.push_folded("public.music_fold(b.label)", statement),
            Self::IsRemaster(yes) => {
                statement.push("b.is_remaster = ").bind::<Bool, _>(*yes);
            }
            Self::Barcode(test) => test.push("b.barcode", statement),
        }
    }
}

/// A filter on albums.
pub type AlbumFilter = Filter<AlbumTest>;

closed_set! {
    /// What albums can be ordered by.
    AlbumOrderField {
        /// Title, accents and case aside.
        Title = "title",
        /// Release date of this edition; a year sorts as its first day.
        ReleaseDate = "release_date",
        /// Release date of the work's first edition.
        OriginalReleaseDate = "original_release_date",
        /// Popularity.
        Popularity = "popularity",
        /// Mean rating.
        Rating = "rating",
        /// When the album came into the catalogue.
        CreatedAt = "created_at",
    }
}

/// The order that the given fields make.
#[must_use]
pub fn order(fields: &[(AlbumOrderField, Direction, Nulls)]) -> Order {
    let keys = fields.iter().map(|(field, direction, nulls)| (sort_key(*field), *direction, *nulls));
    Order::new(keys.collect(), "b.id", Direction::Asc)
}

/// What a field orders by, of the album `b`.
#[must_use]
pub fn sort_key(field: AlbumOrderField) -> SortKey {
    match field {
        AlbumOrderField::Title => SortKey::new("title", "b.title_folded", KeyType::Text),
        AlbumOrderField::ReleaseDate => SortKey::nullable("release", "b.release_date", KeyType::Date),
        AlbumOrderField::OriginalReleaseDate => SortKey::nullable("original", "b.original_release_date", KeyType::Date),
        AlbumOrderField::Popularity => SortKey::new("popularity", "b.popularity", KeyType::Double),
        AlbumOrderField::Rating => SortKey::nullable("rating", "b.rating", KeyType::Double),
        AlbumOrderField::CreatedAt => SortKey::new("created", "b.created_at", KeyType::Instant),
    }
}

/// The list of albums.
pub const LIST: ListSource =
    ListSource { columns: Album::COLUMNS, tables: "albums b", condition: "b.merged_into_id is null" };

/// The tracks of an album in the order of the discs.
#[derive(Debug)]
pub struct TracksOfAlbum {
    /// The page asked for.
    pub page: PageRequest,
}

impl TracksOfAlbum {
    /// Disc, then number; tracks without a number come last.
    #[must_use]
    pub fn order() -> Order {
        let disc = SortKey::nullable("disc", "t.disc_number", KeyType::BigInt);
        let number = SortKey::nullable("number", "t.track_number", KeyType::BigInt);
        Order::new(
            vec![(disc, Direction::Asc, Nulls::Last), (number, Direction::Asc, Nulls::Last)],
            "t.id",
            Direction::Asc,
        )
    }

    fn source(&self) -> ListSource {
        ListSource {
            columns: super::track::Track::COLUMNS,
            tables: "tracks t",
            condition: "t.merged_into_id is null and t.album_id = p.parent",
        }
    }

    fn narrow(&self, _: &mut Statement) {}
}

child_list!(TracksOfAlbum => super::track::Track);
