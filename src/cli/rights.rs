//! What `doctor` says of the second wall: whom the server serves as, and what holds it.

use tokio_postgres::Client;

use super::doctor::Findings;
use super::home::{self, Home};
use crate::config::Settings;
use crate::db::connect::{self, ConnectTarget};
use crate::db::migrate;
use crate::db::roles::{self, SERVER_ROLE, Standing};

/// Tables behind row-level security.
const WALLED: [&str; 13] = [
    "public.user_library",
    "public.user_interactions",
    "public.user_music_profiles",
    "public.discovery_sessions",
    "public.discovery_session_tracks",
    "public.user_artist_follows",
    "public.playlist_follows",
    "public.user_album_collections",
    "auth.sessions",
    "auth.refresh_tokens",
    "auth.api_tokens",
    "auth.attempts",
    "auth.key_check",
];

type Asked<T> = std::result::Result<T, tokio_postgres::Error>;

/// Looks as the server would, at a database that is migrated.
pub(super) async fn look(home: &Home, settings: &Settings, findings: &mut Findings) {
    if !matches!(migrate::pending_count(home.owner()).await, Ok(0)) {
        return findings.note("the server's rights are looked at once the migrations have been run");
    }
    let login = match Standing::of(home.server()).await {
        Ok(standing) => standing,
        Err(error) => return findings.fault(&error.to_string()),
    };
    if !login.has_server_role {
        findings.note(&format!(
            "there is no role {SERVER_ROLE}, and this user may not make one: have an administrator run \
             create role {SERVER_ROLE}; grant {SERVER_ROLE} to {}; and then `migrate up`",
            login.login
        ));
    }
    let target = match roles::serving(home.server()).await {
        Ok(target) => target,
        Err(error) => return findings.fault(&error.to_string()),
    };
    let standing = match Standing::of(&target).await {
        Ok(standing) => standing,
        Err(error) => return findings.fault(&error.to_string()),
    };
    if standing.is_held() {
        findings.good(&format!("serves as {}, who owns nothing and is held by row-level security", standing.role));
    } else {
        findings.note(&format!(
            "the second wall is off: serves as {}, who {}",
            standing.role,
            if standing.is_unbound { "is not held by row-level security" } else { "owns the tables" }
        ));
    }
    if login.login != standing.role && !login.is_held() {
        findings.note(&format!(
            "{} could leave that role again: give the server a login of its own in DATABASE_URL, and this one in MIGRATION_DATABASE_URL",
            login.login
        ));
    }
    if let Err(error) = walls(&target, &standing, settings, findings).await {
        findings.fault(&format!("the server's rights could not be looked at: {error}"));
    }
}

async fn walls(
    target: &ConnectTarget,
    standing: &Standing,
    settings: &Settings,
    findings: &mut Findings,
) -> crate::error::Result<()> {
    let (client, connection) = connect::connect_raw(target, &home::session(settings)).await?;
    let driver = tokio::spawn(connection);
    let outcome = async {
        forced(&client, findings).await?;
        parts(&client, standing, findings).await?;
        viewer(&client, findings).await
    }
    .await;
    drop(client);
    driver.abort();
    outcome.map_err(crate::error::Error::internal)
}

/// Whether every table has its wall.
async fn forced(client: &Client, findings: &mut Findings) -> Asked<()> {
    let tables: Vec<&str> = WALLED.to_vec();
    let rows = client
        .query(
            "select walled.name from unnest($1::text[]) as walled (name)
            left join pg_class class
              join pg_namespace n on n.oid = class.relnamespace
              on n.nspname || '.' || class.relname = walled.name
            where not coalesce(class.relrowsecurity and class.relforcerowsecurity, false)",
            &[&tables],
        )
        .await?;
    let bare: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    if bare.is_empty() {
        findings.good(&format!("row-level security is forced on the {} private tables", WALLED.len()));
    } else {
        findings.fault(&format!(
            "row-level security is off on {}: alter table … enable row level security, force row level security",
            bare.join(", ")
        ));
    }
    Ok(())
}

/// Whether the parts of partitioned tables are out of reach, beside the policies of their tables.
async fn parts(client: &Client, standing: &Standing, findings: &mut Findings) -> Asked<()> {
    let reached: bool = client.query_one("select has_schema_privilege('partitions', 'usage')", &[]).await?.get(0);
    if reached && standing.is_held() {
        findings.fault(&format!(
            "{0} reaches the parts of tables directly: revoke all on schema partitions from {0}",
            standing.role
        ));
    }
    Ok(())
}

/// Whether a viewer who is named is known in that transaction, and in no other.
async fn viewer(client: &Client, findings: &mut Findings) -> Asked<()> {
    client.batch_execute("begin read only; set local searxng.viewer_id = '7'").await?;
    let named: Option<i64> = client.query_one("select auth.viewer_id()", &[]).await?.get(0);
    client.batch_execute("commit").await?;
    let left: Option<i64> = client.query_one("select auth.viewer_id()", &[]).await?.get(0);
    if (named, left) == (Some(7), None) {
        findings.good("a transaction knows its viewer, and the next one does not");
    } else {
        findings.fault(
            "the setting searxng.viewer_id does not end with its transaction: is a pooler between that keeps settings?",
        );
    }
    Ok(())
}
