//! Server-Sent Events: the same answers for clients without WebSocket.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::builders::{a_playlist, a_user, an_activity, gid};
use crate::http::{Request, TestServer};

/// Nothing here takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

const EVENTS: &str = "text/event-stream";

/// A stream of events as it comes in.
struct Events {
    stream: TcpStream,
    text: String,
}

impl Events {
    async fn of(server: &TestServer, request: Request) -> Self {
        let mut stream = TcpStream::connect(server.server.address()).await.expect("the server listens");
        stream.write_all(&request.accept(EVENTS).bytes()).await.expect("it is sent");
        let mut events = Self { stream, text: String::new() };
        events.line("HTTP/1.1 200 OK").await;
        events.line(&format!("content-type: {EVENTS}; charset=utf-8")).await;
        events
    }

    /// Reads more; whether there was more.
    async fn read(&mut self) -> bool {
        let mut bytes = [0; 16 * 1024];
        let read = timeout(PATIENCE, self.stream.read(&mut bytes)).await.expect("something comes in time");
        let count = read.expect("it is readable");
        self.text.push_str(std::str::from_utf8(&bytes[..count]).expect("it is UTF-8"));
        count > 0
    }

    /// Waits for a line and goes on behind it.
    async fn line(&mut self, wanted: &str) {
        let line = format!("{wanted}\r\n");
        while !self.text.contains(&line) {
            assert!(self.read().await, "{wanted} does not come: {}", self.text);
        }
    }

    /// The next answer.
    async fn next(&mut self) -> Value {
        loop {
            let event = self.text.split_once("event: next\ndata: ").and_then(|(_, rest)| rest.split_once("\n\n"));
            if let Some((data, rest)) = event {
                let mut answer: Value = serde_json::from_str(data).unwrap_or_else(|error| panic!("{error}: {data}"));
                answer.as_object_mut().expect("an answer is an object").remove("extensions");
                self.text = rest.to_owned();
                return answer;
            }
            assert!(self.read().await, "no answer comes: {}", self.text);
        }
    }

    /// What comes until the end.
    async fn rest(mut self) -> String {
        while self.read().await {}
        self.text
    }
}

fn following(playlist: i64, after: i32) -> Request {
    let id = gid("Playlist", playlist);
    Request::query(&format!(
        "subscription {{ playlistActivity(playlistId: \"{id}\" afterVersion: {after}) {{ version }} }}"
    ))
}

fn version(number: i32) -> Value {
    json!({"data": {"playlistActivity": {"version": number}}})
}

#[tokio::test]
async fn an_operation_is_told_as_events_to_whom_takes_them() {
    let server = TestServer::start().await;
    let mut events = Events::of(&server, Request::query("{ __typename }")).await;
    assert_eq!(events.next().await, json!({"data": {"__typename": "Query"}}));
    assert!(events.rest().await.starts_with("event: complete\ndata:\n\n"));
    // What is wrong with an operation is an answer, too.
    for (query, code) in [
        ("{ noSuchField }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { noSuchField }", "GRAPHQL_VALIDATION_FAILED"),
        ("{", "GRAPHQL_PARSE_FAILED"),
    ] {
        let mut events = Events::of(&server, Request::query(query)).await;
        let answer = events.next().await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{answer}");
        assert!(events.rest().await.starts_with("event: complete\ndata:\n\n"));
    }
    // What is no GraphQL request has its status.
    let refused =
        server.send(&Request::query("{ __typename }").accept(EVENTS).header("Content-Type", "text/plain")).await;
    assert_eq!(refused.status, 415, "{refused:?}");
    let refused = server.send(&following(1, 0)).await;
    assert_eq!((refused.status, refused.refusal().as_str()), (400, "BAD_REQUEST"));
}

#[tokio::test]
async fn a_subscription_replays_follows_and_leaves_nothing_behind() {
    let server = TestServer::start().await;
    let client = server.database.client().await;
    let owner = a_user(&client).await;
    let playlist = a_playlist(&client, owner).await;
    an_activity(&client, playlist, "created", 1).await;
    an_activity(&client, playlist, "renamed", 2).await;
    let mut events = Events::of(&server, following(playlist, 0)).await;
    for number in 1..=4 {
        if number > 2 {
            an_activity(&client, playlist, "renamed", number).await;
        }
        assert_eq!(events.next().await, version(number));
    }
    drop(events);
    // It goes on where the client was, and ends when nobody may follow any more.
    let mut events = Events::of(&server, following(playlist, 3)).await;
    assert_eq!(events.next().await, version(4));
    let open = || async { server.get("/metrics").await.body.contains("music_websockets 1\n") };
    for _ in 0..100 {
        if open().await {
            break;
        }
        sleep(Duration::from_millis(50)).await;
    }
    assert!(open().await, "the stream that was left is closed, the other one counts");
    client.batch_execute("update playlists set visibility = 'private'").await.expect("it is made private");
    assert!(events.rest().await.contains("event: complete\ndata:\n\n"));
}

#[tokio::test]
async fn a_stream_ends_with_the_rights_of_its_caller_and_counts_as_a_socket() {
    let server = TestServer::start_with(&["--max-sockets-per-address", "1"]).await;
    let client = server.database.client().await;
    let owner = a_user(&client).await;
    let playlist = a_playlist(&client, owner).await;
    an_activity(&client, playlist, "created", 1).await;
    let ada = server.register("ada").await;
    let mut events =
        Events::of(&server, following(playlist, 0).header("Authorization", format!("Bearer {}", ada.access))).await;
    assert_eq!(events.next().await, version(1));
    let second = server.send(&following(playlist, 0).accept(EVENTS)).await;
    assert_eq!(second.status, 429, "{second:?}");
    server
        .send(&Request::query("mutation { logout { ok } }").header("Authorization", format!("Bearer {}", ada.access)))
        .await;
    // Without `complete`: whoever may follow again has to ask again.
    assert!(!events.rest().await.contains("event: complete"));
    let refused = Events::of(&server, following(playlist, 0).header("Authorization", format!("Bearer {}", ada.access)))
        .await
        .next()
        .await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{refused}");
}

#[tokio::test]
async fn a_server_that_stops_ends_its_streams() {
    let server = TestServer::start().await;
    let client = server.database.client().await;
    let owner = a_user(&client).await;
    let playlist = a_playlist(&client, owner).await;
    an_activity(&client, playlist, "created", 1).await;
    let mut events = Events::of(&server, following(playlist, 0)).await;
    assert_eq!(events.next().await, version(1));
    let TestServer { server, .. } = server;
    timeout(PATIENCE, server.stop()).await.expect("it stops in time");
    assert!(!events.rest().await.contains("event: complete"));
}
