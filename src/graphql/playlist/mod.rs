//! Playlists as types.

mod history;
pub mod input;
pub mod item;
pub mod mutation;
pub mod payload;
#[expect(clippy::module_inception, reason = "the room and its main type share a name")]
pub mod playlist;
