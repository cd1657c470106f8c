-- Twenty sessions of discovery with what was proposed, why, and what came of it.
create temporary table demo_sessions on commit drop as
select
  plan.*,
  demo_people.user_id,
  demo_people.likes,
  now() - interval '1 day' * plan.days - interval '2 hours' as started_at,
  null::bigint as session_id,
  null::uuid as uuid
from (
  values
    -- n, type, listener, days ago, hours until it ended (null: goes on), name, seed type
    (1, 'radio', 'ada', 58, 2.0, 'Something like Radiohead', 'artist'),
    (2, 'radio', 'ada', 1, null, 'Evening radio', 'genre'),
    (3, 'daily_mix', 'bruno', 7, 20.0, 'Tuesday mix', 'library'),
    (4, 'daily_mix', 'bruno', 6, 20.0, 'Wednesday mix', 'library'),
    (5, 'daily_mix', 'chiara', 3, 20.0, null, 'library'),
    (6, 'discover_weekly', 'dmitri', 14, 160.0, 'Week one', 'profile'),
    (7, 'discover_weekly', 'dmitri', 7, 160.0, 'Week two', 'profile'),
    (8, 'discover_weekly', 'elif', 4, null, 'This week', 'profile'),
    (9, 'genre_explore', 'farid', 40, 3.0, 'All kinds of jazz', 'genre'),
    (10, 'genre_explore', 'greta', 33, 2.5, 'What came after punk', 'genre'),
    (11, 'genre_explore', 'hana', 2, null, 'Rock, but which?', 'genre'),
    (12, 'dig', 'ivo', 50, 4.0, 'Crates in the cellar', 'track'),
    (13, 'dig', 'jonas', 21, 3.0, null, 'track'),
    (14, 'dig', 'kaja', 12, 2.0, 'Samples of samples', 'album'),
    (15, 'sonic_path', 'liam', 28, 1.5, 'From heavy to calm', 'track'),
    (16, 'sonic_path', 'mina', 9, 1.5, null, 'track'),
    (17, 'sonic_path', 'noor', 5, 2.0, 'Dinner to dancing', 'track'),
    (18, 'radio', 'otto', 17, 6.0, 'Soul all night', 'genre'),
    (19, 'radio', 'pia', 10, 2.0, null, 'artist'),
    (20, 'dig', 'ada', 8, 3.0, 'Crates in the cellar, again', 'track')
) as plan (n, type, name, days, hours, session_name, seed_type)
join demo_people on demo_people.name = plan.name;

-- Twenty tracks each, drawn by taste, every session its own.
create temporary table demo_proposals on commit drop as
select
  proposed.n,
  proposed.user_id,
  proposed.track_id,
  (proposed.place - 1)::integer as position,
  proposed.duration_ms,
  round((0.55 + 0.4 * proposed.roll)::numeric, 2) as score,
  proposed.likes && proposed.genres as is_liked_genre,
  (select genre from unnest(proposed.genres) as genre where genre = any (proposed.likes) limit 1) as liked_genre,
  proposed.roll,
  proposed.played_roll,
  -- Of the sessions that go on, the later half has not been heard yet.
  proposed.hours is not null or proposed.place <= 11 as is_reached,
  proposed.started_at + least(interval '3 minutes' * (proposed.place - 1), coalesce(interval '1 hour' * proposed.hours, interval '2 hours')) as presented_at
from (
  select
    session.n,
    session.user_id,
    session.hours,
    session.likes,
    session.started_at,
    tracks.track_id,
    tracks.duration_ms,
    tracks.genres,
    row_number() over (
      partition by session.n
      order by - ln(1 - pg_temp.roll('proposed ' || session.n || tracks.title || tracks.track_id)) / choice.weight
    ) as place,
    pg_temp.roll('score ' || session.n || tracks.track_id) as roll,
    pg_temp.roll('played ' || session.n || tracks.track_id) as played_roll
  from demo_sessions as session
  join demo_choices as choice on choice.user_id = session.user_id
  join demo_tracks as tracks on tracks.track_id = choice.track_id
) as proposed
where proposed.place <= 20;

create temporary table demo_answers on commit drop as
select
  proposal.*,
  proposal.is_reached and proposal.played_roll < 0.7 as was_played,
  proposal.is_reached and proposal.played_roll between 0.7 and 0.9 as was_skipped,
  proposal.is_reached and proposal.played_roll < 0.25 as was_liked,
  proposal.is_reached and proposal.played_roll < 0.12 as was_saved,
  case
    when not proposal.is_reached or proposal.roll < 0.3 then null
    when proposal.played_roll < 0.25 then 'gold'
    when proposal.played_roll < 0.7 then 'maybe'
    else 'no'
  end as verdict,
  (coalesce(proposal.duration_ms, 210000) * case
    when proposal.played_roll < 0.5 then 1
    when proposal.played_roll < 0.7 then 0.6
    else 0.1
  end)::integer as heard_ms
from demo_proposals as proposal;

