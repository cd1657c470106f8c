-- Who follows a playlist has to hear at once that it may no longer be seen, not only with the next
-- change of it. The message has the form of that of playlist_activities_notify.
create function public.playlists_notify_access() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  perform pg_catalog.pg_notify('playlist_activity', old.id || ':' || old.version);
  return null;
end
$$;

comment on function public.playlists_notify_access() is
  'Trigger: notifies the channel playlist_activity with <playlist id>:<version> when a list gets another visibility, is deleted or restored, or is gone.';

create trigger playlists_notify_access
  after update of visibility, deleted_at on public.playlists
  for each row
  when (old.visibility is distinct from new.visibility or old.deleted_at is distinct from new.deleted_at)
  execute function public.playlists_notify_access();

create trigger playlists_notify_removal
  after delete on public.playlists
  for each row execute function public.playlists_notify_access();
