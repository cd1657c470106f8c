//! Opening a session: which host, encrypted or not, with our limits on it.

use std::fmt::Write as _;
use std::time::Duration;

use diesel_async::AsyncPgConnection;
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, Connection, Socket, config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::hosts::{Address, Host};
use super::refusal;
use super::target::{ConnectTarget, SessionKind};
use super::tls::{self, SslMode, TlsOptions};
use crate::error::{Error, Result};

/// The oldest PostgreSQL that the schema works on.
const OLDEST_MAJOR: u32 = 14;

/// The half of a session that moves its bytes: spawn it, or poll it for notifications.
pub type RawConnection = Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>;

/// What every session begins with; absent limits leave the server's own in force.
#[derive(Debug, Clone, Default)]
pub struct SessionSettings {
    /// The session's name in `pg_stat_activity`, unless the address gives one.
    pub application_name: String,
    /// A statement that runs longer is cancelled; zero means no limit.
    pub statement_timeout: Option<Duration>,
    /// A wait for a lock that takes longer is cancelled; zero means no limit.
    pub lock_timeout: Option<Duration>,
    /// A transaction that idles longer is ended with its session; zero means no limit.
    pub idle_in_transaction_session_timeout: Option<Duration>,
}

impl SessionSettings {
    /// As the start-up message's `options`: limits, and what plans are made for. Data lies on disks
    /// that find a page as fast anywhere, so an index that has the order wins over a sort; and no
    /// statement here runs long enough to be compiled. In force from the first statement, at no round trip.
    fn options(&self) -> String {
        let limits = [
            ("statement_timeout", self.statement_timeout),
            ("lock_timeout", self.lock_timeout),
            ("idle_in_transaction_session_timeout", self.idle_in_transaction_session_timeout),
        ];
        let mut options = "-c random_page_cost=1.1 -c jit=off ".to_owned();
        for (name, limit) in limits {
            if let Some(limit) = limit {
                // Writing to a string cannot fail.
                let _ = write!(options, "-c {name}={} ", limit.as_millis());
            }
        }
        options
    }
}

/// Opens a session for Diesel; its connection runs as a task of the current runtime.
///
/// # Errors
/// `Unavailable` when no host answers or takes connections now, `Setup` when one refuses us for
/// good: password, database, certificate, version.
pub async fn connect(target: &ConnectTarget, settings: &SessionSettings) -> Result<AsyncPgConnection> {
    let (client, connection) = connect_raw(target, settings).await?;
    AsyncPgConnection::try_from_client_and_connection(client, connection)
        .await
        .map_err(|cause| Error::Unavailable(format!("The session with {target} broke off as it began: {cause}.")))
}

/// Opens a session for COPY and LISTEN; the caller drives the connection.
///
/// # Errors
/// As [`connect`].
pub async fn connect_raw(target: &ConnectTarget, settings: &SessionSettings) -> Result<(Client, RawConnection)> {
    let rounds: &[SessionKind] = match target.session {
        SessionKind::PreferStandby => &[SessionKind::Standby, SessionKind::Any],
        ref kind => std::slice::from_ref(kind),
    };
    let mut failures: Vec<String> = Vec::new();
    for kind in rounds {
        for host in &target.hosts {
            let attempt = tokio::time::timeout(target.connect_timeout, open(target, host, settings));
            let outcome = attempt.await.unwrap_or_else(|_| Err(refusal::timed_out(host, target.connect_timeout)));
            let failure = match outcome {
                Ok((client, connection)) => {
                    check_version(host, connection.parameter("server_version"))?;
                    match kind.mismatch(&connection) {
                        None => return Ok((client, connection)),
                        Some(mismatch) => format!(
                            "The PostgreSQL at {host} is {mismatch}, and the address asks for \
                             another kind (target_session_attrs)."
                        ),
                    }
                }
                // What one host refuses for good, its stand-ins would refuse as well.
                Err(Error::Unavailable(sentence)) => sentence,
                Err(other) => return Err(other),
            };
            if !failures.contains(&failure) {
                failures.push(failure);
            }
        }
    }
    Err(Error::Unavailable(failures.join("\n")))
}

impl SessionKind {
    /// What the server is, when that is not what is wanted. Source: the parameters
    /// `in_hot_standby` and `default_transaction_read_only`, which servers from 14 on report.
    fn mismatch(self, connection: &RawConnection) -> Option<&'static str> {
        let on = |name| connection.parameter(name) == Some("on");
        let standby = on("in_hot_standby");
        let read_only = standby || on("default_transaction_read_only");
        match self {
            Self::ReadWrite if read_only => Some("read-only"),
            Self::ReadOnly if !read_only => Some("writable"),
            Self::Primary if standby => Some("a standby"),
            Self::Standby if !standby => Some("a primary"),
            _ => None,
        }
    }
}

