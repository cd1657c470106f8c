//! Following a playlist: what was missed, then what happens, each version once and in order.

use std::time::{Duration, Instant};

use async_graphql::{Request, Response};
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream::BoxStream;
use searxng_cool_music::collaboration::feed::Feeds;
use searxng_cool_music::db::Database;
use searxng_cool_music::graphql::Api;
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_postgres::Client;

use crate::builders::{Sql, a_collaborator, a_playlist, a_user, an_activity, gid};
use crate::harness::{TestDatabase, a_viewer};

/// Nothing here takes longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// One playlist with versions 1 to 5, and those who follow it.
struct Scene {
    database: TestDatabase,
    pool: Database,
    client: Client,
    api: Api,
    feeds: Feeds,
    owner: i64,
    playlist: i64,
}

impl Scene {
    async fn open() -> Self {
        let database = TestDatabase::create().await;
        let (pool, client) = (database.pool().await, database.client().await);
        let owner = a_user(&client).with("username", "ada").await;
        let playlist = a_playlist(&client, owner).await;
        let scene = Self { feeds: Feeds::start(&pool), api: Api::build(), database, pool, client, owner, playlist };
        for version in 1..=5 {
            scene.happens(version).await;
        }
        scene.until("the listener is connected", || scene.feeds.listener().is_connected()).await;
        scene
    }

    async fn happens(&self, version: i32) {
        an_activity(&self.client, self.playlist, "details_changed", version).with("user_id", self.owner).await;
    }

    async fn run(&self, statement: &str) {
        self.client.batch_execute(statement).await.unwrap_or_else(|cause| panic!("{statement}: {cause:?}"));
    }

    /// Does something to the playlist's row.
    async fn set(&self, what: &str) {
        self.run(&format!("update playlists set {what} where id = {}", self.playlist)).await;
    }

    async fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so() {
            assert!(Instant::now() < deadline, "it does not come about: {what}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn follow(&self, arguments: &str) -> Follower {
        self.ask(&format!("playlistId: \"{}\" {arguments}", gid("Playlist", self.playlist)), "version")
    }

    fn ask(&self, arguments: &str, selection: &str) -> Follower {
        self.ask_as(None, arguments, selection)
    }

    fn ask_as(&self, person: Option<i64>, arguments: &str, selection: &str) -> Follower {
        let query = format!(
            "subscription {{ playlistActivity({arguments}) {{
                cursor version isReplay activity {{ {selection} }} reset {{ currentVersion oldestVersion }}
                revoked {{ reason }} }} }}"
        );
        let mut request = Request::new(query);
        if let Some(person) = person {
            request = request.data(a_viewer(person));
        }
        let checked = self.api.check(&mut request).unwrap_or_else(|error| panic!("{error:?}"));
        Follower(self.api.execute_stream(request, checked, &self.feeds, "test"))
    }
}

