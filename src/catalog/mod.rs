//! The catalogue: artists, albums, tracks, genres, the outside sources they came from, and the
//! search over all of them.

pub mod album;
pub mod artist;
pub mod genre;
pub mod identifier;
mod merged;
pub mod musical_key;
pub mod search;
pub mod source;
pub mod source_url;
pub mod track;
pub mod track_ref;
