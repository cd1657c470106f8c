//! The audit trail: what is told of each change, in the transaction that made it, and that nobody
//! takes it back.

use serde_json::{Value, json};
use tokio_postgres::Client;

use crate::accounts::{PASSWORD, Person};
use crate::builders::{a_collaborator, a_playlist, a_track, a_user, gid};
use crate::harness::TestDatabase;
use crate::http::{Answer, TestServer};

/// An event as the tests compare it: table, operation, who, before, after.
type Event = (String, String, Option<i64>, Value, Value);

/// What was noted of one request.
async fn noted(client: &Client, request: &str) -> Vec<Event> {
    let rows = client
        .query(
            "select subject_table, operation, actor_id, coalesce(before, 'null'), coalesce(after, 'null')
             from audit.events where request_id = $1 order by id",
            &[&request],
        )
        .await
        .expect("the owner reads the trail");
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4))).collect()
}

async fn count(client: &Client) -> i64 {
    client.query_one("select count(*) from audit.events", &[]).await.expect("it is counted").get(0)
}

/// The tables and operations of events.
fn kinds(events: &[Event]) -> Vec<String> {
    events.iter().map(|(table, operation, ..)| format!("{operation} {table}")).collect()
}

fn payload(answer: &Answer) -> Value {
    let json = answer.json();
    assert!(json.get("errors").is_none(), "{json:#}");
    json["data"].as_object().and_then(|data| data.values().next()).cloned().expect("there is a field")
}

/// Each mutation of accounts, and what exactly it leaves.
#[tokio::test]
async fn every_change_of_an_account_is_noted_once_with_who_and_by_which_request() {
    let server = TestServer::start().await;
    let client = server.database.client().await;
    let root = server.administrator("root").await;
    let ada = server.register("ada").await;
    let issued = server.issue(&ada, json!({"name": "program", "scopes": ["READ"]})).await;
    let token = issued["issued"]["id"].as_str().expect("it was issued").to_owned();
    let spare = server.login("ada", PASSWORD).await["tokens"]["accessToken"].as_str().expect("a token").to_owned();

    let by = |person: &Person| Some(person.key());
    let (adas, roots) = (Some(ada.access.as_str()), Some(root.access.as_str()));
    type Step<'s> = (Option<&'s str>, String, Option<i64>, &'s [&'s str]);
    let steps: &[Step<'_>] = &[
        (
            None,
            "register(input: {username: \"bob\", email: \"bob@example.org\", password: \"correct horse\"}) { userErrors { message } }".into(),
            None,
            &["insert users", "insert sessions"],
        ),
        (
            None,
            format!("login(input: {{usernameOrEmail: \"ada\", password: \"{PASSWORD}\"}}) {{ userErrors {{ message }} }}"),
            by(&ada),
            &["insert sessions"],
        ),
        (None, format!("refreshToken(token: \"{}\") {{ userErrors {{ message }} }}", ada.refresh), None, &[]),
        (None, format!("refreshToken(token: \"{}\") {{ tokens {{ accessToken }} }}", "scr_unknown"), None, &[]),
        (adas, "updateUser(input: {username: \"ada2\"}) { userErrors { message } }".into(), by(&ada), &["update users"]),
        (adas, "updateUser(input: {email: \"x@example.org\"}) { userErrors { message } }".into(), by(&ada), &["update users"]),
        (adas, "updateUser(input: {language: \"de\"}) { userErrors { message } }".into(), None, &[]),
        (adas, "updateUser(input: {username: \"root\"}) { user { id } }".into(), None, &[]),
        (adas, "updateMusicProfile(input: {isPrivateSession: true}) { userErrors { message } }".into(), None, &[]),
        (
            adas,
            "issueToken(input: {name: \"x\", scopes: [READ]}) { userErrors { message } }".into(),
            by(&ada),
            &["insert api_tokens"],
        ),
        (adas, format!("revokeToken(id: \"{token}\") {{ userErrors {{ message }} }}"), by(&ada), &["update api_tokens"]),
        (Some(&spare), "logout { ok }".into(), by(&ada), &["update sessions"]),
        (roots, format!("setUserAdmin(userId: \"{}\", admin: true) {{ user {{ id }} }}", ada.id), by(&root), &["update users"]),
        (roots, format!("setUserAdmin(userId: \"{}\", admin: true) {{ user {{ id }} }}", ada.id), None, &[]),
        (
            adas,
            format!("changePassword(current: \"{PASSWORD}\", new: \"another good passphrase\") {{ userErrors {{ message }} }}"),
            by(&ada),
            &["update users", "insert sessions"],
        ),
        (roots, format!("setUserActive(userId: \"{}\", active: false) {{ user {{ id }} }}", ada.id), by(&root), &["update users"]),
        (roots, "logout(everywhere: true) { ok }".into(), by(&root), &["update users"]),
    ];
    for (token, mutation, actor, expected) in steps {
        let before = count(&client).await;
        let answer = server.ask(*token, &format!("mutation {{ {mutation} }}"), json!({})).await;
        payload(&answer);
        let events = noted(&client, answer.header("x-request-id")).await;
        assert_eq!(kinds(&events), *expected, "{mutation}: {}", answer.body);
        assert_eq!(count(&client).await - before, expected.len() as i64, "{mutation}: events without its request");
        let actors: Vec<_> = events.iter().filter(|event| event.0 != "sessions").map(|event| event.2).collect();
        assert!(actors.iter().all(|told| told == actor), "{mutation}: {actors:?} instead of {actor:?}");
    }
}

