-- user_album_collections_tags_check
/* refused  */ update user_album_collections set tags = '["a", 1]' where id = 1;
/* accepted */ update user_album_collections set tags = '[]' where id = 1;

-- user_album_collections_play_count_check
/* refused  */ update user_album_collections set play_count = -1 where id = 1;
/* accepted */ update user_album_collections set play_count = 0 where id = 1;

-- user_album_collections_user_id_album_id_key
/* refused  */ insert into user_album_collections (user_id, album_id) values (1, 1);
/* accepted */ insert into user_album_collections (user_id, album_id) values (1, 2);
