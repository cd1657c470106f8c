//! What people heard: reports of plays, imports, the history.

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::accounts::{ERRORS, Person, broken};
use crate::builders::{a_playlist, a_track, an_album, gid};
use crate::harness::{TestApp, TestDatabase};
use crate::http::TestServer;

const RESULTS: &str = "accepted duplicates rejected results { index outcome interaction { countsAsListen completion occurredAt origin } }";

async fn record(server: &TestServer, person: &Person, rows: &[Value]) -> Value {
    let query = format!(
        "mutation($r: [InteractionInput!]!) {{ recordInteractions(interactions: $r) {{ {RESULTS} {ERRORS} }} }}"
    );
    server.told(Some(&person.access), &query, json!({"r": rows})).await["recordInteractions"].clone()
}

async fn import(server: &TestServer, person: &Person, origin: &str, rows: &[Value], dry_run: bool) -> Value {
    let query = format!("mutation($i: ImportListensInput!) {{ importListens(input: $i) {{ {RESULTS} {ERRORS} }} }}");
    let input = json!({"origin": origin, "listens": rows, "dryRun": dry_run});
    server.told(Some(&person.access), &query, json!({"i": input})).await["importListens"].clone()
}

fn counts(told: &Value) -> [i64; 3] {
    ["accepted", "duplicates", "rejected"].map(|field| told[field].as_i64().expect("it is a number"))
}

fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn a_play(track: i64, at: DateTime<Utc>) -> Value {
    json!({"track": {"id": gid("Track", track)}, "type": "PLAY", "occurredAt": text(at)})
}

fn with(mut row: Value, fields: Value) -> Value {
    let fields = fields.as_object().cloned().unwrap_or_default();
    row.as_object_mut().expect("it is an object").extend(fields);
    row
}

/// A moment that no month ends near: noon of the fifteenth of last month.
fn noon() -> DateTime<Utc> {
    use chrono::Datelike as _;
    let last = (Utc::now().date_naive().with_day(1).expect("a month has a first day")) - Duration::days(1);
    last.with_day(15).and_then(|day| day.and_hms_opt(12, 0, 0)).expect("it is a time").and_utc()
}

#[tokio::test]
async fn a_play_counts_when_half_of_the_track_or_four_minutes_were_heard() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let client = server.database.client().await;
    let track = a_track(&client).with("duration_ms", 200_000).await;
    let short = a_track(&client).with("duration_ms", 30_000).await;
    let unknown = a_track(&client).await;
    let cases = [
        (track, json!({"playDurationMs": 99_999}), false),
        (track, json!({"playDurationMs": 100_000}), true),
        (track, json!({}), false),
        (track, json!({"playDurationMs": 100_000, "trackDurationMs": 300_000}), false),
        (short, json!({"playDurationMs": 30_000}), false),
        (unknown, json!({"playDurationMs": 239_999}), false),
        (unknown, json!({"playDurationMs": 240_000}), true),
        (track, json!({"type": "SKIP", "playDurationMs": 150_000, "skipReason": "MANUAL"}), false),
        (track, json!({"type": "LIKE"}), false),
    ];
    let rows: Vec<Value> = cases
        .iter()
        .enumerate()
        .map(|(n, (track, fields, _))| with(a_play(*track, noon() + Duration::hours(n as i64)), fields.clone()))
        .collect();
    let told = record(&server, &ada, &rows).await;
    assert_eq!((counts(&told), broken(&told)), ([9, 0, 0], vec![]));
    for (n, (_, fields, expected)) in cases.iter().enumerate() {
        assert_eq!(told["results"][n]["interaction"]["countsAsListen"], json!(expected), "{n}: {fields}");
    }
    assert_eq!(told["results"][1]["interaction"]["completion"], 0.5);
    // A service that does not say how long it was has counted itself.
    let rows = [a_play(track, noon() - Duration::hours(1)), a_play(short, noon() - Duration::hours(2))];
    let told = import(&server, &ada, "LASTFM", &rows, false).await;
    let counted = |n: usize| told["results"][n]["interaction"]["countsAsListen"].clone();
    assert_eq!((counted(0), counted(1)), (json!(true), json!(false)));
}

