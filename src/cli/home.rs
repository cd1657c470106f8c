//! Which database a command works on: the one it is told, the one a running server keeps in the
//! data folder, or one it starts there itself; and as whom: as its owner, or as the server.

use std::time::Duration;

use crate::config::Settings;
use crate::db::connect::{ConnectTarget, SessionSettings};
use crate::db::embedded::{self, Cluster, ClusterSettings};
use crate::db::{PoolSettings, roles};
use crate::error::{Error, Result};

/// A database to work on. The server's own cluster stops when this is dropped.
pub struct Home {
    owner: ConnectTarget,
    server: ConnectTarget,
    cluster: Option<Cluster>,
}

impl Home {
    /// The database for the server itself: outside, or a cluster that is started here.
    ///
    /// # Errors
    /// `Setup` when the address is no address or the cluster cannot be started.
    pub fn own(settings: &Settings) -> Result<Self> {
        if let Some(url) = &settings.database_url {
            let owner = ConnectTarget::parse(settings.migration_database_url.as_ref().unwrap_or(url))?;
            return Ok(Self { owner: owner.keeping(), server: ConnectTarget::parse(url)?, cluster: None });
        }
        if settings.migration_database_url.is_some() {
            return Err(Error::setup(
                "MIGRATION_DATABASE_URL is the owner's address of a database that the server has DATABASE_URL for; \
                 set that as well, or neither for a database of the server's own",
            ));
        }
        let mut cluster = ClusterSettings::new(settings.data_dir.clone());
        cluster.allow_download = !settings.no_postgres_download;
        if let Some(folder) = &settings.pg_bin_dir {
            cluster.bin_dir = Some(folder.clone());
        }
        let cluster = Cluster::start(cluster)?;
        let home = Self::embedded(&cluster.connection_url())?;
        Ok(Self { cluster: Some(cluster), ..home })
    }

    /// A cluster of ours, which has a login for each of the two.
    fn embedded(url: &str) -> Result<Self> {
        let owner = ConnectTarget::parse(url)?;
        Ok(Self { server: owner.with_user(roles::SERVER_ROLE), owner: owner.keeping(), cluster: None })
    }

    /// The database for a command that may run beside a server.
    ///
    /// # Errors
    /// As [`Home::own`].
    pub fn shared(settings: &Settings) -> Result<Self> {
        if settings.database_url.is_none()
            && let Some(running) = embedded::running(&settings.data_dir)?
        {
            return Self::embedded(&running.url());
        }
        Self::own(settings)
    }

    /// Where to connect as the owner, for work that concerns everybody.
    #[must_use]
    pub fn owner(&self) -> &ConnectTarget {
        &self.owner
    }

    /// The login of the server, as it was given.
    #[must_use]
    pub fn server(&self) -> &ConnectTarget {
        &self.server
    }

    /// Where to connect to serve, once the database is migrated.
    ///
    /// # Errors
    /// As [`roles::serving`].
    pub async fn serving(&self) -> Result<ConnectTarget> {
        roles::admit(&self.owner, &self.server).await?;
        roles::serving(&self.server).await
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
