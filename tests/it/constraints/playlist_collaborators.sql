-- playlist_collaborators_role_check
/* refused  */ update playlist_collaborators set role = 'owner' where id = 1;
/* accepted */ update playlist_collaborators set role = 'admin' where id = 1;

-- playlist_collaborators_invitation_status_check
/* refused  */ update playlist_collaborators set invitation_status = 'left' where id = 1;
/* accepted */ update playlist_collaborators set invitation_status = 'declined' where id = 1;

-- playlist_collaborators_joined_at_check
/* refused  */ update playlist_collaborators set invitation_status = 'accepted' where id = 1;
/* accepted */
update playlist_collaborators
set invitation_status = 'accepted', joined_at = now()
where id = 1;

-- playlist_collaborators_tracks_added_check
/* refused  */ update playlist_collaborators set tracks_added = -1 where id = 1;
/* accepted */ update playlist_collaborators set tracks_added = 0 where id = 1;

-- playlist_collaborators_tracks_removed_check
/* refused  */ update playlist_collaborators set tracks_removed = -1 where id = 1;
/* accepted */ update playlist_collaborators set tracks_removed = 0 where id = 1;

-- playlist_collaborators_playlist_id_user_id_key
/* refused  */ insert into playlist_collaborators (playlist_id, user_id) values (1, 2);
/* accepted */ insert into playlist_collaborators (playlist_id, user_id) values (5, 1);
