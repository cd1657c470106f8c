//! Figures on what one person heard, as types.

use async_graphql::{Context, Result, SimpleObject};
use chrono::{DateTime, Utc};

use crate::account::scope::Scope;
use crate::account::user::UserId;
use crate::graphql::catalog::search::Bucket;
use crate::graphql::context::{loaders, viewer};
use crate::graphql::scalars::{Long, to_int};
use crate::listening::person::{Listening, ListeningOf, Tally};
use crate::listening::statistics::StatsRange;

/// What a person heard in one span of time. Listens are plays of half of the track or four minutes.
/// Days and hours are in UTC.
#[derive(Debug, SimpleObject)]
pub struct ListeningStatistics {
    /// The span.
    range: StatsRange,
    /// Listens.
    listens: i32,
    /// Time of all plays, in milliseconds.
    listening_time_ms: Long,
    /// Distinct tracks listened to.
    unique_tracks: i32,
    /// Distinct artists listened to.
    unique_artists: i32,
    /// Listens by day, as `2026-01-31`, the first day first; days without are left out.
    by_day: Vec<Bucket>,
    /// Listens by hour of the day, `00` to `23`; hours without are left out.
    by_hour: Vec<Bucket>,
    /// Listens by slug of the genre, the most first, at most 20. A track counts for each of its genres.
    by_genre: Vec<Bucket>,
    /// Listens by decade of release, as `1990s`, the first decade first.
    by_decade: Vec<Bucket>,
    /// Share of the listens, 0 to 1, of tracks that were not listened to before the span; 0 without
    /// listens.
    new_versus_familiar: f64,
    /// The longest run of days in a row with a listen.
    longest_streak_days: i32,
    /// When these figures were computed.
    computed_at: DateTime<Utc>,
}

fn share(part: i64, of: i64) -> f64 {
    // Numbers of listens are far below 2^53.
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

fn buckets(tallies: &[Tally]) -> Vec<Bucket> {
    let all = tallies.iter().map(|tally| tally.count).sum();
    let bucket =
        |tally: &Tally| Bucket { key: tally.key.clone(), count: to_int(tally.count), share: share(tally.count, all) };
    tallies.iter().map(bucket).collect()
}

impl ListeningStatistics {
    fn new(range: StatsRange, (figures, computed_at): &(Listening, DateTime<Utc>)) -> Self {
        Self {
            range,
            listens: to_int(figures.listens),
            listening_time_ms: Long(figures.time_ms),
            unique_tracks: to_int(figures.tracks),
            unique_artists: to_int(figures.artists),
            by_day: buckets(&figures.by_day),
            by_hour: buckets(&figures.by_hour),
            by_genre: buckets(&figures.by_genre),
            by_decade: buckets(&figures.by_decade),
            new_versus_familiar: share(figures.new_listens, figures.listens),
            longest_streak_days: to_int(figures.longest_streak_days()),
            computed_at: *computed_at,
        }
    }
}

/// What a person heard, for themself, and for others while their history is public.
///
/// # Errors
/// What the database reports.
pub async fn statistics_of(
    ctx: &Context<'_>,
    person: UserId,
    range: StatsRange,
) -> Result<Option<ListeningStatistics>> {
    let is_own = viewer(ctx).is_some_and(|viewer| viewer.user == person && viewer.may(Scope::HistoryRead));
    let found = loaders(ctx)?.load_one(ListeningOf { person, range, is_own }).await?;
    Ok(found.map(|found| ListeningStatistics::new(range, &found)))
}
