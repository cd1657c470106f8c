//! From the bytes of a file to bytes that are UTF-8 or are seen not to be.
//!
//! UTF-8 passes unchanged (a byte order mark is taken off), UTF-16 with a byte order mark is
//! decoded. Nothing is guessed and nothing replaced: what was damaged in UTF-16 becomes a byte
//! that is never valid UTF-8, so the line it stands in is refused further on.

use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE};

use crate::error::{Error, Result};

/// Never part of UTF-8.
const INVALID_BYTE: u8 = 0xFF;
const BUFFER_BYTES: usize = 64 * 1024;

/// Input that hands out text as bytes.
pub(super) type Input = Box<dyn BufRead + Send>;

/// Looks at the first bytes and gives the rest as UTF-8; `bytes_read` counts raw bytes.
///
/// # Errors
/// `Invalid` when the bytes are no text that can be read: compressed, UTF-32, UTF-16 without a mark.
pub(super) fn open(reader: impl Read + Send + 'static, bytes_read: Arc<AtomicU64>) -> Result<Input> {
    let mut raw = BufReader::with_capacity(BUFFER_BYTES, Counted { reader, bytes_read });
    let mut start = Vec::new();
    raw.by_ref().take(4).read_to_end(&mut start).map_err(unreadable)?;
    let plain = |from: usize| -> Vec<u8> { start.get(from..).unwrap_or_default().to_vec() };
    match start.as_slice() {
        [0xFF, 0xFE, 0, 0] | [0, 0, 0xFE, 0xFF] => Err(invalid("is UTF-32; save it as UTF-8")),
        [0x1F, 0x8B, ..] | [b'P', b'K', 3, 4] => {
            Err(invalid("is compressed or a spreadsheet; unpack it, or save the table as CSV in UTF-8"))
        }
        [0xEF, 0xBB, 0xBF, ..] => Ok(Box::new(Cursor::new(plain(3)).chain(raw))),
        [0xFF, 0xFE, ..] => Ok(decoded(UTF_16LE, plain(2), raw)),
        [0xFE, 0xFF, ..] => Ok(decoded(UTF_16BE, plain(2), raw)),
        [0, first, 0, _] | [first, 0, _, 0] if *first != 0 => {
            Err(invalid("looks like UTF-16 without a byte order mark; save it as UTF-8"))
        }
        _ => Ok(Box::new(Cursor::new(plain(0)).chain(raw))),
    }
}

/// A whole-file problem, as a sentence about the file.
pub(super) fn invalid(problem: &str) -> Error {
    Error::invalid("file", format!("The file {problem}."))
}

/// The file could not be read on.
pub(super) fn unreadable(cause: io::Error) -> Error {
    Error::invalid("file", format!("The file cannot be read: {cause}."))
}

fn decoded(encoding: &'static encoding_rs::Encoding, start: Vec<u8>, raw: impl BufRead + Send + 'static) -> Input {
    Box::new(Utf16 {
        input: Cursor::new(start).chain(raw),
        decoder: encoding.new_decoder_without_bom_handling(),
        text: Vec::new(),
        taken: 0,
        is_done: false,
    })
}

struct Counted<R> {
    reader: R,
    bytes_read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.bytes_read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

struct Utf16<R> {
    input: R,
    decoder: Decoder,
    text: Vec<u8>,
    taken: usize,
    is_done: bool,
}

impl<R: BufRead> BufRead for Utf16<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.taken >= self.text.len() && !self.is_done {
            let raw = self.input.fill_buf()?;
            let is_last = raw.is_empty();
            self.text.resize(BUFFER_BYTES, 0);
            let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(raw, &mut self.text, is_last);
            self.input.consume(read);
            self.text.truncate(written);
            self.taken = 0;
            match result {
                DecoderResult::InputEmpty => self.is_done = is_last,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.text.push(INVALID_BYTE),
            }
        }
        Ok(self.text.get(self.taken..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.taken += amount;
    }
}

impl<R: BufRead> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}
