//! Mutations of libraries and follows.

use async_graphql::{Context, ID, Object, Result};
use uuid::Uuid;

use super::entry::{LibraryEntry, LibraryEntryInput};
use super::follow::PlaylistFollow;
use super::payload::{AlbumCollectionPayload, ArtistFollowPayload, LibraryPayload, Named, PlaylistFollowPayload};
use crate::account::scope::Scope;
use crate::account::user::UserId;
use crate::catalog::album::AlbumId;
use crate::catalog::artist::ArtistId;
use crate::catalog::track::TrackId;
use crate::collaboration::feed::Named as NamedPlaylist;
use crate::db::Conn;
use crate::error::Rejection;
use crate::graphql::access::{Needs, requires};
use crate::graphql::catalog::track_ref;
use crate::graphql::context::{database, loaders, reader, require_viewer};
use crate::graphql::error::settled;
use crate::graphql::filter::{bounded, decode_id, decode_ids};
use crate::graphql::playlist::input::TrackRef;
use crate::graphql::playlist::playlist::Playlist;
use crate::graphql::user_error::UserError;
use crate::library::follow::ContextType;
use crate::library::saved::EntryChanges;
use crate::library::{collection, follow, playlist_follow, saved};
use crate::playlist::playlist::{PlaylistId, PlaylistOfPart};

/// Runs a piece of work in a transaction of whoever calls: `in_transaction!(ctx, conn, viewer => work)`.
macro_rules! in_transaction {
    ($ctx:expr, $conn:ident, $viewer:ident => $work:expr) => {{
        let $viewer = require_viewer($ctx)?.user;
        let mut conn = database($ctx)?.conn().await?;
        let mut transaction = conn.begin().await?;
        let outcome = {
            let $conn = &mut transaction;
            $work.await
        };
        transaction.end(outcome).await
    }};
}

/// Mutations of libraries and follows.
#[derive(Default)]
pub struct LibraryMutations;

/// How a playlist is named by a global id or a UUID.
fn named(id: &ID) -> crate::error::Result<NamedPlaylist> {
    match Uuid::try_parse(id) {
        Ok(uuid) => Ok(NamedPlaylist::Uuid(uuid)),
        Err(_) => decode_id::<PlaylistId>("playlistId", id).map(|key| NamedPlaylist::Key(key.0)),
    }
}

fn no_playlist(id: ID) -> crate::error::Error {
    Rejection::missing("playlistId", "playlist.exists", id.0, "there is no such playlist").into()
}

