//! Writes a query: canonical search text, and text for PostgreSQL's `to_tsquery`.

use std::fmt::Display;

use super::query::{Filters, ParsedQuery, RangeFilter, Term};

impl ParsedQuery {
    /// The canonical text of the query: terms as written, then filters in a fixed order.
    ///
    /// Reading it again gives the same terms and filters.
    #[must_use]
    pub fn normalised(&self) -> String {
        let terms = self.terms.iter().map(term);
        terms.chain(filters(&self.filters)).collect::<Vec<_>>().join(" ")
    }

    /// Text for `to_tsquery('music', $1)`; none when no term holds a letter or a digit.
    ///
    /// Every word is quoted, and what could end a quote is taken out, so no input changes the
    /// structure and the configuration splits words as it did when it indexed them. Phrases are
    /// joined with `<->`, exclusions begin with `!`, terms are joined with `&`. With
    /// `is_prefix_last` the last plain word also finds words that begin with it, for suggestions
    /// while somebody types.
    #[must_use]
    pub fn tsquery(&self, is_prefix_last: bool) -> Option<String> {
        let last_plain = self
            .terms
            .iter()
            .rposition(|term| !term.is_phrase && !term.is_excluded && has_letter_or_digit(&term.text))
            .filter(|_| is_prefix_last);
        let parts: Vec<String> = self
            .terms
            .iter()
            .enumerate()
            .filter_map(|(index, term)| lexemes(term, last_plain == Some(index)))
            .collect();
        (!parts.is_empty()).then(|| parts.join(" & "))
    }
}

fn lexemes(term: &Term, is_prefix: bool) -> Option<String> {
    let text = term.text.replace(['\'', '\\', '\0'], " ");
    let words: Vec<String> = if term.is_phrase {
        text.split_whitespace().filter(|word| has_letter_or_digit(word)).map(|word| format!("'{word}'")).collect()
    } else {
        // One word stays one quoted text: where the configuration splits it ("Don't"), it
        // joins the pieces with <-> itself.
        has_letter_or_digit(&text).then(|| format!("'{}'", text.trim())).into_iter().collect()
    };
    let joined = words.join(" <-> ");
    match (words.len(), term.is_excluded) {
        (0, _) => None,
        (1, true) => Some(format!("!{joined}")),
        (_, true) => Some(format!("!({joined})")),
        (1, false) if is_prefix => Some(format!("{joined}:*")),
        (1, false) => Some(joined),
        (_, false) => Some(format!("({joined})")),
    }
}

fn has_letter_or_digit(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

fn term(term: &Term) -> String {
    let dash = dash(term.is_excluded);
    if term.is_phrase { format!("{dash}\"{}\"", term.text) } else { format!("{dash}{}", term.text) }
}

fn filters(filters: &Filters) -> Vec<String> {
    let mut written = Vec::new();
    for (name, list) in filters.texts() {
        for filter in list {
            written.push(format!("{}{name}:{}", dash(filter.is_excluded), quote(&filter.value)));
        }
    }
    for filter in &filters.year {
        written.push(format!("{}year:{}", dash(filter.is_excluded), range(filter)));
    }
    for filter in &filters.bpm {
        written.push(format!("{}bpm:{}", dash(filter.is_excluded), range(filter)));
    }
    for filter in &filters.key {
        written.push(format!("{}key:{}", dash(filter.is_excluded), filter.key.name()));
    }
    written
}

fn dash(is_excluded: bool) -> &'static str {
    if is_excluded { "-" } else { "" }
}

fn quote(value: &str) -> String {
    if value.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_')) {
        value.to_owned()
    } else if value.contains('"') {
        // Only a value written in single quotes can hold a double one, and none that would
        // close before its end.
        format!("'{value}'")
    } else {
        format!("\"{value}\"")
    }
}

fn range<T: Display + PartialEq>(range: &RangeFilter<T>) -> String {
    match (&range.min, &range.max) {
        (Some(min), Some(max)) if min == max => min.to_string(),
        (Some(min), Some(max)) => format!("{min}-{max}"),
        (Some(min), None) if range.is_min_inclusive => format!(">={min}"),
        (Some(min), None) => format!(">{min}"),
        (None, Some(max)) if range.is_max_inclusive => format!("<={max}"),
        (None, Some(max)) => format!("<{max}"),
        (None, None) => String::new(),
    }
}
