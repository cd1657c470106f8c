//! Mutations of histories.

use async_graphql::{Context, ID, Object, Result};
use chrono::Utc;

use super::interaction::{
    DeletePayload, ImportListensInput, Interaction, InteractionFilter, InteractionInput, InteractionOutcome,
    InteractionResult, InteractionsPayload, compiled, context_of,
};
use crate::account::scope::Scope;
use crate::account::user::UserId;
use crate::catalog::source::SourceType;
use crate::catalog::track::TrackId;
use crate::db::Conn;
use crate::error::{Error, Reason, Rejection};
use crate::graphql::access::{Needs, requires};
use crate::graphql::catalog::track_ref;
use crate::graphql::context::{database, require_viewer};
use crate::graphql::error::settled;
use crate::graphql::filter::decode_ids;
use crate::graphql::playlist::input::TrackRef;
use crate::graphql::scalars::to_int;
use crate::graphql::user_error::UserError;
use crate::ids;
use crate::listening::interaction::{self, Doomed};
use crate::listening::record::{self, MAX_ROWS, NewInteraction, Recorded};

/// Entries of a history that one call deletes at most.
const MAX_DELETED: i32 = 10_000;

/// Mutations of histories.
#[derive(Default)]
pub struct ListeningMutations;

/// Mutations of histories.
#[Object]
impl ListeningMutations {
    /// Takes in what one did with tracks, at most 1000 rows a call. Good rows are taken whatever
    /// becomes of the others. Told again, a row is known: by `clientEventId`, else a play by its track
    /// and start (another service's within half of the track or two minutes, whichever is less).
    /// Access: scope HISTORY_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::HistoryWrite)", directive = requires::apply(Scope::HistoryWrite))]
    async fn record_interactions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rows, at most 1000.")] interactions: Vec<InteractionInput>,
    ) -> Result<InteractionsPayload> {
        take(ctx, "interactions", interactions, None, false).await
    }

    /// Takes in listens from an outside service, at most 1000 a call, with the rules of
    /// `recordInteractions`. A play whose length the service does not tell counts as a listen.
    /// Access: scope HISTORY_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::HistoryWrite)", directive = requires::apply(Scope::HistoryWrite))]
    async fn import_listens(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The listens.")] input: ImportListensInput,
    ) -> Result<InteractionsPayload> {
        take(ctx, "input.listens", input.listens, Some(input.origin), input.dry_run).await
    }

    /// Deletes a part of one's history: all that is named and passes. Access: scope HISTORY_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::HistoryWrite)", directive = requires::apply(Scope::HistoryWrite))]
    async fn delete_interactions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids of entries, at most 250; without them, whatever passes the filter.")] ids: Option<
            Vec<ID>,
        >,
        #[graphql(desc = "Only what passes.")] filter: Option<InteractionFilter>,
        #[graphql(desc = "Where more would be deleted, nothing is: 1 to 10000.", default = 100)] at_most: i32,
    ) -> Result<DeletePayload> {
        let asked = doomed(ids, filter, at_most);
        let outcome = match asked {
            Ok(doomed) => {
                let viewer = require_viewer(ctx)?.user;
                let mut conn = database(ctx)?.conn().await?;
                let mut transaction = conn.begin().await?;
                let outcome = interaction::delete(&mut transaction, viewer, &doomed).await;
                transaction.end(outcome).await
            }
            Err(error) => Err(error),
        };
        let (deleted, user_errors) = settled(outcome)?;
        let deleted_ids = deleted.unwrap_or_default().into_iter().map(|id| ids::encode(id).into()).collect();
        Ok(DeletePayload { deleted_ids, user_errors })
    }
}

fn doomed(ids: Option<Vec<ID>>, filter: Option<InteractionFilter>, at_most: i32) -> crate::error::Result<Doomed> {
    if ids.is_none() && filter.is_none() {
        let message = "say which entries: by ids, by a filter, or by both";
        return Err(Rejection::new(Reason::Required, "ids", "history.which", message).into());
    }
    if !(1..=MAX_DELETED).contains(&at_most) {
        let message = format!("{at_most} is no such number; it is 1 to {MAX_DELETED}");
        return Err(Rejection::new(Reason::OutOfRange, "atMost", "history.at_most_range", message).into());
    }
    let ids = ids.map(|ids| decode_ids("ids", &ids)).transpose()?;
    Ok(Doomed { ids, filter: compiled("filter", filter)?, at_most })
}

