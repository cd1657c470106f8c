//! The keys at work: signing, sealing, look-ups.
//!
//! Signatures are Ed25519 and nothing else; what is sealed is ChaCha20-Poly1305 with a random nonce,
//! bound to the place it stands in; look-ups are HMAC-SHA-256. A key that is not known makes the
//! file be looked at again, so that processes that share it need no restart after a rotation.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

use super::key_file::{KeyFile, StoredKey, changed_at};
use super::secret::{hexadecimal, random};
use crate::error::{Error, Result};

/// The server's keys. Clones are the same keys.
#[derive(Clone)]
pub struct Keys {
    inner: Arc<Inner>,
}

struct Inner {
    /// None: they live in memory only.
    path: Option<PathBuf>,
    ring: RwLock<Ring>,
}

struct Ring {
    file: KeyFile,
    read_at: Option<SystemTime>,
    signing: Vec<Signing>,
    sealing: Vec<(String, LessSafeKey)>,
    lookup: hmac::Key,
}

struct Signing {
    id: String,
    pair: Ed25519KeyPair,
    retired_at: Option<DateTime<Utc>>,
}

impl Ring {
    fn of(file: KeyFile, read_at: Option<SystemTime>) -> Result<Self> {
        let signing = file.signing.iter().map(Signing::of).collect::<Result<_>>()?;
        let sealing = file.sealing.iter().map(sealing_key).collect::<Result<_>>()?;
        let lookup = hmac::Key::new(hmac::HMAC_SHA256, &file.lookup.bytes()?);
        Ok(Self { file, read_at, signing, sealing, lookup })
    }
}

impl Signing {
    fn of(stored: &StoredKey) -> Result<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&stored.bytes()?);
        let pair = pair.map_err(|_| Error::setup(format!("the key {:?} does not sign", stored.id)))?;
        Ok(Self { id: stored.id.clone(), pair, retired_at: stored.retired_at })
    }

    fn is_alive(&self) -> bool {
        self.retired_at.is_none_or(|retired_at| retired_at > Utc::now())
    }
}

fn sealing_key(stored: &StoredKey) -> Result<(String, LessSafeKey)> {
    let key = UnboundKey::new(&CHACHA20_POLY1305, &stored.bytes()?);
    let key = key.map_err(|_| Error::setup(format!("the key {:?} does not seal", stored.id)))?;
    Ok((stored.id.clone(), LessSafeKey::new(key)))
}

impl Keys {
    /// The keys in a file, which is made when there is none.
    ///
    /// # Errors
    /// `Setup` when the file cannot be read or made, or holds something else.
    pub fn open(path: &Path) -> Result<Self> {
        let file = KeyFile::open(path)?;
        let ring = Ring::of(file, changed_at(path))?;
        Ok(Self { inner: Arc::new(Inner { path: Some(path.to_owned()), ring: RwLock::new(ring) }) })
    }

    /// Keys that nobody else has and that end with the process.
    ///
    /// # Errors
    /// `Internal` when the system has no randomness.
    pub fn in_memory() -> Result<Self> {
        let ring = Ring::of(KeyFile::make()?, None)?;
        Ok(Self { inner: Arc::new(Inner { path: None, ring: RwLock::new(ring) }) })
    }

