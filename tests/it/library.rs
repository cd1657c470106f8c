//! What people keep: saved tracks and albums, followed artists and playlists.

use serde_json::{Value, json};

use crate::accounts::{ERRORS, Person, broken};
use crate::builders::{Sql, a_collaborator, a_playlist, a_track, a_track_source, an_album, an_artist, gid};
use crate::http::TestServer;

async fn change(server: &TestServer, person: &Person, mutation: &str, variables: Value) -> Value {
    let data = server.told(Some(&person.access), mutation, variables).await;
    data.as_object().and_then(|data| data.values().next()).cloned().unwrap_or_default()
}

fn texts(list: &Value, field: &str) -> Vec<String> {
    list.as_array().into_iter().flatten().map(|one| one[field].as_str().unwrap_or_default().to_owned()).collect()
}

/// Puts tracks into a library, the last one the newest.
async fn saved(client: &tokio_postgres::Client, person: &Person, tracks: &[i64]) {
    for (number, track) in tracks.iter().enumerate() {
        let age = f64::from(u32::try_from(100 - number).expect("it is small"));
        let statement = "insert into user_library (user_id, track_id, added_at)
            values ($1, $2, now() - make_interval(mins => $3::float8::int))";
        client.execute(statement, &[&person.key(), track, &age]).await.expect("it is inserted");
    }
}

#[tokio::test]
async fn a_saved_track_is_rated_tagged_and_noted_and_what_is_left_out_stays() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let client = server.database.client().await;
    let (track, other) = (a_track(&client).await, a_track(&client).await);
    saved(&client, &ada, &[track]).await;
    let mutation = format!(
        "mutation($id: ID!, $i: LibraryEntryInput!) {{ updateLibraryEntry(trackId: $id, input: $i) {{
            entries {{ track {{ id }} rating isFavorite tags notes playCount totalPlayTimeMs lastPlayedAt }} {ERRORS} }} }}"
    );
    let update = async |track: i64, input: Value| {
        change(&server, &ada, &mutation, json!({"id": gid("Track", track), "i": input})).await
    };
    let input = json!({"rating": 5, "isFavorite": true, "tags": ["calm", " calm ", "late"], "notes": "Hm."});
    let first = update(track, input).await;
    let entry = json!({"track": {"id": gid("Track", track)}, "rating": 5, "isFavorite": true, "tags": ["calm", "late"],
        "notes": "Hm.", "playCount": 0, "totalPlayTimeMs": 0, "lastPlayedAt": null});
    assert_eq!((broken(&first), &first["entries"][0]), (vec![], &entry));
    let second = update(track, json!({"tags": []})).await;
    assert_eq!((&second["entries"][0]["rating"], &second["entries"][0]["tags"]), (&json!(5), &json!([])));
    for gone in [json!({"rating": 0}), json!({"rating": null})] {
        update(track, json!({"rating": 4})).await;
        assert_eq!(update(track, gone).await["entries"][0]["rating"], Value::Null);
    }
    assert_eq!(update(track, json!({"notes": null})).await["entries"][0]["notes"], Value::Null);
    for (track, input, faults) in [
        (track, json!({"rating": 6}), vec!["input.rating OUT_OF_RANGE rating.range"]),
        (
            track,
            json!({"rating": -1, "tags": [""]}),
            vec!["input.rating OUT_OF_RANGE rating.range", "input.tags INVALID tag.form"],
        ),
        (
            track,
            json!({"tags": (0..51).map(|n| n.to_string()).collect::<Vec<_>>()}),
            vec!["input.tags TOO_LONG tag.count"],
        ),
        (track, json!({"notes": "a".repeat(10_001)}), vec!["input.notes TOO_LONG notes.length"]),
        (track, json!({"notes": "a\u{0}"}), vec!["input.notes INVALID notes.form"]),
        (other, json!({"rating": 1}), vec!["trackId NOT_FOUND NotFoundError"]),
        (999_999, json!({"rating": 1}), vec!["trackId NOT_FOUND NotFoundError"]),
    ] {
        assert_eq!(broken(&update(track, input.clone()).await), faults, "{input:.80}");
    }
}

