//! What a hostile client may try: it is refused or ended at once, and nobody else notices.

mod processor;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::{sleep, timeout};

use searxng_cool_music::db::PoolState;

use crate::http::{Answer, Request, TestServer};
use crate::websocket::{PROTOCOL, Socket};

/// The bars are those of a release build on a machine of its own. This is a debug build beside
/// other tests: it may take four times as long.
const SLACK: u32 = 4;
/// A refusal.
const REFUSAL: Duration = Duration::from_millis(50 * SLACK as u64);
/// A simple query of another client meanwhile.
const SIMPLE: Duration = Duration::from_millis(100 * SLACK as u64);
/// Until the pool is idle again.
const IDLE: Duration = Duration::from_millis(1_000 * SLACK as u64);
/// Until a connection that says nothing is ended.
const GONE: Duration = Duration::from_secs(15);
/// No refusal is longer.
const LONGEST_ANSWER: usize = 64 * 1024;

/// One attack at a time, so that what is measured is the server and not another attack.
async fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::const_new(());
    ONE.lock().await
}

/// Another client, on a thread of its own, who asks something simple again and again.
struct Neighbour {
    is_over: Arc<AtomicBool>,
    asking: std::thread::JoinHandle<Vec<Duration>>,
}

impl Neighbour {
    fn of(server: &TestServer) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let (address, until) = (server.server.address(), is_over.clone());
        let asking = std::thread::spawn(move || {
            let mut took = Vec::new();
            while !until.load(Ordering::Relaxed) || took.len() < 5 {
                let began = Instant::now();
                let answer = Self::ask(address);
                took.push(began.elapsed());
                assert_eq!(answer.status, 200, "{answer:?}");
                std::thread::sleep(Duration::from_millis(10));
            }
            took
        });
        Self { is_over, asking }
    }

    fn ask(address: SocketAddr) -> Answer {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(address).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("it is a timeout");
        stream.write_all(&Request::query("{ __typename }").bytes()).expect("it is sent");
        let mut received = Vec::new();
        stream.read_to_end(&mut received).expect("it is answered");
        Answer::parse(&received).expect("it is an answer")
    }

    /// Nearly all of its queries were fast. One in twenty may have waited for the machine.
    fn noticed_nothing(self) {
        self.is_over.store(true, Ordering::Relaxed);
        let mut took = self.asking.join().expect("every query is answered");
        took.sort();
        let usual = took[(took.len() - 1) * 19 / 20];
        assert!(usual < SIMPLE, "a simple query took {usual:?}, of {} queries", took.len());
    }
}

/// The answer to a request, and the quickest of three tries: the machine may be busy with others.
async fn quickest(server: &TestServer, request: &Request) -> (Answer, Duration) {
    let (bytes, mut best) = (request.bytes(), None);
    for _ in 0..3 {
        let began = Instant::now();
        let answer = server.try_send(&bytes).await.expect("it is answered");
        let took = began.elapsed();
        if best.as_ref().is_none_or(|(_, quickest)| took < *quickest) {
            best = Some((answer, took));
        }
    }
    best.expect("there were three tries")
}

/// Documents that are made to cost the server much more than their sender, and the code of each
/// refusal; without one the document may be run.
fn bombs() -> Vec<(&'static str, String, &'static str)> {
    let many = |count: usize, piece: &dyn Fn(usize) -> String| (0..count).map(piece).collect::<String>();
    let spreading = many(28, &|level| format!(" fragment F{level} on Query {{ ...F{0} ...F{0} }}", level + 1));
    vec![
        (
            "a fragment bomb",
            format!("{{ ...F0 }}{spreading} fragment F28 on Query {{ __typename }}"),
            "DOCUMENT_TOO_LARGE",
        ),
        ("a bracket bomb", format!("{{ node(id: {}", "[".repeat(20_000)), "TOO_DEEP"),
        ("a bomb of braces", "{a".repeat(20_000), "DOCUMENT_TOO_LARGE"),
        (
            "a closed bracket bomb",
            format!("{{ node(id: {}1{}) {{ id }} }}", "[".repeat(20_000), "]".repeat(20_000)),
            "DOCUMENT_TOO_LARGE",
        ),
        ("aliases", format!("{{ {} }}", many(20_000, &|n| format!("a{n}: __typename "))), "DOCUMENT_TOO_LARGE"),
        (
            "unused fragments",
            format!("{{ __typename }} {}", many(5_000, &|n| format!("fragment F{n} on Query {{ a }} "))),
            "DOCUMENT_TOO_LARGE",
        ),
        ("unknown fields", format!("{{ {} }}", "a ".repeat(200_000)), "DOCUMENT_TOO_LARGE"),
        (
            "as many unknown fields as fit",
            format!("{{ genres {{ nodes {{ {} }} }} }}", many(1_900, &|n| format!("f{n} "))),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "as many conflicting fields as fit",
            format!("{{ genres {{ nodes {{ {} }} }} }}", "tracks { nodes { id } } ".repeat(150)),
            "",
        ),
    ]
}

