drop table public.playlist_follows;
drop function public.playlist_follows_check_folder();
