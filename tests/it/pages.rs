//! Keyset pages: every row once, in both directions, whatever the keys.

use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::builders::{a_playlist, a_track, a_user, an_item, gid};
use crate::harness::TestApp;

/// Thirteen of everything, with equal keys and with NULLs in every column that may hold them.
const ROWS: &str = r#"
insert into users (id, username, email) overriding system value
  select i, 'user' || i, 'user' || i || '@example.org' from generate_series(1, 4) i;
insert into artists (id, name, sort_name, popularity, follower_count, created_at) overriding system value
  select i, 'Name ' || i % 4, case when i % 3 > 0 then 'Sort ' || i % 2 end, (i % 3) / 10.0, i % 3,
    timestamptz '2026-01-01 00:00:00.000001+00' + (i % 3) * interval '1 microsecond'
  from generate_series(1, 13) i;
insert into albums (id, title, artist_id, release_date, release_precision, original_release_date, original_release_precision,
    popularity, rating, created_at) overriding system value
  select i, 'Title ' || i % 4, i, d.day, case when d.day is not null then 'day' end,
    o.day, case when o.day is not null then 'year' end, (i % 3) / 7.0, case when i % 4 > 0 then i % 3 / 3.0 end,
    timestamptz '2026-01-01 00:00:00+00' + (i % 3) * interval '1 day'
  from generate_series(1, 13) i
  cross join lateral (select case when i % 3 > 0 then date '1970-01-01' + i % 2 end) as d (day)
  cross join lateral (select case when i % 4 > 0 then date '1960-01-01' + i % 2 end) as o (day);
insert into tracks (id, title, artist_id, album_id, duration_ms, popularity, release_date, release_precision, audio_features,
    created_at) overriding system value
  select i, 'Title ' || i % 4, case when i % 4 > 0 then i end, case when i % 3 > 0 then i end,
    case when i % 3 > 0 then 1000 + i % 2 end, (i % 3) / 3.0, d.day, case when d.day is not null then 'day' end,
    case i % 3 when 0 then '{}'::jsonb when 1 then '{"bpm": 120.5}' else '{"bpm": 99.9, "energy": 0.1}' end,
    timestamptz '2026-01-01 00:00:00+00' + (i % 3) * interval '1 second'
  from generate_series(1, 13) i
  cross join lateral (select case when i % 4 > 0 then date '1970-01-01' + i % 2 end) as d (day);
insert into user_interactions (user_id, track_id, interaction_type)
  select listener, i, 'play' from generate_series(1, 13) i cross join lateral generate_series(1, i % 4) listener;
insert into playlists (id, name, owner_id, visibility) overriding system value values (1, 'List', 1, 'public');
insert into playlist_tracks (playlist_id, track_id, position, added_at, upvotes)
  select 1, i, (i * 7 % 13) * 1000, timestamptz '2026-01-01 00:00:00+00' + (i % 3) * interval '1 day', i % 2
  from generate_series(1, 13) i;
select ops.refresh_statistics();
"#;

async fn with_rows() -> TestApp {
    let app = TestApp::start().await;
    app.database.client().await.batch_execute(ROWS).await.expect("the rows go in");
    app
}

/// A list of the schema.
struct List {
    /// The query around the arguments.
    around: [String; 2],
    /// The enum of its order fields.
    fields: &'static str,
}

impl List {
    fn root(name: &str, fields: &'static str) -> Self {
        Self { around: [format!("{{ {name}("), "}".to_owned()], fields }
    }

    fn items() -> Self {
        let playlist = gid("Playlist", 1);
        let around = [format!("{{ playlist(by: {{id: \"{playlist}\"}}) {{ items("), "} }".to_owned()];
        Self { around, fields: "PlaylistItemOrderField" }
    }

    /// The connection's answer, as `{edges, pageInfo}`.
    async fn page(&self, app: &TestApp, args: &str) -> Value {
        let [before, after] = &self.around;
        let query = format!(
            "{before}{args}) {{ edges {{ cursor node {{ id }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} {after}"
        );
        let mut answer = app.data(&query).await;
        while answer.get("edges").is_none() {
            let inner = answer.as_object_mut().and_then(|fields| fields.values_mut().next()).map(Value::take);
            answer = inner.unwrap_or_else(|| panic!("no connection: {query}"));
        }
        answer
    }

