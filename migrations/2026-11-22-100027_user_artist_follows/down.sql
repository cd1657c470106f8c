drop table public.user_artist_follows;
