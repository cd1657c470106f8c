//! Genres: a tree of named kinds of music. Table `genres`.
//!
//! Artists, albums and tracks hold genre slugs in a JSON array; a trigger refuses unknown ones.

use std::collections::HashMap;

use diesel::sql_types::{Array, BigInt, Text};

use crate::db::{Conn, Direction, KeyType, ListSource, Nulls, Order, PageRequest, SortKey, Statement};
use crate::error::Result;
use crate::{child_list, id_type, loader, row};

id_type! {
    /// Key of `genres`.
    GenreId for "Genre";
}

row! {
    /// One genre.
    Genre of "g" {
        id: GenreId,
        /// As people write it.
        name: String,
        /// Stable lower-case name, unique.
        slug: String,
        /// The wider genre, none at the root.
        parent_id: Option<GenreId>,
        /// A sentence on it.
        description: Option<String>,
    }
}

/// A genre by its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GenreById(pub GenreId);
loader!(GenreById => Genre, by_ids);

async fn by_ids(conn: &mut Conn, keys: &[GenreById]) -> Result<HashMap<GenreById, Genre>> {
    let mut statement = Statement::new("select ");
    statement.push(Genre::COLUMNS).push(" from genres g where g.id = any(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.0.0));
    statement.push(")");
    let genres = statement.load::<Genre>(conn).await?;
    Ok(genres.into_iter().map(|genre| (GenreById(genre.id), genre)).collect())
}

/// A genre by its slug.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GenreBySlug(pub String);
loader!(GenreBySlug => Genre, by_slugs);

async fn by_slugs(conn: &mut Conn, keys: &[GenreBySlug]) -> Result<HashMap<GenreBySlug, Genre>> {
    let mut statement = Statement::new("select ");
    statement.push(Genre::COLUMNS).push(" from genres g where g.slug = any(");
    statement.keys::<Text, _>(keys.iter().map(|key| key.0.clone()));
    statement.push(")");
    let genres = statement.load::<Genre>(conn).await?;
    Ok(genres.into_iter().map(|genre| (GenreBySlug(genre.slug.clone()), genre)).collect())
}

/// A genre by its name, whatever the case.
///
/// # Errors
/// What the database reports.
pub async fn find_by_name(conn: &mut Conn, name: &str) -> Result<Option<Genre>> {
    let mut statement = Statement::new("select ");
    statement.push(Genre::COLUMNS).push(" from genres g where lower(g.name) = lower(");
    statement.bind::<Text, _>(name.to_owned()).push(")");
    statement.first(conn).await
}

/// The genres right below one, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GenreChildren(pub GenreId);
loader!(GenreChildren => Vec<Genre>, children);

/// Children that a genre shows at most; a tree with wider branches is a mistake.
const MAX_CHILDREN: i64 = 500;

async fn children(conn: &mut Conn, keys: &[GenreChildren]) -> Result<HashMap<GenreChildren, Vec<Genre>>> {
    let mut statement = Statement::new("select p.parent, l.* from unnest(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.0.0));
    statement.push(") as p(parent) cross join lateral (select ").push(Genre::COLUMNS);
    statement.push(" from genres g where g.parent_id = p.parent order by g.name, g.id limit ");
    statement.push(MAX_CHILDREN.to_string()).push(") l");
    let mut found: HashMap<GenreChildren, Vec<Genre>> = keys.iter().map(|key| (*key, Vec::new())).collect();
    for (parent, genre) in statement.load::<(GenreId, Genre)>(conn).await? {
        found.entry(GenreChildren(parent)).or_default().push(genre);
    }
    Ok(found)
}

/// The genres above one, the nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GenreAncestors(pub GenreId);
loader!(GenreAncestors => Vec<Genre>, ancestors);

async fn ancestors(conn: &mut Conn, keys: &[GenreAncestors]) -> Result<HashMap<GenreAncestors, Vec<Genre>>> {
    let mut statement = Statement::new(
        "with recursive up(start, id, distance) as (
            select s.id, s.parent_id, 1 from genres s where s.id = any(",
    );
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.0.0));
    statement.push(
        ") and s.parent_id is not null
            union all
            select up.start, a.parent_id, up.distance + 1
            from up join genres a on a.id = up.id
            where a.parent_id is not null and up.distance < 32
        )
        select up.start, ",
    );
    statement.push(Genre::COLUMNS);
    statement.push(" from up join genres g on g.id = up.id order by up.start, up.distance");
    let mut found: HashMap<GenreAncestors, Vec<Genre>> = keys.iter().map(|key| (*key, Vec::new())).collect();
    for (start, genre) in statement.load::<(GenreId, Genre)>(conn).await? {
        found.entry(GenreAncestors(start)).or_default().push(genre);
    }
    Ok(found)
}

