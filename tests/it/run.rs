//! The program itself, as an operator meets it: what it says, what it keeps, how it refuses.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{TestDatabase, cluster, programs};

/// Nothing here takes longer, on a slow machine and with a debug build.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program with nothing of this run's environment but where to find other programs.
pub fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_searxng-cool-music"));
    command.args(args).env_clear().current_dir(env!("CARGO_TARGET_TMPDIR")).stdin(Stdio::null());
    for name in ["PATH", "HOME"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// Runs a command to its end.
fn run(args: &[&str]) -> Output {
    program(args).output().expect("the program runs")
}

pub fn told(output: &Output) -> (String, String) {
    (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Runs a command that has to succeed and gives what it printed.
fn printed(args: &[&str]) -> String {
    let output = run(args);
    let (out, error) = told(&output);
    assert!(output.status.success(), "{args:?}: {error}{out}");
    out
}

/// Runs a command that has to fail and gives what it said.
fn refused(args: &[&str]) -> String {
    let began = Instant::now();
    let output = run(args);
    let (out, error) = told(&output);
    assert!(!output.status.success(), "{args:?} should be refused: {out}");
    assert!(began.elapsed() < PATIENCE, "{args:?} took {:?}", began.elapsed());
    assert!(!error.contains("panicked") && !error.contains("RUST_BACKTRACE"), "{error}");
    error
}

/// A data folder of its own, which root's PostgreSQL reaches under another account.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder can be made");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
        Self(folder)
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// The arguments of a command on this folder.
    fn args<'a>(&self, before: &[&'a str], own: &'a [String; 4]) -> Vec<&'a str> {
        before.iter().copied().chain(own.iter().map(String::as_str)).collect()
    }

    fn own(&self) -> [String; 4] {
        let programs = programs().expect("the tests' PostgreSQL is somewhere");
        let text = |path: &Path| path.display().to_string();
        ["--data-dir".to_owned(), text(&self.data()), "--pg-bin-dir".to_owned(), text(&programs)]
    }
}

/// A server that runs.
pub struct Running {
    child: Child,
    lines: Vec<String>,
}

impl Running {
    /// Starts on a free port and waits until it has said where everything is.
    fn start(folder: &Folder) -> Self {
        let own = folder.own();
        let command = program(&folder.args(&["--listen", "127.0.0.1:0", "--no-demo", "--log", "warn"], &own));
        Self::greeted(command, "Data ")
    }

    /// Starts over a test's database, with one worker; gives its address as well.
    pub fn over(database: &TestDatabase, environment: &[(&str, &str)]) -> (Self, SocketAddr) {
        Self::at(&database.url(), environment)
    }

    /// The same at an address.
    pub fn at(url: &str, environment: &[(&str, &str)]) -> (Self, SocketAddr) {
        let flags = ["--listen", "127.0.0.1:0", "--workers", "1", "--no-demo"];
        let mut command = program(&[&flags[..], &["--database-url", url]].concat());
        command.env("LOG", "warn").envs(environment.iter().copied());
        let running = Self::greeted(command, "Database ");
        let address = running.said("GraphQL").trim_start_matches("http://").trim_end_matches("/graphql").parse();
        (running, address.expect("it is an address"))
    }

    /// Waits until the program has said the last of its lines.
    fn greeted(mut command: Command, last: &str) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().expect("the program starts");
        let output = child.stdout.take().expect("it is piped");
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut lines = Vec::new();
        while !lines.iter().any(|line: &String| line.starts_with(last)) {
            let line = receiver.recv_timeout(PATIENCE);
            lines.push(line.unwrap_or_else(|_| panic!("the server says where things are; it said {lines:?}")));
        }
        Self { child, lines }
    }

    /// What stands behind a word of the greeting.
    fn said(&self, word: &str) -> &str {
        let line = self.lines.iter().find_map(|line| line.strip_prefix(word)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{word} is not in {:?}", self.lines)).trim()
    }

    /// The data of an answer.
    pub fn query(&self, query: &str) -> Value {
        let mut answer =
            ureq::post(self.said("GraphQL")).send_json(json!({"query": query})).expect("the server answers");
        let body: Value = answer.body_mut().read_json().expect("an answer is JSON");
        body["data"].clone()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, signal: i32) {
        let pid = i32::try_from(self.child.id()).expect("a process id");
        // SAFETY: kill takes two numbers; the process is the server that this test started.
        assert_eq!(unsafe { libc::kill(pid, signal) }, 0);
    }

    /// Waits for the end and gives whether it was a good one.
    pub fn ends(mut self) -> bool {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                return status.success();
            }
            assert!(began.elapsed() < PATIENCE, "the server does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A server that a failed test leaves; its PostgreSQL ends with it.
        if let Ok(None) = self.child.try_wait() {
            self.signal(libc::SIGTERM);
            let _ = self.child.wait();
        }
    }
}

const CATALOGUE: &str = "id,title,artist,duration_ms\n1,Jóga,Björk,305000\n2,Hunter,Björk,255000\n";

#[test]
fn a_server_of_its_own_says_where_things_are_and_shares_them_with_commands() {
    let folder = Folder::new();
    let own = folder.own();
    let server = Running::start(&folder);
    assert_eq!(server.query("{ __typename }"), json!({"__typename": "Query"}));
    assert_eq!(server.said("Data"), folder.data().display().to_string());
    assert!(
        server.said("Database").starts_with("PostgreSQL ") && server.said("Database").contains("psql \"host="),
        "{:?}",
        server.lines
    );
    let ready = ureq::get(server.said("Health")).call().expect("the probe answers");
    assert_eq!(ready.status(), 200);

    let second = refused(&folder.args(&["--listen", "127.0.0.1:0"], &own));
    let holder = format!("already in use by process PID {}", server.child.id());
    assert!(second.contains(&holder) && second.contains("--data-dir"), "{second}");

    let file = folder.0.path().join("catalogue.csv");
    fs::write(&file, CATALOGUE).expect("it can be written");
    let import = ["import", "catalogue", file.to_str().expect("a path")];
    printed(&folder.args(&import, &own));
    printed(&folder.args(&import, &own));
    assert_eq!(
        server.query("{ artists { nodes { name tracks { totalCount } } } }")["artists"]["nodes"],
        json!([{"name": "Björk", "tracks": {"totalCount": 2}}])
    );

    let status = printed(&folder.args(&["migrate", "status"], &own));
    assert!(status.lines().count() > 30 && status.lines().all(|line| line.starts_with("[x] ")), "{status}");
    let doctor = printed(&folder.args(&["doctor"], &own));
    assert!(doctor.contains("All is well.") && !doctor.contains("fault"), "{doctor}");

    server.signal(libc::SIGTERM);
    assert!(server.ends(), "a server that is told to stop ends well");
}

#[test]
fn a_server_that_was_killed_comes_back_with_its_data() {
    let folder = Folder::new();
    let own = folder.own();
    let file = folder.0.path().join("catalogue.csv");
    fs::write(&file, CATALOGUE).expect("it can be written");
    // Without a server as well: the command starts the database and stops it again.
    printed(&folder.args(&["import", "catalogue", file.to_str().expect("a path")], &own));
    let server = Running::start(&folder);
    assert_eq!(server.query("{ tracks { totalCount } }"), json!({"tracks": {"totalCount": 2}}));
    server.signal(libc::SIGKILL);
    assert!(!server.ends());
    let server = Running::start(&folder);
    assert_eq!(server.query("{ tracks { totalCount } }"), json!({"tracks": {"totalCount": 2}}));
}

#[test]
fn an_unknown_flag_is_refused_with_the_way_to_help() {
    let error = refused(&["serve", "--prot", "1"]);
    assert!(error.contains("--prot") && error.contains("--help"), "{error}");
    let error = refused(&["--listen", "here"]);
    assert!(error.contains("--listen"), "{error}");
    let error = refused(&["migrate", "sideways"]);
    assert!(error.contains("sideways") && error.contains("--help"), "{error}");
}

#[test]
fn a_port_in_use_is_told_before_anything_is_done() {
    let folder = Folder::new();
    let own = folder.own();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = taken.local_addr().expect("it is bound").to_string();
    let error = refused(&folder.args(&["--listen", &address], &own));
    assert!(error.contains(&address) && error.contains("--listen (LISTEN)"), "{error}");
    assert!(!folder.data().exists(), "a database was made");
}

#[test]
fn a_database_that_cannot_be_reached_is_named() {
    for command in [&["--listen", "127.0.0.1:0"][..], &["migrate", "status"], &["migrate", "up"]] {
        let args = [command, &["--database-url", "postgres://somebody:secret@127.0.0.1:1/music"]].concat();
        let error = refused(&args);
        assert!(error.contains("127.0.0.1:1") && error.contains("cannot be reached"), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
    let error = refused(&["migrate", "status", "--database-url", "mysql://localhost/music"]);
    assert!(error.contains("postgres"), "{error}");
}

#[test]
fn a_damaged_data_folder_is_named_and_left_alone() {
    let folder = Folder::new();
    let own = folder.own();
    let directory = folder.data().join("postgresql");
    fs::create_dir_all(&directory).expect("it can be made");
    fs::write(folder.data().join(".searxng-cool-music"), "").expect("it can be written");
    fs::write(directory.join("PG_VERSION"), "nonsense\n").expect("it can be written");
    fs::write(directory.join("precious"), "data").expect("it can be written");
    let error = refused(&folder.args(&["--listen", "127.0.0.1:0"], &own));
    assert!(error.contains("postgresql") && error.len() > 80, "{error}");
    assert_eq!(fs::read_to_string(directory.join("precious")).expect("it is there"), "data");
}

#[test]
fn the_schema_is_printed_without_a_database() {
    let schema = printed(&["schema", "--database-url", "postgres://127.0.0.1:1/none"]);
    assert_eq!(schema, searxng_cool_music::graphql::sdl());
}

#[tokio::test]
async fn an_outside_database_is_migrated_up_and_down_to_nothing() {
    let database = TestDatabase::create_empty().await;
    let client = database.client().await;
    let name: String = client.query_one("select current_database()", &[]).await.expect("it answers").get(0);
    let url = cluster().with_database(&name).url();
    let migrate = |what: &[&str]| printed(&[&["migrate"], what, &["--database-url", &url]].concat());
    let tables = "select count(*) from pg_class c join pg_namespace n on n.oid = relnamespace
        where nspname !~ '^pg_' and nspname <> 'information_schema' and relkind in ('r', 'p', 'm', 'v')";
    let count = async |statement: &str| client.query_one(statement, &[]).await.expect("it answers").get::<_, i64>(0);

    assert!(migrate(&["status"]).lines().all(|line| line.starts_with("[ ] ")));
    let doctor = printed(&["doctor", "--database-url", &url]);
    assert!(doctor.contains("migrations are pending") && doctor.contains("migrate up"), "{doctor}");
    migrate(&["up"]);
    assert_eq!(count("select count(*) from pg_tables where schemaname = 'public'").await, 21);
    assert!(migrate(&["status"]).lines().all(|line| line.starts_with("[x] ")));
    assert_eq!(migrate(&["up"]).trim(), "The database is up to date");
    migrate(&["redo"]);
    migrate(&["down", "--all"]);
    assert_eq!(count(tables).await, 0);
    assert_eq!(count("select count(*) from pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')").await, 0);
}

#[test]
fn help_names_every_setting_with_its_variable_and_default() {
    let help = printed(&["--help"]);
    for (flag, variable) in [
        ("--listen", "LISTEN"),
        ("--data-dir", "DATA_DIR"),
        ("--profile", "PROFILE"),
        ("--database-url", "DATABASE_URL"),
        ("--migration-database-url", "MIGRATION_DATABASE_URL"),
        ("--database-replica-urls", "DATABASE_REPLICA_URLS"),
        ("--log", "LOG"),
        ("--no-demo", "NO_DEMO"),
        ("--max-sockets", "MAX_SOCKETS"),
        ("--max-sockets-per-address", "MAX_SOCKETS_PER_ADDRESS"),
    ] {
        assert!(help.contains(flag) && help.contains(&format!("[env: {variable}")), "{flag}: {help}");
    }
    for default in [
        "[default: 127.0.0.1:8000]",
        "[default: ./data]",
        "[default: development]",
        "[default: 10000]",
        "[default: 200]",
    ] {
        assert!(help.contains(default), "{default}: {help}");
    }
}
