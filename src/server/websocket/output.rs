//! What goes out of a socket, in order, through one bounded queue.

use std::time::Duration;

use actix_ws::Session;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::close::Close;

/// Messages that wait to be sent on one socket; who makes more waits.
const QUEUE: usize = 32;

/// How long a message may take to leave: a client that reads nothing for so long is gone.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long messages that wait may still take when the socket closes.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// One thing to send.
#[derive(Debug)]
pub(super) enum Outgoing {
    Text(String),
    Ping,
    Pong(actix_web::web::Bytes),
}

/// The way out of a socket.
pub(super) struct Output {
    /// For those who make messages.
    pub(super) queue: mpsc::Sender<Outgoing>,
    close: oneshot::Sender<Close>,
    writer: JoinHandle<()>,
}

impl Output {
    pub(super) fn of(session: Session) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let (close, closed) = oneshot::channel();
        let writer = actix_web::rt::spawn(write(session, waiting, closed));
        Self { queue, close, writer }
    }

    /// Sends what waits, says why, and closes. Bounded in time.
    pub(super) async fn close(self, close: Close) {
        // Without a receiver the writer has ended, and the socket with it.
        let _ = self.close.send(close);
        let _ = self.writer.await;
    }
}

async fn write(mut session: Session, mut waiting: mpsc::Receiver<Outgoing>, mut closed: oneshot::Receiver<Close>) {
    let close = loop {
        let step = async {
            let outgoing = waiting.recv().await?;
            tokio::time::timeout(PATIENCE, send(&mut session, outgoing)).await.ok()?
        };
        tokio::select! {
            biased;
            close = &mut closed => break close.unwrap_or(Close::Gone),
            step = step => if step.is_none() { return },
        }
    };
    let is_answer = matches!(close, Close::Echo(_));
    let Some(frame) = close.frame() else { return };
    let last_words = async {
        while !is_answer && let Ok(outgoing) = waiting.try_recv() {
            if send(&mut session, outgoing).await.is_none() {
                return;
            }
        }
        // A socket that is closed already needs no closing.
        let _ = session.close(frame).await;
    };
    // Who does not read the last words does without.
    let _ = tokio::time::timeout(LAST_WORDS, last_words).await;
}

/// None when the socket is closed.
async fn send(session: &mut Session, outgoing: Outgoing) -> Option<()> {
    match outgoing {
        Outgoing::Text(text) => session.text(text).await,
        Outgoing::Ping => session.ping(b"").await,
        Outgoing::Pong(payload) => session.pong(&payload).await,
    }
    .ok()
}
