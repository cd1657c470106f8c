//! Lists that rows of the catalogue hold as JSON.

/// The elements of a stored JSON list that are of the expected shape; the database's CHECKs
/// keep others out.
pub(super) fn list_of<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Vec<T> {
    match value {
        serde_json::Value::Array(values) => {
            values.into_iter().filter_map(|value| serde_json::from_value(value).ok()).collect()
        }
        _ => Vec::new(),
    }
}

/// Words of a stored JSON list.
pub(in crate::graphql) fn words_of(value: &serde_json::Value) -> Vec<String> {
    value
        .as_array()
        .map(|words| words.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect())
        .unwrap_or_default()
}
