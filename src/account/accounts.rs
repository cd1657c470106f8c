//! What accounts are run with: keys, the hashing of passwords, and the settings.

use super::credentials::Passwords;
use super::password_hash::Effort;
use super::token::Names;
use crate::config::Settings;
use crate::error::Result;
use crate::secrets::Keys;

/// Accounts as they are run. Clones are the same accounts.
#[derive(Clone)]
pub struct Accounts {
    pub(super) keys: Keys,
    pub(super) passwords: Passwords,
    pub(super) names: Names,
    pub(super) access_token_seconds: i64,
    pub(super) session_days: u32,
    pub(super) is_registration_closed: bool,
    pub(super) tries: i32,
    pub(super) tries_per_address: i32,
    pub(super) registrations_per_address: i32,
}

impl Accounts {
    /// Accounts with these keys and settings.
    ///
    /// # Errors
    /// `Internal` when the settings of hashing are out of range.
    pub fn new(keys: Keys, settings: &Settings) -> Result<Self> {
        let effort = Effort { memory_kib: settings.password_memory_kib, passes: settings.password_passes };
        Ok(Self {
            keys,
            passwords: Passwords::new(effort, settings.password_threads)?,
            names: Names { issuer: settings.token_issuer.clone(), audience: settings.token_audience.clone() },
            access_token_seconds: settings.access_token_seconds.into(),
            session_days: settings.session_days,
            is_registration_closed: settings.registration_closed,
            tries: settings.sign_in_tries,
            tries_per_address: settings.sign_in_tries_per_address,
            registrations_per_address: settings.registrations_per_address,
        })
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }
}
