//! What a line of a catalogue file comes to: a validated track, or a problem.

use std::fmt;

use chrono::NaiveDate;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::catalog::source_url::SourceRef;

/// How much of a value a report repeats, in characters.
const MAX_REPORTED: usize = 80;

/// What is wrong with a line or with one value of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line in which the record begins, from 1; the header is line 1.
    pub line: u64,
    /// The documented name of the column; none when the whole line is meant.
    pub column: Option<String>,
    /// The value, shortened.
    pub value: Option<String>,
    /// What is wrong, and what would be right; begins with a verb when there is a value.
    pub message: String,
}

/// A track as the file describes it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CatalogueRow {
    /// 1 to 500 characters.
    pub title: String,
    /// The main artist, 1 to 255 characters.
    pub artist: String,
    /// Featured artists, in order.
    pub featuring: Vec<String>,
    /// Title of the album.
    pub album: Option<String>,
    /// Artist of the album, where the file names one.
    pub album_artist: Option<String>,
    /// Disc, 1 to 9999.
    pub disc_number: Option<i32>,
    /// Number on the disc, 1 to 9999.
    pub track_number: Option<i32>,
    /// 1 to 86,400,000 milliseconds.
    pub duration_ms: Option<i32>,
    /// Release, as exact as the file says it.
    pub release_date: Option<ReleaseDate>,
    /// Names of genres as written.
    pub genres: Vec<String>,
    /// Composers as text.
    pub composer: Option<String>,
    /// Record label.
    pub label: Option<String>,
    /// In its stored form.
    pub isrc: Option<String>,
    /// Of the album, in its stored form.
    pub barcode: Option<String>,
    /// Whether the words are explicit.
    pub is_explicit: Option<bool>,
    /// Measured features.
    pub features: AudioFeatures,
    /// 0 to 1.
    pub popularity: Option<f64>,
    /// MusicBrainz id of the recording.
    pub mbid: Option<Uuid>,
    /// MusicBrainz id of the release.
    pub album_mbid: Option<Uuid>,
    /// MusicBrainz id of the artist.
    pub artist_mbid: Option<Uuid>,
    /// Links to the track.
    pub links: Vec<SourceRef>,
    /// Links to its album.
    pub album_links: Vec<SourceRef>,
    /// Links to its artist.
    pub artist_links: Vec<SourceRef>,
    /// Address of an excerpt.
    pub preview_url: Option<String>,
    /// Words of the song.
    pub lyrics: Option<String>,
    /// The id at the place the file comes from.
    pub track_id: Option<String>,
    /// Values of columns that have no other place, by header.
    pub metadata: Map<String, Value>,
}

/// A date that knows how exact it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReleaseDate {
    /// 1000 to 2200.
    pub year: i32,
    /// 1 to 12.
    pub month: Option<u32>,
    /// 1 to 31; only with a month.
    pub day: Option<u32>,
}

/// Features of a recording; names and ranges are those of `tracks.audio_features`.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
#[expect(missing_docs, reason = "names and ranges are documented in the table of columns")]
pub struct AudioFeatures {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpm: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_signature: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loudness: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub energy: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub danceability: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valence: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acousticness: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instrumentalness: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liveness: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speechiness: Option<f64>,
}

impl AudioFeatures {
    /// The object for `tracks.audio_features`: only features that are known.
    #[must_use]
    pub fn to_json(&self) -> Value {
        // Numbers and options only: this cannot fail, and an empty object would be its answer.
        serde_json::to_value(self).unwrap_or_else(|_| Value::Object(Map::new()))
    }
}

impl ReleaseDate {
    /// The first day that the date may mean.
    #[must_use]
    pub fn first_day(self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1))
    }

    /// `year`, `month` or `day`, as `release_precision` stores it.
    #[must_use]
    pub fn precision(self) -> &'static str {
        match (self.month, self.day) {
            (None, _) => "year",
            (Some(_), None) => "month",
            (Some(_), Some(_)) => "day",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}", self.line)?;
        if let Some(column) = &self.column {
            write!(formatter, ", {column}")?;
        }
        match &self.value {
            Some(value) => write!(formatter, ": \"{value}\" {}", self.message),
            None => write!(formatter, ": {}", self.message),
        }
    }
}

impl Problem {
    /// A problem of the whole line.
    pub(super) fn of_line(line: u64, message: impl Into<String>) -> Self {
        Self { line, column: None, value: None, message: message.into() }
    }

    /// A problem of one value.
    pub(super) fn of_value(line: u64, column: &str, value: &str, message: impl Into<String>) -> Self {
        Self { line, column: Some(column.to_owned()), value: Some(shorten(value)), message: message.into() }
    }
}

/// Text as a report repeats it: on one line, cut.
pub(super) fn shorten(text: &str) -> String {
    let text = text.trim();
    let mut short: String = text.chars().take(MAX_REPORTED).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if short.len() < text.len() && text.chars().nth(MAX_REPORTED).is_some() {
        short.push('…');
    }
    short
}
