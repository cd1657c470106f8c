//! What people did with tracks, as types.

use async_graphql::{Context, Enum, ID, InputObject, Json, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::account::user::UserId;
use crate::catalog::album::{AlbumById, AlbumId};
use crate::catalog::artist::{ArtistById, ArtistId};
use crate::catalog::source::SourceType;
use crate::catalog::track::TrackById;
use crate::db::{Filter, PageArgs, PageRequest};
use crate::error::Error;
use crate::graphql::catalog::album::Album;
use crate::graphql::catalog::artist::Artist;
use crate::graphql::catalog::track::Track;
use crate::graphql::connection::Count;
use crate::graphql::context::{self, loaders};
use crate::graphql::filter::{DateTimeFilter, bounded, decode_ids, under};
use crate::graphql::interfaces::CatalogueItem;
use crate::graphql::playlist::input::TrackRef;
use crate::graphql::playlist::playlist::Playlist;
use crate::graphql::user_error::UserError;
use crate::library::follow::ContextType;
use crate::listening::interaction::{self, DeviceType, InteractionTest, InteractionType, SkipReason, latest_first};
use crate::playlist::playlist::{PlaylistById, PlaylistId};
use crate::{connection, ids};

/// Something a person did with a track. Access: the person alone.
#[derive(Clone)]
pub struct Interaction(pub interaction::Interaction);

impl From<interaction::Interaction> for Interaction {
    fn from(row: interaction::Interaction) -> Self {
        Self(row)
    }
}

connection! {
    /// A page of a history.
    InteractionConnection,
    /// Something done, in a list.
    InteractionEdge,
    Interaction
}

/// Something a person did with a track. Access: the person alone.
#[Object]
impl Interaction {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id).into()
    }

    /// The track; where it was merged since, the one it was merged into.
    async fn track(&self, ctx: &Context<'_>) -> Result<Track> {
        let track = loaders(ctx)?.load_one(TrackById(self.0.track_id)).await?;
        Ok(track.map(Track).ok_or_else(|| Error::NotFound("the track is gone".to_owned()))?)
    }

    /// What was done.
    #[graphql(name = "type")]
    async fn interaction_type(&self) -> InteractionType {
        self.0.interaction_type
    }

    /// When; of a play, its start.
    async fn occurred_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// What kind of thing it was heard in; none when that is not known.
    async fn context_type(&self) -> Option<ContextType> {
        self.0.context_type
    }

    /// The thing it was heard in; none when that is not known, is gone, or may not be seen.
    async fn context(&self, ctx: &Context<'_>) -> Result<Option<CatalogueItem>> {
        let Some((kind, key)) = self.0.context_type.zip(self.0.context_id) else { return Ok(None) };
        let loaders = loaders(ctx)?;
        Ok(match kind {
            ContextType::Playlist => {
                let found = loaders.load_one(PlaylistById(PlaylistId(key))).await?;
                found.map(|row| CatalogueItem::Playlist(Playlist(row)))
            }
            ContextType::Album => {
                loaders.load_one(AlbumById(AlbumId(key))).await?.map(|row| CatalogueItem::Album(Album(row)))
            }
            ContextType::Artist => {
                loaders.load_one(ArtistById(ArtistId(key))).await?.map(|row| CatalogueItem::Artist(Artist(row)))
            }
            _ => None,
        })
    }

    /// Time listened, in milliseconds.
    async fn play_duration_ms(&self) -> Option<i32> {
        self.0.play_duration_ms
    }

    /// Share of the track that was heard, 0 to 1; none when that is not known.
    async fn completion(&self) -> Option<f64> {
        self.0.completion_percentage.map(|percentage| percentage / 100.0)
    }

    /// Where in the track it was skipped, in milliseconds.
    async fn skip_position_ms(&self) -> Option<i32> {
        self.0.skip_position_ms
    }

    /// Why it was skipped.
    async fn skip_reason(&self) -> Option<SkipReason> {
        self.0.skip_reason
    }

    /// What it was heard with.
    async fn device_type(&self) -> Option<DeviceType> {
        self.0.device_type
    }

    /// The sitting it belongs to.
    async fn session_id(&self) -> Option<Uuid> {
        self.0.session_id
    }

    /// Whether it is a listen: a play of half of the track or four minutes, whichever is less, of a
    /// track longer than 30 seconds.
    async fn counts_as_listen(&self) -> bool {
        self.0.counts_as_listen
    }

    /// The service that told of it; none when a client of this server did.
    async fn origin(&self) -> Option<SourceType> {
        self.0.origin
    }

    /// What else the client said.
    async fn metadata(&self) -> Json<Value> {
        Json(self.0.extra_metadata.parse())
    }
}