#[tokio::test]
async fn bad_rows_are_named_and_good_ones_kept() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let client = server.database.client().await;
    let (track, album) = (a_track(&client).await, an_album(&client).await);
    let now = Utc::now();
    let play = |fields: Value| with(a_play(track, noon()), fields);
    let rows = [
        play(json!({"occurredAt": text(now + Duration::minutes(6))})),
        play(json!({"occurredAt": "2002-09-30T23:59:59Z"})),
        play(json!({"playDurationMs": -1})),
        play(json!({"trackDurationMs": 0})),
        play(json!({"skipPositionMs": -5})),
        play(json!({"track": {"id": gid("Track", 999_999)}})),
        play(json!({"track": {"isrc": "USAAA0000001"}})),
        play(json!({"track": {"id": "x"}})),
        play(json!({"contextId": gid("Album", album)})),
        play(json!({"contextType": "ARTIST", "contextId": gid("Album", album)})),
        play(json!({"skipReason": "MANUAL"})),
        play(json!({"metadata": []})),
        play(json!({"metadata": {"a": "x".repeat(20_000)}})),
        play(json!({"playDurationMs": 2_073_600_001})),
        play(json!({"contextType": "ALBUM", "contextId": gid("Album", album), "metadata": {"a": 1}})),
        play(json!({"occurredAt": text(now + Duration::minutes(4)), "type": "LIKE"})),
    ];
    let told = record(&server, &ada, &rows).await;
    let faults = [
        "interactions.0.occurredAt OUT_OF_RANGE interaction.time",
        "interactions.1.occurredAt OUT_OF_RANGE interaction.time",
        "interactions.2.playDurationMs OUT_OF_RANGE interaction.duration",
        "interactions.3.trackDurationMs OUT_OF_RANGE interaction.duration",
        "interactions.4.skipPositionMs OUT_OF_RANGE interaction.duration",
        "interactions.5.track NOT_FOUND NotFoundError",
        "interactions.6.track NOT_FOUND track.exists",
        "interactions.7.track.id INVALID id.form",
        "interactions.8.contextType REQUIRED interaction.context",
        "interactions.9.contextId INVALID interaction.context",
        "interactions.10.skipReason INVALID interaction.skip",
        "interactions.11.metadata INVALID interaction.metadata",
        "interactions.12.metadata TOO_LONG interaction.metadata",
        "interactions.13.playDurationMs OUT_OF_RANGE interaction.duration",
    ];
    assert_eq!(broken(&told), faults);
    assert_eq!(counts(&told), [2, 0, 14]);
    assert_eq!(
        (&told["results"][0]["outcome"], &told["results"][14]["outcome"]),
        (&json!("REJECTED"), &json!("ACCEPTED"))
    );
    let at: DateTime<Utc> =
        told["results"][15]["interaction"]["occurredAt"].as_str().and_then(|at| at.parse().ok()).expect("a time");
    assert!(at <= Utc::now(), "a clock that runs ahead is put right");
}

#[tokio::test]
async fn a_thousand_rows_go_in_at_once_and_no_more() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let client = server.database.client().await;
    let track = a_track(&client).with("duration_ms", 1_000).await;
    let rows: Vec<Value> = (0..1_001).map(|n| a_play(track, noon() + Duration::seconds(n))).collect();
    let before = server.pool.statement_count();
    assert_eq!(counts(&record(&server, &ada, &rows[..1_000]).await), [1_000, 0, 0]);
    let for_many = server.pool.statement_count() - before;
    assert!(for_many <= 8, "{for_many} statements");
    let query = "mutation($r: [InteractionInput!]!) { recordInteractions(interactions: $r) { accepted } }";
    let answer = server.ask(Some(&ada.access), query, json!({"r": rows})).await.json();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}

