//! Secrets: the keys of the server, and values that are never shown.
//!
//! Keys are read from a file that the operator names, or made in the data folder on the first
//! start. Whoever has that file can sign in as anybody and read what is sealed; it belongs in a
//! backup of its own, apart from the database's.

mod key_file;
mod keys;
mod secret;

pub use keys::Keys;
pub use secret::{Secret, hash_token, random_token};
