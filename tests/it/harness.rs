//! What every test starts from: a cluster for the run, a database for the test, an app over it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use searxng_cool_music::account::scope::Scope;
use searxng_cool_music::account::session::SessionId;
use searxng_cool_music::account::user::UserId;
use searxng_cool_music::account::viewer::{Proof, Viewer};
use searxng_cool_music::db::connect::{self, ConnectTarget, SessionSettings};
use searxng_cool_music::db::embedded::{self, Cluster, ClusterSettings, ConnectionParameters};
use searxng_cool_music::db::roles::SERVER_ROLE;
use searxng_cool_music::db::{Database, PoolSettings, migrate};
use searxng_cool_music::generate::{WorldOptions, WorldSize, generate_world};
use searxng_cool_music::graphql::Api;
use searxng_cool_music::graphql::limits::Limits;
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use tokio_postgres::Client;

/// The run's cluster. It dies with the process; programs that were fetched serve the next run.
fn the_cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        let data = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(folder());
        clear(&data);
        let mut settings = ClusterSettings::new(data);
        settings.fsync = false;
        settings.extra_settings = vec![
            ("max_connections".to_owned(), "300".to_owned()),
            ("full_page_writes".to_owned(), "off".to_owned()),
            ("autovacuum".to_owned(), "off".to_owned()),
        ];
        Cluster::start(settings).expect("the tests' PostgreSQL starts")
    })
}

/// Takes away the databases of earlier runs: to drop them one by one takes minutes, since each drop
/// is a checkpoint, and a new cluster takes two seconds.
fn clear(data: &Path) {
    if !matches!(embedded::running(data), Ok(None)) {
        return;
    }
    let old = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("old-{}", std::process::id()));
    if std::fs::rename(data.join("postgresql"), old).is_err() {
        return;
    }
    std::thread::spawn(|| {
        let all = std::fs::read_dir(env!("CARGO_TARGET_TMPDIR")).into_iter().flatten().flatten();
        for entry in all.filter(|entry| entry.file_name().to_string_lossy().starts_with("old-")) {
            // What is left when the run ends before this is done goes with the next one.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    });
}

/// A folder for each PostgreSQL that the tests are run on.
fn folder() -> String {
    let chosen = std::env::var("PG_BIN_DIR").unwrap_or_default();
    let name: String = chosen.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!("postgres{name}")
}

/// Where the run's cluster is.
pub fn cluster() -> ConnectionParameters {
    the_cluster().parameters().clone()
}

/// The folder of the run's PostgreSQL programs.
pub fn programs() -> Option<PathBuf> {
    Some(the_cluster().binaries().directory.clone())
}

/// Where a database is, for its owner.
fn server_target(database: &str) -> ConnectTarget {
    ConnectTarget::parse(&cluster().with_database(database).url()).expect("the cluster's address is one")
}

/// A client outside any pool, without time limits.
pub async fn connect_to(target: &ConnectTarget) -> Client {
    let (client, connection) =
        connect::connect_raw(target, &SessionSettings::default()).await.expect("the tests' database answers");
    tokio::spawn(connection);
    client
}

async fn maintenance(statement: &str) {
    connect_to(&server_target("postgres")).await.batch_execute(statement).await.expect(statement);
}

/// A template: made once a run, cloned for each test.
async fn template<F>(name: &'static str, fill: impl FnOnce(ConnectTarget) -> F + Send + 'static)
where
    F: Future<Output = ()>,
{
    // Migrating blocks its thread now and then, which a test's own runtime does not allow.
    apart(async move || {
        maintenance(&format!("drop database if exists {name} with (force)")).await;
        maintenance(&format!("create database {name}")).await;
        fill(server_target(name)).await;
    })
    .await;
}

/// Does something in a runtime of its own, so that tests run on one thread, as loaders like it.
async fn apart<F: Future<Output = ()>>(work: impl FnOnce() -> F + Send + 'static) {
    let (done, end) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        runtime.expect("a runtime can be made").block_on(work());
        done.send(()).expect("somebody waits");
    });
    end.await.expect("the work ends");
}