/// Something a person did with a track.
#[derive(Debug, InputObject)]
pub struct InteractionInput {
    /// The client's own id of the event. Told again within a day of the event's time, it is known.
    pub client_event_id: Option<Uuid>,
    /// The track.
    pub track: TrackRef,
    /// What was done.
    #[graphql(name = "type")]
    pub interaction_type: InteractionType,
    /// When; of a play, its start. At most five minutes ahead, and not before October 2002.
    pub occurred_at: DateTime<Utc>,
    /// What kind of thing it was heard in.
    pub context_type: Option<ContextType>,
    /// Global id of the playlist, album or artist it was heard in.
    pub context_id: Option<ID>,
    /// Time listened, in milliseconds: 0 to 24 days.
    pub play_duration_ms: Option<i32>,
    /// The track's length in milliseconds, where the client knows better than the catalogue.
    pub track_duration_ms: Option<i32>,
    /// Where in the track it was skipped, in milliseconds.
    pub skip_position_ms: Option<i32>,
    /// Why it was skipped.
    pub skip_reason: Option<SkipReason>,
    /// What it was heard with.
    pub device_type: Option<DeviceType>,
    /// The sitting it belongs to.
    pub session_id: Option<Uuid>,
    /// The service that told the client of it; none when the client played it itself.
    pub origin: Option<SourceType>,
    /// Anything else: an object of at most 10240 bytes.
    pub metadata: Option<Json<Value>>,
}

/// Listens from an outside service.
#[derive(InputObject)]
pub struct ImportListensInput {
    /// The service; it stands for every listen that names none.
    pub origin: SourceType,
    /// The listens, at most 1000.
    pub listens: Vec<InteractionInput>,
    /// Tells what would become of them and takes none.
    #[graphql(default)]
    pub dry_run: bool,
}

/// What became of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum InteractionOutcome {
    /// It was taken.
    Accepted,
    /// It is known already.
    Duplicate,
    /// It was refused; `userErrors` says why, under its place.
    Rejected,
}

/// What became of one row of the call.
#[derive(SimpleObject)]
pub struct InteractionResult {
    /// Its place in the call, from 0.
    pub index: i32,
    /// What became of it.
    pub outcome: InteractionOutcome,
    /// As it was taken; none otherwise.
    pub interaction: Option<Interaction>,
}

/// What was taken in.
#[derive(SimpleObject)]
pub struct InteractionsPayload {
    /// Rows that were taken.
    pub accepted: i32,
    /// Rows that are known already.
    pub duplicates: i32,
    /// Rows that were refused.
    pub rejected: i32,
    /// What was taken, in the order of the call.
    pub interactions: Vec<Interaction>,
    /// What became of each row, in the order of the call.
    pub results: Vec<InteractionResult>,
    /// Why rows were refused, each under its place.
    pub user_errors: Vec<UserError>,
}

/// Things that were deleted.
#[derive(SimpleObject)]
pub struct DeletePayload {
    /// Global ids of what is gone.
    pub deleted_ids: Vec<ID>,
    /// What the caller has to mend; nothing is gone then.
    pub user_errors: Vec<UserError>,
}

