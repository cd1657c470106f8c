//! What people heard, as types.

pub mod charts;
pub mod interaction;
pub mod mutation;
pub mod person;
pub mod statistics;
