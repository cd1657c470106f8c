//! The HTTP server: one GraphQL endpoint, a playground and probes.

mod graphql;
mod playground;
mod probes;
mod routes;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::{App, HttpServer, web};
use tracing_actix_web::TracingLogger;

use crate::config::{Profile, Settings};
use crate::db::Database;
use crate::error::{Error, Result};
use crate::graphql::limits::DocumentLimits;
use crate::graphql::Api;

/// What every request handler reaches.
#[derive(Clone)]
pub struct State {
    api: Api,
    database: Database,
    limits: DocumentLimits,
    request_timeout: Duration,
    profile: Profile,
    is_stopping: Arc<AtomicBool>,
}

impl State {
    /// The state of a server with these settings.
    #[must_use]
    pub fn new(database: Database, settings: &Settings) -> Self {
        Self {
            api: Api::build(),
            database,
            limits: DocumentLimits::default(),
            request_timeout: settings.request_timeout(),
            profile: settings.profile,
            is_stopping: Arc::default(),
        }
    }
}

/// A server that serves. Dropping it does not stop it; [`Server::stop`] does.
pub struct Server {
    handle: actix_web::dev::ServerHandle,
    running: tokio::task::JoinHandle<std::io::Result<()>>,
    address: SocketAddr,
    is_stopping: Arc<AtomicBool>,
}

impl Server {
    /// Takes the address; connections wait there until the server starts.
    ///
    /// # Errors
    /// `Setup` when the address cannot be taken.
    pub fn listen(settings: &Settings) -> Result<TcpListener> {
        TcpListener::bind(settings.listen).map_err(|cause| cannot_listen(settings.listen, &cause))
    }

    /// Begins to serve.
    ///
    /// # Errors
    /// `Setup` when the listener is of no use.
    pub fn start(state: State, listener: TcpListener, settings: &Settings) -> Result<Self> {
        let address = listener.local_addr().map_err(|cause| cannot_listen(settings.listen, &cause))?;
        let is_stopping = state.is_stopping.clone();
        let data = web::Data::new(state);
        let mut server = HttpServer::new(move || {
            App::new().wrap(TracingLogger::<routes::RootSpan>::new()).app_data(data.clone()).configure(routes::configure)
        });
        if settings.workers > 0 {
            server = server.workers(settings.workers);
        }
        let server = server
            .disable_signals()
            .shutdown_timeout(settings.shutdown_seconds)
            .client_request_timeout(Duration::from_secs(10))
            .listen(listener)
            .map_err(|cause| cannot_listen(settings.listen, &cause))?
            .run();
        Ok(Self { handle: server.handle(), running: tokio::spawn(server), address, is_stopping })
    }

    /// Where it listens; the port is known even when any was asked for.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no new connections, lets requests in flight end within the configured time, and
    /// returns when all is over. The ready probe says no from the first moment.
    pub async fn stop(self) {
        self.is_stopping.store(true, Ordering::Relaxed);
        self.handle.stop(true).await;
        if let Ok(Err(error)) = self.running.await {
            tracing::error!(%error, "The HTTP server ended with an error");
        }
    }
}

fn cannot_listen(address: SocketAddr, cause: &std::io::Error) -> Error {
    let advice = match cause.kind() {
        std::io::ErrorKind::AddrInUse => "another program listens there; stop it, or choose another port with --listen (LISTEN)",
        std::io::ErrorKind::PermissionDenied => "ports below 1024 need more rights; choose another with --listen (LISTEN)",
        _ => "choose another address with --listen (LISTEN)",
    };
    Error::setup(format!("cannot listen on {address}: {cause}; {advice}"))
}
