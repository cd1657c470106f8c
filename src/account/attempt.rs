//! How often somebody tries. Table `auth.attempts`.
//!
//! A try is counted before it is looked at, so that many at once are as many as one after another.
//! Some are free; from then on each has to wait for the one before, twice as long every time.

use std::net::IpAddr;
use std::time::Duration;

use diesel::sql_types::{Integer, Text};

use crate::db::{Conn, Statement};
use crate::error::{Error, Result};

/// What is counted.
#[derive(Debug, Clone)]
pub(super) struct Subject(String);

impl Subject {
    /// Tries to be somebody who exists.
    pub(super) fn account(user: i64) -> Self {
        Self(format!("account:{user}"))
    }

    /// Tries to be somebody who does not; the hash keeps the name out of the table.
    pub(super) fn unknown(hash: &str) -> Self {
        Self(format!("unknown:{hash}"))
    }

    /// Tries from an address, to be anybody.
    pub(super) fn address(address: IpAddr) -> Self {
        Self(format!("address:{}", network(address)))
    }

    /// Accounts made from an address.
    pub(super) fn registration(address: IpAddr) -> Self {
        Self(format!("register:{}", network(address)))
    }
}

/// Whoever has one IPv6 address has 2^64 of them.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::")
        }
    }
}

/// Counts a try; so many are free.
///
/// # Errors
/// `Throttled` when it comes too soon; it is not counted then.
pub(super) async fn count(conn: &mut Conn, subject: &Subject, free: i32) -> Result<()> {
    let mut statement = Statement::new("insert into auth.attempts as tried (subject, tries) values (");
    statement.bind::<Text, _>(subject.0.clone()).push(
        ", 1) on conflict (subject) do update set
           tries = case when tried.last_at < now() - interval '1 day' then 1 else least(tried.tries, 1000000) + 1 end,
           first_at = case when tried.last_at < now() - interval '1 day' then now() else tried.first_at end,
           last_at = now(),
           blocked_until = case
             when tried.last_at >= now() - interval '1 day' and tried.tries + 1 >= ",
    );
    statement
        .bind::<Integer, _>(free)
        .push(" then now() + least(interval '15 minutes', interval '1 second' * 2 ^ least(tried.tries + 1 - ");
    statement.bind::<Integer, _>(free).push(
        ", 20)) end
         where tried.blocked_until is null or tried.blocked_until <= now()",
    );
    if statement.execute(conn).await? > 0 {
        return Ok(());
    }
    let mut statement = Statement::new(
        "select greatest(extract(epoch from blocked_until - now()), 0)::float8 from auth.attempts where subject = ",
    );
    statement.bind::<Text, _>(subject.0.clone());
    let seconds: Option<Option<f64>> = statement.first(conn).await?;
    let retry_after = Duration::from_secs_f64(seconds.flatten().unwrap_or_default().max(1.0));
    let message = format!("too many tries; the next one is taken in {} s", retry_after.as_secs_f64().ceil());
    Err(Error::Throttled { message, retry_after })
}

/// Forgets the tries: one has succeeded.
pub(super) async fn clear(conn: &mut Conn, subject: &Subject) -> Result<()> {
    let mut statement = Statement::new("delete from auth.attempts where subject = ");
    statement.bind::<Text, _>(subject.0.clone());
    statement.execute(conn).await.map(drop)
}

/// Takes one try back: it was a good one, and says nothing of the others.
pub(super) async fn forgive(conn: &mut Conn, subject: &Subject) -> Result<()> {
    let mut statement = Statement::new(
        "update auth.attempts set tries = tries - 1, blocked_until = null where tries > 1 and subject = ",
    );
    statement.bind::<Text, _>(subject.0.clone());
    statement.execute(conn).await.map(drop)
}

/// Removes what counts no longer; gives the number of rows.
pub(super) async fn purge(conn: &mut Conn) -> Result<usize> {
    Statement::new("delete from auth.attempts where last_at < now() - interval '2 days'").execute(conn).await
}
