//! What a connection string means: hosts, login, encryption.
//!
//! Precedence as with libpq: the string, then the `PG…` variables, then defaults; passwords come
//! from the string, `PGPASSWORD`, then the password file. Source: PostgreSQL manual, 34.1.2
//! "Parameter Key Words" and 34.15 "Environment Variables".

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio_postgres::config::ChannelBinding;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::hosts::{Address, Host, hosts};
use super::passfile::Passfile;
use super::tls::{self, Authorities, SslMode, TlsOptions};
use super::words::Words;
use crate::error::{Error, Result};

/// How long one host may take until its session stands, unless the string says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A PostgreSQL server (or several that stand in for each other), and how to log in there.
#[derive(Clone)]
pub struct ConnectTarget {
    pub(super) hosts: Vec<Host>,
    pub(super) user: String,
    pub(super) database: String,
    pub(super) password: Option<String>,
    pub(super) passfile: Arc<Passfile>,
    pub(super) options: Option<String>,
    pub(super) application_name: Option<String>,
    pub(super) connect_timeout: Duration,
    pub(super) session: SessionKind,
    pub(super) channel_binding: ChannelBinding,
    pub(super) keepalive: Keepalive,
    pub(super) tls: TlsOptions,
    /// The role that sessions take once they have logged in.
    pub(super) role: Option<&'static str>,
    /// Whether sessions say that they work for everybody.
    pub(super) is_keeping: bool,
    connector: Arc<OnceLock<MakeRustlsConnect>>,
}

/// What kind of server is wanted, as libpq's `target_session_attrs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SessionKind {
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}

/// Probes on an idle connection; `None` leaves it to the system.
#[derive(Debug, Clone, Default)]
pub(super) struct Keepalive {
    pub(super) off: bool,
    pub(super) idle: Option<Duration>,
    pub(super) interval: Option<Duration>,
    pub(super) count: Option<u32>,
    pub(super) user_timeout: Option<Duration>,
}

impl ConnectTarget {
    /// Reads a `postgres://` URL or `key=value` words, with the environment's defaults.
    ///
    /// # Errors
    /// `Setup` for a text that is neither, an unknown parameter or a value that makes no sense.
    pub fn parse(url_or_keywords: &str) -> Result<Self> {
        Self::parse_in(url_or_keywords, &|name| std::env::var(name).ok())
    }

    pub(super) fn parse_in(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let words = Words::gather(text, variable)?;
        words.check_ignored()?;
        let port_list = words.get("port").unwrap_or_default();
        let hosts = hosts(words.get("host"), words.get("hostaddr"), port_list)?;
        let user = words
            .get("user")
            .map(str::to_owned)
            .or_else(crate::db::embedded::current_user_name)
            .or_else(|| variable("USER").filter(|user| !user.is_empty()))
            .ok_or_else(|| {
                Error::setup(
                    "The database address names no user: write \
                                         postgres://user@host/database or set PGUSER.",
                )
            })?;
        let home = variable("HOME").map(PathBuf::from);
        let passfile = words.get("passfile").map(PathBuf::from).or_else(|| Some(home.as_ref()?.join(".pgpass")));
        let password = words.get("password").map(str::to_owned);
        // With a password given the file is not asked, as with libpq.
        let passfile =
            passfile.filter(|_| password.is_none()).map_or_else(Passfile::default, |path| Passfile::read(&path));
        let seconds = |name| words.number(name).map(|seconds| seconds.map(Duration::from_secs));
        let positive = |duration: &Duration| !duration.is_zero();
        Ok(Self {
            hosts,
            database: words.get("dbname").unwrap_or(&user).to_owned(),
            user,
            password,
            passfile: Arc::new(passfile),
            options: words.get("options").map(str::to_owned),
            application_name: words
                .get("application_name")
                .or(words.get("fallback_application_name"))
                .map(str::to_owned),
            connect_timeout: match seconds("connect_timeout")? {
                None => CONNECT_TIMEOUT,
                // Zero means without limit to libpq; a day is as good.
                Some(Duration::ZERO) => Duration::from_secs(86_400),
                Some(limit) => limit,
            },
            session: words.choice(
                "target_session_attrs",
                &[
                    ("any", SessionKind::Any),
                    ("read-write", SessionKind::ReadWrite),
                    ("read-only", SessionKind::ReadOnly),
                    ("primary", SessionKind::Primary),
                    ("standby", SessionKind::Standby),
                    ("prefer-standby", SessionKind::PreferStandby),
                ],
            )?,
            channel_binding: words.choice(
                "channel_binding",
                &[
                    ("prefer", ChannelBinding::Prefer),
                    ("disable", ChannelBinding::Disable),
                    ("require", ChannelBinding::Require),
                ],
            )?,
            keepalive: Keepalive {
                off: words.number("keepalives")? == Some(0),
                idle: seconds("keepalives_idle")?.filter(positive),
                interval: seconds("keepalives_interval")?.filter(positive),
                count: words
                    .number("keepalives_count")?
                    .and_then(|count| u32::try_from(count).ok())
                    .filter(|count| *count > 0),
                user_timeout: words.number("tcp_user_timeout")?.map(Duration::from_millis).filter(positive),
            },
            tls: tls_options(&words, home.as_deref())?,
            role: None,
            is_keeping: false,
            connector: Arc::default(),
        })
    }

