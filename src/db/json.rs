//! JSON columns that most who load a row never read.

use diesel::deserialize::{self, FromSql};
use diesel::pg::{Pg, PgValue};
use diesel::sql_types::Jsonb;
use serde_json::Value;

/// A `jsonb` value as it came from the database, parsed for those who ask.
#[derive(Debug, Clone)]
pub struct LazyJson(Box<[u8]>);

impl LazyJson {
    /// What it holds. The database wrote it, so it is JSON.
    #[must_use]
    pub fn parse(&self) -> Value {
        serde_json::from_slice(&self.0).unwrap_or_default()
    }
}

impl FromSql<Jsonb, Pg> for LazyJson {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        // The version of the format, then the text.
        match value.as_bytes() {
            [1, text @ ..] => Ok(Self(text.into())),
            _ => Err("a jsonb value of another version than 1".into()),
        }
    }
}
