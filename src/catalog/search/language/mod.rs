//! The search language: what people type into `search` and `parseSearch`.
//!
//! ```text
//! miles "kind of blue" -live artist:coltrane label:'Blue Note' year:1955-1965 bpm:>120 key:Am
//! ```
//!
//! - Free words all have to be found. `"Quoted phrases"` are found as they stand, in that order.
//! - `-word`, `-"phrase"` and `-filter:value` exclude.
//! - Filters are `artist: album: track: (title:) genre: label: year: bpm: key: country: isrc:
//!   barcode: (upc:) source:`. A value is a word, `'single quoted'` or `"double quoted"`.
//! - **The same filter twice means either** (`genre:jazz genre:blues` finds both); different
//!   filters all have to hold, and so does every exclusion.
//! - `year:` and `bpm:` take `1970`, `1970-1980`, `1970..1980`, `1970-`, `-1980`, `>1970`,
//!   `>=1970`, `<1980`, `<=1980`; `year:` also decades, `1970s` or `70s`.
//! - `key:` takes names (`Am`, `A minor`, `C#`, `Db maj`) and Camelot codes (`8A`).
//!
//! Reading never fails. What cannot be read as meant becomes words, and a warning says so. Pure:
//! no SQL here, the compiler to SQL stands beside this folder.

mod lexer;
mod parser;
mod query;
mod value;
mod write;

pub use parser::{FILTER_NAMES, MAX_INPUT_CHARACTERS, MAX_TERMS, parse};
pub use query::{Filters, KeyFilter, ParsedQuery, RangeFilter, Term, TextFilter};

#[cfg(test)]
mod tests;
