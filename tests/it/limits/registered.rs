//! A server that runs registered operations alone.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::{Operation, code_of, code_on, get, hash, persisted, post};
use crate::http::TestServer;
use crate::websocket::Socket;

const ARTISTS: &str = "query Artists($n: Int!) { artists(first: $n) { nodes { name } } }";
const SIGN_OUT: &str = "mutation SignOut { logout { ok } }";
const FOLLOW: &str = "subscription Follow($id: ID!) { playlistActivity(playlistId: $id) { cursor } }";

/// A file of operations that is there for as long as the test runs.
struct File(PathBuf);

impl File {
    fn of(content: &Value) -> Self {
        let name = format!("operations-{}-{}.json", std::process::id(), hash(&content.to_string()));
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, content.to_string()).expect("the folder can be written");
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("the path is UTF-8")
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // What is left is overwritten by the next run.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn by_id(id: &str, variables: &Value) -> Value {
    json!({"variables": variables, "extensions": persisted(id)})
}

#[tokio::test]
async fn registered_operations_run_by_hash_by_id_and_by_text_on_every_way_in() {
    let apollo = json!({"format": "apollo-persisted-query-manifest", "version": 1, "operations": [
        {"id": "artists-1", "name": "Artists", "type": "query", "body": ARTISTS},
        {"id": hash(SIGN_OUT), "name": "SignOut", "type": "mutation", "body": SIGN_OUT},
        {"id": "follow", "name": "Follow", "type": "subscription", "body": FOLLOW},
    ]});
    let plain = json!({"artists-1": ARTISTS, hash(SIGN_OUT): SIGN_OUT, "follow": FOLLOW});
    let expected = json!({"data": {"artists": {"nodes": []}}});
    let one = json!({"n": 1});
    for content in [apollo, plain] {
        let file = File::of(&content);
        let server = TestServer::start_with(&["--operations", file.path()]).await;
        let mut socket = Socket::ready(&server).await;
        let text = Operation::with(ARTISTS, one.clone());
        for body in [by_id("artists-1", &one), by_id(&hash(ARTISTS), &one), text.body(), text.registering()] {
            for request in [post(&body), get(&body)] {
                let answer = server.send(&request).await;
                assert_eq!((answer.status, answer.json()), (200, expected.clone()), "{body}");
            }
            socket.say(json!({"id": "x", "type": "subscribe", "payload": body})).await;
            assert_eq!(socket.hear().await["payload"]["data"], expected["data"], "{body}");
            assert_eq!(socket.hear().await["type"], "complete");
        }
        let answer = server.send(&post(&by_id(&hash(SIGN_OUT).to_uppercase(), &json!({})))).await;
        assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        assert_eq!(code_on(&mut socket, &by_id("follow", &json!({"id": "x"})), "it is run").await, "BAD_USER_INPUT");
        // Bounds hold for them as well.
        let many = by_id("artists-1", &json!({"n": 101}));
        assert_eq!(server.send(&post(&many)).await.json()["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    }
}

#[tokio::test]
async fn nothing_else_runs() {
    let file = File::of(&json!({"artists-1": ARTISTS, "follow": FOLLOW}));
    let server = TestServer::start_with(&["--operations", file.path()]).await;
    let mut socket = Socket::ready(&server).await;
    let spaced = ARTISTS.replace("{ name }", "{ name  }");
    for query in ["{ __typename }", "{ __schema { types { name } } }", spaced.as_str(), "no document"] {
        for body in [Operation::new(query).body(), Operation::new(query).registering()] {
            for request in [post(&body), get(&body)] {
                assert_eq!(code_of(&server.send(&request).await, query), "OPERATION_NOT_REGISTERED");
            }
            assert_eq!(code_on(&mut socket, &body, query).await, "OPERATION_NOT_REGISTERED");
        }
    }
    for id in ["", "artists-2", &hash("{ __typename }")] {
        let body = by_id(id, &json!({}));
        for request in [post(&body), get(&body)] {
            assert_eq!(code_of(&server.send(&request).await, id), "PERSISTED_QUERY_NOT_FOUND");
        }
        assert_eq!(code_on(&mut socket, &body, id).await, "PERSISTED_QUERY_NOT_FOUND");
    }
    let later = FOLLOW.replace("cursor", "version");
    assert_eq!(code_on(&mut socket, &Operation::new(later).body(), "a subscription").await, "OPERATION_NOT_REGISTERED");
}

/// Before it touches anything.
#[test]
fn a_server_with_a_broken_file_does_not_start_and_says_which_operation_it_is() {
    let database = std::env::temp_dir().join(format!("registered-{}", std::process::id()));
    for (content, expected) in [
        (json!({"good": ARTISTS, "wrong": "{ nothing }"}), "the operation wrong: Unknown field"),
        (json!({"broken": "{ artists("}), "the operation broken: "),
        (json!({}), "it holds no operation"),
        (json!([1]), "it is neither an object"),
    ] {
        let file = File::of(&content);
        let output = Command::new(env!("CARGO_BIN_EXE_searxng-cool-music"))
            .args(["--listen", "127.0.0.1:0", "--operations", file.path(), "--data-dir"])
            .arg(&database)
            .output()
            .expect("the program runs");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && told.contains(expected) && told.contains(file.path()),
            "{expected}: {told}"
        );
        assert!(!database.exists(), "{told}");
    }
}

#[tokio::test]
async fn introspection_and_the_playground_are_switched_one_by_one() {
    for (flags, introspection, playground) in [
        (&[][..], true, true),
        (&["--profile", "production"][..], false, false),
        (&["--introspection", "off"][..], false, true),
        (&["--playground", "off"][..], true, false),
        (&["--profile", "production", "--introspection", "on"][..], true, false),
        (&["--profile", "production", "--playground", "on"][..], false, true),
    ] {
        let server = TestServer::start_with(flags).await;
        let told = server.query("{ __schema { queryType { name } } }").await.json()["data"]["__schema"].clone();
        assert_eq!((told.is_object(), server.get("/").await.status == 200), (introspection, playground), "{flags:?}");
    }
}
