-- An entry's votes are sums of other rows, kept like the sums of a playlist.
create function public.playlist_track_votes_keep_counts() returns trigger
  language plpgsql
  set search_path = ''
  set enable_hashjoin = off
  set enable_mergejoin = off
as $$
declare
  entry_ids bigint[];
  ups bigint[];
  downs bigint[];
begin
  if tg_op = 'INSERT' then
    select array_agg(change.entry_id), array_agg(change.up), array_agg(change.down)
    into entry_ids, ups, downs
    from (
      select
        new_rows.playlist_track_id as entry_id,
        count(*) filter (where new_rows.vote_type = 1) as up,
        count(*) filter (where new_rows.vote_type = -1) as down
      from new_rows
      group by new_rows.playlist_track_id
    ) as change;
  elsif tg_op = 'DELETE' then
    select array_agg(change.entry_id), array_agg(change.up), array_agg(change.down)
    into entry_ids, ups, downs
    from (
      select
        old_rows.playlist_track_id as entry_id,
        - count(*) filter (where old_rows.vote_type = 1) as up,
        - count(*) filter (where old_rows.vote_type = -1) as down
      from old_rows
      group by old_rows.playlist_track_id
    ) as change;
  else
    select array_agg(change.entry_id), array_agg(change.up), array_agg(change.down)
    into entry_ids, ups, downs
    from (
      select
        vote.entry_id,
        coalesce(sum(vote.sign) filter (where vote.vote_type = 1), 0) as up,
        coalesce(sum(vote.sign) filter (where vote.vote_type = -1), 0) as down
      from (
        select new_rows.playlist_track_id as entry_id, new_rows.vote_type, 1 as sign
        from new_rows
        union all
        select old_rows.playlist_track_id, old_rows.vote_type, -1
        from old_rows
      ) as vote
      group by vote.entry_id
      having coalesce(sum(vote.sign) filter (where vote.vote_type = 1), 0) <> 0
        or coalesce(sum(vote.sign) filter (where vote.vote_type = -1), 0) <> 0
    ) as change;
  end if;
  if entry_ids is null then
    return null;
  end if;
  perform 1
  from public.playlist_tracks
  where playlist_tracks.id = any (entry_ids)
  order by playlist_tracks.id
  for no key update;
  update public.playlist_tracks
  set
    upvotes = playlist_tracks.upvotes + change.up,
    downvotes = playlist_tracks.downvotes + change.down
  from unnest(entry_ids, ups, downs) as change (entry_id, up, down)
  where playlist_tracks.id = change.entry_id;
  return null;
end
$$;

comment on function public.playlist_track_votes_keep_counts() is
  'Trigger: keeps playlist_tracks.upvotes and downvotes.';

create trigger playlist_track_votes_keep_counts_on_insert
  after insert on public.playlist_track_votes
  referencing new table as new_rows
  for each statement execute function public.playlist_track_votes_keep_counts();

create trigger playlist_track_votes_keep_counts_on_update
  after update on public.playlist_track_votes
  referencing old table as old_rows new table as new_rows
  for each statement execute function public.playlist_track_votes_keep_counts();

create trigger playlist_track_votes_keep_counts_on_delete
  after delete on public.playlist_track_votes
  referencing old table as old_rows
  for each statement execute function public.playlist_track_votes_keep_counts();