async fn migrated() -> &'static str {
    static DONE: OnceCell<()> = OnceCell::const_new();
    DONE.get_or_init(async || {
        template("template_migrated", async |target: ConnectTarget| {
            migrate::up(&target).await.expect("the migrations run");
        })
        .await;
    })
    .await;
    "template_migrated"
}

async fn with_demo() -> &'static str {
    static DONE: OnceCell<()> = OnceCell::const_new();
    migrated().await;
    DONE.get_or_init(async || {
        template("template_demo", async |target: ConnectTarget| {
            migrate::up(&target).await.expect("the migrations run");
            let session = SessionSettings::default();
            searxng_cool_music::generate::load_demo(&target, &session).await.expect("the demo loads");
        })
        .await;
    })
    .await;
    "template_demo"
}

/// A database of one test.
pub struct TestDatabase {
    name: String,
    target: ConnectTarget,
}

impl TestDatabase {
    /// Every table, no rows.
    pub async fn create() -> Self {
        Self::cloned(migrated().await).await
    }

    /// The demo catalogue and its listeners.
    pub async fn with_demo() -> Self {
        Self::cloned(with_demo().await).await
    }

    /// A world of a thousand users.
    pub async fn with_world() -> Self {
        let database = Self::create().await;
        let target = database.target();
        apart(async move || {
            let until = chrono::NaiveDate::from_ymd_opt(2026, 11, 16);
            let size = WorldSize::for_users(1_000).expect("it is possible");
            let options = WorldOptions { size, seed: 1, until };
            generate_world(&target, &options, |_| {}).await.expect("the world is written");
        })
        .await;
        database
    }

    /// Nothing at all.
    pub async fn create_empty() -> Self {
        migrated().await;
        Self::cloned("template0").await
    }

    async fn cloned(template: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        // One clone at a time: a template that is being read refuses others for a moment.
        static ONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let _turn = ONE.lock().await;
        maintenance(&format!("create database {name} template {template}")).await;
        Self { target: server_target(&name), name }
    }

    /// Where it is, for a program.
    pub fn url(&self) -> String {
        cluster().with_database(&self.name).url()
    }

    /// Where it is, for its owner: who makes fixtures and looks at what became of them.
    pub fn target(&self) -> ConnectTarget {
        self.target.clone()
    }

    /// Where it is, for the server: behind row-level security, as outside of tests.
    pub fn serving(&self) -> ConnectTarget {
        self.target.with_user(SERVER_ROLE)
    }

    /// The same database, for another server over it.
    pub fn again(&self) -> Self {
        Self { name: self.name.clone(), target: self.target.clone() }
    }

    /// A client of the owner's.
    pub async fn client(&self) -> Client {
        connect_to(&self.target).await
    }

    /// A pool over it, as the server has one.
    pub async fn pool(&self) -> Database {
        self.pool_with(Vec::new()).await
    }

    /// A pool over it with read replicas.
    pub async fn pool_with(&self, replicas: Vec<ConnectTarget>) -> Database {
        self.pool_of(8, replicas).await
    }

    /// A pool of so many connections.
    pub async fn pool_of(&self, max_connections: u32, replicas: Vec<ConnectTarget>) -> Database {
        let settings = PoolSettings {
            max_connections,
            recycle_after: Duration::from_secs(3_600),
            wait: Duration::from_secs(5),
            session: SessionSettings {
                application_name: "tests".to_owned(),
                statement_timeout: Some(Duration::from_secs(20)),
                lock_timeout: Some(Duration::from_secs(5)),
                idle_in_transaction_session_timeout: Some(Duration::from_secs(20)),
            },
        };
        Database::open_with_replicas(self.serving(), replicas, settings).await.expect("the pool opens")
    }
}

