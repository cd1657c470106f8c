//! GraphQL over WebSocket: every rule of `graphql-transport-ws`, and what no client should try.

mod admission;
mod stopping;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message};
use tokio_tungstenite::tungstenite::{Bytes, Error};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::builders::{a_playlist, a_user, an_activity, gid};
use crate::http::TestServer;

/// Nothing but time-outs takes longer.
const PATIENCE: Duration = Duration::from_secs(30);

pub const PROTOCOL: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");

pub struct Socket {
    pub stream: WebSocketStream<TcpStream>,
}

impl Socket {
    /// Opened, nothing said.
    pub async fn open(server: &TestServer) -> Self {
        Self::open_with(server, &[PROTOCOL]).await.expect("the socket opens")
    }

    /// The status of a refused handshake is the error.
    pub async fn open_with(server: &TestServer, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        Self::open_at(server.server.address(), headers).await
    }

    pub async fn open_at(address: SocketAddr, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let mut request = format!("ws://{address}/graphql").into_client_request().expect("it is an address");
        for (name, value) in headers {
            request.headers_mut().append(*name, value.parse().expect("it is a header"));
        }
        let stream = TcpStream::connect(address).await.expect("the server listens");
        match client_async(request, stream).await {
            Ok((stream, _)) => Ok(Self { stream }),
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            // The client refuses an answer without the protocol it asked for.
            Err(Error::Protocol(_)) => Err(0),
            Err(other) => panic!("{other}"),
        }
    }

    /// Opened and initialised.
    pub async fn ready(server: &TestServer) -> Self {
        Self::ready_at(server.server.address()).await
    }

    pub async fn ready_at(address: SocketAddr) -> Self {
        let mut socket = Self::open_at(address, &[PROTOCOL]).await.expect("the socket opens");
        socket.say(json!({"type": "connection_init"})).await;
        assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
        socket
    }

    pub async fn say(&mut self, message: Value) {
        self.say_text(&message.to_string()).await;
    }

    pub async fn say_text(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.expect("the socket is open");
    }

    pub async fn say_raw(&mut self, bytes: &[u8]) {
        // A server that has heard enough may close meanwhile.
        let _ = self.stream.get_mut().write_all(bytes).await;
    }

    pub async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({"id": id, "type": "subscribe", "payload": {"query": query}})).await;
    }

    pub async fn frame(&mut self) -> Option<Message> {
        timeout(PATIENCE, self.stream.next()).await.expect("something comes in time")?.ok()
    }

    /// The next message; pings are answered by the client as they come.
    pub async fn hear(&mut self) -> Value {
        loop {
            match self.frame().await {
                Some(Message::Text(text)) => return serde_json::from_str(&text).expect("messages are JSON"),
                Some(Message::Ping(_) | Message::Pong(_)) => {}
                other => panic!("no message but {other:?}"),
            }
        }
    }

    /// How the server closed it: code and reason. Nothing else comes before.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.frame().await {
                Some(Message::Close(Some(CloseFrame { code, reason }))) => {
                    assert!(reason.len() < 123, "{reason}");
                    return (code.into(), reason.to_string());
                }
                Some(Message::Ping(_) | Message::Pong(_)) => {}
                other => panic!("not closed but {other:?}"),
            }
        }
    }
}

/// A masked frame that begins like this.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match u16::try_from(payload.len()) {
        Ok(size) if size < 126 => bytes.push(0x80 | u8::try_from(size).expect("it is small")),
        Ok(size) => {
            bytes.push(0x80 | 126);
            bytes.extend(size.to_be_bytes());
        }
        Err(_) => {
            bytes.push(0x80 | 127);
            bytes.extend((payload.len() as u64).to_be_bytes());
        }
    }
    bytes.extend([0; 4]);
    bytes.extend(payload);
    bytes
}

/// A playlist at version 1, and a client to change it with.
async fn a_followed_playlist(server: &TestServer) -> (tokio_postgres::Client, i64) {
    let client = server.database.client().await;
    let owner = a_user(&client).await;
    let playlist = a_playlist(&client, owner).await;
    an_activity(&client, playlist, "created", 1).await;
    (client, playlist)
}

