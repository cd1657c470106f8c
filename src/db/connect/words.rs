//! The parameters of an address: those it gives, over those of the environment.

use std::collections::BTreeMap;

use super::conninfo;
use crate::error::{Error, Result};

/// All parameters understood, each with the variable that gives its default.
const PARAMETERS: [(&str, Option<&str>); 25] = [
    ("host", Some("PGHOST")),
    ("hostaddr", Some("PGHOSTADDR")),
    ("port", Some("PGPORT")),
    ("dbname", Some("PGDATABASE")),
    ("user", Some("PGUSER")),
    ("password", Some("PGPASSWORD")),
    ("passfile", Some("PGPASSFILE")),
    ("connect_timeout", Some("PGCONNECT_TIMEOUT")),
    ("application_name", Some("PGAPPNAME")),
    ("fallback_application_name", None),
    ("options", Some("PGOPTIONS")),
    ("sslmode", Some("PGSSLMODE")),
    ("sslrootcert", Some("PGSSLROOTCERT")),
    ("sslcert", Some("PGSSLCERT")),
    ("sslkey", Some("PGSSLKEY")),
    ("sslnegotiation", Some("PGSSLNEGOTIATION")),
    ("channel_binding", Some("PGCHANNELBINDING")),
    ("target_session_attrs", Some("PGTARGETSESSIONATTRS")),
    ("keepalives", None),
    ("keepalives_idle", None),
    ("keepalives_interval", None),
    ("keepalives_count", None),
    ("tcp_user_timeout", None),
    ("client_encoding", None),
    ("gssencmode", None),
];

/// The parameters of a string over those of the environment; empty values count as absent.
pub(super) struct Words(BTreeMap<String, String>);

impl Words {
    pub(super) fn gather(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let mut words = BTreeMap::new();
        for (name, value) in conninfo::parameters(text)? {
            if !PARAMETERS.iter().any(|(known, _)| *known == name) {
                let known: Vec<&str> = PARAMETERS.iter().map(|(known, _)| *known).collect();
                return Err(Error::setup(format!(
                    "The database address holds the unknown parameter \"{name}\". Understood \
                     are: {}.",
                    known.join(", ")
                )));
            }
            words.insert(name, value);
        }
        words.retain(|_, value| !value.is_empty());
        // A number from the environment must not lead away from a host that the string names.
        let host_given = words.contains_key("host");
        for (name, default) in PARAMETERS {
            if let Some(value) = default.and_then(variable)
                && !value.is_empty()
                && !(name == "hostaddr" && host_given)
            {
                words.entry(name.to_owned()).or_insert(value);
            }
        }
        Ok(Self(words))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<u64>> {
        let parsed = self.get(name).map(|value| value.trim().parse());
        parsed.transpose().map_err(|_| {
            Error::setup(format!("In the database address {name} should be a whole number, zero or more."))
        })
    }

    /// One of a closed set; the first is the default.
    pub(super) fn choice<T: Copy>(&self, name: &str, choices: &[(&str, T)]) -> Result<T> {
        let Some(value) = self.get(name) else {
            return Ok(choices[0].1);
        };
        choices.iter().find(|(word, _)| *word == value).map(|(_, choice)| *choice).ok_or_else(|| {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            Error::setup(format!(
                "In the database address {name}={value} is not known; it should be one of {}.",
                words.join(", ")
            ))
        })
    }

    /// Parameters that other drivers need and that say nothing here, as long as they ask for
    /// what we do anyway.
    pub(super) fn check_ignored(&self) -> Result<()> {
        if self
            .get("client_encoding")
            .is_some_and(|encoding| !["utf8", "utf-8", "auto"].contains(&encoding.to_lowercase().as_str()))
        {
            return Err(Error::setup("In the database address client_encoding can only be UTF8."));
        }
        if self.get("gssencmode").is_some_and(|mode| mode == "require") {
            return Err(Error::setup(
                "Encryption by GSSAPI is not supported: leave gssencmode out and use \
                 sslmode=verify-full.",
            ));
        }
        Ok(())
    }
}
