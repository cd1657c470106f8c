//! Editing a playlist: what each operation does, what is refused, and how two people get along.

use serde_json::{Value, json};

use crate::builders::{a_track_source, gid};
use crate::editing::{CHANGE, Editing, viewer};

#[tokio::test]
async fn a_playlist_is_made_with_its_entries_and_once_for_each_name_of_a_call() {
    let scene = Editing::start().await;
    let create = "mutation($details: PlaylistDetailsInput!, $items: [PlaylistItemInput!], $call: String) {
        createPlaylist(details: $details, items: $items, clientMutationId: $call) {
            playlist { id name visibility version tags trackCount items { nodes { position note startMs track { title } } }
                activities { nodes { type version } } owner { id } }
            userErrors { code path } } }";
    let mut second = scene.item('B');
    second["note"] = json!(" Listen! ");
    second["startMs"] = json!(5);
    let input = json!({
        "details": { "name": " Mine ", "tags": ["a", "b", "a"] }, "items": [scene.item('A'), second], "call": "one"
    });
    let made = scene.run(scene.stranger, create, input.clone()).await["createPlaylist"].clone();
    let playlist = &made["playlist"];
    assert_eq!(made["userErrors"], json!([]));
    assert_eq!(
        (&playlist["name"], &playlist["visibility"], &playlist["version"], &playlist["tags"], &playlist["trackCount"]),
        (&json!("Mine"), &json!("PRIVATE"), &json!(2), &json!(["a", "b"]), &json!(2))
    );
    assert_eq!(
        playlist["items"]["nodes"],
        json!([
            {"position": 0, "note": null, "startMs": null, "track": {"title": "A"}},
            {"position": 1, "note": "Listen!", "startMs": 5, "track": {"title": "B"}},
        ])
    );
    let kinds = json!([{"type": "ITEM_ADDED", "version": 2}, {"type": "CREATED", "version": 1}]);
    assert_eq!(playlist["activities"]["nodes"], kinds);
    assert_eq!(playlist["owner"]["id"], json!(gid("User", scene.stranger)));
    let again = scene.run(scene.stranger, create, input.clone()).await["createPlaylist"]["playlist"]["id"].clone();
    assert_eq!(again, playlist["id"]);
    let mut other = input;
    other["details"]["name"] = json!("Another");
    let other = scene.run(scene.stranger, create, other).await["createPlaylist"].clone();
    assert_eq!(other["userErrors"], json!([{"code": "ALREADY_EXISTS", "path": ["clientMutationId"]}]));
    for (details, code, path) in [
        (json!({}), "REQUIRED", json!(["details", "name"])),
        (json!({"name": "  "}), "REQUIRED", json!(["details", "name"])),
        (json!({"name": "x".repeat(256)}), "TOO_LONG", json!(["details", "name"])),
        (json!({"name": "x", "maxTracksPerUser": 0}), "OUT_OF_RANGE", json!(["details", "maxTracksPerUser"])),
        (json!({"name": "x", "coverUrl": "ftp://x"}), "INVALID", json!(["details", "coverUrl"])),
        (json!({"name": "x\u{0}"}), "INVALID", json!(["details", "name"])),
    ] {
        let refused = scene.run(scene.stranger, create, json!({ "details": details })).await["createPlaylist"].clone();
        assert_eq!(refused, json!({"playlist": null, "userErrors": [{"code": code, "path": path}]}), "{details}");
    }
}

