-- Ten months of listening, up to this moment: sittings of a few tracks, mostly in the evening, more
-- of them lately. A sitting follows an album, a playlist, or the person's taste.
create temporary table demo_sittings on commit drop as
select
  planned.user_id,
  planned.n,
  md5('sitting ' || planned.name || planned.n)::uuid as session_id,
  planned.kind,
  case when pg_temp.roll('other device ' || planned.name || planned.n) < 0.2 then 'desktop' else planned.device end as device,
  3 + floor(pg_temp.roll('length ' || planned.name || planned.n) ^ 1.5 * 17)::integer as tracks,
  -- One of today may not have begun yet: it was yesterday's.
  case when planned.begins_at > now() - interval '3 hours' then planned.begins_at - interval '1 day' else planned.begins_at end as begins_at
from (
  select
    demo_people.user_id,
    demo_people.name,
    demo_people.device,
    sitting.n,
    case
      when chance.kind < 0.24 then 'album'
      when chance.kind < 0.50 then 'playlist'
      when chance.kind < 0.72 then 'library'
      when chance.kind < 0.84 then 'radio'
      when chance.kind < 0.93 then 'artist'
      else 'search'
    end as kind,
    date_trunc('day', now() - interval '1 day' * floor(300 * chance.day ^ 1.5), 'UTC')
      + interval '1 hour' * case
        when chance.part < 0.62 then 17 + 6 * chance.hour
        when chance.part < 0.82 then 7 + 4 * chance.hour
        else 11 + 6 * chance.hour
      end as begins_at
  from demo_people
  cross join lateral generate_series(1, (55 * demo_people.keenness)::integer) as sitting (n)
  cross join lateral (
    select
      pg_temp.roll('kind ' || demo_people.name || sitting.n) as kind,
      pg_temp.roll('day ' || demo_people.name || sitting.n) as day,
      pg_temp.roll('part ' || demo_people.name || sitting.n) as part,
      pg_temp.roll('hour ' || demo_people.name || sitting.n) as hour
  ) as chance
) as planned;

analyze demo_sittings;

create temporary table demo_listed on commit drop as
select distinct
  playlists.id as playlist_id,
  playlists.name,
  playlists.visibility = 'public' as is_public,
  playlists.owner_id,
  playlists.created_at,
  tracks.artist_id
from public.playlists
join public.playlist_tracks on playlist_tracks.playlist_id = playlists.id and playlist_tracks.status = 'active'
join demo_tracks as tracks on tracks.track_id = playlist_tracks.track_id;

create index on demo_listed (artist_id);
analyze demo_listed;

-- What each sitting is about: a track drawn by taste gives the album or the artist; a public list
-- is drawn by how well its tracks fit.
create temporary table demo_contexts on commit drop as
select
  sitting.*,
  case sitting.kind when 'album' then seed.album_id when 'artist' then seed.artist_id when 'playlist' then list.playlist_id end as context_id
from demo_sittings as sitting
cross join lateral (
  select choice.track_id
  from demo_choices as choice
  where choice.user_id = sitting.user_id
    and choice.until >= pg_temp.roll('seed ' || sitting.session_id)
  order by choice.until
  limit 1
) as drawn
join demo_tracks as seed on seed.track_id = drawn.track_id
left join lateral (
  select listed.playlist_id
  from demo_listed as listed
  where listed.artist_id = seed.artist_id
    and (listed.is_public or listed.owner_id = sitting.user_id)
    and listed.created_at < sitting.begins_at
  order by pg_temp.roll('list ' || sitting.session_id || listed.name)
  limit 1
) as list on sitting.kind = 'playlist';

analyze demo_contexts;

-- The tracks of each sitting in order. Where there is no album or list, the taste decides each time.
create temporary table demo_heard on commit drop as
with queued as (
  select context.session_id, queue.track_id, queue.place - 1 as place
  from demo_contexts as context
  cross join lateral (
    select
      tracks.id as track_id,
      row_number() over (order by tracks.disc_number nulls last, tracks.track_number nulls last, tracks.id) as place
    from public.tracks
    where tracks.album_id = context.context_id
  ) as queue
  where context.kind = 'album' and context.context_id is not null and queue.place <= context.tracks
  union all
  select context.session_id, queue.track_id, queue.place - 1
  from demo_contexts as context
  cross join lateral (
    select
      playlist_tracks.track_id,
      row_number() over (
        order by (playlist_tracks.position / 1024 + floor(pg_temp.roll('from ' || context.session_id) * playlists.track_count)::bigint)
          % playlists.track_count
      ) as place
    from public.playlist_tracks
    join public.playlists on playlists.id = playlist_tracks.playlist_id
    where playlist_tracks.playlist_id = context.context_id and playlist_tracks.status = 'active'
  ) as queue
  where context.kind = 'playlist' and context.context_id is not null and queue.place <= context.tracks
  union all
  select context.session_id, queue.track_id, queue.place - 1
  from demo_contexts as context
  cross join lateral (
    select
      tracks.track_id,
      row_number() over (order by - ln(1 - pg_temp.roll('next ' || context.session_id || tracks.track_id)) / tracks.pull) as place
    from demo_tracks as tracks
    where tracks.artist_id = context.context_id
  ) as queue
  where context.kind = 'artist' and queue.place <= context.tracks
  union all
  select context.session_id, drawn.track_id, step.place
  from demo_contexts as context
  cross join lateral generate_series(0, context.tracks - 1) as step (place)
  cross join lateral (
    select choice.track_id
    from demo_choices as choice
    where choice.user_id = context.user_id
      and choice.until >= pg_temp.roll('draw ' || context.session_id || step.place)
    order by choice.until
    limit 1
  ) as drawn
  where context.kind in ('library', 'radio', 'search') or context.context_id is null
),
outcome as (
  select
    queued.session_id,
    queued.track_id,
    queued.place,
    tracks.duration_ms,
    coalesce(tracks.duration_ms, 210000) as length_ms,
    pg_temp.roll('outcome ' || queued.session_id || queued.place) as chance,
    pg_temp.roll('share heard ' || queued.session_id || queued.place) as share
  from queued
  join demo_tracks as tracks on tracks.track_id = queued.track_id
),
timed as (
  select
    outcome.*,
    outcome.chance >= 0.88 as is_skip,
    -- Most are heard to the end, some in part, some skipped near the beginning.
    (outcome.length_ms * case
      when outcome.chance < 0.76 then 0.97 + 0.03 * outcome.share
      when outcome.chance < 0.88 then 0.2 + 0.7 * outcome.share
      else 0.02 + 0.25 * outcome.share
    end)::integer as heard_ms
  from outcome
)
select
  timed.*,
  context.user_id,
  case when context.kind in ('album', 'playlist', 'artist') and context.context_id is null then 'library' else context.kind end as context_type,
  context.context_id,
  context.device,
  context.begins_at + interval '1 millisecond' * (
    sum(timed.heard_ms + 1500) over (partition by timed.session_id order by timed.place) - timed.heard_ms - 1500
  ) as at
