//! One server process: making its cluster, starting it, waiting until it answers.

use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tracing::info;

use super::binaries::{Binaries, program};
use super::folder::Folder;
use super::journal::Journal;
use super::parameters::{PORT, USER};
use super::pidfile::{self, PidFile};
use crate::error::{Error, Result};

/// How often the status line is read while the server starts.
const POLL: Duration = Duration::from_millis(5);

/// Recovery after a crash may take long and must not be cut short; this only ends a server that
/// hangs.
const START_PATIENCE: Duration = Duration::from_secs(600);

/// What a server is started with.
pub(super) struct Launch {
    pub(super) binaries: Binaries,
    pub(super) cluster: PathBuf,
    pub(super) socket_dir: PathBuf,
    pub(super) account: Option<super::account::Account>,
    /// `name`, `value`; a later one of the same name wins.
    pub(super) settings: Vec<(String, String)>,
    pub(super) journal: Journal,
}

/// Makes a new cluster beside its final place and moves it there when it is whole, so that a
/// half-made one is never mistaken for a database.
///
/// # Errors
/// `Setup` with what `initdb` said.
pub(super) fn initialise(folder: &Folder, binaries: &Binaries) -> Result<()> {
    let unfinished = folder.unfinished();
    if unfinished.exists() {
        info!("Removing the half-made database in {} that an interrupted start left", unfinished.display());
        pidfile::end_leftovers(&unfinished)?;
        fs::remove_dir_all(&unfinished).map_err(|cause| failed(&unfinished, &cause))?;
    }
    folder.private(&unfinished).map_err(|cause| failed(&unfinished, &cause))?;
    let mut command = program(&binaries.directory.join("initdb"), folder.account());
    command
        .arg("-D")
        .arg(&unfinished)
        .args(["-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"])
        .arg(format!("--lc-ctype={}", unicode_ctype()));
    let output = command.output().map_err(|cause| cannot_run(&binaries.directory, "initdb", folder, &cause))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said: Vec<&str> = said.lines().filter(|line| line.contains("error") || line.contains("FATAL")).collect();
        return Err(Error::setup(format!(
            "Making a new database in {} failed ({}): {}",
            unfinished.display(),
            output.status,
            said.join("\n  ")
        )));
    }
    let cluster = folder.cluster();
    // Only an empty directory can be there; renaming replaces it.
    fs::rename(&unfinished, &cluster).map_err(|cause| failed(&cluster, &cause))
}

fn failed(path: &Path, cause: &io::Error) -> Error {
    Error::setup(format!("Cannot make the database's directory {}: {cause}.", path.display()))
}

fn cannot_run(directory: &Path, name: &str, folder: &Folder, cause: &io::Error) -> Error {
    let account = folder.account().map_or_else(String::new, |account| format!(" as account {}", account.name));
    Error::setup(format!("Cannot run {}/{name}{account}: {cause}.", directory.display()))
}

/// A locale whose letters are those of Unicode, so that lower-casing knows more than A to Z; text
/// is ordered by code point in any case. "C" where the machine has none.
fn unicode_ctype() -> &'static str {
    let candidates = [(c"C.UTF-8", "C.UTF-8"), (c"en_US.UTF-8", "en_US.UTF-8")];
    for (name, text) in candidates {
        // SAFETY: `name` is a C string, the base is null as allowed, and what comes back is freed
        // once and not used after.
        let known = unsafe {
            let locale = libc::newlocale(libc::LC_CTYPE_MASK, name.as_ptr(), std::ptr::null_mut());
            if locale.is_null() {
                false
            } else {
                libc::freelocale(locale);
                true
            }
        };
        if known {
            return text;
        }
    }
    "C"
}

/// Writes everything that is still in memory to the disk that holds `path`.
///
/// `initdb --no-sync` leaves a new cluster to the system; this is its sync, done beside the
/// server's first seconds instead of before them.
pub(super) fn sync_disk(path: &Path) {
    #[cfg(target_os = "linux")]
    if let Ok(directory) = fs::File::open(path) {
        use std::os::fd::AsRawFd;
        // SAFETY: the descriptor is open for as long as `directory` lives.
        let outcome = unsafe { libc::syncfs(directory.as_raw_fd()) };
        if outcome != 0 {
            tracing::warn!("Cannot write the new database through to the disk: {}", io::Error::last_os_error());
        }
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = path;
        // SAFETY: sync takes nothing and gives nothing.
        unsafe { libc::sync() };
    }
}

