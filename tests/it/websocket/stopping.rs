//! What becomes of sockets when the server stops.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::time::timeout;
use tokio_postgres::Client;

use super::{PATIENCE, Socket, a_followed_playlist, following};
use crate::harness::TestDatabase;
use crate::http::TestServer;
use crate::run::Running;

/// Holds every query of tracks until it is let go.
async fn hold(database: &TestDatabase) -> Client {
    let client = database.client().await;
    client.batch_execute("begin; lock table tracks").await.expect("the table is locked");
    client
}

/// Until a query waits for the lock.
async fn held(client: &Client) {
    let waiting =
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    let begun = async {
        while client.query_one(waiting, &[]).await.expect("it answers").get::<_, i64>(0) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, begun).await.expect("a query waits for the lock");
}

/// The answer to the query in flight, its completion, and the farewell.
async fn is_finished(socket: &mut Socket) {
    let next = socket.hear().await;
    assert_eq!((&next["type"], &next["id"]), (&json!("next"), &json!("slow")), "{next}");
    assert_eq!(next["payload"]["data"], json!({"tracks": {"totalCount": 0}}));
    assert_eq!(socket.hear().await, json!({"id": "slow", "type": "complete"}));
    assert_eq!(socket.closed().await.0, 1001);
}

#[tokio::test]
async fn a_query_in_flight_is_answered_before_its_socket_closes() {
    let server = TestServer::start().await;
    let (_client, playlist) = a_followed_playlist(&server).await;
    let holder = hold(&server.database).await;
    let mut idle = Socket::ready(&server).await;
    let mut busy = Socket::ready(&server).await;
    busy.subscribe("live", &following(playlist, 0)).await;
    assert_eq!(busy.hear().await["type"], "next");
    busy.subscribe("slow", "{ tracks { totalCount } }").await;
    held(&holder).await;
    let stopping = tokio::spawn(server.server.stop());
    assert_eq!(idle.closed().await.0, 1001);
    // It still hears pings, and begins nothing new.
    busy.subscribe("late", "{ __typename }").await;
    busy.say(json!({"type": "ping"})).await;
    assert_eq!(busy.hear().await, json!({"type": "pong"}));
    assert!(!stopping.is_finished());
    let began = Instant::now();
    holder.batch_execute("commit").await.expect("the lock goes");
    is_finished(&mut busy).await;
    timeout(PATIENCE, stopping).await.expect("the server ends").expect("no panic");
    assert!(began.elapsed() < Duration::from_secs(5), "after {:?}", began.elapsed());
}

#[tokio::test]
async fn a_query_without_end_does_not_keep_a_server_from_stopping() {
    let server = TestServer::start_with(&["--shutdown-seconds", "3", "--request-timeout-ms", "600000"]).await;
    let holder = hold(&server.database).await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("slow", "{ tracks { totalCount } }").await;
    held(&holder).await;
    let began = Instant::now();
    let (closed, ()) = tokio::join!(socket.closed(), server.server.stop());
    assert_eq!(closed.0, 1001);
    let took = began.elapsed();
    assert!(took > Duration::from_secs(1) && took < Duration::from_secs(6), "after {took:?}");
}

#[tokio::test]
async fn a_query_in_flight_is_answered_when_the_program_is_told_to_end() {
    let database = TestDatabase::create().await;
    let (program, address) = Running::over(&database, &[]);
    let mut socket = Socket::ready_at(address).await;
    let holder = hold(&database).await;
    socket.subscribe("slow", "{ tracks { totalCount } }").await;
    held(&holder).await;
    program.signal(libc::SIGTERM);
    let stopping = async {
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, stopping).await.expect("it takes no more connections");
    socket.say(json!({"type": "ping", "payload": {"n": 1}})).await;
    assert_eq!(socket.hear().await["payload"], json!({"n": 1}));
    let began = Instant::now();
    holder.batch_execute("commit").await.expect("the lock goes");
    is_finished(&mut socket).await;
    assert!(program.ends(), "a server that is told to stop ends well");
    assert!(began.elapsed() < Duration::from_secs(10), "after {:?}", began.elapsed());
}