    fn with<T>(&self, look: impl FnOnce(&Ring) -> T) -> T {
        look(&self.inner.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks, and once more where nothing was found and the file has changed since it was read.
    fn find<T>(&self, look: impl Fn(&Ring) -> Option<T>) -> Option<T> {
        self.with(&look).or_else(|| self.read_again().then(|| self.with(&look)).flatten())
    }

    /// Reads the file again if it has changed; whether it had.
    fn read_again(&self) -> bool {
        let Some(path) = &self.inner.path else { return false };
        let now = changed_at(path);
        if now.is_none() || self.with(|ring| ring.read_at == now) {
            return false;
        }
        match KeyFile::open(path).and_then(|file| Ring::of(file, now)) {
            Ok(ring) => {
                *self.inner.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
                tracing::info!("Read the keys again");
                true
            }
            Err(error) => {
                tracing::error!(%error, "The keys have changed and cannot be read");
                false
            }
        }
    }

    /// Signs what is made of the current key's id; gives that and the signature.
    #[must_use]
    pub fn sign(&self, message: impl FnOnce(&str) -> String) -> (String, Vec<u8>) {
        self.read_again();
        self.with(|ring| {
            let current = ring.signing.last().expect("a ring has a key of each kind");
            let message = message(&current.id);
            let signature = current.pair.sign(message.as_bytes()).as_ref().to_vec();
            (message, signature)
        })
    }

    /// Whether a key of this id, retired ones apart, has signed the message.
    #[must_use]
    pub fn verify(&self, key_id: &str, message: &[u8], signature: &[u8]) -> bool {
        self.find(|ring| {
            let key = ring.signing.iter().find(|key| key.id == key_id && key.is_alive())?;
            let public = UnparsedPublicKey::new(&ED25519, key.pair.public_key().as_ref());
            Some(public.verify(message, signature).is_ok())
        })
        .unwrap_or(false)
    }

    /// The public keys that signatures may be checked with, as a JSON Web Key Set (RFC 7517, RFC
    /// 8037).
    #[must_use]
    pub fn public_keys(&self) -> serde_json::Value {
        self.read_again();
        self.with(|ring| {
            let keys = ring.signing.iter().filter(|key| key.is_alive()).map(|key| {
                serde_json::json!({
                    "kty": "OKP",
                    "crv": "Ed25519",
                    "alg": "EdDSA",
                    "use": "sig",
                    "kid": key.id,
                    "x": URL_SAFE_NO_PAD.encode(key.pair.public_key().as_ref()),
                })
            });
            serde_json::json!({ "keys": keys.collect::<Vec<_>>() })
        })
    }

    /// Encrypts a text for the place it will stand in, like `users.email:7`: elsewhere it cannot be
    /// read.
    ///
    /// # Errors
    /// `Internal` when the system has no randomness.
    pub fn seal(&self, place: &str, plain: &str) -> Result<String> {
        self.read_again();
        let nonce = random::<NONCE_LEN>()?;
        let mut bytes = plain.as_bytes().to_vec();
        self.with(|ring| {
            let (id, key) = ring.sealing.last().expect("a ring has a key of each kind");
            key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound(id, place)), &mut bytes)
                .map_err(|_| Error::internal("a text could not be sealed"))?;
            Ok(format!("{id}.{}", URL_SAFE_NO_PAD.encode([&nonce[..], &bytes].concat())))
        })
    }

    /// Decrypts what was sealed for this place.
    ///
    /// # Errors
    /// `Internal` when the key is not there, or the text was sealed for another place or changed.
    pub fn unseal(&self, place: &str, sealed: &str) -> Result<String> {
        let unreadable = || Error::internal(format!("what stands at {place} cannot be unsealed with the keys here"));
        let (id, text) = sealed.split_once('.').ok_or_else(unreadable)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| unreadable())?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>().ok_or_else(unreadable)?;
        let plain = self.find(|ring| {
            let (id, key) = ring.sealing.iter().find(|(known, _)| known == id)?;
            let (nonce, mut bytes) = (Nonce::assume_unique_for_key(*nonce), sealed.to_vec());
            key.open_in_place(nonce, Aad::from(bound(id, place)), &mut bytes).ok().map(|plain| plain.to_vec())
        });
        plain.and_then(|plain| String::from_utf8(plain).ok()).ok_or_else(unreadable)
    }

    /// Whether a text was sealed with the current key.
    #[must_use]
    pub fn is_current(&self, sealed: &str) -> bool {
        self.with(|ring| {
            let current = ring.sealing.last().map(|(id, _)| id.as_str());
            sealed.split_once('.').map(|(id, _)| id) == current
        })
    }

    /// A keyed hash by which a text can be found and compared without being kept, in hexadecimal.
    /// The kind keeps equal texts of different kinds apart.
    #[must_use]
    pub fn lookup(&self, kind: &str, text: &str) -> String {
        let tag = self.with(|ring| hmac::sign(&ring.lookup, format!("{kind}\0{text}").as_bytes()));
        hexadecimal(tag.as_ref())
    }

    /// Makes new keys for signing and sealing. Old ones verify for as long as told, and unseal until
    /// [`Keys::forget`]. The key of look-ups stays: what was found by it would be lost.
    ///
    /// # Errors
    /// `Setup` when the file cannot be written.
    pub fn rotate(&self, old_verify_for: Duration) -> Result<()> {
        self.change(|file| {
            let now = Utc::now();
            let end = now + old_verify_for;
            for key in &mut file.signing {
                key.retired_at = Some(key.retired_at.map_or(end, |retired_at| retired_at.min(end)));
            }
            file.signing.retain(|key| key.retired_at.is_none_or(|retired_at| retired_at > now));
            file.signing.push(StoredKey::make()?);
            for key in &mut file.sealing {
                key.retired_at.get_or_insert(now);
            }
            file.sealing.push(StoredKey::make()?);
            Ok(())
        })
    }

    /// Removes the sealing keys that were replaced longer ago than told; gives the number of those
    /// that stay beside the current one. Nothing may be left that they sealed; what was sealed just
    /// before a rotation may be written after it, so some time has to pass.
    ///
    /// # Errors
    /// `Setup` when the file cannot be written.
    pub fn forget(&self, replaced_before: Duration) -> Result<usize> {
        let mut left = 0;
        self.change(|file| {
            let limit = Utc::now() - replaced_before;
            file.sealing.retain(|key| key.retired_at.is_none_or(|retired_at| retired_at > limit));
            left = file.sealing.len() - 1;
            Ok(())
        })?;
        Ok(left)
    }

    fn change(&self, change: impl FnOnce(&mut KeyFile) -> Result<()>) -> Result<()> {
        let mut ring = self.inner.ring.write().unwrap_or_else(PoisonError::into_inner);
        let mut file = match &self.inner.path {
            Some(path) => KeyFile::open(path)?,
            None => ring.file.clone(),
        };
        change(&mut file)?;
        if let Some(path) = &self.inner.path {
            file.replace(path)?;
        }
        *ring = Ring::of(file, self.inner.path.as_deref().and_then(changed_at))?;
        Ok(())
    }
}

