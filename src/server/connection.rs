//! Connections that begin another request and never end its head.
//!
//! The library times the first head of a connection, and how long nothing comes after an answer. A
//! client that sends one good request and lets the next one trickle is under neither clock. So each
//! connection is watched between its requests, and closed when none has begun in time.

use std::any::Any;
use std::cell::Cell;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, rt, web};
use socket2::{SockRef, Socket};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until};

/// From an answer to the end of the next head: the library waits for 5 s for its first byte, and a
/// head may take 9 s.
const PATIENCE: Duration = Duration::from_secs(14);

/// The slowest reader that is waited for, in bytes a second: until an answer is read, no request is
/// to be expected.
const SLOWEST: f64 = 8.0 * 1024.0;

/// A connection as its requests and its watch see it.
struct Connection {
    /// The same socket once more; it is closed with the connection.
    socket: Socket,
    /// Requests whose answers are not sent.
    in_flight: Cell<u32>,
    /// Until when the next request must have begun.
    deadline: Cell<Instant>,
    /// What looks at the deadline.
    watch: Cell<Option<AbortHandle>>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(watch) = self.watch.take() {
            watch.abort();
        }
    }
}

/// Begins to watch a connection that was made.
pub(super) fn watch(connection: &dyn Any, data: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<rt::net::TcpStream>() else { return };
    let socket = match SockRef::from(stream).try_clone() {
        Ok(socket) => socket,
        Err(error) => {
            tracing::warn!(%error, "A connection is not watched between its requests");
            return;
        }
    };
    let connection = Rc::new(Connection {
        socket,
        in_flight: Cell::new(0),
        deadline: Cell::new(Instant::now() + PATIENCE),
        watch: Cell::new(None),
    });
    let task = rt::spawn(end_in_time(Rc::downgrade(&connection)));
    connection.watch.set(Some(task.abort_handle()));
    data.insert(connection);
}

async fn end_in_time(connection: Weak<Connection>) {
    while let Some(next) = connection.upgrade().and_then(|connection| next_look(&connection)) {
        sleep_until(next).await;
    }
}

/// When to look again; never after the connection was closed.
fn next_look(connection: &Connection) -> Option<Instant> {
    let now = Instant::now();
    if connection.in_flight.get() > 0 {
        return Some(now + PATIENCE);
    }
    if now < connection.deadline.get() {
        return Some(connection.deadline.get());
    }
    // One that the client has closed already is closed.
    let _ = connection.socket.shutdown(std::net::Shutdown::Both);
    None
}

/// Keeps the deadline off while a request is answered.
struct InFlight {
    connection: Option<Rc<Connection>>,
    /// Bytes of the answer.
    bytes: u64,
}

impl InFlight {
    fn on(connection: Option<&Rc<Connection>>) -> Self {
        if let Some(connection) = connection {
            connection.in_flight.set(connection.in_flight.get() + 1);
        }
        Self { connection: connection.cloned(), bytes: 0 }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Some(connection) = &self.connection {
            connection.in_flight.set(connection.in_flight.get() - 1);
            let reading = Duration::from_secs_f64(self.bytes as f64 / SLOWEST);
            connection.deadline.set(Instant::now() + PATIENCE + reading);
        }
    }
}

/// An answer on its way.
pub(super) struct Answer<B> {
    body: B,
    in_flight: InFlight,
}

impl<B: MessageBody + Unpin> MessageBody for Answer<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<web::Bytes, B::Error>>> {
        let polled = Pin::new(&mut self.body).poll_next(cx);
        if let Poll::Ready(Some(Ok(bytes))) = &polled {
            self.in_flight.bytes += bytes.len() as u64;
        }
        polled
    }
}

/// Tells the watch that a request is answered, for as long as its answer is not sent.
///
/// # Errors
/// Those of the handlers behind it.
pub(super) async fn answered<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<Answer<Pin<Box<B>>>>, Error> {
    let in_flight = InFlight::on(request.conn_data::<Rc<Connection>>());
    let response = next.call(request).await?;
    Ok(response.map_body(|_, body| Answer { body: Box::pin(body), in_flight }))
}
