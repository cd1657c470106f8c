//! Accounts as types.

pub mod user;
