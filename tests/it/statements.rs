//! The number of SQL statements of a query does not grow with the rows it finds.
//!
//! The table names every connection and every field that leads to another object. A field that
//! the schema gains and the table does not name fails the run.

use std::collections::BTreeSet;

use async_graphql::parser::types::{BaseType, Type, TypeKind, TypeSystemDefinition};
use serde_json::Value;

use crate::builders::gid;
use crate::harness::{TestApp, TestDatabase};

/// Sixty of everything, each linked to one of everything else; playlist 1000 holds all tracks.
const SIXTY: &str = r#"
insert into users (id, username, email) overriding system value
  select i, 'user' || i, 'user' || i || '@example.org' from generate_series(1, 60) i;
insert into genres (id, name, slug) overriding system value values (1000, 'zroot', 'zroot');
insert into genres (id, name, slug, parent_id) overriding system value
  select i, 'a' || lpad(i::text, 2, '0'), 'a' || lpad(i::text, 2, '0'), 1000 from generate_series(1, 60) i
  union all select 100 + i, 'm' || lpad(i::text, 2, '0'), 'm' || lpad(i::text, 2, '0'), i from generate_series(1, 60) i;
insert into artists (id, name, genres, bio, aliases, members, social_links, extra_metadata) overriding system value
  select i, 'Artist ' || i, jsonb_build_array('a' || lpad(i::text, 2, '0')), 'A text.', '[{"name": "Alias"}]',
    jsonb_build_array(jsonb_build_object('name', 'Member', 'artist_id', i)), '{"official": "https://example.org/"}', '{"a": 1}'
  from generate_series(1, 60) i;
insert into artists (id, name, merged_into_id) overriding system value
  select 100 + i, 'Merged ' || i, i from generate_series(1, 60) i;
insert into albums (id, title, artist_id, genres, release_date, release_precision, original_release_date,
    original_release_precision, credits, styles, moods, themes, extra_metadata) overriding system value
  select i, 'Title ' || i, i, jsonb_build_array('a' || lpad(i::text, 2, '0')), '2001-01-01', 'year', '2000-01-01', 'year',
    '{"producer": ["Somebody"]}', '["s"]', '["m"]', '["t"]', '{"a": 1}'
  from generate_series(1, 60) i;
insert into albums (id, title, artist_id) overriding system value
  select 100 + i, 'Title ' || i || ' (Remaster)', i from generate_series(1, 60) i;
insert into albums (id, title, merged_into_id) overriding system value
  select 200 + i, 'Merged ' || i, i from generate_series(1, 60) i;
insert into tracks (id, title, artist_id, album_id, duration_ms, genres, isrc, artist_credit, audio_features, lyrics,
    extra_metadata, audio_fingerprint, fingerprint_algorithm, fingerprint_duration_ms) overriding system value
  select i, 'Title ' || i, i, i, 60000, jsonb_build_array('a' || lpad(i::text, 2, '0')),
    case when i <= 50 then 'USAAA0000050' when i = 51 then 'USAAA0000001' end,
    jsonb_build_array(jsonb_build_object('artist_id', i, 'name', 'Artist ' || i)),
    '{"bpm": 120, "key": 9, "mode": 0}', 'La la.', '{"a": 1}', array_fill(1, array[300]), 'chromaprint', 40000
  from generate_series(1, 60) i;
insert into tracks (id, title, merged_into_id) overriding system value
  select 100 + i, 'Merged ' || i, i from generate_series(1, 60) i;
insert into track_sources (id, track_id, source_type, source_id) overriding system value
  select i, i, 'youtube', 't' || i from generate_series(1, 60) i;
insert into artist_sources (id, artist_id, source_type, source_id) overriding system value
  select i, i, 'youtube', 'a' || i from generate_series(1, 60) i;
insert into album_sources (id, album_id, source_type, source_id) overriding system value
  select i, i, 'youtube', 'b' || i from generate_series(1, 60) i;
insert into playlists (id, name, owner_id, visibility, last_modified_by, extra_metadata) overriding system value
  select i, 'List ' || i, i, 'public', i, '{"a": 1}'::jsonb from generate_series(1, 60) i union all select 1000, 'All', 1, 'public', 1, '{}';
update playlists set copied_from_id = 1000 where id < 1000;
insert into playlist_tracks (id, playlist_id, track_id, position, added_by) overriding system value
  select i, i, i, 1000, i from generate_series(1, 60) i
  union all select 100 + i, 1000, i, i * 1000, i from generate_series(1, 60) i;
insert into playlist_track_votes (id, playlist_track_id, user_id, vote_type) overriding system value
  select i, 100 + i, i, 1 from generate_series(1, 60) i;
insert into playlist_collaborators (id, playlist_id, user_id, invited_by, invitation_status, joined_at) overriding system value
  select i, i, i % 60 + 1, i, 'accepted', now() from generate_series(1, 60) i;