#[tokio::test]
async fn a_playlist_is_made_in_a_folder_of_ones_own_alone() {
    let scene = Editing::start().await;
    let folder = |owner| crate::builders::a_playlist(&scene.client, owner).with("folder_type", true);
    let (mine, other) = (folder(scene.owner).await, folder(scene.stranger).await);
    for (folder, is_mine) in [(mine, true), (other, false), (999_999, false)] {
        let id = gid("PlaylistFolder", folder);
        let create = format!(
            "mutation {{ createPlaylist(details: {{name: \"x\"}}, folderId: \"{id}\") {{
                playlist {{ name }} userErrors {{ code ... on NotFoundError {{ missingId }} }} }} }}"
        );
        let answer = scene.run(scene.owner, &create, json!({})).await["createPlaylist"].clone();
        let expected = if is_mine {
            json!({"playlist": {"name": "x"}, "userErrors": []})
        } else {
            json!({"playlist": null, "userErrors": [{"code": "NOT_FOUND", "missingId": id}]})
        };
        assert_eq!(answer, expected);
    }
    assert_eq!(scene.number("select count(*) from playlists where parent_id is not null").await, 1);
}

#[tokio::test]
async fn entries_go_where_they_are_put() {
    let scene = Editing::start().await;
    scene.apply(scene.owner, json!([scene.add("ABC", Value::Null)])).await;
    let b = scene.ids("B").await[0].clone();
    for (letters, placement, titles) in [
        ("D", json!({"start": true}), "DABC"),
        ("E", json!({"end": true}), "DABCE"),
        ("FG", json!({"before": b}), "DAFGBCE"),
        ("HI", json!({"after": b}), "DAFGBHICE"),
        ("J", json!({"position": 1}), "DJAFGBHICE"),
        ("K", json!({"position": 0}), "KDJAFGBHICE"),
        ("L", json!({"position": 1_000_000}), "KDJAFGBHICEL"),
    ] {
        let payload = scene.apply(scene.owner, json!([scene.add(letters, placement)])).await;
        assert_eq!(scene.titles().await, titles, "{payload}");
        let at = titles.find(letters).expect("they are there");
        let told = "select (activity_data->>'at_position')::bigint from playlist_activities order by id desc limit 1";
        assert_eq!(scene.number(told).await, i64::try_from(at).expect("small"));
    }
    scene.is_sound().await;
}

#[tokio::test]
async fn entries_move_with_their_ids_and_dates_to_where_they_are_put() {
    let scene = Editing::start().await;
    scene.apply(scene.owner, json!([scene.add("ABCDEF", Value::Null)])).await;
    let ids = scene.ids("ABCDEF").await;
    let dates = scene.all().await[1].clone();
    for (moved, placement, titles) in [
        (vec![4], json!({"start": true}), "EABCDF"),
        (vec![0, 1], json!({"end": true}), "ECDFAB"),
        (vec![1, 0], json!({"before": ids[2]}), "EBACDF"),
        (vec![5, 4], json!({"after": ids[1]}), "BFEACD"),
        (vec![1], json!({"position": 2}), "FEBACD"),
        (vec![5], json!({"position": 99}), "EBACDF"),
    ] {
        let moved: Vec<_> = moved.iter().map(|place: &usize| ids[*place].clone()).collect();
        scene.apply(scene.owner, json!([{"move": {"itemIds": moved, "placement": placement}}])).await;
        assert_eq!(scene.titles().await, titles);
    }
    let dated = |all: &Value| -> Vec<Value> {
        all.as_array().expect("rows").iter().map(|row| json!([row["id"], row["added_at"], row["added_by"]])).collect()
    };
    assert_eq!(dated(&scene.all().await[1]), dated(&dates));
    // What stands there already makes no version.
    let version = scene.all().await[0]["version"].clone();
    let payload =
        scene.apply(scene.owner, json!([{"move": {"itemIds": [ids[4]], "placement": {"start": true}}}])).await;
    assert_eq!((&payload["version"], &payload["activities"]), (&version, &json!([])));
    scene.is_sound().await;
}

