//! Who may do what: each mutation and each private field, for each kind of caller.
//!
//! The table is `CASES`. A mutation that the schema gains and the table does not name fails the run,
//! and so does a field of a type that is not for everybody.

use std::collections::BTreeSet;

use async_graphql::parser::types::{TypeDefinition, TypeKind, TypeSystemDefinition};
use searxng_cool_music::graphql;
use serde_json::{Value, json};

use crate::accounts::{PASSWORD, Person};
use crate::builders::{a_collaborator, a_listen, a_playlist, a_track, an_activity, an_album, an_artist, an_item, gid};
use crate::http::TestServer;

/// What a caller gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gets {
    /// What they ask for.
    It,
    /// Null without an error: there is nothing that they may know of.
    Null,
    /// `UNAUTHENTICATED`.
    SignIn,
    /// `FORBIDDEN`.
    No,
}

use Gets::{It, No, Null, SignIn};

/// A field, what asks for it of `$me`, the person that things belong to, and what comes back for:
/// nobody, a stranger, the person themself, a program of theirs that may only read, an
/// administrator, and a program of theirs with every scope. People who take part in a playlist of the
/// person's get what a stranger gets, unless `OF_ROLES` says more.
type Case = (&'static str, &'static str, [Gets; 6]);

/// What needs the scope LIBRARY_WRITE and is done for everybody who has it.
const WRITES_LIBRARY: [Gets; 6] = [SignIn, It, It, No, It, It];

/// What needs the scope HISTORY_READ, of one's own.
const READS_HISTORY: [Gets; 6] = [Null, It, It, No, It, It];

/// What is the owner's alone.
const OWN: [Gets; 6] = [Null, Null, It, It, Null, Null];

