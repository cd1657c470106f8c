//! People who work on a playlist, as a type.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};

use crate::account::user::UserById;
use crate::collaboration::collaborator::{self, CollaboratorRole, InvitationStatus, PlaylistPermission};
use crate::error::Error;
use crate::graphql::account::user::User;
use crate::graphql::context::loaders;
use crate::graphql::playlist::playlist::Playlist;
use crate::playlist::playlist::{PlaylistId, PlaylistOfPart};
use crate::{connection, ids};

/// Somebody who works on a playlist beside its owner.
pub struct PlaylistCollaborator(pub collaborator::Collaborator);

impl From<collaborator::Collaborator> for PlaylistCollaborator {
    fn from(row: collaborator::Collaborator) -> Self {
        Self(row)
    }
}

connection! {
    /// A page of collaborators.
    PlaylistCollaboratorConnection,
    /// A collaborator in a list.
    PlaylistCollaboratorEdge,
    PlaylistCollaborator
}

/// Somebody who works on a playlist beside its owner.
#[Object]
impl PlaylistCollaborator {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id).into()
    }

    /// The playlist.
    async fn playlist(&self, ctx: &Context<'_>) -> Result<Playlist> {
        let found = loaders(ctx)?.load_one(PlaylistOfPart(PlaylistId(self.0.playlist_id))).await?;
        Ok(Playlist(found.ok_or_else(|| Error::NotFound("the playlist is gone".to_owned()))?))
    }

    /// The person; none when the account is closed.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        Ok(loaders(ctx)?.load_one(UserById(self.0.user_id)).await?.map(User))
    }

    /// Their role.
    async fn role(&self) -> CollaboratorRole {
        self.0.role
    }

    /// What they may do: the role's permissions with what was granted or denied to them alone.
    async fn permissions(&self) -> Vec<PlaylistPermission> {
        self.0.permissions()
    }

    /// Who invited them.
    async fn invited_by(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        let Some(id) = self.0.invited_by else { return Ok(None) };
        Ok(loaders(ctx)?.load_one(UserById(id)).await?.map(User))
    }

    /// How the invitation stands.
    async fn invitation_status(&self) -> InvitationStatus {
        self.0.invitation_status
    }

    /// Entries they added so far.
    async fn tracks_added(&self) -> i32 {
        self.0.tracks_added
    }

    /// Entries they removed so far.
    async fn tracks_removed(&self) -> i32 {
        self.0.tracks_removed
    }

    /// When they were invited.
    async fn invited_at(&self) -> DateTime<Utc> {
        self.0.invited_at
    }

    /// When they joined.
    async fn joined_at(&self) -> Option<DateTime<Utc>> {
        self.0.joined_at
    }

    /// When they last changed something.
    async fn last_active_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_active_at
    }
}
