//! What a resolver may reach: the request's loaders and, for lists, a connection.

use async_graphql::Context;

use crate::collaboration::feed::Feeds;
use crate::db::{Conn, Database, Loaders};
use crate::error::{Error, Result};

/// The loaders of this request.
///
/// # Errors
/// `Internal` when the server forgot to attach them.
pub fn loaders<'c>(ctx: &Context<'c>) -> Result<&'c Loaders> {
    ctx.data::<Loaders>().map_err(|_| Error::internal("the request carries no loaders"))
}

/// A connection for one call of a data room; to be dropped before anything else is awaited.
///
/// # Errors
/// `Unavailable` when the pool has none in time.
pub async fn conn(ctx: &Context<'_>) -> Result<Conn> {
    let database = ctx.data::<Database>().map_err(|_| Error::internal("the request carries no database"))?;
    database.reader().await
}

/// The database, for work that outlives this borrow.
///
/// # Errors
/// `Internal` when the server forgot to attach it.
pub fn database<'c>(ctx: &Context<'c>) -> Result<&'c Database> {
    ctx.data::<Database>().map_err(|_| Error::internal("the request carries no database"))
}

/// The feeds that subscriptions follow.
///
/// # Errors
/// `Internal` when the server forgot to attach them.
pub fn feeds<'c>(ctx: &Context<'c>) -> Result<&'c Feeds> {
    ctx.data::<Feeds>().map_err(|_| Error::internal("the request carries no feeds"))
}
