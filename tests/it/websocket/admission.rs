//! Who gets a socket, and who may begin on it.

use serde_json::json;

use super::{PROTOCOL, Socket};
use crate::http::{Answer, Request, TestServer};

/// A handshake, which the server answers over HTTP when it opens no socket.
fn handshake() -> Request {
    let headers = [
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("Sec-WebSocket-Protocol", "graphql-transport-ws"),
    ];
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Request { method: "GET", path: "/graphql".to_owned(), headers, body: Vec::new() }
}

async fn refused(server: &TestServer, request: &Request) -> Answer {
    let answer = server.send(request).await;
    assert_eq!(answer.header("content-type"), "application/json; charset=utf-8", "{answer:?}");
    answer
}

async fn figure(server: &TestServer, name: &str) -> String {
    let metrics = server.get("/metrics").await.body;
    let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in {metrics}")).to_owned()
}

#[tokio::test]
async fn an_address_has_so_many_sockets_and_no_more() {
    let server = TestServer::start_with(&["--max-sockets-per-address", "2"]).await;
    let first = Socket::ready(&server).await;
    let mut second = Socket::ready(&server).await;
    let answer = refused(&server, &handshake()).await;
    assert_eq!((answer.status, answer.refusal().as_str()), (429, "TOO_MANY_SOCKETS"));
    assert_eq!(answer.header("retry-after"), "10");
    assert_eq!(figure(&server, "music_websockets").await, "2");
    assert_eq!(figure(&server, "music_websockets_refused_total{of=\"address\"}").await, "1");
    // The others live on, requests without a socket are answered, and a place that is left is free.
    second.say(json!({"type": "ping"})).await;
    assert_eq!(second.hear().await, json!({"type": "pong"}));
    server.lives_on().await;
    drop(first);
    let freed = async {
        loop {
            if let Ok(socket) = Socket::open_with(&server, &[PROTOCOL]).await {
                return socket;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(super::PATIENCE, freed).await.expect("the place is free in time");
}

#[tokio::test]
async fn a_server_has_so_many_sockets_and_no_more() {
    let server = TestServer::start_with(&["--max-sockets", "1"]).await;
    let _first = Socket::ready(&server).await;
    let answer = refused(&server, &handshake()).await;
    assert_eq!((answer.status, answer.refusal().as_str()), (503, "SERVICE_UNAVAILABLE"));
    assert_eq!(answer.header("retry-after"), "10");
    assert_eq!(figure(&server, "music_websockets_refused_total{of=\"server\"}").await, "1");
    server.lives_on().await;
}

#[tokio::test]
async fn what_is_no_handshake_is_told_and_takes_no_place() {
    let server = TestServer::start_with(&["--max-sockets", "1"]).await;
    let without = |name: &str| {
        let mut request = handshake();
        request.headers.retain(|(given, _)| *given != name);
        request
    };
    for (request, status) in [
        (without("Connection"), 400),
        (without("Sec-WebSocket-Version"), 400),
        (without("Sec-WebSocket-Key"), 400),
        (handshake().header("Sec-WebSocket-Version", "8"), 426),
    ] {
        let answer = refused(&server, &request).await;
        assert_eq!((answer.status, answer.refusal().as_str()), (status, "BAD_REQUEST"), "{answer:?}");
        if status == 426 {
            assert_eq!((answer.header("upgrade"), answer.header("sec-websocket-version")), ("websocket", "13"));
        }
    }
    let answer = refused(&server, &handshake().header("Origin", "https://evil.example")).await;
    assert_eq!((answer.status, answer.refusal().as_str()), (403, "FORBIDDEN"));
    Socket::ready(&server).await;
}
