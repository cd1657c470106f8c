//! From pieces of text to words and filters. Never fails: what is odd becomes words and a warning.

use crate::catalog::musical_key::{Mode, MusicalKey, parse_note};
use crate::catalog::{identifier, source_url};

use super::lexer::{Body, Lexer, Quoting, Token, clean};
use super::query::{KeyFilter, ParsedQuery, RangeFilter, Term, TextFilter};
use super::value;

/// Longer texts are cut here; bounds the work one search can cause.
pub const MAX_INPUT_CHARACTERS: usize = 512;
/// The most words and phrases, and also the most filters, of one query.
pub const MAX_TERMS: usize = 32;
/// Further warnings say nothing new, and each is a sentence to send.
const MAX_WARNINGS: usize = 10;
/// How much of a value a warning repeats, in characters.
const MAX_QUOTED_CHARACTERS: usize = 40;

/// The names of the filters, in the order in which [`ParsedQuery::normalised`] writes them.
pub const FILTER_NAMES: [&str; 12] =
    ["artist", "album", "track", "genre", "label", "country", "isrc", "barcode", "source", "year", "bpm", "key"];

/// Reads a search text; see the module's documentation for the language.
///
/// Takes any text; past [`MAX_INPUT_CHARACTERS`] characters it is cut, past [`MAX_TERMS`] terms
/// or filters the rest is left out, both with a warning. NUL characters are dropped.
#[must_use]
pub fn parse(input: &str) -> ParsedQuery {
    let (text, is_cut) = clean(input, MAX_INPUT_CHARACTERS);
    let mut parser = Parser::default();
    if is_cut {
        parser
            .warn(format!("The search is longer than {MAX_INPUT_CHARACTERS} characters; only its beginning was read."));
    }
    let mut lexer = Lexer::new(&text);
    while let Some(token) = lexer.next() {
        parser.take(token, &mut lexer);
    }
    parser.finish()
}

#[derive(Default)]
struct Parser {
    query: ParsedQuery,
    /// Terms and filters past the limits.
    left_out: usize,
}

/// A filter as it was written.
#[derive(Clone, Copy)]
struct Pair<'a> {
    name: &'a str,
    value: &'a str,
    is_quoted: bool,
    is_excluded: bool,
}

