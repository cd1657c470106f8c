drop table public.playlists;
