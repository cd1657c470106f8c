//! How often somebody tries. Table `auth.attempts`.
//!
//! A try is counted before it is looked at, so that many at once are as many as one after another.
//! Some are free; from then on each has to wait for the one before, twice as long every time.
//! The rows are nobody's: they are reached through functions of the schema alone.

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
    let mut statement = Statement::new("select auth.count_try(");
    statement.bind::<Text, _>(subject.0.clone()).push(", ").bind::<Integer, _>(free).push(")");
    let Some(seconds) = statement.first::<Option<f64>>(conn).await?.flatten() else { return Ok(()) };
    let retry_after = Duration::from_secs_f64(seconds.max(1.0));
    let message = format!("too many tries; the next one is taken in {} s", retry_after.as_secs_f64().ceil());
    Err(Error::Throttled { message, retry_after })
}

/// Forgets the tries: one has succeeded.
pub(super) async fn clear(conn: &mut Conn, subject: &Subject) -> Result<()> {
    call(conn, "select auth.forget_tries(", subject).await
}

/// Takes one try back: it was a good one, and says nothing of the others.
pub(super) async fn forgive(conn: &mut Conn, subject: &Subject) -> Result<()> {
    call(conn, "select auth.forgive_try(", subject).await
}

async fn call(conn: &mut Conn, function: &str, subject: &Subject) -> Result<()> {
    let mut statement = Statement::new(function);
    statement.bind::<Text, _>(subject.0.clone()).push(")::text");
    statement.execute(conn).await.map(drop)
}
