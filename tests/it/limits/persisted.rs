//! Automatic persisted queries: a document is sent once and then named by its hash.

use serde_json::json;

use super::{Operation, PAGES, code_of, code_on, get, hash, persisted, post};
use crate::http::TestServer;
use crate::websocket::Socket;

#[tokio::test]
async fn a_document_is_registered_once_and_then_known_by_its_hash() {
    let server = TestServer::start().await;
    let mut socket = Socket::ready(&server).await;
    let operation = Operation::with(format!("query Q{PAGES}"), json!({"n": 2}));
    let by_hash = operation.by_hash();
    for request in [post(&by_hash), get(&by_hash)] {
        let answer = server.send(&request).await;
        assert_eq!(code_of(&answer, "a miss"), "PERSISTED_QUERY_NOT_FOUND");
        // Clients look for this very message.
        assert_eq!(answer.json()["errors"][0]["message"], "PersistedQueryNotFound");
    }
    let expected = json!({"data": {"artists": {"nodes": []}}});
    assert_eq!(server.send(&post(&operation.registering())).await.json(), expected);
    for request in [post(&by_hash), get(&by_hash)] {
        let answer = server.send(&request).await;
        assert_eq!((answer.status, answer.json()), (200, expected.clone()));
    }
    socket.say(json!({"id": "x", "type": "subscribe", "payload": by_hash})).await;
    assert_eq!(socket.hear().await["payload"]["data"], expected["data"]);
    assert_eq!(socket.hear().await["type"], "complete");
    // What is known by its hash is bounded like everything else.
    let greedy = Operation { variables: json!({"n": 100}), ..operation }.by_hash();
    for request in [post(&greedy), get(&greedy)] {
        assert_eq!(code_of(&server.send(&request).await, "greedy"), "MAX_COST_EXCEEDED");
    }
    assert_eq!(code_on(&mut socket, &greedy, "greedy").await, "MAX_COST_EXCEEDED");
}

#[tokio::test]
async fn a_document_is_registered_over_get_and_over_sockets_too() {
    let server = TestServer::start().await;
    let over_get = Operation::new("{ a: __typename }");
    assert_eq!(server.send(&get(&over_get.registering())).await.json(), json!({"data": {"a": "Query"}}));
    assert_eq!(server.send(&post(&over_get.by_hash())).await.json(), json!({"data": {"a": "Query"}}));
    let mut socket = Socket::ready(&server).await;
    let over_socket = Operation::new("{ b: __typename }");
    socket.say(json!({"id": "x", "type": "subscribe", "payload": over_socket.registering()})).await;
    assert_eq!(socket.hear().await["payload"]["data"], json!({"b": "Query"}));
    assert_eq!(server.send(&get(&over_socket.by_hash())).await.json(), json!({"data": {"b": "Query"}}));
}

#[tokio::test]
async fn a_hash_that_does_not_fit_its_document_is_refused() {
    let server = TestServer::start().await;
    let mut socket = Socket::ready(&server).await;
    let (query, other) = ("{ __typename }", "{ other: __typename }");
    let fits = hash(query);
    for (extension, code) in [
        (persisted(&hash(other)), "BAD_REQUEST"),
        (persisted(""), "BAD_REQUEST"),
        (persisted(&fits[1..]), "BAD_REQUEST"),
        (persisted(&format!("+{}", &fits[1..])), "BAD_REQUEST"),
        (json!({"persistedQuery": {"version": 1}}), "BAD_REQUEST"),
        (json!({"persistedQuery": {"version": 1, "sha256Hash": 5}}), "BAD_REQUEST"),
        (json!({"persistedQuery": {"version": 2, "sha256Hash": fits}}), "PERSISTED_QUERY_NOT_SUPPORTED"),
        (json!({"persistedQuery": {"version": "1", "sha256Hash": fits}}), "PERSISTED_QUERY_NOT_SUPPORTED"),
        (json!({"persistedQuery": {"sha256Hash": fits}}), "PERSISTED_QUERY_NOT_SUPPORTED"),
    ] {
        let body = json!({"query": query, "extensions": extension});
        let what = extension.to_string();
        assert_eq!(code_of(&server.send(&post(&body)).await, &what), code, "{what} over POST");
        assert_eq!(code_of(&server.send(&get(&body)).await, &what), code, "{what} over GET");
        assert_eq!(code_on(&mut socket, &body, &what).await, code, "{what} over a socket");
    }
    // Neither was kept, under either hash.
    for document in [query, other] {
        let body = Operation::new(document).by_hash();
        assert_eq!(code_of(&server.send(&post(&body)).await, document), "PERSISTED_QUERY_NOT_FOUND");
    }
    // The digits of a hash may be large or small.
    let body = json!({"query": query, "extensions": persisted(&fits.to_uppercase())});
    assert_eq!(server.send(&post(&body)).await.status, 200);
}
