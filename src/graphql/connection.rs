//! Relay connections: pages of a list, their cursors, and the count where it is asked for.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use async_graphql::{Context, SimpleObject};

use super::context;
use crate::db::{Filter, ListSource, Page, PageArgs, Test, page};
use crate::error::{Error, Result};

/// Where a page stands in its list.
#[derive(Debug, Clone, SimpleObject)]
pub struct PageInfo {
    /// Whether entries follow this page.
    pub has_next_page: bool,
    /// Whether entries precede this page.
    pub has_previous_page: bool,
    /// Cursor of the first entry; none on an empty page.
    pub start_cursor: Option<String>,
    /// Cursor of the last entry; none on an empty page.
    pub end_cursor: Option<String>,
}

type Counting = Pin<Box<dyn Future<Output = Result<i64, Arc<Error>>> + Send>>;

type BeginCounting = dyn Fn(&Context<'_>) -> Result<Counting> + Send + Sync;

/// How a list is counted, once somebody asks.
pub struct Count(Box<BeginCounting>);

impl Count {
    /// Counts a list of the root.
    pub fn of_list<T: Test>(list: ListSource, filter: Filter<T>) -> Self {
        Self(Box::new(move |ctx| {
            let database = ctx
                .data::<crate::db::Database>()
                .map_err(|_| Error::internal("the request carries no database"))?
                .clone();
            let filter = filter.clone();
            Ok(Box::pin(async move {
                let mut conn = database.reader().await?;
                Ok(page::count(&mut conn, list, |statement| filter.push_and(statement)).await?)
            }))
        }))
    }

    /// Counts in a way of its own.
    pub fn by<F>(counting: F) -> Self
    where
        F: Fn(&Context<'_>) -> Result<Counting> + Send + Sync + 'static,
    {
        Self(Box::new(counting))
    }

    /// A list whose length is known.
    pub fn known(count: i64) -> Self {
        Self(Box::new(move |_| Ok(Box::pin(async move { Ok(count) }))))
    }

    /// Counts.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn run(&self, ctx: &Context<'_>) -> Result<i64, Arc<Error>> {
        (self.0)(ctx).map_err(Arc::new)?.await
    }
}

/// The arguments of a connection, with the names that errors give them.
#[must_use]
pub fn args(first: Option<i32>, after: Option<String>, last: Option<i32>, before: Option<String>) -> PageArgs {
    PageArgs { first, after, last, before }
}

/// A page of a root list.
///
/// # Errors
/// What the database reports.
pub async fn root<R, T>(
    ctx: &Context<'_>,
    list: ListSource,
    filter: Filter<T>,
    request: &crate::db::PageRequest,
) -> Result<(Page<R>, Count)>
where
    R: crate::db::ReadRow,
    T: Test,
{
    let mut conn = context::conn(ctx).await?;
    let page = page::load(&mut conn, list, |statement| filter.push_and(statement), request).await?;
    Ok((page, Count::of_list(list, filter)))
}

/// Declares a connection and its edge: doc, name, doc, name, node type.
#[macro_export]
macro_rules! connection {
    ($(#[$doc:meta])* $connection:ident, $(#[$edge_doc:meta])* $edge:ident, $node:ty) => {
        $(#[$edge_doc])*
        pub struct $edge {
            cursor: $crate::db::Cursor,
            node: $node,
        }

        $(#[$edge_doc])*
        #[async_graphql::Object]
        impl $edge {
            /// Opaque place of the entry in this order of the list.
            async fn cursor(&self) -> String {
                self.cursor.write()
            }

            /// The entry itself.
            async fn node(&self) -> &$node {
                &self.node
            }
        }

        $(#[$doc])*
        pub struct $connection {
            edges: Vec<$edge>,
            has_next: bool,
            has_previous: bool,
            count: $crate::graphql::connection::Count,
        }

        impl $connection {
            /// A page of rows as a connection.
            pub fn new<R>(page: $crate::db::Page<R>, count: $crate::graphql::connection::Count) -> Self
            where
                $node: From<R>,
            {
                let edges = page.rows.into_iter();
                Self {
                    edges: edges.map(|edge| $edge { cursor: edge.cursor, node: edge.row.into() }).collect(),
                    has_next: page.has_next,
                    has_previous: page.has_previous,
                    count,
                }
            }
        }

        $(#[$doc])*
        #[async_graphql::Object]
        impl $connection {
            /// The entries of the page, each with its cursor.
            async fn edges(&self) -> &[$edge] {
                &self.edges
            }

            /// The entries of the page.
            async fn nodes(&self) -> Vec<&$node> {
                self.edges.iter().map(|edge| &edge.node).collect()
            }

            /// Where the page stands in the list.
            async fn page_info(&self) -> $crate::graphql::connection::PageInfo {
                $crate::graphql::connection::PageInfo {
                    has_next_page: self.has_next,
                    has_previous_page: self.has_previous,
                    start_cursor: self.edges.first().map(|edge| edge.cursor.write()),
                    end_cursor: self.edges.last().map(|edge| edge.cursor.write()),
                }
            }

            /// Entries of the whole list under its filter. Counted only when asked for.
            async fn total_count(&self, ctx: &async_graphql::Context<'_>) -> async_graphql::Result<i32> {
                let count = self.count.run(ctx).await?;
                Ok($crate::graphql::scalars::to_int(count))
            }
        }
    };
}

/// Loads a page of a child list through its loader and gives the count's key beside.
#[macro_export]
macro_rules! child_page {
    ($ctx:expr, $parent:expr, $list:expr) => {{
        let key = $crate::db::Of::new($parent, $list);
        let page = $crate::graphql::context::loaders($ctx)?.load_one(key.clone()).await?;
        let count = $crate::graphql::connection::Count::by(move |ctx| {
            let loaders = $crate::graphql::context::loaders(ctx)?.clone();
            let key = $crate::db::CountOf(key.clone());
            Ok(Box::pin(async move { Ok(loaders.load_one(key).await?.unwrap_or(0)) }))
        });
        (page.unwrap_or_else($crate::db::Page::empty), count)
    }};
}
