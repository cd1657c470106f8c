//! What a resolver may reach: the request's loaders and, for lists, a connection.

use std::net::IpAddr;

use async_graphql::Context;

use crate::account::accounts::Accounts;
use crate::account::viewer::Viewer;
use crate::collaboration::access::Reader;
use crate::collaboration::feed::Feeds;
use crate::db::{Conn, Database, Loaders};
use crate::error::{Error, Result};
use crate::operations::Monitor;

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

/// For whom playlists are read.
///
/// # Errors
/// `Internal` when the server forgot to attach the database.
pub fn reader(ctx: &Context<'_>) -> Result<Reader> {
    Ok(Reader::of(database(ctx)?.actor()))
}

/// The feeds that subscriptions follow.
///
/// # Errors
/// `Internal` when the server forgot to attach them.
pub fn feeds<'c>(ctx: &Context<'c>) -> Result<&'c Feeds> {
    ctx.data::<Feeds>().map_err(|_| Error::internal("the request carries no feeds"))
}

/// Who reads the figures of the database.
///
/// # Errors
/// `Internal` when the server forgot to attach them.
pub fn monitor<'c>(ctx: &Context<'c>) -> Result<&'c Monitor> {
    ctx.data::<Monitor>().map_err(|_| Error::internal("the request carries no monitor"))
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    /// The address, where there is one.
    pub address: Option<IpAddr>,
}

/// The address a request comes from, where there is one.
#[must_use]
pub fn address(ctx: &Context<'_>) -> Option<IpAddr> {
    ctx.data::<Origin>().ok().and_then(|origin| origin.address)
}

/// Who calls; none when they did not say.
#[must_use]
pub fn viewer<'c>(ctx: &Context<'c>) -> Option<&'c Viewer> {
    ctx.data_opt::<Viewer>()
}

/// Who calls.
///
/// # Errors
/// `Unauthenticated` when they did not say.
pub fn require_viewer<'c>(ctx: &Context<'c>) -> Result<&'c Viewer> {
    viewer(ctx).ok_or_else(|| Error::Unauthenticated("this is for people who have signed in: log in first".to_owned()))
}

/// What accounts are run with.
///
/// # Errors
/// `Internal` when the server forgot to attach them.
pub fn accounts<'c>(ctx: &Context<'c>) -> Result<&'c Accounts> {
    ctx.data::<Accounts>().map_err(|_| Error::internal("the request carries no accounts"))
}
