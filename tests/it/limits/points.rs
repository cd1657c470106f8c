//! What one caller may spend in a time.

use serde_json::{Value, json};

use super::{Operation, code_of, code_on, get, hash, persisted, post};
use crate::accounts::PASSWORD;
use crate::builders::an_artist;
use crate::http::{Answer, Request, TestServer};
use crate::websocket::Socket;

/// The answer's own word on what it cost, and what its caller may still spend.
fn cost(answer: &Answer) -> Value {
    let body: Value = serde_json::from_str(&answer.body).expect("an answer is JSON");
    body["extensions"]["cost"].clone()
}

fn throttle_status(answer: &Answer) -> Value {
    cost(answer)["throttleStatus"].clone()
}

fn available(answer: &Answer) -> u64 {
    throttle_status(answer)["currentlyAvailable"].as_u64().unwrap_or_else(|| panic!("{answer:?}"))
}

/// May cost 20 points, and does where there are 19 artists.
const TWENTY: &str = "{ artists(first: 19) { nodes { name } } }";

/// A server whose callers have so many points, of which one comes back each second, and 30 artists.
async fn server(points: &str) -> TestServer {
    let server = TestServer::start_with(&["--rate-limit-points", points, "--rate-limit-per-second", "1"]).await;
    let client = server.database.client().await;
    for _ in 0..30 {
        an_artist(&client).await;
    }
    server
}

#[tokio::test]
async fn a_caller_without_points_is_asked_to_come_back() {
    let server = server("50").await;
    let mut socket = Socket::ready(&server).await;
    let first = server.query(TWENTY).await;
    let status = |available: u64| json!({"maximumAvailable": 50, "currentlyAvailable": available, "restoreRate": 1});
    let told = json!({"requestedQueryCost": 20, "actualQueryCost": 20, "maximumQueryCost": 5_000, "throttleStatus": status(30)});
    assert_eq!((first.status, cost(&first)), (200, told));
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
        let extensions = &refused.json()["errors"][0]["extensions"];
        let told = &extensions["throttleStatus"];
        assert_eq!((&told["maximumAvailable"], &told["restoreRate"]), (&json!(50), &json!(1)), "{refused:?}");
        assert!(told["currentlyAvailable"].as_u64().is_some_and(|points| points < 20), "{refused:?}");
        assert!(extensions["retryAfterMs"].as_f64().is_some_and(|ms| ms > 1_000.0 && ms <= 10_000.0), "{refused:?}");
        let cost = cost(&refused);
        assert_eq!((&cost["requestedQueryCost"], &cost["actualQueryCost"]), (&json!(20), &Value::Null), "{refused:?}");
        assert_eq!((&cost["throttleStatus"], &extensions["cost"]), (told, &cost), "{refused:?}");
    }
    assert_eq!(code_on(&mut socket, &body, "without points").await, "THROTTLED");
    // The socket lives on, and what costs less is still paid.
    socket.subscribe("x", "{ __typename }").await;
    assert_eq!(socket.hear().await["type"], "next");
}

#[tokio::test]
async fn what_an_operation_did_not_use_comes_back() {
    let server = server("200").await;
    let mut socket = Socket::ready(&server).await;
    let narrow = Operation::new("{ artists(first: 100) { nodes { name } } }");
    let expected = json!([101, 31]);
    let told = |cost: &Value| json!([cost["requestedQueryCost"], cost["actualQueryCost"]]);
    // Each may cost half of the bucket, and uses little: one after another they are all paid.
    for request in [post(&narrow.body()), get(&narrow.body()), post(&narrow.registering()), get(&narrow.by_hash())] {
        let answer = server.send(&request).await;
        assert_eq!((answer.status, told(&cost(&answer))), (200, expected.clone()), "{answer:?}");
    }
    socket.say(json!({"id": "x", "type": "subscribe", "payload": narrow.by_hash()})).await;
    let refused = socket.hear().await;
    // What is left now is less than it may cost: 200 - 4 * 31.
    assert_eq!(refused["type"], "error", "{refused}");
    assert_eq!(refused["payload"][0]["extensions"]["code"], "THROTTLED");
}

#[tokio::test]
async fn whoever_signed_in_pays_for_themself_alone() {
    let server = server("300").await;
    let (ada, eve) = (server.register("ada").await, server.register("eve").await);
    let token = server.issue(&ada, json!({"name": "program", "scopes": ["READ"]})).await["token"].clone();
    let token = token.as_str().expect("it was issued");
    let spend = async |token: Option<&str>| available(&server.ask(token, TWENTY, json!({})).await);
    let anonymous = spend(None).await;
    let of_ada = spend(Some(&ada.access)).await;
    assert!(of_ada > anonymous, "{of_ada} {anonymous}");
    let (by_program, of_eve) = (spend(Some(token)).await, spend(Some(&eve.access)).await);
    assert!(by_program <= of_ada - 19 && of_eve == 280, "{of_ada} {by_program} {of_eve}");
    assert!(spend(None).await + 19 >= anonymous - 20, "the others pay nothing for them");
    // A socket's operations are its person's.
    let mut socket = Socket::open(&server).await;
    socket.say(json!({"type": "connection_init", "payload": {"token": eve.access}})).await;
    assert_eq!(socket.hear().await["type"], "connection_ack");
    socket.subscribe("x", TWENTY).await;
    let left = socket.hear().await["payload"]["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"].clone();
    assert!(left.as_u64().is_some_and(|left| (260..=262).contains(&left)), "{left}");
    for _ in 0..20 {
        server.ask(Some(&ada.access), TWENTY, json!({})).await;
    }
    let refused = server.ask(Some(&ada.access), TWENTY, json!({})).await;
    assert_eq!((refused.status, refused.refusal().as_str()), (429, "THROTTLED"));
    assert_eq!(server.ask(Some(&eve.access), TWENTY, json!({})).await.status, 200);
    // Nor is anything looked up for her now.
    let before = server.pool.statement_count();
    for _ in 0..5 {
        assert_eq!(server.ask(Some(&ada.access), TWENTY, json!({})).await.status, 429);
    }
    assert_eq!(server.pool.statement_count(), before);
}

