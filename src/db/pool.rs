//! The connections of this process: a bounded bb8 pool with time limits on everything.
//!
//! Sizes follow the mission's report: 20 connections, recycled after an hour, tested when they
//! are checked out (what worked a moment ago is not asked again), no overflow. A check-out is short: one
//! for each level of a query and for each data-room call, and nobody who holds one waits for another,
//! or twenty requests could wait for each other.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use diesel_async::{AnsiTransactionManager, AsyncPgConnection, TransactionManager as _};
use tokio::runtime::Handle;

use super::actor::Actor;
use super::connect::{self, ConnectTarget, SessionSettings};
use super::explain::Plans;
use super::manager::Manager;
use super::private::Private;
use crate::error::{Error, Result};

type Pool = bb8::Pool<Manager>;

/// How many connections, and how long anything may wait.
#[derive(Debug, Clone)]
pub struct PoolSettings {
    /// Connections at most; there is no overflow.
    pub max_connections: u32,
    /// A connection older than this is replaced.
    pub recycle_after: Duration,
    /// How long a check-out may wait for a free connection.
    pub wait: Duration,
    /// Time limits and name of every session.
    pub session: SessionSettings,
}

/// How the pool is used: now, and since it was opened.
#[derive(Debug, Clone, Copy)]
pub struct PoolState {
    /// Connections.
    pub connections: u32,
    /// Those that nobody uses.
    pub idle: u32,
    /// As many there may be.
    pub max_connections: u32,
    /// Check-outs that had to wait.
    pub waits: u64,
    /// Of these, the ones that waited in vain.
    pub timeouts: u64,
    /// Time that all of them waited.
    pub wait_time: Duration,
    /// Connections that broke.
    pub lost: u64,
}

/// The database as the rest of the program sees it.
#[derive(Clone)]
pub struct Database {
    pool: Pool,
    /// Pools of read replicas, asked in turn.
    replicas: Arc<[Pool]>,
    next_replica: Arc<AtomicUsize>,
    target: Arc<ConnectTarget>,
    settings: Arc<PoolSettings>,
    statements: Arc<AtomicU64>,
    plans: Option<Plans>,
    actor: Actor,
}

/// A connection checked out of the pool; it goes back when all who share it have dropped it.
pub struct Conn {
    lent: Arc<Lent>,
    /// Whether a statement was begun whose end nobody has seen.
    is_running: bool,
}

/// A connection while it is out of the pool.
struct Lent {
    inner: bb8::PooledConnection<'static, Manager>,
    statements: Arc<AtomicU64>,
    target: Arc<ConnectTarget>,
    plans: Option<Plans>,
    actor: Actor,
    private: Private,
    /// Statements whose callers went away.
    left: AtomicUsize,
}

impl Conn {
    /// Diesel's connection, for what nobody else may come between, like a transaction.
    ///
    /// # Errors
    /// `Internal` while others share the connection.
    pub fn pg(&mut self) -> Result<&mut AsyncPgConnection> {
        let lent = Arc::get_mut(&mut self.lent).ok_or_else(|| Error::internal("the connection is shared"))?;
        Ok(&mut lent.inner.connection)
    }

    /// Diesel's connection, for one statement. Those of all who share it are sent without waiting
    /// for each other.
    pub(super) fn shared_pg(&self) -> &AsyncPgConnection {
        &self.lent.inner.connection
    }

    /// The same connection, for somebody else's statements beside these.
    pub(super) fn share(&self) -> Self {
        Self { lent: self.lent.clone(), is_running: false }
    }

    /// The connection is not lent again: nobody knows what its session is in.
    pub(super) fn spoil(&mut self) {
        if let Ok(pg) = self.pg() {
            AnsiTransactionManager::transaction_manager_status_mut(pg).set_in_error();
        }
    }

    /// Whoever the statements are run for.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.lent.actor
    }

    pub(super) fn plans(&self) -> Option<Plans> {
        self.lent.plans.clone()
    }

    pub(super) fn begin_statement(&mut self) {
        self.lent.statements.fetch_add(1, Ordering::Relaxed);
        self.is_running = true;
    }

    pub(super) fn end_statement(&mut self) {
        self.is_running = false;
        self.lent.inner.worked();
    }

    /// Names the viewer for a statement that reads what is private.
    pub(super) fn enter_private(&self) {
        self.lent.private.enter(self.shared_pg(), self.actor());
    }

    /// Ends what [`Conn::enter_private`] began.
    pub(super) fn leave_private(&self) {
        self.lent.private.leave(self.shared_pg(), self.actor());
    }

    pub(super) fn note_transaction(&self, is_open: bool) {
        self.lent.private.note_transaction(is_open);
    }
}

