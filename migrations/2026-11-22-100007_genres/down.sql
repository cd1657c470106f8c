drop table public.genres;
drop function public.genres_check_parent();
