-- Whoever takes part in a private list may see it, so the end of that is told like a change of
-- visibility. The message is the list's key alone.
create function public.playlist_collaborators_notify_access() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  perform pg_catalog.pg_notify('playlist_activity', old.playlist_id::text);
  return null;
end
$$;

comment on function public.playlist_collaborators_notify_access() is
  'Trigger: notifies the channel playlist_activity with <playlist id> when somebody''s part in a list ends or changes.';

create trigger playlist_collaborators_notify_access
  after update of invitation_status on public.playlist_collaborators
  for each row
  when (old.invitation_status is distinct from new.invitation_status)
  execute function public.playlist_collaborators_notify_access();

create trigger playlist_collaborators_notify_removal
  after delete on public.playlist_collaborators
  for each row execute function public.playlist_collaborators_notify_access();
