//! `POST /graphql`: a request is read, bounded, run and answered.
//!
//! Status codes and media types follow GraphQL over HTTP (graphql.github.io/graphql-over-http): a
//! request that cannot be run is 400 as `application/graphql-response+json`, and 200 for clients
//! that accept `application/json` alone.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::http::header::{ACCEPT, CONTENT_TYPE, HeaderMap};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use async_graphql::parser::types::OperationType;
use async_graphql::{Request, Response, ServerError, Value, Variables};
use futures_util::{FutureExt as _, StreamExt as _};
use serde::{Deserialize, Serialize};
use tracing_actix_web::RequestId;

use super::State;
use crate::graphql::error::request_error;
use crate::graphql::limits::{check_fragments, check_text};

/// Bytes of a request's body.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// How the client wants its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MediaType {
    GraphqlResponse,
    Json,
}

impl MediaType {
    fn name(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }

    /// The first acceptable one; none when the client accepts neither.
    fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let mut is_asked = false;
        let mut best: Option<(f32, Self)> = None;
        for value in headers.get_all(ACCEPT).filter_map(|value| value.to_str().ok()) {
            for range in value.split(',') {
                is_asked = true;
                let mut parts = range.split(';').map(str::trim);
                let found = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
                    "application/graphql-response+json" | "*/*" | "application/*" => Self::GraphqlResponse,
                    "application/json" => Self::Json,
                    _ => continue,
                };
                let quality =
                    parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
                if quality > 0.0 && best.is_none_or(|(best, _)| quality > best) {
                    best = Some((quality, found));
                }
            }
        }
        if is_asked { best.map(|(_, found)| found) } else { Some(Self::GraphqlResponse) }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<serde_json::Map<String, serde_json::Value>>,
    #[serde(rename = "extensions")]
    _extensions: Option<serde_json::Map<String, serde_json::Value>>,
}

/// An answer as it is sent: without `data` when the request never ran.
#[derive(Serialize)]
struct Answer<'r> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'r [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'r Value>,
}

struct Refusal {
    status: StatusCode,
    error: ServerError,
}

fn refuse(status: StatusCode, code: &'static str, message: impl Into<String>) -> Refusal {
    Refusal { status, error: request_error(code, message) }
}

/// Runs one operation.
pub async fn post(
    request: HttpRequest,
    body: web::Payload,
    state: web::Data<State>,
    request_id: RequestId,
) -> HttpResponse {
    let began = Instant::now();
    let id = request_id.to_string();
    let Some(media) = MediaType::negotiate(request.headers()) else {
        let refusal = refuse(
            StatusCode::NOT_ACCEPTABLE,
            "NOT_ACCEPTABLE",
            "answers are application/graphql-response+json or application/json; the Accept header allows neither",
        );
        return answer_refusal(MediaType::Json, &refusal, &id);
    };
    let prepared = match prepare(&request, body, &state).await {
        Ok(prepared) => prepared,
        Err(refusal) => {
            tracing::info!(status = refusal.status.as_u16(), error = refusal.error.message, "Request refused");
            return answer_refusal(media, &refusal, &id);
        }
    };
    let operation = prepared.operation_name.clone().unwrap_or_default();
    let response = run(prepared, &state, &id).await;
    let is_request_error = is_request_error(&response);
    let errors = response.errors.len();
    let elapsed_ms = began.elapsed().as_secs_f64() * 1_000.0;
    tracing::info!(operation, errors, elapsed_ms, "Answered {operation:?} with {errors} errors in {elapsed_ms:.1} ms");
    answer(media, &response, is_request_error, &id)
}

