drop table public.artists;
