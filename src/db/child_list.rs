//! Lists below many parents: a page of each in one statement.

use std::sync::Arc;

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
/// `child_list!(TracksOf => Track)`: the type has a field `page: PageRequest` and the methods
/// `source` and `narrow`.
#[macro_export]
macro_rules! child_list {
    ($list:ty => $row:ty) => {
        impl $crate::db::Key for $crate::db::Of<$list> {
            type Value = $crate::db::Page<$row>;

            async fn load(
                from: &$crate::db::Loaders,
                keys: &[Self],
            ) -> $crate::db::Loaded<std::collections::HashMap<Self, Self::Value>> {
                let mut conn = from.conn().await?;
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

        impl $crate::db::Key for $crate::db::CountOf<$list> {
            type Value = i64;

            async fn load(
                from: &$crate::db::Loaders,
                keys: &[Self],
            ) -> $crate::db::Loaded<std::collections::HashMap<Self, i64>> {
                let mut conn = from.conn().await?;
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
