//! People. Table `users`.
//!
//! Only active accounts are shown; of others only what they made remains.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

use super::accounts::Accounts;
use super::{email, name};
use crate::db::{Conn, Statement, violated};
use crate::error::{Error, Reason, Rejection, Result};
use crate::{id_type, ids, loader, row};

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
        is_active: bool,
        is_admin: bool,
        /// None: never signed in.
        last_login: Option<DateTime<Utc>>,
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

/// A person's e-mail address as it is kept. Whoever asks has checked who may know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EmailOf(pub UserId);
loader!(EmailOf => KeptEmail, emails_of);

/// An address that is read with [`Accounts::open_email`].
#[derive(Clone)]
pub struct KeptEmail {
    user: UserId,
    plain: Option<String>,
    sealed: Option<String>,
}

async fn emails_of(conn: &mut Conn, keys: &[EmailOf]) -> Result<HashMap<EmailOf, KeptEmail>> {
    let mut statement = Statement::new("select id, email, email_sealed from users where id = any(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.0.0)).push(")");
    let rows: Vec<(UserId, Option<String>, Option<String>)> = statement.load(conn).await?;
    Ok(rows.into_iter().map(|(user, plain, sealed)| (EmailOf(user), KeptEmail { user, plain, sealed })).collect())
}

/// The address of one person.
pub(super) async fn kept_email(conn: &mut Conn, user: UserId) -> Result<KeptEmail> {
    let mut found = emails_of(conn, &[EmailOf(user)]).await?;
    found.remove(&EmailOf(user)).ok_or_else(super::viewer::refusal)
}

impl Accounts {
    /// Reads an address; none when there is none.
    ///
    /// # Errors
    /// `Internal` when it cannot be read with the keys here.
    pub fn open_email(&self, kept: KeptEmail) -> Result<Option<String>> {
        email::open(&self.keys, kept.user, kept.plain, kept.sealed)
    }
}

/// What signing in needs to know of an account.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub id: UserId,
    pub username: String,
    pub password_hash: Option<String>,
    pub is_active: bool,
}

const ACCOUNT: &str = "select u.id, u.username, u.password_hash, u.is_active from users u where ";

async fn account(statement: Statement, conn: &mut Conn) -> Result<Option<Account>> {
    let found: Option<(UserId, String, Option<String>, bool)> = statement.first(conn).await?;
    Ok(found.map(|(id, username, password_hash, is_active)| Account { id, username, password_hash, is_active }))
}

/// The account that somebody names by name or address. One statement for either.
pub(super) async fn find_account(conn: &mut Conn, accounts: &Accounts, named: &str) -> Result<Option<Account>> {
    let mut statement = Statement::new(ACCOUNT);
    if named.contains('@') {
        statement.push("u.email_lookup = ");
        statement.bind::<Text, _>(email::lookup(&accounts.keys, named)).push(" or lower(u.email) = ");
        statement.bind::<Text, _>(name::folded_email(named)).push(" limit 1");
    } else {
        statement.push("lower(u.username) = lower(");
        statement.bind::<Text, _>(named.to_owned()).push(")");
    }
    account(statement, conn).await
}

/// An account by key.
pub(super) async fn get_account(conn: &mut Conn, user: UserId) -> Result<Option<Account>> {
    let mut statement = Statement::new(ACCOUNT);
    statement.push("u.id = ").bind::<BigInt, _>(user.0);
    account(statement, conn).await
}

/// A person who is made now.
pub(super) struct NewUser {
    pub username: String,
    pub email: String,
    pub password_hash: String,
    pub language: String,
    pub is_admin: bool,
}

/// What of an account is to change; none leaves as it is.
pub(super) struct UserChanges {
    pub username: Option<String>,
    pub email: Option<String>,
    pub language: Option<String>,
}

