//! Programs from npm that use a started server: installed once for each lock file, run on the real
//! program over the demo.
//!
//! Where something they need is missing they are skipped, and it is said even when the output of
//! tests is not shown; with the variable `CI` set they fail.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, BufReader, Lines};
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, OnceCell};
use tokio::time::timeout;

use crate::harness::{TestDatabase, cluster};

/// Installing may have to fetch a hundred packages over a slow line.
const INSTALLING: Duration = Duration::from_secs(300);

/// A script takes seconds; a browser on a busy machine more of them.
const RUNNING: Duration = Duration::from_secs(120);

/// What a script says when somebody else has to change a playlist now.
const WAITING: &str = "waiting for a change of ";

/// A project that is installed once a run, or why it cannot be.
type Installing = Arc<OnceCell<Result<Arc<Project>, String>>>;

/// An npm project of `tests/`, installed below `target/`.
pub struct Project {
    folder: PathBuf,
}

impl Project {
    /// The project, ready to run; none where that is not possible and nobody insists.
    pub async fn install(name: &'static str) -> Option<Arc<Self>> {
        static INSTALLED: Mutex<Option<HashMap<&'static str, Installing>>> = Mutex::const_new(None);
        let cell = INSTALLED.lock().await.get_or_insert_default().entry(name).or_default().clone();
        match cell.get_or_init(|| install(name)).await {
            Ok(project) => Some(project.clone()),
            Err(reason) => {
                skip(&format!("the tests of tests/{name}: {reason}"));
                None
            }
        }
    }

    /// Runs a script on the server until it ends well. A line with [`WAITING`] in its output is
    /// answered by a change of that playlist.
    pub async fn run(&self, server: &DemoServer, script: &str, flags: &[&str]) {
        let mut child = Command::new("node")
            .arg(script)
            .arg(&server.url)
            .args(flags)
            .current_dir(&self.folder)
            .env("SCHEMA", Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("node starts");
        let mut output = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut errors = child.stderr.take().expect("it is piped");
        let work = async {
            let (mut told, mut complaints) = (Vec::new(), String::new());
            let listening = async {
                while let Some(line) = next_line(&mut output).await {
                    if let Some(playlist) = line.strip_prefix(WAITING) {
                        server.change(playlist).await;
                    }
                    told.push(line);
                }
            };
            let (_, read) = tokio::join!(listening, errors.read_to_string(&mut complaints));
            read.expect("it writes UTF-8");
            let status = child.wait().await.expect("it ends");
            assert!(status.success(), "{script} {flags:?}\n{}\n{complaints}", told.join("\n"));
        };
        assert!(timeout(RUNNING, work).await.is_ok(), "{script} {flags:?} takes longer than {RUNNING:?}");
    }
}

/// Says that something is not tested, past the test runner, which keeps what passing tests print.
///
/// # Panics
/// On CI, where everything has to be tested.
pub fn skip(what: &str) {
    assert!(std::env::var_os("CI").is_none_or(|ci| ci.is_empty()), "not run: {what}");
    writeln!(std::io::stderr(), "\nSKIPPED: {what}\n").expect("somebody listens");
}

async fn install(name: &str) -> Result<Arc<Project>, String> {
    let node = Command::new("node").arg("--version").output().await;
    node.map_err(|cause| format!("node does not start ({cause}); install nodejs and npm"))?;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("npm").join(name);
    // Another run of the tests, on another PostgreSQL, may be at it. Closing the file unlocks it.
    std::fs::create_dir_all(&folder).map_err(|cause| format!("{}: {cause}", folder.display()))?;
    let turn = std::fs::File::create(folder.with_extension("lock")).map_err(|cause| cause.to_string())?;
    turn.lock().map_err(|cause| cause.to_string())?;
    copy(&source, &folder).map_err(|cause| format!("{}: {cause}", folder.display()))?;
    let lock = std::fs::read_to_string(folder.join("package-lock.json")).map_err(|cause| cause.to_string())?;
    let stamp = folder.join("node_modules/.installed");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(Arc::new(Project { folder }));
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1"])
        .current_dir(&folder)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = timeout(INSTALLING, npm.output())
        .await
        .map_err(|_| format!("npm takes longer than {INSTALLING:?}"))?
        .map_err(|cause| format!("npm does not start ({cause}); install nodejs and npm"))?;
    if !output.status.success() {
        return Err(format!("npm ci failed: {}", String::from_utf8_lossy(&output.stderr)));
    }
    std::fs::write(stamp, lock).map_err(|cause| cause.to_string())?;
    Ok(Arc::new(Project { folder }))
}

/// Copies a project's files over those of an earlier run. What npm installed there stays.
fn copy(source: &Path, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for entry in std::fs::read_dir(source)? {
        let entry = entry?;
        let (from, to) = (entry.path(), folder.join(entry.file_name()));
        if entry.file_name() == "node_modules" {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy(&from, &to)?;
        } else {
            std::fs::copy(&from, &to)?;
        }
    }
    Ok(())
}

async fn next_line<R: AsyncBufRead + Unpin>(lines: &mut Lines<R>) -> Option<String> {
    lines.next_line().await.expect("the output is UTF-8")
}

/// The program itself, as a process of its own over the demo. It ends with this value.
pub struct DemoServer {
    url: String,
    database: TestDatabase,
    _process: Child,
}

impl DemoServer {
    pub async fn start(flags: &[&str]) -> Self {
        let database = TestDatabase::with_demo().await;
        let name: String =
            database.client().await.query_one("select current_database()::text", &[]).await.expect("it answers").get(0);
        let mut process = Command::new(env!("CARGO_BIN_EXE_searxng-cool-music"))
            .args(["--listen", "127.0.0.1:0", "--workers", "1", "--no-demo", "--pool-size", "5", "--log", "warn"])
            .args(["--database-url", &cluster().with_database(&name).url()])
            .args(flags)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        let greeting = async {
            loop {
                let line = next_line(&mut lines).await.expect("the server greets before it ends");
                if let Some(url) = line.strip_prefix("GraphQL").and_then(|rest| rest.trim().strip_suffix("/graphql")) {
                    return url.to_owned();
                }
            }
        };
        let url = timeout(Duration::from_secs(30), greeting).await.expect("the server starts in time");
        // Whatever it says later is read, or it would wait for a reader.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { url, database, _process: process }
    }

    /// Changes a playlist as its owner, given its global id: a comment, and the version it makes.
    async fn change(&self, playlist: &str) {
        let id = URL_SAFE_NO_PAD.decode(playlist).ok().and_then(|text| String::from_utf8(text).ok());
        let key: i64 = id
            .as_deref()
            .and_then(|id| id.strip_prefix("Playlist:")?.parse().ok())
            .unwrap_or_else(|| panic!("{playlist:?} is no id of a playlist"));
        let changed = self
            .database
            .client()
            .await
            .execute(
                "with changed as (
                  update playlists set version = version + 1 where id = $1 returning id, owner_id, version
                )
                insert into playlist_activities (playlist_id, user_id, activity_type, activity_data, playlist_version)
                select id, owner_id, 'commented', '{\"text\": \"listening to it right now\"}', version from changed",
                &[&key],
            )
            .await
            .expect("the playlist changes");
        assert_eq!(changed, 1, "there is no playlist {playlist}");
    }
}
