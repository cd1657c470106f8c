//! Batching: keys asked for on one level of a query become one statement.
//!
//! The keys and what they load stand beside the tables they read; this is only how they come
//! together. One set of loaders lives as long as one request, so nothing that one caller may see
//! reaches another; within it, whatever was loaded once is not asked for again.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::future::poll_fn;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use futures_util::future::BoxFuture;
use tokio::sync::OnceCell;

use super::{Conn, Database};
use crate::error::{Error, Result};

/// Something that is loaded by key, together with others of its type.
pub trait Key: Clone + Eq + Hash + Send + Sync + 'static {
    /// What is loaded.
    type Value: Clone + Send + Sync + 'static;

    /// Loads what there is for these keys. What is not there is left out.
    fn load(from: &Loaders, keys: &[Self]) -> impl Future<Output = Loaded<HashMap<Self, Self::Value>>> + Send;
}

/// What comes of loading; everyone who waits for a batch is told of its failure.
pub type Loaded<T> = Result<T, Arc<Error>>;

/// Batches that were asked for and not begun. Whoever runs the request begins them once nothing
/// else can go on, so that each holds every key of its level.
#[derive(Clone, Default)]
pub struct Batches(Arc<Mutex<Asked>>);

#[derive(Default)]
struct Asked {
    batches: Vec<BoxFuture<'static, ()>>,
    level: Arc<Level>,
}

/// The connection of the batches that begin together, which the first of them checks out. Their
/// statements go to the database at once, and one of its processes wakes for all of them.
type Level = OnceCell<Loaded<Conn>>;

impl Batches {
    fn add(&self, batch: impl FnOnce(Arc<Level>) -> BoxFuture<'static, ()>) {
        let mut asked = locked(&self.0);
        let batch = batch(asked.level.clone());
        asked.batches.push(batch);
    }

    /// What is to be begun now.
    #[must_use]
    pub fn take(&self) -> Vec<BoxFuture<'static, ()>> {
        let mut asked = locked(&self.0);
        if asked.batches.is_empty() { Vec::new() } else { std::mem::take(&mut *asked).batches }
    }
}

/// The loaders of one request, with what they have loaded.
#[derive(Clone)]
pub struct Loaders {
    database: Database,
    batches: Batches,
    /// A shelf for each type of key.
    shelves: Arc<Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>>,
    /// The level that a batch belongs to; none outside of batches.
    level: Option<Arc<Level>>,
}

/// What is known for the keys of one type.
struct Shelf<K: Key> {
    slots: HashMap<K, Slot<K::Value>>,
    /// Keys of the batch that is not begun.
    asked: Vec<K>,
}

enum Slot<V> {
    Asked(Vec<Waker>),
    Known(Loaded<Option<V>>),
}

