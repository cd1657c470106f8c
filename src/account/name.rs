//! Names, e-mail addresses and languages: what is taken, and in which form it is compared.
//!
//! A name is written with ASCII letters, digits and `.`, `_`, `-`. What is typed in full-width or
//! other compatible forms is brought to these first (Unicode Standard Annex 15, NFKC). Names that
//! look alike have one skeleton (Unicode Technical Standard 39, section 4).

use unicode_normalization::UnicodeNormalization as _;

use crate::error::{Reason, Rejection};

/// Characters of a name.
const NAME_LENGTH: std::ops::RangeInclusive<usize> = 2..=80;

/// Characters of an e-mail address, and bytes of the part before the `@` (RFC 5321, 4.5.3.1).
const MAX_EMAIL: usize = 254;
const MAX_LOCAL: usize = 64;

/// A name as it is kept.
pub(super) fn username(path: &str, typed: &str) -> Result<String, Rejection> {
    if typed.len() > 1_000 {
        return Err(Rejection::new(Reason::TooLong, path, "username.length", "a name has at most 80 characters"));
    }
    let name: String = typed.trim().nfkc().collect();
    let length = name.chars().count();
    if name.is_empty() {
        return Err(Rejection::new(Reason::Required, path, "username.required", "a name is needed"));
    }
    if length > *NAME_LENGTH.end() {
        return Err(Rejection::new(Reason::TooLong, path, "username.length", "a name has at most 80 characters"));
    }
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    if !is_plain && skeleton(&name).bytes().all(|byte| byte.is_ascii_graphic()) {
        let message = "the name has letters of another alphabet that look like Latin ones; use a to z, 0 to 9, \
                       dot, underscore and hyphen";
        return Err(Rejection::new(Reason::Invalid, path, "username.lookalike", message));
    }
    if !is_plain || !name.starts_with(|first: char| first.is_ascii_alphanumeric()) || !NAME_LENGTH.contains(&length) {
        let message = "a name has 2 to 80 characters: a to z, 0 to 9, dot, underscore and hyphen, the first a letter \
                       or digit";
        return Err(Rejection::new(Reason::Invalid, path, "username.characters", message));
    }
    Ok(name)
}

/// Equal for names that look alike. The column `users.username_skeleton` holds the same.
pub(super) fn skeleton(name: &str) -> String {
    let seen: String = unicode_security::confusable_detection::skeleton(&name.to_lowercase()).collect();
    // A capital i looks like an l, and names do not differ by case.
    unicode_security::confusable_detection::skeleton(&seen.to_lowercase()).collect::<String>().replace('i', "l")
}

/// An e-mail address as it is kept. Whether somebody reads it only a letter would tell.
pub(super) fn email(path: &str, typed: &str) -> Result<String, Rejection> {
    let email = typed.trim();
    if email.is_empty() {
        return Err(Rejection::new(Reason::Required, path, "email.required", "an e-mail address is needed"));
    }
    if email.chars().count() > MAX_EMAIL {
        let message = "an e-mail address has at most 254 characters";
        return Err(Rejection::new(Reason::TooLong, path, "email.length", message));
    }
    if is_email(email) {
        Ok(email.to_owned())
    } else {
        let message = "this is no e-mail address; one looks like name@example.org";
        Err(Rejection::new(Reason::Invalid, path, "email.form", message))
    }
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_word = |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control());
    let is_local = local.len() <= MAX_LOCAL
        && local
            .split('.')
            .all(|part| is_word(part) && !part.contains(['@', '"', '(', ')', '<', '>', ',', ';', ':', '\\', '[', ']']));
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    is_local && domain.contains('.') && domain.split('.').all(is_label)
}

/// An e-mail address as it is compared.
pub(super) fn folded_email(email: &str) -> String {
    email.trim().nfkc().collect::<String>().to_lowercase()
}

/// A language tag as it is kept (BCP 47: letters, then parts of letters and digits).
pub(super) fn language(path: &str, typed: &str) -> Result<String, Rejection> {
    let mut parts = typed.split('-');
    let is_first = parts
        .next()
        .is_some_and(|part| (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let fits = typed.len() <= 35
        && is_first
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if fits {
        Ok(typed.to_owned())
    } else {
        let message = "a language is a BCP 47 tag, like en or pt-BR";
        Err(Rejection::new(Reason::Invalid, path, "language.form", message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule_of<T>(outcome: Result<T, Rejection>) -> &'static str {
        outcome.err().map_or("taken", |rejection| rejection.rule)
    }

    #[test]
    fn names_are_plain() {
        assert_eq!(username("x", " Ada.L_9- ").unwrap(), "Ada.L_9-");
        assert_eq!(username("x", "ａｄａ").unwrap(), "ada");
        for (typed, rule) in [
            ("", "username.required"),
            ("  ", "username.required"),
            ("a", "username.characters"),
            (".ada", "username.characters"),
            ("a da", "username.characters"),
            ("ada\0", "username.characters"),
            ("аda", "username.lookalike"),
            ("日本", "username.characters"),
            ("a\u{200b}da", "username.lookalike"),
        ] {
            assert_eq!(rule_of(username("x", typed)), rule, "{typed:?}");
        }
        assert_eq!(rule_of(username("x", &"a".repeat(81))), "username.length");
        assert_eq!(rule_of(username("x", &"ａ".repeat(200_000))), "username.length");
    }

    #[test]
    fn names_that_look_alike_have_one_skeleton() {
        for (one, other) in [("alice", "AIice"), ("alice", "a1ice"), ("max", "rnax"), ("bob0", "bobO"), ("ada", "аda")]
        {
            assert_eq!(skeleton(one), skeleton(other), "{one} {other}");
        }
        for (one, other) in [("alice", "alicia"), ("user1", "user2"), ("a.b", "a-b"), ("max", "nax")] {
            assert_ne!(skeleton(one), skeleton(other), "{one} {other}");
        }
    }

    /// The column `users.username_skeleton` computes the right side.
    #[test]
    fn the_skeleton_of_a_name_is_that_of_the_database() {
        let letters = ('a'..='z').chain('A'..='Z').chain('0'..='9').chain(['.', '_', '-']);
        for letter in letters {
            let name = format!("x{letter}y{letter}");
            let database = name.to_lowercase().replace('0', "o").replace(['1', 'i'], "l").replace('m', "rn");
            assert_eq!(skeleton(&name), database, "{name}");
        }
    }

    #[test]
    fn addresses_have_a_form() {
        for good in ["ada@example.org", "a.b+c@x.co", "jörg@bücher.example", "x@a.b.c"] {
            assert_eq!(rule_of(email("x", good)), "taken", "{good}");
        }
        for bad in
            ["ada", "@b.c", "a@", "a@b", "a b@c.d", "a@b..c", "a@-b.c", "a@b@c.d", "a\0@b.c", ".a@b.c", "a@b.c\n.d"]
        {
            assert_eq!(rule_of(email("x", bad)), "email.form", "{bad:?}");
        }
        assert_eq!(rule_of(email("x", &format!("{}@b.c", "a".repeat(300)))), "email.length");
        assert_eq!(folded_email(" Ada@Example.ORG"), "ada@example.org");
    }

    #[test]
    fn languages_are_tags() {
        for (typed, rule) in [
            ("en", "taken"),
            ("pt-BR", "taken"),
            ("e", "language.form"),
            ("en_GB", "language.form"),
            ("", "language.form"),
            ("12", "language.form"),
        ] {
            assert_eq!(rule_of(language("x", typed)), rule, "{typed}");
        }
    }
}