#[tokio::test]
async fn events_tell_what_changed_and_no_secret() {
    let server = TestServer::start().await;
    let client = server.database.client().await;
    let root = server.administrator("root").await;
    let ada = server.register("ada").await;
    let change = async |token: &str, mutation: String| {
        let answer = server.ask(Some(token), &format!("mutation {{ {mutation} }}"), json!({})).await;
        payload(&answer);
        let events = noted(&client, answer.header("x-request-id")).await;
        events.into_iter().map(|(.., before, after)| (before, after)).collect::<Vec<_>>()
    };
    let renamed = change(
        &ada.access,
        "updateUser(input: {username: \"ada2\", email: \"new@example.org\"}) { userErrors { message } }".into(),
    )
    .await;
    assert_eq!(
        renamed,
        [(json!({"username": "ada", "email": "set"}), json!({"username": "ada2", "email": "set anew"}))]
    );
    let issued =
        change(&ada.access, "issueToken(input: {name: \"x\", scopes: [READ], expiresInDays: 3}) { token }".into())
            .await;
    assert_eq!(issued.len(), 1, "{issued:?}");
    assert_eq!(
        (&issued[0].0, &issued[0].1["name"], &issued[0].1["scopes"]),
        (&Value::Null, &json!("x"), &json!(["read"]))
    );
    let promoted =
        change(&root.access, format!("setUserAdmin(userId: \"{}\", admin: true) {{ user {{ id }} }}", ada.id)).await;
    assert_eq!(promoted, [(json!({"is_admin": false}), json!({"is_admin": true}))]);
    let again = change(
        &ada.access,
        format!(
            "changePassword(current: \"{PASSWORD}\", new: \"another good passphrase\") {{ userErrors {{ message }} }}"
        ),
    )
    .await;
    assert_eq!(
        again[0],
        (json!({"token_version": 0, "password": "set"}), json!({"token_version": 1, "password": "set anew"}))
    );
    let export = server.told(Some(&root.access), "{ viewer { dataExport } }", json!({})).await;
    assert!(export["viewer"]["dataExport"].is_object(), "{export}");
    let row = client
        .query_one("select actor_id, subject_table, subject_key from audit.events where operation = 'export'", &[])
        .await
        .expect("the export is noted");
    assert_eq!((row.get(0), row.get(1), row.get(2)), (root.key(), "users", root.key()));

    let all: String = client
        .query_one(
            "select string_agg(concat_ws(' ', events), E'\\n') || (select string_agg(to_jsonb(e)::text, ' ') from audit.events e)
             from audit.events",
            &[],
        )
        .await
        .expect("they can be read")
        .get(0);
    let kept = client
        .query(
            "select password_hash from users union select email_sealed from users union select email_lookup from users
             union select token_hash from auth.api_tokens union select token_hash from auth.refresh_tokens",
            &[],
        )
        .await
        .expect("the owner reads them");
    let secrets: Vec<String> = kept.iter().filter_map(|row| row.get::<_, Option<String>>(0)).collect();
    assert!(secrets.len() > 8, "{}", secrets.len());
    let outside = ["example.org", "$argon2", "scp_", "scr_", PASSWORD, "passphrase", "_hash", "_sealed", "_lookup"];
    for secret in secrets.iter().map(String::as_str).chain(outside) {
        assert!(!all.contains(secret), "the trail holds {secret}");
    }
}

