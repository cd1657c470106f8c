//! The bounds on what one request may ask: the same on every way in.

mod persisted;
mod points;
mod registered;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::http::{Answer, Request, TestServer};
use crate::websocket::Socket;

/// No refusal is longer.
const LONGEST_ANSWER: usize = 64 * 1024;

/// An operation as a client sends it.
#[derive(Clone)]
struct Operation {
    query: String,
    variables: Value,
    name: Option<&'static str>,
}

impl Operation {
    fn new(query: impl Into<String>) -> Self {
        Self { query: query.into(), variables: json!({}), name: None }
    }

    fn with(query: impl Into<String>, variables: Value) -> Self {
        Self { variables, ..Self::new(query) }
    }

    fn body(&self) -> Value {
        json!({"query": self.query, "variables": self.variables, "operationName": self.name})
    }

    /// With the hash of its document.
    fn registering(&self) -> Value {
        let mut body = self.body();
        body["extensions"] = persisted(&hash(&self.query));
        body
    }

    /// The hash in the place of its document.
    fn by_hash(&self) -> Value {
        let mut body = self.registering();
        body["query"] = Value::Null;
        body
    }
}

fn hash(document: &str) -> String {
    Sha256::digest(document).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn persisted(hash: &str) -> Value {
    json!({"persistedQuery": {"version": 1, "sha256Hash": hash}})
}

/// A GET with the members of a body as parameters.
fn get(body: &Value) -> Request {
    let mut path = "/graphql".to_owned();
    for (name, value) in body.as_object().expect("a body is an object") {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        path.push(if path.contains('?') { '&' } else { '?' });
        path.push_str(name);
        path.push('=');
        for byte in text.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => path.push(char::from(byte)),
                _ => path.push_str(&format!("%{byte:02X}")),
            }
        }
    }
    Request { method: "GET", path, headers: Vec::new(), body: Vec::new() }
        .accept("application/graphql-response+json")
        .header("Apollo-Require-Preflight", "true")
}

fn post(body: &Value) -> Request {
    Request::post(body.to_string())
}

/// The one code of an answer's errors, few and short.
fn code_of(answer: &Answer, what: &str) -> String {
    assert_eq!(answer.status, 400, "{what}: {answer:?}");
    assert!(answer.body.len() < LONGEST_ANSWER, "{what}: {} bytes", answer.body.len());
    let body = answer.json();
    assert!(body.get("data").is_none(), "{what}: {body}");
    one_code(&body["errors"], what)
}

fn one_code(errors: &Value, what: &str) -> String {
    let errors = errors.as_array().unwrap_or_else(|| panic!("{what}: no errors"));
    assert!((1..=20).contains(&errors.len()), "{what}: {} errors", errors.len());
    let code = &errors[0]["extensions"]["code"];
    assert!(errors.iter().all(|error| error["extensions"]["code"] == *code), "{what}: {errors:?}");
    code.as_str().unwrap_or_else(|| panic!("{what}: no code in {errors:?}")).to_owned()
}

/// What a socket says to this: its one code.
async fn code_on(socket: &mut Socket, body: &Value, what: &str) -> String {
    socket.say(json!({"id": "x", "type": "subscribe", "payload": body})).await;
    let error = socket.hear().await;
    assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("x")), "{what}: {error:.300}");
    assert!(error.to_string().len() < LONGEST_ANSWER, "{what}: {} bytes", error.to_string().len());
    one_code(&error["payload"], what)
}

fn times(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect()
}

/// Fields of a genre, nested as deep as the whole operation is to be.
fn deep(levels: usize) -> Operation {
    let parents = levels - 3;
    Operation::new(format!(
        "{{ genres(first: 1) {{ nodes {{ {} name {} }} }} }}",
        "parent { ".repeat(parents),
        "}".repeat(parents)
    ))
}

fn in_a_genre(fields: &str) -> String {
    format!("{{ genres(first: 1) {{ nodes {{ {fields} }} }} }}")
}

fn fragments(count: usize) -> Operation {
    let spreads = times(count, |number| format!("...F{number} "));
    let definitions = times(count, |number| format!(" fragment F{number} on Genre {{ name }}"));
    Operation::new(in_a_genre(&spreads) + &definitions)
}

