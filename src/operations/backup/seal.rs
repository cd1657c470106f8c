//! Sealed dumps: each file is encrypted in pieces (ChaCha20-Poly1305) under a key of its own, which is
//! derived (HKDF-SHA-256) from the key in the operator's file and 32 random bytes at the file's
//! beginning. A piece's number is its nonce, and the last one says that it is the last: pieces cannot be
//! swapped, left out or taken from another file without being noticed.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read, Write as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::rand::SecureRandom as _;
use ring::{hkdf, hmac};

use super::files::failed;
use crate::error::{Error, Result};

/// Bytes of a piece before it is sealed.
const PIECE: usize = 1 << 20;

/// Bytes that sealing adds to a piece.
const TAG: usize = 16;

const SALT: usize = 32;

/// The operator's key.
pub struct SealingKey {
    bytes: [u8; 32],
}

impl SealingKey {
    /// Reads a file that holds 32 bytes in base64, as `openssl rand -base64 32` makes them.
    ///
    /// # Errors
    /// `Setup` when it holds anything else.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(|cause| failed(path, &cause))?;
        let bytes = STANDARD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
        let bytes = bytes.ok_or_else(|| {
            Error::setup(format!(
                "{} does not hold 32 bytes in base64; make a key with `openssl rand -base64 32`",
                path.display()
            ))
        })?;
        Ok(Self { bytes })
    }

    /// What tells that a backup was sealed with this key.
    pub(super) fn mark(&self) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.bytes);
        STANDARD.encode(hmac::sign(&key, b"searxng-cool-music backup"))
    }

    /// The key of one file.
    fn of_file(&self, salt: &[u8]) -> Result<LessSafeKey> {
        let broken = |_| Error::internal("a key could not be derived");
        let derived = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(&self.bytes);
        let output = derived.expand(&[b"searxng-cool-music backup file"], &CHACHA20_POLY1305).map_err(broken)?;
        Ok(LessSafeKey::new(UnboundKey::from(output)))
    }

    /// Seals every file of a folder in its place.
    pub(super) fn seal_all(&self, folder: &Path) -> Result<()> {
        for entry in fs::read_dir(folder).map_err(|cause| failed(folder, &cause))? {
            let path = entry.map_err(|cause| failed(folder, &cause))?.path();
            let sealed = path.with_extension("sealing");
            self.seal(&path, &sealed)?;
            fs::rename(&sealed, &path).map_err(|cause| failed(&path, &cause))?;
        }
        Ok(())
    }

    fn seal(&self, from: &Path, into: &Path) -> Result<()> {
        let mut salt = [0; SALT];
        ring::rand::SystemRandom::new().fill(&mut salt).map_err(|_| Error::internal("no randomness"))?;
        let key = self.of_file(&salt)?;
        let mut reader = BufReader::new(File::open(from).map_err(|cause| failed(from, &cause))?);
        let mut writer = BufWriter::new(File::create(into).map_err(|cause| failed(into, &cause))?);
        writer.write_all(&salt).map_err(|cause| failed(into, &cause))?;
        let mut piece = read_piece(&mut reader, PIECE).map_err(|cause| failed(from, &cause))?;
        for number in 0_u64.. {
            let next = read_piece(&mut reader, PIECE).map_err(|cause| failed(from, &cause))?;
            let is_last = next.is_empty();
            key.seal_in_place_append_tag(nonce(number), Aad::from([u8::from(is_last)]), &mut piece)
                .map_err(|_| Error::internal("a piece could not be sealed"))?;
            writer.write_all(&piece).map_err(|cause| failed(into, &cause))?;
            if is_last {
                break;
            }
            piece = next;
        }
        let file = writer.into_inner().map_err(|cause| failed(into, cause.error()))?;
        file.sync_all().map_err(|cause| failed(into, &cause))
    }

    /// Opens every file of a folder into another folder.
    pub(super) fn open_all(&self, from: &Path, into: &Path) -> Result<()> {
        for entry in fs::read_dir(from).map_err(|cause| failed(from, &cause))? {
            let path = entry.map_err(|cause| failed(from, &cause))?.path();
            self.open(&path, &into.join(path.file_name().unwrap_or_default()))?;
        }
        Ok(())
    }

    fn open(&self, from: &Path, into: &Path) -> Result<()> {
        let mut reader = BufReader::new(File::open(from).map_err(|cause| failed(from, &cause))?);
        let salt = read_piece(&mut reader, SALT).map_err(|cause| failed(from, &cause))?;
        let key = self.of_file(&salt)?;
        let mut writer = BufWriter::new(File::create(into).map_err(|cause| failed(into, &cause))?);
        let mut piece = read_piece(&mut reader, PIECE + TAG).map_err(|cause| failed(from, &cause))?;
        for number in 0_u64.. {
            let next = read_piece(&mut reader, PIECE + TAG).map_err(|cause| failed(from, &cause))?;
            let is_last = next.is_empty();
            let opened = key.open_in_place(nonce(number), Aad::from([u8::from(is_last)]), &mut piece);
            let plain = opened
                .map_err(|_| Error::setup(format!("{} was changed or sealed with another key", from.display())))?;
            writer.write_all(plain).map_err(|cause| failed(into, &cause))?;
            if is_last {
                break;
            }
            piece = next;
        }
        writer.flush().map_err(|cause| failed(into, &cause))
    }
}

/// As many bytes as there are, up to `size`.
fn read_piece(reader: &mut impl Read, size: usize) -> std::io::Result<Vec<u8>> {
    let mut piece = Vec::with_capacity(size + TAG);
    reader.by_ref().take(size as u64).read_to_end(&mut piece)?;
    Ok(piece)
}

fn nonce(number: u64) -> Nonce {
    let mut bytes = [0; 12];
    bytes[4..].copy_from_slice(&number.to_be_bytes());
    Nonce::assume_unique_for_key(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_comes_back_and_nothing_else_does() {
        let folder = tempfile::tempdir().expect("a folder");
        let (plain, sealed, back) =
            (folder.path().join("plain"), folder.path().join("sealed"), folder.path().join("back"));
        let key = SealingKey { bytes: [7; 32] };
        for size in [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE] {
            let text: Vec<u8> = (0..size).map(|n| u8::try_from(n % 251).expect("small")).collect();
            fs::write(&plain, &text).expect("written");
            key.seal(&plain, &sealed).expect("sealed");
            key.open(&sealed, &back).expect("opened");
            assert!(fs::read(&back).expect("read") == text, "{size}");

            let mut bytes = fs::read(&sealed).expect("read");
            assert!(SealingKey { bytes: [8; 32] }.open(&sealed, &back).is_err(), "{size}: another key");
            // Cut at the end of a piece, and changed in one bit.
            if size > PIECE {
                fs::write(&sealed, &bytes[..SALT + PIECE + TAG]).expect("written");
                assert!(key.open(&sealed, &back).is_err(), "{size}: cut");
            }
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            fs::write(&sealed, &bytes).expect("written");
            assert!(key.open(&sealed, &back).is_err(), "{size}: changed");
        }
    }
}
