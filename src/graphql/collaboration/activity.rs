//! Changes of playlists as a type.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};

use super::change::PlaylistChange;
use crate::account::user::UserById;
use crate::collaboration::access::AccessOfPlaylist;
use crate::collaboration::activity::{self, ActivityOfVersion, PlaylistActivityType};
use crate::collaboration::collaborator::PlaylistPermission;
use crate::error::Error;
use crate::graphql::account::user::User;
use crate::graphql::context::{loaders, reader};
use crate::graphql::playlist::playlist::Playlist;
use crate::playlist::history;
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

impl PlaylistActivity {
    async fn objection(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        if let Some(why) = history::objection(&self.0) {
            return Ok(Some(why.to_owned()));
        }
        let access = loaders(ctx)?.load_one(AccessOfPlaylist(self.0.playlist_id)).await?;
        let may = |needed: &PlaylistPermission| access.as_ref().is_some_and(|access| access.may(*needed));
        let is_own = self.0.user_id.is_some() && self.0.user_id == reader(ctx)?.person();
        let needed = history::needed_to_undo(self.0.activity_type, is_own);
        Ok(needed.iter().find(|needed| !may(needed)).map(|needed| {
            let needed = needed.as_str().to_uppercase();
            format!("you may not do this here; it needs the permission {needed}")
        }))
    }
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

    /// Whether the caller may take this change back, as far as that can be told before it is tried:
    /// what was changed again since is refused then.
    async fn is_undoable(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.objection(ctx).await?.is_none())
    }

    /// Why the caller cannot take this change back, an English sentence; none where they can.
    async fn not_undoable_because(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        self.objection(ctx).await
    }

    /// The change that took this one back.
    async fn undone_by(&self, ctx: &Context<'_>) -> Result<Option<PlaylistActivity>> {
        let Some(version) = self.0.undone_by_version else { return Ok(None) };
        let key = ActivityOfVersion { playlist: self.0.playlist_id, version };
        Ok(loaders(ctx)?.load_one(key).await?.map(PlaylistActivity))
    }
}