const CASES: &[Case] = &[
    (
        "Mutation.register",
        "mutation { register(input: {username: \"new$n\", email: \"new$n@example.org\", password: \"correct horse\"}) { leaf: user { id } } }",
        [It, It, It, It, It, It],
    ),
    (
        "Mutation.login",
        "mutation { login(input: {usernameOrEmail: \"$name\", password: \"$password\"}) { leaf: user { id } } }",
        [It, It, It, It, It, It],
    ),
    ("Mutation.refreshToken", "mutation { refreshToken(token: \"$refresh\") { leaf: user { id } } }", [It; 6]),
    ("Mutation.logout", "mutation { logout { leaf: ok } }", [SignIn, It, It, It, It, It]),
    ("Mutation.logout", "mutation { logout(everywhere: true) { leaf: ok } }", [SignIn, It, It, No, It, No]),
    (
        "Mutation.issueToken",
        "mutation { issueToken(input: {name: \"x\", scopes: [READ]}) { leaf: token } }",
        [SignIn, It, It, No, It, No],
    ),
    ("Mutation.revokeToken", "mutation { revokeToken(id: \"$token\") { leaf: ok } }", [SignIn, Null, It, No, Null, No]),
    (
        "Mutation.changePassword",
        "mutation { changePassword(current: \"$password\", new: \"another good passphrase\") { leaf: user { id } } }",
        [SignIn, It, It, No, It, No],
    ),
    (
        "Mutation.updateUser",
        "mutation { updateUser(input: {language: \"de\"}) { leaf: user { id } } }",
        [SignIn, It, It, No, It, No],
    ),
    (
        "Mutation.updateMusicProfile",
        "mutation { updateMusicProfile(input: {isPrivateSession: true}) { leaf: profile { id } } }",
        [SignIn, It, It, No, It, It],
    ),
    (
        "Mutation.deleteAccount",
        "mutation { deleteAccount(password: \"$password\") { leaf: ok } }",
        [SignIn, It, It, No, It, No],
    ),
    (
        "Mutation.setUserActive",
        "mutation { setUserActive(userId: \"$me\", active: false) { leaf: user { id } } }",
        [SignIn, No, No, No, It, It],
    ),
    (
        "Mutation.setUserAdmin",
        "mutation { setUserAdmin(userId: \"$me\", admin: true) { leaf: user { id } } }",
        [SignIn, No, No, No, It, It],
    ),
    ("Query.auditEvents", "{ auditEvents { leaf: nodes { id } } }", [SignIn, No, No, No, It, It]),
    ("Query.systemStatus", "{ leaf: systemStatus { version } }", [SignIn, No, No, No, It, It]),
    (
        "Mutation.createPlaylist",
        "mutation { createPlaylist(details: {name: \"x\"}) { leaf: playlist { id } } }",
        [SignIn, It, It, No, It, It],
    ),
    (
        "Mutation.updatePlaylist",
        "mutation { updatePlaylist(id: \"$playlist\", details: {name: \"x\"}) { leaf: playlist { id } } }",
        [SignIn, Null, It, No, It, It],
    ),
    (
        "Mutation.applyPlaylistOperations",
        "mutation { applyPlaylistOperations(id: \"$playlist\", operations: [{lock: {itemIds: [\"$item\"], locked: true}}]) { leaf: version } }",
        [SignIn, Null, It, No, It, It],
    ),
    (
        "Mutation.addPlaylistItems",
        "mutation { addPlaylistItems(id: \"$playlist\", input: {items: [{track: {id: \"$track\"}}]}) { leaf: version } }",
        [SignIn, Null, It, No, It, It],
    ),
    (
        "Mutation.removePlaylistItems",
        "mutation { removePlaylistItems(id: \"$playlist\", input: {itemIds: [\"$item\"]}) { leaf: version } }",
        [SignIn, Null, It, No, It, It],
    ),
    (
        "Mutation.movePlaylistItems",
        "mutation { movePlaylistItems(id: \"$playlist\", input: {itemIds: [\"$item\"], placement: {start: true}}) { leaf: version } }",
        [SignIn, Null, It, No, It, It],
    ),
    (
        "Mutation.updatePlaylistItem",
        "mutation { updatePlaylistItem(id: \"$playlist\", input: {itemId: \"$item\", note: \"x\"}) { leaf: version } }",
        [SignIn, Null, It, No, It, It],
    ),
    (
        "Mutation.setPlaylistItemsLock",
        "mutation { setPlaylistItemsLock(id: \"$playlist\", input: {itemIds: [\"$item\"], locked: true}) { leaf: version } }",
        [SignIn, Null, It, No, It, It],
    ),
    (
        "Mutation.replacePlaylistItems",
        "mutation { replacePlaylistItems(id: \"$playlist\", items: [], concurrency: {}) { leaf: version } }",
        [SignIn, Null, It, No, It, It],
    ),
    (
        "Mutation.undoPlaylistActivity",
        "mutation { undoPlaylistActivity(activityId: \"$activity\") { leaf: version } }",
        [SignIn, Null, It, No, It, It],
    ),
    (
        "Mutation.revertPlaylist",
        "mutation { revertPlaylist(id: \"$playlist\", toVersion: 1, expectedVersion: 2) { leaf: version } }",
        [SignIn, Null, It, No, It, It],
    ),
    ("Mutation.saveTracks", "mutation { saveTracks(tracks: []) { leaf: entries { id } } }", WRITES_LIBRARY),
    ("Mutation.unsaveTracks", "mutation { unsaveTracks(trackIds: []) { leaf: entries { id } } }", WRITES_LIBRARY),
    (
        "Mutation.updateLibraryEntry",
        "mutation { updateLibraryEntry(trackId: \"$track\", input: {rating: 3}) { leaf: userErrors { code } } }",
        WRITES_LIBRARY,
    ),
    ("Mutation.saveAlbums", "mutation { saveAlbums(albumIds: []) { leaf: entries { id } } }", WRITES_LIBRARY),
    ("Mutation.unsaveAlbums", "mutation { unsaveAlbums(albumIds: []) { leaf: entries { id } } }", WRITES_LIBRARY),
    ("Mutation.followArtists", "mutation { followArtists(artistIds: []) { leaf: follows { id } } }", WRITES_LIBRARY),
    (
        "Mutation.unfollowArtists",
        "mutation { unfollowArtists(artistIds: []) { leaf: follows { id } } }",
        WRITES_LIBRARY,
    ),
    (
        "Mutation.followPlaylist",
        "mutation { followPlaylist(playlistId: \"$list\") { leaf: follow { id } } }",
        WRITES_LIBRARY,
    ),
    (
        "Mutation.unfollowPlaylist",
        "mutation { unfollowPlaylist(playlistId: \"$list\") { leaf: userErrors { code } } }",
        WRITES_LIBRARY,
    ),
    (
        "Mutation.recordInteractions",
        "mutation { recordInteractions(interactions: []) { leaf: accepted } }",
        [SignIn, It, It, No, It, It],
    ),
    (
        "Mutation.importListens",
        "mutation { importListens(input: {origin: LASTFM, listens: []}) { leaf: accepted } }",
        [SignIn, It, It, No, It, It],
    ),
    (
        "Mutation.deleteInteractions",
        "mutation { deleteInteractions(ids: []) { leaf: deletedIds } }",
        [SignIn, It, It, No, It, It],
    ),
    // The reader has no HISTORY_READ.
    ("Interaction", "{ leaf: node(id: \"$heard\") { id } }", [Null, Null, It, Null, Null, Null]),
    ("Viewer.history", "{ viewer { leaf: history { totalCount } } }", READS_HISTORY),
    ("Viewer.topTracks", "{ viewer { leaf: topTracks { totalCount } } }", READS_HISTORY),
    ("Viewer.topArtists", "{ viewer { leaf: topArtists { totalCount } } }", READS_HISTORY),
    ("Viewer.topAlbums", "{ viewer { leaf: topAlbums { totalCount } } }", READS_HISTORY),
    ("LibraryEntry", "{ leaf: node(id: \"$entry\") { id } }", OWN),
    ("AlbumCollectionEntry", "{ leaf: node(id: \"$collected\") { id } }", OWN),
    ("ArtistFollow", "{ leaf: node(id: \"$artistfollow\") { id } }", OWN),
    ("PlaylistFollow", "{ leaf: node(id: \"$playlistfollow\") { id } }", OWN),
    (
        "ArtistFollow.followSource",
        "{ user(by: {id: \"$me\"}) { followedArtists { nodes { leaf: followSource } } } }",
        OWN,
    ),
    (
        "ArtistFollow.notificationsEnabled",
        "{ user(by: {id: \"$me\"}) { followedArtists { nodes { leaf: notificationsEnabled } } } }",
        OWN,
    ),
    (
        "PlaylistFollow.notificationsEnabled",
        "{ user(by: {id: \"$me\"}) { followedPlaylists { nodes { leaf: notificationsEnabled } } } }",
        OWN,
    ),
    ("Viewer.library", "{ viewer { leaf: library { totalCount } } }", [Null, It, It, It, It, It]),
    ("Viewer.albums", "{ viewer { leaf: albums { totalCount } } }", [Null, It, It, It, It, It]),
    ("User.email", "{ user(by: {id: \"$me\"}) { leaf: email } }", [Null, Null, It, It, It, It]),
    ("User.lastLoginAt", "{ user(by: {id: \"$me\"}) { leaf: lastLoginAt } }", [Null, Null, It, It, It, It]),
    ("User.profile", "{ user(by: {id: \"$me\"}) { leaf: profile { id } } }", [Null, Null, It, It, Null, Null]),
    ("MusicProfile", "{ leaf: node(id: \"$profile\") { id } }", [Null, Null, It, It, Null, Null]),
    ("MusicProfile", "{ leaves: nodes(ids: [\"$profile\"]) { leaf: id } }", [Null, Null, It, It, Null, Null]),
    ("Viewer", "{ leaf: viewer { scopes } }", [Null, It, It, It, It, It]),
    ("Viewer", "{ viewer { leaf: user { email } } }", [Null, It, It, It, It, It]),
    ("Viewer.tokens", "{ viewer { leaf: tokens { id name } } }", [Null, It, It, No, It, No]),
    ("Viewer.playlists", "{ viewer { leaf: playlists { totalCount } } }", [Null, It, It, No, It, It]),
    ("Viewer.dataExport", "{ viewer { leaf: dataExport } }", [Null, It, It, No, It, No]),
];

