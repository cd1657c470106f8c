//! Tokens: how long they are good, and what ends them.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::accounts::{ERRORS, PASSWORD, Person, auth_fields, broken};
use crate::builders::{a_playlist, a_user, an_activity, gid};
use crate::http::{Request, TestServer};
use crate::websocket::Socket;

const WHO: &str = "{ viewer { user { id } } }";

impl TestServer {
    /// Exchanges a refresh token; the payload.
    pub async fn refresh(&self, token: &str) -> Value {
        let query = format!("mutation($t: String!) {{ refreshToken(token: $t) {} }}", auth_fields());
        self.told(None, &query, json!({"t": token})).await["refreshToken"].clone()
    }

    /// Issues a token for a program; the payload.
    pub async fn issue(&self, person: &Person, input: Value) -> Value {
        let query = format!(
            "mutation($i: IssueTokenInput!) {{ issueToken(input: $i) {{ token expiresAt issued {{ id name scopes lastUsedAt }} {ERRORS} }} }}"
        );
        self.told(Some(&person.access), &query, json!({"i": input})).await["issueToken"].clone()
    }

    /// Whether a token is good now.
    pub async fn knows(&self, token: &str) -> bool {
        let answer = self.ask(Some(token), WHO, json!({})).await;
        match answer.status {
            200 => answer.json()["data"]["viewer"].is_object(),
            401 => {
                assert_eq!(answer.refusal(), "UNAUTHENTICATED");
                assert!(answer.header("www-authenticate").starts_with("Bearer"), "{answer:?}");
                false
            }
            other => panic!("{other}: {answer:?}"),
        }
    }

    async fn run(&self, token: &str, mutation: &str) {
        let data = self.told(Some(token), &format!("mutation {{ {mutation} }}"), json!({})).await;
        let payload = data.as_object().and_then(|data| data.values().next()).expect("there is one field");
        assert_eq!(broken(payload), Vec::<String>::new(), "{mutation}");
    }
}

/// A socket of somebody.
async fn socket_of(server: &TestServer, token: &str) -> Socket {
    let mut socket = Socket::open(server).await;
    socket.say(json!({"type": "connection_init", "payload": {"authorization": format!("Bearer {token}")}})).await;
    assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
    socket
}

#[tokio::test]
async fn a_refresh_token_is_good_for_one_exchange_and_a_second_ends_the_session() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let elsewhere = Person::of(&server.login("ada", PASSWORD).await);
    let second = Person::of(&server.refresh(&ada.refresh).await);
    let third = Person::of(&server.refresh(&second.refresh).await);
    assert!(server.knows(&ada.access).await && server.knows(&third.access).await, "an exchange ends no access token");
    assert_eq!(broken(&server.refresh(&ada.refresh).await), ["token EXPIRED token.refresh"]);
    for token in [&ada, &second, &third] {
        assert!(!server.knows(&token.access).await);
        assert_eq!(broken(&server.refresh(&token.refresh).await), ["token EXPIRED token.refresh"]);
    }
    assert!(server.knows(&elsewhere.access).await, "another session goes on");
    for token in ["", "x", "scr_x", &"x".repeat(100_000), &ada.access, "scr_\0"] {
        assert_eq!(broken(&server.refresh(token).await), ["token EXPIRED token.refresh"], "{token:.30}");
    }
}

#[tokio::test]
async fn of_many_exchanges_at_a_time_one_succeeds() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let payloads = futures_util::future::join_all((0..12).map(|_| server.refresh(&ada.refresh))).await;
    let good: Vec<&Value> = payloads.iter().filter(|payload| payload["tokens"].is_object()).collect();
    assert_eq!(good.len(), 1, "{payloads:#?}");
    assert!(!server.knows(&Person::of(good[0]).access).await, "the others were a reuse");
    let client = server.database.client().await;
    let row = client.query_one("select count(*) from auth.refresh_tokens", &[]).await.expect("they can be counted");
    assert_eq!(row.get::<_, i64>(0), 2);
}

#[tokio::test]
async fn no_token_is_kept_in_clear() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let issued = server.issue(&ada, json!({"name": "radio", "scopes": ["READ"]})).await;
    let token = issued["token"].as_str().expect("it is there").to_owned();
    let client = server.database.client().await;
    for table in ["auth.sessions", "auth.refresh_tokens", "auth.api_tokens", "auth.attempts", "public.users"] {
        let rows =
            client.query(&format!("select row_to_json(t)::text from {table} t"), &[]).await.expect("it can be read");
        let text: String = rows.iter().map(|row| row.get::<_, String>(0)).collect();
        for secret in [&ada.access, &ada.refresh, &token, PASSWORD, "ada@example.org"] {
            assert!(!text.contains(secret), "{table}: {text}");
        }
    }
}

