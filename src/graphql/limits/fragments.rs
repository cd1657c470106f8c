//! Bounds on what fragments expand to: fragments that spread each other make the library's checks
//! walk exponentially, so sizes are computed with memory before it begins.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet};
use async_graphql::{Name, Positioned, ServerError};

use super::Limits;
use crate::graphql::error::request_error;

/// Checks what the fragments of a document expand to.
///
/// # Errors
/// `TOO_MANY_FRAGMENTS`, `FRAGMENT_CYCLE` or `DOCUMENT_TOO_LARGE`.
pub fn check_fragments(document: &ExecutableDocument, limits: &Limits) -> Result<(), ServerError> {
    if document.fragments.len() > limits.max_fragments {
        return Err(request_error(
            "TOO_MANY_FRAGMENTS",
            format!(
                "the document has {} fragments; at most {} are allowed",
                document.fragments.len(),
                limits.max_fragments
            ),
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
                Selection::Field(field) => self.of_set(&field.node.selection_set.node, depth + 1)?.saturating_add(1),
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
        let limits = Limits::default();
        super::super::check_text(document, &limits).map_err(|error| error.message)?;
        let document = async_graphql::parser::parse_query(document).map_err(|error| error.to_string())?;
        check_fragments(&document, &limits).map_err(|error| error.message)
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
}
