//! The changes of one playlist as they happen: those that were missed first, then live ones.
//!
//! The table `playlist_activities` is the truth, a notification only a reason to look. Whoever
//! follows a playlist gets every version after the one they saw, in order, each once; where a
//! version is no longer kept they are told to start over ([`Event::Reset`]). Whether the playlist
//! may still be seen is read together with the changes, so that nothing is told after it may not.

mod follow;
mod recent;
mod rows;

pub use follow::{Event, Feeds, Follow, Follower};
pub use rows::Named;
