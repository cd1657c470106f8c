//! What people did with tracks. Table `user_interactions`, partitioned by month.
//!
//! A history is its person's alone: every read names them. Reads say between which instants they
//! look, so that months nobody asks for stay closed.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Text, Timestamptz};
use uuid::Uuid;

use crate::account::user::UserId;
use crate::catalog::artist::ArtistId;
use crate::catalog::source::SourceType;
use crate::catalog::track::TrackId;
use crate::db::{
    Conn, Direction, Filter, KeyType, LazyJson, ListSource, Nulls, Order, Page, PageRequest, SortKey, Statement, Test,
    ValueTest, page,
};
use crate::error::{Reason, Rejection, Result};
use crate::library::follow::ContextType;
use crate::{closed_set, id_type, loader, row};

id_type! {
    /// Key of `user_interactions`.
    InteractionId for "Interaction";
}

closed_set! {
    /// What somebody did with a track.
    InteractionType {
        /// Played it, for however long.
        Play = "play",
        /// Went on to the next one before its end.
        Skip = "skip",
        /// Liked it.
        Like = "like",
        /// Disliked it.
        Dislike = "dislike",
        /// Shared it.
        Share = "share",
        /// Put it into a playlist.
        AddToPlaylist = "add_to_playlist",
        /// Took it out of a playlist.
        RemoveFromPlaylist = "remove_from_playlist",
    }
}

closed_set! {
    /// Why a track was skipped.
    SkipReason {
        /// Somebody pressed the button.
        Manual = "manual",
        /// The player went on by itself.
        AutoNext = "auto_next",
        /// It could not be played.
        Error = "error",
    }
}

closed_set! {
    /// What somebody listens with.
    DeviceType {
        /// A phone.
        Mobile = "mobile",
        /// A computer.
        Desktop = "desktop",
        /// A tablet.
        Tablet = "tablet",
        /// A loudspeaker that plays by itself.
        SmartSpeaker = "smart_speaker",
        /// A web page.
        Web = "web",
        /// Something else.
        Other = "other",
    }
}

row! {
    /// Something somebody did with a track.
    Interaction of "i" {
        id: InteractionId,
        /// Who.
        user_id: UserId,
        /// The track as it was then; it may have been merged since.
        track_id: TrackId,
        /// What they did.
        interaction_type: InteractionType,
        /// What it was heard in.
        context_type: Option<ContextType>,
        /// Key of the playlist, album, artist or discovery session it was heard in.
        context_id: Option<i64>,
        /// Time listened, in milliseconds.
        play_duration_ms: Option<i32>,
        /// Share of the track that was heard, 0 to 100.
        completion_percentage: Option<f64>,
        /// Where in the track it was skipped, in milliseconds.
        skip_position_ms: Option<i32>,
        /// Why it was skipped.
        skip_reason: Option<SkipReason>,
        /// What it was heard with.
        device_type: Option<DeviceType>,
        /// The sitting it belongs to.
        session_id: Option<Uuid>,
        /// The service that told of it; none: this server.
        origin: Option<SourceType>,
        /// Whether it is a listen.
        counts_as_listen: bool,
        extra_metadata: LazyJson,
        /// When it happened; of a play, its start.
        created_at: DateTime<Utc>,
    }
}

/// Something a person did, by its key, for that person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct InteractionById {
    /// Who asks.
    pub viewer: UserId,
    /// The row.
    pub id: InteractionId,
}
loader!(InteractionById => Interaction, by_ids);

async fn by_ids(conn: &mut Conn, keys: &[InteractionById]) -> Result<HashMap<InteractionById, Interaction>> {
    let mut statement = Statement::new("select ");
    statement.push(Interaction::COLUMNS).push(" from unnest(");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.viewer.0)).push(", ");
    statement.keys::<BigInt, _>(keys.iter().map(|key| key.id.0));
    statement.push(") k(person, id) join user_interactions i on i.id = k.id and i.user_id = k.person");
    statement.private();
    let rows = statement.load::<Interaction>(conn).await?;
    Ok(rows.into_iter().map(|row| (InteractionById { viewer: row.user_id, id: row.id }, row)).collect())
}