fn bomb() -> String {
    let levels = times(28, |level| format!(" fragment F{level} on Query {{ ...F{0} ...F{0} }}", level + 1));
    format!("{{ ...F0 }}{levels} fragment F28 on Query {{ __typename }}")
}

fn camelot(count: usize) -> Vec<&'static str> {
    vec!["8A"; count]
}

const BY_KEY: &str = "query Q($keys: [String!]) { tracks(first: 1, filter: {camelot: $keys}) { nodes { title } } }";
const PAGES: &str = "($n: Int) { artists(first: $n) { nodes { albums(first: $n) { nodes { title } } } } }";

/// Everything that is refused, and the code that says why.
fn refused() -> Vec<(&'static str, Operation, &'static str)> {
    let too_large = "DOCUMENT_TOO_LARGE";
    let literal = json!(camelot(1_001));
    vec![
        ("bytes", Operation::new(format!("{{ __typename }} #{}", "x".repeat(32_768 - 15))), too_large),
        ("tokens", Operation::new(in_a_genre(&"name ".repeat(1_990))), too_large),
        (
            "brackets",
            Operation::new(format!("{{ node(id: {}1{}) {{ id }} }}", "[".repeat(63), "]".repeat(63))),
            "TOO_DEEP",
        ),
        ("depth", deep(13), "TOO_DEEP"),
        ("aliases", Operation::new(in_a_genre(&times(31, |number| format!("a{number}: name ")))), "TOO_MANY_ALIASES"),
        (
            "aliases of the introspection",
            Operation::new(format!("{{ __schema {{ {} }} }}", times(31, |n| format!("a{n}: queryType {{ name }} ")))),
            "TOO_MANY_ALIASES",
        ),
        ("root fields", Operation::new(format!("{{ {} }}", "__typename ".repeat(21))), "TOO_MANY_ROOT_FIELDS"),
        (
            "root fields in a fragment",
            Operation::new(format!("{{ ...F ...F }} fragment F on Query {{ {} }}", "__typename ".repeat(11))),
            "TOO_MANY_ROOT_FIELDS",
        ),
        (
            "directives",
            Operation::new(format!("{{ __typename {} }}", "@include(if: true) ".repeat(21))),
            "TOO_MANY_DIRECTIVES",
        ),
        (
            "directives of the introspection",
            Operation::new(format!("{{ __schema {{ {} }} }}", "description @skip(if: false) ".repeat(21))),
            "TOO_MANY_DIRECTIVES",
        ),
        ("fragments", fragments(51), "TOO_MANY_FRAGMENTS"),
        ("a fragment bomb", Operation::new(bomb()), too_large),
        (
            "a fragment cycle",
            Operation::new("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"),
            "FRAGMENT_CYCLE",
        ),
        (
            "unused fragments",
            Operation::new(format!("{{ __typename }} {}", times(250, |n| format!("fragment F{n} on Query {{ a }} ")))),
            "TOO_MANY_FRAGMENTS",
        ),
        (
            "unused fragments that are few enough to be validated",
            Operation::new(format!("{{ __typename }} {}", times(50, |n| format!("fragment F{n} on Genre {{ id }} ")))),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "unknown fields",
            Operation::new(in_a_genre(&times(1_900, |number| format!("f{number} ")))),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "cost by literals",
            Operation::new("{ artists(first: 100) { nodes { albums(first: 100) { nodes { title } } } } }"),
            "MAX_COST_EXCEEDED",
        ),
        ("cost by variables", Operation::with(format!("query Q{PAGES}"), json!({"n": 100})), "MAX_COST_EXCEEDED"),
        (
            "cost by defaults of variables",
            Operation::new(format!("query Q{}", PAGES.replace("Int)", "Int = 100)"))),
            "MAX_COST_EXCEEDED",
        ),
        (
            "a list in a literal",
            Operation::new(format!("{{ tracks(filter: {{camelot: {literal}}}) {{ nodes {{ title }} }} }}")),
            "BAD_USER_INPUT",
        ),
        ("a list in variables", Operation::with(BY_KEY, json!({"keys": literal})), "BAD_USER_INPUT"),
        (
            "a list in the default of a variable",
            Operation::new(BY_KEY.replace("!])", &format!("!] = {literal})"))),
            "BAD_USER_INPUT",
        ),
        ("a parse error", Operation::new("{ tracks(first: ) { nodes { id } } }"), "GRAPHQL_PARSE_FAILED"),
        ("an unknown field", Operation::new("{ nothing }"), "GRAPHQL_VALIDATION_FAILED"),
        (
            "an unknown operation",
            Operation { name: Some("Other"), ..Operation::new("query One { __typename }") },
            "OPERATION_NOT_FOUND",
        ),
        (
            "an operation without its name",
            Operation::new("query One { __typename } query Two { __typename }"),
            "OPERATION_NOT_FOUND",
        ),
    ]
}

