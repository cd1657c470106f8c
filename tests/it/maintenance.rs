//! The jobs that look after a database: what they find, what they mend, what they let go.

use chrono::{DateTime, TimeDelta, Utc};
use searxng_cool_music::operations::job::{self, Job, Turn};
use searxng_cool_music::operations::recount::{self, Recount};
use searxng_cool_music::operations::retention::{self, Retention};
use searxng_cool_music::operations::{Session, analyze, reindex};
use tokio_postgres::Client;

use crate::builders::{a_listen, a_playlist, a_track, a_user, a_vote, an_activity, an_artist, an_item};
use crate::harness::TestDatabase;
use crate::run::program;

async fn counted(client: &Client, is_mending: bool) -> Recount {
    recount::sums(client, is_mending, |_| {}).await.expect("the sums can be compared")
}

fn numbers(found: &Recount) -> Vec<(&str, usize, usize)> {
    found.0.iter().map(|found| (found.figure, found.wrong, found.mended)).collect()
}

async fn number(client: &Client, question: &str) -> i64 {
    client.query_one(question, &[]).await.expect(question).get(0)
}

#[tokio::test]
async fn the_sums_of_the_demo_are_right() {
    let database = TestDatabase::with_demo().await;
    let found = counted(&database.client().await, false).await;
    assert!(!found.is_wrong(), "{found}");
    assert_eq!(found.0.len(), recount::FIGURES.len());
}

#[tokio::test]
async fn sums_that_are_wrong_are_told_and_mended() {
    let database = TestDatabase::with_demo().await;
    let client = database.client().await;
    client
        .batch_execute(
            "set session_replication_role = replica;
            update playlists set track_count = track_count + 1, follower_count = 77 where id in (
              select id from playlists where not folder_type order by id limit 3);
            update artists set follower_count = follower_count + 5 where id = (select min(id) from artists);
            delete from playlist_track_votes where id in (
              select min(id) from playlist_track_votes);
            update discovery_sessions set tracks_liked = tracks_liked + 1 where id = (
              select min(id) from discovery_sessions where not is_active and started_at > now() - interval '20 months');
            set session_replication_role = origin",
        )
        .await
        .expect("sums can be spoiled behind the triggers' back");

    let told = counted(&client, false).await;
    let wrong = [
        ("playlist entries", 3, 0),
        ("playlist followers", 3, 0),
        ("artist followers", 1, 0),
        ("entry votes", 1, 0),
        ("discovery sessions", 1, 0),
    ];
    assert_eq!(numbers(&told), wrong);
    let mended = counted(&client, true).await;
    assert_eq!(numbers(&mended), wrong.map(|(figure, wrong, _)| (figure, wrong, wrong)));
    assert!(!counted(&client, false).await.is_wrong());
}

/// Whoever writes an entry while its list is mended adds to the mended sum.
#[tokio::test]
async fn a_sum_is_mended_beside_a_writer() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    let owner = a_user(&client).await;
    let track = a_track(&client).with("duration_ms", 1_000).await;
    let playlist = a_playlist(&client, owner).await;
    an_item(&client, playlist, track).await;
    client.batch_execute("update playlists set track_count = 9").await.expect("a sum can be spoiled");

    let writer = database.client().await;
    writer.batch_execute("begin").await.expect("a transaction begins");
    an_item(&writer, playlist, track).with("position", 5).await;
    let mending = counted(&client, true);
    let writing = async {
        // The mending waits for the lock that the writer holds.
        let waits =
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        while number(&writer, waits).await == 0 {
            tokio::task::yield_now().await;
        }
        writer.batch_execute("commit").await.expect("the writer ends");
    };
    let (found, ()) = tokio::join!(mending, writing);
    assert_eq!(found.0[0].mended, 1, "{found}");
    assert_eq!(number(&client, "select track_count::bigint from playlists").await, 2);
    assert!(!counted(&client, false).await.is_wrong());
}

