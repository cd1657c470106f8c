-- user_music_profiles_favorite_decades_check
/* refused  */ update user_music_profiles set favorite_decades = '["a", 1]' where id = 1;
/* accepted */ update user_music_profiles set favorite_decades = '[]' where id = 1;

-- user_music_profiles_language_preferences_check
/* refused  */ update user_music_profiles set language_preferences = '["a", 1]' where id = 1;
/* accepted */ update user_music_profiles set language_preferences = '[]' where id = 1;

-- user_music_profiles_favorite_genres_check
/* refused  */ update user_music_profiles set favorite_genres = '{}' where id = 1;
/* accepted */ update user_music_profiles set favorite_genres = '[]' where id = 1;

-- user_music_profiles_disliked_genres_check
/* refused  */ update user_music_profiles set disliked_genres = '{}' where id = 1;
/* accepted */ update user_music_profiles set disliked_genres = '[]' where id = 1;

-- user_music_profiles_genres_fkey
/* refused  */ update user_music_profiles set favorite_genres = '["nosuch"]' where id = 1;
/* accepted */ update user_music_profiles set favorite_genres = '["rock"]' where id = 1;

-- user_music_profiles_genres_fkey
/* refused  */ update user_music_profiles set disliked_genres = '["rock", "nosuch"]' where id = 1;
/* accepted */ update user_music_profiles set disliked_genres = '["rock", "rock"]' where id = 1;

-- user_music_profiles_preferred_audio_quality_check
/* refused  */ update user_music_profiles set preferred_audio_quality = 'hires' where id = 1;
/* accepted */ update user_music_profiles set preferred_audio_quality = 'lossless' where id = 1;

-- user_music_profiles_preferred_sources_check
/* refused  */
update user_music_profiles
set preferred_sources = '["spotify", "myspace"]'
where id = 1;
/* accepted */ update user_music_profiles set preferred_sources = '["upload", "spotify"]' where id = 1;

-- user_music_profiles_discovery_mode_check
/* refused  */ update user_music_profiles set discovery_mode = 'wild' where id = 1;
/* accepted */ update user_music_profiles set discovery_mode = 'adventurous' where id = 1;

-- user_music_profiles_energy_preference_check
/* refused  */ update user_music_profiles set energy_preference = 1.01 where id = 1;
/* accepted */ update user_music_profiles set energy_preference = 1 where id = 1;

-- user_music_profiles_energy_preference_check
/* refused  */ update user_music_profiles set energy_preference = -0.01 where id = 1;
/* accepted */ update user_music_profiles set energy_preference = 0 where id = 1;

-- user_music_profiles_energy_preference_check
/* refused  */ update user_music_profiles set energy_preference = 'NaN' where id = 1;
/* accepted */ update user_music_profiles set energy_preference = 0.5 where id = 1;

-- user_music_profiles_mood_preferences_check
/* refused  */ update user_music_profiles set mood_preferences = '[]' where id = 1;
/* accepted */ update user_music_profiles set mood_preferences = '{}' where id = 1;

-- user_music_profiles_time_based_preferences_check
/* refused  */ update user_music_profiles set time_based_preferences = '[]' where id = 1;
/* accepted */ update user_music_profiles set time_based_preferences = '{}' where id = 1;

-- user_music_profiles_device_preferences_check
/* refused  */ update user_music_profiles set device_preferences = '[]' where id = 1;
/* accepted */ update user_music_profiles set device_preferences = '{}' where id = 1;

-- user_music_profiles_total_listening_time_ms_check
/* refused  */ update user_music_profiles set total_listening_time_ms = -1 where id = 1;
/* accepted */ update user_music_profiles set total_listening_time_ms = 0 where id = 1;

-- user_music_profiles_tracks_played_check
/* refused  */ update user_music_profiles set tracks_played = -1 where id = 1;
/* accepted */ update user_music_profiles set tracks_played = 0 where id = 1;

-- user_music_profiles_unique_tracks_played_check
/* refused  */ update user_music_profiles set unique_tracks_played = -1 where id = 1;
/* accepted */ update user_music_profiles set unique_tracks_played = 0 where id = 1;

-- user_music_profiles_unique_artists_played_check
/* refused  */ update user_music_profiles set unique_artists_played = -1 where id = 1;
/* accepted */ update user_music_profiles set unique_artists_played = 0 where id = 1;

-- user_music_profiles_average_session_duration_ms_check
/* refused  */ update user_music_profiles set average_session_duration_ms = -1 where id = 1;
/* accepted */ update user_music_profiles set average_session_duration_ms = 0 where id = 1;

-- user_music_profiles_discovery_ratio_check
/* refused  */ update user_music_profiles set discovery_ratio = 'NaN' where id = 1;
/* accepted */ update user_music_profiles set discovery_ratio = 1 where id = 1;

-- user_music_profiles_discovery_ratio_check
/* refused  */ update user_music_profiles set discovery_ratio = -0.01 where id = 1;
/* accepted */ update user_music_profiles set discovery_ratio = 0 where id = 1;

-- user_music_profiles_discovery_ratio_check
/* refused  */ update user_music_profiles set discovery_ratio = 1.01 where id = 1;
/* accepted */ update user_music_profiles set discovery_ratio = 1 where id = 1;

-- user_music_profiles_genre_diversity_score_check
/* refused  */ update user_music_profiles set genre_diversity_score = 'NaN' where id = 1;
/* accepted */ update user_music_profiles set genre_diversity_score = 1 where id = 1;

-- user_music_profiles_genre_diversity_score_check
/* refused  */ update user_music_profiles set genre_diversity_score = -0.01 where id = 1;
/* accepted */ update user_music_profiles set genre_diversity_score = 0 where id = 1;

-- user_music_profiles_genre_diversity_score_check
/* refused  */ update user_music_profiles set genre_diversity_score = 1.01 where id = 1;
/* accepted */ update user_music_profiles set genre_diversity_score = 1 where id = 1;

-- user_music_profiles_taste_vector_check
/* refused  */ update user_music_profiles set taste_vector = '1' where id = 1;
/* accepted */ update user_music_profiles set taste_vector = '[1]' where id = 1;

-- user_music_profiles_exclusions_check
/* refused  */ update user_music_profiles set exclusions = '{}' where id = 1;
/* accepted */ update user_music_profiles set exclusions = '[]' where id = 1;

-- user_music_profiles_user_id_key
/* refused  */ insert into user_music_profiles (user_id) values (1);
/* accepted */ insert into user_music_profiles (user_id) values (2);
