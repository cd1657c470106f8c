-- tracks_genres_fkey
/* refused  */ update tracks set genres = '["nosuch"]' where id = 1;
/* accepted */ update tracks set genres = '["rock", "oi"]' where id = 1;

-- tracks_genres_check
/* refused  */ update tracks set genres = '{}' where id = 1;
/* accepted */ update tracks set genres = '[]' where id = 1;

-- tracks_title_check
/* refused  */ update tracks set title = repeat('a', 501) where id = 1;
/* accepted */ update tracks set title = repeat('a', 500) where id = 1;

-- tracks_title_check
/* refused  */ update tracks set title = '' where id = 1;
/* accepted */ update tracks set title = 'a' where id = 1;

-- tracks_duration_ms_check
/* refused  */ update tracks set duration_ms = 86400001 where id = 1;
/* accepted */ update tracks set duration_ms = 86400000 where id = 1;

-- tracks_duration_ms_check
/* refused  */ update tracks set duration_ms = 0 where id = 1;
/* accepted */ update tracks set duration_ms = 1 where id = 1;

-- tracks_isrc_check
/* refused  */ update tracks set isrc = 'GB-AYE-69-00531' where id = 1;
/* accepted */ update tracks set isrc = 'GBAYE6900531' where id = 1;

-- tracks_isrc_check
/* refused  */ update tracks set isrc = 'GBAYE690053' where id = 1;
/* accepted */ update tracks set isrc = 'USRC17607839' where id = 1;

-- tracks_audio_fingerprint_check
/* refused  */
update tracks
set audio_fingerprint = '{}',
  fingerprint_algorithm = 'chromaprint-1',
  fingerprint_duration_ms = 60000
where id = 1;
/* accepted */
update tracks
set audio_fingerprint = '{-1}',
  fingerprint_algorithm = 'chromaprint-1',
  fingerprint_duration_ms = 60000
where id = 1;

-- tracks_audio_fingerprint_check
/* refused  */
update tracks
set audio_fingerprint = '{1, null}',
  fingerprint_algorithm = 'chromaprint-1',
  fingerprint_duration_ms = 60000
where id = 1;
/* accepted */
update tracks
set audio_fingerprint = '{1, 2}',
  fingerprint_algorithm = 'chromaprint-1',
  fingerprint_duration_ms = 60000
where id = 1;

-- tracks_fingerprint_check
/* refused  */
update tracks
set audio_fingerprint = '{1}', fingerprint_algorithm = 'chromaprint-1'
where id = 1;
/* accepted */
update tracks
set audio_fingerprint = '{1}',
  fingerprint_algorithm = 'chromaprint-1',
  fingerprint_duration_ms = 60000
where id = 1;

-- tracks_fingerprint_algorithm_check
/* refused  */
update tracks
set audio_fingerprint = '{1}', fingerprint_duration_ms = 60000, fingerprint_algorithm = ''
where id = 1;
/* accepted */
update tracks
set audio_fingerprint = '{1}', fingerprint_duration_ms = 60000, fingerprint_algorithm = 'c'
where id = 1;

-- tracks_fingerprint_algorithm_check
/* refused  */
update tracks
set audio_fingerprint = '{1}',
  fingerprint_duration_ms = 60000,
  fingerprint_algorithm = repeat('a', 51)
where id = 1;
/* accepted */
update tracks
set audio_fingerprint = '{1}',
  fingerprint_duration_ms = 60000,
  fingerprint_algorithm = repeat('a', 50)
where id = 1;

-- tracks_fingerprint_duration_ms_check
/* refused  */
update tracks
set audio_fingerprint = '{1}', fingerprint_duration_ms = 0, fingerprint_algorithm = 'c'
where id = 1;
/* accepted */
update tracks
set audio_fingerprint = '{1}', fingerprint_duration_ms = 1, fingerprint_algorithm = 'c'
where id = 1;

