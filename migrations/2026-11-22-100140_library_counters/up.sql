-- What a library says of a track's plays is a sum of the history's rows, kept like other sums. A
-- merge moves history and sums itself, so nothing listens to updates.
create function public.user_interactions_keep_library() returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  purpose constant text := ops.begin_keeping();
begin
  if tg_op = 'INSERT' then
    update public.user_library as entry
    set play_count = entry.play_count + change.listens,
        skip_count = entry.skip_count + change.skips,
        total_play_time_ms = entry.total_play_time_ms + change.played_ms,
        last_played_at = greatest(entry.last_played_at, change.last_at)
    from (
      select
        new_rows.user_id,
        new_rows.track_id,
        count(*) filter (where new_rows.counts_as_listen) as listens,
        count(*) filter (where new_rows.interaction_type = 'skip') as skips,
        coalesce(sum(new_rows.play_duration_ms) filter (where new_rows.interaction_type = 'play'), 0) as played_ms,
        max(new_rows.created_at) filter (where new_rows.counts_as_listen) as last_at
      from new_rows
      where new_rows.interaction_type in ('play', 'skip')
      group by new_rows.user_id, new_rows.track_id
    ) as change
    where entry.user_id = change.user_id and entry.track_id = change.track_id;
  else
    update public.user_library as entry
    set play_count = greatest(entry.play_count - change.listens, 0),
        skip_count = greatest(entry.skip_count - change.skips, 0),
        total_play_time_ms = greatest(entry.total_play_time_ms - change.played_ms, 0),
        last_played_at = case
          when change.last_at is null or change.last_at < entry.last_played_at then entry.last_played_at
          else (
            select max(left_over.created_at)
            from public.user_interactions as left_over
            where left_over.user_id = entry.user_id
              and left_over.track_id = entry.track_id
              and left_over.interaction_type = 'play'
              and left_over.counts_as_listen
          )
        end
    from (
      select
        old_rows.user_id,
        old_rows.track_id,
        count(*) filter (where old_rows.counts_as_listen) as listens,
        count(*) filter (where old_rows.interaction_type = 'skip') as skips,
        coalesce(sum(old_rows.play_duration_ms) filter (where old_rows.interaction_type = 'play'), 0) as played_ms,
        max(old_rows.created_at) filter (where old_rows.counts_as_listen) as last_at
      from old_rows
      where old_rows.interaction_type in ('play', 'skip')
      group by old_rows.user_id, old_rows.track_id
    ) as change
    where entry.user_id = change.user_id and entry.track_id = change.track_id;
  end if;
  perform ops.end_keeping(purpose);
  return null;
end
$$;

comment on function public.user_interactions_keep_library() is
  'Trigger: keeps user_library.play_count, skip_count, total_play_time_ms and last_played_at.';

create trigger user_interactions_keep_library_on_insert
  after insert on public.user_interactions
  referencing new table as new_rows
  for each statement execute function public.user_interactions_keep_library();

create trigger user_interactions_keep_library_on_delete
  after delete on public.user_interactions
  referencing old table as old_rows
  for each statement execute function public.user_interactions_keep_library();
