//! How a client reaches a cluster of ours.

use std::fmt::Write as _;
use std::path::PathBuf;

/// The superuser that owns everything in the embedded cluster. The server serves as
/// [`crate::db::roles::SERVER_ROLE`].
pub const USER: &str = "searxng_user";

/// The database that the program uses in the embedded cluster.
pub const DATABASE: &str = "searxng_cool_music";

/// The number in the socket's file name; nothing listens on a port of that number.
pub(super) const PORT: u16 = 5432;

/// Where a cluster of ours listens and whom to be there. No password: the socket's directory is
/// open to us alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionParameters {
    /// The directory that holds the socket.
    pub socket_dir: PathBuf,
    /// The number in the socket's file name.
    pub port: u16,
    /// The role to connect as.
    pub user: String,
    /// The database to connect to.
    pub database: String,
}

impl ConnectionParameters {
    pub(super) fn new(socket_dir: PathBuf, port: u16) -> Self {
        Self { socket_dir, port, user: USER.to_owned(), database: DATABASE.to_owned() }
    }

    /// The same cluster, another database in it.
    #[must_use]
    pub fn with_database(&self, database: &str) -> Self {
        Self { database: database.to_owned(), ..self.clone() }
    }

    /// As `key=value` words that libpq and tokio-postgres read.
    #[must_use]
    pub fn keywords(&self) -> String {
        format!(
            "host={} port={} user={} dbname={}",
            quoted(&self.socket_dir.to_string_lossy()),
            self.port,
            quoted(&self.user),
            quoted(&self.database),
        )
    }

    /// As a `postgresql://` URL, for people and for tools built on libpq.
    #[must_use]
    pub fn url(&self) -> String {
        format!(
            "postgresql://{}@/{}?host={}&port={}",
            percent_encoded(&self.user),
            percent_encoded(&self.database),
            percent_encoded(&self.socket_dir.to_string_lossy()),
            self.port,
        )
    }
}

fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn percent_encoded(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_survive_odd_characters() {
        let parameters = ConnectionParameters::new(PathBuf::from("/tmp/it's a\\b"), PORT);
        assert_eq!(
            parameters.keywords(),
            r"host='/tmp/it\'s a\\b' port=5432 user='searxng_user' dbname='searxng_cool_music'"
        );
        assert_eq!(
            parameters.with_database("x y").url(),
            "postgresql://searxng_user@/x%20y?host=%2Ftmp%2Fit%27s%20a%5Cb&port=5432"
        );
    }
}
