//! Moving catalogues and playlists in and out.

pub mod catalogue;
pub mod import;
