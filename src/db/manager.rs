//! How the pool makes its connections and tells which of them still work.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::{PoolableConnection as _, RecyclingMethod};
use tokio::runtime::Handle;

use super::connect::{self, ConnectTarget, SessionSettings};
use crate::error::{Error, Result};

/// A connection that worked this short a time ago, and whose socket is open, is lent without being
/// asked again: the question costs each level of a query a round trip.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// Makes connections to one server.
pub(super) struct Manager {
    target: ConnectTarget,
    session: SessionSettings,
    /// A connection's task lives in the runtime that outlives every worker thread.
    runtime: Handle,
}

/// A connection of the pool, and when it was last seen to work.
pub(super) struct Pooled {
    pub connection: AsyncPgConnection,
    worked_at: Mutex<Instant>,
}

impl Pooled {
    fn new(connection: AsyncPgConnection) -> Self {
        Self { connection, worked_at: Mutex::new(Instant::now()) }
    }

    /// Notes that a statement came to its end.
    pub fn worked(&self) {
        *self.worked_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn is_trusted(&self) -> bool {
        self.worked_at.lock().unwrap_or_else(PoisonError::into_inner).elapsed() < TRUSTED_FOR
    }
}

impl Manager {
    /// Connections to `target`, which run in the current runtime.
    pub fn new(target: ConnectTarget, session: SessionSettings) -> Self {
        Self { target, session, runtime: Handle::current() }
    }
}

impl bb8::ManageConnection for Manager {
    type Connection = Pooled;
    type Error = Error;

    async fn connect(&self) -> Result<Pooled> {
        let (target, session) = (self.target.clone(), self.session.clone());
        let opening = self.runtime.spawn(async move { connect::connect(&target, &session).await });
        let connection = opening.await.map_err(|cause| Error::Unavailable(cause.to_string()))??;
        Ok(Pooled::new(connection))
    }

    async fn is_valid(&self, pooled: &mut Pooled) -> Result<()> {
        if pooled.is_trusted() && !pooled.connection.is_broken() {
            return Ok(());
        }
        pooled.connection.ping(&RecyclingMethod::Verified).await?;
        pooled.worked();
        Ok(())
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        std::thread::panicking() || pooled.connection.is_broken()
    }
}
