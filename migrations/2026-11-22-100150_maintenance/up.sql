-- What the server does by itself, and how it went: one row for each job, whichever process ran it.
create table ops.jobs (
  job_name text not null,
  started_at timestamptz not null,
  duration_ms bigint not null,
  is_ok boolean not null,
  report text not null,
  succeeded_at timestamptz,
  ok_count bigint not null default 0,
  failed_count bigint not null default 0,
  constraint jobs_pkey primary key (job_name),
  constraint jobs_job_name_check check (char_length(job_name) between 1 and 63),
  constraint jobs_duration_ms_check check (duration_ms >= 0),
  constraint jobs_report_check check (char_length(report) <= 2000),
  constraint jobs_ok_count_check check (ok_count >= 0),
  constraint jobs_failed_count_check check (failed_count >= 0)
);

comment on table ops.jobs is 'Jobs that look after the database, and how each went the last time.';
comment on column ops.jobs.job_name is 'The job.';
comment on column ops.jobs.started_at is 'Instant its last run began.';
comment on column ops.jobs.duration_ms is 'Time that run took, in milliseconds.';
comment on column ops.jobs.is_ok is 'Whether it came to its end.';
comment on column ops.jobs.report is 'What it did, or why it failed: a sentence, at most 2,000 characters.';
comment on column ops.jobs.succeeded_at is 'Instant the last run that came to its end was over; null: none did yet.';
comment on column ops.jobs.ok_count is 'Runs that came to their end.';
comment on column ops.jobs.failed_count is 'Runs that failed.';

create function ops.note_job(name text, began_at timestamptz, was_ok boolean, said text) returns void
  language sql
  security definer
  set search_path = ''
as $$
  insert into ops.jobs as job (job_name, started_at, duration_ms, is_ok, report, succeeded_at, ok_count, failed_count)
  values (
    name, began_at, greatest(extract(epoch from clock_timestamp() - began_at) * 1000, 0), was_ok, left(said, 2000),
    case when was_ok then clock_timestamp() end, was_ok::integer, (not was_ok)::integer
  )
  on conflict on constraint jobs_pkey do update
  set
    started_at = excluded.started_at,
    duration_ms = excluded.duration_ms,
    is_ok = excluded.is_ok,
    report = excluded.report,
    succeeded_at = coalesce(excluded.succeeded_at, job.succeeded_at),
    ok_count = job.ok_count + excluded.ok_count,
    failed_count = job.failed_count + excluded.failed_count
$$;

comment on function ops.note_job(text, timestamptz, boolean, text) is
  'Writes down how a run of a job went; it began at the instant given and is over now.';

-- Sums of other rows are written in the transaction that changes the rows, so that any one snapshot
-- shows both: a difference is a fault, however busy the tables are.
create function ops.wrong_sums(figure text) returns bigint[]
  language plpgsql
  stable
  security definer
  set search_path = ''
as $$
declare
  wrong bigint[];
begin
  case figure
    when 'playlist entries' then
      select array_agg(playlists.id order by playlists.id)
      into wrong
      from public.playlists
      left join (
        select playlist_tracks.playlist_id, count(*) as entries, coalesce(sum(tracks.duration_ms), 0) as duration_ms
        from public.playlist_tracks
        join public.tracks on tracks.id = playlist_tracks.track_id
        where playlist_tracks.status = 'active'
        group by playlist_tracks.playlist_id
      ) as held on held.playlist_id = playlists.id
      where playlists.track_count <> coalesce(held.entries, 0)
        or playlists.total_duration_ms <> coalesce(held.duration_ms, 0);
    when 'playlist followers' then
      select array_agg(playlists.id order by playlists.id)
      into wrong
      from public.playlists
      left join (
        select playlist_follows.playlist_id, count(*) as followers
        from public.playlist_follows
        group by playlist_follows.playlist_id
      ) as held on held.playlist_id = playlists.id
      where playlists.follower_count <> coalesce(held.followers, 0);
    when 'artist followers' then
      select array_agg(artists.id order by artists.id)
      into wrong
      from public.artists
      left join (
        select user_artist_follows.artist_id, count(*) as followers
        from public.user_artist_follows
        group by user_artist_follows.artist_id
      ) as held on held.artist_id = artists.id
      where artists.follower_count <> coalesce(held.followers, 0);
    when 'entry votes' then
      select array_agg(playlist_tracks.id order by playlist_tracks.id)
      into wrong
      from public.playlist_tracks
      left join (
        select
          playlist_track_votes.playlist_track_id as entry_id,
          count(*) filter (where playlist_track_votes.vote_type = 1) as ups,
          count(*) filter (where playlist_track_votes.vote_type = -1) as downs
        from public.playlist_track_votes
        group by playlist_track_votes.playlist_track_id
      ) as held on held.entry_id = playlist_tracks.id
      where playlist_tracks.upvotes <> coalesce(held.ups, 0) or playlist_tracks.downvotes <> coalesce(held.downs, 0);
    when 'discovery sessions' then
      -- A session that goes on is written to in steps; one whose months are gone has only its sums.
      select array_agg(session.id order by session.id)
      into wrong
      from public.discovery_sessions as session
      left join (
        select
          proposal.session_id,
          count(*) as presented,
          count(*) filter (where proposal.was_played) as played,
          count(*) filter (where proposal.was_skipped) as skipped,
          count(*) filter (where proposal.was_liked) as liked,
          count(*) filter (where proposal.was_added_to_library) as saved
        from public.discovery_session_tracks as proposal
        group by proposal.session_id
      ) as held on held.session_id = session.id
      where not session.is_active
        and session.started_at >= ops.first_month('discovery_session_tracks') + interval '1 day'
        and (session.tracks_presented, session.tracks_played, session.tracks_skipped, session.tracks_liked,
            session.tracks_added_to_library)
          <> (coalesce(held.presented, 0), coalesce(held.played, 0), coalesce(held.skipped, 0),
            coalesce(held.liked, 0), coalesce(held.saved, 0));
    else
      raise exception 'no sums are called %', figure using errcode = 'invalid_parameter_value';
  end case;
  return coalesce(wrong, '{}');
