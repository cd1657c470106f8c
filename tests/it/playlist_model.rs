//! Editing against a plain list in memory: whatever people do, in whatever order, both are the same.

use std::collections::BTreeSet;
use std::time::Instant;

use futures_util::future::join_all;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::builders::gid;
use crate::editing::{CHANGE, Editing};
use crate::harness::{TestApp, TestDatabase};

#[derive(Debug, Clone, Copy)]
enum Person {
    Owner,
    Editor,
    /// Takes no part; the list is open.
    Stranger,
}

#[derive(Debug, Clone)]
enum Act {
    Add(usize, usize),
    Remove(Vec<usize>),
    Move(Vec<usize>, usize),
    Note(usize, bool),
    Lock(usize, bool),
}

fn acts() -> impl Strategy<Value = Vec<(Person, Act)>> {
    let person = prop_oneof![3 => Just(Person::Owner), 3 => Just(Person::Editor), 1 => Just(Person::Stranger)];
    let some = || prop::collection::vec(0_usize..40, 1..4);
    let act = prop_oneof![
        4 => (1_usize..4, 0_usize..40).prop_map(|(count, at)| Act::Add(count, at)),
        2 => some().prop_map(Act::Remove),
        4 => (some(), 0_usize..40).prop_map(|(moved, at)| Act::Move(moved, at)),
        1 => (0_usize..40, any::<bool>()).prop_map(|(place, has)| Act::Note(place, has)),
        1 => (0_usize..40, any::<bool>()).prop_map(|(place, locked)| Act::Lock(place, locked)),
    ];
    prop::collection::vec((person, act), 30)
}

/// An entry of the plain list.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    id: String,
    title: char,
    is_strangers: bool,
    is_locked: bool,
    has_note: bool,
}

#[derive(Default)]
struct Model {
    list: Vec<Entry>,
    version: i64,
}

/// The operation of an act, and what becomes of the plain list: none when it is refused.
fn plan(scene: &Editing, model: &Model, person: Person, act: &Act) -> Option<(Value, Option<Vec<Entry>>)> {
    let length = model.list.len();
    let is_stranger = matches!(person, Person::Stranger);
    let pick = |places: &[usize]| -> Vec<usize> {
        let mut seen = BTreeSet::new();
        places.iter().filter(|_| length > 0).map(|place| place % length).filter(|place| seen.insert(*place)).collect()
    };
    let ids = |places: &[usize]| places.iter().map(|place| model.list[*place].id.clone()).collect::<Vec<_>>();
    let is_locked = |places: &[usize]| places.iter().any(|place| model.list[*place].is_locked);
    let are_own = |places: &[usize]| places.iter().all(|place| model.list[*place].is_strangers);
    match act {
        Act::Add(count, at) => {
            let at = at % (length + 1);
            let letters: String =
                (0..*count).map(|number| char::from(b'A' + u8::try_from((at + number) % 26).unwrap_or(0))).collect();
            let placement = match at {
                0 => json!({"start": true}),
                at if at == length => json!({"end": true}),
                at if at.is_multiple_of(2) => json!({"after": model.list[at - 1].id}),
                at => json!({"before": model.list[at].id}),
            };
            let mut list = model.list.clone();
            for (number, title) in letters.chars().enumerate() {
                let entry =
                    Entry { id: String::new(), title, is_strangers: is_stranger, is_locked: false, has_note: false };
                list.insert(at + number, entry);
            }
            Some((scene.add(&letters, placement), Some(list)))
        }
        Act::Remove(places) => {
            let places = pick(places);
            if places.is_empty() {
                return None;
            }
            let is_refused = is_locked(&places) || (is_stranger && !are_own(&places));
            let left = model.list.iter().enumerate().filter(|(place, _)| !places.contains(place));
            let list = left.map(|(_, entry)| entry.clone()).collect();
            Some((json!({"remove": {"itemIds": ids(&places)}}), (!is_refused).then_some(list)))
        }
        Act::Move(places, at) => {
            let places = pick(places);
            if places.is_empty() {
                return None;
            }
            let mut list: Vec<Entry> = model
                .list
                .iter()
                .enumerate()
                .filter(|(place, _)| !places.contains(place))
                .map(|(_, e)| e.clone())
                .collect();
            let at = at % (list.len() + 1);
            let placement =
                if at.is_multiple_of(2) { json!({"position": at}) } else { json!({"after": list[at - 1].id}) };
            for (number, place) in places.iter().enumerate() {
                list.insert(at + number, model.list[*place].clone());
            }
            let is_refused = is_stranger || is_locked(&places);
            Some((json!({"move": {"itemIds": ids(&places), "placement": placement}}), (!is_refused).then_some(list)))
        }
        Act::Note(place, has) => {
            let place = *pick(&[*place]).first()?;
            let mut list = model.list.clone();
            list[place].has_note = *has;
            let note = has.then_some("Hm.");
            let is_refused = is_stranger && !are_own(&[place]);
            Some((json!({"update": {"itemId": model.list[place].id, "note": note}}), (!is_refused).then_some(list)))
        }
        Act::Lock(place, locked) => {
            let place = *pick(&[*place]).first()?;
            let mut list = model.list.clone();
            list[place].is_locked = *locked;
            let operation = json!({"lock": {"itemIds": [model.list[place].id], "locked": locked}});
            Some((operation, matches!(person, Person::Owner).then_some(list)))
        }
    }
}

