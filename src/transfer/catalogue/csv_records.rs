//! Splits CSV (RFC 4180) into records, strictly and in bounded memory.
//!
//! Not the `csv` crate, for three reasons: it takes `"a"b` and an open quote at the end of the
//! file without a word, which loses songs silently; it lets a record grow without bound; and it
//! does not say where in the record the fault lies. Line ends are LF, CRLF or CR. Spaces around
//! a quoted value are allowed; a quote inside a bare value (`7" single`) is a character.

use std::io::BufRead;

use crate::error::{Error, Result};

use super::MAX_RECORD_BYTES;
use super::encoding::unreadable;

/// Reads records one by one.
pub(super) struct CsvRecords<R> {
    input: R,
    delimiter: u8,
    /// The line of the next byte, from 1.
    line: u64,
    /// Whether the last byte was CR, so that an LF now belongs to it.
    is_after_cr: bool,
    record: CsvRecord,
}

/// The values of one record, in one buffer that is used again.
#[derive(Default)]
pub(super) struct CsvRecord {
    /// The lines in which it begins and ends, from 1.
    pub line: u64,
    pub last_line: u64,
    /// The index of the value after whose closing quote more text stands.
    pub stray_text_in: Option<usize>,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// Nothing but spaces yet.
    Start,
    Bare,
    Quoted,
    /// After a quote inside a quoted value: the end, or half of an escaped quote.
    Quote,
    /// After the closing quote and a space.
    Closed,
}

impl CsvRecord {
    /// How many values there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The values as bytes, quotes taken off.
    pub fn values(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.bytes.get(start..*end).unwrap_or_default())
    }

    /// An empty line, or a line of delimiters only as spreadsheets append them.
    fn is_blank(&self) -> bool {
        self.bytes.iter().all(|byte| *byte == b' ')
    }

    fn begin(&mut self, line: u64) {
        self.line = line;
        self.last_line = line;
        self.stray_text_in = None;
        self.bytes.clear();
        self.ends.clear();
    }

    /// Forgets the spaces in front of an opening quote.
    fn restart_value(&mut self) {
        self.bytes.truncate(self.ends.last().copied().unwrap_or_default());
    }
}

impl<R: BufRead> CsvRecords<R> {
    pub fn new(input: R, delimiter: u8) -> Self {
        Self { input, delimiter, line: 1, is_after_cr: false, record: CsvRecord::default() }
    }

    /// The next record that holds any value.
    ///
    /// # Errors
    /// `Invalid` when a quote is never closed, when a record is longer than
    /// [`MAX_RECORD_BYTES`], or when the input cannot be read. Reading cannot go on then.
    pub fn next_record(&mut self) -> Result<Option<&CsvRecord>> {
        loop {
            if !self.read_record()? {
                return Ok(None);
            }
            if !self.record.is_blank() {
                return Ok(Some(&self.record));
            }
        }
    }

    /// Reads one record into `self.record`; false at the end of the input.
    fn read_record(&mut self) -> Result<bool> {
        let mut state = State::Start;
        let mut quote_line = self.line;
        let mut has_bytes = false;
        self.record.begin(self.line);
        loop {
            let buffer = self.input.fill_buf().map_err(unreadable)?;
            if buffer.is_empty() {
                if state == State::Quoted {
                    return Err(open_quote(quote_line, self.record.len()));
                }
                if has_bytes {
                    self.record.ends.push(self.record.bytes.len());
                }
                return Ok(has_bytes);
            }
            let mut used = 0;
            let mut is_complete = false;
            for &byte in buffer {
                used += 1;
                let is_line_end = matches!(byte, b'\n' | b'\r');
                let is_rest_of_crlf = byte == b'\n' && self.is_after_cr;
                self.is_after_cr = byte == b'\r';
                if is_line_end && !is_rest_of_crlf {
                    self.line += 1;
                }
                if is_rest_of_crlf && state != State::Quoted {
                    continue;
                }
                has_bytes = true;
                if is_line_end && state != State::Quoted {
                    is_complete = true;
                    break;
                }
                if byte == b'"' && state == State::Start {
                    quote_line = self.line;
                }
                state = self.record.take(state, byte, self.delimiter);
            }
            self.input.consume(used);
            let size = self.record.bytes.len() + self.record.ends.len();
            if size > MAX_RECORD_BYTES {
                return Err(if state == State::Quoted {
                    open_quote(quote_line, self.record.len())
                } else {
                    too_long(self.record.line)
                });
            }
            if is_complete {
                self.record.ends.push(self.record.bytes.len());
                self.record.last_line = self.line.saturating_sub(1).max(self.record.line);
                return Ok(true);
            }
            self.record.last_line = self.line;
        }
    }
}

impl CsvRecord {
    /// Takes one byte that ends no record.
    fn take(&mut self, state: State, byte: u8, delimiter: u8) -> State {
        match (state, byte) {
            (State::Quoted, b'"') => State::Quote,
            (State::Quote, b'"') | (State::Quoted, _) => {
                self.bytes.push(byte);
                State::Quoted
            }
            (_, byte) if byte == delimiter => {
                self.ends.push(self.bytes.len());
                State::Start
            }
            (State::Start, b'"') => {
                self.restart_value();
                State::Quoted
            }
            (State::Start, b' ') => {
                self.bytes.push(byte);
                State::Start
            }
            (State::Start | State::Bare, _) => {
                self.bytes.push(byte);
                State::Bare
            }
            (State::Quote | State::Closed, b' ') => State::Closed,
            (State::Quote | State::Closed, _) => {
                self.stray_text_in.get_or_insert(self.ends.len());
                self.bytes.push(byte);
                State::Bare
            }
        }
    }
}

fn open_quote(line: u64, index: usize) -> Error {
    Error::invalid(
        "file",
        format!(
            "Line {line}, value {}: a double quote opens here and is not closed within {} KiB or by the end \
             of the file. Close it, or write a quote inside a quoted value twice (\"\").",
            index + 1,
            MAX_RECORD_BYTES / 1024
        ),
    )
}

fn too_long(line: u64) -> Error {
    let kib = MAX_RECORD_BYTES / 1024;
    Error::invalid("file", format!("Line {line} is longer than {kib} KiB; this is no table of tracks."))
}