#[tokio::test]
async fn documents_that_are_bombs_are_refused_at_once() {
    let _alone = alone().await;
    let server = TestServer::start().await;
    let neighbour = Neighbour::of(&server);
    for (what, document, code) in bombs() {
        let (answer, took) = quickest(&server, &Request::query(&document)).await;
        assert!(took < REFUSAL, "{what}: {took:?}");
        assert!(answer.body.len() < LONGEST_ANSWER, "{what}: {} bytes", answer.body.len());
        if !code.is_empty() {
            assert_eq!(answer.status, 400, "{what}: {answer:?}");
            assert_eq!(answer.json()["errors"][0]["extensions"]["code"], code, "{what}: {answer:?}");
        }
    }
    let brackets = format!("{{\"query\": \"{{ __typename }}\", \"variables\": {{\"a\": {}}}}}", "[".repeat(20_000));
    let (answer, took) = quickest(&server, &Request::post(brackets)).await;
    assert_eq!((answer.status, answer.refusal().as_str()), (400, "BAD_REQUEST"));
    assert!(took < REFUSAL, "brackets in variables: {took:?}");
    neighbour.noticed_nothing();
}

#[tokio::test]
async fn a_body_without_end_is_refused_while_it_comes() {
    let _alone = alone().await;
    let server = TestServer::start().await;
    let neighbour = Neighbour::of(&server);
    let stream = TcpStream::connect(server.server.address()).await.expect("the server listens");
    let (mut input, mut output) = stream.into_split();
    let head = Request::post("").header("Transfer-Encoding", "chunked").bytes();
    output.write_all(&head).await.expect("the head is sent");
    let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x1_0000], b"\r\n"].concat();
    let mut sent = 0_usize;
    let mut received = Vec::new();
    let exchange = async {
        let answered = async {
            while !Answer::parse(&received).is_some_and(|answer| answer.is_whole()) {
                assert!(input.read_buf(&mut received).await.expect("it is answered before it is ended") > 0);
            }
        };
        let sending = async {
            while sent < 200 << 20 && output.write_all(&chunk).await.is_ok() {
                sent += chunk.len();
            }
            std::future::pending::<()>().await;
        };
        tokio::select! { () = answered => {}, () = sending => {} }
    };
    timeout(Duration::from_secs(20), exchange).await.expect("it is answered in time");
    let answer = Answer::parse(&received).expect("it is an answer");
    assert_eq!((answer.status, answer.refusal().as_str()), (413, "PAYLOAD_TOO_LARGE"));
    // Nobody waits for an end that never comes.
    let ended = async { while input.read_buf(&mut received).await.is_ok_and(|count| count > 0) {} };
    timeout(Duration::from_secs(5), ended).await.expect("the connection is ended after the answer");
    // A mebibyte is allowed; the rest is what was under way.
    assert!(sent < 24 << 20, "{sent} bytes were sent");
    neighbour.noticed_nothing();
}

#[tokio::test]
async fn bodies_that_trickle_are_ended_in_time() {
    let _alone = alone().await;
    let server = TestServer::start_with(&["--body-timeout-ms", "2000"]).await;
    let neighbour = Neighbour::of(&server);
    let head = Request::post("{").header("Content-Length", "1000").bytes();
    let began = Instant::now();
    let slow = (0..300).map(|_| async {
        let stream = TcpStream::connect(server.server.address()).await.expect("the server listens");
        let (mut input, mut output) = stream.into_split();
        output.write_all(&head).await.expect("the head is sent");
        let trickle = async {
            while output.write_all(b" ").await.is_ok() {
                sleep(Duration::from_millis(200)).await;
            }
            std::future::pending::<()>().await;
        };
        let mut received = Vec::new();
        let read = async {
            while !Answer::parse(&received).is_some_and(|answer| answer.is_whole()) {
                assert!(input.read_buf(&mut received).await.expect("it is answered before it is ended") > 0);
            }
        };
        tokio::select! { () = read => {}, () = trickle => {} }
        Answer::parse(&received).expect("it is an answer")
    });
    for answer in timeout(Duration::from_secs(20), join_all(slow)).await.expect("they are ended") {
        assert_eq!((answer.status, answer.refusal().as_str()), (408, "REQUEST_TIMEOUT"), "{answer:?}");
    }
    let took = began.elapsed();
    assert!(took > Duration::from_secs(2) && took < Duration::from_secs(2) + IDLE, "after {took:?}");
    neighbour.noticed_nothing();
}

