//! What people change of themselves: account, profile, and how an account ends.

use serde_json::{Value, json};

use crate::accounts::{ERRORS, PASSWORD, Person, broken};
use crate::builders::{a_collaborator, a_genre, a_listen, a_playlist, a_track, an_item, gid};
use crate::http::TestServer;

async fn update(server: &TestServer, person: &Person, input: Value) -> Value {
    let query = format!(
        "mutation($i: UpdateUserInput!) {{ updateUser(input: $i) {{ user {{ username email language }} {ERRORS} }} }}"
    );
    server.told(Some(&person.access), &query, json!({"i": input})).await["updateUser"].clone()
}

#[tokio::test]
async fn people_change_their_name_address_and_language() {
    let server = TestServer::start().await;
    let (ada, _) = (server.register("ada").await, server.register("bob").await);
    for (input, faults) in [
        (json!({"username": "b0b"}), vec!["input.username ALREADY_EXISTS username.lookalike"]),
        (json!({"username": "BOB"}), vec!["input.username ALREADY_EXISTS username.taken"]),
        (json!({"email": "bob@example.org"}), vec!["input.email ALREADY_EXISTS email.taken"]),
        (
            json!({"email": "x", "language": "?"}),
            vec!["input.email INVALID email.form", "input.language INVALID language.form"],
        ),
    ] {
        assert_eq!(broken(&update(&server, &ada, input.clone()).await), faults, "{input}");
    }
    let now = update(&server, &ada, json!({"username": "ADA", "email": "ada@example.com", "language": "pt-BR"})).await;
    assert_eq!(now["user"], json!({"username": "ADA", "email": "ada@example.com", "language": "pt-BR"}));
    assert_eq!(broken(&server.login("ada@example.org", PASSWORD).await).len(), 1, "the old address is free");
    Person::of(&server.login("ada@EXAMPLE.com", PASSWORD).await);
    let same = update(&server, &ada, json!({})).await;
    assert_eq!(same["user"], now["user"]);
}

#[tokio::test]
async fn a_profile_is_made_with_its_first_change_and_keeps_what_is_left_out() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let client = server.database.client().await;
    let (rock, jazz) = (a_genre(&client, "rock").await, a_genre(&client, "jazz").await);
    let query = format!(
        "mutation($i: MusicProfileInput!) {{ updateMusicProfile(input: $i) {{ profile {{ energyPreference discoveryMode
           favoriteGenres {{ slug }} dislikedGenres {{ slug }} favoriteDecades languagePreferences preferredSources
           moodPreferences isHistoryPublic isPrivateSession user {{ username }} }} {ERRORS} }} }}"
    );
    let set = async |input: Value| {
        server.told(Some(&ada.access), &query, json!({"i": input})).await["updateMusicProfile"].clone()
    };
    let none = server.told(Some(&ada.access), "{ viewer { user { profile { id } } } }", json!({})).await;
    assert_eq!(none["viewer"]["user"]["profile"], Value::Null);
    let first = set(json!({
        "favoriteGenreIds": [gid("Genre", rock), gid("Genre", rock)], "dislikedGenreIds": [gid("Genre", jazz)],
        "favoriteDecades": ["1990s"], "languagePreferences": ["en", "pt-BR"], "preferredSources": ["YOUTUBE"],
        "moodPreferences": {"calm": 0.5}, "isPrivateSession": true, "discoveryMode": "ADVENTUROUS",
    }))
    .await;
    let profile = json!({
        "energyPreference": 0.5, "discoveryMode": "ADVENTUROUS", "favoriteGenres": [{"slug": "rock"}],
        "dislikedGenres": [{"slug": "jazz"}], "favoriteDecades": ["1990s"], "languagePreferences": ["en", "pt-BR"],
        "preferredSources": ["YOUTUBE"], "moodPreferences": {"calm": 0.5}, "isHistoryPublic": false,
        "isPrivateSession": true, "user": {"username": "ada"},
    });
    assert_eq!((broken(&first), &first["profile"]), (vec![], &profile));
    let second = set(json!({"energyPreference": 1.0})).await;
    assert_eq!(second["profile"]["energyPreference"], 1.0);
    assert_eq!(second["profile"]["moodPreferences"], profile["moodPreferences"]);
    for (input, faults) in [
        (json!({"energyPreference": 1.5}), vec!["input.energyPreference OUT_OF_RANGE profile.energy"]),
        (json!({"favoriteDecades": ["90s"]}), vec!["input.favoriteDecades INVALID profile.decade"]),
        (json!({"languagePreferences": ["en", "?"]}), vec!["input.languagePreferences INVALID language.form"]),
        (json!({"moodPreferences": []}), vec!["input.moodPreferences INVALID profile.object"]),
        (json!({"moodPreferences": {"a\u{0}": 1}}), vec!["input.moodPreferences INVALID profile.object"]),
        (
            json!({"devicePreferences": {"a": "x".repeat(30_000)}}),
            vec!["input.devicePreferences TOO_LONG profile.object"],
        ),
        (
            json!({"favoriteGenreIds": [gid("Genre", 999_999)]}),
            vec!["input.favoriteGenreIds.0 NOT_FOUND NotFoundError"],
        ),
        (json!({"favoriteGenreIds": ["x"]}), vec!["input.favoriteGenreIds INVALID form"]),
        (
            json!({"favoriteGenreIds": [gid("Genre", rock)], "dislikedGenreIds": [gid("Genre", rock)]}),
            vec!["input.dislikedGenreIds INVALID profile.genres"],
        ),
    ] {
        assert_eq!(broken(&set(input.clone()).await), faults, "{input:.100}");
    }
}