#[tokio::test]
async fn an_account_that_ends_leaves_one_event_and_one_for_each_list() {
    let server = TestServer::start().await;
    let client = server.database.client().await;
    let (ada, eve) = (server.register("ada").await, server.register("eve").await);
    let kept = a_playlist(&client, eve.key()).await;
    a_collaborator(&client, kept, ada.key()).await;
    let end = format!("mutation {{ deleteAccount(password: \"{PASSWORD}\") {{ ok }} }}");
    let answer = server.ask(Some(&ada.access), &end, json!({})).await;
    let events = noted(&client, answer.header("x-request-id")).await;
    let told = ("users".to_owned(), "delete".to_owned(), Some(ada.key()));
    assert_eq!(events.iter().map(|e| (e.0.clone(), e.1.clone(), e.2)).collect::<Vec<_>>(), [told]);
    assert_eq!(events[0].3, json!({"username": "ada", "is_active": true, "is_admin": false}));

    let answer = server.ask(Some(&eve.access), &end, json!({})).await;
    let events = noted(&client, answer.header("x-request-id")).await;
    assert_eq!(kinds(&events), ["delete playlists", "delete users"]);
}

/// Changes that come with rooms of their own; here as those rooms make them.
#[tokio::test]
async fn rights_owners_sharing_merges_and_deletions_are_noted() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    let (owner, guest) = (a_user(&client).await, a_user(&client).await);
    let list = a_playlist(&client, owner).await;
    let (one, other, third) = (a_track(&client).await, a_track(&client).await, a_track(&client).await);
    assert_eq!(count(&client).await, 0, "rows that come in bulk are no events");
    let hash = "a".repeat(64);
    let cases: Vec<(String, &str, Value, Value)> = vec![
        (
            format!(
                "insert into playlist_collaborators (playlist_id, user_id, role) values ({list}, {guest}, 'viewer')"
            ),
            "insert playlist_collaborators",
            Value::Null,
            json!({"playlist_id": list, "user_id": guest, "role": "viewer", "invitation_status": "pending"}),
        ),
        (
            "update playlist_collaborators set role = 'admin', can_invite_others = false".into(),
            "update playlist_collaborators",
            json!({"role": "viewer", "can_invite_others": null}),
            json!({"role": "admin", "can_invite_others": false}),
        ),
        (
            "update playlist_collaborators set tracks_added = 3, last_active_at = now()".into(),
            "",
            Value::Null,
            Value::Null,
        ),
        (
            "delete from playlist_collaborators".into(),
            "delete playlist_collaborators",
            json!({"playlist_id": list, "user_id": guest, "role": "admin", "can_invite_others": false, "invitation_status": "pending"}),
            Value::Null,
        ),
        (
            format!("update playlists set share_token_hash = '{hash}', share_password_hash = 'secret'"),
            "update playlists",
            json!({"share_token": null, "share_password": null}),
            json!({"share_token": "set", "share_password": "set"}),
        ),
        (
            "update playlists set share_password_hash = 'other', visibility = 'private'".into(),
            "update playlists",
            json!({"visibility": "public", "share_password": "set"}),
            json!({"visibility": "private", "share_password": "set anew"}),
        ),
        (
            "update playlists set name = 'Other', play_count = 7, version = version + 1".into(),
            "",
            Value::Null,
            Value::Null,
        ),
        (
            format!("update playlists set owner_id = {guest}"),
            "update playlists",
            json!({"owner_id": owner}),
            json!({"owner_id": guest}),
        ),
        (
            "update playlists set deleted_at = '2026-01-02T03:04:05Z'".into(),
            "update playlists",
            json!({"deleted_at": null}),
            json!({"deleted_at": "2026-01-02T03:04:05+00:00"}),
        ),
        (
            "delete from playlists".into(),
            "delete playlists",
            json!({"name": "Other", "owner_id": guest, "visibility": "private", "deleted_at": "2026-01-02T03:04:05+00:00"}),
            Value::Null,
        ),
        (
            format!("update tracks set merged_into_id = {one} where id = {other}"),
            "update tracks",
            json!({"merged_into_id": null}),
            json!({"merged_into_id": one}),
        ),
        (
            // What was merged into the one is pointed on, which is part of the same merge.
            format!("update tracks set merged_into_id = {third} where id = {one}"),
            "update tracks",
            json!({"merged_into_id": null}),
            json!({"merged_into_id": third}),
        ),
        ("update tracks set title = 'Other'".into(), "", Value::Null, Value::Null),
    ];
    client.batch_execute("set timezone = 'UTC'").await.expect("the zone is known");
    for (number, (statement, kind, before, after)) in cases.iter().enumerate() {
        let request = format!("request-{number}");
        let begin =
            format!("begin; set local searxng.viewer_id = '{owner}'; set local searxng.request_id = '{request}'");
        client.batch_execute(&format!("{begin}; {statement}; commit")).await.expect(statement);
        let events = noted(&client, &request).await;
        let expected: Vec<Event> = kind
            .split_once(' ')
            .map(|(operation, table)| (table.into(), operation.into(), Some(owner), before.clone(), after.clone()))
            .into_iter()
            .collect();
        assert_eq!(events, expected, "{statement}");
    }
    let before = count(&client).await;
    client.batch_execute("begin; delete from users; rollback").await.expect("it is taken back");
    assert_eq!(count(&client).await, before, "an event goes with its transaction");
    // A viewer ends with the transaction, also on a connection that was theirs.
    client.batch_execute(&format!("delete from users where id = {guest}")).await.expect("they go");
    let row = client.query_one("select actor_id, request_id from audit.events order by id desc limit 1", &[]).await;
    let row = row.expect("the server's own work is noted");
    assert_eq!((row.get::<_, Option<i64>>(0), row.get::<_, Option<&str>>(1)), (None, None));
}

