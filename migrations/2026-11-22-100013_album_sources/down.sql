drop table public.album_sources;
