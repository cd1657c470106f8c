//! From the reader to the staging table: lines become COPY text on a thread that may block.

use std::fmt::Write as _;
use std::io::Cursor;
use std::pin::pin;

use futures_util::SinkExt as _;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_postgres::Client;
use uuid::Uuid;

use super::fault;
use super::report::{ImportReport, Problems};
use super::run::{Outside, Progress, Stage};
use crate::catalog::source_url::SourceRef;
use crate::error::{Error, Result};
use crate::transfer::catalogue::{CatalogueReader, CatalogueRow, Problem};

/// Text is handed to the connection in pieces of about this size.
const BATCH_BYTES: usize = 128 * 1024;

/// Pieces that may wait for the connection; bounds memory.
const WAITING_BATCHES: usize = 4;

/// The columns of [`encode`], in order.
const COPY: &str = "copy import_rows (
    line, title, artist, featuring, album, album_artist, disc_number, track_number, duration_ms, release_date,
    release_precision, genres, label, isrc, barcode, explicit, audio_features, popularity, album_mbid, artist_mbid,
    preview_url, lyrics, outside_type, outside_space, outside_id, outside_uri, extra_metadata, links
  ) from stdin";

struct Batch {
    text: String,
    rows: u64,
    bytes_read: u64,
}

/// What the reader's thread has found when it is done.
struct Outcome {
    refused: Problems,
    warnings: Problems,
    recognised: Vec<(String, &'static str)>,
    metadata_columns: Vec<String>,
}

/// Copies every good line into `import_rows`, and notes the others in the report.
pub(super) async fn fill(
    client: &Client,
    reader: CatalogueReader,
    outside: Outside,
    report: &mut ImportReport,
    progress: &mut impl FnMut(Progress),
) -> Result<()> {
    let total_bytes = reader.total_bytes();
    let (sender, mut batches) = mpsc::channel(WAITING_BATCHES);
    let reading = tokio::task::spawn_blocking(move || read(reader, &outside, &sender));
    let sink = client.copy_in::<_, Cursor<String>>(COPY).await.map_err(fault::error)?;
    let mut sink = pin!(sink);
    while let Some(Batch { text, rows, bytes_read }) = batches.recv().await {
        sink.send(Cursor::new(text)).await.map_err(fault::error)?;
        report.rows += rows;
        progress(Progress { stage: Stage::Reading, rows: report.rows, bytes_read, total_bytes });
    }
    // An error of the reader ends the import; dropping the sink takes the copied lines back.
    let outcome = reading.await.map_err(Error::internal)??;
    sink.finish().await.map_err(fault::error)?;
    report.refused = outcome.refused;
    report.warnings = outcome.warnings;
    report.recognised = outcome.recognised;
    report.metadata_columns = outcome.metadata_columns;
    Ok(())
}

fn read(mut reader: CatalogueReader, outside: &Outside, batches: &mpsc::Sender<Batch>) -> Result<Outcome> {
    let mut refused = Problems::default();
    let mut warnings = Problems::default();
    let mut batch = Batch { text: String::new(), rows: 0, bytes_read: 0 };
    loop {
        let row = reader.next_row()?;
        let is_over = row.is_none();
        if let Some(row) = row {
            row.warnings.into_iter().for_each(|warning| warnings.add(warning));
            match row.result.and_then(|parsed| encode(&mut batch.text, row.line, &parsed, outside)) {
                Ok(()) => batch.rows += 1,
                Err(problem) => refused.add(problem),
            }
        }
        if batch.text.len() >= BATCH_BYTES || is_over {
            batch.bytes_read = reader.bytes_read();
            let full = std::mem::replace(&mut batch, Batch { text: String::new(), rows: 0, bytes_read: 0 });
            if batches.blocking_send(full).is_err() {
                // The other side has met an error of its own and tells that one.
                break;
            }
        }
        if is_over {
            break;
        }
    }
    let header = reader.header_report();
    Ok(Outcome { refused, warnings, recognised: header.recognised.clone(), metadata_columns: header.metadata.clone() })
}

/// Appends a line in COPY's text format; nothing is appended when the line is refused.
fn encode(text: &mut String, line: u64, row: &CatalogueRow, outside: &Outside) -> Result<(), Problem> {
    let id = match &row.track_id {
        None => None,
        Some(id) => Some(outside.id(id).map_err(|message| Problem {
            line,
            column: Some("track_id".to_owned()),
            value: Some(id.chars().take(80).collect()),
            message,
        })?),
    };
    let first_day = row.release_date.and_then(|date| Some((date.first_day()?, date.precision())));
    let mut line_text = Line(text);
    line_text.value(line);
    line_text.text(&row.title);
    line_text.text(&row.artist);
    line_text.json(&json!(row.featuring));
    line_text.optional_text(row.album.as_deref());
    line_text.optional_text(row.album_artist.as_deref());
    line_text.optional(row.disc_number);
    line_text.optional(row.track_number);
    line_text.optional(row.duration_ms);
    line_text.optional(first_day.map(|(date, _)| date));
    line_text.optional(first_day.map(|(_, precision)| precision));
    line_text.json(&json!(row.genres));
    line_text.optional_text(row.label.as_deref());
    line_text.optional_text(row.isrc.as_deref());
    line_text.optional_text(row.barcode.as_deref());
    line_text.optional(row.is_explicit);
    line_text.json(&row.features.to_json());
    line_text.optional(row.popularity);
    line_text.optional(row.album_mbid);
    line_text.optional(row.artist_mbid);
    line_text.optional_text(row.preview_url.as_deref());
    line_text.optional_text(row.lyrics.as_deref());
    line_text.optional_text(id.as_ref().map(|_| outside.source_type));
    line_text.optional_text(id.as_ref().map(|_| outside.space.as_str()));
    line_text.optional_text(id.as_ref().map(|id| id.id.as_str()));
    line_text.optional_text(id.as_ref().and_then(|id| id.uri.as_deref()));
    line_text.json(&metadata(row));
    line_text.json(&links(row));
    line_text.end();
    Ok(())
}

/// What has no column: unknown columns, the composer, and the popularity that the file tells, since
/// `tracks.popularity` is computed anew from listens here.
fn metadata(row: &CatalogueRow) -> Value {
    let mut metadata = row.metadata.clone();
    if let Some(composer) = &row.composer {
        metadata.insert("composer".to_owned(), Value::from(composer.as_str()));
    }
    if let Some(popularity) = row.popularity {
        metadata.insert("popularity".to_owned(), Value::from(popularity));
    }
    Value::Object(metadata)
}

fn links(row: &CatalogueRow) -> Value {
    let entry = |of: &str, link: &SourceRef| json!({ "of": of, "type": link.source_type, "id": link.source_id, "uri": link.uri });
    let of_mbid = |of: &str, name: &str, mbid: Option<Uuid>| {
        mbid.map(|mbid| {
            let uri = format!("https://musicbrainz.org/{name}/{mbid}");
            json!({ "of": of, "type": "musicbrainz", "id": mbid.to_string(), "uri": uri })
        })
    };
    let mut links: Vec<Value> = Vec::new();
    links.extend(of_mbid("track", "recording", row.mbid));
    links.extend(row.links.iter().map(|link| entry("track", link)));
    links.extend(row.album_links.iter().filter(|_| row.album.is_some()).map(|link| entry("album", link)));
    links.extend(row.artist_links.iter().map(|link| entry("artist", link)));
    Value::Array(links)
}

/// A line of COPY's text format: values between tabs, `\N` for null.
struct Line<'t>(&'t mut String);

