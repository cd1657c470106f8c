//! Checks the values of one line and makes a row of them.
//!
//! `title` and `artist` are required, and `track_id`, where it is given, must be usable, since a
//! repeated import finds its rows by it: a bad one refuses the line. A bad value of any other
//! column is left out with a warning and the line is kept. White space around values is trimmed,
//! blank values count as not given. Lengths are the CHECKs of the tables.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::catalog::identifier;
use crate::catalog::musical_key::Mode;
use crate::catalog::source_url::{LinkKind, recognise_link, web_address};

use super::cell::{self, Read};
use super::columns::Column;
use super::row::{AudioFeatures, CatalogueRow, Problem, ReleaseDate, shorten};

const MAX_TITLE: usize = 500;
const MAX_NAME: usize = 255;
const MAX_LYRICS: usize = 100_000;
const MAX_GENRES: usize = 50;
const MAX_FEATURED: usize = 50;
const MAX_LINKS: usize = 50;
/// The values of one line by column, before they are checked.
#[derive(Default)]
pub(super) struct Cells {
    pub columns: BTreeMap<Column, Value>,
    pub metadata: Map<String, Value>,
}

/// Checks the values of one line; the warnings hold for a refused line too.
pub(super) fn build(line: u64, cells: Cells) -> (Result<CatalogueRow, Problem>, Vec<Problem>) {
    let mut builder = Builder { line, cells, warnings: Vec::new() };
    builder.warn_of_damage();
    let result = builder.row();
    (result, builder.warnings)
}

struct Builder {
    line: u64,
    cells: Cells,
    warnings: Vec<Problem>,
}

impl Builder {
    fn row(&mut self) -> Result<CatalogueRow, Problem> {
        let others = self.take_other_artists();
        let title = self.required(Column::Title, |value| cell::text(value, MAX_TITLE))?;
        let artist = self.required(Column::Artist, |value| cell::text(value, MAX_NAME))?;
        let track_id = self.strict(Column::TrackId, |value| cell::text(value, MAX_NAME))?;
        let mut row = CatalogueRow { title, artist, track_id, ..CatalogueRow::default() };
        row.featuring = self.optional(Column::Featuring, |v| cell::list(v, MAX_NAME, MAX_FEATURED)).unwrap_or(others);
        row.album = self.optional(Column::Album, |value| cell::text(value, MAX_TITLE));
        row.album_artist = self.optional(Column::AlbumArtist, |value| cell::text(value, MAX_NAME));
        row.disc_number = self.optional(Column::DiscNumber, cell::ordinal);
        row.track_number = self.optional(Column::TrackNumber, cell::ordinal);
        let duration = self.optional(Column::Duration, cell::duration);
        row.duration_ms = self.optional(Column::DurationMs, cell::milliseconds).or(duration);
        row.release_date = self.release_date();
        row.genres = self.optional(Column::Genre, |v| cell::list(v, MAX_NAME, MAX_GENRES)).unwrap_or_default();
        row.composer = self.optional(Column::Composer, |value| cell::text(value, 1000));
        row.label = self.optional(Column::Label, |value| cell::text(value, MAX_NAME));
        row.isrc = self.optional(Column::Isrc, |value| {
            let text = cell::text(value, MAX_NAME)?;
            identifier::isrc(&text).ok_or_else(|| "is no ISRC such as USRC17607839".to_owned())
        });
        row.barcode = self.optional(Column::Barcode, |value| {
            let text = cell::text(value, MAX_NAME)?;
            let reason = "is no barcode of 8, 12, 13 or 14 digits with the right check digit";
            identifier::barcode(&text).ok_or_else(|| reason.to_owned())
        });
        row.is_explicit = self.optional(Column::Explicit, cell::truth);
        row.popularity = self.optional(Column::Popularity, cell::popularity);
        row.features = self.features();
        row.mbid = self.optional(Column::Mbid, cell::uuid);
        row.album_mbid = self.optional(Column::AlbumMbid, cell::uuid);
        row.artist_mbid = self.optional(Column::ArtistMbid, cell::uuid);
        row.preview_url = self.optional(Column::PreviewUrl, |value| {
            let text = cell::text(value, usize::MAX)?;
            web_address(&text).ok_or_else(|| "is no http or https address".to_owned())
        });
        row.lyrics = self.optional(Column::Lyrics, |value| cell::long_text(value, MAX_LYRICS));
        self.links(&mut row);
        row.metadata = self.metadata();
        Ok(row)
    }

    /// Of an array of artists the first is the main one; gives the others.
    fn take_other_artists(&mut self) -> Vec<String> {
        let Some(Value::Array(artists)) = self.cells.columns.get(&Column::Artist) else {
            return Vec::new();
        };
        let mut names = artists.clone().into_iter().filter(|name| !cell::is_blank(name));
        let main = names.next().unwrap_or_default();
        let others = Value::Array(names.collect());
        self.cells.columns.insert(Column::Artist, main);
        self.read(Column::Featuring, Some(others), |v| cell::list(v, MAX_NAME, MAX_FEATURED)).unwrap_or_default()
    }

    fn release_date(&mut self) -> Option<ReleaseDate> {
        let year = self.optional(Column::Year, cell::year);
        let date = self.optional(Column::ReleaseDate, cell::date);
        if let (Some(year), Some(date)) = (year, date)
            && year.year != date.year
        {
            let message = format!("is another year than that of release_date, {}, which was taken", date.year);
            self.warn(Column::Year, &year.year.to_string(), message);
        }
        date.or(year)
    }

