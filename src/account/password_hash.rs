//! How passwords are hashed, and how hashes are written.
//!
//! New hashes are argon2id in PHC form: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`. Those of the
//! Python project, `scrypt:32768:8:1$salt$hex` and `pbkdf2:sha256:600000$salt$hex`, are verified and
//! then replaced.

use std::num::NonZeroU32;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::pbkdf2;
use subtle::ConstantTimeEq as _;

use crate::error::{Error, Result};

/// Bytes of a hash.
const LENGTH: usize = 32;

/// Bounds on what a stored hash may ask for: it may come from an import.
const MAX_MEMORY_KIB: u32 = 1 << 20;
const MAX_SCRYPT_BYTES: u64 = 256 << 20;
const MAX_ITERATIONS: u32 = 5_000_000;

/// How dear a hash is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Effort {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

/// Hashes a password with a salt of random bytes.
pub(super) fn hash(password: &str, salt: &[u8], effort: Effort) -> Result<String> {
    let hash =
        argon2id(password, salt, effort, 1).ok_or_else(|| Error::internal("the effort of hashing is out of range"))?;
    let Effort { memory_kib, passes } = effort;
    let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
    Ok(format!("$argon2id$v=19$m={memory_kib},t={passes},p=1${salt}${hash}"))
}

fn argon2id(password: &str, salt: &[u8], effort: Effort, lanes: u32) -> Option<[u8; LENGTH]> {
    if effort.memory_kib > MAX_MEMORY_KIB || effort.passes > 1_000 || lanes > 64 {
        return None;
    }
    let params = Params::new(effort.memory_kib, effort.passes, lanes, Some(LENGTH)).ok()?;
    let mut out = [0; LENGTH];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut out)
        .ok()?;
    Some(out)
}

/// Whether a password is the one that was hashed. A hash in no form known here fits none.
pub(super) fn verify(password: &str, stored: &str) -> bool {
    verify_phc(password, stored).or_else(|| verify_werkzeug(password, stored)).unwrap_or_else(|| {
        tracing::warn!("A password hash is in no form that can be verified");
        false
    })
}

/// Whether a hash should be replaced by one of this effort.
pub(super) fn is_outdated(stored: &str, effort: Effort) -> bool {
    read_phc(stored).is_none_or(|(of, lanes, _, _)| of != effort || lanes != 1)
}

type Phc = (Effort, u32, Vec<u8>, Vec<u8>);

fn read_phc(stored: &str) -> Option<Phc> {
    let mut parts = stored.strip_prefix("$argon2id$v=19$")?.split('$');
    let (costs, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
    let mut costs = costs.split(',');
    let mut cost = |name: &str| costs.next()?.strip_prefix(name)?.parse::<u32>().ok();
    let (memory_kib, passes, lanes) = (cost("m=")?, cost("t=")?, cost("p=")?);
    let decoded = (STANDARD_NO_PAD.decode(salt).ok()?, STANDARD_NO_PAD.decode(hash).ok()?);
    Some((Effort { memory_kib, passes }, lanes, decoded.0, decoded.1))
}

fn verify_phc(password: &str, stored: &str) -> Option<bool> {
    let (effort, lanes, salt, hash) = read_phc(stored)?;
    Some(is_same(&argon2id(password, &salt, effort, lanes)?, &hash))
}

/// `method$salt$hexadecimal`, where the salt is taken as text (werkzeug.security).
fn verify_werkzeug(password: &str, stored: &str) -> Option<bool> {
    let mut parts = stored.splitn(3, '$');
    let (method, salt, hash) = (parts.next()?, parts.next()?, unhex(parts.next()?)?);
    let mut method = method.split(':');
    match method.next()? {
        "scrypt" => {
            let mut number = || method.next()?.parse::<u32>().ok();
            let (n, r, p) = (number()?, number()?, number()?);
            let memory = 128 * u64::from(n) * u64::from(r);
            if !n.is_power_of_two() || memory > MAX_SCRYPT_BYTES || p > 16 || hash.is_empty() {
                return None;
            }
            let params = scrypt::Params::new(u8::try_from(n.trailing_zeros()).ok()?, r, p).ok()?;
            let mut out = vec![0; hash.len()];
            scrypt::scrypt(password.as_bytes(), salt.as_bytes(), &params, &mut out).ok()?;
            Some(is_same(&out, &hash))
        }
        "pbkdf2" => {
            let algorithm = match method.next()? {
                "sha256" => pbkdf2::PBKDF2_HMAC_SHA256,
                "sha512" => pbkdf2::PBKDF2_HMAC_SHA512,
                "sha1" => pbkdf2::PBKDF2_HMAC_SHA1,
                _ => return None,
            };
            let iterations = method.next()?.parse::<NonZeroU32>().ok().filter(|count| count.get() <= MAX_ITERATIONS)?;
            Some(pbkdf2::verify(algorithm, iterations, salt.as_bytes(), password.as_bytes(), &hash).is_ok())
        }
        _ => None,
    }
}

fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || text.is_empty() || text.len() > 256 || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Effort = Effort { memory_kib: 64, passes: 1 };

    #[test]
    fn a_password_fits_its_own_hash() {
        let hash = hash("swordfish", b"0123456789abcdef", CHEAP).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$") && hash.len() <= 255);
        assert!(verify("swordfish", &hash) && !verify("Swordfish", &hash));
        assert!(!is_outdated(&hash, CHEAP) && is_outdated(&hash, Effort { passes: 2, ..CHEAP }));
    }

    #[test]
    fn hashes_of_the_python_project_are_verified() {
        // python3: hashlib.scrypt(b"swordfish", salt=b"NaCl", n=16384, r=8, p=1, dklen=64).hex()
        // python3: hashlib.pbkdf2_hmac("sha256", b"swordfish", b"NaCl", 1000).hex()
        for stored in [SCRYPT, PBKDF2] {
            assert!(verify("swordfish", stored), "{stored}");
            assert!(!verify("Swordfish", stored), "{stored}");
            assert!(is_outdated(stored, CHEAP));
        }
    }

    #[test]
    fn nothing_fits_a_hash_that_is_none() {
        for stored in [
            "",
            "swordfish",
            "$argon2id$v=19$m=64,t=1,p=1$AAAA",
            "$argon2id$v=19$m=4294967295,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$AAAA",
            "scrypt:1048576:1024:1$salt$00",
            "scrypt:0:8:1$salt$00",
            "pbkdf2:sha256:0$salt$00",
            "pbkdf2:sha256:4294967295$salt$00",
            "pbkdf2:md5:1$salt$00",
            "scrypt:16:8:1$salt$",
            "plain$$swordfish",
        ] {
            assert!(!verify("swordfish", stored), "{stored}");
            assert!(!verify("", stored), "{stored}");
        }
    }

    const SCRYPT: &str = "scrypt:16384:8:1$NaCl$\
        b23c7387d96bc3105f4f8597bf6afcd534a404d890c95bf992f407a347ffeb22\
        5d4a1dcd390a17354129b6754c7a66b7421a560609711723be4dcd4a9d0fccfe";
    const PBKDF2: &str = "pbkdf2:sha256:1000$NaCl$6158ea15c4df2b6f74d35ceaa69b77d4aa8643b674708a1e5cb24b1910eb8c33";
}