impl Line<'_> {
    fn text(&mut self, value: &str) {
        for character in value.chars() {
            match character {
                '\\' => self.0.push_str("\\\\"),
                '\n' => self.0.push_str("\\n"),
                '\r' => self.0.push_str("\\r"),
                '\t' => self.0.push_str("\\t"),
                character => self.0.push(character),
            }
        }
        self.0.push('\t');
    }

    fn optional_text(&mut self, value: Option<&str>) {
        match value {
            Some(value) => self.text(value),
            None => self.0.push_str("\\N\t"),
        }
    }

    /// A value whose text has nothing to escape.
    fn value(&mut self, value: impl std::fmt::Display) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{value}\t");
    }

    fn optional(&mut self, value: Option<impl std::fmt::Display>) {
        match value {
            Some(value) => self.value(value),
            None => self.0.push_str("\\N\t"),
        }
    }

    fn json(&mut self, value: &Value) {
        self.text(&value.to_string());
    }

    fn end(&mut self) {
        self.0.pop();
        self.0.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_copy_reads_as_signs_is_escaped() {
        let mut text = String::new();
        let mut line = Line(&mut text);
        line.text("a\tb\\N\r\n\\.");
        line.optional_text(None);
        line.value(7);
        line.json(&json!({ "tab": "\t" }));
        line.end();
        assert_eq!(text, "a\\tb\\\\N\\r\\n\\\\.\t\\N\t7\t{\"tab\":\"\\\\t\"}\n");
    }
}
