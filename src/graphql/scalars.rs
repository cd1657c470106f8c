//! The scalars of the contract.

use std::borrow::Cow;

use async_graphql::registry::Registry;
use async_graphql::{InputType, InputValueError, InputValueResult, Scalar, ScalarType, Value};

use crate::catalog::identifier;
use crate::secrets::Secret;

/// Text that PostgreSQL can hold: it has no NUL character.
///
/// # Errors
/// `Invalid` naming the argument.
pub fn storable(argument: &str, text: &str) -> crate::error::Result<()> {
    if text.contains('\0') {
        Err(crate::error::Error::invalid(argument, "text must not hold the NUL character (U+0000)"))
    } else {
        Ok(())
    }
}

macro_rules! text_scalar {
    ($(#[$doc:meta])* $name:ident as $graphql:literal, $parse:expr, $rule:literal $(, url = $url:literal)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(pub String);

        $(#[$doc])*
        #[Scalar(name = $graphql $(, specified_by_url = $url)?)]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                let Value::String(text) = &value else {
                    return Err(InputValueError::expected_type(value));
                };
                let parse: fn(&str) -> Option<String> = $parse;
                parse(text).map(Self).ok_or_else(|| {
                    let shown: String = text.chars().take(60).collect();
                    InputValueError::custom(format!("{shown:?} is not allowed here: {}", $rule))
                })
            }

            fn to_value(&self) -> Value {
                Value::String(self.0.clone())
            }
        }
    };
}

text_scalar! {
    /// An International Standard Recording Code: twelve characters, upper case without hyphens,
    /// `[A-Z]{2}[A-Z0-9]{3}[0-9]{7}`. Hyphens and lower case are accepted as input.
    Isrc as "ISRC", identifier::isrc,
    "an ISRC has two letters, three letters or digits, and seven digits, like USRC17607839"
}

text_scalar! {
    /// The digits of a UPC-A, EAN-8, EAN-13 or GTIN-14 with a valid check digit.
    Barcode as "Barcode", identifier::barcode,
    "a barcode has 8, 12, 13 or 14 digits and ends with a valid check digit"
}

text_scalar! {
    /// A MusicBrainz identifier: a UUID.
    Mbid as "MBID",
    |text| uuid::Uuid::try_parse(text).ok().map(|uuid| uuid.to_string()),
    "a MusicBrainz id is a UUID, like a74b1b7f-71a5-4011-9441-d0b5e4122711"
}

text_scalar! {
    /// A country: ISO 3166-1 alpha-2, two capital letters.
    CountryCode as "CountryCode",
    |text| (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic()))
        .then(|| text.to_ascii_uppercase()),
    "a country is two letters of ISO 3166-1 alpha-2, like GB"
}

// What is given as input is checked by the field that takes it, which can say so in `userErrors`.
text_scalar! {
    /// A language: BCP 47 tag, like `en` or `pt-BR`.
    LanguageTag as "LanguageTag", |text| Some(text.to_owned()), "a language is a text"
}

/// Text that is never shown; a `String` to clients.
#[derive(Debug, Clone)]
pub struct SecretText(pub Secret);

impl InputType for SecretText {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <String as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <String as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value {
            Some(Value::String(text)) => Ok(Self(Secret::new(text))),
            // The value is not repeated, whatever it is.
            _ => Err(InputValueError::custom("a text is expected here")),
        }
    }

    fn to_value(&self) -> Value {
        Value::Null
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

text_scalar! {
    /// An address: an absolute URI of RFC 3986.
    Url as "URL",
    |text| (text.len() <= 2_000 && text.contains(':') && !text.chars().any(|c| c.is_whitespace() || c.is_control()))
        .then(|| text.to_owned()),
    "an address is an absolute URI of at most 2000 characters without spaces",
    url = "https://tools.ietf.org/html/rfc3986"
}

text_scalar! {
    /// A Chromaprint fingerprint, compressed and in URL-safe base64, as `fpcalc` prints it.
    Chromaprint as "Chromaprint",
    |text| (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'))
        .then(|| text.to_owned()),
    "a fingerprint is URL-safe base64 as fpcalc prints it"
}

/// A calendar day, `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date(pub chrono::NaiveDate);

/// A calendar day, `YYYY-MM-DD`.
#[Scalar(name = "Date")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let day = (text.len() == 10).then(|| text.parse().ok()).flatten();
        day.map(Self).ok_or_else(|| InputValueError::custom("a date is written YYYY-MM-DD, like 1997-05-21"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A signed 64-bit integer, a JSON number up to 2^53-1; used for totals in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Long(pub i64);

/// A signed 64-bit integer, a JSON number up to 2^53-1; used for totals in milliseconds.
#[Scalar(name = "Long")]
impl ScalarType for Long {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => {
                number.as_i64().map(Self).ok_or_else(|| InputValueError::custom("a Long is a whole number of 64 bits"))
            }
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::Number(self.0.into())
    }
}

/// The largest value of GraphQL's `Int`; larger counts are shown as this.
#[must_use]
pub fn to_int(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
