drop table public.artist_sources;
