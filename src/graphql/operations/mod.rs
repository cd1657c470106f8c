//! What administrators run the server by, as types.

pub mod audit;
mod parts;
pub mod status;