fn following(playlist: i64, after: i32) -> String {
    let id = gid("Playlist", playlist);
    format!("subscription {{ playlistActivity(playlistId: \"{id}\" afterVersion: {after}) {{ version }} }}")
}

#[tokio::test]
async fn queries_go_over_a_socket() {
    let server = TestServer::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("a", "{ __typename }").await;
    let next = socket.hear().await;
    assert_eq!(
        (&next["type"], &next["id"], &next["payload"]["data"]),
        (&json!("next"), &json!("a"), &json!({"__typename": "Query"}))
    );
    assert_eq!(socket.hear().await, json!({"id": "a", "type": "complete"}));
    // An id is free again once its operation is over.
    socket.subscribe("a", "query Named { node(id: \"nonsense\") { id } }").await;
    let next = socket.hear().await;
    assert_eq!(next["payload"]["data"], json!({"node": null}));
    assert_eq!(next["payload"]["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(socket.hear().await["type"], "complete");
}

#[tokio::test]
async fn a_subscription_replays_follows_and_is_ended_by_the_client() {
    let server = TestServer::start().await;
    let (client, playlist) = a_followed_playlist(&server).await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("live", &following(playlist, 0)).await;
    for version in 1..=3 {
        if version > 1 {
            an_activity(&client, playlist, "renamed", version).await;
        }
        let next = socket.hear().await;
        let expected = json!({"data": {"playlistActivity": {"version": version}}});
        assert_eq!(next, json!({"id": "live", "type": "next", "payload": expected}));
    }
    socket.say(json!({"id": "live", "type": "complete"})).await;
    an_activity(&client, playlist, "renamed", 4).await;
    // Neither an event nor a completion comes back; the id is free.
    socket.subscribe("live", "{ __typename }").await;
    assert_eq!(socket.hear().await["payload"]["data"], json!({"__typename": "Query"}));
    assert_eq!(socket.hear().await, json!({"id": "live", "type": "complete"}));
}

#[tokio::test]
async fn a_subscription_that_is_over_is_completed_by_the_server() {
    let server = TestServer::start().await;
    let (client, playlist) = a_followed_playlist(&server).await;
    let mut socket = Socket::ready(&server).await;
    let id = gid("Playlist", playlist);
    socket
        .subscribe(
            "1",
            &format!("subscription {{ playlistActivity(playlistId: \"{id}\") {{ revoked {{ reason }} }} }}"),
        )
        .await;
    // The query behind it in the same socket shows that it began.
    socket.subscribe("2", "{ __typename }").await;
    socket.hear().await;
    socket.hear().await;
    client.batch_execute("update playlists set visibility = 'private'").await.expect("it is made private");
    let first = socket.hear().await;
    if first["type"] == "next" {
        assert!(first["payload"]["data"]["playlistActivity"]["revoked"]["reason"].is_string(), "{first}");
        assert_eq!(socket.hear().await, json!({"id": "1", "type": "complete"}));
    } else {
        // It was not begun yet.
        assert_eq!(first["payload"][0]["extensions"]["code"], "NOT_FOUND");
    }
}

#[tokio::test]
async fn what_cannot_be_run_is_an_error_and_nothing_else() {
    let server = TestServer::start_with(&["--max-cost", "1000"]).await;
    let mut socket = Socket::ready(&server).await;
    let bomb: String =
        (0..28).map(|level| format!(" fragment F{level} on Query {{...F{0} ...F{0}}}", level + 1)).collect();
    let bomb = format!("{{...F0}}{bomb} fragment F28 on Query {{__typename}}");
    let brackets = format!("{{a(b:{}1{})}}", "[".repeat(5_000), "]".repeat(5_000));
    let greedy = "{ artists(first: 100) { nodes { albums(first: 100) { nodes { title } } } } }";
    let unknown = following(999_999, 0);
    for (query, code) in [
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("", "BAD_REQUEST"),
        ("subscription { playlistActivity { version } }", "GRAPHQL_VALIDATION_FAILED"),
        (&bomb, "DOCUMENT_TOO_LARGE"),
        (&brackets, "TOO_DEEP"),
        (greedy, "MAX_COST_EXCEEDED"),
        (&unknown, "NOT_FOUND"),
    ] {
        socket.subscribe("x", query).await;
        let error = socket.hear().await;
        assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("x")), "{query:.80}: {error}");
        assert_eq!(error["payload"][0]["extensions"]["code"], code, "{query:.80}: {error}");
    }
    socket.subscribe("x", "{ __typename }").await;
    assert_eq!(socket.hear().await["type"], "next");
}

