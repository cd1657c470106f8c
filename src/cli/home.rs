//! Which database a command works on: the one it is told, the one a running server keeps in the
//! data folder, or one it starts there itself.

use std::time::Duration;

use crate::config::Settings;
use crate::db::PoolSettings;
use crate::db::connect::{ConnectTarget, SessionSettings};
use crate::db::embedded::{self, Cluster, ClusterSettings};
use crate::error::Result;

/// A database to work on. The server's own cluster stops when this is dropped.
pub struct Home {
    target: ConnectTarget,
    cluster: Option<Cluster>,
}

impl Home {
    /// The database for the server itself: outside, or a cluster that is started here.
    ///
    /// # Errors
    /// `Setup` when the address is no address or the cluster cannot be started.
    pub fn own(settings: &Settings) -> Result<Self> {
        if let Some(url) = &settings.database_url {
            return Ok(Self { target: ConnectTarget::parse(url)?, cluster: None });
        }
        let mut cluster = ClusterSettings::new(settings.data_dir.clone());
        cluster.allow_download = !settings.no_postgres_download;
        if let Some(folder) = &settings.pg_bin_dir {
            cluster.bin_dir = Some(folder.clone());
        }
        let cluster = Cluster::start(cluster)?;
        let target = ConnectTarget::parse(&cluster.connection_url())?;
        Ok(Self { target, cluster: Some(cluster) })
    }

    /// The database for a command that may run beside a server.
    ///
    /// # Errors
    /// As [`Home::own`].
    pub fn shared(settings: &Settings) -> Result<Self> {
        if settings.database_url.is_none()
            && let Some(running) = embedded::running(&settings.data_dir)?
        {
            return Ok(Self { target: ConnectTarget::parse(&running.url())?, cluster: None });
        }
        Self::own(settings)
    }

    /// Where to connect.
    #[must_use]
    pub fn target(&self) -> &ConnectTarget {
        &self.target
    }

    /// The cluster that was started here.
    #[must_use]
    pub fn cluster(&self) -> Option<&Cluster> {
        self.cluster.as_ref()
    }
}

/// The sessions of the pool.
#[must_use]
pub fn session(settings: &Settings) -> SessionSettings {
    SessionSettings {
        application_name: "searxng-cool-music".to_owned(),
        statement_timeout: Some(Duration::from_millis(settings.statement_timeout_ms)),
        lock_timeout: Some(Duration::from_millis(settings.lock_timeout_ms)),
        idle_in_transaction_session_timeout: Some(Duration::from_millis(settings.idle_in_transaction_timeout_ms)),
    }
}

/// The pool as configured.
#[must_use]
pub fn pool(settings: &Settings) -> PoolSettings {
    PoolSettings {
        max_connections: settings.pool_size,
        recycle_after: Duration::from_secs(settings.pool_recycle_seconds),
        wait: Duration::from_millis(settings.pool_wait_ms),
        session: session(settings),
    }
}
