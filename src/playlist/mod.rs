//! Playlists and their entries.

pub mod item;
#[expect(clippy::module_inception, reason = "the room and its main table share a name")]
pub mod playlist;
pub mod succession;
