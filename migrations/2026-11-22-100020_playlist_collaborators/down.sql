drop table public.playlist_collaborators;
