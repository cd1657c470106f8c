//! Playlists as a stranger sees them: what is hidden stays hidden, what is shown is in order.

use serde_json::{Value, json};
use tokio_postgres::Client;

use crate::builders::{
    Sql, a_collaborator, a_playlist, a_track, a_track_source, a_user, a_vote, an_activity, an_album, an_artist,
    an_item, gid,
};
use crate::harness::TestApp;

async fn start() -> (TestApp, Client) {
    let app = TestApp::start().await;
    let client = app.database.client().await;
    (app, client)
}

/// A playlist with one of everything that hangs on it.
struct Full {
    playlist: i64,
    uuid: String,
    track: i64,
    item: i64,
    vote: i64,
    collaborator: i64,
    activity: i64,
    owner: i64,
    copy: i64,
}

impl Full {
    async fn make(client: &Client, column: &'static str, value: &str) -> Self {
        let (owner, guest) = (a_user(client).await, a_user(client).await);
        let track = a_track(client).await;
        let playlist = a_playlist(client, owner).with("name", "Zephyr").await;
        let item = an_item(client, playlist, track).with("added_by", guest).await;
        let full = Self {
            playlist,
            uuid: client
                .query_one("select uuid::text from playlists where id = $1", &[&playlist])
                .await
                .expect("it is there")
                .get(0),
            track,
            item,
            vote: a_vote(client, item, guest).await,
            collaborator: a_collaborator(client, playlist, guest).await,
            activity: an_activity(client, playlist, "created", 1).await,
            owner,
            copy: a_playlist(client, guest).with("copied_from_id", playlist).await,
        };
        client
            .execute(&format!("update playlists set {column} = {value} where id = $1"), &[&playlist])
            .await
            .expect("it changes");
        full
    }

    /// Every way to the playlist or to a part of it: its name, the query, and where the answer has
    /// something when the way is open.
    fn ways(&self) -> Vec<(&'static str, String, &'static str)> {
        let node = |kind, key| format!("{{ node(id: \"{}\") {{ id }} }}", gid(kind, key));
        let by_id = |kind: &str, key, fields: &str| format!("{{ {kind}(by: {{id: \"{key}\"}}) {{ {fields} }} }}");
        vec![
            ("node", node("Playlist", self.playlist), "/node"),
            ("nodes", format!("{{ nodes(ids: [\"{}\"]) {{ id }} }}", gid("Playlist", self.playlist)), "/nodes/0"),
            ("playlist by id", by_id("playlist", gid("Playlist", self.playlist), "id"), "/playlist"),
            ("playlists", "{ playlists(filter: {name: {eq: \"Zephyr\"}}) { nodes { id } } }".to_owned(), "/playlists/nodes/0"),
            ("the playlists' count", "{ playlists(filter: {name: {eq: \"Zephyr\"}, visibility: [PRIVATE, UNLISTED, PUBLIC]}) { nodes { id } } }".to_owned(), "/playlists/nodes/0"),
            ("user.playlists", by_id("user", gid("User", self.owner), "playlists { nodes { id } }"), "/user/playlists/nodes/0"),
            ("track.playlists", by_id("track", gid("Track", self.track), "playlists { nodes { id } }"), "/track/playlists/nodes/0"),
            ("search", "{ search(query: \"zephyr\") { nodes { score } } }".to_owned(), "/search/nodes/0"),
            ("spelling", "{ search(query: \"zephir\") { nodes { score } } }".to_owned(), "/search/nodes/0"),
            ("suggestions", "{ searchSuggestions(prefix: \"zeph\") { score } }".to_owned(), "/searchSuggestions/0"),
            ("item node", node("PlaylistItem", self.item), "/node"),
            ("vote node", node("PlaylistItemVote", self.vote), "/node"),
            ("collaborator node", node("PlaylistCollaborator", self.collaborator), "/node"),
            ("activity node", node("PlaylistActivity", self.activity), "/node"),
            ("copiedFrom", by_id("playlist", gid("Playlist", self.copy), "copiedFrom { id }"), "/playlist/copiedFrom"),
            ("playlist by uuid", format!("{{ playlist(by: {{uuid: \"{}\"}}) {{ id }} }}", self.uuid), "/playlist"),
        ]
    }

    /// The ways that lead a stranger to something.
    async fn open_ways(&self, app: &TestApp) -> Vec<&'static str> {
        let mut open = Vec::new();
        for (name, query, place) in self.ways() {
            let data = app.data(&query).await;
            if data.pointer(place).is_some_and(|found| !found.is_null()) {
                open.push(name);
            }
        }
        open
    }
}

#[tokio::test]
async fn a_public_playlist_is_reached_every_way() {
    let (app, client) = start().await;
    let full = Full::make(&client, "visibility", "'public'").await;
    let all: Vec<_> = full.ways().into_iter().map(|(name, ..)| name).collect();
    assert_eq!(full.open_ways(&app).await, all);
}

