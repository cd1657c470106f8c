//! Passwords at work: hashed on threads of their own, few at a time, behind everybody else.
//!
//! A hash takes memory and time on purpose. So that sign-ins take neither processors nor database
//! connections from everybody else, few are under way at once, some more wait at the door, and the
//! rest is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::password_hash::{self, Effort};
use super::strength::MAX_BYTES;
use crate::error::{Error, Result};
use crate::secrets::{Secret, random_token};

/// Callers that wait for their turn at most, and for how long.
const MAX_WAITING: usize = 128;
const PATIENCE: Duration = Duration::from_secs(4);

/// Hashes and verifies passwords. Clones share their turns.
#[derive(Clone)]
pub(super) struct Passwords {
    effort: Effort,
    turns: Arc<Semaphore>,
    door: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    /// Stands in for the hash of an account that does not exist.
    nobody: Arc<str>,
}

/// What a password is to a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Whether it is the one.
    pub is_right: bool,
    /// Whether the hash should be replaced.
    pub is_outdated: bool,
}

struct Waiting(Arc<AtomicUsize>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Passwords {
    /// Hashes of this effort, so many at a time; 0 takes half of the processors.
    pub(super) fn new(effort: Effort, threads: usize) -> Result<Self> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let turns = if threads == 0 { (processors / 2).max(1) } else { threads };
        let nobody = password_hash::hash(random_token("")?.reveal(), b"nobody's own salt", effort)?;
        Ok(Self {
            effort,
            turns: Arc::new(Semaphore::new(turns)),
            door: Arc::new(Semaphore::new(turns + 1)),
            waiting: Arc::default(),
            nobody: nobody.into(),
        })
    }

    /// The hash of a new password.
    ///
    /// # Errors
    /// `Internal` when there is no thread.
    pub(super) async fn hash(&self, password: &Secret) -> Result<String> {
        let salt = random_token("")?;
        let (password, effort) = (password.clone(), self.effort);
        // 128 bits of the token's 256 are a salt (RFC 9106, 3.1).
        self.in_turn(move || password_hash::hash(password.reveal(), &salt.reveal().as_bytes()[..22], effort)).await?
    }

    /// Compares a password with a hash. Without one it takes as long, and is wrong.
    ///
    /// # Errors
    /// `Internal` when there is no thread.
    pub(super) async fn verify(&self, password: &Secret, stored: Option<&str>) -> Result<Verdict> {
        let exists = stored.is_some();
        let stored: Arc<str> = stored.map_or_else(|| self.nobody.clone(), Into::into);
        let is_outdated = password_hash::is_outdated(&stored, self.effort);
        // Longer ones are never taken, so none is right; that says nothing of the account.
        if password.reveal().len() > MAX_BYTES {
            return Ok(Verdict { is_right: false, is_outdated });
        }
        let password = password.clone();
        let fits = self.in_turn(move || password_hash::verify(password.reveal(), &stored)).await?;
        Ok(Verdict { is_right: fits && exists, is_outdated })
    }

    /// Lets somebody in who is going to prove a password, before anything is looked up for them.
    /// They are inside until they drop what they get.
    ///
    /// # Errors
    /// `Unavailable` when too many wait before, or for too long.
    pub(super) async fn enter(&self) -> Result<OwnedSemaphorePermit> {
        let busy =
            || Error::Unavailable("Too many people sign in at this moment; try again in a few seconds".to_owned());
        let _waiting = Waiting(self.waiting.clone());
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= MAX_WAITING {
            return Err(busy());
        }
        let inside = tokio::time::timeout(PATIENCE, self.door.clone().acquire_owned()).await;
        inside.map_err(|_| busy())?.map_err(Error::internal)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let turn = self.turns.clone().acquire_owned().await.map_err(Error::internal)?;
        let (sender, done) = oneshot::channel();
        let thread = std::thread::Builder::new().name("password".to_owned());
        let spawned = thread.spawn(move || {
            // Whoever asked may have gone away; the turn lasts as long as the work.
            let _turn = turn;
            yield_to_others();
            // Nobody may be there to hear it.
            let _ = sender.send(work());
        });
        spawned.map_err(Error::internal)?;
        done.await.map_err(Error::internal)
    }
}

/// Makes the thread give way to those that answer queries.
fn yield_to_others() {
    #[cfg(target_os = "linux")]
    // SAFETY: setpriority takes numbers; 0 is the calling thread, which does nothing else after.
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, 10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Effort = Effort { memory_kib: 64, passes: 1 };

    #[tokio::test]
    async fn a_password_is_right_for_its_account_alone() {
        let passwords = Passwords::new(CHEAP, 1).unwrap();
        let password = Secret::new("swordfish");
        let hash = passwords.hash(&password).await.unwrap();
        assert_ne!(hash, passwords.hash(&password).await.unwrap(), "salts differ");
        let is_right = async |text: &str, hash: Option<&str>| {
            passwords.verify(&Secret::new(text), hash).await.map(|verdict| verdict.is_right).unwrap()
        };
        assert!(is_right("swordfish", Some(&hash)).await);
        assert!(!is_right("swordfis", Some(&hash)).await);
        assert!(!is_right("swordfish", None).await);
        assert!(!is_right(&"x".repeat(200_000), Some(&hash)).await);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_too_long_is_sent_away() {
        let passwords = Passwords::new(CHEAP, 1).unwrap();
        let _inside = (passwords.enter().await.unwrap(), passwords.enter().await.unwrap());
        let outcome = passwords.enter().await;
        assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
        assert_eq!(passwords.waiting.load(Ordering::Relaxed), 0);
        passwords.waiting.store(MAX_WAITING, Ordering::Relaxed);
        assert!(matches!(passwords.enter().await, Err(Error::Unavailable(_))));
        assert_eq!(passwords.waiting.load(Ordering::Relaxed), MAX_WAITING);
    }
}
