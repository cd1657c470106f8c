//! Connections that stay: how many may be open, and how they are closed together.
//!
//! A stream of events counts as a socket.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::http::StatusCode;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::request::Refusal;
use crate::graphql::limits::household;

/// When a client that was refused a socket may try again: by then the idle ones are closed.
const COME_BACK: Duration = Duration::from_secs(10);

/// What a socket needs at the end to say why it closes.
const FAREWELL: Duration = Duration::from_secs(1);

/// Sockets that may be open; none for any number.
#[derive(Debug, Clone, Copy, Default)]
pub struct Most {
    /// Of all clients.
    pub all: Option<usize>,
    /// Of one address.
    pub per_address: Option<usize>,
}

/// Why one more socket is not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    /// The server holds as many as it may.
    Server,
    /// The address has as many as it may.
    Address,
}

impl Full {
    /// The word for it in the figures.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Address => "address",
        }
    }

    pub(super) fn refusal(self) -> Refusal {
        let (status, code, message) = match self {
            Self::Server => (
                StatusCode::SERVICE_UNAVAILABLE,
                "SERVICE_UNAVAILABLE",
                "the server holds as many sockets as it may; try again in a moment",
            ),
            Self::Address => (
                StatusCode::TOO_MANY_REQUESTS,
                "TOO_MANY_SOCKETS",
                "this address has as many sockets open as it may; close one first",
            ),
        };
        Refusal { retry_after: Some(COME_BACK), ..Refusal::transport(status, code, message) }
    }
}

/// The sockets of a server.
#[derive(Clone)]
pub struct Sockets {
    inner: Arc<Inner>,
}

struct Inner {
    most: Most,
    open: Mutex<Open>,
    closed: Notify,
    /// When sockets end at the latest, once the server stops.
    deadline: watch::Sender<Option<Instant>>,
}

#[derive(Default)]
struct Open {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

impl Sockets {
    /// None are open yet.
    #[must_use]
    pub fn new(most: Most) -> Self {
        let inner = Inner { most, open: Mutex::default(), closed: Notify::new(), deadline: watch::Sender::new(None) };
        Self { inner: Arc::new(inner) }
    }

    /// Sockets that are open now.
    #[must_use]
    pub fn open(&self) -> usize {
        self.inner.open().all
    }

    /// Closes every socket with 1001, after the queries in flight on it, and waits until they are
    /// closed; no longer than `patience`.
    pub async fn close(&self, patience: Duration) {
        let drained = patience.saturating_sub(FAREWELL).max(patience / 2);
        self.inner.deadline.send_replace(Some(Instant::now() + drained));
        let all_closed = async {
            loop {
                let closed = self.inner.closed.notified();
                if self.open() == 0 {
                    return;
                }
                closed.await;
            }
        };
        if tokio::time::timeout(patience, all_closed).await.is_err() {
            tracing::warn!(open = self.open(), "Some sockets did not close in time");
        }
    }

    /// Tells when the server stops.
    pub(super) fn deadline(&self) -> Deadline {
        Deadline(self.inner.deadline.subscribe())
    }

    /// Counts a socket of this address, which stands for as long as what comes back lives.
    pub(super) fn enter(&self, address: Option<IpAddr>) -> Result<Entered, Full> {
        let address = address.map(household);
        let mut open = self.inner.open();
        if self.inner.most.all.is_some_and(|most| open.all >= most) {
            return Err(Full::Server);
        }
        if let Some(address) = address {
            let of_address = open.by_address.get(&address).copied().unwrap_or_default();
            if self.inner.most.per_address.is_some_and(|most| of_address >= most) {
                return Err(Full::Address);
            }
            open.by_address.insert(address, of_address + 1);
        }
        open.all += 1;
        Ok(Entered { sockets: self.clone(), address })
    }
}

impl Inner {
    fn open(&self) -> MutexGuard<'_, Open> {
        // Nothing panics between the two counts.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Until when a socket's operations may run.
pub(super) struct Deadline(watch::Receiver<Option<Instant>>);

impl Deadline {
    /// Waits until the server stops, and gives the time.
    pub(super) async fn set(&mut self) -> Instant {
        let set = self.0.wait_for(Option::is_some).await.ok().and_then(|deadline| *deadline);
        match set {
            Some(deadline) => deadline,
            // Nobody is left who could stop the server.
            None => std::future::pending().await,
        }
    }
}

/// Counts one socket while it lives.
pub(super) struct Entered {
    sockets: Sockets,
    address: Option<IpAddr>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        let mut open = self.sockets.inner.open();
        open.all -= 1;
        if let Some(address) = self.address
            && let Some(of_address) = open.by_address.get_mut(&address)
        {
            *of_address -= 1;
            if *of_address == 0 {
                open.by_address.remove(&address);
            }
        }
        drop(open);
        self.sockets.inner.closed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> Option<IpAddr> {
        Some(address.parse().expect("it is an address"))
    }

    #[test]
    fn sockets_are_counted_by_address_and_together() {
        let sockets = Sockets::new(Most { all: Some(3), per_address: Some(2) });
        let enter = |address: &str| sockets.enter(of(address));
        let first = enter("192.0.2.1").ok();
        let second = enter("::ffff:192.0.2.1").ok();
        assert!(first.is_some() && second.is_some());
        assert_eq!(enter("192.0.2.1").err(), Some(Full::Address));
        let third = enter("2001:db8::1").ok();
        assert_eq!((third.is_some(), enter("192.0.2.2").err(), sockets.open()), (true, Some(Full::Server), 3));
        drop(first);
        let fourth = enter("2001:db8::ffff:2").ok();
        assert!(fourth.is_some());
        drop(second);
        assert_eq!(enter("2001:db8:0:0:3::1").err(), Some(Full::Address));
        assert!(enter("2001:db8:0:1::1").is_ok());
        drop((third, fourth));
        assert_eq!((sockets.open(), sockets.inner.open().by_address.len()), (0, 0));
    }

    #[test]
    fn without_bounds_any_number_is_open() {
        let sockets = Sockets::new(Most::default());
        let many: Vec<_> = (0..1_000).map(|_| sockets.enter(of("192.0.2.1"))).collect();
        assert!(many.iter().all(Result::is_ok) && sockets.enter(None).is_ok());
    }
}
