//! The two spellings of a libpq connection string: URLs and `key=value` words.
//!
//! Both become the same list of parameters; what they mean is `target.rs`'s affair. Messages
//! never repeat a value, since a mistyped password could stand anywhere.
//! Source: PostgreSQL manual, 34.1.1 "Connection Strings".

use crate::error::{Error, Result};

/// The parameters of a connection string in their order; a later one of the same name wins.
///
/// # Errors
/// `Setup` when `text` is neither of the two spellings.
pub(super) fn parameters(text: &str) -> Result<Vec<(String, String)>> {
    let text = text.trim();
    for scheme in ["postgres://", "postgresql://"] {
        if let Some(rest) = text.strip_prefix(scheme) {
            return url(rest);
        }
    }
    if let Some((scheme, _)) = text.split_once("://")
        && !scheme.contains('=')
    {
        return Err(Error::setup(format!(
            "The database address begins with \"{scheme}://\"; it should begin with \
             \"postgres://\" or \"postgresql://\"."
        )));
    }
    keywords(text)
}

/// `user:password@host:port,host:port/database?name=value&…`, every part optional.
fn url(rest: &str) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    let (before_query, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = before_query.split_once('/').unwrap_or((before_query, ""));
    let hosts = match authority.rsplit_once('@') {
        None => authority,
        Some((login, hosts)) => {
            let (user, password) = match login.split_once(':') {
                Some((user, password)) => (user, Some(password)),
                None => (login, None),
            };
            push(&mut found, "user", decoded(user)?);
            push(&mut found, "password", decoded(password.unwrap_or(""))?);
            hosts
        }
    };
    if !hosts.is_empty() {
        let (names, ports) = host_list(hosts)?;
        push(&mut found, "host", names);
        push(&mut found, "port", ports);
    }
    push(&mut found, "dbname", decoded(database)?);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or_else(|| {
            Error::setup(
                "The part of the database address after \"?\" should be name=value \
                          pairs joined by \"&\".",
            )
        })?;
        let (name, value) = (decoded(name)?, decoded(value)?);
        // As Java writes it; libpq takes it too.
        if name == "ssl" && value == "true" {
            push(&mut found, "sslmode", "require".to_owned());
        } else {
            found.push((name, value));
        }
    }
    Ok(found)
}

fn push(found: &mut Vec<(String, String)>, name: &str, value: String) {
    if !value.is_empty() {
        found.push((name.to_owned(), value));
    }
}

/// `a:1,[::1]:2,c` → `a,::1,c` and `1,2,`; no ports at all give an empty text.
fn host_list(hosts: &str) -> Result<(String, String)> {
    let mut names = Vec::new();
    let mut ports = Vec::new();
    for host in hosts.split(',') {
        let (name, port) = if let Some(rest) = host.strip_prefix('[') {
            let (address, after) = rest.split_once(']').ok_or_else(|| {
                Error::setup(
                    "An IPv6 address in the database address begins with \"[\" and \
                              lacks its \"]\".",
                )
            })?;
            match after.strip_prefix(':') {
                Some(port) => (address, port),
                None if after.is_empty() => (address, ""),
                None => {
                    return Err(Error::setup(
                        "After the \"]\" of an IPv6 address there should be \":\" and a port, \
                         or nothing.",
                    ));
                }
            }
        } else {
            host.split_once(':').unwrap_or((host, ""))
        };
        if !port.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Error::setup(
                "The port in the database address is not a number. If the password holds one of \
                 / ? # @ : % write it percent-encoded there (%2F %3F %23 %40 %3A %25).",
            ));
        }
        names.push(decoded(name)?);
        ports.push(port);
    }
    let any = ports.iter().any(|port| !port.is_empty());
    Ok((names.join(","), if any { ports.join(",") } else { String::new() }))
}