/// What just keeps within each bound.
fn fitting() -> Vec<(&'static str, Operation)> {
    vec![
        ("bytes", Operation::new(format!("{{ __typename }} #{}", "x".repeat(32_768 - 16)))),
        ("tokens", Operation::new(in_a_genre(&"name ".repeat(2_000 - 13)))),
        ("depth", deep(12)),
        ("aliases", Operation::new(in_a_genre(&times(30, |number| format!("a{number}: name "))))),
        ("root fields", Operation::new(format!("{{ {} }}", "__typename ".repeat(20)))),
        ("directives", Operation::new(in_a_genre(&"name @include(if: true) ".repeat(20)))),
        ("fragments", fragments(50)),
        (
            "cost",
            Operation::with(
                "query Q($n: Int, $m: Int = 49) { genre(by: {slug: \"rock\"}) { name }
                    artists(first: $n) { nodes { albums(last: $m) { nodes { title } } } } }",
                json!({"n": 98}),
            ),
        ),
        ("lists", Operation::with(BY_KEY, json!({"keys": camelot(250)}))),
        (
            "names",
            Operation {
                name: Some("Two"),
                ..Operation::new("query One { genres { totalCount } } query Two { __typename }")
            },
        ),
    ]
}

#[tokio::test]
async fn what_is_too_much_is_refused_with_the_same_code_on_every_way_in() {
    for profile in ["development", "production"] {
        let server = TestServer::start_with(&["--profile", profile]).await;
        let mut socket = Socket::ready(&server).await;
        for (what, operation, code) in refused() {
            let what = &format!("{what}, {profile}");
            let body = operation.body();
            assert_eq!(code_of(&server.send(&post(&body)).await, what), code, "{what} over POST");
            assert_eq!(code_of(&server.send(&get(&body)).await, what), code, "{what} over GET");
            assert_eq!(code_on(&mut socket, &body, what).await, code, "{what} over a socket");
            let batch = server.send(&Request::post(json!([body, {"query": "{ __typename }"}]).to_string())).await;
            assert_eq!(code_of(&batch, what), "BAD_REQUEST", "{what} in a batch");
        }
        socket.subscribe("x", "{ __typename }").await;
        assert_eq!(socket.hear().await["type"], "next", "the socket lives on");
        server.lives_on().await;
    }
}

#[tokio::test]
async fn what_is_refused_is_never_kept_under_its_hash() {
    let server = TestServer::start().await;
    let mut socket = Socket::ready(&server).await;
    for (what, operation, code) in refused() {
        let (register, by_hash) = (operation.registering(), operation.by_hash());
        assert_eq!(code_of(&server.send(&post(&register)).await, what), code, "{what} over POST");
        assert_eq!(code_of(&server.send(&get(&register)).await, what), code, "{what} over GET");
        assert_eq!(code_on(&mut socket, &register, what).await, code, "{what} over a socket");
        let unknown = "PERSISTED_QUERY_NOT_FOUND";
        assert_eq!(code_of(&server.send(&post(&by_hash)).await, what), unknown, "{what} over POST");
        assert_eq!(code_of(&server.send(&get(&by_hash)).await, what), unknown, "{what} over GET");
        assert_eq!(code_on(&mut socket, &by_hash, what).await, unknown, "{what} over a socket");
    }
}