/// One host, with the detours that the weak modes of encryption ask for.
async fn open(target: &ConnectTarget, host: &Host, settings: &SessionSettings) -> Result<(Client, RawConnection)> {
    let mut config = configuration(target, host, settings);
    let mode = match host.address {
        // A socket needs no encryption, and PostgreSQL offers none there.
        Address::Socket(_) => SslMode::Disable,
        Address::Tcp(..) => target.tls.mode,
    };
    let (first, second) = match mode {
        SslMode::Disable => (config::SslMode::Disable, None),
        SslMode::Allow => (config::SslMode::Disable, Some(config::SslMode::Require)),
        SslMode::Prefer => (config::SslMode::Prefer, Some(config::SslMode::Disable)),
        SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => (config::SslMode::Require, None),
    };
    let connector = if mode == SslMode::Disable { unused_connector()? } else { target.connector()? };
    let refused = match config.ssl_mode(first).connect(connector.clone()).await {
        Ok(session) => return Ok(session),
        Err(refused) => refused,
    };
    // "no pg_hba.conf entry" depends on encryption; so does a handshake that fails.
    let encryption_decides =
        refused.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION) || refusal::is_about_tls(&refused);
    if let Some(second) = second.filter(|_| encryption_decides)
        && let Ok(session) = config.ssl_mode(second).connect(connector).await
    {
        return Ok(session);
    }
    Err(refusal::sentence(&refused, target, host))
}

/// The driver wants to know how it would encrypt even where it never does.
fn unused_connector() -> Result<MakeRustlsConnect> {
    tls::connector(&TlsOptions { mode: SslMode::Disable, authorities: None, client: None, direct: false })
}

fn configuration(target: &ConnectTarget, host: &Host, settings: &SessionSettings) -> Config {
    let mut config = Config::new();
    config.user(&target.user).dbname(&target.database).port(host.port).connect_timeout(target.connect_timeout);
    match &host.address {
        Address::Tcp(name, number) => {
            config.host(name);
            if let Some(number) = number {
                config.hostaddr(*number);
            }
        }
        Address::Socket(directory) => {
            config.host_path(directory);
        }
    }
    if let Some(password) = target.password_for(host) {
        config.password(password);
    }
    // The address's own options come behind ours and win; the role last, since it may set less.
    let mut options = settings.options() + target.options.as_deref().unwrap_or("");
    if target.is_keeping {
        options.push_str(" -c searxng.purpose=keeping");
    }
    if let Some(role) = target.role {
        options.push_str(" -c role=");
        options.push_str(role);
    }
    if !options.trim().is_empty() {
        config.options(options.trim());
    }
    let name = target.application_name.as_deref().unwrap_or(&settings.application_name);
    if !name.is_empty() {
        config.application_name(name);
    }
    config.channel_binding(target.channel_binding);
    if target.tls.direct {
        config.ssl_negotiation(config::SslNegotiation::Direct);
    }
    let keepalive = &target.keepalive;
    config.keepalives(!keepalive.off);
    if let Some(idle) = keepalive.idle {
        config.keepalives_idle(idle);
    }
    if let Some(interval) = keepalive.interval {
        config.keepalives_interval(interval);
    }
    if let Some(count) = keepalive.count {
        config.keepalives_retries(count);
    }
    if let Some(timeout) = keepalive.user_timeout {
        config.tcp_user_timeout(timeout);
    }
    config
}

/// "15.14 (Debian 15.14-1)" is new enough; what tells no version is let through.
fn check_version(host: &Host, version: Option<&str>) -> Result<()> {
    let Some(version) = version else {
        return Ok(());
    };
    let digits = version.find(|character: char| !character.is_ascii_digit()).unwrap_or(version.len());
    match version[..digits].parse::<u32>() {
        Ok(major) if major < OLDEST_MAJOR => Err(Error::setup(format!(
            "The PostgreSQL at {host} is version {version}; version {OLDEST_MAJOR} or newer is \
             needed. Upgrade that server, or leave DATABASE_URL unset to let the program run \
             one of its own."
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host() -> Host {
        Host { address: Address::Tcp("h".to_owned(), None), port: 5432 }
    }

    #[test]
    fn old_servers_are_refused_by_what_they_report() {
        for (version, accepted) in [
            (Some("9.6.24"), false),
            (Some("13.18"), false),
            (Some("14.0"), true),
            (Some("15.14 (Debian 15.14-0+deb12u1)"), true),
            (Some("19beta1"), true),
            (Some("unknown"), true),
            (None, true),
        ] {
            assert_eq!(check_version(&host(), version).is_ok(), accepted, "{version:?}");
        }
    }

    #[test]
    fn limits_become_start_up_options_in_milliseconds() {
        let settings = SessionSettings {
            application_name: "test".to_owned(),
            statement_timeout: Some(Duration::from_secs(5)),
            lock_timeout: None,
            idle_in_transaction_session_timeout: Some(Duration::ZERO),
        };
        let target = ConnectTarget::parse_in("postgres://u@h/d?options=-c%20lock_timeout%3D7", &|_| None);
        let config = configuration(&target.expect("the address is right"), &host(), &settings);
        assert_eq!(
            config.get_options(),
            Some(
                "-c random_page_cost=1.1 -c jit=off -c statement_timeout=5000 \
                 -c idle_in_transaction_session_timeout=0 -c lock_timeout=7"
            )
        );
        assert_eq!(config.get_application_name(), Some("test"));
    }
}
