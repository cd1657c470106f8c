-- A call that makes a playlist has no playlist to be looked up by when it comes again.
create index idx_playlist_activities_created_call
  on public.playlist_activities (user_id, client_mutation_id)
  where activity_type = 'created' and client_mutation_id is not null;