/// Takes rows in; `argument` holds them, and `origin` tells of those that name nobody who does.
async fn take(
    ctx: &Context<'_>,
    argument: &str,
    mut given: Vec<InteractionInput>,
    origin: Option<SourceType>,
    dry_run: bool,
) -> Result<InteractionsPayload> {
    if given.len() > MAX_ROWS {
        return Err(
            Error::invalid(argument, format!("{} rows are too many; {MAX_ROWS} are allowed", given.len())).into()
        );
    }
    let viewer = require_viewer(ctx)?.user;
    let count = given.len();
    let names: Vec<TrackRef> =
        given.iter_mut().map(|row| std::mem::replace(&mut row.track, TrackRef::Id(ID::default()))).collect();
    let mut conn = database(ctx)?.conn().await?;
    let tracks = track_ref::resolve(&mut conn, argument, Some("track"), names).await?;
    let now = Utc::now();
    let (mut rows, mut places, mut faults) = (Vec::with_capacity(count), Vec::with_capacity(count), Vec::new());
    for (place, (input, track)) in given.into_iter().zip(tracks).enumerate() {
        let path = format!("{argument}.{place}");
        let checked = track.and_then(|track| new_row(&path, input, track, origin)?.checked(&path, now));
        match checked {
            Ok(row) => {
                rows.push(row);
                places.push(place);
            }
            Err(fault) => faults.push(fault),
        }
    }
    let recorded = keep(&mut conn, viewer, rows, dry_run, now).await?;
    drop(conn);
    Ok(payload(count, &places, recorded, faults))
}

async fn keep(
    conn: &mut Conn,
    viewer: UserId,
    rows: Vec<NewInteraction>,
    dry_run: bool,
    now: chrono::DateTime<Utc>,
) -> crate::error::Result<Vec<Option<Recorded>>> {
    if !dry_run {
        record::make_room(conn, rows.iter().map(|row| row.occurred_at), now).await?;
    }
    let mut transaction = conn.begin().await?;
    let outcome = record::record(&mut transaction, viewer, rows, dry_run).await;
    transaction.end(outcome).await
}

fn new_row(
    path: &str,
    input: InteractionInput,
    track: TrackId,
    origin: Option<SourceType>,
) -> Result<NewInteraction, Rejection> {
    let context_id = match &input.context_id {
        Some(id) => {
            let path = format!("{path}.contextId");
            let fault = |message: String| Rejection::new(Reason::Invalid, &path, "interaction.context", message);
            let (types, key) = context_of("contextId", id).map_err(|error| fault(error.to_string()))?;
            if input.context_type.is_some_and(|given| !types.contains(&given)) {
                return Err(fault("contextId names another kind of thing than contextType".to_owned()));
            }
            Some(key)
        }
        None => None,
    };
    Ok(NewInteraction {
        client_event_id: input.client_event_id,
        track,
        interaction_type: input.interaction_type,
        occurred_at: input.occurred_at,
        context_type: input.context_type,
        context_id,
        play_duration_ms: input.play_duration_ms,
        track_duration_ms: input.track_duration_ms,
        skip_position_ms: input.skip_position_ms,
        skip_reason: input.skip_reason,
        device_type: input.device_type,
        session_id: input.session_id,
        origin: input.origin.or(origin),
        metadata: input.metadata.map(|metadata| metadata.0),
    })
}

fn payload(
    count: usize,
    places: &[usize],
    recorded: Vec<Option<Recorded>>,
    faults: Vec<Rejection>,
) -> InteractionsPayload {
    let number = |count: usize| to_int(i64::try_from(count).unwrap_or(i64::MAX));
    let mut outcomes: Vec<(InteractionOutcome, Option<Interaction>)> =
        (0..count).map(|_| (InteractionOutcome::Rejected, None)).collect();
    for (place, outcome) in places.iter().zip(recorded) {
        outcomes[*place] = match outcome {
            Some(Recorded::Accepted(row)) => (InteractionOutcome::Accepted, Some(Interaction(*row))),
            // A dry run takes nothing.
            None => (InteractionOutcome::Accepted, None),
            Some(Recorded::Duplicate) => (InteractionOutcome::Duplicate, None),
        };
    }
    let of = |wanted| number(outcomes.iter().filter(|(outcome, _)| *outcome == wanted).count());
    let (accepted, duplicates) = (of(InteractionOutcome::Accepted), of(InteractionOutcome::Duplicate));
    let rejected = of(InteractionOutcome::Rejected);
    let interactions = outcomes.iter().filter_map(|(_, interaction)| interaction.clone()).collect();
    let results = outcomes.into_iter().enumerate().map(|(index, (outcome, interaction))| InteractionResult {
        index: number(index),
        outcome,
        interaction,
    });
    InteractionsPayload {
        accepted,
        duplicates,
        rejected,
        interactions,
        results: results.collect(),
        user_errors: faults.into_iter().map(UserError::from).collect(),
    }
}
