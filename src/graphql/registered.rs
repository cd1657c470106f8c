//! Registered operations: documents that the builders of clients wrote down, and nothing else runs.
//!
//! The file is what their tools write: an object from ids, most often hashes, to documents (Relay's
//! `persistConfig`), or Apollo's `apollo-persisted-query-manifest`. A client names a document by its
//! id, where it would put a hash (`extensions.persistedQuery.sha256Hash`), or sends its very text.
//! Every document is checked when the server starts, so that none fails for its first user.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Request, ServerError, Value};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::api::Validator;
use super::error::request_error;
use super::limits::{Limits, check_fragments, check_text};
use super::persisted::named_hash;
use crate::error::{Error, Result};

/// Bytes of an id.
const LONGEST_ID: usize = 256;

/// The manifest of Apollo's client tools.
const APOLLO: &str = "apollo-persisted-query-manifest";

/// What the file may be.
#[derive(Deserialize)]
#[serde(untagged)]
enum Manifest {
    Apollo { format: String, version: u32, operations: Vec<Registration> },
    Plain(HashMap<String, String>),
}

/// One operation of a manifest. Its name and type stand in the document, too.
#[derive(Deserialize)]
struct Registration {
    id: String,
    body: String,
}

/// The documents that may be run.
#[derive(Debug)]
pub struct Registered {
    by_id: HashMap<String, Arc<str>>,
    /// Ids of the documents by their text.
    by_text: HashMap<Arc<str>, String>,
    longest: usize,
}

impl Registered {
    /// Reads a file's text, and checks every document of it.
    ///
    /// # Errors
    /// `Setup` naming what is wrong: the file is none, or a document could never run.
    pub fn read(text: &str, limits: &Limits) -> Result<Self> {
        let manifest = serde_json::from_str(text).map_err(|cause| {
            Error::setup(format!(
                "it is neither an object from ids to documents nor an {APOLLO}: line {}, column {}",
                cause.line(),
                cause.column()
            ))
        })?;
        let mut given: Vec<(String, String)> = match manifest {
            Manifest::Apollo { format, version: 1, operations } if format == APOLLO => {
                operations.into_iter().map(|operation| (operation.id, operation.body)).collect()
            }
            Manifest::Apollo { format, version, .. } => {
                let message = format!("{format:?} in version {version} is not known; {APOLLO} in version 1 is");
                return Err(Error::setup(message));
            }
            Manifest::Plain(documents) => documents.into_iter().collect(),
        };
        given.sort();
        let validator = Validator::default();
        let mut registered = Self { by_id: HashMap::new(), by_text: HashMap::new(), longest: 0 };
        for (id, document) in given {
            registered.add(id, document, limits, &validator)?;
        }
        if registered.by_text.is_empty() {
            return Err(Error::setup("it holds no operation, so that nothing could be asked"));
        }
        Ok(registered)
    }

    fn add(&mut self, id: String, document: String, limits: &Limits, validator: &Validator) -> Result<()> {
        if id.is_empty() || id.len() > LONGEST_ID {
            return Err(Error::setup(format!("an id has 1 to {LONGEST_ID} bytes; one of {document:.60?} has not")));
        }
        check(&document, limits, validator).map_err(|fault| Error::setup(format!("the operation {id}: {fault}")))?;
        let document: Arc<str> = document.into();
        let hash: String = Sha256::digest(document.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        for id in [id.as_str(), &hash] {
            let old = self.by_id.insert(id.to_owned(), document.clone());
            if old.is_some_and(|old| old != document) {
                return Err(Error::setup(format!("the operation {id}: another one has this id")));
            }
        }
        self.longest = self.longest.max(document.len());
        self.by_text.insert(document, id);
        Ok(())
    }

    /// How many documents there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.by_text.len()
    }

    /// Puts the document that a request names in place.
    ///
    /// # Errors
    /// `PERSISTED_QUERY_NOT_FOUND` for an id, `OPERATION_NOT_REGISTERED` for a text that is not
    /// registered.
    pub fn resolve(&self, request: &mut Request) -> Result<(), ServerError> {
        if request.query.is_empty()
            && let Some(Value::String(id)) = named_hash(request)?
        {
            let known = self.by_id.get(id).or_else(|| self.by_id.get(&id.to_ascii_lowercase()));
            let known = known.ok_or_else(|| request_error("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"))?;
            request.query = known.to_string();
            return Ok(());
        }
        if request.query.len() <= self.longest && self.by_text.contains_key(request.query.as_str()) {
            return Ok(());
        }
        let message = "only operations that are registered with this server run here; this document is none of them";
        Err(request_error("OPERATION_NOT_REGISTERED", message))
    }
}

/// Looks whether a document could run: its size, and every rule that hangs on no variable's value.
fn check(document: &str, limits: &Limits, validator: &Validator) -> std::result::Result<(), String> {
    check_text(document, limits).map_err(|error| error.message)?;
    let parsed = async_graphql::parser::parse_query(document).map_err(|error| error.to_string())?;
    check_fragments(&parsed, limits).map_err(|error| error.message)?;
    let name = parsed.operations.iter().find_map(|(name, _)| name.map(ToString::to_string));
    let request = Request::new(document);
    validator.validate(match name {
        Some(name) => request.operation_name(name),
        None => request,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> std::result::Result<usize, String> {
        Registered::read(text, &Limits::default()).map(|read| read.count()).map_err(|error| error.to_string())
    }

    #[test]
    fn both_forms_of_the_file_are_read() {
        let plain = r#"{"a": "{ __typename }", "b": "query B($n: Int!) { artists(first: $n) { nodes { id } } }"}"#;
        assert_eq!(read(plain), Ok(2));
        let apollo = r#"{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [
            {"id": "1", "name": "A", "type": "query", "body": "query A { __typename }"},
            {"id": "2", "name": "S", "type": "subscription",
             "body": "subscription S($id: ID!) { playlistActivity(playlistId: $id) { cursor } }"},
            {"id": "3", "name": "M", "type": "mutation", "body": "mutation M { logout { ok } }"}]}"#;
        assert_eq!(read(apollo), Ok(3));
    }

    #[test]
    fn what_could_never_run_is_named() {
        let faults = |text: &str| read(text).err().unwrap_or_default();
        for (text, expected) in [
            ("", "neither an object"),
            ("[]", "neither an object"),
            ("{}", "no operation"),
            (r#"{"a": 7}"#, "neither an object"),
            (r#"{"format": "other", "version": 1, "operations": []}"#, "not known"),
            (r#"{"format": "apollo-persisted-query-manifest", "version": 2, "operations": []}"#, "not known"),
            (r#"{"good": "{ __typename }", "worse": "{ nothing }"}"#, "the operation worse: Unknown field"),
            (r#"{"broken": "{ a "}"#, "the operation broken: "),
            (r#"{"circle": "{ ...A } fragment A on Query { ...A }"}"#, "the operation circle: "),
            (r#"{"": "{ __typename }"}"#, "an id has"),
            (r#"{"wrong": "query($n: Int!) { artists(first: $m) { nodes { id } } }"}"#, "the operation wrong: "),
        ] {
            assert!(faults(text).contains(expected), "{text}: {:?}", faults(text));
        }
        let twice = r#"{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [
            {"id": "1", "body": "{ __typename }"}, {"id": "1", "body": "{ a: __typename }"}]}"#;
        assert!(faults(twice).contains("the operation 1: another one"), "{}", faults(twice));
    }
}
