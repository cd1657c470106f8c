//! Figures on one track. Materialised views `mv_track_charts` and `mv_track_popularity`.
//!
//! The views are brought up to date on a schedule; every figure says when it was computed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Text};

use crate::catalog::track::TrackId;
use crate::db::{Conn, Statement};
use crate::error::Result;
use crate::{closed_set, loader, row};

closed_set! {
    /// A span of time that figures are told for. All end now and are counted in UTC.
    StatsRange {
        /// The last 7 days.
        Week = "week",
        /// The last 30 days.
        Month = "month",
        /// The last 91 days.
        Quarter = "quarter",
        /// The last 182 days.
        HalfYearly = "half_yearly",
        /// The last 365 days.
        Year = "year",
        /// Since Monday.
        ThisWeek = "this_week",
        /// Since the first of the month.
        ThisMonth = "this_month",
        /// Since the first of January.
        ThisYear = "this_year",
        /// Everything that is kept.
        AllTime = "all_time",
    }
}

row! {
    /// Figures on one track in one range.
    TrackStatistics of "c" {
        /// Plays of any length.
        plays: i64,
        /// Distinct people.
        listeners: i64,
        /// Likes.
        likes: i64,
        /// Skips.
        skips: i64,
        /// Mean share of the track that was heard, 0 to 1.
        average_completion: Option<f64>,
        /// Mean time heard, in milliseconds.
        average_play_ms: Option<i32>,
        /// When it was last played.
        last_played_at: Option<DateTime<Utc>>,
    }
}

/// Figures on a track, with the instant they were computed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StatisticsOfTrack {
    /// The track.
    pub track: TrackId,
    /// The range.
    pub range: StatsRange,
}
loader!(StatisticsOfTrack => (Option<TrackStatistics>, DateTime<Utc>), of_tracks);

struct Found {
    key: StatisticsOfTrack,
    computed_at: DateTime<Utc>,
    statistics: Option<TrackStatistics>,
}

impl crate::db::ReadRow for Found {
    fn read<'r, R: diesel::row::Row<'r, diesel::pg::Pg>>(
        columns: &mut crate::db::Columns<'_, R>,
    ) -> diesel::deserialize::Result<Self> {
        let key = StatisticsOfTrack { track: columns.take()?, range: columns.take()? };
        let computed_at = columns.take()?;
        let is_there: bool = columns.take()?;
        let statistics = if is_there { Some(TrackStatistics::read(columns)?) } else { None };
        Ok(Self { key, computed_at, statistics })
    }
}

async fn of_tracks(
    conn: &mut Conn,
    keys: &[StatisticsOfTrack],
) -> Result<HashMap<StatisticsOfTrack, (Option<TrackStatistics>, DateTime<Utc>)>> {
    let mut statement =
        Statement::new("select k.track_id, k.range, coalesce(r.refreshed_at, now()), c.track_id is not null, ");
    statement.push(TrackStatistics::COLUMNS).push(" from unnest(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.track.0));
    statement.push(", ");
    statement.keys::<Text, _>(keys.iter().map(|key| key.range.as_str().to_owned()));
    statement.push(
        ") as k(track_id, range)
        left join mv_track_charts c on c.range = k.range and c.track_id = k.track_id
        left join ops.view_refreshes r on r.view_name = 'mv_track_charts'",
    );
    let rows = statement.load::<Found>(conn).await?;
    Ok(rows.into_iter().map(|found| (found.key, (found.statistics, found.computed_at))).collect())
}
