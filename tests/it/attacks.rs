//! What an attacker tries against accounts and tokens, and does not get.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::signature::Ed25519KeyPair;
use serde_json::{Value, json};

use crate::accounts::{PASSWORD, Person, broken};
use crate::http::TestServer;

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("it is base64")).expect("it is JSON")
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// The parts of a token: header and payload, and the signature as it stands.
fn parts(token: &str) -> (Value, Value, String) {
    let parts: Vec<&str> = token.split('.').collect();
    (decoded(parts[0]), decoded(parts[1]), parts[2].to_owned())
}

fn with(value: &Value, name: &str, new: Value) -> Value {
    let mut value = value.clone();
    value[name] = new;
    value
}

#[tokio::test]
async fn a_token_that_the_server_did_not_sign_as_it_stands_is_refused() {
    let server = TestServer::start().await;
    let (ada, root) = (server.register("ada").await, server.administrator("root").await);
    let (header, payload, signature) = parts(&ada.access);
    let (_, of_root, _) = parts(&root.access);
    let unsigned = |header: &Value, payload: &Value| format!("{}.{}", encoded(header), encoded(payload));
    let mut forged = Vec::new();
    // The signature of another payload, and of none.
    forged.push(format!("{}.{signature}", unsigned(&header, &of_root)));
    forged.push(format!("{}.{signature}", unsigned(&header, &with(&payload, "sub", of_root["sub"].clone()))));
    forged.push(format!("{}.{signature}", unsigned(&header, &with(&payload, "exp", json!(99_999_999_999_i64)))));
    forged.push(format!("{}.", unsigned(&header, &payload)));
    // No algorithm, in every spelling.
    for none in ["none", "None", "NONE", "nOnE", ""] {
        forged.push(format!("{}.", unsigned(&json!({"alg": none, "typ": "JWT"}), &payload)));
        forged.push(format!("{}.{signature}", unsigned(&with(&header, "alg", json!(none)), &payload)));
    }
    // A shared-key algorithm with the public key as the key.
    let keys = server.get("/.well-known/jwks.json").await.json();
    let public = URL_SAFE_NO_PAD.decode(keys["keys"][0]["x"].as_str().expect("it is there")).expect("it is base64");
    for key in [public.clone(), keys["keys"][0].to_string().into_bytes()] {
        let message = unsigned(&with(&header, "alg", json!("HS256")), &payload);
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), message.as_bytes());
        forged.push(format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref())));
    }
    // A key of the attacker's own, under the server's name for its key, in the header, or elsewhere.
    let own = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("it is a key");
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(ring::signature::KeyPair::public_key(&own).as_ref())});
    for header in [
        header.clone(),
        with(&header, "jwk", jwk.clone()),
        with(&header, "jku", json!("http://127.0.0.1:1/jwks.json")),
        with(&header, "x5c", json!(["AAAA"])),
        with(&with(&header, "jwk", jwk), "kid", json!("mine")),
        with(&header, "kid", json!("../../../dev/null")),
        with(&header, "kid", json!("' or 1=1 --")),
        with(&header, "kid", json!(0)),
    ] {
        let message = unsigned(&header, &payload);
        forged.push(format!("{message}.{}", URL_SAFE_NO_PAD.encode(own.sign(message.as_bytes()).as_ref())));
    }
    forged.push(format!("{}.{}", ada.access, signature));
    forged.push(ada.access.replace('.', ". "));
    forged.push(ada.refresh.clone());
    for token in forged {
        assert!(!server.knows(&token).await, "{token}");
    }
    assert!(server.knows(&ada.access).await);
}