#[tokio::test]
async fn a_job_is_run_by_one_at_a_time_and_noted() {
    let database = TestDatabase::create().await;
    let (target, client) = (database.target(), database.client().await);
    let first = Turn::take(&target, Job::Recount).await.expect("it connects").expect("nobody is at it");
    assert!(Turn::take(&target, Job::Recount).await.expect("it connects").is_none());
    let other = Turn::take(&target, Job::Analyze).await.expect("it connects").expect("another job is free");
    other.end(Err::<String, _>(searxng_cool_music::error::Error::setup("no luck"))).await.expect_err("it failed");
    first.end(Ok("all is well")).await.expect("it did not fail");
    assert!(Turn::take(&target, Job::Recount).await.expect("it connects").is_some());

    let states = job::states(&client).await.expect("they can be read");
    let told: Vec<_> = states
        .iter()
        .map(|state| (state.name.as_str(), state.is_ok, state.report.as_str(), state.ok_count, state.failed_count))
        .collect();
    assert_eq!(told, [("analyze", false, "no luck", 0, 1), ("recount", true, "all is well", 1, 0)]);
    assert!(states[0].succeeded_at.is_none() && states[1].succeeded_at.is_some());
}

const FOR_EVER: Retention =
    Retention { interaction_months: None, discovery_months: None, activity_months: None, deleted_playlist_days: 90 };

async fn apply(client: &Client, kept: Retention, now: DateTime<Utc>) -> String {
    retention::apply(client, &kept, now).await.expect("it is applied").to_string()
}

#[tokio::test]
async fn months_that_are_not_kept_are_dropped_with_what_lies_outside_of_any() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    let (user, track) = (a_user(&client).await, a_track(&client).await);
    let now = Utc::now();
    for days in [1, 100, 400, 4_000] {
        a_listen(&client, user, track).with("created_at", (now - TimeDelta::days(days)).to_rfc3339()).await;
    }
    let parts = "select count(*) from pg_inherits where inhparent = 'user_interactions'::regclass";
    let before = number(&client, parts).await;
    assert_eq!(apply(&client, FOR_EVER, now).await.split(' ').next(), Some("0"), "nothing goes unless told");

    let kept = Retention { interaction_months: Some(6), ..FOR_EVER };
    apply(&client, kept, now).await;
    assert_eq!(number(&client, "select count(*) from user_interactions").await, 2);
    // 24 months and the current one, three ahead, the default: six whole months, the current one and
    // the one that six months ago lies in stay.
    assert_eq!((before, number(&client, parts).await), (29, 29 - 18));
    assert_eq!(number(&client, "select count(*) from partitions.user_interactions_default").await, 0);
    let detached = "select count(*) from pg_class
        where relnamespace = 'partitions'::regnamespace and relkind = 'r' and not relispartition";
    assert_eq!(number(&client, detached).await, 0);
    assert_eq!(apply(&client, kept, now).await.split(' ').next(), Some("0"), "a second time there is nothing to do");
}

#[tokio::test]
async fn playlists_that_were_deleted_long_ago_go_with_all_that_is_theirs() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    let (user, track) = (a_user(&client).await, a_track(&client).await);
    let now = Utc::now();
    let ago = |days| (now - TimeDelta::days(days)).to_rfc3339();
    let old = a_playlist(&client, user).with("name", "old").with("deleted_at", ago(91)).await;
    let item = an_item(&client, old, track).await;
    a_vote(&client, item, user).await;
    an_activity(&client, old, "created", 1).await;
    a_playlist(&client, user).with("name", "young").with("deleted_at", ago(89)).await;
    // A folder with something in it stays until that is gone.
    let folder =
        a_playlist(&client, user).with("name", "folder").with("folder_type", true).with("deleted_at", ago(200)).await;
    a_playlist(&client, user).with("name", "inside").with("parent_id", folder).await;

    let told = apply(&client, FOR_EVER, now).await;
    assert!(told.contains("1 deleted playlists"), "{told}");
    let rows = client.query("select name from playlists order by name", &[]).await.expect("the lists can be read");
    let names: Vec<&str> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(names, ["folder", "inside", "young"]);
    for table in ["playlist_tracks", "playlist_track_votes", "playlist_activities"] {
        assert_eq!(number(&client, &format!("select count(*) from {table}")).await, 0, "{table}");
    }
}

