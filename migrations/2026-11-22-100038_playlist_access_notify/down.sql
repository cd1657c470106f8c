drop trigger playlists_notify_removal on public.playlists;
drop trigger playlists_notify_access on public.playlists;
drop function public.playlists_notify_access();
