//! The HTTP server: one GraphQL endpoint, a playground and probes.

mod admission;
mod auth;
mod connection;
mod database_metrics;
mod event_stream;
mod graphql;
mod guest;
mod head;
mod media;
mod metrics;
mod open_files;
pub mod playground;
mod probes;
mod request;
mod routes;
mod sockets;
mod unread;
mod websocket;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_cors::Cors;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use tracing_actix_web::TracingLogger;

use crate::account::accounts::Accounts;
use crate::account::viewer;
use crate::collaboration::feed::Feeds;
use crate::config::{Profile, Settings};
use crate::db::{Database, Listener};
use crate::error::{Error, Result};
use crate::graphql::limits::{Budget, Limits};
use crate::graphql::{Api, Registered};
use crate::operations::Monitor;

/// How often an address that is in use is tried again, and after what time.
const BIND_TRIES: u32 = 15;
const BIND_PAUSE: Duration = Duration::from_millis(100);

/// Connections that may wait to be taken. With the standard library's 128, some of a crowd of clients
/// would wait for seconds, or hold a connection that the system has forgotten.
const WAITING: i32 = 4_096;

/// What every request handler reaches.
#[derive(Clone)]
pub struct State {
    api: Api,
    database: Database,
    monitor: Monitor,
    metrics: Arc<metrics::Metrics>,
    budget: Option<Arc<Budget>>,
    request_timeout: Duration,
    body_timeout: Duration,
    max_body_bytes: usize,
    profile: Profile,
    has_playground: bool,
    is_stopping: Arc<AtomicBool>,
    feeds: Feeds,
    accounts: Accounts,
    /// Wakes whoever watches a person when that person's rights or tokens change.
    access: Listener,
    sockets: sockets::Sockets,
    allowed_origins: Arc<[String]>,
    /// Where operations run.
    runtime: tokio::runtime::Handle,
}

impl State {
    /// The state of a server with these settings. Must be called within the runtime that outlives
    /// the server.
    ///
    /// # Errors
    /// `Setup` when the file of registered operations cannot be read, or holds what could never run.
    pub fn new(database: Database, accounts: Accounts, settings: &Settings) -> Result<Self> {
        let registered = registered(settings)?;
        let api = Api::with(limits(settings), settings.has_introspection());
        Ok(Self {
            feeds: Feeds::start(&database),
            access: Listener::start(database.target().clone(), viewer::CHANNEL),
            accounts,
            sockets: sockets::Sockets::new(most_sockets(settings)),
            allowed_origins: settings.allowed_origins.clone().into(),
            api: match registered {
                Some(registered) => {
                    tracing::info!("Only {} registered operations run", registered.count());
                    api.only(registered)
                }
                None => api,
            },
            monitor: Monitor::new(database.target().clone()),
            database,
            metrics: Arc::default(),
            budget: settings.rate_limit().map(|points| Arc::new(Budget::new(points, settings.rate_limit_per_second))),
            request_timeout: settings.request_timeout(),
            body_timeout: Duration::from_millis(settings.body_timeout_ms),
            max_body_bytes: settings.max_body_bytes,
            profile: settings.profile,
            has_playground: settings.has_playground(),
            is_stopping: Arc::default(),
            runtime: tokio::runtime::Handle::current(),
        })
    }
}

impl State {
    /// The same over another API, such as one that is watched.
    #[must_use]
    pub fn with_api(self, api: Api) -> Self {
        Self { api, ..self }
    }
}

/// Looks whether the file of registered operations is one, where there is such a file.
///
/// # Errors
/// `Setup` when it cannot be read, or holds what could never run.
pub fn check_operations(settings: &Settings) -> Result<()> {
    registered(settings).map(drop)
}

/// The operations that the settings' file registers.
fn registered(settings: &Settings) -> Result<Option<Registered>> {
    let Some(path) = settings.operations.as_deref() else { return Ok(None) };
    let of_file = |cause: &dyn std::fmt::Display| Error::setup(format!("{}: {cause}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|cause| of_file(&cause))?;
    let registered = Registered::read(&text, &limits(settings)).map_err(|cause| of_file(&cause))?;
    Ok(Some(registered))
}

fn limits(settings: &Settings) -> Limits {
    Limits {
        max_bytes: settings.max_document_bytes,
        max_tokens: settings.max_tokens,
        max_depth: settings.max_depth,
        max_aliases: settings.max_aliases,
        max_root_fields: settings.max_root_fields,
        max_directives: settings.max_directives,
        max_cost: settings.max_cost,
        ..Limits::default()
    }
}

fn most_sockets(settings: &Settings) -> sockets::Most {
    let given = |number: usize| Some(number).filter(|number| *number > 0);
    sockets::Most { all: given(settings.max_sockets), per_address: given(settings.max_sockets_per_address) }
}

/// Which web pages may use the API.
fn cors(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "POST"])
        .allowed_headers(["content-type", "authorization", "apollo-require-preflight", "x-apollo-operation-name"])
        .expose_headers(["x-request-id", "www-authenticate", "retry-after"])
        .block_on_origin_mismatch(false)
        .max_age(600);
    origins.iter().filter(|origin| !origin.is_empty()).fold(cors, |cors, origin| cors.allowed_origin(origin))
}

