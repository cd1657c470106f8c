drop trigger tracks_hand_on_duration on public.tracks;
drop function public.tracks_hand_on_duration();
drop trigger playlist_tracks_keep_sums_on_delete on public.playlist_tracks;
drop trigger playlist_tracks_keep_sums_on_update on public.playlist_tracks;
drop trigger playlist_tracks_keep_sums_on_insert on public.playlist_tracks;
drop function public.playlist_tracks_keep_sums();
