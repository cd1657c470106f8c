//! Interfaces that types of several rooms share.

use async_graphql::{ID, Interface, Union};
use chrono::{DateTime, Utc};

use super::account::profile::MusicProfile;
use super::account::user::User;
use super::catalog::album::Album;
use super::catalog::artist::Artist;
use super::catalog::genre::Genre;
use super::catalog::source::{AlbumSource, ArtistSource, TrackSource};
use super::catalog::track::Track;
use super::collaboration::activity::PlaylistActivity;
use super::collaboration::collaborator::PlaylistCollaborator;
use super::collaboration::vote::PlaylistItemVote;
use super::library::collection::AlbumCollectionEntry;
use super::library::entry::LibraryEntry;
use super::library::follow::{ArtistFollow, PlaylistFollow};
use super::listening::interaction::Interaction;
use super::playlist::item::PlaylistItem;
use super::playlist::playlist::Playlist;
use super::scalars::Url;
use crate::catalog::source::{SourceType, SyncStatus};

/// Anything that has a global id and can be asked for by it.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Global id; opaque, unique over all types."))]
pub enum Node {
    Track(Track),
    Artist(Artist),
    Album(Album),
    Genre(Genre),
    TrackSource(TrackSource),
    ArtistSource(ArtistSource),
    AlbumSource(AlbumSource),
    User(User),
    MusicProfile(MusicProfile),
    Playlist(Playlist),
    PlaylistItem(PlaylistItem),
    PlaylistItemVote(PlaylistItemVote),
    PlaylistCollaborator(PlaylistCollaborator),
    PlaylistActivity(PlaylistActivity),
    LibraryEntry(LibraryEntry),
    AlbumCollectionEntry(AlbumCollectionEntry),
    ArtistFollow(ArtistFollow),
    PlaylistFollow(PlaylistFollow),
    Interaction(Interaction),
}

/// Anything that remembers when it was made and last changed.
#[expect(clippy::duplicated_attributes, reason = "two fields of one type look like a repeated attribute")]
#[derive(Interface)]
#[graphql(
    field(name = "created_at", ty = "DateTime<Utc>", desc = "When it was made."),
    field(name = "updated_at", ty = "DateTime<Utc>", desc = "When it last changed.")
)]
pub enum Timestamped {
    Track(Track),
    Artist(Artist),
    Album(Album),
    TrackSource(TrackSource),
    ArtistSource(ArtistSource),
    AlbumSource(AlbumSource),
    Playlist(Playlist),
}

/// One link of a track, an artist or an album to an outside service.
#[expect(clippy::duplicated_attributes, reason = "two fields of one type look like a repeated attribute")]
#[derive(Interface)]
#[graphql(
    field(name = "id", ty = "ID", desc = "Global id."),
    field(name = "source_type", ty = "SourceType", desc = "The service."),
    field(name = "source_id", ty = "Option<String>", desc = "Its id there."),
    field(name = "uri", ty = "Option<Url>", desc = "Where it can be opened."),
    field(name = "is_primary", ty = "bool", desc = "Preferred among the links of one thing."),
    field(name = "is_available", ty = "bool", desc = "Whether it can be opened at all."),
    field(name = "sync_status", ty = "SyncStatus", desc = "How the last exchange with the service went."),
    field(name = "last_synced_at", ty = "Option<DateTime<Utc>>", desc = "When it was last exchanged."),
    field(name = "metadata", ty = "async_graphql::Json<serde_json::Value>", desc = "What else the service said.")
)]
pub enum SourceLink {
    TrackSource(TrackSource),
    ArtistSource(ArtistSource),
    AlbumSource(AlbumSource),
}

/// Anything a search or an address can lead to.
#[derive(Union)]
pub enum CatalogueItem {
    Track(Track),
    Artist(Artist),
    Album(Album),
    Playlist(Playlist),
    Genre(Genre),
    User(User),
}