#[tokio::test]
async fn an_unlisted_playlist_is_reached_by_its_uuid_alone() {
    let (app, client) = start().await;
    let full = Full::make(&client, "visibility", "'unlisted'").await;
    assert_eq!(full.open_ways(&app).await, ["playlist by uuid"]);
}

#[tokio::test]
async fn a_private_playlist_is_never_seen_by_a_stranger() {
    let (app, client) = start().await;
    let full = Full::make(&client, "visibility", "'private'").await;
    assert_eq!(full.open_ways(&app).await, Vec::<&str>::new());
}

#[tokio::test]
async fn a_deleted_playlist_is_gone_for_everybody() {
    let (app, client) = start().await;
    let full = Full::make(&client, "deleted_at", "now()").await;
    assert_eq!(full.open_ways(&app).await, Vec::<&str>::new());
}

#[tokio::test]
async fn a_deleted_unlisted_playlist_is_gone_as_well() {
    let (app, client) = start().await;
    let full = Full::make(&client, "visibility", "'unlisted', deleted_at = now()").await;
    assert_eq!(full.open_ways(&app).await, Vec::<&str>::new());
}

#[tokio::test]
async fn a_folder_is_no_playlist() {
    let (app, client) = start().await;
    let owner = a_user(&client).await;
    let folder = a_playlist(&client, owner).with("folder_type", true).await;
    let data =
        app.data(&format!("{{ node(id: \"{}\") {{ id }} playlists {{ totalCount }} }}", gid("Playlist", folder))).await;
    assert_eq!(data, json!({"node": null, "playlists": {"totalCount": 0}}));
}

