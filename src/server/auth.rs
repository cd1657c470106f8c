//! From a token to whoever calls.
//!
//! The header is `Authorization: Bearer <token>` and nothing else; a WebSocket gives the same text
//! with `connection_init`. Without one the caller is nobody, which is no error; with one that is not
//! good the request is refused as a whole, so that no client takes the public part for its own.

use std::net::IpAddr;

use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpRequest, HttpResponse, web};
use async_graphql::Request;
use serde_json::{Map, Value};

use super::State;
use crate::account::scope::Scope;
use crate::account::viewer::{Claim, Viewer, refusal};
use crate::error::{Error, Result};
use crate::graphql::context::Origin;

/// Who calls, and from where.
pub(super) struct Caller {
    pub viewer: Option<Viewer>,
    pub address: Option<IpAddr>,
}

impl Caller {
    /// Tells the request who makes it.
    pub(super) fn attach(self, request: Request, state: &State) -> Request {
        let request = request.data(state.accounts.clone()).data(Origin { address: self.address });
        match self.viewer {
            // What an administrator may look at.
            Some(viewer) if viewer.may(Scope::Admin) => {
                request.data(viewer).data(state.monitor.clone()).data(state.feeds.clone())
            }
            Some(viewer) => request.data(viewer),
            None => request,
        }
    }
}

/// What a request's header says who makes it; none without one.
///
/// # Errors
/// `Unauthenticated` when the token is not good.
pub(super) fn claim_of(http: &HttpRequest, state: &State) -> Result<Option<Claim>> {
    let mut headers = http.headers().get_all(AUTHORIZATION);
    match (headers.next(), headers.next()) {
        (None, _) => Ok(None),
        (Some(header), None) => claim(state, header.to_str().map_err(|_| refusal())?).map(Some),
        (Some(_), Some(_)) => Err(Error::Unauthenticated("two tokens are given; send one".to_owned())),
    }
}

/// Reads `Bearer <token>`.
pub(super) fn claim(state: &State, header: &str) -> Result<Claim> {
    let token = match header.trim().split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => return Err(Error::Unauthenticated("the header is written Authorization: Bearer <token>".to_owned())),
    };
    state.accounts.read(token)
}

/// Reads the token that a WebSocket begins with: `{"authorization": "Bearer …"}`, as the header is
/// written, or `{"token": "…"}`. An empty one is none: clients send that while nobody is signed in.
pub(super) fn claim_of_payload(state: &State, payload: &Map<String, Value>) -> Result<Option<Claim>> {
    let is_header = |name: &str| name.eq_ignore_ascii_case("authorization");
    let is_empty = |value: &Value| value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
    let mut given = payload
        .iter()
        .filter(|(name, value)| (is_header(name) || name.eq_ignore_ascii_case("token")) && !is_empty(value));
    match (given.next(), given.next()) {
        (None, _) => Ok(None),
        (Some((name, Value::String(header))), None) if is_header(name) => claim(state, header).map(Some),
        (Some((_, Value::String(token))), None) => state.accounts.read(token).map(Some),
        _ => Err(refusal()),
    }
}

/// Who stands behind a claim, as things are now; replicas may be behind.
pub(super) async fn viewer(state: &State, claim: &Claim) -> Result<Viewer> {
    let mut conn = state.database.conn().await?;
    state.accounts.viewer(&mut conn, claim).await
}

/// The public keys that access tokens are checked with.
pub(super) async fn public_keys(state: web::Data<State>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("cache-control", "public, max-age=60"))
        .content_type("application/jwk-set+json")
        .body(state.accounts.keys().public_keys().to_string())
}
