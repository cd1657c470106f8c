//! GraphQL over WebSocket: `graphql-transport-ws` on `GET /graphql`.
//!
//! Everything a client can ask for over HTTP it can ask for here, under the same bounds, and
//! subscriptions beside. Input, output and the number of operations are bounded for each socket.
//! Source: github.com/enisdenjo/graphql-ws, PROTOCOL.md.

mod close;
mod frames;
mod message;
mod operation;
mod output;
mod socket;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::guard::{Guard, GuardContext, fn_guard};
use actix_web::http::header::{HOST, HeaderMap, ORIGIN, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use actix_web::{FromRequest as _, HttpRequest, HttpResponse, web};
use tokio::sync::watch;
use tracing::Instrument as _;
use tracing_actix_web::RequestId;

use super::State;
use socket::Socket;

const PROTOCOL: &str = "graphql-transport-ws";

/// Bytes of one message, whatever number of frames it comes in.
const MAX_MESSAGE_BYTES: usize = 256 * 1024;

/// How long stopping waits for the sockets to close.
const CLOSING: Duration = Duration::from_secs(6);

/// The sockets of a server, so that they can be closed together.
#[derive(Clone)]
pub struct Sockets {
    inner: Arc<Inner>,
}

struct Inner {
    is_stopping: watch::Sender<bool>,
    open: AtomicUsize,
    closed: tokio::sync::Notify,
}

impl Default for Sockets {
    fn default() -> Self {
        let inner = Inner {
            is_stopping: watch::Sender::new(false),
            open: AtomicUsize::new(0),
            closed: tokio::sync::Notify::new(),
        };
        Self { inner: Arc::new(inner) }
    }
}

impl Sockets {
    /// Sockets that are open now.
    #[must_use]
    pub fn open(&self) -> usize {
        self.inner.open.load(Ordering::Relaxed)
    }

    /// Closes every socket with 1001, after the queries in flight on it, and waits until they are
    /// closed.
    pub async fn close(&self) {
        self.inner.is_stopping.send_replace(true);
        let all_closed = async {
            loop {
                let closed = self.inner.closed.notified();
                if self.open() == 0 {
                    return;
                }
                closed.await;
            }
        };
        if tokio::time::timeout(CLOSING, all_closed).await.is_err() {
            tracing::warn!(open = self.open(), "Some sockets did not close in time");
        }
    }

    fn enter(&self) -> Entered {
        self.inner.open.fetch_add(1, Ordering::Relaxed);
        Entered(self.clone())
    }
}

/// Counts one socket while it lives.
struct Entered(Sockets);

impl Drop for Entered {
    fn drop(&mut self) {
        self.0.inner.open.fetch_sub(1, Ordering::Relaxed);
        self.0.inner.closed.notify_waiters();
    }
}

/// Requests that ask for a WebSocket.
pub fn asks_for_upgrade() -> impl Guard {
    fn_guard(|context: &GuardContext<'_>| {
        let values = context.head().headers().get_all(UPGRADE).filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|word| word.trim().eq_ignore_ascii_case("websocket"))
    })
}

/// Opens a socket.
pub async fn open(
    request: HttpRequest,
    body: web::Payload,
    state: web::Data<State>,
    request_id: RequestId,
) -> Result<HttpResponse, actix_web::Error> {
    if !may_come_from(request.headers(), &state.allowed_origins) {
        return Ok(HttpResponse::Forbidden().body("pages of this origin may not open sockets here"));
    }
    let mut bounded = frames::bounded(body, MAX_MESSAGE_BYTES);
    let body = web::Payload::from_request(&request, &mut bounded).await?;
    let (response, session, messages) = actix_ws::handle_with_protocols(&request, body, &[PROTOCOL])?;
    let messages =
        messages.max_frame_size(MAX_MESSAGE_BYTES).aggregate_continuations().max_continuation_size(MAX_MESSAGE_BYTES);
    let has_protocol = response.headers().contains_key(SEC_WEBSOCKET_PROTOCOL);
    let id = request_id.to_string();
    let span = tracing::info_span!("socket", id);
    let caller = request.peer_addr().map(|peer| peer.ip());
    let entered = state.sockets.enter();
    let is_stopping = state.sockets.inner.is_stopping.subscribe();
    let serving = async move {
        let _entered = entered;
        Socket::open(state, session, id, caller).serve(messages, is_stopping, has_protocol).await;
    };
    actix_web::rt::spawn(serving.instrument(span));
    Ok(response)
}

/// Whether a page may open a socket. Neither cookies nor CORS protect sockets, so the origin is
/// looked at here: that of the server itself or a configured one. Programs send none.
fn may_come_from(headers: &HeaderMap, allowed: &[String]) -> bool {
    let mut origins = headers.get_all(ORIGIN);
    let Some(origin) = origins.next() else { return true };
    let (Ok(origin), None) = (origin.to_str(), origins.next()) else { return false };
    let is_own = || {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok())?;
        let (scheme, authority) = origin.split_once("://")?;
        let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
        Some(is_web && authority.eq_ignore_ascii_case(host))
    };
    allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin)) || is_own().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn comes(origins: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("music.example:8000"));
        for origin in origins {
            headers.append(ORIGIN, HeaderValue::from_static(origin));
        }
        may_come_from(&headers, &["https://app.example".to_owned()])
    }

    #[test]
    fn pages_come_from_the_server_itself_or_a_listed_origin() {
        assert!(comes(&[]));
        assert!(comes(&["http://music.example:8000"]));
        assert!(comes(&["https://Music.Example:8000"]));
        assert!(comes(&["https://app.example"]));
        for other in [
            "http://app.example",
            "https://app.example.evil",
            "null",
            "music.example:8000",
            "http://music.example",
            "file://music.example:8000",
            "",
        ] {
            assert!(!comes(&[other]), "{other}");
        }
        assert!(!comes(&["https://app.example", "https://evil.example"]));
    }
}
