//! Text that is never shown, and tokens that are nothing but chance.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::error::{Error, Result};

/// Text that stays out of logs: its `Debug` form hides it, and it has no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for whoever has a reason.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// So many bytes of the system's randomness.
///
/// # Errors
/// `Internal` when the system has none.
pub(super) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Error::internal("the system gives no random bytes"))?;
    Ok(bytes)
}

/// A token of 256 random bits behind a prefix that tells what it is.
///
/// # Errors
/// `Internal` when the system has no randomness.
pub fn random_token(prefix: &str) -> Result<Secret> {
    Ok(Secret(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random::<32>()?))))
}

/// What is kept of a token: its SHA-256 in hexadecimal. Tokens are random, so that no salt and no
/// slow hash is needed.
#[must_use]
pub fn hash_token(token: &str) -> String {
    hexadecimal(ring::digest::digest(&ring::digest::SHA256, token.as_bytes()).as_ref())
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_hides_its_text() {
        assert_eq!(format!("{:?}", Secret::new("swordfish")), "Secret(…)");
    }

    #[test]
    fn tokens_differ_and_are_found_by_their_hash() {
        let (one, two) = (random_token("x_").unwrap(), random_token("x_").unwrap());
        assert_ne!(one.reveal(), two.reveal());
        assert!(one.reveal().starts_with("x_") && one.reveal().len() == 45);
        // FIPS 180-4, "abc".
        assert_eq!(hash_token("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
