drop table public.playlist_tracks;
