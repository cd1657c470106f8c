//! People. Table `users`.
//!
//! Only active accounts are shown; of others only what they made remains.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Text};

use crate::db::{Conn, Statement};
use crate::error::Result;
use crate::{id_type, loader, row};

id_type! {
    /// Key of `users`.
    UserId for "User";
}

row! {
    /// One person, as others see them.
    User of "u" {
        id: UserId,
        /// Name to sign in with and to show.
        username: String,
        /// BCP 47 tag.
        default_language: String,
        created_at: DateTime<Utc>,
    }
}

/// A person by key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UserById(pub UserId);
loader!(UserById => User, by_ids);

async fn by_ids(conn: &mut Conn, keys: &[UserById]) -> Result<HashMap<UserById, User>> {
    let mut statement = Statement::new("select ");
    statement.push(User::COLUMNS).push(" from users u where u.is_active and u.id = any(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.0.0));
    statement.push(")");
    let users = statement.load::<User>(conn).await?;
    Ok(users.into_iter().map(|user| (UserById(user.id), user)).collect())
}

/// A person by name, whatever the case.
///
/// # Errors
/// What the database reports.
pub async fn find_by_username(conn: &mut Conn, username: &str) -> Result<Option<User>> {
    let mut statement = Statement::new("select ");
    statement.push(User::COLUMNS).push(" from users u where u.is_active and lower(u.username) = lower(");
    statement.bind::<Text, _>(username.to_owned()).push(")");
    statement.first(conn).await
}
