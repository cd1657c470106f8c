//! The database side of `import catalogue`: a file becomes genres, artists, albums, tracks and links.
//!
//! One transaction for the whole file, so that nothing is ever half-written. Lines are staged with
//! COPY as they are read, in constant memory, and applied by a constant number of set-based
//! statements (`sql/`), whatever the number of lines. This is why the import writes the catalogue's
//! tables itself and calls no other room row by row.
//!
//! What a line means:
//! - **Track**: the one that holds the line's outside id (`track_id` within `--source`), and its
//!   values are replaced by those given. Else the one with the same artist, album (or none), folded
//!   title, and disc, number and duration (within 2 s) as far as both sides know them; only what is
//!   empty is filled. Never fuzzy. Else a new one.
//! - **Album**: by MusicBrainz id, by barcode, by artist and folded title (of several editions that
//!   of the same year). **Artist**: by MusicBrainz id, by folded name. **Genre**: by name, slug or
//!   alias. Filled, never replaced; created when missing.
//! - **Links** become rows of the source tables; one that belongs to something else stays there.
//!
//! The same file again changes nothing, not even an `updated_at`.

mod apply;
pub(crate) mod fault;
mod report;
mod run;
mod stage;

pub use report::{Counts, ImportReport, MAX_PROBLEMS, Problems};
pub use run::{ImportOptions, Progress, Stage, import_catalogue, import_into};
