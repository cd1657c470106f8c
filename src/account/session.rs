//! Sessions: a sign-in and the refresh tokens that prolong it. Tables `auth.sessions` and
//! `auth.refresh_tokens`.
//!
//! A refresh token is good for one exchange. A second use means that two have it, and one of them
//! has stolen it: the session ends for both (OAuth 2.0 Security Best Current Practice, 4.14.2).

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Integer, Nullable, Text};

use super::user::UserId;
use crate::db::{Conn, Statement};
use crate::error::{Error, Result};
use crate::id_type;
use crate::secrets::{Secret, hash_token, random_token};

id_type! {
    /// Key of `auth.sessions`.
    SessionId for "Session";
}

/// What refresh tokens begin with.
const PREFIX: &str = "scr_";

/// A session after its tokens were exchanged, or when it begins.
#[derive(Debug, Clone)]
pub(super) struct Renewed {
    pub session: SessionId,
    pub user: UserId,
    pub token_version: i32,
    pub expires_at: DateTime<Utc>,
    pub refresh_token: Secret,
}

/// Begins a session of an active person, which lives so many days without being refreshed.
pub(super) async fn begin(conn: &mut Conn, user: UserId, days: u32) -> Result<Renewed> {
    let refresh_token = random_token(PREFIX)?;
    let mut statement = Statement::new(
        "with begun as (
           insert into auth.sessions (user_id, token_version, expires_at)
           select u.id, u.token_version, now() + interval '1 day' * ",
    );
    statement
        .bind::<Integer, _>(i32::try_from(days).unwrap_or(i32::MAX))
        .push(" from users u where u.is_active and u.id = ");
    statement.bind::<BigInt, _>(user.0).push(
        " returning id, user_id, token_version, expires_at
         ), issued as (
           insert into auth.refresh_tokens (session_id, token_hash) select id, ",
    );
    statement.bind::<Text, _>(hash_token(refresh_token.reveal())).push(
        " from begun returning session_id
         )
         select begun.id, begun.user_id, begun.token_version, begun.expires_at
         from begun join issued on issued.session_id = begun.id",
    );
    let (session, user, token_version, expires_at) =
        statement.first(conn).await?.ok_or_else(|| Error::Unauthenticated("the account is closed".to_owned()))?;
    Ok(Renewed { session, user, token_version, expires_at, refresh_token })
}

/// Exchanges a refresh token for the next one. One statement: of two callers with one token, the
/// row lock lets one through, and the other finds it spent.
pub(super) async fn renew(conn: &mut Conn, token: &str, days: u32) -> Result<Option<Renewed>> {
    let refresh_token = random_token(PREFIX)?;
    let mut statement = Statement::new(
        "with spent as (
           update auth.refresh_tokens set spent_at = now() where spent_at is null and token_hash = ",
    );
    statement.bind::<Text, _>(hash_token(token)).push(
        " returning session_id
         ), renewed as (
           update auth.sessions s set refreshed_at = now(), expires_at = now() + interval '1 day' * ",
    );
    statement.bind::<Integer, _>(i32::try_from(days).unwrap_or(i32::MAX)).push(
        " from spent, users u
           where s.id = spent.session_id and s.ended_at is null and s.expires_at > now()
             and u.id = s.user_id and u.is_active and u.token_version = s.token_version
           returning s.id, s.user_id, s.token_version, s.expires_at
         ), issued as (
           insert into auth.refresh_tokens (session_id, token_hash) select id, ",
    );
    statement.bind::<Text, _>(hash_token(refresh_token.reveal())).push(
        " from renewed returning session_id
         )
         select renewed.id, renewed.user_id, renewed.token_version, renewed.expires_at
         from renewed join issued on issued.session_id = renewed.id",
    );
    let renewed: Option<(SessionId, UserId, i32, DateTime<Utc>)> = statement.first(conn).await?;
    Ok(renewed.map(|(session, user, token_version, expires_at)| Renewed {
        session,
        user,
        token_version,
        expires_at,
        refresh_token,
    }))
}

/// Ends the session of a refresh token that was spent before, and says so in the log.
pub(super) async fn end_reused(conn: &mut Conn, token: &str) -> Result<()> {
    let mut statement = Statement::new(
        "update auth.sessions s set ended_at = now()
         from auth.refresh_tokens t
         where s.id = t.session_id and s.ended_at is null and t.spent_at is not null and t.token_hash = ",
    );
    statement.bind::<Text, _>(hash_token(token)).push(" returning s.id, s.user_id");
    let ended: Option<(SessionId, UserId)> = statement.first(conn).await?;
    if let Some((session, user)) = ended {
        tracing::warn!(
            session.id = session.0,
            user.id = user.0,
            "A spent refresh token came again; its session is ended"
        );
    }
    Ok(())
}

/// Ends one session.
pub(super) async fn end(conn: &mut Conn, session: SessionId) -> Result<()> {
    let mut statement = Statement::new("update auth.sessions set ended_at = now() where ended_at is null and id = ");
    statement.bind::<BigInt, _>(session.0);
    statement.execute(conn).await.map(drop)
}

/// Ends every session of a person but one.
pub(super) async fn end_all(conn: &mut Conn, user: UserId, but: Option<SessionId>) -> Result<()> {
    let mut statement =
        Statement::new("update auth.sessions set ended_at = now() where ended_at is null and user_id = ");
    statement.bind::<BigInt, _>(user.0).push(" and id is distinct from ");
    statement.bind::<Nullable<BigInt>, _>(but.map(|session| session.0));
    statement.execute(conn).await.map(drop)
}

/// Removes sessions that are long over; gives the number of rows.
pub(super) async fn purge(conn: &mut Conn) -> Result<usize> {
    Statement::new(
        "delete from auth.sessions where id in (
           select id from auth.sessions
           where least(expires_at, coalesce(ended_at, expires_at)) < now() - interval '30 days'
           limit 10000
         )",
    )
    .execute(conn)
    .await
}
