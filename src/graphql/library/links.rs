//! What of the caller's own hangs on a thing: one loader call each, keyed by caller and thing.

use async_graphql::{Context, Result};

use super::collection::AlbumCollectionEntry;
use super::entry::LibraryEntry;
use super::follow::{ArtistFollow, PlaylistFollow};
use crate::account::scope::Scope;
use crate::account::user::UserId;
use crate::catalog::album::AlbumId;
use crate::catalog::artist::ArtistId;
use crate::catalog::track::TrackId;
use crate::graphql::context::{loaders, viewer};
use crate::graphql::listening::interaction::Interaction;
use crate::library::collection::{AlbumCollectionEntryId, CollectionEntryById, CollectionEntryOfViewer};
use crate::library::follow::{ArtistFollowId, FollowById, FollowOfViewer};
use crate::library::playlist_follow::{PlaylistFollowById, PlaylistFollowId, PlaylistFollowOfViewer};
use crate::library::saved::{EntryById, EntryOfViewer, LibraryEntryId};
use crate::listening::interaction::{InteractionById, InteractionId};
use crate::playlist::playlist::PlaylistId;

/// Whoever calls, when they may read what is theirs.
fn reader(ctx: &Context<'_>) -> Option<UserId> {
    viewer(ctx).filter(|viewer| viewer.may(Scope::Read)).map(|viewer| viewer.user)
}

/// What the caller's library holds of a track.
///
/// # Errors
/// What the database reports.
pub async fn entry_of_track(ctx: &Context<'_>, track: TrackId) -> Result<Option<LibraryEntry>> {
    let Some(viewer) = reader(ctx) else { return Ok(None) };
    Ok(loaders(ctx)?.load_one(EntryOfViewer { viewer, track }).await?.map(LibraryEntry))
}

/// What the caller's collection holds of an album.
///
/// # Errors
/// What the database reports.
pub async fn entry_of_album(ctx: &Context<'_>, album: AlbumId) -> Result<Option<AlbumCollectionEntry>> {
    let Some(viewer) = reader(ctx) else { return Ok(None) };
    Ok(loaders(ctx)?.load_one(CollectionEntryOfViewer { viewer, album }).await?.map(AlbumCollectionEntry))
}

/// How the caller follows an artist.
///
/// # Errors
/// What the database reports.
pub async fn follow_of_artist(ctx: &Context<'_>, artist: ArtistId) -> Result<Option<ArtistFollow>> {
    let Some(viewer) = reader(ctx) else { return Ok(None) };
    Ok(loaders(ctx)?.load_one(FollowOfViewer { viewer, artist }).await?.map(ArtistFollow))
}

/// How the caller follows a playlist.
///
/// # Errors
/// What the database reports.
pub async fn follow_of_playlist(ctx: &Context<'_>, playlist: PlaylistId) -> Result<Option<PlaylistFollow>> {
    let Some(viewer) = reader(ctx) else { return Ok(None) };
    Ok(loaders(ctx)?.load_one(PlaylistFollowOfViewer { viewer, playlist: playlist.0 }).await?.map(PlaylistFollow))
}

/// A saved track by its own key, for its person.
///
/// # Errors
/// What the database reports.
pub async fn entry(ctx: &Context<'_>, key: i64) -> Result<Option<LibraryEntry>> {
    let Some(viewer) = reader(ctx) else { return Ok(None) };
    Ok(loaders(ctx)?.load_one(EntryById { viewer, id: LibraryEntryId(key) }).await?.map(LibraryEntry))
}

/// A saved album by its own key, for its person.
///
/// # Errors
/// What the database reports.
pub async fn collection_entry(ctx: &Context<'_>, key: i64) -> Result<Option<AlbumCollectionEntry>> {
    let Some(viewer) = reader(ctx) else { return Ok(None) };
    let key = CollectionEntryById { viewer, id: AlbumCollectionEntryId(key) };
    Ok(loaders(ctx)?.load_one(key).await?.map(AlbumCollectionEntry))
}

/// A follow of an artist by its own key, for the follower.
///
/// # Errors
/// What the database reports.
pub async fn artist_follow(ctx: &Context<'_>, key: i64) -> Result<Option<ArtistFollow>> {
    let Some(viewer) = reader(ctx) else { return Ok(None) };
    Ok(loaders(ctx)?.load_one(FollowById { viewer, id: ArtistFollowId(key) }).await?.map(ArtistFollow))
}

/// A follow of a playlist by its own key, for the follower.
///
/// # Errors
/// What the database reports.
pub async fn playlist_follow(ctx: &Context<'_>, key: i64) -> Result<Option<PlaylistFollow>> {
    let Some(viewer) = reader(ctx) else { return Ok(None) };
    let key = PlaylistFollowById { viewer, id: PlaylistFollowId(key) };
    Ok(loaders(ctx)?.load_one(key).await?.map(PlaylistFollow))
}

/// Something the caller did with a track, by its own key.
///
/// # Errors
/// What the database reports.
pub async fn interaction(ctx: &Context<'_>, key: i64) -> Result<Option<Interaction>> {
    let may = |viewer: &&crate::account::viewer::Viewer| viewer.may(Scope::HistoryRead);
    let Some(viewer) = viewer(ctx).filter(may).map(|viewer| viewer.user) else { return Ok(None) };
    Ok(loaders(ctx)?.load_one(InteractionById { viewer, id: InteractionId(key) }).await?.map(Interaction))
}
