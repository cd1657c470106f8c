//! Search over the whole catalogue, playlists, people and genres at once.
//!
//! First stage: full text in the `music` configuration, accents folded on both sides. Only when
//! it finds next to nothing, a second stage adds what is spelled alike (trigrams). Hits of all
//! kinds stand in one list by score; a page first finds ids, then the things are loaded.

mod facets;
mod hit;
pub mod language;
mod narrow;
mod sql;

pub use facets::{Facet, facets};
pub use hit::{DetailOfHit, HitDetail, SearchKind};
pub use sql::{Hit, SearchPage, SearchRequest, count, page, suggest};
