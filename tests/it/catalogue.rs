//! The catalogue: every way to name a thing, what it shows, how lists are narrowed and ordered.

use serde_json::{Value, json};
use tokio_postgres::Client;

use crate::builders::{
    Sql, a_genre, a_listen, a_track, a_track_source, a_user, an_album, an_album_source, an_artist, an_artist_source,
    gid,
};
use crate::harness::TestApp;

async fn start() -> (TestApp, Client) {
    let app = TestApp::start().await;
    let client = app.database.client().await;
    (app, client)
}

const MBID: &str = "a74b1b7f-71a5-4011-9441-d0b5e4122711";

#[tokio::test]
async fn a_track_is_found_by_every_name() {
    let (app, client) = start().await;
    let track = a_track(&client).await;
    a_track_source(&client, track, "spotify").with("source_id", "4cOdK2wGLETKBW3PvgPWqT").await;
    a_track_source(&client, track, "youtube").with("source_id", "dQw4w9WgXcQ").await;
    let id = gid("Track", track);
    for by in [
        format!("id: \"{id}\""),
        "source: {type: SPOTIFY, id: \"4cOdK2wGLETKBW3PvgPWqT\"}".to_owned(),
        "url: \"https://open.spotify.com/track/4cOdK2wGLETKBW3PvgPWqT?si=abc\"".to_owned(),
        "url: \"spotify:track:4cOdK2wGLETKBW3PvgPWqT\"".to_owned(),
        "url: \"https://youtu.be/dQw4w9WgXcQ?t=10\"".to_owned(),
        "url: \"https://music.youtube.com/watch?v=dQw4w9WgXcQ&list=x\"".to_owned(),
    ] {
        assert_eq!(
            app.data(&format!("{{ track(by: {{{by}}}) {{ id }} }}")).await,
            json!({"track": {"id": id}}),
            "{by}"
        );
    }
}

#[tokio::test]
async fn an_artist_is_found_by_every_name() {
    let (app, client) = start().await;
    let artist = an_artist(&client).with("musicbrainz_id", MBID).await;
    an_artist_source(&client, artist, "discogs").with("source_id", "45").await;
    let id = gid("Artist", artist);
    let mbid = MBID.to_uppercase();
    for by in [
        format!("id: \"{id}\""),
        format!("musicbrainzId: \"{mbid}\""),
        "source: {type: DISCOGS, id: \"45\"}".to_owned(),
    ] {
        assert_eq!(
            app.data(&format!("{{ artist(by: {{{by}}}) {{ id }} }}")).await,
            json!({"artist": {"id": id}}),
            "{by}"
        );
    }
}

#[tokio::test]
async fn an_album_is_found_by_every_name() {
    let (app, client) = start().await;
    let album = an_album(&client).with("musicbrainz_id", MBID).with("barcode", "724385522925").await;
    an_album_source(&client, album, "discogs").with("source_id", "45").await;
    let id = gid("Album", album);
    for by in [
        format!("id: \"{id}\""),
        format!("musicbrainzId: \"{MBID}\""),
        "barcode: \"7-24385-52292-5\"".to_owned(),
        "source: {type: DISCOGS, id: \"45\"}".to_owned(),
    ] {
        assert_eq!(
            app.data(&format!("{{ album(by: {{{by}}}) {{ id }} }}")).await,
            json!({"album": {"id": id}}),
            "{by}"
        );
    }
}

#[tokio::test]
async fn a_genre_is_found_by_every_name() {
    let (app, client) = start().await;
    let genre = a_genre(&client, "bossa-nova").with("name", "Bossa Nova").await;
    let id = gid("Genre", genre);
    for by in [format!("id: \"{id}\""), "slug: \"bossa-nova\"".to_owned(), "name: \"bossa NOVA\"".to_owned()] {
        assert_eq!(
            app.data(&format!("{{ genre(by: {{{by}}}) {{ id }} }}")).await,
            json!({"genre": {"id": id}}),
            "{by}"
        );
    }
}

#[tokio::test]
async fn an_isrc_finds_every_track_that_carries_it() {
    let (app, client) = start().await;
    let one = a_track(&client).with("isrc", "USRC17607839").await;
    let other = a_track(&client).with("isrc", "USRC17607839").await;
    a_track(&client).with("isrc", "USRC17607839").with("merged_into_id", one).await;
    a_track(&client).with("isrc", "USRC17607840").await;
    let data = app.data("{ tracksByIsrc(isrc: \"us-rc1-76-07839\") { id isrc } }").await;
    let track = |key| json!({"id": gid("Track", key), "isrc": "USRC17607839"});
    assert_eq!(data["tracksByIsrc"], json!([track(one), track(other)]));
}

