//! A bound on a request's head. The server library takes 96 headers of 128 KiB in all.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};
use serde_json::json;

/// Bytes of all headers, names and values. The path is apart: a GET's document has its own bound.
const MAX_HEADER_BYTES: usize = 32 * 1024;

/// Refuses a head that is too large before anything else looks at the request.
///
/// # Errors
/// Those of the handlers behind it.
pub(super) async fn bounded<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<BoxBody, B>>, Error> {
    let bytes = size(request.headers());
    if bytes > MAX_HEADER_BYTES {
        let message = format!("the headers have {bytes} bytes; at most {MAX_HEADER_BYTES} are allowed");
        let error = json!({ "message": message, "extensions": { "code": "HEADERS_TOO_LARGE" } });
        let response = HttpResponse::build(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)
            .force_close()
            .json(json!({ "errors": [error] }));
        return Ok(request.into_response(response).map_into_left_body());
    }
    Ok(next.call(request).await?.map_into_right_body())
}

fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}
