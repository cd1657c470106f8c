//! Changes of playlists as a type.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};

use super::change::PlaylistChange;
use crate::account::user::UserById;
use crate::collaboration::activity::{self, ActivityOfVersion, PlaylistActivityType};
use crate::error::Error;
use crate::graphql::account::user::User;
use crate::graphql::context::loaders;
use crate::graphql::playlist::playlist::Playlist;
use crate::playlist::playlist::{PlaylistId, PlaylistOfPart};
use crate::{connection, ids};

/// One change of a playlist.
pub struct PlaylistActivity(pub activity::Activity);

impl From<activity::Activity> for PlaylistActivity {
    fn from(row: activity::Activity) -> Self {
        Self(row)
    }
}

connection! {
    /// A page of changes.
    PlaylistActivityConnection,
    /// A change in a list.
    PlaylistActivityEdge,
    PlaylistActivity
}

/// One change of a playlist.
#[Object]
impl PlaylistActivity {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id).into()
    }

    /// The playlist.
    async fn playlist(&self, ctx: &Context<'_>) -> Result<Playlist> {
        let found = loaders(ctx)?.load_one(PlaylistOfPart(PlaylistId(self.0.playlist_id))).await?;
        Ok(Playlist(found.ok_or_else(|| Error::NotFound("the playlist is gone".to_owned()))?))
    }

    /// Who did it; none when the account is closed.
    async fn actor(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        let Some(id) = self.0.user_id else { return Ok(None) };
        Ok(loaders(ctx)?.load_one(UserById(id)).await?.map(User))
    }

    /// What kind of change it is.
    #[graphql(name = "type")]
    async fn activity_type(&self) -> PlaylistActivityType {
        self.0.activity_type
    }

    /// The playlist version this change made: unique in one playlist, without gaps.
    async fn version(&self) -> i32 {
        self.0.playlist_version
    }

    /// When it was done.
    async fn occurred_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// The change itself.
    async fn change(&self) -> PlaylistChange {
        PlaylistChange::of(&self.0)
    }

    /// The change as an English sentence, ready for a feed.
    async fn summary(&self, ctx: &Context<'_>) -> Result<String> {
        let actor = match self.0.user_id {
            Some(id) => loaders(ctx)?.load_one(UserById(id)).await?.map(|user| user.username),
            None => None,
        };
        Ok(super::change::summary(actor.as_deref().unwrap_or("Somebody"), &self.0))
    }

    /// The change that took this one back.
    async fn undone_by(&self, ctx: &Context<'_>) -> Result<Option<PlaylistActivity>> {
        let Some(version) = self.0.undone_by_version else { return Ok(None) };
        let key = ActivityOfVersion { playlist: self.0.playlist_id, version };
        Ok(loaders(ctx)?.load_one(key).await?.map(PlaylistActivity))
    }
}
