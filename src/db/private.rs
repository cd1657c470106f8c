//! Reading what is private: for whom, said to the database, and taken back.
//!
//! Tables behind row-level security show nothing to a session that names no viewer. A statement that
//! reads them says so ([`super::Statement::private`]) and runs in a transaction of its own that names
//! the viewer: what begins it is sent ahead of the statement and what ends it behind its answer, and
//! nobody waits for either, so it costs no round trip. Statements that share a connection share the
//! transaction. It only reads; what writes is in a transaction that is begun ([`super::Conn::begin`]).
//!
//! A connection carries nobody over to the next request: the setting ends with the transaction, the
//! end goes out before the connection is given back, and one that could not be ended is not lent again.

use std::sync::{Mutex, PoisonError};

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::FutureExt as _;

use super::actor::Actor;

/// What is under way on a connection for its viewer.
#[derive(Debug, Default)]
pub(super) struct Private(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Private statements that have not ended.
    reading: usize,
    /// A transaction was begun that names the viewer itself.
    in_transaction: bool,
}

impl Private {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Names the viewer before a private statement. Without one there is nobody to name, and the
    /// statement finds nothing.
    pub fn enter(&self, pg: &AsyncPgConnection, actor: &Actor) {
        let mut state = self.state();
        let Some(begin) = actor.begin_reading() else { return };
        if !state.in_transaction && state.reading == 0 {
            send(pg, &begin);
        }
        state.reading += 1;
    }

    /// Takes the name back behind the last private statement.
    pub fn leave(&self, pg: &AsyncPgConnection, actor: &Actor) {
        if actor.user.is_none() {
            return;
        }
        let mut state = self.state();
        state.reading = state.reading.saturating_sub(1);
        if !state.in_transaction && state.reading == 0 {
            send(pg, "commit");
        }
    }

    /// Notes that a transaction has begun or ended which names the viewer itself.
    pub fn note_transaction(&self, is_open: bool) {
        self.state().in_transaction = is_open;
    }

    /// Whether nothing is under way.
    pub fn is_over(&self) -> bool {
        let state = self.state();
        state.reading == 0 && !state.in_transaction
    }
}

/// Sends what nobody waits for; the connection's next statement comes behind it. Should it not take
/// effect, because the connection is lost, neither does that one.
fn send(mut pg: &AsyncPgConnection, sql: &str) {
    // The first poll sends; the answer is passed over like that of a caller who went away.
    let _ = SimpleAsyncConnection::batch_execute(&mut pg, sql).now_or_never();
}