#[tokio::test]
async fn signing_out_ends_this_session_or_everything_at_once() {
    let server = TestServer::start().await;
    let here = server.register("ada").await;
    let there = Person::of(&server.login("ada", PASSWORD).await);
    let third = Person::of(&server.login("ada", PASSWORD).await);
    let issued = server.issue(&third, json!({"name": "radio", "scopes": ["READ"]})).await;
    let program = issued["token"].as_str().expect("it is there");
    server.run(&here.access, "logout { ok userErrors { message } }").await;
    assert!(!server.knows(&here.access).await && server.knows(&there.access).await);
    assert_eq!(broken(&server.refresh(&here.refresh).await).len(), 1);
    assert!(server.knows(program).await);
    server.run(&there.access, "logout(everywhere: true) { ok userErrors { message } }").await;
    assert!(!server.knows(&there.access).await && !server.knows(&third.access).await && !server.knows(program).await);
    assert_eq!(broken(&server.refresh(&third.refresh).await).len(), 1);
    assert!(server.knows(&Person::of(&server.login("ada", PASSWORD).await).access).await);
}

#[tokio::test]
async fn a_changed_password_ends_what_was_signed_in_before() {
    let server = TestServer::start().await;
    let (ada, there) = (server.register("ada").await, Person::of(&server.login("ada", PASSWORD).await));
    let query =
        format!("mutation($c: String!, $n: String!) {{ changePassword(current: $c, new: $n) {} }}", auth_fields());
    let change = async |token: &str, current: &str, new: &str| {
        server.told(Some(token), &query, json!({"c": current, "n": new})).await["changePassword"].clone()
    };
    let next = "another good passphrase";
    assert_eq!(broken(&change(&ada.access, "wrong", next).await), ["current WRONG_PASSWORD credentials"]);
    assert_eq!(broken(&change(&ada.access, PASSWORD, "password").await), ["new INVALID password.weak"]);
    let now = Person::of(&change(&ada.access, PASSWORD, next).await);
    assert!(server.knows(&now.access).await && !server.knows(&ada.access).await && !server.knows(&there.access).await);
    assert_eq!(broken(&server.refresh(&there.refresh).await).len(), 1);
    assert_eq!(broken(&server.login("ada", PASSWORD).await), ["input WRONG_PASSWORD credentials"]);
    Person::of(&server.login("ada", next).await);
}

