//! From an HTTP request to a GraphQL request.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use async_graphql::{Request, ServerError, Variables};
use futures_util::StreamExt as _;
use serde_json::{Map, Value};

use super::State;
use super::media::is_plain_json;
use crate::error::Error;
use crate::graphql::error::request_error;
use crate::graphql::limits::Throttled;

/// A request that is not run.
pub(super) struct Refusal {
    pub status: StatusCode,
    pub error: Box<ServerError>,
    /// Whether it was a GraphQL request at all: then clients of `application/json` get 200.
    pub is_well_formed: bool,
    /// When to come back.
    pub retry_after: Option<Duration>,
}

impl Refusal {
    /// What is no GraphQL request.
    pub(super) fn transport(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, error: Box::new(request_error(code, message)), is_well_formed: false, retry_after: None }
    }

    /// Somebody whose token is not good, or who cannot be looked up now.
    pub(super) fn of_caller(error: Error, request_id: &str) -> Self {
        let (status, mut error) = crate::graphql::error::refused(error);
        if let (500, Some(extensions)) = (status, &mut error.extensions) {
            extensions.set("requestId", request_id);
        }
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, error: Box::new(error), is_well_formed: true, retry_after: None }
    }

    fn bad(message: impl Into<String>) -> Self {
        Self::transport(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    /// A GraphQL request that may not or cannot be run.
    pub(super) fn graphql(error: ServerError) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: Box::new(error), is_well_formed: true, retry_after: None }
    }
}

impl From<Box<Throttled>> for Refusal {
    fn from(throttled: Box<Throttled>) -> Self {
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            error: Box::new(throttled.error),
            is_well_formed: false,
            retry_after: Some(throttled.retry_after),
        }
    }
}

/// Reads the request in the body of a POST.
pub(super) async fn of_post(request: &HttpRequest, body: web::Payload, state: &State) -> Result<Request, Refusal> {
    if !is_plain_json(request.headers()) {
        return Err(Refusal::transport(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            "send the request as Content-Type: application/json in UTF-8, not compressed",
        ));
    }
    let bytes = match tokio::time::timeout(state.body_timeout, read(body, state.max_body_bytes)).await {
        Ok(bytes) => bytes?,
        Err(_) => {
            let message = format!("the body did not arrive within {} ms", state.body_timeout.as_millis());
            return Err(Refusal::transport(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", message));
        }
    };
    let value: Value = serde_json::from_slice(&bytes).map_err(|cause| {
        Refusal::bad(format!("the body is not JSON: line {}, column {}", cause.line(), cause.column()))
    })?;
    match value {
        Value::Object(members) => of_members(members),
        Value::Array(_) => Err(Refusal::bad("several requests in one body are not taken; send them one by one")),
        _ => Err(Refusal::bad("the body must be a JSON object with the member \"query\"")),
    }
}

async fn read(mut body: web::Payload, max_bytes: usize) -> Result<web::BytesMut, Refusal> {
    let mut bytes = web::BytesMut::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_| Refusal::bad("the body broke off"))?;
        if bytes.len() + chunk.len() > max_bytes {
            let message = format!("the body is larger than {max_bytes} bytes");
            return Err(Refusal::transport(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Reads the request in the query string of a GET. Members other than the document's name and
/// text are JSON.
pub(super) fn of_get(request: &HttpRequest, must_be_asked_by_program: bool) -> Result<Request, Refusal> {
    if must_be_asked_by_program && !has_preflight_header(request) {
        return Err(Refusal::transport(
            StatusCode::FORBIDDEN,
            "CSRF_PROTECTED",
            "a GET needs the header apollo-require-preflight or x-apollo-operation-name, which no link or form can send",
        ));
    }
    let pairs: Vec<(String, String)> = serde_urlencoded(request.query_string())?;
    let mut members = Map::new();
    for (name, text) in pairs {
        let value = match name.as_str() {
            "query" | "operationName" => Value::String(text),
            "variables" | "extensions" if text.is_empty() => continue,
            "variables" | "extensions" => {
                serde_json::from_str(&text).map_err(|_| Refusal::bad(format!("the parameter {name} is not JSON")))?
            }
            _ => continue,
        };
        if members.insert(name.clone(), value).is_some() {
            return Err(Refusal::bad(format!("the parameter {name} is given twice")));
        }
    }
    if matches!(members.get("operationName"), Some(Value::String(name)) if name.is_empty()) {
        members.remove("operationName");
    }
    of_members(members)
}

fn has_preflight_header(request: &HttpRequest) -> bool {
    let has = |name: &str| request.headers().get(name).is_some_and(|value| !value.is_empty());
    has("apollo-require-preflight") || has("x-apollo-operation-name")
}

fn serde_urlencoded(query: &str) -> Result<Vec<(String, String)>, Refusal> {
    web::Query::<Vec<(String, String)>>::from_query(query)
        .map(web::Query::into_inner)
        .map_err(|_| Refusal::bad("the query string is not form-encoded"))
}

/// The request that the members of a JSON object make. Unknown members are ignored.
pub(super) fn of_members(mut members: Map<String, Value>) -> Result<Request, Refusal> {
    let mut take = |name: &str| members.remove(name).filter(|value| !value.is_null());
    let query = match take("query") {
        Some(Value::String(query)) => Some(query),
        Some(_) => return Err(Refusal::bad("\"query\" must be a string")),
        None => None,
    };
    let operation_name = match take("operationName") {
        Some(Value::String(name)) => Some(name),
        Some(_) => return Err(Refusal::bad("\"operationName\" must be a string")),
        None => None,
    };
    let variables = match take("variables") {
        Some(variables @ Value::Object(_)) => Some(variables),
        Some(_) => return Err(Refusal::bad("\"variables\" must be an object")),
        None => None,
    };
    let extensions = match take("extensions") {
        Some(Value::Object(extensions)) => Some(extensions),
        Some(_) => return Err(Refusal::bad("\"extensions\" must be an object")),
        None => None,
    };
    let is_persisted = extensions.as_ref().is_some_and(|extensions| extensions.contains_key("persistedQuery"));
    if query.as_ref().is_none_or(|query| query.trim().is_empty()) && !is_persisted {
        return Err(Refusal::bad("the member \"query\" is missing or empty"));
    }
    let mut request = Request::new(query.unwrap_or_default());
    if let Some(name) = operation_name {
        request = request.operation_name(name);
    }
    if let Some(variables) = variables {
        request = request.variables(Variables::from_json(variables));
    }
    for (name, value) in extensions.into_iter().flatten() {
        if let Ok(value) = async_graphql::Value::from_json(value) {
            request.extensions.insert(name, value);
        }
    }
    Ok(request)
}
