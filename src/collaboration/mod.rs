//! Working together on playlists: who may, what was done, what was voted.

pub mod access;
pub mod activity;
pub mod collaborator;
pub mod feed;
pub mod record;
pub mod vote;