#[tokio::test]
async fn operations_of_one_call_see_each_other_and_make_a_version_each() {
    let scene = Editing::start().await;
    scene.apply(scene.owner, json!([scene.add("ABC", Value::Null)])).await;
    let ids = scene.ids("ABC").await;
    let payload = scene
        .apply(
            scene.editor,
            json!([
                {"remove": {"itemIds": [ids[1]], "reason": "too slow"}},
                scene.add("D", json!({"after": ids[0]})),
                {"move": {"itemIds": [ids[2]], "placement": {"start": true}}},
                {"update": {"itemId": ids[0], "note": "Hm.", "startMs": 1, "endMs": 9, "track": {"id": gid("Track", scene.tracks[4])}}},
                {"update": {"itemId": ids[0], "note": "Hm."}},
            ]),
        )
        .await;
    assert_eq!(payload["version"], json!(6));
    let kinds: Vec<_> = payload["activities"].as_array().expect("changes").iter().map(|a| a["type"].clone()).collect();
    assert_eq!(kinds, ["ITEM_REMOVED", "ITEM_ADDED", "ITEM_MOVED", "ITEM_UPDATED"]);
    assert_eq!(scene.titles().await, "CED");
    scene.is_sound().await;
    let row = scene
        .client
        .query_one("select tracks_added, tracks_removed, last_active_at is not null from playlist_collaborators", &[])
        .await;
    let row = row.expect("they take part");
    assert_eq!((row.get::<_, i32>(0), row.get::<_, i32>(1), row.get::<_, bool>(2)), (1, 1, true));
}

#[tokio::test]
async fn all_operations_are_done_or_none() {
    let scene = Editing::start().await;
    scene.apply(scene.owner, json!([scene.add("AB", Value::Null)])).await;
    let ids = scene.ids("AB").await;
    let vanished = gid("PlaylistItem", 999_999);
    let error = scene
        .refused(
            scene.owner,
            json!([scene.add("C", Value::Null), {"remove": {"itemIds": [ids[0]]}}, {"update": {"itemId": vanished, "note": "x"}}]),
            "",
        )
        .await;
    assert_eq!((&error["__typename"], &error["missingId"]), (&json!("NotFoundError"), &json!(vanished)));
    assert_eq!(error["path"], json!(["operations", "2", "update", "itemId"]));
}

#[tokio::test]
async fn shorthands_do_what_the_operations_do() {
    let scene = Editing::start().await;
    let mutation = async |call: &str, variables: Value| {
        let data = scene.run(scene.owner, &call.replace("$ID", &scene.id).replace("$CHANGE", CHANGE), variables).await;
        let payload = data.as_object().expect("an answer").values().next().expect("a payload").clone();
        assert_eq!(payload["userErrors"], json!([]), "{payload}");
    };
    let add = scene.add("ABC", json!({"start": true}))["add"].clone();
    mutation("mutation($i: AddItemsOp!) { addPlaylistItems(id: \"$ID\", input: $i) { $CHANGE } }", json!({"i": add}))
        .await;
    let ids = scene.ids("ABC").await;
    let moved = json!({"i": {"itemIds": [ids[2]], "placement": {"start": true}}});
    mutation("mutation($i: MoveItemsOp!) { movePlaylistItems(id: \"$ID\", input: $i) { $CHANGE } }", moved).await;
    let update = json!({"i": {"itemId": ids[0], "note": "x"}});
    mutation("mutation($i: UpdateItemOp!) { updatePlaylistItem(id: \"$ID\", input: $i) { $CHANGE } }", update).await;
    let lock = json!({"i": {"itemIds": [ids[0]], "locked": true}});
    mutation("mutation($i: LockItemsOp!) { setPlaylistItemsLock(id: \"$ID\", input: $i) { $CHANGE } }", lock).await;
    let remove = json!({"i": {"itemIds": [ids[1]]}});
    mutation("mutation($i: RemoveItemsOp!) { removePlaylistItems(id: \"$ID\", input: $i) { $CHANGE } }", remove).await;
    let details = format!(
        "mutation {{ updatePlaylist(id: \"{}\", details: {{name: \"New\", description: \"Text\"}}) {{ playlist {{ name description version }} }} }}",
        scene.id
    );
    let told = scene.run(scene.owner, &details, json!({})).await["updatePlaylist"]["playlist"].clone();
    assert_eq!(told, json!({"name": "New", "description": "Text", "version": 7}));
    assert_eq!(scene.titles().await, "CA");
    scene.is_sound().await;
}

