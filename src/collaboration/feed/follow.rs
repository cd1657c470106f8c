//! Following a playlist: a task reads, a bounded queue holds, and the follower takes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::recent::{After, Recent};
use super::rows::{self, Named, Standing};
use crate::collaboration::access::Reader;
use crate::collaboration::activity::{Activity, PlaylistActivityType};
use crate::db::{Database, Listener, Watch};
use crate::error::{Error, Result};

/// The channel that the trigger of `playlist_activities` notifies, and that of `playlists` where
/// it changes who may see a playlist.
const CHANNEL: &str = "playlist_activity";

/// Events that wait for one follower at most.
const QUEUE: usize = 256;

/// How long the queue may stay full without one event being taken.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest pause between two tries while the database does not answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What a follower is told.
#[derive(Debug, Clone)]
pub enum Event {
    /// One change.
    Change {
        /// The change.
        activity: Arc<Activity>,
        /// Whether it was made before the follower came.
        is_replay: bool,
    },
    /// Changes between the last one told and the current version are no longer kept: read the
    /// playlist anew; what follows is after the current version.
    Reset {
        /// The latest version.
        current: i32,
        /// The oldest version whose change is kept; the next one when none is.
        oldest: i32,
    },
    /// The playlist may no longer be seen. The last event.
    Revoked {
        /// The last version told, or the one begun after.
        version: i32,
    },
}