struct Follower(BoxStream<'static, Response>);

impl Follower {
    async fn answer(&mut self) -> Option<Value> {
        let answer = timeout(PATIENCE, self.0.next()).await.expect("an answer comes in time")?;
        Some(serde_json::to_value(&answer).expect("an answer is JSON"))
    }

    /// The next event.
    async fn event(&mut self) -> Value {
        let answer = self.answer().await.expect("the stream goes on");
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"]["playlistActivity"].clone()
    }

    /// The next event, which is a change: its version.
    async fn change(&mut self) -> i64 {
        let event = self.event().await;
        assert_eq!(event["version"], event["activity"]["version"], "{event}");
        event["version"].as_i64().expect("it has a version")
    }

    async fn changes(&mut self, count: usize) -> Vec<i64> {
        let mut versions = Vec::new();
        for _ in 0..count {
            versions.push(self.change().await);
        }
        versions
    }

    /// The error that ends the stream: its code and message.
    async fn error(&mut self) -> (String, String) {
        let answer = self.answer().await.expect("an error comes");
        assert_eq!(answer["data"], Value::Null, "{answer}");
        let error = &answer["errors"][0];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        assert_eq!(self.answer().await, None);
        (text(&error["extensions"]["code"]), text(&error["message"]))
    }
}

#[tokio::test]
async fn what_was_missed_comes_first_and_what_happens_then() {
    let scene = Scene::open().await;
    let mut follower = scene.follow("afterVersion: 2");
    let first = follower.event().await;
    assert_eq!(
        first,
        json!({"cursor": "3", "version": 3, "isReplay": true, "activity": {"version": 3}, "reset": null, "revoked": null})
    );
    assert_eq!(follower.changes(2).await, [4, 5]);
    scene.happens(6).await;
    let live = follower.event().await;
    assert_eq!((&live["version"], &live["isReplay"]), (&json!(6), &json!(false)));
}

#[tokio::test]
async fn without_a_version_only_what_happens_from_now_on_comes() {
    let scene = Scene::open().await;
    let mut follower = scene.follow("");
    let (first, ()) = tokio::join!(follower.change(), async {
        scene.until("it is followed", || scene.feeds.listener().watched_keys() == 1).await;
        // The watch begins before the table is read, so what is committed now is one or the other.
        tokio::time::sleep(Duration::from_millis(200)).await;
        scene.happens(6).await;
    });
    assert_eq!(first, 6);
}

#[tokio::test]
async fn twenty_followers_get_each_version_once_while_the_listener_is_cut_off() {
    const LAST: i32 = 200;
    let scene = Scene::open().await;
    let following = join_all((0..20).map(|number| {
        let scene = &scene;
        async move {
            let after = number % 6;
            let mut follower = scene.follow(&format!("afterVersion: {after}"));
            let count = usize::try_from(LAST - after).expect("it is positive");
            let versions = follower.changes(count).await;
            assert_eq!(versions, (i64::from(after) + 1..=i64::from(LAST)).collect::<Vec<_>>());
            let more = timeout(Duration::from_millis(300), follower.0.next()).await;
            assert!(more.is_err(), "more than there is: {more:?}");
        }
    }));
    let happening = async {
        for version in 6..=LAST {
            if version % 50 == 0 {
                let cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                    where datname = current_database() and query like 'listen %'";
                let cut: i64 = scene.client.query_one(cut, &[]).await.expect("backends can be ended").get(0);
                assert!(cut <= 1);
            }
            scene.happens(version).await;
        }
    };
    tokio::join!(following, happening);
    assert!(scene.feeds.listener().reconnects() >= 1);
    scene.until("nobody is left", || scene.feeds.listener().watched_keys() == 0).await;
}

#[tokio::test]
async fn many_followers_of_one_playlist_cost_one_look_at_each_change() {
    let scene = Scene::open().await;
    let mut followers: Vec<_> = (0..30).map(|_| scene.follow("afterVersion: 5")).collect();
    // All wait, and have looked once in vain.
    scene.happens(6).await;
    for follower in &mut followers {
        assert_eq!(follower.change().await, 6);
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let before = scene.feeds.database().statement_count();
    scene.happens(7).await;
    let began = Instant::now();
    for version in join_all(followers.iter_mut().map(Follower::change)).await {
        assert_eq!(version, 7);
    }
    // The net under the notifications would take longer.
    assert!(began.elapsed() < Duration::from_secs(3), "after {:?}", began.elapsed());
    let looks = scene.feeds.database().statement_count() - before;
    assert!(looks <= 3, "{looks} statements for 30 followers");
}

#[tokio::test]
async fn a_version_that_is_no_longer_kept_makes_the_stream_begin_anew() {
    let scene = Scene::open().await;
    scene.run("delete from playlist_activities where playlist_version <= 3").await;
    for after in [0, 2, 99] {
        let mut follower = scene.follow(&format!("afterVersion: {after}"));
        let event = follower.event().await;
        assert_eq!(event["reset"], json!({"currentVersion": 5, "oldestVersion": 4}), "after {after}: {event}");
        assert_eq!((&event["version"], &event["activity"]), (&json!(5), &Value::Null));
        let (version, ()) = tokio::join!(follower.change(), async {
            if after == 0 {
                scene.happens(6).await;
            } else {
                // Versions go on: what the reset told is left out.
                scene.run("delete from playlist_activities where playlist_version > 5").await;
                scene.happens(6).await;
            }
        });
        assert_eq!(version, 6);
        scene.run("delete from playlist_activities where playlist_version > 5").await;
    }
    let mut follower = scene.follow("afterVersion: 3");
    assert_eq!(follower.changes(2).await, [4, 5]);
}

#[tokio::test]
async fn whoever_may_no_longer_see_the_playlist_is_told_so_at_once() {
    for loss in ["visibility = 'private'", "deleted_at = now()", "gone"] {
        let scene = Scene::open().await;
        let mut follower = scene.follow("afterVersion: 4");
        assert_eq!(follower.change().await, 5);
        let began = Instant::now();
        if loss == "gone" {
            scene.run("delete from playlists").await;
        } else {
            scene.set(loss).await;
        }
        let event = follower.event().await;
        assert!(began.elapsed() < Duration::from_secs(1), "{loss}: after {:?}", began.elapsed());
        assert_eq!(event["revoked"], json!({"reason": "the playlist can no longer be seen"}), "{loss}: {event}");
        assert_eq!((&event["version"], &event["activity"]), (&json!(5), &Value::Null));
        assert_eq!(follower.answer().await, None, "{loss}");
    }
}

#[tokio::test]
async fn what_waits_for_someone_who_may_no_longer_see_it_is_not_told() {
    let scene = Scene::open().await;
    let mut follower = scene.follow("afterVersion: 4");
    assert_eq!(follower.change().await, 5);
    for version in 6..=20 {
        scene.happens(version).await;
    }
    scene.set("visibility = 'private'").await;
    // The work behind the follower ends on its own.
    scene.until("nobody follows", || scene.feeds.listener().watched_keys() == 0).await;
    let event = follower.event().await;
    assert!(event["revoked"].is_object(), "{event}");
    assert_eq!(follower.answer().await, None);
}

#[tokio::test]
async fn a_playlist_that_stays_visible_by_its_link_stays_followed() {
    let scene = Scene::open().await;
    let mut follower = scene.follow("afterVersion: 4");
    assert_eq!(follower.change().await, 5);
    scene.set("visibility = 'unlisted'").await;
    scene.happens(6).await;
    assert_eq!(follower.change().await, 6);
    scene.set("visibility = 'private'").await;
    assert!(follower.event().await["revoked"].is_object());
    // Seen again, it can be followed again at once.
    scene.set("visibility = 'public'").await;
    assert_eq!(scene.follow("afterVersion: 5").change().await, 6);
}

#[tokio::test]
async fn a_follower_who_does_not_read_is_cut_off_and_can_resume() {
    let scene = Scene::open().await;
    let mut follower = scene.follow("afterVersion: 4");
    assert_eq!(follower.change().await, 5);
    for version in 6..=400 {
        scene.happens(version).await;
    }
    // Five seconds without one event taken from a full queue.
    scene.until("it is given up", || scene.feeds.listener().watched_keys() == 0).await;
    assert_eq!(follower.changes(256).await, (6..=261).collect::<Vec<_>>());
    let (code, message) = follower.error().await;
    assert_eq!(code, "SUBSCRIBER_TOO_SLOW");
    assert!(message.contains("afterVersion: 261"), "{message}");
    let mut again = scene.follow("afterVersion: 261");
    assert_eq!(again.changes(139).await, (262..=400).collect::<Vec<_>>());
}

#[tokio::test]
async fn only_the_kinds_that_were_asked_for_come() {
    let scene = Scene::open().await;
    an_activity(&scene.client, scene.playlist, "commented", 6).with("activity_data", json!({"text": "Oh"})).await;
    let mut follower = scene.follow("afterVersion: 0 types: [COMMENTED, RENAMED]");
    assert_eq!(follower.change().await, 6);
    scene.happens(7).await;
    an_activity(&scene.client, scene.playlist, "renamed", 8).await;
    assert_eq!(follower.change().await, 8);
}

#[tokio::test]
async fn playlists_that_may_not_be_seen_are_not_found() {
    let scene = Scene::open().await;
    let uuid = async |playlist: i64| -> String {
        let row = scene.client.query_one("select uuid::text from playlists where id = $1", &[&playlist]).await;
        row.expect("it is there").get(0)
    };
    let private = a_playlist(&scene.client, scene.owner).with("visibility", "private").await;
    let unlisted = a_playlist(&scene.client, scene.owner).with("visibility", "unlisted").await;
    let deleted = a_playlist(&scene.client, scene.owner).with("deleted_at", Sql("now()")).await;
    for (named, expected) in [
        (gid("Playlist", 999_999), "NOT_FOUND"),
        (gid("Playlist", private), "NOT_FOUND"),
        // A number can be guessed; the UUID is the link.
        (gid("Playlist", unlisted), "NOT_FOUND"),
        (gid("Playlist", deleted), "NOT_FOUND"),
        (uuid(private).await, "NOT_FOUND"),
        (gid("Track", scene.playlist), "BAD_USER_INPUT"),
        ("nonsense".to_owned(), "BAD_USER_INPUT"),
    ] {
        let (code, _) = scene.ask(&format!("playlistId: \"{named}\""), "version").error().await;
        assert_eq!(code, expected, "{named}");
    }
    assert_eq!(scene.follow("afterVersion: -1").error().await.0, "BAD_USER_INPUT");
    an_activity(&scene.client, unlisted, "created", 1).await;
    let mut follower = scene.ask(&format!("playlistId: \"{}\" afterVersion: 0", uuid(unlisted).await), "version");
    assert_eq!(follower.change().await, 1);
}

#[tokio::test]
async fn each_event_tells_what_is_true_when_it_is_sent() {
    let scene = Scene::open().await;
    let named = format!("playlistId: \"{}\" afterVersion: 4", gid("Playlist", scene.playlist));
    let mut follower = scene.ask(&named, "version actor { username } playlist { name } summary");
    let activity = follower.event().await["activity"].clone();
    assert_eq!(
        activity,
        json!({"version": 5, "actor": {"username": "ada"}, "playlist": {"name": "Playlist"}, "summary": "ada changed its details"})
    );
    scene.run("update users set username = 'grace'").await;
    scene.set("name = 'Anew'").await;
    scene.happens(6).await;
    let activity = follower.event().await["activity"].clone();
    assert_eq!((&activity["actor"]["username"], &activity["playlist"]["name"]), (&json!("grace"), &json!("Anew")));
}

#[tokio::test]
async fn a_subscription_has_one_root_field() {
    let scene = Scene::open().await;
    let id = gid("Playlist", scene.playlist);
    for query in [
        format!(
            "subscription {{ a: playlistActivity(playlistId: \"{id}\") {{ version }}
                b: playlistActivity(playlistId: \"{id}\") {{ version }} }}"
        ),
        "subscription { __typename }".to_owned(),
    ] {
        let mut request = Request::new(query.clone());
        let checked = scene.api.check(&mut request).unwrap_or_else(|error| panic!("{error:?}"));
        let mut follower = Follower(scene.api.execute_stream(request, checked, &scene.feeds, "test"));
        let answer = follower.answer().await.expect("an error comes");
        assert!(answer["errors"][0]["extensions"]["code"].is_string(), "{query}: {answer}");
        assert_eq!(follower.answer().await, None);
    }
}

#[tokio::test]
async fn a_database_that_goes_away_for_a_while_ends_no_stream() {
    let scene = Scene::open().await;
    let mut follower = scene.follow("afterVersion: 4");
    assert_eq!(follower.change().await, 5);
    let others = scene.database.client().await;
    others
        .batch_execute(
            "select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()",
        )
        .await
        .expect("backends can be ended");
    an_activity(&others, scene.playlist, "details_changed", 6).await;
    assert_eq!(follower.change().await, 6);
    drop(scene.pool);
}

#[tokio::test]
async fn a_private_playlist_is_followed_by_those_who_take_part_until_they_do_not() {
    let scene = Scene::open().await;
    scene.set("visibility = 'private'").await;
    let (guest, stranger) = (a_user(&scene.client).await, a_user(&scene.client).await);
    a_collaborator(&scene.client, scene.playlist, guest).await;
    let arguments = format!("playlistId: \"{}\" afterVersion: 4", gid("Playlist", scene.playlist));
    let follow = |person| scene.ask_as(person, &arguments, "version");
    for nobody in [None, Some(stranger)] {
        assert_eq!(follow(nobody).error().await.0, "NOT_FOUND");
    }
    let (mut owner, mut member) = (follow(Some(scene.owner)), follow(Some(guest)));
    assert_eq!((owner.change().await, member.change().await), (5, 5));
    scene.happens(6).await;
    assert_eq!((owner.change().await, member.change().await), (6, 6));
    let began = Instant::now();
    scene.run("update playlist_collaborators set invitation_status = 'revoked'").await;
    let event = member.event().await;
    assert_eq!(event["revoked"], json!({"reason": "the playlist can no longer be seen"}), "{event}");
    assert!(began.elapsed() < Duration::from_secs(1), "after {:?}", began.elapsed());
    assert_eq!(member.answer().await, None);
    scene.happens(7).await;
    assert_eq!(owner.change().await, 7);
}
