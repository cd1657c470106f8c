-- What people keep, follow and like follows from what they heard.
create temporary table demo_sums on commit drop as
select demo_listened.*
from demo_listened;

analyze demo_sums;

insert into public.user_library (
  user_id, track_id, tags, rating, notes, is_favorite, play_count, skip_count, total_play_time_ms, last_played_at, added_at
)
select
  kept.user_id,
  kept.track_id,
  case
    when kept.roll < 0.12 then '["evening"]'
    when kept.roll < 0.2 then '["running", "loud"]'
    when kept.roll < 0.27 then '["with friends"]'
    when kept.roll < 0.32 then '["learn on guitar"]'
    else '[]'
  end::jsonb,
  case when kept.other_roll < 0.62 then greatest(1, least(5, round(3.2 + least(kept.listens, 8) * 0.15 + (kept.roll - 0.5) * 4)))::integer end,
  case
    when kept.roll > 0.985 then 'Heard it first on a night train.'
    when kept.roll > 0.97 then 'The cover version led me here.'
    when kept.roll > 0.955 then 'Ask Farid for the live recording.'
  end,
  kept.likes > 0 or kept.place <= 3,
  kept.listens,
  kept.skips,
  kept.played_ms,
  kept.last_at,
  kept.first_at
from (
  select
    demo_sums.*,
    demo_people.keenness,
    row_number() over (
      partition by demo_sums.user_id
      order by demo_sums.listens desc, demo_sums.likes desc, pg_temp.roll('keep ' || demo_people.name || demo_sums.track_id)
    ) as place,
    pg_temp.roll('library ' || demo_people.name || demo_sums.track_id) as roll,
    pg_temp.roll('rating ' || demo_people.name || demo_sums.track_id) as other_roll
  from demo_sums
  join demo_people on demo_people.user_id = demo_sums.user_id
) as kept
where kept.place <= 12 + 14 * kept.keenness
  or exists (
    select
    from demo_answers
    where demo_answers.user_id = kept.user_id and demo_answers.track_id = kept.track_id and demo_answers.was_saved
  )
order by kept.first_at;

insert into public.user_artist_follows (user_id, artist_id, follow_source, notifications_enabled, followed_at)
select
  fan.user_id,
  fan.artist_id,
  (array['artist', 'album', 'playlist', 'search', 'radio', 'discovery'])[1 + floor(fan.roll * 6)],
  fan.roll < 0.7,
  fan.first_at
from (
  select
    demo_sums.user_id,
    demo_tracks.artist_id,
    min(demo_sums.first_at) as first_at,
    row_number() over (partition by demo_sums.user_id order by sum(demo_sums.listens) desc, demo_tracks.artist_id) as place,
    pg_temp.roll('follows ' || demo_people.name || demo_tracks.artist_id) as roll,
    demo_people.keenness
  from demo_sums
  join demo_tracks on demo_tracks.track_id = demo_sums.track_id
  join demo_people on demo_people.user_id = demo_sums.user_id
  group by demo_sums.user_id, demo_tracks.artist_id, demo_people.name, demo_people.keenness
) as fan
where fan.place <= 3 + 4 * fan.keenness
order by fan.first_at;

insert into public.user_album_collections (user_id, album_id, tags, play_count, added_at)
select
  owned.user_id,
  owned.album_id,
  case when owned.roll < 0.2 then '["vinyl"]' when owned.roll < 0.3 then '["gift", "cd"]' else '[]' end::jsonb,
  owned.plays,
  owned.first_at
from (
  select
    demo_sums.user_id,
    demo_tracks.album_id,
    -- Hearing as many tracks as the album has is hearing it once.
    (sum(demo_sums.listens) / max(size.tracks))::integer as plays,
    min(demo_sums.first_at) as first_at,
    row_number() over (partition by demo_sums.user_id order by sum(demo_sums.listens) desc, demo_tracks.album_id) as place,
    pg_temp.roll('collects ' || demo_people.name || demo_tracks.album_id) as roll
  from demo_sums
  join demo_tracks on demo_tracks.track_id = demo_sums.track_id
  join demo_people on demo_people.user_id = demo_sums.user_id
  join (
    select album_id, count(*) as tracks
    from demo_tracks
    group by album_id
  ) as size on size.album_id = demo_tracks.album_id
  group by demo_sums.user_id, demo_tracks.album_id, demo_people.name
) as owned
where owned.place <= 2 + floor(owned.roll * 6)
order by owned.first_at;

insert into public.playlist_follows (user_id, playlist_id, folder_id, notifications_enabled, followed_at)
select
  demo_people.user_id,
  playlists.id,
  -- Ada sorts some of what she follows into her folder.
  case when demo_people.name = 'ada' and chance.roll < 0.2 then folder.id end,
  chance.roll < 0.3,
  playlists.created_at + (now() - playlists.created_at) * pg_temp.roll('since ' || demo_people.name || playlists.name)
