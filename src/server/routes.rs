//! Which path leads where.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::{HttpResponse, web};
use tracing::Span;
use tracing_actix_web::{RequestId, RootSpanBuilder};

use super::{auth, graphql, metrics, playground, probes, websocket};

/// Adds every route.
pub fn configure(app: &mut web::ServiceConfig) {
    app.service(
        web::resource("/graphql")
            .route(web::get().guard(websocket::asks_for_upgrade()).to(websocket::open))
            .route(web::post().to(graphql::post))
            .route(web::get().to(graphql::get))
            .route(web::route().to(|| only(&[Method::GET, Method::POST]))),
    )
    .service(get("/", playground::page))
    .service(get("/playground/{file}", playground::file))
    .service(get("/health/live", probes::live))
    .service(get("/health/ready", probes::ready))
    .service(get("/.well-known/jwks.json", auth::public_keys))
    .service(get("/metrics", metrics::show))
    .service(get("/schema.graphql", playground::schema));
}

fn get<F, Args>(path: &str, handler: F) -> actix_web::Resource
where
    F: actix_web::Handler<Args>,
    Args: actix_web::FromRequest + 'static,
    F::Output: actix_web::Responder + 'static,
{
    web::resource(path).route(web::get().to(handler)).route(web::route().to(|| only(&[Method::GET])))
}

async fn only(methods: &'static [Method]) -> HttpResponse {
    let allowed: Vec<&str> = methods.iter().map(Method::as_str).collect();
    HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, allowed.join(", "))).finish()
}

/// The span of a request: its id, method and path. The query string is left out, since it may
/// hold what nobody should read.
pub struct RootSpan;

impl RootSpanBuilder for RootSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        use actix_web::HttpMessage as _;
        let id = request.extensions().get::<RequestId>().copied();
        let id = id.map(|id| id.to_string()).unwrap_or_default();
        tracing::info_span!("request", id, method = %request.method(), path = request.path())
    }

    fn on_request_end<B: MessageBody>(_: Span, _: &Result<ServiceResponse<B>, actix_web::Error>) {}
}
