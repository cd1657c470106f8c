//! The front door: what a started server answers, to good requests and to all others.

mod input;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use clap::Parser as _;
use futures_util::future::join_all;
use searxng_cool_music::account::accounts::Accounts;
use searxng_cool_music::config::Settings;
use searxng_cool_music::db::connect::{ConnectTarget, SessionSettings};
use searxng_cool_music::db::{Database, PoolSettings};
use searxng_cool_music::secrets::Keys;
use searxng_cool_music::server::{Server, State};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::time::timeout;

use crate::builders::{a_genre, a_playlist, a_track, a_user, an_album, an_artist, an_item, gid};
use crate::harness::{TestDatabase, cluster, connect_to};

/// Nothing here takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

const GRAPHQL: &str = "application/graphql-response+json; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";

#[derive(clap::Parser)]
struct Flags {
    #[command(flatten)]
    settings: Settings,
}

/// A server on a port of its own, over a database of its own.
pub struct TestServer {
    pub server: Server,
    pub database: TestDatabase,
    pub pool: Database,
    pub accounts: Accounts,
    _apart: Apart,
}

/// Where a server runs: tests block their own thread. Its connections end with it.
struct Apart(Option<Runtime>);

impl Apart {
    fn new() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        Self(Some(runtime.expect("a runtime can be made")))
    }

    fn handle(&self) -> &Handle {
        self.0.as_ref().expect("it runs until it is dropped").handle()
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl TestServer {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub async fn start_with(flags: &[&str]) -> Self {
        Self::start_as(flags, |state| state).await
    }

    /// With another state than the flags make.
    pub async fn start_as(flags: &[&str], state: impl FnOnce(State) -> State) -> Self {
        let keys = Keys::in_memory().expect("there is randomness");
        Self::made(TestDatabase::create().await, keys, flags, state).await
    }

    /// One over a database that may have others, and with their keys.
    pub async fn over(database: TestDatabase, keys: Keys, flags: &[&str]) -> Self {
        Self::made(database, keys, flags, |state| state).await
    }

    async fn made(database: TestDatabase, keys: Keys, flags: &[&str], state: impl FnOnce(State) -> State) -> Self {
        let mut all = vec!["tests", "--listen", "127.0.0.1:0", "--workers", "1"];
        // Hashing is dear on purpose; no test needs that.
        for (flag, value) in
            [("--password-memory-kib", "64"), ("--password-passes", "1"), ("--registrations-per-address", "10000")]
        {
            if !flags.contains(&flag) {
                all.extend([flag, value]);
            }
        }
        all.extend(flags);
        let settings = Flags::try_parse_from(all).unwrap_or_else(|error| panic!("{error}")).settings;
        let pool = PoolSettings {
            max_connections: 4,
            recycle_after: Duration::from_secs(60),
            wait: Duration::from_millis(1_500),
            session: SessionSettings::default(),
        };
        let apart = Apart::new();
        let opening = apart.handle().spawn(Database::open(database.serving(), pool));
        let pool = opening.await.expect("it runs").expect("the pool opens");
        let accounts = Accounts::new(keys, &settings).expect("the settings of accounts fit");
        let inside = apart.handle().enter();
        let state = state(State::new(pool.clone(), accounts.clone(), &settings).expect("the settings fit"));
        let listener = Server::listen(&settings).expect("a port is free");
        let server = Server::start(state, listener, &settings).expect("the server starts");
        drop(inside);
        Self { server, database, pool, accounts, _apart: apart }
    }

    pub async fn send(&self, request: &Request) -> Answer {
        self.try_send(&request.bytes()).await.expect("the server answers")
    }

    /// What comes back for these bytes; none when the connection just ends.
    pub async fn try_send(&self, bytes: &[u8]) -> Option<Answer> {
        let exchange = async {
            let stream = TcpStream::connect(self.server.address()).await.expect("the server listens");
            let (mut input, mut output) = stream.into_split();
            let mut received = Vec::new();
            // What is refused early is answered before it is all sent, and the connection may
            // stay open for the rest, or break.
            let reading = async {
                while !Answer::parse(&received).is_some_and(|answer| answer.is_whole()) {
                    if !input.read_buf(&mut received).await.is_ok_and(|count| count > 0) {
                        break;
                    }
                }
            };
            let sending = async {
                let _ = output.write_all(bytes).await;
                std::future::pending::<()>().await;
            };
            tokio::select! { () = reading => {}, () = sending => {} }
            received
        };
        Answer::parse(&timeout(PATIENCE, exchange).await.expect("the server answers in time"))
    }

    pub async fn query(&self, query: &str) -> Answer {
        self.send(&Request::query(query)).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(&Request { method: "GET", path: path.to_owned(), headers: Vec::new(), body: Vec::new() }).await
    }

    /// The server still does what it is for.
    pub async fn lives_on(&self) {
        let answer = self.query("{ __typename }").await;
        assert_eq!((answer.status, answer.json()), (200, json!({"data": {"__typename": "Query"}})));
    }
}

#[derive(Clone)]
pub struct Request {
    pub method: &'static str,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn post(body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![
            ("Content-Type", "application/json".to_owned()),
            ("Accept", "application/graphql-response+json".to_owned()),
        ];
        Self { method: "POST", path: "/graphql".to_owned(), headers, body: body.into() }
    }

    pub fn query(query: &str) -> Self {
        Self::post(json!({"query": query}).to_string())
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(given, _)| *given != name);
        self.headers.push((name, value.into()));
        self
    }

    pub fn accept(self, media: &str) -> Self {
        self.header("Accept", media)
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\nHost: localhost\r\n", self.method, self.path);
        let has = |wanted: &str| self.headers.iter().any(|(name, _)| *name == wanted);
        if !has("Connection") {
            head.push_str("Connection: close\r\n");
        }
        if self.method == "POST" && !has("Content-Length") && !has("Transfer-Encoding") {
            head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        [head.as_bytes(), b"\r\n", &self.body].concat()
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Answer {
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
        Some(Self { status, headers: headers.collect(), body: body.to_owned() })
    }

    /// Whether the body is all there, where its length is known.
    pub fn is_whole(&self) -> bool {
        self.header("content-length").parse().is_ok_and(|length: usize| self.body.len() >= length)
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The answer without its cost, which has tests of its own.
    pub fn json(&self) -> Value {
        let mut json: Value =
            serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"));
        if let Some(answer) = json.as_object_mut() {
            answer.remove("extensions");
        }
        json
    }

    /// The code of the one error of a request that was not run.
    pub fn refusal(&self) -> String {
        let body = self.json();
        assert!(body.get("data").is_none(), "{body}");
        assert_eq!(body["errors"].as_array().map(Vec::len), Some(1), "{body}");
        assert!(body["errors"][0]["message"].as_str().is_some_and(|message| message.len() > 10), "{body}");
        body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

#[tokio::test]
async fn a_query_is_answered_in_the_media_type_that_the_client_prefers() {
    let server = TestServer::start().await;
    for (accept, media) in [
        (None, JSON),
        (Some("*/*"), JSON),
        (Some("application/*"), JSON),
        (Some("application/graphql-response+json"), GRAPHQL),
        (Some("application/json"), JSON),
        (Some("application/graphql-response+json, application/json;q=0.9"), GRAPHQL),
        (Some("application/graphql-response+json;q=0.5, application/json"), JSON),
        (Some("text/html, APPLICATION/JSON"), JSON),
    ] {
        let mut request = Request::query("{ __typename }");
        request.headers.retain(|(name, _)| *name != "Accept");
        let request = accept.into_iter().fold(request, |request, accept| request.accept(accept));
        let answer = server.send(&request).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, media), "{accept:?}");
        assert_eq!(answer.json(), json!({"data": {"__typename": "Query"}}));
    }
}

#[tokio::test]
async fn a_client_that_accepts_neither_media_type_is_told() {
    let server = TestServer::start().await;
    for accept in ["text/html", "application/json;q=0", "image/*"] {
        let answer = server.send(&Request::query("{ __typename }").accept(accept)).await;
        assert_eq!((answer.status, answer.refusal().as_str()), (406, "NOT_ACCEPTABLE"), "{accept}");
    }
}

#[tokio::test]
async fn other_methods_are_told_which_one_is_right() {
    let server = TestServer::start().await;
    for (path, allowed, others) in [
        ("/graphql", "GET, POST", ["PATCH", "PUT", "DELETE"]),
        ("/health/live", "GET", ["POST", "PUT", "DELETE"]),
        ("/health/ready", "GET", ["POST", "PUT", "PATCH"]),
    ] {
        for method in others {
            let request = Request { method, path: path.to_owned(), headers: Vec::new(), body: Vec::new() };
            let answer = server.send(&request).await;
            assert_eq!((answer.status, answer.header("allow")), (405, allowed), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn what_is_not_json_is_an_unsupported_media_type() {
    let server = TestServer::start().await;
    for media in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/json; charset=latin1",
        "",
    ] {
        let answer = server.send(&Request::query("{ __typename }").header("Content-Type", media)).await;
        assert_eq!((answer.status, answer.refusal().as_str()), (415, "UNSUPPORTED_MEDIA_TYPE"), "{media}");
    }
    let answer = server
        .send(&Request::query("{ __typename }").header("Content-Type", "Application/JSON; Charset=\"UTF-8\""))
        .await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_body_beyond_a_mebibyte_is_too_large() {
    let server = TestServer::start().await;
    let padded =
        |bytes: usize| json!({"query": "{ __typename }", "extensions": {"pad": "x".repeat(bytes)}}).to_string();
    assert_eq!(server.send(&Request::post(padded(1_000_000))).await.status, 200);
    let large = padded(1_100_000);
    let answer = server.send(&Request::post(large.clone())).await;
    assert_eq!((answer.status, answer.refusal().as_str()), (413, "PAYLOAD_TOO_LARGE"));
    let chunked = format!("{:x}\r\n{large}\r\n0\r\n\r\n", large.len());
    let answer = server.send(&Request::post(chunked).header("Transfer-Encoding", "chunked")).await;
    assert_eq!((answer.status, answer.refusal().as_str()), (413, "PAYLOAD_TOO_LARGE"));
    server.lives_on().await;
}

#[tokio::test]
async fn a_body_that_is_no_request_is_bad() {
    let server = TestServer::start().await;
    for body in [
        "",
        "nonsense",
        "{",
        "{\"query\": \"{ __typename }\"",
        "null",
        "3",
        "\"{ __typename }\"",
        "{}",
        "{\"query\": null}",
        "{\"query\": \"\"}",
        "{\"query\": \" \\n \"}",
        "{\"query\": 3}",
        "{\"query\": [\"{ __typename }\"]}",
        "{\"query\": \"{ __typename }\", \"variables\": []}",
        "{\"query\": \"{ __typename }\", \"variables\": \"{}\"}",
        "{\"query\": \"{ __typename }\", \"operationName\": 1}",
        "{\"query\": \"{ __typename }\", \"extensions\": 1}",
        "{\"query\": \"\\ud800\"}",
    ] {
        for accept in ["application/json", "application/graphql-response+json"] {
            let answer = server.send(&Request::post(body).accept(accept)).await;
            assert_eq!((answer.status, answer.refusal().as_str()), (400, "BAD_REQUEST"), "{body}");
        }
    }
    let latin = [b"{\"query\": \"{ __typename } # ".as_slice(), &[0xe9], b"\"}"].concat();
    assert_eq!(server.send(&Request::post(latin)).await.refusal(), "BAD_REQUEST");
}

#[tokio::test]
async fn batches_are_refused() {
    let server = TestServer::start().await;
    let answer = server.send(&Request::post("[{\"query\": \"{ __typename }\"}]")).await;
    assert_eq!((answer.status, answer.refusal().as_str()), (400, "BAD_REQUEST"));
    assert!(answer.body.contains("one by one"), "{}", answer.body);
}

#[tokio::test]
async fn nothing_but_null_is_as_good_as_absent() {
    let server = TestServer::start().await;
    let body = "{\"query\": \"{ __typename }\", \"variables\": null, \"operationName\": null, \"extensions\": null, \"unknown\": 1}";
    assert_eq!(server.send(&Request::post(body)).await.json(), json!({"data": {"__typename": "Query"}}));
}

/// The status and code of a document, for clients of the new and of the old media type.
async fn document(server: &TestServer, query: &str) -> (u16, u16, String) {
    let new = server.send(&Request::query(query).accept("application/graphql-response+json")).await;
    let old = server.send(&Request::query(query).accept("application/json")).await;
    assert_eq!(new.json(), old.json());
    (new.status, old.status, new.refusal())
}

#[tokio::test]
async fn a_document_that_cannot_be_run_is_told_apart_by_code() {
    let server = TestServer::start().await;
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("query { tracks(first: ) { nodes { id } } }", "GRAPHQL_PARSE_FAILED"),
        ("{ tracks { nodes { id } } } }", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ tracks { nodes } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ track { id } }", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        assert_eq!(document(&server, query).await, (400, 200, code.to_owned()), "{query}");
    }
}

#[tokio::test]
async fn an_answer_of_nothing_but_a_failed_nullable_field_has_data() {
    let server = TestServer::start().await;
    let body = server.query("{ node(id: \"nonsense\") { id } }").await.json();
    assert_eq!(body["data"], json!({"node": null}));
}

#[tokio::test]
async fn a_failed_list_takes_the_whole_answer_with_it() {
    let server = TestServer::start().await;
    let body = server.query("{ __typename tracks(first: 0) { nodes { id } } }").await.json();
    assert_eq!((&body["data"], &body["errors"][0]["path"]), (&json!(null), &json!(["tracks"])));
    assert!(body.get("data").is_some(), "the request was run");
}

#[tokio::test]
async fn keys_stand_in_the_order_of_the_document() {
    let server = TestServer::start().await;
    let client = server.database.client().await;
    let artist = an_artist(&client).await;
    a_track(&client).by(artist).await;
    let answer = server.query("{ tracks { nodes { z: title artist { name } a: title } totalCount } b: __typename a: genres { totalCount } }").await;
    let expected = "{\"data\":{\"tracks\":{\"nodes\":[{\"z\":\"Track\",\"artist\":{\"name\":\"Artist\"},\"a\":\"Track\"}],\"totalCount\":1},\"b\":\"Query\",\"a\":{\"totalCount\":0}}}";
    let (head, _) = answer.body.split_once(",\"extensions\"").expect("the cost stands behind the data");
    assert_eq!(format!("{head}}}"), expected);
}

#[tokio::test]
async fn a_missing_variable_is_bad_input() {
    let server = TestServer::start().await;
    let answer = server.query("query Q($id: ID!) { node(id: $id) { id } }").await;
    assert_eq!((answer.status, answer.refusal().as_str()), (400, "BAD_USER_INPUT"));
}

#[tokio::test]
async fn a_failed_field_leaves_the_rest_of_the_answer() {
    let server = TestServer::start().await;
    let answer = server.query("{ node(id: \"nonsense\") { id } __typename }").await;
    let body = answer.json();
    assert_eq!((answer.status, &body["data"]), (200, &json!({"node": null, "__typename": "Query"})));
    assert_eq!(body["errors"][0]["path"], json!(["node"]));
    assert_eq!(body["errors"][0]["extensions"], json!({"code": "BAD_USER_INPUT", "argument": ["id"]}));
}

/// Answered with this code, before anybody loses patience, and the server goes on.
async fn harmless(server: &TestServer, document: &str, code: &str) {
    let began = Instant::now();
    let answer = server.query(document).await;
    let shown: String = document.chars().take(60).collect();
    assert!(began.elapsed() < Duration::from_secs(3), "{shown}: {:?}", began.elapsed());
    assert_eq!((answer.status, answer.refusal().as_str()), (400, code), "{shown}");
    server.lives_on().await;
}

#[tokio::test]
async fn deep_brackets_do_not_stop_the_server() {
    let server = TestServer::start().await;
    for bracket in ["[", "{a", "(a:", "{a:", "{a(a:["] {
        let count = 30_000 / bracket.len();
        harmless(&server, &format!("{{ tracks(filter: {}", bracket.repeat(count)), "TOO_DEEP").await;
    }
    harmless(&server, &format!("{{ node(id: {}1{}) {{ id }} }}", "[".repeat(10_000), "]".repeat(10_000)), "TOO_DEEP")
        .await;
    harmless(&server, &"[".repeat(500_000), "DOCUMENT_TOO_LARGE").await;
    harmless(&server, &format!("query Q($v: {}ID{}) {{ a }}", "[".repeat(5_000), "]".repeat(5_000)), "TOO_DEEP").await;
}

#[tokio::test]
async fn fragments_that_spread_each_other_do_not_stop_the_server() {
    let server = TestServer::start().await;
    let mut bomb = "{ ...F0 }".to_owned();
    for level in 0..40 {
        bomb.push_str(&format!(" fragment F{level} on Query {{ ...F{next} ...F{next} }}", next = level + 1));
    }
    bomb.push_str(" fragment F40 on Query { __typename }");
    harmless(&server, &bomb, "DOCUMENT_TOO_LARGE").await;
    harmless(&server, "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", "FRAGMENT_CYCLE").await;
    let many: String = (0..60).map(|number| format!(" fragment F{number} on Query {{ __typename }}")).collect();
    harmless(&server, &format!("{{ __typename }}{many}"), "TOO_MANY_FRAGMENTS").await;
    let unused = format!("{{ __typename }} {}", bomb.split_once('}').map_or("", |(_, fragments)| fragments));
    harmless(&server, &unused, "DOCUMENT_TOO_LARGE").await;
}

#[tokio::test]
async fn endless_documents_do_not_stop_the_server() {
    let server = TestServer::start().await;
    harmless(&server, &format!("{{ {} }}", "__typename ".repeat(2_500)), "DOCUMENT_TOO_LARGE").await;
    harmless(&server, &format!("{{ __typename {} }}", "@skip(if: false) ".repeat(500)), "DOCUMENT_TOO_LARGE").await;
    harmless(&server, &format!("{{ __typename # {}\n}}", "x".repeat(40_000)), "DOCUMENT_TOO_LARGE").await;
    let deep = format!("{{ genres {{ nodes {} id {} }} }}", "{ parent ".repeat(20), "}".repeat(20));
    let answer = server.query(&deep).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    server.lives_on().await;
}

#[tokio::test]
async fn deep_and_wide_variables_do_not_stop_the_server() {
    let server = TestServer::start().await;
    let query = "query Q($filter: TrackFilter) { tracks(filter: $filter) { nodes { id } } }";
    let nested = |key: &str, depth: usize| {
        let mut filter = json!({"title": {"eq": "a"}});
        for _ in 0..depth {
            filter = json!({key: filter});
        }
        filter
    };
    let wide = json!({"title": {"eq": "a", "neq": "b", "startsWith": "c", "contains": "d", "in": ["e"]}});
    for filter in [
        nested("not", 100),
        nested("and", 50),
        json!({"or": vec![wide; 14_000]}),
        json!({"id": vec!["VHJhY2s6MQ"; 300]}),
    ] {
        let request = Request::post(json!({"query": query, "variables": {"filter": filter}}).to_string());
        let answer = server.send(&request).await;
        assert!(answer.status < 500 && !answer.body.contains("INTERNAL_SERVER_ERROR"), "{answer:?}");
    }
    let brackets = format!("{{\"query\": \"{{ __typename }}\", \"variables\": {{\"a\": {}}}}}", "[".repeat(100_000));
    assert_eq!(server.send(&Request::post(brackets)).await.refusal(), "BAD_REQUEST");
    server.lives_on().await;
}

#[tokio::test]
async fn a_variable_that_is_used_over_and_over_does_not_stop_the_server() {
    let server = TestServer::start().await;
    let wide = json!({"title": {"eq": "a", "neq": "b", "startsWith": "c", "contains": "d", "in": ["e"]}});
    let query = format!(
        "query Q($wide: TrackFilter!) {{ tracks(filter: {{or: [{}]}}) {{ nodes {{ id }} }} }}",
        "$wide ".repeat(240)
    );
    let body = json!({"query": query, "variables": {"wide": {"or": vec![wide; 240]}}});
    let answer = server.send(&Request::post(body.to_string())).await;
    assert!(answer.status < 500 && !answer.body.contains("INTERNAL_SERVER_ERROR"), "{answer:?}");
    assert_eq!(answer.json()["errors"][0]["extensions"]["code"], json!("BAD_USER_INPUT"), "{answer:?}");
    server.lives_on().await;
}

#[tokio::test]
async fn every_answer_carries_the_id_of_its_request() {
    let server = TestServer::start().await;
    let (one, other) = (server.query("{ __typename }").await, server.query("{").await);
    let id = |answer: &Answer| uuid::Uuid::parse_str(answer.header("x-request-id")).expect("an id is a UUID");
    assert_ne!(id(&one), id(&other));
}

#[tokio::test]
async fn an_internal_error_tells_its_request_and_nothing_else() {
    let server = TestServer::start().await;
    server
        .database
        .client()
        .await
        .batch_execute("drop table user_artist_follows; alter table genres rename to secrets")
        .await
        .expect("it goes");
    let answer = server.query("{ genres { nodes { id } } }").await;
    let error = &answer.json()["errors"][0];
    assert_eq!(error["message"], json!("Internal error"));
    let id = answer.header("x-request-id");
    assert_eq!(error["extensions"], json!({"code": "INTERNAL_SERVER_ERROR", "requestId": id}));
}

#[tokio::test]
async fn probes_tell_alive_from_ready() {
    let server = TestServer::start().await;
    assert_eq!(server.get("/health/live").await.status, 200);
    assert_eq!(server.get("/health/ready").await.status, 200);
    let name: String =
        server.database.client().await.query_one("select current_database()", &[]).await.expect("it is open").get(0);
    let keeper =
        connect_to(&ConnectTarget::parse(&cluster().with_database("postgres").url()).expect("an address")).await;
    let close = format!("alter database {name} allow_connections false");
    keeper.batch_execute(&close).await.expect("it is closed");
    let end = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1";
    keeper.execute(end, &[&name]).await.expect("sessions end");
    assert_eq!(server.get("/health/ready").await.status, 503);
    assert_eq!(server.get("/health/live").await.status, 200);
    let answer = server.query("{ tracks { nodes { id } } }").await;
    assert_eq!(answer.json()["errors"][0]["extensions"], json!({"code": "SERVICE_UNAVAILABLE"}));
    keeper.batch_execute(&format!("alter database {name} allow_connections true")).await.expect("it is open");
    assert_eq!(server.get("/health/ready").await.status, 200);
}

#[tokio::test]
async fn a_stopping_server_finishes_what_it_began() {
    let server = TestServer::start().await;
    let client = server.database.client().await;
    client.batch_execute("begin; lock table tracks").await.expect("the table is locked");
    let request = Request::query("{ tracks { totalCount } }").bytes();
    let address = server.server.address();
    let in_flight = tokio::spawn(async move {
        let mut stream = TcpStream::connect(address).await.expect("the server listens");
        stream.write_all(&request).await.expect("it is sent");
        let mut received = Vec::new();
        stream.read_to_end(&mut received).await.expect("it is answered");
        Answer::parse(&received).expect("an answer")
    });
    let waiting =
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    let begun = async {
        while client.query_one(waiting, &[]).await.expect("it answers").get::<_, i64>(0) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, begun).await.expect("the request waits for the lock");
    let stopping = tokio::spawn(server.server.stop());
    let closed = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, closed).await.expect("new connections are refused");
    assert!(!in_flight.is_finished() && !stopping.is_finished());
    client.batch_execute("commit").await.expect("the lock goes");
    let answer = timeout(PATIENCE, in_flight).await.expect("in time").expect("no panic");
    assert_eq!(answer.json(), json!({"data": {"tracks": {"totalCount": 0}}}));
    timeout(PATIENCE, stopping).await.expect("the server ends").expect("no panic");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_ended() {
    let server = TestServer::start_with(&["--request-timeout-ms", "100"]).await;
    let client = server.database.client().await;
    client.batch_execute("begin; lock table tracks").await.expect("the table is locked");
    let answer = server.query("{ tracks { totalCount } }").await;
    assert_eq!((answer.status, answer.refusal().as_str()), (503, "TIMEOUT"));
    client.batch_execute("rollback").await.expect("the lock goes");
    server.lives_on().await;
}

#[tokio::test]
async fn the_playground_is_for_development_only() {
    let server = TestServer::start().await;
    let page = server.get("/").await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(
        !page.body.contains("https://") && !page.body.contains("src=\"http"),
        "the page fetches something from elsewhere"
    );
    let server = TestServer::start_with(&["--profile", "production"]).await;
    assert_eq!(server.get("/").await.status, 404);
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // Source: Vigna, "xorshift64*".
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).expect("31 bits") % sides
    }

    fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.roll(values.len())]
    }
}

/// Documents that are right, with the ids of rows that are there.
const DOCUMENTS: &[&str] = &[
    "{ tracks(first: 5, orderBy: [{field: TITLE, direction: DESC}]) { totalCount edges { cursor node { id title } } } }",
    "{ tracks(first: 5, after: \"WyJpZCsiLFsiMSJdXQ\") { nodes { id durationMs isrc credits { creditedAs } } } }",
    "{ tracks(filter: {title: {contains: \"a\"}, year: {gte: 1970, lt: 1980}, bpm: {gt: 120.5}, or: [{explicit: true}, {camelot: [\"8A\"]}]}) { nodes { id } } }",
    "{ node(id: \"VHJhY2s6MQ\") { id ... on Track { title artist { name albums(last: 3) { nodes { title } } } } } }",
    "{ nodes(ids: [\"VHJhY2s6MQ\", \"QXJ0aXN0OjE\", \"UGxheWxpc3Q6MQ\"]) { __typename id } }",
    "{ track(by: {source: {type: SPOTIFY, id: \"abc\"}}) { id sources { uri } } }",
    "{ track(by: {url: \"https://open.spotify.com/track/abc\"}) { id } }",
    "{ artist(by: {musicbrainzId: \"a74b1b7f-71a5-4011-9441-d0b5e4122711\"}) { id bio members { name } } }",
    "{ albums(filter: {releaseDate: {gt: \"1997-05-21\"}, styles: {containsAny: [\"a\"]}, barcode: {eq: \"1\"}}) { nodes { id } } }",
    "{ album(by: {barcode: \"0602547202890\"}) { title tracks(first: 2) { nodes { title } } } }",
    "{ genre(by: {slug: \"rock\"}) { name children { name } tracks(first: 1) { totalCount } } }",
    "{ search(query: \"artist:björk year:1990-2000 -live \\\"all is\\\"\", types: [TRACK, ARTIST], first: 5) { totalCount facets { genres { key } } nodes { highlight } } }",
    "{ search(query: \"rock\", first: 1, after: \"WyJzY29yZS1raW5kLWlkLSIsWyIxIiwiNSIsIjEiXV0\") { nodes { score } } }",
    "{ parseSearch(query: \"bpm:120-130 key:Am label:'Blue Note'\") { normalised filters warnings } }",
    "{ playlist(by: {uuid: \"00000000-0000-4000-8000-000000000000\"}) { id } }",
    "{ playlists(filter: {updatedAt: {inTheLast: \"30d\"}, tags: {isEmpty: true}}) { nodes { id items(first: 3) { nodes { position track { title } } } } } }",
    "{ playlist(by: {id: \"UGxheWxpc3Q6MQ\"}) { activities(afterVersion: 1, types: [CREATED]) { nodes { summary } } } }",
    "{ topTracks(range: ALL_TIME, first: 3, genreId: \"R2VucmU6MQ\") { nodes { rank track { title } } } }",
    "{ user(by: {username: \"ada\"}) { playlists { nodes { name } } } }",
    "query Q($first: Int = 3, $id: ID!) { tracks(first: $first) { nodes { id } } node(id: $id) { id } }",
    "{ tracksByIsrc(isrc: \"USRC17607839\") { id } }",
    "{ __schema { types { name fields { name type { name ofType { name } } } } } }",
];

/// What a document may become at any place.
const JUNK: &[&str] = &[
    "\\u0000",
    "\u{0}",
    "\u{202e}",
    "💥",
    "é",
    "'",
    "';--",
    "%",
    "_",
    "\\\\",
    "\\\"",
    "\"\"\"",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "!",
    "$",
    "$x",
    "...",
    "... on Track",
    "@skip(if: true)",
    "@include(if: $no)",
    "@nothing",
    "null",
    "true",
    "-1",
    "0",
    "2147483647",
    "-2147483648",
    "2147483648",
    "9223372036854775807",
    "99999999999999999999999",
    "1e400",
    "-1e-400",
    "NaN",
    "Infinity",
    "1.7976931348623157e308",
    "\"\"",
    "[]",
    "{}",
    "[[]]",
    "unknownField",
    "unknown: 1",
    "first: 0",
    "first: 1000",
    "last: -5",
    "after: \"\"",
    "before: \"AAAA\"",
    "filter: {and: [{}]}",
    "id",
    "__typename",
    "fragment F on Track { id }",
    "...F",
    "query",
    "mutation",
    "subscription",
    "\u{feff}",
    "\r",
    "\t",
    "#",
    ",",
    ":",
    "|",
    "&",
    "~",
    "`",
    "VHJhY2s6OTIyMzM3MjAzNjg1NDc3NTgwNw",
    "VHJhY2s6LTE",
    "VHJhY2s6",
    "OjE",
    "QXJ0aXN0OjE",
    "../../etc/passwd",
    "<script>",
    "${jndi:ldap://x}",
];

/// A request that was right before something happened to it.
fn malformed(dice: &mut Dice) -> (Vec<u8>, bool) {
    let mut document = dice.pick(DOCUMENTS).to_owned();
    let cut = |dice: &mut Dice, text: &str| {
        let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
        places.get(dice.roll(places.len().max(1))).copied().unwrap_or(0)
    };
    for _ in 0..=dice.roll(3) {
        match dice.roll(6) {
            0 => document.insert_str(cut(dice, &document), dice.pick(JUNK)),
            1 => {
                let (from, until) = (cut(dice, &document), cut(dice, &document));
                document.replace_range(from.min(until)..from.max(until), "");
            }
            2 => {
                let from = cut(dice, &document);
                let word: String = document[from..].chars().take_while(char::is_ascii_alphanumeric).collect();
                document.replace_range(from..from + word.len(), dice.pick(JUNK));
            }
            // A value, which is where input goes furthest.
            3 | 4 => {
                let starts: Vec<usize> = document.match_indices(": ").map(|(place, _)| place + 2).collect();
                if let Some(from) = starts.get(dice.roll(starts.len().max(1))).copied() {
                    let length = document[from..].find([',', ')', '}', ']']).unwrap_or(0);
                    document.replace_range(from..from + length, dice.pick(JUNK));
                }
            }
            _ => {
                let quotes: Vec<usize> = document.match_indices('"').map(|(place, _)| place + 1).collect();
                let from = quotes.get(dice.roll(quotes.len().max(1))).copied().unwrap_or(0);
                document.insert_str(from, dice.pick(JUNK));
            }
        }
    }
    let mut body = json!({"query": document});
    if dice.roll(3) == 0 {
        let odd = [
            json!(null),
            json!(1),
            json!("x"),
            json!([]),
            json!({}),
            json!({"id": "VHJhY2s6MQ", "first": 1e300}),
            json!({"id": "\u{0}"}),
            json!({"first": [[1]]}),
        ];
        body["variables"] = odd[dice.roll(odd.len())].clone();
    }
    if dice.roll(8) == 0 {
        body["operationName"] = json!(dice.pick(JUNK));
    }
    let mut bytes = body.to_string().into_bytes();
    if dice.roll(6) == 0 {
        for _ in 0..=dice.roll(4) {
            let place = dice.roll(bytes.len());
            match dice.roll(3) {
                0 => bytes[place] = u8::try_from(dice.roll(256)).expect("a byte"),
                1 => bytes.truncate(place.max(1)),
                _ => bytes.insert(place, 0),
            }
        }
    }
    let mut request = Request::post(bytes);
    let mut may_break = false;
    if dice.roll(5) == 0 {
        match dice.roll(9) {
            0 => {
                request = request.header(
                    "Content-Type",
                    dice.pick(&["", "a", "application/json;charset", "application/json; charset=utf-16", ";;;"]),
                )
            }
            1 => request = request.accept(dice.pick(&["", ";", "*/*;q=x", "application/json;q=NaN", "a/b", ",,,"])),
            2 => request = request.header("Accept-Encoding", dice.pick(&["gzip", "zstd, br", "identity;q=0", "?"])),
            3 => request = request.header("X-Request-Id", dice.pick(&["1", "\u{e9}", "'; drop table tracks"])),
            4 => {
                request.path = dice
                    .pick(&["/graphql/", "/graphql?query={a}", "//graphql", "/%00", "/graphql%2f", "/../graphql"])
                    .to_owned()
            }
            5 => request.method = dice.pick(&["GET", "PUT", "PATCH", "TRACE", "BREW"]),
            6 => {
                (request, may_break) =
                    (request.header("Content-Length", dice.pick(&["-1", "x", "1, 2", "99999999999999999999"])), true)
            }
            7 => {
                (request, may_break) = (request.header("Transfer-Encoding", dice.pick(&["chunked", "gzip", "x"])), true)
            }
            _ => (request, may_break) = (request.header("Bad Header", "\u{1}"), true),
        }
    }
    (request.bytes(), may_break)
}

/// Words that no answer may hold: they tell how the server is made.
const INTERNAL: &[&str] = &[
    "select ",
    "insert ",
    "diesel",
    "tokio",
    "panicked",
    "/src/",
    ".rs:",
    "_fkey",
    "_pkey",
    "_check\"",
    "sqlstate",
    "postgres",
    "actix",
    "serde",
    "unwrap",
    "relation \\\"",
    "syntax error at or near",
    "invalid input syntax",
    "out of range for type",
    "internal error",
    "INTERNAL_SERVER_ERROR",
];

#[tokio::test]
async fn a_thousand_malformed_requests_are_answered_as_such() {
    let server = TestServer::start().await;
    let client = server.database.client().await;
    a_genre(&client, "rock").await;
    let artist = an_artist(&client).await;
    let album = an_album(&client).by(artist).released("1997-05-21", "day").await;
    let track = a_track(&client).by(artist).with("album_id", album).of("rock").await;
    let user = a_user(&client).with("username", "ada").await;
    an_item(&client, a_playlist(&client, user).await, track).await;
    assert_eq!(gid("Track", track), "VHJhY2s6MQ");
    let mut dice = Dice(0x5eed);
    let mut statuses: BTreeMap<u16, u32> = BTreeMap::new();
    for _ in 0..125 {
        let requests: Vec<_> = (0..8).map(|_| malformed(&mut dice)).collect();
        let answers = join_all(requests.iter().map(|(bytes, _)| server.try_send(bytes))).await;
        for ((bytes, may_break), answer) in requests.iter().zip(answers) {
            let asked = String::from_utf8_lossy(bytes);
            let Some(answer) = answer else {
                assert!(*may_break, "no answer to {asked}");
                continue;
            };
            assert!(answer.status < 500, "{answer:?} to {asked}");
            let told = answer.body.to_lowercase();
            for word in INTERNAL {
                assert!(!told.contains(&word.to_lowercase()), "{word:?} in {answer:?} to {asked}");
            }
            *statuses.entry(answer.status).or_default() += 1;
        }
    }
    server.lives_on().await;
    // The requests are malformed in many ways, and some still make sense.
    assert!(
        statuses.get(&200).is_some_and(|count| *count > 20) && statuses.get(&400).is_some_and(|count| *count > 300),
        "{statuses:?}"
    );
}
