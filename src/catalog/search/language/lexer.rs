//! Splits a search text into words, phrases and `name:value` pairs; knows no filter names.

/// One piece of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    /// Whether a `-` stands in front.
    pub is_excluded: bool,
    /// What it is.
    pub body: Body<'a>,
}

/// The kinds of pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body<'a> {
    /// Characters without space, double quote and leading `-`; colons may be inside.
    Word(&'a str),
    /// What stands between double quotes.
    Phrase { text: &'a str, is_closed: bool },
    /// `name:value`, the name not empty and the value without its quotes.
    Pair { name: &'a str, value: &'a str, quoting: Quoting },
}

/// How a value was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoting {
    Bare,
    Quoted,
    /// A double quote opens and none closes: the value is the rest of the text.
    Unclosed,
    /// A single quote opens and none closes: it counts as an apostrophe of a bare value.
    Apostrophe,
}

/// Reads tokens off a cleaned text (see [`clean`]).
pub(super) struct Lexer<'a> {
    rest: &'a str,
}

/// Makes the text safe and simple: NUL goes, white space and control characters become spaces,
/// typographic double quotes (telephones write them) become plain ones.
pub(super) fn clean(input: &str, max_characters: usize) -> (String, bool) {
    let mut characters = input.chars().filter(|c| *c != '\0').map(|c| match c {
        '“' | '”' | '„' | '‟' => '"',
        c if c.is_whitespace() || c.is_control() => ' ',
        c => c,
    });
    let text = characters.by_ref().take(max_characters).collect();
    // White space past the end is nothing that anybody would miss.
    let is_cut = characters.any(|c| c != ' ');
    (text, is_cut)
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    /// Takes the next piece if it is the bare word `accept` agrees to.
    ///
    /// For values of two words that need no quotes, `key:A minor`.
    pub fn take_word_if(&mut self, accept: impl Fn(&str) -> bool) -> Option<&'a str> {
        let text = self.rest.strip_prefix(' ')?.trim_start_matches(' ');
        let (word, rest) = split_bare(text);
        if rest.starts_with('"') || !accept(word) {
            return None;
        }
        self.rest = rest;
        Some(word)
    }

    /// Everything up to a double quote, which it takes too.
    fn take_quoted(&mut self, text: &'a str) -> (&'a str, bool) {
        if let Some((inside, rest)) = text.split_once('"') {
            self.rest = rest;
            (inside, true)
        } else {
            self.rest = "";
            (text, false)
        }
    }

    fn take_value(&mut self, text: &'a str) -> (&'a str, Quoting) {
        if let Some(text) = text.strip_prefix('"') {
            let (value, is_closed) = self.take_quoted(text);
            let quoting = if is_closed { Quoting::Quoted } else { Quoting::Unclosed };
            return (value, quoting);
        }
        if let Some(text) = text.strip_prefix('\'')
            && let Some((value, rest)) = split_single_quoted(text)
        {
            self.rest = rest;
            return (value, Quoting::Quoted);
        }
        let (value, rest) = split_bare(text);
        self.rest = rest;
        let quoting = if value.starts_with('\'') { Quoting::Apostrophe } else { Quoting::Bare };
        (value, quoting)
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let text = self.rest.trim_start_matches(' ');
            let body = text.trim_start_matches('-');
            let is_excluded = body.len() < text.len();
            if body.is_empty() {
                self.rest = "";
                return None;
            }
            if body.starts_with(' ') {
                // A dash on its own, as in "Artist - Title", says nothing.
                self.rest = body;
                continue;
            }
            if let Some(inside) = body.strip_prefix('"') {
                let (text, is_closed) = self.take_quoted(inside);
                let body = Body::Phrase { text, is_closed };
                return Some(Token { is_excluded, body });
            }
            let (word, rest) = split_bare(body);
            if let Some((name, _)) = word.split_once(':')
                && !name.is_empty()
                && let Some(after) = body.get(name.len() + 1..)
            {
                let (value, quoting) = self.take_value(after);
                let body = Body::Pair { name, value, quoting };
                return Some(Token { is_excluded, body });
            }
            self.rest = rest;
            return Some(Token { is_excluded, body: Body::Word(word) });
        }
    }
}

/// A bare word ends at a space or at a double quote.
fn split_bare(text: &str) -> (&str, &str) {
    let end = text.find([' ', '"']).unwrap_or(text.len());
    text.split_at(end)
}

/// A single quote closes only before a space or the end: `'Don't Stop'` is one value.
fn split_single_quoted(text: &str) -> Option<(&str, &str)> {
    text.match_indices('\'')
        .map(|(at, quote)| (text.get(..at), text.get(at + quote.len()..)))
        .find_map(|(value, rest)| Some((value?, rest?)).filter(|(_, rest)| rest.is_empty() || rest.starts_with(' ')))
}
