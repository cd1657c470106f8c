//! Working together, as types.

pub mod activity;
pub mod change;
pub mod collaborator;
pub mod vote;
