//! Ids: bare numbers inside, opaque text outside.
//!
//! A global id is the base64url form of `Type:number`. Clients must not read it; the server
//! checks its type and range before any statement sees it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Error, Result};

/// A number that names one row of one table.
pub trait EntityId: Copy + Send + Sync + 'static {
    /// The GraphQL type the id belongs to.
    const TYPE: &'static str;
    /// Wraps a key of the table.
    fn new(key: i64) -> Self;
    /// The key of the table.
    fn key(self) -> i64;
}

/// Declares id types: `id_type! { /// doc\n TrackId for "Track" }`.
#[macro_export]
macro_rules! id_type {
    ($($(#[$doc:meta])* $name:ident for $type:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub i64);

        impl $crate::ids::EntityId for $name {
            const TYPE: &'static str = $type;
            fn new(key: i64) -> Self {
                Self(key)
            }
            fn key(self) -> i64 {
                self.0
            }
        }

        impl diesel::deserialize::FromSql<diesel::sql_types::BigInt, diesel::pg::Pg> for $name {
            fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                <i64 as diesel::deserialize::FromSql<diesel::sql_types::BigInt, diesel::pg::Pg>>::from_sql(bytes).map(Self)
            }
        }

        impl $crate::db::Column for $name {
            type Sql = diesel::sql_types::BigInt;
        }
    )*};
}

/// The global id of a row.
#[must_use]
pub fn encode<I: EntityId>(id: I) -> String {
    encode_parts(I::TYPE, id.key())
}

fn encode_parts(type_name: &str, key: i64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{type_name}:{key}"))
}

/// The type name and key inside a global id.
///
/// # Errors
/// `Invalid` when the text is no id of this server.
pub fn decode_any(text: &str) -> Result<(String, i64)> {
    let parts = || -> Option<(String, i64)> {
        if text.len() > 200 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let plain = String::from_utf8(bytes).ok()?;
        let (type_name, key) = plain.split_once(':')?;
        let key: i64 = key.parse().ok()?;
        // One id, one spelling: what we would not have written ourselves is refused.
        (key > 0 && encode_parts(type_name, key) == text).then(|| (type_name.to_owned(), key))
    };
    parts().ok_or_else(|| {
        Error::invalid("id", format!("{:?} is not an id of this server; ids are taken from its answers", shorten(text)))
    })
}

/// The id inside a global id of one type.
///
/// # Errors
/// `Invalid` when the text is no id or the id of another type.
pub fn decode<I: EntityId>(text: &str) -> Result<I> {
    let (type_name, key) = decode_any(text)?;
    if type_name == I::TYPE {
        Ok(I::new(key))
    } else {
        Err(Error::invalid("id", format!("{:?} is the id of another type than {}", shorten(text), I::TYPE)))
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::id_type! {
        /// An id for the tests.
        ThingId for "Thing";
    }

    #[test]
    fn an_id_survives_the_round_trip() {
        let text = encode(ThingId(42));
        assert_eq!(decode::<ThingId>(&text).ok(), Some(ThingId(42)));
    }

    #[test]
    fn what_is_no_id_is_refused() {
        let (zero, negative, other) = (encode_parts("Thing", 0), encode_parts("Thing", -1), encode_parts("Other", 1));
        let spelled = URL_SAFE_NO_PAD.encode("Thing:+1");
        for text in ["", "1", "Thing:1", "????", &zero, &negative, &other, &spelled] {
            assert!(decode::<ThingId>(text).is_err(), "{text}");
        }
    }
}
