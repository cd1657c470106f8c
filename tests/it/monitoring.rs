//! What operators see: the metrics, the status for administrators, and what is told when the database
//! tells nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use searxng_cool_music::operations::Monitor;
use serde_json::{Value, json};

use crate::builders::an_artist;
use crate::harness::TestDatabase;
use crate::http::{Request, TestServer};
use crate::run::program;

/// The value of each line of `/metrics`, by name and labels.
pub async fn metrics(server: &TestServer) -> BTreeMap<String, f64> {
    let answer = server.get("/metrics").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let lines = answer.body.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no metric: {line}"));
            (name.to_owned(), value.parse().unwrap_or_else(|_| panic!("no number: {line}")))
        })
        .collect()
}

async fn status(server: &TestServer, fields: &str) -> Value {
    let root = server.administrator(&format!("root{}", fields.len())).await;
    let data = server.told(Some(&root.access), &format!("{{ systemStatus {{ {fields} }} }}"), json!({})).await;
    data["systemStatus"].clone()
}

#[tokio::test]
async fn the_metrics_tell_of_pool_tables_indexes_partitions_and_jobs() {
    let server = TestServer::start().await;
    let client = server.database.client().await;
    client
        .batch_execute("select ops.note_job('recount', now() - interval '2 seconds', true, 'fine')")
        .await
        .expect("noted");
    let told = metrics(&server).await;
    let value = |name: &str| *told.get(name).unwrap_or_else(|| panic!("no {name} in {told:#?}"));
    assert_eq!(value("music_database_up"), 1.0);
    assert_eq!(value("music_statements_watched"), 1.0);
    assert!(value("music_pool_connections") >= 1.0 && value("music_pool_max_connections") == 4.0);
    assert_eq!(value("music_pool_timeouts"), 0.0);
    assert!(value("music_cache_hit_ratio") > 0.5);
    assert!(value("music_database_size_bytes") > 1e6);
    assert_eq!(value("music_lock_waits"), 0.0);
    for table in ["user_interactions", "playlist_activities", "discovery_session_tracks"] {
        let ahead = value(&format!("music_partition_days_ahead{{table=\"{table}\"}}"));
        assert!((88.0..125.0).contains(&ahead), "{table}: {ahead}");
        assert_eq!(value(&format!("music_default_partition_rows{{table=\"{table}\"}}")), 0.0);
    }
    assert!(value("music_table_size_bytes{table=\"user_interactions\"}") > 0.0);
    assert!(value("music_index_size_bytes{index=\"artists_pkey\",table=\"artists\"}") > 0.0);
    assert_eq!(value("music_job_ok{task=\"recount\"}"), 1.0);
    assert_eq!(value("music_job_runs{task=\"recount\",outcome=\"ok\"}"), 1.0);
    assert!(value("music_job_duration_seconds{task=\"recount\"}") >= 2.0);
    // One line for all partitions of a table: the number of lines does not grow with the months.
    assert!(!told.keys().any(|name| name.contains("partitions.")), "{told:#?}");
}

#[tokio::test]
async fn an_operation_tells_its_outcome_its_cost_and_its_time_by_name() {
    let server = TestServer::start().await;
    let query = json!({"query": "query Names { artists(first: 3) { nodes { name } } }", "operationName": "Names"});
    server.send(&Request::post(query.to_string())).await;
    let told = metrics(&server).await;
    assert_eq!(told["music_operations_total{name=\"Names\",outcome=\"ok\"}"], 1.0);
    assert!(told["music_operation_points_total{name=\"Names\"}"] >= 3.0);
    assert!(told["music_operation_seconds_total{name=\"Names\"}"] > 0.0);
}

