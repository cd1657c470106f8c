-- discovery_sessions_session_type_check
/* refused  */ update discovery_sessions set session_type = 'mixtape' where id = 1;
/* accepted */ update discovery_sessions set session_type = 'sonic_path' where id = 1;

-- discovery_sessions_session_name_check
/* refused  */ update discovery_sessions set session_name = repeat('a', 256) where id = 1;
/* accepted */ update discovery_sessions set session_name = repeat('a', 255) where id = 1;

-- discovery_sessions_session_name_check
/* refused  */ update discovery_sessions set session_name = '' where id = 1;
/* accepted */ update discovery_sessions set session_name = 'a' where id = 1;

-- discovery_sessions_seed_type_check
/* refused  */ update discovery_sessions set seed_type = repeat('a', 51) where id = 1;
/* accepted */ update discovery_sessions set seed_type = repeat('a', 50) where id = 1;

-- discovery_sessions_seed_type_check
/* refused  */ update discovery_sessions set seed_type = '' where id = 1;
/* accepted */ update discovery_sessions set seed_type = 'a' where id = 1;

-- discovery_sessions_seed_data_check
/* refused  */ update discovery_sessions set seed_data = '{}' where id = 1;
/* accepted */ update discovery_sessions set seed_data = '[]' where id = 1;

-- discovery_sessions_discovery_params_check
/* refused  */ update discovery_sessions set discovery_params = '[]' where id = 1;
/* accepted */ update discovery_sessions set discovery_params = '{}' where id = 1;

-- discovery_sessions_algorithm_version_check
/* refused  */ update discovery_sessions set algorithm_version = repeat('a', 51) where id = 1;
/* accepted */ update discovery_sessions set algorithm_version = repeat('a', 50) where id = 1;

-- discovery_sessions_algorithm_version_check
/* refused  */ update discovery_sessions set algorithm_version = '' where id = 1;
/* accepted */ update discovery_sessions set algorithm_version = 'a' where id = 1;

-- discovery_sessions_forked_from_id_check
/* refused  */ update discovery_sessions set forked_from_id = 1 where id = 1;
/* accepted */ update discovery_sessions set forked_from_id = 2 where id = 1;

-- discovery_sessions_notes_check
/* refused  */ update discovery_sessions set notes = repeat('a', 10001) where id = 1;
/* accepted */ update discovery_sessions set notes = repeat('a', 10000) where id = 1;

-- discovery_sessions_notes_check
/* refused  */ update discovery_sessions set notes = '' where id = 1;
/* accepted */ update discovery_sessions set notes = 'a' where id = 1;

-- discovery_sessions_tracks_presented_check
/* refused  */ update discovery_sessions set tracks_presented = -1 where id = 1;
/* accepted */ update discovery_sessions set tracks_presented = 0 where id = 1;

-- discovery_sessions_tracks_played_check
/* refused  */ update discovery_sessions set tracks_played = -1 where id = 1;
/* accepted */ update discovery_sessions set tracks_played = 0 where id = 1;

-- discovery_sessions_tracks_skipped_check
/* refused  */ update discovery_sessions set tracks_skipped = -1 where id = 1;
/* accepted */ update discovery_sessions set tracks_skipped = 0 where id = 1;

-- discovery_sessions_tracks_liked_check
/* refused  */ update discovery_sessions set tracks_liked = -1 where id = 1;
/* accepted */ update discovery_sessions set tracks_liked = 0 where id = 1;

-- discovery_sessions_tracks_added_to_library_check
/* refused  */ update discovery_sessions set tracks_added_to_library = -1 where id = 1;
/* accepted */ update discovery_sessions set tracks_added_to_library = 0 where id = 1;

-- discovery_sessions_total_play_time_ms_check
/* refused  */ update discovery_sessions set total_play_time_ms = -1 where id = 1;
/* accepted */ update discovery_sessions set total_play_time_ms = 0 where id = 1;

-- discovery_sessions_current_position_check
/* refused  */ update discovery_sessions set current_position = -1 where id = 1;
/* accepted */ update discovery_sessions set current_position = 0 where id = 1;

-- discovery_sessions_average_play_percentage_check
/* refused  */ update discovery_sessions set average_play_percentage = 100.5 where id = 1;
/* accepted */ update discovery_sessions set average_play_percentage = 100 where id = 1;

-- discovery_sessions_average_play_percentage_check
/* refused  */ update discovery_sessions set average_play_percentage = -0.01 where id = 1;
/* accepted */ update discovery_sessions set average_play_percentage = 0 where id = 1;

-- discovery_sessions_average_play_percentage_check
/* refused  */ update discovery_sessions set average_play_percentage = 100.01 where id = 1;
/* accepted */ update discovery_sessions set average_play_percentage = 100 where id = 1;

-- discovery_sessions_average_play_percentage_check
/* refused  */ update discovery_sessions set average_play_percentage = 'NaN' where id = 1;
/* accepted */ update discovery_sessions set average_play_percentage = 0.5 where id = 1;

-- discovery_sessions_discovery_score_check
/* refused  */ update discovery_sessions set discovery_score = 'NaN' where id = 1;
/* accepted */ update discovery_sessions set discovery_score = 1 where id = 1;

-- discovery_sessions_discovery_score_check
/* refused  */ update discovery_sessions set discovery_score = -0.01 where id = 1;
/* accepted */ update discovery_sessions set discovery_score = 0 where id = 1;

-- discovery_sessions_discovery_score_check
/* refused  */ update discovery_sessions set discovery_score = 1.01 where id = 1;
/* accepted */ update discovery_sessions set discovery_score = 1 where id = 1;

-- discovery_sessions_user_satisfaction_check
/* refused  */ update discovery_sessions set user_satisfaction = 'NaN' where id = 1;
/* accepted */ update discovery_sessions set user_satisfaction = 1 where id = 1;

-- discovery_sessions_user_satisfaction_check
/* refused  */ update discovery_sessions set user_satisfaction = -0.01 where id = 1;
/* accepted */ update discovery_sessions set user_satisfaction = 0 where id = 1;

-- discovery_sessions_user_satisfaction_check
/* refused  */ update discovery_sessions set user_satisfaction = 1.01 where id = 1;
/* accepted */ update discovery_sessions set user_satisfaction = 1 where id = 1;

-- discovery_sessions_is_active_check
/* refused  */ update discovery_sessions set is_active = true where id = 1;
/* accepted */ update discovery_sessions set is_active = false where id = 1;

-- discovery_sessions_ended_at_check
/* refused  */ update discovery_sessions set ended_at = started_at - interval '1 second' where id = 1;
/* accepted */ update discovery_sessions set ended_at = started_at where id = 1;

-- discovery_sessions_no_overlap
/* refused  */
insert into discovery_sessions (user_id, session_type, started_at)
values (1, 'radio', date_trunc('day', now()) - interval '25 hours');
/* accepted */
insert into discovery_sessions (user_id, session_type, started_at)
values (1, 'radio', date_trunc('day', now()) - interval '24 hours');

-- discovery_sessions_no_overlap
/* refused  */
insert into discovery_sessions (user_id, session_type, started_at)
values (2, 'radio', now() + interval '1 year');
/* accepted */
insert into discovery_sessions (user_id, session_type, started_at)
values (2, 'dig', now() + interval '1 year');

-- discovery_sessions_uuid_key
/* refused  */ update discovery_sessions set uuid = '00000000-0000-4000-8000-000000000001';
/* accepted */
update discovery_sessions
set uuid = '00000000-0000-4000-8000-000000000001'
where id = 1;
