-- A unique key of a partitioned table must hold the partition key, so it cannot say "one row for
-- each version". This says it, once for each statement: it takes the lock under which versions are
-- handed out and then looks for another row of the same version. The settings keep the look-up on
-- the indexes, whatever the size of the statement it was first planned for.
create function public.playlist_activities_check_unique() returns trigger
  language plpgsql
  set search_path = ''
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
as $$
declare
  twice record;
begin
  perform 1
  from public.playlists
  where playlists.id in (select new_rows.playlist_id from new_rows)
  order by playlists.id
  for no key update;

  select new_rows.playlist_id, new_rows.playlist_version
  into twice
  from new_rows
  join public.playlist_activities as activity
    on activity.playlist_id = new_rows.playlist_id
    and activity.playlist_version = new_rows.playlist_version
    and (activity.id, activity.created_at) <> (new_rows.id, new_rows.created_at)
  limit 1;
  if found then
    raise exception 'playlist % has an activity of version % already', twice.playlist_id, twice.playlist_version
      using errcode = 'unique_violation', schema = 'public', table = 'playlist_activities',
        constraint = 'playlist_activities_version_key';
  end if;

  perform 1 from new_rows where new_rows.client_mutation_id is not null limit 1;
  if not found then
    return null;
  end if;
  select new_rows.playlist_id, new_rows.client_mutation_id
  into twice
  from new_rows
  join public.playlist_activities as activity
    on activity.playlist_id = new_rows.playlist_id
    and activity.user_id = new_rows.user_id
    and activity.client_mutation_id = new_rows.client_mutation_id
  where not exists (
    select 1
    from new_rows as same_call
    where same_call.id = activity.id and same_call.created_at = activity.created_at
  )
  limit 1;
  if found then
    raise exception 'playlist % has heard the call % already', twice.playlist_id, twice.client_mutation_id
      using errcode = 'unique_violation', schema = 'public', table = 'playlist_activities',
        constraint = 'playlist_activities_client_mutation_id_key';
  end if;
  return null;
end
$$;

comment on function public.playlist_activities_check_unique() is
  'Trigger: refuses a second activity of one version of a list (playlist_activities_version_key), and a second statement with one client_mutation_id of one person in one list (playlist_activities_client_mutation_id_key).';

create trigger playlist_activities_check_unique
  after insert on public.playlist_activities
  referencing new table as new_rows
  for each statement execute function public.playlist_activities_check_unique();

-- Tells the live feeds to look. The message is sent at the commit and holds ids only; the rows are
-- the truth.
create function public.playlist_activities_notify() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  perform pg_catalog.pg_notify('playlist_activity', news.playlist_id || ':' || news.version)
  from (
    select new_rows.playlist_id, max(new_rows.playlist_version) as version
    from new_rows
    group by new_rows.playlist_id
  ) as news;
  return null;
end
$$;

comment on function public.playlist_activities_notify() is
  'Trigger: notifies the channel playlist_activity with <playlist id>:<highest new version>, once for each list and statement.';

create trigger playlist_activities_notify
  after insert on public.playlist_activities
  referencing new table as new_rows
  for each statement execute function public.playlist_activities_notify();
