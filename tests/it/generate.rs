//! `generate`: worlds that keep every rule, are the same for the same numbers, and stop and go on.

use std::process::{Command, Output};
use std::sync::Arc;

use chrono::NaiveDate;
use searxng_cool_music::db::connect::SessionSettings;
use searxng_cool_music::generate::{self, Outcome, Progress, WorldOptions, WorldSize};
use tokio::sync::Notify;
use tokio_postgres::Client;

use crate::harness::{TestDatabase, cluster};

const TABLES: [&str; 21] = [
    "album_sources",
    "albums",
    "artist_sources",
    "artists",
    "discovery_session_tracks",
    "discovery_sessions",
    "genres",
    "playlist_activities",
    "playlist_collaborators",
    "playlist_follows",
    "playlist_track_votes",
    "playlist_tracks",
    "playlists",
    "track_sources",
    "tracks",
    "user_album_collections",
    "user_artist_follows",
    "user_interactions",
    "user_library",
    "user_music_profiles",
    "users",
];

fn options(users: i64, seed: u32) -> WorldOptions {
    let until = NaiveDate::from_ymd_opt(2026, 11, 16);
    WorldOptions { size: WorldSize::for_users(users).expect("it is possible"), seed, until }
}

async fn fill(database: &TestDatabase, options: &WorldOptions) -> Outcome {
    generate::generate_world(&database.target(), options, |_| {}).await.expect("the world is written")
}

/// Numbers of rows and checksums of all tables.
async fn checksums(client: &Client) -> Vec<(String, i64, Option<String>)> {
    let mut sums = Vec::new();
    for table in TABLES {
        let statement =
            format!("select count(*), md5(string_agg(md5(t::text), '' order by t.id)) from public.{table} as t");
        let row = client.query_one(&statement, &[]).await.expect("the table can be read");
        sums.push((table.to_owned(), row.get(0), row.get(1)));
    }
    sums
}

async fn number(client: &Client, statement: &str) -> i64 {
    client.query_one(statement, &[]).await.expect(statement).get(0)
}

