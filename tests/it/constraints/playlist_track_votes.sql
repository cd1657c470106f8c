-- playlist_track_votes_vote_type_check
/* refused  */ update playlist_track_votes set vote_type = 0 where id = 1;
/* accepted */ update playlist_track_votes set vote_type = -1 where id = 1;

-- playlist_track_votes_playlist_track_id_user_id_key
/* refused  */
insert into playlist_track_votes (playlist_track_id, user_id, vote_type)
values (1, 1, -1);
/* accepted */
insert into playlist_track_votes (playlist_track_id, user_id, vote_type)
values (1, 2, -1);
