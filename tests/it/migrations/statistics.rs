//! The materialised views: what they count, and that computing them keeps no reader out.

use crate::harness::TestDatabase;

/// Two listeners and four tracks: one heard by both, one only skipped, one never touched, one
/// merged into the first.
const HEARD: &str = "
    insert into users (id, username, email) overriding system value values
      (1, 'ada', 'ada@example.org'), (2, 'ben', 'ben@example.org');
    insert into artists (id, name) overriding system value values (1, 'First');
    insert into tracks (id, title, artist_id) overriding system value values
      (1, 'Heard', 1), (2, 'Skipped', 1), (3, 'Silent', 1), (4, 'Merged', 1);
    update tracks set merged_into_id = 1 where id = 4;
    insert into user_interactions
      (user_id, track_id, interaction_type, counts_as_listen, play_duration_ms, created_at)
    values
      (1, 1, 'play', true, 60000, now() - interval '1 hour'),
      (1, 1, 'play', false, 20000, now() - interval '2 hours'),
      (1, 4, 'play', true, 40000, now() - interval '3 hours'),
      (2, 1, 'play', true, null, now() - interval '4 hours'),
      (2, 1, 'like', false, null, now() - interval '4 hours'),
      (2, 2, 'skip', false, null, now() - interval '5 hours');
";

#[tokio::test(flavor = "multi_thread")]
async fn popularity_counts_listeners_plays_and_silence() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    client.batch_execute(HEARD).await.expect("the rows are accepted");
    client
        .batch_execute("refresh materialized view concurrently public.mv_track_popularity")
        .await
        .expect("the view has a unique index");
    let rows = client
        .query(
            "select id, unique_listeners, total_plays, total_listens, total_likes, total_skips, avg_play_duration_ms
             from mv_track_popularity
             order by id",
            &[],
        )
        .await
        .expect("the view can be read");
    let told: Vec<_> = rows
        .iter()
        .map(|row| {
            let counts = (1..=5).map(|column| row.get::<_, i64>(column)).collect::<Vec<_>>();
            (row.get::<_, i64>(0), counts, row.get::<_, Option<i32>>(6))
        })
        .collect();
    let expected =
        [(1, vec![2, 4, 3, 1, 0], Some(40_000)), (2, vec![0, 0, 0, 0, 1], None), (3, vec![0, 0, 0, 0, 0], None)];
    assert_eq!(told, expected);
}

/// A reader in the middle of its transaction would hold up a refresh that is not concurrent.
#[tokio::test(flavor = "multi_thread")]
async fn all_views_are_refreshed_while_they_are_read() {
    let database = TestDatabase::create().await;
    let reader = database.client().await;
    let writer = database.client().await;
    writer.batch_execute(HEARD).await.expect("the rows are accepted");
    reader
        .batch_execute(
            "begin;
             select from mv_track_popularity;
             select from mv_track_charts;
             select from mv_artist_charts;
             select from mv_album_charts;",
        )
        .await
        .expect("the views can be read");
    writer
        .batch_execute("set lock_timeout = '2s'; select ops.refresh_statistics()")
        .await
        .expect("the reader is not in the way");
    let rows = writer
        .query("select view_name from ops.view_refreshes order by view_name", &[])
        .await
        .expect("the refreshes are noted");
    let refreshed: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(refreshed, ["mv_album_charts", "mv_artist_charts", "mv_track_charts", "mv_track_popularity"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_refresh_goes_away_while_one_is_running() {
    let database = TestDatabase::create().await;
    let first = database.client().await;
    let second = database.client().await;
    let refresh = "select ops.refresh_statistics()";
    first.batch_execute("begin").await.expect("a transaction begins");
    let row = first.query_one(refresh, &[]).await.expect("the first one refreshes");
    assert!(row.get::<_, bool>(0));
    let row = second.query_one(refresh, &[]).await.expect("the second one answers");
    assert!(!row.get::<_, bool>(0));
}
