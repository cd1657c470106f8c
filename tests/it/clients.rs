//! Clients that people use, from npm, on the real program over the demo. What each does stands in
//! `tests/clients/`.

use crate::npm::{DemoServer, Project};

async fn client(script: &str, server: &[&str], flags: &[&str]) {
    let Some(clients) = Project::install("clients").await else { return };
    clients.run(&DemoServer::start(server).await, script, flags).await;
}

#[tokio::test]
async fn every_audit_of_graphql_over_http_passes() {
    client("audits.mjs", &[], &[]).await;
}

#[tokio::test]
async fn the_production_profile_fails_no_required_audit() {
    client("audits.mjs", &["--profile", "production"], &["--must"]).await;
}

#[tokio::test]
async fn graphql_ws_subscribes_and_resumes_and_hears_every_close_code() {
    client("sockets.mjs", &[], &["--live"]).await;
}

#[tokio::test]
async fn graphql_sse_subscribes_and_resumes() {
    client("events.mjs", &[], &[]).await;
}

#[tokio::test]
async fn apollo_client_persists_queries_and_subscribes() {
    client("apollo.mjs", &[], &[]).await;
}

#[tokio::test]
async fn a_client_typed_by_graphql_codegen_compiles() {
    client("codegen.mjs", &[], &[]).await;
}

#[tokio::test]
async fn relay_compiles_fragments_and_the_server_runs_them() {
    client("relay.mjs", &[], &[]).await;
}

#[tokio::test]
async fn the_introspection_query_of_graphql_js_tells_the_schema() {
    client("introspection.mjs", &[], &[]).await;
}