#[tokio::test]
async fn nobody_changes_the_trail() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    a_user(&client).with("is_admin", true).await;
    assert_eq!(count(&client).await, 1, "an administrator is noted whoever makes them");
    let part: String =
        client.query_one("select tableoid::regclass::text from audit.events", &[]).await.expect("a part").get(0);
    assert!(part.starts_with("partitions.audit_events_20"), "{part}");
    for table in ["audit.events", &part, "partitions.audit_events_default"] {
        for statement in
            [format!("truncate {table}"), format!("update {table} set actor_id = 1"), format!("delete from {table}")]
        {
            let outcome = client.batch_execute(&statement).await;
            let is_empty = table.ends_with("default") && !statement.starts_with("truncate");
            assert_eq!(outcome.is_ok(), is_empty, "{statement}");
        }
    }
    assert_eq!(count(&client).await, 1);
    client.batch_execute(&format!("drop table {part}")).await.expect("a month goes as a whole");
    assert_eq!(count(&client).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_before_their_month_was_made_are_carried_into_it() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    let event = "insert into audit.events (operation, subject_table, subject_key, occurred_at) values ('export', 'users', 1, '2099-05-15')";
    client.batch_execute(event).await.expect("it lands in the default part");
    client.batch_execute("select ops.ensure_partitions('2099-05-01', '2099-05-01')").await.expect("the month is made");
    let part: String =
        client.query_one("select tableoid::regclass::text from audit.events", &[]).await.expect("a part").get(0);
    assert_eq!(part, "partitions.audit_events_2099_05");
    for part in [part.as_str(), "partitions.audit_events_default"] {
        client.batch_execute(&format!("truncate {part}")).await.expect_err("it still refuses");
    }
    client.batch_execute("delete from audit.events").await.expect_err("it still refuses");
}

const ASK: &str = "query($f: AuditFilter, $n: Int, $a: String, $l: Int, $b: String) { auditEvents(first: $n, after: $a, last: $l, before: $b, filter: $f) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes { id occurredAt actor { username } actorId operation table key before after requestId } } }";

