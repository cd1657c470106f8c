//! What the operator does on the command line: the first administrator, and the keys.

use std::io::Write as _;
use std::process::{Output, Stdio};

use searxng_cool_music::account::{email, upkeep};
use searxng_cool_music::secrets::Keys;
use serde_json::json;

use crate::accounts::{PASSWORD, Person, broken};
use crate::builders::a_user;
use crate::harness::{TestDatabase, cluster};
use crate::http::TestServer;
use crate::run::program;

/// Runs a command with something on its standard input.
fn run(args: &[&str], database: &TestDatabase, keys: &str, input: &str) -> Output {
    let url = cluster().with_database(database.target().database()).url();
    let common = ["--database-url", &url, "--keys-file", keys, "--password-memory-kib", "64", "--log", "warn"];
    let mut command = program(&[args, &common].concat());
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    child.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_administrator_is_made_on_the_command_line() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("keys.json");
    let keys = path.display().to_string();
    let database = TestDatabase::create().await;
    let create = ["admin", "create-user", "root", "--email", "root@example.org", "--admin"];
    for (input, said) in
        [("", "at least 8 characters"), ("password\n", "tried first"), ("root@example.org\n", "name or the address")]
    {
        let output = run(&create, &database, &keys, input);
        assert!(!output.status.success() && text(&output.stderr).contains(said), "{input}: {output:?}");
    }
    let output = run(&create, &database, &keys, &format!("{PASSWORD}\n"));
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "Made the administrator root.\n");
    let again = run(&create, &database, &keys, &format!("{PASSWORD}\n"));
    assert!(text(&again.stderr).contains("somebody has this name"), "{again:?}");

    let server = TestServer::over(database, Keys::open(&path).expect("the command made them"), &[]).await;
    let root = Person::of(&server.login("root@example.org", PASSWORD).await);
    let viewer =
        server.told(Some(&root.access), "{ viewer { scopes user { isAdmin email } } }", json!({})).await["viewer"]
            .clone();
    assert_eq!(viewer["user"], json!({"isAdmin": true, "email": "root@example.org"}));
    assert!(viewer["scopes"].to_string().contains("ADMIN"));

    // Other keys could not read the address that is there.
    let other = folder.path().join("other.json").display().to_string();
    let refused = run(&["admin", "rotate-keys"], &server.database, &other, "");
    assert!(!refused.status.success() && text(&refused.stderr).contains("KEYS_FILE"), "{refused:?}");

    // A rotation while the server runs: nobody is signed out, and what was sealed is sealed anew.
    let sealed = sealed_with(&server).await;
    let output = run(&["admin", "rotate-keys"], &server.database, &keys, "");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("sealed 1 e-mail addresses"), "{}", text(&output.stdout));
    assert_ne!(sealed_with(&server).await, sealed);
    assert!(server.knows(&root.access).await);
    let told = server.told(Some(&root.access), "{ viewer { user { email } } }", json!({})).await;
    assert_eq!(told["viewer"]["user"]["email"], "root@example.org");
    let ada = server.register("ada").await;
    let with: String = server
        .database
        .client()
        .await
        .query_one("select split_part(email_sealed, '.', 1) from users where id = $1", &[&ada.key()])
        .await
        .expect("she is there")
        .get(0);
    assert_eq!(with, sealed_with(&server).await, "the server seals with the new key");
    Person::of(&server.login("root@example.org", PASSWORD).await);

    // Back to clear text, and the migrations can be taken back.
    let output = run(&["admin", "unseal-emails"], &server.database, &keys, "");
    assert!(text(&output.stdout).contains("Wrote 2 e-mail addresses"), "{output:?}");
    Person::of(&server.login("root@example.org", PASSWORD).await);
    let everything = run(&["migrate", "down", "--all"], &server.database, &keys, "");
    assert!(everything.status.success(), "{}", text(&everything.stderr));
}

/// The name of the key that the first address is sealed with.
async fn sealed_with(server: &TestServer) -> String {
    let client = server.database.client().await;
    let row = client.query_one("select split_part(email_sealed, '.', 1) from users order by id limit 1", &[]).await;
    row.expect("there is one").get(0)
}

#[tokio::test]
async fn addresses_that_came_in_in_clear_are_sealed_and_found_all_the_same() {
    let server = TestServer::start().await;
    let client = server.database.client().await;
    for number in 0..1_203 {
        a_user(&client).with("email", format!("Plain{number}@example.org")).await;
    }
    let ada = server.register("ada").await;
    let twice = format!(
        "mutation {{ register(input: {{username: \"bob\", email: \"plain7@EXAMPLE.org\", password: \"{PASSWORD}\"}}) {{ userErrors {{ code path ... on ValidationError {{ rule }} }} }} }}"
    );
    let taken = ["input.email ALREADY_EXISTS email.taken"];
    assert_eq!(broken(&server.told(None, &twice, json!({})).await["register"]), taken);
    let keys = server.accounts.keys();
    upkeep::check_keys(&server.pool, keys).await.expect("they are its own");
    upkeep::run(&server.pool, keys).await.expect("it runs");
    let row = client
        .query_one("select count(email), count(email_sealed), count(distinct email_lookup) from users", &[])
        .await
        .expect("they can be counted");
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1), row.get::<_, i64>(2)), (0, 1_204, 1_204));
    assert_eq!(broken(&server.told(None, &twice, json!({})).await["register"]), taken);
    assert_eq!(email::reseal_all(&server.pool, keys).await.expect("it runs"), 0);
    keys.rotate(std::time::Duration::ZERO).expect("keys can be made");
    assert_eq!(email::reseal_all(&server.pool, keys).await.expect("it runs"), 1_204);
    keys.forget(std::time::Duration::ZERO).expect("keys can be forgotten");
    assert!(upkeep::check_keys(&server.pool, &Keys::in_memory().expect("there is randomness")).await.is_err());
    let root = server.administrator("root").await;
    let query = "query($id: ID!) { user(by: {id: $id}) { email } }";
    assert_eq!(server.told(Some(&root.access), query, json!({"id": ada.id})).await["user"]["email"], "ada@example.org");
}