#[tokio::test]
async fn a_token_for_a_program_allows_what_it_was_given_until_it_is_revoked() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    for (input, faults) in [
        (
            json!({"name": " ", "scopes": []}),
            vec!["input.name REQUIRED token.name", "input.scopes REQUIRED token.scopes"],
        ),
        (json!({"name": "x".repeat(101), "scopes": ["READ"]}), vec!["input.name TOO_LONG token.name"]),
        (json!({"name": "a\u{0}", "scopes": ["READ"]}), vec!["input.name INVALID token.name"]),
        (json!({"name": "a", "scopes": ["READ", "ADMIN"]}), vec!["input.scopes FORBIDDEN token.scopes"]),
        (
            json!({"name": "a", "scopes": ["READ"], "expiresInDays": 0}),
            vec!["input.expiresInDays OUT_OF_RANGE token.expiry"],
        ),
        (
            json!({"name": "a", "scopes": ["READ"], "expiresInDays": 99999}),
            vec!["input.expiresInDays OUT_OF_RANGE token.expiry"],
        ),
    ] {
        assert_eq!(broken(&server.issue(&ada, input).await), faults);
    }
    let issued = server
        .issue(&ada, json!({"name": "radio", "scopes": ["READ", "READ", "LIBRARY_WRITE"], "expiresInDays": 7}))
        .await;
    let token = issued["token"].as_str().expect("it is there").to_owned();
    assert!(issued["expiresAt"].is_string());
    let viewer = server.told(Some(&token), "{ viewer { scopes user { username } } }", json!({})).await;
    assert_eq!(viewer, json!({"viewer": {"scopes": ["READ", "LIBRARY_WRITE"], "user": {"username": "ada"}}}));
    // What could give it more than it has is not for it.
    for mutation in [
        "issueToken(input: {name: \"x\", scopes: [READ]}) { token }",
        "revokeToken(id: \"x\") { ok }",
        "changePassword(current: \"x\", new: \"y\") { user { id } }",
        "logout(everywhere: true) { ok }",
    ] {
        let answer = server.ask(Some(&token), &format!("mutation {{ {mutation} }}"), json!({})).await.json();
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{mutation}: {answer}");
    }
    let listed = server.told(Some(&ada.access), "{ viewer { tokens { id name scopes lastUsedAt } } }", json!({})).await;
    assert_eq!(listed["viewer"]["tokens"][0]["id"], issued["issued"]["id"]);
    assert!(listed["viewer"]["tokens"][0]["lastUsedAt"].is_string(), "{listed}");
    let bob = server.register("bob").await;
    let revoke = "mutation($id: ID!) { revokeToken(id: $id) { ok userErrors { __typename code path ... on NotFoundError { missingId } } } }";
    let id = issued["issued"]["id"].clone();
    let refused = server.told(Some(&bob.access), revoke, json!({"id": id})).await["revokeToken"].clone();
    assert_eq!(broken(&refused), ["id NOT_FOUND NotFoundError"]);
    assert!(server.knows(&token).await);
    assert_eq!(server.told(Some(&ada.access), revoke, json!({"id": id})).await["revokeToken"]["ok"], true);
    assert!(!server.knows(&token).await);
    let listed = server.told(Some(&ada.access), "{ viewer { tokens { id } } }", json!({})).await;
    assert_eq!(listed["viewer"]["tokens"], json!([]));
    // One that signs itself out is revoked.
    let issued = server.issue(&ada, json!({"name": "tv", "scopes": ["READ"]})).await;
    let token = issued["token"].as_str().expect("it is there").to_owned();
    server.run(&token, "logout { ok userErrors { message } }").await;
    assert!(!server.knows(&token).await);
}

#[tokio::test]
async fn a_bad_token_is_refused_before_anything_is_run() {
    let server = TestServer::start().await;
    let body = json!({"query": "{ __typename }"}).to_string();
    let with = |header: &str| Request::post(body.clone()).header("Authorization", header);
    for header in ["Bearer x", "Bearer", "Basic YWRhOng=", "x", "Bearer a.b.c", "bearer scp_x"] {
        let answer = server.send(&with(header)).await;
        assert_eq!((answer.status, answer.refusal().as_str()), (401, "UNAUTHENTICATED"), "{header}");
        let older = server.send(&with(header).accept("application/json")).await;
        assert_eq!((older.status, older.refusal().as_str()), (200, "UNAUTHENTICATED"), "{header}");
        assert!(older.header("www-authenticate").starts_with("Bearer"));
    }
    let ada = server.register("ada").await;
    let mut twice = with(&format!("Bearer {}", ada.access));
    twice.headers.push(("Authorization", format!("Bearer {}", ada.access)));
    assert_eq!(server.send(&twice).await.status, 401);
}

#[tokio::test]
async fn the_public_keys_are_published_and_may_be_rotated_without_a_refusal() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let keys = server.get("/.well-known/jwks.json").await;
    assert_eq!(keys.header("content-type"), "application/jwk-set+json");
    let listed = keys.json()["keys"].as_array().cloned().expect("it is a set");
    assert_eq!((listed.len(), &listed[0]["alg"], &listed[0]["crv"]), (1, &json!("EdDSA"), &json!("Ed25519")));
    server.accounts.keys().rotate(Duration::from_secs(900)).expect("keys can be made");
    assert!(server.knows(&ada.access).await);
    assert_eq!(server.get("/.well-known/jwks.json").await.json()["keys"].as_array().map(Vec::len), Some(2));
    let again = Person::of(&server.refresh(&ada.refresh).await);
    assert!(server.knows(&again.access).await);
    server.accounts.keys().rotate(Duration::ZERO).expect("keys can be made");
    assert!(!server.knows(&again.access).await);
}

