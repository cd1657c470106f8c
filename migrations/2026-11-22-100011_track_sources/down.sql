drop table public.track_sources;