#[tokio::test]
async fn a_token_of_another_time_audience_or_issuer_is_refused() {
    let server = TestServer::start_with(&["--access-token-seconds", "1"]).await;
    let ada = server.register("ada").await;
    for flags in [["--token-audience", "other"], ["--token-issuer", "other"]] {
        let other = TestServer::over(server.database.again(), server.accounts.keys().clone(), &flags).await;
        let there = Person::of(&other.login("ada", PASSWORD).await);
        assert!(other.knows(&there.access).await);
        assert!(!server.knows(&there.access).await, "{flags:?}");
        assert!(!other.knows(&ada.access).await, "{flags:?}");
    }
    let began = Instant::now();
    while server.knows(&ada.access).await {
        assert!(began.elapsed() < Duration::from_secs(40), "the skew that is allowed is bounded");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test]
async fn tokens_of_people_who_are_gone_are_worth_nothing() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let program =
        server.issue(&ada, json!({"name": "a", "scopes": ["READ"]})).await["token"].as_str().map(str::to_owned);
    let client = server.database.client().await;
    client.execute("delete from users where id = $1", &[&ada.key()]).await.expect("it goes");
    assert!(!server.knows(&ada.access).await && !server.knows(&program.expect("it is there")).await);
    assert_eq!(broken(&server.refresh(&ada.refresh).await), ["token EXPIRED token.refresh"]);
    // Whoever gets the name does not get the rights.
    let again = server.register("ada").await;
    assert_ne!(again.id, ada.id);
    assert!(!server.knows(&ada.access).await);
}

#[tokio::test]
async fn an_account_that_was_closed_and_opened_again_has_no_old_tokens() {
    let server = TestServer::start().await;
    let (ada, root) = (server.register("ada").await, server.administrator("root").await);
    let query = "mutation($id: ID!, $to: Boolean!) { setUserActive(userId: $id, active: $to) { user { isActive } userErrors { code } } }";
    for to in [false, true] {
        let payload = server.told(Some(&root.access), query, json!({"id": ada.id, "to": to})).await;
        assert_eq!(payload["setUserActive"]["user"]["isActive"], json!(to));
        assert!(!server.knows(&ada.access).await, "{to}");
        assert_eq!(broken(&server.refresh(&ada.refresh).await).len(), 1);
    }
    assert!(server.knows(&Person::of(&server.login("ada", PASSWORD).await).access).await);
}

/// The error of a sign-in that is not even looked at.
async fn throttled(server: &TestServer, named: &str, password: &str) -> Option<f64> {
    let query = "mutation($i: LoginInput!) { login(input: $i) { user { id } userErrors { code } } }";
    let answer = server.ask(None, query, json!({"i": {"usernameOrEmail": named, "password": password}})).await.json();
    let extensions = &answer["errors"][0]["extensions"];
    (extensions["code"] == "THROTTLED").then(|| extensions["retryAfterSeconds"].as_f64().expect("it says when"))
}

#[tokio::test]
async fn after_some_tries_each_next_one_waits_whether_the_account_exists_or_not() {
    let server = TestServer::start_with(&["--sign-in-tries", "4", "--sign-in-tries-per-address", "100000"]).await;
    server.register("ada").await;
    for named in ["ada", "ADA@example.org", "bob", "bob@example.org"] {
        server.database.client().await.batch_execute("delete from auth.attempts").await.expect("they go");
        for number in 0..4 {
            assert_eq!(throttled(&server, named, "wrong").await, None, "{named} {number}");
        }
        let wait = throttled(&server, named, "wrong").await.expect("the fifth has to wait");
        assert!((1.0..=2.0).contains(&wait), "{wait}");
        assert!(throttled(&server, named, PASSWORD).await.is_some(), "the right one waits as well");
    }
}

#[tokio::test]
async fn tries_at_a_time_count_as_many_as_one_after_another() {
    let server = TestServer::start_with(&["--sign-in-tries", "4", "--sign-in-tries-per-address", "100000"]).await;
    server.register("ada").await;
    let tries = futures_util::future::join_all((0..20).map(|_| throttled(&server, "ada", "wrong"))).await;
    assert_eq!(tries.iter().filter(|wait| wait.is_none()).count(), 4);
    // In one document, too.
    server.database.client().await.batch_execute("delete from auth.attempts").await.expect("they go");
    let fields: String = (0..12)
        .map(|n| {
            format!(
                "a{n}: login(input: {{usernameOrEmail: \"ada\", password: \"wrong{n}\"}}) {{ userErrors {{ code }} }}"
            )
        })
        .collect();
    let answer = server.ask(None, &format!("mutation {{ {fields} }}"), json!({})).await.json();
    let looked_at = answer["errors"].as_array().map_or(0, Vec::len);
    assert!(looked_at > 0, "{answer}");
    let client = server.database.client().await;
    let row = client
        .query_one("select max(tries) from auth.attempts where subject like 'account:%'", &[])
        .await
        .expect("they are there");
    assert!(row.get::<_, i32>(0) <= 4, "no more than four were looked at");
}

