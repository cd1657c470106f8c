//! Transactions: all of it, or nothing.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use diesel_async::{AnsiTransactionManager, TransactionManager as _};

use super::statement::is_contention;
use super::{Actor, Conn};
use crate::error::{Error, Result};

/// A transaction under way. Statements run on it as on a connection; [`Transaction::end`] commits
/// it or takes it back. One that is dropped before, as when its caller goes away, takes its
/// connection along, and the database rolls it back.
pub struct Transaction<'c> {
    conn: &'c mut Conn,
    is_open: bool,
}

impl Conn {
    /// Begins a transaction of whoever the connection works for.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn begin(&mut self) -> Result<Transaction<'_>> {
        let actor = self.actor().clone();
        self.begin_of(&actor).await
    }

    /// Begins a transaction of somebody who has just proved who they are; the request began without
    /// knowing.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn begin_as(&mut self, user: i64) -> Result<Transaction<'_>> {
        let actor = Actor { user: Some(user), ..self.actor().clone() };
        self.begin_of(&actor).await
    }

    async fn begin_of(&mut self, actor: &Actor) -> Result<Transaction<'_>> {
        AnsiTransactionManager::begin_transaction_sql(self.pg()?, &actor.begin()).await?;
        self.note_transaction(true);
        Ok(Transaction { conn: self, is_open: true })
    }
}

impl Transaction<'_> {
    /// Commits what led to a result and takes back what led to an error.
    ///
    /// # Errors
    /// The error given, or what the database reports of the commit.
    pub async fn end<T>(mut self, outcome: Result<T>) -> Result<T> {
        let pg = self.conn.pg()?;
        match outcome {
            Ok(value) => {
                AnsiTransactionManager::commit_transaction(pg).await?;
                self.close();
                Ok(value)
            }
            Err(error) => {
                // Without an answer the connection is of no use, and is not given back.
                if AnsiTransactionManager::rollback_transaction(pg).await.is_ok() {
                    self.close();
                }
                Err(error)
            }
        }
    }

    fn close(&mut self) {
        self.is_open = false;
        self.conn.note_transaction(false);
    }
}

/// Times that one transaction is run again at most.
const MOST_RETRIES: u32 = 3;

/// How often a transaction was run: it is run again when others stood in its way.
#[derive(Debug, Default)]
pub struct Tries(u32);

impl Tries {
    /// What became of a try: its result, or none when the transaction is to be run again, which is
    /// after a short pause, each time another.
    ///
    /// # Errors
    /// The error given; `Unavailable` in place of contention that did not end.
    pub async fn settled<T>(&mut self, outcome: Result<T>) -> Result<Option<T>> {
        match outcome {
            Ok(value) => Ok(Some(value)),
            Err(error) if !is_contention(&error) => Err(error),
            Err(error) if self.0 >= MOST_RETRIES => {
                tracing::warn!(%error, "A transaction met others on each of its tries");
                Err(Error::Unavailable("too many people change this at once; try again in a moment".to_owned()))
            }
            Err(_) => {
                self.0 += 1;
                let longest = 10_u64 << self.0;
                let jitter = u64::from(uuid::Uuid::new_v4().as_bytes()[0]) * longest / 255;
                tokio::time::sleep(Duration::from_millis(1 + jitter)).await;
                Ok(None)
            }
        }
    }
}

impl Deref for Transaction<'_> {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        self.conn
    }
}

impl DerefMut for Transaction<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        self.conn
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.is_open {
            self.conn.spoil();
        }
    }
}
