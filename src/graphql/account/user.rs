//! People as a type.

use async_graphql::{Context, ID, Object, OneofObject, Result};
use chrono::{DateTime, Utc};

use crate::account::user;
use crate::db::PageRequest;
use crate::graphql::connection::args;
use crate::graphql::playlist::playlist::{PlaylistConnection, PlaylistFilter, PlaylistOrder, compiled, order};
use crate::graphql::scalars::LanguageTag;
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

    /// The language they use.
    async fn language(&self) -> LanguageTag {
        LanguageTag(self.0.default_language.clone())
    }

    /// When the account was made.
    pub async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Public playlists they own.
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
        let (page, count) = child_page!(ctx, self.0.id.0, PlaylistsOfUser { filter, page });
        Ok(PlaylistConnection::new(page, count))
    }
}
