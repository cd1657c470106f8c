//! Artists: people and groups. Table `artists`.
//!
//! A merged artist stays as a row that points to its survivor; every look-up follows it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Double, Integer, Text};
use uuid::Uuid;

use super::genre::{GenreId, push_slugs};
use super::merged::Mergeable;
use super::source::SourceType;
use crate::db::{
    Conn, Direction, Filter, KeyType, LazyJson, ListSource, Nulls, Order, PageRequest, SortKey, Statement, Test,
    TextTest, ValueTest,
};
use crate::error::Result;
use crate::{child_list, closed_set, id_type, loader, row};

id_type! {
    /// Key of `artists`.
    ArtistId for "Artist";
}

row! {
    /// One artist, without its wide columns.
    Artist of "a" {
        id: ArtistId,
        /// As credited.
        name: String,
        /// As sorted: "Davis, Miles".
        sort_name: Option<String>,
        /// MusicBrainz artist id.
        musicbrainz_id: Option<Uuid>,
        /// ISO 3166-1 alpha-2.
        country: Option<String>,
        /// Year the artist began.
        formed_year: Option<i32>,
        /// Year the artist ended.
        disbanded_year: Option<i32>,
        /// Picture of usual size.
        image_url: Option<String>,
        /// Small picture.
        thumbnail_url: Option<String>,
        /// Wide picture.
        banner_url: Option<String>,
        /// Genre slugs.
        genres: LazyJson,
        /// 0 to 1, from listeners.
        popularity: f64,
        /// People who follow the artist.
        follower_count: i32,
        /// Listeners of the last 30 days.
        monthly_listeners: i32,
        /// Whether an outside service vouches for the artist.
        is_verified: bool,
        /// That service.
        verification_source: Option<SourceType>,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
    }
}

row! {
    /// The wide columns of an artist, fetched only when asked for.
    ArtistDetails of "a" {
        /// A text about the artist.
        bio: Option<String>,
        /// Other names: `[{name, locale, is_primary_for_locale}]`.
        aliases: serde_json::Value,
        /// Members: `[{name, artist_id, role, from_year, to_year}]`.
        members: serde_json::Value,
        /// Kind of link to address.
        social_links: serde_json::Value,
        /// What sources said beside.
        extra_metadata: serde_json::Value,
    }
}

/// An artist by key; a merged one answers with its survivor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ArtistById(pub ArtistId);
loader!(ArtistById => Artist, by_ids);

async fn by_ids(conn: &mut Conn, keys: &[ArtistById]) -> Result<HashMap<ArtistById, Artist>> {
    let rows = ROWS.by_ids(conn, keys.iter().map(|key| key.0.0).collect()).await?;
    Ok(rows.into_iter().map(|(id, row)| (ArtistById(ArtistId(id)), row)).collect())
}

const ROWS: Mergeable = Mergeable { table: "artists a", alias: "a.", columns: Artist::COLUMNS };

/// The artists of rows of a table, by the keys that stand in them.
pub(super) async fn of_rows(conn: &mut Conn, table: &'static str, ids: Vec<i64>) -> Result<Vec<(ArtistId, Artist)>> {
    let named = |statement: &mut Statement| {
        statement.push(" in (select x.artist_id from ").push(table).push(" x where x.id = any(");
        statement.keys::<BigInt, _>(ids).push("))");
    };
    let rows = ROWS.load(conn, named).await?;
    Ok(rows.into_iter().map(|(id, artist)| (ArtistId(id), artist)).collect())
}

/// The wide columns of an artist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DetailsOfArtist(pub ArtistId);
loader!(DetailsOfArtist => ArtistDetails, details);