impl Loaders {
    /// The loaders for one request.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database, batches: Batches::default(), shelves: Arc::default(), level: None }
    }

    /// The batches that they ask for.
    #[must_use]
    pub fn batches(&self) -> &Batches {
        &self.batches
    }

    /// Forgets what was loaded: a stream's next answer tells what is true then.
    pub fn forget(&self) {
        locked(&self.shelves).clear();
    }

    /// A connection for one batch, shared with those of its level.
    ///
    /// # Errors
    /// `Unavailable` when the pool has none in time.
    pub async fn conn(&self) -> Loaded<Conn> {
        let reader = || async { self.database.reader().await.map_err(Arc::new) };
        match &self.level {
            Some(level) => level.get_or_init(reader).await.as_ref().map(Conn::share).map_err(Arc::clone),
            None => reader().await,
        }
    }

    /// What there is for one key.
    ///
    /// # Errors
    /// What its batch failed with.
    pub async fn load_one<K: Key>(&self, key: K) -> Loaded<Option<K::Value>> {
        let shelf = self.shelf::<K>();
        poll_fn(|context| self.look(&shelf, &key, context)).await
    }

    /// What there is for each of these keys.
    ///
    /// # Errors
    /// What a batch failed with.
    pub async fn load_many<K: Key>(&self, keys: impl IntoIterator<Item = K>) -> Loaded<HashMap<K, K::Value>> {
        let shelf = self.shelf::<K>();
        let mut missing: Vec<K> = keys.into_iter().collect();
        let mut found = HashMap::with_capacity(missing.len());
        poll_fn(|context| {
            let mut failed = None;
            missing.retain(|key| match self.look(&shelf, key, context) {
                Poll::Pending => true,
                Poll::Ready(Ok(value)) => {
                    found.extend(value.map(|value| (key.clone(), value)));
                    false
                }
                Poll::Ready(Err(error)) => {
                    failed = Some(error);
                    false
                }
            });
            match failed {
                Some(error) => Poll::Ready(Err(error)),
                None if missing.is_empty() => Poll::Ready(Ok(std::mem::take(&mut found))),
                None => Poll::Pending,
            }
        })
        .await
    }

    /// Has a key loaded with the next batches, before anybody waits for it.
    pub fn expect<K: Key>(&self, key: K) {
        let shelf = self.shelf::<K>();
        let mut open = locked(&shelf);
        if !open.slots.contains_key(&key) {
            self.ask(&shelf, &mut open, key, Vec::new());
        }
    }

    /// Notes what came along with something else, for those who ask for it later.
    pub fn note<K: Key>(&self, key: K, value: K::Value) {
        let shelf = self.shelf::<K>();
        // Whoever waits for a batch already is told by that one.
        locked(&shelf).slots.entry(key).or_insert(Slot::Known(Ok(Some(value))));
    }

    fn shelf<K: Key>(&self) -> Arc<Mutex<Shelf<K>>> {
        let mut shelves = locked(&self.shelves);
        let shelf = shelves.entry(TypeId::of::<K>()).or_insert_with(|| Arc::new(Mutex::new(Shelf::<K>::new())));
        // Under its type stands a shelf of that type.
        shelf.clone().downcast().unwrap_or_else(|_| Arc::new(Mutex::new(Shelf::new())))
    }

    fn look<K: Key>(
        &self,
        shelf: &Arc<Mutex<Shelf<K>>>,
        key: &K,
        context: &Context<'_>,
    ) -> Poll<Loaded<Option<K::Value>>> {
        let mut open = locked(shelf);
        match open.slots.get_mut(key) {
            Some(Slot::Known(value)) => return Poll::Ready(value.clone()),
            Some(Slot::Asked(waiting)) => {
                if !waiting.iter().any(|waker| waker.will_wake(context.waker())) {
                    waiting.push(context.waker().clone());
                }
                return Poll::Pending;
            }
            None => {}
        }
        self.ask(shelf, &mut open, key.clone(), vec![context.waker().clone()]);
        Poll::Pending
    }

    fn ask<K: Key>(&self, shelf: &Arc<Mutex<Shelf<K>>>, open: &mut Shelf<K>, key: K, waiting: Vec<Waker>) {
        open.slots.insert(key.clone(), Slot::Asked(waiting));
        open.asked.push(key);
        if open.asked.len() == 1 {
            let shelf = shelf.clone();
            self.batches.add(|level| Box::pin(run(Self { level: Some(level), ..self.clone() }, shelf)));
        }
    }
}

/// One batch: the keys that were asked for until it began.
async fn run<K: Key>(loaders: Loaders, shelf: Arc<Mutex<Shelf<K>>>) {
    let keys = std::mem::take(&mut locked(&shelf).asked);
    let mut found = K::load(&loaders, &keys).await;
    let mut waiting = Vec::with_capacity(keys.len());
    let mut open = locked(&shelf);
    for key in keys {
        let value = match &mut found {
            Ok(found) => Ok(found.remove(&key)),
            Err(error) => Err(error.clone()),
        };
        if let Entry::Occupied(mut slot) = open.slots.entry(key)
            && let Slot::Asked(wakers) = slot.insert(Slot::Known(value))
        {
            waiting.extend(wakers);
        }
    }
    drop(open);
    waiting.into_iter().for_each(Waker::wake);
}

impl<K: Key> Shelf<K> {
    fn new() -> Self {
        Self { slots: HashMap::new(), asked: Vec::new() }
    }
}

/// A lock that no panic spoils: what it guards is whole between any two statements.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Implements a key: `loader!(TrackById => Track, by_ids)`, where the function takes
/// `&mut Conn` and the keys and gives a map.
#[macro_export]
macro_rules! loader {
    ($key:ty => $value:ty, $function:path) => {
        impl $crate::db::Key for $key {
            type Value = $value;

            async fn load(
                from: &$crate::db::Loaders,
                keys: &[$key],
            ) -> $crate::db::Loaded<std::collections::HashMap<$key, $value>> {
                let mut conn = from.conn().await?;
                $function(&mut conn, keys).await.map_err(std::sync::Arc::new)
            }
        }
    };
}
