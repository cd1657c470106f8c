-- user_library_tags_check
/* refused  */ update user_library set tags = '["a", 1]' where id = 1;
/* accepted */ update user_library set tags = '[]' where id = 1;

-- user_library_rating_check
/* refused  */ update user_library set rating = 0 where id = 1;
/* accepted */ update user_library set rating = 1 where id = 1;

-- user_library_rating_check
/* refused  */ update user_library set rating = 6 where id = 1;
/* accepted */ update user_library set rating = 5 where id = 1;

-- user_library_notes_check
/* refused  */ update user_library set notes = '' where id = 1;
/* accepted */ update user_library set notes = null where id = 1;

-- user_library_notes_check
/* refused  */ update user_library set notes = repeat('a', 10001) where id = 1;
/* accepted */ update user_library set notes = repeat('a', 10000) where id = 1;

-- user_library_play_count_check
/* refused  */ update user_library set play_count = -1 where id = 1;
/* accepted */ update user_library set play_count = 0 where id = 1;

-- user_library_skip_count_check
/* refused  */ update user_library set skip_count = -1 where id = 1;
/* accepted */ update user_library set skip_count = 0 where id = 1;

-- user_library_total_play_time_ms_check
/* refused  */ update user_library set total_play_time_ms = -1 where id = 1;
/* accepted */ update user_library set total_play_time_ms = 0 where id = 1;

-- user_library_user_id_track_id_key
/* refused  */ insert into user_library (user_id, track_id) values (1, 1);
/* accepted */ insert into user_library (user_id, track_id) values (2, 1);
