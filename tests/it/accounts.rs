//! Accounts: registering, signing in, and who the caller is.

use serde_json::{Value, json};

use crate::http::{Answer, Request, TestServer};

/// A password that is taken.
pub const PASSWORD: &str = "correct horse battery";

/// What every payload tells of its errors.
pub const ERRORS: &str =
    "userErrors { __typename message code path ... on ValidationError { rule } ... on NotFoundError { missingId } }";

/// Somebody who has signed in.
#[derive(Debug, Clone)]
pub struct Person {
    pub name: String,
    pub id: String,
    pub access: String,
    pub refresh: String,
}

impl Person {
    /// The key of the row.
    pub fn key(&self) -> i64 {
        use base64::Engine as _;
        let plain = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(&self.id).expect("an id is base64");
        String::from_utf8_lossy(&plain).rsplit(':').next().and_then(|key| key.parse().ok()).expect("it holds a key")
    }

    /// From the `AuthPayload` of a field.
    pub fn of(payload: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{payload:#}")).to_owned();
        Self {
            name: text(&payload["user"]["username"]),
            id: text(&payload["user"]["id"]),
            access: text(&payload["tokens"]["accessToken"]),
            refresh: text(&payload["tokens"]["refreshToken"]),
        }
    }
}

/// What an `AuthPayload` is asked for.
pub fn auth_fields() -> String {
    format!("{{ tokens {{ accessToken refreshToken expiresAt }} user {{ id username }} {ERRORS} }}")
}

impl TestServer {
    /// Sends a request as whoever the token names.
    pub async fn ask(&self, token: Option<&str>, query: &str, variables: Value) -> Answer {
        let mut request = Request::post(json!({"query": query, "variables": variables}).to_string());
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        self.send(&request).await
    }

    /// The data of a request that succeeds.
    pub async fn told(&self, token: Option<&str>, query: &str, variables: Value) -> Value {
        let answer = self.ask(token, query, variables).await;
        let json = answer.json();
        assert!(answer.status == 200 && json.get("errors").is_none(), "{query}\n{json:#}");
        json["data"].clone()
    }

    /// Makes an account.
    pub async fn register(&self, name: &str) -> Person {
        let input = json!({"username": name, "email": format!("{name}@example.org"), "password": PASSWORD});
        let query = format!("mutation($i: RegisterInput!) {{ register(input: $i) {} }}", auth_fields());
        Person::of(&self.told(None, &query, json!({"i": input})).await["register"])
    }

    /// Makes an account of somebody who runs the server, and signs in.
    pub async fn administrator(&self, name: &str) -> Person {
        let person = self.register(name).await;
        let client = self.database.client().await;
        client
            .execute("update users set is_admin = true where id = $1", &[&person.key()])
            .await
            .expect("they are there");
        person
    }

