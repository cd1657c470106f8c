//! Bounds on documents, checked before the parser and the validator see them.
//!
//! Two small documents stop the library: deeply nested values overflow its stack, and fragments
//! that spread each other make its checks walk exponentially. So brackets and tokens are counted
//! in one pass over the text, and the size that fragments expand to is computed with memory.

use std::collections::HashMap;

use async_graphql::ServerError;
use async_graphql::parser::types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet};
use async_graphql::{Name, Positioned};

use super::error::request_error;

/// How much a document may hold.
#[derive(Debug, Clone, Copy)]
pub struct DocumentLimits {
    /// Bytes of text.
    pub max_bytes: usize,
    /// Lexical tokens.
    pub max_tokens: usize,
    /// Brackets of all kinds open at once.
    pub max_nesting: usize,
    /// Fragment definitions.
    pub max_fragments: usize,
    /// Fields after all fragments are spread.
    pub max_expanded_fields: usize,
}

impl Default for DocumentLimits {
    fn default() -> Self {
        Self { max_bytes: 32 * 1024, max_tokens: 2_000, max_nesting: 64, max_fragments: 50, max_expanded_fields: 5_000 }
    }
}

/// Counts brackets and tokens of a document's text; strings and comments count as one or none.
///
/// # Errors
/// `DOCUMENT_TOO_LARGE` or `TOO_DEEP` with the bound.
pub fn check_text(text: &str, limits: &DocumentLimits) -> Result<(), ServerError> {
    if text.len() > limits.max_bytes {
        return Err(request_error(
            "DOCUMENT_TOO_LARGE",
            format!("the document has {} bytes; at most {} are allowed", text.len(), limits.max_bytes),
        ));
    }
    let bytes = text.as_bytes();
    let (mut at, mut depth, mut tokens) = (0, 0_usize, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'#' => {
                while bytes.get(at).is_some_and(|byte| *byte != b'\n' && *byte != b'\r') {
                    at += 1;
                }
                continue;
            }
            b'"' => at = end_of_string(bytes, at),
            b'{' | b'[' | b'(' => {
                depth += 1;
                at += 1;
                if depth > limits.max_nesting {
                    return Err(request_error(
                        "TOO_DEEP",
                        format!("brackets are nested deeper than {} levels", limits.max_nesting),
                    ));
                }
            }
            b'}' | b']' | b')' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                at += 1;
                continue;
            }
            _ if is_word(byte) => {
                while bytes.get(at).copied().is_some_and(is_word) {
                    at += 1;
                }
            }
            _ => at += 1,
        }
        tokens += 1;
        if tokens > limits.max_tokens {
            return Err(request_error(
                "DOCUMENT_TOO_LARGE",
                format!("the document has more than {} tokens", limits.max_tokens),
            ));
        }
    }
    Ok(())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'+')
}

/// The place behind a string or block string that starts at `start`.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let is_block = bytes.get(start..start + 3) == Some(b"\"\"\"");
    let mut at = start + if is_block { 3 } else { 1 };
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if is_block => at += if bytes.get(at..at + 4) == Some(b"\\\"\"\"") { 4 } else { 1 },
            b'\\' => at += 2,
            b'"' if is_block => {
                if bytes.get(at..at + 3) == Some(b"\"\"\"") {
                    return at + 3;
                }
                at += 1;
            }
            b'"' => return at + 1,
            // An unclosed string ends with its line; the parser will say so.
            b'\n' if !is_block => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Checks what the fragments of a document expand to.
///
/// # Errors
/// `TOO_MANY_FRAGMENTS`, `FRAGMENT_CYCLE` or `DOCUMENT_TOO_LARGE`.
pub fn check_fragments(document: &ExecutableDocument, limits: &DocumentLimits) -> Result<(), ServerError> {
    if document.fragments.len() > limits.max_fragments {
        return Err(request_error(
            "TOO_MANY_FRAGMENTS",
            format!("the document has {} fragments; at most {} are allowed", document.fragments.len(), limits.max_fragments),
        ));
    }
    let mut sizes = Sizes { fragments: &document.fragments, known: HashMap::new() };
    let mut total = 0_usize;
    for (_, operation) in document.operations.iter() {
        total = total.saturating_add(sizes.of_set(&operation.node.selection_set.node, 0)?);
    }
    // Fragments that no operation uses are walked by the validator as well.
    for name in document.fragments.keys() {
        total = total.max(sizes.of_fragment(name, 0)?);
    }
    if total > limits.max_expanded_fields {
        return Err(request_error(
            "DOCUMENT_TOO_LARGE",
            format!("the fragments expand to more than {} fields", limits.max_expanded_fields),
        ));
    }
    Ok(())
}