#[tokio::test]
async fn an_event_that_is_told_again_is_known() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.register("ada").await, server.register("bob").await);
    let client = server.database.client().await;
    let track = a_track(&client).with("duration_ms", 180_000).await;
    let event = |n: u32| format!("00000000-0000-4000-8000-{n:012}");
    let row = |n: u32, at: DateTime<Utc>| with(a_play(track, at), json!({"clientEventId": event(n)}));
    let rows = [row(1, noon()), row(2, noon()), row(1, noon() + Duration::hours(1)), row(3, noon())];
    assert_eq!(counts(&record(&server, &ada, &rows).await), [3, 1, 0]);
    assert_eq!(counts(&record(&server, &ada, &rows).await), [0, 4, 0]);
    assert_eq!(counts(&record(&server, &ada, &[row(1, noon() + Duration::hours(20))]).await), [0, 1, 0]);
    assert_eq!(
        counts(&record(&server, &bob, &[row(1, noon())]).await),
        [1, 0, 0],
        "another person's ids are their own"
    );
    // Two calls at once: one of them takes it.
    let (again, late) = (row(9, noon()), row(9, noon()));
    let (one, two) = (std::slice::from_ref(&again), std::slice::from_ref(&late));
    let (one, two) = tokio::join!(record(&server, &ada, one), record(&server, &ada, two));
    assert_eq!(counts(&one)[0] + counts(&two)[0], 1);
}

#[tokio::test]
async fn services_that_tell_of_one_play_make_one_and_repeats_stay() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let client = server.database.client().await;
    let track = a_track(&client).with("duration_ms", 180_000).await;
    let (old, other) = (a_track(&client).with("duration_ms", 180_000).await, a_track(&client).await);
    let at = |seconds: i64| noon() + Duration::seconds(seconds);
    assert_eq!(counts(&import(&server, &ada, "LASTFM", &[a_play(track, noon())], false).await), [1, 0, 0]);
    let told = import(
        &server,
        &ada,
        "LISTENBRAINZ",
        &[a_play(track, at(89)), a_play(track, at(-89)), a_play(track, at(90)), a_play(other, at(1))],
        false,
    )
    .await;
    assert_eq!(counts(&told), [2, 2, 0]);
    // The same service tells of repeats, and the same file again of nothing new.
    let file = [a_play(track, at(1_000)), a_play(track, at(1_030)), a_play(track, at(1_060))];
    assert_eq!(counts(&import(&server, &ada, "LASTFM", &file, true).await), [3, 0, 0]);
    assert_eq!(counts(&import(&server, &ada, "LASTFM", &file, false).await), [3, 0, 0]);
    assert_eq!(counts(&import(&server, &ada, "LASTFM", &file, false).await), [0, 3, 0]);
    // Likes are no plays.
    let like = with(a_play(track, noon()), json!({"type": "LIKE"}));
    assert_eq!(counts(&record(&server, &ada, &[like.clone(), like]).await), [2, 0, 0]);
    // What was told of a track counts for the one it is merged into.
    import(&server, &ada, "LASTFM", &[a_play(old, at(5_000))], false).await;
    client.execute("update tracks set merged_into_id = $2 where id = $1", &[&old, &track]).await.expect("merged");
    for named in [old, track] {
        assert_eq!(counts(&import(&server, &ada, "DEEZER", &[a_play(named, at(5_010))], false).await), [0, 1, 0]);
    }
    // Midnight, and the end of a month, part no play.
    let midnight = (noon() + Duration::days(30)).date_naive();
    let midnight =
        chrono::Datelike::with_day(&midnight, 1).and_then(|day| day.and_hms_opt(0, 0, 0)).expect("a day").and_utc();
    import(&server, &ada, "LASTFM", &[a_play(track, midnight - Duration::seconds(20))], false).await;
    let told = import(&server, &ada, "DEEZER", &[a_play(track, midnight + Duration::seconds(20))], false).await;
    assert_eq!(counts(&told), [0, 1, 0]);
}

