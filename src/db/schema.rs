// @generated automatically by Diesel CLI.

pub mod sql_types {
    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "tsvector", schema = "pg_catalog"))]
    pub struct Tsvector;
}

diesel::table! {
    /// Places outside where an album can be heard or is described.
    album_sources (id) {
        /// Key.
        id -> Int8,
        /// The album; deleting it deletes the source.
        album_id -> Int8,
        /// The outside service.
        source_type -> Text,
        /// The service's own id of the album, at most 255 characters; unique within the service.
        source_id -> Text,
        /// Address: http, https or the service's own scheme, at most 2000 characters; null: none.
        source_uri -> Nullable<Text>,
        /// What the service said about the album: object.
        source_extra_metadata -> Jsonb,
        /// Whether this source is preferred to the others; at most one of the album's.
        is_primary -> Bool,
        /// Whether the service still offers it.
        is_available -> Bool,
        /// Countries where it is offered, ISO 3166-1 alpha-2 in capitals; null: everywhere; empty: nowhere.
        available_in -> Nullable<Array<Text>>,
        /// active, failed (the last attempt) or removed (by the service).
        sync_status -> Text,
        /// Instant the service was last asked; null: never.
        last_synced_at -> Nullable<Timestamptz>,
        /// Instant the source was entered.
        created_at -> Timestamptz,
        /// Instant of the last change; asking the service and learning nothing is none.
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Tsvector;

    /// Releases of an artist: albums, EPs, singles, compilations; each edition a row of its own.
    albums (id) {
        /// Key.
        id -> Int8,
        /// Title as printed, 1 to 500 characters.
        title -> Text,
        /// The artist the release is filed under; null: not known, or various. Deleting the artist leaves the album.
        artist_id -> Nullable<Int8>,
        /// Copy of artists.name for search and order, kept by triggers; null: no artist.
        artist_name -> Nullable<Text>,
        /// GTIN of 8, 12, 13 or 14 digits with a valid check digit; not unique; null: not known.
        barcode -> Nullable<Text>,
        /// The label's number of the release, at most 100 characters; null: not known.
        catalog_number -> Nullable<Text>,
        /// MusicBrainz release id; unique; null: not known.
        musicbrainz_id -> Nullable<Uuid>,
        /// album, ep, single, compilation, live or other.
        album_type -> Text,
        /// Date of this edition, 1000 to 2200, the first day of a year or month known no better; null: not known.
        release_date -> Nullable<Date>,
        /// How much of release_date is known: year, month or day; null with it.
        release_precision -> Nullable<Text>,
        /// Date the work first came out, 1000 to 2200; null: not known.
        original_release_date -> Nullable<Date>,
        /// How much of original_release_date is known: year, month or day; null with it.
        original_release_precision -> Nullable<Text>,
        /// Whether this edition is remastered.
        is_remaster -> Bool,
        /// What sets this edition apart, at most 10,000 characters; null: nothing.
        version_notes -> Nullable<Text>,
        /// Cover picture, an http or https address; null: none.
        cover_url -> Nullable<Text>,
        /// Small cover picture, an http or https address; null: none.
        cover_url_small -> Nullable<Text>,
        /// Large cover picture, an http or https address; null: none.
        cover_url_large -> Nullable<Text>,
        /// Record label, at most 255 characters; null: not known.
        label -> Nullable<Text>,
        /// Number of tracks the release has, from 1, whether or not all are here; null: not known.
        total_tracks -> Nullable<Int4>,
        /// Number of discs, from 1.
        total_discs -> Int4,
        /// Slugs of genres, the most fitting first: array of strings, each a row of genres.
        genres -> Jsonb,
        /// Narrower kinds of music: array of strings.
        styles -> Jsonb,
        /// Moods: array of strings.
        moods -> Jsonb,
        /// What the songs are about: array of strings.
        themes -> Jsonb,
        /// Who did what: object from the role to an array of names.
        credits -> Jsonb,
        /// Share of the most heard album's listeners on a logarithmic scale, 0 to 1; written by ops.refresh_statistics.
        popularity -> Float8,
        /// Average rating, 0 to 5; null: unrated.
        rating -> Nullable<Float8>,
        /// Number of ratings behind the average.
        rating_count -> Int4,
        /// Anything else that was learnt about the album: object.
        extra_metadata -> Jsonb,
        /// The album this one turned out to be; always an unmerged row; null: not merged.
        merged_into_id -> Nullable<Int8>,
        /// What the merge moved, so that it can be undone: object; null: not merged, or not undoable.
        merge_snapshot -> Nullable<Jsonb>,
        /// Instant an outside service was last asked about the album; null: never.
        last_synced_at -> Nullable<Timestamptz>,
        /// Instant the album was entered.
        created_at -> Timestamptz,
        /// Instant of the last change; popularity and copies of names are none.
        updated_at -> Timestamptz,
        /// music_fold(title), at most 500 characters, ordered by code point; generated.
        title_folded -> Text,
        /// Words of the title (A), the artist (B) and the label (D); generated.
        search_vector -> Tsvector,
    }
}

diesel::table! {
    /// Profiles of an artist at outside services.
    artist_sources (id) {
        /// Key.
        id -> Int8,
        /// The artist; deleting it deletes the source.
        artist_id -> Int8,
        /// The outside service.
        source_type -> Text,
        /// The service's own id of the artist, at most 255 characters; unique within the service.
        source_id -> Text,
        /// Address: http, https or the service's own scheme, at most 2000 characters; null: none.
        source_uri -> Nullable<Text>,
        /// What the service said about the artist: object.
        source_extra_metadata -> Jsonb,
        /// Whether this source is preferred to the others; at most one of the artist's.
        is_primary -> Bool,
        /// Whether the service still offers it.
        is_available -> Bool,
        /// active, failed (the last attempt) or removed (by the service).
        sync_status -> Text,
        /// Instant the service was last asked; null: never.
        last_synced_at -> Nullable<Timestamptz>,
        /// Instant the source was entered.
        created_at -> Timestamptz,
        /// Instant of the last change; asking the service and learning nothing is none.
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Tsvector;

    /// People and groups who make music; one row each, whatever the number of outside services that know them.
    artists (id) {
        /// Key.
        id -> Int8,
        /// Name as the artist writes it, 1 to 255 characters.
        name -> Text,
        /// Name for alphabetical lists, as in "Beatles, The"; null: as the name.
        sort_name -> Nullable<Text>,
        /// MusicBrainz artist id; unique; null: not known.
        musicbrainz_id -> Nullable<Uuid>,
        /// Biography in plain text, at most 50,000 characters; null: none.
        bio -> Nullable<Text>,
        /// Country of origin, ISO 3166-1 alpha-2 in capitals; null: not known.
        country -> Nullable<Text>,
        /// Year the artist began or was born into the trade, 1000 to 2200; null: not known.
        formed_year -> Nullable<Int4>,
        /// Year the artist ended, 1000 to 2200, not before formed_year; null: still active or not known.
        disbanded_year -> Nullable<Int4>,
        /// Portrait, an http or https address; null: none.
        image_url -> Nullable<Text>,
        /// Small portrait, an http or https address; null: none.
        thumbnail_url -> Nullable<Text>,
        /// Wide picture, an http or https address; null: none.
        banner_url -> Nullable<Text>,
        /// Slugs of genres, the most fitting first: array of strings, each a row of genres.
        genres -> Jsonb,
        /// Other names: array of {name, locale?, is_primary_for_locale?}; searched.
        aliases -> Jsonb,
        /// Members of a group: array of {name, artist_id?, role?, from_year?, to_year?}; the periods of one name do not overlap.
        members -> Jsonb,
        /// Addresses elsewhere: object from the kind of place to the address.
        social_links -> Jsonb,
        /// Share of the most heard artist's listeners on a logarithmic scale, 0 to 1; written by ops.refresh_statistics.
        popularity -> Float8,
        /// Rows of user_artist_follows that name the artist; kept by triggers.
        follower_count -> Int4,
        /// Distinct listeners of the last 30 days; written by ops.refresh_statistics.
        monthly_listeners -> Int4,
        /// Whether an outside service vouches that the profile is the artist's own.
        is_verified -> Bool,
        /// The service that vouches, a source type; null: none named.
        verification_source -> Nullable<Text>,
        /// Anything else that was learnt about the artist: object.
        extra_metadata -> Jsonb,
        /// The artist this one turned out to be; always an unmerged row; null: not merged.
        merged_into_id -> Nullable<Int8>,
        /// What the merge moved, so that it can be undone: object; null: not merged, or not undoable.
        merge_snapshot -> Nullable<Jsonb>,
        /// Instant an outside service was last asked about the artist; null: never.
        last_synced_at -> Nullable<Timestamptz>,
        /// Instant the artist was entered.
        created_at -> Timestamptz,
        /// Instant of the last change; counters and popularity are none.
        updated_at -> Timestamptz,
        /// music_fold(name), at most 500 characters, ordered by code point; generated.
        name_folded -> Text,
        /// Words of the name (A), the sort name and the aliases (B); generated.
        search_vector -> Tsvector,
    }
}

diesel::table! {
    /// Tracks proposed in discovery sessions, and what became of them; partitioned by month of presented_at.
    discovery_session_tracks (id, presented_at) {
        /// Key, with presented_at.
        id -> Int8,
        /// The session; deleting it deletes the row.
        session_id -> Int8,
        /// The track, once in a session; deleting it deletes the row.
        track_id -> Int8,
        /// Place in the session, from 0, one track each.
        position -> Int4,
        /// How well it was expected to fit, 0 to 1; null: not scored.
        recommendation_score -> Nullable<Float8>,
        /// Why it was proposed: array of objects whose weights add up to the score.
        recommendation_reasons -> Jsonb,
        /// The listener's verdict: gold, maybe or no; null: none.
        verdict -> Nullable<Text>,
        /// Whether it was played.
        was_played -> Bool,
        /// Time listened, in milliseconds; null: not played, or not reported.
        play_duration_ms -> Nullable<Int4>,
        /// Whether it was skipped.
        was_skipped -> Bool,
        /// Where in the track it was skipped, in milliseconds; null: not skipped, or not reported.
        skip_time_ms -> Nullable<Int4>,
        /// Whether it was liked.
        was_liked -> Bool,
        /// Whether it was saved.
        was_added_to_library -> Bool,
        /// Instant it was proposed, at most a day before the session began.
        presented_at -> Timestamptz,
        /// Instant of the listener's last act with it; null: none yet.
        interacted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Sittings in which the server proposes tracks; a person has one of each type at a time.
    discovery_sessions (id) {
        /// Key.
        id -> Int8,
        /// What a link to the session names; random.
        uuid -> Uuid,
        /// The listener; deleting them deletes the session.
        user_id -> Int8,
        /// radio, daily_mix, discover_weekly, genre_explore, dig or sonic_path.
        session_type -> Text,
        /// The listener's name for it, at most 255 characters; null: none.
        session_name -> Nullable<Text>,
        /// Kind of thing it started from, at most 50 characters; null: mixed or none.
        seed_type -> Nullable<Text>,
        /// What it started from: array of seeds.
        seed_data -> Jsonb,
        /// Settings of the proposal: object.
        discovery_params -> Jsonb,
        /// Number that makes the proposals repeatable; null: none was kept.
        random_seed -> Nullable<Int8>,
        /// Version of the proposing rules, at most 50 characters; null: not known.
        algorithm_version -> Nullable<Text>,
        /// The session it was forked from; null: none, or it is gone.
        forked_from_id -> Nullable<Int8>,
        /// The listener's notes, at most 10,000 characters; null: none.
        notes -> Nullable<Text>,
        /// Tracks proposed so far.
        tracks_presented -> Int4,
        /// Proposed tracks that were played.
        tracks_played -> Int4,
        /// Proposed tracks that were skipped.
        tracks_skipped -> Int4,
        /// Proposed tracks that were liked.
        tracks_liked -> Int4,
        /// Proposed tracks that were saved.
        tracks_added_to_library -> Int4,
        /// Time listened in the session, in milliseconds.
        total_play_time_ms -> Int8,
        /// Average share of a played track that was heard, 0 to 100.
        average_play_percentage -> Float8,
        /// How well the proposals did, 0 to 1; null: not computed yet.
        discovery_score -> Nullable<Float8>,
        /// How content the listener said they were, 0 to 1; null: they did not say.
        user_satisfaction -> Nullable<Float8>,
        /// Whether it goes on: true exactly while ended_at is null.
        is_active -> Bool,
        /// Position of the proposal the listener is at, from 0.
        current_position -> Int4,
        /// Instant it began.
        started_at -> Timestamptz,
        /// Instant it ended, not before started_at; null: it goes on.
        ended_at -> Nullable<Timestamptz>,
        /// Instant of the listener's last act in it; null: none yet.
        last_interaction_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Tree of musical genres; artists, albums, tracks and profiles name them by slug.
    genres (id) {
        /// Key.
        id -> Int8,
        /// Name as shown, 1 to 255 characters; unique whatever the case.
        name -> Text,
        /// Name in lower case with hyphens, at most 100 characters; unique, and what the genre arrays hold.
        slug -> Text,
        /// The wider genre; null: at the root. No circles, at most 16 levels.
        parent_id -> Nullable<Int8>,
        /// A few sentences for people; null: none.
        description -> Nullable<Text>,
        /// Other names of the genre: array of strings.
        aliases -> Jsonb,
        /// Instant the genre was entered.
        created_at -> Timestamptz,
        /// Instant of the last change.
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// Every change of every playlist, one row a version; partitioned by month of created_at.
    playlist_activities (id, created_at) {
        /// Key, with created_at.
        id -> Int8,
        /// The list; deleting it for good deletes its history.
        playlist_id -> Int8,
        /// The person behind the change; null: the server, or someone who was deleted.
        user_id -> Nullable<Int8>,
        /// What was done.
        activity_type -> Text,
        /// What was before and what is after, enough to undo it: object.
        activity_data -> Jsonb,
        /// The version the change produced, from 1; one row for each version of a list.
        playlist_version -> Int4,
        /// The client's name of the call, at most 100 characters; one call for each name, list and person; null: not named.
        client_mutation_id -> Nullable<Text>,
        /// The version of the later change that undid this one; null: not undone.
        undone_by_version -> Nullable<Int4>,
        /// Instant of the change.
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// People who were invited to a playlist, and what they may do; the owner has no row.
    playlist_collaborators (id) {
        /// Key.
        id -> Int8,
        /// The list; deleting it deletes the row.
        playlist_id -> Int8,
        /// The person; deleting them deletes the row.
        user_id -> Int8,
        /// admin, editor or viewer.
        role -> Text,
        /// Whether they may add entries; null: as the role says.
        can_add_tracks -> Nullable<Bool>,
        /// Whether they may remove entries; null: as the role says.
        can_remove_tracks -> Nullable<Bool>,
        /// Whether they may move entries; null: as the role says.
        can_reorder_tracks -> Nullable<Bool>,
        /// Whether they may invite; null: as the role says.
        can_invite_others -> Nullable<Bool>,
        /// Whether they may change name, description and settings; null: as the role says.
        can_change_details -> Nullable<Bool>,
        /// The person who invited; null: joined by link, or someone who was deleted.
        invited_by -> Nullable<Int8>,
        /// pending, accepted, declined, revoked or expired.
        invitation_status -> Text,
        /// Entries they have added since they joined.
        tracks_added -> Int4,
        /// Entries they have removed since they joined.
        tracks_removed -> Int4,
        /// Instant of the invitation.
        invited_at -> Timestamptz,
        /// Instant they accepted; null: they never did.
        joined_at -> Nullable<Timestamptz>,
        /// Instant of their last change to the list; null: none yet.
        last_active_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Who follows which playlist.
    playlist_follows (id) {
        /// Key.
        id -> Int8,
        /// The follower; deleting them deletes the row.
        user_id -> Int8,
        /// The list; deleting it deletes the row.
        playlist_id -> Int8,
        /// The follower's own folder it lies in; null: at the top.
        folder_id -> Nullable<Int8>,
        /// Whether changes of the list stand in the follower's feed.
        notifications_enabled -> Bool,
        /// Instant they began to follow.
        followed_at -> Timestamptz,
    }
}

diesel::table! {
    /// Votes on entries, one for each person and entry; a retracted vote has no row.
    playlist_track_votes (id) {
        /// Key.
        id -> Int8,
        /// The entry; deleting it deletes the vote.
        playlist_track_id -> Int8,
        /// The person; deleting them deletes the vote.
        user_id -> Int8,
        /// 1 for the entry, -1 against it.
        vote_type -> Int4,
        /// Instant of the vote, or of its last change.
        voted_at -> Timestamptz,
    }
}

diesel::table! {
    /// Entries of playlists; a track may stand in a list more than once.
    playlist_tracks (id) {
        /// Key; stays with the entry through every move.
        id -> Int8,
        /// The list; deleting it deletes the entry.
        playlist_id -> Int8,
        /// The track, which cannot be deleted while it stands in a list.
        track_id -> Int8,
        /// Sparse key of the order, unique in the list at the end of a transaction, any sign; null: not active.
        position -> Nullable<Int8>,
        /// active, proposed (waits for approval) or rejected.
        status -> Text,
        /// The person who added it; null: the server, or someone who was deleted.
        added_by -> Nullable<Int8>,
        /// Instant it was added; a move does not change it.
        added_at -> Timestamptz,
        /// Votes for the entry; kept by triggers.
        upvotes -> Int4,
        /// Votes against the entry; kept by triggers.
        downvotes -> Int4,
        /// upvotes less downvotes; generated.
        vote_count -> Int4,
        /// Whether the entry may not be moved or removed.
        is_locked -> Bool,
        /// A note of the person who added it, at most 500 characters; null: none.
        custom_note -> Nullable<Text>,
        /// Why it was rejected, at most 500 characters; null: not rejected, or no reason given.
        rejection_reason -> Nullable<Text>,
        /// Where in the track to begin, in milliseconds from 0; null: at its beginning.
        start_time_ms -> Nullable<Int4>,
        /// Where in the track to stop, in milliseconds, after start_time_ms; null: at its end.
        end_time_ms -> Nullable<Int4>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Tsvector;

    /// Playlists, smart playlists and the folders that hold them.
    playlists (id) {
        /// Key.
        id -> Int8,
        /// What a link to the list names; random.
        uuid -> Uuid,
        /// Name, 1 to 255 characters.
        name -> Text,
        /// The person it belongs to, who cannot be deleted before handing it over.
        owner_id -> Int8,
        /// private (owner and collaborators), unlisted (whoever has the link) or public.
        visibility -> Text,
        /// Whether others than the owner may take part; never a folder.
        is_collaborative -> Bool,
        /// How others join: open, approval_required or invite_only.
        collaboration_mode -> Text,
        /// Entries one person may have in the list, from 1; null: no limit.
        max_tracks_per_user -> Nullable<Int4>,
        /// Whether entries can be voted on.
        voting_enabled -> Bool,
        /// What adding a track that is there does: allow, skip or reject.
        duplicate_policy -> Text,
        /// Stands in every invitation link; raising it revokes them all. From 0.
        invite_epoch -> Int4,
        /// The folder it lies in, of the same owner; null: at the top. No circles, at most 16 levels.
        parent_id -> Nullable<Int8>,
        /// True: a folder, which holds lists and folders but no tracks.
        folder_type -> Bool,
        /// A few sentences, at most 10,000 characters; null: none.
        description -> Nullable<Text>,
        /// Picture, an http or https address; null: none.
        cover_url -> Nullable<Text>,
        /// Tags: array of strings.
        tags -> Jsonb,
        /// Whether the entries follow from the rules; never a folder.
        is_dynamic -> Bool,
        /// Rules, order and limit of a smart list: object; null: no rules.
        dynamic_rules -> Nullable<Jsonb>,
        /// Instant the entries were last computed from the rules; null: never.
        rules_evaluated_at -> Nullable<Timestamptz>,
        /// SHA-256 of the share link's token, 64 hexadecimal digits; unique; null: not shared by link.
        share_token_hash -> Nullable<Text>,
        /// Password hash of the share link in PHC form; null: no password.
        share_password_hash -> Nullable<Text>,
        /// Instant the share link stops; null: never.
        share_expires_at -> Nullable<Timestamptz>,
        /// Times the share link was opened.
        share_visit_count -> Int4,
        /// Instant the share link was last opened; null: never.
        share_last_visited_at -> Nullable<Timestamptz>,
        /// Times the list was played.
        play_count -> Int4,
        /// Times the list was liked.
        like_count -> Int4,
        /// Times the list was shared.
        share_count -> Int4,
        /// Rows of playlist_follows that name the list; kept by triggers.
        follower_count -> Int4,
        /// Active entries; kept by triggers. A folder has none.
        track_count -> Int4,
        /// Sum of the active entries' tracks' lengths in milliseconds, an unknown length as 0, a clip as its whole track; kept by triggers.
        total_duration_ms -> Int8,
        /// Anything else about the list: object.
        extra_metadata -> Jsonb,
        /// Grows by one with every change; handed out under the row's lock. From 1.
        version -> Int4,
        /// The person behind the last change; null: the server, or someone who was deleted.
        last_modified_by -> Nullable<Int8>,
        /// The list it was copied from; null: none, or it is gone.
        copied_from_id -> Nullable<Int8>,
        /// Instant it was deleted, after which it can be restored for a time; null: it stands.
        deleted_at -> Nullable<Timestamptz>,
        /// Instant it was last played; null: never.
        last_played_at -> Nullable<Timestamptz>,
        /// Instant the list was made.
        created_at -> Timestamptz,
        /// Instant of the last change to the list or its entries; counters are none.
        updated_at -> Timestamptz,
        /// music_fold(name), at most 500 characters, ordered by code point; generated.
        name_folded -> Text,
        /// Words of the name (A), the description (B) and the tags (C); generated.
        search_vector -> Tsvector,
    }
}

diesel::table! {
    /// Places outside where a track can be heard or is described.
    track_sources (id) {
        /// Key.
        id -> Int8,
        /// The track; deleting it deletes the source.
        track_id -> Int8,
        /// The outside service.
        source_type -> Text,
        /// The service's own id of the track, at most 255 characters; unique within the service; null: known by its address alone.
        source_id -> Nullable<Text>,
        /// Address: http, https or the service's own scheme, at most 2000 characters; null: none, then there is a source_id.
        source_uri -> Nullable<Text>,
        /// What the service said about the track: object.
        source_extra_metadata -> Jsonb,
        /// Best quality offered: low, medium, high or lossless; null: not known.
        audio_quality -> Nullable<Text>,
        /// Whether this source is preferred to the others; at most one of the track's.
        is_primary -> Bool,
        /// Whether the service still offers it.
        is_available -> Bool,
        /// Countries where it is offered, ISO 3166-1 alpha-2 in capitals; null: everywhere; empty: nowhere.
        available_in -> Nullable<Array<Text>>,
        /// active, failed (the last attempt) or removed (by the service).
        sync_status -> Text,
        /// Instant the service was last asked; null: never.
        last_synced_at -> Nullable<Timestamptz>,
        /// Instant the source was entered.
        created_at -> Timestamptz,
        /// Instant of the last change; asking the service and learning nothing is none.
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Tsvector;

    /// Recordings; one row each, whatever the number of outside services that offer it.
    tracks (id) {
        /// Key.
        id -> Int8,
        /// Title as printed, 1 to 500 characters.
        title -> Text,
        /// Length in milliseconds, 1 to 86,400,000 (a day); null: not known.
        duration_ms -> Nullable<Int4>,
        /// International Standard Recording Code, 12 capitals and digits without hyphens; not unique; null: not known.
        isrc -> Nullable<Text>,
        /// Items of the acoustic fingerprint, about eight a second, 32 bits each, 1 to 100,000 of them; null: none taken.
        audio_fingerprint -> Nullable<Array<Int4>>,
        /// Name and version of what took the fingerprint; null with it.
        fingerprint_algorithm -> Nullable<Text>,
        /// Length in milliseconds of the recording the fingerprint was taken from, 1 to 86,400,000; null with it.
        fingerprint_duration_ms -> Nullable<Int4>,
        /// Measured sound: object of numbers bpm (above 0, up to 1000), key (0 to 11, 0 is C), mode (0 minor, 1 major), time_signature (1 to 12), loudness (-100 to 20 dB), key_confidence, energy, danceability, valence, acousticness, instrumentalness, liveness, speechiness (each 0 to 1); a missing key is not measured.
        audio_features -> Jsonb,
        /// The artist the track is filed under, the first of its credit; null: not known. Deleting the artist leaves the track.
        artist_id -> Nullable<Int8>,
        /// The album the track is on; null: none, or not known. Deleting the album leaves the track.
        album_id -> Nullable<Int8>,
        /// Copy of artists.name for search and order, kept by triggers; null: no artist.
        artist_name -> Nullable<Text>,
        /// Copy of albums.title for search and order, kept by triggers; null: no album.
        album_title -> Nullable<Text>,
        /// Who is credited, in order: array of {artist_id, name, join_phrase, role?}; empty: the artist alone.
        artist_credit -> Jsonb,
        /// Disc of the album, from 1; null: not known.
        disc_number -> Nullable<Int4>,
        /// Place on the disc, from 1; null: not known.
        track_number -> Nullable<Int4>,
        /// Slugs of genres, the most fitting first: array of strings, each a row of genres.
        genres -> Jsonb,
        /// Date the track came out, 1000 to 2200; the album's unless given, and follows it while it is the same; null: not known.
        release_date -> Nullable<Date>,
        /// How much of release_date is known: year, month or day; null with it.
        release_precision -> Nullable<Text>,
        /// Whether the words are marked explicit.
        explicit -> Bool,
        /// Share of the most heard track's listeners on a logarithmic scale, 0 to 1; written by ops.refresh_statistics.
        popularity -> Float8,
        /// A sample to listen to, an http or https address; null: none.
        preview_url -> Nullable<Text>,
        /// Words of the song, at most 100,000 characters; null: none.
        lyrics -> Nullable<Text>,
        /// Anything else that was learnt about the track: object.
        extra_metadata -> Jsonb,
        /// Whether only an import's line is known of the track, which holds a place until it is resolved.
        is_stub -> Bool,
        /// The track this one turned out to be; always an unmerged row; null: not merged.
        merged_into_id -> Nullable<Int8>,
        /// What the merge moved, so that it can be undone: object; null: not merged, or not undoable.
        merge_snapshot -> Nullable<Jsonb>,
        /// Instant the sound was last measured; null: never.
        last_analyzed_at -> Nullable<Timestamptz>,
        /// Instant the track was entered.
        created_at -> Timestamptz,
        /// Instant of the last change; popularity and copies of names are none.
        updated_at -> Timestamptz,
        /// music_fold(title), at most 500 characters, ordered by code point; generated.
        title_folded -> Text,
        /// Words of the title (A), the artist (B) and the album (C); generated.
        search_vector -> Tsvector,
    }
}

diesel::table! {
    /// Albums a person saved.
    user_album_collections (id) {
        /// Key.
        id -> Int8,
        /// The person; deleting them deletes the row.
        user_id -> Int8,
        /// The album; deleting it deletes the row.
        album_id -> Int8,
        /// The person's own tags: array of strings.
        tags -> Jsonb,
        /// Times the person played the album.
        play_count -> Int4,
        /// Instant it was saved.
        added_at -> Timestamptz,
    }
}

diesel::table! {
    /// Who follows which artist.
    user_artist_follows (id) {
        /// Key.
        id -> Int8,
        /// The follower; deleting them deletes the row.
        user_id -> Int8,
        /// The artist; deleting them deletes the row.
        artist_id -> Int8,
        /// Where they came upon the artist: playlist, album, artist, radio, search, discovery, library or other; null: not known.
        follow_source -> Nullable<Text>,
        /// Whether new releases stand in the follower's feed.
        notifications_enabled -> Bool,
        /// Instant they began to follow.
        followed_at -> Timestamptz,
    }
}

diesel::table! {
    /// What people did with tracks: plays, skips, likes and the like; partitioned by month of created_at.
    user_interactions (id, created_at) {
        /// Key, with created_at.
        id -> Int8,
        /// The person; deleting them deletes the row.
        user_id -> Int8,
        /// The track; deleting it deletes the row.
        track_id -> Int8,
        /// play, skip, like, dislike, share, add_to_playlist or remove_from_playlist.
        interaction_type -> Text,
        /// What it was heard in: playlist, album, artist, radio, search, discovery, library or other; null: not known.
        context_type -> Nullable<Text>,
        /// Key of the playlist, album, artist or discovery session it was heard in; null: none, or not known.
        context_id -> Nullable<Int8>,
        /// Time listened, in milliseconds; null: no play, or not reported.
        play_duration_ms -> Nullable<Int4>,
        /// The track's length at the time, in milliseconds; null: not known.
        track_duration_ms -> Nullable<Int4>,
        /// Share of the track that was heard, 0 to 100; null: not known.
        completion_percentage -> Nullable<Float8>,
        /// Where in the track it was skipped, in milliseconds from 0; null: not skipped, or not reported.
        skip_position_ms -> Nullable<Int4>,
        /// manual, auto_next or error; null: not skipped, or not reported.
        skip_reason -> Nullable<Text>,
        /// mobile, desktop, tablet, smart_speaker, web or other; null: not known.
        device_type -> Nullable<Text>,
        /// The sitting or discovery session it belongs to; null: none.
        session_id -> Nullable<Uuid>,
        /// The client's own id of the event, kept once for each person; null: none given.
        client_event_id -> Nullable<Uuid>,
        /// The service that reported it, a source type; null: this server.
        origin -> Nullable<Text>,
        /// Whether the play was long enough to be a listen: half of the track or four minutes; only plays.
        counts_as_listen -> Bool,
        /// Anything else about the event: object.
        extra_metadata -> Jsonb,
        /// Instant it happened; of a play, its start.
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// Tracks a person saved, with their rating and notes.
    user_library (id) {
        /// Key.
        id -> Int8,
        /// The person; deleting them deletes the row.
        user_id -> Int8,
        /// The track; deleting it deletes the row.
        track_id -> Int8,
        /// The person's own tags: array of strings.
        tags -> Jsonb,
        /// Rating, 1 to 5; null: unrated.
        rating -> Nullable<Int4>,
        /// The person's own notes, at most 10,000 characters; null: none.
        notes -> Nullable<Text>,
        /// Whether it is one of their favourites.
        is_favorite -> Bool,
        /// Listens of the person to the track.
        play_count -> Int4,
        /// Times the person skipped the track.
        skip_count -> Int4,
        /// Time the person listened to the track, in milliseconds.
        total_play_time_ms -> Int8,
        /// Instant of the last listen; null: none.
        last_played_at -> Nullable<Timestamptz>,
        /// Instant it was saved.
        added_at -> Timestamptz,
    }
}

diesel::table! {
    /// What a person likes to hear, as they say and as their listening shows; at most one row each.
    user_music_profiles (id) {
        /// Key.
        id -> Int8,
        /// The person; deleting them deletes the profile.
        user_id -> Int8,
        /// Slugs of genres they like: array of strings, each a row of genres.
        favorite_genres -> Jsonb,
        /// Slugs of genres they do not like: array of strings, each a row of genres.
        disliked_genres -> Jsonb,
        /// Decades they like, as "1990s": array of strings.
        favorite_decades -> Jsonb,
        /// low, medium, high or lossless.
        preferred_audio_quality -> Text,
        /// Services to play from, the best first: array of source types.
        preferred_sources -> Jsonb,
        /// Whether explicit tracks may be recommended.
        explicit_content_allowed -> Bool,
        /// How far recommendations may stray: conservative, balanced or adventurous.
        discovery_mode -> Text,
        /// Energy they like, 0 (calm) to 1.
        energy_preference -> Float8,
        /// Weight of each mood: object.
        mood_preferences -> Jsonb,
        /// Languages of songs, BCP 47 tags, the best first: array of strings.
        language_preferences -> Jsonb,
        /// Time listened in all, in milliseconds.
        total_listening_time_ms -> Int8,
        /// Listens in all.
        tracks_played -> Int4,
        /// Distinct tracks listened to.
        unique_tracks_played -> Int4,
        /// Distinct artists listened to.
        unique_artists_played -> Int4,
        /// Average length of a sitting, in milliseconds.
        average_session_duration_ms -> Int8,
        /// Share of listens to tracks heard for the first time, 0 to 1.
        discovery_ratio -> Float8,
        /// How evenly listens spread over genres, 0 (one genre) to 1.
        genre_diversity_score -> Float8,
        /// What they like at which time of day: object.
        time_based_preferences -> Jsonb,
        /// What they like on which device: object.
        device_preferences -> Jsonb,
        /// Their place in the space of audio features: array or object of numbers; null: not computed yet.
        taste_vector -> Nullable<Jsonb>,
        /// What is never to be recommended: array of objects, each a thing and perhaps an end.
        exclusions -> Jsonb,
        /// Whether others may see what they listened to.
        is_history_public -> Bool,
        /// Whether what they hear now stays out of what others see.
        is_private_session -> Bool,
        /// Instant taste_vector and the figures were last computed; null: never.
        taste_updated_at -> Nullable<Timestamptz>,
        /// Instant the profile was made.
        created_at -> Timestamptz,
        /// Instant of the person's last change; computed figures are none.
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// People who sign in, and the settings of their searches.
    users (id) {
        /// Key.
        id -> Int8,
        /// Name to sign in with and to be shown by, 2 to 80 characters; unique whatever the case.
        username -> Text,
        /// E-mail address in clear, at most 254 characters, until the server has sealed it; null: it is sealed, or there is none.
        email -> Nullable<Text>,
        /// Password hash in PHC form, or as the Python project wrote it until the next sign-in; null: cannot sign in with a password.
        password_hash -> Nullable<Text>,
        /// False: may not sign in, and tokens are refused.
        is_active -> Bool,
        /// Whether the person runs the server.
        is_admin -> Bool,
        /// Language of searches and answers, a BCP 47 tag.
        default_language -> Text,
        /// Search categories asked by default: array of names; empty: the server's own choice.
        default_categories -> Jsonb,
        /// Search engines asked by default: array of names; empty: the server's own choice.
        default_engines -> Jsonb,
        /// Stands in every access token; raising it signs the person out everywhere. From 0.
        token_version -> Int4,
        /// Instant of the last sign-in; null: never.
        last_login -> Nullable<Timestamptz>,
        /// Instant the account was made.
        created_at -> Timestamptz,
        /// Instant of the last change to the account; signing in is none.
        updated_at -> Timestamptz,
        /// E-mail address, encrypted: the id of the key, a dot, and nonce and ciphertext in URL-safe base64; bound to the row. Null: in clear, or there is none.
        email_sealed -> Nullable<Text>,
        /// Keyed hash of the e-mail address in lower case, in hexadecimal: unique whatever the case. Null with email_sealed.
        email_lookup -> Nullable<Text>,
        /// The name with letters that look alike made one; who registers may have no skeleton that is there.
        username_skeleton -> Nullable<Text>,
    }
}

diesel::joinable!(album_sources -> albums (album_id));
diesel::joinable!(albums -> artists (artist_id));
diesel::joinable!(artist_sources -> artists (artist_id));
diesel::joinable!(discovery_session_tracks -> discovery_sessions (session_id));
diesel::joinable!(discovery_session_tracks -> tracks (track_id));
diesel::joinable!(discovery_sessions -> users (user_id));
diesel::joinable!(playlist_activities -> playlists (playlist_id));
diesel::joinable!(playlist_activities -> users (user_id));
diesel::joinable!(playlist_collaborators -> playlists (playlist_id));
diesel::joinable!(playlist_follows -> users (user_id));
diesel::joinable!(playlist_track_votes -> playlist_tracks (playlist_track_id));
diesel::joinable!(playlist_track_votes -> users (user_id));
diesel::joinable!(playlist_tracks -> playlists (playlist_id));
diesel::joinable!(playlist_tracks -> tracks (track_id));
diesel::joinable!(playlist_tracks -> users (added_by));
diesel::joinable!(track_sources -> tracks (track_id));
diesel::joinable!(tracks -> albums (album_id));
diesel::joinable!(tracks -> artists (artist_id));
diesel::joinable!(user_album_collections -> albums (album_id));
diesel::joinable!(user_album_collections -> users (user_id));
diesel::joinable!(user_artist_follows -> artists (artist_id));
diesel::joinable!(user_artist_follows -> users (user_id));
diesel::joinable!(user_interactions -> tracks (track_id));
diesel::joinable!(user_interactions -> users (user_id));
diesel::joinable!(user_library -> tracks (track_id));
diesel::joinable!(user_library -> users (user_id));
diesel::joinable!(user_music_profiles -> users (user_id));

diesel::allow_tables_to_appear_in_same_query!(
    album_sources,
    albums,
    artist_sources,
    artists,
    discovery_session_tracks,
    discovery_sessions,
    genres,
    playlist_activities,
    playlist_collaborators,
    playlist_follows,
    playlist_track_votes,
    playlist_tracks,
    playlists,
    track_sources,
    tracks,
    user_album_collections,
    user_artist_follows,
    user_interactions,
    user_library,
    user_music_profiles,
    users,
);