#[tokio::test]
async fn an_administrator_is_told_how_everything_is() {
    let server = TestServer::start().await;
    let fields = "version schemaVersion databaseOk pendingMigrations pool statisticsRefreshedAt uptimeSeconds
        statementStatistics deadlocks connections databaseBytes replicas { name }
        tables { name liveRows totalBytes bloatBytes } indexes { name table scans isValid }
        unused: indexes(unusedOnly: true) { name isRule } lockWaits { pid }
        partitions { name readyUntil strayRows } jobs { name } live { subscriptions resets isListening }";
    let told = status(&server, fields).await;
    assert_eq!(told["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!((&told["databaseOk"], &told["pendingMigrations"]), (&json!(true), &json!(0)));
    assert!(told["schemaVersion"].as_str().is_some_and(|name| name.starts_with("20")), "{told}");
    assert_eq!(told["statementStatistics"], "ok");
    assert_eq!(told["pool"]["max"], 4);
    assert!(told["connections"]["active"].as_i64().is_some_and(|active| active >= 1), "{told}");
    assert_eq!(told["partitions"].as_array().map(Vec::len), Some(4));
    assert_eq!(told["partitions"][0]["strayRows"], 0);
    let names = |list: &Value| -> Vec<String> {
        let all = list.as_array().expect("a list").iter();
        all.map(|part| part["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert!(names(&told["tables"]).contains(&"user_interactions".to_owned()), "{told}");
    assert!(names(&told["indexes"]).contains(&"users_pkey".to_owned()), "{told}");
    assert!(
        !names(&told["unused"]).is_empty() && !names(&told["unused"]).contains(&"tracks_pkey".to_owned()),
        "{told}"
    );
    assert_eq!(told["live"]["subscriptions"], 0);
}

#[tokio::test]
async fn a_slow_statement_is_told_with_advice() {
    let server = TestServer::start().await;
    let client = server.database.client().await;
    client
        .batch_execute(
            "insert into users (username, email, password_hash)
             select 'person' || n, 'person' || n || '@example.org', 'x' from generate_series(1, 30000) as n;
             analyze users",
        )
        .await
        .expect("there are people");
    let slow = "select count(*), pg_sleep(0.12) from users where password_hash = $1 group by password_hash";
    client.query(slow, &[&"x"]).await.expect("it is slow");
    let told =
        status(&server, "slowQueries slowStatements { query calls maxMs advice cacheHitRatio rowsPerCall }").await;
    let all = told["slowStatements"].as_array().expect("a list");
    let found = all.iter().find(|statement| statement["query"].as_str().is_some_and(|text| text.contains("pg_sleep")));
    let found = found.unwrap_or_else(|| panic!("{told:#}"));
    assert_eq!(found["calls"], 1);
    assert!(found["maxMs"].as_f64().is_some_and(|ms| ms >= 120.0), "{found}");
    assert!(found["query"].as_str().is_some_and(|text| text.contains("$1")), "{found}");
    let advice = found["advice"].to_string();
    assert!(advice.contains("reads all of users"), "{found}");
    assert!(told["slowQueries"].as_i64().is_some_and(|number| number >= 1), "{told}");
}

/// Statements that the server itself runs for everybody are not told as its own: transactions say for
/// whom they are, which would make each another one.
#[tokio::test]
async fn beginning_a_transaction_is_not_watched() {
    let server = TestServer::start().await;
    server.register("somebody").await;
    let client = server.database.client().await;
    let question = "select count(*) from ops.pg_stat_statements where query like 'begin%' or query like 'set local%'";
    let watched: i64 = client.query_one(question, &[]).await.expect("it is installed").get(0);
    assert_eq!(watched, 0);
}

#[tokio::test]
async fn whoever_waits_for_a_lock_is_told_with_whoever_holds_it() {
    let server = TestServer::start().await;
    let (holder, waiter) = (server.database.client().await, server.database.client().await);
    let artist = an_artist(&holder).await;
    holder.batch_execute("begin; update artists set bio = 'held'").await.expect("it is locked");
    let waiting = tokio::spawn(async move {
        waiter.execute("update artists set bio = 'waited' where id = $1", &[&artist]).await.expect("at last");
    });
    let looker = server.database.client().await;
    let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while looker.query_one(waits, &[]).await.expect("it answers").get::<_, i64>(0) == 0 {
        tokio::task::yield_now().await;
    }
    let told = status(&server, "lockWaits { query mode waitedMs blockedBy blockerState blockerQuery }").await;
    let wait = &told["lockWaits"][0];
    assert!(wait["query"].as_str().is_some_and(|text| text.contains("'waited'")), "{told}");
    assert_eq!(wait["blockerState"], "idle in transaction");
    assert!(wait["blockerQuery"].as_str().is_some_and(|text| text.contains("'held'")), "{told}");
    assert_eq!(wait["blockedBy"].as_array().map(Vec::len), Some(1));
    assert_eq!(metrics(&server).await["music_lock_waits"], 1.0);
    holder.batch_execute("commit").await.expect("it is free");
    waiting.await.expect("it ends");
}

#[tokio::test]
async fn a_database_that_is_gone_is_a_figure_and_no_fault() {
    let gone = TestDatabase::create().await.target().with_database("no_such_database");
    let began = std::time::Instant::now();
    let error = Monitor::new(gone).figures().await.expect_err("there is none");
    assert!(began.elapsed() < Duration::from_secs(4), "{error}");

    let server = TestServer::start().await;
    metrics(&server).await;
    let client = server.database.client().await;
    // What the figures are read with is taken away.
    client.batch_execute("alter function ops.table_state() rename to gone").await.expect("it is renamed");
    tokio::time::sleep(Duration::from_millis(5_100)).await;
    assert_eq!(metrics(&server).await["music_database_up"], 0.0);
    let told = status(&server, "databaseOk tables { name } pool").await;
    assert_eq!((&told["databaseOk"], &told["tables"]), (&json!(false), &json!([])));
    assert_eq!(told["pool"]["max"], 4);
}

#[tokio::test]
async fn doctor_tells_what_can_be_monitored() {
    let database = TestDatabase::create().await;
    let url = database.url();
    let output = program(&["doctor", "--database-url", &url]).output().expect("the program runs");
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(out.contains("ok       pg_stat_statements: slow statements are told"), "{out}");
    assert!(out.contains("sees what others do"), "{out}");
    assert!(!out.contains("pgBadger") && !out.contains("log_lock_waits"), "{out}");

    database.client().await.batch_execute("drop extension pg_stat_statements").await.expect("it is dropped");
    let output = program(&["doctor", "--database-url", &url]).output().expect("the program runs");
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(out.contains("create extension pg_stat_statements schema ops"), "{out}");
}