from demo_people
cross join public.playlists
cross join (select playlists.id from public.playlists where playlists.folder_type) as folder
cross join lateral (select pg_temp.roll('list fan ' || demo_people.name || playlists.name) as roll) as chance
where playlists.visibility = 'public'
  and playlists.owner_id <> demo_people.user_id
  and demo_people.name <> 'zeno'
  and chance.roll < 0.04 + 0.35 * pg_temp.roll('popular ' || playlists.name) ^ 2 + case when demo_people.name = 'ada' then 0.2 else 0 end
order by 5;

-- Profiles: what people said of themselves, and figures of what they did.
insert into public.user_music_profiles (
  user_id, favorite_genres, disliked_genres, favorite_decades, preferred_audio_quality, preferred_sources,
  explicit_content_allowed, discovery_mode, energy_preference, mood_preferences, language_preferences,
  total_listening_time_ms, tracks_played, unique_tracks_played, unique_artists_played, average_session_duration_ms,
  discovery_ratio, genre_diversity_score, time_based_preferences, device_preferences, is_history_public, is_private_session,
  taste_updated_at, created_at, updated_at
)
select
  demo_people.user_id,
  to_jsonb(demo_people.likes),
  to_jsonb(demo_people.dislikes),
  to_jsonb(array[(array['1960s', '1970s', '1980s', '1990s', '2000s', '2010s'])[1 + floor(chance.decade * 6)]]),
  (array['low', 'medium', 'high', 'high', 'lossless'])[1 + floor(chance.quality * 5)],
  (array['["spotify", "youtube"]', '["youtube", "bandcamp"]', '["bandcamp", "spotify", "youtube"]', '[]']::jsonb[])[1 + floor(chance.source * 4)],
  chance.quality < 0.9,
  (array['conservative', 'balanced', 'balanced', 'adventurous'])[1 + floor(chance.mode * 4)],
  round(chance.energy::numeric, 2),
  jsonb_build_object('calm', round((1 - chance.energy)::numeric, 2), 'lively', round(chance.energy::numeric, 2)),
  '["en"]',
  coalesce(heard.played_ms, 0),
  coalesce(heard.listens, 0),
  coalesce(heard.tracks, 0),
  coalesce(heard.artists, 0),
  coalesce(sitting.average_ms, 0),
  coalesce(least(heard.tracks::double precision / nullif(heard.listens, 0), 1), 0),
  coalesce(spread.evenness, 0),
  jsonb_build_object('evening', to_jsonb(demo_people.likes[1]), 'morning', to_jsonb(demo_people.likes[2])),
  jsonb_build_object(demo_people.device, 0.8, 'desktop', 0.2),
  chance.mode < 0.5,
  demo_people.name in ('karim', 'lena'),
  now() - interval '1 day' * chance.energy,
  now() - interval '1 day' * demo_people.days,
  now() - interval '1 day' * demo_people.days
from demo_people
cross join lateral (
  select
    pg_temp.roll('decade ' || demo_people.name) as decade,
    pg_temp.roll('quality ' || demo_people.name) as quality,
    pg_temp.roll('source ' || demo_people.name) as source,
    pg_temp.roll('mode ' || demo_people.name) as mode,
    pg_temp.roll('energy ' || demo_people.name) as energy
) as chance
left join (
  select
    demo_sums.user_id,
    sum(demo_sums.played_ms) as played_ms,
    sum(demo_sums.listens) as listens,
    count(*) filter (where demo_sums.listens > 0) as tracks,
    count(distinct demo_tracks.artist_id) filter (where demo_sums.listens > 0) as artists
  from demo_sums
  join demo_tracks on demo_tracks.track_id = demo_sums.track_id
  group by demo_sums.user_id
) as heard on heard.user_id = demo_people.user_id
left join (
  select each_one.user_id, avg(each_one.played_ms)::bigint as average_ms
  from (
    select user_id, session_id, sum(heard_ms) as played_ms
    from demo_heard
    group by user_id, session_id
  ) as each_one
  group by each_one.user_id
) as sitting on sitting.user_id = demo_people.user_id
left join (
  -- Entropy of the genres heard, as a share of the most it could be.
  select
    of_genre.user_id,
    least(1, - sum(of_genre.share * ln(of_genre.share)) / nullif(ln(count(*)), 0)) as evenness
  from (
    select
      demo_sums.user_id,
      demo_tracks.genres[1] as genre,
      sum(demo_sums.listens)::double precision / sum(sum(demo_sums.listens)) over (partition by demo_sums.user_id) as share
    from demo_sums
    join demo_tracks on demo_tracks.track_id = demo_sums.track_id
    where demo_sums.listens > 0
    group by demo_sums.user_id, demo_tracks.genres[1]
  ) as of_genre
  group by of_genre.user_id
) as spread on spread.user_id = demo_people.user_id
order by demo_people.n;

-- One listener has told what should never be proposed.
update public.user_music_profiles
set exclusions = jsonb_build_array(jsonb_build_object(
  'type', 'artist', 'id', artists.id, 'reason', 'Heard it all summer.', 'until', now() + interval '60 days', 'created_at', now() - interval '20 days'
))
from demo_people
join public.artists on artists.name = 'Michael Jackson'
where demo_people.name = 'bruno' and user_music_profiles.user_id = demo_people.user_id;
