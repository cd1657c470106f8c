//! Documents that have run before, parsed and checked: clients send the same few again and again.
//!
//! What is kept is true of the text alone, whoever sends it and with whatever variables. Whether a
//! document is valid may hang on a variable's value, so the store also tells which values cannot
//! make a valid document invalid; with others it is validated anew.
//! Source: GraphQL, 5 "Validation", which lets a service run what it knows to have been validated.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::Variables;
use async_graphql::parser::types::{BaseType, ExecutableDocument, OperationDefinition, VariableDefinition};
use async_graphql_value::ConstValue;
use lru::LruCache;

use super::shape::{Plan, named_operation};

/// Bytes that all kept documents may take.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Documents that are kept.
const MAX_DOCUMENTS: NonZeroUsize = NonZeroUsize::new(1_000).expect("a thousand is not zero");
/// Bytes of one word of a document once it is parsed, at most: a field without any arguments.
const WORD_BYTES: usize = 400;

/// A document that is known to be valid.
pub struct Document {
    /// What the parser made of the text.
    pub parsed: ExecutableDocument,
    /// The shape of the answer.
    pub plan: Option<Arc<Plan>>,
    /// The operation that the plan is of.
    operation_name: Option<String>,
    weight: usize,
}

impl Document {
    /// A document that has passed every check.
    #[must_use]
    pub fn new(text: &str, operation_name: Option<&str>, parsed: ExecutableDocument, plan: Option<Arc<Plan>>) -> Self {
        let words = text.split(|character: char| !character.is_alphanumeric() && character != '_');
        let weight = text.len() + WORD_BYTES * words.filter(|word| !word.is_empty()).count();
        Self { parsed, plan, operation_name: operation_name.map(str::to_owned), weight }
    }

    /// Whether the document is valid with these variables: each is of a built-in scalar type, and
    /// its value is of that type without any coercion.
    #[must_use]
    pub fn is_valid_with(&self, variables: &Variables) -> bool {
        let operation = named_operation(&self.parsed, self.operation_name.as_deref());
        operation.is_some_and(|operation| has_plain_values(&operation.node, variables))
    }
}

fn has_plain_values(operation: &OperationDefinition, variables: &Variables) -> bool {
    operation.variable_definitions.iter().all(|definition| is_plain(&definition.node, variables))
}

fn is_plain(definition: &VariableDefinition, variables: &Variables) -> bool {
    let VariableDefinition { name, var_type, default_value, .. } = definition;
    let BaseType::Named(ty) = &var_type.node.base else { return false };
    let value = match variables.get(&name.node) {
        Some(value) => value,
        None => return var_type.node.nullable || default_value.is_some(),
    };
    match (ty.as_str(), value) {
        (_, ConstValue::Null) => var_type.node.nullable && default_value.is_none(),
        ("ID" | "String", ConstValue::String(_)) | ("Boolean", ConstValue::Boolean(_)) => true,
        ("Int", ConstValue::Number(number)) => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        ("Float", ConstValue::Number(_)) => true,
        _ => false,
    }
}

/// The documents that ran lately; what was used least lately goes first.
pub struct Documents(Mutex<Kept>);

struct Kept {
    documents: LruCache<String, Arc<Document>>,
    bytes: usize,
}

impl Default for Documents {
    fn default() -> Self {
        Self(Mutex::new(Kept { documents: LruCache::new(MAX_DOCUMENTS), bytes: 0 }))
    }
}

impl Documents {
    /// The document of a text, if this operation of it has run.
    #[must_use]
    pub fn get(&self, text: &str, operation_name: Option<&str>) -> Option<Arc<Document>> {
        let mut kept = self.lock();
        let document = kept.documents.get(text)?;
        (document.operation_name.as_deref() == operation_name).then(|| document.clone())
    }

    /// Keeps a document that has run, unless it alone would take a large part of the room.
    pub fn keep(&self, text: String, document: Document) {
        if document.weight > MAX_BYTES / 16 {
            return;
        }
        let mut kept = self.lock();
        kept.bytes += document.weight;
        if let Some((_, old)) = kept.documents.push(text, Arc::new(document)) {
            kept.bytes -= old.weight;
        }
        while kept.bytes > MAX_BYTES {
            let Some((_, old)) = kept.documents.pop_lru() else { return };
            kept.bytes -= old.weight;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // The store stays whole whatever panicked while it was held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str, operation_name: Option<&str>) -> Document {
        Document::new(text, operation_name, async_graphql::parser::parse_query(text).unwrap(), None)
    }

    #[test]
    fn only_values_that_need_no_look_at_the_schema_are_plain() {
        let valid = |definitions: &str, variables: serde_json::Value| {
            document(&format!("query({definitions}) {{ a }}"), None).is_valid_with(&Variables::from_json(variables))
        };
        assert!(valid("$id: ID!, $n: Int, $x: Float = 1", serde_json::json!({ "id": "a", "x": 2 })));
        assert!(valid("$n: Int", serde_json::json!({ "n": null })));
        assert!(!valid("$id: ID!", serde_json::json!({})));
        assert!(!valid("$id: ID!", serde_json::json!({ "id": null })));
        assert!(!valid("$id: ID!", serde_json::json!({ "id": 1 })));
        assert!(!valid("$n: Int", serde_json::json!({ "n": 1.5 })));
        assert!(!valid("$n: Int", serde_json::json!({ "n": 3_000_000_000_i64 })));
        assert!(!valid("$ids: [ID!]", serde_json::json!({ "ids": ["a"] })));
        assert!(!valid("$kind: SearchType", serde_json::json!({ "kind": "TRACK" })));
    }

    #[test]
    fn a_document_is_known_by_its_text_and_operation() {
        let store = Documents::default();
        let text = "query A { a } query B { b }";
        store.keep(text.to_owned(), document(text, Some("A")));
        assert!(store.get(text, Some("A")).is_some());
        assert!(store.get(text, Some("B")).is_none() && store.get(text, None).is_none());
        assert!(store.get("{ a }", None).is_none());
    }

    #[test]
    fn the_store_is_bounded_by_bytes_and_number() {
        let store = Documents::default();
        let fields = "a ".repeat(1_500);
        for number in 0..100 {
            let text = format!("query Q{number} {{ {fields} }}");
            store.keep(text.clone(), document(&text, None));
        }
        let kept = store.lock();
        assert!(kept.bytes <= MAX_BYTES && kept.documents.len() > 10);
        assert_eq!(kept.bytes, kept.documents.iter().map(|(_, document)| document.weight).sum::<usize>());
        drop(kept);
        for number in 0..2_000 {
            let text = format!("{{ a{number} }}");
            store.keep(text.clone(), document(&text, None));
        }
        let kept = store.lock();
        assert_eq!(kept.documents.len(), MAX_DOCUMENTS.get());
        assert_eq!(kept.bytes, kept.documents.iter().map(|(_, document)| document.weight).sum::<usize>());
    }
}