#[tokio::test]
async fn the_head_of_a_later_request_may_not_trickle() {
    let server = TestServer::start().await;
    let mut stream = TcpStream::connect(server.server.address()).await.expect("the server listens");
    let mut received = Vec::new();
    stream.write_all(&Request::post(r#"{"query":"{ __typename }"}"#).bytes()).await.expect("a request is sent");
    while !Answer::parse(&received).is_some_and(|answer| answer.is_whole()) {
        assert!(stream.read_buf(&mut received).await.expect("it is answered") > 0);
    }
    let answered = Instant::now();
    let (mut input, mut output) = stream.into_split();
    let trickle = async {
        let head = b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nX-Long: ".iter().chain(std::iter::repeat(&b'a'));
        for byte in head {
            if output.write_all(&[*byte]).await.is_err() {
                break;
            }
            sleep(Duration::from_millis(500)).await;
        }
        std::future::pending::<()>().await;
    };
    let mut rest = Vec::new();
    let ended = async { while input.read_buf(&mut rest).await.is_ok_and(|count| count > 0) {} };
    tokio::select! { () = ended => {}, () = trickle => {} }
    assert!(answered.elapsed() < GONE, "after {:?}", answered.elapsed());
    assert!(rest.is_empty(), "{rest:?}");
}

#[tokio::test]
async fn connections_that_say_nothing_are_refused_or_gone_within_fifteen_seconds() {
    let _alone = alone().await;
    let server = TestServer::start().await;
    let neighbour = Neighbour::of(&server);
    let address = server.server.address();
    let sockets = (0..500).map(|_| async {
        match Socket::open_with(&server, &[PROTOCOL]).await {
            Ok(mut socket) => {
                let opened = Instant::now();
                assert_eq!(socket.closed().await.0, 4408);
                assert!(opened.elapsed() < GONE, "after {:?}", opened.elapsed());
                None
            }
            Err(status) => Some(status),
        }
    });
    let plain = (0..500).map(|number| async move {
        let mut stream = TcpStream::connect(address).await.expect("the server listens");
        // Half of them begin a request, and never end it.
        let beginning = if number % 2 == 0 { "" } else { "POST /graphql HTTP/1.1\r\nHost: localhost\r\n" };
        stream.write_all(beginning.as_bytes()).await.expect("it is sent");
        let opened = Instant::now();
        let mut received = Vec::new();
        // Ended by the server, with the answer of the library or without.
        let _ = stream.read_to_end(&mut received).await;
        assert!(opened.elapsed() < GONE, "after {:?}", opened.elapsed());
        assert!(received.is_empty() || received.starts_with(b"HTTP/1.1 408 "), "{received:?}");
    });
    let (sockets, _) =
        timeout(Duration::from_secs(30), join(join_all(sockets), join_all(plain))).await.expect("they are ended");
    let refused: Vec<u16> = sockets.into_iter().flatten().collect();
    assert_eq!(refused, [429; 300], "200 sockets of one address are let in, and wait for their end");
    neighbour.noticed_nothing();
    // Their places are free again.
    Socket::ready(&server).await;
}

/// Until no connection of the pool is in use.
async fn until_idle(server: &TestServer) -> Duration {
    let began = Instant::now();
    loop {
        let PoolState { connections: all, idle, .. } = server.pool.pool_state();
        if all == idle {
            return began.elapsed();
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{} connections are still in use", all - idle);
        sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn clients_that_vanish_leave_the_pool_idle() {
    let _alone = alone().await;
    let server = TestServer::start().await;
    let neighbour = Neighbour::of(&server);
    let query = "{ tracks(first: 50) { totalCount nodes { title artist { name } album { title } } }
        artists { nodes { name albums(first: 10) { nodes { title } } } } }";
    let request = Request::query(query).bytes();
    for round in 0..8 {
        let vanishing = (0..125_u64).map(|number| {
            let (server, request) = (&server, &request);
            async move {
                let mut stream = TcpStream::connect(server.server.address()).await.expect("the server listens");
                stream.write_all(request).await.expect("it is sent");
                // Some go at once, some while their query runs.
                sleep(Duration::from_millis(number % 5 * round)).await;
            }
        });
        join_all(vanishing).await;
    }
    let waited = until_idle(&server).await;
    assert!(waited < IDLE, "after {waited:?}");
    neighbour.noticed_nothing();
    let answer = server.query("{ tracks { totalCount } }").await;
    assert_eq!(answer.json(), json!({"data": {"tracks": {"totalCount": 0}}}));
}

#[tokio::test]
async fn clients_that_vanish_while_the_database_is_busy_leave_the_pool_idle() {
    let _alone = alone().await;
    let server = TestServer::start().await;
    let client = server.database.client().await;
    client.batch_execute("begin; lock table tracks").await.expect("the table is locked");
    let request = Request::query("{ tracks { totalCount } }").bytes();
    let mut clients = Vec::new();
    for _ in 0..200 {
        let mut stream = TcpStream::connect(server.server.address()).await.expect("the server listens");
        stream.write_all(&request).await.expect("it is sent");
        clients.push(stream);
    }
    let in_use = async {
        loop {
            let PoolState { connections: all, idle, max_connections: most, .. } = server.pool.pool_state();
            if all == most && idle == 0 {
                return;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(5), in_use).await.expect("the whole pool waits for the lock");
    drop(clients);
    let waited = until_idle(&server).await;
    assert!(waited < IDLE, "after {waited:?}");
    // What they left behind is in nobody's way, even while the table is still locked.
    let began = Instant::now();
    for _ in 0..4 {
        let answer = server.query("{ genres { totalCount } }").await;
        assert_eq!(answer.json(), json!({"data": {"genres": {"totalCount": 0}}}), "after {:?}", began.elapsed());
    }
    assert!(began.elapsed() < IDLE, "after {:?}", began.elapsed());
    client.batch_execute("rollback").await.expect("the lock goes");
    let answer = server.query("{ tracks { totalCount } }").await;
    assert_eq!(answer.json(), json!({"data": {"tracks": {"totalCount": 0}}}));
}

#[tokio::test]
async fn heads_that_are_too_large_or_contradict_themselves_are_refused() {
    let _alone = alone().await;
    let server = TestServer::start().await;
    let neighbour = Neighbour::of(&server);
    let simple = || Request::query("{ __typename }");
    let with_many = |count: usize| {
        let mut request = simple();
        request.headers.extend((0..count).map(|_| ("X-Padding", "x".to_owned())));
        request
    };
    for (what, request, status) in [
        ("many headers", with_many(80), 200),
        ("too many headers", with_many(101), 431),
        ("far too many headers", with_many(5_000), 431),
        ("large headers", simple().header("X-Padding", "x".repeat(16_000)), 200),
        ("too large headers", simple().header("X-Padding", "x".repeat(40_000)), 431),
        ("far too large headers", simple().header("X-Padding", "x".repeat(400_000)), 431),
        ("both lengths", simple().header("Transfer-Encoding", "chunked").header("Content-Length", "26"), 400),
    ] {
        let (answer, took) = quickest(&server, &request).await;
        assert_eq!(answer.status, status, "{what}: {answer:?}");
        assert!(answer.body.len() < LONGEST_ANSWER && took < REFUSAL, "{what}: {took:?}");
    }
    let get = |length: usize| Request {
        method: "GET",
        path: format!("/graphql?query={}", "a".repeat(length)),
        headers: vec![("Accept", "application/graphql-response+json".to_owned())],
        body: Vec::new(),
    };
    for length in [40_000, 70_000, 200_000] {
        let (answer, took) = quickest(&server, &get(length)).await;
        assert!([400, 414, 431].contains(&answer.status), "a path of {length} bytes: {answer:?}");
        assert!(answer.body.len() < LONGEST_ANSWER && took < REFUSAL, "a path of {length} bytes: {took:?}");
    }
    neighbour.noticed_nothing();
}
