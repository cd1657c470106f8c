//! Saved albums as a type.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};

use crate::account::user::UserId;
use crate::catalog::album::AlbumById;
use crate::db::PageRequest;
use crate::error::Error;
use crate::graphql::catalog::album::{Album, AlbumOrder, fields};
use crate::graphql::catalog::artist::words_of;
use crate::graphql::connection::args;
use crate::graphql::context::loaders;
use crate::library::collection::{self, CollectionOf};
use crate::{child_page, connection, ids};

/// An album in a collection. Access: the person alone.
pub struct AlbumCollectionEntry(pub collection::AlbumCollectionEntry);

impl From<collection::AlbumCollectionEntry> for AlbumCollectionEntry {
    fn from(row: collection::AlbumCollectionEntry) -> Self {
        Self(row)
    }
}

connection! {
    /// A page of a collection of albums.
    AlbumCollectionEntryConnection,
    /// A saved album in a list.
    AlbumCollectionEntryEdge,
    AlbumCollectionEntry
}

/// An album in a collection. Access: the person alone.
#[Object]
impl AlbumCollectionEntry {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id).into()
    }

    /// The album; where it was merged since, the one it was merged into.
    async fn album(&self, ctx: &Context<'_>) -> Result<Album> {
        let album = loaders(ctx)?.load_one(AlbumById(self.0.album_id)).await?;
        Ok(album.map(Album).ok_or_else(|| Error::NotFound("the album is gone".to_owned()))?)
    }

    /// When it was saved.
    async fn added_at(&self) -> DateTime<Utc> {
        self.0.added_at
    }

    /// The person's own words.
    async fn tags(&self) -> Vec<String> {
        words_of(&self.0.tags.parse())
    }

    /// Times the person played it.
    async fn play_count(&self) -> i32 {
        self.0.play_count
    }
}

/// A page of a person's albums, for that person.
///
/// # Errors
/// `Invalid` naming the argument; what the database reports.
pub async fn page(
    ctx: &Context<'_>,
    viewer: UserId,
    (first, after): (Option<i32>, Option<String>),
    order_by: Option<Vec<AlbumOrder>>,
) -> Result<AlbumCollectionEntryConnection> {
    let fields = fields(order_by);
    let reads_albums = !fields.is_empty();
    let page = PageRequest::new(&args(first, after, None, None), CollectionOf::order(&fields))?;
    let (page, count) = child_page!(ctx, viewer.0, CollectionOf { reads_albums, page });
    Ok(AlbumCollectionEntryConnection::new(page, count))
}
