//! Whether two answers are the same JSON.
//!
//! Two things may differ: the statement gives keys as the table holds them, where the API gives
//! global ids, and instants may be written with more or fewer digits. Both are read before they are
//! compared; numbers are compared by value.

use anyhow::{Result, bail};
use chrono::{DateTime, SecondsFormat, Utc};
use searxng_cool_music::ids;
use serde_json::Value;

/// Fails with the first place where the answers differ.
pub fn same(ours: &Value, theirs: &Value) -> Result<()> {
    differ("data", ours, theirs)
}

fn differ(path: &str, ours: &Value, theirs: &Value) -> Result<()> {
    match (ours, theirs) {
        (Value::Object(left), Value::Object(right)) => {
            if let Some(missing) =
                left.keys().chain(right.keys()).find(|key| left.contains_key(*key) != right.contains_key(*key))
            {
                bail!("only one answer has {path}.{missing}");
            }
            left.iter().try_for_each(|(key, value)| differ(&format!("{path}.{key}"), value, &right[key]))
        }
        (Value::Array(left), Value::Array(right)) => {
            if left.len() != right.len() {
                bail!("{path} has {} entries from the server and {} from the statement", left.len(), right.len());
            }
            let pairs = left.iter().zip(right).enumerate();
            pairs.into_iter().try_for_each(|(place, (ours, theirs))| differ(&format!("{path}[{place}]"), ours, theirs))
        }
        _ if is_same_scalar(path, ours, theirs) => Ok(()),
        _ => bail!("{path} is {ours} from the server and {theirs} from the statement"),
    }
}

fn is_same_scalar(path: &str, ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::String(id), Value::Number(key)) if path.ends_with(".id") => {
            ids::decode_any(id).is_ok_and(|(_, decoded)| Some(decoded) == key.as_i64())
        }
        (Value::String(left), Value::String(right)) => {
            left == right || (instant(left).is_some() && instant(left) == instant(right))
        }
        _ => ours == theirs,
    }
}

/// An instant to the microsecond, which is what PostgreSQL keeps.
fn instant(text: &str) -> Option<String> {
    let instant = DateTime::parse_from_rfc3339(text).ok()?;
    Some(instant.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Micros, true))
}
