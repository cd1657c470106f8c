//! Genres as a type.

use async_graphql::{Context, ID, Object, OneofObject, Result};

use super::album::AlbumConnection;
use super::artist::ArtistConnection;
use super::track::TrackConnection;
use crate::catalog::album::{self, AlbumOrderField};
use crate::catalog::artist::{self, ArtistOrderField};
use crate::catalog::genre::{
    self, AlbumsOfGenre, ArtistsOfGenre, GenreAncestors, GenreById, GenreBySlug, GenreChildren, TracksOfGenre,
};
use crate::catalog::track::{self, TrackOrderField};
use crate::db::{Direction, LazyJson, Nulls, PageRequest};
use crate::graphql::connection::args;
use crate::graphql::context::loaders;
use crate::{child_page, connection, ids};

/// A kind of music, in a tree of wider and narrower kinds.
pub struct Genre(pub genre::Genre);

impl From<genre::Genre> for Genre {
    fn from(row: genre::Genre) -> Self {
        Self(row)
    }
}

connection! {
    /// A page of genres.
    GenreConnection,
    /// A genre in a list.
    GenreEdge,
    Genre
}

/// How a genre is named: by exactly one of these.
#[derive(OneofObject)]
pub enum GenreLookup {
    /// Its global id.
    Id(ID),
    /// Its slug, like `bossa-nova`.
    Slug(String),
    /// Its name, whatever the case.
    Name(String),
}

/// A kind of music, in a tree of wider and narrower kinds.
#[Object]
impl Genre {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id).into()
    }

    /// As people write it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Stable lower-case name, like `bossa-nova`.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// A sentence on what it is.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The wider genre; none at the root of the tree.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Genre>> {
        let Some(parent) = self.0.parent_id else { return Ok(None) };
        Ok(loaders(ctx)?.load_one(GenreById(parent)).await?.map(Genre))
    }

    /// The genres right below, by name.
    async fn children(&self, ctx: &Context<'_>) -> Result<Vec<Genre>> {
        let children = loaders(ctx)?.load_one(GenreChildren(self.0.id)).await?;
        Ok(children.unwrap_or_default().into_iter().map(Genre).collect())
    }

    /// The genres above, the nearest first.
    async fn ancestors(&self, ctx: &Context<'_>) -> Result<Vec<Genre>> {
        let ancestors = loaders(ctx)?.load_one(GenreAncestors(self.0.id)).await?;
        Ok(ancestors.unwrap_or_default().into_iter().map(Genre).collect())
    }

    /// Artists of the genre and of those below it, the best known first.
    async fn artists(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries of the page, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
    ) -> Result<ArtistConnection> {
        let order = artist::order(&[(ArtistOrderField::Popularity, Direction::Desc, Nulls::Last)]);
        let page = PageRequest::new(&args(first, after, None, None), order)?;
        let (page, count) = child_page!(ctx, self.0.id.0, ArtistsOfGenre { page });
        Ok(ArtistConnection::new(page, count))
    }

    /// Albums of the genre and of those below it, the best known first.
    async fn albums(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries of the page, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
    ) -> Result<AlbumConnection> {
        let order = album::order(&[(AlbumOrderField::Popularity, Direction::Desc, Nulls::Last)]);
        let page = PageRequest::new(&args(first, after, None, None), order)?;
        let (page, count) = child_page!(ctx, self.0.id.0, AlbumsOfGenre { page });
        Ok(AlbumConnection::new(page, count))
    }

    /// Tracks of the genre, the best known first.
    async fn tracks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries of the page, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
        #[graphql(desc = "Whether tracks of the genres below count as well.", default = true)] include_subgenres: bool,
    ) -> Result<TrackConnection> {
        let order = track::order(&[(TrackOrderField::Popularity, Direction::Desc, Nulls::Last)]);
        let page = PageRequest::new(&args(first, after, None, None), order)?;
        let (page, count) = child_page!(ctx, self.0.id.0, TracksOfGenre { include_subgenres, page });
        Ok(TrackConnection::new(page, count))
    }
}

/// The genres that a row's slugs stand for, in their order.
pub(in crate::graphql) async fn of_slugs(ctx: &Context<'_>, slugs: &LazyJson) -> Result<Vec<Genre>> {
    let keys: Vec<GenreBySlug> = slugs
        .parse()
        .as_array()
        .map(|slugs| slugs.iter().filter_map(|slug| slug.as_str()).map(|slug| GenreBySlug(slug.to_owned())).collect())
        .unwrap_or_default();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = loaders(ctx)?.load_many(keys.clone()).await?;
    Ok(keys.iter().filter_map(|key| found.remove(key)).map(Genre).collect())
}
