//! Tokens as types.

use async_graphql::{ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::user::User;
use crate::account::api_token::{ApiToken, NewApiToken};
use crate::account::scope::Scope;
use crate::account::sign_in::Tokens;
use crate::account::user;
use crate::error::{Error, Result};
use crate::graphql::error::settled;
use crate::graphql::user_error::UserError;
use crate::ids;

/// What proves who somebody is.
#[derive(SimpleObject)]
pub struct AuthTokens {
    /// Goes into the header `Authorization: Bearer …`, or into `connection_init` of a WebSocket as
    /// `{"authorization": "Bearer …"}`.
    access_token: String,
    /// Good for one `refreshToken`; a second use ends the session.
    refresh_token: String,
    /// When the access token ends.
    expires_at: DateTime<Utc>,
}

impl From<Tokens> for AuthTokens {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access_token.reveal().to_owned(),
            refresh_token: tokens.refresh_token.reveal().to_owned(),
            expires_at: tokens.expires_at,
        }
    }
}

/// A token that a person gave to a program; its text is shown once, by `issueToken`.
pub struct AccessToken(pub ApiToken);

/// A token that a person gave to a program; its text is shown once, by `issueToken`.
#[Object]
impl AccessToken {
    /// Global id.
    async fn id(&self) -> ID {
        ids::encode(self.0.id).into()
    }

    /// What its owner calls it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it allows.
    async fn scopes(&self) -> &[Scope] {
        &self.0.scopes
    }

    /// When it was issued.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it ends by itself; none when it does not.
    async fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.0.expires_at
    }

    /// When it was last used, to five minutes; none when it never was.
    async fn last_used_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_used_at
    }
}

/// What a new token is to be.
#[derive(InputObject)]
pub struct IssueTokenInput {
    /// What its owner calls it, 1 to 100 characters.
    name: String,
    /// What it allows, one at least; nobody gives what they do not have.
    scopes: Vec<Scope>,
    /// Days until it ends, 1 to 3650; without a value it does not end by itself.
    expires_in_days: Option<i32>,
}

impl From<IssueTokenInput> for NewApiToken {
    fn from(input: IssueTokenInput) -> Self {
        Self { name: input.name, scopes: input.scopes, expires_in_days: input.expires_in_days }
    }
}

/// Somebody signed in, or not.
#[derive(SimpleObject)]
pub struct AuthPayload {
    /// The tokens; none with errors.
    tokens: Option<AuthTokens>,
    /// The person; none with errors.
    user: Option<User>,
    /// What the caller has to mend.
    user_errors: Vec<UserError>,
}

impl AuthPayload {
    /// The payload of what became of it.
    ///
    /// # Errors
    /// Every error but those of the input.
    pub fn of(outcome: Result<(Tokens, user::User)>) -> Result<Self> {
        let (made, user_errors) = settled(outcome)?;
        let (tokens, user) = made.unzip();
        Ok(Self { tokens: tokens.map(AuthTokens::from), user: user.map(User), user_errors })
    }
}

/// A token that was issued, or not.
#[derive(SimpleObject)]
pub struct TokenPayload {
    /// The token's text, shown this once: it goes into the header `Authorization: Bearer …`.
    token: Option<String>,
    /// When it ends by itself; none when it does not.
    expires_at: Option<DateTime<Utc>>,
    /// The token as it is listed.
    issued: Option<AccessToken>,
    /// What the caller has to mend.
    user_errors: Vec<UserError>,
}

impl TokenPayload {
    /// The payload of what became of it.
    ///
    /// # Errors
    /// Every error but those of the input.
    pub fn of(outcome: Result<(crate::secrets::Secret, ApiToken)>) -> Result<Self> {
        let (made, user_errors) = settled(outcome)?;
        let (token, issued) = made.unzip();
        Ok(Self {
            token: token.map(|token| token.reveal().to_owned()),
            expires_at: issued.as_ref().and_then(|issued| issued.expires_at),
            issued: issued.map(AccessToken),
            user_errors,
        })
    }
}

/// Something was done, or not.
#[derive(SimpleObject)]
pub struct BooleanPayload {
    /// Whether it was done.
    ok: bool,
    /// What the caller has to mend.
    user_errors: Vec<UserError>,
}

impl BooleanPayload {
    /// The payload of what became of it.
    ///
    /// # Errors
    /// Every error but those of the input.
    pub fn of(outcome: Result<()>) -> Result<Self> {
        let (done, user_errors) = settled(outcome)?;
        Ok(Self { ok: done.is_some(), user_errors })
    }
}

/// A person who was changed, or not.
#[derive(SimpleObject)]
pub struct UserPayload {
    /// The person as they are now; none with errors.
    user: Option<User>,
    /// What the caller has to mend.
    user_errors: Vec<UserError>,
}

impl UserPayload {
    /// The payload of what became of it.
    ///
    /// # Errors
    /// Every error but those of the input.
    pub fn of(outcome: Result<user::User, Error>) -> Result<Self> {
        let (user, user_errors) = settled(outcome)?;
        Ok(Self { user: user.map(User), user_errors })
    }
}