#[tokio::test]
async fn pings_are_answered_at_any_time() {
    let server = TestServer::start().await;
    let mut socket = Socket::open(&server).await;
    socket.say(json!({"type": "ping"})).await;
    assert_eq!(socket.hear().await, json!({"type": "pong"}));
    socket.say(json!({"type": "pong"})).await;
    socket.say(json!({"type": "connection_init", "payload": {"client": "x"}})).await;
    assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
    socket.say(json!({"type": "ping", "payload": {"n": 1}})).await;
    assert_eq!(socket.hear().await, json!({"type": "pong", "payload": {"n": 1}}));
    socket.stream.send(Message::Ping(Bytes::from_static(b"hello"))).await.expect("it is sent");
    assert_eq!(socket.frame().await, Some(Message::Pong(Bytes::from_static(b"hello"))));
}

#[tokio::test]
async fn every_breach_of_the_protocol_has_its_code() {
    let server = TestServer::start().await;
    let init = json!({"type": "connection_init"});
    let query = json!({"id": "1", "type": "subscribe", "payload": {"query": "{ __typename }"}});
    for (messages, code) in [
        (vec![query.clone()], 4401),
        (vec![json!({"type": "connection_init", "payload": {"Authorization": "Bearer nobody"}})], 4403),
        (vec![init.clone(), init.clone()], 4429),
        (vec![json!({"type": "nonsense"})], 4400),
        (vec![json!([])], 4400),
        (vec![init.clone(), json!({"id": "1", "type": "subscribe", "payload": {"query": 5}})], 4400),
        (vec![init.clone(), json!({"id": "1", "type": "next", "payload": {}})], 4400),
    ] {
        let mut socket = Socket::open(&server).await;
        for message in &messages {
            socket.say(message.clone()).await;
        }
        if messages.len() == 2 {
            assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
        }
        let (closed, reason) = socket.closed().await;
        assert_eq!(closed, code, "{messages:?}: {reason}");
        for inside in ["serde", "enum", "line ", "column", "src/"] {
            assert!(!reason.contains(inside), "{reason}");
        }
    }
    let mut socket = Socket::open(&server).await;
    socket.say_text("}{").await;
    assert_eq!(socket.closed().await.0, 4400);
    let mut socket = Socket::open(&server).await;
    socket.stream.send(Message::binary("{}")).await.expect("it is sent");
    assert_eq!(socket.closed().await.0, 4400);
}

#[tokio::test]
async fn the_id_of_an_operation_that_runs_is_taken() {
    let server = TestServer::start().await;
    let (_client, playlist) = a_followed_playlist(&server).await;
    for id in ["same", &"é".repeat(100)] {
        let mut socket = Socket::ready(&server).await;
        socket.subscribe(id, &following(playlist, 0)).await;
        assert_eq!(socket.hear().await["type"], "next");
        socket.subscribe(id, "{ __typename }").await;
        let (code, reason) = socket.closed().await;
        assert_eq!(code, 4409);
        assert!(reason.ends_with("already exists"), "{reason}");
    }
}

