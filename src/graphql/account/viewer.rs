//! Whoever calls, as a type.

use async_graphql::{Context, Json, Object, Result};
use serde_json::Value;

use super::token::AccessToken;
use super::user::User;
use crate::account::scope::Scope;
use crate::account::user::UserById;
use crate::account::{api_token, export, viewer};
use crate::child_page;
use crate::db::{Direction, Nulls, PageRequest};
use crate::graphql::access::{Needs, cost, requires};
use crate::graphql::catalog::album::AlbumOrder;
use crate::graphql::connection::args;
use crate::graphql::context::{accounts, database, loaders};
use crate::graphql::library::collection::{self, AlbumCollectionEntryConnection};
use crate::graphql::library::entry::{self, LibraryEntryConnection, LibraryFilter, LibraryOrder};
use crate::graphql::listening::charts::{self, RankedAlbumConnection, RankedArtistConnection, RankedTrackConnection};
use crate::graphql::listening::interaction::{self, InteractionConnection, InteractionFilter};
use crate::graphql::playlist::playlist::{PlaylistConnection, PlaylistFilter, PlaylistOrder, compiled, order};
use crate::listening::statistics::StatsRange;
use crate::playlist::playlist::{self, PlaylistOrderField, PlaylistsOfMember};

/// Whoever calls, and what is theirs. Access: whoever has signed in, for themself.
pub struct Viewer(pub viewer::Viewer);

/// Whoever calls, and what is theirs. Access: whoever has signed in, for themself.
#[Object]
impl Viewer {
    /// The person.
    async fn user(&self, ctx: &Context<'_>) -> Result<User> {
        let user = loaders(ctx)?.load_one(UserById(self.0.user)).await?;
        // The account was closed this very moment.
        Ok(user.map(User).ok_or_else(viewer::refusal)?)
    }

    /// What the caller may do: all that the person may, or what the token allows.
    async fn scopes(&self) -> &[Scope] {
        &self.0.scopes
    }

    /// Tokens that the person gave to programs and that are good, the newest first, at most 50.
    /// Access: a session.
    #[graphql(guard = "Needs::Session")]
    async fn tokens(&self, ctx: &Context<'_>) -> Result<Vec<AccessToken>> {
        let mut conn = database(ctx)?.primary().conn().await?;
        let tokens = api_token::list(&mut conn, self.0.user).await?;
        Ok(tokens.into_iter().map(AccessToken).collect())
    }

    /// Playlists they own or take part in, by name unless ordered otherwise. Access: scope
    /// PLAYLIST_READ_PRIVATE.
    #[expect(clippy::too_many_arguments, reason = "the arguments of every list of playlists")]
    #[graphql(
        guard = "Needs::Scope(Scope::PlaylistReadPrivate)",
        directive = requires::apply(Scope::PlaylistReadPrivate)
    )]
    async fn playlists(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries from the front, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
        #[graphql(desc = "Entries from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries before this cursor.")] before: Option<String>,
        #[graphql(desc = "Leaves out what does not pass.")] filter: Option<PlaylistFilter>,
        #[graphql(desc = "The order, first field first.")] order_by: Option<Vec<PlaylistOrder>>,
    ) -> Result<PlaylistConnection> {
        let filter = compiled("filter", filter)?;
        let order = match order_by {
            Some(given) => order(Some(given)),
            None => playlist::order(&[(PlaylistOrderField::Name, Direction::Asc, Nulls::Last)]),
        };
        let page = PageRequest::new(&args(first, after, last, before), order)?;
        let (page, count) = child_page!(ctx, self.0.user.0, PlaylistsOfMember { filter, page });
        Ok(PlaylistConnection::new(page, count))
    }

    /// Tracks that the person saved, the last first. Access: scope READ.
    #[graphql(guard = "Needs::Scope(Scope::Read)")]
    async fn library(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries of the page, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
        #[graphql(desc = "Leaves out what does not pass.")] filter: Option<LibraryFilter>,
        #[graphql(desc = "The order, first field first.")] order_by: Option<Vec<LibraryOrder>>,
    ) -> Result<LibraryEntryConnection> {
        entry::page(ctx, self.0.user, (first, after), filter, order_by).await
    }

    /// Albums that the person saved, the last first. Access: scope READ.
    #[graphql(guard = "Needs::Scope(Scope::Read)")]
    async fn albums(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries of the page, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
        #[graphql(desc = "The order, first field first.")] order_by: Option<Vec<AlbumOrder>>,
    ) -> Result<AlbumCollectionEntryConnection> {
        collection::page(ctx, self.0.user, (first, after), order_by).await
    }

    /// What the person did with tracks, the latest first. Access: scope HISTORY_READ.
    #[graphql(guard = "Needs::Scope(Scope::HistoryRead)", directive = requires::apply(Scope::HistoryRead))]
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries from the front, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
        #[graphql(desc = "Entries from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries before this cursor.")] before: Option<String>,
        #[graphql(desc = "Leaves out what does not pass.")] filter: Option<InteractionFilter>,
    ) -> Result<InteractionConnection> {
        interaction::page(ctx, self.0.user, &args(first, after, last, before), filter).await
    }

    /// The tracks that the person listened to most. Access: scope HISTORY_READ.
    #[graphql(guard = "Needs::Scope(Scope::HistoryRead)", directive = requires::apply(Scope::HistoryRead))]
    async fn top_tracks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The span of time.", default_with = "StatsRange::Month")] range: StatsRange,
        #[graphql(desc = "Entries, 1 to 100.", default = 50)] first: i32,
    ) -> Result<RankedTrackConnection> {
        charts::top_tracks_of(ctx, self.0.user, range, first).await
    }

    /// The artists that the person listened to most. Access: scope HISTORY_READ.
    #[graphql(guard = "Needs::Scope(Scope::HistoryRead)", directive = requires::apply(Scope::HistoryRead))]
    async fn top_artists(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The span of time.", default_with = "StatsRange::Month")] range: StatsRange,
        #[graphql(desc = "Entries, 1 to 100.", default = 50)] first: i32,
    ) -> Result<RankedArtistConnection> {
        charts::top_artists_of(ctx, self.0.user, range, first).await
    }

    /// The albums that the person listened to most. Access: scope HISTORY_READ.
    #[graphql(guard = "Needs::Scope(Scope::HistoryRead)", directive = requires::apply(Scope::HistoryRead))]
    async fn top_albums(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The span of time.", default_with = "StatsRange::Month")] range: StatsRange,
        #[graphql(desc = "Entries, 1 to 100.", default = 50)] first: i32,
    ) -> Result<RankedAlbumConnection> {
        charts::top_albums_of(ctx, self.0.user, range, first).await
    }

    /// Everything that is kept of the person, as one document; secrets are left out. Access: a
    /// session.
    #[graphql(guard = "Needs::Session", directive = cost::apply(100))]
    async fn data_export(&self, ctx: &Context<'_>) -> Result<Json<Value>> {
        let mut conn = database(ctx)?.conn().await?;
        let mut transaction = conn.begin().await?;
        let outcome = export::of(&mut transaction, accounts(ctx)?, self.0.user).await;
        Ok(Json(transaction.end(outcome).await?))
    }
}
