-- user_artist_follows_follow_source_check
/* refused  */ update user_artist_follows set follow_source = 'friend' where id = 1;
/* accepted */ update user_artist_follows set follow_source = 'radio' where id = 1;

-- user_artist_follows_user_id_artist_id_key
/* refused  */ insert into user_artist_follows (user_id, artist_id) values (1, 1);
/* accepted */ insert into user_artist_follows (user_id, artist_id) values (1, 2);
