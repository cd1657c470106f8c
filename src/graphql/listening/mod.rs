//! What people heard, as types.

pub mod charts;
pub mod statistics;
