//! Lets the keys of one level of a query come together before any of them is fetched.
//!
//! The library joins fields and long lists in sets that give way to other tasks after a few of
//! their members ("yield"), although nothing is ready. Between two such turns the fetch of a
//! loader would start with the few keys it has by then: 25 statements for a list of 50. A request
//! is therefore polled until it really waits.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// Turns of one poll at most, so that a future that never rests cannot hold its thread.
const MAX_TURNS: usize = 10_000;

/// A future that gives way only when it waits for something outside itself.
pub struct Gathered<F> {
    work: Pin<Box<F>>,
}

impl<F: Future> Gathered<F> {
    /// Runs `work` in as few turns as it can.
    pub fn new(work: F) -> Self {
        Self { work: Box::pin(work) }
    }
}

/// Notes that the future woke itself, and hands the wake on.
struct Turn {
    is_woken: AtomicBool,
    task: Waker,
}

impl Wake for Turn {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_woken.store(true, Ordering::Release);
        self.task.wake_by_ref();
    }
}

impl<F: Future> Future for Gathered<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let turn = Arc::new(Turn { is_woken: AtomicBool::new(false), task: context.waker().clone() });
        let waker = Waker::from(turn.clone());
        let mut inner = Context::from_waker(&waker);
        for _ in 0..MAX_TURNS {
            if let Poll::Ready(output) = self.work.as_mut().poll(&mut inner) {
                return Poll::Ready(output);
            }
            if !turn.is_woken.swap(false, Ordering::Acquire) {
                break;
            }
        }
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
        Gathered::new(yielding).await;
        assert!(!others.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn a_future_that_waits_is_woken() {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        tokio::spawn(async move { sender.send(7) });
        assert_eq!(Gathered::new(receiver).await, Ok(7));
    }
}
