//! How many connections the system lets the process hold.

/// As many as a server with its default bound on sockets can use, with room to spare.
#[cfg(unix)]
const ENOUGH: libc::rlim_t = 65_536;

/// Raises the number of files that may be open, of which each connection is one, as far as this
/// process may do so itself: the usual 1024 are for programs that use `select`.
#[cfg(unix)]
pub(super) fn allow_all() {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the structure is there to be written, and only read after it was.
    let is_raised = unsafe {
        libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) == 0 && {
            limit.rlim_cur = limit.rlim_max.min(ENOUGH).max(limit.rlim_cur);
            libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) == 0
        }
    };
    if !is_raised {
        tracing::debug!("The number of open files stays as it is: {}", std::io::Error::last_os_error());
    }
}

#[cfg(not(unix))]
pub(super) fn allow_all() {}