#[tokio::test]
async fn a_sealed_address_cannot_be_read_in_another_row() {
    let server = TestServer::start().await;
    let (ada, root) = (server.register("ada").await, server.administrator("root").await);
    let client = server.database.client().await;
    let mallory = server.register("mallory").await;
    client
        .execute(
            "update users set email_sealed = (select email_sealed from users where id = $1) where id = $2",
            &[&ada.key(), &mallory.key()],
        )
        .await
        .expect("it is written");
    let query = "query($id: ID!) { user(by: {id: $id}) { email } }";
    for token in [&mallory.access, &root.access] {
        let answer = server.ask(Some(token), query, json!({"id": mallory.id})).await.json();
        assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL_SERVER_ERROR", "{answer}");
        assert!(!answer.to_string().contains("example.org"));
    }
}

/// At the highest level, too.
#[tokio::test(flavor = "multi_thread")]
async fn no_log_line_holds_a_password_a_token_or_an_address() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let text_of = |name: &str| folder.path().join(name).display().to_string();
    let database = TestDatabase::create().await;
    let url = cluster().with_database(database.target().database()).url();
    let log = std::fs::File::create(folder.path().join("log")).expect("it can be made");
    let flags = ["--listen", "127.0.0.1:0", "--no-demo", "--log", "trace", "--password-memory-kib", "64"];
    let places = ["--database-url", &url, "--data-dir", &text_of("data")];
    let mut command = program(&[&flags[..], &places[..]].concat());
    let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().expect("the program starts");
    let lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().expect("it is piped")));
    let address =
        lines.map_while(Result::ok).find_map(|line| line.strip_prefix("GraphQL").map(|rest| rest.trim().to_owned()));
    let address = address.expect("it says where it listens");
    let ask = |token: Option<&str>, query: &str, variables: serde_json::Value| -> serde_json::Value {
        let mut request = ureq::post(&address);
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let mut answer = request.send_json(json!({"query": query, "variables": variables})).expect("it answers");
        answer.body_mut().read_json().expect("an answer is JSON")
    };
    let register = format!("mutation($i: RegisterInput!) {{ register(input: $i) {} }}", crate::accounts::auth_fields());
    let input = json!({"username": "ada", "email": "ada.secret@example.org", "password": PASSWORD});
    let ada = Person::of(&ask(None, &register, json!({"i": input}))["data"]["register"]);
    let inline = format!(
        "mutation {{ login(input: {{usernameOrEmail: \"ada.secret@example.org\", password: \"{PASSWORD}\"}}) {{ user {{ id }} }} }}"
    );
    ask(None, &inline, json!({}));
    ask(None, "mutation { login(input: {usernameOrEmail: \"ada\", password: 7654321}) { user { id } } }", json!({}));
    ask(Some(&ada.access), "{ viewer { user { email } } }", json!({}));
    let refresh = "mutation($t: String!) { refreshToken(token: $t) { user { id } } }";
    ask(None, refresh, json!({"t": ada.refresh}));
    ask(None, refresh, json!({"t": ada.refresh}));
    child.kill().expect("it is our child");
    child.wait().expect("it ends");
    let log = std::fs::read_to_string(folder.path().join("log")).expect("it is text");
    assert!(log.contains("TRACE") && log.contains("A spent refresh token came again"), "{log:.2000}");
    let keys = std::fs::read_to_string(folder.path().join("data/keys.json")).expect("the server made it");
    let keys: serde_json::Value = serde_json::from_str(&keys).expect("it is JSON");
    let key = |path: &str| keys.pointer(path).and_then(|key| key.as_str()).expect("it is there").to_owned();
    let bytes = |text: &str| format!("{:?}", text.as_bytes());
    for secret in [
        PASSWORD.to_owned(),
        bytes(PASSWORD),
        "7654321".to_owned(),
        ada.access,
        ada.refresh,
        "ada.secret".to_owned(),
        bytes("ada.secret@example.org"),
        "argon2id$".to_owned(),
        key("/signing/0/secret"),
        key("/sealing/0/secret"),
        key("/lookup/secret"),
    ] {
        let line = log.lines().find(|line| line.contains(&secret));
        assert_eq!(line, None, "{secret}");
    }
}
