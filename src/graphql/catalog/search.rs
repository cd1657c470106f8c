//! Search as types.

use std::sync::Arc;

use async_graphql::{Context, Enum, Json, Object, Result, SimpleObject};

use super::album::Album;
use super::artist::Artist;
use super::genre::Genre;
use super::track::{Track, TrackFilter, compiled};
use crate::account::user::{UserById, UserId};
use crate::catalog::album::{AlbumById, AlbumId};
use crate::catalog::artist::{ArtistById, ArtistId};
use crate::catalog::genre::{GenreById, GenreId};
use crate::catalog::musical_key::MusicalKey;
use crate::catalog::search::language::{self, ParsedQuery as Parsed};
use crate::catalog::search::{self, DetailOfHit, Facet, Hit, HitDetail, SearchKind, SearchPage, SearchRequest};
use crate::catalog::track::{TrackById, TrackId};
use crate::db::Cursor;
use crate::db::page::{MAX_PAGE_SIZE, checked_size};
use crate::graphql::account::user::User;
use crate::graphql::ahead;
use crate::graphql::connection::PageInfo;
use crate::graphql::context::{self, loaders};
use crate::graphql::interfaces::CatalogueItem;
use crate::graphql::playlist::playlist::Playlist;
use crate::graphql::scalars::{storable, to_int};
use crate::playlist::playlist::{PlaylistById, PlaylistId};

/// A kind of thing that can be searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "SearchKind")]
pub enum SearchType {
    /// Tracks.
    Track,
    /// Artists.
    Artist,
    /// Albums.
    Album,
    /// Public playlists.
    Playlist,
    /// People.
    User,
    /// Genres.
    Genre,
}

/// One thing that a search found.
pub struct SearchHit {
    item: CatalogueItem,
    hit: Hit,
    is_fuzzy: bool,
    tsquery: Option<Arc<str>>,
}

/// One thing that a search found.
#[Object]
impl SearchHit {
    /// The thing.
    async fn item(&self) -> &CatalogueItem {
        &self.item
    }

    /// How well it fits, larger is better; comparable within one answer only.
    async fn score(&self) -> f64 {
        self.hit.score
    }

    /// Its name as HTML with the matching words inside `<mark>`; none where no word matches.
    async fn highlight(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let detail = self.detail(ctx).await?;
        Ok(detail.map(|detail| detail.highlight).filter(|html| html.contains("<mark>")))
    }

    /// The fields that hold the matching words, like `title` or `artist`; `spelling` for what is
    /// only spelled alike.
    async fn matched_on(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        let fields = self.detail(ctx).await?.map(|detail| detail.matched_on).unwrap_or_default();
        if fields.is_empty() && self.is_fuzzy {
            return Ok(vec!["spelling".to_owned()]);
        }
        if fields.is_empty() && self.tsquery.is_some() {
            return Ok(vec!["name".to_owned()]);
        }
        Ok(fields)
    }
}

impl SearchHit {
    async fn detail(&self, ctx: &Context<'_>) -> Result<Option<HitDetail>> {
        let Some(tsquery) = self.tsquery.clone() else { return Ok(None) };
        let key = DetailOfHit { tsquery, kind: self.hit.kind, id: self.hit.id };
        Ok(loaders(ctx)?.load_one(key).await?)
    }
}

/// A search hit in a list.
pub struct SearchHitEdge {
    cursor: Cursor,
    node: SearchHit,
}

/// A search hit in a list.
#[Object]
impl SearchHitEdge {
    /// Opaque place of the hit in this search.
    async fn cursor(&self) -> String {
        self.cursor.write()
    }

    /// The hit.
    async fn node(&self) -> &SearchHit {
        &self.node
    }
}

/// A page of search hits, the best first.
pub struct SearchHitConnection {
    request: Arc<SearchRequest>,
    edges: Vec<SearchHitEdge>,
    has_next: bool,
    has_previous: bool,
    is_fuzzy: bool,
}

/// A page of search hits, the best first.
#[Object]
impl SearchHitConnection {
    /// The hits of the page, each with its cursor.
    async fn edges(&self) -> &[SearchHitEdge] {
        &self.edges
    }

