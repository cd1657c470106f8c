-- user_interactions_interaction_type_check
/* refused  */ update user_interactions set interaction_type = 'pause' where id = 1;
/* accepted */ update user_interactions set interaction_type = 'like' where id = 1;

-- user_interactions_context_type_check
/* refused  */ update user_interactions set context_type = 'folder' where id = 1;
/* accepted */ update user_interactions set context_type = 'discovery' where id = 1;

-- user_interactions_context_id_check
/* refused  */ update user_interactions set context_id = 1 where id = 1;
/* accepted */ update user_interactions set context_id = 1, context_type = 'playlist' where id = 1;

-- user_interactions_play_duration_ms_check
/* refused  */ update user_interactions set play_duration_ms = -1 where id = 1;
/* accepted */ update user_interactions set play_duration_ms = 0 where id = 1;

-- user_interactions_track_duration_ms_check
/* refused  */ update user_interactions set track_duration_ms = 0 where id = 1;
/* accepted */ update user_interactions set track_duration_ms = 1 where id = 1;

-- user_interactions_completion_percentage_check
/* refused  */ update user_interactions set completion_percentage = 'NaN' where id = 1;
/* accepted */ update user_interactions set completion_percentage = 100 where id = 1;

-- user_interactions_completion_percentage_check
/* refused  */ update user_interactions set completion_percentage = -0.01 where id = 1;
/* accepted */ update user_interactions set completion_percentage = 0 where id = 1;

-- user_interactions_completion_percentage_check
/* refused  */ update user_interactions set completion_percentage = 100.01 where id = 1;
/* accepted */ update user_interactions set completion_percentage = 100 where id = 1;

-- user_interactions_skip_position_ms_check
/* refused  */ update user_interactions set skip_position_ms = -1 where id = 1;
/* accepted */ update user_interactions set skip_position_ms = 0 where id = 1;

-- user_interactions_skip_reason_check
/* refused  */ update user_interactions set skip_reason = 'bored' where id = 1;
/* accepted */ update user_interactions set skip_reason = 'auto_next' where id = 1;

-- user_interactions_device_type_check
/* refused  */ update user_interactions set device_type = 'watch' where id = 1;
/* accepted */ update user_interactions set device_type = 'smart_speaker' where id = 1;

-- user_interactions_origin_check
/* refused  */ update user_interactions set origin = 'myspace' where id = 1;
/* accepted */ update user_interactions set origin = 'listenbrainz' where id = 1;

-- user_interactions_counts_as_listen_check
/* refused  */
update user_interactions
set counts_as_listen = true, interaction_type = 'like'
where id = 1;
/* accepted */ update user_interactions set counts_as_listen = true where id = 1;

-- user_interactions_extra_metadata_check
/* refused  */ update user_interactions set extra_metadata = '[]' where id = 1;
/* accepted */ update user_interactions set extra_metadata = '{}' where id = 1;

-- user_interactions_client_event_id_key
/* refused  */
insert into user_interactions (user_id, track_id, interaction_type, client_event_id, created_at)
values (1, 2, 'play', '00000000-0000-4000-8000-000000000001', date_trunc('day', now()));
/* accepted */
insert into user_interactions (user_id, track_id, interaction_type, client_event_id, created_at)
values (2, 2, 'play', '00000000-0000-4000-8000-000000000001', date_trunc('day', now()));
