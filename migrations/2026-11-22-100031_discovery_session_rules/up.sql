-- A unique key of a partitioned table must hold the partition key, so it cannot say "a position and
-- a track once in a session". This says it, once for each statement, under the session's lock. A
-- session's rows are never older than the session (a day is left for clocks that disagree), so only
-- the months since its start are looked into.
create function public.discovery_session_tracks_check_unique() returns trigger
  language plpgsql
  set search_path = ''
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
as $$
declare
  wrong record;
begin
  if tg_op = 'UPDATE' then
    perform 1
    from new_rows
    join old_rows on old_rows.id = new_rows.id
    where (new_rows.session_id, new_rows.position, new_rows.track_id, new_rows.presented_at)
      <> (old_rows.session_id, old_rows.position, old_rows.track_id, old_rows.presented_at)
    limit 1;
    if not found then
      return null;
    end if;
  end if;

  perform 1
  from public.discovery_sessions
  where discovery_sessions.id in (select new_rows.session_id from new_rows)
  order by discovery_sessions.id
  for no key update;

  select new_rows.session_id, new_rows.presented_at
  into wrong
  from new_rows
  join public.discovery_sessions as session on session.id = new_rows.session_id
  where new_rows.presented_at < session.started_at - interval '1 day'
  limit 1;
  if found then
    raise exception 'session % had not begun at %', wrong.session_id, wrong.presented_at
      using errcode = 'check_violation', schema = 'public', table = 'discovery_session_tracks',
        column = 'presented_at', constraint = 'discovery_session_tracks_presented_at_check';
  end if;

  select new_rows.session_id, new_rows.position
  into wrong
  from new_rows
  join public.discovery_sessions as session on session.id = new_rows.session_id
  join public.discovery_session_tracks as other
    on other.session_id = new_rows.session_id
    and other.position = new_rows.position
    and (other.id, other.presented_at) <> (new_rows.id, new_rows.presented_at)
    and other.presented_at >= session.started_at - interval '1 day'
  limit 1;
  if found then
    raise exception 'session % has a track at position % already', wrong.session_id, wrong.position
      using errcode = 'unique_violation', schema = 'public', table = 'discovery_session_tracks',
        constraint = 'discovery_session_tracks_position_key';
  end if;

  select new_rows.session_id, new_rows.track_id
  into wrong
  from new_rows
  join public.discovery_sessions as session on session.id = new_rows.session_id
  join public.discovery_session_tracks as other
    on other.session_id = new_rows.session_id
    and other.track_id = new_rows.track_id
    and (other.id, other.presented_at) <> (new_rows.id, new_rows.presented_at)
    and other.presented_at >= session.started_at - interval '1 day'
  limit 1;
  if found then
    raise exception 'session % has proposed track % already', wrong.session_id, wrong.track_id
      using errcode = 'unique_violation', schema = 'public', table = 'discovery_session_tracks',
        constraint = 'discovery_session_tracks_track_key';
  end if;
  return null;
end
$$;

comment on function public.discovery_session_tracks_check_unique() is
  'Trigger: refuses a second row of one position (discovery_session_tracks_position_key) or one track (discovery_session_tracks_track_key) in a session, and a row from before its session (discovery_session_tracks_presented_at_check).';

create trigger discovery_session_tracks_check_unique_on_insert
  after insert on public.discovery_session_tracks
  referencing new table as new_rows
  for each statement execute function public.discovery_session_tracks_check_unique();

create trigger discovery_session_tracks_check_unique_on_update
  after update on public.discovery_session_tracks
  referencing old table as old_rows new table as new_rows
  for each statement execute function public.discovery_session_tracks_check_unique();
