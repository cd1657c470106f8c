//! What accounts need from time to time.

use diesel::sql_types::Text;

use super::{api_token, email, session};
use crate::db::{Database, Statement};
use crate::error::{Error, Result};
use crate::secrets::Keys;

/// Seals addresses that came in in clear, and removes sessions, tokens and attempts that are long over.
///
/// # Errors
/// What the database reports.
pub async fn run(database: &Database, keys: &Keys) -> Result<()> {
    let sealed = email::seal_plain(database, keys).await?;
    if sealed > 0 {
        tracing::info!(emails.sealed = sealed, "Sealed {sealed} e-mail addresses");
    }
    let mut conn = database.conn().await?;
    api_token::purge(&mut conn).await?;
    session::purge(&mut conn).await
}

/// Makes sure that the keys are those of the database: with others, addresses could not be read, and
/// one address could have two accounts. Where nothing is sealed, the keys become those of the
/// database.
///
/// # Errors
/// `Setup` when it was sealed with other keys.
pub async fn check_keys(database: &Database, keys: &Keys) -> Result<()> {
    let mut conn = database.conn().await?;
    let mut statement = Statement::new("select auth.check_keys(");
    statement.bind::<Text, _>(keys.lookup("check", "keys")).push(")");
    if statement.first::<bool>(&mut conn).await?.unwrap_or_default() {
        return Ok(());
    }
    Err(Error::setup(
        "the database was sealed with other keys than those here; name their file with --keys-file (KEYS_FILE)",
    ))
}