insert into playlist_activities (id, playlist_id, user_id, activity_type, playlist_version) overriding system value
  select i, i, i, 'created', 1 from generate_series(1, 60) i;
insert into playlist_activities (id, playlist_id, user_id, activity_type, playlist_version, undone_by_version,
    activity_data) overriding system value
  select number * 100 + i, 1000, i, kind, number * 100 + i, case when kind = 'item_added' then 600 + i end,
    case kind
      when 'item_added' then jsonb_build_object('items', jsonb_build_array(item), 'at_position', 0)
      when 'item_removed' then jsonb_build_object('items', jsonb_build_array(item))
      when 'item_updated' then jsonb_build_object('item_id', 100 + i, 'before', '{}'::jsonb, 'after', '{}'::jsonb)
      when 'collaborator_joined' then jsonb_build_object('user_id', i)
      when 'vote_cast' then jsonb_build_object('item_id', 100 + i, 'user_id', i, 'value', 1, 'new_score', 1)
      else jsonb_build_object('text', 'Hm.', 'item_id', 100 + i)
    end
  from generate_series(1, 60) i
  cross join (values (1, 'item_added'), (2, 'item_removed'), (3, 'item_updated'), (4, 'collaborator_joined'),
    (5, 'vote_cast'), (6, 'commented')) as kinds (number, kind)
  cross join lateral (select jsonb_build_object('item_id', 100 + i, 'track_id', i, 'position', 0, 'added_by', i) as item) as items;
insert into audit.events (actor_id, operation, subject_table, subject_key)
  select i, 'export', 'users', i from generate_series(1, 60) i;
insert into user_interactions (user_id, track_id, interaction_type, counts_as_listen)
  select i, i, 'play', true from generate_series(1, 60) i;
insert into user_interactions (user_id, track_id, interaction_type, context_type, context_id, counts_as_listen)
  select 60, i, 'play', 'album', i, true from generate_series(1, 60) i;
insert into user_music_profiles (user_id, is_history_public) select i, true from generate_series(1, 60) i;
insert into user_library (id, user_id, track_id) overriding system value select i, 60, i from generate_series(1, 60) i;
insert into user_album_collections (id, user_id, album_id) overriding system value select i, 60, i from generate_series(1, 60) i;
insert into user_artist_follows (id, user_id, artist_id) overriding system value
  select i, 60, i from generate_series(1, 60) i union all select 100 + i, i, i from generate_series(1, 59) i;
insert into playlist_follows (id, user_id, playlist_id) overriding system value
  select i, 60, i from generate_series(1, 60) i union all select 100 + i, i, 1000 from generate_series(1, 60) i;
select ops.refresh_statistics();
analyze;
"#;

