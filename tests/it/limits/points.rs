//! What one caller may spend in a time.

use serde_json::{Value, json};

use super::{Operation, code_of, code_on, get, post};
use crate::http::{Answer, TestServer};
use crate::websocket::Socket;

/// The answer's own word on what its caller may still spend.
fn throttle_status(answer: &Answer) -> Value {
    let body: Value = serde_json::from_str(&answer.body).expect("an answer is JSON");
    body["extensions"]["cost"]["throttleStatus"].clone()
}

/// May cost 20 points.
const TWENTY: &str = "{ artists(first: 19) { nodes { name } } }";

#[tokio::test]
async fn a_caller_without_points_is_asked_to_come_back() {
    let server = TestServer::start_with(&["--rate-limit-points", "50", "--rate-limit-per-second", "1"]).await;
    let mut socket = Socket::ready(&server).await;
    let first = server.query(TWENTY).await;
    let status = |available: u64| json!({"maximumAvailable": 50, "currentlyAvailable": available, "restoreRate": 1});
    assert_eq!((first.status, throttle_status(&first)), (200, status(30)));
    socket.subscribe("x", TWENTY).await;
    let left = socket.hear().await["payload"]["extensions"]["cost"]["throttleStatus"].clone();
    assert!(left == status(10) || left == status(11), "all ways in take from one bucket: {left}");
    socket.hear().await;
    let body = Operation::new(TWENTY).body();
    for request in [post(&body), post(&body).accept("application/json"), get(&body)] {
        let refused = server.send(&request).await;
        assert_eq!((refused.status, refused.refusal().as_str()), (429, "THROTTLED"), "{refused:?}");
        let seconds: u64 = refused.header("retry-after").parse().expect("it is a number of seconds");
        assert!((1..=10).contains(&seconds), "{seconds} s");
        let told = &refused.json()["errors"][0]["extensions"]["throttleStatus"];
        assert_eq!((&told["maximumAvailable"], &told["restoreRate"]), (&json!(50), &json!(1)), "{refused:?}");
        assert!(told["currentlyAvailable"].as_u64().is_some_and(|points| points < 20), "{refused:?}");
    }
    assert_eq!(code_on(&mut socket, &body, "without points").await, "THROTTLED");
    // The socket lives on, and what costs less is still paid.
    socket.subscribe("x", "{ __typename }").await;
    assert_eq!(socket.hear().await["type"], "next");
}

#[tokio::test]
async fn what_is_refused_for_its_size_costs_nothing() {
    let server = TestServer::start_with(&["--rate-limit-points", "20", "--rate-limit-per-second", "1"]).await;
    for _ in 0..30 {
        assert_eq!(code_of(&server.query("{ ...A } fragment A on Query { ...A }").await, "a cycle"), "FRAGMENT_CYCLE");
    }
    assert_eq!(server.query(TWENTY).await.status, 200);
}

#[tokio::test]
async fn points_are_counted_in_production_and_where_they_are_asked_for() {
    for (flags, maximum) in [
        (vec!["--profile", "development"], Value::Null),
        (vec!["--profile", "production"], json!(20_000)),
        (vec!["--profile", "production", "--rate-limit-points", "0"], Value::Null),
        (vec!["--rate-limit-points", "7"], json!(7)),
    ] {
        let server = TestServer::start_with(&flags).await;
        let told = throttle_status(&server.query("{ __typename }").await);
        assert_eq!(told["maximumAvailable"], maximum, "{flags:?}");
    }
}