/// Statements that find what the world's own sums and copies get wrong.
const WRONG: [(&str, &str); 16] = [
    ("lengths of playlists", "playlists as p left join (
        select playlist_id, count(*) as n, sum(duration_ms) as d from playlist_tracks join tracks on tracks.id = track_id
        where status = 'active' group by playlist_id) as s on s.playlist_id = p.id
        where (p.track_count, p.total_duration_ms) is distinct from (coalesce(s.n, 0)::int, coalesce(s.d, 0)::bigint)"),
    ("versions of playlists", "playlists as p left join (
        select playlist_id, count(*) as n, min(playlist_version) as low, max(playlist_version) as high,
          count(distinct playlist_version) as d
        from playlist_activities group by playlist_id) as s on s.playlist_id = p.id
        where (p.version, 1, p.version, p.version) is distinct from (s.n::int, s.low, s.high, s.d::int)"),
    ("times of versions", "(select created_at < lag(created_at) over (partition by playlist_id order by playlist_version) as is_back
        from playlist_activities) as s where s.is_back"),
    ("votes", "playlist_tracks as p left join (
        select playlist_track_id, count(*) filter (where vote_type = 1) as u, count(*) filter (where vote_type = -1) as d
        from playlist_track_votes group by playlist_track_id) as s on s.playlist_track_id = p.id
        where (p.upvotes, p.downvotes) is distinct from (coalesce(s.u, 0)::int, coalesce(s.d, 0)::int)"),
    ("followers of playlists", "playlists as p left join (
        select playlist_id, count(*) as n from playlist_follows group by playlist_id) as s on s.playlist_id = p.id
        where p.follower_count <> coalesce(s.n, 0)"),
    ("followers of artists", "artists as p left join (
        select artist_id, count(*) as n from user_artist_follows group by artist_id) as s on s.artist_id = p.id
        where p.follower_count <> coalesce(s.n, 0)"),
    ("copies in tracks", "tracks as t left join artists as a on a.id = t.artist_id left join albums as b on b.id = t.album_id
        where (t.artist_name, t.album_title, t.release_date, t.release_precision)
          is distinct from (a.name, b.title, b.release_date, b.release_precision)"),
    ("copies in albums", "albums as t left join artists as a on a.id = t.artist_id where t.artist_name is distinct from a.name"),
    ("sums of sessions", "discovery_sessions as p left join (
        select session_id, count(*) as n, count(*) filter (where was_played) as played, count(*) filter (where was_liked) as liked,
          count(distinct track_id) as tracks, count(distinct position) as places, min(presented_at) as low
        from discovery_session_tracks group by session_id) as s on s.session_id = p.id
        where (p.tracks_presented, p.tracks_played, p.tracks_liked, s.tracks, s.places)
            is distinct from (s.n::int, s.played::int, s.liked::int, s.n, s.n)
          or s.low < p.started_at"),
    ("figures in libraries", "user_library as p left join (
        select user_id, track_id, count(*) filter (where interaction_type = 'play') as plays,
          count(*) filter (where interaction_type = 'skip') as skips,
          max(created_at) filter (where interaction_type = 'play') as last
        from user_interactions group by user_id, track_id) as s using (user_id, track_id)
        where (p.play_count, p.skip_count, p.last_played_at) is distinct from (s.plays::int, s.skips::int, s.last)"),
    ("figures in profiles", "user_music_profiles as p left join (
        select user_id, count(*) as n, sum(play_duration_ms) as ms from user_interactions
        where interaction_type = 'play' group by user_id) as s using (user_id)
        where (p.tracks_played, p.total_listening_time_ms) is distinct from (coalesce(s.n, 0)::int, coalesce(s.ms, 0)::bigint)"),
    ("unknown genres", "(select jsonb_array_elements_text(genres) as slug from tracks
        union select jsonb_array_elements_text(genres) from artists union select jsonb_array_elements_text(genres) from albums
        union select jsonb_array_elements_text(favorite_genres || disliked_genres) from user_music_profiles) as named
        where slug not in (select slug from genres)"),
    ("folders", "playlists as p join playlists as f on f.id = p.parent_id where not f.folder_type or f.owner_id <> p.owner_id"),
    ("plays of what was not out", "user_interactions as p join tracks on tracks.id = p.track_id where p.created_at < tracks.created_at"),
    ("popularity", "tracks join (
        select id, ln(1 + unique_listeners) / ln(1 + greatest(max(unique_listeners) over (), 1)) as popularity
        from mv_track_popularity) as s using (id) where abs(tracks.popularity - s.popularity) >= 0.0005"),
    ("what was taken off the tables", "(select from pg_trigger where tgenabled <> 'O'
        union all select from pg_index where not indisvalid
        union all select from pg_constraint where not convalidated
        union all select from partitions.user_interactions_default
        union all select from partitions.playlist_activities_default
        union all select from partitions.discovery_session_tracks_default) as s"),
];

/// Names of everything that hangs on tables.
async fn furniture(client: &Client) -> Vec<String> {
    let rows = client
        .query(
            "select 'index ' || pg_get_indexdef(indexrelid) from pg_index join pg_class on pg_class.oid = indrelid
              where relnamespace = 'public'::regnamespace
            union all
            select 'constraint ' || conname || ' ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) from pg_constraint
              where connamespace = 'public'::regnamespace
            union all
            select 'trigger ' || pg_get_triggerdef(pg_trigger.oid) from pg_trigger join pg_class on pg_class.oid = tgrelid
              where relnamespace = 'public'::regnamespace and not tgisinternal
            union all
            select 'part ' || child.oid::regclass || ' ' || pg_get_expr(child.relpartbound, child.oid)
              from pg_inherits join pg_class as child on child.oid = inhrelid where child.relkind = 'r'
            order by 1",
            &[],
        )
        .await
        .expect("the catalogue can be read");
    rows.iter().map(|row| row.get(0)).collect()
}

async fn assert_sound(client: &Client, options: &WorldOptions) {
    for (table, rows, _) in checksums(client).await {
        assert!(rows > 0, "{table} is empty");
    }
    for (table, rows) in [
        ("users", u64::from(options.size.users)),
        ("user_music_profiles", u64::from(options.size.users)),
        ("tracks", u64::from(options.size.tracks)),
        ("user_interactions", options.size.interactions),
        ("playlist_tracks", options.size.playlist_entries),
        ("discovery_session_tracks", options.size.discovery_tracks),
    ] {
        assert_eq!(number(client, &format!("select count(*) from {table}")).await.unsigned_abs(), rows, "{table}");
    }
    for (what, from) in WRONG {
        assert_eq!(number(client, &format!("select count(*) from {from}")).await, 0, "{what}");
    }
    // The next row gets the next key.
    for table in TABLES {
        let statement = format!(
            "select (coalesce(max(t.id), 0) + 1 - nextval(pg_get_serial_sequence('public.{table}', 'id'))) from {table} as t"
        );
        assert_eq!(number(client, &statement).await, 0, "the sequence of {table}");
    }
}

#[tokio::test]
async fn a_world_keeps_every_rule_and_leaves_the_tables_as_they_were() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    let months = "select ops.ensure_partitions('2023-12-01', '2027-02-16')";
    client.batch_execute(months).await.expect("the parts are made");
    let before = furniture(&client).await;
    let options = options(45, 3);
    let outcome = fill(&database, &options).await;
    assert!(matches!(outcome, Outcome::Written(rows) if rows > 45 * 800), "{outcome:?}");
    assert_eq!(furniture(&client).await, before);
    assert_sound(&client, &options).await;

    let loaded = generate::load_demo(&database.target(), &SessionSettings::default()).await.expect("it is asked");
    assert!(!loaded, "the demo was loaded into a world");
    assert_eq!(fill(&database, &options).await, Outcome::WasThere);
}

