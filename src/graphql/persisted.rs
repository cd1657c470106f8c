//! Automatic persisted queries: a client sends the hash of a document it has sent before.
//!
//! The store is bounded and forgets what was used least lately. A document enters it after its
//! hash was checked and it has run, so nothing that does not validate is kept.
//! Source: Apollo, "Automatic Persisted Queries" (`extensions.persistedQuery`, version 1).

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use async_graphql::{Request, ServerError, Value};
use lru::LruCache;
use sha2::{Digest as _, Sha256};

use super::error::request_error;

/// Documents that are kept; with the bound on a document's size, 32 MB at most.
const MAX_DOCUMENTS: NonZeroUsize = NonZeroUsize::new(1_000).expect("a thousand is not zero");

/// The SHA-256 of a document.
pub type Hash = [u8; 32];

/// The documents that clients may name by their hash.
pub struct PersistedQueries {
    documents: Mutex<LruCache<Hash, String>>,
}

impl Default for PersistedQueries {
    fn default() -> Self {
        Self { documents: Mutex::new(LruCache::new(MAX_DOCUMENTS)) }
    }
}

impl PersistedQueries {
    /// Puts the document of a request that only names its hash in place; gives the hash under
    /// which a request's own document is to be kept once it has run.
    ///
    /// # Errors
    /// `PERSISTED_QUERY_NOT_FOUND` for a hash that is not known, `BAD_REQUEST` for one that is
    /// none or does not fit the document.
    pub fn resolve(&self, request: &mut Request) -> Result<Option<Hash>, ServerError> {
        let Some(named) = named_hash(request)? else { return Ok(None) };
        let hash = match named {
            Value::String(text) => parse(text),
            _ => None,
        };
        let Some(hash) = hash else {
            return Err(request_error("BAD_REQUEST", "persistedQuery.sha256Hash must be 64 hexadecimal digits"));
        };
        if request.query.is_empty() {
            let known = self.lock().get(&hash).cloned();
            // Clients look for this very message.
            let known = known.ok_or_else(|| request_error("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"))?;
            request.query = known;
            return Ok(None);
        }
        if Hash::from(Sha256::digest(request.query.as_bytes())) == hash {
            Ok(Some(hash))
        } else {
            Err(request_error("BAD_REQUEST", "persistedQuery.sha256Hash is not the SHA-256 of the query"))
        }
    }

    /// Keeps a document that has run.
    pub fn keep(&self, hash: Hash, document: String) {
        self.lock().put(hash, document);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, LruCache<Hash, String>> {
        // The store stays whole whatever panicked while it was held.
        self.documents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a request names its document by; none when it sends the document alone.
///
/// # Errors
/// `PERSISTED_QUERY_NOT_SUPPORTED` for another version than 1.
pub(super) fn named_hash(request: &Request) -> Result<Option<&Value>, ServerError> {
    let Some(Value::Object(given)) = request.extensions.get("persistedQuery") else { return Ok(None) };
    if !matches!(given.get("version"), Some(Value::Number(version)) if version.as_i64() == Some(1)) {
        return Err(request_error("PERSISTED_QUERY_NOT_SUPPORTED", "persistedQuery.version must be 1"));
    }
    Ok(Some(given.get("sha256Hash").unwrap_or(&Value::Null)))
}

fn parse(text: &str) -> Option<Hash> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut hash = [0; 32];
    for (index, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(hash: Hash) -> Request {
        let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut request = Request::new("");
        let extension = async_graphql::value!({ "version": 1, "sha256Hash": digits });
        request.extensions.insert("persistedQuery".to_owned(), extension);
        request
    }

    #[test]
    fn the_thousand_and_first_document_forgets_the_one_used_least_lately() {
        let store = PersistedQueries::default();
        let document = |number: usize| format!("{{ a{number}: __typename }}");
        let hash = |number: usize| Hash::from(Sha256::digest(document(number)));
        let knows = |number: usize| {
            let mut request = named(hash(number));
            store.resolve(&mut request).is_ok_and(|_| request.query == document(number))
        };
        (0..1_000).for_each(|number| store.keep(hash(number), document(number)));
        // The oldest is used once more, so the second oldest is the one to go.
        assert!(knows(0));
        store.keep(hash(1_000), document(1_000));
        assert!(knows(0) && knows(2) && knows(1_000));
        assert!(!knows(1));
        assert_eq!(store.lock().len(), 1_000);
    }

    #[test]
    fn a_hash_is_sixty_four_hexadecimal_digits() {
        assert_eq!(parse(&"0f".repeat(32)), Some([15; 32]));
        assert_eq!(parse(&"FF".repeat(32)), Some([255; 32]));
        for text in ["", "0f", &"0f".repeat(33), &"0g".repeat(32), &"é".repeat(32), &"+f".repeat(32)] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