    fn features(&mut self) -> AudioFeatures {
        let key = self.optional(Column::Key, cell::key).flatten();
        let named_mode = key.and_then(|(_, mode)| mode);
        let mode = self.optional(Column::Mode, cell::mode).or(named_mode);
        let share = |value: &Value| cell::number_in(value, 0.0..=1.0);
        AudioFeatures {
            bpm: self.optional(Column::Bpm, |value| cell::number_in(value, 0.0..=999.999)).filter(|bpm| *bpm > 0.0),
            key: key.map(|(pitch_class, _)| pitch_class),
            mode: mode.map(|mode: Mode| mode as u8),
            time_signature: self
                .optional(Column::TimeSignature, |value| cell::whole_in(value, 0..=12))
                .filter(|beats| *beats > 0),
            loudness: self.optional(Column::Loudness, |value| cell::number_in(value, -100.0..=20.0)),
            energy: self.optional(Column::Energy, share),
            danceability: self.optional(Column::Danceability, share),
            valence: self.optional(Column::Valence, share),
            acousticness: self.optional(Column::Acousticness, share),
            instrumentalness: self.optional(Column::Instrumentalness, share),
            liveness: self.optional(Column::Liveness, share),
            speechiness: self.optional(Column::Speechiness, share),
        }
    }

    fn links(&mut self, row: &mut CatalogueRow) {
        let links = self.optional(Column::Links, cell::links).unwrap_or_default();
        if links.len() > MAX_LINKS {
            let message = format!("has {} links; the first {MAX_LINKS} were taken", links.len());
            self.warn(Column::Links, "", message);
        }
        for link in links.iter().take(MAX_LINKS) {
            let Some(source) = recognise_link(link) else {
                let message = "is neither an http or https address nor `type:id` of a known service";
                self.warn(Column::Links, link, message.to_owned());
                continue;
            };
            let list = match source.kind {
                LinkKind::Track | LinkKind::Unknown => &mut row.links,
                LinkKind::Album => &mut row.album_links,
                LinkKind::Artist => &mut row.artist_links,
                LinkKind::Playlist => {
                    self.warn(Column::Links, link, "is a link to a playlist, not to a track".to_owned());
                    continue;
                }
            };
            if !list.contains(&source) {
                list.push(source);
            }
        }
    }

    fn metadata(&mut self) -> Map<String, Value> {
        let mut kept = Map::new();
        for (name, value) in std::mem::take(&mut self.cells.metadata) {
            if cell::is_blank(&value) {
                continue;
            }
            if name.contains('\0') || cell::holds_nul(&value) {
                let message = "holds a NUL character and was left out";
                self.warnings.push(Problem::of_value(self.line, &shorten(&name), &value.to_string(), message));
                continue;
            }
            kept.insert(name, value);
        }
        kept
    }

    /// Text with U+FFFD was decoded wrongly before it came into this file. It is kept, and said.
    fn warn_of_damage(&mut self) {
        let damaged = self.cells.columns.iter().filter_map(|(column, value)| match value {
            Value::String(text) if text.contains(char::REPLACEMENT_CHARACTER) => Some((*column, text)),
            _ => None,
        });
        let message = "holds U+FFFD: it was damaged by a wrong encoding before this file was written";
        let line = self.line;
        let warnings: Vec<Problem> =
            damaged.map(|(column, text)| Problem::of_value(line, column.name(), text, message)).collect();
        self.warnings.extend(warnings);
    }

    fn required<T>(&mut self, column: Column, read: impl FnOnce(&Value) -> Read<T>) -> Result<T, Problem> {
        self.strict(column, read)?.ok_or_else(|| Problem {
            line: self.line,
            column: Some(column.name().to_owned()),
            value: None,
            message: "is empty; a track needs a title and an artist".to_owned(),
        })
    }

    /// A value that may be missing and must not be bad.
    fn strict<T>(&mut self, column: Column, read: impl FnOnce(&Value) -> Read<T>) -> Result<Option<T>, Problem> {
        let Some(value) = self.cells.columns.remove(&column).filter(|value| !cell::is_blank(value)) else {
            return Ok(None);
        };
        let problem = |reason| Problem::of_value(self.line, column.name(), &as_text(&value), reason);
        read(&value).map(Some).map_err(problem)
    }

    /// A value that may be missing and is left out with a warning when it is bad.
    fn optional<T>(&mut self, column: Column, read: impl FnOnce(&Value) -> Read<T>) -> Option<T> {
        let value = self.cells.columns.remove(&column);
        self.read(column, value, read)
    }

    fn read<T>(&mut self, column: Column, value: Option<Value>, read: impl FnOnce(&Value) -> Read<T>) -> Option<T> {
        let value = value.filter(|value| !cell::is_blank(value))?;
        match read(&value) {
            Ok(read) => Some(read),
            Err(reason) => {
                self.warn(column, &as_text(&value), format!("{reason}; the value was left out"));
                None
            }
        }
    }

    fn warn(&mut self, column: Column, value: &str, message: String) {
        self.warnings.push(Problem::of_value(self.line, column.name(), value, message));
    }
}

fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}
