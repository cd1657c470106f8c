//! Reads a catalogue file line by line: format, header, then one outcome a line.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};

use super::MAX_RECORD_BYTES;
use super::columns::{self, COLUMNS, Column};
use super::csv_records::CsvRecords;
use super::encoding::{self, Input, invalid, unreadable};
use super::json_lines::Lines;
use super::outcome::{self, RowOutcome};

/// Delimiters of CSV that are recognised; of equals the first is taken.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A header and a record a line, with this delimiter: `,`, `;` or a tab.
    Csv(char),
    /// One JSON object a line.
    JsonLines,
}

/// What became of the columns. For JSON Lines it grows with the lines read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeaderReport {
    /// Headers with the documented column each was read as.
    pub recognised: Vec<(String, &'static str)>,
    /// Headers whose values are kept as metadata, under these names.
    pub metadata: Vec<String>,
}

/// Reads a catalogue file in bounded memory. Blocks: run it on the blocking pool.
pub struct CatalogueReader {
    records: Records,
    report: HeaderReport,
    bytes_read: Arc<AtomicU64>,
    total_bytes: Option<u64>,
    is_over: bool,
}

enum Records {
    Csv { records: CsvRecords<Input>, delimiter: u8, headers: Vec<Header> },
    Json { lines: Lines<Input>, seen: BTreeSet<String> },
}

/// A header of a CSV file and what it was read as.
pub(super) struct Header {
    pub name: String,
    pub column: Option<Column>,
}

impl CatalogueReader {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// `Invalid` when the file cannot be read, is empty, is no text, is neither CSV nor JSON
    /// Lines, or when its header lacks a required column or names one twice.
    pub fn open(path: &Path) -> Result<Self> {
        let shown = path.display();
        let cannot_open = |cause| Error::invalid("file", format!("{shown} cannot be opened: {cause}."));
        let file = File::open(path).map_err(cannot_open)?;
        let metadata = file.metadata().map_err(cannot_open)?;
        if metadata.is_dir() {
            return Err(Error::invalid("file", format!("{shown} is a folder; name a CSV or JSON Lines file.")));
        }
        let mut reader = Self::from_reader(file, is_json_name(path))?;
        reader.total_bytes = metadata.is_file().then_some(metadata.len());
        Ok(reader)
    }

    /// Reads from anything; `is_json` says that only JSON Lines are expected.
    ///
    /// # Errors
    /// As [`CatalogueReader::open`].
    pub fn from_reader(reader: impl Read + Send + 'static, is_json: bool) -> Result<Self> {
        let bytes_read = Arc::new(AtomicU64::new(0));
        let mut input = encoding::open(reader, Arc::clone(&bytes_read))?;
        let head = read_head(&mut input)?;
        let first = head.iter().find(|byte| !byte.is_ascii_whitespace()).copied();
        let input = |head: Vec<u8>| -> Input { Box::new(Cursor::new(head).chain(input)) };
        let mut report = HeaderReport::default();
        let records = match first {
            None => {
                return Err(invalid("is empty; it needs a header line with at least title and artist"));
            }
            Some(b'{') => Records::Json { lines: Lines::new(input(head)), seen: BTreeSet::new() },
            Some(b'[') if is_json => {
                return Err(invalid(
                    "holds one JSON array; write one JSON object a line instead (jq -c '.[]' does it)",
                ));
            }
            Some(_) if is_json => {
                return Err(invalid("is named as JSON, but its first line is no JSON object"));
            }
            Some(_) => {
                let delimiter = sniff_delimiter(&head);
                let mut records = CsvRecords::new(input(head), delimiter);
                let headers = read_headers(&mut records, &mut report)?;
                Records::Csv { records, delimiter, headers }
            }
        };
        Ok(Self { records, report, bytes_read, total_bytes: None, is_over: false })
    }

    /// How the file is written.
    #[must_use]
    pub fn format(&self) -> Format {
        match &self.records {
            Records::Csv { delimiter, .. } => Format::Csv(char::from(*delimiter)),
            Records::Json { .. } => Format::JsonLines,
        }
    }

    /// What became of the columns; complete after the last line.
    #[must_use]
    pub fn header_report(&self) -> &HeaderReport {
        &self.report
    }

    /// How many bytes of the file were read, for a progress bar; runs ahead by a buffer.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }

    /// The size of the file in bytes; none for what is no plain file.
    #[must_use]
    pub fn total_bytes(&self) -> Option<u64> {
        self.total_bytes
    }