end
$$;

comment on function ops.wrong_sums(text) is
  'Keys of the rows whose sums are not those of the rows they are of; figure: playlist entries, playlist followers, artist followers, entry votes or discovery sessions.';

-- Under the lock that the triggers take for their own additions: what is in flight is added to the
-- mended sum afterwards, or is in the rows already.
create function ops.mend_sums(figure text, keys bigint[]) returns integer
  language plpgsql
  security definer
  set search_path = ''
  set enable_hashjoin = off
  set enable_mergejoin = off
as $$
declare
  mended integer;
begin
  case figure
    when 'playlist entries' then
      perform 1 from public.playlists where playlists.id = any (keys) order by playlists.id for no key update;
      update public.playlists
      set track_count = held.entries, total_duration_ms = held.duration_ms
      from unnest(keys) as wrong (id)
      cross join lateral (
        select count(*) as entries, coalesce(sum(tracks.duration_ms), 0) as duration_ms
        from public.playlist_tracks
        join public.tracks on tracks.id = playlist_tracks.track_id
        where playlist_tracks.playlist_id = wrong.id and playlist_tracks.status = 'active'
      ) as held
      where playlists.id = wrong.id
        and (playlists.track_count, playlists.total_duration_ms) <> (held.entries, held.duration_ms);
    when 'playlist followers' then
      perform 1 from public.playlists where playlists.id = any (keys) order by playlists.id for no key update;
      update public.playlists
      set follower_count = held.followers
      from unnest(keys) as wrong (id)
      cross join lateral (
        select count(*) as followers from public.playlist_follows where playlist_follows.playlist_id = wrong.id
      ) as held
      where playlists.id = wrong.id and playlists.follower_count <> held.followers;
    when 'artist followers' then
      perform 1 from public.artists where artists.id = any (keys) order by artists.id for no key update;
      update public.artists
      set follower_count = held.followers
      from unnest(keys) as wrong (id)
      cross join lateral (
        select count(*) as followers from public.user_artist_follows where user_artist_follows.artist_id = wrong.id
      ) as held
      where artists.id = wrong.id and artists.follower_count <> held.followers;
    when 'entry votes' then
      perform 1
      from public.playlist_tracks
      where playlist_tracks.id = any (keys)
      order by playlist_tracks.id
      for no key update;
      update public.playlist_tracks
      set upvotes = held.ups, downvotes = held.downs
      from unnest(keys) as wrong (id)
      cross join lateral (
        select
          count(*) filter (where playlist_track_votes.vote_type = 1) as ups,
          count(*) filter (where playlist_track_votes.vote_type = -1) as downs
        from public.playlist_track_votes
        where playlist_track_votes.playlist_track_id = wrong.id
      ) as held
      where playlist_tracks.id = wrong.id
        and (playlist_tracks.upvotes, playlist_tracks.downvotes) <> (held.ups, held.downs);
    when 'discovery sessions' then
      perform 1
      from public.discovery_sessions
      where discovery_sessions.id = any (keys)
      order by discovery_sessions.id
      for no key update;
      update public.discovery_sessions as session
      set
        tracks_presented = held.presented,
        tracks_played = held.played,
        tracks_skipped = held.skipped,
        tracks_liked = held.liked,
        tracks_added_to_library = held.saved
      from unnest(keys) as wrong (id)
      cross join lateral (
        select
          count(*) as presented,
          count(*) filter (where proposal.was_played) as played,
          count(*) filter (where proposal.was_skipped) as skipped,
          count(*) filter (where proposal.was_liked) as liked,
          count(*) filter (where proposal.was_added_to_library) as saved
        from public.discovery_session_tracks as proposal
        where proposal.session_id = wrong.id
      ) as held
      where session.id = wrong.id
        and (session.tracks_presented, session.tracks_played, session.tracks_skipped, session.tracks_liked,
            session.tracks_added_to_library)
          <> (held.presented, held.played, held.skipped, held.liked, held.saved);
    else
      raise exception 'no sums are called %', figure using errcode = 'invalid_parameter_value';
  end case;
  get diagnostics mended = row_count;
  return mended;