#[tokio::test]
async fn administrators_read_the_trail_in_pages_and_by_filters() {
    let server = TestServer::start().await;
    let client = server.database.client().await;
    let root = server.administrator("root").await;
    let ada = server.register("ada").await;
    let answer = server
        .ask(
            Some(&ada.access),
            "mutation { updateUser(input: {username: \"ada2\"}) { userErrors { message } } }",
            json!({}),
        )
        .await;
    let request = answer.header("x-request-id").to_owned();
    client
        .execute(
            "insert into audit.events (occurred_at, actor_id, operation, subject_table, subject_key)
             select now() - interval '1 hour' * (i / 2), 4711, 'export', 'users', i from generate_series(1, 30) i",
            &[],
        )
        .await
        .expect("they go in");
    let ask = async |variables: Value| server.told(Some(&root.access), ASK, variables).await["auditEvents"].clone();
    let renamed = ask(json!({"f": {"requestId": request}})).await;
    let one = &renamed["nodes"][0];
    assert_eq!(
        (&renamed["totalCount"], &one["operation"], &one["table"]),
        (&json!(1), &json!("UPDATE"), &json!("users"))
    );
    assert_eq!((&one["actor"]["username"], &one["actorId"]), (&json!("ada2"), &json!(ada.id)));
    assert_eq!((&one["before"], &one["after"]), (&json!({"username": "ada"}), &json!({"username": "ada2"})));
    for (filter, found) in [
        (json!({"actorId": gid("User", 4711)}), 30),
        (json!({"actorId": gid("User", 4711), "key": 7}), 1),
        (json!({"operation": "EXPORT"}), 30),
        (json!({"operation": "DELETE"}), 0),
        (json!({"table": "sessions"}), 2),
        (json!({"table": "users", "key": ada.key(), "operation": "UPDATE"}), 1),
        (json!({"until": chrono::Utc::now() - chrono::Duration::minutes(90)}), 27),
        (json!({"operation": "EXPORT", "since": chrono::Utc::now() - chrono::Duration::minutes(90)}), 3),
        (json!({"requestId": "none"}), 0),
        (json!({}), 36),
    ] {
        assert_eq!(ask(json!({"f": filter})).await["totalCount"], found, "{filter}");
    }
    let gone = ask(json!({"f": {"operation": "EXPORT"}, "n": 1})).await;
    assert_eq!((&gone["nodes"][0]["actor"], &gone["nodes"][0]["actorId"]), (&Value::Null, &json!(gid("User", 4711))));
    // Forwards in sevens, and backwards the same.
    let (mut forwards, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = ask(json!({"n": 7, "a": after})).await;
        forwards.extend(page["nodes"].as_array().expect("nodes").iter().map(|node| node["id"].clone()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
    }
    let (mut backwards, mut before) = (Vec::new(), Value::Null);
    loop {
        let page = ask(json!({"l": 7, "b": before})).await;
        let ids: Vec<Value> = page["nodes"].as_array().expect("nodes").iter().map(|node| node["id"].clone()).collect();
        backwards.splice(0..0, ids);
        before = page["pageInfo"]["startCursor"].clone();
        if page["pageInfo"]["hasPreviousPage"] == json!(false) {
            break;
        }
    }
    assert_eq!(forwards.len(), 36);
    assert_eq!(forwards, backwards);
    for (filter, argument) in [
        (json!({"actorId": "nonsense"}), "actorId"),
        (json!({"table": "a\u{0}b"}), "table"),
        (json!({"requestId": "\u{0}"}), "requestId"),
    ] {
        let answer = server.ask(Some(&root.access), ASK, json!({"f": filter})).await.json();
        let told = &answer["errors"][0]["extensions"];
        assert_eq!(
            (&told["code"], &told["argument"]),
            (&json!("BAD_USER_INPUT"), &json!(["filter", argument])),
            "{answer}"
        );
    }
}

/// A list is a merge of months, each walked from its newest on.
#[tokio::test]
async fn the_trail_is_read_through_its_indexes() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    client
        .batch_execute(
            "insert into audit.events (occurred_at, actor_id, operation, subject_table, subject_key, request_id)
             select now() - interval '1 minute' * i, i % 500, (array['export', 'export', 'export', 'export'])[1 + i % 4],
               'users', i % 3000, 'request-' || i
             from generate_series(1, 60000) i;
             insert into audit.events (occurred_at, operation, subject_table, subject_key, after)
             select now() - interval '10 minutes' * i, 'insert', 'sessions', i, '{}' from generate_series(1, 100) i;
             analyze audit.events;",
        )
        .await
        .expect("they go in");
    for (condition, index) in [
        ("true", "occurred_at"),
        ("e.actor_id = 77", "actor_id"),
        ("e.subject_table = 'users' and e.subject_key = 77", "subject_table"),
        ("e.operation = 'insert'", "operation"),
        ("e.request_id = 'request-77'", "request_id"),
    ] {
        let statement = format!(
            "explain (costs off) select * from audit.events e where {condition} order by e.occurred_at desc, e.id desc limit 21"
        );
        let rows = client.query(&statement, &[]).await.expect(&statement);
        let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        let plan = plan.join("\n");
        let names = client
            .query(
                "select i.inhrelid::regclass::text from pg_inherits i where i.inhparent = $1::text::regclass",
                &[&format!("audit.idx_events_{}", if index == "subject_table" { "subject" } else { index })],
            )
            .await
            .expect("the parts are known");
        let parts: Vec<String> = names.iter().map(|row| row.get::<_, String>(0).replace("partitions.", "")).collect();
        assert!(parts.iter().any(|part| plan.contains(part.as_str())), "{condition}: none of {parts:?} in\n{plan}");
    }
}
