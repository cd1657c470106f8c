//! A connection of a job's own: outside the pool, without its time limits.

use std::ops::Deref;

use tokio::task::JoinHandle;
use tokio_postgres::Client;

use crate::db::connect::{self, ConnectTarget, SessionSettings};
use crate::error::{Error, Result};

/// The connection; it ends when this is dropped, and so does what runs on it.
pub struct Session {
    client: Client,
    driver: JoinHandle<()>,
}

impl Session {
    /// Connects; `what` is what the work is called in the list of the server's connections.
    ///
    /// # Errors
    /// What connecting reports.
    pub async fn open(target: &ConnectTarget, what: &str) -> Result<Self> {
        let session =
            SessionSettings { application_name: format!("searxng-cool-music {what}"), ..SessionSettings::default() };
        let (client, connection) = connect::connect_raw(target, &session).await?;
        let driver = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "The connection of a job was lost");
            }
        });
        // A long statement ends when nobody waits for it any more.
        client.batch_execute("set client_connection_check_interval = '5s'").await.map_err(Error::internal)?;
        Ok(Self { client, driver })
    }
}

impl Deref for Session {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.driver.abort();
    }
}
