//! Why a connection failed, in sentences that say what to do.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use rustls::CertificateError;
use tokio_postgres::error::SqlState;

use super::hosts::{Address, Host};
use super::target::ConnectTarget;
use super::tls::is_own_authority;
use crate::error::Error;

/// What the driver says when it was asked for a password and has none. Source: tokio-postgres
/// 0.7, `connect_raw.rs`; it gives no kind to match.
const PASSWORD_MISSING: &str = "password missing";

/// A host that did not answer in time.
pub(super) fn timed_out(host: &Host, limit: Duration) -> Error {
    Error::Unavailable(format!(
        "The PostgreSQL at {host} did not answer within {} s. Is the host right, and does a \
         firewall let us through?",
        limit.as_secs()
    ))
}

/// Whether encryption itself failed, as opposed to what came over it.
pub(super) fn is_about_tls(failure: &tokio_postgres::Error) -> bool {
    failure.to_string().starts_with("error performing TLS handshake") || tls_cause(failure).is_some()
}

/// The sentence for a failed attempt at `host`.
pub(super) fn sentence(failure: &tokio_postgres::Error, target: &ConnectTarget, host: &Host) -> Error {
    if let Some(refusal) = failure.as_db_error() {
        return refused(refusal.code(), refusal.message(), target, host);
    }
    if let Some(cause) = tls_cause(failure) {
        return Error::setup(untrusted(cause, target, host));
    }
    let causes = chain(failure);
    if is_about_tls(failure) {
        let mode = target.tls.mode;
        return Error::setup(if causes.contains("server does not support TLS") {
            format!(
                "The PostgreSQL at {host} offers no encryption, and sslmode={mode} asks for it. \
                 Switch `ssl` on at that server, or use sslmode=disable when the network \
                 between is yours alone."
            )
        } else {
            format!(
                "No encrypted connection to the PostgreSQL at {host} could be made \
                 (sslmode={mode}): {causes}."
            )
        });
    }
    if causes.contains(PASSWORD_MISSING) {
        return Error::setup(format!(
            "The PostgreSQL at {host} asks for the password of user \"{}\", and none is given. \
             Put it into the URL (postgres://user:password@host/database), PGPASSWORD, or \
             ~/.pgpass.",
            target.user
        ));
    }
    if failure.to_string().starts_with("authentication error") {
        return Error::setup(format!("Logging in to the PostgreSQL at {host} failed: {causes}."));
    }
    unreachable(failure, &causes, host)
}

/// What the server itself answered.
fn refused(code: &SqlState, message: &str, target: &ConnectTarget, host: &Host) -> Error {
    let (user, database) = (&target.user, &target.database);
    let said = message.trim_end_matches('.');
    if *code == SqlState::INVALID_PASSWORD {
        let source = match (&target.password, target.password_for(host)) {
            (Some(_), _) => "the URL or PGPASSWORD",
            (None, Some(_)) => "the password file",
            (None, None) => "nowhere",
        };
        Error::setup(format!(
            "The PostgreSQL at {host} does not accept the password of user \"{user}\" (it came \
             from {source}). Correct it there; characters such as @ : / % are written \
             percent-encoded in a URL."
        ))
    } else if *code == SqlState::INVALID_CATALOG_NAME {
        Error::setup(format!(
            "There is no database \"{database}\" at {host}. Create it (`createdb -O {user} \
             {database}`) or name another one in the URL."
        ))
    } else if *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION {
        Error::setup(format!(
            "The PostgreSQL at {host} does not let user \"{user}\" in: {said}. Check that the \
             role exists and that pg_hba.conf has a line for it (sslmode is {}).",
            target.tls.mode
        ))
    } else if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        Error::setup(format!(
            "User \"{user}\" may not use database \"{database}\" at {host}: {said}. `grant \
             connect on database` mends it."
        ))
    } else if *code == SqlState::PROTOCOL_VIOLATION && said.contains("startup parameter") {
        Error::setup(format!(
            "What answers at {host} is a pooler that refuses our session settings: {said}. \
             Connect to PostgreSQL itself, or let the pooler pass `options` on."
        ))
    } else if *code == SqlState::UNDEFINED_OBJECT || *code == SqlState::INVALID_PARAMETER_VALUE {
        Error::setup(format!("The PostgreSQL at {host} does not accept the options in the database address: {said}."))
    } else {
        // Starting up, shutting down, too many connections, and what else passes with time.
        Error::Unavailable(format!("The PostgreSQL at {host} takes no connection now: {said}."))
    }
}