/// What people who take part in a playlist of `$me`'s, `$playlist`, get as viewer, editor and admin of
/// it, where that is not what a stranger gets: a case of the table above, by its field and query.
const OF_ROLES: &[(&str, [Gets; 3])] = &[
    ("Mutation.updatePlaylist", [Null, Null, It]),
    ("Mutation.applyPlaylistOperations", [Null, Null, It]),
    ("Mutation.addPlaylistItems", [Null, It, It]),
    ("Mutation.removePlaylistItems", [Null, It, It]),
    ("Mutation.movePlaylistItems", [Null, It, It]),
    ("Mutation.updatePlaylistItem", [Null, It, It]),
    ("Mutation.setPlaylistItemsLock", [Null, Null, It]),
    ("Mutation.replacePlaylistItems", [Null, It, It]),
    ("Mutation.undoPlaylistActivity", [Null, Null, It]),
    ("Mutation.revertPlaylist", [Null, It, It]),
];

/// The roles, from the least on.
const ROLES: [&str; 3] = ["viewer", "editor", "admin"];

/// What a caller of each kind gets of a case.
fn expected((field, _, table): &Case) -> [Gets; 9] {
    let [nobody, stranger, me, reader, administrator, program] = *table;
    let of_role = OF_ROLES.iter().find(|(of, _)| of == field);
    let [viewer, editor, admin] = of_role.map_or([stranger; 3], |(_, roles)| *roles);
    [nobody, stranger, me, reader, administrator, program, viewer, editor, admin]
}

