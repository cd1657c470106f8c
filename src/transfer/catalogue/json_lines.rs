//! Splits JSON Lines into lines, in bounded memory.

use std::io::BufRead;

use crate::error::Result;

use super::MAX_RECORD_BYTES;
use super::encoding::unreadable;

/// Reads lines one by one; line ends are LF, CRLF or CR.
pub(super) struct Lines<R> {
    input: R,
    line: u64,
    is_after_cr: bool,
    bytes: Vec<u8>,
}

/// One line that is not blank.
pub(super) struct Line<'a> {
    /// Its number, from 1.
    pub number: u64,
    /// Its bytes without the line end; none when it is longer than [`MAX_RECORD_BYTES`].
    pub bytes: Option<&'a [u8]>,
}

impl<R: BufRead> Lines<R> {
    pub fn new(input: R) -> Self {
        Self { input, line: 0, is_after_cr: false, bytes: Vec::new() }
    }

    /// The next line that is not blank.
    ///
    /// # Errors
    /// `Invalid` when the input cannot be read.
    pub fn next_line(&mut self) -> Result<Option<Line<'_>>> {
        loop {
            let Some(is_too_long) = self.read_line()? else {
                return Ok(None);
            };
            let is_blank = self.bytes.iter().all(u8::is_ascii_whitespace);
            if is_too_long || !is_blank {
                let bytes = (!is_too_long).then_some(self.bytes.as_slice());
                return Ok(Some(Line { number: self.line, bytes }));
            }
        }
    }

    /// Whether the line was too long; none at the end.
    fn read_line(&mut self) -> Result<Option<bool>> {
        self.bytes.clear();
        let mut is_too_long = false;
        let mut has_bytes = false;
        loop {
            let buffer = self.input.fill_buf().map_err(unreadable)?;
            if buffer.is_empty() {
                self.line += u64::from(has_bytes);
                return Ok(has_bytes.then_some(is_too_long));
            }
            let skipped = usize::from(self.is_after_cr && buffer.first() == Some(&b'\n'));
            self.is_after_cr = false;
            let rest = buffer.get(skipped..).unwrap_or_default();
            let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let content = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            has_bytes |= end.is_some() || !content.is_empty();
            is_too_long |= self.bytes.len() + content.len() > MAX_RECORD_BYTES;
            if !is_too_long {
                self.bytes.extend_from_slice(content);
            }
            if let Some(end) = end {
                self.is_after_cr = rest.get(end) == Some(&b'\r');
                self.input.consume(skipped + end + 1);
                self.line += 1;
                return Ok(Some(is_too_long));
            }
            let used = buffer.len();
            self.input.consume(used);
        }
    }
}
