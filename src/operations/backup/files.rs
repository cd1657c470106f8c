//! Files of a backup: written so that they stay, and read with their checksums.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::manifest::FileSum;
use crate::error::{Error, Result};

/// Bytes that are read at a time.
const CHUNK: usize = 1 << 20;

/// What the disk said, as a sentence.
pub(super) fn failed(path: &Path, cause: &std::io::Error) -> Error {
    Error::setup(format!("{}: {cause}", path.display()))
}

/// Writes a new file that only its owner reads, and waits until the disk has it.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = open.map_err(|cause| failed(path, &cause))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|cause| failed(path, &cause))
}

/// SHA-256 in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every file of a folder without folders, by name, with size and checksum; what lies there is on the
/// disk afterwards.
pub(super) fn sums(folder: &Path) -> Result<Vec<FileSum>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).map_err(|cause| failed(folder, &cause))? {
        let path = entry.map_err(|cause| failed(folder, &cause))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        all.push(sum(&path, name)?);
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(all)
}

fn sum(path: &Path, name: String) -> Result<FileSum> {
    let mut file = File::open(path).map_err(|cause| failed(path, &cause))?;
    file.sync_all().map_err(|cause| failed(path, &cause))?;
    let (mut digest, mut bytes, mut chunk) = (Sha256::new(), 0, vec![0; CHUNK]);
    loop {
        let read = file.read(&mut chunk).map_err(|cause| failed(path, &cause))?;
        let Some(some) = chunk.get(..read).filter(|some| !some.is_empty()) else { break };
        digest.update(some);
        bytes += some.len() as u64;
    }
    Ok(FileSum { name, bytes, sha256: hexadecimal(&digest.finalize()) })
}

/// What differs between files as they should be and as they are; nothing when all is well.
pub(super) fn differences(expected: &[FileSum], found: &[FileSum]) -> Vec<String> {
    let mut faults = Vec::new();
    for file in expected {
        match found.iter().find(|other| other.name == file.name) {
            None => faults.push(format!("the file {} is missing", file.name)),
            Some(other) if other.bytes != file.bytes => {
                faults.push(format!("the file {} has {} bytes instead of {}", file.name, other.bytes, file.bytes));
            }
            Some(other) if other.sha256 != file.sha256 => faults.push(format!("the file {} was changed", file.name)),
            Some(_) => {}
        }
    }
    for file in found {
        if !expected.iter().any(|other| other.name == file.name) {
            faults.push(format!("the file {} does not belong to it", file.name));
        }
    }
    faults
}