/// A field and a query that leads to it. `$n` is the number of rows asked for. `<Type>` makes the
/// query an element that is asked for `n` times, with the id of one thing of that type each.
/// The field's own value is named `leaf`, and there are `n` of them at least.
const FIELDS: &[(&str, &str)] = &[
    ("Album.artist", "{ albums(first: $n) { nodes { artist { leaf: id } } } }"),
    ("Album.credits", "{ albums(first: $n) { nodes { credits { leaf: role } } } }"),
    ("Album.durationMs", "{ albums(first: $n) { nodes { leaf: durationMs } } }"),
    ("Album.genres", "{ albums(first: $n) { nodes { genres { leaf: id } } } }"),
    ("Album.mergedIds", "{ albums(first: $n) { nodes { leaf: mergedIds } } }"),
    ("Album.metadata", "{ albums(first: $n) { nodes { leaf: metadata styles moods themes } } }"),
    ("Album.originalReleaseDate", "{ albums(first: $n) { nodes { originalReleaseDate { leaf: date } } } }"),
    ("Album.otherEditions", "{ albums(first: $n) { nodes { otherEditions { leaf: id } } } }"),
    ("Album.releaseDate", "{ albums(first: $n) { nodes { releaseDate { leaf: date } } } }"),
    ("Album.sources", "{ albums(first: $n) { nodes { sources { leaf: id } } } }"),
    ("Album.tracks", "{ albums(first: $n) { nodes { tracks { totalCount nodes { leaf: id } } } } }"),
    ("Album.viewerCollectionEntry", "{ albums(first: $n) { nodes { viewerCollectionEntry { leaf: id } } } }"),
    ("AlbumCollectionEntry.album", "{ viewer { albums(first: $n) { nodes { album { leaf: id } } } } }"),
    ("AlbumSource.album", "{ albums(first: $n) { nodes { sources { album { leaf: id } } } } }"),
    ("Artist.albums", "{ artists(first: $n) { nodes { albums { totalCount nodes { leaf: id } } } } }"),
    ("Artist.aliases", "{ artists(first: $n) { nodes { aliases { leaf: name } } } }"),
    ("Artist.bio", "{ artists(first: $n) { nodes { leaf: bio metadata } } }"),
    ("Artist.genres", "{ artists(first: $n) { nodes { genres { leaf: id } } } }"),
    ("Artist.members", "{ artists(first: $n) { nodes { members { leaf: name } } } }"),
    ("Artist.mergedIds", "{ artists(first: $n) { nodes { leaf: mergedIds } } }"),
    ("Artist.socialLinks", "{ artists(first: $n) { nodes { socialLinks { leaf: kind } } } }"),
    ("Artist.sources", "{ artists(first: $n) { nodes { sources { leaf: id } } } }"),
    ("Artist.topTracks", "{ artists(first: $n) { nodes { topTracks { totalCount nodes { leaf: rank } } } } }"),
    ("Artist.tracks", "{ artists(first: $n) { nodes { tracks { totalCount nodes { leaf: id } } } } }"),
    ("Artist.viewerFollow", "{ artists(first: $n) { nodes { viewerFollow { leaf: id } } } }"),
    ("ArtistCredit.artist", "{ tracks(first: $n) { nodes { credits { artist { leaf: id } } } } }"),
    ("ArtistFollow.artist", "{ viewer { user { followedArtists(first: $n) { nodes { artist { leaf: id } } } } } }"),
    ("ArtistFollow.user", "{ viewer { user { followedArtists(first: $n) { nodes { user { leaf: id } } } } } }"),
    ("ArtistSource.artist", "{ artists(first: $n) { nodes { sources { artist { leaf: id } } } } }"),
    ("BandMember.artist", "{ artists(first: $n) { nodes { members { artist { leaf: id } } } } }"),
    (
        "CollaboratorChanged.user",
        "<big>{ activities(first: $n, types: [COLLABORATOR_JOINED]) { nodes { change { ... on CollaboratorChanged { user { leaf: id } } } } } }",
    ),
    (
        "CommentPosted.item",
        "<big>{ activities(first: $n, types: [COMMENTED]) { nodes { change { ... on CommentPosted { item { leaf: id } } } } } }",
    ),
    ("Genre.albums", "{ genres(first: $n) { nodes { albums { totalCount nodes { leaf: id } } } } }"),
    ("Genre.ancestors", "{ genres(first: $n) { nodes { ancestors { leaf: id } } } }"),
    ("Genre.artists", "{ genres(first: $n) { nodes { artists { totalCount nodes { leaf: id } } } } }"),
    ("Genre.children", "{ genres(first: $n) { nodes { children { leaf: id } } } }"),
    ("Genre.parent", "{ genres(first: $n) { nodes { parent { leaf: id } } } }"),
    ("Genre.tracks", "{ genres(first: $n) { nodes { tracks { totalCount nodes { leaf: id } } } } }"),
    (
        "HistoricalItem.addedBy",
        "<big>{ activities(first: $n, types: [ITEM_REMOVED]) { nodes { change { ... on ItemsRemoved { removed { addedBy { leaf: id } } } } } } }",
    ),
    (
        "HistoricalItem.stillPresent",
        "<big>{ activities(first: $n, types: [ITEM_REMOVED]) { nodes { change { ... on ItemsRemoved { removed { leaf: stillPresent } } } } } }",
    ),
    (
        "HistoricalItem.track",
        "<big>{ activities(first: $n, types: [ITEM_REMOVED]) { nodes { change { ... on ItemsRemoved { removed { track { leaf: id } } } } } } }",
    ),
    (
        "ItemChanged.item",
        "<big>{ activities(first: $n, types: [ITEM_UPDATED]) { nodes { change { ... on ItemChanged { item { leaf: id } } } } } }",
    ),
    (
        "ItemsAdded.items",
        "<big>{ activities(first: $n, types: [ITEM_ADDED]) { nodes { change { ... on ItemsAdded { items { leaf: id } } } } } }",
    ),
    (
        "ItemsRemoved.removed",
        "<big>{ activities(first: $n, types: [ITEM_REMOVED]) { nodes { change { ... on ItemsRemoved { removed { leaf: itemId } } } } } }",
    ),
    ("Interaction.context", "{ viewer { history(first: $n) { nodes { context { ... on Album { leaf: id } } } } } }"),
    ("Interaction.track", "{ viewer { history(first: $n) { nodes { track { leaf: id } } } } }"),
    ("LibraryEntry.track", "{ viewer { library(first: $n) { nodes { track { leaf: id } } } } }"),
    ("Playlist.activities", "{ playlists(first: $n) { nodes { activities { totalCount nodes { leaf: id } } } } }"),
    (
        "Playlist.collaborators",
        "{ playlists(first: $n) { nodes { collaborators { totalCount nodes { leaf: id } } } } }",
    ),
    ("Playlist.copiedFrom", "{ playlists(first: $n) { nodes { copiedFrom { leaf: id } } } }"),
    ("Playlist.followers", "{ playlists(first: $n) { nodes { followers { totalCount nodes { leaf: id } } } } }"),
    ("Playlist.item", "playlist(by: {id: \"<Playlist>\"}) { item(id: \"<PlaylistItem>\") { leaf: id } }"),
    ("Playlist.items", "{ playlists(first: $n) { nodes { items { totalCount nodes { leaf: id } } } } }"),
    (
        "Playlist.itemsAt",
        "playlist(by: {id: \"<Playlist>\"}) { itemsAt(version: 1) { totalCount leaf: pageInfo { endCursor } } }",
    ),
    ("Playlist.lastModifiedBy", "{ playlists(first: $n) { nodes { lastModifiedBy { leaf: id } } } }"),
    ("Playlist.metadata", "{ playlists(first: $n) { nodes { leaf: metadata } } }"),
    ("Playlist.viewerPermissions", "{ playlists(first: $n) { nodes { leaf: viewerPermissions } } }"),
    ("Playlist.owner", "{ playlists(first: $n) { nodes { owner { leaf: id } } } }"),
    ("Playlist.viewerFollow", "{ playlists(first: $n) { nodes { viewerFollow { leaf: id } } } }"),
    ("PlaylistActivity.actor", "<big>{ activities(first: $n) { nodes { actor { leaf: id } } } }"),
    ("PlaylistActivity.change", "<big>{ activities(first: $n) { nodes { change { leaf: __typename } } } }"),
    (
        "PlaylistActivity.notUndoableBecause",
        "<big>{ activities(first: $n) { nodes { isUndoable leaf: notUndoableBecause } } }",
    ),
    ("PlaylistActivity.playlist", "<big>{ activities(first: $n) { nodes { playlist { leaf: id } } } }"),
    ("PlaylistActivity.summary", "<big>{ activities(first: $n) { nodes { leaf: summary } } }"),
    (
        "PlaylistActivity.undoneBy",
        "<big>{ activities(first: $n, types: [ITEM_ADDED]) { nodes { undoneBy { leaf: id } } } }",
    ),
    (
        "PlaylistCollaborator.invitedBy",
        "{ playlists(first: $n) { nodes { collaborators { nodes { invitedBy { leaf: id } } } } } }",
    ),
    (
        "PlaylistCollaborator.playlist",
        "{ playlists(first: $n) { nodes { collaborators { nodes { playlist { leaf: id } } } } } }",
    ),
    (
        "PlaylistCollaborator.user",
        "{ playlists(first: $n) { nodes { collaborators { nodes { user { leaf: id } } } } } }",
    ),
    (
        "PlaylistFollow.playlist",
        "{ viewer { user { followedPlaylists(first: $n) { nodes { playlist { leaf: id } } } } } }",
    ),
    ("PlaylistFollow.user", "<big>{ followers(first: $n) { nodes { user { leaf: id } } } }"),
    ("PlaylistItem.addedBy", "<big>{ items(first: $n) { nodes { addedBy { leaf: id } } } }"),
    ("PlaylistItem.bestSource", "<big>{ items(first: $n) { nodes { bestSource { leaf: id } } } }"),
    ("PlaylistItem.playlist", "<big>{ items(first: $n) { nodes { playlist { leaf: id } } } }"),
    ("PlaylistItem.position", "<big>{ items(last: $n) { nodes { leaf: position } } }"),
    ("PlaylistItem.track", "<big>{ items(first: $n) { nodes { track { leaf: id } } } }"),
    ("PlaylistItem.votes", "<big>{ items(first: $n) { nodes { votes { totalCount nodes { leaf: id } } } } }"),
    ("PlaylistItemVote.item", "<big>{ items(first: $n) { nodes { votes { nodes { item { leaf: id } } } } } }"),
    ("PlaylistItemVote.user", "<big>{ items(first: $n) { nodes { votes { nodes { user { leaf: id } } } } } }"),
    ("AuditEvent.actor", "{ auditEvents(first: $n, filter: {operation: EXPORT}) { nodes { actor { leaf: id } } } }"),
    ("Query.auditEvents", "{ auditEvents(first: $n) { totalCount nodes { leaf: id } } }"),
    ("Query.album", "album(by: {id: \"<Album>\"}) { leaf: id }"),
    ("Query.albums", "{ albums(first: $n) { totalCount nodes { leaf: id } } }"),
    ("Query.artist", "artist(by: {id: \"<Artist>\"}) { leaf: id }"),
    ("Query.artists", "{ artists(first: $n) { totalCount nodes { leaf: id } } }"),
    ("Query.genre", "genre(by: {id: \"<Genre>\"}) { leaf: id }"),
    ("Query.genres", "{ genres(first: $n) { totalCount nodes { leaf: id } } }"),
    ("Query.node", "node(id: \"<Track>\") { leaf: id }"),
    ("Query.nodes", "{ nodes(ids: [$ids]) { leaf: id } }"),
    ("Query.parseSearch", "parseSearch(query: \"<Track>\") { leaf: normalised }"),
    ("Query.playlist", "playlist(by: {id: \"<Playlist>\"}) { leaf: id }"),
    ("Query.playlists", "{ playlists(first: $n) { totalCount nodes { leaf: id } } }"),
    ("Query.search", "{ search(query: \"title\", types: [TRACK], first: $n) { totalCount nodes { leaf: score } } }"),
    ("Query.searchSuggestions", "{ searchSuggestions(prefix: \"titl\", types: [TRACK], first: $n) { leaf: score } }"),
    ("Query.topAlbums", "{ topAlbums(first: $n) { totalCount nodes { leaf: rank } } }"),
    ("Query.topArtists", "{ topArtists(first: $n) { totalCount nodes { leaf: rank } } }"),
    ("Query.topTracks", "{ topTracks(first: $n) { totalCount nodes { leaf: rank } } }"),
    ("Query.track", "track(by: {id: \"<Track>\"}) { leaf: id }"),
    ("Query.tracks", "{ tracks(first: $n) { totalCount nodes { leaf: id } } }"),
    ("Query.tracksByIsrc", "{ tracksByIsrc(isrc: \"$isrc\") { leaf: id } }"),
    ("Query.user", "user(by: {id: \"<User>\"}) { leaf: id }"),
    ("RankedAlbum.album", "{ topAlbums(first: $n) { nodes { album { leaf: id } } } }"),
    ("RankedArtist.artist", "{ topArtists(first: $n) { nodes { artist { leaf: id } } } }"),
    ("RankedTrack.track", "{ topTracks(first: $n) { nodes { track { leaf: id } } } }"),
    ("SearchHit.highlight", "{ search(query: \"title\", types: [TRACK], first: $n) { nodes { leaf: highlight } } }"),
    (
        "SearchHit.item",
        "{ search(query: \"title\", types: [TRACK], first: $n) { nodes { item { ... on Track { leaf: id } } } } }",
    ),
    ("SearchHit.matchedOn", "{ search(query: \"title\", types: [TRACK], first: $n) { nodes { leaf: matchedOn } } }"),
    ("Track.album", "{ tracks(first: $n) { nodes { album { leaf: id } } } }"),
    ("Track.artist", "{ tracks(first: $n) { nodes { artist { leaf: id } } } }"),
    ("Track.audioFeatures", "{ tracks(first: $n) { nodes { audioFeatures { leaf: camelot } } } }"),
    ("Track.bestSource", "{ tracks(first: $n) { nodes { bestSource { leaf: id } } } }"),
    ("Track.credits", "{ tracks(first: $n) { nodes { credits { leaf: creditedAs } } } }"),
    ("Track.fingerprint", "{ tracks(first: $n) { nodes { fingerprint { leaf: algorithm } } } }"),
    ("Track.genres", "{ tracks(first: $n) { nodes { genres { leaf: id } } } }"),
    ("Track.isPlayable", "{ tracks(first: $n) { nodes { leaf: isPlayable } } }"),
    ("Track.lyrics", "{ tracks(first: $n) { nodes { leaf: lyrics } } }"),
    ("Track.mergedIds", "{ tracks(first: $n) { nodes { leaf: mergedIds } } }"),
    ("Track.metadata", "{ tracks(first: $n) { nodes { leaf: metadata } } }"),
    ("Track.playlists", "{ tracks(first: $n) { nodes { playlists { totalCount nodes { leaf: id } } } } }"),
    ("Track.sources", "{ tracks(first: $n) { nodes { sources { leaf: id } } } }"),
    ("Track.statistics", "{ tracks(first: $n) { nodes { statistics { leaf: plays } } } }"),
    ("Track.viewerLibraryEntry", "{ tracks(first: $n) { nodes { viewerLibraryEntry { leaf: id } } } }"),
    ("TrackSource.track", "{ tracks(first: $n) { nodes { sources { track { leaf: id } } } } }"),
    (
        "User.followedArtists",
        "{ playlists(first: $n) { nodes { owner { followedArtists { totalCount nodes { leaf: id } } } } } }",
    ),
    (
        "User.followedPlaylists",
        "{ playlists(first: $n) { nodes { owner { followedPlaylists { totalCount nodes { leaf: id } } } } } }",
    ),
    ("User.playlists", "{ playlists(first: $n) { nodes { owner { playlists { totalCount nodes { leaf: id } } } } } }"),
    ("Viewer.albums", "{ viewer { albums(first: $n) { totalCount nodes { leaf: id } } } }"),
    ("Viewer.history", "{ viewer { history(first: $n) { totalCount nodes { leaf: id } } } }"),
    ("Viewer.topAlbums", "{ viewer { topAlbums(first: $n) { totalCount nodes { album { leaf: id } } } } }"),
    ("Viewer.topArtists", "{ viewer { topArtists(first: $n) { totalCount nodes { artist { leaf: id } } } } }"),
    ("Viewer.topTracks", "{ viewer { topTracks(first: $n) { totalCount nodes { track { leaf: id } } } } }"),
    ("User.statistics", "{ playlists(first: $n) { nodes { owner { statistics { leaf: listens } } } } }"),
    ("Viewer.library", "{ viewer { library(first: $n) { totalCount nodes { leaf: id } } } }"),
    (
        "VoteChanged.user",
        "<big>{ activities(first: $n, types: [VOTE_CAST]) { nodes { change { ... on VoteChanged { user { leaf: id } } } } } }",
    ),
];

