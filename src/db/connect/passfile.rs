//! The password file of libpq, `~/.pgpass`.
//!
//! Lines are `host:port:database:user:password`; `*` fits everything, `\` takes the meaning from
//! `:` and `\`, the first line that fits wins. A file that others may read is ignored, with a
//! warning. Source: PostgreSQL manual, 34.16 "The Password File".

use std::fs;
use std::path::Path;

use tracing::warn;

/// The lines of a password file.
#[derive(Clone, Default)]
pub(super) struct Passfile {
    lines: Vec<[String; 5]>,
}

impl Passfile {
    /// Reads `path`; a file that is absent, unreadable or open to others counts as empty.
    pub(super) fn read(path: &Path) -> Self {
        let Ok(metadata) = fs::metadata(path) else {
            return Self::default();
        };
        if !metadata.is_file() {
            warn!("The password file {} is not a plain file and is ignored", path.display());
            return Self::default();
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            if metadata.permissions().mode() & 0o077 != 0 {
                warn!(
                    "The password file {0} can be read by others and is ignored; `chmod 600 \
                     {0}` mends it",
                    path.display()
                );
                return Self::default();
            }
        }
        match fs::read(path) {
            Ok(bytes) => Self::parse(&String::from_utf8_lossy(&bytes)),
            Err(cause) => {
                warn!("The password file {} cannot be read and is ignored: {cause}", path.display());
                Self::default()
            }
        }
    }

    fn parse(text: &str) -> Self {
        Self { lines: text.lines().filter(|line| !line.starts_with('#')).filter_map(fields).collect() }
    }

    /// The password for a connection. `hosts` are the names that fit: a Unix socket is known by
    /// its directory and as `localhost`.
    pub(super) fn password(&self, hosts: &[&str], port: u16, database: &str, user: &str) -> Option<&str> {
        let port = port.to_string();
        let fits = |field: &str, values: &[&str]| field == "*" || values.iter().any(|value| unescaped(field) == *value);
        self.lines
            .iter()
            .find(|[host, for_port, for_database, for_user, _]| {
                fits(host, hosts)
                    && fits(for_port, &[&port])
                    && fits(for_database, &[database])
                    && fits(for_user, &[user])
            })
            .map(|[.., password]| password.as_str())
            .filter(|password| !password.is_empty())
    }
}

/// The five fields of a line; escapes stay in the first four, where a lone `*` has its meaning.
fn fields(line: &str) -> Option<[String; 5]> {
    let mut found = vec![String::new()];
    let mut escaped = false;
    for character in line.trim_end_matches('\r').chars() {
        if character == ':' && !escaped {
            found.push(String::new());
        } else if let Some(field) = found.last_mut() {
            field.push(character);
        }
        escaped = character == '\\' && !escaped;
    }
    // What follows a fifth colon is no part of the password, as with libpq.
    let [host, port, database, user, password, ..] = found.as_slice() else {
        return None;
    };
    Some([host.clone(), port.clone(), database.clone(), user.clone(), unescaped(password)])
}

fn unescaped(field: &str) -> String {
    let mut plain = String::with_capacity(field.len());
    let mut characters = field.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => plain.push(characters.next().unwrap_or('\\')),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# comment:5432:d:u:no\n\
        broken line\n\
        h:5432:d:u:exact\n\
        h:*:*:u:wide\n\
        /run/pg:5432:*:*:by directory\n\
        localhost:5432:*:sock:by localhost\n\
        ::1:5432:d:u:unescaped colons\n\
        \\:\\:1:5432:d:u:six\n\
        c\\:d:5432:d:u:pass\\:word\\\\\n\
        e:5432:d:u:\n\
        *:*:*:last:anything:rest\n";

    #[test]
    fn the_first_line_that_fits_wins() {
        let file = Passfile::parse(FILE);
        for (hosts, port, database, user, expected) in [
            (&["h"][..], 5432, "d", "u", Some("exact")),
            (&["h"], 5433, "d", "u", Some("wide")),
            (&["h"], 5432, "x", "u", Some("wide")),
            (&["other"], 5432, "d", "u", None),
            (&["/run/pg", "localhost"], 5432, "d", "u", Some("by directory")),
            (&["/other", "localhost"], 5432, "d", "sock", Some("by localhost")),
            (&["localhost"], 5432, "d", "sock", Some("by localhost")),
            (&["::1"], 5432, "d", "u", Some("six")),
            (&["c:d"], 5432, "d", "u", Some("pass:word\\")),
            (&["e"], 5432, "d", "u", None),
            (&["x"], 1, "y", "last", Some("anything")),
        ] {
            assert_eq!(file.password(hosts, port, database, user), expected, "{hosts:?} {port} {database} {user}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_is_ignored() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let path = directory.path().join("pgpass");
        fs::write(&path, "*:*:*:*:secret\n").expect("the file can be written");
        for (mode, expected) in [(0o600, Some("secret")), (0o400, Some("secret")), (0o640, None), (0o604, None)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("the mode can be set");
            assert_eq!(Passfile::read(&path).password(&["h"], 1, "d", "u"), expected, "{mode:o}");
        }
        assert_eq!(Passfile::read(&directory.path().join("absent")).password(&["h"], 1, "d", "u"), None);
    }
}