impl Launch {
    /// Starts the server and waits until it takes connections. `stopping` is asked now and then;
    /// once it says yes the server is stopped and the start fails.
    ///
    /// Must be called from a thread that lives as long as the server may: on Linux the server is
    /// told to stop when that thread ends.
    ///
    /// # Errors
    /// `Setup` when an earlier server cannot be removed or this one ends before it is ready; the
    /// message holds its own complaints.
    pub(super) fn start(&self, stopping: impl Fn() -> bool) -> Result<Child> {
        pidfile::settle(&self.cluster, &self.socket_dir)?;
        let mut child = self.spawn()?;
        let began = Instant::now();
        let mut told = began;
        loop {
            match child.try_wait() {
                Ok(None) => {}
                Ok(Some(status)) => return Err(self.ended(status)),
                Err(cause) => return Err(Error::internal(cause)),
            }
            let server = PidFile::read(&self.cluster);
            let ours = i32::try_from(child.id()).ok();
            if server.is_some_and(|server| server.ready && Some(server.pid) == ours) {
                return Ok(child);
            }
            let hangs = began.elapsed() > START_PATIENCE;
            if hangs || stopping() {
                end(&mut child);
                return Err(Error::setup(if hangs {
                    format!(
                        "PostgreSQL was not ready within {} minutes. Its log: {}",
                        START_PATIENCE.as_secs() / 60,
                        self.journal.path().display()
                    )
                } else {
                    "PostgreSQL was stopped while it started.".to_owned()
                }));
            }
            if told.elapsed() > Duration::from_secs(10) {
                told = Instant::now();
                info!(
                    "PostgreSQL is still recovering after {} s; its log: {}",
                    began.elapsed().as_secs(),
                    self.journal.path().display()
                );
            }
            thread::sleep(POLL);
        }
    }

    fn spawn(&self) -> Result<Child> {
        let mut command = program(&self.binaries.directory.join("postgres"), self.account.as_ref());
        command.arg("-D").arg(&self.cluster);
        let own = [
            ("listen_addresses", String::new()),
            ("port", PORT.to_string()),
            ("unix_socket_directories", quoted_path(&self.socket_dir)),
            ("unix_socket_permissions", "0700".to_owned()),
            ("logging_collector", "off".to_owned()),
            ("log_destination", "stderr".to_owned()),
        ];
        let settings = self.settings.iter().map(|(name, value)| (name.as_str(), value.clone()));
        // Ours last: without them the server would not be found.
        for (name, value) in settings.chain(own) {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        // A group of its own, so that Ctrl-C in a terminal reaches us first.
        command.process_group(0);
        die_with_us(&mut command);
        let mut child = command.spawn().map_err(|cause| {
            let account =
                self.account.as_ref().map_or_else(String::new, |account| format!(" as account {}", account.name));
            Error::setup(format!("Cannot start {}/postgres{account}: {cause}.", self.binaries.directory.display()))
        })?;
        if let Some(stderr) = child.stderr.take()
            && let Err(cause) = self.journal.drain(stderr)
        {
            end(&mut child);
            return Err(Error::internal(cause));
        }
        Ok(child)
    }

    fn ended(&self, status: ExitStatus) -> Error {
        // The last lines are on their way through the pipe.
        thread::sleep(Duration::from_millis(50));
        Error::setup(format!(
            "PostgreSQL {} did not start on {} ({status}):\n  {}\nIts log: {}. Nothing was \
             deleted.",
            self.binaries.version,
            self.cluster.display(),
            self.journal.complaints(),
            self.journal.path().display()
        ))
    }
}

/// In a list of directories a comma would part two; quotes keep it together.
fn quoted_path(path: &Path) -> String {
    format!("\"{}\"", path.to_string_lossy().replace('"', "\"\""))
}

/// Stops a server that is not supervised yet.
fn end(child: &mut Child) {
    if let Ok(pid) = i32::try_from(child.id()) {
        pidfile::send_signal(pid, libc::SIGQUIT);
    }
    // A server told to quit at once ends within its own five seconds.
    let _ = child.wait();
}

/// Has the kernel send the server a fast shutdown when the thread that starts it ends, as it
/// does when this process is killed.
#[cfg(target_os = "linux")]
fn die_with_us(command: &mut Command) {
    let parent = std::process::id();
    // SAFETY: between fork and exec the closure only makes two system calls that take numbers,
    // which is allowed there; it allocates nothing.
    unsafe {
        command.pre_exec(move || {
            if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGINT) != 0 {
                return Err(io::Error::last_os_error());
            }
            // We may have ended before the line above.
            if libc::getppid().cast_unsigned() != parent {
                return Err(io::Error::from_raw_os_error(libc::ESRCH));
            }
            Ok(())
        });
    }
}

/// Other systems know no such signal; the next start stops what was left behind.
#[cfg(not(target_os = "linux"))]
fn die_with_us(_: &mut Command) {}

/// Waits until process `pid`, a child of ours, has ended, and leaves its number taken, so that a
/// signal meant for it cannot reach another process.
pub(super) fn wait_for_exit(pid: u32) {
    loop {
        // SAFETY: an all-zero siginfo_t is a valid value, and waitid only writes into it.
        let outcome = unsafe {
            let mut info: libc::siginfo_t = std::mem::zeroed();
            libc::waitid(libc::P_PID, pid, &raw mut info, libc::WEXITED | libc::WNOWAIT)
        };
        if outcome == 0 || io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
            return;
        }
    }
}
