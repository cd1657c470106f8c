//! What a backup says of itself: `manifest.json`, beside the dump, with its own checksum beside it.

use std::fs;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::files;
use crate::error::{Error, Result};

/// The form that this program writes, and the newest it reads.
const FORMAT: u32 = 1;

const NAME: &str = "manifest.json";
const CHECKSUM: &str = "manifest.json.sha256";

/// The manifest.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of this file.
    pub format: u32,
    /// Instant of the snapshot.
    pub made_at: DateTime<Utc>,
    /// Version of the program that made it.
    pub program: String,
    /// Major version of the PostgreSQL it was taken from.
    pub postgresql: u32,
    /// Name of the database.
    pub database: String,
    /// The last migration that it has.
    pub migration: String,
    /// Roles that own things or have rights in it.
    pub roles: Vec<String>,
    /// Tables of its snapshot.
    pub tables: Vec<TableSum>,
    /// Files of the dump.
    pub files: Vec<FileSum>,
    /// Keyed checksum that tells the sealing key; none: the dump is not sealed.
    pub sealed_with: Option<String>,
}

/// A table in the snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSum {
    /// Its name with its schema.
    pub name: String,
    /// Its rows.
    pub rows: i64,
    /// Sum of the rows' checksums, whatever their order.
    pub checksum: String,
}

/// A file of the dump.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSum {
    /// Its name in the folder `dump`.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes as they lie there, in hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// The current form.
    pub(super) const FORMAT: u32 = FORMAT;

    /// Size of the dump in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Rows of all tables.
    #[must_use]
    pub fn rows(&self) -> i64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// Writes it into a backup's folder.
    ///
    /// # Errors
    /// `Setup` when the disk does not take it.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self).map_err(Error::internal)?;
        files::write(&folder.join(NAME), text.as_bytes())?;
        files::write(&folder.join(CHECKSUM), format!("{}\n", files::sha256(text.as_bytes())).as_bytes())
    }

    /// Reads that of a backup.
    ///
    /// # Errors
    /// `Setup` when it is missing, was changed, or is of a newer form.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(NAME);
        let text = fs::read(&path)
            .map_err(|cause| Error::setup(format!("{} is no backup: {}: {cause}", folder.display(), path.display())))?;
        let expected = fs::read_to_string(folder.join(CHECKSUM)).unwrap_or_default();
        if expected.trim() != files::sha256(&text) {
            return Err(Error::setup(format!("the manifest {} was changed after it was written", path.display())));
        }
        let manifest: Self = serde_json::from_slice(&text)
            .map_err(|cause| Error::setup(format!("the manifest {} cannot be read: {cause}", path.display())))?;
        if manifest.format > FORMAT {
            return Err(Error::setup(format!(
                "{} was made by a newer program ({}); use that one",
                folder.display(),
                manifest.program
            )));
        }
        Ok(manifest)
    }
}