/// A server that serves. Dropping it does not stop it; [`Server::stop`] does.
pub struct Server {
    handle: actix_web::dev::ServerHandle,
    running: tokio::task::JoinHandle<std::io::Result<()>>,
    address: SocketAddr,
    is_stopping: Arc<AtomicBool>,
    sockets: sockets::Sockets,
    shutdown_timeout: Duration,
}

impl Server {
    /// Takes the address; connections wait there until the server starts.
    ///
    /// # Errors
    /// `Setup` when the address cannot be taken.
    pub fn listen(settings: &Settings) -> Result<TcpListener> {
        let mut tries = 0;
        loop {
            match TcpListener::bind(settings.listen) {
                // A server that was killed this moment may hold the address a little longer.
                Err(cause) if cause.kind() == std::io::ErrorKind::AddrInUse && tries < BIND_TRIES => {
                    tries += 1;
                    std::thread::sleep(BIND_PAUSE);
                }
                outcome => {
                    let listener = outcome.map_err(|cause| cannot_listen(settings.listen, &cause))?;
                    let longer = socket2::SockRef::from(&listener).listen(WAITING);
                    return longer.map(|()| listener).map_err(|cause| cannot_listen(settings.listen, &cause));
                }
            }
        }
    }

    /// Begins to serve.
    ///
    /// # Errors
    /// `Setup` when the listener is of no use.
    pub fn start(state: State, listener: TcpListener, settings: &Settings) -> Result<Self> {
        let address = listener.local_addr().map_err(|cause| cannot_listen(settings.listen, &cause))?;
        open_files::allow_all();
        let is_stopping = state.is_stopping.clone();
        let sockets = state.sockets.clone();
        let data = web::Data::new(state);
        let origins = settings.allowed_origins.clone();
        let mut server = HttpServer::new(move || {
            App::new()
                .wrap(cors(&origins))
                .wrap(TracingLogger::<routes::RootSpan>::new())
                .wrap(from_fn(head::bounded))
                .wrap(from_fn(unread::held))
                .wrap(from_fn(connection::answered))
                .app_data(data.clone())
                .configure(routes::configure)
        });
        if settings.workers > 0 {
            server = server.workers(settings.workers);
        }
        let server = server
            .disable_signals()
            .shutdown_timeout(settings.shutdown_seconds)
            .client_request_timeout(Duration::from_secs(10))
            // A client that has gone needs no answer; its query ends with it.
            .h1_allow_half_closed(false)
            .on_connect(|connection, data| {
                bound_unread_data(connection);
                connection::watch(connection, data);
            })
            .listen(listener)
            .map_err(|cause| cannot_listen(settings.listen, &cause))?
            .run();
        let handle = server.handle();
        let shutdown_timeout = settings.shutdown_timeout();
        Ok(Self { handle, running: tokio::spawn(server), address, is_stopping, sockets, shutdown_timeout })
    }

    /// Where it listens; the port is known even when any was asked for.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no new connections, lets requests in flight end within the configured time, over
    /// sockets as well, closes these with 1001, and returns when all is over. The ready probe says no
    /// from the first moment.
    pub async fn stop(self) {
        self.is_stopping.store(true, Ordering::Relaxed);
        tokio::join!(self.handle.stop(true), self.sockets.close(self.shutdown_timeout));
        if let Ok(Err(error)) = self.running.await {
            tracing::error!(%error, "The HTTP server ended with an error");
        }
    }
}

/// Bounds how long a peer may leave sent data unread or unacknowledged: nothing above TCP ends a
/// connection whose peer keeps it open and reads nothing.
fn bound_unread_data(connection: &dyn std::any::Any) {
    #[cfg(not(target_os = "linux"))]
    let _ = connection;
    #[cfg(target_os = "linux")]
    const PATIENCE: Duration = Duration::from_secs(25);
    #[cfg(target_os = "linux")]
    if let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>()
        && let Err(error) = socket2::SockRef::from(stream).set_tcp_user_timeout(Some(PATIENCE))
    {
        tracing::debug!(%error, "A connection has no bound on unread data");
    }
}

fn cannot_listen(address: SocketAddr, cause: &std::io::Error) -> Error {
    let advice = match cause.kind() {
        std::io::ErrorKind::AddrInUse => {
            "another program listens there; stop it, or choose another port with --listen (LISTEN)"
        }
        std::io::ErrorKind::PermissionDenied => {
            "ports below 1024 need more rights; choose another with --listen (LISTEN)"
        }
        _ => "choose another address with --listen (LISTEN)",
    };
    Error::setup(format!("cannot listen on {address}: {cause}; {advice}"))
}
