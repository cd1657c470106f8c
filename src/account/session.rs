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

/// Begins a session of an active person, which lives so many days without being refreshed. Within a
/// transaction of that person.
pub(super) async fn begin(conn: &mut Conn, user: UserId, days: u32) -> Result<Renewed> {
    let refresh_token = random_token(PREFIX)?;
    let mut statement = Statement::new(
        "insert into auth.sessions (user_id, token_version, expires_at)
         select u.id, u.token_version, now() + interval '1 day' * ",
    );
    statement
        .bind::<Integer, _>(i32::try_from(days).unwrap_or(i32::MAX))
        .push(" from users u where u.is_active and u.id = ");
    statement.bind::<BigInt, _>(user.0).push(" returning id, user_id, token_version, expires_at");
    let begun: Option<(SessionId, UserId, i32, DateTime<Utc>)> = statement.first(conn).await?;
    let (session, user, token_version, expires_at) =
        begun.ok_or_else(|| Error::Unauthenticated("the account is closed".to_owned()))?;
    // A statement of its own: the policy looks for the session, which has to be there by then.
    let mut statement = Statement::new("insert into auth.refresh_tokens (session_id, token_hash) values (");
    statement.bind::<BigInt, _>(session.0).push(", ");
    statement.bind::<Text, _>(hash_token(refresh_token.reveal())).push(")");
    statement.execute(conn).await?;
    Ok(Renewed { session, user, token_version, expires_at, refresh_token })
}

/// Exchanges a refresh token for the next one, whoever's it is.
pub(super) async fn renew(conn: &mut Conn, token: &str, days: u32) -> Result<Option<Renewed>> {
    let refresh_token = random_token(PREFIX)?;
    let mut statement =
        Statement::new("select r.id, r.user_id, r.token_version, r.expires_at from auth.renew_session(");
    statement.bind::<Text, _>(hash_token(token)).push(", ");
    statement.bind::<Text, _>(hash_token(refresh_token.reveal())).push(", ");
    statement.bind::<Integer, _>(i32::try_from(days).unwrap_or(i32::MAX)).push(") r");
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
    let mut statement = Statement::new("select s.id, s.user_id from auth.end_reused_session(");
    statement.bind::<Text, _>(hash_token(token)).push(") s");
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

/// Ends one session. Within a transaction of its person, as the next.
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

/// Removes sessions that are long over, and tries that count no longer.
pub(super) async fn purge(conn: &mut Conn) -> Result<()> {
    Statement::new("select auth.purge()").execute(conn).await.map(drop)
}
