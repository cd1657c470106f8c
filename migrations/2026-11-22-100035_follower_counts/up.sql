-- Follower counts are sums of other rows, kept like the sums of a playlist.
create function public.playlist_follows_keep_count() returns trigger
  language plpgsql
  set search_path = ''
  set enable_hashjoin = off
  set enable_mergejoin = off
as $$
declare
  playlist_ids bigint[];
  differences bigint[];
begin
  if tg_op = 'INSERT' then
    select array_agg(change.playlist_id), array_agg(change.difference)
    into playlist_ids, differences
    from (
      select new_rows.playlist_id, count(*) as difference
      from new_rows
      group by new_rows.playlist_id
    ) as change;
  elsif tg_op = 'DELETE' then
    select array_agg(change.playlist_id), array_agg(change.difference)
    into playlist_ids, differences
    from (
      select old_rows.playlist_id, - count(*) as difference
      from old_rows
      group by old_rows.playlist_id
    ) as change;
  else
    select array_agg(change.playlist_id), array_agg(change.difference)
    into playlist_ids, differences
    from (
      select follow.playlist_id, sum(follow.sign) as difference
      from (
        select new_rows.playlist_id, 1 as sign
        from new_rows
        union all
        select old_rows.playlist_id, -1
        from old_rows
      ) as follow
      group by follow.playlist_id
      having sum(follow.sign) <> 0
    ) as change;
  end if;
  if playlist_ids is null then
    return null;
  end if;
  perform 1
  from public.playlists
  where playlists.id = any (playlist_ids)
  order by playlists.id
  for no key update;
  update public.playlists
  set follower_count = playlists.follower_count + change.difference
  from unnest(playlist_ids, differences) as change (id, difference)
  where playlists.id = change.id;
  return null;
end
$$;

comment on function public.playlist_follows_keep_count() is
  'Trigger: keeps playlists.follower_count.';

create trigger playlist_follows_keep_count_on_insert
  after insert on public.playlist_follows
  referencing new table as new_rows
  for each statement execute function public.playlist_follows_keep_count();

create trigger playlist_follows_keep_count_on_update
  after update on public.playlist_follows
  referencing old table as old_rows new table as new_rows
  for each statement execute function public.playlist_follows_keep_count();

create trigger playlist_follows_keep_count_on_delete
  after delete on public.playlist_follows
  referencing old table as old_rows
  for each statement execute function public.playlist_follows_keep_count();

create function public.user_artist_follows_keep_count() returns trigger
  language plpgsql
  set search_path = ''
  set enable_hashjoin = off
  set enable_mergejoin = off
as $$
declare
  artist_ids bigint[];
  differences bigint[];
begin
  if tg_op = 'INSERT' then
    select array_agg(change.artist_id), array_agg(change.difference)
    into artist_ids, differences
    from (
      select new_rows.artist_id, count(*) as difference
      from new_rows
      group by new_rows.artist_id
    ) as change;
  elsif tg_op = 'DELETE' then
    select array_agg(change.artist_id), array_agg(change.difference)
    into artist_ids, differences
    from (
      select old_rows.artist_id, - count(*) as difference
      from old_rows
      group by old_rows.artist_id
    ) as change;
  else
    select array_agg(change.artist_id), array_agg(change.difference)
    into artist_ids, differences
    from (
      select follow.artist_id, sum(follow.sign) as difference
      from (
        select new_rows.artist_id, 1 as sign
        from new_rows
        union all
        select old_rows.artist_id, -1
        from old_rows
      ) as follow
      group by follow.artist_id
      having sum(follow.sign) <> 0
    ) as change;
  end if;
  if artist_ids is null then
    return null;
  end if;
  perform 1
  from public.artists
  where artists.id = any (artist_ids)
  order by artists.id
  for no key update;
  update public.artists
  set follower_count = artists.follower_count + change.difference
  from unnest(artist_ids, differences) as change (id, difference)
  where artists.id = change.id;
  return null;
end
$$;

comment on function public.user_artist_follows_keep_count() is
  'Trigger: keeps artists.follower_count.';

create trigger user_artist_follows_keep_count_on_insert
  after insert on public.user_artist_follows
  referencing new table as new_rows
  for each statement execute function public.user_artist_follows_keep_count();

create trigger user_artist_follows_keep_count_on_update
  after update on public.user_artist_follows
  referencing old table as old_rows new table as new_rows
  for each statement execute function public.user_artist_follows_keep_count();

create trigger user_artist_follows_keep_count_on_delete
  after delete on public.user_artist_follows
  referencing old table as old_rows
  for each statement execute function public.user_artist_follows_keep_count();
