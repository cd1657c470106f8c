//! The tables that are partitioned by month, and the function that makes the months ahead.

use tokio_postgres::Client;

use crate::harness::TestDatabase;

/// Each with the column whose month decides.
const PARTITIONED: [(&str, &str); 3] = [
    ("discovery_session_tracks", "presented_at"),
    ("playlist_activities", "created_at"),
    ("user_interactions", "created_at"),
];

async fn ensure_partitions(client: &Client, from: &str, until: &str) -> i32 {
    let call = format!("select ops.ensure_partitions('{from}', '{until}')");
    let row = client.query_one(&call, &[]).await.expect("months can be made");
    row.get(0)
}

/// Somebody with a track, and a session far from UTC, where the months begin at other instants.
async fn listener(client: &Client) {
    client
        .batch_execute(
            "set timezone = 'Pacific/Kiritimati';
             insert into users (id, username, email) overriding system value values (1, 'ada', 'ada@example.org');
             insert into tracks (id, title) overriding system value values (1, 'One');",
        )
        .await
        .expect("they are accepted");
}

/// Plays the track at an instant; the part the row landed in.
async fn part_of_a_play_at(client: &Client, instant: &str) -> String {
    let statement = format!(
        "insert into user_interactions (user_id, track_id, interaction_type, created_at)
         values (1, 1, 'play', '{instant}')
         returning tableoid::regclass::text"
    );
    let row = client.query_one(&statement, &[]).await.expect("the play is accepted");
    row.get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_growing_tables_are_partitioned_by_month_with_an_empty_default() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    let rows = client
        .query(
            "select relname::text, pg_get_partkeydef(partrelid)
             from pg_partitioned_table
             join pg_class as class on class.oid = partrelid
             order by relname",
            &[],
        )
        .await
        .expect("the catalogue can be read");
    let tables: Vec<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let mut expected = PARTITIONED.map(|(table, key)| (table.to_owned(), format!("RANGE ({key})"))).to_vec();
    expected.insert(1, ("events".to_owned(), "RANGE (occurred_at)".to_owned()));
    assert_eq!(tables, expected);
    for (table, _) in PARTITIONED {
        let part = format!("partitions.{table}_default");
        let row = client
            .query_one(
                &format!(
                    "select
                       (select count(*) from {part}),
                       pg_get_expr(relpartbound, oid)
                     from pg_class
                     where oid = '{part}'::regclass"
                ),
                &[],
            )
            .await
            .expect("there is a default part");
        assert_eq!((row.get::<_, i64>(0), row.get::<_, &str>(1)), (0, "DEFAULT"), "{part}");
    }
}

/// The server has time to make more before these are used up.
#[tokio::test(flavor = "multi_thread")]
async fn months_are_made_ahead_by_the_migrations() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    for (table, _) in PARTITIONED {
        for ahead in 0..=2 {
            let name = format!(
                "select to_regclass('partitions.{table}_' || to_char(
                   now() at time zone 'UTC' + interval '{ahead} months', 'YYYY_MM'))::text"
            );
            let row = client.query_one(&name, &[]).await.expect("the server answers");
            let part: Option<String> = row.get(0);
            assert!(part.is_some(), "{table} has no part for {ahead} months ahead");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ensuring_months_makes_each_missing_one_once() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    // Three months of four tables; the first date's month and the last one's are among them.
    assert_eq!(ensure_partitions(&client, "2099-11-30", "2100-01-01").await, 12);
    assert_eq!(ensure_partitions(&client, "2099-11-30", "2100-01-01").await, 0);
    let rows = client.query("set timezone = 'UTC'", &[]).await;
    rows.expect("the zone is known");
    let rows = client
        .query(
            "select inhrelid::regclass::text, pg_get_expr(relpartbound, inhrelid)
             from pg_inherits
             join pg_class as class on class.oid = inhrelid
             where inhparent = 'public.playlist_activities'::regclass and relname ~ '_(2099|2100)_'
             order by relname",
            &[],
        )
        .await
        .expect("the catalogue can be read");
    let parts: Vec<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let month = |name: &str, from: &str, to: &str| {
        (
            format!("partitions.playlist_activities_{name}"),
            format!("FOR VALUES FROM ('{from} 00:00:00+00') TO ('{to} 00:00:00+00')"),
        )
    };
    let expected = [
        month("2099_11", "2099-11-01", "2099-12-01"),
        month("2099_12", "2099-12-01", "2100-01-01"),
        month("2100_01", "2100-01-01", "2100-02-01"),
    ];
    assert_eq!(parts, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_a_known_month_lands_in_its_month() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    listener(&client).await;
    ensure_partitions(&client, "2099-05-01", "2099-06-30").await;
    for (instant, part) in [
        ("2099-05-01 00:00:00Z", "partitions.user_interactions_2099_05"),
        ("2099-05-31 23:59:59.999999Z", "partitions.user_interactions_2099_05"),
        ("2099-06-01 00:00:00Z", "partitions.user_interactions_2099_06"),
        ("2099-07-01 00:00:00Z", "partitions.user_interactions_default"),
    ] {
        assert_eq!(part_of_a_play_at(&client, instant).await, part, "{instant}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_came_before_their_month_are_carried_into_it() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    listener(&client).await;
    let default = "partitions.user_interactions_default";
    assert_eq!(part_of_a_play_at(&client, "2099-05-15 12:00:00Z").await, default);
    assert_eq!(part_of_a_play_at(&client, "2099-06-15 12:00:00Z").await, default);
    assert_eq!(ensure_partitions(&client, "2099-05-10", "2099-05-20").await, 4);
    let rows = client
        .query("select tableoid::regclass::text from user_interactions order by created_at", &[])
        .await
        .expect("they can be read");
    let parts: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(parts, ["partitions.user_interactions_2099_05", default]);
}
