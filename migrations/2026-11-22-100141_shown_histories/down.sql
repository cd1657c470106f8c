drop policy visitor on public.user_interactions;
drop policy visitor on public.user_artist_follows;
drop policy visitor on public.playlist_follows;
delete from ops.serving_rights where object = 'function ops.shows_history(bigint)';
drop function ops.shows_history(bigint);