    /// The outcome of the next line that is not blank; none at the end of the file.
    ///
    /// # Errors
    /// `Invalid` when the file cannot be read on: a quote that is never closed, a CSV record
    /// longer than [`MAX_RECORD_BYTES`], a failing disk. The import has to stop then, and what
    /// it wrote has to be undone.
    pub fn next_row(&mut self) -> Result<Option<RowOutcome>> {
        if self.is_over {
            return Ok(None);
        }
        let next = match &mut self.records {
            Records::Csv { records, headers, .. } => outcome::next_csv_row(records, headers),
            Records::Json { lines, seen } => outcome::next_json_row(lines, seen, &mut self.report),
        };
        self.is_over = !matches!(next, Ok(Some(_)));
        next
    }
}

impl Iterator for CatalogueReader {
    type Item = Result<RowOutcome>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_row().transpose()
    }
}

fn is_json_name(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    ["json", "jsonl", "ndjson"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// The bytes up to the end of the first line that is not blank, to be read again.
fn read_head(input: &mut Input) -> Result<Vec<u8>> {
    let mut head = Vec::new();
    loop {
        let buffer = input.fill_buf().map_err(unreadable)?;
        if buffer.is_empty() || head.len() > MAX_RECORD_BYTES {
            return Ok(head);
        }
        let end = buffer.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let used = end.map_or(buffer.len(), |end| end + 1);
        head.extend_from_slice(buffer.get(..used).unwrap_or_default());
        input.consume(used);
        if end.is_some() && head.iter().any(|byte| !byte.is_ascii_whitespace()) {
            return Ok(head);
        }
    }
}

/// The delimiter under which most headers are columns; of equals, that which gives most headers.
fn sniff_delimiter(head: &[u8]) -> u8 {
    let score = |delimiter: u8| {
        let mut records = CsvRecords::new(head, delimiter);
        // A header that cannot be read with this delimiter speaks against it, no more.
        let Ok(Some(record)) = records.next_record() else {
            return (0, 0);
        };
        let known = record.values().filter(|value| columns::find(&String::from_utf8_lossy(value)).is_some());
        (known.count(), record.len())
    };
    let scored = DELIMITERS.into_iter().rev().max_by_key(|delimiter| score(*delimiter));
    scored.unwrap_or(b',')
}

fn read_headers(records: &mut CsvRecords<Input>, report: &mut HeaderReport) -> Result<Vec<Header>> {
    let Some(record) = records.next_record()? else {
        return Err(invalid("is empty"));
    };
    let line = record.line;
    let mut names = Vec::with_capacity(record.len());
    for (index, value) in record.values().enumerate() {
        let name = std::str::from_utf8(value)
            .map_err(|fault| {
                Error::invalid("file", format!("The header in line {line} {}.", outcome::not_utf8(value, fault)))
            })?
            .trim();
        if name.contains('\0') {
            return Err(invalid("has NUL characters in its header; is it a table in UTF-8?"));
        }
        // Trailing commas and unnamed index columns are usual.
        names.push(if name.is_empty() { format!("column_{}", index + 1) } else { name.to_owned() });
    }
    require_columns(&names, line)?;
    let assigned = columns::assign(names.iter().map(String::as_str));
    let headers: Vec<Header> = names.into_iter().zip(assigned).map(|(name, column)| Header { name, column }).collect();
    for header in &headers {
        report.add(&header.name, header.column);
    }
    Ok(headers)
}

/// A header must name every required column, and nothing twice.
fn require_columns(names: &[String], line: u64) -> Result<()> {
    let mut seen = BTreeSet::new();
    if let Some(name) = names.iter().find(|name| !seen.insert(columns::normalise(name))) {
        return Err(invalid(&format!("names the column `{name}` twice in its header in line {line}; rename one")));
    }
    let found: BTreeSet<Column> =
        names.iter().filter_map(|name| columns::find(name)).map(|(column, _)| column).collect();
    let missing: Vec<&str> =
        COLUMNS.iter().filter(|doc| doc.is_required && !found.contains(&doc.column)).map(|doc| doc.name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let shown: Vec<String> = names.iter().take(20).map(|name| name.chars().take(40).collect()).collect();
    let more = if names.len() > shown.len() { " …" } else { "" };
    Err(invalid(&format!(
        "needs the columns title and artist in its header; line {line} lacks {}, it has: {}{more}",
        missing.join(" and "),
        shown.join(", ")
    )))
}

impl HeaderReport {
    pub(super) fn add(&mut self, name: &str, column: Option<Column>) {
        match column {
            Some(column) => self.recognised.push((name.to_owned(), column.name())),
            None => self.metadata.push(name.to_owned()),
        }
    }
}
