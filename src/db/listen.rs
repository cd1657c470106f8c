//! Waking up when something changed: one LISTEN connection for a whole process.
//!
//! PostgreSQL keeps no notifications for those who are away, so a notification is only a reason to
//! look, never the news itself. Whoever watches a key is woken by a notification of that key, by
//! every new connection (what was said before it is lost), and after [`QUIET`] without either. A
//! payload begins with its key: `<key>` or `<key>:<anything>`.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio_postgres::AsyncMessage;

use super::connect::{self, ConnectTarget, RawConnection, SessionSettings};
use crate::error::{Error, Result};

/// A key that nothing was heard of for so long is looked at all the same: the net under everything
/// that can go wrong with notifications.
pub const QUIET: Duration = Duration::from_secs(5);

/// Between two signs of life of the connection: a network that swallows packets gives no error.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// How long a statement on the connection may take before the connection counts as lost.
const PATIENCE: Duration = Duration::from_secs(5);

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Why a watcher was woken. Whatever it is, the table tells what happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// A notification came.
    Notified,
    /// The connection was made anew; notifications may have been lost.
    Reconnected,
    /// Nothing was heard for [`QUIET`].
    Quiet,
}

/// Listens on one channel. Clones share the connection, which ends with the last of them.
#[derive(Clone)]
pub struct Listener {
    shared: Arc<Shared>,
    _connection: Arc<Task>,
}

struct Task(tokio::task::JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

struct Shared {
    channel: String,
    keys: Mutex<HashMap<i64, watch::Sender<Signal>>>,
    is_connected: AtomicBool,
    reconnects: AtomicU64,
    notifications: AtomicU64,
}

/// What is said to the watchers of one key; only the latest counts, so that nothing piles up.
#[derive(Debug, Clone, Copy, Default)]
struct Signal {
    wakes: u64,
    reconnects: u64,
}

impl Listener {
    /// Begins to listen, and goes on until the listener is dropped: a connection that is lost is
    /// made anew, after pauses that grow to 5 seconds. Must be called within the runtime that
    /// outlives the listener.
    #[must_use]
    pub fn start(target: ConnectTarget, channel: &str) -> Self {
        let shared = Arc::new(Shared {
            channel: channel.to_owned(),
            keys: Mutex::default(),
            is_connected: AtomicBool::new(false),
            reconnects: AtomicU64::new(0),
            notifications: AtomicU64::new(0),
        });
        let task = tokio::spawn(listen_for_ever(target, shared.clone()));
        Self { shared, _connection: Arc::new(Task(task)) }
    }

    /// Watches a key from now on: whatever is committed after this call wakes the watch.
    #[must_use]
    pub fn watch(&self, key: i64) -> Watch {
        let receiver = self.shared.keys().entry(key).or_default().subscribe();
        let seen = *receiver.borrow();
        Watch { key, receiver, seen, shared: self.shared.clone() }
    }

    /// Whether notifications arrive now; without them watchers still wake every [`QUIET`].
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.shared.is_connected.load(Ordering::Relaxed)
    }

    /// Times the connection was made again after it was lost.
    #[must_use]
    pub fn reconnects(&self) -> u64 {
        self.shared.reconnects.load(Ordering::Relaxed)
    }

    /// Notifications received.
    #[must_use]
    pub fn notifications(&self) -> u64 {
        self.shared.notifications.load(Ordering::Relaxed)
    }

    /// Keys that are watched now.
    #[must_use]
    pub fn watched_keys(&self) -> usize {
        self.shared.keys().len()
    }
}

/// One watcher of one key.
pub struct Watch {
    key: i64,
    receiver: watch::Receiver<Signal>,
    seen: Signal,
    shared: Arc<Shared>,
}

impl Watch {
    /// Waits until there is a reason to look. May be dropped and called again: no reason is lost.
    pub async fn changed(&mut self) -> Wake {
        // The sender stays in the map while this receiver lives, so only the time can run out.
        let is_quiet = !matches!(tokio::time::timeout(QUIET, self.receiver.changed()).await, Ok(Ok(())));
        if is_quiet {
            // One look for all who watch the key: the others wake with this one.
            self.shared.wake(self.key);
        }
        let before = self.seen;
        self.mark();
        match (self.seen.reconnects == before.reconnects, is_quiet) {
            (false, _) => Wake::Reconnected,
            (true, true) => Wake::Quiet,
            (true, false) => Wake::Notified,
        }
    }

    /// Takes every reason so far as seen and gives their number: a look that begins after this
    /// call sees all that they stand for. Equal for all watchers of a key.
    pub fn mark(&mut self) -> u64 {
        self.seen = *self.receiver.borrow_and_update();
        self.seen.wakes
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut keys = self.shared.keys();
        // Receivers are made and dropped under the lock: this is the last one.
        if keys.get(&self.key).is_some_and(|sender| sender.receiver_count() <= 1) {
            keys.remove(&self.key);
        }
    }
}