/// A test of one interaction.
#[derive(Debug, Clone)]
pub enum InteractionTest {
    /// One of these kinds.
    Type(Vec<InteractionType>),
    /// With one of these tracks, or what was merged into them.
    Track(Vec<TrackId>),
    /// With a track of one of these artists.
    Artist(Vec<ArtistId>),
    /// In one of these.
    ContextType(Vec<ContextType>),
    /// In the thing with this key, of one of these kinds.
    Context(&'static [ContextType], i64),
    /// In this sitting.
    Session(Uuid),
    /// When it happened.
    OccurredAt(ValueTest<DateTime<Utc>>),
    /// A listen, or not.
    CountsAsListen(bool),
}

fn words(types: &[ContextType]) -> Vec<String> {
    types.iter().map(|kind| kind.as_str().to_owned()).collect()
}

impl Test for InteractionTest {
    fn push(&self, statement: &mut Statement) {
        match self {
            Self::Type(types) => {
                let words: Vec<String> = types.iter().map(|kind| kind.as_str().to_owned()).collect();
                statement.push("i.interaction_type = any(").bind::<Array<Text>, _>(words).push(")");
            }
            Self::Track(ids) => {
                let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
                statement.push("i.track_id in (select unnest(").bind::<Array<BigInt>, _>(ids.clone());
                statement.push(") union all select m.id from tracks m where m.merged_into_id = any(");
                statement.bind::<Array<BigInt>, _>(ids).push("))");
            }
            Self::Artist(ids) => {
                let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
                statement.push(
                    "exists (select from tracks k join tracks t on t.id = coalesce(k.merged_into_id, k.id)
                    where k.id = i.track_id and t.artist_id = any(",
                );
                statement.bind::<Array<BigInt>, _>(ids).push("))");
            }
            Self::ContextType(types) => {
                statement.push("i.context_type = any(").bind::<Array<Text>, _>(words(types)).push(")");
            }
            Self::Context(types, key) => {
                statement.push("i.context_type = any(").bind::<Array<Text>, _>(words(types));
                statement.push(") and i.context_id = ").bind::<BigInt, _>(*key);
            }
            Self::Session(session) => {
                statement.push("i.session_id = ").bind::<diesel::sql_types::Uuid, _>(*session);
            }
            Self::OccurredAt(test) => test.push::<Timestamptz>("i.created_at", statement),
            Self::CountsAsListen(yes) => {
                statement.push("i.counts_as_listen = ").bind::<Bool, _>(*yes);
            }
        }
    }
}

/// A filter on interactions.
pub type InteractionFilter = Filter<InteractionTest>;

/// The order of a history: the latest first.
#[must_use]
pub fn latest_first() -> Order {
    let key = SortKey::new("at", "i.created_at", KeyType::Instant);
    Order::new(vec![(key, Direction::Desc, Nulls::Last)], "i.id", Direction::Desc)
}

const LIST: ListSource = ListSource { columns: Interaction::COLUMNS, tables: "user_interactions i", condition: "true" };

/// How far back a page is looked for: most are found in the first span, and none is older than the last.
const SPANS: [Duration; 3] = [Duration::days(45), Duration::days(400), Duration::days(36_500)];

/// A page of a person's history, for that person.
///
/// # Errors
/// What the database reports.
pub async fn history(
    conn: &mut Conn,
    viewer: UserId,
    filter: &InteractionFilter,
    request: &PageRequest,
) -> Result<Page<Interaction>> {
    let upper = request.after_key().and_then(|key| DateTime::parse_from_str(key, "%Y-%m-%d %H:%M:%S%.f%#z").ok());
    // Nothing is written that lies ahead of the clock.
    let upper = upper.map_or_else(|| Utc::now() + Duration::hours(1), |at| at.to_utc() + Duration::milliseconds(1));
    let mut found = Page::empty();
    for (number, span) in SPANS.into_iter().enumerate() {
        let is_last = number + 1 == SPANS.len();
        if !is_last && request.is_from_the_back() {
            continue;
        }
        let lower = upper - span;
        let narrow = |statement: &mut Statement| {
            statement.private().push(" and i.user_id = ").bind::<BigInt, _>(viewer.0);
            statement.push(" and i.created_at >= ").bind::<Timestamptz, _>(lower);
            statement.push(" and i.created_at <= ").bind::<Timestamptz, _>(upper);
            filter.push_and(statement);
        };
        found = page::load::<Interaction>(conn, LIST, narrow, request).await?;
        if found.has_next {
            break;
        }
    }
    Ok(found)
}

/// How long a person's history is.
///
/// # Errors
/// What the database reports.
pub async fn count(conn: &mut Conn, viewer: UserId, filter: &InteractionFilter) -> Result<i64> {
    let narrow = |statement: &mut Statement| {
        statement.private().push(" and i.user_id = ").bind::<BigInt, _>(viewer.0);
        filter.push_and(statement);
    };
    page::count(conn, LIST, narrow).await
}

/// What of a history is to go.
#[derive(Debug)]
pub struct Doomed {
    /// Only these.
    pub ids: Option<Vec<InteractionId>>,
    /// Only what passes.
    pub filter: InteractionFilter,
    /// More than so many are not deleted at once.
    pub at_most: i32,
}

/// Deletes a part of a person's history; the keys of what is gone.
///
/// # Errors
/// `Rejected` when more would go than `at_most`: then all of it stays.
pub async fn delete(conn: &mut Conn, viewer: UserId, doomed: &Doomed) -> Result<Vec<InteractionId>> {
    let mut statement = Statement::new("select i.id, i.created_at from user_interactions i where i.user_id = ");
    statement.bind::<BigInt, _>(viewer.0);
    if let Some(ids) = &doomed.ids {
        statement.push(" and i.id = any(").keys::<BigInt, _>(ids.iter().map(|id| id.0)).push(")");
    }
    doomed.filter.push_and(&mut statement);
    statement.push(" order by i.created_at desc, i.id desc limit ");
    statement.push((i64::from(doomed.at_most) + 1).to_string()).push(" for update");
    let rows = statement.load::<(InteractionId, DateTime<Utc>)>(conn).await?;
    if rows.len() > usize::try_from(doomed.at_most).unwrap_or_default() {
        let message = format!(
            "more than {} entries of the history would be deleted; say a higher number if that is meant",
            doomed.at_most
        );
        return Err(Rejection::new(Reason::OutOfRange, "atMost", "history.at_most", message).into());
    }
    let (ids, times): (Vec<i64>, Vec<DateTime<Utc>>) = rows.iter().map(|(id, at)| (id.0, *at)).unzip();
    let mut statement = Statement::new("delete from user_interactions i using unnest(");
    statement.bind::<Array<BigInt>, _>(ids).push(", ").bind::<Array<Timestamptz>, _>(times);
    statement.push(") d(id, at) where i.id = d.id and i.created_at = d.at");
    statement.execute(conn).await?;
    Ok(rows.into_iter().map(|(id, _)| id).collect())
}