#[tokio::test]
async fn tracks_are_saved_by_any_of_their_names() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let client = server.database.client().await;
    let (one, two) = (a_track(&client).await, a_track(&client).with("isrc", "USAAA0000001").await);
    let three = a_track(&client).await;
    a_track_source(&client, three, "deezer").with("source_id", "d3").await;
    let mutation = format!(
        "mutation($t: [TrackRef!]!, $e: LibraryEntryInput) {{ saveTracks(tracks: $t, entry: $e) {{
            entries {{ track {{ id }} rating tags }} {ERRORS} }} }}"
    );
    let names = json!([
        {"id": gid("Track", one)}, {"isrc": "USAAA0000001"}, {"id": gid("Track", 999_999)}, {"id": gid("Track", one)},
        {"source": {"type": "DEEZER", "id": "d3"}}, {"url": "https://example.org/nothing"}, {"id": "x"},
    ]);
    let told = change(&server, &ada, &mutation, json!({"t": names, "e": {"rating": 2, "tags": ["new"]}})).await;
    let entry = |track: i64| json!({"track": {"id": gid("Track", track)}, "rating": 2, "tags": ["new"]});
    assert_eq!(told["entries"], json!([entry(one), entry(two), entry(three)]));
    let faults = ["tracks.2 NOT_FOUND NotFoundError", "tracks.5 NOT_FOUND track.exists", "tracks.6.id INVALID id.form"];
    assert_eq!(broken(&told), faults);
    let again = change(&server, &ada, &mutation, json!({"t": [{"id": gid("Track", one)}]})).await;
    assert_eq!(again["entries"], json!([entry(one)]), "what is not said stays");
    let wrong = change(&server, &ada, &mutation, json!({"t": names, "e": {"rating": 9}})).await;
    assert_eq!(
        (broken(&wrong), &wrong["entries"]),
        (vec!["entry.rating OUT_OF_RANGE rating.range".to_owned()], &json!([]))
    );
}

#[tokio::test]
async fn what_is_unsaved_is_gone_and_unknown_ids_are_named() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.register("ada").await, server.register("bob").await);
    let client = server.database.client().await;
    let (one, two) = (a_track(&client).await, a_track(&client).await);
    saved(&client, &ada, &[one]).await;
    saved(&client, &bob, &[one]).await;
    let mutation = format!("mutation($ids: [ID!]!) {{ unsaveTracks(trackIds: $ids) {{ removedTrackIds {ERRORS} }} }}");
    let ids = json!({"ids": [gid("Track", two), gid("Track", 999_999), gid("Track", one)]});
    let told = change(&server, &ada, &mutation, ids).await;
    assert_eq!(told["removedTrackIds"], json!([gid("Track", one)]));
    assert_eq!(broken(&told), ["trackIds.1 NOT_FOUND NotFoundError"]);
    let left: i64 =
        client.query_one("select sum(user_id)::bigint from user_library", &[]).await.expect("one is left").get(0);
    assert_eq!(left, bob.key());
    let ids = json!({"ids": [gid("Album", one)]});
    assert_eq!(broken(&change(&server, &ada, &mutation, ids).await), ["trackIds INVALID form"]);
}

