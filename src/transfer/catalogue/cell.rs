//! Reads single values: from what a file holds to what a row takes, or a reason against it.
//!
//! Values are JSON, CSV ones being strings. A reason is the end of a sentence that names the
//! value: "… is not a number".

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use serde_json::Value;

use crate::catalog::musical_key::{Mode, MusicalKey, parse_note};
use crate::catalog::source_url::source_type;

use super::row::ReleaseDate;

/// A value, or why it is none.
pub(super) type Read<T> = Result<T, String>;

const YEARS: RangeInclusive<i32> = 1000..=2200;
/// A day; the CHECK of `tracks.duration_ms` has the same bound.
const MAX_DURATION_MS: f64 = 86_400_000.0;

/// Whether nothing is there: null, blank text, an empty list.
pub(super) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(values) => values.iter().all(is_blank),
        _ => false,
    }
}

/// One line of text, trimmed, of at most `max` characters; line breaks inside become spaces.
pub(super) fn text(value: &Value, max: usize) -> Read<String> {
    let text = long_text(value, max)?;
    Ok(text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect())
}

/// Text of several lines, trimmed, of at most `max` characters.
pub(super) fn long_text(value: &Value, max: usize) -> Read<String> {
    let text = plain(value)?;
    if text.contains('\0') {
        return Err("holds a NUL character".to_owned());
    }
    let length = text.chars().count();
    if length > max {
        return Err(format!("has {length} characters; at most {max} are possible"));
    }
    Ok(text)
}

/// Text or number as trimmed text.
fn plain(value: &Value) -> Read<String> {
    match value {
        Value::String(text) => Ok(text.trim().to_owned()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err("is not a text".to_owned()),
    }
}

/// Several texts: an array, or one text with `;` between them; repeats are left out.
pub(super) fn list(value: &Value, max: usize, max_count: usize) -> Read<Vec<String>> {
    let parts: Vec<String> = match value {
        Value::Array(values) => values.iter().filter(|v| !is_blank(v)).map(|v| text(v, max)).collect::<Read<_>>()?,
        value => {
            let whole = long_text(value, usize::MAX)?;
            let parts = whole.split(';').map(str::trim).filter(|part| !part.is_empty());
            parts.map(|part| text(&Value::from(part), max)).collect::<Read<_>>()?
        }
    };
    let mut unique: Vec<String> = Vec::new();
    for part in parts {
        if !unique.iter().any(|known| known.to_lowercase() == part.to_lowercase()) {
            unique.push(part);
        }
    }
    if unique.len() > max_count {
        return Err(format!("has {} entries; at most {max_count} are possible", unique.len()));
    }
    Ok(unique)
}

/// A finite number.
pub(super) fn number(value: &Value) -> Read<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        value => plain(value)?.parse().ok(),
    };
    number.filter(|number: &f64| number.is_finite()).ok_or_else(|| "is not a number".to_owned())
}

/// A number inside a range, both ends included.
pub(super) fn number_in(value: &Value, range: RangeInclusive<f64>) -> Read<f64> {
    let number = number(value)?;
    if range.contains(&number) {
        return Ok(number);
    }
    Err(format!("is outside of {} to {}", range.start(), range.end()))
}

/// A whole number inside a range, both ends included; `12.0` is whole.
pub(super) fn whole_in(value: &Value, range: RangeInclusive<i32>) -> Read<i32> {
    let number = number(value)?;
    let bounds = f64::from(*range.start())..=f64::from(*range.end());
    if number.fract() != 0.0 {
        return Err("is not a whole number".to_owned());
    }
    if !bounds.contains(&number) {
        return Err(format!("is outside of {} to {}", range.start(), range.end()));
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole, and inside the bounds of an i32")]
    Ok(number as i32)
}

/// A number with an optional total behind it, `3` or `3/12`.
pub(super) fn ordinal(value: &Value) -> Read<i32> {
    let text = plain(value)?;
    let Some((ordinal, total)) = text.split_once('/') else {
        return whole_in(value, 1..=9999);
    };
    let read = |text: &str| whole_in(&Value::from(text.trim()), 1..=9999);
    let ordinal = read(ordinal)?;
    if !total.trim().is_empty() {
        read(total)?;
    }
    Ok(ordinal)
}

/// True or false in the usual words.
pub(super) fn truth(value: &Value) -> Read<bool> {
    if let Value::Bool(truth) = value {
        return Ok(*truth);
    }
    match plain(value)?.to_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "explicit" => Ok(true),
        "false" | "no" | "n" | "0" | "clean" => Ok(false),
        _ => Err("is neither `true` nor `false`".to_owned()),
    }
}

/// A duration in milliseconds.
pub(super) fn milliseconds(value: &Value) -> Read<i32> {
    to_milliseconds(number(value)?)
}

/// A duration in seconds, or `m:ss`, or `h:mm:ss`; gives milliseconds.
pub(super) fn duration(value: &Value) -> Read<i32> {
    let text = plain(value)?;
    if !text.contains(':') {
        return to_milliseconds(number(value)? * 1000.0)
            .map_err(|reason| format!("{reason}; is it milliseconds, for the column `duration_ms`?"));
    }
    let parts: Vec<f64> = text
        .split(':')
        .map(|part| part.trim().parse().ok().filter(|n: &f64| n.is_finite() && !n.is_sign_negative()))
        .collect::<Option<_>>()
        .ok_or_else(|| "is not a duration such as 3:43 or 1:02:03".to_owned())?;
    let seconds = match parts.as_slice() {
        [minutes, seconds] if *seconds < 60.0 => minutes * 60.0 + seconds,
        [hours, minutes, seconds] if *minutes < 60.0 && *seconds < 60.0 => (hours * 60.0 + minutes) * 60.0 + seconds,
        _ => return Err("is not a duration such as 3:43 or 1:02:03".to_owned()),
    };
    to_milliseconds(seconds * 1000.0)
}

