//! The second wall: what the server's role sees and writes of private tables, whatever a statement
//! says, and as whom the server connects.

use std::time::Duration;

use searxng_cool_music::db::roles::{self, SERVER_ROLE, Standing};
use searxng_cool_music::db::{Actor, Database, Statement};
use serde_json::json;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::accounts::{PASSWORD, Person};
use crate::harness::{TestDatabase, connect_to};
use crate::http::TestServer;

mod owners;

/// A private table; which of its rows are ada's, who is person 1; and how to insert another of hers.
const TABLES: [(&str, &str, &str); 11] = [
    ("user_library", "user_id = 1", "(user_id, track_id) values (1, 3)"),
    ("user_interactions", "user_id = 1", "(user_id, track_id, interaction_type) values (1, 3, 'like')"),
    ("user_music_profiles", "user_id = 1", "(user_id) values (1)"),
    ("discovery_sessions", "user_id = 1", "(user_id, session_type) values (1, 'dig')"),
    ("discovery_session_tracks", "session_id = 1", "(session_id, track_id, position) values (1, 3, 7)"),
    ("user_artist_follows", "user_id = 1", "(user_id, artist_id) values (1, 2)"),
    ("playlist_follows", "user_id = 1", "(user_id, playlist_id) values (1, 5)"),
    ("user_album_collections", "user_id = 1", "(user_id, album_id) values (1, 2)"),
    ("auth.sessions", "user_id = 1", "(user_id, token_version, expires_at) values (1, 0, now() + interval '1 day')"),
    ("auth.refresh_tokens", "session_id = 1", "(session_id, token_hash) values (1, repeat('f', 64))"),
    (
        "auth.api_tokens",
        "user_id = 1",
        "(user_id, name, token_hash, scopes, token_version) values (1, 'x', repeat('f', 64), '{read}', 0)",
    ),
];

/// What nobody may delete as the server.
const KEPT: [&str; 3] = ["auth.sessions", "auth.refresh_tokens", "auth.api_tokens"];

/// Things of ada and of ben, who is person 2, in every private table.
async fn furnished() -> TestDatabase {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    client.batch_execute(include_str!("constraints/fixture.sql")).await.expect("the fixture is accepted");
    client
        .batch_execute(
            "insert into user_library (user_id, track_id) values (2, 1), (2, 2);
            insert into user_interactions (user_id, track_id, interaction_type) values (2, 1, 'like');
            insert into user_music_profiles (user_id) values (2);
            insert into discovery_session_tracks (session_id, track_id, position) values (2, 1, 0);
            insert into user_artist_follows (user_id, artist_id) values (2, 1);
            insert into playlist_follows (user_id, playlist_id) values (1, 1);
            insert into user_album_collections (user_id, album_id) values (2, 1);
            insert into auth.sessions (user_id, token_version, expires_at) values (2, 0, now() + interval '30 days');
            insert into auth.refresh_tokens (session_id, token_hash) values (2, repeat('1', 64));
            insert into auth.api_tokens (user_id, name, token_hash, scopes, token_version)
            values (2, 'b', repeat('1', 64), '{read}', 0);
            insert into auth.attempts (subject, tries) values ('account:1', 1);
            insert into auth.key_check (lookup_check) values (repeat('0', 64));
            ",
        )
        .await
        .expect("the rest is accepted");
    database
}

async fn count(client: &Client, query: &str) -> i64 {
    client.query_one(query, &[]).await.unwrap_or_else(|error| panic!("{query}: {error:?}")).get(0)
}