    /// Signs in; the payload.
    pub async fn login(&self, named: &str, password: &str) -> Value {
        let query = format!("mutation($i: LoginInput!) {{ login(input: $i) {} }}", auth_fields());
        let input = json!({"usernameOrEmail": named, "password": password});
        self.told(None, &query, json!({"i": input})).await["login"].clone()
    }
}

/// The rules that a payload says were broken, with their paths.
pub fn broken(payload: &Value) -> Vec<String> {
    let errors = payload["userErrors"].as_array().unwrap_or_else(|| panic!("{payload:#}"));
    let told = errors.iter().map(|error| {
        let path: Vec<&str> = error["path"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let rule = error["rule"].as_str().or(error["__typename"].as_str()).unwrap_or_default();
        format!("{} {} {rule}", path.join("."), error["code"].as_str().unwrap_or_default())
    });
    told.collect()
}

#[tokio::test]
async fn who_registers_is_signed_in_and_can_sign_in_again() {
    let server = TestServer::start().await;
    let ada = server.register("Ada").await;
    let query = "{ viewer { user { id username email isAdmin isActive lastLoginAt language } scopes } }";
    let viewer = server.told(Some(&ada.access), query, json!({})).await["viewer"].clone();
    assert_eq!(viewer["user"]["id"], json!(ada.id));
    assert_eq!(viewer["user"]["email"], "Ada@example.org");
    assert_eq!((&viewer["user"]["isAdmin"], &viewer["user"]["language"]), (&json!(false), &json!("en")));
    assert!(viewer["user"]["lastLoginAt"].is_string(), "{viewer}");
    let scopes =
        json!(["READ", "PLAYLIST_READ_PRIVATE", "PLAYLIST_WRITE", "LIBRARY_WRITE", "HISTORY_READ", "HISTORY_WRITE"]);
    assert_eq!(viewer["scopes"], scopes);
    for named in ["Ada", "ada", " ADA ", "Ada@example.org", "ada@EXAMPLE.org"] {
        let again = Person::of(&server.login(named, PASSWORD).await);
        assert_eq!(again.id, ada.id, "{named}");
        assert_ne!(again.access, ada.access);
    }
    let nobody = server.told(None, "{ viewer { user { id } } }", json!({})).await;
    assert_eq!(nobody, json!({"viewer": null}));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_get_one_answer() {
    let server = TestServer::start().await;
    server.register("ada").await;
    let closed = server.register("closed").await;
    let client = server.database.client().await;
    client.execute("update users set is_active = false where id = $1", &[&closed.key()]).await.expect("it is there");
    let wrong = server.login("ada", "correct horse batterx").await;
    assert_eq!(broken(&wrong), ["input WRONG_PASSWORD credentials"]);
    for (named, password) in [
        ("bob", PASSWORD),
        ("ada@example.com", PASSWORD),
        ("closed", PASSWORD),
        ("closed", "x"),
        ("", PASSWORD),
        ("ada", ""),
        ("ada\0", PASSWORD),
        ("ada", "\0"),
        (&"a".repeat(20_000), PASSWORD),
        ("ada", &"x".repeat(200_000)),
    ] {
        let answer = server.login(named, password).await;
        assert_eq!(answer, wrong, "{named:.20} {password:.20}");
    }
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_registration_is_told_at_once() {
    let server = TestServer::start().await;
    server.register("alice").await;
    let query = format!("mutation($i: RegisterInput!) {{ register(input: $i) {} }}", auth_fields());
    let good = json!({"username": "bob", "email": "bob@example.org", "password": PASSWORD});
    for (changes, faults) in [
        (
            json!({"username": "b", "email": "bob", "password": "short", "language": "en_GB"}),
            vec![
                "input.username INVALID username.characters",
                "input.email INVALID email.form",
                "input.language INVALID language.form",
                "input.password INVALID password.length",
            ],
        ),
        (json!({"username": "ALICE"}), vec!["input.username ALREADY_EXISTS username.taken"]),
        (json!({"username": "a1ice"}), vec!["input.username ALREADY_EXISTS username.lookalike"]),
        (json!({"username": "AIice"}), vec!["input.username ALREADY_EXISTS username.lookalike"]),
        (json!({"username": "аlice"}), vec!["input.username INVALID username.lookalike"]),
        (json!({"username": "x".repeat(81)}), vec!["input.username TOO_LONG username.length"]),
        (json!({"username": "bob\u{0}"}), vec!["input.username INVALID username.characters"]),
        (json!({"email": "Alice@Example.org"}), vec!["input.email ALREADY_EXISTS email.taken"]),
        (json!({"email": "bob\u{0}@example.org"}), vec!["input.email INVALID email.form"]),
        (json!({"email": format!("{}@example.org", "x".repeat(300))}), vec!["input.email TOO_LONG email.length"]),
        (json!({"password": "password1"}), vec!["input.password INVALID password.weak"]),
        (json!({"password": "correct\u{0}horse"}), vec!["input.password INVALID password.characters"]),
        (json!({"password": "x1y2 ".repeat(40_000)}), vec!["input.password TOO_LONG password.length"]),
        (json!({"language": ""}), vec!["input.language INVALID language.form"]),
    ] {
        let mut input = good.clone();
        for (name, value) in changes.as_object().expect("it is one") {
            input[name] = value.clone();
        }
        let payload = server.told(None, &query, json!({"i": input})).await["register"].clone();
        assert_eq!(broken(&payload), faults, "{changes:.200}");
        assert_eq!((&payload["tokens"], &payload["user"]), (&json!(null), &json!(null)));
    }
    server.register("bob").await;
}

#[tokio::test]
async fn of_two_who_want_one_name_at_a_time_one_gets_it() {
    let server = TestServer::start().await;
    let query = format!("mutation($i: RegisterInput!) {{ register(input: $i) {} }}", auth_fields());
    let names = ["alice", "a1ice", "ALICE", "AIice", "aIice", "alice"];
    let tries = names.iter().enumerate().map(|(number, name)| {
        let input = json!({"username": name, "email": format!("x{number}@example.org"), "password": PASSWORD});
        server.told(None, &query, json!({"i": input}))
    });
    let payloads = futures_util::future::join_all(tries).await;
    let made = payloads.iter().filter(|payload| payload["register"]["user"].is_object()).count();
    assert_eq!(made, 1, "{payloads:#?}");
    let tries = (0..4).map(|number| {
        let input = json!({"username": format!("person{number}x"), "email": "one@example.org", "password": PASSWORD});
        server.told(None, &query, json!({"i": input}))
    });
    let payloads = futures_util::future::join_all(tries).await;
    let made = payloads.iter().filter(|payload| payload["register"]["user"].is_object()).count();
    assert_eq!(made, 1, "{payloads:#?}");
}

/// A link or a form of another page must change nothing: the effect is looked for, not the answer.
#[tokio::test]
async fn nobody_registers_by_a_link_or_a_form() {
    let server = TestServer::start().await;
    let query = format!(
        "mutation {{ register(input: {{username: \"ada\", email: \"ada@example.org\", password: \"{PASSWORD}\"}}) {{ user {{ id }} }} }}"
    );
    let encoded: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let answer = server.get(&format!("/graphql?query={encoded}")).await;
    assert_eq!((answer.status, answer.header("allow")), (405, "POST"), "{answer:?}");
    let body = json!({"query": query}).to_string();
    for media in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        assert_eq!(server.send(&Request::post(body.clone()).header("Content-Type", media)).await.status, 415);
    }
    let client = server.database.client().await;
    let row = client.query_one("select count(*) from users", &[]).await.expect("they can be counted");
    assert_eq!(row.get::<_, i64>(0), 0);
    assert!(server.told(None, &query, json!({})).await["register"]["user"].is_object());
}

#[tokio::test]
async fn registration_can_be_closed() {
    let server = TestServer::start_with(&["--registration-closed"]).await;
    let query = format!("mutation($i: RegisterInput!) {{ register(input: $i) {} }}", auth_fields());
    let input = json!({"username": "ada", "email": "ada@example.org", "password": PASSWORD});
    let answer = server.ask(None, &query, json!({"i": input})).await.json();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
}

#[tokio::test]
async fn what_others_see_of_a_person_is_less() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.register("ada").await, server.register("bob").await);
    let root = server.administrator("root").await;
    let query = "query($id: ID!) { user(by: {id: $id}) { email lastLoginAt username } }";
    for (token, sees) in
        [(None, false), (Some(&bob.access), false), (Some(&ada.access), true), (Some(&root.access), true)]
    {
        let token = token.map(String::as_str);
        let user = server.told(token, query, json!({"id": ada.id})).await["user"].clone();
        assert_eq!((user["email"].is_string(), user["lastLoginAt"].is_string()), (sees, sees), "{user}");
    }
}

#[tokio::test]
async fn passwords_of_the_python_project_are_taken_once_and_hashed_anew() {
    let server = TestServer::start().await;
    let client = server.database.client().await;
    for (number, (hash, password)) in legacy().into_iter().enumerate() {
        let name = format!("legacy{number}x");
        client
            .execute(
                "insert into users (username, email, password_hash) values ($1, $1 || '@example.org', $2)",
                &[&name, &hash],
            )
            .await
            .expect("it is inserted");
        assert_eq!(broken(&server.login(&name, "swordfisch").await).len(), 1);
        Person::of(&server.login(&name, password).await);
        let row = client
            .query_one("select password_hash from users where username = $1", &[&name])
            .await
            .expect("it is there");
        let now: String = row.get(0);
        assert!(now.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{now}");
        Person::of(&server.login(&format!("{name}@example.org"), password).await);
    }
    // Another effort in the settings, and the next sign-in hashes anew.
    let dearer = TestServer::over(server.database.again(), server.accounts.keys().clone(), &["--password-passes", "3"]);
    let dearer = dearer.await;
    Person::of(&dearer.login("legacy0x", "swordfish").await);
    let row = client
        .query_one("select password_hash from users where username = 'legacy0x'", &[])
        .await
        .expect("it is there");
    assert!(row.get::<_, String>(0).starts_with("$argon2id$v=19$m=64,t=3,p=1$"));
}

/// Hashes of `swordfish` as the Python project wrote them.
fn legacy() -> [(&'static str, &'static str); 2] {
    [
        (
            "scrypt:16384:8:1$NaCl$\
             b23c7387d96bc3105f4f8597bf6afcd534a404d890c95bf992f407a347ffeb22\
             5d4a1dcd390a17354129b6754c7a66b7421a560609711723be4dcd4a9d0fccfe",
            "swordfish",
        ),
        ("pbkdf2:sha256:1000$NaCl$6158ea15c4df2b6f74d35ceaa69b77d4aa8643b674708a1e5cb24b1910eb8c33", "swordfish"),
    ]
}
