//! Follows as types.
//!
//! What others are shown of a person's follows goes by whether the person's history is public; how
//! somebody follows is told to themself alone.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};

use crate::account::user::{UserById, UserId};
use crate::catalog::artist::ArtistById;
use crate::db::{PageArgs, PageRequest};
use crate::error::Error;
use crate::graphql::access;
use crate::graphql::account::user::User;
use crate::graphql::catalog::artist::Artist;
use crate::graphql::context::{loaders, reader};
use crate::graphql::playlist::playlist::Playlist;
use crate::library::follow::{self, ContextType, FollowedArtistsOf};
use crate::library::playlist_follow::{self, FollowedPlaylistsOf};
use crate::library::shown::{FollowersOf, ShownArtistsOf, ShownPlaylistsOf};
use crate::playlist::playlist::{PlaylistId, PlaylistOfPart};
use crate::{child_page, connection, ids};

/// Somebody follows an artist.
pub struct ArtistFollow(pub follow::ArtistFollow);

impl From<follow::ArtistFollow> for ArtistFollow {
    fn from(row: follow::ArtistFollow) -> Self {
        Self(row)
    }
}

connection! {
    /// A page of followed artists.
    ArtistFollowConnection,
    /// A followed artist in a list.
    ArtistFollowEdge,
    ArtistFollow
}

/// Somebody follows an artist.
#[Object]
impl ArtistFollow {
    /// Global id; opens the follow to the follower alone.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id).into()
    }

    /// The artist; where they were merged since, the one they were merged into.
    async fn artist(&self, ctx: &Context<'_>) -> Result<Artist> {
        let artist = loaders(ctx)?.load_one(ArtistById(self.0.artist_id)).await?;
        Ok(artist.map(Artist).ok_or_else(|| Error::NotFound("the artist is gone".to_owned()))?)
    }

    /// Who follows; none when the account is closed.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        Ok(loaders(ctx)?.load_one(UserById(self.0.user_id)).await?.map(User))
    }

    /// Since when.
    async fn followed_at(&self) -> DateTime<Utc> {
        self.0.followed_at
    }

    /// Where they came upon the artist. Access: the follower; null for all others.
    async fn follow_source(&self, ctx: &Context<'_>) -> Option<ContextType> {
        self.0.follow_source.filter(|_| access::is_self(ctx, self.0.user_id))
    }

    /// Whether news of the artist stand in the follower's feed. Access: the follower; null for all
    /// others.
    async fn notifications_enabled(&self, ctx: &Context<'_>) -> Option<bool> {
        access::is_self(ctx, self.0.user_id).then_some(self.0.notifications_enabled)
    }
}

/// Somebody follows a playlist.
pub struct PlaylistFollow(pub playlist_follow::PlaylistFollow);

impl From<playlist_follow::PlaylistFollow> for PlaylistFollow {
    fn from(row: playlist_follow::PlaylistFollow) -> Self {
        Self(row)
    }
}

connection! {
    /// A page of followed playlists, or of a playlist's followers.
    PlaylistFollowConnection,
    /// A follow in a list.
    PlaylistFollowEdge,
    PlaylistFollow
}

/// Somebody follows a playlist.
#[Object]
impl PlaylistFollow {
    /// Global id; opens the follow to the follower alone.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id).into()
    }

    /// Who follows; none when the account is closed.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        Ok(loaders(ctx)?.load_one(UserById(self.0.user_id)).await?.map(User))
    }

    /// The playlist; none when it may no longer be seen.
    async fn playlist(&self, ctx: &Context<'_>) -> Result<Option<Playlist>> {
        let key = PlaylistOfPart(PlaylistId(self.0.playlist_id));
        Ok(loaders(ctx)?.load_one(key).await?.map(Playlist))
    }

    /// Since when.
    async fn followed_at(&self) -> DateTime<Utc> {
        self.0.followed_at
    }

    /// Whether changes of the playlist stand in the follower's feed. Access: the follower; null for
    /// all others.
    async fn notifications_enabled(&self, ctx: &Context<'_>) -> Option<bool> {
        access::is_self(ctx, self.0.user_id).then_some(self.0.notifications_enabled)
    }
}

/// The artists that a person follows: all of them for themself, for others while the person's
/// history is public.
///
/// # Errors
/// `Invalid` naming the argument; what the database reports.
pub async fn artists_of(ctx: &Context<'_>, person: UserId, args: &PageArgs) -> Result<ArtistFollowConnection> {
    let page = PageRequest::new(args, FollowedArtistsOf::order())?;
    let (page, count) = if access::is_self(ctx, person) {
        child_page!(ctx, person.0, FollowedArtistsOf { page })
    } else {
        child_page!(ctx, person.0, ShownArtistsOf { page })
    };
    Ok(ArtistFollowConnection::new(page, count))
}

/// The playlists that a person follows: those they may see for themself; for others public ones,
/// while the person's history is public.
///
/// # Errors
/// `Invalid` naming the argument; what the database reports.
pub async fn playlists_of(ctx: &Context<'_>, person: UserId, args: &PageArgs) -> Result<PlaylistFollowConnection> {
    let page = PageRequest::new(args, FollowedPlaylistsOf::order())?;
    let (page, count) = if access::is_self(ctx, person) {
        child_page!(ctx, person.0, FollowedPlaylistsOf { reader: reader(ctx)?, page })
    } else {
        child_page!(ctx, person.0, ShownPlaylistsOf { page })
    };
    Ok(PlaylistFollowConnection::new(page, count))
}

/// The followers of a playlist that is shown to whoever asks, as far as their history is public.
///
/// # Errors
/// `Invalid` naming the argument; what the database reports.
pub async fn followers_of(
    ctx: &Context<'_>,
    playlist: PlaylistId,
    args: &PageArgs,
) -> Result<PlaylistFollowConnection> {
    let page = PageRequest::new(args, FollowedPlaylistsOf::order())?;
    let (page, count) = child_page!(ctx, playlist.0, FollowersOf { page });
    Ok(PlaylistFollowConnection::new(page, count))
}
