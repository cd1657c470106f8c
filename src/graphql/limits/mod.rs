//! Bounds on what one request may ask. They hold on every way in.
//!
//! Order of work: the text is counted before it is parsed, the fragments before they are walked,
//! and the operation before it is run. Its cost is the number of objects it may fetch: pages
//! multiply what is below them. Sources of the defaults: the limits of GraphQL Armor, Shopify and
//! GitHub; see each field.

mod budget;
mod fragments;
mod operation;
mod text;

pub use budget::{Budget, Payer, Payment, Standing, Throttled, household};
pub use fragments::check_fragments;
pub use operation::{Cost, check_operation};
pub use text::check_text;

/// Values that one list of the input holds at most: the entries that one change of a playlist takes.
/// Most fields take fewer, and say so.
const LONGEST_LIST: usize = crate::playlist::operation::MAX_ITEMS;

/// How much one request may hold and ask for.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of a document's text.
    pub max_bytes: usize,
    /// Lexical tokens of a document.
    pub max_tokens: usize,
    /// Brackets of all kinds open at once.
    pub max_nesting: usize,
    /// Fragment definitions.
    pub max_fragments: usize,
    /// Fields after all fragments are spread.
    pub max_expanded_fields: usize,
    /// Levels of fields, introspection apart.
    pub max_depth: usize,
    /// Aliases in a document.
    pub max_aliases: usize,
    /// Fields of the root.
    pub max_root_fields: usize,
    /// Directives in a document.
    pub max_directives: usize,
    /// Values that one list of an input may hold.
    pub max_input_list: usize,
    /// Objects that one operation may fetch.
    pub max_cost: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 32 * 1024,
            max_tokens: 2_000,
            max_nesting: 64,
            max_fragments: 50,
            max_expanded_fields: 5_000,
            max_depth: 12,
            max_aliases: 30,
            max_root_fields: 20,
            max_directives: 20,
            max_input_list: LONGEST_LIST,
            max_cost: 5_000,
        }
    }
}
