//! The one place where errors become GraphQL.
//!
//! Every error of an answer gets a stable `extensions.code`; internal causes are logged and
//! replaced by "Internal error" and the request's id.

use std::sync::Arc;

use async_graphql::{ErrorExtensionValues, Response, ServerError};

use super::user_error::UserError;
use crate::error::{Error, Reason, Rejection, Result};

/// Errors that one answer carries at most; the first are what a client can act on.
const MAX_ERRORS: usize = 20;

/// Gives every error of a response its code and hides what is internal.
pub fn finish(response: &mut Response, request_id: &str) {
    response.errors.truncate(MAX_ERRORS);
    for error in &mut response.errors {
        settle(error, request_id);
    }
}

fn settle(error: &mut ServerError, request_id: &str) {
    let ours =
        error.source::<Error>().map(describe).or_else(|| error.source::<Arc<Error>>().map(|shared| describe(shared)));
    let is_field_error = !error.path.is_empty();
    let retry_after = error.source::<Error>().and_then(|error| match error {
        Error::Throttled { retry_after, .. } => Some(retry_after.as_secs_f64().ceil().max(1.0)),
        _ => None,
    });
    let (code, message, argument) = match ours {
        Some(description) => description,
        // The library's own: a document or a value that does not fit the schema.
        None if is_field_error => ("BAD_USER_INPUT", error.message.clone(), None),
        None if error.extensions.as_ref().is_some_and(|extensions| extensions.get("code").is_some()) => return,
        None => ("GRAPHQL_VALIDATION_FAILED", error.message.clone(), None),
    };
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code);
    if let Some(argument) = argument {
        extensions.set("argument", argument);
    }
    if code == "INTERNAL_SERVER_ERROR" {
        extensions.set("requestId", request_id);
    }
    if let Some(seconds) = retry_after {
        extensions.set("retryAfterSeconds", seconds);
    }
    error.message = message;
    error.extensions = Some(extensions);
}

fn describe(error: &Error) -> (&'static str, String, Option<Vec<String>>) {
    let code = code(error);
    match error {
        Error::Invalid { path, message } => (code, message.clone(), Some(path.clone())),
        Error::Internal(cause) => {
            tracing::error!(error = %cause, chain = ?cause, "A resolver failed");
            (code, "Internal error".to_owned(), None)
        }
        other => (code, other.to_string(), None),
    }
}

/// The stable code of each kind.
#[must_use]
pub fn code(error: &Error) -> &'static str {
    match error {
        Error::Invalid { .. } | Error::Rejected(_) => "BAD_USER_INPUT",
        Error::Throttled { .. } => "THROTTLED",
        Error::NotFound(_) => "NOT_FOUND",
        Error::Unauthenticated(_) => "UNAUTHENTICATED",
        Error::Forbidden(_) => "FORBIDDEN",
        Error::Conflict(_) => "CONFLICT",
        Error::Timeout(_) => "TIMEOUT",
        Error::Unavailable(_) => "SERVICE_UNAVAILABLE",
        Error::TooSlow(_) => "SUBSCRIBER_TOO_SLOW",
        Error::Setup(_) | Error::Internal(_) => "INTERNAL_SERVER_ERROR",
    }
}

/// What became of a mutation: what it made, or what the caller has to mend. Everything else stays
/// an error.
///
/// # Errors
/// Every error but those of the input.
pub fn settled<T>(outcome: Result<T>) -> Result<(Option<T>, Vec<UserError>)> {
    match outcome {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(Error::Rejected(rejections)) => Ok((None, rejections.into_iter().map(UserError::from).collect())),
        Err(Error::Invalid { path, message }) => {
            let rejection = Rejection { path, ..Rejection::new(Reason::Invalid, "", "form", message) };
            Ok((None, vec![UserError::from(rejection)]))
        }
        Err(error) => Err(error),
    }
}

/// The request error of a caller who is refused before anything is run, and its status.
#[must_use]
pub fn refused(error: Error) -> (u16, ServerError) {
    let status = match &error {
        Error::Unauthenticated(_) => 401,
        Error::Timeout(_) | Error::Unavailable(_) => 503,
        _ => 500,
    };
    let (code, message, _) = describe(&error);
    (status, request_error(code, message))
}

/// A request error that never reached a resolver.
#[must_use]
pub fn request_error(code: &'static str, message: impl Into<String>) -> ServerError {
    let mut error = ServerError::new(message, None);
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code);
    error.extensions = Some(extensions);
    error
}
