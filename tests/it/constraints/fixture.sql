insert into users (id, username, email) overriding system value values
  (1, 'ada', 'ada@example.org'), (2, 'ben', 'ben@example.org');
insert into users (id, username, email, is_admin) overriding system value values (9, 'zoe', 'zoe@example.org', true);
insert into genres (id, name, slug, parent_id) overriding system value values
  (1, 'Rock', 'rock', null), (2, 'Punk', 'punk', 1), (3, 'Oi', 'oi', 2), (4, 'Jazz', 'jazz', null);
insert into artists (id, name, genres) overriding system value values
  (1, 'First', '["rock"]'), (2, 'Second', '[]'), (3, 'Third', '[]');
update artists set merged_into_id = 2 where id = 3;
insert into albums (id, title, artist_id, release_date, release_precision) overriding system value values
  (1, 'Album', 1, '1999-05-01', 'month'), (2, 'Other', 2, null, null), (3, 'Merged', 2, null, null);
update albums set merged_into_id = 2 where id = 3;
insert into tracks (id, title, artist_id, album_id, duration_ms) overriding system value values
  (1, 'One', 1, 1, 60000), (2, 'Two', 1, 1, 90000), (3, 'Three', 2, null, null), (4, 'Merged', 2, null, null);
update tracks set merged_into_id = 3 where id = 4;
insert into track_sources (id, track_id, source_type, source_id, is_primary) overriding system value values
  (1, 1, 'spotify', 'a', true), (2, 1, 'youtube', 'a', false), (3, 2, 'spotify', 'b', true);
insert into artist_sources (id, artist_id, source_type, source_id, is_primary) overriding system value values
  (1, 1, 'spotify', 'a', true), (2, 1, 'youtube', 'a', false);
insert into album_sources (id, album_id, source_type, source_id, is_primary) overriding system value values
  (1, 1, 'spotify', 'a', true), (2, 1, 'youtube', 'a', false);
insert into playlists (id, name, owner_id, folder_type, parent_id) overriding system value values
  (1, 'List', 1, false, null), (2, 'Folder', 1, true, null), (3, 'Inner', 1, true, 2),
  (4, 'Ben''s folder', 2, true, null), (5, 'Ben''s list', 2, false, null);
insert into playlist_tracks (id, playlist_id, track_id, position, status, added_by) overriding system value values
  (1, 1, 1, 1000, 'active', 1), (2, 1, 2, 2000, 'active', 1), (3, 1, 3, null, 'proposed', 2);
insert into playlist_track_votes (id, playlist_track_id, user_id, vote_type) overriding system value values (1, 1, 1, 1);
insert into playlist_collaborators (id, playlist_id, user_id) overriding system value values (1, 1, 2);
insert into playlist_follows (id, user_id, playlist_id) overriding system value values (1, 2, 1);
insert into playlist_activities (id, playlist_id, user_id, activity_type, playlist_version, client_mutation_id)
  overriding system value values (1, 1, 1, 'created', 1, 'call-1');
insert into user_music_profiles (id, user_id) overriding system value values (1, 1);
insert into user_library (id, user_id, track_id) overriding system value values (1, 1, 1);
insert into user_album_collections (id, user_id, album_id) overriding system value values (1, 1, 1);
insert into user_artist_follows (id, user_id, artist_id) overriding system value values (1, 1, 1);
insert into user_interactions (id, user_id, track_id, interaction_type, client_event_id, created_at) overriding system value values
  (1, 1, 1, 'play', '00000000-0000-4000-8000-000000000001', date_trunc('day', now()));
insert into discovery_sessions (id, user_id, session_type, started_at, ended_at, is_active) overriding system value values
  (1, 1, 'radio', date_trunc('day', now()) - interval '2 days', date_trunc('day', now()) - interval '1 day', false),
  (2, 2, 'radio', date_trunc('day', now()), null, true);
insert into discovery_session_tracks (id, session_id, track_id, position, presented_at) overriding system value values
  (1, 1, 1, 0, date_trunc('day', now()) - interval '2 days'), (2, 1, 2, 1, date_trunc('day', now()) - interval '2 days');
do $$
declare
  one record;
begin
  for one in
    select table_name from information_schema.columns
    where table_schema = 'public' and column_name = 'id' and is_identity = 'YES'
  loop
    execute format('alter table public.%I alter column id restart with 1001', one.table_name);
  end loop;
end
$$;

insert into auth.sessions (user_id, token_version, expires_at)
values (1, 0, now() + interval '30 days');

insert into auth.refresh_tokens (session_id, token_hash)
values (1, repeat('0', 64));

insert into auth.api_tokens (user_id, name, token_hash, scopes, token_version)
values (1, 'a', repeat('0', 64), '{read}', 0);

insert into audit.events (operation, subject_table, subject_key) values ('export', 'users', 1);