fn to_milliseconds(number: f64) -> Read<i32> {
    let rounded = number.round();
    if !(1.0..=MAX_DURATION_MS).contains(&rounded) {
        return Err("is not between 1 millisecond and 24 hours".to_owned());
    }
    #[expect(clippy::cast_possible_truncation, reason = "rounded, and inside the bounds of an i32")]
    Ok(rounded as i32)
}

/// A year of release.
pub(super) fn year(value: &Value) -> Read<ReleaseDate> {
    let year = whole_in(value, YEARS)?;
    Ok(ReleaseDate { year, month: None, day: None })
}

/// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; a time behind it is left out, `00` means not known.
pub(super) fn date(value: &Value) -> Read<ReleaseDate> {
    let reason = || "is not a date such as 1959, 1959-08 or 1959-08-17".to_owned();
    let text = plain(value)?;
    let day_part = text.split(['T', ' ']).next().unwrap_or_default();
    let mut parts = day_part.split('-');
    let mut part = |length: usize| -> Read<Option<u32>> {
        let Some(part) = parts.next() else {
            return Ok(None);
        };
        let is_number = part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
        let number: u32 = is_number.then(|| part.parse().ok()).flatten().ok_or_else(reason)?;
        Ok((number > 0).then_some(number))
    };
    let year = part(4)?.and_then(|year| i32::try_from(year).ok()).ok_or_else(reason)?;
    let month = part(2)?;
    let day = part(2)?.filter(|_| month.is_some());
    if parts.next().is_some() {
        return Err(reason());
    }
    if !YEARS.contains(&year) {
        return Err(format!("has a year outside of {} to {}", YEARS.start(), YEARS.end()));
    }
    NaiveDate::from_ymd_opt(year, month.unwrap_or(1), day.unwrap_or(1))
        .ok_or_else(|| "is no day of the calendar".to_owned())?;
    Ok(ReleaseDate { year, month, day })
}

/// A pitch class, 0 to 11, and the mode where the value says it; none where it says "not known".
pub(super) fn key(value: &Value) -> Read<Option<(u8, Option<Mode>)>> {
    let text = plain(value)?;
    if let Ok(number) = text.parse::<f64>() {
        let class = whole_in(&Value::from(number), -1..=11)?;
        return Ok(u8::try_from(class).ok().map(|class| (class, None)));
    }
    if let Some(note) = parse_note(&text) {
        return Ok(Some(note));
    }
    let key = MusicalKey::parse(&text).ok_or_else(|| "is no key such as 9, Am, C# or 8A".to_owned())?;
    Ok(Some((key.pitch_class(), Some(key.mode()))))
}

/// 0 or `minor`, 1 or `major`.
pub(super) fn mode(value: &Value) -> Read<Mode> {
    let text = plain(value)?;
    let number = whole_in(value, 0..=1).ok().map(i64::from);
    number
        .and_then(Mode::from_number)
        .or_else(|| Mode::from_name(&text))
        .ok_or_else(|| "is neither 0, `minor`, 1 nor `major`".to_owned())
}

/// Popularity from 0 to 1: a whole number counts to 100 (Spotify's scale), one with a decimal
/// point up to 1 is a fraction.
pub(super) fn popularity(value: &Value) -> Read<f64> {
    let is_fraction = match value {
        Value::Number(number) => number.is_f64(),
        value => plain(value)?.contains('.'),
    };
    let number = number_in(value, 0.0..=100.0)?;
    Ok(if is_fraction && number <= 1.0 { number } else { number / 100.0 })
}

/// A MusicBrainz id.
pub(super) fn uuid(value: &Value) -> Read<uuid::Uuid> {
    uuid::Uuid::try_parse(&plain(value)?).map_err(|_| "is not a UUID".to_owned())
}

/// Links of one value, apart: separated by white space, or by `;` where a link follows.
pub(super) fn links(value: &Value) -> Read<Vec<String>> {
    if let Value::Array(values) = value {
        return values.iter().filter(|v| !is_blank(v)).map(plain).collect();
    }
    let mut links: Vec<String> = Vec::new();
    for word in plain(value)?.split_whitespace() {
        let mut is_first = true;
        for part in word.split(';') {
            // Addresses may hold a semicolon themselves.
            let starts_link = part.split_once(':').is_some_and(|(name, _)| {
                name.eq_ignore_ascii_case("http") || name.eq_ignore_ascii_case("https") || source_type(name).is_some()
            });
            match links.last_mut() {
                Some(last) if !is_first && !starts_link && !part.is_empty() => {
                    last.push(';');
                    last.push_str(part);
                }
                _ if part.is_empty() => {}
                _ => links.push(part.to_owned()),
            }
            is_first = false;
        }
    }
    Ok(links)
}

/// Whether a NUL character is anywhere inside, names of objects too; `jsonb` cannot hold it.
pub(super) fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(holds_nul),
        Value::Object(object) => object.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        _ => false,
    }
}