-- tracks_fingerprint_duration_ms_check
/* refused  */
update tracks
set audio_fingerprint = '{1}', fingerprint_algorithm = 'c', fingerprint_duration_ms = 0
where id = 1;
/* accepted */
update tracks
set audio_fingerprint = '{1}', fingerprint_algorithm = 'c', fingerprint_duration_ms = 1
where id = 1;

-- tracks_fingerprint_duration_ms_check
/* refused  */
update tracks
set audio_fingerprint = '{1}', fingerprint_algorithm = 'c', fingerprint_duration_ms = 86400001
where id = 1;
/* accepted */
update tracks
set audio_fingerprint = '{1}', fingerprint_algorithm = 'c', fingerprint_duration_ms = 86400000
where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"tempo": 120}' where id = 1;
/* accepted */ update tracks set audio_features = '{"bpm": 1000}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"bpm": 0}' where id = 1;
/* accepted */ update tracks set audio_features = '{"bpm": 0.1}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"bpm": 1000.1}' where id = 1;
/* accepted */ update tracks set audio_features = '{}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"key": 12}' where id = 1;
/* accepted */ update tracks set audio_features = '{"key": 11}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"key": 1.5}' where id = 1;
/* accepted */ update tracks set audio_features = '{"key": 0}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"mode": 2}' where id = 1;
/* accepted */ update tracks set audio_features = '{"mode": 1}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"energy": 1.01}' where id = 1;
/* accepted */ update tracks set audio_features = '{"energy": 1, "valence": 0}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"energy": "0.5"}' where id = 1;
/* accepted */ update tracks set audio_features = '{"energy": 0.5}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"time_signature": 13}' where id = 1;
/* accepted */ update tracks set audio_features = '{"time_signature": 12}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"loudness": -100.5}' where id = 1;
/* accepted */ update tracks set audio_features = '{"loudness": -100}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"key_confidence": -0.1}' where id = 1;
/* accepted */ update tracks set audio_features = '{"key_confidence": 0}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"energy": null}' where id = 1;
/* accepted */
update tracks
set audio_features = '{"liveness": 0.5, "speechiness": 0.5, "danceability": 1, "acousticness": 1, "instrumentalness": 1}'
where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '[]' where id = 1;
/* accepted */ update tracks set audio_features = '{}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"loudness": 20.5}' where id = 1;
/* accepted */ update tracks set audio_features = '{"loudness": 20}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"time_signature": 0}' where id = 1;
/* accepted */ update tracks set audio_features = '{"time_signature": 1}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"key": -1}' where id = 1;
/* accepted */ update tracks set audio_features = '{"key": 0}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"danceability": 1.01}' where id = 1;
/* accepted */ update tracks set audio_features = '{"danceability": 1}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"danceability": -0.01}' where id = 1;
/* accepted */ update tracks set audio_features = '{"danceability": 0}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"valence": 1.01}' where id = 1;
/* accepted */ update tracks set audio_features = '{"valence": 1}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"valence": -0.01}' where id = 1;
/* accepted */ update tracks set audio_features = '{"valence": 0}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"acousticness": 1.01}' where id = 1;
/* accepted */ update tracks set audio_features = '{"acousticness": 1}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"acousticness": -0.01}' where id = 1;
/* accepted */ update tracks set audio_features = '{"acousticness": 0}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"instrumentalness": 1.01}' where id = 1;
/* accepted */ update tracks set audio_features = '{"instrumentalness": 1}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"instrumentalness": -0.01}' where id = 1;
/* accepted */ update tracks set audio_features = '{"instrumentalness": 0}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"liveness": 1.01}' where id = 1;
/* accepted */ update tracks set audio_features = '{"liveness": 1}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"liveness": -0.01}' where id = 1;
/* accepted */ update tracks set audio_features = '{"liveness": 0}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"speechiness": 1.01}' where id = 1;
/* accepted */ update tracks set audio_features = '{"speechiness": 1}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"speechiness": -0.01}' where id = 1;
/* accepted */ update tracks set audio_features = '{"speechiness": 0}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"energy": -0.01}' where id = 1;
/* accepted */ update tracks set audio_features = '{"energy": 0}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"key_confidence": 1.01}' where id = 1;
/* accepted */ update tracks set audio_features = '{"key_confidence": 1}' where id = 1;

