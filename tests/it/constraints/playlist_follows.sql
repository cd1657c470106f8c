-- playlist_follows_user_id_playlist_id_key
/* refused  */ insert into playlist_follows (user_id, playlist_id) values (2, 1);
/* accepted */ insert into playlist_follows (user_id, playlist_id) values (1, 1);

-- playlist_follows_folder
/* refused  */ update playlist_follows set folder_id = 2 where id = 1;
/* accepted */ update playlist_follows set folder_id = 4 where id = 1;

-- playlist_follows_folder
/* refused  */ update playlist_follows set folder_id = 5 where id = 1;
/* accepted */ update playlist_follows set folder_id = null where id = 1;
