drop function public.music_fold(text);
drop text search configuration public.music;
