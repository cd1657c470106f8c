//! Rows in COPY's text format: values between tabs, `\N` for null.

use std::fmt::Write as _;

use super::calendar::{write_day, write_instant};

/// The text of some rows, and how many they are.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub text: String,
    pub count: u64,
}

impl Rows {
    /// A text with the signs of the format escaped.
    pub(super) fn text(&mut self, value: &str) -> &mut Self {
        for character in value.chars() {
            match character {
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                character => self.text.push(character),
            }
        }
        self.text.push('\t');
        self
    }

    /// A text that has nothing to escape, as a name of a closed set.
    pub(super) fn word(&mut self, value: &str) -> &mut Self {
        self.text.push_str(value);
        self.text.push('\t');
        self
    }

    /// No value.
    pub(super) fn null(&mut self) -> &mut Self {
        self.word("\\N")
    }

    /// A text or none.
    pub(super) fn optional_text(&mut self, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.text(value),
            None => self.null(),
        }
    }

    /// A value whose text has nothing to escape.
    pub(super) fn value(&mut self, value: impl std::fmt::Display) -> &mut Self {
        // Writing to a string cannot fail.
        let _ = write!(self.text, "{value}\t");
        self
    }

    /// The same or none.
    pub(super) fn optional(&mut self, value: Option<impl std::fmt::Display>) -> &mut Self {
        match value {
            Some(value) => self.value(value),
            None => self.null(),
        }
    }

    /// A whole number, in a third of the time that [`Rows::value`] takes.
    pub(super) fn number(&mut self, value: u64) -> &mut Self {
        let mut digits = [0_u8; 20];
        let mut at = digits.len();
        let mut left = value;
        loop {
            at -= 1;
            digits[at] = b'0' + (left % 10) as u8;
            left /= 10;
            if left == 0 {
                break;
            }
        }
        self.text.extend(digits[at..].iter().map(|digit| char::from(*digit)));
        self.text.push('\t');
        self
    }

    /// A whole number or none.
    pub(super) fn optional_number(&mut self, value: Option<u64>) -> &mut Self {
        match value {
            Some(value) => self.number(value),
            None => self.null(),
        }
    }

    /// A truth.
    pub(super) fn truth(&mut self, value: bool) -> &mut Self {
        self.word(if value { "t" } else { "f" })
    }

    /// An instant in seconds since 1970.
    pub(super) fn instant(&mut self, at: i64) -> &mut Self {
        write_instant(&mut self.text, at);
        self.text.push('\t');
        self
    }

    /// An instant or none.
    pub(super) fn optional_instant(&mut self, at: Option<i64>) -> &mut Self {
        match at {
            Some(at) => self.instant(at),
            None => self.null(),
        }
    }

    /// A day in days since 1970.
    pub(super) fn day(&mut self, day: i64) -> &mut Self {
        write_day(&mut self.text, day);
        self.text.push('\t');
        self
    }

    /// Several texts as a JSON array.
    pub(super) fn list<T: AsRef<str>>(&mut self, values: &[T]) -> &mut Self {
        let values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
        self.json(&serde_json::json!(values))
    }

    /// A JSON value.
    pub(super) fn json(&mut self, value: &serde_json::Value) -> &mut Self {
        self.text(&value.to_string())
    }

    /// Ends a row.
    pub(super) fn end(&mut self) {
        self.text.pop();
        self.text.push('\n');
        self.count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_copy_reads_as_signs_is_escaped() {
        let mut rows = Rows::default();
        rows.text("a\tb\\N\r\n\\.").null().number(0).number(18_446_744_073_709_551_615).truth(true).instant(0).day(1);
        rows.end();
        rows.list(&["a\"b"]).optional(Some(0.5)).end();
        assert_eq!(
            rows.text,
            "a\\tb\\\\N\\r\\n\\\\.\t\\N\t0\t18446744073709551615\tt\t1970-01-01 00:00:00+00\t1970-01-02\n[\"a\\\\\"b\"]\t0.5\n"
        );
        assert_eq!(rows.count, 2);
    }
}
