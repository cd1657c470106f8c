//! Playlists as types.

pub mod item;
#[expect(clippy::module_inception, reason = "the room and its main type share a name")]
pub mod playlist;