/// Looks whether a name may be taken by somebody, under a lock that whoever wants a name like it
/// waits for, until the end of the transaction.
async fn reserve_name(conn: &mut Conn, username: &str, by: Option<UserId>, path: &str) -> Result<()> {
    let mut statement = Statement::new("select pg_advisory_xact_lock(hashtext('users.username'), hashtext(");
    statement.bind::<Text, _>(name::skeleton(username)).push("))::text");
    statement.execute(conn).await?;
    let mut statement = Statement::new("select lower(u.username) = lower(");
    statement.bind::<Text, _>(username.to_owned()).push(") from users u where (lower(u.username) = lower(");
    statement.bind::<Text, _>(username.to_owned()).push(") or u.username_skeleton = ");
    statement.bind::<Text, _>(name::skeleton(username)).push(") and u.id is distinct from ");
    statement.bind::<Nullable<BigInt>, _>(by.map(|user| user.0)).push(" order by 1 desc limit 1");
    match statement.first::<bool>(conn).await? {
        None => Ok(()),
        Some(true) => Err(taken_name(path).into()),
        Some(false) => {
            let message = "the name looks like one that somebody has; take another";
            Err(Rejection::new(Reason::AlreadyExists, path, "username.lookalike", message).into())
        }
    }
}

fn taken_name(path: &str) -> Rejection {
    Rejection::new(Reason::AlreadyExists, path, "username.taken", "somebody has this name; take another")
}

fn taken_email(path: &str) -> Rejection {
    Rejection::new(Reason::AlreadyExists, path, "email.taken", "an account with this e-mail address exists already")
}

/// Looks for an address that stands in clear still; those that are sealed the index keeps apart.
async fn check_plain_emails(conn: &mut Conn, email: &str, by: UserId) -> Result<()> {
    let mut statement = Statement::new("select true from users where lower(email) = ");
    statement.bind::<Text, _>(name::folded_email(email)).push(" and id <> ");
    statement.bind::<BigInt, _>(by.0).push(" limit 1");
    match statement.first::<bool>(conn).await? {
        Some(_) => Err(taken_email("input.email").into()),
        None => Ok(()),
    }
}

/// Turns a broken rule of the table into what the caller can mend.
fn mendable(error: Error) -> Error {
    match violated(&error) {
        Some("users_username_key") => taken_name("input.username").into(),
        Some("users_email_lookup_key" | "users_email_key") => taken_email("input.email").into(),
        Some("users_last_administrator") => {
            let message = "this is the last administrator; make somebody else one first";
            Rejection::new(Reason::Forbidden, "userId", "user.last_administrator", message).into()
        }
        _ => error,
    }
}