impl Event {
    /// The version that a follower has reached with this event.
    #[must_use]
    pub fn version(&self) -> i32 {
        match self {
            Self::Change { activity, .. } => activity.playlist_version,
            Self::Reset { current, .. } => *current,
            Self::Revoked { version } => *version,
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Follow {
    /// The playlist.
    pub named: Named,
    /// Who follows it.
    pub reader: Reader,
    /// The last version that the follower has seen; only what comes from now on without it.
    pub after_version: Option<i32>,
    /// Only changes of these kinds.
    pub types: Option<Vec<PlaylistActivityType>>,
}

/// The feeds of all playlists, in one process. Clones are the same feeds.
#[derive(Clone)]
pub struct Feeds {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    listener: Listener,
    playlists: Mutex<HashMap<i64, Weak<Recent>>>,
    tally: Arc<Tally>,
}

/// What is counted for the operator.
#[derive(Default)]
struct Tally {
    followers: AtomicUsize,
    resets: AtomicU64,
    slow: AtomicU64,
}

impl Feeds {
    /// Begins to listen. Must be called within the runtime that outlives the feeds.
    #[must_use]
    pub fn start(database: &Database) -> Self {
        // Replicas are behind: a notification comes before they have the row.
        let database = database.primary();
        let listener = Listener::start(database.target().clone(), CHANNEL);
        Self { inner: Arc::new(Inner { database, listener, playlists: Mutex::default(), tally: Arc::default() }) }
    }

    /// The listener, for metrics.
    #[must_use]
    pub fn listener(&self) -> &Listener {
        &self.inner.listener
    }

    /// Followers now.
    #[must_use]
    pub fn followers(&self) -> usize {
        self.inner.tally.followers.load(Ordering::Relaxed)
    }

    /// Times a follower was told to read the playlist anew, since what it missed is no longer kept.
    #[must_use]
    pub fn resets(&self) -> u64 {
        self.inner.tally.resets.load(Ordering::Relaxed)
    }

    /// Followers that were let go, since they did not take their events.
    #[must_use]
    pub fn too_slow(&self) -> u64 {
        self.inner.tally.slow.load(Ordering::Relaxed)
    }

    /// The database that the feeds read, without its replicas.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.inner.database
    }

    /// Follows a playlist: every change after `after_version`, each once and in order.
    ///
    /// # Errors
    /// `NotFound` when the playlist may not be seen; what the database reports.
    pub async fn follow(&self, follow: Follow) -> Result<Follower> {
        let database = &self.inner.database;
        let hidden = || Error::NotFound("there is no such playlist".to_owned());
        let mut conn = database.conn().await?;
        let playlist = rows::find(&mut conn, follow.named, follow.reader).await?.ok_or_else(hidden)?;
        // From here on whatever is committed wakes the watch, and what is there already is read.
        let watch = self.inner.listener.watch(playlist);
        let standing = rows::standing(&mut conn, playlist, follow.reader).await?.ok_or_else(hidden)?;
        drop(conn);
        let recent = self.recent(playlist);
        recent.forget().await;

        let (sender, queue) = mpsc::channel(QUEUE);
        let end = Arc::new(Mutex::new(None));
        let work = Work {
            playlist,
            reader: follow.reader,
            database: database.clone(),
            watch,
            recent,
            queue: sender.clone(),
            last: follow.after_version.unwrap_or(standing.current),
            replay_to: standing.current,
            types: follow.types,
            tally: self.inner.tally.clone(),
        };
        self.inner.tally.followers.fetch_add(1, Ordering::Relaxed);
        let set = end.clone();
        tokio::spawn(async move {
            tokio::select! {
                why = work.run(standing) => *lock(&set) = Some(why),
                () = sender.closed() => {}
            }
        });
        Ok(Follower { queue, end, is_over: false, tally: self.inner.tally.clone() })
    }

    fn recent(&self, playlist: i64) -> Arc<Recent> {
        let mut playlists = lock(&self.inner.playlists);
        if let Some(recent) = playlists.get(&playlist).and_then(Weak::upgrade) {
            return recent;
        }
        playlists.retain(|_, recent| recent.strong_count() > 0);
        let recent = Arc::new(Recent::of(playlist));
        playlists.insert(playlist, Arc::downgrade(&recent));
        recent
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why nothing more comes.
enum End {
    Revoked { version: i32 },
    Failed(Error),
}

/// One who follows a playlist. Dropping it ends the work behind it.
pub struct Follower {
    queue: mpsc::Receiver<Event>,
    end: Arc<Mutex<Option<End>>>,
    is_over: bool,
    tally: Arc<Tally>,
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.tally.followers.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Follower {
    /// The next event; none after [`Event::Revoked`] and after an error.
    ///
    /// # Errors
    /// `TooSlow` when the events were not taken in time: follow again after the last version.
    /// Otherwise what the database reports and waiting does not mend.
    pub async fn next(&mut self) -> Option<Result<Event>> {
        if self.is_over {
            return None;
        }
        // What waits in the queue is not told to someone who may no longer see it.
        let is_revoked = matches!(*lock(&self.end), Some(End::Revoked { .. }));
        if !is_revoked && let Some(event) = self.queue.recv().await {
            let has_changed = matches!(*lock(&self.end), Some(End::Revoked { .. }));
            if !has_changed {
                return Some(Ok(event));
            }
        }
        self.is_over = true;
        let end = lock(&self.end).take();
        end.map(|end| match end {
            End::Revoked { version } => Ok(Event::Revoked { version }),
            End::Failed(error) => Err(error),
        })
    }
}

/// The work behind one follower.
struct Work {
    playlist: i64,
    reader: Reader,
    database: Database,
    watch: Watch,
    recent: Arc<Recent>,
    queue: mpsc::Sender<Event>,
    /// The last version told or passed over.
    last: i32,
    /// The latest version when the follower came.
    replay_to: i32,
    types: Option<Vec<PlaylistActivityType>>,
    tally: Arc<Tally>,
}

impl Work {
    async fn run(mut self, standing: Standing) -> End {
        match self.tell(standing).await {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    async fn tell(&mut self, standing: Standing) -> Result<std::convert::Infallible, End> {
        let is_kept = self.last == standing.current
            || (self.last < standing.current && standing.oldest.saturating_sub(1) <= self.last);
        if !is_kept {
            self.reset(standing).await?;
        }
        loop {
            match self.look().await? {
                After::Changes(changes) if changes.is_empty() => {
                    self.replay_to = self.replay_to.min(self.last);
                    self.watch.changed().await;
                }
                After::Changes(changes) => {
                    for activity in changes {
                        self.pass(activity).await?;
                    }
                }
                After::Gap => {
                    let standing = self.standing().await?;
                    self.reset(standing).await?;
                }
                After::Hidden => return Err(self.revoked()),
            }
        }
    }

    async fn pass(&mut self, activity: Arc<Activity>) -> Result<(), End> {
        let version = activity.playlist_version;
        let is_wanted = self.types.as_ref().is_none_or(|types| types.contains(&activity.activity_type));
        if is_wanted {
            let is_replay = version <= self.replay_to;
            self.send(Event::Change { activity, is_replay }).await?;
        }
        self.last = version;
        Ok(())
    }

    async fn reset(&mut self, standing: Standing) -> Result<(), End> {
        let Standing { current, oldest } = standing;
        self.tally.resets.fetch_add(1, Ordering::Relaxed);
        self.send(Event::Reset { current, oldest }).await?;
        self.last = current;
        Ok(())
    }

    fn revoked(&self) -> End {
        End::Revoked { version: self.last }
    }

    /// Puts an event into the queue; while that is full, looks whether the playlist may still be
    /// seen.
    async fn send(&mut self, event: Event) -> Result<(), End> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            tokio::select! {
                biased;
                // Without a receiver the work is about to be dropped.
                Ok(permit) = self.queue.reserve() => {
                    permit.send(event);
                    return Ok(());
                }
                _ = self.watch.changed() => {}
                () = tokio::time::sleep_until(deadline) => {
                    self.tally.slow.fetch_add(1, Ordering::Relaxed);
                    return Err(End::Failed(Error::TooSlow(format!(
                        "{QUEUE} events waited and none was taken for {} s; subscribe again with afterVersion: {}",
                        PATIENCE.as_secs(),
                        self.last
                    ))));
                }
            }
            let mark = self.watch.mark();
            if let Ok(After::Hidden) = self.recent.after(&self.database, self.reader, self.last, mark).await {
                return Err(self.revoked());
            }
        }
    }

    /// What follows the last version. A database that does not answer now is asked again later.
    async fn look(&mut self) -> Result<After, End> {
        let mut pause = Pause::default();
        loop {
            let mark = self.watch.mark();
            let looked = if self.last < self.replay_to {
                self.recent.read(&self.database, self.reader, self.last).await
            } else {
                self.recent.after(&self.database, self.reader, self.last, mark).await
            };
            match looked {
                Ok(after) => return Ok(after),
                Err(error) => pause.after(error).await?,
            }
        }
    }

    async fn standing(&mut self) -> Result<Standing, End> {
        let mut pause = Pause::default();
        loop {
            let asking = async {
                let mut conn = self.database.conn().await?;
                rows::standing(&mut conn, self.playlist, self.reader).await
            };
            match asking.await {
                Ok(Some(standing)) => return Ok(standing),
                Ok(None) => return Err(self.revoked()),
                Err(error) => pause.after(error).await?,
            }
        }
    }
}

/// Pauses that grow, each a little different, so that many do not come back at once.
#[derive(Default)]
struct Pause {
    tries: u32,
}

impl Pause {
    async fn after(&mut self, error: Error) -> Result<(), End> {
        if !matches!(error, Error::Unavailable(_) | Error::Timeout(_)) {
            return Err(End::Failed(error));
        }
        tracing::debug!(error = %error, "A feed waits for the database");
        let pause = Duration::from_millis(100) * 2_u32.saturating_pow(self.tries.min(6));
        let spread = Duration::from_millis(u64::from(uuid::Uuid::new_v4().as_bytes()[0]));
        self.tries += 1;
        tokio::time::sleep(pause.min(LONGEST_PAUSE) + spread).await;
        Ok(())
    }
}