/// Fields of which an answer has few, whatever its number of rows.
const FEW: &[(&str, &str)] = &[
    (
        "ListeningStatistics.byDay",
        "{ playlists(first: $n) { nodes { owner { statistics { leaf: byDay { key } } } } } }",
    ),
    (
        "ListeningStatistics.byDecade",
        "{ playlists(first: $n) { nodes { owner { statistics { leaf: byDecade { key } } } } } }",
    ),
    (
        "ListeningStatistics.byGenre",
        "{ playlists(first: $n) { nodes { owner { statistics { leaf: byGenre { key } } } } } }",
    ),
    (
        "ListeningStatistics.byHour",
        "{ playlists(first: $n) { nodes { owner { statistics { leaf: byHour { key } } } } } }",
    ),
    ("SearchFacets.decades", "{ search(query: \"title\", first: $n) { facets { leaf: decades { key } } } }"),
    ("SearchFacets.genres", "{ search(query: \"title\", first: $n) { facets { leaf: genres { key } } } }"),
    ("SearchFacets.keys", "{ search(query: \"title\", first: $n) { facets { leaf: keys { key } } } }"),
    ("SearchFacets.sources", "{ search(query: \"title\", first: $n) { facets { leaf: sources { key } } } }"),
    ("SearchFacets.types", "{ search(query: \"title\", first: $n) { facets { leaf: types { key } } } }"),
    (
        "SearchHitConnection.facets",
        "{ search(query: \"title\", types: [TRACK], first: $n) { facets { leaf: genres { key } } } }",
    ),
    (
        "SearchHitConnection.parsed",
        "{ search(query: \"title\", types: [TRACK], first: $n) { parsed { leaf: normalised } } }",
    ),
];

