//! Accounts: who people are, how they prove it, and what they may do.
//!
//! Whoever calls is a [`viewer::Viewer`] or nobody. Passwords are kept as slow hashes, tokens as
//! hashes, e-mail addresses encrypted; none of them is ever logged.

pub mod accounts;
pub mod api_token;
mod attempt;
pub mod change;
mod credentials;
pub mod email;
pub mod export;
mod name;
mod password_hash;
pub mod profile;
pub mod scope;
pub mod session;
pub mod sign_in;
mod strength;
mod token;
pub mod upkeep;
pub mod user;
pub mod viewer;