    /// The ids of all rows, in the order, gathered page by page.
    async fn walk(&self, app: &TestApp, walk: &Walk) -> Vec<String> {
        let order = &walk.order;
        let mut all: Vec<String> = Vec::new();
        let mut cursor: Option<Value> = None;
        for page in 0.. {
            assert!(page < 20, "the walk never ends: {walk:?}");
            let size = walk.size;
            let args = match (&cursor, walk.is_backward) {
                (None, false) => format!("first: {size}, orderBy: {order}"),
                (None, true) => format!("last: {size}, orderBy: {order}"),
                (Some(cursor), false) => format!("first: {size}, after: {cursor}, orderBy: {order}"),
                (Some(cursor), true) => format!("last: {size}, before: {cursor}, orderBy: {order}"),
            };
            let answer = self.page(app, &args).await;
            let info = &answer["pageInfo"];
            let rows = ids(&answer);
            let (ahead, behind) = if walk.is_backward {
                all.splice(0..0, rows);
                ("hasPreviousPage", "hasNextPage")
            } else {
                all.extend(rows);
                ("hasNextPage", "hasPreviousPage")
            };
            assert_eq!(info[behind], json!(page > 0), "{walk:?}: {behind}");
            if info[ahead] == json!(false) {
                break;
            }
            cursor = Some(info[if walk.is_backward { "startCursor" } else { "endCursor" }].clone());
        }
        all
    }

    /// Walks in an order both ways and compares with the whole list at once.
    async fn check(&self, app: &TestApp, order: String, size: i32) {
        let whole = ids(&self.page(app, &format!("first: 100, orderBy: {order}")).await);
        let mut distinct = whole.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!((whole.len(), distinct.len()), (13, 13), "{order}");
        for is_backward in [false, true] {
            let walk = Walk { order: order.clone(), size, is_backward };
            assert_eq!(self.walk(app, &walk).await, whole, "{walk:?}");
        }
    }

    /// Every order of one field, and some of several.
    async fn check_all(&self) {
        let app = with_rows().await;
        let fields = enum_values(self.fields);
        assert!(fields.len() > 2);
        for field in &fields {
            for direction in ["ASC", "DESC"] {
                for nulls in ["FIRST", "LAST"] {
                    let order = format!("[{{field: {field}, direction: {direction}, nulls: {nulls}}}]");
                    self.check(&app, order, 4).await;
                }
            }
        }
        let mut runner = TestRunner::deterministic();
        let strategy = several(fields);
        for _ in 0..20 {
            let (order, size) = strategy.new_tree(&mut runner).expect("a value can be made").current();
            self.check(&app, order, size).await;
        }
    }
}

/// One way through a list.
#[derive(Debug)]
struct Walk {
    order: String,
    size: i32,
    is_backward: bool,
}

/// Orders of up to three fields, and a page size.
fn several(fields: Vec<String>) -> impl Strategy<Value = (String, i32)> {
    let direction = prop_oneof![Just("ASC"), Just("DESC")];
    let nulls = prop_oneof![Just("FIRST"), Just("LAST")];
    let field = (any::<proptest::sample::Index>(), direction, nulls).prop_map(move |(index, direction, nulls)| {
        format!("{{field: {}, direction: {direction}, nulls: {nulls}}}", index.get(&fields))
    });
    (proptest::collection::vec(field, 0..=3), 3..=14)
        .prop_map(|(fields, size)| (format!("[{}]", fields.join(", ")), size))
}

fn ids(page: &Value) -> Vec<String> {
    let edges = page["edges"].as_array().expect("a page has edges");
    edges.iter().map(|edge| edge["node"]["id"].as_str().expect("an id is text").to_owned()).collect()
}

fn enum_values(name: &str) -> Vec<String> {
    let document =
        async_graphql::parser::parse_schema(searxng_cool_music::graphql::sdl()).expect("the printed schema is one");
    let values = document.definitions.into_iter().find_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) if definition.node.name.node == name => match definition.node.kind {
            TypeKind::Enum(values) => Some(values.values),
            _ => None,
        },
        _ => None,
    });
    let values = values.unwrap_or_else(|| panic!("{name} is no enum"));
    values.into_iter().map(|value| value.node.value.node.to_string()).collect()
}