/// Makes a person. Within a transaction.
pub(super) async fn insert(conn: &mut Conn, accounts: &Accounts, new: NewUser) -> Result<User> {
    reserve_name(conn, &new.username, None, "input.username").await?;
    let next = Statement::new("select nextval(pg_get_serial_sequence('public.users', 'id'))");
    let id: UserId = next.first(conn).await?.ok_or_else(|| Error::internal("a sequence gave no number"))?;
    check_plain_emails(conn, &new.email, id).await?;
    let (sealed, lookup) = email::seal(&accounts.keys, id, &new.email)?;
    let mut statement = Statement::new(
        "insert into users as u (id, username, email_sealed, email_lookup, password_hash, default_language, is_admin)
         overriding system value values (",
    );
    statement.bind::<BigInt, _>(id.0).push(", ");
    statement.bind::<Text, _>(new.username).push(", ");
    statement.bind::<Text, _>(sealed).push(", ");
    statement.bind::<Text, _>(lookup).push(", ");
    statement.bind::<Text, _>(new.password_hash).push(", ");
    statement.bind::<Text, _>(new.language).push(", ");
    statement.bind::<Bool, _>(new.is_admin).push(") returning ").push(User::COLUMNS);
    let inserted: Option<User> = statement.first(conn).await.map_err(mendable)?;
    inserted.ok_or_else(|| Error::internal("an inserted row did not come back"))
}

/// Changes a person. Within a transaction.
pub(super) async fn update(conn: &mut Conn, accounts: &Accounts, user: UserId, changes: UserChanges) -> Result<User> {
    if let Some(username) = &changes.username {
        reserve_name(conn, username, Some(user), "input.username").await?;
    }
    let (sealed, lookup) = match &changes.email {
        Some(email) => {
            check_plain_emails(conn, email, user).await?;
            email::seal(&accounts.keys, user, email).map(|(sealed, lookup)| (Some(sealed), Some(lookup)))?
        }
        None => (None, None),
    };
    let has_email = changes.email.is_some();
    let mut statement = Statement::new("update users u set username = coalesce(");
    statement.bind::<Nullable<Text>, _>(changes.username).push(", username), default_language = coalesce(");
    statement.bind::<Nullable<Text>, _>(changes.language).push(", default_language)");
    if has_email {
        statement.push(", email = null, email_sealed = ").bind::<Nullable<Text>, _>(sealed);
        statement.push(", email_lookup = ").bind::<Nullable<Text>, _>(lookup);
    }
    statement.push(" where u.is_active and u.id = ").bind::<BigInt, _>(user.0).push(" returning ").push(User::COLUMNS);
    let updated: Option<User> = statement.first(conn).await.map_err(mendable)?;
    updated.ok_or_else(|| Error::NotFound("there is no such person".to_owned()))
}

/// Puts a better hash of the same password in the place of one; nothing when that is not there.
pub(super) async fn replace_hash(conn: &mut Conn, user: UserId, old: &str, new: String) -> Result<bool> {
    let mut statement = Statement::new("update users set password_hash = ");
    statement.bind::<Text, _>(new).push(" where id = ").bind::<BigInt, _>(user.0).push(" and password_hash = ");
    statement.bind::<Text, _>(old.to_owned());
    Ok(statement.execute(conn).await? > 0)
}

/// Sets a password in the place of the one that was proved, and ends what was signed in with it.
/// False when somebody else has changed it meanwhile.
pub(super) async fn change_password(conn: &mut Conn, user: UserId, old: &str, new: String) -> Result<bool> {
    let mut statement = Statement::new("update users set token_version = token_version + 1, password_hash = ");
    statement.bind::<Text, _>(new).push(" where id = ").bind::<BigInt, _>(user.0).push(" and password_hash = ");
    statement.bind::<Text, _>(old.to_owned());
    Ok(statement.execute(conn).await? > 0)
}

/// Makes every token of a person worthless.
pub(super) async fn end_all_tokens(conn: &mut Conn, user: UserId) -> Result<()> {
    let mut statement = Statement::new("update users set token_version = token_version + 1 where id = ");
    statement.bind::<BigInt, _>(user.0);
    statement.execute(conn).await.map(drop)
}

/// Notes a sign-in.
pub(super) async fn note_sign_in(conn: &mut Conn, user: UserId) -> Result<Option<User>> {
    let mut statement = Statement::new("update users u set last_login = now() where u.is_active and u.id = ");
    statement.bind::<BigInt, _>(user.0).push(" returning ").push(User::COLUMNS);
    statement.first(conn).await
}

/// Opens or closes an account. A closed one has no tokens when it is opened again.
///
/// # Errors
/// `NotFound`; `Rejected` for the last administrator.
pub async fn set_active(conn: &mut Conn, user: UserId, is_active: bool) -> Result<User> {
    let mut statement = Statement::new("update users u set token_version = token_version + (is_active and not ");
    statement.bind::<Bool, _>(is_active).push(")::integer, is_active = ");
    statement.bind::<Bool, _>(is_active);
    changed(conn, statement, user).await
}

/// Makes somebody an administrator, or one no longer.
///
/// # Errors
/// `NotFound`; `Rejected` for the last administrator.
pub async fn set_admin(conn: &mut Conn, user: UserId, is_admin: bool) -> Result<User> {
    let mut statement = Statement::new("update users u set is_admin = ");
    statement.bind::<Bool, _>(is_admin);
    changed(conn, statement, user).await
}

async fn changed(conn: &mut Conn, mut statement: Statement, user: UserId) -> Result<User> {
    statement.push(" where u.id = ").bind::<BigInt, _>(user.0).push(" returning ").push(User::COLUMNS);
    let changed: Option<User> = statement.first(conn).await.map_err(mendable)?;
    changed
        .ok_or_else(|| Rejection::missing("userId", "user.exists", ids::encode(user), "there is no such person").into())
}

/// Deletes a person and all that is theirs alone.
pub(super) async fn delete(conn: &mut Conn, user: UserId) -> Result<bool> {
    let mut statement = Statement::new("delete from users where id = ");
    statement.bind::<BigInt, _>(user.0);
    Ok(statement.execute(conn).await.map_err(mendable)? > 0)
}
