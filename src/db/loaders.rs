//! Batching: keys asked for on one level of a query become one statement.
//!
//! The keys and what they load stand beside the tables they read; this is only the thing they
//! are implemented for. One set lives as long as one request, so nothing that one caller may see
//! reaches another.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::dataloader::{DataLoader, HashMapCache};

use super::{Conn, Database};
use crate::error::{Error, Result};

/// What the loaders of one request read from.
pub struct Loaders {
    database: Database,
}

/// The loaders of one request, with what they have loaded.
pub type RequestLoaders = DataLoader<Loaders, HashMapCache>;

impl Loaders {
    /// The loaders for one request. Keys that are asked for in one poll go together: the delay
    /// is zero, since a timer's tick would cost each level a millisecond.
    #[must_use]
    pub fn for_request(database: Database) -> RequestLoaders {
        DataLoader::with_cache(Self { database }, tokio::spawn, HashMapCache::default()).delay(Duration::ZERO)
    }

    /// The loaders for a stream of answers: they keep nothing, so that each answer tells what is
    /// true then. Keys of one answer still go together.
    #[must_use]
    pub fn for_stream(database: Database) -> RequestLoaders {
        let loaders = Self::for_request(database);
        loaders.enable_all_cache(false);
        loaders
    }

    /// A connection for one batch.
    ///
    /// # Errors
    /// `Unavailable` when the pool has none in time.
    pub async fn conn(&self) -> Result<Conn, Arc<Error>> {
        self.database.reader().await.map_err(Arc::new)
    }
}

/// Implements a loader: `loader!(TrackById => Track, by_ids)`, where the function takes
/// `&mut Conn` and the keys and gives a map.
#[macro_export]
macro_rules! loader {
    ($key:ty => $value:ty, $function:path) => {
        impl async_graphql::dataloader::Loader<$key> for $crate::db::Loaders {
            type Value = $value;
            type Error = std::sync::Arc<$crate::error::Error>;

            async fn load(
                &self,
                keys: &[$key],
            ) -> std::result::Result<std::collections::HashMap<$key, $value>, Self::Error> {
                let mut conn = self.conn().await?;
                $function(&mut conn, keys).await.map_err(std::sync::Arc::new)
            }
        }
    };
}

/// A child list as asked of one parent: lists that are alike but for the parent load together.
#[derive(Debug)]
pub struct Of<L> {
    /// The parent's key.
    pub parent: i64,
    /// What is asked: filter, order, page.
    pub list: Arc<L>,
    /// Equal exactly for equal lists.
    shape: Arc<str>,
}

impl<L: std::fmt::Debug> Of<L> {
    /// The list `list` of one parent.
    #[must_use]
    pub fn new(parent: i64, list: L) -> Self {
        let shape = format!("{list:?}").into();
        Self { parent, list: Arc::new(list), shape }
    }
}

impl<L> Clone for Of<L> {
    fn clone(&self) -> Self {
        Self { parent: self.parent, list: self.list.clone(), shape: self.shape.clone() }
    }
}

impl<L> PartialEq for Of<L> {
    fn eq(&self, other: &Self) -> bool {
        self.parent == other.parent && self.shape == other.shape
    }
}

impl<L> Eq for Of<L> {}

impl<L> std::hash::Hash for Of<L> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.parent.hash(state);
        self.shape.hash(state);
    }
}

/// The keys of each list that is asked for, by shape: one statement each.
pub(crate) fn by_shape<L>(keys: &[Of<L>]) -> Vec<(Arc<L>, Vec<&Of<L>>)> {
    let mut groups: Vec<(Arc<L>, Vec<&Of<L>>)> = Vec::new();
    for key in keys {
        match groups.iter_mut().find(|(_, group)| group.first().is_some_and(|first| first.shape == key.shape)) {
            Some((_, group)) => group.push(key),
            None => groups.push((key.list.clone(), vec![key])),
        }
    }
    groups
}

/// Implements the loader of a child list: its pages and, apart, its counts.
///
/// `child_list!(TracksOf => Track, source(list), narrow(list, statement))`: the type has a field
/// `page: PageRequest`.
#[macro_export]
macro_rules! child_list {
    ($list:ty => $row:ty) => {
        impl async_graphql::dataloader::Loader<$crate::db::Of<$list>> for $crate::db::Loaders {
            type Value = $crate::db::Page<$row>;
            type Error = std::sync::Arc<$crate::error::Error>;

            async fn load(
                &self,
                keys: &[$crate::db::Of<$list>],
            ) -> std::result::Result<std::collections::HashMap<$crate::db::Of<$list>, Self::Value>, Self::Error> {
                let mut conn = self.conn().await?;
                let mut found = std::collections::HashMap::new();
                // One statement for each way the list was asked for, whatever the parents' number.
                for (list, group) in $crate::db::by_shape(keys) {
                    let parents = group.iter().map(|key| key.parent).collect();
                    let mut pages = $crate::db::page::load_of::<$row>(
                        &mut conn,
                        list.source(),
                        parents,
                        |statement| list.narrow(statement),
                        &list.page,
                    )
                    .await
                    .map_err(std::sync::Arc::new)?;
                    for key in group {
                        if let Some(page) = pages.remove(&key.parent) {
                            found.insert(key.clone(), page);
                        }
                    }
                }
                Ok(found)
            }
        }

        impl async_graphql::dataloader::Loader<$crate::db::CountOf<$list>> for $crate::db::Loaders {
            type Value = i64;
            type Error = std::sync::Arc<$crate::error::Error>;

            async fn load(
                &self,
                keys: &[$crate::db::CountOf<$list>],
            ) -> std::result::Result<std::collections::HashMap<$crate::db::CountOf<$list>, i64>, Self::Error> {
                let mut conn = self.conn().await?;
                let lists: Vec<_> = keys.iter().map(|key| key.0.clone()).collect();
                let mut found = std::collections::HashMap::new();
                for (list, group) in $crate::db::by_shape(&lists) {
                    let parents = group.iter().map(|key| key.parent).collect();
                    let counts = $crate::db::page::count_of(&mut conn, list.source(), parents, |statement| {
                        list.narrow(statement)
                    })
                    .await
                    .map_err(std::sync::Arc::new)?;
                    for key in group {
                        let count = counts.get(&key.parent).copied().unwrap_or(0);
                        found.insert($crate::db::CountOf(key.clone()), count);
                    }
                }
                Ok(found)
            }
        }
    };
}

/// The number of rows of a child list.
#[derive(Debug)]
pub struct CountOf<L>(pub Of<L>);

impl<L> Clone for CountOf<L> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<L> PartialEq for CountOf<L> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<L> Eq for CountOf<L> {}

impl<L> std::hash::Hash for CountOf<L> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
