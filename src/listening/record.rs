//! Taking in what people did, many at once: each row is taken, known already, or refused for itself.
//!
//! An event that the client gave an id is kept once, whatever it was told in between. Of a play
//! without one, the rule in [`super::rule`] tells whether another report told of it. A person's
//! reports are taken one call after another, so that two calls do not take the same play twice.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Datelike as _, Duration, NaiveDate, Utc};
use diesel::sql_types::{
    Array, BigInt, Bool, Date, Double, Integer, Interval, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use serde_json::Value;
use uuid::Uuid;

use super::interaction::{DeviceType, Interaction, InteractionType, SkipReason};
use super::rule::{self, Report};
use crate::account::user::UserId;
use crate::catalog::source::SourceType;
use crate::catalog::track::TrackId;
use crate::db::{Conn, Statement};
use crate::error::{Reason, Rejection, Result};
use crate::library::follow::ContextType;

/// Rows of one call at most.
pub const MAX_ROWS: usize = 1_000;

/// The longest that anything lasts, in milliseconds: 24 days (ListenBrainz `api_tools.py`).
const LONGEST_MS: i32 = 24 * 24 * 60 * 60 * 1_000;

/// Bytes of the metadata of one row as JSON.
const MAX_METADATA: usize = 10_240;

/// An id of a client is looked for so far around the instant of its event.
const EVENT_ID_WITHIN: Duration = Duration::days(1);

/// Months that have a partition of their own without being asked for.
const MONTHS_READY: i32 = 23;

/// Something somebody did, as a client tells it.
#[derive(Debug, Clone)]
pub struct NewInteraction {
    /// The client's own id of the event.
    pub client_event_id: Option<Uuid>,
    /// The track.
    pub track: TrackId,
    /// What they did.
    pub interaction_type: InteractionType,
    /// When; of a play, its start.
    pub occurred_at: DateTime<Utc>,
    /// What it was heard in.
    pub context_type: Option<ContextType>,
    /// Key of the thing it was heard in.
    pub context_id: Option<i64>,
    /// Time listened, in milliseconds.
    pub play_duration_ms: Option<i32>,
    /// The track's length as the client knows it, in milliseconds.
    pub track_duration_ms: Option<i32>,
    /// Where it was skipped, in milliseconds.
    pub skip_position_ms: Option<i32>,
    /// Why it was skipped.
    pub skip_reason: Option<SkipReason>,
    /// What it was heard with.
    pub device_type: Option<DeviceType>,
    /// The sitting.
    pub session_id: Option<Uuid>,
    /// The service that tells of it; none: the client itself.
    pub origin: Option<SourceType>,
    /// Anything else: an object.
    pub metadata: Option<Value>,
}

impl NewInteraction {
    /// Checks the row, and puts its instant right where the client's clock runs a little ahead;
    /// `path` is its place in the call.
    ///
    /// # Errors
    /// The first rule it breaks.
    pub fn checked(mut self, path: &str, now: DateTime<Utc>) -> Result<Self, Rejection> {
        let fault = |reason, field: &str, rule, message: String| {
            Err(Rejection::new(reason, &format!("{path}.{field}"), rule, message))
        };
        let Some(at) = rule::plausible(self.occurred_at, now) else {
            let message = format!("{} is in the future, or before October 2002", self.occurred_at);
            return fault(Reason::OutOfRange, "occurredAt", "interaction.time", message);
        };
        // As the database keeps it.
        self.occurred_at = DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at);
        for (field, given, least) in [
            ("playDurationMs", self.play_duration_ms, 0),
            ("trackDurationMs", self.track_duration_ms, 1),
            ("skipPositionMs", self.skip_position_ms, 0),
        ] {
            if let Some(given) = given
                && !(least..=LONGEST_MS).contains(&given)
            {
                let message = format!("{given} ms is no such time; it is {least} to {LONGEST_MS} ms, which is 24 days");
                return fault(Reason::OutOfRange, field, "interaction.duration", message);
            }
        }
        if self.context_id.is_some() && self.context_type.is_none() {
            let message = "contextId says in what, and contextType in what kind of thing".to_owned();
            return fault(Reason::Required, "contextType", "interaction.context", message);
        }
        if self.skip_reason.is_some() && self.interaction_type != InteractionType::Skip {
            let message = "only a SKIP has a reason".to_owned();
            return fault(Reason::Invalid, "skipReason", "interaction.skip", message);
        }
        if let Some(metadata) = &self.metadata {
            let text = metadata.to_string();
            if !metadata.is_object() || text.contains("\\u0000") {
                let message = "metadata is a JSON object without NUL characters".to_owned();
                return fault(Reason::Invalid, "metadata", "interaction.metadata", message);
            }
            if text.len() > MAX_METADATA {
                let message = format!("metadata has at most {MAX_METADATA} bytes as JSON");
                return fault(Reason::TooLong, "metadata", "interaction.metadata", message);
            }
        }
        Ok(self)
    }

    fn report(&self) -> Report<Option<SourceType>> {
        Report { origin: self.origin, at: self.occurred_at }
    }
}