    /// The hits of the page.
    async fn nodes(&self) -> Vec<&SearchHit> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Where the page stands among all hits.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.edges.first().map(|edge| edge.cursor.write()),
            end_cursor: self.edges.last().map(|edge| edge.cursor.write()),
        }
    }

    /// All hits. Counted only when asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let mut conn = context::conn(ctx).await?;
        Ok(to_int(search::count(&mut conn, &self.request, self.is_fuzzy).await?))
    }

    /// How the hits are spread. Counted only when asked for.
    async fn facets(&self, ctx: &Context<'_>) -> Result<SearchFacets> {
        let mut conn = context::conn(ctx).await?;
        Ok(SearchFacets::new(search::facets(&mut conn, &self.request).await?))
    }

    /// What was understood of the query.
    async fn parsed(&self) -> ParsedQuery {
        ParsedQuery(self.request.parsed.clone())
    }
}

/// How often one value occurs.
#[derive(Debug, SimpleObject)]
pub struct Bucket {
    /// The value.
    pub key: String,
    /// How often.
    pub count: i32,
    /// Its share of all that are counted in this list, 0 to 1.
    pub share: f64,
}

/// How the hits of a search are spread; at most 20 values each, the most frequent first. All but
/// the types count tracks.
#[derive(Debug, SimpleObject)]
pub struct SearchFacets {
    /// Kinds of things, as `SearchType`.
    types: Vec<Bucket>,
    /// Genre slugs.
    genres: Vec<Bucket>,
    /// Decades of release, like `1970s`.
    decades: Vec<Bucket>,
    /// Services, as `SourceType`.
    sources: Vec<Bucket>,
    /// Musical keys, like `Am`.
    keys: Vec<Bucket>,
}

impl SearchFacets {
    fn new(facets: Vec<Facet>) -> Self {
        let buckets = |name: &str| {
            let of: Vec<&Facet> = facets.iter().filter(|facet| facet.facet == name).collect();
            #[expect(clippy::cast_precision_loss, reason = "counts are at most ten thousand")]
            let total = of.iter().map(|facet| facet.count).sum::<i64>().max(1) as f64;
            of.into_iter()
                .map(|facet| Bucket {
                    key: if name == "key" { key_name(&facet.key) } else { facet.key.clone() },
                    count: to_int(facet.count),
                    #[expect(clippy::cast_precision_loss, reason = "counts are at most ten thousand")]
                    share: facet.count as f64 / total,
                })
                .collect()
        };
        Self {
            types: buckets("type"),
            genres: buckets("genre"),
            decades: buckets("decade"),
            sources: buckets("source"),
            keys: buckets("key"),
        }
    }
}

fn key_name(stored: &str) -> String {
    let key = stored.split_once(':').and_then(|(class, mode)| MusicalKey::new(class.parse().ok()?, mode.parse().ok()?));
    key.map_or_else(|| stored.to_owned(), |key| key.name().to_owned())
}

/// What was understood of a text in the search language.
pub struct ParsedQuery(Parsed);

/// What was understood of a text in the search language.
#[Object]
impl ParsedQuery {
    /// The free words and phrases; those that must not occur begin with `-`.
    async fn terms(&self) -> Vec<String> {
        let term = |term: &language::Term| {
            if term.is_excluded { format!("-{}", term.text) } else { term.text.clone() }
        };
        self.0.terms.iter().map(term).collect()
    }

    /// The filters by name.
    async fn filters(&self) -> Json<serde_json::Value> {
        Json(self.0.filters.to_json())
    }

    /// The same query in its shortest canonical form.
    async fn normalised(&self) -> String {
        self.0.normalised()
    }

    /// What was not read as it may have been meant, as sentences.
    async fn warnings(&self) -> &[String] {
        &self.0.warnings
    }
}

/// Reads a text in the search language.
pub fn parse(argument: &str, query: &str) -> crate::error::Result<ParsedQuery> {
    storable(argument, query)?;
    Ok(ParsedQuery(language::parse(query)))
}

fn kinds(types: Option<Vec<SearchType>>) -> Vec<SearchKind> {
    match types {
        None => SearchKind::ALL.to_vec(),
        Some(types) => {
            let mut kinds: Vec<SearchKind> = types.into_iter().map(SearchKind::from).collect();
            kinds.sort_unstable();
            kinds.dedup();
            kinds
        }
    }
}

