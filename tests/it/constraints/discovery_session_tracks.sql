-- discovery_session_tracks_position_check
/* refused  */ update discovery_session_tracks set position = -1 where id = 1;
/* accepted */ update discovery_session_tracks set position = 0 where id = 1;

-- discovery_session_tracks_recommendation_score_check
/* refused  */ update discovery_session_tracks set recommendation_score = 'NaN' where id = 1;
/* accepted */ update discovery_session_tracks set recommendation_score = 1 where id = 1;

-- discovery_session_tracks_recommendation_score_check
/* refused  */ update discovery_session_tracks set recommendation_score = -0.01 where id = 1;
/* accepted */ update discovery_session_tracks set recommendation_score = 0 where id = 1;

-- discovery_session_tracks_recommendation_score_check
/* refused  */ update discovery_session_tracks set recommendation_score = 1.01 where id = 1;
/* accepted */ update discovery_session_tracks set recommendation_score = 1 where id = 1;

-- discovery_session_tracks_recommendation_reasons_check
/* refused  */ update discovery_session_tracks set recommendation_reasons = '{}' where id = 1;
/* accepted */ update discovery_session_tracks set recommendation_reasons = '[]' where id = 1;

-- discovery_session_tracks_verdict_check
/* refused  */ update discovery_session_tracks set verdict = 'yes' where id = 1;
/* accepted */ update discovery_session_tracks set verdict = 'gold' where id = 1;

-- discovery_session_tracks_play_duration_ms_check
/* refused  */ update discovery_session_tracks set play_duration_ms = -1 where id = 1;
/* accepted */ update discovery_session_tracks set play_duration_ms = 0 where id = 1;

-- discovery_session_tracks_skip_time_ms_check
/* refused  */ update discovery_session_tracks set skip_time_ms = -1 where id = 1;
/* accepted */ update discovery_session_tracks set skip_time_ms = 0 where id = 1;

-- discovery_session_tracks_position_key
/* refused  */
insert into discovery_session_tracks (session_id, track_id, position, presented_at)
values (1, 3, 0, date_trunc('day', now()) - interval '36 hours');
/* accepted */
insert into discovery_session_tracks (session_id, track_id, position, presented_at)
values (1, 3, 2, date_trunc('day', now()) - interval '36 hours');

-- discovery_session_tracks_position_key
/* refused  */ update discovery_session_tracks set position = 1 where id = 1;
/* accepted */ update discovery_session_tracks set position = 1 - position where id in (1, 2);

-- discovery_session_tracks_track_key
/* refused  */
insert into discovery_session_tracks (session_id, track_id, position, presented_at)
values (1, 1, 2, date_trunc('day', now()) - interval '36 hours');
/* accepted */
insert into discovery_session_tracks (session_id, track_id, position, presented_at)
values (2, 1, 0, date_trunc('day', now()) - interval '0 hours');

-- discovery_session_tracks_track_key
/* refused  */ update discovery_session_tracks set track_id = 2 where id = 1;
/* accepted */ update discovery_session_tracks set track_id = 3 - track_id where id in (1, 2);

-- discovery_session_tracks_presented_at_check
/* refused  */
insert into discovery_session_tracks (session_id, track_id, position, presented_at)
values (2, 3, 0, date_trunc('day', now()) - interval '25 hours');
/* accepted */
insert into discovery_session_tracks (session_id, track_id, position, presented_at)
values (2, 3, 0, date_trunc('day', now()) - interval '24 hours');
