//! The root of subscriptions.

use async_graphql::{Context, ID, Result, SimpleObject, Subscription};
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use uuid::Uuid;

use super::collaboration::activity::PlaylistActivity;
use super::context;
use super::filter::decode_id;
use crate::collaboration::activity::PlaylistActivityType;
use crate::collaboration::feed::{Event, Follow, Follower, Named};
use crate::error::Error;
use crate::ids::EntityId as _;
use crate::playlist::playlist::PlaylistId;

/// Everything that can be followed.
pub struct Subscription;

/// Everything that can be followed.
#[Subscription]
impl Subscription {
    /// Every change of one playlist, in the order of versions, each exactly once. Give the last
    /// version you saw to resume: missed events come first, then live ones. Ends after `revoked`;
    /// ends with the error SUBSCRIBER_TOO_SLOW when 256 events wait, and then resumes like after
    /// any other interruption.
    async fn playlist_activity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of a playlist, or its UUID, which alone opens an unlisted one to strangers.")]
        playlist_id: ID,
        #[graphql(desc = "The last version seen, from 0; without it only what comes from now on.")]
        after_version: Option<i32>,
        #[graphql(desc = "Only changes of these kinds; resets and revocations come all the same.")] types: Option<
            Vec<PlaylistActivityType>,
        >,
    ) -> Result<BoxStream<'static, Result<PlaylistActivityEvent>>> {
        let named = match Uuid::try_parse(&playlist_id) {
            Ok(uuid) => Named::Uuid(uuid),
            Err(_) => Named::Key(decode_id::<PlaylistId>("playlistId", &playlist_id)?.key()),
        };
        if after_version.is_some_and(|version| version < 0) {
            return Err(Error::invalid("afterVersion", "afterVersion is less than 0; versions count from 1").into());
        }
        let follower =
            context::feeds(ctx)?.follow(Follow { named, reader: context::reader(ctx)?, after_version, types }).await?;
        Ok(events(follower).boxed())
    }
}

fn events(follower: Follower) -> impl stream::Stream<Item = Result<PlaylistActivityEvent>> + Send {
    stream::unfold(follower, |mut follower| async move {
        let next = follower.next().await?;
        Some((next.map(PlaylistActivityEvent::from).map_err(Into::into), follower))
    })
}

/// One event of a playlist's stream. Exactly one of `activity`, `reset` and `revoked` is set.
#[derive(SimpleObject)]
pub struct PlaylistActivityEvent {
    /// Where the stream stands after this event: the version as text.
    cursor: String,
    /// The version that the playlist, as far as the stream tells, has reached: give it as
    /// `afterVersion` to resume after this event.
    version: i32,
    /// Whether it happened before the subscription began.
    is_replay: bool,
    /// A change.
    activity: Option<PlaylistActivity>,
    /// Sent when changes after `afterVersion` are no longer kept: fetch the playlist anew; the
    /// stream goes on after its current version.
    reset: Option<StreamReset>,
    /// Sent when the playlist may no longer be seen; the last event.
    revoked: Option<StreamRevoked>,
}

/// A stream that cannot go on where the client was.
#[derive(SimpleObject)]
pub struct StreamReset {
    /// The playlist's version now; events after it follow.
    current_version: i32,
    /// The oldest version whose change is kept, at most one more than the current version.
    oldest_version: i32,
}

/// A stream that ends because its playlist may no longer be seen.
#[derive(SimpleObject)]
pub struct StreamRevoked {
    /// An English sentence.
    reason: String,
}

impl From<Event> for PlaylistActivityEvent {
    fn from(event: Event) -> Self {
        let version = event.version();
        let nothing =
            Self { cursor: version.to_string(), version, is_replay: false, activity: None, reset: None, revoked: None };
        match event {
            Event::Change { activity, is_replay } => {
                let activity = PlaylistActivity(activity.as_ref().clone());
                Self { is_replay, activity: Some(activity), ..nothing }
            }
            Event::Reset { current, oldest } => {
                Self { reset: Some(StreamReset { current_version: current, oldest_version: oldest }), ..nothing }
            }
            Event::Revoked { .. } => {
                let reason = "the playlist can no longer be seen".to_owned();
                Self { revoked: Some(StreamRevoked { reason }), ..nothing }
            }
        }
    }
}
