//! Reading the figures when somebody asks, and not more often than it is worth.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Mutex as AsyncMutex;

use super::advice;
use super::figures::{self, Figures, SlowStatement};
use crate::db::connect::ConnectTarget;
use crate::error::{Error, Result};
use crate::operations::Session;

/// Figures of this age are told again, so that asking often costs nothing.
const FRESH_FOR: Duration = Duration::from_secs(5);

/// Time that reading them may take, a connection made anew included.
const PATIENCE: Duration = Duration::from_secs(3);

/// Who reads the figures. Clones share the connection and what was read last.
#[derive(Clone)]
pub struct Monitor {
    shared: Arc<Shared>,
}

struct Shared {
    target: ConnectTarget,
    started: Instant,
    /// Held while reading: whoever comes meanwhile waits and takes the same figures.
    session: AsyncMutex<Option<Session>>,
    latest: Mutex<Option<(Instant, Arc<Figures>)>>,
}

impl Monitor {
    /// One that connects when it is asked first.
    #[must_use]
    pub fn new(target: ConnectTarget) -> Self {
        let shared =
            Shared { target, started: Instant::now(), session: AsyncMutex::default(), latest: Mutex::default() };
        Self { shared: Arc::new(shared) }
    }

    /// Time since it was made, which is when the server started.
    #[must_use]
    pub fn uptime(&self) -> Duration {
        self.shared.started.elapsed()
    }

    /// The figures, at most five seconds old.
    ///
    /// # Errors
    /// `Unavailable` when the database does not tell them in time.
    pub async fn figures(&self) -> Result<Arc<Figures>> {
        if let Some(figures) = self.fresh() {
            return Ok(figures);
        }
        let reading = async {
            let mut session = self.shared.session.lock().await;
            if let Some(figures) = self.fresh() {
                return Ok(figures);
            }
            // Taken out, so that one on which something failed is not used again.
            let open = match session.take() {
                Some(open) if !open.is_closed() => open,
                _ => self.connect().await?,
            };
            let figures = Arc::new(figures::read(&open).await?);
            *session = Some(open);
            let now = (Instant::now(), figures.clone());
            *self.shared.latest.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
            Ok(figures)
        };
        self.in_time(reading).await
    }

    /// What could be done about slow statements, in their order: from their figures and their plans.
    ///
    /// # Errors
    /// `Unavailable` when the database does not tell in time.
    pub async fn advice(&self, statements: &[SlowStatement]) -> Result<Vec<Vec<String>>> {
        let advising = async {
            let mut session = self.shared.session.lock().await;
            let open = match session.take() {
                Some(open) if !open.is_closed() => open,
                _ => self.connect().await?,
            };
            let mut all = Vec::with_capacity(statements.len());
            for statement in statements {
                let mut said = advice::of_figures(statement);
                said.extend(advice::of_plan(&open, &statement.query).await?);
                all.push(said);
            }
            *session = Some(open);
            Ok(all)
        };
        self.in_time(advising).await
    }

    fn fresh(&self) -> Option<Arc<Figures>> {
        let latest = self.shared.latest.lock().unwrap_or_else(PoisonError::into_inner);
        latest.as_ref().filter(|(at, _)| at.elapsed() < FRESH_FOR).map(|(_, figures)| figures.clone())
    }

    async fn connect(&self) -> Result<Session> {
        let session = Session::open(&self.shared.target, "monitor").await?;
        let limit = format!("set statement_timeout = {}", PATIENCE.as_millis());
        session.batch_execute(&limit).await.map_err(Error::internal)?;
        Ok(session)
    }

    async fn in_time<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let late = || Error::Unavailable("the database did not tell its figures in time".to_owned());
        tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(|_| Err(late()))
    }
}