insert into public.discovery_sessions (
  uuid, user_id, session_type, session_name, seed_type, seed_data, discovery_params, random_seed, algorithm_version, notes,
  tracks_presented, tracks_played, tracks_skipped, tracks_liked, tracks_added_to_library, total_play_time_ms,
  average_play_percentage, discovery_score, user_satisfaction, is_active, current_position, started_at, ended_at,
  last_interaction_at
)
select
  md5('discovery ' || session.n)::uuid,
  session.user_id,
  session.type,
  session.session_name,
  session.seed_type,
  case
    when session.seed_type in ('genre', 'profile', 'library') then jsonb_build_array(jsonb_build_object('type', 'genre', 'slug', session.likes[1]))
    else jsonb_build_array(jsonb_build_object('type', session.seed_type, 'id', case session.seed_type
      when 'artist' then first_track.artist_id
      when 'album' then first_track.album_id
      else first_track.track_id
    end))
  end,
  jsonb_build_object('adventurousness', round(pg_temp.roll('adventure ' || session.n)::numeric, 2), 'limit', 20),
  1000 + session.n,
  '1',
  case when session.n = 12 then 'Number seven is the one they all sampled.' end,
  total.presented,
  total.played,
  total.skipped,
  total.liked,
  total.saved,
  total.played_ms,
  total.average_percentage,
  round((total.liked::numeric / nullif(total.played + total.skipped, 0)), 2),
  case when session.hours is not null and session.n % 3 <> 0 then round((0.4 + 0.6 * pg_temp.roll('content ' || session.n))::numeric, 2) end,
  session.hours is null,
  greatest(total.reached - 1, 0),
  session.started_at,
  session.started_at + interval '1 hour' * session.hours,
  total.last_at
from demo_sessions as session
join (
  select
    answer.n,
    count(*) as presented,
    count(*) filter (where answer.is_reached) as reached,
    count(*) filter (where answer.was_played) as played,
    count(*) filter (where answer.was_skipped) as skipped,
    count(*) filter (where answer.was_liked) as liked,
    count(*) filter (where answer.was_saved) as saved,
    coalesce(sum(answer.heard_ms) filter (where answer.was_played), 0) as played_ms,
    coalesce(avg(least(answer.heard_ms * 100.0 / answer.duration_ms, 100)) filter (where answer.was_played), 0) as average_percentage,
    max(answer.presented_at) filter (where answer.was_played or answer.was_skipped) as last_at
  from demo_answers as answer
  group by answer.n
) as total on total.n = session.n
join demo_proposals as opening on opening.n = session.n and opening.position = 0
join demo_tracks as first_track on first_track.track_id = opening.track_id
order by session.started_at;

update demo_sessions
set session_id = discovery_sessions.id, uuid = discovery_sessions.uuid
from public.discovery_sessions
where discovery_sessions.uuid = md5('discovery ' || demo_sessions.n)::uuid;

update public.discovery_sessions
set forked_from_id = original.session_id
from demo_sessions as fork
join demo_sessions as original on original.n = 12
where fork.n = 20 and discovery_sessions.id = fork.session_id;

-- The weights of the reasons add up to the score.
insert into public.discovery_session_tracks (
  session_id, track_id, position, recommendation_score, recommendation_reasons, verdict, was_played, play_duration_ms,
  was_skipped, skip_time_ms, was_liked, was_added_to_library, presented_at, interacted_at
)
select
  session.session_id,
  answer.track_id,
  answer.position,
  answer.score,
  jsonb_build_array(
    case
      when answer.is_liked_genre then jsonb_build_object(
        'code', 'genre_match', 'weight', part.first, 'text', 'You like ' || genres.name || '.')
      else jsonb_build_object('code', 'similar_users', 'weight', part.first, 'text', 'Listeners with a taste like yours play it.')
    end,
    case
      when listened.track_id is null then jsonb_build_object(
        'code', 'never_heard', 'weight', answer.score - part.first, 'text', 'You have not heard it yet.')
      when listened.last_at < now() - interval '60 days' then jsonb_build_object(
        'code', 'not_heard_lately', 'weight', answer.score - part.first, 'text', 'You have not heard it for a while.')
      else jsonb_build_object(
        'code', 'co_listened', 'weight', answer.score - part.first, 'text', 'Often heard together with what you played.')
    end
  ),
  answer.verdict,
  answer.was_played,
  case when answer.was_played then answer.heard_ms end,
  answer.was_skipped,
  case when answer.was_skipped then answer.heard_ms end,
  answer.was_liked,
  answer.was_saved,
  answer.presented_at,
  case when answer.was_played or answer.was_skipped then answer.presented_at end
from demo_answers as answer
join demo_sessions as session on session.n = answer.n
cross join lateral (select round((answer.score * (0.5 + 0.3 * answer.roll)::numeric), 2) as first) as part
left join public.genres on genres.slug = answer.liked_genre
left join demo_listened as listened on listened.user_id = answer.user_id and listened.track_id = answer.track_id
order by answer.presented_at, session.session_id, answer.position;

-- What was heard in a session stands in the history too.
insert into public.user_interactions (
  user_id, track_id, interaction_type, context_type, context_id, play_duration_ms, track_duration_ms, completion_percentage,
  skip_position_ms, skip_reason, device_type, session_id, counts_as_listen, created_at
)
select
  answer.user_id,
  answer.track_id,
  act.type,
  'discovery',
  session.session_id,
  case when act.type <> 'like' then answer.heard_ms end,
  answer.duration_ms,
  case when act.type <> 'like' then least(answer.heard_ms * 100.0 / answer.duration_ms, 100) end,
  case when act.type = 'skip' then answer.heard_ms end,
  case when act.type = 'skip' then 'manual' end,
  'web',
  session.uuid,
  act.type = 'play' and coalesce(answer.duration_ms > 30000, true)
    and answer.heard_ms >= least(coalesce(answer.duration_ms * 0.5, 240000), 240000),
  answer.presented_at
from demo_answers as answer
join demo_sessions as session on session.n = answer.n
cross join lateral (
  values
    ('play', answer.was_played),
    ('skip', answer.was_skipped),
    ('like', answer.was_liked)
) as act (type, happened)
where act.happened and answer.presented_at <= now()
order by answer.presented_at;