#[tokio::test]
async fn replacing_keeps_the_entries_whose_tracks_stay() {
    let scene = Editing::start().await;
    scene.apply(scene.owner, json!([scene.add("ABCA", Value::Null)])).await;
    let before = scene.ids("ABC").await;
    let replace = format!(
        "mutation($items: [PlaylistItemInput!]!) {{ replacePlaylistItems(id: \"{}\", items: $items, concurrency: {{expectedVersion: 2, onConflict: STRICT}}) {{ {CHANGE} }} }}",
        scene.id
    );
    let items: Vec<_> = "DCAEFA".chars().map(|letter| scene.item(letter)).collect();
    let payload = scene.run(scene.owner, &replace, json!({ "items": items })).await["replacePlaylistItems"].clone();
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    assert_eq!(scene.titles().await, "DCAEFA");
    let after = scene.ids("CA").await;
    assert_eq!((&after[0], &after[1]), (&before[2], &before[0]));
    let none = scene.run(scene.owner, &replace, json!({ "items": [] })).await["replacePlaylistItems"].clone();
    assert_eq!(none["userErrors"][0]["__typename"], "VersionConflictError");
    scene.is_sound().await;
}

#[tokio::test]
async fn tracks_are_named_by_id_source_address_or_code() {
    let scene = Editing::start().await;
    let track = scene.tracks[0];
    let run = async |statement: &str| scene.client.batch_execute(statement).await.expect(statement);
    run(&format!("update tracks set isrc = 'USAAA0000001' where id = {track}")).await;
    run(&format!("update tracks set merged_into_id = {track} where id = {}", scene.tracks[1])).await;
    a_track_source(&scene.client, track, "youtube").with("source_id", "dQw4w9WgXcQ").await;
    let add = |track: Value| json!([{"add": {"items": [{"track": track}]}}]);
    for name in [
        json!({"id": gid("Track", scene.tracks[1])}),
        json!({"source": {"type": "YOUTUBE", "id": "dQw4w9WgXcQ"}}),
        json!({"url": "https://youtu.be/dQw4w9WgXcQ"}),
        json!({"isrc": "us-aaa-00-00001"}),
    ] {
        scene.apply(scene.owner, add(name)).await;
    }
    assert_eq!(scene.titles().await, "AAAA");
    for (name, kind, field) in [
        (json!({"id": gid("Track", 999_999)}), "NotFoundError", "id"),
        (json!({"source": {"type": "YOUTUBE", "id": "x"}}), "NotFoundError", "source"),
        (json!({"url": "https://example.org/nothing"}), "NotFoundError", "url"),
        (json!({"isrc": "USAAA0000009"}), "NotFoundError", "isrc"),
        (json!({"id": "nonsense"}), "ValidationError", "id"),
        (json!({"metadata": {"title": "x", "artist": "y"}}), "ValidationError", "metadata"),
    ] {
        let error = scene.refused(scene.owner, add(name.clone()), "").await;
        assert_eq!(error["__typename"], kind, "{name}");
        assert_eq!(error["path"], json!(["operations", "0", "add", "items", "0", "track", field]));
    }
}

#[tokio::test]
async fn repeats_are_taken_left_out_or_refused_as_the_list_or_the_call_says() {
    let scene = Editing::start().await;
    scene.apply(scene.owner, json!([scene.add("AB", Value::Null)])).await;
    let a = scene.ids("A").await;
    let add = |letters: &str, policy: &str| {
        let mut add = scene.add(letters, Value::Null);
        add["add"]["duplicates"] = json!(policy);
        json!([add])
    };
    let payload = scene.apply(scene.owner, add("ACC", "SKIP")).await;
    assert_eq!(payload["skippedDuplicates"], json!([{"id": a[0]}]));
    assert_eq!(scene.titles().await, "ABC");
    let error = scene.refused(scene.owner, add("DA", "REJECT"), "").await;
    assert_eq!((&error["__typename"], &error["existing"]), (&json!("DuplicateItemsError"), &json!([{"id": a[0]}])));
    assert_eq!(error["path"], json!(["operations", "0", "add", "items", "1"]));
    assert_eq!(scene.refused(scene.owner, add("DD", "REJECT"), "").await["existing"], json!([]));
    scene.apply(scene.owner, json!([{"details": {"duplicatePolicy": "REJECT"}}])).await;
    assert_eq!(scene.refused(scene.owner, json!([scene.add("B", Value::Null)]), "").await["code"], "DUPLICATE");
    scene.apply(scene.owner, add("B", "ALLOW")).await;
    assert_eq!(scene.titles().await, "ABCB");
}

