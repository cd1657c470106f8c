//! The schema: what the data rooms know, told as a graph.
//!
//! A type is a newtype over its row with one block of fields; a link is one loader call. Nothing
//! here holds SQL. Roots need ids decoded, call one function of a data room and wrap the answer.

pub mod access;
pub mod account;
mod ahead;
mod api;
pub mod catalog;
pub mod collaboration;
pub mod connection;
pub mod context;
mod documents;
pub mod error;
pub mod filter;
mod gather;
pub mod interfaces;
pub mod library;
pub mod limits;
pub mod listening;
mod live;
mod mutation;
pub mod operations;
mod persisted;
pub mod playlist;
mod query;
mod rate_limit;
mod registered;
pub mod scalars;
mod schema;
mod shape;
mod subscription;
pub mod user_error;
mod validation;

pub use api::{Api, Checked, is_request_error};
pub use live::is_stream_error;
pub use registered::Registered;
pub use schema::sdl;