const DELETE: &str = "mutation($p: String!, $to: ID) { deleteAccount(password: $p, transferPlaylistsTo: $to) { ok userErrors { __typename code path ... on ValidationError { rule } } } }";

async fn delete(server: &TestServer, person: &Person, password: &str, to: Option<&str>) -> Value {
    server.told(Some(&person.access), DELETE, json!({"p": password, "to": to})).await["deleteAccount"].clone()
}

#[tokio::test]
async fn an_account_ends_with_its_password_and_its_playlists_go_to_the_heir() {
    let server = TestServer::start().await;
    let (ada, bob, carl) = (server.register("ada").await, server.register("bob").await, server.register("carl").await);
    let client = server.database.client().await;
    let track = a_track(&client).await;
    a_listen(&client, ada.key(), track).await;
    let folder = a_playlist(&client, ada.key()).with("folder_type", true).await;
    let list = a_playlist(&client, ada.key()).with("parent_id", folder).await;
    let gone = a_playlist(&client, ada.key())
        .with("parent_id", folder)
        .with("deleted_at", crate::builders::Sql("now()"))
        .await;
    a_collaborator(&client, list, bob.key()).await;
    let others = a_playlist(&client, carl.key()).await;
    an_item(&client, others, track).with("added_by", ada.key()).await;
    assert_eq!(broken(&delete(&server, &ada, "wrong", None).await), ["password WRONG_PASSWORD credentials"]);
    for (to, fault) in [
        (ada.id.clone(), "transferPlaylistsTo SELF_REFERENCE heir.other"),
        (gid("User", 999_999), "transferPlaylistsTo NOT_FOUND NotFoundError"),
    ] {
        assert_eq!(broken(&delete(&server, &ada, PASSWORD, Some(&to)).await), [fault]);
    }
    assert!(server.knows(&ada.access).await, "nothing has happened so far");
    assert_eq!(delete(&server, &ada, PASSWORD, Some(&bob.id)).await["ok"], true);
    assert!(!server.knows(&ada.access).await);
    let owner = async |playlist: i64| -> Option<(i64, i32)> {
        let row = client
            .query_opt("select owner_id, version from playlists where id = $1", &[&playlist])
            .await
            .expect("it runs");
        row.map(|row| (row.get(0), row.get(1)))
    };
    assert_eq!(owner(list).await, Some((bob.key(), 2)));
    assert_eq!(owner(folder).await, Some((bob.key(), 2)));
    assert_eq!(owner(gone).await, None);
    assert_eq!(owner(others).await, Some((carl.key(), 1)));
    let query = "query($id: ID!) { playlist(by: {id: $id}) { collaborators { totalCount }
        activities { nodes { type version actor { id } change { ... on CollaboratorChanged { user { username } } } } } } }";
    let told = server.told(None, query, json!({"id": gid("Playlist", list)})).await["playlist"].clone();
    let change =
        json!({"type": "OWNERSHIP_TRANSFERRED", "version": 2, "actor": null, "change": {"user": {"username": "bob"}}});
    assert_eq!(told, json!({"collaborators": {"totalCount": 0}, "activities": {"nodes": [change]}}));
    let added: Option<i64> = client
        .query_one("select added_by from playlist_tracks where playlist_id = $1", &[&others])
        .await
        .expect("it stays")
        .get(0);
    assert_eq!(added, None);
}