#[tokio::test]
async fn one_address_may_not_try_many_accounts() {
    let server = TestServer::start_with(&["--sign-in-tries-per-address", "5"]).await;
    let mut waits = 0;
    for number in 0..8 {
        waits += u32::from(throttled(&server, &format!("somebody{number}"), "wrong").await.is_some());
    }
    assert!(waits >= 2, "{waits}");
}

#[tokio::test]
async fn who_may_not_know_of_a_profile_cannot_tell_it_from_none() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.register("ada").await, server.register("bob").await);
    let set = "mutation { updateMusicProfile(input: {energyPreference: 0.1}) { profile { id } } }";
    let profile = server.told(Some(&ada.access), set, json!({})).await["updateMusicProfile"]["profile"]["id"].clone();
    let nothing = crate::builders::gid("MusicProfile", 999_999);
    let query = "query($ids: [ID!]!, $id: ID!) { nodes(ids: $ids) { id } node(id: $id) { id } }";
    for token in [None, Some(bob.access.as_str())] {
        let there = server.ask(token, query, json!({"ids": [profile], "id": profile})).await.json();
        let absent = server.ask(token, query, json!({"ids": [nothing], "id": nothing})).await.json();
        assert_eq!(there, absent);
        assert_eq!(there, json!({"data": {"nodes": [null], "node": null}}));
    }
    let own = server.told(Some(&ada.access), query, json!({"ids": [profile], "id": profile})).await;
    assert_eq!(own["node"]["id"], profile);
}

/// Settings as they are by default where hashing is concerned, without bounds on tries.
const DEAR: [&str; 8] = [
    "--password-memory-kib",
    "19456",
    "--password-passes",
    "2",
    "--sign-in-tries",
    "1000000",
    "--sign-in-tries-per-address",
    "1000000",
];

#[tokio::test]
#[ignore = "a measurement: cargo test --release --test it -- --ignored --nocapture signing_in"]
async fn signing_in_takes_as_long_for_a_name_that_nobody_has() {
    const TRIES: u32 = 200;
    let server = TestServer::start_with(&DEAR).await;
    server.register("somebody").await;
    let mut took = [Vec::new(), Vec::new()];
    for number in 0..2 * TRIES {
        // Turn about, so that both see the same machine.
        let which = usize::from(number % 2 == 1);
        let began = Instant::now();
        server.login(["somebody", "nobodyxx"][which], "not the password").await;
        took[which].push(began.elapsed());
    }
    let mean = |took: &[Duration]| took.iter().sum::<Duration>().as_secs_f64() * 1_000.0 / f64::from(TRIES);
    let [known, unknown] = [mean(&took[0]), mean(&took[1])];
    took.iter_mut().for_each(|took| took.sort_unstable());
    println!("mean of {TRIES} tries: {known:.2} ms where the account exists, {unknown:.2} ms where it does not");
    println!("median: {:?} and {:?}", took[0][TRIES as usize / 2], took[1][TRIES as usize / 2]);
    assert!((known - unknown).abs() <= 0.05 * known.max(unknown));
}

#[tokio::test]
#[ignore = "a measurement: cargo test --release --test it -- --ignored --nocapture signing_in"]
async fn signing_in_does_not_slow_everybody_else() {
    let server = TestServer::start_with(&DEAR).await;
    server.register("somebody").await;
    let p99 = async || {
        let mut times = Vec::new();
        for _ in 0..500 {
            let began = Instant::now();
            server.told(None, "{ genres { nodes { name } } }", json!({})).await;
            times.push(began.elapsed());
        }
        times.sort_unstable();
        times[494]
    };
    let idle = p99().await;
    let tries = async {
        let one = async || loop {
            throttled(&server, "somebody", "not the password").await;
        };
        futures_util::future::join_all((0..50).map(|_| one())).await;
    };
    let busy = tokio::select! { busy = p99() => busy, () = async { tries.await; } => unreachable!() };
    println!("p99 of anonymous queries: {idle:?} idle, {busy:?} with 50 who sign in");
    assert!(busy <= 2 * idle);
}
