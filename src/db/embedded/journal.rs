//! What the database says, kept in a file of bounded size.
//!
//! The server writes to a pipe; somebody has to read it, or it blocks once the pipe is full. The
//! last lines stay in memory so that a failed start can say why.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Past this size the file is moved aside (one older file is kept) and begun anew.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// As many lines stay in memory.
const KEPT_LINES: usize = 40;

/// The log of one cluster, over all restarts of its server.
#[derive(Clone)]
pub(super) struct Journal {
    path: PathBuf,
    recent: Arc<Mutex<VecDeque<String>>>,
}

impl Journal {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, recent: Arc::default() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads `source` to its end on a thread of its own.
    pub(super) fn drain(&self, source: impl Read + Send + 'static) -> io::Result<()> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let journal = self.clone();
        thread::Builder::new().name("postgres-log".to_owned()).spawn(move || journal.copy(source)).map(drop)
    }

    fn copy(&self, source: impl Read) {
        // Without a file the pipe is read all the same: the database must not block.
        let mut file = self.open().ok();
        let mut source = BufReader::new(source);
        let mut line = Vec::new();
        loop {
            line.clear();
            // Bounded, so that a line without end does not fill the memory.
            match source.by_ref().take(64 * 1024).read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            if let Some((handle, size)) = &mut file {
                if *size > MAX_BYTES {
                    // Should the move fail, the file grows on; better than no log.
                    let _ = std::fs::rename(&self.path, self.path.with_extension("log.old"));
                    file = self.open().ok();
                } else if handle.write_all(&line).is_ok() {
                    *size += line.len() as u64;
                }
            }
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
            if recent.len() == KEPT_LINES {
                recent.pop_front();
            }
            recent.push_back(text);
        }
    }

    fn open(&self) -> io::Result<(File, u64)> {
        let file =
            OpenOptions::new().create(true).append(true).mode(0o600).custom_flags(libc::O_NOFOLLOW).open(&self.path)?;
        let size = file.metadata()?.len();
        Ok((file, size))
    }

    /// The complaints among the last lines, or simply the last lines; for an error message.
    pub(super) fn complaints(&self) -> String {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let serious = ["FATAL:", "PANIC:", "ERROR:", "HINT:", "DETAIL:", "postgres:"];
        let mut lines: Vec<&str> =
            recent.iter().filter(|line| serious.iter().any(|word| line.contains(word))).map(String::as_str).collect();
        if lines.is_empty() {
            lines = recent.iter().map(String::as_str).collect();
        }
        let from = lines.len().saturating_sub(6);
        lines[from..].join("\n  ")
    }
}