/// A row with what the catalogue knows.
struct Row {
    new: NewInteraction,
    /// The track's length in milliseconds, from the client or the catalogue.
    track_ms: Option<i32>,
}

impl Row {
    fn counts(&self) -> bool {
        let track_ms = self.track_ms.map(i64::from);
        match (self.new.interaction_type, self.new.play_duration_ms) {
            (InteractionType::Play, Some(played)) => rule::counts(i64::from(played), track_ms),
            (InteractionType::Play, None) => self.new.origin.is_some() && rule::counts_as_told(track_ms),
            _ => false,
        }
    }

    fn completion(&self) -> Option<f64> {
        let (played, track) = (self.new.play_duration_ms?, self.track_ms?);
        Some((f64::from(played) * 100.0 / f64::from(track)).min(100.0))
    }
}

/// What became of one row.
#[derive(Debug, Clone)]
pub enum Recorded {
    /// It was taken.
    Accepted(Box<Interaction>),
    /// It is known already.
    Duplicate,
}

/// Takes rows in, which were checked; what became of each, in their order. With `dry_run`, what
/// would become of them: all that is not known already would be taken, and no row is told.
///
/// # Errors
/// What the database reports.
pub async fn record(
    conn: &mut Conn,
    viewer: UserId,
    rows: Vec<NewInteraction>,
    dry_run: bool,
) -> Result<Vec<Option<Recorded>>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut lock = Statement::new("select pg_advisory_xact_lock(hashtext('listening.record'), (");
    lock.bind::<BigInt, _>(viewer.0).push(" % 2147483647)::integer)");
    lock.execute(conn).await?;
    let lengths = lengths(conn, &rows).await?;
    let rows: Vec<Row> = rows
        .into_iter()
        .map(|new| {
            let track_ms = new.track_duration_ms.or_else(|| lengths.get(&new.track).copied().flatten());
            Row { new, track_ms }
        })
        .collect();
    let mut known = known_within(&rows);
    known.extend(known_before(conn, viewer, &rows).await?);
    let fresh: Vec<(usize, &Row)> = rows.iter().enumerate().filter(|(place, _)| !known.contains(place)).collect();
    let mut outcome: Vec<Option<Recorded>> = (0..rows.len()).map(|_| Some(Recorded::Duplicate)).collect();
    if dry_run {
        fresh.iter().for_each(|(place, _)| outcome[*place] = None);
        return Ok(outcome);
    }
    let inserted = insert(conn, viewer, &fresh).await?;
    for ((place, _), row) in fresh.iter().zip(inserted) {
        outcome[*place] = Some(Recorded::Accepted(Box::new(row)));
    }
    Ok(outcome)
}

async fn lengths(conn: &mut Conn, rows: &[NewInteraction]) -> Result<HashMap<TrackId, Option<i32>>> {
    let tracks: HashSet<i64> =
        rows.iter().filter(|row| row.track_duration_ms.is_none()).map(|row| row.track.0).collect();
    if tracks.is_empty() {
        return Ok(HashMap::new());
    }
    let mut statement = Statement::new("select t.id, t.duration_ms from tracks t where t.id = any(");
    statement.keys::<BigInt, _>(tracks).push(")");
    Ok(statement.load::<(TrackId, Option<i32>)>(conn).await?.into_iter().collect())
}

/// Rows that an earlier one of the same call tells of.
fn known_within(rows: &[Row]) -> HashSet<usize> {
    let mut events = HashSet::new();
    let mut plays: HashMap<TrackId, Vec<&Row>> = HashMap::new();
    let mut known = HashSet::new();
    for (place, row) in rows.iter().enumerate() {
        let is_play = row.new.interaction_type == InteractionType::Play;
        let earlier = plays.entry(row.new.track).or_default();
        let is_known = match row.new.client_event_id {
            Some(event) => !events.insert(event),
            None => {
                let track_ms = row.track_ms.map(i64::from);
                is_play
                    && earlier.iter().any(|other| rule::is_same_play(other.new.report(), row.new.report(), track_ms))
            }
        };
        if is_known {
            known.insert(place);
        } else if is_play {
            earlier.push(row);
        }
    }
    known
}