async fn play(scene: &Editing, acts: Vec<(Person, Act)>) {
    let mut model = Model { list: Vec::new(), version: 1 };
    let mut stages = vec![String::new(), String::new()];
    for (person, act) in acts {
        let Some((operation, expected)) = plan(scene, &model, person, &act) else { continue };
        let who = match person {
            Person::Owner => scene.owner,
            Person::Editor => scene.editor,
            Person::Stranger => scene.stranger,
        };
        let payload = scene.try_apply(who, json!([operation]), "").await;
        assert_eq!(payload["userErrors"] == json!([]), expected.is_some(), "{person:?} {operation}: {payload}");
        let Some(expected) = expected else { continue };
        if expected != model.list {
            model.version += 1;
            model.list = expected;
            stages.push(model.list.iter().map(|entry| entry.title).collect());
        }
        assert_eq!(payload["version"], json!(model.version), "{operation}: {payload}");
        let entries = scene.entries().await;
        let titles: Vec<String> = entries.iter().map(|(title, _)| title.clone()).collect();
        assert_eq!(titles, model.list.iter().map(|entry| entry.title.to_string()).collect::<Vec<_>>(), "{operation}");
        for (entry, (_, id)) in model.list.iter_mut().zip(entries) {
            assert!(entry.id.is_empty() || entry.id == id, "{operation}");
            entry.id = id;
        }
        scene.is_sound().await;
    }
    for (version, titles) in stages.iter().enumerate() {
        assert_eq!(scene.titles_at(i64::try_from(version).expect("small")).await, *titles, "version {version}");
    }
    for version in (2..=model.version).rev() {
        let activity = format!(
            "select id from playlist_activities where playlist_version = {version} and playlist_id = {}",
            scene.key
        );
        let activity = gid("PlaylistActivity", scene.number(&activity).await);
        let undo = format!("mutation {{ undoPlaylistActivity(activityId: \"{activity}\") {{ {CHANGE} }} }}");
        let payload = scene.run(scene.owner, &undo, json!({})).await["undoPlaylistActivity"].clone();
        assert_eq!(payload["userErrors"], json!([]), "version {version}: {payload}");
        let before = usize::try_from(version - 1).expect("small");
        assert_eq!(scene.titles().await, stages[before], "version {version} taken back");
        scene.is_sound().await;
    }
    assert_eq!(scene.titles().await, "");
}

async fn random_edits(cases: usize) {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    for _ in 0..cases {
        let acts = acts().new_tree(&mut runner).expect("acts").current();
        let scene = Editing::start().await;
        scene.set("collaboration_mode = 'open'").await;
        play(&scene, acts).await;
    }
}

#[tokio::test]
async fn random_edits_are_what_a_plain_list_becomes_and_all_can_be_taken_back() {
    random_edits(3).await;
}

#[tokio::test]
#[ignore = "takes minutes"]
async fn many_random_edits_are_what_a_plain_list_becomes() {
    random_edits(100).await;
}

/// A number that looks random, the same each time.
fn chance(seed: &mut u64, below: usize) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*seed >> 33).expect("it fits") % below
}