#[tokio::test]
async fn a_library_is_narrowed_and_ordered_and_paged() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let client = server.database.client().await;
    let artist = an_artist(&client).with("name", "Zed").await;
    let mut tracks = Vec::new();
    for title in ["B", "C", "A"] {
        tracks.push(a_track(&client).with("title", title).with("duration_ms", 1_000).by(artist).await);
    }
    saved(&client, &ada, &tracks).await;
    let set =
        "update user_library set rating = 4, is_favorite = true, tags = '[\"x\"]', play_count = 3 where track_id = $1";
    client.execute(set, &[&tracks[1]]).await.expect("it is there");
    let list = async |arguments: &str| {
        let query = format!(
            "{{ viewer {{ library{arguments} {{ totalCount pageInfo {{ endCursor hasNextPage }} nodes {{ track {{ title }} }} }} }} }}"
        );
        server.told(Some(&ada.access), &query, json!({})).await["viewer"]["library"].clone()
    };
    let titles = |list: &Value| -> String {
        let nodes = list["nodes"].as_array().into_iter().flatten();
        nodes.map(|node| node["track"]["title"].as_str().unwrap_or_default()).collect()
    };
    for (arguments, expected) in [
        ("", "ACB"),
        ("(orderBy: [{field: ADDED_AT}])", "BCA"),
        ("(orderBy: [{field: TITLE}])", "ABC"),
        ("(orderBy: [{field: ARTIST}, {field: TITLE, direction: DESC}])", "CBA"),
        ("(orderBy: [{field: RATING, direction: DESC}, {field: TITLE}])", "CAB"),
        ("(orderBy: [{field: PLAY_COUNT, direction: DESC}, {field: TITLE}])", "CAB"),
        ("(filter: {isFavorite: true})", "C"),
        ("(filter: {isFavorite: false, playCount: {lt: 1}})", "AB"),
        ("(filter: {rating: {isNull: true}})", "AB"),
        ("(filter: {tags: {containsAny: [\"x\"]}})", "C"),
        ("(filter: {track: {title: {eq: \"a\"}}})", "A"),
        ("(filter: {track: {}})", "ACB"),
        ("(filter: {lastPlayedAt: {inTheLast: \"7d\"}})", ""),
    ] {
        assert_eq!(titles(&list(arguments).await), expected, "{arguments}");
    }
    let first = list("(first: 2, orderBy: [{field: RATING, direction: DESC}])").await;
    assert_eq!((&first["totalCount"], &first["pageInfo"]["hasNextPage"]), (&json!(3), &json!(true)));
    let after = first["pageInfo"]["endCursor"].as_str().expect("it has one").to_owned();
    let rest = list(&format!("(first: 2, after: \"{after}\", orderBy: [{{field: RATING, direction: DESC}}])")).await;
    assert_eq!(titles(&first).len() + titles(&rest).len(), 3);
    let wrong = server
        .ask(Some(&ada.access), &format!("{{ viewer {{ library(after: \"{after}\") {{ totalCount }} }} }}"), json!({}))
        .await
        .json();
    assert_eq!(wrong["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}

#[tokio::test]
async fn a_merged_thing_is_kept_under_its_survivor() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let client = server.database.client().await;
    let (old, new) = (a_track(&client).await, a_track(&client).await);
    let (old_album, new_album) = (an_album(&client).await, an_album(&client).await);
    let (old_artist, new_artist) = (an_artist(&client).await, an_artist(&client).await);
    saved(&client, &ada, &[old]).await;
    let albums = format!(
        "mutation($ids: [ID!]!) {{ saveAlbums(albumIds: $ids) {{ entries {{ id album {{ id }} }} {ERRORS} }} }}"
    );
    let artists = format!(
        "mutation($ids: [ID!]!) {{ followArtists(artistIds: $ids) {{ follows {{ id artist {{ id }} }} {ERRORS} }} }}"
    );
    change(&server, &ada, &albums, json!({"ids": [gid("Album", old_album)]})).await;
    change(&server, &ada, &artists, json!({"ids": [gid("Artist", old_artist)]})).await;
    for (table, old, new) in
        [("tracks", old, new), ("albums", old_album, new_album), ("artists", old_artist, new_artist)]
    {
        client
            .execute(&format!("update {table} set merged_into_id = $2 where id = $1"), &[&old, &new])
            .await
            .expect("merged");
    }
    let query = "query($t: ID!, $b: ID!, $a: ID!) {
        track(by: {id: $t}) { id viewerLibraryEntry { track { id } } }
        album(by: {id: $b}) { viewerCollectionEntry { album { id } } }
        artist(by: {id: $a}) { viewerFollow { artist { id } } } }";
    let (t, b, a) = (gid("Track", new), gid("Album", new_album), gid("Artist", new_artist));
    let told = server.told(Some(&ada.access), query, json!({"t": t, "b": b, "a": a})).await;
    assert_eq!(told["track"]["viewerLibraryEntry"]["track"]["id"], json!(t));
    assert_eq!(told["album"]["viewerCollectionEntry"]["album"]["id"], json!(b));
    assert_eq!(told["artist"]["viewerFollow"]["artist"]["id"], json!(a));
    // Saved again under either name it is one row still, and it goes under either name.
    let again = change(&server, &ada, &albums, json!({"ids": [b, gid("Album", old_album)]})).await;
    assert_eq!(again["entries"].as_array().map(Vec::len), Some(1), "{again}");
    change(&server, &ada, &artists, json!({"ids": [a]})).await;
    let removed = change(
        &server,
        &ada,
        "mutation($ids: [ID!]!) { unsaveTracks(trackIds: $ids) { removedTrackIds } }",
        json!({"ids": [t]}),
    )
    .await;
    assert_eq!(removed["removedTrackIds"], json!([t]));
    let rows = "select (select count(*) from user_library), (select count(*) from user_album_collections),
        (select count(*) from user_artist_follows)";
    let row = client.query_one(rows, &[]).await.expect("they can be counted");
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1), row.get::<_, i64>(2)), (0, 1, 1));
}

