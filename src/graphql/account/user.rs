//! People as a type.

use async_graphql::{Context, ID, Object, OneofObject, Result};
use chrono::{DateTime, Utc};

use super::profile::MusicProfile;
use crate::account::profile::ProfileOfViewer;
use crate::account::scope::Scope;
use crate::account::user::{self, EmailOf};
use crate::db::PageRequest;
use crate::graphql::access::{self, requires};
use crate::graphql::connection::args;
use crate::graphql::context::{accounts, loaders, reader};
use crate::graphql::library::follow::{self, ArtistFollowConnection, PlaylistFollowConnection};
use crate::graphql::listening::person::{ListeningStatistics, statistics_of};
use crate::graphql::playlist::playlist::{PlaylistConnection, PlaylistFilter, PlaylistOrder, compiled, order};
use crate::graphql::scalars::LanguageTag;
use crate::listening::statistics::StatsRange;
use crate::playlist::playlist::PlaylistsOfUser;
use crate::{child_page, ids};

/// A person, as everyone sees them.
pub struct User(pub user::User);

/// How a person is named: by exactly one of these.
#[derive(OneofObject)]
pub enum UserLookup {
    /// Their global id.
    Id(ID),
    /// Their name, whatever the case.
    Username(String),
}

/// A person, as everyone sees them.
#[Object]
impl User {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id).into()
    }

    /// Name, unique whatever the case.
    async fn username(&self) -> &str {
        &self.0.username
    }

    /// Their e-mail address. Access: the person and administrators; null for all others.
    #[graphql(directive = requires::apply(Scope::Admin))]
    async fn email(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        if !access::is_self_or_administrator(ctx, self.0.id) {
            return Ok(None);
        }
        let Some(kept) = loaders(ctx)?.load_one(EmailOf(self.0.id)).await? else { return Ok(None) };
        Ok(accounts(ctx)?.open_email(kept)?)
    }

    /// Whether the account is open. Closed ones are shown to administrators alone, by what they
    /// change.
    async fn is_active(&self) -> bool {
        self.0.is_active
    }

    /// Whether they run the server.
    async fn is_admin(&self) -> bool {
        self.0.is_admin
    }

    /// When they last signed in. Access: the person and administrators; null for all others.
    async fn last_login_at(&self, ctx: &Context<'_>) -> Option<DateTime<Utc>> {
        self.0.last_login.filter(|_| access::is_self_or_administrator(ctx, self.0.id))
    }

    /// The language they use.
    async fn language(&self) -> LanguageTag {
        LanguageTag(self.0.default_language.clone())
    }

    /// When the account was made.
    pub async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// What they like to hear. Access: the person; null for all others, and while nothing is said.
    async fn profile(&self, ctx: &Context<'_>) -> Result<Option<MusicProfile>> {
        if !access::is_self(ctx, self.0.id) {
            return Ok(None);
        }
        Ok(loaders(ctx)?.load_one(ProfileOfViewer(self.0.id)).await?.map(MusicProfile))
    }

    /// Playlists they own: public ones, and those that the caller owns or takes part in.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the contract")]
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
        let page = PageRequest::new(&args(first, after, last, before), order(order_by))?;
        let (page, count) = child_page!(ctx, self.0.id.0, PlaylistsOfUser { reader: reader(ctx)?, filter, page });
        Ok(PlaylistConnection::new(page, count))
    }

    /// What they heard, for themself with the scope HISTORY_READ, and for others while their history
    /// is public; null else.
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The span of time.", default_with = "StatsRange::Month")] range: StatsRange,
    ) -> Result<Option<ListeningStatistics>> {
        statistics_of(ctx, self.0.id, range).await
    }

    /// Artists they follow, the last first; for others, only while their history is public.
    async fn followed_artists(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries of the page, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
    ) -> Result<ArtistFollowConnection> {
        follow::artists_of(ctx, self.0.id, &args(first, after, None, None)).await
    }

    /// Playlists they follow, the last first; for others, only public ones, and only while their
    /// history is public.
    async fn followed_playlists(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries of the page, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
    ) -> Result<PlaylistFollowConnection> {
        follow::playlists_of(ctx, self.0.id, &args(first, after, None, None)).await
    }
}
