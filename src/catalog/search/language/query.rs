//! What a search text means: words, filters and warnings, as plain values.

use serde_json::{Map, Value, json};

use crate::catalog::musical_key::MusicalKey;

/// A search text that was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ParsedQuery {
    /// Words and phrases, in the order they were written; all of them have to hold.
    pub terms: Vec<Term>,
    /// Filters by name.
    pub filters: Filters,
    /// Sentences for the person who typed: what was not read as it may have been meant.
    pub warnings: Vec<String>,
}

/// A word or a phrase to be found, or not to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// One word, or the words of a phrase with single spaces between them; never empty.
    pub text: String,
    /// Whether the words have to stand next to each other in this order.
    pub is_phrase: bool,
    /// Whether what holds it is left out of the answer.
    pub is_excluded: bool,
}

/// The filters of a query. In each list, those not excluded are alternatives: any may hold.
/// Every excluded one has to fail.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filters {
    /// Artist names, to be compared folded.
    pub artist: Vec<TextFilter>,
    /// Album titles, to be compared folded.
    pub album: Vec<TextFilter>,
    /// Track titles, to be compared folded; written `track:` or `title:`.
    pub track: Vec<TextFilter>,
    /// Genre names, slugs or aliases.
    pub genre: Vec<TextFilter>,
    /// Record labels.
    pub label: Vec<TextFilter>,
    /// Years of release; both bounds are inclusive.
    pub year: Vec<RangeFilter<i32>>,
    /// Beats per minute.
    pub bpm: Vec<RangeFilter<f64>>,
    /// Musical keys.
    pub key: Vec<KeyFilter>,
    /// Countries of artists, ISO 3166-1 alpha-2 in upper case.
    pub country: Vec<TextFilter>,
    /// ISRCs in their stored form.
    pub isrc: Vec<TextFilter>,
    /// Barcodes in their stored form, check digit proven; written `barcode:` or `upc:`.
    pub barcode: Vec<TextFilter>,
    /// Source types as stored: `spotify`, `apple_music` …
    pub source: Vec<TextFilter>,
}

/// A filter by text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFilter {
    /// What is looked for; never empty.
    pub value: String,
    /// Whether what matches is left out.
    pub is_excluded: bool,
}

/// A filter by number; at least one bound is there, and `min` is never above `max`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RangeFilter<T> {
    /// Lower bound.
    pub min: Option<T>,
    /// Upper bound.
    pub max: Option<T>,
    /// Whether `min` itself is inside; true without a lower bound.
    pub is_min_inclusive: bool,
    /// Whether `max` itself is inside; true without an upper bound.
    pub is_max_inclusive: bool,
    /// Whether what lies inside is left out.
    pub is_excluded: bool,
}

/// A filter by musical key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyFilter {
    /// The key, pitch class and mode.
    pub key: MusicalKey,
    /// Whether what is in this key is left out.
    pub is_excluded: bool,
}

impl RangeFilter<f64> {
    /// The interval to compare measured tempos with.
    ///
    /// A single whole number means every tempo that rounds to it: `bpm:128` becomes
    /// `127.5 <= bpm < 128.5`, since measured tempos are seldom whole. Others stay as they are.
    #[must_use]
    pub fn rounded(self) -> Self {
        match (self.min, self.max) {
            (Some(min), Some(max)) if min == max && min.fract() == 0.0 => Self {
                min: Some(min - 0.5),
                max: Some(max + 0.5),
                is_min_inclusive: true,
                is_max_inclusive: false,
                ..self
            },
            _ => self,
        }
    }
}

impl ParsedQuery {
    /// Whether nothing is asked for: everything matches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.filters.is_empty()
    }
}

impl Filters {
    /// The lists of text filters with their names, in the order in which they are written.
    pub(super) fn texts(&self) -> [(&'static str, &Vec<TextFilter>); 9] {
        [
            ("artist", &self.artist),
            ("album", &self.album),
            ("track", &self.track),
            ("genre", &self.genre),
            ("label", &self.label),
            ("country", &self.country),
            ("isrc", &self.isrc),
            ("barcode", &self.barcode),
            ("source", &self.source),
        ]
    }

    /// How many filters there are, over all names.
    #[must_use]
    pub fn count(&self) -> usize {
        let texts: usize = self.texts().iter().map(|(_, list)| list.len()).sum();
        texts + self.year.len() + self.bpm.len() + self.key.len()
    }

    /// Whether there is no filter at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// The filters for the API: an object of lists by filter name, only of filters that are there.
    ///
    /// Texts are `{value, isExcluded}`; ranges `{min, max, isMinInclusive, isMaxInclusive,
    /// isExcluded}` with null for an open end; keys `{key, pitchClass, mode, camelot, isExcluded}`
    /// with pitch class 0 to 11 and mode 0 (minor) or 1 (major).
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        for (name, list) in self.texts() {
            put(&mut object, name, list, |filter| json!({ "value": filter.value, "isExcluded": filter.is_excluded }));
        }
        put(&mut object, "year", &self.year, range_to_json);
        put(&mut object, "bpm", &self.bpm, range_to_json);
        put(&mut object, "key", &self.key, |filter| {
            json!({
                "key": filter.key.name(),
                "pitchClass": filter.key.pitch_class(),
                "mode": filter.key.mode() as u8,
                "camelot": filter.key.camelot(),
                "isExcluded": filter.is_excluded,
            })
        });
        Value::Object(object)
    }
}

fn range_to_json<T: Copy + Into<Value>>(range: &RangeFilter<T>) -> Value {
    json!({
        "min": range.min.map(Into::into),
        "max": range.max.map(Into::into),
        "isMinInclusive": range.is_min_inclusive,
        "isMaxInclusive": range.is_max_inclusive,
        "isExcluded": range.is_excluded,
    })
}

fn put<T>(object: &mut Map<String, Value>, name: &str, list: &[T], to_json: impl Fn(&T) -> Value) {
    if !list.is_empty() {
        object.insert(name.to_owned(), list.iter().map(to_json).collect());
    }
}
