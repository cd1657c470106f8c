//! Signing in and out: the use cases of accounts that make and end sessions.
//!
//! Whether an account exists is not told by signing in: a name that is not there takes the same
//! steps and gets the same answer.

use std::net::IpAddr;

use chrono::{DateTime, Utc};

use super::accounts::Accounts;
use super::attempt::{self, Subject};
use super::session::{self, Renewed};
use super::token::{self, Claims};
use super::user::{self, Account, NewUser, User, UserId};
use super::viewer::{Proof, Viewer};
use super::{api_token, name, strength};
use crate::db::{Conn, Database};
use crate::error::{Error, Reason, Rejection, Result};
use crate::secrets::Secret;

/// Bytes of a name or an address that somebody signs in with.
const MAX_NAMED: usize = 1_000;

/// What somebody who signed in gets.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Proves who they are, for some minutes.
    pub access_token: Secret,
    /// Good for one exchange against new tokens.
    pub refresh_token: Secret,
    /// When the access token ends.
    pub expires_at: DateTime<Utc>,
}

/// What somebody registers with.
pub struct Registration {
    /// The name.
    pub username: String,
    /// The e-mail address.
    pub email: String,
    /// The password.
    pub password: Secret,
    /// A BCP 47 tag; English without it.
    pub language: Option<String>,
}

/// The one answer to a name or a password that is not right.
fn wrong(path: &str) -> Error {
    let message = "the name or the password is wrong, or the account is closed";
    Rejection::new(Reason::WrongPassword, path, "credentials", message).into()
}

impl Registration {
    /// What will be kept, or everything that is wrong with it.
    fn check(&self) -> Result<(String, String, String)> {
        let mut faults = Vec::new();
        let mut note = |outcome: std::result::Result<String, Rejection>| {
            outcome.unwrap_or_else(|fault| {
                faults.push(fault);
                String::new()
            })
        };
        let username = note(name::username("input.username", &self.username));
        let email = note(name::email("input.email", &self.email));
        let language = note(name::language("input.language", self.language.as_deref().unwrap_or("en")));
        let strength = strength::check("input.password", self.password.reveal(), &username, Some(&email));
        faults.extend(strength.err());
        if faults.is_empty() { Ok((username, email, language)) } else { Err(Error::Rejected(faults)) }
    }
}

impl Accounts {
    fn tokens(&self, renewed: Renewed) -> Tokens {
        let now = Utc::now();
        let end = (now.timestamp() + self.access_token_seconds).min(renewed.expires_at.timestamp());
        let claims = Claims {
            user: renewed.user,
            session: renewed.session,
            token_version: renewed.token_version,
            expires_at: end,
        };
        Tokens {
            access_token: token::issue(&self.keys, &self.names, claims, now.timestamp()),
            refresh_token: renewed.refresh_token,
            expires_at: DateTime::from_timestamp(end, 0).unwrap_or(now),
        }
    }

    /// Makes an account and signs in with it.
    ///
    /// # Errors
    /// `Forbidden` when registration is closed; `Rejected` with everything that is wrong with the
    /// input; `Throttled` after many from one address.
    pub async fn register(
        &self,
        database: &Database,
        registration: Registration,
        address: Option<IpAddr>,
    ) -> Result<(Tokens, User)> {
        if self.is_registration_closed {
            return Err(Error::Forbidden("nobody can register here; ask whoever runs the server".to_owned()));
        }
        registration.check()?;
        if let Some(address) = address {
            let mut conn = database.conn().await?;
            attempt::count(&mut conn, &Subject::registration(address), self.registrations_per_address).await?;
        }
        let user = self.create(database, registration, false).await?;
        let (renewed, user) = self.let_in(database, user.id).await?.ok_or_else(super::viewer::refusal)?;
        Ok((self.tokens(renewed), user))
    }

    /// Begins a session of somebody who has just proved who they are; none when the account is closed.
    async fn let_in(&self, database: &Database, user: UserId) -> Result<Option<(Renewed, User)>> {
        let mut conn = database.conn().await?;
        let mut transaction = conn.begin_as(user.0).await?;
        let outcome = async {
            let Some(person) = user::note_sign_in(&mut transaction, user).await? else { return Ok(None) };
            let renewed = session::begin(&mut transaction, user, self.session_days).await?;
            Ok(Some((renewed, person)))
        }
        .await;
        transaction.end(outcome).await
    }

    /// Makes an account.
    ///
    /// # Errors
    /// `Rejected` with everything that is wrong with the input.
    pub async fn create(&self, database: &Database, registration: Registration, is_admin: bool) -> Result<User> {
        let (username, email, language) = registration.check()?;
        let _inside = self.passwords.enter().await?;
        let password_hash = self.passwords.hash(&registration.password).await?;
        let new = NewUser { username, email, password_hash, language, is_admin };
        let mut conn = database.conn().await?;
        let mut transaction = conn.begin().await?;
        let outcome = user::insert(&mut transaction, self, new).await;
        transaction.end(outcome).await
    }

