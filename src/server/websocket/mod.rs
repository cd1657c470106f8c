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

use actix_web::guard::{Guard, GuardContext, fn_guard};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    HOST, HeaderMap, HeaderValue, ORIGIN, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use actix_web::{FromRequest as _, HttpRequest, HttpResponse, web};
use tracing::Instrument as _;
use tracing_actix_web::RequestId;

use super::State;
use super::graphql::answer_refusal;
use super::media::MediaType;
use super::request::Refusal;
use socket::Socket;

const PROTOCOL: &str = "graphql-transport-ws";

/// Bytes of one message, whatever number of frames it comes in.
const MAX_MESSAGE_BYTES: usize = 256 * 1024;

/// Requests that ask for a WebSocket.
pub fn asks_for_upgrade() -> impl Guard {
    fn_guard(|context: &GuardContext<'_>| {
        let values = context.head().headers().get_all(UPGRADE).filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|word| word.trim().eq_ignore_ascii_case("websocket"))
    })
}

/// Opens a socket, or says why not: before the upgrade, over HTTP.
pub async fn open(
    request: HttpRequest,
    body: web::Payload,
    state: web::Data<State>,
    request_id: RequestId,
) -> HttpResponse {
    let id = request_id.to_string();
    match upgrade(&request, body, state, &id).await {
        Ok(response) => response,
        Err(refusal) => {
            tracing::info!(status = refusal.status.as_u16(), "Refused a socket: {}", refusal.error.message);
            let mut response = answer_refusal(MediaType::Json, &refusal, &id);
            if refusal.status == StatusCode::UPGRADE_REQUIRED {
                response.headers_mut().insert(UPGRADE, HeaderValue::from_static("websocket"));
                response.headers_mut().insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
            }
            response
        }
    }
}

async fn upgrade(
    request: &HttpRequest,
    body: web::Payload,
    state: web::Data<State>,
    id: &str,
) -> Result<HttpResponse, Refusal> {
    if !may_come_from(request.headers(), &state.allowed_origins) {
        let message = "pages of this origin may not open sockets here";
        return Err(Refusal::transport(StatusCode::FORBIDDEN, "FORBIDDEN", message));
    }
    let caller = request.peer_addr().map(|peer| peer.ip());
    let entered = state.sockets.enter(caller).map_err(|full| {
        state.metrics.refuse_socket(full.reason());
        full.refusal()
    })?;
    let mut bounded = frames::bounded(body, MAX_MESSAGE_BYTES);
    let body = web::Payload::from_request(request, &mut bounded).await.map_err(|_| no_handshake(None))?;
    let (response, session, messages) = actix_ws::handle_with_protocols(request, body, &[PROTOCOL])
        .map_err(|error| no_handshake(Some(error.error_response().status())))?;
    let messages =
        messages.max_frame_size(MAX_MESSAGE_BYTES).aggregate_continuations().max_continuation_size(MAX_MESSAGE_BYTES);
    let has_protocol = response.headers().contains_key(SEC_WEBSOCKET_PROTOCOL);
    let span = tracing::info_span!("socket", id);
    let deadline = state.sockets.deadline();
    let id = id.to_owned();
    let serving = async move {
        let _entered = entered;
        Socket::open(state, session, id, caller).serve(messages, deadline, has_protocol).await;
    };
    actix_web::rt::spawn(serving.instrument(span));
    Ok(response)
}

/// What asks for a WebSocket and is no handshake (RFC 6455, 4.2.1).
fn no_handshake(status: Option<StatusCode>) -> Refusal {
    Refusal::transport(
        status.unwrap_or(StatusCode::BAD_REQUEST),
        "BAD_REQUEST",
        "a WebSocket needs the headers Connection: Upgrade, Sec-WebSocket-Version: 13 and Sec-WebSocket-Key",
    )
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
