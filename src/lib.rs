//! SearXNG-Cool Music: a music platform's backend.
//!
//! Two floors with the same names: data rooms know what is true, `graphql/` tells it. Below them
//! stand `db/` and the ground, above them `server/` and `cli/`. Imports run downward only;
//! `tests/it/layout.rs` holds the table.

pub mod account;
pub mod catalog;
pub mod cli;
pub mod collaboration;
pub mod config;
pub mod db;
pub mod error;
pub mod generate;
pub mod graphql;
pub mod ids;
pub mod library;
pub mod listening;
pub mod matching;
pub mod operations;
pub mod playlist;
pub mod secrets;
pub mod server;
pub mod telemetry;
pub mod transfer;