/// Fields of events, which come one at a time.
const STREAMED: &[&str] = &[
    "PlaylistActivityEvent.activity",
    "PlaylistActivityEvent.reset",
    "PlaylistActivityEvent.revoked",
    "Subscription.playlistActivity",
];

/// Fields of whoever calls, of which there is one; `profiles.rs`, `accounts.rs` and
/// `playlist_access.rs` ask for them.
const OF_THE_CALLER: &[&str] = &[
    "MusicProfile.dislikedGenres",
    "MusicProfile.favoriteGenres",
    "MusicProfile.user",
    "Playlist.viewerQuota",
    "Query.rateLimit",
    "Query.viewer",
    "User.profile",
    "Viewer.playlists",
    "Viewer.tokens",
    "Viewer.user",
];

/// Mutations answer with what they have changed, and each runs alone.
fn is_of_a_mutation(link: &str) -> bool {
    let of_an_answer =
        |owner: &str| owner.ends_with("Payload") || owner == "InteractionResult" || owner.ends_with("Error");
    link.starts_with("Mutation.") || link.split('.').next().is_some_and(of_an_answer)
}

/// One of each kind that `nodes` gives.
const NODES: [&str; 17] = [
    "Album",
    "AlbumCollectionEntry",
    "AlbumSource",
    "Artist",
    "ArtistFollow",
    "ArtistSource",
    "Genre",
    "LibraryEntry",
    "Playlist",
    "PlaylistActivity",
    "PlaylistCollaborator",
    "PlaylistFollow",
    "PlaylistItem",
    "PlaylistItemVote",
    "Track",
    "TrackSource",
    "User",
];

