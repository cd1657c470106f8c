//! Playlists and their entries.

mod actions;
mod details;
pub mod edit;
mod editing;
mod entry;
pub mod history;
pub mod item;
pub mod operation;
mod order;
#[expect(clippy::module_inception, reason = "the room and its main table share a name")]
pub mod playlist;
pub mod succession;
mod undo;

pub use details::DetailsChanges;
