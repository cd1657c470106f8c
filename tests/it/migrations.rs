//! The migrations: down to nothing and up again, each alone, and what they leave in the database.

mod catalogue;
mod partitions;
mod statistics;

use std::fs;
use std::path::{Path, PathBuf};

use searxng_cool_music::db::migrate;
use tokio_postgres::Client;

use crate::harness::TestDatabase;

/// The whole schema as lines of text, without the schemas named.
async fn fingerprint(client: &Client, without: &[&str]) -> Vec<String> {
    let rows =
        client.query(include_str!("migrations/fingerprint.sql"), &[&without]).await.expect("the catalogue can be read");
    rows.iter().map(|row| row.get(0)).collect()
}

/// Fails with the lines that only one of two schemas has.
fn assert_same(what: &str, before: &[String], after: &[String]) {
    let lines_of = |one: &[String], other: &[String]| -> Vec<String> {
        let missing = one.iter().filter(|line| !other.contains(line));
        missing.take(20).cloned().collect()
    };
    if before != after {
        let lost = lines_of(before, after);
        let new = lines_of(after, before);
        panic!("{what}: lost {lost:#?}, new {new:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn down_to_nothing_leaves_nothing_and_up_again_gives_the_same_schema() {
    let empty = TestDatabase::create_empty().await;
    let nothing = fingerprint(&empty.client().await, &[]).await;

    let database = TestDatabase::create().await;
    let migrated = fingerprint(&database.client().await, &[]).await;
    assert!(migrated.len() > 1_000, "only {} lines", migrated.len());

    let target = database.target();
    let undone = migrate::down_all(&target).await.expect("every migration goes down");
    assert_eq!(undone.len(), folders().len());
    let left = fingerprint(&database.client().await, &[]).await;
    assert_same("after going down to nothing", &nothing, &left);

    let done = migrate::up(&target).await.expect("every migration goes up again");
    assert_eq!(done.len(), folders().len());
    let again = fingerprint(&database.client().await, &[]).await;
    assert_same("after going up again", &migrated, &again);
}

#[tokio::test(flavor = "multi_thread")]
async fn up_does_nothing_on_a_migrated_database() {
    let database = TestDatabase::create().await;
    let done = migrate::up(&database.target()).await.expect("there is nothing to do");
    assert_eq!(done, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_migration_can_be_redone_by_name() {
    let database = TestDatabase::create().await;
    let before = fingerprint(&database.client().await, &[]).await;
    let redone = migrate::redo(&database.target()).await.expect("the last one goes down and up");
    assert_eq!(redone, folders().last().map(|folder| name_of(folder)).into_iter().collect::<Vec<_>>());
    let after = fingerprint(&database.client().await, &[]).await;
    assert_same("after redoing the last migration", &before, &after);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_tells_what_is_applied_and_what_is_pending() {
    let database = TestDatabase::create().await;
    let target = database.target();
    let undone = migrate::down(&target).await.expect("the last one goes down");
    let states = migrate::status(&target).await.expect("the state can be read");
    let names: Vec<String> = states.iter().map(|state| state.name.clone()).collect();
    assert_eq!(names, folders().iter().map(|folder| name_of(folder)).collect::<Vec<_>>());
    let pending: Vec<String> = states.into_iter().filter(|state| !state.is_applied).map(|state| state.name).collect();
    assert_eq!(pending, undone);
    assert_eq!(migrate::up(&target).await.expect("it goes up again"), undone);
}

/// The folders of the migrations, in order.
fn folders() -> Vec<PathBuf> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations"));
    let entries = fs::read_dir(root).expect("the folder is there");
    let mut folders: Vec<_> =
        entries.map(|entry| entry.expect("its entries can be read").path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// The name of a migration is its folder's.
fn name_of(folder: &Path) -> String {
    folder.file_name().expect("a folder has a name").to_string_lossy().into_owned()
}

async fn run(client: &Client, folder: &Path, file: &str) {
    let path = folder.join(file);
    let statements = fs::read_to_string(&path).expect("a migration goes both ways");
    if let Err(error) = client.batch_execute(&statements).await {
        panic!("{}: {error:?}", path.display());
    }
}

/// From the last to the first, each goes down, up and down: its two files undo each other, whatever
/// the others do. The monthly parts are left out, since their parents' lines say the same.
#[tokio::test(flavor = "multi_thread")]
async fn each_migration_can_be_redone_alone() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    let without = ["partitions"];
    let mut before = fingerprint(&client, &without).await;
    for folder in folders().iter().rev() {
        run(&client, folder, "down.sql").await;
        let down = fingerprint(&client, &without).await;
        run(&client, folder, "up.sql").await;
        let up = fingerprint(&client, &without).await;
        assert_same(&format!("after redoing {}", folder.display()), &before, &up);
        run(&client, folder, "down.sql").await;
        before = down;
    }
}

/// The name of a folder is the version and the purpose, as `diesel migration generate` writes it.
#[test]
fn every_migration_is_named_for_what_it_does() {
    for folder in folders() {
        let name = name_of(&folder);
        let (version, purpose) = name.split_once('_').expect("a version and a purpose");
        assert!(version.len() == 17, "{name}: the version is YYYY-MM-DD-HHMMSS");
        assert!(!purpose.is_empty(), "{name}: no purpose");
    }
}
