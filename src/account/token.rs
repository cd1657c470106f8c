//! Access tokens: who somebody is for some minutes, signed.
//!
//! JSON Web Tokens with one algorithm, EdDSA over Ed25519 (RFC 8037), after the advice of RFC 8725:
//! the verifier fixes algorithm and type, `kid` only looks a key up among the server's own, issuer,
//! audience and times are checked, and nothing else in the header is followed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::session::SessionId;
use super::user::UserId;
use crate::secrets::{Keys, Secret};

/// Bytes of a token at most.
const MAX_BYTES: usize = 2_048;

/// How much the clocks of two machines may differ, in seconds.
const SKEW: i64 = 30;

/// The type in the header (RFC 9068).
const TYPE: &str = "at+jwt";
const ALGORITHM: &str = "EdDSA";

/// Who signs tokens, and for whom.
#[derive(Debug, Clone)]
pub(super) struct Names {
    pub issuer: String,
    pub audience: String,
}

/// What a token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claims {
    pub user: UserId,
    pub session: SessionId,
    /// `users.token_version` when it was issued.
    pub token_version: i32,
    /// In seconds since 1970.
    pub expires_at: i64,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
    /// Extensions that must be understood; none is.
    crit: Option<serde_json::Value>,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    iss: String,
    aud: String,
    sub: String,
    sid: i64,
    ver: i32,
    iat: i64,
    exp: i64,
    jti: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
}

/// Signs a token.
pub(super) fn issue(keys: &Keys, names: &Names, claims: Claims, now: i64) -> Secret {
    let payload = Payload {
        iss: names.issuer.clone(),
        aud: names.audience.clone(),
        sub: claims.user.0.to_string(),
        sid: claims.session.0,
        ver: claims.token_version,
        iat: now,
        exp: claims.expires_at,
        jti: uuid::Uuid::new_v4().to_string(),
        nbf: None,
    };
    let encoded = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let payload = encoded(&serde_json::json!(payload));
    let (message, signature) = keys.sign(|kid| {
        let header = encoded(&serde_json::json!({ "alg": ALGORITHM, "typ": TYPE, "kid": kid }));
        format!("{header}.{payload}")
    });
    Secret::new(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// What a token says, if it is one of ours and its time is now. Why it is not is nobody's business.
pub(super) fn read(keys: &Keys, names: &Names, token: &str, now: i64) -> Option<Claims> {
    if token.len() > MAX_BYTES {
        return None;
    }
    let (message, signature) = token.rsplit_once('.')?;
    let (header, payload) = message.split_once('.')?;
    let header: Header = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    if header.alg != ALGORITHM || header.typ != TYPE || header.crit.is_some() {
        return None;
    }
    if !keys.verify(&header.kid, message.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).ok()?) {
        return None;
    }
    let payload: Payload = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    let is_ours = payload.iss == names.issuer && payload.aud == names.audience;
    let is_now = payload.exp.saturating_add(SKEW) > now
        && payload.iat <= now.saturating_add(SKEW)
        && payload.nbf.is_none_or(|from| from <= now.saturating_add(SKEW));
    (is_ours && is_now).then_some(Claims {
        user: UserId(payload.sub.parse().ok()?),
        session: SessionId(payload.sid),
        token_version: payload.ver,
        expires_at: payload.exp,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn names() -> Names {
        Names { issuer: "here".to_owned(), audience: "api".to_owned() }
    }

    fn claims() -> Claims {
        Claims { user: UserId(7), session: SessionId(9), token_version: 3, expires_at: NOW + 900 }
    }

    /// A token of these keys with a header and a payload of one's own.
    fn forged(keys: &Keys, header: impl Fn(&str) -> Value, payload: &Value) -> String {
        let encoded = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let (message, signature) = keys.sign(|kid| format!("{}.{}", encoded(header(kid)), encoded(payload.clone())));
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn header(kid: &str) -> Value {
        json!({"alg": "EdDSA", "typ": "at+jwt", "kid": kid})
    }

    fn payload() -> Value {
        json!({"iss": "here", "aud": "api", "sub": "7", "sid": 9, "ver": 3, "iat": NOW, "exp": NOW + 900, "jti": "x"})
    }

    #[test]
    fn a_token_is_read_until_it_expires() {
        let keys = Keys::in_memory().unwrap();
        let token = issue(&keys, &names(), claims(), NOW);
        let at = |now| read(&keys, &names(), token.reveal(), now);
        assert_eq!(at(NOW), Some(claims()));
        assert_eq!(at(NOW + 900 + SKEW - 1), Some(claims()));
        assert_eq!(at(NOW + 900 + SKEW), None);
        assert_eq!(at(NOW - SKEW), Some(claims()));
        assert_eq!(at(NOW - SKEW - 1), None);
        assert_eq!(read(&keys, &names(), &forged(&keys, header, &payload()), NOW), Some(claims()), "the forge works");
    }

    #[test]
    fn everything_else_is_refused() {
        let keys = Keys::in_memory().unwrap();
        let with = |name: &str, value: Value| {
            let mut payload = payload();
            payload[name] = value;
            payload
        };
        let without = |name: &str| {
            let mut payload = payload();
            payload.as_object_mut().unwrap().remove(name);
            payload
        };
        let mut bad: Vec<String> = [
            with("iss", json!("there")),
            with("aud", json!("other")),
            with("aud", json!(["api"])),
            with("exp", json!(NOW - 100)),
            with("iat", json!(NOW + 100)),
            with("nbf", json!(NOW + 100)),
            with("sub", json!(7)),
            with("sub", json!("x")),
            without("exp"),
            without("iat"),
            without("aud"),
            without("sid"),
        ]
        .iter()
        .map(|payload| forged(&keys, header, payload))
        .collect();
        for (name, value) in [
            ("alg", json!("none")),
            ("alg", json!("None")),
            ("alg", json!("HS256")),
            ("alg", json!("ES256")),
            ("typ", json!("JWT")),
            ("kid", json!("0000000000000000")),
            ("kid", json!("../../etc/passwd")),
            ("kid", Value::Null),
            ("crit", json!(["exp"])),
        ] {
            let head = |kid: &str| {
                let mut head = header(kid);
                head[name] = value.clone();
                head
            };
            bad.push(forged(&keys, head, &payload()));
        }
        let good = forged(&keys, header, &payload());
        let (message, _) = good.rsplit_once('.').unwrap();
        bad.push(format!("{message}."));
        bad.push(message.to_owned());
        bad.push(format!("{good}."));
        bad.push(format!("{good}="));
        bad.push(format!("{message}.{}", URL_SAFE_NO_PAD.encode([0; 64])));
        bad.push(forged(&Keys::in_memory().unwrap(), header, &payload()));
        bad.push("..".to_owned());
        bad.push(String::new());
        bad.push("a".repeat(100_000));
        for token in bad {
            assert_eq!(read(&keys, &names(), &token, NOW), None, "{token:.300}");
        }
    }
}
