//! Figures on what one person heard, computed from their history when they are asked for.
//!
//! A person's history in a span is small beside everybody's, and its index leads right to it, so
//! these figures are never old. All days and hours are in UTC.

use std::collections::HashMap;

use chrono::{DateTime, Datelike as _, Duration, NaiveDate, Utc};
use diesel::sql_types::{BigInt, Bool, Timestamptz};

use super::charts::Ranked;
use super::statistics::StatsRange;
use crate::account::user::UserId;
use crate::catalog::album::AlbumId;
use crate::catalog::artist::ArtistId;
use crate::catalog::track::TrackId;
use crate::db::{Column, Conn, Statement};
use crate::error::Result;
use crate::loader;

impl StatsRange {
    /// When the span begins that ends at `now`: as `ops.statistics_ranges` has it.
    #[must_use]
    pub fn since(self, now: DateTime<Utc>) -> DateTime<Utc> {
        let today = now.date_naive();
        let first = |day: Option<NaiveDate>| day.unwrap_or(today).and_time(chrono::NaiveTime::MIN).and_utc();
        match self {
            Self::Week => now - Duration::days(7),
            Self::Month => now - Duration::days(30),
            Self::Quarter => now - Duration::days(91),
            Self::HalfYearly => now - Duration::days(182),
            Self::Year => now - Duration::days(365),
            Self::ThisWeek => {
                first(today.checked_sub_signed(Duration::days(i64::from(today.weekday().num_days_from_monday()))))
            }
            Self::ThisMonth => first(today.with_day(1)),
            Self::ThisYear => first(NaiveDate::from_ymd_opt(today.year(), 1, 1)),
            Self::AllTime => DateTime::UNIX_EPOCH,
        }
    }
}

/// How often one value occurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The value.
    pub key: String,
    /// How often.
    pub count: i64,
}

/// What a person heard in one span.
#[derive(Debug, Clone, Default)]
pub struct Listening {
    /// Listens.
    pub listens: i64,
    /// Time of all plays, in milliseconds.
    pub time_ms: i64,
    /// Distinct tracks listened to.
    pub tracks: i64,
    /// Distinct artists listened to.
    pub artists: i64,
    /// Listens of tracks that were not listened to before the span.
    pub new_listens: i64,
    /// Listens by day, `2026-01-31`, the first day first; days without are left out.
    pub by_day: Vec<Tally>,
    /// Listens by hour, `00` to `23`; hours without are left out.
    pub by_hour: Vec<Tally>,
    /// Listens by slug of the genre, the most first, at most 20; a track counts for each of its genres.
    pub by_genre: Vec<Tally>,
    /// Listens by decade of release, as `1990s`, the first first.
    pub by_decade: Vec<Tally>,
}

impl Listening {
    /// The longest run of days in a row with a listen.
    #[must_use]
    pub fn longest_streak_days(&self) -> i64 {
        let days = self.by_day.iter().filter_map(|day| day.key.parse::<NaiveDate>().ok());
        let (mut longest, mut run, mut before) = (0, 0, None);
        for day in days {
            run = if before.is_some_and(|before: NaiveDate| before.succ_opt() == Some(day)) { run + 1 } else { 1 };
            longest = longest.max(run);
            before = Some(day);
        }
        longest
    }
}

/// What a person heard in a span. Whoever asks for others sees only those whose history is public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ListeningOf {
    /// The person.
    pub person: UserId,
    /// The span.
    pub range: StatsRange,
    /// Whether the person asks for themself.
    pub is_own: bool,
}
loader!(ListeningOf => (Listening, DateTime<Utc>), of_persons);

/// What one of the keys asks, told as rows of kind, value and number.
const FIGURES: &str = "
    with heard as materialized (
        select t.id as track_id, t.artist_id, t.genres, t.release_date, i.created_at, i.play_duration_ms, i.counts_as_listen
        from user_interactions i
        join tracks x on x.id = i.track_id
        join tracks t on t.id = coalesce(x.merged_into_id, x.id)
        where i.user_id = k.person and i.created_at >= k.since and i.created_at <= k.until and i.interaction_type = 'play'
    ), listens as materialized (
        select h.* from heard h where h.counts_as_listen
    ), tracks_heard as materialized (
        select l.track_id, count(*) as n, exists (
            select from user_interactions e
            where e.user_id = k.person and e.track_id = l.track_id and e.interaction_type = 'play'
                and e.counts_as_listen and e.created_at < k.since
        ) as is_known
        from listens l group by l.track_id
    )
    select 'time' as kind, '' as key, coalesce(sum(h.play_duration_ms), 0)::bigint as n from heard h
    union all select 'tracks', '', count(*) from tracks_heard
    union all select 'new', '', coalesce(sum(d.n) filter (where not d.is_known), 0)::bigint from tracks_heard d
    union all select 'artists', '', count(distinct l.artist_id) from listens l
    union all select 'day', to_char(l.created_at at time zone 'UTC', 'YYYY-MM-DD'), count(*) from listens l group by 2
    union all select 'hour', to_char(l.created_at at time zone 'UTC', 'HH24'), count(*) from listens l group by 2
    union all (
        select 'genre', g.slug, count(*) from listens l cross join jsonb_array_elements_text(l.genres) g(slug)
        group by 2 order by 3 desc, 2 limit 20
    )
    union all
    select 'decade', (extract(year from l.release_date)::int / 10 * 10)::text || 's', count(*)
    from listens l where l.release_date is not null group by 2";