#[tokio::test]
async fn what_fails_before_it_is_run_costs_one_point_of_the_address() {
    let server = server("20").await;
    let mut socket = Socket::ready(&server).await;
    let circle = "{ ...A } fragment A on Query { ...A }";
    assert_eq!(code_of(&server.query(circle).await, "a circle"), "FRAGMENT_CYCLE");
    let unknown = json!({"extensions": persisted(&hash("{ nothing }"))});
    assert_eq!(code_of(&server.send(&post(&unknown)).await, "a miss"), "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(code_on(&mut socket, &Operation::new(circle).body(), "a circle").await, "FRAGMENT_CYCLE");
    let forged = |token: &str| Request::query("{ __typename }").header("Authorization", format!("Bearer {token}"));
    for token in ["nonsense", "scp_nonsense"] {
        assert_eq!(server.send(&forged(token)).await.refusal(), "UNAUTHENTICATED");
    }
    // As much as a query that says its schema does not know what it asks for.
    let invalid = server.query("{ nothing }").await;
    let left = available(&invalid);
    assert!((14..=17).contains(&left), "{left}");
    for _ in 0..=left {
        server.query(circle).await;
    }
    // Without points, made-up tokens are not even looked up, and nothing else is told.
    let before = server.pool.statement_count();
    for request in [forged("scp_nonsense"), forged("scp_other"), Request::query(circle), Request::post("no JSON")] {
        let refused = server.send(&request).await;
        assert_eq!((refused.status, refused.refusal().as_str()), (429, "THROTTLED"), "{refused:?}");
    }
    assert_eq!(code_on(&mut socket, &Operation::new(circle).body(), "a circle").await, "THROTTLED");
    let mut other = Socket::open(&server).await;
    other.say(json!({"type": "connection_init", "payload": {"token": "scp_nonsense"}})).await;
    assert_eq!(other.closed().await.0, 1013);
    assert_eq!(server.pool.statement_count(), before);
}

#[tokio::test]
async fn mutations_and_dear_fields_count_their_weight() {
    let server = server("1000").await;
    let ada = server.register("ada").await;
    let told = async |token: Option<&str>, query: &str| {
        let cost = cost(&server.ask(token, query, json!({})).await);
        json!([cost["requestedQueryCost"], cost["actualQueryCost"]])
    };
    let adas = Some(ada.access.as_str());
    let wrong = "mutation { login(input: {usernameOrEmail: \"ada\", password: \"wrong\"}) { user { id } } }";
    assert_eq!(told(None, wrong).await, json!([11, 10]));
    let right = wrong.replace("wrong", PASSWORD);
    assert_eq!(told(None, &right).await, json!([11, 11]));
    assert_eq!(
        told(adas, "mutation { a: updateUser(input: {}) { user { id } } b: logout { ok } }").await,
        json!([21, 21])
    );
    let ada = server.login("ada", PASSWORD).await["tokens"]["accessToken"].as_str().expect("a token").to_owned();
    assert_eq!(told(Some(&ada), "{ viewer { dataExport } }").await, json!([101, 101]));
    assert_eq!(told(None, "{ viewer { dataExport } }").await, json!([101, 0]));
    assert_eq!(told(None, "{ __schema { types { name } } }").await, json!([0, 0]));
    // An answer with errors does not show what was fetched for it.
    assert_eq!(told(None, "{ auditEvents(first: 9) { nodes { id } } }").await, json!([10, 10]));
}

const LIMIT: &str = "{ maximumAvailable currentlyAvailable restoreRate resetAt requestedQueryCost }";

#[tokio::test]
async fn to_ask_what_may_still_be_spent_costs_nothing() {
    let server = server("40").await;
    let mut socket = Socket::ready(&server).await;
    let ask = async |query: &str| server.told(None, query, json!({})).await["rateLimit"].clone();
    let alone = format!("{{ rateLimit {LIMIT} }}");
    for _ in 0..60 {
        let limit = ask(&alone).await;
        assert_eq!((&limit["currentlyAvailable"], &limit["requestedQueryCost"]), (&json!(40), &json!(0)), "{limit}");
        assert_eq!((&limit["maximumAvailable"], &limit["restoreRate"]), (&json!(40), &json!(1)));
    }
    let beside = ask(&format!("{{ rateLimit {LIMIT} artists(first: 19) {{ nodes {{ name }} }} }}")).await;
    assert_eq!((&beside["currentlyAvailable"], &beside["requestedQueryCost"]), (&json!(20), &json!(20)));
    let resets: chrono::DateTime<chrono::Utc> =
        beside["resetAt"].as_str().and_then(|text| text.parse().ok()).expect("it is an instant");
    let seconds = (resets - chrono::Utc::now()).num_seconds();
    assert!((17..=20).contains(&seconds), "{seconds} s");
    socket.subscribe("x", &alone).await;
    let heard = socket.hear().await["payload"]["data"]["rateLimit"]["currentlyAvailable"].clone();
    assert!(heard.as_u64().is_some_and(|points| (20..=23).contains(&points)), "{heard}");
    let unlimited = TestServer::start().await;
    assert_eq!(unlimited.told(None, &alone, json!({})).await["rateLimit"], Value::Null);
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
