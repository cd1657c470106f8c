//! As whom the server connects.
//!
//! Two roles. The **owner** runs the migrations and owns everything; commands work as the owner and
//! say that they work for everybody ([`ConnectTarget::keeping`]). The **server** serves as
//! [`SERVER_ROLE`], which owns nothing and is held by row-level security: of the tables that hold what
//! is private it sees the rows of the viewer, named for the transaction (`actor.rs`, `private.rs`), and
//! nothing without one. What concerns more than one person goes through functions with the rights of
//! the owner, each of which does one thing: `ops.ensure_partitions`, `ops.refresh_statistics`, those of
//! sign-in in the schema `auth`, triggers. What that stops and what not stands in the migration
//! `row_level_security`.
//!
//! The embedded cluster has both roles. Of an outside server, `DATABASE_URL` may be a login that has been
//! granted the role, with `MIGRATION_DATABASE_URL` for the owner; where it is the owner itself,
//! sessions take the role as they begin, which stops mistakes but not SQL that takes it off again.

use super::connect::{self, ConnectTarget, SessionSettings};
use crate::error::{Error, Result};

/// The role that the server serves as; made by the migrations.
pub const SERVER_ROLE: &str = "searxng_server";

/// What a login is to the second wall.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The role that logs in.
    pub login: String,
    /// The role that the session's statements run as.
    pub role: String,
    /// Whether row-level security does not hold that role.
    pub is_unbound: bool,
    /// Whether that role owns the tables, or has the rights of whoever does.
    pub is_owner: bool,
    /// Whether there is a role to serve as.
    pub has_server_role: bool,
    /// Whether sessions may take it.
    pub may_serve: bool,
    /// Whether the role may make schemas here, as migrations do.
    pub may_migrate: bool,
}

const STANDING: &str = "select session_user::text, current_user::text,
      me.rolsuper or me.rolbypassrls,
      exists (
        select from pg_class class join pg_namespace n on n.oid = class.relnamespace
        where n.nspname = 'public' and class.relname = 'user_library' and pg_has_role(class.relowner, 'usage')
      ),
      server.oid is not null,
      coalesce(pg_has_role(server.oid, case when current_setting('server_version_num')::integer >= 160000 then 'SET' else 'MEMBER' end), false),
      has_database_privilege(current_database(), 'create')
    from pg_roles me left join pg_roles server on server.rolname = 'searxng_server'
    where me.rolname = current_user";

impl Standing {
    /// Looks at a login.
    ///
    /// # Errors
    /// What connecting reports.
    pub async fn of(target: &ConnectTarget) -> Result<Self> {
        let (client, connection) = connect::connect_raw(target, &SessionSettings::default()).await?;
        let driver = tokio::spawn(connection);
        let row = client.query_one(STANDING, &[]).await.map_err(Error::internal);
        drop(client);
        driver.abort();
        let row = row?;
        Ok(Self {
            login: row.get(0),
            role: row.get(1),
            is_unbound: row.get(2),
            is_owner: row.get(3),
            has_server_role: row.get(4),
            may_serve: row.get(5),
            may_migrate: row.get(6),
        })
    }

    /// Whether the role that was looked at is held by the second wall.
    #[must_use]
    pub fn is_held(&self) -> bool {
        !self.is_unbound && !self.is_owner
    }
}

/// Where the server's sessions go: to the same place, in the role it serves as wherever the login may
/// take it. Call it on a migrated database.
///
/// # Errors
/// What connecting reports; `Setup` for a login that has no rights here.
pub async fn serving(target: &ConnectTarget) -> Result<ConnectTarget> {
    let standing = Standing::of(target).await?;
    if standing.login == SERVER_ROLE {
        return Ok(target.clone());
    }
    if standing.may_serve {
        if !standing.is_held() {
            tracing::debug!(login = standing.login, "The login owns the tables; its sessions take another role");
        }
        return Ok(target.with_role(SERVER_ROLE));
    }
    if standing.is_unbound || standing.is_owner {
        tracing::warn!(
            "The second wall is off: {} {} and cannot take the role {SERVER_ROLE}; `doctor` tells what to do",
            standing.login,
            if standing.is_unbound { "is not held by row-level security" } else { "owns the tables" },
        );
        return Ok(target.clone());
    }
    Err(Error::setup(format!(
        "the user {0} has no rights in this database: as its owner or an administrator, grant {SERVER_ROLE} to {0}",
        standing.login
    )))
}

/// Lets the login of `server` take the role it serves as, where the owner may say so.
///
/// # Errors
/// What connecting reports.
pub async fn admit(owner: &ConnectTarget, server: &ConnectTarget) -> Result<()> {
    if server.user() == SERVER_ROLE || Standing::of(server).await?.may_serve {
        return Ok(());
    }
    let (client, connection) = connect::connect_raw(owner, &SessionSettings::default()).await?;
    let driver = tokio::spawn(connection);
    let name = server.user().replace('"', "\"\"");
    let granted = client.batch_execute(&format!("grant {SERVER_ROLE} to \"{name}\"")).await;
    drop(client);
    driver.abort();
    if let Err(cause) = granted {
        // Whoever serves is told what is missing.
        tracing::debug!(%cause, "The owner may not grant the role to serve as");
    }
    Ok(())
}
