-- A list's number of entries and its length are sums of other rows. Each statement adds its
-- difference at once, whatever the number of its rows, and takes the locks in the order of the
-- keys. Joins are nested loops over the keys, whatever the size of the statement a session's plan
-- was first made for.
create function public.playlist_tracks_keep_sums() returns trigger
  language plpgsql
  set search_path = ''
  set enable_hashjoin = off
  set enable_mergejoin = off
as $$
declare
  folder bigint;
  list_ids bigint[];
  counts bigint[];
  durations bigint[];
begin
  if tg_op = 'INSERT' then
    select playlists.id
    into folder
    from new_rows
    join public.playlists on playlists.id = new_rows.playlist_id
    where playlists.folder_type
    limit 1;
    select array_agg(change.playlist_id), array_agg(change.entries), array_agg(change.duration_ms)
    into list_ids, counts, durations
    from (
      select new_rows.playlist_id, count(*) as entries, coalesce(sum(tracks.duration_ms), 0) as duration_ms
      from new_rows
      join public.tracks on tracks.id = new_rows.track_id
      where new_rows.status = 'active'
      group by new_rows.playlist_id
    ) as change;
  elsif tg_op = 'DELETE' then
    select array_agg(change.playlist_id), array_agg(change.entries), array_agg(change.duration_ms)
    into list_ids, counts, durations
    from (
      select old_rows.playlist_id, - count(*) as entries, - coalesce(sum(tracks.duration_ms), 0) as duration_ms
      from old_rows
      join public.tracks on tracks.id = old_rows.track_id
      where old_rows.status = 'active'
      group by old_rows.playlist_id
    ) as change;
  else
    select playlists.id
    into folder
    from new_rows
    join public.playlists on playlists.id = new_rows.playlist_id
    where playlists.folder_type
    limit 1;
    select array_agg(change.playlist_id), array_agg(change.entries), array_agg(change.duration_ms)
    into list_ids, counts, durations
    from (
      select
        entry.playlist_id,
        sum(entry.sign) as entries,
        coalesce(sum(entry.sign * tracks.duration_ms), 0) as duration_ms
      from (
        select new_rows.playlist_id, new_rows.track_id, count(*) as sign
        from new_rows
        where new_rows.status = 'active'
        group by new_rows.playlist_id, new_rows.track_id
        union all
        select old_rows.playlist_id, old_rows.track_id, - count(*)
        from old_rows
        where old_rows.status = 'active'
        group by old_rows.playlist_id, old_rows.track_id
      ) as entry
      join public.tracks on tracks.id = entry.track_id
      group by entry.playlist_id
      having sum(entry.sign) <> 0 or coalesce(sum(entry.sign * tracks.duration_ms), 0) <> 0
    ) as change;
  end if;

  if folder is not null then
    raise exception 'playlist % is a folder and holds no tracks', folder
      using errcode = 'check_violation', schema = 'public', table = 'playlist_tracks', column = 'playlist_id',
        constraint = 'playlist_tracks_folder';
  end if;
  if list_ids is null then
    return null;
  end if;
  perform 1
  from public.playlists
  where playlists.id = any (list_ids)
  order by playlists.id
  for no key update;
  update public.playlists
  set
    track_count = playlists.track_count + change.entries,
    total_duration_ms = greatest(playlists.total_duration_ms + change.duration_ms, 0)
  from unnest(list_ids, counts, durations) as change (playlist_id, entries, duration_ms)
  where playlists.id = change.playlist_id;
  return null;
end
$$;

comment on function public.playlist_tracks_keep_sums() is
  'Trigger: keeps playlists.track_count and total_duration_ms, and refuses an entry in a folder (playlist_tracks_folder).';

create trigger playlist_tracks_keep_sums_on_insert
  after insert on public.playlist_tracks
  referencing new table as new_rows
  for each statement execute function public.playlist_tracks_keep_sums();

create trigger playlist_tracks_keep_sums_on_update
  after update on public.playlist_tracks
  referencing old table as old_rows new table as new_rows
  for each statement execute function public.playlist_tracks_keep_sums();

create trigger playlist_tracks_keep_sums_on_delete
  after delete on public.playlist_tracks
  referencing old table as old_rows
  for each statement execute function public.playlist_tracks_keep_sums();

-- Row by row: a length changes seldom, and a table of changed rows would be paid for by every
-- other update of tracks.
create function public.tracks_hand_on_duration() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  difference bigint := coalesce(new.duration_ms, 0) - coalesce(old.duration_ms, 0);
begin
  perform 1
  from public.playlists
  where playlists.id in (
    select playlist_tracks.playlist_id
    from public.playlist_tracks
    where playlist_tracks.track_id = new.id and playlist_tracks.status = 'active'
  )
  order by playlists.id
  for no key update;
  update public.playlists
  set total_duration_ms = greatest(playlists.total_duration_ms + difference * held.entries, 0)
  from (
    select playlist_tracks.playlist_id, count(*) as entries
    from public.playlist_tracks
    where playlist_tracks.track_id = new.id and playlist_tracks.status = 'active'
    group by playlist_tracks.playlist_id
  ) as held
  where playlists.id = held.playlist_id;
  return null;
end
$$;

comment on function public.tracks_hand_on_duration() is
  'Trigger: playlists.total_duration_ms follows a track whose length changes.';

create trigger tracks_hand_on_duration
  after update of duration_ms on public.tracks
  for each row when (new.duration_ms is distinct from old.duration_ms)
  execute function public.tracks_hand_on_duration();
