//! Whoever calls.
//!
//! What a token says is not enough: whether the account is open, the session goes on and the token
//! was not revoked is read with every request, so that an end takes effect at once.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Integer, Text};

use super::accounts::Accounts;
use super::api_token::{self, ApiTokenId};
use super::scope::Scope;
use super::session::SessionId;
use super::token::{self, Claims};
use super::user::UserId;
use crate::db::{Conn, Statement};
use crate::error::{Error, Result};
use crate::secrets::hash_token;

/// The channel that is notified with a person's key when their rights or tokens change: by triggers
/// of `users` and of the tables in `auth`.
pub const CHANNEL: &str = "account_access";

/// How somebody proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// They signed in.
    Session(SessionId),
    /// A program came with a token that they gave it.
    ApiToken(ApiTokenId),
}

/// Somebody who proved who they are.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// Who.
    pub user: UserId,
    /// Whether they run the server.
    pub is_admin: bool,
    /// What they may do.
    pub scopes: Vec<Scope>,
    /// How they proved it.
    pub proof: Proof,
    /// Until when the proof is good; none for as long as it is not revoked.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Viewer {
    /// Whether the scope is theirs.
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

/// A token whose form is good, not yet looked up.
#[derive(Debug, Clone)]
pub struct Claim(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Access(Claims),
    Api { hash: String },
}

impl Claim {
    /// Whom the token names, where our own signature says so: it cannot be made up, though it may be
    /// worth nothing any more.
    #[must_use]
    pub fn signed_for(&self) -> Option<UserId> {
        match &self.0 {
            Kind::Access(claims) => Some(claims.user),
            Kind::Api { .. } => None,
        }
    }
}

/// The one answer to every token that is not good.
#[must_use]
pub fn refusal() -> Error {
    Error::Unauthenticated("the token is not valid, or no longer; sign in again".to_owned())
}

impl Accounts {
    /// Reads a token.
    ///
    /// # Errors
    /// `Unauthenticated` when it is none of ours, or its time is over.
    pub fn read(&self, token: &str) -> Result<Claim> {
        if token.starts_with(api_token::PREFIX) && token.len() < 100 {
            return Ok(Claim(Kind::Api { hash: hash_token(token) }));
        }
        let claims = token::read(&self.keys, &self.names, token, Utc::now().timestamp()).ok_or_else(refusal)?;
        Ok(Claim(Kind::Access(claims)))
    }

    /// Who stands behind a claim, as things are now.
    ///
    /// # Errors
    /// `Unauthenticated` when the account is closed or gone, the session has ended, or the token was
    /// revoked.
    pub async fn viewer(&self, conn: &mut Conn, claim: &Claim) -> Result<Viewer> {
        match &claim.0 {
            Kind::Access(claims) => of_session(conn, claims).await,
            Kind::Api { hash } => of_api_token(conn, hash).await,
        }
    }
}

async fn of_session(conn: &mut Conn, claims: &Claims) -> Result<Viewer> {
    let mut statement = Statement::new("select auth.session_holder(");
    statement.bind::<BigInt, _>(claims.session.0).push(", ");
    statement.bind::<BigInt, _>(claims.user.0).push(", ");
    statement.bind::<Integer, _>(claims.token_version).push(")");
    let is_admin: Option<bool> = statement.first(conn).await?.flatten();
    let is_admin = is_admin.ok_or_else(refusal)?;
    Ok(Viewer {
        user: claims.user,
        is_admin,
        scopes: Scope::of_person(is_admin),
        proof: Proof::Session(claims.session),
        expires_at: DateTime::from_timestamp(claims.expires_at, 0),
    })
}

type ApiTokenRow = ((UserId, bool, ApiTokenId, Vec<Scope>), (Option<DateTime<Utc>>, bool));

async fn of_api_token(conn: &mut Conn, hash: &str) -> Result<Viewer> {
    let mut statement = Statement::new(
        "select t.user_id, t.is_admin, t.id, t.scopes, t.expires_at, t.is_use_new from auth.api_token_holder(",
    );
    statement.bind::<Text, _>(hash.to_owned()).push(") t");
    let row: Option<ApiTokenRow> = statement.first(conn).await?;
    let ((user, is_admin, token, scopes), (expires_at, is_use_new)) = row.ok_or_else(refusal)?;
    if is_use_new && let Err(error) = api_token::note_use(conn, hash).await {
        // Nobody is kept out because the time of a use could not be noted.
        tracing::warn!(%error, token.id = token.0, "The use of a token was not noted");
    }
    let allowed = Scope::of_person(is_admin);
    let scopes = scopes.into_iter().filter(|scope| allowed.contains(scope)).collect();
    Ok(Viewer { user, is_admin, scopes, proof: Proof::ApiToken(token), expires_at })
}