/// Reads and bounds the request.
async fn prepare(request: &HttpRequest, body: web::Payload, state: &State) -> Result<Request, Refusal> {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = content_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let has_other_charset = parts.any(|part| {
        let (name, value) = part.split_once('=').unwrap_or_default();
        name.eq_ignore_ascii_case("charset") && !value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    if !essence.eq_ignore_ascii_case("application/json") || has_other_charset {
        return Err(refuse(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            "send the request as Content-Type: application/json in UTF-8",
        ));
    }
    let bytes = read(body).await?;
    let bad = |message: String| refuse(StatusCode::BAD_REQUEST, "BAD_REQUEST", message);
    let value: serde_json::Value = serde_json::from_slice(&bytes)
        .map_err(|cause| bad(format!("the body is not JSON: line {}, column {}", cause.line(), cause.column())))?;
    if value.is_array() {
        return Err(bad("several requests in one body are not taken; send them one by one".to_owned()));
    }
    if !value.is_object() {
        return Err(bad("the body must be a JSON object with the member \"query\"".to_owned()));
    }
    let body: Body = serde_json::from_value(value).map_err(|_| {
        bad("\"query\" and \"operationName\" must be strings, \"variables\" and \"extensions\" objects".to_owned())
    })?;
    let Some(query) = body.query.filter(|query| !query.trim().is_empty()) else {
        return Err(bad("the member \"query\" is missing or empty".to_owned()));
    };
    let limited = |error| Refusal { status: StatusCode::BAD_REQUEST, error };
    check_text(&query, &state.limits).map_err(limited)?;
    let mut prepared = Request::new(query);
    if let Some(name) = body.operation_name {
        prepared = prepared.operation_name(name);
    }
    if let Some(variables) = body.variables {
        prepared = prepared.variables(Variables::from_json(serde_json::Value::Object(variables)));
    }
    let document = prepared.parsed_query().map_err(|mut error| {
        error.extensions = request_error("GRAPHQL_PARSE_FAILED", "").extensions;
        limited(error)
    })?;
    check_fragments(document, &state.limits).map_err(limited)?;
    let is_subscription =
        document.operations.iter().any(|(_, operation)| operation.node.ty == OperationType::Subscription);
    if is_subscription {
        return Err(refuse(StatusCode::BAD_REQUEST, "BAD_REQUEST", "subscriptions do not go over POST"));
    }
    Ok(prepared)
}

async fn read(mut body: web::Payload) -> Result<web::BytesMut, Refusal> {
    let too_large = || {
        refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            "PAYLOAD_TOO_LARGE",
            format!("the body is larger than {MAX_BODY_BYTES} bytes"),
        )
    };
    let mut bytes = web::BytesMut::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_| refuse(StatusCode::BAD_REQUEST, "BAD_REQUEST", "the body broke off"))?;
        if bytes.len() + chunk.len() > MAX_BODY_BYTES {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Runs the operation within its time; a panic is an internal error of this request alone.
async fn run(request: Request, state: &State, request_id: &str) -> Response {
    let running = AssertUnwindSafe(state.api.execute(request, &state.database, request_id)).catch_unwind();
    match tokio::time::timeout(state.request_timeout, running).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            tracing::error!("A resolver panicked");
            let mut error = request_error("INTERNAL_SERVER_ERROR", "Internal error");
            if let Some(extensions) = &mut error.extensions {
                extensions.set("requestId", request_id);
            }
            Response::from_errors(vec![error])
        }
        Err(_) => Response::from_errors(vec![request_error(
            "TIMEOUT",
            format!("the request took longer than {} ms and was ended; ask for less at once", state.request_timeout.as_millis()),
        )]),
    }
}

fn is_request_error(response: &Response) -> bool {
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

fn answer(media: MediaType, response: &Response, is_request_error: bool, request_id: &str) -> HttpResponse {
    let status = match (media, is_request_error) {
        (MediaType::GraphqlResponse, true) => status_of(&response.errors),
        _ => StatusCode::OK,
    };
    let data = (!is_request_error).then_some(&response.data);
    send(media, status, &Answer { errors: &response.errors, data }, request_id)
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

fn answer_refusal(media: MediaType, refusal: &Refusal, request_id: &str) -> HttpResponse {
    // Well-formed requests are 200 for clients of the older media type; what is not even a
    // GraphQL request is told by the status.
    let is_about_transport = refusal.status != StatusCode::BAD_REQUEST;
    let code = refusal.error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    let is_well_formed = !matches!(code, Some(Value::String(code)) if code == "BAD_REQUEST");
    let status = match media {
        MediaType::Json if !is_about_transport && is_well_formed => StatusCode::OK,
        _ => refusal.status,
    };
    send(media, status, &Answer { errors: std::slice::from_ref(&refusal.error), data: None }, request_id)
}

fn send(media: MediaType, status: StatusCode, answer: &Answer<'_>, request_id: &str) -> HttpResponse {
    match serde_json::to_vec(answer) {
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