/// Runs a search.
pub async fn search(
    ctx: &Context<'_>,
    query: &str,
    types: Option<Vec<SearchType>>,
    filter: Option<TrackFilter>,
    first: i32,
    after: Option<String>,
) -> Result<SearchHitConnection> {
    storable("query", query)?;
    let size = checked_size("first", first, MAX_PAGE_SIZE)?;
    let request = Arc::new(SearchRequest {
        parsed: language::parse(query),
        kinds: kinds(types),
        tracks: compiled("filter", filter)?,
        is_prefix: false,
    });
    let page = search::page(&mut context::conn(ctx).await?, &request, size, after.as_deref()).await?;
    let (has_next, has_previous, is_fuzzy) = (page.has_next, page.has_previous, page.is_fuzzy);
    let edges = with_items(ctx, &request, page).await?;
    Ok(SearchHitConnection { request, edges, has_next, has_previous, is_fuzzy })
}

/// What a beginning of a name may become.
pub async fn suggestions(
    ctx: &Context<'_>,
    prefix: &str,
    types: Option<Vec<SearchType>>,
    first: i32,
) -> Result<Vec<SearchHit>> {
    storable("prefix", prefix)?;
    let size = checked_size("first", first, MAX_PAGE_SIZE)?;
    let request = SearchRequest {
        parsed: language::parse(prefix),
        kinds: kinds(types),
        tracks: Default::default(),
        is_prefix: true,
    };
    if request.parsed.is_empty() {
        return Ok(Vec::new());
    }
    let page = search::suggest(&mut context::conn(ctx).await?, &request, size).await?;
    Ok(with_items(ctx, &request, page).await?.into_iter().map(|edge| edge.node).collect())
}

/// The hits with the things they name, one statement for each kind on the page.
async fn with_items(ctx: &Context<'_>, request: &SearchRequest, page: SearchPage) -> Result<Vec<SearchHitEdge>> {
    let below = ahead::entry(ctx).field("item");
    let keys = |kind: SearchKind| page.hits.iter().filter(move |(_, hit)| hit.kind == kind).map(|(_, hit)| hit.id);
    let loaders = loaders(ctx)?;
    let track_ids: Vec<_> = keys(SearchKind::Track).map(TrackId).collect();
    let album_ids: Vec<_> = keys(SearchKind::Album).map(AlbumId).collect();
    let (mut tracks, mut artists, mut albums, mut playlists, mut users, mut genres) = futures_util::try_join!(
        ahead::tracks(loaders, &below, &track_ids),
        loaders.load_many(keys(SearchKind::Artist).map(|id| ArtistById(ArtistId(id))).collect::<Vec<_>>()),
        ahead::albums(loaders, &below, &album_ids),
        loaders.load_many(keys(SearchKind::Playlist).map(|id| PlaylistById(PlaylistId(id))).collect::<Vec<_>>()),
        loaders.load_many(keys(SearchKind::User).map(|id| UserById(UserId(id))).collect::<Vec<_>>()),
        loaders.load_many(keys(SearchKind::Genre).map(|id| GenreById(GenreId(id))).collect::<Vec<_>>()),
    )?;
    let tsquery: Option<Arc<str>> = request.parsed.tsquery(request.is_prefix).map(Arc::from);
    let edges = page.hits.into_iter().filter_map(|(cursor, hit)| {
        let id = hit.id;
        let item = match hit.kind {
            SearchKind::Track => CatalogueItem::Track(Track(tracks.remove(&TrackById(TrackId(id)))?)),
            SearchKind::Artist => CatalogueItem::Artist(Artist(artists.remove(&ArtistById(ArtistId(id)))?)),
            SearchKind::Album => CatalogueItem::Album(Album(albums.remove(&AlbumById(AlbumId(id)))?)),
            SearchKind::Playlist => CatalogueItem::Playlist(Playlist(playlists.remove(&PlaylistById(PlaylistId(id)))?)),
            SearchKind::User => CatalogueItem::User(User(users.remove(&UserById(UserId(id)))?)),
            SearchKind::Genre => CatalogueItem::Genre(Genre(genres.remove(&GenreById(GenreId(id)))?)),
        };
        let node = SearchHit { item, hit, is_fuzzy: page.is_fuzzy, tsquery: tsquery.clone() };
        Some(SearchHitEdge { cursor, node })
    });
    Ok(edges.collect())
}