#[tokio::test]
async fn whoever_has_the_link_sees_the_parts_of_an_unlisted_playlist() {
    let (app, client) = start().await;
    let full = Full::make(&client, "visibility", "'unlisted'").await;
    let query = format!(
        "{{ playlist(by: {{uuid: \"{}\"}}) {{ items {{ nodes {{ playlist {{ name }} votes {{ nodes {{ item {{ position }} }} }} }} }}
            collaborators {{ nodes {{ playlist {{ name }} }} }} activities {{ nodes {{ playlist {{ name }} }} }} item(id: \"{}\") {{ position }} }} }}",
        full.uuid,
        gid("PlaylistItem", full.item)
    );
    let named = json!({"name": "Zephyr"});
    let expected = json!({"playlist": {
        "items": {"nodes": [{"playlist": named, "votes": {"nodes": [{"item": {"position": 0}}]}}]},
        "collaborators": {"nodes": [{"playlist": named}]},
        "activities": {"nodes": [{"playlist": named}]},
        "item": {"position": 0},
    }});
    assert_eq!(app.data(&query).await, expected);
}

#[tokio::test]
async fn what_is_hidden_cannot_be_told_from_what_is_not_there() {
    let (app, client) = start().await;
    let full = Full::make(&client, "visibility", "'private'").await;
    let ask =
        async |key| app.query(&format!("{{ playlist(by: {{id: \"{}\"}}) {{ name }} }}", gid("Playlist", key))).await;
    assert_eq!(ask(full.playlist).await, ask(999_999).await);
}

/// A public playlist's answer to these fields.
async fn ask(app: &TestApp, playlist: i64, fields: &str) -> Value {
    let data = app.data(&format!("{{ playlist(by: {{id: \"{}\"}}) {{ {fields} }} }}", gid("Playlist", playlist))).await;
    data["playlist"].clone()
}

/// The titles of a playlist's entries.
async fn titles(app: &TestApp, playlist: i64, args: &str) -> Vec<String> {
    let answer = ask(app, playlist, &format!("items(first: 50 {args}) {{ nodes {{ track {{ title }} }} }}")).await;
    let nodes = answer["items"]["nodes"].as_array().expect("entries");
    nodes.iter().map(|node| node["track"]["title"].as_str().expect("a title").to_owned()).collect()
}

/// Four entries, told apart by the titles of their tracks; their positions have gaps.
async fn four(client: &Client) -> (i64, Vec<i64>) {
    let (owner, guest) = (a_user(client).await, a_user(client).await);
    let playlist = a_playlist(client, owner).await;
    let (zappa, abba) = (an_artist(client).with("name", "Zappa").await, an_artist(client).with("name", "ABBA").await);
    let album = an_album(client).with("title", "Waka").await;
    let (bowie, arrival) =
        (an_artist(client).with("name", "bowie").await, an_album(client).with("title", "Arrival").await);
    let d = a_track(client)
        .with("title", "D")
        .by(zappa)
        .with("album_id", album)
        .with("duration_ms", 4_000)
        .with("audio_features", json!({"bpm": 60}))
        .await;
    let b = a_track(client)
        .with("title", "b")
        .by(abba)
        .with("album_id", arrival)
        .with("duration_ms", 1_000)
        .with("audio_features", json!({"bpm": 180}))
        .await;
    let a = a_track(client).with("title", "Á").by(bowie).with("duration_ms", 3_000).await;
    let c = a_track(client).with("title", "c").await;
    a_track_source(client, b, "youtube").with("available_in", "{DE}").await;
    let day = |day: &str| format!("2026-01-0{day}");
    let items = vec![
        an_item(client, playlist, d).with("position", 7).with("added_at", day("3")).with("added_by", owner).await,
        an_item(client, playlist, b)
            .with("position", 90)
            .with("added_at", day("1"))
            .with("added_by", guest)
            .with("is_locked", true)
            .await,
        an_item(client, playlist, a)
            .with("position", 91)
            .with("added_at", day("4"))
            .with("added_by", guest)
            .with("custom_note", "Listen!")
            .await,
        an_item(client, playlist, c)
            .with("position", 5_000)
            .with("added_at", day("2"))
            .with("start_time_ms", 10)
            .with("end_time_ms", 20)
            .await,
    ];
    for (item, votes) in [(items[1], [1, 1]), (items[2], [1, -1]), (items[3], [-1, -1])] {
        for (voter, vote) in [owner, guest].into_iter().zip(votes) {
            a_vote(client, item, voter).with("vote_type", vote).await;
        }
    }
    (playlist, items)
}

#[tokio::test]
async fn entries_stand_in_their_order_with_dense_places() {
    let (app, client) = start().await;
    let (playlist, items) = four(&client).await;
    let fields = "items { totalCount nodes { id position note isLocked startMs endMs status voteScore upvotes downvotes } } trackCount totalDurationMs";
    let entry = |place: usize, note: Value, locked: bool, clip: [Value; 2], votes: [i32; 2]| {
        let [start, end] = clip;
        json!({"id": gid("PlaylistItem", items[place]), "position": place, "note": note, "isLocked": locked, "startMs": start, "endMs": end,
            "status": "ACTIVE", "voteScore": votes[0] - votes[1], "upvotes": votes[0], "downvotes": votes[1]})
    };
    let none = || [Value::Null, Value::Null];
    let expected = json!({
        "items": {"totalCount": 4, "nodes": [
            entry(0, Value::Null, false, none(), [0, 0]),
            entry(1, Value::Null, true, none(), [2, 0]),
            entry(2, json!("Listen!"), false, none(), [1, 1]),
            entry(3, Value::Null, false, [json!(10), json!(20)], [0, 2]),
        ]},
        "trackCount": 4,
        "totalDurationMs": 8_000,
    });
    assert_eq!(ask(&app, playlist, fields).await, expected);
}

#[tokio::test]
async fn a_place_is_the_same_whatever_the_page_filter_or_order() {
    let (app, client) = start().await;
    let (playlist, items) = four(&client).await;
    let front =
        ask(&app, playlist, "items(first: 1) { pageInfo { endCursor } }").await["items"]["pageInfo"]["endCursor"]
            .clone();
    for args in [
        "last: 2".to_owned(),
        format!("after: {front}, first: 2"),
        "orderBy: [{field: TITLE}]".to_owned(),
        "filter: {isLocked: false}".to_owned(),
        "first: 4, last: 1".to_owned(),
    ] {
        let answer = ask(&app, playlist, &format!("items({args}) {{ nodes {{ id position }} }}")).await;
        for node in answer["items"]["nodes"].as_array().expect("entries") {
            let place = items.iter().position(|item| node["id"] == json!(gid("PlaylistItem", *item)));
            assert_eq!(node["position"], json!(place), "{args}");
        }
    }
    let alone = app
        .data(&format!(
            "{{ node(id: \"{}\") {{ ... on PlaylistItem {{ position }} }} }}",
            gid("PlaylistItem", items[2])
        ))
        .await;
    assert_eq!(alone, json!({"node": {"position": 2}}));
}

#[tokio::test]
async fn entries_can_be_ordered_by_every_field() {
    let (app, client) = start().await;
    let (playlist, _) = four(&client).await;
    for (order, expected) in [
        ("POSITION", ["D", "b", "Á", "c"]),
        ("POSITION, direction: DESC", ["c", "Á", "b", "D"]),
        ("ADDED_AT", ["b", "c", "D", "Á"]),
        ("VOTES, direction: DESC", ["b", "D", "Á", "c"]),
        ("VOTES", ["c", "D", "Á", "b"]),
        ("TITLE", ["Á", "b", "c", "D"]),
        ("ARTIST", ["b", "Á", "D", "c"]),
        ("ARTIST, nulls: FIRST", ["c", "b", "Á", "D"]),
        ("ALBUM", ["b", "D", "Á", "c"]),
        ("DURATION", ["b", "Á", "D", "c"]),
        ("DURATION, direction: DESC", ["D", "Á", "b", "c"]),
        ("BPM", ["D", "b", "Á", "c"]),
    ] {
        assert_eq!(titles(&app, playlist, &format!(", orderBy: [{{field: {order}}}]")).await, expected, "{order}");
    }
}

#[tokio::test]
async fn entries_can_be_narrowed_by_every_key() {
    let (app, client) = start().await;
    let (playlist, _) = four(&client).await;
    let guest: i64 =
        client.query_one("select max(added_by) from playlist_tracks", &[]).await.expect("they are there").get(0);
    for (filter, expected) in [
        (format!("addedById: [\"{}\"]", gid("User", guest)), &["b", "Á"][..]),
        ("addedById: []".to_owned(), &[]),
        ("addedAt: {gte: \"2026-01-02T00:00:00Z\", lt: \"2026-01-04T00:00:00Z\"}".to_owned(), &["D", "c"]),
        ("isLocked: true".to_owned(), &["b"]),
        ("isLocked: false".to_owned(), &["D", "Á", "c"]),
        ("voteScore: {gt: 0}".to_owned(), &["b"]),
        ("voteScore: {in: [0, -2]}".to_owned(), &["D", "Á", "c"]),
        ("playableIn: \"DE\"".to_owned(), &["b"]),
        ("playableIn: \"FR\"".to_owned(), &[]),
        ("track: {title: {in: [\"a\", \"D\"]}}".to_owned(), &["D", "Á"]),
        ("track: {durationMs: {neq: 1000}}".to_owned(), &["D", "Á", "c"]),
        ("track: {}".to_owned(), &["D", "b", "Á", "c"]),
        ("isLocked: false, voteScore: {lt: 0}".to_owned(), &["c"]),
    ] {
        assert_eq!(titles(&app, playlist, &format!(", filter: {{{filter}}}")).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn what_waits_or_was_refused_is_not_in_the_list() {
    let (app, client) = start().await;
    let playlist = a_playlist(&client, a_user(&client).await).await;
    let track = a_track(&client).with("duration_ms", 1_000).await;
    let proposed = an_item(&client, playlist, track).with("status", "proposed").with("position", None::<i64>).await;
    let rejected = an_item(&client, playlist, track).with("status", "rejected").with("position", None::<i64>).await;
    let shown = "items { totalCount nodes { id } } trackCount totalDurationMs";
    let expected = json!({"items": {"totalCount": 0, "nodes": []}, "trackCount": 0, "totalDurationMs": 0});
    assert_eq!(ask(&app, playlist, shown).await, expected);
    for item in [proposed, rejected] {
        let data = app.data(&format!("{{ node(id: \"{}\") {{ id }} }}", gid("PlaylistItem", item))).await;
        assert_eq!(data, json!({"node": null}));
    }
}

#[tokio::test]
async fn an_entry_belongs_to_its_own_playlist_only() {
    let (app, client) = start().await;
    let owner = a_user(&client).await;
    let (one, other) = (a_playlist(&client, owner).await, a_playlist(&client, owner).await);
    let id = gid("PlaylistItem", an_item(&client, one, a_track(&client).await).await);
    let item = format!("item(id: \"{id}\") {{ id }}");
    assert_eq!(ask(&app, one, &item).await, json!({"item": {"id": id}}));
    assert_eq!(ask(&app, other, &item).await, json!({"item": null}));
}

#[tokio::test]
async fn an_entry_of_a_merged_track_shows_the_survivor_and_its_links() {
    let (app, client) = start().await;
    let playlist = a_playlist(&client, a_user(&client).await).await;
    let survivor = a_track(&client).with("title", "Survivor").await;
    let merged = a_track(&client).with("title", "Merged").with("merged_into_id", survivor).await;
    a_track_source(&client, survivor, "deezer").with("source_id", "1").await;
    an_item(&client, playlist, merged).await;
    let answer = ask(&app, playlist, "items { nodes { track { title } bestSource { sourceId } } }").await;
    assert_eq!(answer["items"]["nodes"], json!([{"track": {"title": "Survivor"}, "bestSource": {"sourceId": "1"}}]));
}

#[tokio::test]
async fn playlists_can_be_narrowed_and_ordered_by_every_key() {
    let (app, client) = start().await;
    let owner = a_user(&client).await;
    let track = a_track(&client).await;
    let old = a_playlist(&client, owner)
        .with("name", "Ärger")
        .with("created_at", "2020-01-01")
        .with("updated_at", "2025-01-01")
        .with("play_count", 2)
        .with("like_count", 1)
        .with("tags", json!(["a", "b"]))
        .await;
    let new = a_playlist(&client, a_user(&client).await)
        .with("name", "b")
        .with("created_at", "2021-01-01")
        .with("updated_at", "2024-01-01")
        .with("play_count", 1)
        .with("like_count", 2)
        .with("is_collaborative", true)
        .await;
    client
        .execute("insert into playlist_follows (user_id, playlist_id) values ($1, $2)", &[&owner, &new])
        .await
        .expect("it goes in");
    an_item(&client, old, track).await;
    client
        .execute(
            "update playlists set updated_at = case id when $1 then timestamptz '2025-01-01' else '2024-01-01' end",
            &[&old],
        )
        .await
        .expect("they change");
    let named = async |args: String| {
        let data = app.data(&format!("{{ playlists({args}) {{ nodes {{ name }} }} }}")).await;
        let nodes = data["playlists"]["nodes"].as_array().expect("playlists").clone();
        nodes.iter().map(|node| node["name"].as_str().expect("a name").to_owned()).collect::<String>()
    };
    for (filter, found) in [
        ("name: {startsWith: \"ar\"}".to_owned(), "Ärger"),
        (format!("ownerId: [\"{}\"]", gid("User", owner)), "Ärger"),
        ("visibility: [PUBLIC]".to_owned(), "Ärgerb"),
        ("visibility: [PRIVATE, UNLISTED]".to_owned(), ""),
        ("isCollaborative: true".to_owned(), "b"),
        ("isSmart: true".to_owned(), ""),
        ("tags: {containsAll: [\"a\", \"b\"]}".to_owned(), "Ärger"),
        ("tags: {containsAny: [\"b\", \"c\"]}".to_owned(), "Ärger"),
        ("tags: {isEmpty: true}".to_owned(), "b"),
        (format!("containsTrackId: [\"{}\"]", gid("Track", track)), "Ärger"),
        ("updatedAt: {lt: \"2024-06-01T00:00:00Z\"}".to_owned(), "b"),
        ("updatedAt: {inTheLast: \"1000y\"}".to_owned(), "Ärgerb"),
        ("updatedAt: {inTheLast: \"1m\"}".to_owned(), ""),
        ("or: [{name: {eq: \"b\"}}, {name: {eq: \"x\"}}]".to_owned(), "b"),
        ("not: {isCollaborative: true}".to_owned(), "Ärger"),
        ("and: [{name: {contains: \"r\"}}, {tags: {isEmpty: false}}]".to_owned(), "Ärger"),
    ] {
        assert_eq!(named(format!("filter: {{{filter}}}")).await, found, "{filter}");
    }
    for (order, found) in [
        ("NAME", "Ärgerb"),
        ("NAME, direction: DESC", "bÄrger"),
        ("UPDATED_AT", "bÄrger"),
        ("CREATED_AT", "Ärgerb"),
        ("FOLLOWERS", "Ärgerb"),
        ("PLAYS", "bÄrger"),
        ("LIKES", "Ärgerb"),
        ("TRACK_COUNT", "bÄrger"),
    ] {
        assert_eq!(named(format!("orderBy: [{{field: {order}}}]")).await, found, "{order}");
    }
}

#[tokio::test]
async fn a_track_lists_its_playlists_by_followers() {
    let (app, client) = start().await;
    let owner = a_user(&client).await;
    let track = a_track(&client).await;
    let mut names = Vec::new();
    for (name, followers) in [("none", 0), ("two", 2), ("one", 1)] {
        let playlist = a_playlist(&client, owner).with("name", name).await;
        an_item(&client, playlist, track).await;
        // Twice in a list is still one list.
        an_item(&client, playlist, track).await;
        for _ in 0..followers {
            let follower = a_user(&client).await;
            client
                .execute("insert into playlist_follows (user_id, playlist_id) values ($1, $2)", &[&follower, &playlist])
                .await
                .expect("it goes in");
        }
        names.push(name);
    }
    let data = app
        .data(&format!(
            "{{ track(by: {{id: \"{}\"}}) {{ playlists {{ totalCount nodes {{ name followerCount }} }} }} }}",
            gid("Track", track)
        ))
        .await;
    let expected = json!([{"name": "two", "followerCount": 2}, {"name": "one", "followerCount": 1}, {"name": "none", "followerCount": 0}]);
    assert_eq!(data["track"]["playlists"], json!({"totalCount": 3, "nodes": expected}));
}

/// A playlist with five changes by two people.
async fn changed(client: &Client) -> (i64, i64) {
    let (ada, ben) = (a_user(client).with("username", "ada").await, a_user(client).with("username", "ben").await);
    let playlist = a_playlist(client, ada).with("version", 5).await;
    for (version, (kind, user)) in
        [("created", ada), ("item_added", ben), ("item_removed", ada), ("commented", ben), ("item_added", ada)]
            .into_iter()
            .enumerate()
    {
        let version = i32::try_from(version + 1).expect("small");
        an_activity(client, playlist, kind, version).with("user_id", user).await;
    }
    (playlist, ben)
}

#[tokio::test]
async fn changes_are_listed_both_ways_and_narrowed() {
    let (app, client) = start().await;
    let (playlist, ben) = changed(&client).await;
    let versions = async |args: String| {
        let answer = ask(&app, playlist, &format!("activities({args}) {{ totalCount nodes {{ version }} }}")).await;
        let nodes = answer["activities"]["nodes"].as_array().expect("changes").clone();
        (
            nodes.iter().map(|node| node["version"].as_i64().expect("a number")).collect::<Vec<_>>(),
            answer["activities"]["totalCount"].as_i64().expect("a number"),
        )
    };
    let cursor = ask(&app, playlist, "activities(first: 2) { pageInfo { endCursor } }").await["activities"]["pageInfo"]
        ["endCursor"]
        .clone();
    for (args, found, count) in [
        ("first: 10".to_owned(), &[5, 4, 3, 2, 1][..], 5),
        ("first: 2".to_owned(), &[5, 4], 5),
        ("last: 2".to_owned(), &[2, 1], 5),
        (format!("first: 2, after: {cursor}"), &[3, 2], 5),
        (format!("last: 2, before: {cursor}"), &[5], 5),
        ("afterVersion: 3".to_owned(), &[5, 4], 2),
        ("afterVersion: 5".to_owned(), &[], 0),
        ("types: [ITEM_ADDED, COMMENTED]".to_owned(), &[5, 4, 2], 3),
        ("types: []".to_owned(), &[], 0),
        (format!("by: \"{}\"", gid("User", ben)), &[4, 2], 2),
        (format!("by: \"{}\", types: [ITEM_ADDED], afterVersion: 1", gid("User", ben)), &[2], 1),
    ] {
        assert_eq!(versions(args.clone()).await, (found.to_vec(), count), "{args}");
    }
}

#[tokio::test]
async fn every_kind_of_change_tells_itself() {
    let (app, client) = start().await;
    let (ada, ben) = (a_user(&client).with("username", "ada").await, a_user(&client).with("username", "ben").await);
    let playlist = a_playlist(&client, ada).await;
    let track = a_track(&client).with("title", "One").await;
    let item = an_item(&client, playlist, track).await;
    let (gone, id) = (item + 1_000, gid("PlaylistItem", item));
    let entry =
        json!({"item_id": gone, "track_id": track, "position": 3, "added_by": ben, "added_at": "2026-01-01T00:00:00Z"});
    let kinds = [
        (
            "item_added",
            json!({"items": [{"item_id": item}, {"item_id": gone}], "at_position": 2}),
            json!({"__typename": "ItemsAdded", "items": [{"id": id}], "atPosition": 2}),
            "ada added 2 tracks",
        ),
        (
            "item_removed",
            json!({"items": [entry], "reason": "Too loud"}),
            json!({"__typename": "ItemsRemoved", "reason": "Too loud", "removed": [{"itemId": gid("PlaylistItem", gone), "track": {"title": "One"}, "position": 3, "addedBy": {"username": "ben"}, "addedAt": "2026-01-01T00:00:00+00:00", "stillPresent": false}]}),
            "ada removed a track",
        ),
        (
            "item_moved",
            json!({"item_ids": [item], "from_positions": [4], "to_position": 0}),
            json!({"__typename": "ItemsMoved", "itemIds": [id], "fromPositions": [4], "toPosition": 0}),
            "ada moved a track",
        ),
        (
            "item_updated",
            json!({"item_id": item, "before": {"note": "a"}, "after": {"note": "b"}}),
            json!({"__typename": "ItemChanged", "itemId": id, "item": {"id": id}, "was": {"note": "a"}, "became": {"note": "b"}}),
            "ada edited an entry",
        ),
        (
            "renamed",
            json!({"before": {"name": "a"}, "after": {"name": "b"}}),
            json!({"__typename": "DetailsChanged", "was": {"name": "a"}, "became": {"name": "b"}}),
            "ada renamed it to “b”",
        ),
        (
            "collaborator_joined",
            json!({"user_id": ben, "after": {"role": "editor"}}),
            json!({"__typename": "CollaboratorChanged", "user": {"username": "ben"}, "before": null, "after": {"role": "editor"}}),
            "ada joined",
        ),
        (
            "vote_cast",
            json!({"item_id": item, "user_id": ada, "value": -1, "new_score": 4}),
            json!({"__typename": "VoteChanged", "itemId": id, "user": {"username": "ada"}, "value": -1, "newScore": 4}),
            "ada voted against a track",
        ),
        (
            "commented",
            json!({"text": "Hm.", "item_id": gone, "at_ms": 500, "reply_to": 1}),
            json!({"__typename": "CommentPosted", "text": "Hm.", "item": null, "atMs": 500, "replyToVersion": 1}),
            "ada commented",
        ),
    ];
    let fields = "activities { nodes { type summary actor { username } change { __typename
        ... on ItemsAdded { items { id } atPosition }
        ... on ItemsRemoved { reason removed { itemId track { title } position addedBy { username } addedAt stillPresent } }
        ... on ItemsMoved { itemIds fromPositions toPosition }
        ... on ItemChanged { itemId item { id } was: before became: after }
        ... on DetailsChanged { was: before became: after }
        ... on CollaboratorChanged { user { username } before after }
        ... on VoteChanged { itemId user { username } value newScore }
        ... on CommentPosted { text item { id } atMs replyToVersion } } } }";
    for (version, (kind, data, ..)) in kinds.iter().enumerate() {
        let version = i32::try_from(version + 1).expect("small");
        an_activity(&client, playlist, kind, version).with("user_id", ada).with("activity_data", data.clone()).await;
    }
    let answer = ask(&app, playlist, fields).await;
    let mut told = answer["activities"]["nodes"].as_array().expect("changes").clone();
    told.reverse();
    assert_eq!(told.len(), kinds.len());
    for (told, (kind, _, change, summary)) in told.iter().zip(kinds) {
        let expected =
            json!({"type": kind.to_uppercase(), "summary": summary, "actor": {"username": "ada"}, "change": change});
        assert_eq!(told, &expected);
    }
}

#[tokio::test]
async fn a_change_without_its_data_is_still_told() {
    let (app, client) = start().await;
    let playlist = a_playlist(&client, a_user(&client).await).await;
    let kinds: Vec<String> = client
        .query("select regexp_matches[1] from regexp_matches(pg_get_constraintdef((select oid from pg_constraint where conname = 'playlist_activities_activity_type_check' and conrelid = 'playlist_activities'::regclass)), '''([a-z_]+)''', 'g')", &[])
        .await
        .expect("the rule can be read")
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert!(kinds.len() > 25, "{kinds:?}");
    for (version, kind) in kinds.iter().enumerate() {
        an_activity(&client, playlist, kind, i32::try_from(version + 1).expect("small")).await;
    }
    let answer =
        ask(&app, playlist, "activities(first: 50) { nodes { type summary change { __typename } undoneBy { id } } }")
            .await;
    let told = answer["activities"]["nodes"].as_array().expect("changes");
    assert_eq!(told.len(), kinds.len());
    for change in told {
        assert!(change["summary"].as_str().is_some_and(|text| text.starts_with("Somebody ")), "{change}");
    }
}

#[tokio::test]
async fn a_change_names_the_one_that_took_it_back() {
    let (app, client) = start().await;
    let playlist = a_playlist(&client, a_user(&client).await).await;
    an_activity(&client, playlist, "renamed", 1).with("undone_by_version", 2).await;
    an_activity(&client, playlist, "reverted", 2).await;
    let answer = ask(&app, playlist, "activities { nodes { version undoneBy { version type } } }").await;
    let expected =
        json!([{"version": 2, "undoneBy": null}, {"version": 1, "undoneBy": {"version": 2, "type": "REVERTED"}}]);
    assert_eq!(answer["activities"]["nodes"], expected);
}

#[tokio::test]
async fn collaborators_have_the_permissions_of_their_role_and_their_own() {
    let (app, client) = start().await;
    let playlist = a_playlist(&client, a_user(&client).await).await;
    let mut minute = 0;
    let mut join = async |role: &str, column: &'static str, value: bool| {
        minute += 1;
        let user = a_user(&client).await;
        a_collaborator(&client, playlist, user)
            .with("role", role)
            .with(column, value)
            .with("joined_at", format!("2026-01-01 00:0{minute}:00+00"))
            .await;
    };
    join("viewer", "can_add_tracks", true).await;
    join("editor", "can_remove_tracks", false).await;
    join("admin", "can_invite_others", true).await;
    let answer = ask(&app, playlist, "collaborators { totalCount nodes { role invitationStatus permissions } }").await;
    let expected = json!([
        {"role": "VIEWER", "invitationStatus": "ACCEPTED", "permissions": ["VIEW", "ADD_TRACKS", "VOTE"]},
        {"role": "EDITOR", "invitationStatus": "ACCEPTED", "permissions": ["VIEW", "ADD_TRACKS", "REORDER_TRACKS", "VOTE"]},
        {"role": "ADMIN", "invitationStatus": "ACCEPTED",
            "permissions": ["VIEW", "ADD_TRACKS", "REMOVE_TRACKS", "REORDER_TRACKS", "INVITE_OTHERS", "CHANGE_DETAILS", "VOTE", "LOCK_ITEMS", "APPROVE"]},
    ]);
    assert_eq!(answer["collaborators"], json!({"totalCount": 3, "nodes": expected}));
}

