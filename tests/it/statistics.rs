//! What one person heard: figures and charts of their own.

use serde_json::{Value, json};

use crate::accounts::Person;
use crate::builders::{Sql, a_genre, a_listen, a_track, an_album, an_artist};
use crate::http::TestServer;

async fn figures(server: &TestServer, token: Option<&str>, of: &Person, range: &str) -> Value {
    let query = format!(
        "query($id: ID!) {{ user(by: {{id: $id}}) {{ statistics(range: {range}) {{ range listens listeningTimeMs uniqueTracks
            uniqueArtists byDay {{ key count }} byHour {{ count share }} byGenre {{ key count share }}
            byDecade {{ key count }} newVersusFamiliar longestStreakDays computedAt }} }} }}"
    );
    server.told(token, &query, json!({"id": of.id})).await["user"]["statistics"].clone()
}

#[tokio::test]
async fn a_persons_figures_tell_when_what_and_how_new() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.register("ada").await, server.register("bob").await);
    let client = server.database.client().await;
    a_genre(&client, "rock").await;
    let (one, two) = (an_artist(&client).await, an_artist(&client).await);
    let old = a_track(&client).by(one).of("rock").released("1994-01-01", "year").await;
    let new = a_track(&client).by(two).of("rock").released("2001-05-01", "month").await;
    let merged = a_track(&client).await;
    client.execute("update tracks set merged_into_id = $2 where id = $1", &[&merged, &old]).await.expect("merged");
    let listen = async |track: i64, at: Sql| {
        a_listen(&client, ada.key(), track).with("play_duration_ms", 1_000).with("created_at", at).await
    };
    listen(old, Sql("now() - interval '40 days'")).await;
    listen(merged, Sql("date_trunc('day', now(), 'UTC') - interval '36 hours'")).await;
    listen(new, Sql("date_trunc('day', now(), 'UTC') - interval '12 hours'")).await;
    listen(new, Sql("date_trunc('day', now(), 'UTC') - interval '11 hours'")).await;
    listen(new, Sql("date_trunc('day', now(), 'UTC') - interval '6 days 12 hours'")).await;
    a_listen(&client, ada.key(), new).with("counts_as_listen", false).with("play_duration_ms", 500).await;
    a_listen(&client, bob.key(), new).await;
    let told = figures(&server, Some(&ada.access), &ada, "MONTH").await;
    let plain = json!([
        told["range"],
        told["listens"],
        told["listeningTimeMs"],
        told["uniqueTracks"],
        told["uniqueArtists"],
        told["newVersusFamiliar"],
        told["longestStreakDays"]
    ]);
    assert_eq!(plain, json!(["MONTH", 4, 4_500, 2, 2, 0.75, 2]), "{told:#}");
    assert_eq!(told["byGenre"], json!([{"key": "rock", "count": 4, "share": 1.0}]));
    assert_eq!(told["byDecade"], json!([{"key": "1990s", "count": 1}, {"key": "2000s", "count": 3}]));
    assert_eq!(told["byHour"], json!([{"count": 3, "share": 0.75}, {"count": 1, "share": 0.25}]));
    assert_eq!(told["byDay"].as_array().map(Vec::len), Some(3));
    let all = figures(&server, Some(&ada.access), &ada, "ALL_TIME").await;
    assert_eq!((&all["listens"], &all["newVersusFamiliar"]), (&json!(5), &json!(1.0)));
    // For others, while the history is public.
    for token in [None, Some(bob.access.as_str())] {
        assert_eq!(figures(&server, token, &ada, "MONTH").await, Value::Null);
    }
    let reader = server.issue(&ada, json!({"name": "reader", "scopes": ["READ"]})).await;
    assert_eq!(figures(&server, reader["token"].as_str(), &ada, "MONTH").await, Value::Null);
    let public = "insert into user_music_profiles (user_id, is_history_public) values ($1, true)";
    client.execute(public, &[&ada.key()]).await.expect("it goes in");
    assert_eq!(figures(&server, None, &ada, "MONTH").await["listens"], 4);
    let nothing = figures(&server, Some(&bob.access), &bob, "THIS_YEAR").await;
    assert_eq!((&nothing["listens"], &nothing["longestStreakDays"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn a_persons_charts_are_their_own() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.register("ada").await, server.register("bob").await);
    let client = server.database.client().await;
    let artist = an_artist(&client).with("name", "Zed").await;
    let album = an_album(&client).with("title", "Record").await;
    let one = a_track(&client).with("title", "One").by(artist).with("album_id", album).await;
    let two = a_track(&client).with("title", "Two").by(artist).await;
    for (person, track, times) in [(&ada, one, 1), (&ada, two, 2), (&bob, one, 5)] {
        for _ in 0..times {
            a_listen(&client, person.key(), track).await;
        }
    }
    a_listen(&client, ada.key(), one).with("created_at", Sql("now() - interval '100 days'")).await;
    a_listen(&client, ada.key(), one).with("created_at", Sql("now() - interval '101 days'")).await;
    let charts = async |arguments: &str| {
        let query = format!(
            "{{ viewer {{ topTracks{arguments} {{ nodes {{ rank listens track {{ title }} }} pageInfo {{ hasNextPage }} }}
                topArtists{arguments} {{ nodes {{ listens artist {{ name }} }} }}
                topAlbums{arguments} {{ nodes {{ listens album {{ title }} }} }} }} }}"
        );
        server.told(Some(&ada.access), &query, json!({})).await["viewer"].clone()
    };
    let month = charts("").await;
    let places = json!([{"rank": 1, "listens": 2, "track": {"title": "Two"}}, {"rank": 2, "listens": 1, "track": {"title": "One"}}]);
    assert_eq!(month["topTracks"]["nodes"], places);
    assert_eq!(month["topArtists"]["nodes"], json!([{"listens": 3, "artist": {"name": "Zed"}}]));
    assert_eq!(month["topAlbums"]["nodes"], json!([{"listens": 1, "album": {"title": "Record"}}]));
    let year = charts("(range: YEAR, first: 1)").await;
    assert_eq!(year["topTracks"]["nodes"], json!([{"rank": 1, "listens": 3, "track": {"title": "One"}}]));
    assert_eq!(year["topTracks"]["pageInfo"]["hasNextPage"], true);
}
