-- playlist_activities_activity_type_check
/* refused  */ update playlist_activities set activity_type = 'liked' where id = 1;
/* accepted */ update playlist_activities set activity_type = 'track_merged' where id = 1;

-- playlist_activities_activity_data_check
/* refused  */ update playlist_activities set activity_data = '[]' where id = 1;
/* accepted */ update playlist_activities set activity_data = '{}' where id = 1;

-- playlist_activities_playlist_version_check
/* refused  */ update playlist_activities set playlist_version = 0 where id = 1;
/* accepted */ update playlist_activities set playlist_version = 2 where id = 1;

-- playlist_activities_client_mutation_id_check
/* refused  */ update playlist_activities set client_mutation_id = repeat('a', 101) where id = 1;
/* accepted */ update playlist_activities set client_mutation_id = repeat('a', 100) where id = 1;

-- playlist_activities_client_mutation_id_check
/* refused  */ update playlist_activities set client_mutation_id = '' where id = 1;
/* accepted */ update playlist_activities set client_mutation_id = 'a' where id = 1;

-- playlist_activities_undone_by_version_check
/* refused  */ update playlist_activities set undone_by_version = 1 where id = 1;
/* accepted */ update playlist_activities set undone_by_version = 2 where id = 1;

-- playlist_activities_version_key
/* refused  */
insert into playlist_activities (playlist_id, user_id, activity_type, playlist_version, client_mutation_id)
values (1, 1, 'renamed', 1, null);
/* accepted */
insert into playlist_activities (playlist_id, user_id, activity_type, playlist_version, client_mutation_id)
values (1, 1, 'renamed', 2, null);

-- playlist_activities_version_key
/* refused  */
insert into playlist_activities (playlist_id, user_id, activity_type, playlist_version, client_mutation_id, created_at)
values (1, 1, 'renamed', 1, null, now() - interval '40 days');
/* accepted */
insert into playlist_activities (playlist_id, user_id, activity_type, playlist_version, client_mutation_id, created_at)
values (5, 1, 'renamed', 1, null, now() - interval '40 days');

-- playlist_activities_version_key
/* refused  */
insert into playlist_activities (playlist_id, user_id, activity_type, playlist_version, client_mutation_id)
values (5, 1, 'renamed', 1, null),
  (5, 1, 'renamed', 1, null);
/* accepted */
insert into playlist_activities (playlist_id, user_id, activity_type, playlist_version, client_mutation_id)
values (5, 1, 'renamed', 1, null),
  (5, 1, 'renamed', 2, null);

-- playlist_activities_client_mutation_id_key
/* refused  */
insert into playlist_activities (playlist_id, user_id, activity_type, playlist_version, client_mutation_id)
values (1, 1, 'renamed', 2, 'call-1');
/* accepted */
insert into playlist_activities (playlist_id, user_id, activity_type, playlist_version, client_mutation_id)
values (1, 2, 'renamed', 2, 'call-1');

-- playlist_activities_client_mutation_id_key
/* refused  */
insert into playlist_activities (playlist_id, user_id, activity_type, playlist_version, client_mutation_id)
values (1, 1, 'renamed', 2, 'call-1'),
  (1, 1, 'renamed', 3, 'call-2');
/* accepted */
insert into playlist_activities (playlist_id, user_id, activity_type, playlist_version, client_mutation_id)
values (1, 1, 'renamed', 2, 'call-2'),
  (1, 1, 'renamed', 3, 'call-2');
