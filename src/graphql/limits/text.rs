//! Bounds on a document's text, checked before the parser sees it: the library's stack overflows
//! on values that are nested some thousand levels deep.

use async_graphql::ServerError;

use super::Limits;
use crate::graphql::error::request_error;

/// Counts brackets and tokens of a document's text; strings and comments count as one or none.
///
/// # Errors
/// `DOCUMENT_TOO_LARGE` or `TOO_DEEP` with the bound.
pub fn check_text(text: &str, limits: &Limits) -> Result<(), ServerError> {
    if text.len() > limits.max_bytes {
        return Err(request_error(
            "DOCUMENT_TOO_LARGE",
            format!("the document has {} bytes; at most {} are allowed", text.len(), limits.max_bytes),
        ));
    }
    let bytes = text.as_bytes();
    let (mut at, mut depth, mut tokens) = (0, 0_usize, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'#' => {
                while bytes.get(at).is_some_and(|byte| *byte != b'\n' && *byte != b'\r') {
                    at += 1;
                }
                continue;
            }
            b'"' => at = end_of_string(bytes, at),
            b'{' | b'[' | b'(' => {
                depth += 1;
                at += 1;
                if depth > limits.max_nesting {
                    return Err(request_error(
                        "TOO_DEEP",
                        format!("brackets are nested deeper than {} levels", limits.max_nesting),
                    ));
                }
            }
            b'}' | b']' | b')' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                at += 1;
                continue;
            }
            _ if is_word(byte) => {
                while bytes.get(at).copied().is_some_and(is_word) {
                    at += 1;
                }
            }
            _ => at += 1,
        }
        tokens += 1;
        if tokens > limits.max_tokens {
            return Err(request_error(
                "DOCUMENT_TOO_LARGE",
                format!("the document has more than {} tokens", limits.max_tokens),
            ));
        }
    }
    Ok(())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'+')
}

/// The place behind a string or block string that starts at `start`.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let is_block = bytes.get(start..start + 3) == Some(b"\"\"\"");
    let mut at = start + if is_block { 3 } else { 1 };
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if is_block => at += if bytes.get(at..at + 4) == Some(b"\\\"\"\"") { 4 } else { 1 },
            b'\\' => at += 2,
            b'"' if is_block => {
                if bytes.get(at..at + 3) == Some(b"\"\"\"") {
                    return at + 3;
                }
                at += 1;
            }
            b'"' => return at + 1,
            // An unclosed string ends with its line; the parser will say so.
            b'\n' if !is_block => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bracket_bomb_is_refused_before_parsing() {
        for (open, close) in [("[", "]"), ("{a:", "}")] {
            let bomb = format!("{{a(b:{}1{})}}", open.repeat(20_000), close.repeat(20_000));
            assert!(check_text(&bomb, &Limits { max_bytes: usize::MAX, ..Default::default() }).is_err());
        }
        assert!(check_text(&"{a".repeat(100), &Limits::default()).is_err());
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let text = format!("{{a(b:\"{}\") # {}\n}}", "[".repeat(100), "{".repeat(100));
        assert_eq!(check_text(&text, &Limits::default()).map_err(|error| error.message), Ok(()));
        let block = format!("{{a(b:\"\"\"{} \\\"\"\" {}\"\"\")}}", "(".repeat(100), "(".repeat(100));
        assert_eq!(check_text(&block, &Limits::default()).map_err(|error| error.message), Ok(()));
    }

    proptest::proptest! {
        #[test]
        fn counting_never_fails_on_any_text(text in "\\PC{0,200}") {
            let _ = check_text(&text, &Limits::default());
        }
    }
}
