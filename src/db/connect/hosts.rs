//! The servers that an address names: names, numbers, ports and sockets.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::error::{Error, Result};

const DEFAULT_PORT: u16 = 5432;

/// One server of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Host {
    pub(super) address: Address,
    pub(super) port: u16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    /// A name or number, and the number to use in its place.
    Tcp(String, Option<IpAddr>),
    /// The directory of a Unix socket.
    Socket(PathBuf),
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.address {
            Address::Tcp(name, _) if name.contains(':') => {
                write!(formatter, "[{name}]:{}", self.port)
            }
            Address::Tcp(name, _) => write!(formatter, "{name}:{}", self.port),
            Address::Socket(path) => write!(formatter, "{}/.s.PGSQL.{}", path.display(), self.port),
        }
    }
}

/// Pairs up the comma-separated lists of hosts, numbers and ports.
pub(super) fn hosts(names: Option<&str>, numbers: Option<&str>, ports: &str) -> Result<Vec<Host>> {
    let ports: Vec<u16> = ports
        .split(',')
        .map(|port| match port.trim() {
            "" => Ok(DEFAULT_PORT),
            port => u16::from_str(port)
                .ok()
                .filter(|port| *port > 0)
                .ok_or_else(|| Error::setup("A port in the database address should be a number from 1 to 65535.")),
        })
        .collect::<Result<_>>()?;
    let numbers: Vec<Option<IpAddr>> = match numbers {
        None => Vec::new(),
        Some(list) => list
            .split(',')
            .map(|number| match number.trim() {
                "" => Ok(None),
                number => number.parse().map(Some).map_err(|_| {
                    Error::setup(format!(
                        "In the database address hostaddr={number} is not an \
                                          IP address; use host for names."
                    ))
                }),
            })
            .collect::<Result<_>>()?,
    };
    let names: Vec<&str> = names.map_or_else(Vec::new, |names| names.split(',').map(str::trim).collect());
    let count = names.len().max(numbers.len()).max(1);
    let fits = |length: usize| length == count;
    if !(names.is_empty() || fits(names.len()))
        || !(numbers.is_empty() || fits(numbers.len()))
        || !(ports.len() == 1 || fits(ports.len()))
    {
        return Err(Error::setup(format!(
            "The database address names {} hosts, {} numbers (hostaddr) and {} ports; each list \
             should be as long as the longest, with one port at least.",
            names.len(),
            numbers.len(),
            ports.len()
        )));
    }
    let one = |index: usize| {
        let port = ports.get(index).or(ports.first()).copied().unwrap_or(DEFAULT_PORT);
        let number = numbers.get(index).copied().flatten();
        let address = match (names.get(index).copied().unwrap_or(""), number) {
            ("", Some(number)) => Address::Tcp(number.to_string(), Some(number)),
            ("", None) => default_address(port),
            (path, _) if path.starts_with('/') => Address::Socket(PathBuf::from(path)),
            (name, number) => Address::Tcp(name.to_owned(), number),
        };
        Host { address, port }
    };
    Ok((0..count).map(one).collect())
}

/// Without a host: a socket where packages put it, otherwise this machine over TCP.
fn default_address(port: u16) -> Address {
    ["/var/run/postgresql", "/tmp"]
        .into_iter()
        .map(Path::new)
        .find(|directory| directory.join(format!(".s.PGSQL.{port}")).exists())
        .map_or_else(
            || Address::Tcp("localhost".to_owned(), None),
            |directory| Address::Socket(directory.to_path_buf()),
        )
}
