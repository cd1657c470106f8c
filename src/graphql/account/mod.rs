//! Accounts as types.

pub mod mutation;
pub mod profile;
pub mod token;
pub mod user;
pub mod viewer;