/// The query of a field for `n` rows.
fn ask(query: &str, n: i64) -> String {
    if let Some(of_big) = query.strip_prefix("<big>") {
        let playlist = gid("Playlist", 1000);
        return format!("{{ playlist(by: {{id: \"{playlist}\"}}) {} }}", ask(of_big, n));
    }
    if query.starts_with('{') {
        let ids = NODES.iter().flat_map(|kind| (1..=n.min(5)).map(|key| format!("\"{}\"", gid(kind, key))));
        return query
            .replace("$n", &n.to_string())
            .replace("$isrc", &format!("USAAA{n:07}"))
            .replace("$ids", &ids.collect::<Vec<_>>().join(", "));
    }
    let one = |key: i64| {
        let element =
            NODES.iter().fold(query.to_owned(), |element, kind| element.replace(&format!("<{kind}>"), &gid(kind, key)));
        format!("a{key}: {element}")
    };
    format!("{{ {} }}", (1..=n).map(one).collect::<Vec<_>>().join(" "))
}

fn leaves(value: &Value) -> usize {
    match value {
        Value::Object(fields) => {
            let here = fields.get("leaf").is_some_and(|leaf| !leaf.is_null());
            usize::from(here) + fields.values().map(leaves).sum::<usize>()
        }
        Value::Array(values) => values.iter().map(leaves).sum(),
        _ => 0,
    }
}