#[tokio::test]
async fn a_socket_that_is_never_initialised_is_closed() {
    let server = TestServer::start().await;
    let mut socket = Socket::open(&server).await;
    let began = Instant::now();
    assert_eq!(socket.closed().await, (4408, "Connection initialisation timeout".to_owned()));
    assert!(began.elapsed() > Duration::from_secs(9) && began.elapsed() < Duration::from_secs(12));
}

#[tokio::test]
async fn only_the_protocol_of_the_server_is_spoken() {
    let server = TestServer::start().await;
    let mut bare = Socket::open_with(&server, &[]).await.expect("it opens to be told");
    assert_eq!(bare.closed().await, (4406, "Subprotocol not acceptable".to_owned()));
    // The client library ends it first: the answer names no protocol.
    assert_eq!(Socket::open_with(&server, &[("sec-websocket-protocol", "graphql-ws")]).await.err(), Some(0));
    for protocols in ["graphql-ws, graphql-transport-ws", "graphql-transport-ws"] {
        let mut socket = Socket::open_with(&server, &[("sec-websocket-protocol", protocols)]).await.expect("it opens");
        socket.say(json!({"type": "connection_init"})).await;
        assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
    }
}

#[tokio::test]
async fn pages_of_other_origins_open_no_socket() {
    let server = TestServer::start_with(&["--allowed-origins", "https://app.example"]).await;
    let own = format!("http://{}", server.server.address());
    for (origin, status) in
        [(own.as_str(), None), ("https://app.example", None), ("https://evil.example", Some(403)), ("null", Some(403))]
    {
        let opened = Socket::open_with(&server, &[PROTOCOL, ("origin", origin)]).await;
        assert_eq!(opened.err(), status, "{origin}");
    }
}

#[tokio::test]
async fn a_close_is_answered_with_its_code() {
    let server = TestServer::start().await;
    for code in [1000_u16, 1001, 4999] {
        let mut socket = Socket::ready(&server).await;
        let close = CloseFrame { code: code.into(), reason: "bye".into() };
        socket.stream.send(Message::Close(Some(close))).await.expect("it is sent");
        assert_eq!(socket.closed().await.0, code);
        assert!(socket.frame().await.is_none());
    }
}

#[tokio::test]
async fn frames_that_break_the_rules_end_the_socket() {
    let server = TestServer::start().await;
    let huge_head = {
        let mut head = vec![0x81, 0xff];
        head.extend((1_u64 << 40).to_be_bytes());
        head.extend([0; 4]);
        head
    };
    for (bytes, code) in [
        (frame(0x81, &[b'x'; 256 * 1024 + 1]), 1009),
        (huge_head, 1009),
        (frame(0x81, &[0xff, 0xfe]), 1007),
        (frame(0xf1, b"{}"), 1002),
        (vec![0x81, 0x02, b'{', b'}'], 1002),
        (frame(0x80, b"{}"), 1002),
    ] {
        let mut socket = Socket::ready(&server).await;
        socket.say_raw(&bytes).await;
        assert_eq!(socket.closed().await.0, code, "{:?}", &bytes[..2]);
    }
    // A message in pieces is one message.
    let mut socket = Socket::open(&server).await;
    socket.say_raw(&frame(0x01, b"{\"type\":")).await;
    socket.say_raw(&frame(0x89, b"")).await;
    socket.say_raw(&frame(0x80, b"\"connection_init\"}")).await;
    assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
    // And bounded like one.
    socket.say_raw(&frame(0x01, &[b'x'; 200_000])).await;
    socket.say_raw(&frame(0x00, &[b'x'; 100_000])).await;
    assert_eq!(socket.closed().await.0, 1009);
}

