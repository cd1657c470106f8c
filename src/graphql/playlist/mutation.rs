//! Mutations of playlists.

use async_graphql::{Context, ID, Object, Result};

use super::input::{
    self, AddItemsOp, ConcurrencyInput, ConflictPolicy, LockItemsOp, MoveItemsOp, PlaylistDetailsInput,
    PlaylistItemInput, PlaylistOperation, RemoveItemsOp, UpdateItemOp,
};
use super::payload::{PlaylistChangePayload, PlaylistPayload};
use crate::account::scope::Scope;
use crate::collaboration::activity::{ActivityById, ActivityId};
use crate::error::{Error, Rejection};
use crate::graphql::access::{Needs, requires};
use crate::graphql::context::{database, loaders, require_viewer};
use crate::playlist::edit::{self, NewPlaylist};
use crate::playlist::operation::{Action, Edit, Edited, Operation};
use crate::playlist::playlist::PlaylistId;

/// Mutations of playlists.
#[derive(Default)]
pub struct PlaylistMutations;

/// Mutations of playlists.
#[Object]
impl PlaylistMutations {
    /// Makes a playlist, with its first entries. Access: scope PLAYLIST_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::PlaylistWrite)", directive = requires::apply(Scope::PlaylistWrite))]
    async fn create_playlist(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Name, which is required, text and settings; a playlist is private unless said otherwise.")]
        details: PlaylistDetailsInput,
        #[graphql(desc = "Global id of a folder of the caller; at the top without it.")] folder_id: Option<ID>,
        #[graphql(desc = "The first entries, at most 1,000.")] items: Option<Vec<PlaylistItemInput>>,
        #[graphql(
            desc = "The client's name of this call, at most 100 characters: a repeat makes nothing and gets the same answer."
        )]
        client_mutation_id: Option<String>,
    ) -> Result<PlaylistPayload> {
        let new = || -> crate::error::Result<NewPlaylist> {
            let mut operations =
                vec![Operation { path: "details".to_owned(), action: Action::Details(details.into()) }];
            if let Some(given) = items {
                let action = Action::Replace(input::items("items", given)?);
                operations.push(Operation { path: "items".to_owned(), action });
            }
            let folder = folder_id.map(|id| input::id("folderId", &id)).transpose()?;
            Ok(NewPlaylist { operations, folder, call: client_mutation_id })
        };
        let outcome = match new() {
            Ok(new) => edit::create(database(ctx)?, require_viewer(ctx)?.user, new).await,
            Err(error) => Err(error),
        };
        loaders(ctx)?.forget();
        Ok(PlaylistPayload::of(outcome)?)
    }

    /// Changes name, text or settings of a playlist; needs CHANGE_DETAILS there.
    /// Access: scope PLAYLIST_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::PlaylistWrite)", directive = requires::apply(Scope::PlaylistWrite))]
    async fn update_playlist(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the playlist, or its UUID.")] id: ID,
        #[graphql(desc = "What is to change.")] details: PlaylistDetailsInput,
        #[graphql(desc = "What the client knew; without it, the newest version is changed.")] concurrency: Option<
            ConcurrencyInput,
        >,
        #[graphql(
            desc = "The client's name of this call, at most 100 characters: a repeat changes nothing and gets the same answer."
        )]
        client_mutation_id: Option<String>,
    ) -> Result<PlaylistPayload> {
        let operation = PlaylistOperation::Details(details).read_at("details".to_owned());
        let operations = operation.map(|operation| vec![operation]);
        Ok(PlaylistPayload::of(apply(ctx, id, operations, concurrency, client_mutation_id).await)?)
    }

    /// Does several things to a playlist, in order: all of them, or none. Each that changes something
    /// makes one version. Each needs in the playlist what the mutation of its name needs.
    /// Access: scope PLAYLIST_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::PlaylistWrite)", directive = requires::apply(Scope::PlaylistWrite))]
    async fn apply_playlist_operations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the playlist, or its UUID.")] id: ID,
        #[graphql(desc = "What to do, 1 to 100 operations that name or add 1,000 entries at most.")] operations: Vec<
            PlaylistOperation,
        >,
        #[graphql(desc = "What the client knew; without it, the newest version is changed.")] concurrency: Option<
            ConcurrencyInput,
        >,
        #[graphql(
            desc = "The client's name of this call, at most 100 characters: a repeat changes nothing and gets the same answer."
        )]
        client_mutation_id: Option<String>,
    ) -> Result<PlaylistChangePayload> {
        let operations = operations.into_iter().enumerate().map(|(number, operation)| operation.read(number));
        change(ctx, id, operations.collect(), concurrency, client_mutation_id).await
    }

    /// Adds entries to a playlist, in the order given; needs ADD_TRACKS there. Where additions wait for
    /// approval, whoever may not approve proposes them. Access: scope PLAYLIST_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::PlaylistWrite)", directive = requires::apply(Scope::PlaylistWrite))]
    async fn add_playlist_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the playlist, or its UUID.")] id: ID,
        #[graphql(desc = "The entries, and where they go.")] input: AddItemsOp,
        #[graphql(desc = "What the client knew; without it, the newest version is changed.")] concurrency: Option<
            ConcurrencyInput,
        >,
        #[graphql(
            desc = "The client's name of this call, at most 100 characters: a repeat changes nothing and gets the same answer."
        )]
        client_mutation_id: Option<String>,
    ) -> Result<PlaylistChangePayload> {
        let operation = PlaylistOperation::Add(input).read_at("input".to_owned());
        change(ctx, id, operation.map(|operation| vec![operation]), concurrency, client_mutation_id).await
    }

    /// Removes entries from a playlist; needs REMOVE_TRACKS there, or ADD_TRACKS for one's own
    /// entries. Access: scope PLAYLIST_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::PlaylistWrite)", directive = requires::apply(Scope::PlaylistWrite))]
    async fn remove_playlist_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the playlist, or its UUID.")] id: ID,
        #[graphql(desc = "The entries.")] input: RemoveItemsOp,
        #[graphql(desc = "What the client knew; without it, the newest version is changed.")] concurrency: Option<
            ConcurrencyInput,
        >,
        #[graphql(
            desc = "The client's name of this call, at most 100 characters: a repeat changes nothing and gets the same answer."
        )]
        client_mutation_id: Option<String>,
    ) -> Result<PlaylistChangePayload> {
        let operation = PlaylistOperation::Remove(input).read_at("input".to_owned());
        change(ctx, id, operation.map(|operation| vec![operation]), concurrency, client_mutation_id).await
    }

    /// Moves entries of a playlist; needs REORDER_TRACKS there. Access: scope PLAYLIST_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::PlaylistWrite)", directive = requires::apply(Scope::PlaylistWrite))]
    async fn move_playlist_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the playlist, or its UUID.")] id: ID,
        #[graphql(desc = "The entries, and where they go.")] input: MoveItemsOp,
        #[graphql(desc = "What the client knew; without it, the newest version is changed.")] concurrency: Option<
            ConcurrencyInput,
        >,
        #[graphql(
            desc = "The client's name of this call, at most 100 characters: a repeat changes nothing and gets the same answer."
        )]
        client_mutation_id: Option<String>,
    ) -> Result<PlaylistChangePayload> {
        let operation = PlaylistOperation::Move(input).read_at("input".to_owned());
        change(ctx, id, operation.map(|operation| vec![operation]), concurrency, client_mutation_id).await
    }

    /// Changes the note, the clip or the track of an entry; needs REMOVE_TRACKS there, or ADD_TRACKS
    /// for one's own entries. Access: scope PLAYLIST_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::PlaylistWrite)", directive = requires::apply(Scope::PlaylistWrite))]
    async fn update_playlist_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the playlist, or its UUID.")] id: ID,
        #[graphql(desc = "The entry, and what is to change.")] input: UpdateItemOp,
        #[graphql(desc = "What the client knew; without it, the newest version is changed.")] concurrency: Option<
            ConcurrencyInput,
        >,
        #[graphql(
            desc = "The client's name of this call, at most 100 characters: a repeat changes nothing and gets the same answer."
        )]
        client_mutation_id: Option<String>,
    ) -> Result<PlaylistChangePayload> {
        let operation = PlaylistOperation::Update(input).read_at("input".to_owned());
        change(ctx, id, operation.map(|operation| vec![operation]), concurrency, client_mutation_id).await
    }

    /// Locks entries to their place, or unlocks them: what is locked is neither moved nor removed.
    /// Needs LOCK_ITEMS there. Access: scope PLAYLIST_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::PlaylistWrite)", directive = requires::apply(Scope::PlaylistWrite))]
    async fn set_playlist_items_lock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the playlist, or its UUID.")] id: ID,
        #[graphql(desc = "The entries, and whether they are to be locked.")] input: LockItemsOp,
    ) -> Result<PlaylistChangePayload> {
        let operation = PlaylistOperation::Lock(input).read_at("input".to_owned());
        change(ctx, id, operation.map(|operation| vec![operation]), None, None).await
    }

    /// Gives a playlist these entries in place of those it has. An entry of a track that is there
    /// already is kept, with who added it and when. Needs ADD_TRACKS, REMOVE_TRACKS and
    /// REORDER_TRACKS there, as far as each is used. Access: scope PLAYLIST_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::PlaylistWrite)", directive = requires::apply(Scope::PlaylistWrite))]
    async fn replace_playlist_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the playlist, or its UUID.")] id: ID,
        #[graphql(desc = "The entries, in order; at most 1,000.")] items: Vec<PlaylistItemInput>,
        #[graphql(desc = "What the client knew.")] concurrency: ConcurrencyInput,
        #[graphql(
            desc = "The client's name of this call, at most 100 characters: a repeat changes nothing and gets the same answer."
        )]
        client_mutation_id: Option<String>,
    ) -> Result<PlaylistChangePayload> {
        let operation = input::items("items", items)
            .map(|items| vec![Operation { path: "items".to_owned(), action: Action::Replace(items) }]);
        change(ctx, id, operation, Some(concurrency), client_mutation_id).await
    }

    /// Takes one change of a playlist back, as a change of its own. Needs there what the inverse needs:
    /// to take an addition back REMOVE_TRACKS, and so on. Refused where it would no longer make sense,
    /// and then the error says why. Access: scope PLAYLIST_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::PlaylistWrite)", directive = requires::apply(Scope::PlaylistWrite))]
    async fn undo_playlist_activity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the change.")] activity_id: ID,
    ) -> Result<PlaylistChangePayload> {
        let outcome = undo(ctx, activity_id).await;
        Ok(PlaylistChangePayload::of(outcome, None)?)
    }

    /// Gives a playlist the entries that it had after a version: which, in which order, with which
    /// notes, clips and locks; name and settings stay. Needs ADD_TRACKS, REMOVE_TRACKS and
    /// REORDER_TRACKS there. Access: scope PLAYLIST_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::PlaylistWrite)", directive = requires::apply(Scope::PlaylistWrite))]
    async fn revert_playlist(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the playlist, or its UUID.")] id: ID,
        #[graphql(desc = "The version to go back to, from 1.")] to_version: i32,
        #[graphql(desc = "The version that the client knows; anything newer but votes and comments is refused.")]
        expected_version: i32,
    ) -> Result<PlaylistChangePayload> {
        let operation = Operation { path: "toVersion".to_owned(), action: Action::Revert { to: to_version } };
        let concurrency =
            ConcurrencyInput { expected_version: Some(expected_version), on_conflict: ConflictPolicy::Strict };
        change(ctx, id, Ok(vec![operation]), Some(concurrency), None).await
    }
}

