//! Tokens that people give to programs. Table `auth.api_tokens`.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text};

use super::scope::Scope;
use super::user::UserId;
use crate::db::{Conn, Statement};
use crate::error::{Error, Reason, Rejection, Result};
use crate::secrets::{Secret, hash_token, random_token};
use crate::{id_type, row};

id_type! {
    /// Key of `auth.api_tokens`.
    ApiTokenId for "AccessToken";
}

/// What these tokens begin with.
pub(super) const PREFIX: &str = "scp_";

/// Tokens of one person at most.
pub const MAX_TOKENS: i64 = 50;

/// Days that a token lives at most, if it ends at all.
const MAX_DAYS: i32 = 3_650;

row! {
    /// A token, without its secret.
    ApiToken of "t" {
        id: ApiTokenId,
        /// What its owner calls it.
        name: String,
        /// What it allows.
        scopes: Vec<Scope>,
        created_at: DateTime<Utc>,
        /// None: it does not end by itself.
        expires_at: Option<DateTime<Utc>>,
        /// None: never used.
        last_used_at: Option<DateTime<Utc>>,
    }
}

/// What a new token is asked to be.
#[derive(Debug, Clone)]
pub struct NewApiToken {
    /// What its owner calls it, 1 to 100 characters.
    pub name: String,
    /// What it allows; at least one.
    pub scopes: Vec<Scope>,
    /// Days until it ends, 1 to 3650; none for never.
    pub expires_in_days: Option<i32>,
}

impl NewApiToken {
    fn check(&mut self, is_admin: bool) -> Result<()> {
        let mut faults = Vec::new();
        self.name = self.name.trim().to_owned();
        if self.name.is_empty() {
            faults.push(Rejection::new(Reason::Required, "input.name", "token.name", "a token needs a name"));
        } else if self.name.chars().count() > 100 {
            let message = "a token's name has at most 100 characters";
            faults.push(Rejection::new(Reason::TooLong, "input.name", "token.name", message));
        } else if self.name.chars().any(char::is_control) {
            let message = "a token's name has no control characters";
            faults.push(Rejection::new(Reason::Invalid, "input.name", "token.name", message));
        }
        self.scopes.sort_unstable();
        self.scopes.dedup();
        if self.scopes.is_empty() {
            let message = "a token needs one scope at least";
            faults.push(Rejection::new(Reason::Required, "input.scopes", "token.scopes", message));
        }
        if !is_admin && self.scopes.iter().any(|scope| scope.is_for_administrators()) {
            let message = "nobody gives what they do not have: ADMIN and CATALOGUE_WRITE are for administrators";
            faults.push(Rejection::new(Reason::Forbidden, "input.scopes", "token.scopes", message));
        }
        if self.expires_in_days.is_some_and(|days| !(1..=MAX_DAYS).contains(&days)) {
            let message = "a token lives 1 to 3650 days; without a value it does not end by itself";
            faults.push(Rejection::new(Reason::OutOfRange, "input.expiresInDays", "token.expiry", message));
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::Rejected(faults)) }
    }
}

/// Makes a token; its text is known now and never again. Within a transaction of the person.
///
/// # Errors
/// `Rejected` when the input is not taken; `Conflict` when the person has too many.
pub async fn issue(conn: &mut Conn, user: UserId, is_admin: bool, mut new: NewApiToken) -> Result<(Secret, ApiToken)> {
    new.check(is_admin)?;
    let token = random_token(PREFIX)?;
    let scopes: Vec<String> = new.scopes.iter().map(|scope| scope.as_str().to_owned()).collect();
    let mut statement = Statement::new(
        "with owner as (
           select u.id, u.token_version from users u where u.is_active and u.id = ",
    );
    statement.bind::<BigInt, _>(user.0).push(
        " for no key update
         ), issued as (
           insert into auth.api_tokens (user_id, token_version, name, token_hash, scopes, expires_at)
           select owner.id, owner.token_version, ",
    );
    statement.bind::<Text, _>(new.name).push(", ");
    statement.bind::<Text, _>(hash_token(token.reveal())).push(", ");
    statement.bind::<Array<Text>, _>(scopes).push(", now() + interval '1 day' * ");
    statement.bind::<Nullable<Integer>, _>(new.expires_in_days).push(
        " from owner
           where (
             select count(*) from auth.api_tokens other
             where other.user_id = owner.id and other.revoked_at is null and other.token_version = owner.token_version
               and (other.expires_at is null or other.expires_at > now())
           ) < ",
    );
    statement
        .bind::<BigInt, _>(MAX_TOKENS)
        .push(" returning * ) select ")
        .push(ApiToken::COLUMNS)
        .push(" from issued t");
    match statement.first(conn).await? {
        Some(issued) => Ok((token, issued)),
        None => {
            let message = format!("one person has at most {MAX_TOKENS} tokens; revoke one first");
            Err(Rejection::new(Reason::OutOfRange, "input", "token.count", message).into())
        }
    }
}

/// The tokens of a person that are good, the newest first.
///
/// # Errors
/// What the database reports.
pub async fn list(conn: &mut Conn, user: UserId) -> Result<Vec<ApiToken>> {
    let mut statement = Statement::new("select ");
    statement.push(ApiToken::COLUMNS).push(
        " from auth.api_tokens t join users u on u.id = t.user_id and u.token_version = t.token_version
         where t.revoked_at is null and (t.expires_at is null or t.expires_at > now()) and t.user_id = ",
    );
    statement.bind::<BigInt, _>(user.0).push(" order by t.created_at desc, t.id desc limit 100").private();
    statement.load(conn).await
}

/// Revokes a token of a person; whether there was one. Within a transaction of the person.
///
/// # Errors
/// What the database reports.
pub async fn revoke(conn: &mut Conn, user: UserId, token: ApiTokenId) -> Result<bool> {
    let mut statement =
        Statement::new("update auth.api_tokens set revoked_at = now() where revoked_at is null and user_id = ");
    statement.bind::<BigInt, _>(user.0).push(" and id = ");
    statement.bind::<BigInt, _>(token.0);
    Ok(statement.execute(conn).await? > 0)
}

/// Notes that the token of a hash was used.
pub(super) async fn note_use(conn: &mut Conn, hash: &str) -> Result<()> {
    let mut statement = Statement::new("select auth.note_api_token_use(");
    statement.bind::<Text, _>(hash.to_owned()).push(")::text");
    statement.execute(conn).await.map(drop)
}

/// Removes tokens that ended, by themselves or by being revoked, more than 90 days ago.
///
/// # Errors
/// What the database reports.
pub(super) async fn purge(conn: &mut Conn) -> Result<()> {
    Statement::new("select auth.purge_api_tokens()").execute(conn).await.map(drop)
}