#[tokio::test]
async fn tracks_are_visited_once_in_every_order_both_ways() {
    List::root("tracks", "TrackOrderField").check_all().await;
}

#[tokio::test]
async fn albums_are_visited_once_in_every_order_both_ways() {
    List::root("albums", "AlbumOrderField").check_all().await;
}

#[tokio::test]
async fn artists_are_visited_once_in_every_order_both_ways() {
    List::root("artists", "ArtistOrderField").check_all().await;
}

#[tokio::test]
async fn playlist_items_are_visited_once_in_every_order_both_ways() {
    List::items().check_all().await;
}

/// A list of five tracks, and their ids.
async fn five() -> (TestApp, Vec<String>) {
    let app = TestApp::start().await;
    let client = app.database.client().await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(gid("Track", a_track(&client).await));
    }
    (app, ids)
}

/// The ids of a page of tracks, and whether there are some before and after it.
async fn tracks(app: &TestApp, args: &str) -> (Vec<String>, bool, bool) {
    let answer = List::root("tracks", "TrackOrderField").page(app, args).await;
    let is = |name: &str| answer["pageInfo"][name] == json!(true);
    (ids(&answer), is("hasPreviousPage"), is("hasNextPage"))
}

async fn cursor_of(app: &TestApp, place: usize) -> String {
    let answer = List::root("tracks", "TrackOrderField").page(app, "first: 5").await;
    answer["edges"][place]["cursor"].as_str().expect("a cursor is text").to_owned()
}

#[tokio::test]
async fn a_page_tells_what_is_on_either_side() {
    let (app, all) = five().await;
    let (second, fourth) = (cursor_of(&app, 1).await, cursor_of(&app, 3).await);
    for (args, rows, previous, next) in [
        ("first: 5".to_owned(), 0..5, false, false),
        ("first: 2".to_owned(), 0..2, false, true),
        ("last: 2".to_owned(), 3..5, true, false),
        (format!("first: 2, after: \"{second}\""), 2..4, true, true),
        (format!("first: 3, after: \"{second}\""), 2..5, true, false),
        (format!("last: 2, before: \"{fourth}\""), 1..3, true, true),
        (format!("last: 3, before: \"{fourth}\""), 0..3, false, true),
        (format!("after: \"{second}\", before: \"{fourth}\""), 2..3, true, true),
    ] {
        assert_eq!(tracks(&app, &args).await, (all[rows].to_vec(), previous, next), "{args}");
    }
}

#[tokio::test]
async fn first_cuts_before_last() {
    let (app, all) = five().await;
    assert_eq!(tracks(&app, "first: 4, last: 2").await, (all[2..4].to_vec(), true, true));
    assert_eq!(tracks(&app, "first: 2, last: 4").await, (all[0..2].to_vec(), false, true));
}

#[tokio::test]
async fn a_page_has_twenty_entries_unless_asked_otherwise() {
    let app = TestApp::start().await;
    let client = app.database.client().await;
    client
        .batch_execute("insert into tracks (title) select 'Track' from generate_series(1, 21)")
        .await
        .expect("they go in");
    let (rows, _, has_next) = tracks(&app, "orderBy: []").await;
    assert_eq!((rows.len(), has_next), (20, true));
}

#[tokio::test]
async fn an_empty_list_has_no_cursors() {
    let app = TestApp::start().await;
    let answer = List::root("tracks", "TrackOrderField").page(&app, "first: 5").await;
    let info = json!({"hasNextPage": false, "hasPreviousPage": false, "startCursor": null, "endCursor": null});
    assert_eq!(answer, json!({"edges": [], "pageInfo": info}));
}

#[tokio::test]
async fn rows_that_come_and_go_between_pages_shift_nothing() {
    let (app, all) = five().await;
    let client = app.database.client().await;
    let third = cursor_of(&app, 2).await;
    client.batch_execute("delete from tracks where id in (1, 3)").await.expect("they go");
    let new = gid("Track", a_track(&client).await);
    let (rows, _, _) = tracks(&app, &format!("first: 5, after: \"{third}\"")).await;
    assert_eq!(rows, [all[3].clone(), all[4].clone(), new]);
}