#[tokio::test]
async fn albums_are_saved_with_tags_and_listed_in_their_order() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let client = server.database.client().await;
    let (b, a) = (an_album(&client).with("title", "B").await, an_album(&client).with("title", "A").await);
    let mutation = format!(
        "mutation($ids: [ID!]!, $tags: [String!]) {{ saveAlbums(albumIds: $ids, tags: $tags) {{
            entries {{ tags playCount album {{ title }} }} {ERRORS} }} }}"
    );
    let ids = json!([gid("Album", b), gid("Album", 999_999), gid("Album", a)]);
    let told = change(&server, &ada, &mutation, json!({"ids": ids, "tags": ["x"]})).await;
    assert_eq!(broken(&told), ["albumIds.1 NOT_FOUND NotFoundError"]);
    let entry = |title: &str| json!({"tags": ["x"], "playCount": 0, "album": {"title": title}});
    assert_eq!(told["entries"], json!([entry("B"), entry("A")]));
    let same = change(&server, &ada, &mutation, json!({"ids": [gid("Album", b)]})).await;
    assert_eq!(same["entries"][0]["tags"], json!(["x"]));
    let query = "{ viewer { albums(orderBy: [{field: TITLE}]) { totalCount nodes { album { title } } } } }";
    let list = server.told(Some(&ada.access), query, json!({})).await["viewer"]["albums"].clone();
    assert_eq!(list, json!({"totalCount": 2, "nodes": [{"album": {"title": "A"}}, {"album": {"title": "B"}}]}));
    let gone = "mutation($ids: [ID!]!) { unsaveAlbums(albumIds: $ids) { removedAlbumIds } }";
    let gone = change(&server, &ada, gone, json!({"ids": [gid("Album", a)]})).await;
    assert_eq!(gone["removedAlbumIds"], json!([gid("Album", a)]));
}

