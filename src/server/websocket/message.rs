//! The messages of the protocol, from and to JSON.

use async_graphql::{Response, ServerError};
use serde::Serialize;
use serde_json::{Map, Value};

use super::close::Close;

/// Bytes of an operation's id.
const LONGEST_ID: usize = 256;

/// What a client says.
#[derive(Debug, PartialEq)]
pub(super) enum Incoming {
    /// The members of its payload.
    Init(Map<String, Value>),
    Ping(Option<Value>),
    Pong,
    /// An operation's id and its members.
    Subscribe(String, Map<String, Value>),
    Complete(String),
}

fn invalid(why: &'static str) -> Close {
    Close::With(4400, why)
}

/// Reads one message.
///
/// # Errors
/// 4400 with what is wrong with it.
pub(super) fn read(text: &str) -> Result<Incoming, Close> {
    let message: Value = serde_json::from_str(text).map_err(|_| invalid("Invalid message: it is not JSON"))?;
    let Value::Object(mut message) = message else {
        return Err(invalid("Invalid message: it is not a JSON object"));
    };
    let Some(Value::String(kind)) = message.remove("type") else {
        return Err(invalid("Invalid message: \"type\" is not a string"));
    };
    let payload = message.remove("payload").filter(|payload| !payload.is_null());
    match kind.as_str() {
        "connection_init" | "ping" | "pong" => {
            let members = match payload {
                None => None,
                Some(Value::Object(members)) => Some(members),
                Some(_) => return Err(invalid("Invalid message: \"payload\" is not an object")),
            };
            Ok(match kind.as_str() {
                "connection_init" => Incoming::Init(members.unwrap_or_default()),
                "ping" => Incoming::Ping(members.map(Value::Object)),
                _ => Incoming::Pong,
            })
        }
        "subscribe" => {
            let id = id(&mut message)?;
            let Some(Value::Object(members)) = payload else {
                return Err(invalid("Invalid message: \"payload\" is not an object"));
            };
            check_members(&members)?;
            Ok(Incoming::Subscribe(id, members))
        }
        "complete" => Ok(Incoming::Complete(id(&mut message)?)),
        _ => Err(invalid("Invalid message: \"type\" is none that a client sends")),
    }
}

fn id(message: &mut Map<String, Value>) -> Result<String, Close> {
    match message.remove("id") {
        Some(Value::String(id)) if id.is_empty() => Err(invalid("Invalid message: \"id\" is empty")),
        Some(Value::String(id)) if id.len() > LONGEST_ID => Err(invalid("Invalid message: \"id\" is too long")),
        Some(Value::String(id)) => Ok(id),
        _ => Err(invalid("Invalid message: \"id\" is not a string")),
    }
}

fn check_members(members: &Map<String, Value>) -> Result<(), Close> {
    let given = |name: &str| members.get(name).filter(|value| !value.is_null());
    let is_named = given("extensions").is_some_and(|extensions| extensions.get("persistedQuery").is_some());
    match given("query") {
        Some(Value::String(_)) => {}
        None if is_named => {}
        _ => return Err(invalid("Invalid message: \"payload.query\" is not a string")),
    }
    if given("operationName").is_some_and(|name| !name.is_string()) {
        return Err(invalid("Invalid message: \"payload.operationName\" is not a string"));
    }
    if given("variables").is_some_and(|variables| !variables.is_object()) {
        return Err(invalid("Invalid message: \"payload.variables\" is not an object"));
    }
    if given("extensions").is_some_and(|extensions| !extensions.is_object()) {
        return Err(invalid("Invalid message: \"payload.extensions\" is not an object"));
    }
    Ok(())
}

#[derive(Serialize)]
struct Outgoing<'m, P> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'m str>,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<P>,
}

fn write<P: Serialize>(id: Option<&str>, kind: &'static str, payload: Option<P>) -> String {
    match serde_json::to_string(&Outgoing { id, r#type: kind, payload }) {
        Ok(text) => text,
        Err(error) => {
            tracing::error!(%error, "A message could not be written as JSON");
            serde_json::json!({ "id": id, "type": "error", "payload": [{ "message": "Internal error" }] }).to_string()
        }
    }
}

pub(super) fn ack() -> String {
    write::<()>(None, "connection_ack", None)
}

pub(super) fn pong(payload: Option<Value>) -> String {
    write(None, "pong", payload)
}

pub(super) fn next(id: &str, response: &Response) -> String {
    write(Some(id), "next", Some(response))
}

pub(super) fn error(id: &str, errors: &[ServerError]) -> String {
    write(Some(id), "error", Some(errors))
}

pub(super) fn complete(id: &str) -> String {
    write::<()>(Some(id), "complete", None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_and_anything_else_is_4400() {
        assert_eq!(read(r#"{"type":"connection_init"}"#), Ok(Incoming::Init(Map::new())));
        assert_eq!(read(r#"{"type":"connection_init","payload":null}"#), Ok(Incoming::Init(Map::new())));
        assert_eq!(read(r#"{"type":"pong","payload":{}}"#), Ok(Incoming::Pong));
        assert_eq!(read(r#"{"type":"complete","id":"1"}"#), Ok(Incoming::Complete("1".to_owned())));
        let long = format!(r#"{{"type":"complete","id":"{}"}}"#, "x".repeat(257));
        let deep = "[".repeat(200_000);
        for text in [
            "",
            "nonsense",
            "null",
            "[]",
            "{}",
            r#"{"type":7}"#,
            r#"{"type":"next","id":"1"}"#,
            r#"{"type":"Subscribe","id":"1","payload":{"query":"{a}"}}"#,
            r#"{"type":"connection_init","payload":7}"#,
            r#"{"type":"ping","payload":"x"}"#,
            r#"{"type":"subscribe","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":7,"payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"subscribe","id":"1","payload":"{a}"}"#,
            r#"{"type":"subscribe","id":"1","payload":{}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":null}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[]}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","operationName":1}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","extensions":1}}"#,
            &long,
            &deep,
        ] {
            let Err(Close::With(4400, reason)) = read(text) else { panic!("{text:.100} is taken") };
            assert!(reason.len() < 123, "{reason}");
        }
    }
}