impl Drop for Conn {
    fn drop(&mut self) {
        if self.is_running {
            self.lent.left.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Lent {
    /// A statement whose caller went away still runs: the next one to get this connection would
    /// wait behind it. So it is cancelled, and the pool makes a new connection.
    fn drop(&mut self) {
        let left = *self.left.get_mut();
        let connection = &mut self.inner.connection;
        if left > 0 || !self.private.is_over() {
            AnsiTransactionManager::transaction_manager_status_mut(connection).set_in_error();
        }
        if left == 0 {
            return;
        }
        let cancellation = connection.cancel_token();
        // Without a way to cancel it, the statement's time limit ends it.
        if let Ok(runtime) = Handle::try_current() {
            let target = self.target.clone();
            runtime.spawn(async move {
                // Each ends the one that runs; the next of those that were sent begins then.
                for _ in 0..left {
                    let Ok(connector) = target.connector() else { return };
                    if let Err(error) = cancellation.cancel_query(connector).await {
                        tracing::debug!(%error, "A statement that nobody waits for could not be cancelled");
                    }
                }
            });
        }
    }
}

#[derive(Debug)]
struct LogErrors;

impl bb8::ErrorSink<Error> for LogErrors {
    fn sink(&self, error: Error) {
        tracing::warn!(error = %error, "A database connection could not be made or was lost");
    }

    fn boxed_clone(&self) -> Box<dyn bb8::ErrorSink<Error>> {
        Box::new(Self)
    }
}

impl Database {
    /// Opens the pool after one connection could be made, so that a wrong password or an
    /// unreachable server is told as what it is.
    ///
    /// # Errors
    /// `Setup` or `Unavailable` when the first connection fails.
    pub async fn open(target: ConnectTarget, settings: PoolSettings) -> Result<Self> {
        Self::open_with_replicas(target, Vec::new(), settings).await
    }

    /// The same with read replicas: queries read from them in turn, and from the database itself
    /// while a replica does not answer.
    ///
    /// # Errors
    /// `Setup` or `Unavailable` when the first connection to the database itself fails.
    pub async fn open_with_replicas(
        target: ConnectTarget,
        replicas: Vec<ConnectTarget>,
        settings: PoolSettings,
    ) -> Result<Self> {
        drop(connect::connect(&target, &settings.session).await?);
        let pool = Self::pool(&target, &settings, settings.max_connections.min(2)).await?;
        let mut pools = Vec::with_capacity(replicas.len());
        for replica in &replicas {
            // A replica that is down now is asked again when it is needed.
            pools.push(Self::pool(replica, &settings, 0).await?);
        }
        Ok(Self {
            pool,
            replicas: pools.into(),
            next_replica: Arc::default(),
            target: Arc::new(target),
            settings: Arc::new(settings),
            statements: Arc::default(),
            plans: None,
            actor: Actor::default(),
        })
    }

    async fn pool(target: &ConnectTarget, settings: &PoolSettings, min_idle: u32) -> Result<Pool> {
        Pool::builder()
            .max_size(settings.max_connections)
            .min_idle(Some(min_idle))
            .max_lifetime(Some(settings.recycle_after))
            .idle_timeout(None)
            .connection_timeout(settings.wait)
            .test_on_check_out(true)
            // The one that worked last: its session's memory is warm, and it need not be asked first.
            .queue_strategy(bb8::QueueStrategy::Lifo)
            .error_sink(Box::new(LogErrors))
            .build(Manager::new(target.clone(), settings.session.clone()))
            .await
            .map_err(|cause| Error::Unavailable(format!("the database cannot be reached: {cause}")))
    }

    /// Checks a connection out; waits at most as long as configured.
    ///
    /// # Errors
    /// `Unavailable` when none becomes free in time or the database cannot be reached.
    pub async fn conn(&self) -> Result<Conn> {
        Ok(self.lend(self.pool.get_owned().await?))
    }

    /// Checks a connection for reading out: of a replica where there is one that answers.
    ///
    /// # Errors
    /// `Unavailable` when none becomes free in time or the database cannot be reached.
    pub async fn reader(&self) -> Result<Conn> {
        if !self.replicas.is_empty() {
            let turn = self.next_replica.fetch_add(1, Ordering::Relaxed) % self.replicas.len();
            if let Some(replica) = self.replicas.get(turn) {
                match replica.get_owned().await {
                    Ok(inner) => return Ok(self.lend(inner)),
                    Err(error) => tracing::warn!(%error, "A read replica does not answer; its database does"),
                }
            }
        }
        self.conn().await
    }

    fn lend(&self, inner: bb8::PooledConnection<'static, Manager>) -> Conn {
        let lent = Lent {
            inner,
            statements: self.statements.clone(),
            target: self.target.clone(),
            plans: self.plans.clone(),
            actor: self.actor.clone(),
            private: Private::default(),
            left: AtomicUsize::new(0),
        };
        Conn { lent: Arc::new(lent), is_running: false }
    }

    /// The same pool without its replicas: for what has to see the latest commit.
    #[must_use]
    pub fn primary(&self) -> Self {
        Self { replicas: Arc::new([]), ..self.clone() }
    }

    /// The same pool, for the statements of one request.
    #[must_use]
    pub fn acting(&self, actor: Actor) -> Self {
        Self { actor, ..self.clone() }
    }

    /// Whoever the statements are run for.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The same pool, of which every query is looked at before it is run.
    #[must_use]
    pub fn explained(&self) -> (Self, Plans) {
        let plans = Plans::default();
        (Self { plans: Some(plans.clone()), ..self.clone() }, plans)
    }

    /// Where the database is, for connections outside the pool (COPY, LISTEN, migrations).
    #[must_use]
    pub fn target(&self) -> &ConnectTarget {
        &self.target
    }

    /// The session settings of the pool's connections.
    #[must_use]
    pub fn session(&self) -> &SessionSettings {
        &self.settings.session
    }

    /// Statements run through this pool since it was opened.
    #[must_use]
    pub fn statement_count(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// How the pool is used.
    #[must_use]
    pub fn pool_state(&self) -> PoolState {
        let state = self.pool.state();
        let counted = &state.statistics;
        PoolState {
            connections: state.connections,
            idle: state.idle_connections,
            max_connections: self.settings.max_connections,
            waits: counted.get_waited + counted.get_timed_out,
            timeouts: counted.get_timed_out,
            wait_time: counted.get_wait_time,
            lost: counted.connections_closed_broken + counted.connections_closed_invalid,
        }
    }
}

impl From<bb8::RunError<Error>> for Error {
    fn from(error: bb8::RunError<Error>) -> Self {
        match error {
            bb8::RunError::TimedOut => {
                Self::Unavailable("No database connection became free in time; try again in a moment".to_owned())
            }
            bb8::RunError::User(cause) => {
                tracing::warn!(error = %cause, "No database connection");
                Self::Unavailable("The database cannot be reached; try again in a moment".to_owned())
            }
        }
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind as Kind, Error as Cause};
        match &error {
            Cause::DatabaseError(Kind::ClosedConnection | Kind::UnableToSendCommand, _) => {
                tracing::warn!(error = %error, "The database connection was lost");
                Self::Unavailable("The database connection was lost; try again in a moment".to_owned())
            }
            Cause::DatabaseError(Kind::ReadOnlyTransaction, _) => {
                Self::Unavailable("The database takes no changes now; try again later".to_owned())
            }
            Cause::DatabaseError(_, information) => {
                // The driver passes no SQLSTATE on; sessions run with untranslated messages.
                let message = information.message();
                if message.starts_with("canceling statement due to statement timeout")
                    || message.starts_with("canceling statement due to lock timeout")
                {
                    Self::Timeout("The request took too long and was ended; ask for less at once".to_owned())
                } else if message.starts_with("terminating connection")
                    || message.starts_with("the database system is")
                    || message.starts_with("connection closed")
                {
                    Self::Unavailable("The database is not available; try again in a moment".to_owned())
                } else {
                    Self::internal(error)
                }
            }
            _ => Self::internal(error),
        }
    }
}
