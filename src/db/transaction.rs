//! Transactions: all of it, or nothing.

use std::ops::{Deref, DerefMut};

use diesel_async::{AnsiTransactionManager, TransactionManager as _};

use super::Conn;
use crate::error::Result;

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
        let begin = self.actor().begin();
        AnsiTransactionManager::begin_transaction_sql(self.pg()?, &begin).await?;
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
                self.is_open = false;
                Ok(value)
            }
            Err(error) => {
                // Without an answer the connection is of no use, and is not given back.
                self.is_open = AnsiTransactionManager::rollback_transaction(pg).await.is_err();
                Err(error)
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
