//! Moving catalogues and playlists in and out.

pub mod catalogue;
