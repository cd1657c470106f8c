//! Read replicas: queries read from them while they answer.

use serde_json::json;

use crate::harness::{TestApp, TestDatabase};

const NAMES: &str = "{ artists { nodes { name } } }";

/// A database with one artist, so that an answer tells where it was read.
async fn database_of(artist: &str) -> TestDatabase {
    let database = TestDatabase::create().await;
    let insert = "insert into artists (name) values ($1)";
    database.client().await.execute(insert, &[&artist]).await.expect("an artist");
    database
}

fn answer(artist: &str) -> serde_json::Value {
    json!({ "artists": { "nodes": [{ "name": artist }] } })
}

#[tokio::test]
async fn queries_read_from_the_replicas_in_turn() {
    let (primary, one, two) = (database_of("Primary").await, database_of("One").await, database_of("Two").await);
    let pool = primary.pool_with(vec![one.serving(), two.serving()]).await;
    let app = TestApp::with(primary, pool);
    let first = app.data(NAMES).await;
    let second = app.data(NAMES).await;
    assert_eq!([first, second], [answer("One"), answer("Two")]);
}

#[tokio::test]
async fn a_replica_that_is_gone_is_stood_in_for_by_its_database() {
    let primary = database_of("Primary").await;
    let gone = primary.serving().with_database("no_such_database");
    let pool = primary.pool_with(vec![gone]).await;
    let app = TestApp::with(primary, pool);
    assert_eq!(app.data(NAMES).await, answer("Primary"));
}
