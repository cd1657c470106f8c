drop table public.playlist_track_votes;
