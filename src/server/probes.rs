//! Probes: alive is not the same as ready.

use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use serde_json::json;

use super::State;
use crate::db::Statement;

/// Time the database has to answer the ready probe.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// 200 while the process runs.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "live" }))
}

/// 200 while requests can be served: the server is not stopping and the database answers.
pub async fn ready(state: web::Data<State>) -> HttpResponse {
    if state.is_stopping.load(Ordering::Relaxed) {
        return HttpResponse::ServiceUnavailable().json(json!({ "status": "stopping" }));
    }
    let asking = async {
        let mut conn = state.database.conn().await?;
        Statement::new("select 1").first::<i32>(&mut conn).await
    };
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(Ok(_)) => HttpResponse::Ok().json(json!({ "status": "ready" })),
        Ok(Err(_)) | Err(_) => {
            HttpResponse::ServiceUnavailable().json(json!({ "status": "the database does not answer" }))
        }
    }
}
