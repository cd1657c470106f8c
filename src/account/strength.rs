//! Which passwords are taken.
//!
//! Length counts, and that nobody tries it first; which kinds of characters it has does not (NIST
//! SP 800-63B, 5.1.1.2).

use crate::error::{Reason, Rejection};

/// Characters of a password.
const MIN_LENGTH: usize = 8;
/// Bytes of a password. More would only cost time.
pub(super) const MAX_BYTES: usize = 512;

/// Words that are tried first, without the digits and signs that people put behind them.
const USUAL: [&str; 60] = [
    "password",
    "passwort",
    "passw0rd",
    "p@ssword",
    "p@ssw0rd",
    "qwerty",
    "qwertyuiop",
    "qwertz",
    "qwertzuiop",
    "azerty",
    "asdfgh",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
    "qazwsx",
    "qazwsxedc",
    "1qaz2wsx",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "abcdef",
    "abcdefgh",
    "abcd1234",
    "abc",
    "iloveyou",
    "letmein",
    "welcome",
    "willkommen",
    "admin",
    "administrator",
    "root",
    "login",
    "master",
    "monkey",
    "dragon",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "basketball",
    "superman",
    "batman",
    "trustno",
    "shadow",
    "michael",
    "jordan",
    "charlie",
    "starwars",
    "computer",
    "internet",
    "secret",
    "geheim",
    "hunter",
    "freedom",
    "whatever",
    "changeme",
    "default",
    "test",
    "testtest",
    "music",
    "musicmusic",
];

/// Checks a new password of somebody with this name and address.
pub(super) fn check(path: &str, password: &str, username: &str, email: Option<&str>) -> Result<(), Rejection> {
    let weak = |message: &str| Err(Rejection::new(Reason::Invalid, path, "password.weak", message));
    if password.len() > MAX_BYTES {
        return Err(Rejection::new(Reason::TooLong, path, "password.length", "a password has at most 512 bytes"));
    }
    if password.contains('\0') {
        let message = "a password has no NUL character (U+0000)";
        return Err(Rejection::new(Reason::Invalid, path, "password.characters", message));
    }
    if password.chars().count() < MIN_LENGTH {
        let message = "a password has at least 8 characters";
        return Err(Rejection::new(Reason::Invalid, path, "password.length", message));
    }
    let folded = password.to_lowercase();
    let core = folded.trim_matches(|c: char| c.is_ascii_digit() || c.is_ascii_punctuation() || c.is_whitespace());
    if USUAL.contains(&core) || USUAL.contains(&folded.as_str()) {
        return weak("this password is one of those that are tried first; take several words instead");
    }
    let mut distinct: Vec<char> = folded.chars().collect();
    let is_run = distinct.windows(2).all(|pair| u32::from(pair[1]).abs_diff(u32::from(pair[0])) <= 1);
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < 5 || is_run {
        return weak("this password is a simple row of characters; take several words instead");
    }
    let names = [Some(username), email.and_then(|email| email.split('@').next()), email];
    for name in names.into_iter().flatten().map(str::to_lowercase).filter(|name| !name.is_empty()) {
        if folded == name || core == name || (name.chars().count() >= 4 && folded.contains(&name)) {
            return weak("this password holds the name or the address of its account; take other words");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_are_tried_first_are_refused() {
        for (password, rule) in [
            ("", "password.length"),
            ("abcdefg", "password.length"),
            ("password", "password.weak"),
            ("Password123!", "password.weak"),
            ("12345678", "password.weak"),
            ("87654321", "password.weak"),
            ("aaaaaaaaaaaa", "password.weak"),
            ("abababababab", "password.weak"),
            ("ada.lovelace99", "password.weak"),
            ("lovely lovelace", "password.weak"),
            ("good\0enough", "password.characters"),
        ] {
            let outcome = check("x", password, "ada.lovelace", Some("lovelace@example.org"));
            assert_eq!(outcome.err().map(|rejection| rejection.rule), Some(rule), "{password}");
        }
        assert!(check("x", &"x1y2z3 ".repeat(40_000), "ada", None).is_err_and(|e| e.reason == Reason::TooLong));
        for password in ["correct horse battery", "tr0ub4dor&3", "ünïcödé wörds", "9f2kd03mxq"] {
            assert!(check("x", password, "ada", Some("ada@example.org")).is_ok(), "{password}");
        }
    }
}