-- tracks_audio_features_check
/* refused  */ update tracks set audio_features = '{"key_confidence": -0.01}' where id = 1;
/* accepted */ update tracks set audio_features = '{"key_confidence": 0}' where id = 1;

-- tracks_artist_credit_check
/* refused  */ update tracks set artist_credit = '[{"artist_id": 1}]' where id = 1;
/* accepted */
update tracks
set artist_credit = '[{"artist_id": 1, "name": "First", "join_phrase": ""}]'
where id = 1;

-- tracks_disc_number_check
/* refused  */ update tracks set disc_number = 0 where id = 1;
/* accepted */ update tracks set disc_number = 1 where id = 1;

-- tracks_track_number_check
/* refused  */ update tracks set track_number = 0 where id = 1;
/* accepted */ update tracks set track_number = 1 where id = 1;

-- tracks_release_date_check
/* refused  */ update tracks set release_date = '0999-12-31' where id = 1;
/* accepted */ update tracks set release_date = '1000-01-01' where id = 1;

-- tracks_release_date_check
/* refused  */ update tracks set release_date = '2201-01-01' where id = 1;
/* accepted */ update tracks set release_date = '2200-12-31' where id = 1;

-- tracks_release_precision_check
/* refused  */ update tracks set release_precision = 'week' where id = 1;
/* accepted */ update tracks set release_precision = 'day' where id = 1;

-- tracks_release_date_release_precision_check
/* refused  */ update tracks set release_precision = null where id = 1;
/* accepted */ update tracks set release_date = null, release_precision = null where id = 1;

-- tracks_popularity_check
/* refused  */ update tracks set popularity = 'NaN' where id = 1;
/* accepted */ update tracks set popularity = 1 where id = 1;

-- tracks_popularity_check
/* refused  */ update tracks set popularity = -0.01 where id = 1;
/* accepted */ update tracks set popularity = 0 where id = 1;

-- tracks_popularity_check
/* refused  */ update tracks set popularity = 1.01 where id = 1;
/* accepted */ update tracks set popularity = 1 where id = 1;

-- tracks_preview_url_check
/* refused  */ update tracks set preview_url = 'ftp://example.org/a' where id = 1;
/* accepted */ update tracks set preview_url = 'http://example.org/a' where id = 1;

-- tracks_preview_url_check
/* refused  */ update tracks set preview_url = 'https://' || repeat('a', 1993) where id = 1;
/* accepted */ update tracks set preview_url = 'https://' || repeat('a', 1992) where id = 1;

-- tracks_preview_url_check
/* refused  */ update tracks set preview_url = 'https://example.org/a b' where id = 1;
/* accepted */ update tracks set preview_url = 'https://example.org/a%20b' where id = 1;

-- tracks_lyrics_check
/* refused  */ update tracks set lyrics = repeat('a', 100001) where id = 1;
/* accepted */ update tracks set lyrics = repeat('a', 100000) where id = 1;

-- tracks_lyrics_check
/* refused  */ update tracks set lyrics = '' where id = 1;
/* accepted */ update tracks set lyrics = 'a' where id = 1;

-- tracks_extra_metadata_check
/* refused  */ update tracks set extra_metadata = '[]' where id = 1;
/* accepted */ update tracks set extra_metadata = '{}' where id = 1;

-- tracks_merged_into_id_check
/* refused  */ update tracks set merged_into_id = 1 where id = 1;
/* accepted */ update tracks set merged_into_id = 2 where id = 1;

-- tracks_merge_snapshot_check
/* refused  */ update tracks set merge_snapshot = '{}' where id = 1;
/* accepted */ update tracks set merge_snapshot = '{}', merged_into_id = 2 where id = 1;

-- tracks_merged_into_id_chain
/* refused  */ update tracks set merged_into_id = 4 where id = 1;
/* accepted */ update tracks set merged_into_id = 1 where id = 3;
