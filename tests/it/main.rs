//! The integration tests: behaviour through the public API, on a real PostgreSQL.
//!
//! One cluster serves a run, and each test has a database of its own, cloned from a migrated
//! template. `PG_BIN_DIR` chooses the PostgreSQL.

mod abuse;
mod access;
mod accounts;
mod admin;
mod attacks;
mod audit;
mod backup;
mod browser;
mod builders;
mod catalogue;
mod clients;
mod constraints;
mod demo;
mod deploy;
mod editing;
mod embedded;
mod event_stream;
mod generate;
mod harness;
mod http;
mod import;
mod layout;
mod library;
mod limits;
mod listening;
mod live;
mod maintenance;
mod migrations;
mod monitoring;
mod npm;
mod pages;
mod panics;
mod plans;
mod playlist_access;
mod playlist_edit;
mod playlist_history;
mod playlist_model;
mod playlists;
mod profiles;
mod replicas;
mod run;
mod schema;
mod search;
mod statements;
mod statistics;
mod tls;
mod tokens;
#[cfg(feature = "opentelemetry")]
mod traces;
mod walls;
mod websocket;