    /// Signs in with a name or an e-mail address.
    ///
    /// # Errors
    /// `Rejected` when name or password is wrong; `Throttled` after several tries.
    pub async fn sign_in(
        &self,
        database: &Database,
        named: &str,
        password: &Secret,
        address: Option<IpAddr>,
    ) -> Result<(Tokens, User)> {
        let named = named.trim();
        if named.is_empty() || named.len() > MAX_NAMED || named.contains('\0') {
            return Err(wrong("input"));
        }
        let _inside = self.passwords.enter().await?;
        let from = address.map(Subject::address);
        let mut conn = database.conn().await?;
        if let Some(from) = &from {
            attempt::count(&mut conn, from, self.tries_per_address).await?;
        }
        let account = user::find_account(&mut conn, self, named).await?;
        let subject = match &account {
            Some(account) => Subject::account(account.id.0),
            None => Subject::unknown(&self.keys.lookup("attempt", &named.to_lowercase())),
        };
        attempt::count(&mut conn, &subject, self.tries).await?;
        // No connection waits while a password is hashed.
        drop(conn);
        let stored = account.as_ref().and_then(|account| account.password_hash.as_deref());
        let verdict = self.passwords.verify(password, stored).await?;
        let Some(account) = account.filter(|account| verdict.is_right && account.is_active) else {
            return Err(wrong("input"));
        };
        if verdict.is_outdated {
            self.rehash(database, &account, password).await?;
        }
        let mut conn = database.conn().await?;
        attempt::clear(&mut conn, &subject).await?;
        if let Some(from) = &from {
            attempt::forgive(&mut conn, from).await?;
        }
        drop(conn);
        let (renewed, user) = self.let_in(database, account.id).await?.ok_or_else(|| wrong("input"))?;
        Ok((self.tokens(renewed), user))
    }

    async fn rehash(&self, database: &Database, account: &Account, password: &Secret) -> Result<()> {
        let Some(old) = &account.password_hash else { return Ok(()) };
        let new = self.passwords.hash(password).await?;
        user::replace_hash(&mut database.conn().await?, account.id, old, new).await.map(drop)
    }

    /// Exchanges a refresh token for new tokens.
    ///
    /// # Errors
    /// `Rejected` when it is not good; its session ends when it was spent before.
    pub async fn refresh(&self, database: &Database, token: &str) -> Result<(Tokens, UserId)> {
        let refused = || {
            let message = "the refresh token is not valid, or no longer; sign in again";
            Rejection::new(Reason::Expired, "token", "token.refresh", message)
        };
        if token.len() > 200 {
            return Err(refused().into());
        }
        let mut conn = database.conn().await?;
        match session::renew(&mut conn, token, self.session_days).await? {
            Some(renewed) => {
                let user = renewed.user;
                Ok((self.tokens(renewed), user))
            }
            None => {
                let mut transaction = conn.begin().await?;
                let outcome = session::end_reused(&mut transaction, token).await;
                transaction.end(outcome).await?;
                Err(refused().into())
            }
        }
    }

    /// Signs out: ends the session, or everything that was signed in or issued.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn sign_out(&self, database: &Database, viewer: &Viewer, is_everywhere: bool) -> Result<()> {
        let mut conn = database.conn().await?;
        let mut transaction = conn.begin().await?;
        let outcome = match viewer.proof {
            _ if is_everywhere => end_everything(&mut transaction, viewer).await,
            Proof::Session(session) => session::end(&mut transaction, session).await,
            Proof::ApiToken(token) => api_token::revoke(&mut transaction, viewer.user, token).await.map(drop),
        };
        transaction.end(outcome).await
    }

    /// Proves a password of somebody who has signed in already; gives its hash.
    ///
    /// # Errors
    /// `Rejected` when it is wrong; `Throttled` after several tries.
    pub(super) async fn prove(
        &self,
        database: &Database,
        viewer: &Viewer,
        password: &Secret,
        path: &str,
    ) -> Result<Account> {
        let _inside = self.passwords.enter().await?;
        let mut conn = database.conn().await?;
        let subject = Subject::account(viewer.user.0);
        attempt::count(&mut conn, &subject, self.tries).await?;
        let account = user::get_account(&mut conn, viewer.user).await?;
        drop(conn);
        let stored = account.as_ref().and_then(|account| account.password_hash.as_deref());
        let verdict = self.passwords.verify(password, stored).await?;
        match account.filter(|_| verdict.is_right) {
            Some(account) => {
                attempt::clear(&mut database.conn().await?, &subject).await?;
                Ok(account)
            }
            None => {
                let message = "the password is wrong";
                Err(Rejection::new(Reason::WrongPassword, path, "credentials", message).into())
            }
        }
    }

    /// Changes the password. Everything that was signed in or issued before ends; the caller gets a
    /// session of their own.
    ///
    /// # Errors
    /// `Rejected` when the old one is wrong or the new one weak; `Throttled` after several tries.
    pub async fn change_password(
        &self,
        database: &Database,
        viewer: &Viewer,
        current: &Secret,
        new: &Secret,
    ) -> Result<(Tokens, User)> {
        let account = self.prove(database, viewer, current, "current").await?;
        strength::check("new", new.reveal(), &account.username, None)?;
        let hash = self.passwords.hash(new).await?;
        let mut conn = database.conn().await?;
        let mut transaction = conn.begin().await?;
        let outcome = self.replace_password(&mut transaction, viewer, &account, hash).await;
        let (renewed, user) = transaction.end(outcome).await?;
        Ok((self.tokens(renewed), user))
    }

    async fn replace_password(
        &self,
        conn: &mut Conn,
        viewer: &Viewer,
        account: &Account,
        hash: String,
    ) -> Result<(Renewed, User)> {
        let old = account.password_hash.as_deref().unwrap_or_default();
        if !user::change_password(conn, viewer.user, old, hash).await? {
            return Err(Error::Conflict("the password was changed at this very moment; try again".to_owned()));
        }
        session::end_all(conn, viewer.user, None).await?;
        let renewed = session::begin(conn, viewer.user, self.session_days).await?;
        let user = user::note_sign_in(conn, viewer.user).await?.ok_or_else(super::viewer::refusal)?;
        Ok((renewed, user))
    }
}

async fn end_everything(conn: &mut Conn, viewer: &Viewer) -> Result<()> {
    user::end_all_tokens(conn, viewer.user).await?;
    session::end_all(conn, viewer.user, None).await
}
