drop trigger playlists_check_parent_on_update on public.playlists;
drop trigger playlists_check_parent_on_insert on public.playlists;
drop function public.playlists_check_parent();
