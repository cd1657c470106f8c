drop table public.user_album_collections;