    /// The same server and login, another database there.
    #[must_use]
    pub fn with_database(&self, database: &str) -> Self {
        Self { database: database.to_owned(), ..self.clone() }
    }

    /// The same database, logging in as another role that needs no password of its own.
    #[must_use]
    pub fn with_user(&self, user: &str) -> Self {
        Self { user: user.to_owned(), ..self.clone() }
    }

    /// The same login, whose sessions then take another role.
    #[must_use]
    pub(in crate::db) fn with_role(&self, role: &'static str) -> Self {
        Self { role: Some(role), ..self.clone() }
    }

    /// A replica of the same database, whose sessions take the same role.
    #[must_use]
    pub fn of_replica(&self, replica: Self) -> Self {
        Self { role: self.role, ..replica }
    }

    /// The same login, whose sessions work for everybody: where it owns the tables, row-level security
    /// lets it through. For migrations and commands, never for requests.
    #[must_use]
    pub fn keeping(&self) -> Self {
        Self { is_keeping: true, ..self.clone() }
    }

    /// The name of the database.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The role to log in as.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// How far connections over a network are protected.
    #[must_use]
    pub fn ssl_mode(&self) -> SslMode {
        self.tls.mode
    }

    /// The password for `host`, from wherever it comes.
    pub(super) fn password_for(&self, host: &Host) -> Option<&str> {
        if let Some(password) = &self.password {
            return Some(password);
        }
        let directory;
        let names = match &host.address {
            Address::Tcp(name, _) => vec![name.as_str()],
            Address::Socket(path) => {
                directory = path.to_string_lossy();
                vec![&*directory, "localhost"]
            }
        };
        self.passfile.password(&names, host.port, &self.database, &self.user)
    }

    /// What makes encrypted connections; files are read at the first use and then kept.
    pub(in crate::db) fn connector(&self) -> Result<MakeRustlsConnect> {
        if let Some(connector) = self.connector.get() {
            return Ok(connector.clone());
        }
        let connector = tls::connector(&self.tls)?;
        Ok(self.connector.get_or_init(|| connector).clone())
    }
}

impl fmt::Display for ConnectTarget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<String> = self.hosts.iter().map(Host::to_string).collect();
        write!(formatter, "database {} on {} as {}", self.database, hosts.join(" or "), self.user)?;
        if let Some(role) = self.role {
            write!(formatter, " in the role {role}")?;
        }
        if self.hosts.iter().any(|host| matches!(host.address, Address::Tcp(..))) {
            write!(formatter, " (sslmode {})", self.tls.mode)?;
        }
        Ok(())
    }
}

impl fmt::Debug for ConnectTarget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ConnectTarget({self})")
    }
}

fn tls_options(words: &Words, home: Option<&Path>) -> Result<TlsOptions> {
    let in_home = |name: &str| Some(home?.join(".postgresql").join(name)).filter(|path| path.is_file());
    let given = words.get("sslrootcert").map(|value| match value {
        "system" => Authorities::System,
        path => Authorities::File(PathBuf::from(path)),
    });
    let mut modes = SslMode::ALL.map(|mode| (mode.name(), mode));
    // The default comes first; the system's many authorities are worth nothing without the name.
    let default = if given == Some(Authorities::System) { SslMode::VerifyFull } else { SslMode::Prefer };
    modes.sort_by_key(|(_, mode)| *mode != default);
    let mode = words.choice("sslmode", &modes)?;
    if given == Some(Authorities::System) && mode != SslMode::VerifyFull {
        return Err(Error::setup(format!(
            "sslrootcert=system needs sslmode=verify-full, not {mode}: anybody can get a \
             certificate from a public authority."
        )));
    }
    let direct = words.choice("sslnegotiation", &[("postgres", false), ("direct", true)])?;
    if direct && matches!(mode, SslMode::Disable | SslMode::Allow | SslMode::Prefer) {
        return Err(Error::setup(format!("sslnegotiation=direct needs sslmode=require or stronger, not {mode}.")));
    }
    let verifies = matches!(mode, SslMode::VerifyCa | SslMode::VerifyFull);
    let client = match (words.get("sslcert"), words.get("sslkey")) {
        (Some(certificate), Some(key)) => Some((PathBuf::from(certificate), PathBuf::from(key))),
        (None, None) => in_home("postgresql.crt").zip(in_home("postgresql.key")),
        (Some(_), None) => {
            return Err(Error::setup("The database address gives sslcert without sslkey; both are needed."));
        }
        (None, Some(_)) => {
            return Err(Error::setup("The database address gives sslkey without sslcert; both are needed."));
        }
    };
    Ok(TlsOptions {
        mode,
        authorities: given.or_else(|| in_home("root.crt").filter(|_| verifies).map(Authorities::File)),
        client,
        direct,
    })
}

#[cfg(test)]
#[path = "target_tests.rs"]
mod tests;