#[tokio::test]
async fn a_socket_runs_fifty_operations_and_no_more() {
    let server = TestServer::start().await;
    let (client, playlist) = a_followed_playlist(&server).await;
    let mut socket = Socket::ready(&server).await;
    for number in 0..50 {
        socket.subscribe(&number.to_string(), &following(playlist, 0)).await;
    }
    for _ in 0..50 {
        assert_eq!(socket.hear().await["type"], "next");
    }
    socket.subscribe("50", &following(playlist, 0)).await;
    let error = socket.hear().await;
    assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("50")));
    assert_eq!(error["payload"][0]["extensions"]["code"], "TOO_MANY_OPERATIONS");
    socket.say(json!({"id": "7", "type": "complete"})).await;
    socket.subscribe("50", &following(playlist, 0)).await;
    assert_eq!(socket.hear().await["id"], "50");
    an_activity(&client, playlist, "renamed", 2).await;
    let mut heard: Vec<String> = Vec::new();
    for _ in 0..50 {
        heard.push(socket.hear().await["id"].as_str().expect("it has an id").to_owned());
    }
    heard.sort();
    heard.dedup();
    assert_eq!(heard.len(), 50);
}

#[tokio::test]
async fn a_peer_that_answers_no_ping_is_gone_within_thirty_seconds() {
    let server = TestServer::start().await;
    let socket = Socket::ready(&server).await;
    let mut dead = socket.stream.into_inner();
    let began = Instant::now();
    let mut received = Vec::new();
    let read = tokio::io::AsyncReadExt::read_to_end(&mut dead, &mut received);
    timeout(Duration::from_secs(30), read).await.expect("it is gone in time").expect("it is ended cleanly");
    assert!(began.elapsed() > Duration::from_secs(11), "after {:?}", began.elapsed());
    assert!(received.starts_with(&[0x89, 0x00]), "no ping but {received:?}");
}

#[tokio::test]
async fn a_server_that_stops_says_so_to_every_socket() {
    let server = TestServer::start().await;
    let (_client, playlist) = a_followed_playlist(&server).await;
    let mut idle = Socket::open(&server).await;
    let mut live = Socket::ready(&server).await;
    live.subscribe("1", &following(playlist, 0)).await;
    assert_eq!(live.hear().await["type"], "next");
    let began = Instant::now();
    let (idle, live, ()) = tokio::join!(idle.closed(), live.closed(), server.server.stop());
    assert_eq!((idle.0, live.0), (1001, 1001));
    assert!(began.elapsed() < Duration::from_secs(5), "after {:?}", began.elapsed());
}

#[tokio::test]
async fn sockets_of_clients_that_vanish_leave_nothing_behind() {
    let server = TestServer::start().await;
    let (client, playlist) = a_followed_playlist(&server).await;
    for _ in 0..20 {
        let mut socket = Socket::ready(&server).await;
        socket.subscribe("1", &following(playlist, 0)).await;
        socket.subscribe("2", "{ playlists(first: 1) { nodes { name } } }").await;
        drop(socket);
    }
    an_activity(&client, playlist, "renamed", 2).await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("1", &following(playlist, 1)).await;
    assert_eq!(socket.hear().await["payload"]["data"]["playlistActivity"]["version"], 2);
    let began = Instant::now();
    server.server.stop().await;
    assert!(began.elapsed() < Duration::from_secs(5), "after {:?}", began.elapsed());
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_cut_off() {
    let server = TestServer::start().await;
    let (client, playlist) = a_followed_playlist(&server).await;
    let text = "x".repeat(20_000);
    for version in 2..=400 {
        an_activity(&client, playlist, "renamed", version)
            .with("activity_data", json!({"after": {"name": text}}))
            .await;
    }
    let mut socket = Socket::ready(&server).await;
    let id = gid("Playlist", playlist);
    let query = format!(
        "subscription {{ playlistActivity(playlistId: \"{id}\" afterVersion: 1) {{
            activity {{ change {{ ... on DetailsChanged {{ after }} }} }} }} }}"
    );
    for id in 0..10 {
        socket.subscribe(&id.to_string(), &query).await;
    }
    let began = Instant::now();
    // It speaks, so it is alive; it only never reads.
    let ping = frame(0x8a, b"");
    loop {
        if socket.stream.get_mut().write_all(&ping).await.is_err() {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(45), "it is still there");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let began = Instant::now();
    server.server.stop().await;
    assert!(began.elapsed() < Duration::from_secs(5), "after {:?}", began.elapsed());
}