#[tokio::test]
async fn what_is_not_there_is_null_and_no_error() {
    let (app, _) = start().await;
    let query = format!(
        "{{ a: node(id: \"{}\") {{ id }} b: track(by: {{id: \"{}\"}}) {{ id }} c: artist(by: {{musicbrainzId: \"{MBID}\"}}) {{ id }}
        d: album(by: {{barcode: \"724385522925\"}}) {{ id }} e: genre(by: {{slug: \"none\"}}) {{ id }} f: track(by: {{source: {{type: OTHER, id: \"x\"}}}}) {{ id }}
        g: track(by: {{url: \"https://youtu.be/dQw4w9WgXcQ\"}}) {{ id }} h: nodes(ids: [\"{}\"]) {{ id }} i: genre(by: {{name: \"\"}}) {{ id }}
        j: tracksByIsrc(isrc: \"USRC17607839\") {{ id }} k: node(id: \"{}\") {{ id }} }}",
        gid("Album", i64::MAX), gid("Track", 1), gid("Artist", 1), gid("Nothing", 1),
    );
    let expected = json!({"a": null, "b": null, "c": null, "d": null, "e": null, "f": null, "g": null, "h": [null], "i": null, "j": [], "k": null});
    assert_eq!(app.data(&query).await, expected);
}

#[tokio::test]
async fn names_of_the_wrong_kind_are_bad_input() {
    let (app, _) = start().await;
    for (query, argument) in [
        (format!("track(by: {{id: \"{}\"}}) {{ id }}", gid("Album", 1)), json!(["id"])),
        ("track(by: {id: \"7\"}) { id }".to_owned(), json!(["id"])),
        ("track(by: {url: \"mailto:a@example.org\"}) { id }".to_owned(), json!(["url"])),
        ("track(by: {source: {type: OTHER, id: \"a\\u0000\"}}) { id }".to_owned(), json!(["id"])),
        ("genre(by: {slug: \"\\u0000\"}) { id }".to_owned(), json!(["slug"])),
        ("node(id: \"\") { id }".to_owned(), json!(["id"])),
        ("nodes(ids: [\"VHJhY2s6MQ\", \"x\"]) { id }".to_owned(), json!(["ids"])),
        (format!("nodes(ids: [{}]) {{ id }}", "\"VHJhY2s6MQ\",".repeat(101)), json!(["ids"])),
        ("topTracks(genreId: \"x\") { totalCount }".to_owned(), json!(["genreId"])),
        ("tracks(filter: {camelot: [\"13A\"]}) { totalCount }".to_owned(), json!(["filter", "camelot"])),
        ("tracks(filter: {and: [{artistId: [\"x\"]}]}) { totalCount }".to_owned(), json!(["filter", "artistId"])),
        (
            "tracks(filter: {createdAt: {inTheLast: \"soon\"}}) { totalCount }".to_owned(),
            json!(["filter", "createdAt", "inTheLast"]),
        ),
    ] {
        let answer = app.query(&format!("{{ {query} }}")).await;
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"], json!({"code": "BAD_USER_INPUT", "argument": argument}), "{query}: {error}");
    }
}

#[tokio::test]
async fn a_merged_track_answers_with_its_survivor() {
    let (app, client) = start().await;
    let survivor = a_track(&client).await;
    let merged = a_track(&client).with("merged_into_id", survivor).await;
    a_track_source(&client, merged, "spotify").with("source_id", "a").await;
    let (id, old) = (gid("Track", survivor), gid("Track", merged));
    let query = format!(
        "{{ a: node(id: \"{old}\") {{ id }} b: nodes(ids: [\"{old}\"]) {{ id }} c: track(by: {{id: \"{old}\"}}) {{ id mergedIds }}
        d: track(by: {{source: {{type: SPOTIFY, id: \"a\"}}}}) {{ id }} e: tracks {{ nodes {{ id }} }} }}"
    );
    let track = json!({"id": id});
    assert_eq!(
        app.data(&query).await,
        json!({"a": track, "b": [track], "c": {"id": id, "mergedIds": [old]}, "d": track, "e": {"nodes": [track]}})
    );
}

#[tokio::test]
async fn a_merged_artist_and_album_answer_with_their_survivors_in_one_hop() {
    let (app, client) = start().await;
    let (artist, album) = (an_artist(&client).await, an_album(&client).await);
    let old_artist = an_artist(&client).with("merged_into_id", artist).with("musicbrainz_id", MBID).await;
    let old_album = an_album(&client).with("merged_into_id", album).with("barcode", "724385522925").await;
    let track = a_track(&client)
        .by(old_artist)
        .with("album_id", old_album)
        .with("artist_credit", json!([{"artist_id": old_artist, "name": "X"}]))
        .await;
    // A second merge moves the first one's signpost along.
    let last_artist = an_artist(&client).await;
    client
        .execute("update artists set merged_into_id = $1 where id = $2", &[&last_artist, &artist])
        .await
        .expect("it is merged");
    let (artist, album) = (json!({"id": gid("Artist", last_artist)}), json!({"id": gid("Album", album)}));
    let query = format!(
        "{{ a: node(id: \"{}\") {{ id }} b: artist(by: {{musicbrainzId: \"{MBID}\"}}) {{ id }} c: node(id: \"{}\") {{ id }}
        d: album(by: {{barcode: \"724385522925\"}}) {{ id }}
        e: track(by: {{id: \"{}\"}}) {{ artist {{ id }} album {{ id }} credits {{ artist {{ id }} }} }} artists {{ nodes {{ id }} }} albums {{ totalCount }} }}",
        gid("Artist", old_artist), gid("Album", old_album), gid("Track", track),
    );
    let linked = json!({"artist": artist, "album": album, "credits": [{"artist": artist}]});
    let expected = json!({"a": artist, "b": artist, "c": album, "d": album, "e": linked, "artists": {"nodes": [artist]}, "albums": {"totalCount": 1}});
    assert_eq!(app.data(&query).await, expected);
}

#[tokio::test]
async fn a_date_is_shown_with_what_is_known_of_it() {
    let (app, client) = start().await;
    an_album(&client)
        .released("1977-01-01", "year")
        .with("original_release_date", "1976-05-01")
        .with("original_release_precision", "month")
        .await;
    an_album(&client).released("1997-05-21", "day").await;
    let data = app
        .data("{ albums { nodes { releaseDate { date precision } originalReleaseDate { date precision } } } }")
        .await;
    let date = |day: &str, precision: &str| json!({"date": day, "precision": precision});
    let expected = json!([
        {"releaseDate": date("1977-01-01", "YEAR"), "originalReleaseDate": date("1976-05-01", "MONTH")},
        {"releaseDate": date("1997-05-21", "DAY"), "originalReleaseDate": null},
    ]);
    assert_eq!(data["albums"]["nodes"], expected);
}

#[tokio::test]
async fn credits_stand_in_the_printed_order() {
    let (app, client) = start().await;
    let queen = an_artist(&client).with("name", "Queen").await;
    let credit = json!([{"artist_id": queen, "name": "Queen", "join_phrase": " & "}, {"name": "David Bowie", "role": "featured"}]);
    a_track(&client).by(queen).with("artist_credit", credit).await;
    let data = app.data("{ tracks { nodes { credits { creditedAs joinPhrase role artist { name } } } } }").await;
    let expected = json!([
        {"creditedAs": "Queen", "joinPhrase": " & ", "role": null, "artist": {"name": "Queen"}},
        {"creditedAs": "David Bowie", "joinPhrase": "", "role": "featured", "artist": null},
    ]);
    assert_eq!(data["tracks"]["nodes"][0]["credits"], expected);
}

#[tokio::test]
async fn audio_features_carry_the_camelot_code_of_their_key() {
    let (app, client) = start().await;
    let features = json!({"bpm": 120.5, "key": 9, "mode": 0, "key_confidence": 0.9, "time_signature": 4, "loudness": -7.5, "energy": 0.1, "danceability": 0.2,
        "valence": 0.3, "acousticness": 0.4, "instrumentalness": 0.5, "liveness": 0.6, "speechiness": 0.7});
    a_track(&client).with("audio_features", features).await;
    a_track(&client).with("audio_features", json!({"key": 0, "mode": 1})).await;
    a_track(&client).with("audio_features", json!({"key": 0})).await;
    a_track(&client).await;
    let fields = "bpm key mode camelot keyConfidence timeSignature loudness energy danceability valence acousticness instrumentalness liveness speechiness";
    let data = app.data(&format!("{{ tracks {{ nodes {{ audioFeatures {{ {fields} }} }} }} }}")).await;
    let nodes = &data["tracks"]["nodes"];
    let expected = json!({"bpm": 120.5, "key": 9, "mode": 0, "camelot": "8A", "keyConfidence": 0.9, "timeSignature": 4, "loudness": -7.5, "energy": 0.1,
        "danceability": 0.2, "valence": 0.3, "acousticness": 0.4, "instrumentalness": 0.5, "liveness": 0.6, "speechiness": 0.7});
    assert_eq!(nodes[0]["audioFeatures"], expected);
    let camelot = |place: usize| nodes[place]["audioFeatures"]["camelot"].clone();
    assert_eq!((camelot(1), camelot(2), &nodes[3]["audioFeatures"]), (json!("8B"), Value::Null, &Value::Null));
}

#[tokio::test]
async fn what_is_wide_comes_when_it_is_asked_for() {
    let (app, client) = start().await;
    a_track(&client)
        .with("lyrics", "La la.")
        .with("extra_metadata", json!({"composer": "X"}))
        .with("audio_fingerprint", "{1}")
        .with("fingerprint_algorithm", "chromaprint")
        .with("fingerprint_duration_ms", 1_000)
        .await;
    an_artist(&client)
        .with("bio", "A text.")
        .with("aliases", json!([{"name": "Y", "locale": "en", "is_primary_for_locale": true}, {"name": "Z"}]))
        .with("members", json!([{"name": "M", "role": "drums", "from_year": 1970, "to_year": 1980}]))
        .with("social_links", json!({"official": "https://example.org/"}))
        .await;
    an_album(&client)
        .with("styles", json!(["s"]))
        .with("moods", json!(["m"]))
        .with("themes", json!(["t"]))
        .with("credits", json!({"producer": ["P", "Q"]}))
        .await;
    let data = app.data("{ tracks { nodes { lyrics metadata fingerprint { algorithm value durationMs } } }
        artists { nodes { bio aliases { name locale isPrimaryForLocale } members { name role fromYear toYear artist { id } } socialLinks { kind url } } }
        albums { nodes { styles moods themes credits { role names } } } }").await;
    let track = json!({"lyrics": "La la.", "metadata": {"composer": "X"}, "fingerprint": {"algorithm": "chromaprint", "value": "AQAAAQE", "durationMs": 1_000}});
    let artist = json!({"bio": "A text.",
        "aliases": [{"name": "Y", "locale": "en", "isPrimaryForLocale": true}, {"name": "Z", "locale": null, "isPrimaryForLocale": false}],
        "members": [{"name": "M", "role": "drums", "fromYear": 1970, "toYear": 1980, "artist": null}],
        "socialLinks": [{"kind": "official", "url": "https://example.org/"}]});
    let album = json!({"styles": ["s"], "moods": ["m"], "themes": ["t"], "credits": [{"role": "producer", "names": ["P", "Q"]}]});
    assert_eq!(
        data,
        json!({"tracks": {"nodes": [track]}, "artists": {"nodes": [artist]}, "albums": {"nodes": [album]}})
    );
}

#[tokio::test]
async fn an_album_knows_its_tracks_in_order_and_their_length() {
    let (app, client) = start().await;
    let album = an_album(&client).await;
    for (title, disc, number) in [
        ("c", Some(2), Some(1)),
        ("d", Some(2), None),
        ("b", Some(1), Some(10)),
        ("a", Some(1), Some(2)),
        ("e", None, None),
    ] {
        a_track(&client)
            .with("title", title)
            .with("album_id", album)
            .with("disc_number", disc)
            .with("track_number", number)
            .with("duration_ms", 100)
            .await;
    }
    let gone = a_track(&client).with("album_id", album).with("duration_ms", 100).await;
    client.execute("update tracks set merged_into_id = 1 where id = $1", &[&gone]).await.expect("it is merged");
    let data = app.data("{ albums { nodes { durationMs tracks { totalCount nodes { title } } } } }").await;
    let titles = ["a", "b", "c", "d", "e"].map(|title| json!({"title": title}));
    assert_eq!(data["albums"]["nodes"], json!([{"durationMs": 500, "tracks": {"totalCount": 5, "nodes": titles}}]));
}

#[tokio::test]
async fn editions_share_artist_and_title_but_for_a_bracket_at_the_end() {
    let (app, client) = start().await;
    let artist = an_artist(&client).await;
    let album = an_album(&client).with("title", "Blue").by(artist).released("1971-01-01", "year").await;
    an_album(&client).with("title", "BLUE [Deluxe]").by(artist).released("2001-01-01", "year").await;
    an_album(&client).with("title", "Blue (Remastered 1999)").by(artist).released("1999-01-01", "year").await;
    an_album(&client).with("title", "Blue").by(artist).await;
    an_album(&client).with("title", "Blue Too").by(artist).await;
    an_album(&client).with("title", "Blue").by(an_artist(&client).await).await;
    an_album(&client).with("title", "Blue (old)").by(artist).with("merged_into_id", album).await;
    let data = app
        .data(&format!("{{ album(by: {{id: \"{}\"}}) {{ otherEditions {{ title }} }} }}", gid("Album", album)))
        .await;
    assert_eq!(
        data["album"]["otherEditions"],
        json!([{"title": "Blue (Remastered 1999)"}, {"title": "BLUE [Deluxe]"}, {"title": "Blue"}])
    );
}

/// A track with five links: closed in Germany, dead, plain, good, the primary one.
async fn linked(client: &Client) -> String {
    let track = a_track(client).await;
    a_track_source(client, track, "spotify")
        .with("source_id", "closed")
        .with("available_in", "{US,CA}")
        .with("audio_quality", "lossless")
        .await;
    a_track_source(client, track, "tidal")
        .with("source_id", "dead")
        .with("sync_status", "removed")
        .with("audio_quality", "lossless")
        .await;
    a_track_source(client, track, "deezer").with("source_id", "plain").with("audio_quality", "low").await;
    a_track_source(client, track, "deezer").with("source_id", "good").with("audio_quality", "high").await;
    a_track_source(client, track, "youtube")
        .with("source_id", "primary")
        .with("is_primary", true)
        .with("source_uri", "https://youtu.be/primary")
        .await;
    gid("Track", track)
}

#[tokio::test]
async fn sources_can_be_narrowed_by_service_and_country() {
    let (app, client) = start().await;
    let track = linked(&client).await;
    for (args, found) in [
        ("", &["primary", "plain", "good", "closed", "dead"][..]),
        ("(type: [DEEZER, SPOTIFY])", &["plain", "good", "closed"]),
        ("(availableIn: \"DE\")", &["primary", "plain", "good", "dead"]),
        ("(availableIn: \"us\", type: SPOTIFY)", &["closed"]),
        ("(type: [])", &[]),
    ] {
        let data = app.data(&format!("{{ track(by: {{id: \"{track}\"}}) {{ sources{args} {{ sourceId }} }} }}")).await;
        let ids = data["track"]["sources"]
            .as_array()
            .expect("links")
            .iter()
            .map(|link| link["sourceId"].as_str().unwrap_or_default());
        assert_eq!(ids.collect::<Vec<_>>(), found, "{args}");
    }
}

#[tokio::test]
async fn the_best_source_is_open_then_preferred_then_primary_then_good() {
    let (app, client) = start().await;
    let track = linked(&client).await;
    for (args, best) in [
        ("", json!({"sourceId": "primary"})),
        ("(prefer: [DEEZER])", json!({"sourceId": "good"})),
        ("(prefer: [TIDAL, SPOTIFY], region: \"US\")", json!({"sourceId": "closed"})),
        ("(prefer: [TIDAL, SPOTIFY, DEEZER], region: \"DE\")", json!({"sourceId": "good"})),
        ("(prefer: [BANDCAMP])", json!({"sourceId": "primary"})),
    ] {
        let data =
            app.data(&format!("{{ track(by: {{id: \"{track}\"}}) {{ bestSource{args} {{ sourceId }} }} }}")).await;
        assert_eq!(data["track"]["bestSource"], best, "{args}");
    }
}

#[tokio::test]
async fn a_track_is_playable_where_a_working_link_is_open() {
    let (app, client) = start().await;
    let alive = a_track(&client).await;
    a_track_source(&client, alive, "spotify").with("available_in", "{US}").await;
    let dead = a_track(&client).await;
    a_track_source(&client, dead, "spotify").with("sync_status", "failed").await;
    a_track_source(&client, dead, "youtube").with("is_available", false).await;
    a_track(&client).await;
    let data = app.data("{ tracks { nodes { isPlayable us: isPlayable(region: \"US\") de: isPlayable(region: \"DE\") bestSource(region: \"DE\") { id } } } }").await;
    let track = |any: bool, us: bool| json!({"isPlayable": any, "us": us, "de": false, "bestSource": null});
    assert_eq!(data["tracks"]["nodes"], json!([track(true, true), track(false, false), track(false, false)]));
}

#[tokio::test]
async fn links_show_themselves_and_lead_back() {
    let (app, client) = start().await;
    let artist = an_artist(&client).await;
    let album = an_album(&client).by(artist).await;
    let track = a_track(&client).by(artist).await;
    let ids = [
        gid(
            "TrackSource",
            a_track_source(&client, track, "youtube")
                .with("source_uri", "https://youtu.be/x")
                .with("source_id", "x")
                .with("available_in", "{DE}")
                .with("audio_quality", "medium")
                .with("source_extra_metadata", json!({"a": 1}))
                .await,
        ),
        gid("ArtistSource", an_artist_source(&client, artist, "discogs").with("source_id", "y").await),
        gid(
            "AlbumSource",
            an_album_source(&client, album, "discogs").with("source_id", "z").with("is_primary", true).await,
        ),
    ];
    let query = format!(
        "{{ nodes(ids: {}) {{ __typename ... on SourceLink {{ sourceType sourceId uri isPrimary isAvailable syncStatus metadata }}
        ... on TrackSource {{ track {{ title }} audioQuality availableIn }} ... on ArtistSource {{ artist {{ name }} }} ... on AlbumSource {{ album {{ title }} availableIn }} }} }}",
        json!(ids)
    );
    let expected = json!([
        {"__typename": "TrackSource", "sourceType": "YOUTUBE", "sourceId": "x", "uri": "https://youtu.be/x", "isPrimary": false, "isAvailable": true, "syncStatus": "ACTIVE",
            "metadata": {"a": 1}, "track": {"title": "Track"}, "audioQuality": "MEDIUM", "availableIn": ["DE"]},
        {"__typename": "ArtistSource", "sourceType": "DISCOGS", "sourceId": "y", "uri": null, "isPrimary": false, "isAvailable": true, "syncStatus": "ACTIVE",
            "metadata": {}, "artist": {"name": "Artist"}},
        {"__typename": "AlbumSource", "sourceType": "DISCOGS", "sourceId": "z", "uri": null, "isPrimary": true, "isAvailable": true, "syncStatus": "ACTIVE",
            "metadata": {}, "album": {"title": "Album"}, "availableIn": null},
    ]);
    assert_eq!(app.data(&query).await["nodes"], expected);
}

/// rock → punk → oi, and jazz; a track in each of rock, punk and oi.
async fn tree(client: &Client) -> [i64; 4] {
    let rock = a_genre(client, "rock").await;
    let punk = a_genre(client, "punk").with("parent_id", rock).await;
    let oi = a_genre(client, "oi").with("parent_id", punk).await;
    let jazz = a_genre(client, "jazz").with("description", "Blue notes.").await;
    for slug in ["rock", "punk", "oi"] {
        a_track(client).with("title", slug).of(slug).await;
        an_artist(client).with("name", slug).of(slug).await;
        an_album(client).with("title", slug).of(slug).await;
    }
    [rock, punk, oi, jazz]
}

#[tokio::test]
async fn genres_are_a_tree() {
    let (app, client) = start().await;
    let [_, punk, oi, _] = tree(&client).await;
    let data = app.data(&format!(
        "{{ a: genre(by: {{id: \"{}\"}}) {{ parent {{ name }} children {{ name }} ancestors {{ name }} }}
        b: genre(by: {{id: \"{}\"}}) {{ ancestors {{ name }} children {{ name }} }} genre(by: {{slug: \"jazz\"}}) {{ parent {{ name }} description }}
        genres(rootsOnly: true) {{ totalCount nodes {{ name }} }} below: genres(parentId: \"{}\") {{ nodes {{ name }} }} }}",
        gid("Genre", punk), gid("Genre", oi), gid("Genre", punk),
    )).await;
    let named = |names: &[&str]| names.iter().map(|name| json!({"name": name})).collect::<Vec<_>>();
    let expected = json!({
        "a": {"parent": {"name": "rock"}, "children": named(&["oi"]), "ancestors": named(&["rock"])},
        "b": {"ancestors": named(&["punk", "rock"]), "children": []},
        "genre": {"parent": null, "description": "Blue notes."},
        "genres": {"totalCount": 2, "nodes": named(&["jazz", "rock"])},
        "below": {"nodes": named(&["oi"])},
    });
    assert_eq!(data, expected);
}

#[tokio::test]
async fn a_genre_holds_what_is_in_the_genres_below() {
    let (app, client) = start().await;
    tree(&client).await;
    let data = app.data("{ genre(by: {slug: \"punk\"}) { tracks { totalCount } own: tracks(includeSubgenres: false) { nodes { title } } artists { totalCount } albums { totalCount } } }").await;
    assert_eq!(
        data["genre"],
        json!({"tracks": {"totalCount": 2}, "own": {"nodes": [{"title": "punk"}]}, "artists": {"totalCount": 2}, "albums": {"totalCount": 2}})
    );
}

#[tokio::test]
async fn genres_of_a_thing_stand_in_its_own_order() {
    let (app, client) = start().await;
    tree(&client).await;
    a_track(&client).with("title", "Both").with("genres", json!(["oi", "jazz", "rock"])).await;
    let data = app.data("{ tracks(filter: {title: {eq: \"both\"}}) { nodes { genres { slug } } } }").await;
    assert_eq!(data["tracks"]["nodes"][0]["genres"], json!([{"slug": "oi"}, {"slug": "jazz"}, {"slug": "rock"}]));
}

/// The names in a list, put together; every name is one letter.
async fn letters(app: &TestApp, list: &str, name: &str, args: &str) -> String {
    let data = app.data(&format!("{{ {list}({args}) {{ nodes {{ name: {name} }} }} }}")).await;
    let nodes = data[list]["nodes"].as_array().expect("a list");
    nodes.iter().map(|node| node["name"].as_str().expect("a name")).collect()
}

/// Four tracks, a to d, that differ in everything; d has nothing but its name.
async fn four_tracks(client: &Client) -> [i64; 2] {
    let genre = a_genre(client, "rock").await;
    a_genre(client, "punk").with("parent_id", genre).await;
    let (zappa, abba) = (an_artist(client).with("name", "Zappa").await, an_artist(client).with("name", "ABBA").await);
    let album = an_album(client).with("title", "Waka").by(zappa).released("1972-07-05", "day").await;
    let arrival = an_album(client).with("title", "arrival").by(abba).released("1976-10-11", "day").await;
    let a = a_track(client).with("title", "a").by(zappa).with("album_id", album).of("rock").with("duration_ms", 1_000).with("explicit", true).with("popularity", 0.9)
        .with("isrc", "USRC17607839").with("audio_features", json!({"bpm": 60, "energy": 0.1, "danceability": 0.1, "valence": 0.1, "acousticness": 0.1, "instrumentalness": 0.1, "key": 9, "mode": 0}))
        .with("created_at", "2020-01-01").await;
    let b = a_track(client).with("title", "b").by(abba).with("album_id", arrival).of("punk").with("duration_ms", 3_000).with("popularity", 0.5)
        .with("audio_features", json!({"bpm": 180, "energy": 0.9, "danceability": 0.9, "valence": 0.9, "acousticness": 0.9, "instrumentalness": 0.9, "key": 0, "mode": 1}))
        .with("audio_fingerprint", "{1}").with("fingerprint_algorithm", "chromaprint").with("fingerprint_duration_ms", 1_000).with("created_at", "2021-01-01").await;
    a_track(client)
        .with("title", "c")
        .with("duration_ms", 2_000)
        .with("popularity", 0.1)
        .with("release_date", "1972-01-01")
        .with("release_precision", "year")
        .with("created_at", "2019-01-01")
        .await;
    a_track(client).with("title", "d").with("created_at", Sql("now()")).await;
    a_track_source(client, a, "spotify").with("available_in", "{US}").await;
    a_track_source(client, b, "youtube").with("sync_status", "failed").await;
    let (ada, ben) = (a_user(client).await, a_user(client).await);
    a_listen(client, ada, a).await;
    a_listen(client, ben, a).await;
    for _ in 0..3 {
        a_listen(client, ada, b).await;
    }
    client.batch_execute("select ops.refresh_statistics(); update tracks set popularity = case title when 'a' then 0.9 when 'b' then 0.5 when 'c' then 0.1 else 0 end").await.expect("figures");
    [a, b]
}

#[tokio::test]
async fn tracks_can_be_narrowed_by_every_key() {
    let (app, client) = start().await;
    let [a, b] = four_tracks(&client).await;
    let (one, other) = (gid("Track", a), gid("Track", b));
    for (filter, found) in [
        (format!("id: [\"{one}\", \"{other}\"]"), "ab"),
        ("title: {eq: \"A\"}".to_owned(), "a"),
        ("title: {neq: \"a\"}".to_owned(), "bcd"),
        ("title: {in: [\"b\", \"C\", \"x\"]}".to_owned(), "bc"),
        ("title: {startsWith: \"D\"}".to_owned(), "d"),
        ("title: {contains: \"%\"}".to_owned(), ""),
        (format!("artistId: [\"{}\"]", gid("Artist", 1)), "a"),
        (format!("albumId: [\"{}\"]", gid("Album", 2)), "b"),
        (format!("genreId: [\"{}\"]", gid("Genre", 1)), "ab"),
        (format!("genreId: [\"{}\"], includeSubgenres: false", gid("Genre", 1)), "a"),
        ("durationMs: {gte: 2000}".to_owned(), "bc"),
        ("durationMs: {gt: 2000}".to_owned(), "b"),
        ("durationMs: {lte: 2000}".to_owned(), "ac"),
        ("durationMs: {lt: 2000}".to_owned(), "a"),
        ("durationMs: {in: [1000, 3000]}".to_owned(), "ab"),
        ("durationMs: {eq: 2000}".to_owned(), "c"),
        ("durationMs: {isNull: true}".to_owned(), "d"),
        ("explicit: true".to_owned(), "a"),
        ("popularity: {gt: 0.1, lte: 0.9}".to_owned(), "ab"),
        ("year: {eq: 1972}".to_owned(), "ac"),
        ("year: {gt: 1972}".to_owned(), "b"),
        ("year: {lte: 1972}".to_owned(), "ac"),
        ("year: {in: [1976, 1980]}".to_owned(), "b"),
        ("year: {neq: 1972}".to_owned(), "bd"),
        ("year: {eq: 2147483647}".to_owned(), ""),
        ("isrc: {eq: \"USRC17607839\"}".to_owned(), "a"),
        ("isrc: {isNull: false}".to_owned(), "a"),
        ("source: [SPOTIFY, TIDAL]".to_owned(), "a"),
        ("availableIn: \"US\"".to_owned(), "a"),
        ("availableIn: \"DE\"".to_owned(), ""),
        ("bpm: {gte: 60, lt: 180}".to_owned(), "a"),
        ("camelot: [\"8A\", \"8b\"]".to_owned(), "ab"),
        ("energy: {gt: 0.5}".to_owned(), "b"),
        ("danceability: {gt: 0.5}".to_owned(), "b"),
        ("valence: {lt: 0.5}".to_owned(), "a"),
        ("acousticness: {isNull: true}".to_owned(), "cd"),
        ("instrumentalness: {gte: 0.9}".to_owned(), "b"),
        ("hasFingerprint: true".to_owned(), "b"),
        ("hasFingerprint: false".to_owned(), "acd"),
        ("createdAt: {lt: \"2020-06-01T00:00:00Z\"}".to_owned(), "ac"),
        ("createdAt: {inTheLast: \"1h\"}".to_owned(), "d"),
        ("and: [{durationMs: {gt: 1000}}, {durationMs: {lt: 3000}}]".to_owned(), "c"),
        ("or: [{title: {eq: \"a\"}}, {title: {eq: \"d\"}}]".to_owned(), "ad"),
        ("or: {title: {eq: \"a\"}}".to_owned(), "a"),
        ("or: [{explicit: true}, {and: [{year: {eq: 1976}}, {not: {explicit: true}}]}]".to_owned(), "ab"),
        ("or: [], and: []".to_owned(), "abcd"),
        ("and: [{}], not: {}, title: {}".to_owned(), "abcd"),
        ("title: {in: []}".to_owned(), ""),
    ] {
        assert_eq!(letters(&app, "tracks", "title", &format!("filter: {{{filter}}}")).await, found, "{filter}");
    }
}

#[tokio::test]
async fn what_is_not_known_is_found_by_neq_and_not() {
    let (app, client) = start().await;
    four_tracks(&client).await;
    for (filter, found) in [
        ("durationMs: {neq: 1000}", "bcd"),
        ("not: {durationMs: {eq: 1000}}", "bcd"),
        ("not: {durationMs: {gt: 1000}}", "ad"),
        ("not: {durationMs: {neq: 1000}}", "a"),
        ("isrc: {neq: \"USRC17607839\"}", "bcd"),
        ("not: {bpm: {gt: 100}}", "acd"),
        ("not: {camelot: [\"8A\"]}", "bcd"),
        ("not: {not: {bpm: {gt: 100}}}", "b"),
        ("not: {or: [{bpm: {gt: 100}}, {bpm: {lt: 100}}]}", "cd"),
        ("not: {year: {gte: 1900}}", "d"),
        ("not: {genreId: [\"R2VucmU6MQ\"]}", "cd"),
        ("not: {artistId: [\"QXJ0aXN0OjE\"]}", "bcd"),
    ] {
        assert_eq!(letters(&app, "tracks", "title", &format!("filter: {{{filter}}}")).await, found, "{filter}");
    }
}

#[tokio::test]
async fn tracks_can_be_ordered_by_every_field() {
    let (app, client) = start().await;
    four_tracks(&client).await;
    for (order, found) in [
        ("TITLE", "abcd"),
        ("TITLE, direction: DESC", "dcba"),
        ("ARTIST", "bacd"),
        ("ALBUM", "bacd"),
        ("DURATION", "acbd"),
        ("DURATION, nulls: FIRST", "dacb"),
        ("DURATION, direction: DESC", "bcad"),
        ("POPULARITY", "dcba"),
        ("RELEASE_DATE", "cabd"),
        ("CREATED_AT", "cabd"),
        ("BPM", "abcd"),
        ("ENERGY, direction: DESC", "badc"),
        ("PLAYS, direction: DESC", "badc"),
        ("LISTENERS, direction: DESC", "abdc"),
    ] {
        assert_eq!(letters(&app, "tracks", "title", &format!("orderBy: [{{field: {order}}}]")).await, found, "{order}");
    }
    assert_eq!(
        letters(&app, "tracks", "title", "orderBy: [{field: ENERGY, nulls: FIRST}, {field: TITLE, direction: DESC}]")
            .await,
        "dcab"
    );
}

/// Three albums, a to c, that differ in everything; c has nothing but its title.
async fn three_albums(client: &Client) {
    a_genre(client, "rock").await;
    let artist = an_artist(client).await;
    an_album(client)
        .with("title", "a")
        .by(artist)
        .of("rock")
        .with("album_type", "live")
        .released("1970-01-01", "year")
        .with("original_release_date", "1969-01-01")
        .with("original_release_precision", "year")
        .with("styles", json!(["s", "x"]))
        .with("moods", json!(["m"]))
        .with("themes", json!(["t"]))
        .with("label", "Böse")
        .with("is_remaster", true)
        .with("barcode", "724385522925")
        .with("popularity", 0.1)
        .with("rating", 4.5)
        .with("rating_count", 2)
        .with("created_at", "2021-01-01")
        .await;
    an_album(client)
        .with("title", "b")
        .released("1980-06-15", "day")
        .with("original_release_date", "1960-01-01")
        .with("original_release_precision", "year")
        .with("styles", json!(["s"]))
        .with("popularity", 0.2)
        .with("rating", 3)
        .with("created_at", "2020-01-01")
        .await;
    an_album(client).with("title", "c").with("created_at", "2022-01-01").await;
}

#[tokio::test]
async fn albums_can_be_narrowed_by_every_key() {
    let (app, client) = start().await;
    three_albums(&client).await;
    for (filter, found) in [
        ("title: {in: [\"A\", \"c\"]}", "ac"),
        ("artistId: [\"QXJ0aXN0OjE\"]", "a"),
        ("albumType: [LIVE, EP]", "a"),
        ("releaseDate: {gte: \"1970-01-02\"}", "b"),
        ("releaseDate: {eq: \"1980-06-15\"}", "b"),
        ("releaseDate: {isNull: true}", "c"),
        ("releaseDate: {gt: \"1970-01-01\", lt: \"1980-06-16\"}", "b"),
        ("genreId: [\"R2VucmU6MQ\"]", "a"),
        ("styles: {containsAny: [\"s\", \"q\"]}", "ab"),
        ("styles: {containsAll: [\"s\", \"x\"]}", "a"),
        ("styles: {isEmpty: true}", "c"),
        ("moods: {containsAny: [\"m\"]}", "a"),
        ("themes: {isEmpty: false}", "a"),
        ("label: {startsWith: \"bos\"}", "a"),
        ("label: {isNull: true}", "bc"),
        ("label: {neq: \"bose\"}", "bc"),
        ("isRemaster: true", "a"),
        ("isRemaster: false", "bc"),
        ("barcode: {eq: \"724385522925\"}", "a"),
        (
            "and: [{isRemaster: false}], or: [{title: {eq: \"a\"}}, {title: {eq: \"b\"}}], not: {title: {eq: \"c\"}}",
            "b",
        ),
        ("not: {releaseDate: {lt: \"1975-01-01\"}}", "bc"),
    ] {
        assert_eq!(letters(&app, "albums", "title", &format!("filter: {{{filter}}}")).await, found, "{filter}");
    }
}

#[tokio::test]
async fn albums_can_be_ordered_by_every_field() {
    let (app, client) = start().await;
    three_albums(&client).await;
    for (order, found) in [
        ("TITLE, direction: DESC", "cba"),
        ("RELEASE_DATE", "abc"),
        ("RELEASE_DATE, direction: DESC, nulls: FIRST", "cba"),
        ("ORIGINAL_RELEASE_DATE", "bac"),
        ("POPULARITY", "cab"),
        ("RATING", "bac"),
        ("RATING, direction: DESC", "abc"),
        ("CREATED_AT", "bac"),
    ] {
        assert_eq!(letters(&app, "albums", "title", &format!("orderBy: [{{field: {order}}}]")).await, found, "{order}");
    }
}

/// Three artists, a to c, that differ in everything; c has nothing but its name.
async fn three_artists(client: &Client) {
    a_genre(client, "rock").await;
    let a = an_artist(client)
        .with("name", "a")
        .with("sort_name", "z")
        .of("rock")
        .with("country", "GB")
        .with("formed_year", 1970)
        .with("is_verified", true)
        .with("verification_source", "spotify")
        .with("popularity", 0.9)
        .with("created_at", "2021-01-01")
        .await;
    let b = an_artist(client)
        .with("name", "b")
        .with("sort_name", "y")
        .with("country", "US")
        .with("formed_year", 1980)
        .with("popularity", 0.1)
        .with("created_at", "2020-01-01")
        .await;
    an_artist(client).with("name", "c").with("created_at", "2022-01-01").await;
    an_artist_source(client, a, "spotify").await;
    for artist in [a, b, b] {
        let follower = a_user(client).await;
        client
            .execute("insert into user_artist_follows (user_id, artist_id) values ($1, $2)", &[&follower, &artist])
            .await
            .expect("it goes in");
    }
}

#[tokio::test]
async fn artists_can_be_narrowed_by_every_key() {
    let (app, client) = start().await;
    three_artists(&client).await;
    for (filter, found) in [
        ("name: {neq: \"A\"}", "bc"),
        ("country: [\"GB\", \"us\"]", "ab"),
        ("genreId: [\"R2VucmU6MQ\"]", "a"),
        ("formedYear: {lt: 1975}", "a"),
        ("formedYear: {neq: 1970}", "bc"),
        ("formedYear: {isNull: true}", "c"),
        ("isVerified: false", "bc"),
        ("popularity: {gte: 0.1}", "ab"),
        ("source: [SPOTIFY]", "a"),
        ("not: {country: [\"GB\"]}", "bc"),
        ("or: [{country: [\"GB\"]}, {formedYear: {isNull: true}}], and: [{name: {neq: \"c\"}}]", "a"),
    ] {
        assert_eq!(letters(&app, "artists", "name", &format!("filter: {{{filter}}}")).await, found, "{filter}");
    }
}

#[tokio::test]
async fn artists_can_be_ordered_by_every_field() {
    let (app, client) = start().await;
    three_artists(&client).await;
    for (order, found) in [
        ("NAME, direction: DESC", "cba"),
        ("SORT_NAME", "bac"),
        ("SORT_NAME, nulls: FIRST", "cba"),
        ("POPULARITY", "cba"),
        ("FOLLOWERS, direction: DESC", "bac"),
        ("CREATED_AT", "bac"),
    ] {
        assert_eq!(letters(&app, "artists", "name", &format!("orderBy: [{{field: {order}}}]")).await, found, "{order}");
    }
}

#[tokio::test]
async fn the_lists_of_an_artist_take_filters_and_orders_and_have_their_own() {
    let (app, client) = start().await;
    let artist = an_artist(&client).await;
    for (title, popularity, year) in [("a", 0.1, "1980"), ("b", 0.9, "1970"), ("c", 0.5, "1990")] {
        a_track(&client).with("title", title).by(artist).with("popularity", popularity).await;
        an_album(&client).with("title", title).by(artist).released(&format!("{year}-01-01"), "year").await;
    }
    a_track(&client).with("title", "x").await;
    let data = app.data("{ artists { nodes { tracks { nodes { title } } albums { nodes { title } } few: tracks(filter: {title: {neq: \"b\"}}, orderBy: [{field: TITLE}], last: 1) { totalCount nodes { title } }
        old: albums(filter: {releaseDate: {lt: \"1985-01-01\"}}, orderBy: [{field: TITLE, direction: DESC}]) { nodes { title } } } } }").await;
    let titled =
        |titles: &[&str]| json!({"nodes": titles.iter().map(|title| json!({"title": title})).collect::<Vec<_>>()});
    let expected = json!([{"tracks": titled(&["b", "c", "a"]), "albums": titled(&["c", "a", "b"]), "few": {"totalCount": 2, "nodes": [{"title": "c"}]}, "old": titled(&["b", "a"])}]);
    assert_eq!(data["artists"]["nodes"], expected);
}

#[tokio::test]
async fn statistics_count_what_was_heard_in_a_span() {
    let (app, client) = start().await;
    let track = a_track(&client).with("duration_ms", 100_000).await;
    let merged = a_track(&client).with("merged_into_id", track).await;
    let (ada, ben) = (a_user(&client).await, a_user(&client).await);
    a_listen(&client, ada, track).with("play_duration_ms", 100_000).with("completion_percentage", 100).await;
    a_listen(&client, ada, merged)
        .with("play_duration_ms", 50_000)
        .with("completion_percentage", 50)
        .with("created_at", Sql("now() - interval '20 days'"))
        .await;
    a_listen(&client, ben, track).with("created_at", Sql("now() - interval '400 days'")).await;
    a_listen(&client, ben, track).with("interaction_type", "skip").with("counts_as_listen", false).await;
    a_listen(&client, ben, track).with("interaction_type", "like").with("counts_as_listen", false).await;
    client.batch_execute("select ops.refresh_statistics()").await.expect("it is refreshed");
    let fields = "plays listeners likes skips averageCompletion averagePlayMs";
    let data = app.data(&format!("{{ tracks {{ nodes {{ all: statistics {{ range {fields} }} month: statistics(range: MONTH) {{ range {fields} }} week: statistics(range: WEEK) {{ range {fields} lastPlayedAt computedAt }} }} }} }}")).await;
    let mut node = data["tracks"]["nodes"][0].clone();
    let figures = |range: &str, plays: i64, listeners: i64, completion: f64, play_ms: i64| json!({"range": range, "plays": plays, "listeners": listeners, "likes": 1, "skips": 1, "averageCompletion": completion, "averagePlayMs": play_ms});
    assert_eq!(node["all"], figures("ALL_TIME", 3, 2, 0.75, 75_000));
    assert_eq!(node["month"], figures("MONTH", 2, 1, 0.75, 75_000));
    let week = node["week"].as_object_mut().expect("figures");
    assert!(week.remove("lastPlayedAt").is_some_and(|instant| instant.is_string()));
    assert!(week.remove("computedAt").is_some_and(|instant| instant.is_string()));
    assert_eq!(node["week"], figures("WEEK", 1, 1, 1.0, 100_000));
}

#[tokio::test]
async fn a_track_that_nobody_heard_has_zeros() {
    let (app, client) = start().await;
    a_track(&client).await;
    let data = app.data("{ tracks { nodes { statistics { plays listeners likes skips averageCompletion averagePlayMs lastPlayedAt } } } }").await;
    let zeros = json!({"plays": 0, "listeners": 0, "likes": 0, "skips": 0, "averageCompletion": null, "averagePlayMs": null, "lastPlayedAt": null});
    assert_eq!(data["tracks"]["nodes"][0]["statistics"], zeros);
}

#[tokio::test]
async fn charts_rank_by_listens_in_a_span_and_genre() {
    let (app, client) = start().await;
    a_genre(&client, "rock").await;
    a_genre(&client, "punk").with("parent_id", 1).await;
    let user = a_user(&client).await;
    for (name, slug, now, before) in [("a", "rock", 1, 3), ("b", "punk", 2, 0), ("c", "", 3, 0), ("d", "rock", 0, 0)] {
        let genres = if slug.is_empty() { json!([]) } else { json!([slug]) };
        let artist = an_artist(&client).with("name", name).with("genres", genres.clone()).await;
        let album = an_album(&client).with("title", name).by(artist).with("genres", genres.clone()).await;
        let track =
            a_track(&client).with("title", name).by(artist).with("album_id", album).with("genres", genres).await;
        for (count, when) in [(now, "now()"), (before, "now() - interval '60 days'")] {
            for _ in 0..count {
                a_listen(&client, user, track)
                    .with("created_at", if when == "now()" { Sql("now()") } else { Sql("now() - interval '60 days'") })
                    .await;
            }
        }
    }
    client.batch_execute("select ops.refresh_statistics()").await.expect("it is refreshed");
    let rock = gid("Genre", 1);
    for (args, found) in [
        (String::new(), "c3b2a1"),
        ("(range: ALL_TIME)".to_owned(), "a4c3b2"),
        ("(range: QUARTER, first: 1)".to_owned(), "a4"),
        (format!("(genreId: \"{rock}\")"), "b2a1"),
        (format!("(genreId: \"{rock}\", range: YEAR)"), "a4b2"),
    ] {
        for (chart, thing, name) in
            [("topTracks", "track", "title"), ("topArtists", "artist", "name"), ("topAlbums", "album", "title")]
        {
            let data = app
                .data(&format!("{{ {chart}{args} {{ nodes {{ rank listens {thing} {{ name: {name} }} }} }} }}"))
                .await;
            let places = data[chart]["nodes"].as_array().expect("a chart");
            let told: String = places
                .iter()
                .map(|place| format!("{}{}", place[thing]["name"].as_str().expect("a name"), place["listens"]))
                .collect();
            assert_eq!(told, found, "{chart}{args}");
            assert!(places.iter().zip(1..).all(|(place, rank)| place["rank"] == json!(rank)), "{places:?}");
        }
    }
    let data = app.data("{ artists(filter: {name: {eq: \"a\"}}) { nodes { topTracks(range: ALL_TIME) { nodes { listens track { title } } } } } }").await;
    assert_eq!(data["artists"]["nodes"][0]["topTracks"]["nodes"], json!([{"listens": 4, "track": {"title": "a"}}]));
}

#[tokio::test]
async fn pictures_come_in_the_nearest_size_there_is() {
    let (app, client) = start().await;
    let url = |name: &str| format!("https://example.org/{name}");
    an_artist(&client).with("image_url", url("image")).with("thumbnail_url", url("thumb")).await;
    an_album(&client).with("cover_url", url("cover")).with("cover_url_large", url("large")).await;
    let sizes = |field: &str| {
        ["SMALL", "MEDIUM", "LARGE", "BANNER"]
            .map(|size| format!("{}: {field}(size: {size})", size.to_lowercase()))
            .join(" ")
    };
    let data = app
        .data(&format!(
            "{{ artists {{ nodes {{ {} }} }} albums {{ nodes {{ {} }} }} }}",
            sizes("imageUrl"),
            sizes("coverUrl")
        ))
        .await;
    assert_eq!(
        data["artists"]["nodes"][0],
        json!({"small": url("thumb"), "medium": url("image"), "large": url("image"), "banner": null})
    );
    assert_eq!(
        data["albums"]["nodes"][0],
        json!({"small": url("cover"), "medium": url("cover"), "large": url("large"), "banner": url("large")})
    );
}

#[tokio::test]
async fn scalars_refuse_what_they_do_not_stand_for() {
    let (app, _) = start().await;
    for query in [
        "tracksByIsrc(isrc: \"USRC1\") { id }",
        "album(by: {barcode: \"724385522926\"}) { id }",
        "artist(by: {musicbrainzId: \"1\"}) { id }",
        "artists(filter: {country: [\"England\"]}) { totalCount }",
        "albums(filter: {releaseDate: {eq: \"1997\"}}) { totalCount }",
        "albums(filter: {releaseDate: {eq: \"1997-02-30\"}}) { totalCount }",
        "track(by: {url: \"no address\"}) { id }",
        "tracks(filter: {createdAt: {gt: \"yesterday\"}}) { totalCount }",
        "playlist(by: {uuid: \"1\"}) { id }",
        "track(by: {}) { id }",
        "track(by: {id: \"VHJhY2s6MQ\", url: \"https://youtu.be/dQw4w9WgXcQ\"}) { id }",
    ] {
        let answer = app.query(&format!("{{ {query} }}")).await;
        let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
        assert!(["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&code), "{query}: {answer}");
    }
}