async fn with_sixty() -> TestApp {
    let app = TestApp::start().await.by_administrator();
    app.database.client().await.batch_execute(SIXTY).await.expect("the rows go in");
    // The one whose library it is, and who owns none of the first fifty playlists.
    app.acting(60)
}

#[tokio::test]
async fn fifty_rows_take_as_many_statements_as_one() {
    let app = with_sixty().await;
    let mut faults = Vec::new();
    for (&(field, query), least) in FIELDS.iter().map(|row| (row, 50)).chain(FEW.iter().map(|row| (row, 1))) {
        let (one, for_one) = app.counted(&ask(query, 1)).await;
        let (fifty, for_fifty) = app.counted(&ask(query, 50)).await;
        if for_one != for_fifty {
            faults.push(format!("{field}: {for_one} statements for one row, {for_fifty} for fifty"));
        }
        if leaves(&one) == 0 || leaves(&fifty) < least {
            let found = (leaves(&one), leaves(&fifty));
            faults.push(format!("{field}: the query shows nothing, it finds {found:?} of them"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn named(mut field_type: &Type) -> &str {
    loop {
        match &field_type.base {
            BaseType::Named(name) => return name,
            BaseType::List(inner) => field_type = inner,
        }
    }
}

#[test]
fn every_link_of_the_schema_is_counted() {
    let sdl = searxng_cool_music::graphql::sdl();
    let document = async_graphql::parser::parse_schema(sdl).expect("the printed schema is one");
    let types = document.definitions.iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(&definition.node),
        _ => None,
    });
    let is_composite =
        |kind: &TypeKind| matches!(kind, TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_));
    let composite: BTreeSet<&str> = types
        .clone()
        .filter(|definition| is_composite(&definition.kind))
        .map(|definition| definition.name.node.as_str())
        .collect();
    let mut links = BTreeSet::new();
    for definition in types {
        let TypeKind::Object(object) = &definition.kind else { continue };
        let owner = definition.name.node.as_str();
        for field in &object.fields {
            let name = field.node.name.node.as_str();
            // What makes up every connection is counted with the field that leads to it.
            let is_frame = match name {
                "edges" | "nodes" | "pageInfo" => owner.ends_with("Connection"),
                "node" => owner.ends_with("Edge"),
                _ => false,
            };
            if composite.contains(named(&field.node.ty.node)) && !is_frame {
                links.insert(format!("{owner}.{name}"));
            }
        }
    }
    let counted: BTreeSet<String> = FIELDS.iter().chain(FEW).map(|(field, _)| (*field).to_owned()).collect();
    // There is one status; `monitoring.rs` asks for it.
    let is_of_the_status = |link: &str| link == "Query.systemStatus" || link.starts_with("SystemStatus.");
    let is_exempt = |link: &str| {
        is_of_the_status(link) || STREAMED.contains(&link) || OF_THE_CALLER.contains(&link) || is_of_a_mutation(link)
    };
    let forgotten: Vec<_> = links.difference(&counted).filter(|link| !is_exempt(link)).collect();
    assert!(forgotten.is_empty(), "no query in tests/it/statements.rs for {forgotten:#?}");
    let known: BTreeSet<String> = document_fields(&document);
    let gone: Vec<_> = counted.difference(&known).collect();
    assert!(gone.is_empty(), "queries for fields that do not exist: {gone:#?}");
}

fn document_fields(document: &async_graphql::parser::types::ServiceDocument) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for definition in &document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let TypeKind::Object(object) = &definition.node.kind else { continue };
        let fields =
            object.fields.iter().map(|field| format!("{}.{}", definition.node.name.node, field.node.name.node));
        all.extend(fields);
    }
    all
}