/// What is said about a list of tracks that is asked for wrongly: code, argument and message.
async fn refusal(app: &TestApp, args: &str) -> (String, String, String) {
    let answer = app.query(&format!("{{ tracks({args}) {{ nodes {{ id }} }} }}")).await;
    let error = &answer["errors"][0];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&error["extensions"]["code"]), error["extensions"]["argument"].to_string(), text(&error["message"]))
}

#[tokio::test]
async fn a_cursor_serves_its_own_order_only() {
    let (app, _) = five().await;
    let cursor = cursor_of(&app, 2).await;
    for order in ["{field: TITLE}", "{field: TITLE, direction: DESC}", "{field: DURATION, nulls: FIRST}"] {
        for argument in ["after", "before"] {
            let (code, named, message) = refusal(&app, &format!("{argument}: \"{cursor}\", orderBy: [{order}]")).await;
            assert_eq!((code.as_str(), named), ("BAD_USER_INPUT", format!("[\"{argument}\"]")), "{message}");
            assert!(message.starts_with("the cursor belongs to a list in another order"), "{message}");
        }
    }
}

#[tokio::test]
async fn a_cursor_serves_the_other_direction_of_nothing() {
    let app = with_rows().await;
    let up = List::root("albums", "AlbumOrderField").page(&app, "first: 2, orderBy: [{field: RATING}]").await;
    let cursor = up["pageInfo"]["endCursor"].clone();
    let down =
        format!("{{ albums(after: {cursor}, orderBy: [{{field: RATING, direction: DESC}}]) {{ nodes {{ id }} }} }}");
    assert_eq!(app.query(&down).await["errors"][0]["extensions"]["code"], json!("BAD_USER_INPUT"));
}

fn forged(signature: &str, values: Value) -> String {
    URL_SAFE_NO_PAD.encode(json!([signature, values]).to_string())
}

#[tokio::test]
async fn broken_and_forged_cursors_are_refused_as_input() {
    let (app, _) = five().await;
    let good = cursor_of(&app, 2).await;
    let mut broken = vec![
        String::new(),
        " ".to_owned(),
        "null".to_owned(),
        "5".to_owned(),
        "ä".to_owned(),
        good[..good.len() - 2].to_owned(),
        format!("{good}A"),
        format!("{good}="),
        "A".repeat(10_000),
        URL_SAFE_NO_PAD.encode("[]"),
        URL_SAFE_NO_PAD.encode("{\"id+\": [\"1\"]}"),
        URL_SAFE_NO_PAD.encode("\u{0}"),
        URL_SAFE_NO_PAD.encode("[".repeat(5_000)),
    ];
    for values in [
        json!([]),
        json!([null]),
        json!(["1", "2"]),
        json!(["1.5"]),
        json!(["x"]),
        json!([1]),
        json!(["9223372036854775808"]),
    ] {
        broken.push(forged("id+", values));
    }
    for cursor in broken {
        let (code, named, message) = refusal(&app, &format!("after: \"{cursor}\"")).await;
        assert_eq!((code.as_str(), named.as_str()), ("BAD_USER_INPUT", "[\"after\"]"), "{cursor}: {message}");
    }
}

#[tokio::test]
async fn forged_values_never_reach_the_database_unread() {
    let (app, _) = five().await;
    let cases = [
        (
            "POPULARITY",
            "popularity",
            json!(["NaN", "1e400", "-1e400", "1e-400", "inf", "Infinity", "0x1p3", "", " 1", "1_0"]),
        ),
        (
            "RELEASE_DATE",
            "release",
            json!([
                "infinity",
                "-0001-01-01",
                "+262142-12-31",
                "0000-01-01",
                "1970-13-01",
                "1970-1-1",
                "now",
                "yesterday"
            ]),
        ),
        (
            "CREATED_AT",
            "created",
            json!([
                "infinity",
                "now",
                "2026-01-01",
                "+262142-12-31 23:59:59+00",
                "-9999-01-01 00:00:00+00",
                "2026-01-01 00:00:60+00",
                "2026-01-01 00:00:00+99"
            ]),
        ),
        ("TITLE", "title", json!(["\u{0}", "a\u{0}b"])),
        ("DURATION", "duration", json!(["1.5", "1e3", "99999999999999999999", "+1", "0x10"])),
    ];
    for (field, name, values) in cases {
        for value in values.as_array().expect("a list") {
            let cursor = forged(&format!("{name}+id+"), json!([value, "1"]));
            let query =
                format!("{{ tracks(after: \"{cursor}\", orderBy: [{{field: {field}}}]) {{ nodes {{ id }} }} }}");
            let answer = app.query(&query).await;
            let code = &answer["errors"][0]["extensions"]["code"];
            assert!(code.is_null() || code == "BAD_USER_INPUT", "{field} {value}: {answer}");
        }
    }
}

