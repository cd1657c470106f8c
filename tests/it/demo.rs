//! The demo: complete, consistent, and loaded once.

use std::collections::BTreeMap;

use searxng_cool_music::db::connect::SessionSettings;
use searxng_cool_music::generate::load_demo;
use serde_json::Value;
use tokio_postgres::Client;

use crate::harness::TestDatabase;

/// What a query that counts faults finds.
async fn faults(client: &Client, query: &str) -> i64 {
    client.query_one(query, &[]).await.unwrap_or_else(|cause| panic!("{query}: {cause:?}")).get(0)
}

#[tokio::test]
async fn every_table_has_rows_and_a_second_call_does_nothing() {
    let database = TestDatabase::with_demo().await;
    let client = database.client().await;
    let tables = client
        .query(
            "select relname::text from pg_class
            where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname not like '\\_\\_diesel%'",
            &[],
        )
        .await
        .expect("tables can be listed");
    assert_eq!(tables.len(), 21);
    for table in tables {
        let table: String = table.get(0);
        assert!(faults(&client, &format!("select count(*) from public.{table}")).await > 0, "{table} is empty");
    }
    for view in ["mv_track_popularity", "mv_track_charts", "mv_artist_charts", "mv_album_charts"] {
        assert!(faults(&client, &format!("select count(*) from public.{view}")).await > 0, "{view} is empty");
    }

    let before = faults(&client, "select count(*) from user_interactions").await;
    let is_loaded = load_demo(&database.target(), &SessionSettings::default()).await.expect("the call succeeds");
    assert!(!is_loaded);
    assert_eq!(faults(&client, "select count(*) from user_interactions").await, before);
}

#[tokio::test]
async fn a_database_in_use_is_left_alone() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    client
        .batch_execute("insert into users (username, email) values ('someone', 'someone@example.org')")
        .await
        .expect("a user is made");
    let is_loaded = load_demo(&database.target(), &SessionSettings::default()).await.expect("the call succeeds");
    assert!(!is_loaded);
    assert_eq!(faults(&client, "select count(*) from genres").await, 0);
}

#[tokio::test]
async fn the_demo_is_as_large_as_its_examples_need() {
    let database = TestDatabase::with_demo().await;
    let client = database.client().await;
    for (query, at_least) in [
        ("select count(*) from artists", 40),
        ("select count(*) from albums", 60),
        ("select count(*) from tracks", 300),
        ("select count(*) from users", 60),
        ("select count(*) from user_interactions", 20_000),
        ("select count(*) from user_library", 1_000),
        ("select count(*) from playlists where visibility = 'public'", 16),
        ("select count(*) from playlists where is_collaborative and track_count >= 120", 1),
        ("select count(*) from playlists where voting_enabled and track_count = 50", 1),
        ("select count(*) from playlists where track_count = 0 and not folder_type and visibility = 'public'", 1),
        ("select count(*) from playlists where is_dynamic and track_count > 0", 1),
        ("select count(*) from playlists where parent_id is not null", 2),
        ("select count(distinct (role, invitation_status)) from playlist_collaborators", 7),
        ("select count(distinct session_type) from discovery_sessions", 6),
        ("select count(*) from discovery_sessions where is_active", 1),
        ("select count(*) from mv_track_charts where range = 'week' and listens > 0", 50),
        ("select count(*) from mv_track_charts where range = 'month' and listens > 0", 100),
    ] {
        let found = faults(&client, query).await;
        assert!(found >= at_least, "{query}: {found}");
    }
}