#[tokio::test]
async fn one_person_has_as_many_entries_as_the_quota_says() {
    let scene = Editing::start().await;
    scene.set("max_tracks_per_user = 2").await;
    scene.apply(scene.owner, json!([scene.add("ABC", Value::Null)])).await;
    scene.apply(scene.editor, json!([scene.add("D", Value::Null)])).await;
    let error = scene.refused(scene.editor, json!([scene.add("EF", Value::Null)]), "").await;
    assert_eq!(
        (&error["__typename"], &error["limit"], &error["used"]),
        (&json!("QuotaExceededError"), &json!(2), &json!(1))
    );
    scene.apply(scene.editor, json!([scene.add("E", Value::Null)])).await;
}

#[tokio::test]
async fn what_is_locked_is_neither_moved_nor_removed_until_it_is_unlocked() {
    let scene = Editing::start().await;
    scene.apply(scene.owner, json!([scene.add("ABC", Value::Null)])).await;
    let ids = scene.ids("ABC").await;
    let lock = |locked: bool| json!([{"lock": {"itemIds": [ids[0], ids[1]], "locked": locked}}]);
    assert_eq!(scene.refused(scene.editor, lock(true), "").await["needed"], "LOCK_ITEMS");
    let payload = scene.apply(scene.owner, lock(true)).await;
    assert_eq!(payload["activities"][0]["type"], "ITEM_LOCKED");
    for operation in [
        json!({"remove": {"itemIds": [ids[2], ids[1]]}}),
        json!({"move": {"itemIds": [ids[1]], "placement": {"start": true}}}),
        json!({"update": {"itemId": ids[1], "track": {"id": gid("Track", scene.tracks[5])}}}),
    ] {
        let error = scene.refused(scene.owner, json!([operation]), "").await;
        assert_eq!((&error["__typename"], &error["items"]), (&json!("LockedItemsError"), &json!([{"id": ids[1]}])));
    }
    scene.apply(scene.owner, json!([{"update": {"itemId": ids[1], "note": "stays"}}])).await;
    scene.apply(scene.owner, lock(false)).await;
    scene.apply(scene.owner, json!([{"remove": {"itemIds": [ids[1]]}}])).await;
    assert_eq!(scene.titles().await, "AC");
}

