//! Backups: taken while somebody writes, proved, brought back, and told apart from what only looks
//! like one.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sha2::{Digest as _, Sha256};

use crate::harness::{TestDatabase, programs};
use crate::run::program;

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder can be made");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    /// Runs `backup …` on this place's backups and data folder.
    fn run(&self, args: &[&str]) -> Output {
        let bin = programs().expect("the tests' PostgreSQL is somewhere").display().to_string();
        let (backups, data) = (self.path("backups"), self.path("data"));
        let own = ["--backup-dir", &backups, "--data-dir", &data, "--pg-bin-dir", &bin];
        program(&[&["backup"], args, &own].concat()).output().expect("the program runs")
    }

    fn told(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{args:?}: {error}{out}");
        out.into_owned()
    }

    fn refused(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(!output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// The place of the only backup.
    fn only(&self) -> PathBuf {
        let mut all = fs::read_dir(self.path("backups")).expect("there are backups");
        let only = all.next().expect("there is one").expect("it can be read").path();
        assert!(all.next().is_none(), "there are others");
        only
    }
}

fn largest(folder: &Path) -> PathBuf {
    let files = fs::read_dir(folder).expect("it can be read").map(|entry| entry.expect("and its entries").path());
    files.max_by_key(|path| path.metadata().expect("a file").len()).expect("there are files")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_taken_while_somebody_writes_is_one_moment_and_comes_back_whole() {
    let database = TestDatabase::with_demo().await;
    let (place, url) = (Place::new(), database.url());
    let is_over = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn({
        let (client, is_over) = (database.client().await, is_over.clone());
        async move {
            let mut written = 0;
            while !is_over.load(Ordering::Relaxed) {
                let sql = format!(
                    "begin; insert into artists (name) values ('writer {written}');
                     update playlists set play_count = play_count + 1; commit"
                );
                client.batch_execute(&sql).await.expect("it is written");
                written += 1;
            }
            written
        }
    });
    let told = place.told(&["create", "--database-url", &url]);
    is_over.store(true, Ordering::Relaxed);
    let written: i64 = writer.await.expect("it ends");
    assert!(written > 3, "the writer wrote {written} times only");
    assert!(told.contains("rows in") && !told.contains("sealed"), "{told}");
    assert!(place.told(&["list"]).contains("rows in"), "{told}");

    // Verifying compares every table of the restored cluster with the sums of the snapshot.
    let told = place.told(&["verify", "--scratch", &place.path("")]);
    assert!(told.contains("every table is as it was"), "{told}");
    // The data folder is made by this.
    let told = place.told(&["restore"]);
    assert!(told.contains("every table is as it was"), "{told}");
    let error = place.refused(&["restore"]);
    assert!(error.contains("tables already") && error.contains("nothing was changed"), "{error}");

    let bin = programs().expect("it is somewhere").display().to_string();
    let data = place.path("data");
    let doctor = program(&["doctor", "--data-dir", &data, "--pg-bin-dir", &bin]).output().expect("it runs");
    let out = String::from_utf8_lossy(&doctor.stdout);
    assert!(out.contains("ok       every migration has been run"), "{out}");
    assert!(!out.contains("fault"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_changed_byte_is_found_wherever_it_is() {
    let database = TestDatabase::create().await;
    let (place, url) = (Place::new(), database.url());
    place.told(&["create", "--database-url", &url]);
    place.told(&["verify", "--files"]);
    let backup = place.only();
    for path in [largest(&backup.join("dump")), backup.join("dump/toc.dat"), backup.join("manifest.json")] {
        let before = fs::read(&path).expect("it can be read");
        let mut bytes = before.clone();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, &bytes).expect("it can be changed");
        let error = place.refused(&["verify", "--files"]);
        assert!(error.contains("changed"), "{}: {error}", path.display());
        let error = place.refused(&["restore", backup.file_name().and_then(|name| name.to_str()).expect("a name")]);
        assert!(error.contains("changed"), "{}: {error}", path.display());
        assert!(!Path::new(&place.path("data")).exists(), "nothing was begun");
        fs::write(&path, before).expect("it can be mended");
    }
    fs::remove_file(largest(&backup.join("dump"))).expect("it can be removed");
    let error = place.refused(&["verify", "--files"]);
    assert!(error.contains("is missing"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_backup_needs_its_key_and_shows_nothing_without() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    client.batch_execute("insert into artists (name) values ('Nobody Must Read This')").await.expect("written");
    let (place, url) = (Place::new(), database.url());
    let (key, other, broken) = (place.path("key"), place.path("other"), place.path("broken"));
    fs::write(&key, "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n").expect("written");
    fs::write(&other, "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=\n").expect("written");
    fs::write(&broken, "short\n").expect("written");
    assert!(place.refused(&["list", "--key-file", &broken]).contains("32 bytes"));
    let told = place.told(&["create", "--database-url", &url, "--key-file", &key]);
    assert!(told.contains("sealed"), "{told}");
    for entry in fs::read_dir(place.only().join("dump")).expect("it can be read") {
        let bytes = fs::read(entry.expect("and its entries").path()).expect("a file");
        assert!(!bytes.starts_with(b"PGDMP") && !bytes.windows(9).any(|some| some == b"Must Read"));
    }
    assert!(place.refused(&["verify"]).contains("--key-file"));
    assert!(place.refused(&["verify", "--key-file", &other]).contains("another key"));
    place.told(&["verify", "--key-file", &key, "--scratch", &place.path("")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_are_kept_and_what_is_newer_than_the_program_is_refused() {
    let database = TestDatabase::create().await;
    let (place, url) = (Place::new(), database.url());
    for _ in 0..3 {
        place.told(&["create", "--keep", "2", "--database-url", &url]);
    }
    assert_eq!(place.told(&["list"]).lines().count(), 2);
    assert!(place.refused(&["verify", "../elsewhere"]).contains("no backup"));

    // A newer program's manifest names a migration that is not known here.
    let made = place.told(&["create", "--keep", "1", "--database-url", &url]);
    assert!(made.contains("Removed"), "{made}");
    let manifest = place.only().join("manifest.json");
    let text = fs::read_to_string(&manifest).expect("it can be read");
    let at = text.find("\"migration\": \"").expect("it names one") + 14;
    let newer = format!("{}9{}", &text[..at], &text[at..]);
    let sum: String = Sha256::digest(&newer).iter().map(|byte| format!("{byte:02x}")).collect();
    fs::write(&manifest, newer).expect("it can be changed");
    assert!(place.refused(&["verify"]).contains("was changed after it was written"));
    fs::write(place.only().join("manifest.json.sha256"), sum).expect("it can be changed");
    let error = place.refused(&["verify", "--scratch", &place.path("")]);
    assert!(error.contains("which this program does not know"), "{error}");
}

#[test]
fn nothing_to_back_up_with_is_told() {
    let place = Place::new();
    assert_eq!(place.told(&["list"]), "There is no backup yet.\n");
    assert!(place.refused(&["verify"]).contains("there is no backup"));
    let error = place.refused(&["create", "--database-url", "postgres://nobody@127.0.0.1:1/none"]);
    assert!(error.contains("127.0.0.1"), "{error}");
    assert!(!Path::new(&place.path("backups")).exists());
}