#[tokio::test]
async fn an_artist_page_takes_five_statements() {
    let app = TestApp::start().await;
    let client = app.database.client().await;
    let rows = "
        insert into artists (id, name) overriding system value values (1, 'Artist');
        insert into artist_sources (artist_id, source_type, source_id) values (1, 'spotify', 'a');
        insert into albums (id, title, artist_id) overriding system value
          select i, 'Album ' || i, 1 from generate_series(1, 10) i;
        insert into tracks (id, title, artist_id, album_id) overriding system value
          select i, 'Track ' || i, 1, (i - 1) / 20 + 1 from generate_series(1, 200) i;
        insert into track_sources (track_id, source_type, source_id)
          select i, 'youtube', i::text from generate_series(1, 200) i;";
    client.batch_execute(rows).await.expect("the rows go in");
    let page = "{ artist(by: {source: {type: SPOTIFY, id: \"a\"}}) { name albums(first: 10) { nodes {
        title tracks(first: 20) { nodes { title sources { leaf: id } } } } } } }";
    let (data, statements) = app.counted(page).await;
    assert_eq!(leaves(&data), 200);
    assert!(statements <= 5, "{statements} statements");
}

#[tokio::test]
async fn a_playlist_page_takes_six_statements() {
    let app = with_sixty().await;
    let page = format!(
        "{{ playlist(by: {{id: \"{}\"}}) {{ name items(first: 50) {{ nodes {{
            position track {{ title artist {{ name }} album {{ leaf: title }} }} addedBy {{ leaf: username }} }} }} }} }}",
        gid("Playlist", 1000)
    );
    let (data, statements) = app.counted(&page).await;
    assert_eq!(leaves(&data), 100);
    assert!(statements <= 6, "{statements} statements");
}

/// The server may read everything but the wide columns.
const NARROW: &str = "
    do $$
    declare
      wide record;
      readable text;
    begin
      for wide in
        select * from (values
          ('tracks', array['lyrics', 'extra_metadata', 'audio_fingerprint', 'fingerprint_algorithm', 'fingerprint_duration_ms', 'audio_features']),
          ('artists', array['bio', 'aliases', 'members', 'social_links', 'extra_metadata']),
          ('albums', array['styles', 'moods', 'themes', 'credits', 'extra_metadata']),
          ('playlists', array['extra_metadata', 'dynamic_rules'])
        ) as wide (relation, columns)
      loop
        select string_agg(quote_ident(attname), ', ') into readable
        from pg_attribute
        where attrelid = wide.relation::regclass and attnum > 0 and not attisdropped and attname <> all (wide.columns);
        execute format('revoke select on %I from searxng_server', wide.relation);
        execute format('grant select (%s) on %I to searxng_server', readable, wide.relation);
      end loop;
    end
    $$;";

#[tokio::test]
async fn wide_columns_are_read_only_when_selected() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    client.batch_execute(SIXTY).await.expect("the rows go in");
    client.batch_execute(NARROW).await.expect("the rights are taken");
    let app = TestApp::over(database).await;
    let narrow = "{
        tracks(first: 2) { nodes { title durationMs isrc explicit popularity discNumber trackNumber createdAt updatedAt lastAnalyzedAt
            credits { creditedAs } artist { name country } album { title releaseDate { date } label } genres { name } sources { uri } } }
        artists(first: 2) { nodes { name sortName formedYear followerCount tracks { nodes { title } } albums { nodes { title } } } }
        albums(first: 2) { nodes { title totalTracks otherEditions { title } durationMs tracks { nodes { title } } } }
        playlists(first: 2) { nodes { name tags items { nodes { track { title } } } } }
        search(query: \"title\") { totalCount nodes { item { __typename } highlight } }
    }";
    app.data(narrow).await;
    for wide in [
        "{ tracks { nodes { lyrics } } }",
        "{ tracks { nodes { audioFeatures { bpm } } } }",
        "{ tracks { nodes { fingerprint { value } } } }",
        "{ tracks { nodes { metadata } } }",
        "{ artists { nodes { bio } } }",
        "{ albums { nodes { credits { role } } } }",
        "{ playlists { nodes { metadata } } }",
    ] {
        let answer = app.query(wide).await;
        assert!(answer.get("errors").is_some(), "{wide} reads nothing that is wide");
    }
}

#[tokio::test]
async fn a_wide_column_costs_one_statement_for_all_rows() {
    let app = with_sixty().await;
    let (_, without) = app.counted("{ tracks(first: 50) { nodes { title } } }").await;
    for wide in ["lyrics", "metadata", "audioFeatures { bpm }", "fingerprint { algorithm }"] {
        let (_, with) = app.counted(&format!("{{ tracks(first: 50) {{ nodes {{ title {wide} }} }} }}")).await;
        assert_eq!(with, without + 1, "{wide}");
    }
}