end
$$;

comment on function ops.mend_sums(text, bigint[]) is
  'Sums up anew what belongs to the rows with these keys, under their locks; returns how many were wrong. Figures as of ops.wrong_sums.';

create function ops.first_month(parent text) returns timestamptz
  language sql
  stable
  set search_path = ''
  set timezone = 'UTC'
as $$
  select min(to_timestamp(right(class.relname, 7), 'YYYY_MM'))
  from pg_catalog.pg_inherits as inherits
  join pg_catalog.pg_class as class on class.oid = inherits.inhrelid
  where inherits.inhparent = to_regclass(format('public.%I', parent)) and class.relname ~ '_\d{4}_\d{2}$'
$$;

comment on function ops.first_month(text) is
  'Instant at which the earliest monthly part of a partitioned table begins; null: it has none.';

-- One part a call, so that the lock on the parent is held for a moment. Detaching concurrently is not
-- possible beside a default part; whoever waits too long for the lock tries again later.
create function ops.drop_old_partition(parent text, before timestamptz) returns text
  language plpgsql
  security definer
  set search_path = ''
  set timezone = 'UTC'
  set lock_timeout = '2s'
as $$
declare
  key text;
  part text;
begin
  select attribute.attname
  into strict key
  from pg_catalog.pg_partitioned_table as partitioned
  join pg_catalog.pg_attribute as attribute
    on attribute.attrelid = partitioned.partrelid and attribute.attnum = partitioned.partattrs[0]
  where partitioned.partrelid = to_regclass(format('public.%I', parent));

  execute format('delete from partitions.%I where %I < $1', parent || '_default', key) using before;

  select class.relname
  into part
  from pg_catalog.pg_inherits as inherits
  join pg_catalog.pg_class as class on class.oid = inherits.inhrelid
  where inherits.inhparent = to_regclass(format('public.%I', parent))
    and class.relname ~ '_\d{4}_\d{2}$'
    and to_timestamp(right(class.relname, 7), 'YYYY_MM') + interval '1 month' <= before
  order by class.relname
  limit 1;
  if part is not null then
    execute format('alter table public.%I detach partition partitions.%I', parent, part);
    execute format('drop table partitions.%I', part);
  end if;
  return part;
end
$$;

comment on function ops.drop_old_partition(text, timestamptz) is
  'Detaches and drops the earliest monthly part of a partitioned table of public that ended before an instant, and older rows of its default part; returns the part''s name, null when none is so old.';

create function ops.purge_deleted_playlists(before timestamptz, at_most integer) returns integer
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  purged integer;
begin
  with old as (
    select playlists.id
    from public.playlists
    where playlists.deleted_at < before
      and not exists (select 1 from public.playlists as child where child.parent_id = playlists.id)
    order by playlists.id
    limit at_most
    for update skip locked
  )
  delete from public.playlists
  using old
  where playlists.id = old.id;
  get diagnostics purged = row_count;
  return purged;
end
$$;

comment on function ops.purge_deleted_playlists(timestamptz, integer) is
  'Deletes for good what was deleted before an instant, with its entries and its history; a folder goes after what is in it. Returns how many.';

create function ops.end_expired_shares(before timestamptz) returns integer
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  ended integer;
begin
  update public.playlists
  set share_token_hash = null, share_password_hash = null, share_expires_at = null
  where playlists.id in (
    select expired.id
    from public.playlists as expired
    where expired.share_expires_at < before
    order by expired.id
    for no key update skip locked
  );
  get diagnostics ended = row_count;
  return ended;
end
$$;

comment on function ops.end_expired_shares(timestamptz) is
  'Forgets the share links that expired before an instant; returns how many.';

create function ops.analyze_table(name text) returns void
  language plpgsql
  security definer
  set search_path = ''
as $$
begin
  execute format('analyze %s', name::regclass);
end
$$;

comment on function ops.analyze_table(text) is
  'Counts anew what a table holds, for the planner; autovacuum never does it for a partitioned table as a whole.';