/// What a sealed text is bound to: its key's name and its place.
fn bound(key_id: &str, place: &str) -> Vec<u8> {
    format!("{key_id}\0{place}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_read_at_its_place_alone() {
        let keys = Keys::in_memory().unwrap();
        let sealed = keys.seal("users.email:7", "ada@example.org").unwrap();
        assert!(!sealed.contains("ada") && keys.is_current(&sealed));
        assert_eq!(keys.unseal("users.email:7", &sealed).unwrap(), "ada@example.org");
        assert!(keys.unseal("users.email:8", &sealed).is_err());
        let mut changed = sealed.clone();
        changed.replace_range(sealed.len() - 2..sealed.len() - 1, if sealed.ends_with("AA") { "B" } else { "A" });
        assert!(changed == sealed || keys.unseal("users.email:7", &changed).is_err());
        assert!(Keys::in_memory().unwrap().unseal("users.email:7", &sealed).is_err());
        assert_ne!(keys.seal("users.email:7", "ada@example.org").unwrap(), sealed, "nonces differ");
    }

    #[test]
    fn after_a_rotation_the_old_keys_work_for_a_while() {
        let keys = Keys::in_memory().unwrap();
        let (message, signature) = keys.sign(|id| id.to_owned());
        let sealed = keys.seal("a", "b").unwrap();
        keys.rotate(Duration::from_secs(60)).unwrap();
        assert!(keys.verify(&message, message.as_bytes(), &signature));
        assert_eq!(keys.public_keys()["keys"].as_array().map(Vec::len), Some(2));
        assert!(!keys.is_current(&sealed));
        assert_eq!(keys.unseal("a", &sealed).unwrap(), "b");
        let (next, _) = keys.sign(|id| id.to_owned());
        assert_ne!(next, message);
        assert_eq!(keys.forget(Duration::from_secs(60)).unwrap(), 1);
        assert_eq!(keys.unseal("a", &sealed).unwrap(), "b");
        assert_eq!(keys.forget(Duration::ZERO).unwrap(), 0);
        assert!(keys.unseal("a", &sealed).is_err());
        keys.rotate(Duration::ZERO).unwrap();
        assert!(!keys.verify(&message, message.as_bytes(), &signature));
    }

    #[test]
    fn processes_that_share_a_file_share_its_keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/keys.json");
        let one = Keys::open(&path).unwrap();
        let two = Keys::open(&path).unwrap();
        assert_eq!(one.lookup("email", "a"), two.lookup("email", "a"));
        assert_ne!(one.lookup("email", "a"), one.lookup("name", "a"));
        // The clock of the file system may be coarse.
        std::thread::sleep(Duration::from_millis(20));
        one.rotate(Duration::from_secs(60)).unwrap();
        let (message, signature) = one.sign(|id| id.to_owned());
        assert!(two.verify(&message, message.as_bytes(), &signature));
        assert_eq!(two.unseal("a", &one.seal("a", "b").unwrap()).unwrap(), "b");
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let files = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(files, 1, "no draft is left");
    }
}