#[tokio::test]
async fn what_just_fits_passes_on_every_way_in() {
    let server = TestServer::start().await;
    let mut socket = Socket::ready(&server).await;
    for (what, operation) in fitting() {
        for request in [post(&operation.body()), get(&operation.body())] {
            let answer = server.send(&request).await;
            let body = answer.json();
            assert_eq!(answer.status, 200, "{what}: {body:.500}");
            assert!(body.get("errors").is_none() && body["data"].is_object(), "{what}: {body:.500}");
        }
        socket.say(json!({"id": "x", "type": "subscribe", "payload": operation.body()})).await;
        let next = socket.hear().await;
        assert_eq!(next["type"], "next", "{what}: {next:.500}");
        assert!(next["payload"].get("errors").is_none(), "{what}: {next:.500}");
        assert_eq!(socket.hear().await["type"], "complete", "{what}");
        if what == "cost" {
            let told = json!({"requestedQueryCost": 5_000, "actualQueryCost": 1, "maximumQueryCost": 5_000});
            assert_eq!(next["payload"]["extensions"]["cost"], told);
        }
    }
}

/// As graphql-js, GraphiQL and code generators ask.
const INTROSPECTION: &str = "
    query IntrospectionQuery {
      __schema {
        queryType { name kind }
        mutationType { name kind }
        subscriptionType { name kind }
        types { ...FullType }
        directives { name description locations args { ...InputValue } }
      }
    }
    fragment FullType on __Type {
      kind name description
      fields(includeDeprecated: true) {
        name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason
      }
      inputFields { ...InputValue }
      interfaces { ...TypeRef }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
      possibleTypes { ...TypeRef }
    }
    fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
    fragment TypeRef on __Type {
      kind name ofType { name kind ofType { name kind ofType { name kind ofType { name kind
        ofType { name kind ofType { name kind ofType { name kind ofType { name kind ofType { name kind } } } } } } } } }
    }";

#[tokio::test]
async fn the_usual_introspection_is_answered_in_development_and_tells_nothing_in_production() {
    let developer = TestServer::start().await;
    let production = TestServer::start_with(&["--profile", "production"]).await;
    let body = Operation::new(INTROSPECTION).body();
    for request in [post(&body), get(&body)] {
        let told = developer.send(&request).await.json();
        assert!(told.get("errors").is_none(), "{told:.500}");
        assert!(told["data"]["__schema"]["types"].as_array().is_some_and(|types| types.len() > 50), "{told:.500}");
        let told = production.send(&request).await.json();
        assert!(told.pointer("/data/__schema").is_none_or(Value::is_null), "{told:.500}");
    }
    let mut socket = Socket::ready(&production).await;
    socket.subscribe("x", INTROSPECTION).await;
    let told = socket.hear().await;
    assert!(told.pointer("/payload/data/__schema").is_none_or(Value::is_null), "{told:.500}");
    for query in ["{ __type(name: \"Track\") { name fields { name } } }", "{ __schema { queryType { name } } }"] {
        let told = production.query(query).await.body;
        assert!(!told.contains("fields") && !told.contains("\"Query\""), "{told:.500}");
    }
}

#[tokio::test]
async fn names_are_suggested_in_development_only() {
    let developer = TestServer::start().await;
    let production = TestServer::start_with(&["--profile", "production"]).await;
    let mut suggestions = 0;
    for query in [
        "{ trakcs { nodes { id } } }",
        "{ tracks { nodes { titel } } }",
        "{ tracks(frist: 1) { nodes { id } } }",
        "{ tracks(filter: {titel: {eq: \"a\"}}) { nodes { id } } }",
        "{ tracks(orderBy: [{field: TITEL}]) { nodes { id } } }",
        "{ node(id: \"x\") { ... on Trakc { id } } }",
        "query Q($n: Itn) { tracks(first: $n) { nodes { id } } }",
    ] {
        let told = developer.query(query).await.body.to_lowercase();
        suggestions += usize::from(told.contains("did you mean"));
        let told = production.query(query).await;
        assert_eq!(told.status, 400, "{query}: {told:?}");
        assert!(!told.body.to_lowercase().contains("did you mean"), "{query}: {told:?}");
    }
    assert!(suggestions > 0, "nothing is suggested in development either");
}