#[tokio::test]
async fn listens_of_long_ago_get_a_partition_of_their_own() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let client = server.database.client().await;
    let track = a_track(&client).await;
    let long_ago = "2009-07-14T12:00:00Z".parse().expect("a time");
    assert_eq!(counts(&import(&server, &ada, "LASTFM", &[a_play(track, long_ago)], false).await), [1, 0, 0]);
    let strays: i64 = client
        .query_one("select count(*) from partitions.user_interactions_default", &[])
        .await
        .expect("it is there")
        .get(0);
    assert_eq!(strays, 0);
    let query = "{ viewer { history { nodes { occurredAt } } } }";
    let told = server.told(Some(&ada.access), query, json!({})).await;
    assert_eq!(told["viewer"]["history"]["nodes"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn the_library_counts_what_is_heard() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let client = server.database.client().await;
    let track = a_track(&client).with("duration_ms", 100_000).await;
    let play =
        |minutes: i64, ms: i32| with(a_play(track, noon() + Duration::minutes(minutes)), json!({"playDurationMs": ms}));
    record(&server, &ada, &[play(0, 100_000)]).await;
    let save = "mutation($t: [TrackRef!]!) { saveTracks(tracks: $t) { entries { playCount totalPlayTimeMs } } }";
    let saved = server.told(Some(&ada.access), save, json!({"t": [{"id": gid("Track", track)}]})).await;
    assert_eq!(saved["saveTracks"]["entries"][0], json!({"playCount": 1, "totalPlayTimeMs": 100_000}), "from before");
    let skip = with(a_play(track, noon() + Duration::minutes(30)), json!({"type": "SKIP"}));
    record(&server, &ada, &[play(10, 60_000), play(20, 10_000), skip]).await;
    let entry = async || {
        let query = "query($id: ID!) { track(by: {id: $id}) { viewerLibraryEntry { playCount skipCount totalPlayTimeMs lastPlayedAt } } }";
        let told = server.told(Some(&ada.access), query, json!({"id": gid("Track", track)})).await;
        let entry = &told["track"]["viewerLibraryEntry"];
        let last = entry["lastPlayedAt"].as_str().and_then(|at| at.parse::<DateTime<Utc>>().ok());
        (entry["playCount"].clone(), entry["skipCount"].clone(), entry["totalPlayTimeMs"].clone(), last)
    };
    assert_eq!(entry().await, (json!(2), json!(1), json!(170_000), Some(noon() + Duration::minutes(10))));
    let delete =
        "mutation($f: InteractionFilter!) { deleteInteractions(filter: $f) { deletedIds userErrors { code } } }";
    let filter = json!({"occurredAt": {"gte": text(noon() + Duration::minutes(10))}});
    let told = server.told(Some(&ada.access), delete, json!({"f": filter})).await;
    assert_eq!(told["deleteInteractions"]["deletedIds"].as_array().map(Vec::len), Some(3));
    assert_eq!(entry().await, (json!(1), json!(0), json!(100_000), Some(noon())));
    server.told(Some(&ada.access), delete, json!({"f": {}})).await;
    assert_eq!(entry().await, (json!(0), json!(0), json!(0), None));
}

#[tokio::test]
async fn more_than_is_meant_is_not_deleted() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.register("ada").await, server.register("bob").await);
    let client = server.database.client().await;
    let track = a_track(&client).await;
    let rows: Vec<Value> = (0..3).map(|n| a_play(track, noon() + Duration::hours(n))).collect();
    record(&server, &ada, &rows).await;
    record(&server, &bob, &rows).await;
    let query = format!(
        "mutation($ids: [ID!], $f: InteractionFilter, $n: Int! = 100) {{ deleteInteractions(ids: $ids, filter: $f, atMost: $n) {{ deletedIds {ERRORS} }} }}"
    );
    let delete =
        async |variables: Value| server.told(Some(&ada.access), &query, variables).await["deleteInteractions"].clone();
    for (variables, fault) in [
        (json!({"f": {}, "n": 2}), "atMost OUT_OF_RANGE history.at_most"),
        (json!({"f": {}, "n": 0}), "atMost OUT_OF_RANGE history.at_most_range"),
        (json!({}), "ids REQUIRED history.which"),
        (json!({"ids": ["x"]}), "ids INVALID form"),
    ] {
        assert_eq!(broken(&delete(variables.clone()).await), [fault], "{variables}");
    }
    let history = "{ viewer { history { nodes { id } } } }";
    let of_bob =
        server.told(Some(&bob.access), history, json!({})).await["viewer"]["history"]["nodes"][0]["id"].clone();
    let own = server.told(Some(&ada.access), history, json!({})).await["viewer"]["history"]["nodes"][0]["id"].clone();
    let told = delete(json!({"ids": [of_bob, own]})).await;
    assert_eq!((broken(&told), &told["deletedIds"]), (vec![], &json!([own])));
    let left: i64 =
        client.query_one("select count(*) from user_interactions", &[]).await.expect("they can be counted").get(0);
    assert_eq!(left, 5);
}

