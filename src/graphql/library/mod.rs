//! Libraries and follows as types.

pub mod collection;
pub mod entry;
pub mod follow;
pub mod links;
pub mod mutation;
pub mod payload;