#[tokio::test]
async fn sums_agree_with_what_they_sum() {
    let database = TestDatabase::with_demo().await;
    let client = database.client().await;
    for query in [
        "select count(*) from playlists left join (
          select playlist_id, count(*) as entries, coalesce(sum(duration_ms), 0) as total
          from playlist_tracks join tracks on tracks.id = track_id where status = 'active' group by playlist_id
        ) as held on held.playlist_id = playlists.id
        where track_count <> coalesce(entries, 0) or total_duration_ms <> coalesce(total, 0)",
        "select count(*) from playlists
        where follower_count <> (select count(*) from playlist_follows where playlist_id = playlists.id)",
        "select count(*) from artists
        where follower_count <> (select count(*) from user_artist_follows where artist_id = artists.id)",
        "select count(*) from playlist_tracks
        where vote_count <> (select coalesce(sum(vote_type), 0) from playlist_track_votes where playlist_track_id = playlist_tracks.id)",
        "select count(*) from playlist_collaborators as c
        where tracks_added <> (
          select count(*) from playlist_tracks as e
          where e.playlist_id = c.playlist_id and e.added_by = c.user_id and e.status = 'active')",
        "select count(*) from user_library as l
        where play_count <> (
          select count(*) from user_interactions as i
          where i.user_id = l.user_id and i.track_id = l.track_id and i.counts_as_listen)",
        "select count(*) from discovery_sessions as s
        join lateral (
          select
            count(*) as presented,
            count(*) filter (where was_played) as played,
            count(*) filter (where was_liked) as liked
          from discovery_session_tracks as t
          where t.session_id = s.id
        ) as held on true
        where (tracks_presented, tracks_played, tracks_liked) is distinct from (presented, played, liked)",
        "select count(*) from discovery_session_tracks
        where abs(recommendation_score - (
          select sum((reason ->> 'weight')::numeric) from jsonb_array_elements(recommendation_reasons) as reason)) > 0.001",
        "select count(*) from user_interactions where created_at > now()",
        "select count(*) from user_interactions join users on users.id = user_id where user_interactions.created_at < users.created_at",
        "select count(*) from partitions.user_interactions_default",
        "select count(*) from partitions.playlist_activities_default",
        "select count(*) from partitions.discovery_session_tracks_default",
        "select count(*) from users where password_hash is not null or email not like '%@example.org'",
    ] {
        assert_eq!(faults(&client, query).await, 0, "{query}");
    }
}

#[tokio::test]
async fn versions_have_no_gaps_and_time_runs_forward() {
    let database = TestDatabase::with_demo().await;
    let client = database.client().await;
    for query in [
        "select count(*) from playlists left join (
          select playlist_id, count(*) as changes, min(playlist_version) as first, max(playlist_version) as last
          from playlist_activities group by playlist_id
        ) as history on history.playlist_id = playlists.id
        where (first, last, changes) is distinct from (1, version, version::bigint)",
        "select count(*) from (
          select created_at < lag(created_at) over (partition by playlist_id order by playlist_version) as is_back
          from playlist_activities
        ) as step where is_back",
        "select count(*) from playlist_activities where created_at > now()",
        "select count(*) from playlist_activities as reply
        where activity_data ? 'reply_to' and not exists (
          select from playlist_activities as comment
          where comment.playlist_id = reply.playlist_id and comment.activity_type = 'commented'
            and comment.playlist_version = (reply.activity_data ->> 'reply_to')::integer
            and comment.playlist_version < reply.playlist_version)",
    ] {
        assert_eq!(faults(&client, query).await, 0, "{query}");
    }
}

#[tokio::test]
async fn the_history_of_a_list_played_back_gives_the_list() {
    let database = TestDatabase::with_demo().await;
    let client = database.client().await;
    let changes = client
        .query(
            "select playlist_id, activity_type, activity_data from playlist_activities order by playlist_id, playlist_version",
            &[],
        )
        .await
        .expect("the history can be read");
    let mut lists: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for change in changes {
        let list = lists.entry(change.get("playlist_id")).or_default();
        let data: Value = change.get("activity_data");
        play(list, change.get("activity_type"), &data);
    }
    let entries = client
        .query(
            "select playlist_id, id from playlist_tracks where status = 'active' order by playlist_id, position",
            &[],
        )
        .await
        .expect("the entries can be read");
    let mut held: BTreeMap<i64, Vec<i64>> = lists.keys().map(|list| (*list, Vec::new())).collect();
    for entry in entries {
        held.entry(entry.get("playlist_id")).or_default().push(entry.get("id"));
    }
    assert_eq!(lists, held);
}

/// Does to a list of entries what an activity tells, and checks the places that it names.
fn play(list: &mut Vec<i64>, activity: &str, data: &Value) {
    let items = || data["items"].as_array().expect("items");
    let key = |item: &Value| item["item_id"].as_i64().expect("the key of an entry");
    let place = |value: &Value| usize::try_from(value.as_i64().expect("a place")).expect("a place from zero");
    match activity {
        "item_added" => {
            let at = place(&data["at_position"]);
            list.splice(at..at, items().iter().map(key));
        }
        "item_removed" => {
            for item in items().iter().rev() {
                assert_eq!(list.remove(place(&item["position"])), key(item));
            }
        }
        "item_moved" => {
            let from = place(&data["from_positions"][0]);
            let entry = list.remove(from);
            assert_eq!(Some(entry), data["item_ids"][0].as_i64());
            list.insert(place(&data["to_position"]), entry);
        }
        _ => (),
    }
}