/// Types that show nothing but to the one they belong to, and say so in their description.
const PRIVATE: [&str; 5] = ["AlbumCollectionEntry", "Interaction", "LibraryEntry", "MusicProfile", "Viewer"];

/// Types that only a mutation or a private field gives, which have a rule of their own.
const GIVEN: [&str; 2] = ["AccessToken", "AuthTokens"];

fn definitions() -> Vec<TypeDefinition> {
    let document = async_graphql::parser::parse_schema(graphql::sdl()).expect("the printed schema is one");
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(definition.node),
        _ => None,
    });
    types.collect()
}

#[test]
fn every_mutation_and_every_private_field_says_whom_it_is_for_and_is_tried() {
    let tried: BTreeSet<&str> = CASES.iter().map(|(field, ..)| *field).collect();
    let mut faults = Vec::new();
    for (field, _) in OF_ROLES {
        if !CASES.iter().any(|(of, ..)| of == field) {
            faults.push(format!("{field}: roles of a case that is not in the table"));
        }
    }
    for definition in definitions() {
        let name = definition.name.node.to_string();
        let says = |text: Option<&str>| text.is_some_and(|text| text.contains("Access: "));
        let about = definition.description.as_ref().map(|text| text.node.as_str());
        let TypeKind::Object(object) = &definition.kind else { continue };
        if PRIVATE.contains(&name.as_str()) != says(about) && !GIVEN.contains(&name.as_str()) {
            faults.push(format!("{name}: private and not in the table, or the reverse"));
        }
        if PRIVATE.contains(&name.as_str()) && !tried.contains(name.as_str()) {
            faults.push(format!("{name}: no case"));
        }
        for field in &object.fields {
            let path = format!("{name}.{}", field.node.name.node);
            let about = field.node.description.as_ref().map(|text| text.node.as_str());
            let is_required = field.node.directives.iter().any(|directive| directive.node.name.node == "requires");
            if name == "Mutation" && !says(about) {
                faults.push(format!("{path}: no rule"));
            }
            if is_required && !says(about) {
                faults.push(format!("{path}: @requires, and its description does not say"));
            }
            if (name == "Mutation" || says(about)) && !tried.contains(path.as_str()) {
                faults.push(format!("{path}: no case"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// The scope in the directive is the one in the description.
#[test]
fn the_directive_says_what_the_description_says() {
    for definition in definitions().iter().filter(|definition| definition.name.node == "Mutation") {
        let TypeKind::Object(object) = &definition.kind else { continue };
        for field in &object.fields {
            let about = field.node.description.as_ref().map_or("", |text| text.node.as_str());
            let required = field.node.directives.iter().find(|directive| directive.node.name.node == "requires");
            let scope =
                required.and_then(|directive| directive.node.get_argument("scope")).map(|scope| scope.node.to_string());
            let said = about.split("Access: scope ").nth(1).map(|rest| rest.trim_end_matches('.').to_owned());
            assert_eq!(scope, said, "{}", field.node.name.node);
        }
    }
}

fn gets(answer: &Value) -> Gets {
    if let Some(error) = answer.get("errors").and_then(|errors| errors.get(0)) {
        return match error["extensions"]["code"].as_str() {
            Some("UNAUTHENTICATED") => SignIn,
            Some("FORBIDDEN") => No,
            other => panic!("{other:?}: {answer}"),
        };
    }
    fn leaf(value: &Value) -> Option<&Value> {
        match value {
            Value::Object(object) => object.get("leaf").or_else(|| object.values().find_map(leaf)),
            Value::Array(list) => list.iter().find_map(leaf),
            _ => None,
        }
    }
    match leaf(&answer["data"]) {
        None | Some(Value::Null | Value::Bool(false)) => Null,
        Some(_) => It,
    }
}

/// One caller of each kind, with somebody who owns things.
struct Cast {
    callers: [Option<String>; 9],
    me: Person,
    playlist: String,
    token: String,
    /// What else there is: each with the name that it has in a query.
    places: Vec<(&'static str, String)>,
}

/// One of everything that the owner has; their history is public.
async fn belongings(client: &tokio_postgres::Client, me: i64) -> Vec<(&'static str, String)> {
    let one = async |statement: &str, keys: &[i64]| -> i64 {
        let keys: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> = keys.iter().map(|key| key as _).collect();
        client.query_one(statement, &keys).await.expect(statement).get(0)
    };
    let profile = "insert into user_music_profiles (user_id, is_history_public) values ($1, true) returning id";
    let profile = one(profile, &[me]).await;
    let (track, album, artist) = (a_track(client).await, an_album(client).await, an_artist(client).await);
    let list = a_playlist(client, me).await;
    let other = a_playlist(client, me).await;
    let entry = one("insert into user_library (user_id, track_id) values ($1, $2) returning id", &[me, track]).await;
    let collected = "insert into user_album_collections (user_id, album_id) values ($1, $2) returning id";
    let collected = one(collected, &[me, album]).await;
    let artist_follow =
        "insert into user_artist_follows (user_id, artist_id, follow_source) values ($1, $2, 'search') returning id";
    let artist_follow = one(artist_follow, &[me, artist]).await;
    let playlist_follow = "insert into playlist_follows (user_id, playlist_id) values ($1, $2) returning id";
    let playlist_follow = one(playlist_follow, &[me, other]).await;
    vec![
        ("$profile", gid("MusicProfile", profile)),
        ("$track", gid("Track", track)),
        ("$list", gid("Playlist", list)),
        ("$entry", gid("LibraryEntry", entry)),
        ("$collected", gid("AlbumCollectionEntry", collected)),
        ("$artistfollow", gid("ArtistFollow", artist_follow)),
        ("$heard", gid("Interaction", a_listen(client, me, track).await)),
        ("$playlistfollow", gid("PlaylistFollow", playlist_follow)),
    ]
}

async fn cast(server: &TestServer, suffix: &str) -> Cast {
    let me = server.register(&format!("owner{suffix}")).await;
    let stranger = server.register(&format!("stranger{suffix}")).await;
    let administrator = server.administrator(&format!("root{suffix}")).await;
    let client = server.database.client().await;
    let mut places = belongings(&client, me.key()).await;
    let track = a_track(&client).await;
    let playlist = a_playlist(&client, me.key()).with("visibility", "private").with("is_collaborative", true).await;
    let item = an_item(&client, playlist, track).await;
    let mut roles = [const { None }; 3];
    for (place, role) in roles.iter_mut().zip(ROLES) {
        let person = server.register(&format!("{role}{suffix}")).await;
        a_collaborator(&client, playlist, person.key()).with("role", role).await;
        *place = Some(person.access);
    }
    let [viewer, editor, admin] = roles;
    let activity = an_activity(&client, playlist, "renamed", 2)
        .with("activity_data", json!({"before": {"name": "Old"}, "after": {"name": "Playlist"}}))
        .await;
    client.execute("update playlists set version = 2 where id = $1", &[&playlist]).await.expect("it changes");
    places.push(("$item", gid("PlaylistItem", item)));
    places.push(("$activity", gid("PlaylistActivity", activity)));
    let issue =
        async |person: &Person, scopes: Value| server.issue(person, json!({"name": "program", "scopes": scopes})).await;
    let reader = issue(&me, json!(["READ"])).await;
    let all = [
        "READ",
        "PLAYLIST_READ_PRIVATE",
        "PLAYLIST_WRITE",
        "LIBRARY_WRITE",
        "HISTORY_READ",
        "HISTORY_WRITE",
        "CATALOGUE_WRITE",
        "ADMIN",
    ];
    let program = issue(&administrator, json!(all)).await;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Cast {
        callers: [
            None,
            Some(stranger.access),
            Some(me.access.clone()),
            text(&reader["token"]),
            Some(administrator.access),
            text(&program["token"]),
            viewer,
            editor,
            admin,
        ],
        playlist: gid("Playlist", playlist),
        places,
        token: text(&reader["issued"]["id"]).expect("it was issued"),
        me,
    }
}

const KINDS: [&str; 9] = [
    "nobody",
    "a stranger",
    "the owner",
    "the owner's reader",
    "an administrator",
    "an administrator's program",
    "a viewer of the owner's playlist",
    "an editor of the owner's playlist",
    "an admin of the owner's playlist",
];

#[tokio::test]
async fn every_caller_gets_what_the_table_says() {
    let mut faults = Vec::new();
    let server = TestServer::start().await;
    // So that no administrator of a case is the last one.
    server.administrator("spare").await;
    let lasting = cast(&server, "").await;
    for (number, case) in CASES.iter().enumerate() {
        let (field, query, _) = case;
        for (kind, expected) in expected(case).iter().enumerate() {
            let suffix = format!("{number}x{kind}");
            let fresh = if query.starts_with("mutation") { Some(cast(&server, &suffix).await) } else { None };
            let cast = fresh.as_ref().unwrap_or(&lasting);
            let places = cast.places.iter();
            let query = places.fold((*query).to_owned(), |query, (place, id)| query.replace(place, id));
            let query = query
                .replace("$name", &cast.me.name)
                .replace("$n", &suffix)
                .replace("$me", &cast.me.id)
                .replace("$password", PASSWORD)
                .replace("$playlist", &cast.playlist)
                .replace("$token", &cast.token)
                .replace("$refresh", &cast.me.refresh);
            let answer = server.ask(cast.callers[kind].as_deref(), &query, json!({})).await.json();
            if gets(&answer) != *expected {
                faults.push(format!(
                    "{field} for {}: {:?} instead of {expected:?}: {answer}",
                    KINDS[kind],
                    gets(&answer)
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}
