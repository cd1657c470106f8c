//! `/graphql` over HTTP: a request is read, checked, run and answered.
//!
//! Status codes and media types follow GraphQL over HTTP (graphql.github.io/graphql-over-http): a
//! request that cannot be run is 400 as `application/graphql-response+json`, and 200 for clients
//! that accept `application/json` alone. GET never changes anything.
//!
//! The bridge `async-graphql-actix-web` is not used. Its extractor takes bodies of any size and type
//! and runs mutations on GET, its responder answers 200 whatever happened, and its sockets close with
//! codes that the protocol does not know; none of that can be set, and its types are those of
//! `async-graphql` itself, which are used here directly. What it does well is multipart uploads: the
//! part that does them is `async_graphql::http::receive_batch_body`, which needs no bridge, and comes
//! in with the first field that takes an `Upload` (guarded by a header that forces a preflight).

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Instant;

use actix_web::http::header::{ALLOW, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use async_graphql::parser::types::OperationType;
use async_graphql::{Request, Response, ServerError, Value};
use serde::Serialize;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument as _;
use tracing_actix_web::RequestId;

use super::event_stream::{self, Following};
use super::guest::Guest;
use super::media::MediaType;
use super::metrics::Outcome;
use super::request::{Refusal, of_get, of_post};
use super::{State, auth};
use crate::account::viewer::Claim;
use crate::config::Profile;
use crate::graphql::error::request_error;
use crate::graphql::{Checked, is_request_error};

/// An answer as it is sent: without `data` when the request never ran.
#[derive(Serialize)]
struct Answer<'r> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'r [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'r Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<&'r BTreeMap<String, Value>>,
}

/// Runs the operation in a POST's body.
pub async fn post(
    request: HttpRequest,
    body: web::Payload,
    state: web::Data<State>,
    request_id: RequestId,
) -> HttpResponse {
    let read = of_post(&request, body, &state).await;
    serve(&request, read, &state, request_id).await
}

/// Runs the query in a GET's query string.
pub async fn get(request: HttpRequest, state: web::Data<State>, request_id: RequestId) -> HttpResponse {
    let read = of_get(&request, state.profile == Profile::Production);
    serve(&request, read, &state, request_id).await
}

async fn serve(
    http: &HttpRequest,
    read: Result<Request, Refusal>,
    state: &web::Data<State>,
    request_id: RequestId,
) -> HttpResponse {
    let began = Instant::now();
    let id = request_id.to_string();
    let Some(media) = MediaType::negotiate(http.headers()) else {
        let refusal = Refusal::transport(
            StatusCode::NOT_ACCEPTABLE,
            "NOT_ACCEPTABLE",
            "answers are application/graphql-response+json, application/json or text/event-stream; the Accept header allows none of them",
        );
        return answer_refusal(MediaType::Json, &refusal, &id);
    };
    let address = http.peer_addr().map(|peer| peer.ip());
    let checked = read.and_then(|mut request| {
        let checked = state.api.check(&mut request).map_err(Refusal::graphql)?;
        allow(http, checked.cost.operation)?;
        let claim = auth::claim_of(http, state).map_err(|error| Refusal::of_caller(error, &id))?;
        Ok((request, checked, claim))
    });
    let known = match checked {
        Ok((request, mut checked, claim)) => match state.admit(claim.as_ref(), address, &mut checked).await {
            Ok(caller) => Ok((caller.attach(request, state), checked, claim)),
            Err(stopped) => Err(stopped.refusal(&id)),
        },
        Err(refusal) => Err(state.refused(address, refusal)),
    };
    let (request, checked, claim) = match known {
        Ok(known) => known,
        Err(refusal) => {
            tracing::info!(status = refusal.status.as_u16(), "Refused: {}", refusal.error.message);
            state.metrics.count("http", None, Outcome::Refused, began.elapsed());
            return answer_refusal(media, &refusal, &id);
        }
    };
    let operation = request.operation_name.clone();
    state.metrics.cost(operation.as_deref(), checked.cost.requested);
    if checked.cost.operation == OperationType::Subscription {
        return match follow(address, (request, checked), claim, state, &id).await {
            Ok(response) => response,
            Err(refusal) => answer_refusal(MediaType::EventStream, &refusal, &id),
        };
    }
    let response = run(request, checked, state, &id).await;
    let took = began.elapsed();
    let is_refused = is_request_error(&response);
    let outcome = match response.errors.len() {
        0 => Outcome::Ok,
        _ if is_refused => Outcome::Refused,
        _ => Outcome::FieldError,
    };
    state.metrics.count("http", operation.as_deref(), outcome, took);
    tracing::info!(
        operation,
        errors = response.errors.len(),
        elapsed_ms = took.as_secs_f64() * 1_000.0,
        "Answered {}",
        operation.as_deref().unwrap_or("an operation without a name"),
    );
    answer(media, &response, is_refused, &id)
}

/// GET reads only, and to follow takes events.
fn allow(http: &HttpRequest, operation: OperationType) -> Result<(), Refusal> {
    match operation {
        OperationType::Query => Ok(()),
        OperationType::Mutation if http.method() == Method::POST => Ok(()),
        OperationType::Mutation => Err(Refusal::transport(
            StatusCode::METHOD_NOT_ALLOWED,
            "METHOD_NOT_ALLOWED",
            "a mutation changes something: send it with POST",
        )),
        OperationType::Subscription if MediaType::takes_events(http.headers()) => Ok(()),
        OperationType::Subscription => Err(Refusal::graphql(request_error(
            "BAD_REQUEST",
            "subscriptions go over a WebSocket with the protocol graphql-transport-ws, or as events to whom accepts text/event-stream",
        ))),
    }
}

/// Follows what a subscription tells.
async fn follow(
    address: Option<IpAddr>,
    (request, checked): (Request, Checked),
    claim: Option<Claim>,
    state: &web::Data<State>,
    id: &str,
) -> Result<HttpResponse, Refusal> {
    let entered = state.sockets.enter(address).map_err(|full| {
        state.metrics.refuse_socket(full.reason());
        full.refusal()
    })?;
    let guest = match claim {
        Some(claim) => Some(Guest::of(state, claim, address).await.map_err(|stopped| stopped.refusal(id))?),
        None => None,
    };
    let following = Following { request, checked, request_id: id.to_owned(), guest, entered };
    Ok(following.answer(state))
}

/// Runs the operation within its time; a panic is an internal error of this request alone.
///
/// It runs where the database's connections live, so that no answer of theirs has to wake another
/// thread; a caller that goes away takes it along.
pub(super) async fn run(request: Request, checked: Checked, state: &State, request_id: &str) -> Response {
    let (api, database, id) = (state.api.clone(), state.database.clone(), request_id.to_owned());
    let limit = state.request_timeout;
    let work = async move { tokio::time::timeout(limit, api.execute(request, checked, &database, &id)).await };
    match AbortOnDropHandle::new(state.runtime.spawn(work.in_current_span())).await {
        Ok(Ok(response)) => response,
        Err(_) => {
            tracing::error!("A resolver panicked");
            let mut error = request_error("INTERNAL_SERVER_ERROR", "Internal error");
            if let Some(extensions) = &mut error.extensions {
                extensions.set("requestId", request_id);
            }
            Response::from_errors(vec![error])
        }
        Ok(Err(_)) => {
            let message =
                format!("the request took longer than {} ms and was ended; ask for less at once", limit.as_millis());
            Response::from_errors(vec![request_error("TIMEOUT", message)])
        }
    }
}

fn answer(media: MediaType, response: &Response, is_request_error: bool, request_id: &str) -> HttpResponse {
    let status = match media {
        MediaType::GraphqlResponse if is_request_error => status_of(&response.errors),
        _ => StatusCode::OK,
    };
    let answer = Answer {
        errors: &response.errors,
        data: (!is_request_error).then_some(&response.data),
        extensions: (!response.extensions.is_empty()).then_some(&response.extensions),
    };
    send(media, status, &answer, request_id)
}

/// The status of a request that was not run to its end.
fn status_of(errors: &[ServerError]) -> StatusCode {
    let has = |wanted: &str| {
        errors.iter().any(|error| {
            let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
            matches!(code, Some(Value::String(code)) if code == wanted)
        })
    };
    if has("INTERNAL_SERVER_ERROR") {
        StatusCode::INTERNAL_SERVER_ERROR
    } else if has("TIMEOUT") || has("SERVICE_UNAVAILABLE") {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::BAD_REQUEST
    }
}

pub(super) fn answer_refusal(media: MediaType, refusal: &Refusal, request_id: &str) -> HttpResponse {
    let status = match media {
        MediaType::Json | MediaType::EventStream if refusal.is_well_formed => StatusCode::OK,
        _ => refusal.status,
    };
    // What a request was asked to pay stands where an answer tells it, too.
    let cost = refusal.error.extensions.as_ref().and_then(|extensions| extensions.get("cost"));
    let extensions = cost.map(|cost| BTreeMap::from([("cost".to_owned(), cost.clone())]));
    let answer = Answer { errors: std::slice::from_ref(&*refusal.error), data: None, extensions: extensions.as_ref() };
    let mut response = send(media, status, &answer, request_id);
    if let Some(retry_after) = refusal.retry_after {
        let seconds = retry_after.as_secs_f64().ceil() as u64;
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    }
    if refusal.status == StatusCode::UNAUTHORIZED {
        // RFC 6750, 3: also beside status 200, which clients of the older media type get.
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""));
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    }
    response
}

fn send(media: MediaType, status: StatusCode, answer: &Answer<'_>, request_id: &str) -> HttpResponse {
    let body = match media {
        MediaType::EventStream => event_stream::next(answer).map(|event| (event + event_stream::COMPLETE).into_bytes()),
        _ => serde_json::to_vec(answer),
    };
    match body {
        Ok(body) => HttpResponse::build(status)
            .insert_header((CONTENT_TYPE, media.name()))
            .insert_header(("x-request-id", request_id))
            .body(body),
        Err(error) => {
            tracing::error!(%error, "An answer could not be written as JSON");
            HttpResponse::InternalServerError().finish()
        }
    }
}
