//! What people keep: saved tracks and albums, artists and playlists they follow.

pub mod collection;
pub mod follow;
pub mod playlist_follow;
pub mod saved;
mod shelf;
pub mod shown;