from timed
join demo_contexts as context on context.session_id = timed.session_id;

insert into public.user_interactions (
  user_id, track_id, interaction_type, context_type, context_id, play_duration_ms, track_duration_ms, completion_percentage,
  skip_position_ms, skip_reason, device_type, session_id, client_event_id, counts_as_listen, created_at
)
select
  user_id,
  track_id,
  case when is_skip then 'skip' else 'play' end,
  context_type,
  context_id,
  heard_ms,
  duration_ms,
  least(heard_ms * 100.0 / duration_ms, 100),
  case when is_skip then heard_ms end,
  case when is_skip then case when chance < 0.985 then 'manual' else 'error' end end,
  device,
  session_id,
  md5('event ' || session_id || place)::uuid,
  -- A listen is half of the track or four minutes, of a track of more than thirty seconds.
  not is_skip and coalesce(duration_ms > 30000, true) and heard_ms >= least(coalesce(duration_ms * 0.5, 240000), 240000),
  at
from demo_heard
where at + interval '1 millisecond' * heard_ms <= now()
order by at;

-- What was pressed while listening.
insert into public.user_interactions (user_id, track_id, interaction_type, context_type, context_id, device_type, session_id, created_at)
select
  heard.user_id,
  heard.track_id,
  pressed.type,
  heard.context_type,
  heard.context_id,
  heard.device,
  heard.session_id,
  heard.at + interval '1 millisecond' * (heard.heard_ms / 2)
from demo_heard as heard
cross join lateral (
  select pg_temp.roll('pressed ' || heard.session_id || heard.place) as chance
) as roll
cross join lateral (
  select case
    when not heard.is_skip and roll.chance < 0.06 then 'like'
    when not heard.is_skip and roll.chance < 0.07 then 'share'
    when heard.is_skip and roll.chance < 0.08 then 'dislike'
  end as type
) as pressed
where pressed.type is not null and heard.at + interval '1 millisecond' * heard.heard_ms <= now()
order by heard.at;

-- What was put into lists and taken out, as the lists' histories tell it.
insert into public.user_interactions (user_id, track_id, interaction_type, context_type, context_id, created_at)
select
  activity.user_id,
  (item.value ->> 'track_id')::bigint,
  case activity.activity_type when 'item_added' then 'add_to_playlist' else 'remove_from_playlist' end,
  'playlist',
  activity.playlist_id,
  activity.created_at
from public.playlist_activities as activity
cross join lateral jsonb_array_elements(activity.activity_data -> 'items') as item (value)
where activity.activity_type in ('item_added', 'item_removed') and activity.user_id is not null
order by activity.created_at;

-- A few listens were reported by another service.
update public.user_interactions
set origin = 'lastfm', device_type = 'other', context_type = null, context_id = null
where user_interactions.interaction_type = 'play'
  and user_interactions.user_id in (select demo_people.user_id from demo_people where demo_people.n % 12 = 5)
  and user_interactions.context_type = 'search';

analyze public.user_interactions;

-- What each person made of each track.
create temporary view demo_listened as
select
  interaction.user_id,
  interaction.track_id,
  count(*) filter (where interaction.counts_as_listen)::integer as listens,
  count(*) filter (where interaction.interaction_type = 'skip')::integer as skips,
  count(*) filter (where interaction.interaction_type = 'like')::integer as likes,
  coalesce(sum(interaction.play_duration_ms) filter (where interaction.interaction_type = 'play'), 0) as played_ms,
  max(interaction.created_at) filter (where interaction.counts_as_listen) as last_at,
  min(interaction.created_at) as first_at
from public.user_interactions as interaction
group by interaction.user_id, interaction.track_id;