#[tokio::test]
async fn share_links_are_forgotten_a_month_after_they_expired() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    let user = a_user(&client).await;
    let now = Utc::now();
    for (days, digit) in [(31, "a"), (29, "b"), (-1, "c")] {
        a_playlist(&client, user)
            .with("share_token_hash", digit.repeat(64))
            .with("share_expires_at", (now - TimeDelta::days(days)).to_rfc3339())
            .await;
    }
    apply(&client, FOR_EVER, now).await;
    assert_eq!(number(&client, "select count(*) from playlists where share_token_hash is not null").await, 2);
}

#[tokio::test]
async fn partitioned_tables_are_analyzed_as_a_whole() {
    let database = TestDatabase::with_demo().await;
    let session = Session::open(&database.target(), "tests").await.expect("it connects");
    let tables = analyze::tables(&session, |_| {}).await.expect("they are analyzed");
    assert!(tables > 25, "{tables}");
    let known = "select count(*) from pg_stats where tablename = 'user_interactions' and schemaname = 'public'";
    assert!(number(&session, known).await > 5);
}

#[tokio::test]
async fn indexes_are_built_anew_and_leftovers_go() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    an_artist(&client).await;
    client
        .batch_execute(
            "create index idx_artists_name_ccnew on artists (name);
            update pg_index set indisvalid = false where indexrelid = 'idx_artists_name_ccnew'::regclass",
        )
        .await
        .expect("a leftover can be made");
    let choice = reindex::Choice { table: Some("public.user_interactions".to_owned()), min_bytes: 0 };
    let all = reindex::indexes(&client, &choice, |_| {}).await.expect("they are built");
    let parts = "select count(*) from pg_indexes where tablename like 'user_interactions_%'";
    assert_eq!(i64::try_from(all.len()).expect("it fits"), number(&client, parts).await);
    assert_eq!(number(&client, "select count(*) from pg_class where relname = 'idx_artists_name_ccnew'").await, 0);

    let choice = reindex::Choice { table: Some("public.nothing".to_owned()), min_bytes: 0 };
    let error = reindex::indexes(&client, &choice, |_| {}).await.expect_err("there is no such table");
    assert!(error.to_string().contains("public.nothing"), "{error}");
}

#[tokio::test]
async fn every_job_is_a_command() {
    let database = TestDatabase::with_demo().await;
    let url = database.url();
    let told = |args: &[&str]| {
        let output = program(&[args, &["--database-url", &url]].concat()).output().expect("the program runs");
        let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{args:?}: {error}{out}");
        out.into_owned()
    };
    assert_eq!(told(&["maintain", "status"]), "No job has been run yet.\n");
    assert_eq!(told(&["maintain", "partitions"]), "0 partitions made.\n");
    assert_eq!(told(&["maintain", "refresh"]), "statistics refreshed.\n");
    assert!(told(&["maintain", "recount", "--dry-run"]).ends_with("every sum is right.\n"));
    assert!(told(&["maintain", "retention"]).starts_with("0 partitions dropped"));
    assert!(told(&["maintain", "analyze"]).ends_with("tables analyzed.\n"));
    assert!(told(&["maintain", "reindex", "--table", "public.genres"]).contains("public.genres_pkey: "));
    let status = told(&["maintain", "status"]);
    for job in ["analyze    ok", "partitions ok", "recount    ok", "refresh    ok", "reindex    ok", "retention  ok"] {
        assert!(status.contains(job), "{job}: {status}");
    }
}