/// Which genres a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GenreScope {
    /// All of them.
    All,
    /// Those without a wider genre.
    Roots,
    /// Those right below one.
    Below(GenreId),
}

/// The list of genres by name.
pub const LIST: ListSource = ListSource { columns: Genre::COLUMNS, tables: "genres g", condition: "true" };

/// Genres by name.
#[must_use]
pub fn by_name() -> Order {
    let name = SortKey::new("name", "g.name", KeyType::Text);
    Order::new(vec![(name, Direction::Asc, Nulls::Last)], "g.id", Direction::Asc)
}

impl GenreScope {
    /// Adds the scope's condition.
    pub fn narrow(self, statement: &mut Statement) {
        match self {
            Self::All => {}
            Self::Roots => {
                statement.push(" and g.parent_id is null");
            }
            Self::Below(parent) => {
                statement.push(" and g.parent_id = ").bind::<BigInt, _>(parent.0);
            }
        }
    }
}

/// Adds the slugs of the given genres, and of all below them when asked, as an SQL `text[]`.
pub(super) fn push_slugs(ids: &[GenreId], include_subgenres: bool, statement: &mut Statement) {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    if include_subgenres {
        statement.push(
            "array(with recursive below(id, slug) as (
                select b.id, b.slug from genres b where b.id = any(",
        );
        statement.bind::<Array<BigInt>, _>(ids).push(
            ") union select c.id, c.slug from genres c join below on c.parent_id = below.id
            ) select slug from below)",
        );
    } else {
        statement.push("array(select b.slug from genres b where b.id = any(");
        statement.bind::<Array<BigInt>, _>(ids).push("))");
    }
}

/// The condition of lists below a genre: the row's slugs meet those of the parent's subtree.
macro_rules! in_subtree {
    ($alias:literal) => {
        concat!(
            $alias,
            ".merged_into_id is null and ",
            $alias,
            ".genres ?| array(with recursive below(id, slug) as (
                select top.id, top.slug from genres top where top.id = p.parent
                union select c.id, c.slug from genres c join below on c.parent_id = below.id
            ) select slug from below)"
        )
    };
}

/// The condition of lists of one genre alone.
macro_rules! in_genre {
    ($alias:literal) => {
        concat!(
            $alias,
            ".merged_into_id is null and ",
            $alias,
            ".genres ?| array(select top.slug from genres top where top.id = p.parent)"
        )
    };
}

/// The artists of a genre and of those below it, the best known first.
#[derive(Debug)]
pub struct ArtistsOfGenre {
    /// The page asked for.
    pub page: PageRequest,
}

impl ArtistsOfGenre {
    fn source(&self) -> ListSource {
        ListSource { columns: super::artist::Artist::COLUMNS, tables: "artists a", condition: in_subtree!("a") }
    }

    fn narrow(&self, _: &mut Statement) {}
}

child_list!(ArtistsOfGenre => super::artist::Artist);

/// The albums of a genre and of those below it, the best known first.
#[derive(Debug)]
pub struct AlbumsOfGenre {
    /// The page asked for.
    pub page: PageRequest,
}

impl AlbumsOfGenre {
    fn source(&self) -> ListSource {
        ListSource { columns: super::album::Album::COLUMNS, tables: "albums b", condition: in_subtree!("b") }
    }

    fn narrow(&self, _: &mut Statement) {}
}

child_list!(AlbumsOfGenre => super::album::Album);

/// The tracks of a genre, the best known first.
#[derive(Debug)]
pub struct TracksOfGenre {
    /// Whether tracks of the genres below count as well.
    pub include_subgenres: bool,
    /// The page asked for.
    pub page: PageRequest,
}

impl TracksOfGenre {
    fn source(&self) -> ListSource {
        ListSource {
            columns: super::track::Track::COLUMNS,
            tables: "tracks t",
            condition: if self.include_subgenres { in_subtree!("t") } else { in_genre!("t") },
        }
    }

    fn narrow(&self, _: &mut Statement) {}
}

child_list!(TracksOfGenre => super::track::Track);