#[tokio::test]
async fn a_history_is_narrowed_and_paged() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let client = server.database.client().await;
    let (one, two) = (a_track(&client).with("title", "One").await, a_track(&client).with("title", "Two").await);
    let (album, list) = (an_album(&client).await, a_playlist(&client, ada.key()).await);
    let sitting = "00000000-0000-4000-8000-000000000001";
    let rows = [
        with(
            a_play(one, noon()),
            json!({"contextType": "ALBUM", "contextId": gid("Album", album), "sessionId": sitting}),
        ),
        with(
            a_play(two, noon() - Duration::days(60)),
            json!({"contextType": "PLAYLIST", "contextId": gid("Playlist", list)}),
        ),
        with(a_play(one, noon() - Duration::days(500)), json!({"type": "LIKE"})),
    ];
    assert_eq!(counts(&record(&server, &ada, &rows).await), [3, 0, 0]);
    let list_of = async |arguments: &str| {
        let query = format!(
            "{{ viewer {{ history{arguments} {{ totalCount pageInfo {{ endCursor hasNextPage hasPreviousPage }} nodes {{ type track {{ title }} context {{ __typename }} }} }} }} }}"
        );
        server.told(Some(&ada.access), &query, json!({})).await["viewer"]["history"].clone()
    };
    for (arguments, expected) in [
        (String::new(), 3),
        ("(filter: {type: [LIKE]})".to_owned(), 1),
        (format!("(filter: {{trackId: [\"{}\"]}})", gid("Track", one)), 2),
        (format!("(filter: {{contextId: \"{}\"}})", gid("Album", album)), 1),
        ("(filter: {contextType: [ALBUM, PLAYLIST]})".to_owned(), 2),
        (format!("(filter: {{sessionId: \"{sitting}\"}})"), 1),
        ("(filter: {countsAsListen: true})".to_owned(), 0),
        (format!("(filter: {{occurredAt: {{lt: \"{}\"}}}})", text(noon())), 2),
        ("(filter: {artistId: []})".to_owned(), 0),
    ] {
        let told = list_of(&arguments).await;
        assert_eq!(told["nodes"].as_array().map(Vec::len), Some(expected), "{arguments}");
        assert_eq!(told["totalCount"], json!(expected), "{arguments}");
    }
    let mut after = String::new();
    for (title, context, has_next) in [
        ("One", json!({"__typename": "Album"}), true),
        ("Two", json!({"__typename": "Playlist"}), true),
        ("One", Value::Null, false),
    ] {
        let page = list_of(&format!("(first: 1{after})")).await;
        assert_eq!(page["nodes"][0]["track"]["title"], title);
        assert_eq!(page["nodes"][0]["context"], context);
        assert_eq!(page["pageInfo"]["hasNextPage"], has_next);
        after = format!(", after: \"{}\"", page["pageInfo"]["endCursor"].as_str().expect("it has one"));
    }
    let last = list_of("(last: 1)").await;
    assert_eq!((&last["nodes"][0]["type"], &last["pageInfo"]["hasPreviousPage"]), (&json!("LIKE"), &json!(true)));
    assert_eq!(list_of("(first: 3, last: 1)").await["nodes"][0]["type"], "LIKE");
}

#[tokio::test]
async fn a_page_of_a_history_opens_the_months_it_needs() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    let user = crate::builders::a_user(&client).await;
    let track = a_track(&client).await;
    let fill = "insert into user_interactions (user_id, track_id, interaction_type, created_at)
        select $1, $2, 'play', now() - make_interval(hours => h) from generate_series(1, 10000) h";
    client.execute(fill, &[&user, &track]).await.expect("they go in");
    client.batch_execute("analyze").await.expect("it runs");
    let (pool, plans) = database.pool().await.explained();
    let app = TestApp::with(database, pool).acting(user);
    // The plan that is made once for all comes with the sixth use.
    for _ in 0..8 {
        app.data("{ viewer { history(first: 20) { nodes { id } } } }").await;
        let mut opened = std::collections::BTreeSet::new();
        for explained in plans.take() {
            fn walk(node: &Value, opened: &mut std::collections::BTreeSet<String>) {
                if let Some(table) =
                    node["Relation Name"].as_str().filter(|table| table.starts_with("user_interactions"))
                {
                    opened.insert(table.to_owned());
                }
                node["Plans"].as_array().into_iter().flatten().for_each(|child| walk(child, opened));
            }
            walk(&explained.plan, &mut opened);
        }
        assert!(!opened.is_empty() && opened.len() <= 4, "{opened:?}");
    }
}
