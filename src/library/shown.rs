//! What people are shown of whom others follow. Tables `user_artist_follows`, `playlist_follows`.
//!
//! A follow says what somebody likes. It is shown to others as their history is: to everybody, or
//! to nobody but themself. Of playlists, only public ones are shown to others.

use super::follow::ArtistFollow;
use super::playlist_follow::PlaylistFollow;
use crate::child_list;
use crate::db::{ListSource, PageRequest, Statement};

/// The artists that a person follows, for others.
#[derive(Debug)]
pub struct ShownArtistsOf {
    /// The page asked for, in the order of [`super::follow::FollowedArtistsOf`].
    pub page: PageRequest,
}

impl ShownArtistsOf {
    fn source(&self) -> ListSource {
        ListSource {
            columns: ArtistFollow::COLUMNS,
            tables: "user_artist_follows l",
            condition: "l.user_id = p.parent and ops.shows_history(l.user_id)",
        }
    }

    fn narrow(&self, statement: &mut Statement) {
        statement.private();
    }
}

child_list!(ShownArtistsOf => ArtistFollow);

/// The public playlists that a person follows, for others.
#[derive(Debug)]
pub struct ShownPlaylistsOf {
    /// The page asked for, in the order of [`super::playlist_follow::FollowedPlaylistsOf`].
    pub page: PageRequest,
}

impl ShownPlaylistsOf {
    fn source(&self) -> ListSource {
        ListSource {
            columns: PlaylistFollow::COLUMNS,
            tables: "playlist_follows l join playlists pl on pl.id = l.playlist_id",
            condition:
                "l.user_id = p.parent and ops.shows_history(l.user_id) and pl.deleted_at is null and not pl.folder_type
                and pl.visibility = 'public'",
        }
    }

    fn narrow(&self, statement: &mut Statement) {
        statement.private();
    }
}

child_list!(ShownPlaylistsOf => PlaylistFollow);

/// The people who follow a playlist, as far as they are shown.
#[derive(Debug)]
pub struct FollowersOf {
    /// The page asked for, in the order of [`super::playlist_follow::FollowedPlaylistsOf`].
    pub page: PageRequest,
}

impl FollowersOf {
    fn source(&self) -> ListSource {
        ListSource {
            columns: PlaylistFollow::COLUMNS,
            tables: "playlist_follows l join users u on u.id = l.user_id and u.is_active",
            condition: "l.playlist_id = p.parent and ops.shows_history(l.user_id)",
        }
    }

    fn narrow(&self, statement: &mut Statement) {
        statement.private();
    }
}

child_list!(FollowersOf => PlaylistFollow);