async fn of_persons(conn: &mut Conn, keys: &[ListeningOf]) -> Result<HashMap<ListeningOf, (Listening, DateTime<Utc>)>> {
    let now = Utc::now();
    let mut statement = Statement::new("select k.place, f.kind, f.key, f.n from unnest(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.person.0)).push(", ");
    let since: Vec<DateTime<Utc>> = keys.iter().map(|key| key.range.since(now)).collect();
    statement.bind::<diesel::sql_types::Array<Timestamptz>, _>(since).push(", ");
    let own: Vec<bool> = keys.iter().map(|key| key.is_own).collect();
    statement.bind::<diesel::sql_types::Array<Bool>, _>(own).push(
        ") with ordinality as s(person, since, is_own, place) cross join lateral (
            select s.place, s.person, s.since, ",
    );
    statement.bind::<Timestamptz, _>(now).push(
        " as until
            where s.is_own or ops.shows_history(s.person)
        ) k cross join lateral (",
    );
    statement.push(FIGURES).push(") f order by k.place, f.kind").private();
    let mut found: HashMap<ListeningOf, (Listening, DateTime<Utc>)> = HashMap::new();
    for (place, kind, key, count) in statement.load::<(i64, String, String, i64)>(conn).await? {
        let Some(asked) = usize::try_from(place - 1).ok().and_then(|place| keys.get(place)) else { continue };
        let (figures, _) = found.entry(*asked).or_insert_with(|| (Listening::default(), now));
        let tally = Tally { key, count };
        match kind.as_str() {
            "time" => figures.time_ms = count,
            "tracks" => figures.tracks = count,
            "new" => figures.new_listens = count,
            "artists" => figures.artists = count,
            "day" => figures.by_day.push(tally),
            "hour" => figures.by_hour.push(tally),
            "genre" => figures.by_genre.push(tally),
            _ => figures.by_decade.push(tally),
        }
    }
    for (figures, _) in found.values_mut() {
        figures.listens = figures.by_day.iter().map(|day| day.count).sum();
        for list in [&mut figures.by_day, &mut figures.by_hour, &mut figures.by_decade] {
            list.sort_by(|one, other| one.key.cmp(&other.key));
        }
        figures.by_genre.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.key.cmp(&other.key)));
    }
    Ok(found)
}

/// The tracks that a person listened to most, for that person; one more than `size` when there are more.
///
/// # Errors
/// What the database reports.
pub async fn top_tracks(conn: &mut Conn, viewer: UserId, range: StatsRange, size: i32) -> Result<Vec<Ranked<TrackId>>> {
    top(conn, "t.id", "", viewer, range, size).await
}

/// The artists that a person listened to most, for that person; one more than `size` when there are more.
///
/// # Errors
/// What the database reports.
pub async fn top_artists(
    conn: &mut Conn,
    viewer: UserId,
    range: StatsRange,
    size: i32,
) -> Result<Vec<Ranked<ArtistId>>> {
    let survivor = " join artists a on a.id = t.artist_id";
    top(conn, "coalesce(a.merged_into_id, a.id)", survivor, viewer, range, size).await
}

/// The albums that a person listened to most, for that person; one more than `size` when there are more.
///
/// # Errors
/// What the database reports.
pub async fn top_albums(conn: &mut Conn, viewer: UserId, range: StatsRange, size: i32) -> Result<Vec<Ranked<AlbumId>>> {
    let survivor = " join albums b on b.id = t.album_id";
    top(conn, "coalesce(b.merged_into_id, b.id)", survivor, viewer, range, size).await
}

async fn top<I: Column + Send + 'static>(
    conn: &mut Conn,
    thing: &'static str,
    join: &'static str,
    viewer: UserId,
    range: StatsRange,
    size: i32,
) -> Result<Vec<Ranked<I>>> {
    let now = Utc::now();
    let mut statement = Statement::new("select ");
    statement.push(thing).push(
        ", count(*) from user_interactions i join tracks x on x.id = i.track_id
        join tracks t on t.id = coalesce(x.merged_into_id, x.id)",
    );
    statement.push(join).push(" where i.interaction_type = 'play' and i.counts_as_listen and i.user_id = ");
    statement.bind::<BigInt, _>(viewer.0).push(" and i.created_at >= ").bind::<Timestamptz, _>(range.since(now));
    statement.push(" and i.created_at <= ").bind::<Timestamptz, _>(now);
    statement.private().push(" group by 1 order by 2 desc, 1 limit ").push((i64::from(size) + 1).to_string());
    let rows = statement.load::<(I, i64)>(conn).await?;
    Ok(rows.into_iter().map(|(id, listens)| Ranked { id, listens }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_streak_is_days_in_a_row() {
        let heard = |days: &[&str]| {
            let by_day = days.iter().map(|day| Tally { key: (*day).to_owned(), count: 1 }).collect();
            Listening { by_day, ..Listening::default() }.longest_streak_days()
        };
        assert_eq!(heard(&[]), 0);
        assert_eq!(heard(&["2026-01-31"]), 1);
        assert_eq!(heard(&["2026-01-30", "2026-01-31", "2026-02-01", "2026-02-03", "2026-02-04"]), 3);
    }

    #[test]
    fn spans_begin_where_the_calendar_says() {
        let now: DateTime<Utc> = "2026-11-22T18:00:00Z".parse().unwrap();
        for (range, expected) in [
            (StatsRange::Week, "2026-11-15T18:00:00Z"),
            (StatsRange::ThisWeek, "2026-11-16T00:00:00Z"),
            (StatsRange::ThisMonth, "2026-11-01T00:00:00Z"),
            (StatsRange::ThisYear, "2026-01-01T00:00:00Z"),
            (StatsRange::Year, "2025-11-22T18:00:00Z"),
        ] {
            assert_eq!(range.since(now), expected.parse::<DateTime<Utc>>().unwrap(), "{range:?}");
        }
    }
}
