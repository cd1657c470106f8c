-- playlist_tracks_position_key
/* refused  */ update playlist_tracks set position = 2000 where id = 1;
/* accepted */ update playlist_tracks set position = 3000 - position where id in (1, 2);

-- playlist_tracks_status_check
/* refused  */ update playlist_tracks set status = 'maybe' where id = 3;
/* accepted */ update playlist_tracks set status = 'rejected' where id = 3;

-- playlist_tracks_position_status_check
/* refused  */ update playlist_tracks set status = 'active' where id = 3;
/* accepted */ update playlist_tracks set status = 'active', position = -1 where id = 3;

-- playlist_tracks_position_status_check
/* refused  */ update playlist_tracks set status = 'rejected' where id = 1;
/* accepted */ update playlist_tracks set status = 'rejected', position = null where id = 1;

-- playlist_tracks_upvotes_check
/* refused  */ update playlist_tracks set upvotes = -1 where id = 1;
/* accepted */ update playlist_tracks set upvotes = 0 where id = 1;

-- playlist_tracks_downvotes_check
/* refused  */ update playlist_tracks set downvotes = -1 where id = 1;
/* accepted */ update playlist_tracks set downvotes = 0 where id = 1;

-- playlist_tracks_custom_note_check
/* refused  */ update playlist_tracks set custom_note = repeat('a', 501) where id = 1;
/* accepted */ update playlist_tracks set custom_note = repeat('a', 500) where id = 1;

-- playlist_tracks_custom_note_check
/* refused  */ update playlist_tracks set custom_note = '' where id = 1;
/* accepted */ update playlist_tracks set custom_note = 'a' where id = 1;

-- playlist_tracks_rejection_reason_check
/* refused  */ update playlist_tracks set rejection_reason = 'no' where id = 3;
/* accepted */ update playlist_tracks set rejection_reason = 'no', status = 'rejected' where id = 3;

-- playlist_tracks_rejection_reason_check
/* refused  */ update playlist_tracks set status = 'rejected', rejection_reason = '' where id = 3;
/* accepted */ update playlist_tracks set status = 'rejected', rejection_reason = 'a' where id = 3;

-- playlist_tracks_rejection_reason_check
/* refused  */
update playlist_tracks
set status = 'rejected', rejection_reason = repeat('a', 501)
where id = 3;
/* accepted */
update playlist_tracks
set status = 'rejected', rejection_reason = repeat('a', 500)
where id = 3;

-- playlist_tracks_start_time_ms_check
/* refused  */ update playlist_tracks set start_time_ms = -1 where id = 1;
/* accepted */ update playlist_tracks set start_time_ms = 0 where id = 1;

-- playlist_tracks_end_time_ms_check
/* refused  */ update playlist_tracks set start_time_ms = 1000, end_time_ms = 1000 where id = 1;
/* accepted */ update playlist_tracks set start_time_ms = 1000, end_time_ms = 1001 where id = 1;

-- playlist_tracks_end_time_ms_check
/* refused  */ update playlist_tracks set end_time_ms = 0 where id = 1;
/* accepted */ update playlist_tracks set end_time_ms = 1 where id = 1;

-- playlist_tracks_folder
/* refused  */ insert into playlist_tracks (playlist_id, track_id, position) values (2, 1, 0);
/* accepted */ insert into playlist_tracks (playlist_id, track_id, position) values (5, 1, 0);

-- playlist_tracks_folder
/* refused  */ insert into playlist_tracks (playlist_id, track_id, status) values (2, 1, 'proposed');
/* accepted */ insert into playlist_tracks (playlist_id, track_id, status) values (5, 1, 'proposed');

-- playlist_tracks_track_id_fkey
/* refused  */ delete from tracks where id = 1;
/* accepted */ delete from tracks where id = 4;