struct Sizes<'d> {
    fragments: &'d HashMap<Name, Positioned<FragmentDefinition>>,
    /// Size of each fragment; none while it is being computed.
    known: HashMap<Name, Option<usize>>,
}

impl Sizes<'_> {
    fn of_set(&mut self, set: &SelectionSet, depth: usize) -> Result<usize, ServerError> {
        let mut size = 0_usize;
        for selection in &set.items {
            let part = match &selection.node {
                Selection::Field(field) => {
                    self.of_set(&field.node.selection_set.node, depth + 1)?.saturating_add(1)
                }
                Selection::InlineFragment(fragment) => {
                    self.of_set(&fragment.node.selection_set.node, depth + 1)?.saturating_add(1)
                }
                Selection::FragmentSpread(spread) => {
                    self.of_fragment(&spread.node.fragment_name.node, depth + 1)?.saturating_add(1)
                }
            };
            size = size.saturating_add(part);
        }
        Ok(size)
    }

    fn of_fragment(&mut self, name: &Name, depth: usize) -> Result<usize, ServerError> {
        match self.known.get(name) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => {
                return Err(request_error("FRAGMENT_CYCLE", format!("fragment {name} spreads itself")));
            }
            None => {}
        }
        // A spread of a fragment that is not there is the validator's to report.
        let Some(fragment) = self.fragments.get(name) else { return Ok(0) };
        self.known.insert(name.clone(), None);
        let size = self.of_set(&fragment.node.selection_set.node, depth)?;
        self.known.insert(name.clone(), Some(size));
        Ok(size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(document: &str) -> Result<(), String> {
        let limits = DocumentLimits::default();
        check_text(document, &limits).map_err(|error| error.message)?;
        let document = async_graphql::parser::parse_query(document).map_err(|error| error.to_string())?;
        check_fragments(&document, &limits).map_err(|error| error.message)
    }

    #[test]
    fn a_bracket_bomb_is_refused_before_parsing() {
        for (open, close) in [("[", "]"), ("{a:", "}")] {
            let bomb = format!("{{a(b:{}1{})}}", open.repeat(20_000), close.repeat(20_000));
            assert!(check_text(&bomb, &DocumentLimits { max_bytes: usize::MAX, ..Default::default() }).is_err());
        }
        assert!(check_text(&"{a".repeat(100), &DocumentLimits::default()).is_err());
    }

    #[test]
    fn a_fragment_bomb_is_refused_at_once() {
        let mut bomb = "{...F0}".to_owned();
        for level in 0..30 {
            bomb.push_str(&format!(" fragment F{level} on Query {{...F{next} ...F{next}}}", next = level + 1));
        }
        bomb.push_str(" fragment F30 on Query {__typename}");
        assert_eq!(expanded(&bomb), Err("the fragments expand to more than 5000 fields".to_owned()));
    }

    #[test]
    fn fragments_in_a_circle_are_refused() {
        let circle = "{...A} fragment A on Query {...B} fragment B on Query {...A}";
        assert!(expanded(circle).is_err());
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let text = format!("{{a(b:\"{}\") # {}\n}}", "[".repeat(100), "{".repeat(100));
        assert_eq!(check_text(&text, &DocumentLimits::default()).map_err(|error| error.message), Ok(()));
        let block = format!("{{a(b:\"\"\"{} \\\"\"\" {}\"\"\")}}", "(".repeat(100), "(".repeat(100));
        assert_eq!(check_text(&block, &DocumentLimits::default()).map_err(|error| error.message), Ok(()));
    }

    proptest::proptest! {
        #[test]
        fn counting_never_fails_on_any_text(text in "\\PC{0,200}") {
            let _ = check_text(&text, &DocumentLimits::default());
        }
    }
}