#[tokio::test]
async fn follows_are_shown_to_others_as_the_history_is() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.register("ada").await, server.register("bob").await);
    let client = server.database.client().await;
    let artist = an_artist(&client).with("name", "Zed").await;
    let (open, link) = (
        a_playlist(&client, bob.key()).with("name", "Open").await,
        a_playlist(&client, bob.key()).with("name", "Link").with("visibility", "unlisted").await,
    );
    let uuid: String =
        client.query_one("select uuid::text from playlists where id = $1", &[&link]).await.expect("it is there").get(0);
    let follow = format!(
        "mutation($id: ID!) {{ followPlaylist(playlistId: $id, notifications: false) {{ follow {{ notificationsEnabled }} playlist {{ followerCount }} {ERRORS} }} }}"
    );
    let told = change(&server, &ada, &follow, json!({"id": gid("Playlist", open)})).await;
    assert_eq!(
        told,
        json!({"follow": {"notificationsEnabled": false}, "playlist": {"followerCount": 1}, "userErrors": []})
    );
    let hidden = change(&server, &ada, &follow, json!({"id": gid("Playlist", link)})).await;
    assert_eq!(broken(&hidden), ["playlistId NOT_FOUND NotFoundError"]);
    assert_eq!(broken(&change(&server, &ada, &follow, json!({"id": uuid})).await), Vec::<String>::new());
    let artists = "mutation($ids: [ID!]!) { followArtists(artistIds: $ids, followSource: SEARCH) { follows { followSource artist { followerCount } } } }";
    let told = change(&server, &ada, artists, json!({"ids": [gid("Artist", artist)]})).await;
    assert_eq!(told["follows"][0], json!({"followSource": "SEARCH", "artist": {"followerCount": 1}}));

    let query = "query($id: ID!, $list: ID!) {
        user(by: {id: $id}) {
            followedArtists { totalCount nodes { artist { name } followSource notificationsEnabled } }
            followedPlaylists { totalCount nodes { playlist { name } } }
        }
        playlist(by: {id: $list}) { followerCount followers { totalCount nodes { user { username } } } viewerFollow { followedAt } } }";
    let look = async |token: Option<&str>| {
        server.told(token, query, json!({"id": ada.id, "list": gid("Playlist", open)})).await
    };
    let own = look(Some(&ada.access)).await;
    assert_eq!(own["user"]["followedArtists"]["totalCount"], 1);
    assert_eq!(own["user"]["followedArtists"]["nodes"][0]["notificationsEnabled"], true);
    assert_eq!(own["user"]["followedPlaylists"]["totalCount"], 2);
    assert!(own["playlist"]["viewerFollow"]["followedAt"].is_string());
    for token in [None, Some(bob.access.as_str())] {
        let others = look(token).await;
        assert_eq!(others["user"]["followedArtists"], json!({"totalCount": 0, "nodes": []}));
        assert_eq!(others["user"]["followedPlaylists"]["totalCount"], 0);
        let count = json!({"followerCount": 1, "followers": {"totalCount": 0, "nodes": []}, "viewerFollow": null});
        assert_eq!(others["playlist"], count);
    }
    let public = "mutation { updateMusicProfile(input: {isHistoryPublic: true}) { profile { id } } }";
    change(&server, &ada, public, json!({})).await;
    let others = look(Some(&bob.access)).await;
    let shown = json!([{"artist": {"name": "Zed"}, "followSource": null, "notificationsEnabled": null}]);
    assert_eq!(others["user"]["followedArtists"]["nodes"], shown);
    assert_eq!(others["user"]["followedPlaylists"]["nodes"], json!([{"playlist": {"name": "Open"}}]));
    assert_eq!(others["playlist"]["followers"]["nodes"], json!([{"user": {"username": "ada"}}]));
}

