//! From a record or an object to a row, a row with warnings, or a refused line.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::error::Result;

use super::MAX_RECORD_BYTES;
use super::check::{self, Cells};
use super::columns;
use super::csv_records::CsvRecords;
use super::encoding::Input;
use super::json_lines::Lines;
use super::reader::{Header, HeaderReport};
use super::row::{CatalogueRow, Problem};

/// How many names of unknown columns the report of a JSON Lines file remembers.
const MAX_REPORTED_NAMES: usize = 1000;

/// What became of one line.
#[derive(Debug, Clone, PartialEq)]
pub struct RowOutcome {
    /// The line in which the record begins, from 1.
    pub line: u64,
    /// The row, or why the line was refused.
    pub result: Result<CatalogueRow, Problem>,
    /// Values that were left out, and other things to know.
    pub warnings: Vec<Problem>,
}

fn refused(line: u64, problem: Problem) -> RowOutcome {
    RowOutcome { line, result: Err(problem), warnings: Vec::new() }
}

fn built(line: u64, cells: Cells) -> RowOutcome {
    let (result, warnings) = check::build(line, cells);
    RowOutcome { line, result, warnings }
}

/// The outcome of the next record.
pub(super) fn next_csv_row(records: &mut CsvRecords<Input>, headers: &[Header]) -> Result<Option<RowOutcome>> {
    let Some(record) = records.next_record()? else {
        return Ok(None);
    };
    let line = record.line;
    let span = if record.last_line > line { format!(" (it ends in line {})", record.last_line) } else { String::new() };
    let name = |index: usize| headers.get(index).map_or("", |header| header.name.as_str());
    if let Some(index) = record.stray_text_in {
        let value = record.values().nth(index).map(String::from_utf8_lossy).unwrap_or_default();
        let message = format!(
            "has text after its closing quote{span}; write a quote inside a quoted value twice (\"\"), and quote \
             values that hold the delimiter"
        );
        return Ok(Some(refused(line, Problem::of_value(line, name(index), &value, message))));
    }
    let is_longer = record.values().skip(headers.len()).any(|value| !value.trim_ascii().is_empty());
    if is_longer || record.len() < headers.len() {
        let message = format!(
            "The line has {} values and the header {} columns{span}; is a value with the delimiter inside not \
             quoted, or the line cut off?",
            record.len(),
            headers.len()
        );
        return Ok(Some(refused(line, Problem::of_line(line, message))));
    }
    let mut cells = Cells::default();
    for (header, value) in headers.iter().zip(record.values()) {
        let text = match std::str::from_utf8(value) {
            Ok(text) => text,
            Err(fault) => {
                let shown = String::from_utf8_lossy(value);
                let problem = Problem::of_value(line, &header.name, &shown, not_utf8(value, fault));
                return Ok(Some(refused(line, problem)));
            }
        };
        match header.column {
            Some(column) => {
                cells.columns.insert(column, Value::from(text));
            }
            None => {
                cells.metadata.insert(header.name.clone(), Value::from(text));
            }
        }
    }
    Ok(Some(built(line, cells)))
}

/// The outcome of the next object; `seen` holds the names that the report has.
pub(super) fn next_json_row(
    lines: &mut Lines<Input>,
    seen: &mut BTreeSet<String>,
    report: &mut HeaderReport,
) -> Result<Option<RowOutcome>> {
    let Some(line) = lines.next_line()? else {
        return Ok(None);
    };
    let number = line.number;
    let Some(bytes) = line.bytes else {
        let message = format!("The line is longer than {} KiB.", MAX_RECORD_BYTES / 1024);
        return Ok(Some(refused(number, Problem::of_line(number, message))));
    };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(fault) => {
            let message = format!("The line {}.", not_utf8(bytes, fault));
            return Ok(Some(refused(number, Problem::of_line(number, message))));
        }
    };
    let object: Map<String, Value> = match serde_json::from_str(text) {
        Ok(object) => object,
        Err(fault) => {
            let message = format!("The line is no JSON object: {fault}.");
            return Ok(Some(refused(number, Problem::of_line(number, message))));
        }
    };
    let mut cells = Cells::default();
    let assigned = columns::assign(object.keys().map(String::as_str));
    for ((name, value), column) in object.into_iter().zip(assigned) {
        if seen.len() < MAX_REPORTED_NAMES && !seen.contains(&name) {
            report.add(&name, column);
            seen.insert(name.clone());
        }
        match column {
            Some(column) => {
                cells.columns.insert(column, value);
            }
            None => {
                cells.metadata.insert(name, value);
            }
        }
    }
    Ok(Some(built(number, cells)))
}

/// The end of a sentence that names the first byte that is not UTF-8.
pub(super) fn not_utf8(bytes: &[u8], fault: std::str::Utf8Error) -> String {
    let at = fault.valid_up_to();
    let byte = bytes.get(at).copied().unwrap_or_default();
    format!("holds the byte 0x{byte:02X} as its {}. byte, which is not UTF-8; save the file as UTF-8", at + 1)
}
