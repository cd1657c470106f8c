//! The database of our own: it survives being killed, keeps others out, and never touches what is
//! not ours.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use searxng_cool_music::db::embedded::{Cluster, ClusterSettings, ConnectionParameters, running};

/// Where the shared server's programs are, so that a wheel is not fetched once a folder.
fn server_programs() -> Option<PathBuf> {
    crate::harness::programs()
}

/// A folder that any account can reach, since root's servers run under another one; gone with it.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let open = fs::Permissions::from_mode(0o755);
        fs::set_permissions(directory.path(), open).expect("it is ours");
        Self(directory)
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    fn start(&self) -> Cluster {
        self.try_start().expect("the server starts")
    }

    fn try_start(&self) -> Result<Cluster, String> {
        let mut settings = ClusterSettings::new(self.data());
        settings.fsync = false;
        settings.bin_dir = server_programs();
        settings.extra_settings = vec![("shared_buffers".to_owned(), "16MB".to_owned())];
        Cluster::start(settings).map_err(|error| error.to_string())
    }

    fn refusal(&self) -> String {
        match self.try_start() {
            Ok(_) => panic!("the start should be refused"),
            Err(message) => message,
        }
    }
}

/// The answer of one statement: its first value as a number.
async fn number(parameters: &ConnectionParameters, statement: &str) -> Result<i64, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(&parameters.keywords(), tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    client.query_one(statement, &[]).await.map(|row| row.get(0))
}

async fn run(parameters: &ConnectionParameters, statements: &str) {
    let session = tokio_postgres::connect(&parameters.keywords(), tokio_postgres::NoTls).await;
    let (client, connection) = session.expect("the server answers");
    tokio::spawn(connection);
    client.batch_execute(statements).await.expect("the statements are right");
}

/// Kills a process the hard way.
fn kill(pid: i32) {
    // SAFETY: kill takes two numbers; `pid` is a server that this test started.
    let outcome = unsafe { libc::kill(pid, libc::SIGKILL) };
    assert_eq!(outcome, 0);
}

#[tokio::test]
async fn a_killed_server_is_started_again_with_its_data() {
    let folder = Folder::new();
    let cluster = folder.start();
    run(cluster.parameters(), "create table kept as select generate_series(1, 100) as n").await;
    for round in 1..=2 {
        kill(cluster.pid().expect("it runs"));
        let back = async {
            while cluster.restarts() < round {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), back).await.expect("it comes back");
        let kept = number(cluster.parameters(), "select count(*) from kept").await;
        assert_eq!(kept.expect("the server answers"), 100);
    }
    cluster.stop();
    let cluster = folder.start();
    let kept = number(cluster.parameters(), "select count(*) from kept").await;
    assert_eq!(kept.expect("the server answers"), 100);
}

#[tokio::test]
async fn one_process_uses_a_folder_and_others_can_find_it() {
    let folder = Folder::new();
    assert_eq!(running(&folder.data()).expect("nothing is there"), None);
    let cluster = folder.start();
    let found = running(&folder.data()).expect("the folder can be read").expect("it runs");
    assert_eq!(&found, cluster.parameters());
    assert_eq!(number(&found, "select 1::bigint").await.expect("the server answers"), 1);
    let refusal = folder.refusal();
    let holder = format!("already in use by process PID {}", std::process::id());
    assert!(refusal.contains(&holder), "{refusal}");
    cluster.stop();
    assert_eq!(running(&folder.data()).expect("the folder can be read"), None);
    folder.start();
}

#[test]
fn a_half_made_database_is_made_anew_only_where_it_is_ours() {
    let folder = Folder::new();
    let half = folder.data().join("postgresql.new");
    fs::create_dir_all(&half).expect("it can be made");
    fs::write(half.join("PG_VERSION"), "15\n").expect("it can be written");
    assert!(folder.refusal().contains("was not made by this program"));
    assert!(half.join("PG_VERSION").exists());
    fs::write(folder.data().join(".searxng-cool-music"), "").expect("it can be written");
    let cluster = folder.start();
    assert!(!half.exists() && cluster.directory().join("PG_VERSION").exists());
}

#[test]
fn what_is_not_ours_is_refused_and_left_alone() {
    let folder = Folder::new();
    let theirs = folder.data().join("postgresql/precious");
    fs::create_dir_all(folder.data().join("postgresql")).expect("it can be made");
    fs::write(&theirs, "").expect("it can be written");
    assert!(folder.refusal().contains("was not made by this program"));
    assert!(theirs.exists());
    fs::write(folder.data().join("PG_VERSION"), "15\n").expect("it can be written");
    assert!(folder.refusal().contains("is itself a PostgreSQL data directory"));
}

fn names(directory: &Path) -> BTreeSet<OsString> {
    let entries = fs::read_dir(directory).expect("it is there");
    entries.map(|entry| entry.expect("it can be read").file_name()).collect()
}

#[test]
fn a_damaged_or_foreign_version_is_told_and_nothing_is_deleted() {
    let folder = Folder::new();
    let directory = {
        let cluster = folder.start();
        cluster.directory().to_path_buf()
    };
    let before = names(&directory);
    let version = fs::read_to_string(directory.join("PG_VERSION")).expect("it is there");
    for (text, expected) in [
        ("rubbish", "PG_VERSION holds \"rubbish\", not a version"),
        ("9", "The data folder holds a database of PostgreSQL 9"),
    ] {
        fs::write(directory.join("PG_VERSION"), text).expect("it can be written");
        let message = folder.refusal();
        assert!(message.contains(expected), "{message}");
    }
    fs::write(directory.join("PG_VERSION"), version).expect("it can be written");
    let control = directory.join("global/pg_control");
    let content = fs::read(&control).expect("it is there");
    let aside = directory.join("global/pg_control.aside");
    fs::rename(&control, &aside).expect("it can be moved");
    assert!(folder.refusal().contains("global/pg_control is missing"));
    fs::rename(&aside, &control).expect("it can be moved back");
    // Written in place, so that it stays the database account's.
    fs::write(&control, &content[..100]).expect("it can be written");
    let message = folder.refusal();
    assert!(message.contains("did not start") && message.contains("pg_control"), "{message}");
    fs::write(&control, content).expect("it can be written");
    assert!(before.is_subset(&names(&directory)));
    folder.start();
}

#[test]
fn a_cluster_of_an_earlier_version_gets_the_role_that_serves() {
    let folder = Folder::new();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    let can_login = "select count(*) from pg_roles where rolname = 'searxng_server' and rolcanlogin";
    for earlier in ["drop role searxng_server", "alter role searxng_server nologin"] {
        let cluster = folder.start();
        runtime.block_on(run(cluster.parameters(), earlier));
        cluster.stop();
        let cluster = folder.start();
        assert_eq!(runtime.block_on(number(cluster.parameters(), can_login)).expect("it answers"), 1, "{earlier}");
    }
}
