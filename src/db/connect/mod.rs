//! Connections to a PostgreSQL server, addressed the way libpq addresses them.
//!
//! [`ConnectTarget::parse`] reads an address as every PostgreSQL tool does (URL or words,
//! `PG…` variables, password file); [`connect`] opens a session there with our time limits on it.
//! The rule: whatever goes wrong is told in a sentence that says what would be right, and no
//! sentence or log line holds a password.

mod conninfo;
mod environment;
mod hosts;
mod open;
mod passfile;
mod refusal;
mod target;
mod tls;
mod words;

pub use open::{RawConnection, SessionSettings, connect, connect_raw};
pub use target::ConnectTarget;
pub use tls::SslMode;