#[tokio::test]
async fn the_same_numbers_make_the_same_rows_and_another_seed_makes_others() {
    let databases = [TestDatabase::create().await, TestDatabase::create().await, TestDatabase::create().await];
    let mut sums = Vec::new();
    for (database, seed) in databases.iter().zip([1, 1, 2]) {
        fill(database, &options(12, seed)).await;
        sums.push(checksums(&database.client().await).await);
    }
    assert_eq!(sums[0], sums[1]);
    for (one, other) in sums[0].iter().zip(&sums[2]) {
        assert!(one.0 == "genres" || one.2 != other.2, "{} is the same for two seeds", one.0);
    }
}

#[tokio::test]
async fn an_interrupted_run_goes_on_to_the_same_rows() {
    let (whole, broken) = (TestDatabase::create().await, TestDatabase::create().await);
    let options = options(12, 5);
    fill(&whole, &options).await;

    // Stopped in the middle of a table, then of a month, then after everything but the end.
    for stop in ["playlists", "user_interactions 2025-11", "tidying up"] {
        let reached = Arc::new(Notify::new());
        let tell = Arc::clone(&reached);
        let target = broken.target();
        let run = generate::generate_world(&target, &options, move |progress: Progress| {
            if progress.what == stop {
                tell.notify_one();
            }
        });
        tokio::select! {
            biased;
            () = reached.notified() => {}
            outcome = run => panic!("the run was not stopped at {stop}: {outcome:?}"),
        }
        let loaded = generate::load_demo(&target, &SessionSettings::default()).await.expect("it is asked");
        assert!(!loaded, "the demo was loaded into half a world");
    }
    let mut other = options;
    other.seed = 6;
    let refused = generate::generate_world(&broken.target(), &other, |_| {}).await.expect_err("it is another world");
    assert!(refused.to_string().contains("--users 12 --seed 5 --until 2026-11-16"), "{refused}");

    assert!(matches!(fill(&broken, &options).await, Outcome::Written(_)));
    let (whole, broken) = (whole.client().await, broken.client().await);
    assert_eq!(checksums(&whole).await, checksums(&broken).await);
    assert_eq!(furniture(&whole).await, furniture(&broken).await);
}

#[tokio::test]
async fn a_database_that_holds_something_is_refused_and_left_alone() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    client.batch_execute("insert into genres (name, slug) values ('Jazz', 'jazz')").await.expect("it is written");
    let name: String = client.query_one("select current_database()", &[]).await.expect("it answers").get(0);
    let output = program(&["generate", "--users", "5", "--database-url", &cluster().with_database(&name).url()]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("not empty") && error.contains("genres"), "{error}");
    assert_eq!(number(&client, "select count(*) from genres").await, 1);
    assert_eq!(number(&client, "select count(*) from ops.generated_worlds").await, 0);
}

#[test]
fn impossible_sizes_and_days_are_told_in_a_sentence() {
    for (args, words) in [
        (["--users", "0", "--seed", "1"], "0 users"),
        (["--users", "-3", "--seed", "1"], "-3 users"),
        (["--users", "200000", "--seed", "1"], "200000 users"),
        (["--users", "5", "--until", "2999-01-01"], "2999-01-01"),
    ] {
        // No database is asked: there is none at that address.
        let url = ["--database-url", "postgres://127.0.0.1:1/none"];
        let output = program(&[&["generate"], &args[..], &url].concat());
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.contains(words) && error.trim().lines().count() == 1, "{error}");
    }
    let output = program(&["generate", "--users", "many"]);
    assert_eq!(output.status.code(), Some(2));
}

/// Runs the program to its end with nothing of this run's environment but where to find others.
fn program(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_searxng-cool-music"));
    command.args(args).env_clear().current_dir(env!("CARGO_TARGET_TMPDIR"));
    for name in ["PATH", "HOME"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.output().expect("the program runs")
}