/// Mutations of libraries and follows.
#[Object]
impl LibraryMutations {
    /// Saves tracks, and says something of all of them; those that are saved already are changed.
    /// Access: scope LIBRARY_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::LibraryWrite)", directive = requires::apply(Scope::LibraryWrite))]
    async fn save_tracks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tracks, at most 250.")] tracks: Vec<TrackRef>,
        #[graphql(desc = "What is said of each of them.")] entry: Option<LibraryEntryInput>,
    ) -> Result<LibraryPayload> {
        let asked = bounded("tracks", tracks.len())
            .and_then(|()| Ok(entry.map(|entry| entry.changes("entry")).transpose()?.unwrap_or_default()));
        let outcome = match asked {
            Ok(changes) => in_transaction!(ctx, conn, viewer => save(conn, viewer, tracks, &changes)),
            Err(error) => Err(error),
        };
        let (saved, mut user_errors) = settled(outcome)?;
        let (rows, faults) = saved.unwrap_or_default();
        user_errors.extend(faults.into_iter().map(UserError::from));
        let entries = rows.into_iter().map(LibraryEntry).collect();
        Ok(LibraryPayload { entries, removed_track_ids: Vec::new(), user_errors })
    }

    /// Takes tracks out of one's library, with what is said of them there. Access: scope LIBRARY_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::LibraryWrite)", directive = requires::apply(Scope::LibraryWrite))]
    async fn unsave_tracks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids of the tracks, at most 250.")] track_ids: Vec<ID>,
    ) -> Result<LibraryPayload> {
        let outcome = match decode_ids::<TrackId>("trackIds", &track_ids) {
            Ok(ids) => in_transaction!(ctx, conn, viewer => saved::unsave(conn, viewer, &ids)),
            Err(error) => Err(error),
        };
        let named = Named { argument: "trackIds", thing: "track", rule: "track.exists", ids: &track_ids };
        let (removed_track_ids, user_errors) = named.removed(outcome)?;
        Ok(LibraryPayload { entries: Vec::new(), removed_track_ids, user_errors })
    }

    /// Says something of a saved track: rating, favourite, tags, notes. Access: scope LIBRARY_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::LibraryWrite)", directive = requires::apply(Scope::LibraryWrite))]
    async fn update_library_entry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the track.")] track_id: ID,
        #[graphql(desc = "What is to change.")] input: LibraryEntryInput,
    ) -> Result<LibraryPayload> {
        let asked = decode_id::<TrackId>("trackId", &track_id).and_then(|track| Ok((track, input.changes("input")?)));
        let outcome = match asked {
            Ok((track, changes)) => in_transaction!(ctx, conn, viewer => saved::update(conn, viewer, track, &changes)),
            Err(error) => Err(error),
        };
        let outcome = outcome.and_then(|entry| {
            let message = "the track is not in your library; save it with saveTracks";
            entry.ok_or_else(|| Rejection::missing("trackId", "entry.exists", track_id.0, message).into())
        });
        let (entry, user_errors) = settled(outcome)?;
        let entries = entry.map(LibraryEntry).into_iter().collect();
        Ok(LibraryPayload { entries, removed_track_ids: Vec::new(), user_errors })
    }

    /// Puts albums into one's collection. Access: scope LIBRARY_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::LibraryWrite)", directive = requires::apply(Scope::LibraryWrite))]
    async fn save_albums(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids of the albums, at most 250.")] album_ids: Vec<ID>,
        #[graphql(
            desc = "One's own words for all of them, in place of those until now: at most 50 of 1 to 100 characters."
        )]
        tags: Option<Vec<String>>,
    ) -> Result<AlbumCollectionPayload> {
        let asked = decode_ids::<AlbumId>("albumIds", &album_ids)
            .and_then(|ids| Ok((ids, tags.map(|tags| saved::checked_tags("tags", tags)).transpose()?)));
        let outcome = match asked {
            Ok((ids, tags)) => in_transaction!(ctx, conn, viewer => collection::save(conn, viewer, &ids, tags)),
            Err(error) => Err(error),
        };
        let named = Named { argument: "albumIds", thing: "album", rule: "album.exists", ids: &album_ids };
        let (entries, user_errors) = named.kept(outcome)?;
        Ok(AlbumCollectionPayload { entries, removed_album_ids: Vec::new(), user_errors })
    }

    /// Takes albums out of one's collection. Access: scope LIBRARY_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::LibraryWrite)", directive = requires::apply(Scope::LibraryWrite))]
    async fn unsave_albums(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids of the albums, at most 250.")] album_ids: Vec<ID>,
    ) -> Result<AlbumCollectionPayload> {
        let outcome = match decode_ids::<AlbumId>("albumIds", &album_ids) {
            Ok(ids) => in_transaction!(ctx, conn, viewer => collection::unsave(conn, viewer, &ids)),
            Err(error) => Err(error),
        };
        let named = Named { argument: "albumIds", thing: "album", rule: "album.exists", ids: &album_ids };
        let (removed_album_ids, user_errors) = named.removed(outcome)?;
        Ok(AlbumCollectionPayload { entries: Vec::new(), removed_album_ids, user_errors })
    }

    /// Follows artists, or says anew whether their news are wanted. Access: scope LIBRARY_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::LibraryWrite)", directive = requires::apply(Scope::LibraryWrite))]
    async fn follow_artists(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids of the artists, at most 250.")] artist_ids: Vec<ID>,
        #[graphql(desc = "Whether their news are to stand in one's feed.", default = true)] notifications: bool,
        #[graphql(desc = "Where one came upon them; kept from the first time.")] follow_source: Option<ContextType>,
    ) -> Result<ArtistFollowPayload> {
        let outcome = match decode_ids::<ArtistId>("artistIds", &artist_ids) {
            Ok(ids) => in_transaction!(ctx, conn, viewer =>
                follow::follow(conn, viewer, &ids, notifications, follow_source)),
            Err(error) => Err(error),
        };
        let named = Named { argument: "artistIds", thing: "artist", rule: "artist.exists", ids: &artist_ids };
        let (follows, user_errors) = named.kept(outcome)?;
        Ok(ArtistFollowPayload { follows, unfollowed_ids: Vec::new(), user_errors })
    }

    /// Follows artists no longer. Access: scope LIBRARY_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::LibraryWrite)", directive = requires::apply(Scope::LibraryWrite))]
    async fn unfollow_artists(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids of the artists, at most 250.")] artist_ids: Vec<ID>,
    ) -> Result<ArtistFollowPayload> {
        let outcome = match decode_ids::<ArtistId>("artistIds", &artist_ids) {
            Ok(ids) => in_transaction!(ctx, conn, viewer => follow::unfollow(conn, viewer, &ids)),
            Err(error) => Err(error),
        };
        let named = Named { argument: "artistIds", thing: "artist", rule: "artist.exists", ids: &artist_ids };
        let (unfollowed_ids, user_errors) = named.removed(outcome)?;
        Ok(ArtistFollowPayload { follows: Vec::new(), unfollowed_ids, user_errors })
    }

    /// Follows a playlist that one may see, or says anew how. Access: scope LIBRARY_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::LibraryWrite)", directive = requires::apply(Scope::LibraryWrite))]
    async fn follow_playlist(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the playlist, or its UUID; an unlisted one is followed by its UUID.")]
        playlist_id: ID,
        #[graphql(desc = "Whether its changes are to stand in one's feed.", default = true)] notifications: bool,
        #[graphql(desc = "Global id of one's own folder to put it in; without it, it stays where it is.")]
        folder_id: Option<ID>,
    ) -> Result<PlaylistFollowPayload> {
        let folder = folder_id.map(|id| folder(&id)).transpose();
        let outcome = match named(&playlist_id).and_then(|playlist| Ok((playlist, folder?))) {
            Ok((playlist, folder)) => in_transaction!(ctx, conn, viewer =>
                playlist_follow::follow(conn, viewer, (playlist, reader(ctx)?), notifications, folder)),
            Err(error) => Err(error),
        };
        let (follow, user_errors) = settled(outcome.and_then(|made| made.ok_or_else(|| no_playlist(playlist_id))))?;
        let playlist = match &follow {
            Some(follow) => shown(ctx, follow.playlist_id).await?,
            None => None,
        };
        Ok(PlaylistFollowPayload { follow: follow.map(PlaylistFollow), playlist, user_errors })
    }

    /// Follows a playlist no longer. Access: scope LIBRARY_WRITE.
    #[graphql(guard = "Needs::Scope(Scope::LibraryWrite)", directive = requires::apply(Scope::LibraryWrite))]
    async fn unfollow_playlist(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the playlist, or its UUID.")] playlist_id: ID,
    ) -> Result<PlaylistFollowPayload> {
        let outcome = match named(&playlist_id) {
            Ok(playlist) => in_transaction!(ctx, conn, viewer => playlist_follow::unfollow(conn, viewer, playlist)),
            Err(error) => Err(error),
        };
        let outcome = outcome.and_then(|key| {
            let message = "you do not follow such a playlist";
            key.ok_or_else(|| Rejection::missing("playlistId", "follow.exists", playlist_id.0, message).into())
        });
        let (key, user_errors) = settled(outcome)?;
        let playlist = match key {
            Some(key) => shown(ctx, key).await?,
            None => None,
        };
        Ok(PlaylistFollowPayload { follow: None, playlist, user_errors })
    }
}

/// Saves the tracks that are there; the rows, and what names nothing.
async fn save(
    conn: &mut Conn,
    viewer: UserId,
    tracks: Vec<TrackRef>,
    changes: &EntryChanges,
) -> crate::error::Result<(Vec<saved::LibraryEntry>, Vec<Rejection>)> {
    let (mut ids, mut faults) = (Vec::new(), Vec::new());
    for track in track_ref::resolve(conn, "tracks", None, tracks).await? {
        match track {
            Ok(track) => ids.push(track),
            Err(fault) => faults.push(fault),
        }
    }
    Ok((saved::save(conn, viewer, &ids, changes).await?.rows, faults))
}

/// The key of a folder that the caller names.
fn folder(id: &ID) -> crate::error::Result<i64> {
    match crate::ids::decode_any(id) {
        Ok((kind, key)) if kind == "PlaylistFolder" => Ok(key),
        _ => Err(crate::error::Error::invalid("folderId", "this is not the id of a playlist folder")),
    }
}

async fn shown(ctx: &Context<'_>, playlist: i64) -> Result<Option<Playlist>> {
    Ok(loaders(ctx)?.load_one(PlaylistOfPart(PlaylistId(playlist))).await?.map(Playlist))
}
