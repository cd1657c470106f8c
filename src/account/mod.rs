//! Accounts: who people are to each other.

pub mod user;
