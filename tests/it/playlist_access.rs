//! Who sees which playlists, whichever way they come, and what they are told that they may do.

use searxng_cool_music::account::scope::Scope;
use searxng_cool_music::account::viewer::Viewer;
use serde_json::{Value, json};
use tokio_postgres::Client;

use crate::builders::{a_collaborator, a_playlist, a_track, a_user, a_vote, an_activity, an_item, gid};
use crate::harness::{TestApp, a_viewer, an_administrator};

/// A playlist with one of everything that hangs on it, and people who are something to it.
struct Scene {
    app: TestApp,
    client: Client,
    playlist: i64,
    uuid: String,
    track: i64,
    owner: i64,
    parts: Vec<(&'static str, i64)>,
    callers: Vec<(&'static str, Option<Viewer>)>,
}

impl Scene {
    async fn open() -> Self {
        let app = TestApp::start().await;
        let client = app.database.client().await;
        let owner = a_user(&client).await;
        let playlist = a_playlist(&client, owner).with("name", "Zephyr").with("is_collaborative", true).await;
        let track = a_track(&client).await;
        let item = an_item(&client, playlist, track).with("added_by", owner).await;
        let mut parts =
            vec![("PlaylistItem", item), ("PlaylistActivity", an_activity(&client, playlist, "created", 1).await)];
        parts.push(("PlaylistItemVote", a_vote(&client, item, owner).await));
        let mut callers = vec![("nobody", None), ("a stranger", Some(a_viewer(a_user(&client).await)))];
        callers.push(("the owner", Some(a_viewer(owner))));
        callers.push(("a program that may not", Some(Viewer { scopes: vec![Scope::Read], ..a_viewer(owner) })));
        callers.push(("an administrator", Some(an_administrator(a_user(&client).await))));
        for status in ["accepted", "pending", "declined", "revoked", "expired"] {
            let person = a_user(&client).await;
            let row = a_collaborator(&client, playlist, person).with("invitation_status", status).await;
            if status == "accepted" {
                parts.push(("PlaylistCollaborator", row));
            }
            callers.push((status, Some(a_viewer(person))));
        }
        let uuid = "select uuid::text from playlists where id = $1";
        let uuid = client.query_one(uuid, &[&playlist]).await.expect("it is there").get(0);
        Self { app, client, playlist, uuid, track, owner, parts, callers }
    }

    async fn set(&self, what: &str) {
        let statement = format!("update playlists set {what} where id = {}", self.playlist);
        self.client.batch_execute(&statement).await.expect("it changes");
    }

    /// The ways to the playlist or a part of it that a caller finds open, by group.
    async fn open_ways(&self, caller: &Option<Viewer>) -> Vec<&'static str> {
        let mut ways = vec![
            ("key", format!("{{ node(id: \"{}\") {{ id }} }}", gid("Playlist", self.playlist)), "/node"),
            (
                "key",
                format!("{{ playlist(by: {{id: \"{}\"}}) {{ id }} }}", gid("Playlist", self.playlist)),
                "/playlist",
            ),
        ];
        for (kind, key) in &self.parts {
            ways.push(("key", format!("{{ nodes(ids: [\"{}\"]) {{ id }} }}", gid(kind, *key)), "/nodes/0"));
        }
        let below = "items { nodes { playlist { id } } } activities { nodes { playlist { id } } }";
        let user = gid("User", self.owner);
        let track = gid("Track", self.track);
        ways.extend([
            ("uuid", format!("{{ playlist(by: {{uuid: \"{}\"}}) {{ id {below} }} }}", self.uuid), "/playlist"),
            (
                "user",
                format!("{{ user(by: {{id: \"{user}\"}}) {{ playlists {{ nodes {{ id }} }} }} }}"),
                "/user/playlists/nodes/0",
            ),
            (
                "track",
                format!("{{ track(by: {{id: \"{track}\"}}) {{ playlists {{ totalCount nodes {{ id }} }} }} }}"),
                "/track/playlists/nodes/0",
            ),
            ("list", "{ playlists { nodes { id } } }".to_owned(), "/playlists/nodes/0"),
            ("search", "{ search(query: \"zephyr\") { nodes { score } } }".to_owned(), "/search/nodes/0"),
        ]);
        let mut open: Vec<&'static str> = Vec::new();
        let mut shut: Vec<&'static str> = Vec::new();
        for (group, query, place) in ways {
            let answer = self.app.query_as(caller.clone(), &query, json!({})).await;
            assert!(answer.get("errors").is_none(), "{query}: {answer}");
            let is_open = answer["data"].pointer(place).is_some_and(|found| !found.is_null());
            let ways = if is_open { &mut open } else { &mut shut };
            if !ways.contains(&group) {
                ways.push(group);
            }
        }
        assert!(open.iter().all(|group| !shut.contains(group)), "{open:?} {shut:?}");
        open
    }

    async fn ask(&self, caller: &Option<Viewer>, fields: &str) -> Value {
        let query = format!("{{ playlist(by: {{uuid: \"{}\"}}) {{ {fields} }} }}", self.uuid);
        let answer = self.app.query_as(caller.clone(), &query, json!({})).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"]["playlist"].clone()
    }
}

#[tokio::test]
async fn every_caller_finds_the_ways_open_that_are_theirs() {
    let all = ["key", "uuid", "user", "track", "list", "search"];
    let theirs = &all[..4];
    let scene = Scene::open().await;
    for (visibility, strangers, administrators) in
        [("public", &all[..], &all[..]), ("unlisted", &["uuid"], &["key", "uuid"]), ("private", &[], &["key", "uuid"])]
    {
        scene.set(&format!("visibility = '{visibility}'")).await;
        for (name, caller) in &scene.callers {
            let expected = match *name {
                _ if visibility == "public" => &all[..],
                "the owner" | "accepted" | "pending" => theirs,
                "an administrator" => administrators,
                _ => strangers,
            };
            assert_eq!(scene.open_ways(caller).await, expected, "{name} to a {visibility} list");
        }
    }
    scene.set("deleted_at = now()").await;
    for (name, caller) in &scene.callers {
        assert_eq!(scene.open_ways(caller).await, Vec::<&str>::new(), "{name} to a deleted list");
    }
}

#[tokio::test]
async fn everybody_is_told_what_they_may_do() {
    let scene = Scene::open().await;
    let all = json!([
        "VIEW",
        "ADD_TRACKS",
        "REMOVE_TRACKS",
        "REORDER_TRACKS",
        "INVITE_OTHERS",
        "CHANGE_DETAILS",
        "LOCK_ITEMS",
        "APPROVE",
        "TRANSFER",
        "DELETE"
    ]);
    for (name, caller) in &scene.callers {
        let (permissions, role) = match *name {
            "the owner" => (all.clone(), json!("OWNER")),
            "an administrator" => (all.clone(), Value::Null),
            "accepted" => (json!(["VIEW", "ADD_TRACKS", "REMOVE_TRACKS", "REORDER_TRACKS"]), json!("EDITOR")),
            _ => (json!(["VIEW"]), Value::Null),
        };
        let told = scene.ask(caller, "viewerPermissions viewerRole").await;
        assert_eq!(told, json!({"viewerPermissions": permissions, "viewerRole": role}), "{name}");
    }
    scene.set("collaboration_mode = 'open', voting_enabled = true").await;
    for (name, caller) in &scene.callers {
        let told = scene.ask(caller, "viewerPermissions").await["viewerPermissions"].to_string();
        let adds = !["nobody", "a program that may not"].contains(name);
        assert_eq!(told.contains("ADD_TRACKS") && told.contains("VOTE"), adds, "{name}: {told}");
    }
}

#[tokio::test]
async fn a_quota_counts_what_one_has_in_the_list() {
    let scene = Scene::open().await;
    scene.set("max_tracks_per_user = 2").await;
    let person = scene.callers.iter().find(|(name, _)| *name == "accepted").expect("they take part").1.clone();
    let key = person.as_ref().expect("somebody").user.0;
    let quota = async |caller: &Option<Viewer>| {
        scene.ask(caller, "viewerQuota { limit used remaining }").await["viewerQuota"].clone()
    };
    assert_eq!(quota(&person).await, json!({"limit": 2, "used": 0, "remaining": 2}));
    for status in ["active", "proposed", "rejected"] {
        let row = an_item(&scene.client, scene.playlist, scene.track).with("added_by", key).with("status", status);
        if status == "active" {
            row.await
        } else {
            row.with("position", None::<i64>).await
        };
    }
    assert_eq!(quota(&person).await, json!({"limit": 2, "used": 2, "remaining": 0}));
    assert_eq!(quota(&Some(a_viewer(scene.owner))).await, json!({"limit": null, "used": 1, "remaining": null}));
    assert_eq!(quota(&None).await, Value::Null);
}

#[tokio::test]
async fn a_person_lists_what_they_own_and_take_part_in() {
    let scene = Scene::open().await;
    scene.set("visibility = 'private'").await;
    a_playlist(&scene.client, scene.owner).with("name", "Another").await;
    let names = async |caller: &Option<Viewer>| {
        let query = "{ viewer { playlists { totalCount nodes { name } } } }";
        let person = caller.as_ref().expect("somebody").user.0;
        scene.app.data_as(person, query, json!({})).await["viewer"]["playlists"].clone()
    };
    let caller = |wanted| &scene.callers.iter().find(|(name, _)| *name == wanted).expect("they are").1;
    let two = json!({"totalCount": 2, "nodes": [{"name": "Another"}, {"name": "Zephyr"}]});
    assert_eq!(names(caller("the owner")).await, two);
    assert_eq!(names(caller("accepted")).await, json!({"totalCount": 1, "nodes": [{"name": "Zephyr"}]}));
    for nothing in ["a stranger", "pending", "revoked"] {
        assert_eq!(names(caller(nothing)).await, json!({"totalCount": 0, "nodes": []}), "{nothing}");
    }
}