impl Parser {
    fn take<'a>(&mut self, token: Token<'a>, lexer: &mut Lexer<'a>) {
        let Token { is_excluded, body } = token;
        match body {
            Body::Word(word) => self.add_words(word, is_excluded),
            Body::Phrase { text, is_closed } => {
                if !is_closed {
                    self.warn("A double quote is not closed; the rest was read as one phrase.".to_owned());
                }
                self.add_phrase(text, is_excluded);
            }
            Body::Pair { name, value, quoting } => {
                let pair = Pair {
                    name,
                    value,
                    is_quoted: matches!(quoting, Quoting::Quoted | Quoting::Unclosed),
                    is_excluded,
                };
                match filter_name(name) {
                    Some(name) => self.take_filter(Pair { name, ..pair }, quoting, lexer),
                    None => self.take_unknown(pair),
                }
            }
        }
    }

    fn take_unknown(&mut self, pair: Pair<'_>) {
        let looks_meant = pair.name.len() > 1 && pair.name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
        if looks_meant && !pair.value.is_empty() && !pair.value.starts_with("//") {
            self.warn(format!(
                "There is no filter `{}:`, it was read as words; the filters are {}.",
                shorten(pair.name),
                FILTER_NAMES.join(", ")
            ));
        }
        if pair.is_quoted && !pair.is_excluded {
            self.add_words(pair.name, false);
            self.add_phrase(pair.value, false);
        } else {
            self.add_words(&format!("{} {}", pair.name, pair.value), pair.is_excluded);
        }
    }

    fn take_filter<'a>(&mut self, pair: Pair<'a>, quoting: Quoting, lexer: &mut Lexer<'a>) {
        let Pair { name, value, is_excluded, .. } = pair;
        match quoting {
            Quoting::Unclosed => {
                self.warn(format!("The double quote after `{name}:` is not closed; the rest was read as its value."));
            }
            Quoting::Apostrophe => self.warn(format!(
                "The single quote after `{name}:` is not closed; the value was read up to the next space."
            )),
            Quoting::Bare | Quoting::Quoted => {}
        }
        if value.trim().is_empty() {
            self.warn(format!("`{name}:` has no value and was left out; write the value right after the colon."));
            return;
        }
        match name {
            "year" => match value::years(value) {
                Some(read) => {
                    let range = self.turned(read, pair);
                    self.push_filter(|query| query.filters.year.push(range));
                }
                None => self.refuse(pair, "a year, a range or a decade, such as 1970, 1970-1980 or 70s"),
            },
            "bpm" => match value::tempos(value) {
                Some(read) => {
                    let range = self.turned(read, pair);
                    self.push_filter(|query| query.filters.bpm.push(range));
                }
                None => self.refuse(pair, "a tempo from 0 to 1000 or a range, such as 120, 120-130 or >120"),
            },
            "key" => match read_key(pair, lexer) {
                Some(key) => self.push_filter(|query| query.filters.key.push(KeyFilter { key, is_excluded })),
                None => self.refuse(pair, "a key such as Am, C#, \"Db major\" or 8A"),
            },
            "country" => self.take_checked(pair, value::country(value), "a country code of two letters, such as GB"),
            "isrc" => self.take_checked(pair, identifier::isrc(value), "an ISRC, such as USRC17607839"),
            "barcode" => {
                self.take_checked(
                    pair,
                    identifier::barcode(value),
                    "a barcode of 8, 12, 13 or 14 digits with its check digit",
                );
            }
            "source" => {
                let known = source_url::source_type(value.trim()).map(str::to_owned);
                self.take_checked(pair, known, &format!("one of {}", source_url::SOURCE_TYPES.join(", ")));
            }
            _ => {
                let value = collapse(value);
                self.push_text(name, TextFilter { value, is_excluded });
            }
        }
    }

    fn take_checked(&mut self, pair: Pair<'_>, value: Option<String>, expected: &str) {
        match value {
            Some(value) => self.push_text(pair.name, TextFilter { value, is_excluded: pair.is_excluded }),
            None => self.refuse(pair, expected),
        }
    }

    fn turned<T: Copy>(&mut self, read: (RangeFilter<T>, bool), pair: Pair<'_>) -> RangeFilter<T> {
        let (range, is_swapped) = read;
        if is_swapped {
            self.warn(format!("`{}:{}` begins after its end; the two were swapped.", pair.name, shorten(pair.value)));
        }
        RangeFilter { is_excluded: pair.is_excluded, ..range }
    }

    /// A known filter with a value that it cannot have: the value becomes words.
    fn refuse(&mut self, pair: Pair<'_>, expected: &str) {
        self.warn(format!(
            "`{}:{}` was read as words; `{}:` takes {expected}.",
            pair.name,
            shorten(pair.value),
            pair.name
        ));
        if pair.is_quoted {
            self.add_phrase(pair.value, pair.is_excluded);
        } else {
            self.add_words(pair.value, pair.is_excluded);
        }
    }

    fn push_text(&mut self, name: &str, filter: TextFilter) {
        self.push_filter(|query| {
            let filters = &mut query.filters;
            let list = match name {
                "artist" => &mut filters.artist,
                "album" => &mut filters.album,
                "track" => &mut filters.track,
                "genre" => &mut filters.genre,
                "label" => &mut filters.label,
                "country" => &mut filters.country,
                "isrc" => &mut filters.isrc,
                "barcode" => &mut filters.barcode,
                _ => &mut filters.source,
            };
            list.push(filter);
        });
    }

    fn push_filter(&mut self, push: impl FnOnce(&mut ParsedQuery)) {
        if self.query.filters.count() < MAX_TERMS {
            push(&mut self.query);
        } else {
            self.left_out += 1;
        }
    }

    /// Words split where a canonical text could not hold them in one: at spaces, colons and
    /// quotes. Several excluded ones are a phrase: `-mood:happy` must not exclude all "mood".
    fn add_words(&mut self, text: &str, is_excluded: bool) {
        let words: Vec<&str> = text
            .split([' ', ':', '"'])
            .map(|word| word.trim_start_matches('-'))
            .filter(|word| !word.is_empty())
            .collect();
        if is_excluded && words.len() > 1 {
            self.add_phrase(&words.join(" "), true);
            return;
        }
        for word in words {
            self.push_term(word.to_owned(), false, is_excluded);
        }
    }

    fn add_phrase(&mut self, text: &str, is_excluded: bool) {
        let text = collapse(&text.replace('"', " "));
        if !text.is_empty() {
            self.push_term(text, true, is_excluded);
        }
    }

    fn push_term(&mut self, text: String, is_phrase: bool, is_excluded: bool) {
        if self.query.terms.len() < MAX_TERMS {
            self.query.terms.push(Term { text, is_phrase, is_excluded });
        } else {
            self.left_out += 1;
        }
    }

    fn warn(&mut self, warning: String) {
        if self.query.warnings.len() < MAX_WARNINGS {
            self.query.warnings.push(warning);
        }
    }

    fn finish(mut self) -> ParsedQuery {
        // The canonical text can be longer than what was typed (70s is 1970-1979) and has to
        // be readable itself.
        while self.query.normalised().chars().count() > MAX_INPUT_CHARACTERS && self.query.terms.pop().is_some() {
            self.left_out += 1;
        }
        if self.left_out > 0 {
            // Always told, even where the list of warnings is full.
            self.query.warnings.truncate(MAX_WARNINGS - 1);
            self.query.warnings.push(format!(
                "The search is too long; the last {} of its words or filters were left out (at most {MAX_TERMS} of each).",
                self.left_out
            ));
        }
        self.query
    }
}

/// The name of a filter for what was written, in any case, aliases too.
fn filter_name(written: &str) -> Option<&'static str> {
    let written = written.to_ascii_lowercase();
    let name = match written.as_str() {
        "title" => "track",
        "upc" => "barcode",
        name => name,
    };
    FILTER_NAMES.into_iter().find(|known| *known == name)
}

/// A key; `key:A minor` needs no quotes, the next word is taken when it can only be a mode.
fn read_key<'a>(pair: Pair<'a>, lexer: &mut Lexer<'a>) -> Option<MusicalKey> {
    let key = MusicalKey::parse(pair.value)?;
    if !pair.is_quoted
        && let Some((_, None)) = parse_note(pair.value)
        && let Some(word) = lexer.take_word_if(|word| word.len() > 1 && Mode::from_name(word).is_some())
        && let Some(mode) = Mode::from_name(word)
    {
        return Some(key.in_mode(mode));
    }
    Some(key)
}

fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(MAX_QUOTED_CHARACTERS).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
