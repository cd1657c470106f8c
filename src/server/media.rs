//! Media types: what a client accepts and what it sent.

use actix_web::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};

/// How the client wants its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: the status tells whether the request was run.
    GraphqlResponse,
    /// `application/json`: the status is 200 for every well-formed request.
    Json,
    /// `text/event-stream`: each answer is an event.
    EventStream,
}

impl MediaType {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::EventStream => "text/event-stream; charset=utf-8",
        }
    }

    /// The acceptable one of highest quality, the first among equals; none when the client
    /// accepts none. Without an `Accept` header, and for those that take anything, it is the
    /// older one, which clients that do not know the newer one expect.
    pub(super) fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        let is_asked = Self::each_accepted(headers, |quality, found| {
            if best.is_none_or(|(best, _)| quality > best) {
                best = Some((quality, found));
            }
        });
        if is_asked { best.map(|(_, found)| found) } else { Some(Self::Json) }
    }

    /// Whether the client takes events, among others: subscriptions can be told in no other way.
    pub(super) fn takes_events(headers: &HeaderMap) -> bool {
        let mut takes = false;
        Self::each_accepted(headers, |_, found| takes |= found == Self::EventStream);
        takes
    }

    /// Gives each media type that is accepted, with its quality; tells whether any was named.
    fn each_accepted(headers: &HeaderMap, mut each: impl FnMut(f32, Self)) -> bool {
        let mut is_asked = false;
        for value in headers.get_all(ACCEPT).filter_map(|value| value.to_str().ok()) {
            for range in value.split(',') {
                is_asked = true;
                let mut parts = range.split(';').map(str::trim);
                let found = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
                    "application/graphql-response+json" => Self::GraphqlResponse,
                    "application/json" | "*/*" | "application/*" => Self::Json,
                    "text/event-stream" => Self::EventStream,
                    _ => continue,
                };
                let mut quality = 1.0;
                let mut is_readable = true;
                for part in parts {
                    let (name, value) = part.split_once('=').unwrap_or((part, ""));
                    match name.to_ascii_lowercase().as_str() {
                        "q" => quality = value.parse::<f32>().unwrap_or(0.0),
                        "charset" => is_readable = is_utf8(value),
                        _ => {}
                    }
                }
                if is_readable && quality > 0.0 {
                    each(quality, found);
                }
            }
        }
        is_asked
    }
}

fn is_utf8(charset: &str) -> bool {
    charset.trim_matches('"').eq_ignore_ascii_case("utf-8")
}

/// Whether a body is JSON in UTF-8, as it is. Of several content types none is taken: who stands in
/// between may have looked at another one.
pub(super) fn is_plain_json(headers: &HeaderMap) -> bool {
    let mut content_types = headers.get_all(CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
    let (Some(content_type), None) = (content_types.next(), content_types.next()) else { return false };
    let mut parts = content_type.split(';').map(str::trim);
    let is_json = parts.next().unwrap_or_default().eq_ignore_ascii_case("application/json");
    let has_utf8 = parts.all(|part| {
        let (name, value) = part.split_once('=').unwrap_or_default();
        !name.eq_ignore_ascii_case("charset") || is_utf8(value)
    });
    let mut encodings = headers.get_all(CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?"));
    let is_plain = encodings.all(|encoding| encoding.is_empty() || encoding.eq_ignore_ascii_case("identity"));
    is_json && has_utf8 && is_plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn negotiated(accept: &'static str) -> Option<MediaType> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        MediaType::negotiate(&headers)
    }

    #[test]
    fn the_client_chooses_the_media_type() {
        assert_eq!(negotiated("application/json"), Some(MediaType::Json));
        assert_eq!(negotiated("application/graphql-response+json"), Some(MediaType::GraphqlResponse));
        assert_eq!(
            negotiated("application/json;q=0.5, application/graphql-response+json"),
            Some(MediaType::GraphqlResponse)
        );
        assert_eq!(negotiated("application/json, */*;q=0.1"), Some(MediaType::Json));
        assert_eq!(negotiated("text/html"), None);
        assert_eq!(negotiated("text/event-stream"), Some(MediaType::EventStream));
        assert_eq!(negotiated("application/json, text/event-stream"), Some(MediaType::Json));
        assert_eq!(negotiated("application/json; charset=iso-8859-1"), None);
        assert_eq!(negotiated("*/*"), Some(MediaType::Json));
        assert_eq!(MediaType::negotiate(&HeaderMap::new()), Some(MediaType::Json));
    }
}
