//! What a playlist was, and going back there: one change, or a version.

use serde_json::{Value, json};

use crate::builders::gid;
use crate::editing::{CHANGE, Editing};

impl Editing {
    /// Takes the change of a version back.
    async fn undo(&self, person: i64, version: i64) -> Value {
        let query = format!("select id from playlist_activities where playlist_version = {version}");
        let activity = gid("PlaylistActivity", self.number(&query).await);
        let mutation = format!("mutation {{ undoPlaylistActivity(activityId: \"{activity}\") {{ {CHANGE} }} }}");
        self.run(person, &mutation, json!({})).await["undoPlaylistActivity"].clone()
    }

    async fn undone(&self, version: i64) -> Value {
        let payload = self.undo(self.owner, version).await;
        assert_eq!(payload["userErrors"], json!([]), "{payload}");
        self.is_sound().await;
        payload
    }

    async fn revert(&self, to: i64, expected: i64) -> Value {
        let mutation = format!(
            "mutation {{ revertPlaylist(id: \"{}\", toVersion: {to}, expectedVersion: {expected}) {{ {CHANGE} }} }}",
            self.id
        );
        self.run(self.owner, &mutation, json!({})).await["revertPlaylist"].clone()
    }

    /// The titles that the list had after a version.
    pub async fn titles_at(&self, version: i64) -> String {
        let query = format!(
            "{{ playlist(by: {{id: \"{}\"}}) {{ itemsAt(version: {version}) {{ totalCount nodes {{ position track {{ title }} }} }} }} }}",
            self.id
        );
        let items = self.run(self.owner, &query, json!({})).await["playlist"]["itemsAt"].clone();
        let nodes = items["nodes"].as_array().expect("entries").clone();
        let title = |(place, node): (usize, &Value)| {
            assert_eq!(node["position"], json!(place));
            node["track"]["title"].as_str().expect("a title").to_owned()
        };
        nodes.iter().enumerate().map(title).collect()
    }
}

#[tokio::test]
async fn each_kind_of_change_is_taken_back_and_done_again() {
    let scene = Editing::start().await;
    scene.apply(scene.owner, json!([scene.add("ABCDE", Value::Null)])).await;
    let ids = scene.ids("ABCDE").await;
    let track = gid("Track", scene.tracks[25]);
    for (operation, after) in [
        (json!({"remove": {"itemIds": [ids[1], ids[2], ids[4]]}}), "AD"),
        (json!({"move": {"itemIds": [ids[3], ids[0]], "placement": {"after": ids[1]}}}), "BDACE"),
        (json!({"update": {"itemId": ids[0], "note": "Hm.", "startMs": 3, "track": {"id": track}}}), "ZBCDE"),
        (json!({"lock": {"itemIds": [ids[0], ids[3]], "locked": true}}), "ABCDE"),
        (json!({"details": {"name": "New", "tags": ["x"], "description": "Text"}}), "ABCDE"),
        (scene.add("XY", json!({"position": 2})), "ABXYCDE"),
    ] {
        let before = scene.all().await;
        let version =
            scene.apply(scene.owner, json!([operation.clone()])).await["version"].as_i64().expect("a version");
        assert_eq!(scene.titles().await, after, "{operation}");
        let kept = scene.all().await[1].clone();
        let payload = scene.undone(version).await;
        assert_eq!(payload["version"], json!(version + 1));
        let now = scene.all().await;
        let plain = |all: &Value| {
            let mut rows = all[1].as_array().expect("rows").clone();
            rows.iter_mut().for_each(|row| drop(row.as_object_mut().expect("a row").remove("position")));
            json!([rows, all[0]["name"], all[0]["tags"], all[0]["description"]])
        };
        assert_eq!(plain(&now), plain(&before), "{operation} is taken back");
        assert_eq!(scene.titles().await, "ABCDE");
        let again = scene.undo(scene.owner, version).await["userErrors"][0].clone();
        assert_eq!((&again["code"], &again["rule"]), (&json!("CONFLICT"), &json!("activity.undoable")), "{again}");
        // Taking the taking back back does it again.
        scene.undone(version + 1).await;
        assert_eq!(scene.titles().await, after, "{operation} is done again");
        assert_eq!(scene.all().await[1].as_array().map(Vec::len), kept.as_array().map(Vec::len));
        scene.undone(version + 2).await;
        let undone = format!(
            "select coalesce(undone_by_version, 0)::bigint from playlist_activities where playlist_version = {version}"
        );
        assert_eq!(scene.number(&undone).await, 0, "it stood again, and then the later one was taken back");
        assert_eq!(scene.titles().await, "ABCDE");
    }
}

