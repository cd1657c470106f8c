//! Reading of catalogue files for `import catalogue`: CSV and JSON Lines, streamed in bounded memory.
//!
//! Every line ends in one of three ways, and none is lost without a word: a [`CatalogueRow`], a
//! row with warnings (an optional value was bad and left out), or a refusal that names line,
//! column, value and reason. What makes the whole file unreadable (no header, an open quote) is an
//! error that ends the import. No SQL here; the columns are in [`columns`].

pub mod columns;

mod cell;
mod check;
mod column_table;
mod csv_records;
mod encoding;
mod json_lines;
mod outcome;
mod reader;
mod row;
#[cfg(test)]
mod tests;

pub use outcome::RowOutcome;
pub use reader::{CatalogueReader, Format, HeaderReport};
pub use row::{AudioFeatures, CatalogueRow, Problem, ReleaseDate};

/// The most bytes of one record; bounds memory, and how far an open quote can reach.
pub const MAX_RECORD_BYTES: usize = 1024 * 1024;