impl Shared {
    fn keys(&self) -> MutexGuard<'_, HashMap<i64, watch::Sender<Signal>>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self, key: i64) {
        if let Some(sender) = self.keys().get(&key) {
            sender.send_modify(|signal| signal.wakes += 1);
        }
    }

    fn wake_all(&self, reconnects: u64) {
        for sender in self.keys().values() {
            sender.send_modify(|signal| {
                signal.wakes += 1;
                signal.reconnects += reconnects;
            });
        }
    }

    fn hear(&self, payload: &str) {
        self.notifications.fetch_add(1, Ordering::Relaxed);
        let key = payload.split_once(':').map_or(payload, |(key, _)| key);
        match key.parse() {
            Ok(key) => self.wake(key),
            // Whoever sent it meant something; looking once too often does no harm.
            Err(_) => self.wake_all(0),
        }
    }

    fn connected(&self, is_first: bool) {
        self.is_connected.store(true, Ordering::Relaxed);
        if is_first {
            tracing::debug!(channel = self.channel, "Listening for notifications");
        } else {
            let times = self.reconnects.fetch_add(1, Ordering::Relaxed) + 1;
            tracing::info!(channel = self.channel, reconnects = times, "Listening for notifications again");
        }
        self.wake_all(1);
    }
}

async fn listen_for_ever(target: ConnectTarget, shared: Arc<Shared>) {
    let settings = SessionSettings { application_name: "listen".to_owned(), ..SessionSettings::default() };
    let mut is_first = true;
    let mut pause = FIRST_PAUSE;
    loop {
        let outcome = listen_once(&target, &settings, &shared, is_first).await;
        if shared.is_connected.swap(false, Ordering::Relaxed) {
            is_first = false;
            pause = FIRST_PAUSE;
        }
        if let Err(error) = outcome {
            tracing::warn!(channel = shared.channel, error = %error, "Notifications are not heard now");
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Listens until the connection is lost.
async fn listen_once(
    target: &ConnectTarget,
    settings: &SessionSettings,
    shared: &Shared,
    is_first: bool,
) -> Result<()> {
    let (client, connection) = connect::connect_raw(target, settings).await?;
    let statement = format!("listen \"{}\"", shared.channel.replace('"', "\"\""));
    // Listening twice is listening once, so the statement is a sign of life as well.
    let living = async {
        let mut is_new = true;
        loop {
            match tokio::time::timeout(PATIENCE, client.batch_execute(&statement)).await {
                Ok(Ok(())) => {}
                Ok(Err(cause)) => return Err(lost(&cause)),
                Err(_) => return Err(Error::Unavailable("The database does not answer".to_owned())),
            }
            if std::mem::take(&mut is_new) {
                shared.connected(is_first);
            }
            tokio::time::sleep(HEARTBEAT).await;
        }
    };
    tokio::select! {
        ended = hear(connection, shared) => ended,
        failed = living => failed,
    }
}

/// Moves the connection's bytes and hands its notifications on.
async fn hear(mut connection: RawConnection, shared: &Shared) -> Result<()> {
    loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notification(notification))) => shared.hear(notification.payload()),
            Some(Ok(_)) => {}
            Some(Err(cause)) => return Err(lost(&cause)),
            None => return Err(Error::Unavailable("The connection ended".to_owned())),
        }
    }
}

fn lost(cause: &tokio_postgres::Error) -> Error {
    Error::Unavailable(format!("The connection was lost: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A listener without a database, whose notifications the test makes.
    fn deaf() -> Listener {
        let shared = Arc::new(Shared {
            channel: "c".to_owned(),
            keys: Mutex::default(),
            is_connected: AtomicBool::new(false),
            reconnects: AtomicU64::new(0),
            notifications: AtomicU64::new(0),
        });
        Listener { shared, _connection: Arc::new(Task(tokio::spawn(async {}))) }
    }

    #[tokio::test]
    async fn a_watch_is_woken_by_its_key_alone() {
        let listener = deaf();
        let (mut one, mut two) = (listener.watch(1), listener.watch(2));
        listener.shared.hear("1:17");
        assert_eq!(one.changed().await, Wake::Notified);
        assert!(!two.receiver.has_changed().expect("its sender is in the map"));
        listener.shared.connected(false);
        assert_eq!(two.changed().await, Wake::Reconnected);
        assert_eq!(listener.reconnects(), 1);
    }

    #[tokio::test]
    async fn what_is_said_between_two_waits_is_heard() {
        let listener = deaf();
        let mut watch = listener.watch(1);
        let before = watch.mark();
        listener.shared.hear("1");
        listener.shared.hear("1");
        assert_eq!(watch.changed().await, Wake::Notified);
        assert_eq!(watch.mark(), before + 2);
        assert!(!watch.receiver.has_changed().expect("its sender is in the map"));
    }

    #[tokio::test]
    async fn a_payload_without_a_key_wakes_everybody() {
        let listener = deaf();
        let mut watch = listener.watch(1);
        listener.shared.hear("all");
        assert_eq!(watch.changed().await, Wake::Notified);
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_a_reason_to_look_for_all_at_once() {
        let listener = deaf();
        let (mut one, mut two) = (listener.watch(1), listener.watch(1));
        assert_eq!(one.changed().await, Wake::Quiet);
        assert_eq!(two.changed().await, Wake::Notified);
    }

    #[tokio::test]
    async fn a_key_goes_with_its_last_watcher() {
        let listener = deaf();
        let (one, two) = (listener.watch(1), listener.watch(1));
        drop(one);
        assert_eq!(listener.watched_keys(), 1);
        drop(two);
        assert_eq!(listener.watched_keys(), 0);
    }
}