async fn edit_at_once(clients: u64, edits: usize) {
    // As many connections as a server has: those who wait for the list's row hold one each.
    let database = TestDatabase::create().await;
    let pool = database.pool_of(20, Vec::new()).await;
    let scene = Editing::over(TestApp::with(database, pool)).await;
    scene.apply(scene.owner, json!([scene.add("ABCDEFGHIJ", Value::Null)])).await;
    let acknowledged = join_all((0..clients).map(|client| {
        let scene = &scene;
        async move {
            let (mut seed, mut versions) = (client + 1, Vec::new());
            for _ in 0..edits {
                let entries = scene.entries_now().await;
                let one = |seed: &mut u64| entries.get(chance(seed, entries.len().max(1))).cloned().unwrap_or_default();
                let (moved, anchor) = (one(&mut seed), one(&mut seed));
                let operation = match chance(&mut seed, 5) {
                    0 | 1 => scene.add("X", json!({"start": true})),
                    2 if moved != anchor => json!({"move": {"itemIds": [moved], "placement": {"after": anchor}}}),
                    3 => json!({"remove": {"itemIds": [moved]}}),
                    _ => json!({"move": {"itemIds": [moved], "placement": {"position": chance(&mut seed, 20)}}}),
                };
                let known = ", concurrency: {expectedVersion: 2}";
                let who = if client.is_multiple_of(2) { scene.owner } else { scene.editor };
                let payload = scene.try_apply(who, json!([operation]), known).await;
                assert_eq!(payload["userErrors"], json!([]), "{operation}: {payload}");
                let changes = payload["activities"].as_array().expect("changes");
                versions.extend(changes.iter().map(|change| change["version"].as_i64().expect("a version")));
            }
            versions
        }
    }))
    .await;
    scene.is_sound().await;
    let mut all: Vec<i64> = acknowledged.into_iter().flatten().collect();
    all.sort_unstable();
    let last = scene.number("select version::bigint from playlists where id = (select max(id) from playlists)").await;
    assert_eq!(all, (3..=last).collect::<Vec<_>>(), "every acknowledged change is in the log once");
    // As the log tells it, the list came to be what it is.
    assert_eq!(scene.titles_at(2).await, "ABCDEFGHIJ");
}

impl Editing {
    /// The ids of the entries, straight from the table.
    async fn entries_now(&self) -> Vec<String> {
        let query = "select id from playlist_tracks where playlist_id = $1 and status = 'active' order by position";
        let rows = self.client.query(query, &[&self.key]).await.expect("it can be read");
        rows.iter().map(|row| gid("PlaylistItem", row.get(0))).collect()
    }
}

#[tokio::test]
async fn many_edit_at_once_and_nothing_is_lost() {
    edit_at_once(16, 12).await;
}

#[tokio::test]
#[ignore = "takes minutes"]
async fn sixteen_clients_edit_two_hundred_times_each() {
    edit_at_once(16, 200).await;
}

/// Random single edits of a list of ten thousand entries: how many rows each writes on average.
async fn written_for_each(edits: usize) -> f64 {
    let scene = Editing::start().await;
    let fill = format!(
        "insert into playlist_tracks (playlist_id, track_id, position, added_by)
        select {}, {}, i * 1000, {} from generate_series(1, 10000) i; analyze playlist_tracks;",
        scene.key, scene.tracks[0], scene.owner
    );
    scene.client.batch_execute(&fill).await.expect("they go in");
    let mut ids = scene.entries_now().await;
    let (mut seed, mut times) = (1, Vec::new());
    for _ in 0..edits {
        let place = chance(&mut seed, ids.len());
        let anchor = ids[chance(&mut seed, ids.len())].clone();
        let operation = match chance(&mut seed, 3) {
            0 if ids[place] != anchor => json!({"move": {"itemIds": [ids[place]], "placement": {"before": anchor}}}),
            1 => json!({"remove": {"itemIds": [ids.swap_remove(place)]}}),
            _ => scene.add("B", json!({"after": anchor})),
        };
        let began = Instant::now();
        let payload = scene.apply(scene.owner, json!([operation])).await;
        times.push(began.elapsed());
        if payload["activities"][0]["type"] == "ITEM_ADDED" {
            ids.push(payload["items"][0]["id"].as_str().expect("an id").to_owned());
        }
    }
    scene.is_sound().await;
    times.sort_unstable();
    eprintln!("an edit: p50 {:?}, p99 {:?}", times[times.len() / 2], times[times.len() * 99 / 100]);
    // A connection tells what it wrote at its end at the latest.
    let Editing { app, client, .. } = scene;
    let database = app.database.again();
    drop((app, client));
    let client = database.client().await;
    let deadline = Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let others =
            "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
            and backend_type = 'client backend'";
        let others: i64 = client.query_one(others, &[]).await.expect("it can be read").get(0);
        if others == 0 {
            break;
        }
        assert!(Instant::now() < deadline, "connections stay open");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let written = "select (n_tup_ins + n_tup_upd + n_tup_del - 10000)::float8 from pg_stat_user_tables where relname = 'playlist_tracks'";
    let written: f64 = client.query_one(written, &[]).await.expect("it can be read").get(0);
    written / edits as f64
}

#[tokio::test]
async fn an_edit_of_ten_thousand_entries_writes_three_rows_at_most() {
    let written = written_for_each(150).await;
    assert!((0.5..=3.0).contains(&written), "{written} rows for each edit");
}

#[tokio::test]
#[ignore = "takes a minute"]
async fn a_thousand_edits_of_ten_thousand_entries_write_three_rows_each_at_most() {
    let written = written_for_each(1_000).await;
    eprintln!("{written} rows for each edit");
    assert!((0.5..=3.0).contains(&written), "{written} rows for each edit");
}