#[tokio::test]
async fn open_invitations_are_between_the_people_they_concern() {
    let (app, client) = start().await;
    let playlist = a_playlist(&client, a_user(&client).await).await;
    for status in ["pending", "declined", "revoked", "expired"] {
        let user = a_user(&client).await;
        let invited = a_collaborator(&client, playlist, user)
            .with("invitation_status", status)
            .with("joined_at", None::<&str>)
            .await;
        let data = app.data(&format!("{{ node(id: \"{}\") {{ id }} }}", gid("PlaylistCollaborator", invited))).await;
        assert_eq!(data, json!({"node": null}), "{status}");
    }
    assert_eq!(
        ask(&app, playlist, "collaborators { totalCount nodes { id } }").await,
        json!({"collaborators": {"totalCount": 0, "nodes": []}})
    );
}

#[tokio::test]
async fn votes_are_listed_the_newest_first() {
    let (app, client) = start().await;
    let playlist = a_playlist(&client, a_user(&client).await).await;
    let item = an_item(&client, playlist, a_track(&client).await).await;
    for (name, vote, day) in [("ada", 1, "2026-01-01"), ("ben", -1, "2026-01-03"), ("cleo", 1, "2026-01-02")] {
        let user = a_user(&client).with("username", name).await;
        a_vote(&client, item, user).with("vote_type", vote).with("voted_at", day).await;
    }
    let answer = ask(&app, playlist, "items { nodes { voteScore votes(first: 2) { totalCount nodes { value user { username } } pageInfo { hasNextPage } } } }").await;
    let nodes = json!([{"value": -1, "user": {"username": "ben"}}, {"value": 1, "user": {"username": "cleo"}}]);
    let expected =
        json!([{"voteScore": 1, "votes": {"totalCount": 3, "nodes": nodes, "pageInfo": {"hasNextPage": true}}}]);
    assert_eq!(answer["items"]["nodes"], expected);
}