#[tokio::test]
async fn without_an_heir_playlists_end_with_the_account() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let client = server.database.client().await;
    let folder = a_playlist(&client, ada.key()).with("folder_type", true).await;
    a_playlist(&client, ada.key()).with("parent_id", folder).await;
    assert_eq!(delete(&server, &ada, PASSWORD, None).await["ok"], true);
    let left: i64 = client.query_one("select count(*) from playlists", &[]).await.expect("they can be counted").get(0);
    assert_eq!(left, 0);
    server.register("ada").await;
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let server = TestServer::start().await;
    let (one, two) = (server.administrator("one").await, server.administrator("two").await);
    let set = async |by: &Person, field: &str, of: &Person, argument: &str| {
        let query = format!("mutation($id: ID!) {{ {field}(userId: $id, {argument}: false) {{ {ERRORS} }} }}");
        broken(&server.told(Some(&by.access), &query, json!({"id": of.id})).await[field])
    };
    // Both at once want to go: one of them stays.
    let both = tokio::join!(set(&one, "setUserAdmin", &one, "admin"), set(&two, "setUserAdmin", &two, "admin"));
    let stays = "userId FORBIDDEN user.last_administrator".to_owned();
    let (left, other) = if both.0.is_empty() { (&two, &both.1) } else { (&one, &both.0) };
    assert_eq!(other, &vec![stays.clone()], "{both:?}");
    assert_eq!(set(left, "setUserActive", left, "active").await, [stays]);
    assert_eq!(broken(&delete(&server, left, PASSWORD, None).await), [" FORBIDDEN user.last_administrator"]);
    assert!(server.knows(&left.access).await);
}

#[tokio::test]
async fn an_export_holds_everything_of_the_person_and_no_secret() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.register("ada").await, server.register("bob").await);
    let client = server.database.client().await;
    let track = a_track(&client).await;
    a_listen(&client, ada.key(), track).await;
    a_listen(&client, bob.key(), track).await;
    let list = a_playlist(&client, ada.key()).with("name", "Mine").await;
    an_item(&client, list, track).await;
    let export =
        server.told(Some(&ada.access), "{ viewer { dataExport } }", json!({})).await["viewer"]["dataExport"].clone();
    assert_eq!(export["account"][0]["email"], "ada@example.org");
    assert_eq!(export["interactions"].as_array().map(Vec::len), Some(1));
    assert_eq!(export["playlists"][0]["name"], "Mine");
    assert_eq!(export["playlists"][0]["items"][0]["trackId"], json!(track));
    let text = export.to_string();
    for secret in ["argon2", "password", "token", "sealed", "lookup", "bob"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}