#[tokio::test]
async fn everybody_does_what_they_may_and_is_told_what_it_would_need() {
    let scene = Editing::start().await;
    scene.apply(scene.owner, json!([scene.add("ABC", Value::Null)])).await;
    let ids = scene.ids("ABC").await;
    let add = json!([scene.add("D", Value::Null)]);
    let operations = [
        ("ADD_TRACKS", add.clone()),
        ("REMOVE_TRACKS", json!([{"remove": {"itemIds": [ids[0]]}}])),
        ("REORDER_TRACKS", json!([{"move": {"itemIds": [ids[0]], "placement": {"end": true}}}])),
        ("REMOVE_TRACKS", json!([{"update": {"itemId": ids[0], "note": "x"}}])),
        ("LOCK_ITEMS", json!([{"lock": {"itemIds": [ids[0]], "locked": true}}])),
        ("CHANGE_DETAILS", json!([{"details": {"name": "x"}}])),
    ];
    for (needed, operations) in &operations {
        let error = scene.refused(scene.stranger, operations.clone(), "").await;
        assert_eq!((&error["needed"], &error["currentRole"]), (&json!(needed), &Value::Null), "{error}");
    }
    for (needed, operations) in &operations[4..] {
        let error = scene.refused(scene.editor, operations.clone(), "").await;
        assert_eq!((&error["needed"], &error["currentRole"]), (&json!(needed), &json!("EDITOR")), "{error}");
    }
    // In an open list a stranger adds, and takes back what is theirs.
    scene.set("collaboration_mode = 'open'").await;
    scene.apply(scene.stranger, add.clone()).await;
    let own = scene.ids("D").await;
    scene.apply(scene.stranger, json!([{"update": {"itemId": own[0], "note": "mine"}}])).await;
    assert_eq!(
        scene.refused(scene.stranger, json!([{"remove": {"itemIds": [own[0], ids[0]]}}]), "").await["code"],
        "FORBIDDEN"
    );
    scene.apply(scene.stranger, json!([{"remove": {"itemIds": own}}])).await;
    scene.set("is_collaborative = false").await;
    assert_eq!(scene.refused(scene.editor, add.clone(), "").await["code"], "NOT_COLLABORATIVE");
    scene.set("is_dynamic = true, dynamic_rules = '{}'").await;
    assert_eq!(scene.refused(scene.owner, add.clone(), "").await["code"], "IS_SMART");
    scene.set("is_dynamic = false, visibility = 'private'").await;
    let hidden = scene.refused(scene.stranger, add.clone(), "").await;
    assert_eq!((&hidden["code"], &hidden["missingId"]), (&json!("NOT_FOUND"), &json!(scene.id)));
    scene.set("deleted_at = now()").await;
    assert_eq!(scene.try_apply(scene.owner, add, "").await["userErrors"][0]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn where_additions_wait_for_approval_they_are_proposed() {
    let scene = Editing::start().await;
    scene.set("collaboration_mode = 'approval_required'").await;
    scene.apply(scene.owner, json!([scene.add("A", Value::Null)])).await;
    for person in [scene.editor, scene.stranger] {
        let payload = scene.apply(person, json!([scene.add("B", json!({"start": true}))])).await;
        assert_eq!(payload["activities"][0]["type"], "ITEM_PROPOSED");
        assert_eq!(payload["items"].as_array().map(Vec::len), Some(1), "{payload}");
    }
    assert_eq!(scene.titles().await, "A");
    assert_eq!(scene.number("select count(*) from playlist_tracks where status = 'proposed'").await, 2);
    scene.is_sound().await;
}

#[tokio::test]
async fn a_call_of_one_name_is_done_once_and_answers_the_same() {
    let scene = Editing::start().await;
    let add = json!([scene.add("AB", Value::Null), scene.add("C", json!({"start": true}))]);
    let named = ", clientMutationId: \"x\", concurrency: {expectedVersion: 0}";
    let first = scene.try_apply(scene.owner, add.clone(), named).await;
    assert_eq!((&first["wasReplayed"], &first["rebasedOver"]), (&json!(false), &json!([1])));
    scene.apply(scene.editor, json!([scene.add("D", Value::Null)])).await;
    let mut again = scene.try_apply(scene.owner, add.clone(), named).await;
    assert_eq!(again["wasReplayed"], json!(true));
    again["wasReplayed"] = json!(false);
    assert_eq!(again, first);
    assert_eq!(scene.titles().await, "CABD");
    let error = scene.refused(scene.owner, json!([scene.add("A", Value::Null)]), named).await;
    assert_eq!((&error["code"], &error["path"]), (&json!("ALREADY_EXISTS"), &json!(["clientMutationId"])));
    // Another person's calls have names of their own.
    let other = scene.try_apply(scene.editor, json!([scene.add("E", Value::Null)]), named).await;
    assert_eq!((&other["wasReplayed"], &other["userErrors"]), (&json!(false), &json!([])));
    let both = (
        scene.try_apply(scene.owner, add.clone(), ", clientMutationId: \"y\""),
        scene.try_apply(scene.owner, add, ", clientMutationId: \"y\""),
    );
    let (one, other) = tokio::join!(both.0, both.1);
    assert_eq!(one["version"], other["version"]);
    assert_ne!(one["wasReplayed"], other["wasReplayed"]);
    scene.is_sound().await;
}

#[tokio::test]
async fn what_was_meant_is_carried_across_what_others_did() {
    let scene = Editing::start().await;
    scene.apply(scene.owner, json!([scene.add("ABCDE", Value::Null)])).await;
    let ids = scene.ids("ABCDE").await;
    // Somebody removes B and C and renames the list; versions 3 and 4.
    scene.apply(scene.editor, json!([{"remove": {"itemIds": [ids[1], ids[2]]}}])).await;
    scene.apply(scene.owner, json!([{"details": {"name": "New"}}])).await;
    let known = ", concurrency: {expectedVersion: 2}";
    let payload = scene
        .try_apply(
            scene.owner,
            json!([
                {"remove": {"itemIds": [ids[1], ids[0]]}},
                scene.add("X", json!({"after": ids[1]})),
                scene.add("Y", json!({"before": ids[2]})),
                {"details": {"description": "Text"}},
            ]),
            known,
        )
        .await;
    assert_eq!((&payload["userErrors"], &payload["rebasedOver"]), (&json!([]), &json!([3, 4])), "{payload}");
    // Where B and C were, nothing is left that would order the two.
    assert!(["XYDE", "YXDE"].contains(&scene.titles().await.as_str()));
    // The same value of the same thing is another matter.
    let error = scene.refused(scene.owner, json!([{"details": {"name": "Mine"}}]), known).await;
    assert_eq!(
        (&error["__typename"], &error["expectedVersion"], &error["currentVersion"]),
        (&json!("VersionConflictError"), &json!(2), &json!(8))
    );
    let missed: Vec<_> = (3..=8).map(|version| json!({"version": version})).collect();
    assert_eq!(error["missed"], json!(missed));
    scene.apply(scene.editor, json!([{"update": {"itemId": ids[3], "note": "theirs"}}])).await;
    assert_eq!(
        scene.refused(scene.owner, json!([{"update": {"itemId": ids[3], "note": "mine"}}]), known).await["code"],
        "CONFLICT"
    );
    let other = scene.try_apply(scene.owner, json!([{"update": {"itemId": ids[3], "startMs": 4}}]), known).await;
    assert_eq!(other["userErrors"], json!([]));
    scene.is_sound().await;
}

#[tokio::test]
async fn strictness_refuses_whatever_is_newer_but_votes_and_comments() {
    let scene = Editing::start().await;
    scene.apply(scene.owner, json!([scene.add("AB", Value::Null)])).await;
    let ids = scene.ids("AB").await;
    let strict = |version: i32| format!(", concurrency: {{expectedVersion: {version}, onConflict: STRICT}}");
    let note = |text: &str| json!([{"update": {"itemId": ids[0], "note": text}}]);
    let error = scene.refused(scene.owner, note("x"), &strict(1)).await;
    assert_eq!(error["__typename"], "VersionConflictError");
    assert_eq!(error["missed"], json!([{"version": 2}]));
    let harmless = format!(
        "update playlists set version = 4 where id = {0};
        insert into playlist_activities (playlist_id, user_id, activity_type, playlist_version)
        values ({0}, {1}, 'vote_cast', 3), ({0}, {1}, 'commented', 4)",
        scene.key, scene.editor
    );
    scene.client.batch_execute(&harmless).await.expect("they go in");
    let payload = scene.try_apply(scene.owner, note("x"), &strict(2)).await;
    assert_eq!((&payload["userErrors"], &payload["version"]), (&json!([]), &json!(5)));
    let gone = gid("PlaylistItem", 999_999);
    for (operation, more, code) in [
        (note("y"), strict(99), "OUT_OF_RANGE"),
        (note("y"), ", concurrency: {expectedVersion: -1}".to_owned(), "OUT_OF_RANGE"),
        (note("y"), ", concurrency: {onConflict: STRICT}".to_owned(), "REQUIRED"),
        (json!([{"remove": {"itemIds": [gone]}}]), strict(5), "NOT_FOUND"),
        (json!([scene.add("C", json!({"after": gone}))]), String::new(), "NOT_FOUND"),
        (json!([{"move": {"itemIds": [ids[0]], "placement": {"after": ids[0]}}}]), String::new(), "SELF_REFERENCE"),
        (json!([scene.add("C", json!({"position": -1}))]), String::new(), "OUT_OF_RANGE"),
        (json!([scene.add("C", json!({"start": false}))]), String::new(), "INVALID"),
        (json!([scene.add("", Value::Null)]), String::new(), "REQUIRED"),
        (json!([{"remove": {"itemIds": []}}]), String::new(), "REQUIRED"),
        (json!([]), String::new(), "REQUIRED"),
        (json!(vec![json!({"remove": {"itemIds": [gone]}}); 101]), String::new(), "TOO_MANY_ITEMS"),
        (
            json!([scene.add(&"A".repeat(600), Value::Null), scene.add(&"A".repeat(401), Value::Null)]),
            String::new(),
            "TOO_MANY_ITEMS",
        ),
        (note(&"x".repeat(501)), String::new(), "TOO_LONG"),
        (json!([{"update": {"itemId": ids[0], "startMs": 9, "endMs": 9}}]), String::new(), "OUT_OF_RANGE"),
        (json!([{"update": {"itemId": ids[0], "startMs": -1}}]), String::new(), "OUT_OF_RANGE"),
        (note("y"), format!(", clientMutationId: \"{}\"", "x".repeat(101)), "TOO_LONG"),
    ] {
        assert_eq!(scene.refused(scene.owner, operation.clone(), &more).await["code"], code, "{operation} {more}");
    }
}

#[tokio::test]
async fn an_edit_takes_as_many_statements_for_a_thousand_entries_as_for_one() {
    let scene = Editing::start().await;
    let counted = async |letters: &str| {
        let before = scene.app.pool.statement_count();
        scene.apply(scene.owner, json!([scene.add(letters, json!({"start": true}))])).await;
        scene.app.pool.statement_count() - before
    };
    let (one, many) = (counted("A").await, counted(&"B".repeat(990)).await);
    assert_eq!(one, many);
    let ids: Vec<String> = scene.entries().await.into_iter().map(|(_, id)| id).collect();
    for few in [&ids[..1], &ids[1..]] {
        let before = scene.app.pool.statement_count();
        scene.apply(scene.owner, json!([{"move": {"itemIds": few, "placement": {"end": true}}}])).await;
        assert!(scene.app.pool.statement_count() - before <= 14);
    }
    scene.is_sound().await;
}

#[tokio::test]
async fn whoever_has_the_uuid_of_an_open_unlisted_playlist_adds_to_it() {
    let scene = Editing::start().await;
    scene.set("visibility = 'unlisted', collaboration_mode = 'open'").await;
    let uuid: String = scene
        .client
        .query_one("select uuid::text from playlists where id = $1", &[&scene.key])
        .await
        .expect("it is there")
        .get(0);
    for (id, errors) in [(&scene.id, 1), (&uuid, 0)] {
        let mutation = format!(
            "mutation($i: AddItemsOp!) {{ addPlaylistItems(id: \"{id}\", input: $i) {{ playlist {{ id }} userErrors {{ code }} }} }}"
        );
        let add = scene.add("A", Value::Null)["add"].clone();
        let answer = scene.app.query_as(viewer(scene.stranger), &mutation, json!({ "i": add })).await;
        let payload = &answer["data"]["addPlaylistItems"];
        assert_eq!(payload["userErrors"].as_array().map(Vec::len), Some(errors), "{answer}");
    }
}