/// Rows that the table tells of already.
async fn known_before(conn: &mut Conn, viewer: UserId, rows: &[Row]) -> Result<HashSet<usize>> {
    let (Some(first), Some(last)) =
        (rows.iter().map(|row| row.new.occurred_at).min(), rows.iter().map(|row| row.new.occurred_at).max())
    else {
        return Ok(HashSet::new());
    };
    let (first, last) = (first - EVENT_ID_WITHIN, last + EVENT_ID_WITHIN);
    let events: Vec<_> =
        rows.iter().enumerate().filter_map(|(place, row)| Some((place, row.new.client_event_id?))).collect();
    let plays: Vec<_> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.new.client_event_id.is_none() && row.new.interaction_type == InteractionType::Play)
        .collect();
    let place = |place: usize| i64::try_from(place).unwrap_or(i64::MAX);
    let mut statement = Statement::default();
    if !events.is_empty() {
        let (places, ids): (Vec<i64>, Vec<Uuid>) = events.iter().map(|(at, event)| (place(*at), *event)).unzip();
        let times: Vec<DateTime<Utc>> =
            events.iter().filter_map(|(at, _)| rows.get(*at)).map(|row| row.new.occurred_at).collect();
        statement.push("select g.place from unnest(").bind::<Array<BigInt>, _>(places).push(", ");
        statement.bind::<Array<SqlUuid>, _>(ids).push(", ").bind::<Array<Timestamptz>, _>(times);
        statement.push(
            ") g(place, event, at) join user_interactions i on i.client_event_id = g.event
            and i.created_at between g.at - interval '1 day' and g.at + interval '1 day'",
        );
        push_between(&mut statement, viewer, first, last);
    }
    if !plays.is_empty() {
        if !events.is_empty() {
            statement.push(" union all ");
        }
        let places: Vec<i64> = plays.iter().map(|(at, _)| place(*at)).collect();
        let tracks: Vec<i64> = plays.iter().map(|(_, row)| row.new.track.0).collect();
        let times: Vec<DateTime<Utc>> = plays.iter().map(|(_, row)| row.new.occurred_at).collect();
        let origins: Vec<Option<String>> =
            plays.iter().map(|(_, row)| row.new.origin.map(|origin| origin.as_str().to_owned())).collect();
        let windows: Vec<Duration> =
            plays.iter().map(|(_, row)| rule::same_play_within(row.track_ms.map(i64::from))).collect();
        statement.push("select g.place from unnest(").bind::<Array<BigInt>, _>(places).push(", ");
        statement.bind::<Array<BigInt>, _>(tracks).push(", ").bind::<Array<Timestamptz>, _>(times).push(", ");
        statement.bind::<Array<Nullable<Text>>, _>(origins).push(", ").bind::<Array<Interval>, _>(windows);
        statement.push(
            ") g(place, track, at, origin, apart)
            join user_interactions i on i.interaction_type = 'play'
                and i.created_at >= g.at - g.apart and i.created_at <= g.at + g.apart
                and case when i.origin is not distinct from g.origin then i.created_at = g.at
                    else i.created_at > g.at - g.apart and i.created_at < g.at + g.apart end",
        );
        push_between(&mut statement, viewer, first, last);
        statement.push(" join tracks x on x.id = i.track_id and coalesce(x.merged_into_id, x.id) = g.track");
    }
    if events.is_empty() && plays.is_empty() {
        return Ok(HashSet::new());
    }
    let found = statement.load::<i64>(conn).await?;
    Ok(found.into_iter().filter_map(|place| usize::try_from(place).ok()).collect())
}

/// Adds whose rows are looked at, and in which months.
fn push_between(statement: &mut Statement, viewer: UserId, first: DateTime<Utc>, last: DateTime<Utc>) {
    statement.push(" and i.user_id = ").bind::<BigInt, _>(viewer.0);
    statement.push(" and i.created_at >= ").bind::<Timestamptz, _>(first);
    statement.push(" and i.created_at <= ").bind::<Timestamptz, _>(last);
}

