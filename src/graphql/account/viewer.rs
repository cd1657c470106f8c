//! Whoever calls, as a type.

use async_graphql::{Context, Json, Object, Result};
use serde_json::Value;

use super::token::AccessToken;
use super::user::User;
use crate::account::scope::Scope;
use crate::account::user::UserById;
use crate::account::{api_token, export, viewer};
use crate::graphql::access::{Needs, cost};
use crate::graphql::context::{accounts, database, loaders};

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
    /// Everything that is kept of the person, as one document; secrets are left out. Access: a
    /// session.
    #[graphql(guard = "Needs::Session", directive = cost::apply(100))]
    async fn data_export(&self, ctx: &Context<'_>) -> Result<Json<Value>> {
        let mut conn = database(ctx)?.conn().await?;
        Ok(Json(export::of(&mut conn, accounts(ctx)?, self.0.user).await?))
    }
}
