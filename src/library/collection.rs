//! Albums that people saved. Table `user_album_collections`.
//!
//! A collection is its person's alone: every read names them, whatever the row's own key is.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Jsonb, Nullable};

use super::shelf::{Kept, Removed, Shelf, wanted};
use crate::account::user::UserId;
use crate::catalog::album::{AlbumId, AlbumOrderField, sort_key};
use crate::db::{Conn, Direction, KeyType, LazyJson, ListSource, Nulls, Order, PageRequest, SortKey, Statement};
use crate::error::Result;
use crate::{child_list, id_type, loader, row};

id_type! {
    /// Key of `user_album_collections`.
    AlbumCollectionEntryId for "AlbumCollectionEntry";
}

row! {
    /// A saved album.
    AlbumCollectionEntry of "l" {
        id: AlbumCollectionEntryId,
        /// The album as it was saved; it may have been merged since.
        album_id: AlbumId,
        /// The person's own words.
        tags: LazyJson,
        /// Times the person played it.
        play_count: i32,
        added_at: DateTime<Utc>,
    }
}

const SHELF: Shelf = Shelf { table: "user_album_collections", thing: "album_id", things: "albums" };

/// What a person's collection holds of an album, for that person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CollectionEntryOfViewer {
    /// Who asks.
    pub viewer: UserId,
    /// The album.
    pub album: AlbumId,
}
loader!(CollectionEntryOfViewer => AlbumCollectionEntry, of_albums);

async fn of_albums(
    conn: &mut Conn,
    keys: &[CollectionEntryOfViewer],
) -> Result<HashMap<CollectionEntryOfViewer, AlbumCollectionEntry>> {
    let pairs = keys.iter().map(|key| (key.viewer.0, key.album.0));
    let found = SHELF.of_things(conn, AlbumCollectionEntry::COLUMNS, pairs).await?;
    let key = |(viewer, album)| CollectionEntryOfViewer { viewer: UserId(viewer), album: AlbumId(album) };
    Ok(found.into_iter().map(|(pair, row)| (key(pair), row)).collect())
}

/// A row of a person's collection by its own key, for that person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CollectionEntryById {
    /// Who asks.
    pub viewer: UserId,
    /// The row.
    pub id: AlbumCollectionEntryId,
}
loader!(CollectionEntryById => AlbumCollectionEntry, by_ids);

async fn by_ids(
    conn: &mut Conn,
    keys: &[CollectionEntryById],
) -> Result<HashMap<CollectionEntryById, AlbumCollectionEntry>> {
    let pairs = keys.iter().map(|key| (key.viewer.0, key.id.0));
    let found = SHELF.by_ids(conn, AlbumCollectionEntry::COLUMNS, pairs).await?;
    let key = |(viewer, id)| CollectionEntryById { viewer: UserId(viewer), id: AlbumCollectionEntryId(id) };
    Ok(found.into_iter().map(|(pair, row)| (key(pair), row)).collect())
}

/// The saved albums of a person, for that person.
#[derive(Debug)]
pub struct CollectionOf {
    /// Whether the order looks at the albums themselves.
    pub reads_albums: bool,
    /// The page asked for.
    pub page: PageRequest,
}

impl CollectionOf {
    /// The order that the given fields make; the last saved first without any.
    #[must_use]
    pub fn order(fields: &[(AlbumOrderField, Direction, Nulls)]) -> Order {
        let mut keys: Vec<_> =
            fields.iter().map(|(field, direction, nulls)| (sort_key(*field), *direction, *nulls)).collect();
        if keys.is_empty() {
            keys.push((SortKey::new("added", "l.added_at", KeyType::Instant), Direction::Desc, Nulls::Last));
        }
        Order::new(keys, "l.id", Direction::Desc)
    }

    fn source(&self) -> ListSource {
        let tables = if self.reads_albums {
            "user_album_collections l join albums k on k.id = l.album_id
            join albums b on b.id = coalesce(k.merged_into_id, k.id)"
        } else {
            "user_album_collections l"
        };
        ListSource { columns: AlbumCollectionEntry::COLUMNS, tables, condition: "l.user_id = p.parent" }
    }

    fn narrow(&self, statement: &mut Statement) {
        statement.private();
    }
}

child_list!(CollectionOf => AlbumCollectionEntry);

/// Saves albums; with tags, those that are saved already get them in place of theirs.
///
/// # Errors
/// What the database reports.
pub async fn save(
    conn: &mut Conn,
    viewer: UserId,
    albums: &[AlbumId],
    tags: Option<Vec<String>>,
) -> Result<Kept<AlbumCollectionEntry>> {
    let ids: Vec<i64> = albums.iter().map(|album| album.0).collect();
    let (things, missing) = wanted(&SHELF.places(conn, viewer.0, &ids).await?);
    if things.is_empty() {
        return Ok(Kept { rows: Vec::new(), missing });
    }
    let tags = tags.map(|tags| serde_json::json!(tags));
    let mut statement =
        Statement::new("with kept as (insert into user_album_collections as l (user_id, album_id, tags) select ");
    statement.bind::<BigInt, _>(viewer.0).push(", w.id, coalesce(");
    statement.bind::<Nullable<Jsonb>, _>(tags.clone()).push(", '[]') from unnest(");
    statement.keys::<BigInt, _>(things.clone());
    statement.push(") w(id) order by w.id on conflict (user_id, album_id) do update set tags = coalesce(");
    statement.bind::<Nullable<Jsonb>, _>(tags).push(", l.tags) returning l.*) select ");
    statement.push(AlbumCollectionEntry::COLUMNS).push(" from kept l");
    let mut rows = statement.load::<AlbumCollectionEntry>(conn).await?;
    rows.sort_by_key(|row| things.iter().position(|thing| *thing == row.album_id.0));
    Ok(Kept { rows, missing })
}

/// Takes albums out of a collection.
///
/// # Errors
/// What the database reports.
pub async fn unsave(conn: &mut Conn, viewer: UserId, albums: &[AlbumId]) -> Result<Removed> {
    let ids: Vec<i64> = albums.iter().map(|album| album.0).collect();
    Ok(Removed::of(&SHELF.remove(conn, viewer.0, &ids).await?))
}