/// Runs a statement for a viewer and takes it back: rows that it touched, or why it was refused.
async fn tried(client: &Client, viewer: Option<i64>, statement: &str) -> Result<u64, SqlState> {
    client.batch_execute("begin").await.expect("a transaction begins");
    if let Some(viewer) = viewer {
        let named = client.batch_execute(&format!("set local searxng.viewer_id = '{viewer}'")).await;
        named.expect("anybody can be named");
    }
    let outcome = client.execute(statement, &[]).await;
    client.batch_execute("rollback").await.expect("it is taken back");
    outcome.map_err(|error| error.code().cloned().unwrap_or_else(|| panic!("{statement}: {error:?}")))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_sees_and_writes_the_rows_of_the_viewer_alone() {
    let database = furnished().await;
    let owner = database.client().await;
    let server = connect_to(&database.serving()).await;
    for (table, hers, row) in TABLES {
        let ada = count(&owner, &format!("select count(*) from {table} where {hers}")).await.unsigned_abs();
        let ben = count(&owner, &format!("select count(*) from {table} where not ({hers})")).await.unsigned_abs();
        assert!(ada > 0 && ben > 0, "{table} holds nothing to be kept apart");
        let column = hers.split(' ').next().unwrap_or_default();
        let all = format!("select from {table}");
        assert_eq!(tried(&server, None, &all).await, Ok(0), "{table} without a viewer");
        assert_eq!(tried(&server, Some(1), &all).await, Ok(ada), "{table} for ada");
        assert_eq!(tried(&server, Some(2), &all).await, Ok(ben), "{table} for ben");
        assert_eq!(tried(&server, Some(2), &format!("{all} where {hers}")).await, Ok(0), "{table}: ada's for ben");

        if table != "auth.refresh_tokens" {
            let update = format!("update {table} set {column} = {column}");
            assert_eq!(tried(&server, None, &update).await, Ok(0), "{update} without a viewer");
            assert_eq!(tried(&server, Some(2), &update).await, Ok(ben), "{update} for ben");
            let given = tried(&server, Some(2), &format!("update {table} set {column} = 1")).await;
            assert_eq!(given, Err(SqlState::INSUFFICIENT_PRIVILEGE), "{table}: ben's rows become ada's");
        }
        let deleted = tried(&server, Some(2), &format!("delete from {table}")).await;
        if KEPT.contains(&table) {
            assert_eq!(deleted, Err(SqlState::INSUFFICIENT_PRIVILEGE), "{table} is deleted from");
        } else {
            assert_eq!(deleted, Ok(ben), "delete from {table} for ben");
            assert_eq!(tried(&server, None, &format!("delete from {table}")).await, Ok(0), "{table} without a viewer");
        }
        let insert = format!("insert into {table} {row}");
        for viewer in [None, Some(2)] {
            let outcome = tried(&server, viewer, &insert).await;
            assert_eq!(outcome, Err(SqlState::INSUFFICIENT_PRIVILEGE), "{insert} for {viewer:?}");
        }
        if table != "user_music_profiles" {
            assert_eq!(tried(&server, Some(1), &insert).await, Ok(1), "{insert} for ada");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_nobodys_and_what_goes_around_the_policies_is_out_of_reach() {
    let database = furnished().await;
    let owner = database.client().await;
    owner.batch_execute("select ops.ensure_partitions('2099-01-01', '2099-01-02')").await.expect("a month is made");
    let server = connect_to(&database.serving()).await;
    let rows = owner
        .query(
            "select child.oid::regclass::text, child.relrowsecurity and child.relforcerowsecurity
            from pg_inherits join pg_class child on child.oid = inhrelid join pg_class parent on parent.oid = inhparent
            where parent.relkind = 'p' and parent.relname in ('user_interactions', 'discovery_session_tracks')",
            &[],
        )
        .await
        .expect("the catalogue can be read");
    let mut denied: Vec<String> = Vec::new();
    for row in &rows {
        let (part, is_walled): (String, bool) = (row.get(0), row.get(1));
        assert!(is_walled, "{part} has no wall of its own");
        denied.push(format!("select from {part}"));
    }
    assert!(denied.iter().any(|part| part.contains("2099_01")) && denied.iter().any(|part| part.contains("default")));
    denied.extend(
        [
            "select from auth.attempts",
            "delete from auth.attempts",
            "select from auth.key_check",
            "update auth.refresh_tokens set spent_at = now()",
            "truncate user_library",
            "alter table user_library disable row level security",
            "drop policy viewer on user_library",
            "create table public.mine (id integer)",
            "create schema mine",
            "update ops.view_refreshes set duration_ms = 0",
            "insert into ops.serving_rights values ('table auth.attempts', 'select')",
            "select ops.grant_serving_rights()",
            "select ops.wall('user_library')",
            "set role searxng_user",
            "set session authorization searxng_user",
        ]
        .map(str::to_owned),
    );
    for statement in denied {
        let outcome = tried(&server, Some(1), &statement).await;
        assert_eq!(outcome, Err(SqlState::INSUFFICIENT_PRIVILEGE), "{statement}");
    }
    // The purpose of the owner is nothing to anybody else.
    server.batch_execute("set searxng.purpose = 'keeping'").await.expect("anybody can say so");
    for (table, ..) in TABLES {
        assert_eq!(tried(&server, None, &format!("select from {table}")).await, Ok(0), "{table}");
    }
}

/// What one statement without a WHERE finds for somebody.
async fn found(pool: &Database, user: Option<i64>, table: &str) -> Vec<i64> {
    let mut conn = pool.acting(Actor { user, ..Actor::default() }).conn().await.expect("a connection");
    let mut statement = Statement::new(format!("select distinct user_id from {table} order by 1"));
    statement.private();
    statement.load(&mut conn).await.expect("it runs")
}

#[tokio::test]
async fn a_query_without_its_where_finds_nothing_of_anybody_else() {
    let database = furnished().await;
    let pool = database.pool().await;
    for table in ["user_library", "user_interactions", "playlist_follows", "discovery_sessions", "auth.sessions"] {
        assert_eq!(found(&pool, Some(2), table).await, [2], "{table}");
        assert_eq!(found(&pool, Some(1), table).await, [1], "{table}");
        assert_eq!(found(&pool, None, table).await, [0_i64; 0], "{table}");
    }
    // A statement that forgets to say that it is private finds nothing at all.
    let mut conn = pool.acting(Actor { user: Some(1), ..Actor::default() }).conn().await.expect("a connection");
    let unsaid: Vec<i64> = Statement::new("select user_id from user_library").load(&mut conn).await.expect("it runs");
    assert!(unsaid.is_empty());
}

/// Whom the connections of a pool work for, all of them at once, and how many are in a transaction.
async fn carried(pool: &Database, database: &TestDatabase) -> (Vec<String>, i64) {
    let most = pool.pool_state().max_connections;
    let mut conns = Vec::new();
    for _ in 0..most {
        conns.push(pool.conn().await.expect("the pool is idle"));
    }
    let mut carried = Vec::new();
    for conn in &mut conns {
        let asked = "select nullif(current_setting('searxng.viewer_id', true), '')";
        let viewer: Option<Option<String>> = Statement::new(asked).first(conn).await.expect("it answers");
        carried.extend(viewer.flatten());
    }
    let open = "select count(*) from pg_stat_activity
        where datname = current_database() and state like 'idle in transaction%'";
    (carried, count(&database.client().await, open).await)
}

#[tokio::test]
async fn a_connection_carries_nobody_over() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let profile = "mutation { updateMusicProfile(input: {isPrivateSession: true}) { profile { isPrivateSession } } }";
    server.told(Some(&ada.access), profile, json!({})).await;
    let mine = "{ viewer { user { profile { isPrivateSession } email } tokens { id } dataExport } a: viewer { user { profile { id } } } }";
    for _ in 0..5 {
        let told = server.told(Some(&ada.access), mine, json!({})).await;
        assert_eq!(told["viewer"]["user"]["profile"]["isPrivateSession"], true, "{told}");
        assert!(told["a"]["user"]["profile"]["id"].is_string(), "{told}");
        let nobody = server.told(None, "{ viewer { user { id } } artists { totalCount } }", json!({})).await;
        assert_eq!(nobody["viewer"], json!(null));
    }
    let wrong = server.ask(Some(&ada.access), "mutation { revokeToken(id: \"x\") { ok } }", json!({})).await;
    assert_eq!(wrong.status, 200);
    assert_eq!(carried(&server.pool, &server.database).await, (Vec::new(), 0));
}

#[tokio::test]
async fn a_reader_who_goes_away_or_fails_leaves_nothing_behind() {
    let database = furnished().await;
    let pool = database.pool().await;
    let ada = pool.acting(Actor { user: Some(1), ..Actor::default() });
    let sleeping = async {
        let mut conn = ada.conn().await.expect("a connection");
        let mut statement = Statement::new("select count(*), pg_sleep(30)::text from user_library");
        statement.private();
        statement.load::<(i64, String)>(&mut conn).await
    };
    assert!(tokio::time::timeout(Duration::from_millis(200), sleeping).await.is_err());

    let mut conn = ada.conn().await.expect("a connection");
    let mut broken = Statement::new("select 1 / 0 from user_library");
    broken.private();
    assert!(broken.load::<i32>(&mut conn).await.is_err());
    // The next statement of the same connection is in no broken transaction.
    let mut next = Statement::new("select user_id from user_library");
    next.private();
    assert_eq!(next.load::<i64>(&mut conn).await.expect("it runs"), [1]);
    // What writes does so in a transaction that is begun, not in one that only reads.
    let mut write = Statement::new("update user_library set is_favorite = true returning user_id");
    write.private();
    assert!(write.load::<i64>(&mut conn).await.is_err());
    let mut transaction = conn.begin().await.expect("it begins");
    let mut inside = Statement::new("update user_library set is_favorite = true returning user_id");
    inside.private();
    let written = inside.load::<i64>(&mut transaction).await;
    assert_eq!(transaction.end(written).await.expect("it is committed"), [1]);
    drop(conn);
    assert_eq!(carried(&pool, &database).await, (Vec::new(), 0));
}

#[tokio::test]
async fn the_server_serves_as_its_role_and_people_sign_in_through_named_paths() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let again = Person::of(&server.login("ada", PASSWORD).await);
    assert_eq!(ada.id, again.id);
    let owner = server.database.client().await;
    let others = owner
        .query(
            "select distinct usename::text from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()",
            &[],
        )
        .await
        .expect("the catalogue can be read");
    let roles: Vec<String> = others.iter().map(|row| row.get(0)).collect();
    assert_eq!(roles, [SERVER_ROLE]);
    let standing = Standing::of(&server.database.serving()).await.expect("it answers");
    assert!(standing.is_held() && !standing.may_migrate, "{standing:?}");
    assert_eq!(roles::serving(&server.database.serving()).await.expect("it serves").user(), SERVER_ROLE);
}
