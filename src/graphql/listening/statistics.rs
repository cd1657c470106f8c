//! Figures on a track as a type.

use async_graphql::SimpleObject;
use chrono::{DateTime, Utc};

use crate::graphql::scalars::{Long, to_int};
use crate::listening::statistics::{self, StatsRange};

/// How a track was heard here in one span of time.
#[derive(Debug, SimpleObject)]
pub struct TrackStatistics {
    /// The span.
    range: StatsRange,
    /// Plays of any length.
    plays: Long,
    /// Distinct people who played it.
    listeners: i32,
    /// Likes.
    likes: i32,
    /// Skips.
    skips: i32,
    /// Mean share of the track that was heard, 0 to 1; none without plays.
    average_completion: Option<f64>,
    /// Mean time heard, in milliseconds; none without plays.
    average_play_ms: Option<i32>,
    /// When it was last played in the span.
    last_played_at: Option<DateTime<Utc>>,
    /// When these figures were computed.
    computed_at: DateTime<Utc>,
}

impl TrackStatistics {
    /// The figures as loaded; zeros where nothing was heard.
    #[must_use]
    pub fn new(range: StatsRange, found: Option<(Option<statistics::TrackStatistics>, DateTime<Utc>)>) -> Self {
        let (figures, computed_at) = found.unwrap_or_else(|| (None, Utc::now()));
        let Some(figures) = figures else {
            return Self {
                range,
                plays: Long(0),
                listeners: 0,
                likes: 0,
                skips: 0,
                average_completion: None,
                average_play_ms: None,
                last_played_at: None,
                computed_at,
            };
        };
        Self {
            range,
            plays: Long(figures.plays),
            listeners: to_int(figures.listeners),
            likes: to_int(figures.likes),
            skips: to_int(figures.skips),
            average_completion: figures.average_completion,
            average_play_ms: figures.average_play_ms,
            last_played_at: figures.last_played_at,
            computed_at,
        }
    }
}