/// Narrows a history. All keys that are given have to hold.
#[derive(Debug, InputObject)]
pub struct InteractionFilter {
    /// One of these kinds.
    #[graphql(name = "type")]
    interaction_type: Option<Vec<InteractionType>>,
    /// With one of these tracks.
    track_id: Option<Vec<ID>>,
    /// With a track of one of these artists.
    artist_id: Option<Vec<ID>>,
    /// In one of these kinds of things.
    context_type: Option<Vec<ContextType>>,
    /// In this playlist, album or artist.
    context_id: Option<ID>,
    /// In this sitting.
    session_id: Option<Uuid>,
    /// When it happened; a narrow span is found sooner.
    occurred_at: Option<DateTimeFilter>,
    /// A listen, or not.
    counts_as_listen: Option<bool>,
}

/// The key in the global id of something to hear things in, and what kinds of contexts name it.
///
/// # Errors
/// `Invalid` naming the argument.
pub fn context_of(argument: &str, id: &ID) -> crate::error::Result<(&'static [ContextType], i64)> {
    match ids::decode_any(id) {
        Ok((kind, key)) => match kind.as_str() {
            "Playlist" => Ok((&[ContextType::Playlist], key)),
            "Album" => Ok((&[ContextType::Album], key)),
            "Artist" => Ok((&[ContextType::Artist], key)),
            "DiscoverySession" => Ok((&[ContextType::Discovery, ContextType::Radio], key)),
            _ => Err(Error::invalid(argument, format!("nothing is heard in a {kind}"))),
        },
        Err(_) => Err(Error::invalid(argument, "this is not an id of this server")),
    }
}

impl InteractionFilter {
    fn compile(self) -> crate::error::Result<interaction::InteractionFilter> {
        let mut tests = Vec::new();
        if let Some(types) = self.interaction_type {
            bounded("type", types.len())?;
            tests.push(InteractionTest::Type(types));
        }
        if let Some(given) = &self.track_id {
            tests.push(InteractionTest::Track(decode_ids("trackId", given)?));
        }
        if let Some(given) = &self.artist_id {
            tests.push(InteractionTest::Artist(decode_ids("artistId", given)?));
        }
        if let Some(types) = self.context_type {
            bounded("contextType", types.len())?;
            tests.push(InteractionTest::ContextType(types));
        }
        if let Some(id) = &self.context_id {
            let (types, key) = context_of("contextId", id)?;
            tests.push(InteractionTest::Context(types, key));
        }
        tests.extend(self.session_id.map(InteractionTest::Session));
        if let Some(filter) = self.occurred_at {
            let of_field = filter.tests().map_err(|e| e.within("occurredAt"))?;
            tests.extend(of_field.into_iter().map(InteractionTest::OccurredAt));
        }
        tests.extend(self.counts_as_listen.map(InteractionTest::CountsAsListen));
        Ok(Filter::All(tests.into_iter().map(Filter::Is).collect()))
    }
}

/// The filter under the argument's name as the room knows it.
///
/// # Errors
/// `Invalid` naming the argument.
pub fn compiled(
    argument: &str,
    filter: Option<InteractionFilter>,
) -> crate::error::Result<interaction::InteractionFilter> {
    under(argument, filter.map(InteractionFilter::compile))
}

/// A page of a person's history, for that person.
///
/// # Errors
/// `Invalid` naming the argument; what the database reports.
pub async fn page(
    ctx: &Context<'_>,
    viewer: UserId,
    args: &PageArgs,
    filter: Option<InteractionFilter>,
) -> Result<InteractionConnection> {
    let filter = compiled("filter", filter)?;
    let request = PageRequest::new(args, latest_first())?;
    let mut conn = context::conn(ctx).await?;
    let page = interaction::history(&mut conn, viewer, &filter, &request).await?;
    let count = Count::by(move |ctx| {
        let (database, filter) = (context::database(ctx)?.clone(), filter.clone());
        Ok(Box::pin(async move {
            let mut conn = database.reader().await?;
            Ok(interaction::count(&mut conn, viewer, &filter).await?)
        }))
    });
    Ok(InteractionConnection::new(page, count))
}
