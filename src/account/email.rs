//! E-mail addresses at rest. Columns `users.email_sealed`, `email_lookup` and, until an address is
//! sealed, `email`.
//!
//! An address is encrypted for the row it stands in, and found by a keyed hash of its folded form.

use diesel::sql_types::{Array, BigInt, Text};

use super::name::folded_email;
use super::user::UserId;
use crate::db::{Conn, Database, Statement};
use crate::error::Result;
use crate::secrets::Keys;

/// Rows that one statement seals.
const BATCH: i64 = 500;

/// What a sealed address is bound to.
fn place(user: UserId) -> String {
    format!("users.email:{}", user.0)
}

/// An address as it is kept: sealed, and its hash.
pub(super) fn seal(keys: &Keys, user: UserId, email: &str) -> Result<(String, String)> {
    Ok((keys.seal(&place(user), email)?, lookup(keys, email)))
}

/// What an address is found by.
pub(super) fn lookup(keys: &Keys, email: &str) -> String {
    keys.lookup("email", &folded_email(email))
}

/// An address as it was kept; none when there is none.
pub(super) fn open(keys: &Keys, user: UserId, plain: Option<String>, sealed: Option<String>) -> Result<Option<String>> {
    match (plain, sealed) {
        (Some(plain), _) => Ok(Some(plain)),
        (None, Some(sealed)) => keys.unseal(&place(user), &sealed).map(Some),
        (None, None) => Ok(None),
    }
}

/// Seals every address that stands in clear, in batches; gives their number. May run beside anything
/// and be broken off at any point.
///
/// # Errors
/// What the database reports.
pub async fn seal_plain(database: &Database, keys: &Keys) -> Result<u64> {
    seal_where(database, keys, "email is not null").await
}

/// The same, and seals with the current key what an older one sealed.
///
/// # Errors
/// What the database reports; `Internal` when an address cannot be read with the keys here.
pub async fn reseal_all(database: &Database, keys: &Keys) -> Result<u64> {
    seal_where(database, keys, "(email is not null or email_sealed is not null)").await
}

async fn seal_where(database: &Database, keys: &Keys, condition: &'static str) -> Result<u64> {
    let mut sealed = 0;
    let mut last = 0;
    loop {
        let mut conn = database.conn().await?;
        let mut statement = Statement::new("select id, email, email_sealed from users where ");
        statement.push(condition).push(" and id > ").bind::<BigInt, _>(last).push(" order by id limit ");
        statement.bind::<BigInt, _>(BATCH);
        let rows: Vec<(UserId, Option<String>, Option<String>)> = statement.load(&mut conn).await?;
        let Some((end, ..)) = rows.last() else { return Ok(sealed) };
        last = end.0;
        let (mut ids, mut before, mut after, mut hashes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (user, plain, old) in rows {
            if plain.is_none() && old.as_deref().is_none_or(|old| keys.is_current(old)) {
                continue;
            }
            let was = plain.clone().or_else(|| old.clone()).unwrap_or_default();
            let Some(email) = open(keys, user, plain, old)? else { continue };
            let (new, hash) = seal(keys, user, &email)?;
            ids.push(user.0);
            before.push(was);
            after.push(new);
            hashes.push(hash);
        }
        if !ids.is_empty() {
            sealed += write(&mut conn, ids, before, after, hashes).await?;
        }
    }
}

/// Writes what was sealed, where nobody changed it meanwhile and nobody else has the address.
async fn write(
    conn: &mut Conn,
    ids: Vec<i64>,
    before: Vec<String>,
    after: Vec<String>,
    hashes: Vec<String>,
) -> Result<u64> {
    let mut statement = Statement::new(
        "update users u set email = null, email_sealed = new.sealed, email_lookup = new.hash
         from (select * from unnest(",
    );
    statement.bind::<Array<BigInt>, _>(ids).push(", ");
    statement.bind::<Array<Text>, _>(before).push(", ");
    statement.bind::<Array<Text>, _>(after).push(", ");
    statement.bind::<Array<Text>, _>(hashes).push(
        ") as new (id, before, sealed, hash) order by id) as new
         where u.id = new.id and coalesce(u.email, u.email_sealed) = new.before
           and not exists (select from users other where other.email_lookup = new.hash and other.id <> u.id)",
    );
    Ok(statement.execute(conn).await? as u64)
}

/// Takes the seal off every address, as before the migration that brought it is taken back.
///
/// # Errors
/// As [`reseal_all`].
pub async fn unseal_all(database: &Database, keys: &Keys) -> Result<u64> {
    let mut opened = 0;
    loop {
        let mut conn = database.conn().await?;
        let mut statement =
            Statement::new("select id, email_sealed from users where email_sealed is not null order by id limit ");
        statement.bind::<BigInt, _>(BATCH);
        let rows: Vec<(UserId, String)> = statement.load(&mut conn).await?;
        if rows.is_empty() {
            return Ok(opened);
        }
        let ids: Vec<i64> = rows.iter().map(|(user, _)| user.0).collect();
        let plain = rows.iter().map(|(user, sealed)| keys.unseal(&place(*user), sealed)).collect::<Result<Vec<_>>>()?;
        let mut statement = Statement::new(
            "update users u set email = old.plain, email_sealed = null, email_lookup = null from unnest(",
        );
        statement.bind::<Array<BigInt>, _>(ids).push(", ");
        statement.bind::<Array<Text>, _>(plain).push(") as old (id, plain) where u.id = old.id");
        opened += statement.execute(&mut conn).await? as u64;
    }
}