async fn undo(ctx: &Context<'_>, activity_id: ID) -> crate::error::Result<Edited> {
    let id: ActivityId = input::id("activityId", &activity_id)?;
    let found = loaders(ctx)?.load_one(ActivityById(id)).await.map_err(Error::internal)?;
    let missing =
        || Rejection::missing("activityId", "activity.exists", activity_id.0.clone(), "there is no such change");
    let activity = found.ok_or_else(missing)?;
    let action = Action::Undo { version: activity.playlist_version };
    let playlist = ID(crate::ids::encode(PlaylistId(activity.playlist_id)));
    apply(ctx, playlist, Ok(vec![Operation { path: "activityId".to_owned(), action }]), None, None).await
}

async fn change(
    ctx: &Context<'_>,
    id: ID,
    operations: crate::error::Result<Vec<Operation>>,
    concurrency: Option<ConcurrencyInput>,
    call: Option<String>,
) -> Result<PlaylistChangePayload> {
    let outcome = apply(ctx, id, operations, concurrency, call.clone()).await;
    Ok(PlaylistChangePayload::of(outcome, call)?)
}

async fn apply(
    ctx: &Context<'_>,
    id: ID,
    operations: crate::error::Result<Vec<Operation>>,
    concurrency: Option<ConcurrencyInput>,
    call: Option<String>,
) -> crate::error::Result<Edited> {
    let edit = Edit {
        named: input::named("id", &id)?,
        given_id: id.0,
        operations: operations?,
        concurrency: concurrency.into(),
        call,
    };
    let outcome = edit::apply(database(ctx)?, require_viewer(ctx)?.user, edit).await;
    // What this request read before is no longer so.
    loaders(ctx)?.forget();
    outcome
}
