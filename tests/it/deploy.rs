//! What is deployed beside the server: every metric that a rule or a dashboard names is one that
//! `/metrics` tells, and every file is one that its program reads.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::harness::{TestDatabase, cluster, programs};
use crate::http::{Request, TestServer};

fn deployed(name: &str) -> (PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    (path, text)
}

/// Somebody who follows the cluster's log, as a replica does, until it is dropped.
struct Follower {
    child: Child,
    _folder: tempfile::TempDir,
}

impl Follower {
    async fn start(client: &tokio_postgres::Client) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder can be made");
        let program = programs().expect("the tests' PostgreSQL is somewhere").join("pg_receivewal");
        let child = Command::new(program)
            .args(["--no-loop", "--directory"])
            .arg(folder.path())
            .arg("--dbname")
            .arg(cluster().keywords())
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        let seen = "select count(*) from pg_stat_replication where state = 'streaming'";
        while client.query_one(seen, &[]).await.expect("it answers").get::<_, i64>(0) == 0 {
            tokio::task::yield_now().await;
        }
        Self { child, _folder: folder }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        // It may have ended with its cluster.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Every expression of the dashboard, with its panel.
fn queries() -> Vec<(String, String)> {
    let (_, text) = deployed("grafana/dashboards/music.json");
    let dashboard: Value = serde_json::from_str(&text).expect("the dashboard is JSON");
    let mut found = Vec::new();
    for panel in dashboard["panels"].as_array().expect("it has panels") {
        for target in panel["targets"].as_array().into_iter().flatten() {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            found.push((text(&panel["title"]), text(&target["expr"])));
        }
    }
    found
}

/// Every expression of the alert rules, with its name.
fn rules() -> Vec<(String, String)> {
    let (_, text) = deployed("prometheus/alerts.yml");
    let mut found = Vec::new();
    for rule in text.split("- alert: ").skip(1) {
        let line = |key: &str| rule.lines().find_map(|line| line.trim().strip_prefix(key)).map(str::trim);
        let name = rule.lines().next().unwrap_or_default().trim().to_owned();
        for key in ["for:", "labels:", "annotations:", "summary:", "description:"] {
            assert!(line(key).is_some(), "{name} has no {key}");
        }
        found.push((name.clone(), line("expr:").unwrap_or_else(|| panic!("{name} has no expr")).to_owned()));
    }
    found
}

/// The names of metrics in an expression.
fn names(expression: &str) -> BTreeSet<String> {
    let words = expression.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'));
    words.filter(|word| word.starts_with("music_")).map(str::to_owned).collect()
}

#[tokio::test]
async fn every_metric_of_a_dashboard_or_a_rule_is_told() {
    let database = TestDatabase::with_demo().await;
    let keys = searxng_cool_music::secrets::Keys::in_memory().expect("there is randomness");
    let server = TestServer::over(database, keys, &[]).await;
    let _replica = Follower::start(&server.database.client().await).await;
    // A job that once ran, and one that failed.
    let noted = "select ops.note_job('recount', now(), true, ''), ops.note_job('analyze', now(), false, '')";
    server.database.client().await.batch_execute(noted).await.expect("noted");
    let query = serde_json::json!({"query": "query Names { artists(first: 1) { nodes { name } } }"});
    server.send(&Request::post(query.to_string())).await;
    let body = server.get("/metrics").await.body;
    let told: BTreeSet<&str> = body
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .filter_map(|line| line.split(' ').next())
        .chain(body.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split(['{', ' ']).next()))
        .collect();
    let (queries, rules) = (queries(), rules());
    assert!(queries.len() > 40 && rules.len() > 15, "{} queries, {} rules", queries.len(), rules.len());
    let mut used = BTreeSet::new();
    for (place, expression) in queries.iter().chain(&rules) {
        let open = expression.matches(['(', '{', '[']).count();
        assert_eq!(open, expression.matches([')', '}', ']']).count(), "{place}: {expression}");
        for name in names(expression) {
            assert!(told.contains(name.as_str()), "{place}: /metrics tells no {name}");
            used.insert(name);
        }
    }
    // And nothing is told that nobody looks at.
    let types = body.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
    let unseen: Vec<&str> = types.filter(|name| !used.iter().any(|other| other.starts_with(name))).collect();
    assert!(unseen.is_empty(), "on no dashboard and in no rule: {unseen:?}");
}

/// With promtool, which is asked where it is installed; CI installs it.
#[test]
fn promtool_takes_the_configuration_and_the_rules() {
    let (rules, _) = deployed("prometheus/alerts.yml");
    let (configuration, _) = deployed("prometheus/prometheus.yml");
    for (kind, path) in [("rules", rules), ("config", configuration)] {
        let output = match Command::new("promtool").arg("check").arg(kind).arg(&path).output() {
            Ok(output) => output,
            Err(error) if std::env::var_os("CI").is_none() => return eprintln!("no promtool: {error}"),
            Err(error) => panic!("no promtool: {error}"),
        };
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", path.display());
    }
}

#[test]
fn the_server_runs_as_nobody_in_particular() {
    let (_, dockerfile) = deployed("Dockerfile");
    let (user, entry) = (dockerfile.rfind("\nUSER music\n"), dockerfile.rfind("\nENTRYPOINT "));
    assert!(user.is_some() && user < entry && dockerfile.contains("HEALTHCHECK "));
    let (_, unit) = deployed("systemd/searxng-cool-music.service");
    assert!(unit.contains("\nDynamicUser=yes") && unit.contains("\nProtectSystem=strict"));
    let (_, compose) = deployed("compose.yaml");
    for service in ["  database:\n    image", "  server:\n    build", "  prometheus:\n", "  grafana:\n"] {
        assert!(compose.contains(service), "{service}");
    }
    // The settings that the embedded PostgreSQL has, too.
    let (_, settings) = deployed("postgres/postgresql.conf");
    for line in [
        "shared_preload_libraries = 'pg_stat_statements'",
        "pg_stat_statements.track_utility = off",
        "user=%u,db=%d,app=%a",
    ] {
        assert!(settings.contains(line), "{line}");
    }
}
