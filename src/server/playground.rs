//! The playground: a page to try queries on, and the schema to read beside.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::{HttpResponse, web};

use super::State;
use crate::config::Profile;

const PAGE: &str = include_str!("playground.html");

/// The page; only in the development profile.
pub async fn page(state: web::Data<State>) -> HttpResponse {
    if state.profile == Profile::Production {
        return HttpResponse::NotFound().finish();
    }
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
        ))
        .body(PAGE)
}

/// The schema as text.
pub async fn schema() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(crate::graphql::sdl())
}