#[tokio::test]
async fn a_socket_is_its_callers_and_closes_when_their_rights_end() {
    let server = TestServer::start().await;
    let root = server.administrator("root").await;
    let client = server.database.client().await;
    let owner = a_user(&client).await;
    let playlist = a_playlist(&client, owner).await;
    an_activity(&client, playlist, "created", 1).await;
    let id = gid("Playlist", playlist);
    let follow = format!("subscription {{ playlistActivity(playlistId: \"{id}\", afterVersion: 0) {{ version }} }}");
    for (number, end) in
        ["logout", "everywhere", "password", "closed", "deleted", "reuse", "revoked"].into_iter().enumerate()
    {
        let ada = server.register(&format!("ada{number}x")).await;
        let token = match end {
            "revoked" => {
                server.issue(&ada, json!({"name": "a", "scopes": ["READ"]})).await["token"].as_str().map(str::to_owned)
            }
            _ => Some(ada.access.clone()),
        };
        let mut socket = socket_of(&server, &token.expect("it is there")).await;
        let mut other = socket_of(&server, &root.access).await;
        socket.subscribe("who", WHO).await;
        assert_eq!(socket.hear().await["payload"]["data"]["viewer"]["user"]["id"], json!(ada.id));
        assert_eq!(socket.hear().await["type"], "complete");
        socket.subscribe("live", &follow).await;
        assert_eq!(socket.hear().await["payload"]["data"]["playlistActivity"]["version"], 1);
        let began = Instant::now();
        match end {
            "logout" => server.run(&ada.access, "logout { ok userErrors { message } }").await,
            "everywhere" | "revoked" => {
                server.run(&ada.access, "logout(everywhere: true) { ok userErrors { message } }").await
            }
            "password" => {
                let change = format!(
                    "changePassword(current: \"{PASSWORD}\", new: \"another good passphrase\") {{ userErrors {{ message }} }}"
                );
                server.run(&ada.access, &change).await;
            }
            "closed" => {
                let close =
                    format!("setUserActive(userId: \"{}\", active: false) {{ userErrors {{ message }} }}", ada.id);
                server.run(&root.access, &close).await;
            }
            "deleted" => drop(client.execute("delete from users where id = $1", &[&ada.key()]).await.expect("it goes")),
            _ => {
                server.refresh(&ada.refresh).await;
                server.refresh(&ada.refresh).await;
            }
        }
        assert_eq!(socket.closed().await, (4403, "Forbidden".to_owned()), "{end}");
        assert!(began.elapsed() < Duration::from_secs(4), "{end}: {:?}", began.elapsed());
        other.subscribe("who", WHO).await;
        assert_eq!(other.hear().await["payload"]["data"]["viewer"]["user"]["id"], json!(root.id), "{end}");
    }
}

#[tokio::test]
async fn a_socket_closes_when_its_token_expires() {
    let server = TestServer::start_with(&["--access-token-seconds", "2"]).await;
    let ada = server.register("ada").await;
    let mut socket = socket_of(&server, &ada.access).await;
    let began = Instant::now();
    assert_eq!(socket.closed().await, (4403, "Forbidden".to_owned()));
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_socket_with_a_bad_token_is_not_opened() {
    let server = TestServer::start().await;
    for payload in [
        json!({"authorization": "Bearer x"}),
        json!({"Authorization": "x"}),
        json!({"token": "x"}),
        json!({"token": {}}),
        json!({"authorization": 7}),
        json!({"authorization": "Bearer x", "Authorization": "Bearer x"}),
    ] {
        let mut socket = Socket::open(&server).await;
        socket.say(json!({"type": "connection_init", "payload": payload})).await;
        assert_eq!(socket.closed().await, (4403, "Forbidden".to_owned()), "{payload}");
    }
    let ada = server.register("ada").await;
    for payload in [
        json!({"authorization": null, "other": 1}),
        json!({"token": null, "Authorization": ""}),
        json!({"token": ada.access}),
    ] {
        let mut socket = Socket::open(&server).await;
        socket.say(json!({"type": "connection_init", "payload": payload})).await;
        assert_eq!(socket.hear().await, json!({"type": "connection_ack"}), "{payload}");
    }
}

#[tokio::test]
async fn servers_with_the_same_keys_take_each_others_tokens() {
    let one = TestServer::start().await;
    let two = TestServer::over(one.database.again(), one.accounts.keys().clone(), &[]).await;
    let stranger = TestServer::over(
        one.database.again(),
        searxng_cool_music::secrets::Keys::in_memory().expect("there is randomness"),
        &[],
    )
    .await;
    let ada = one.register("ada").await;
    assert!(two.knows(&ada.access).await && !stranger.knows(&ada.access).await);
    let mut socket = socket_of(&two, &ada.access).await;
    one.run(&ada.access, "logout { ok userErrors { message } }").await;
    assert!(!two.knows(&ada.access).await);
    assert_eq!(socket.closed().await.0, 4403);
}
