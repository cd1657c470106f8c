//! The file of keys: JSON, readable by its owner alone, replaced as a whole.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::secret::{hexadecimal, random};
use crate::error::{Error, Result};

/// What the file holds.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyFile {
    /// Ed25519 seeds, the current one last; the others still verify until they are retired.
    pub signing: Vec<StoredKey>,
    /// ChaCha20-Poly1305 keys, the current one last; the others still unseal.
    pub sealing: Vec<StoredKey>,
    /// HMAC-SHA-256 key of look-ups.
    pub lookup: StoredKey,
}

/// 32 random bytes and what they are called.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredKey {
    pub id: String,
    /// The bytes in base64.
    pub secret: String,
    pub made_at: DateTime<Utc>,
    /// Of a signing key, from when on it is worth nothing; of a sealing key, when it was replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<DateTime<Utc>>,
}

impl StoredKey {
    pub(super) fn make() -> Result<Self> {
        Ok(Self {
            id: hexadecimal(&random::<8>()?),
            secret: STANDARD.encode(random::<32>()?),
            made_at: Utc::now(),
            retired_at: None,
        })
    }

    pub(super) fn bytes(&self) -> Result<[u8; 32]> {
        let bytes = STANDARD.decode(&self.secret).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or_else(|| Error::setup(format!("the key {:?} is not 32 bytes in base64", self.id)))
    }
}

impl KeyFile {
    pub(super) fn make() -> Result<Self> {
        Ok(Self { signing: vec![StoredKey::make()?], sealing: vec![StoredKey::make()?], lookup: StoredKey::make()? })
    }

    /// Reads the file, or makes it when there is none. Of several that make it, one wins.
    pub(super) fn open(path: &Path) -> Result<Self> {
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(path, &text),
            Err(cause) if cause.kind() == ErrorKind::NotFound => {
                let made = Self::make()?;
                let draft = made.write_beside(path)?;
                let linked = fs::hard_link(&draft, path);
                // Whether it was linked or not, the draft has done its work.
                let _ = fs::remove_file(&draft);
                match linked {
                    Ok(()) => {
                        tracing::info!("Made the server's keys in {}", path.display());
                        Ok(made)
                    }
                    Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {
                        let text = fs::read_to_string(path).map_err(|cause| unusable(path, &cause))?;
                        Self::parse(path, &text)
                    }
                    Err(cause) => Err(unusable(path, &cause)),
                }
            }
            Err(cause) => Err(unusable(path, &cause)),
        }
    }

    fn parse(path: &Path, text: &str) -> Result<Self> {
        if let Ok(metadata) = fs::metadata(path)
            && metadata.permissions().mode() & 0o007 != 0
        {
            tracing::warn!("Everybody on this machine can read the keys in {}: chmod 600", path.display());
        }
        // The parser's own message could repeat a part of a key.
        let file: Self = serde_json::from_str(text).map_err(|cause| {
            let (path, line) = (path.display(), cause.line());
            Error::setup(format!("{path} is no file of keys: line {line} is wrong; restore it from a backup"))
        })?;
        if file.signing.is_empty() || file.sealing.is_empty() {
            return Err(Error::setup(format!("{} lacks a key; restore it from a backup", path.display())));
        }
        Ok(file)
    }

    /// Puts this in the place of the file.
    pub(super) fn replace(&self, path: &Path) -> Result<()> {
        let draft = self.write_beside(path)?;
        fs::rename(draft, path).map_err(|cause| unusable(path, &cause))
    }

    fn write_beside(&self, path: &Path) -> Result<PathBuf> {
        let draft = path.with_extension(format!("{}.new", hexadecimal(&random::<8>()?)));
        let written = || -> std::io::Result<()> {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
            file.write_all(&serde_json::to_vec_pretty(self)?)?;
            file.sync_all()?;
            path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
        };
        written().map_err(|cause| unusable(path, &cause))?;
        Ok(draft)
    }
}

/// When the file was last changed; none when it cannot be seen.
pub(super) fn changed_at(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

fn unusable(path: &Path, cause: &std::io::Error) -> Error {
    Error::setup(format!(
        "the keys in {} cannot be used: {cause}; name another file with --keys-file (KEYS_FILE), or mend the rights",
        path.display()
    ))
}
