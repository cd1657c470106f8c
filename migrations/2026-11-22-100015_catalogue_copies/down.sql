drop trigger albums_hand_on_title_and_date on public.albums;
drop function public.albums_hand_on_title_and_date();
drop trigger artists_hand_on_name on public.artists;
drop function public.artists_hand_on_name();
drop trigger tracks_copy_names on public.tracks;
drop function public.tracks_copy_names();
drop trigger albums_copy_artist on public.albums;
drop function public.albums_copy_artist();
