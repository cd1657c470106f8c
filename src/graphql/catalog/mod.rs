//! The catalogue as types.

pub mod album;
pub mod artist;
pub mod audio_features;
pub mod credit;
pub mod genre;
pub mod search;
pub mod source;
mod stored;
pub mod track;
pub mod track_ref;