/// Why the handshake failed.
fn untrusted(cause: &rustls::Error, target: &ConnectTarget, host: &Host) -> String {
    let mode = target.tls.mode;
    let certificate = format!("The certificate of the PostgreSQL at {host}");
    match cause {
        rustls::Error::InvalidCertificate(problem) => match problem {
            CertificateError::UnknownIssuer | CertificateError::BadSignature => format!(
                "{certificate} is signed by an authority that is not trusted (sslmode={mode}). \
                 Give the authority's certificate with sslrootcert=/path/to/ca.pem, after \
                 making sure that the server is the right one."
            ),
            // The self-signed certificate that `openssl req -x509` makes: its own authority.
            other if is_own_authority(other) => format!(
                "{certificate} is signed by itself (sslmode={mode}). Give a copy of it with \
                 sslrootcert=/path/to/server.crt, after making sure that the server is the \
                 right one."
            ),
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                format!(
                    "{certificate} is for another name ({problem}). Use the name in the \
                     certificate as host; sslmode=verify-ca would check the authority only."
                )
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                format!(
                    "{certificate} has expired ({problem}). It has to be renewed there; check \
                     this machine's clock, too."
                )
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                format!("{certificate} is not valid yet ({problem}). Check this machine's clock.")
            }
            other => format!("{certificate} cannot be trusted (sslmode={mode}): {other}."),
        },
        rustls::Error::AlertReceived(alert) => format!(
            "The PostgreSQL at {host} broke off the encrypted connection ({alert:?}). Where it \
             asks for a client certificate, give one it trusts with sslcert and sslkey."
        ),
        other => format!(
            "No encrypted connection to the PostgreSQL at {host} could be made \
             (sslmode={mode}): {other}."
        ),
    }
}

fn unreachable(failure: &tokio_postgres::Error, causes: &str, host: &Host) -> Error {
    let kind = sources(failure).find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
    let advice = match (&host.address, kind) {
        (Address::Socket(_), Some(io::ErrorKind::NotFound)) => {
            "There is no such socket: is the server running, and is this its \
             unix_socket_directories?"
        }
        (Address::Socket(_), Some(io::ErrorKind::PermissionDenied)) => "This user may not open the socket.",
        (_, Some(io::ErrorKind::ConnectionRefused)) => {
            "Nothing listens there: is the server running, and are host and port right?"
        }
        (_, Some(io::ErrorKind::TimedOut)) => "Is the host right, and does a firewall let us through?",
        _ => "Are host and port right, and is the server running?",
    };
    Error::Unavailable(format!("The PostgreSQL at {host} cannot be reached: {causes}. {advice}"))
}

/// The errors behind `failure`, outermost first.
fn sources(failure: &tokio_postgres::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    let mut next = failure.source();
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
}

/// The innermost causes as one text; the outermost when there are none.
fn chain(failure: &tokio_postgres::Error) -> String {
    sources(failure).last().map_or_else(|| failure.to_string(), ToString::to_string)
}

fn tls_cause(failure: &tokio_postgres::Error) -> Option<&rustls::Error> {
    sources(failure).find_map(|cause| {
        cause.downcast_ref::<rustls::Error>().or_else(|| cause.downcast_ref::<io::Error>()?.get_ref()?.downcast_ref())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::connect::SslMode;

    fn target() -> ConnectTarget {
        ConnectTarget::parse_in("postgres://u:secret@h/d?sslmode=verify-full", &|_| None).expect("the address is right")
    }

    #[test]
    fn answers_of_the_server_become_advice() {
        let target = target();
        for (code, expected) in [
            (
                SqlState::INVALID_PASSWORD,
                "does not accept the password of user \"u\" (it came from the URL or PGPASSWORD)",
            ),
            (SqlState::INVALID_CATALOG_NAME, "There is no database \"d\" at h:5432. Create it"),
            (SqlState::INVALID_AUTHORIZATION_SPECIFICATION, "does not let user \"u\" in: what it said."),
            (SqlState::TOO_MANY_CONNECTIONS, "takes no connection now: what it said."),
        ] {
            let message = refused(&code, "what it said", &target, &target.hosts[0]).to_string();
            assert!(message.contains(expected), "{message}");
            assert!(!message.contains("secret"), "{message}");
        }
    }

    #[test]
    fn certificates_that_do_not_fit_are_told_apart() {
        let target = target();
        assert_eq!(target.tls.mode, SslMode::VerifyFull);
        for (problem, expected) in [
            (CertificateError::UnknownIssuer, "an authority that is not trusted (sslmode=verify-full)"),
            (CertificateError::NotValidForName, "is for another name"),
            (CertificateError::Expired, "has expired"),
        ] {
            let message = untrusted(&rustls::Error::InvalidCertificate(problem), &target, &target.hosts[0]);
            assert!(message.contains(expected), "{message}");
        }
    }
}