#[tokio::test]
async fn what_others_did_meanwhile_stays() {
    let scene = Editing::start().await;
    scene.apply(scene.owner, json!([scene.add("ABCDE", Value::Null)])).await;
    let ids = scene.ids("ABCDE").await;
    scene.apply(scene.editor, json!([{"remove": {"itemIds": [ids[1], ids[2]]}}])).await;
    scene.apply(scene.owner, json!([scene.add("X", json!({"start": true})), {"move": {"itemIds": [ids[0]], "placement": {"end": true}}}])).await;
    assert_eq!(scene.titles().await, "XDEA");
    scene.undone(3).await;
    assert_eq!(scene.titles().await, "XDEABC");
    scene.apply(scene.owner, json!([{"update": {"itemId": ids[0], "note": "one"}}])).await;
    scene.apply(scene.owner, json!([{"update": {"itemId": ids[0], "note": "two"}}])).await;
    let refused = scene.undo(scene.owner, 7).await;
    assert_eq!(refused["userErrors"][0]["rule"], "activity.undoable");
    let refused = scene.undo(scene.stranger, 8).await;
    assert_eq!(refused["userErrors"][0]["needed"], "REMOVE_TRACKS");
    let gone = scene.undo(scene.owner, 1).await;
    assert_eq!(gone["userErrors"][0]["rule"], "activity.undoable");
    let told = format!(
        "{{ playlist(by: {{id: \"{}\"}}) {{ activities(first: 3, types: [CREATED, ITEM_REMOVED, ITEM_MOVED]) {{ nodes {{ version isUndoable undoneBy {{ version }} }} }} }} }}",
        scene.id
    );
    let nodes = scene.run(scene.owner, &told, json!({})).await["playlist"]["activities"]["nodes"].clone();
    assert_eq!(
        nodes,
        json!([
            {"version": 5, "isUndoable": true, "undoneBy": null},
            {"version": 3, "isUndoable": false, "undoneBy": {"version": 6}},
            {"version": 1, "isUndoable": false, "undoneBy": null},
        ])
    );
    let nodes = scene.run(scene.stranger, &told, json!({})).await["playlist"]["activities"]["nodes"].clone();
    assert_eq!(nodes[0]["isUndoable"], json!(false));
}

#[tokio::test]
async fn a_list_goes_back_to_what_it_was_and_forth_again() {
    let scene = Editing::start().await;
    scene.apply(scene.owner, json!([scene.add("ABCDE", Value::Null)])).await;
    let ids = scene.ids("ABCDE").await;
    scene
        .apply(
            scene.editor,
            json!([
                {"remove": {"itemIds": [ids[1], ids[3]]}},
                {"move": {"itemIds": [ids[4]], "placement": {"start": true}}},
                {"update": {"itemId": ids[0], "note": "Hm."}},
                scene.add("XY", json!({"position": 1})),
            ]),
        )
        .await;
    scene
        .apply(scene.owner, json!([{"lock": {"itemIds": [ids[2]], "locked": true}}, {"details": {"name": "New"}}]))
        .await;
    let stages = ["", "", "ABCDE", "ACE", "EAC", "EAC", "EXYAC", "EXYAC", "EXYAC"];
    for (version, titles) in stages.iter().enumerate() {
        assert_eq!(scene.titles_at(i64::try_from(version).expect("small")).await, *titles, "version {version}");
    }
    let refused = scene.revert(2, 7).await;
    assert_eq!(refused["userErrors"][0]["__typename"], "VersionConflictError");
    for to in [0, 9] {
        assert_eq!(scene.revert(to, 8).await["userErrors"][0]["code"], "OUT_OF_RANGE");
    }
    let payload = scene.revert(2, 8).await;
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    assert_eq!((scene.titles().await.as_str(), &payload["version"]), ("ABCDE", &json!(9)));
    assert_eq!(scene.ids("ABCDE").await, ids);
    scene.is_sound().await;
    let told = format!(
        "{{ playlist(by: {{id: \"{}\"}}) {{ name activities(first: 1) {{ nodes {{ change {{ ... on PlaylistReverted {{ toVersion restored removed }} }} }} }}
            items {{ nodes {{ note isLocked }} }} }} }}",
        scene.id
    );
    let told = scene.run(scene.owner, &told, json!({})).await["playlist"].clone();
    assert_eq!(told["activities"]["nodes"][0]["change"], json!({"toVersion": 2, "restored": 2, "removed": 2}));
    assert_eq!(told["items"]["nodes"], json!(vec![json!({"note": null, "isLocked": false}); 5]));
    assert_eq!(told["name"], "New");
    for (version, titles) in stages.iter().enumerate() {
        assert_eq!(scene.titles_at(i64::try_from(version).expect("small")).await, *titles, "version {version}, after");
    }
    scene.undone(9).await;
    assert_eq!(scene.titles().await, "EXYAC");
    let locked = "select count(*) from playlist_tracks where is_locked and custom_note is null";
    assert_eq!(scene.number(locked).await, 1);
}

#[tokio::test]
async fn what_is_no_longer_kept_cannot_be_told() {
    let scene = Editing::start().await;
    scene.apply(scene.owner, json!([scene.add("AB", Value::Null), scene.add("C", Value::Null)])).await;
    scene.client.batch_execute("delete from playlist_activities where playlist_version <= 2").await.expect("they go");
    assert_eq!(scene.titles_at(2).await, "AB");
    for version in [1, 4, -1] {
        let query =
            format!("{{ playlist(by: {{id: \"{}\"}}) {{ itemsAt(version: {version}) {{ totalCount }} }} }}", scene.id);
        let answer = scene.app.query(&query).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
    }
}

#[tokio::test]
async fn a_page_of_the_past_goes_on_where_the_last_one_ended() {
    let scene = Editing::start().await;
    scene.apply(scene.owner, json!([scene.add("ABCDE", Value::Null)])).await;
    let (mut titles, mut after) = (String::new(), Value::Null);
    for more in [true, true, false] {
        let query = format!(
            "query($after: String) {{ playlist(by: {{id: \"{}\"}}) {{ itemsAt(version: 2, first: 2, after: $after) {{
                totalCount nodes {{ track {{ title }} }} pageInfo {{ hasNextPage endCursor }} }} }} }}",
            scene.id
        );
        let page = scene.run(scene.owner, &query, json!({ "after": after })).await["playlist"]["itemsAt"].clone();
        assert_eq!((&page["totalCount"], &page["pageInfo"]["hasNextPage"]), (&json!(5), &json!(more)));
        for node in page["nodes"].as_array().expect("entries") {
            titles.push_str(node["track"]["title"].as_str().expect("a title"));
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(titles, "ABCDE");
}
