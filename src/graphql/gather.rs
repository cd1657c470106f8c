//! Lets the keys of one level of a query come together before any of them is fetched.
//!
//! The library joins fields and long lists in sets that give way to other tasks after a few of
//! their members ("yield"), although nothing is ready. A request is therefore polled until it
//! really waits, and only then are the batches begun that it asked for: in the request's own task,
//! so that no other thread has to wake for them.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;

use crate::db::Batches;

/// Turns of one poll at most, so that a future that never rests cannot hold its thread.
const MAX_TURNS: usize = 10_000;

/// A future that gives way only when it waits for something outside itself.
pub struct Gathered<F> {
    work: Pin<Box<F>>,
    batches: Batches,
    running: FuturesUnordered<BoxFuture<'static, ()>>,
}

impl<F: Future> Gathered<F> {
    /// Runs `work`, and the batches that it asks for, in as few turns as it can.
    pub fn new(work: F, batches: Batches) -> Self {
        Self { work: Box::pin(work), batches, running: FuturesUnordered::new() }
    }

    fn run_batches(&mut self, context: &mut Context<'_>) {
        while let Poll::Ready(Some(())) = self.running.poll_next_unpin(context) {}
    }

    /// Lets batches go on that nobody waits for any more, since a field failed: to break a
    /// statement off costs its connection.
    fn leave(&mut self) {
        if !self.running.is_empty() {
            tokio::spawn(std::mem::take(&mut self.running).collect::<()>());
        }
    }
}

/// Notes that the future was woken; while it is polled that is enough, and no task is woken.
struct Turn {
    is_woken: AtomicBool,
    is_polled: AtomicBool,
    task: Waker,
}

impl Turn {
    fn was_woken(&self) -> bool {
        self.is_woken.swap(false, Ordering::SeqCst)
    }
}

impl Wake for Turn {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_woken.store(true, Ordering::SeqCst);
        if !self.is_polled.load(Ordering::SeqCst) {
            self.task.wake_by_ref();
        }
    }
}

impl<F: Future> Future for Gathered<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let turn = Arc::new(Turn {
            is_woken: AtomicBool::new(false),
            is_polled: AtomicBool::new(true),
            task: context.waker().clone(),
        });
        let waker = Waker::from(turn.clone());
        let mut inner = Context::from_waker(&waker);
        self.run_batches(context);
        for _ in 0..MAX_TURNS {
            if let Poll::Ready(output) = self.work.as_mut().poll(&mut inner) {
                self.leave();
                return Poll::Ready(output);
            }
            if turn.was_woken() {
                continue;
            }
            let asked = self.batches.take();
            if !asked.is_empty() {
                self.running.extend(asked);
                self.run_batches(context);
            }
            if turn.was_woken() {
                continue;
            }
            turn.is_polled.store(false, Ordering::SeqCst);
            // Another thread may have looked before that.
            if !turn.was_woken() {
                return Poll::Pending;
            }
            turn.is_polled.store(true, Ordering::SeqCst);
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_future_that_yields_is_not_interrupted() {
        let others = Arc::new(AtomicBool::new(false));
        let seen = others.clone();
        tokio::spawn(async move { seen.store(true, Ordering::Relaxed) });
        let mut turns = 0;
        let yielding = std::future::poll_fn(|context| {
            turns += 1;
            if turns == 50 {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        });
        Gathered::new(yielding, Batches::default()).await;
        assert!(!others.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn a_future_that_waits_is_woken() {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        tokio::spawn(async move { sender.send(7) });
        assert_eq!(Gathered::new(receiver, Batches::default()).await, Ok(7));
    }
}
