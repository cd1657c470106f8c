//! Who a client says it is when it begins.

use serde_json::{Map, Value};

use super::close::Close;

/// Members of `connection_init`'s payload that present a token, in any case of letters.
const TOKENS: [&str; 2] = ["authorization", "token"];

/// Lets a client in that presents no token. There are no accounts yet, so no token is a valid one.
///
/// An empty token is none: clients send the empty text while nobody is signed in.
///
/// # Errors
/// 4403 for any token.
pub(super) fn admit(payload: &Map<String, Value>) -> Result<(), Close> {
    let presents = |(name, value): (&String, &Value)| {
        let is_empty = value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
        !is_empty && TOKENS.iter().any(|token| name.eq_ignore_ascii_case(token))
    };
    if payload.iter().any(presents) { Err(Close::FORBIDDEN) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whoever_presents_a_token_is_not_let_in() {
        let admitted = |payload: Value| admit(payload.as_object().expect("it is an object"));
        for payload in [json!({}), json!({"token": null}), json!({"Authorization": ""}), json!({"client": "web"})] {
            assert_eq!(admitted(payload.clone()), Ok(()), "{payload}");
        }
        for payload in [
            json!({"token": "x"}),
            json!({"Authorization": "Bearer x"}),
            json!({"authorization": "Bearer "}),
            json!({"TOKEN": 7}),
            json!({"token": {}}),
        ] {
            assert_eq!(admitted(payload.clone()), Err(Close::FORBIDDEN), "{payload}");
        }
    }
}