#[tokio::test]
async fn a_followed_playlist_lies_in_ones_own_folder_and_goes_when_it_is_hidden() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.register("ada").await, server.register("bob").await);
    let client = server.database.client().await;
    let list = a_playlist(&client, bob.key()).await;
    let mine = a_playlist(&client, ada.key()).with("folder_type", true).with("visibility", "private").await;
    let his = a_playlist(&client, bob.key()).with("folder_type", true).with("visibility", "private").await;
    let follow = format!(
        "mutation($id: ID!, $f: ID) {{ followPlaylist(playlistId: $id, folderId: $f) {{ follow {{ id }} {ERRORS} }} }}"
    );
    for (folder, faults) in [
        (gid("PlaylistFolder", his), vec!["folderId NOT_FOUND folder.exists"]),
        (gid("PlaylistFolder", 999_999), vec!["folderId NOT_FOUND folder.exists"]),
        (gid("Playlist", mine), vec!["folderId INVALID form"]),
        (gid("PlaylistFolder", mine), vec![]),
    ] {
        let told = change(&server, &ada, &follow, json!({"id": gid("Playlist", list), "f": folder})).await;
        assert_eq!(broken(&told), faults, "{folder}");
    }
    let placed: Option<i64> =
        client.query_one("select folder_id from playlist_follows", &[]).await.expect("one").get(0);
    assert_eq!(placed, Some(mine));
    let count = async || {
        let query = "{ viewer { user { followedPlaylists { totalCount } } } }";
        server.told(Some(&ada.access), query, json!({})).await["viewer"]["user"]["followedPlaylists"]["totalCount"]
            .clone()
    };
    assert_eq!(count().await, 1);
    client.execute("update playlists set visibility = 'private' where id = $1", &[&list]).await.expect("it is there");
    assert_eq!(count().await, 0);
    a_collaborator(&client, list, ada.key()).await;
    assert_eq!(count().await, 1);
    client.execute("update playlists set deleted_at = now() where id = $1", &[&list]).await.expect("it is there");
    assert_eq!(count().await, 0);
    let unfollow = format!(
        "mutation($id: ID!) {{ unfollowPlaylist(playlistId: $id) {{ follow {{ id }} playlist {{ id }} {ERRORS} }} }}"
    );
    for faults in [vec![], vec!["playlistId NOT_FOUND NotFoundError"]] {
        assert_eq!(broken(&change(&server, &ada, &unfollow, json!({"id": gid("Playlist", list)})).await), faults);
    }
    let gone = a_playlist(&client, bob.key()).with("deleted_at", Sql("now()")).await;
    let told = change(&server, &ada, &follow, json!({"id": gid("Playlist", gone)})).await;
    assert_eq!(broken(&told), ["playlistId NOT_FOUND NotFoundError"]);
}

#[tokio::test]
async fn unfollowing_takes_the_counts_back() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let client = server.database.client().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(gid("Artist", an_artist(&client).await));
    }
    let follow = "mutation($ids: [ID!]!, $n: Boolean!) { followArtists(artistIds: $ids, notifications: $n) { follows { notificationsEnabled } } }";
    change(&server, &ada, follow, json!({"ids": ids, "n": true})).await;
    let again = change(&server, &ada, follow, json!({"ids": ids, "n": false})).await;
    assert_eq!(
        again["follows"],
        json!([{"notificationsEnabled": false}, {"notificationsEnabled": false}, {"notificationsEnabled": false}])
    );
    let unfollow = "mutation($ids: [ID!]!) { unfollowArtists(artistIds: $ids) { unfollowedIds userErrors { code } } }";
    let told = change(&server, &ada, unfollow, json!({"ids": ids[..2]})).await;
    assert_eq!(told, json!({"unfollowedIds": ids[..2], "userErrors": []}));
    let query = "{ viewer { user { followedArtists { nodes { id } } } } artists { nodes { followerCount } } }";
    let left = server.told(Some(&ada.access), query, json!({})).await;
    assert_eq!(texts(&left["viewer"]["user"]["followedArtists"]["nodes"], "id").len(), 1);
    let counts: Vec<_> = left["artists"]["nodes"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|artist| artist["followerCount"].clone())
        .collect();
    assert_eq!(counts, [0, 0, 1]);
    let many: Vec<_> = (1..=251).map(|key| gid("Artist", key)).collect();
    let told = change(&server, &ada, unfollow, json!({"ids": many})).await;
    assert_eq!(told["userErrors"][0]["code"], "INVALID");
}