/// Writes rows, all in one statement; as they are now, in their order.
async fn insert(conn: &mut Conn, viewer: UserId, fresh: &[(usize, &Row)]) -> Result<Vec<Interaction>> {
    if fresh.is_empty() {
        return Ok(Vec::new());
    }
    fn of<T>(fresh: &[(usize, &Row)], value: impl Fn(&Row) -> T) -> Vec<T> {
        fresh.iter().map(|(_, row)| value(row)).collect()
    }
    fn word(word: Option<&'static str>) -> Option<String> {
        word.map(str::to_owned)
    }
    let mut statement = Statement::new(
        "with taken as (
            insert into user_interactions as i (user_id, track_id, interaction_type, created_at, context_type,
                context_id, play_duration_ms, track_duration_ms, completion_percentage, skip_position_ms, skip_reason,
                device_type, session_id, client_event_id, origin, counts_as_listen, extra_metadata)
            select ",
    );
    statement.bind::<BigInt, _>(viewer.0).push(", g.* from unnest(");
    statement.bind::<Array<BigInt>, _>(of(fresh, |row| row.new.track.0)).push(", ");
    statement.bind::<Array<Text>, _>(of(fresh, |row| row.new.interaction_type.as_str().to_owned())).push(", ");
    statement.bind::<Array<Timestamptz>, _>(of(fresh, |row| row.new.occurred_at)).push(", ");
    let contexts = of(fresh, |row| word(row.new.context_type.map(ContextType::as_str)));
    statement.bind::<Array<Nullable<Text>>, _>(contexts).push(", ");
    statement.bind::<Array<Nullable<BigInt>>, _>(of(fresh, |row| row.new.context_id)).push(", ");
    statement.bind::<Array<Nullable<Integer>>, _>(of(fresh, |row| row.new.play_duration_ms)).push(", ");
    statement.bind::<Array<Nullable<Integer>>, _>(of(fresh, |row| row.track_ms)).push(", ");
    statement.bind::<Array<Nullable<Double>>, _>(of(fresh, Row::completion)).push(", ");
    statement.bind::<Array<Nullable<Integer>>, _>(of(fresh, |row| row.new.skip_position_ms)).push(", ");
    let reasons = of(fresh, |row| word(row.new.skip_reason.map(SkipReason::as_str)));
    statement.bind::<Array<Nullable<Text>>, _>(reasons).push(", ");
    let devices = of(fresh, |row| word(row.new.device_type.map(DeviceType::as_str)));
    statement.bind::<Array<Nullable<Text>>, _>(devices).push(", ");
    statement.bind::<Array<Nullable<SqlUuid>>, _>(of(fresh, |row| row.new.session_id)).push(", ");
    statement.bind::<Array<Nullable<SqlUuid>>, _>(of(fresh, |row| row.new.client_event_id)).push(", ");
    let origins = of(fresh, |row| word(row.new.origin.map(SourceType::as_str)));
    statement.bind::<Array<Nullable<Text>>, _>(origins).push(", ");
    statement.bind::<Array<Bool>, _>(of(fresh, Row::counts)).push(", ");
    let metadata = of(fresh, |row| row.new.metadata.clone().unwrap_or_else(|| Value::Object(serde_json::Map::new())));
    // The order of the arrays is that of the keys.
    statement.bind::<Array<Jsonb>, _>(metadata).push(") g returning i.*) select ").push(Interaction::COLUMNS);
    statement.push(" from taken i order by i.id");
    statement.load(conn).await
}

/// Sees to it that there is a partition for each month of these instants that lies far back; the others
/// stand ready. It is done before the rows are taken, in a transaction of its own.
///
/// # Errors
/// What the database reports.
pub async fn make_room(conn: &mut Conn, times: impl Iterator<Item = DateTime<Utc>>, now: DateTime<Utc>) -> Result<()> {
    let month = |at: DateTime<Utc>| (at.year(), at.month());
    let months_ago = |at: DateTime<Utc>| (now.year() - at.year()) * 12 + now.month() as i32 - at.month() as i32;
    let far: HashSet<(i32, u32)> = times.filter(|at| months_ago(*at) >= MONTHS_READY).map(month).collect();
    let days: Vec<NaiveDate> =
        far.into_iter().filter_map(|(year, month)| NaiveDate::from_ymd_opt(year, month, 1)).collect();
    if days.is_empty() {
        return Ok(());
    }
    // The schema of the parts is closed to the server; their names stand in the catalogue.
    let mut statement = Statement::new("select sum(ops.ensure_partitions(d.day, d.day)) from unnest(");
    statement.bind::<Array<Date>, _>(days).push(
        ") d(day) where not exists (
            select from pg_class c
            where c.relname = 'user_interactions_' || to_char(d.day, 'YYYY_MM') and c.relkind = 'r'
        )",
    );
    statement.execute(conn).await?;
    Ok(())
}