/// Somebody who signed in with a password.
pub fn a_viewer(person: i64) -> Viewer {
    Viewer {
        user: UserId(person),
        is_admin: false,
        scopes: Scope::of_person(false),
        proof: Proof::Session(SessionId(1)),
        expires_at: None,
    }
}

/// The same for an administrator.
pub fn an_administrator(person: i64) -> Viewer {
    Viewer { is_admin: true, scopes: Scope::of_person(true), ..a_viewer(person) }
}

/// Limits that let a test ask for much at once; the usual ones are tested over HTTP.
fn generous() -> Limits {
    Limits {
        max_bytes: 1 << 20,
        max_tokens: 100_000,
        max_aliases: 1_000,
        max_root_fields: 200,
        max_cost: u64::MAX,
        ..Limits::default()
    }
}

/// The API over a database of its own.
pub struct TestApp {
    pub database: TestDatabase,
    pub pool: Database,
    api: Api,
    viewer: Option<Viewer>,
}

impl TestApp {
    /// Over empty tables.
    pub async fn start() -> Self {
        Self::over(TestDatabase::create().await).await
    }

    /// Over the demo.
    pub async fn with_demo() -> Self {
        Self::over(TestDatabase::with_demo().await).await
    }

    pub async fn over(database: TestDatabase) -> Self {
        let pool = database.pool().await;
        Self::with(database, pool)
    }

    /// Over a pool of one's own.
    pub fn with(database: TestDatabase, pool: Database) -> Self {
        Self { database, pool, api: Api::with(generous(), true), viewer: None }
    }

    /// The same, asked by somebody who runs the server and has no row of their own.
    pub fn by_administrator(self) -> Self {
        let viewer = Viewer {
            user: UserId(1_000_000),
            is_admin: true,
            scopes: Scope::of_person(true),
            proof: Proof::Session(SessionId(1)),
            expires_at: None,
        };
        Self { viewer: Some(viewer), ..self }
    }

    /// Asks as this person from now on, as after signing in; an administrator stays one.
    pub fn acting(mut self, user: i64) -> Self {
        let viewer = self.viewer.take().unwrap_or_else(|| a_viewer(user));
        Self { viewer: Some(Viewer { user: UserId(user), ..viewer }), ..self }
    }

    /// Runs a query as a request of its own and gives the answer as clients see it.
    pub async fn query(&self, query: &str) -> Value {
        self.query_with(query, json!({})).await
    }

    /// The same with variables.
    pub async fn query_with(&self, query: &str, variables: Value) -> Value {
        self.query_as(None, query, variables).await
    }

    /// The same for somebody.
    pub async fn query_as(&self, viewer: Option<Viewer>, query: &str, variables: Value) -> Value {
        let variables = async_graphql::Variables::from_json(variables);
        let mut request = async_graphql::Request::new(query).variables(variables);
        if let Some(viewer) = viewer.or_else(|| self.viewer.clone()) {
            request = request.data(viewer);
        }
        let response = match self.api.check(&mut request) {
            Ok(checked) => self.api.execute(request, checked, &self.pool, "test").await,
            Err(error) => async_graphql::Response::from_errors(vec![error]),
        };
        serde_json::to_value(&response).expect("an answer is JSON")
    }

    /// Runs a query that has to succeed and gives its data.
    pub async fn data(&self, query: &str) -> Value {
        let answer = self.query(query).await;
        assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
        answer["data"].clone()
    }

    /// The data of what has to succeed for somebody.
    pub async fn data_as(&self, person: i64, query: &str, variables: Value) -> Value {
        let answer = self.query_as(Some(a_viewer(person)), query, variables).await;
        assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
        answer["data"].clone()
    }

    /// Runs a query that has to succeed; gives its data and how many SQL statements it took.
    pub async fn counted(&self, query: &str) -> (Value, u64) {
        // Loaders batch what one thread polls; like the server's workers, this runs on one.
        let before = self.pool.statement_count();
        let data = self.data(query).await;
        (data, self.pool.statement_count() - before)
    }
}