#[tokio::test]
async fn sizes_outside_one_to_a_hundred_are_refused() {
    let (app, _) = five().await;
    for argument in ["first", "last"] {
        for size in [i32::MIN, -1, 0, 101, i32::MAX] {
            let expected = format!("{argument} is {size}; a page has 1 to 100 entries");
            let found = refusal(&app, &format!("{argument}: {size}")).await;
            assert_eq!(found, ("BAD_USER_INPUT".to_owned(), format!("[\"{argument}\"]"), expected));
        }
    }
    let (code, _, message) = refusal(&app, "first: 2147483648").await;
    assert_eq!(code, "BAD_USER_INPUT", "{message}");
}

#[tokio::test]
async fn nested_lists_refuse_sizes_as_well() {
    let (app, _) = five().await;
    let answer = app.query("{ tracks(first: 1) { nodes { playlists(first: 0) { nodes { id } } } } }").await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], json!("BAD_USER_INPUT"));
    let answer = app.query("{ search(query: \"\", first: 101) { nodes { score } } }").await;
    assert_eq!(answer["errors"][0]["extensions"]["argument"], json!(["first"]));
}

#[tokio::test]
async fn the_count_is_of_the_whole_list_under_its_filter() {
    let app = with_rows().await;
    for (list, count) in [
        ("tracks(first: 2)", 13),
        ("tracks(first: 2, filter: {durationMs: {eq: 1001}})", 5),
        ("tracks(first: 2, filter: {not: {durationMs: {eq: 1001}}})", 8),
        ("albums(first: 1, filter: {releaseDate: {isNull: true}})", 4),
        ("artists(last: 1, filter: {name: {eq: \"name 1\"}})", 4),
    ] {
        let data = app.data(&format!("{{ list: {list} {{ totalCount }} }}")).await;
        assert_eq!(data, json!({"list": {"totalCount": count}}), "{list}");
    }
}

#[tokio::test]
async fn a_list_is_counted_only_when_asked() {
    let app = with_rows().await;
    for list in [
        "tracks { #nodes { id } }".to_owned(),
        "genres { #nodes { id } }".to_owned(),
        "playlists { #nodes { id } }".to_owned(),
        "search(query: \"title\", types: [TRACK]) { #nodes { score } }".to_owned(),
        format!("playlist(by: {{id: \"{}\"}}) {{ items {{ #nodes {{ id }} }} }}", gid("Playlist", 1)),
    ] {
        let (_, without) = app.counted(&format!("{{ {} }}", list.replace('#', ""))).await;
        let (_, with) = app.counted(&format!("{{ {} }}", list.replace('#', "totalCount "))).await;
        assert_eq!(with, without + 1, "{list}");
    }
}

#[tokio::test]
async fn pages_of_one_parent_do_not_mix_with_another_s() {
    let app = TestApp::start().await;
    let client = app.database.client().await;
    let owner = a_user(&client).await;
    let mut expected = Vec::new();
    for _ in 0..2 {
        let playlist = a_playlist(&client, owner).await;
        let mut items = Vec::new();
        for _ in 0..3 {
            items.push(json!({"id": gid("PlaylistItem", an_item(&client, playlist, a_track(&client).await).await)}));
        }
        expected.push(json!({"items": {"nodes": items[..2], "pageInfo": {"hasNextPage": true}, "totalCount": 3}}));
    }
    let query = "{ playlists { nodes { items(first: 2) { nodes { id } pageInfo { hasNextPage } totalCount } } } }";
    assert_eq!(app.data(query).await["playlists"]["nodes"], json!(expected));
}