fn decoded(text: &str) -> Result<String> {
    let wrong = || {
        Error::setup(
            "In the database address a \"%\" is not followed by two hexadecimal digits of UTF-8 \
             text; write a plain % as %25.",
        )
    };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let (Some(high), Some(low)) = (digit(rest.next()), digit(rest.next())) else {
            return Err(wrong());
        };
        bytes.push(u8::try_from(high * 16 + low).map_err(|_| wrong())?);
    }
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0')).ok_or_else(wrong)
}

/// `name = value` words; values with blanks stand in single quotes, `\` escapes.
fn keywords(text: &str) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=').ok_or_else(|| {
            Error::setup(
                "The database address is neither a URL such as postgres://user@host/database \
                 nor words such as host=localhost dbname=music.",
            )
        })?;
        let name = name.trim_end();
        if name.is_empty() || name.contains(char::is_whitespace) {
            return Err(Error::setup(
                "In the database address every word should be name=value; a value with blanks \
                 stands in single quotes.",
            ));
        }
        let (value, after) = value(after.trim_start())?;
        found.push((name.to_owned(), value));
        rest = after.trim_start();
    }
    Ok(found)
}

/// One value and what follows it.
fn value(text: &str) -> Result<(String, &str)> {
    let quoted = text.starts_with('\'');
    let mut value = String::new();
    let mut characters = text.char_indices().skip(usize::from(quoted));
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            '\'' if quoted => return Ok((value, &text[at + 1..])),
            blank if blank.is_whitespace() && !quoted => return Ok((value, &text[at..])),
            plain => value.push(plain),
        }
    }
    if quoted {
        return Err(Error::setup("A quoted value in the database address lacks its closing quote."));
    }
    Ok((value, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> String {
        match parameters(text) {
            Ok(found) => found.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("|"),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn both_spellings_give_the_same_parameters() {
        for (text, expected) in [
            ("", ""),
            ("postgres://", ""),
            ("postgresql://localhost", "host=localhost"),
            ("postgres://u:p@h:5433/d", "user=u|password=p|host=h|port=5433|dbname=d"),
            ("postgres://u%40x:p%2F%3A@h/d%20b", "user=u@x|password=p/:|host=h|dbname=d b"),
            ("postgres://u:p@ss@h/d", "user=u|password=p@ss|host=h|dbname=d"),
            ("postgres://a:1,b,[::1]:3/d", "host=a,b,::1|port=1,,3|dbname=d"),
            ("postgres:///d?host=/run/pg&port=5433", "dbname=d|host=/run/pg|port=5433"),
            ("postgres://%2Frun%2Fpg/d", "host=/run/pg|dbname=d"),
            ("postgres://h?sslmode=require&ssl=true", "host=h|sslmode=require|sslmode=require"),
            ("postgres://h/d?options=-c%20a%3Db", "host=h|dbname=d|options=-c a=b"),
            ("host=h port=5433 dbname=d", "host=h|port=5433|dbname=d"),
            (r"password = 'a b\'c\\' user=x\ y host=''", r"password=a b'c\|user=x y|host="),
            ("  host = h  ", "host=h"),
        ] {
            assert_eq!(parsed(text), expected, "{text}");
        }
    }

    #[test]
    fn mistakes_are_named_without_repeating_values() {
        for (text, expected) in [
            ("mysql://h/d", "should begin with \"postgres://\""),
            ("music", "neither a URL"),
            ("postgres://u:sec/ret@h/d", "The port in the database address is not a number"),
            ("postgres://h/d?sslmode", "name=value pairs"),
            ("postgres://u:%zz@h", "two hexadecimal digits"),
            ("postgres://h/%00", "two hexadecimal digits"),
            ("postgres://[::1/d", "lacks its \"]\""),
            ("password='secret", "lacks its closing quote"),
            ("a b=secret", "should be name=value"),
        ] {
            let message = parsed(text);
            assert!(message.starts_with("error: ") && message.contains(expected), "{text}: {message}");
            assert!(!message.contains("sec"), "{message}");
        }
    }
}
