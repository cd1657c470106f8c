//! Bad input that looks nearly good: headers given twice, bodies in other encodings, numbers and
//! texts that fit nowhere. Each is told, with its code, and none reaches the database's own words.

use serde_json::{Value, json};

use super::{Answer, Request, TestServer};

fn simple() -> Request {
    Request::query("{ __typename }")
}

/// The same with one more header, whether it is there already or not.
fn and(mut request: Request, name: &'static str, value: &str) -> Request {
    request.headers.push((name, value.to_owned()));
    request
}

#[tokio::test]
async fn a_body_in_another_encoding_is_an_unsupported_media_type() {
    let server = TestServer::start().await;
    for encoding in ["gzip", "br", "deflate", "zstd", "compress", "identity, gzip", "?"] {
        let answer = server.send(&simple().header("Content-Encoding", encoding)).await;
        assert_eq!((answer.status, answer.refusal().as_str()), (415, "UNSUPPORTED_MEDIA_TYPE"), "{encoding}");
    }
    for encoding in ["", "identity", "Identity"] {
        assert_eq!(server.send(&simple().header("Content-Encoding", encoding)).await.status, 200, "{encoding}");
    }
    for charset in ["utf-16", "iso-8859-1", "us-ascii", "\"latin1\"", "utf-8; charset=utf-7"] {
        let answer =
            server.send(&simple().header("Content-Type", format!("application/json; charset={charset}"))).await;
        assert_eq!((answer.status, answer.refusal().as_str()), (415, "UNSUPPORTED_MEDIA_TYPE"), "{charset}");
    }
    for media in [
        "application/jsonp",
        "application/json-seq",
        "text/json",
        "application/*",
        "*/*",
        "json",
        "application/graphql",
    ] {
        let answer = server.send(&simple().header("Content-Type", media)).await;
        assert_eq!((answer.status, answer.refusal().as_str()), (415, "UNSUPPORTED_MEDIA_TYPE"), "{media}");
    }
}

#[tokio::test]
async fn a_header_that_is_given_twice_is_taken_where_that_means_something() {
    let server = TestServer::start().await;
    for second in ["text/plain", "application/json"] {
        let answer = server.send(&and(simple(), "Content-Type", second)).await;
        assert_eq!((answer.status, answer.refusal().as_str()), (415, "UNSUPPORTED_MEDIA_TYPE"), "{second}");
    }
    let answer = server.send(&and(simple().header("Content-Encoding", "identity"), "Content-Encoding", "gzip")).await;
    assert_eq!((answer.status, answer.refusal().as_str()), (415, "UNSUPPORTED_MEDIA_TYPE"));
    // A list may stand in several lines (RFC 9110, 5.3).
    let answer = server.send(&and(simple().accept("text/html"), "Accept", "application/json")).await;
    assert_eq!(answer.status, 200);
    // Who reads which length is how requests are smuggled (RFC 9112, 6.3).
    let length = simple().body.len().to_string();
    let other = (simple().body.len() + 1).to_string();
    for (first, second) in [(&length, &other), (&other, &length), (&length, &length)] {
        let answer = server.send(&and(simple().header("Content-Length", first), "Content-Length", second)).await;
        assert_eq!(answer.status, 400, "{first} and {second}");
    }
    for coding in ["chunked", "gzip, chunked", "identity", "chunked, identity"] {
        let request = simple().header("Content-Length", &length).header("Transfer-Encoding", coding);
        assert_eq!(server.send(&request).await.status, 400, "a length and {coding}");
    }
    server.lives_on().await;
}

/// Words that would tell of the database or the language.
const INSIDES: [&str; 8] =
    ["sqlstate", "postgres", "diesel", "serde", "panicked", "out of range for type", "utf8", "bigint"];

fn code(answer: &Answer, what: &str) -> String {
    for word in INSIDES {
        assert!(!answer.body.to_lowercase().contains(word), "{what}: {answer:?}");
    }
    assert!(answer.body.len() < 64 * 1024, "{what}: {} bytes", answer.body.len());
    answer.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or("none").to_owned()
}

/// Whoever finds a value wrong, the schema or the resolver, says so to the client.
fn refused_in_a_field_or_before(answer: &Answer, what: &str) {
    let code = code(answer, what);
    let codes = ["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"];
    assert!(answer.status < 500 && codes.contains(&code.as_str()), "{what:.30}: {answer:?}");
}

#[tokio::test]
async fn numbers_that_fit_nowhere_are_bad_input() {
    let server = TestServer::start().await;
    let digits = "9".repeat(20_000);
    let page = "query Q($n: Int) { tracks(first: $n) { totalCount } }";
    for number in ["1e999", "-1e999", "NaN", "Infinity", "01", "0x1", &digits] {
        let body = format!("{{\"query\": \"{page}\", \"variables\": {{\"n\": {number}}}}}");
        let answer = server.send(&Request::post(body)).await;
        assert_eq!((answer.status, code(&answer, number).as_str()), (400, "BAD_REQUEST"), "{number:.30}: {answer:?}");
    }
    let numbers = ["0", "-1", "101", "2147483648", "-2147483649", "9223372036854775808", "18446744073709551616"];
    for number in numbers.iter().chain(&["1.5", "1e300", "\"1\"", "true", "[[1]]", "{}"]) {
        let body = format!("{{\"query\": \"{page}\", \"variables\": {{\"n\": {number}}}}}");
        refused_in_a_field_or_before(&server.send(&Request::post(body)).await, number);
    }
    for number in numbers.iter().chain(&["1.5", "1e999", "\"1\"", "true", "{}", digits.as_str()]) {
        refused_in_a_field_or_before(
            &server.query(&format!("{{ tracks(first: {number}) {{ totalCount }} }}")).await,
            number,
        );
    }
    for (filter, is_taken) in [
        ("bpm: {gt: 1e999}", false),
        ("bpm: {gt: 1e300}", true),
        ("year: {gte: -2147483648}", true),
        ("year: {gte: 99999999999}", false),
    ] {
        let answer = server.query(&format!("{{ tracks(filter: {{{filter}}}) {{ totalCount }} }}")).await;
        if is_taken {
            assert_eq!(answer.json(), json!({"data": {"tracks": {"totalCount": 0}}}), "{filter}");
        } else {
            refused_in_a_field_or_before(&answer, filter);
        }
    }
}

