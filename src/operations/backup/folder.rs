//! The folder with all backups, one folder each, named for the instant it was taken. One that is being
//! written has another name until it is whole.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::files::failed;
use super::manifest::Manifest;
use crate::error::{Error, Result};

/// What an unfinished backup's name begins with.
const UNFINISHED: &str = ".unfinished-";

/// All backups of one place.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// That at a path; it is made when the first backup is.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Every backup, the oldest first, with what can be read of it.
    ///
    /// # Errors
    /// `Setup` when the folder cannot be read.
    pub fn list(&self) -> Result<Vec<(String, Result<Manifest>)>> {
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(cause) => return Err(failed(&self.0, &cause)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|cause| failed(&self.0, &cause))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.path().is_dir() && !name.starts_with('.') {
                names.push(name);
            }
        }
        names.sort();
        Ok(names.into_iter().map(|name| (name.clone(), Manifest::read(&self.0.join(name)))).collect())
    }

    /// The place of a backup; `latest` names the newest, whatever its state.
    ///
    /// # Errors
    /// `Setup` when there is none of that name.
    pub fn find(&self, name: &str) -> Result<PathBuf> {
        if name != "latest" {
            let path = self.0.join(name);
            let is_inside = Path::new(name).components().count() == 1 && path.is_dir();
            return if is_inside {
                Ok(path)
            } else {
                Err(Error::setup(format!(
                    "there is no backup {name} in {}; `backup list` names them",
                    self.0.display()
                )))
            };
        }
        // One that is damaged is told as that, and not passed over for an older one.
        let (name, _) =
            self.list()?.pop().ok_or_else(|| Error::setup(format!("there is no backup in {}", self.0.display())))?;
        Ok(self.0.join(name))
    }

    /// A place to write a backup into, with a folder `dump` to be made there.
    pub(super) fn begin(&self, at: DateTime<Utc>) -> Result<(PathBuf, String)> {
        let name = at.format("%Y-%m-%dT%H%M%S%3fZ").to_string();
        let path = self.0.join(format!("{UNFINISHED}{name}"));
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&self.0);
        made.and_then(|()| DirBuilder::new().mode(0o700).create(&path)).map_err(|cause| failed(&path, &cause))?;
        Ok((path, name))
    }

    /// Gives a backup that is whole its name.
    pub(super) fn end(&self, unfinished: &Path, name: &str) -> Result<PathBuf> {
        let path = self.0.join(name);
        fs::rename(unfinished, &path).map_err(|cause| failed(&path, &cause))?;
        let synced = fs::File::open(&self.0).and_then(|folder| folder.sync_all());
        synced.map_err(|cause| failed(&self.0, &cause))?;
        Ok(path)
    }

    /// Removes all whole backups but the newest `keep`, which is at least one, and what interrupted runs
    /// left behind more than a day ago; gives the names.
    ///
    /// # Errors
    /// `Setup` when one cannot be removed.
    pub fn keep(&self, keep: usize) -> Result<Vec<String>> {
        let whole: Vec<String> =
            self.list()?.into_iter().filter(|(_, manifest)| manifest.is_ok()).map(|(name, _)| name).collect();
        let mut gone = Vec::new();
        for name in whole.iter().take(whole.len().saturating_sub(keep.max(1))) {
            let path = self.0.join(name);
            fs::remove_dir_all(&path).map_err(|cause| failed(&path, &cause))?;
            gone.push(name.clone());
        }
        for entry in fs::read_dir(&self.0).map_err(|cause| failed(&self.0, &cause))?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let age = entry.metadata().and_then(|data| data.modified()).ok().and_then(|at| at.elapsed().ok());
            if name.starts_with(UNFINISHED) && age.is_some_and(|age| age.as_secs() > 86_400) {
                fs::remove_dir_all(entry.path()).map_err(|cause| failed(&entry.path(), &cause))?;
                gone.push(name);
            }
        }
        Ok(gone)
    }
}
