//! What became of a change of a playlist.

use async_graphql::{Context, Object, Result};

use super::item::PlaylistItem;
use super::playlist::Playlist;
use crate::graphql::collaboration::activity::PlaylistActivity;
use crate::graphql::context::loaders;
use crate::graphql::error::settled;
use crate::graphql::user_error::UserError;
use crate::playlist::item::{ItemOfPart, PlaylistItemId};
use crate::playlist::operation::Edited;
use crate::playlist::playlist::{PlaylistId, PlaylistOfPart};

/// A playlist that was made or changed, or not.
pub struct PlaylistPayload {
    playlist: Option<PlaylistId>,
    user_errors: Vec<UserError>,
}

impl PlaylistPayload {
    /// The payload of what became of it.
    ///
    /// # Errors
    /// Every error but those of the input.
    pub fn of(outcome: crate::error::Result<Edited>) -> crate::error::Result<Self> {
        let (edited, user_errors) = settled(outcome)?;
        Ok(Self { playlist: edited.map(|edited| PlaylistId(edited.playlist)), user_errors })
    }
}

/// A playlist that was made or changed, or not.
#[Object]
impl PlaylistPayload {
    /// The playlist as it is now; none with errors.
    async fn playlist(&self, ctx: &Context<'_>) -> Result<Option<Playlist>> {
        playlist(ctx, self.playlist).await
    }

    /// What the caller has to mend.
    async fn user_errors(&self) -> &[UserError] {
        &self.user_errors
    }
}

/// What was done to a playlist, or not.
pub struct PlaylistChangePayload {
    edited: Option<Edited>,
    call: Option<String>,
    user_errors: Vec<UserError>,
}

impl PlaylistChangePayload {
    /// The payload of what became of a call with this name.
    ///
    /// # Errors
    /// Every error but those of the input.
    pub fn of(outcome: crate::error::Result<Edited>, call: Option<String>) -> crate::error::Result<Self> {
        let (edited, user_errors) = settled(outcome)?;
        Ok(Self { edited, call, user_errors })
    }
}

/// What was done to a playlist, or not.
#[Object]
impl PlaylistChangePayload {
    /// The playlist as it is now; none with errors.
    async fn playlist(&self, ctx: &Context<'_>) -> Result<Option<Playlist>> {
        playlist(ctx, self.edited.as_ref().map(|edited| PlaylistId(edited.playlist))).await
    }

    /// Entries that were added or changed, as they are now; those that are gone since are left out.
    async fn items(&self, ctx: &Context<'_>) -> Result<Vec<PlaylistItem>> {
        items(ctx, self.edited.as_ref().map_or(&[], |edited| &edited.items)).await
    }

    /// The changes, in order: one for each operation that changed something.
    async fn activities(&self) -> Vec<PlaylistActivity> {
        let activities = self.edited.iter().flat_map(|edited| &edited.activities);
        activities.cloned().map(PlaylistActivity).collect()
    }

    /// The playlist's version after the call; none with errors.
    async fn version(&self) -> Option<i32> {
        self.edited.as_ref().map(|edited| edited.version)
    }

    /// Entries of tracks that were there already, and were not added again.
    async fn skipped_duplicates(&self, ctx: &Context<'_>) -> Result<Vec<PlaylistItem>> {
        items(ctx, self.edited.as_ref().map_or(&[], |edited| &edited.skipped)).await
    }

    /// Versions that the call was carried across: those after the expected one, the latest 1,000 at
    /// most.
    async fn rebased_over(&self) -> Vec<i32> {
        self.edited.as_ref().map_or_else(Vec::new, |edited| edited.rebased_over.clone())
    }

    /// Whether a call of this `clientMutationId` had been made before: this is its answer.
    async fn was_replayed(&self) -> bool {
        self.edited.as_ref().is_some_and(|edited| edited.was_replayed)
    }

    /// The call's name, as the client gave it.
    async fn client_mutation_id(&self) -> Option<&str> {
        self.call.as_deref()
    }

    /// What the caller has to mend; with any, nothing was done.
    async fn user_errors(&self) -> &[UserError] {
        &self.user_errors
    }
}

async fn playlist(ctx: &Context<'_>, id: Option<PlaylistId>) -> Result<Option<Playlist>> {
    let Some(id) = id else { return Ok(None) };
    Ok(loaders(ctx)?.load_one(PlaylistOfPart(id)).await?.map(Playlist))
}

async fn items(ctx: &Context<'_>, ids: &[PlaylistItemId]) -> Result<Vec<PlaylistItem>> {
    let keys: Vec<ItemOfPart> = ids.iter().copied().map(ItemOfPart).collect();
    let mut found = loaders(ctx)?.load_many(keys.clone()).await?;
    Ok(keys.iter().filter_map(|key| found.remove(key)).map(PlaylistItem::from).collect())
}