#[tokio::test]
async fn ids_that_fit_nowhere_are_bad_input() {
    use base64::Engine as _;
    let server = TestServer::start().await;
    let gid = |text: &str| base64::engine::general_purpose::STANDARD_NO_PAD.encode(text);
    for (id, is_null) in [
        (gid("Track:9223372036854775807"), true),
        (gid("Track:9223372036854775808"), false),
        (gid("Track:-1"), false),
        (gid("Track:1e3"), false),
        (gid("Track:"), false),
        (gid("Nothing:1"), true),
        (gid("Track:\u{0}1"), false),
        ("\u{0}".to_owned(), false),
        (String::new(), false),
        ("x".repeat(20_000), false),
    ] {
        let body = json!({"query": "query Q($id: ID!) { node(id: $id) { id } }", "variables": {"id": id}});
        let answer = server.send(&Request::post(body.to_string())).await;
        assert_eq!((answer.status, &answer.json()["data"]), (200, &json!({"node": null})), "{id:.30}: {answer:?}");
        let expected = if is_null { "none" } else { "BAD_USER_INPUT" };
        assert_eq!(code(&answer, &id), expected, "{id:.30}: {answer:?}");
    }
}

#[tokio::test]
async fn texts_that_are_none_are_bad_input() {
    let server = TestServer::start().await;
    // Half a character of UTF-16, as JSON may write it and no text may hold it.
    for text in ["\\ud800", "\\udc00", "\\ud800\\ud800", "a\\udfffb"] {
        let find = "query Q($text: String!) { search(query: $text) { totalCount } }";
        let body = format!("{{\"query\": \"{find}\", \"variables\": {{\"text\": \"{text}\"}}}}");
        let answer = server.send(&Request::post(body)).await;
        assert_eq!((answer.status, code(&answer, text)), (400, "BAD_REQUEST".to_owned()), "{text}");
        // The same as GraphQL writes it.
        let answer = server.query(&format!("{{ search(query: \"{text}\") {{ totalCount }} }}")).await;
        assert_eq!(
            (answer.status, code(&answer, text)),
            (400, "GRAPHQL_PARSE_FAILED".to_owned()),
            "{text}: {answer:?}"
        );
    }
    // PostgreSQL stores no zero character; wherever one is sent, nobody hears of it.
    for query in [
        "query Q($text: String!) { search(query: $text) { totalCount } }",
        "query Q($text: String!) { searchSuggestions(prefix: $text) { matchedOn } }",
        "query Q($text: String!) { tracks(filter: {title: {contains: $text}}) { totalCount } }",
        "query Q($text: String!) { artists(filter: {name: {eq: $text}}) { totalCount } }",
        "query Q($text: String!) { genre(by: {slug: $text}) { name } }",
        "query Q($text: String!) { user(by: {username: $text}) { id } }",
        "query Q($text: String!) { track(by: {url: $text}) { id } }",
        "query Q($text: String!) { tracks(after: $text) { totalCount } }",
    ] {
        for text in ["\u{0}", "a\u{0}b", "\u{ffff}", "\u{202e}", "\u{1f4a5}"] {
            let body = json!({"query": query, "variables": {"text": text}});
            let answer = server.send(&Request::post(body.to_string())).await;
            assert!(answer.status < 500, "{query} {text:?}: {answer:?}");
            let code = code(&answer, query);
            let is_fine = ["none", "BAD_USER_INPUT"].contains(&code.as_str());
            assert!(is_fine, "{query} {text:?}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn operations_that_are_not_there_are_told() {
    let server = TestServer::start().await;
    let two = "query One { __typename } query Two { a: __typename }";
    for (query, name, wanted) in [
        (two, json!("Three"), "OPERATION_NOT_FOUND"),
        (two, json!(""), "OPERATION_NOT_FOUND"),
        (two, Value::Null, "OPERATION_NOT_FOUND"),
        ("fragment F on Query { __typename }", Value::Null, "GRAPHQL_PARSE_FAILED"),
        ("mutation { nothing }", Value::Null, "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { playlistActivity(playlistId: \"x\") { version } }", Value::Null, "BAD_REQUEST"),
    ] {
        let body = json!({"query": query, "operationName": name});
        let answer = server.send(&Request::post(body.to_string())).await;
        assert_eq!((answer.status, code(&answer, query).as_str()), (400, wanted), "{query} {name}: {answer:?}");
        assert!(answer.json().get("data").is_none(), "{answer:?}");
    }
    let body = json!({"query": two, "operationName": "Two"});
    assert_eq!(server.send(&Request::post(body.to_string())).await.json(), json!({"data": {"a": "Query"}}));
}
