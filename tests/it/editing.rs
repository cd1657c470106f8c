//! A playlist that people edit, for the tests of editing: what they do, and what it looks like.

use serde_json::{Value, json};
use tokio_postgres::Client;

use crate::builders::{a_collaborator, a_playlist, a_track, a_user, gid};
use crate::harness::{TestApp, a_viewer};

/// What every change is asked for.
pub const CHANGE: &str = "version wasReplayed rebasedOver items { id } skippedDuplicates { id }
    activities { type version summary change { __typename } }
    userErrors { __typename code path message
        ... on NotFoundError { missingId } ... on PermissionError { needed currentRole }
        ... on VersionConflictError { expectedVersion currentVersion missed { version } }
        ... on DuplicateItemsError { existing { id } } ... on QuotaExceededError { limit used }
        ... on LockedItemsError { items { id } } ... on ValidationError { rule } }";

/// A collaborative playlist and those who edit it; tracks have the titles `A`, `B` …
pub struct Editing {
    pub app: TestApp,
    pub client: Client,
    pub owner: i64,
    pub editor: i64,
    pub stranger: i64,
    pub key: i64,
    pub id: String,
    pub tracks: Vec<i64>,
}

impl Editing {
    pub async fn start() -> Self {
        Self::over(TestApp::start().await).await
    }

    /// The same over an app of one's own.
    pub async fn over(app: TestApp) -> Self {
        let client = app.database.client().await;
        let (owner, editor, stranger) = (a_user(&client).await, a_user(&client).await, a_user(&client).await);
        let mut tracks = Vec::new();
        for letter in 'A'..='Z' {
            tracks.push(a_track(&client).with("title", letter.to_string()).with("duration_ms", 1_000).await);
        }
        let key = a_playlist(&client, owner).with("is_collaborative", true).await;
        client.execute("update playlists set version = 1 where id = $1", &[&key]).await.expect("it changes");
        crate::builders::an_activity(&client, key, "created", 1).with("user_id", owner).await;
        a_collaborator(&client, key, editor).await;
        Self { id: gid("Playlist", key), app, client, owner, editor, stranger, key, tracks }
    }

    /// What a mutation answers; it has to give no error.
    pub async fn run(&self, person: i64, mutation: &str, variables: Value) -> Value {
        self.app.data_as(person, mutation, variables).await
    }

    /// Does operations, with more arguments.
    pub async fn try_apply(&self, person: i64, operations: Value, more: &str) -> Value {
        let mutation = format!(
            "mutation($ops: [PlaylistOperation!]!) {{
                applyPlaylistOperations(id: \"{}\", operations: $ops {more}) {{ {CHANGE} }} }}",
            self.id
        );
        self.run(person, &mutation, json!({ "ops": operations })).await["applyPlaylistOperations"].clone()
    }

    /// Does operations, which have to succeed.
    pub async fn apply(&self, person: i64, operations: Value) -> Value {
        let payload = self.try_apply(person, operations, "").await;
        assert_eq!(payload["userErrors"], json!([]), "{payload}");
        payload
    }

    /// The error of operations that have to fail, and nothing may have been done.
    pub async fn refused(&self, person: i64, operations: Value, more: &str) -> Value {
        let before = self.all().await;
        let payload = self.try_apply(person, operations, more).await;
        assert_eq!(self.all().await, before, "something was done");
        assert_eq!((&payload["version"], &payload["items"]), (&Value::Null, &json!([])), "{payload}");
        payload["userErrors"][0].clone()
    }

    /// The input of an entry of a track by its letter.
    pub fn item(&self, letter: char) -> Value {
        let place = (letter as usize) - ('A' as usize);
        json!({ "track": { "id": gid("Track", self.tracks[place]) } })
    }

    /// An operation that adds tracks by their letters.
    pub fn add(&self, letters: &str, placement: Value) -> Value {
        let items: Vec<_> = letters.chars().map(|letter| self.item(letter)).collect();
        json!({ "add": { "items": items, "placement": placement } })
    }

    /// The entries of tracks by their letters, the first one of each.
    pub async fn ids(&self, letters: &str) -> Vec<String> {
        let all = self.entries().await;
        let of =
            |letter: char| all.iter().find(|(title, _)| *title == letter.to_string()).expect("it is there").1.clone();
        letters.chars().map(of).collect()
    }

    /// The list as it is: titles and ids.
    pub async fn entries(&self) -> Vec<(String, String)> {
        let (mut entries, mut after) = (Vec::new(), Value::Null);
        loop {
            let query = format!(
                "query($after: String) {{ playlist(by: {{id: \"{}\"}}) {{ items(first: 100, after: $after) {{
                    nodes {{ id position track {{ title }} }} pageInfo {{ hasNextPage endCursor }} }} }} }}",
                self.id
            );
            let page = self.run(self.owner, &query, json!({ "after": after })).await["playlist"]["items"].clone();
            for node in page["nodes"].as_array().expect("entries") {
                let text = |value: &Value| value.as_str().expect("a text").to_owned();
                assert_eq!(node["position"], json!(entries.len()));
                entries.push((text(&node["track"]["title"]), text(&node["id"])));
            }
            if page["pageInfo"]["hasNextPage"] == json!(false) {
                return entries;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }

    /// The titles of the entries in one word.
    pub async fn titles(&self) -> String {
        self.entries().await.into_iter().map(|(title, _)| title).collect()
    }

    /// Everything that is stored of the list.
    pub async fn all(&self) -> Value {
        let query = "select jsonb_build_array(
            (select to_jsonb(p) from playlists p where p.id = $1),
            (select jsonb_agg(to_jsonb(e) order by e.id) from playlist_tracks e where e.playlist_id = $1),
            (select jsonb_agg(to_jsonb(y) order by y.id) from playlist_activities y where y.playlist_id = $1))";
        self.client.query_one(query, &[&self.key]).await.expect("it can be read").get(0)
    }

    /// Sets something of the playlist's row.
    pub async fn set(&self, what: &str) {
        let statement = format!("update playlists set {what} where id = {}", self.key);
        self.client.batch_execute(&statement).await.expect("it changes");
    }

    /// One number that a query gives.
    pub async fn number(&self, query: &str) -> i64 {
        self.client.query_one(query, &[]).await.expect(query).get(0)
    }

    /// Makes sure that sums, versions and keys are as they have to be.
    pub async fn is_sound(&self) {
        let sound = "select
            (select (p.track_count, p.total_duration_ms) = (count(e.id)::int, coalesce(sum(t.duration_ms), 0))
                from playlist_tracks e join tracks t on t.id = e.track_id where e.playlist_id = p.id and e.status = 'active')
            and (select (count(*)::int, min(playlist_version), max(playlist_version)) = (p.version, 1, p.version)
                from playlist_activities y where y.playlist_id = p.id)
            from playlists p where p.id = $1";
        let is_sound: bool = self.client.query_one(sound, &[&self.key]).await.expect("it can be read").get(0);
        assert!(is_sound, "{:#}", self.all().await);
    }
}

/// Who signed in as this person.
pub fn viewer(person: i64) -> Option<searxng_cool_music::account::viewer::Viewer> {
    Some(a_viewer(person))
}