#[tokio::test]
async fn closed_accounts_are_absent_and_what_they_made_remains() {
    let (app, client) = start().await;
    let closed = a_user(&client).with("username", "ghost").with("is_active", false).await;
    let playlist = a_playlist(&client, closed).with("last_modified_by", closed).await;
    let item = an_item(&client, playlist, a_track(&client).await).with("added_by", closed).await;
    a_vote(&client, item, closed).await;
    a_collaborator(&client, playlist, closed).with("invited_by", closed).await;
    an_activity(&client, playlist, "created", 1).with("user_id", closed).await;
    let id = gid("User", closed);
    let data = app.data(&format!("{{ node(id: \"{id}\") {{ id }} a: user(by: {{id: \"{id}\"}}) {{ id }} b: user(by: {{username: \"ghost\"}}) {{ id }}
        search(query: \"ghost\") {{ totalCount }} }}")).await;
    assert_eq!(data, json!({"node": null, "a": null, "b": null, "search": {"totalCount": 0}}));
    let fields = "owner { id } lastModifiedBy { id } items { nodes { addedBy { id } votes { nodes { user { id } } } } }
        collaborators { nodes { user { id } invitedBy { id } } } activities { nodes { actor { id } summary } }";
    let expected = json!({
        "owner": null, "lastModifiedBy": null,
        "items": {"nodes": [{"addedBy": null, "votes": {"nodes": [{"user": null}]}}]},
        "collaborators": {"nodes": [{"user": null, "invitedBy": null}]},
        "activities": {"nodes": [{"actor": null, "summary": "Somebody made the playlist"}]},
    });
    assert_eq!(ask(&app, playlist, fields).await, expected);
}

#[tokio::test]
async fn a_person_is_found_by_name_whatever_the_case() {
    let (app, client) = start().await;
    let user = a_user(&client).with("username", "Ada.L").with("default_language", "pt-BR").await;
    a_playlist(&client, user).with("name", "Shown").await;
    a_playlist(&client, user).with("visibility", "private").await;
    let data = app
        .data("{ user(by: {username: \"aDA.l\"}) { id username language playlists { totalCount nodes { name } } } }")
        .await;
    let expected = json!({"id": gid("User", user), "username": "Ada.L", "language": "pt-BR", "playlists": {"totalCount": 1, "nodes": [{"name": "Shown"}]}});
    assert_eq!(data["user"], expected);
}

#[tokio::test]
async fn the_settings_of_a_playlist_are_shown() {
    let (app, client) = start().await;
    let owner = a_user(&client).await;
    let playlist = a_playlist(&client, owner)
        .with("description", "Text")
        .with("tags", json!(["a"]))
        .with("cover_url", "https://example.org/a.jpg")
        .with("is_collaborative", true)
        .with("collaboration_mode", "approval_required")
        .with("max_tracks_per_user", 5)
        .with("voting_enabled", true)
        .with("duplicate_policy", "skip")
        .with("version", 7)
        .with("play_count", 1)
        .with("like_count", 2)
        .with("share_count", 3)
        .with("extra_metadata", json!({"a": 1}))
        .with("created_at", "2026-01-01 00:00:00+00")
        .with("last_played_at", Sql("timestamptz '2026-01-02 00:00:00+00'"))
        .await;
    let fields = "name description tags coverUrl isCollaborative collaborationMode maxTracksPerUser votingEnabled duplicatePolicy version visibility
        playCount likeCount shareCount followerCount metadata createdAt lastPlayedAt";
    let expected = json!({
        "name": "Playlist", "description": "Text", "tags": ["a"], "coverUrl": "https://example.org/a.jpg", "isCollaborative": true,
        "collaborationMode": "APPROVAL_REQUIRED", "maxTracksPerUser": 5, "votingEnabled": true, "duplicatePolicy": "SKIP", "version": 7, "visibility": "PUBLIC",
        "playCount": 1, "likeCount": 2, "shareCount": 3, "followerCount": 0, "metadata": {"a": 1},
        "createdAt": "2026-01-01T00:00:00+00:00", "lastPlayedAt": "2026-01-02T00:00:00+00:00",
    });
    assert_eq!(ask(&app, playlist, fields).await, expected);
}