async fn details(conn: &mut Conn, keys: &[DetailsOfArtist]) -> Result<HashMap<DetailsOfArtist, ArtistDetails>> {
    let mut statement = Statement::new("select a.id, ");
    statement.push(ArtistDetails::COLUMNS).push(" from artists a where a.id = any(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.0.0));
    statement.push(")");
    let rows = statement.load::<(ArtistId, ArtistDetails)>(conn).await?;
    Ok(rows.into_iter().map(|(id, details)| (DetailsOfArtist(id), details)).collect())
}

/// Keys of the rows that were merged into an artist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MergedIntoArtist(pub ArtistId);
loader!(MergedIntoArtist => Vec<ArtistId>, merged_into);

async fn merged_into(conn: &mut Conn, keys: &[MergedIntoArtist]) -> Result<HashMap<MergedIntoArtist, Vec<ArtistId>>> {
    let mut statement = Statement::new("select a.merged_into_id, a.id from artists a where a.merged_into_id = any(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.0.0));
    statement.push(") order by a.id");
    let mut found: HashMap<_, Vec<ArtistId>> = keys.iter().map(|key| (*key, Vec::new())).collect();
    for (survivor, id) in statement.load::<(ArtistId, ArtistId)>(conn).await? {
        found.entry(MergedIntoArtist(survivor)).or_default().push(id);
    }
    Ok(found)
}

/// The artist with a MusicBrainz id, merged ones followed.
///
/// # Errors
/// What the database reports.
pub async fn find_by_mbid(conn: &mut Conn, mbid: Uuid) -> Result<Option<ArtistId>> {
    let mut statement =
        Statement::new("select coalesce(a.merged_into_id, a.id) from artists a where a.musicbrainz_id = ");
    statement.bind::<diesel::sql_types::Uuid, _>(mbid);
    statement.first(conn).await
}

/// A test of one artist.
#[derive(Debug, Clone)]
pub enum ArtistTest {
    /// Name, accents and case aside.
    Name(TextTest),
    /// One of these countries.
    Country(Vec<String>),
    /// In one of these genres or below them.
    Genre(Vec<GenreId>),
    /// Year of the beginning.
    FormedYear(ValueTest<i32>),
    /// Vouched for.
    IsVerified(bool),
    /// 0 to 1.
    Popularity(ValueTest<f64>),
    /// Known to one of these services.
    Source(Vec<SourceType>),
}

impl Test for ArtistTest {
    fn push(&self, statement: &mut Statement) {
        match self {
            Self::Name(test) => test.push_folded("a.name_folded", statement),
            Self::Country(countries) => {
                statement.push("a.country = any(").bind::<Array<Text>, _>(countries.clone()).push(")");
            }
            Self::Genre(ids) => {
                statement.push("a.genres ?| ");
                push_slugs(ids, true, statement);
            }
            Self::FormedYear(test) => test.push::<Integer>("a.formed_year", statement),
            Self::IsVerified(yes) => {
                statement.push("a.is_verified = ").bind::<Bool, _>(*yes);
            }
            Self::Popularity(test) => test.push::<Double>("a.popularity", statement),
            Self::Source(types) => {
                statement
                    .push("exists (select from artist_sources s where s.artist_id = a.id and s.source_type = any(");
                statement.bind::<Array<Text>, _>(words(types)).push("))");
            }
        }
    }
}

pub(super) fn words(types: &[SourceType]) -> Vec<String> {
    types.iter().map(|source_type| source_type.as_str().to_owned()).collect()
}

closed_set! {
    /// What artists can be ordered by.
    ArtistOrderField {
        /// Name, accents and case aside.
        Name = "name",
        /// Sort name.
        SortName = "sort_name",
        /// Popularity.
        Popularity = "popularity",
        /// Number of followers.
        Followers = "followers",
        /// When the artist came into the catalogue.
        CreatedAt = "created_at",
    }
}

/// The order that the given fields make.
#[must_use]
pub fn order(fields: &[(ArtistOrderField, Direction, Nulls)]) -> Order {
    let keys = fields.iter().map(|(field, direction, nulls)| {
        let key = match field {
            ArtistOrderField::Name => SortKey::new("name", "a.name_folded", KeyType::Text),
            ArtistOrderField::SortName => SortKey::nullable("sort_name", "a.sort_name", KeyType::Text),
            ArtistOrderField::Popularity => SortKey::new("popularity", "a.popularity", KeyType::Double),
            ArtistOrderField::Followers => SortKey::new("followers", "a.follower_count", KeyType::BigInt),
            ArtistOrderField::CreatedAt => SortKey::new("created", "a.created_at", KeyType::Instant),
        };
        (key, *direction, *nulls)
    });
    Order::new(keys.collect(), "a.id", Direction::Asc)
}

/// The list of artists.
pub const LIST: ListSource =
    ListSource { columns: Artist::COLUMNS, tables: "artists a", condition: "a.merged_into_id is null" };

/// A filter on artists.
pub type ArtistFilter = Filter<ArtistTest>;

/// The albums of an artist.
#[derive(Debug)]
pub struct AlbumsOfArtist {
    /// What to leave out.
    pub filter: super::album::AlbumFilter,
    /// The page asked for.
    pub page: PageRequest,
}

impl AlbumsOfArtist {
    fn source(&self) -> ListSource {
        ListSource {
            columns: super::album::Album::COLUMNS,
            tables: "albums b",
            condition: "b.merged_into_id is null and b.artist_id = p.parent",
        }
    }

    fn narrow(&self, statement: &mut Statement) {
        self.filter.push_and(statement);
    }
}

child_list!(AlbumsOfArtist => super::album::Album);

/// The tracks of an artist.
#[derive(Debug)]
pub struct TracksOfArtist {
    /// What to leave out.
    pub filter: super::track::TrackFilter,
    /// The page asked for.
    pub page: PageRequest,
}

impl TracksOfArtist {
    fn source(&self) -> ListSource {
        ListSource {
            columns: super::track::Track::COLUMNS,
            tables: "tracks t",
            condition: "t.merged_into_id is null and t.artist_id = p.parent",
        }
    }

    fn narrow(&self, statement: &mut Statement) {
        self.filter.push_and(statement);
    }
}

child_list!(TracksOfArtist => super::track::Track);
