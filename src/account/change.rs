//! What people change of their own accounts, and how an account ends.

use super::accounts::Accounts;
use super::name;
use super::user::{self, User, UserChanges};
use super::viewer::Viewer;
use crate::db::{Conn, Database};
use crate::error::{Error, Reason, Rejection, Result};
use crate::secrets::Secret;

/// What somebody wants of their account to change; none leaves as it is.
#[derive(Debug, Default)]
pub struct Changes {
    /// The name.
    pub username: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The language, a BCP 47 tag.
    pub language: Option<String>,
}

impl Accounts {
    /// Changes the caller's account.
    ///
    /// # Errors
    /// `Rejected` with everything that is wrong with the input.
    pub async fn change(&self, database: &Database, viewer: &Viewer, changes: Changes) -> Result<User> {
        let mut faults = Vec::new();
        let mut note = |outcome: Option<std::result::Result<String, Rejection>>| match outcome {
            Some(Ok(value)) => Some(value),
            Some(Err(fault)) => {
                faults.push(fault);
                None
            }
            None => None,
        };
        let changes = UserChanges {
            username: note(changes.username.map(|typed| name::username("input.username", &typed))),
            email: note(changes.email.map(|typed| name::email("input.email", &typed))),
            language: note(changes.language.map(|typed| name::language("input.language", &typed))),
        };
        if !faults.is_empty() {
            return Err(Error::Rejected(faults));
        }
        let mut conn = database.conn().await?;
        let mut transaction = conn.begin().await?;
        let outcome = user::update(&mut transaction, self, viewer.user, changes).await;
        transaction.end(outcome).await
    }

    /// Makes sure that it is the caller who wants their account to end.
    ///
    /// # Errors
    /// `Rejected` when the password is wrong; `Throttled` after several tries.
    pub async fn confirm(&self, database: &Database, viewer: &Viewer, password: &Secret) -> Result<()> {
        self.prove(database, viewer, password, "password").await.map(drop)
    }
}

/// Deletes the caller's account with everything that is theirs alone. Whoever calls has dealt with
/// the playlists, in the same transaction.
///
/// # Errors
/// `Rejected` for the last administrator.
pub async fn delete(conn: &mut Conn, viewer: &Viewer) -> Result<()> {
    match user::delete(conn, viewer.user).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(super::viewer::refusal()),
        Err(Error::Rejected(mut faults)) => {
            for fault in &mut faults {
                fault.path = Vec::new();
                fault.reason = Reason::Forbidden;
            }
            Err(Error::Rejected(faults))
        }
        Err(error) => Err(error),
    }
}
