-- What was heard how much, computed at intervals. Everything is summed first for each listener, so
-- that counting listeners needs no sorting. What was done to a merged track or artist counts for
-- its survivor.
create view ops.statistics_ranges as
select ranges.range, ranges.since
from (
  values
    ('week', now() - interval '7 days'),
    ('month', now() - interval '30 days'),
    ('quarter', now() - interval '91 days'),
    ('half_yearly', now() - interval '182 days'),
    ('year', now() - interval '365 days'),
    ('this_week', date_trunc('week', now() at time zone 'UTC') at time zone 'UTC'),
    ('this_month', date_trunc('month', now() at time zone 'UTC') at time zone 'UTC'),
    ('this_year', date_trunc('year', now() at time zone 'UTC') at time zone 'UTC'),
    ('all_time', '-infinity'::timestamptz)
) as ranges (range, since);

comment on view ops.statistics_ranges is 'The ranges statistics are computed for; each ends now.';
comment on column ops.statistics_ranges.range is 'week (7 days), month (30), quarter (91), half_yearly (182), year (365), this_week, this_month, this_year (of the calendar in UTC, weeks from Monday) or all_time.';
comment on column ops.statistics_ranges.since is 'Instant the range begins.';

create materialized view public.mv_track_popularity as
with per_listener as (
  select
    coalesce(tracks.merged_into_id, tracks.id) as track_id,
    interaction.user_id,
    count(*) filter (where interaction.interaction_type = 'play') as plays,
    count(*) filter (where interaction.counts_as_listen) as listens,
    count(*) filter (where interaction.interaction_type = 'like') as likes,
    count(*) filter (where interaction.interaction_type = 'skip') as skips,
    count(interaction.play_duration_ms) filter (where interaction.interaction_type = 'play') as timed_plays,
    sum(interaction.play_duration_ms) filter (where interaction.interaction_type = 'play') as played_ms,
    max(interaction.created_at) filter (where interaction.interaction_type = 'play') as last_played_at
  from public.user_interactions as interaction
  join public.tracks on tracks.id = interaction.track_id
  group by coalesce(tracks.merged_into_id, tracks.id), interaction.user_id
)
select
  tracks.id,
  tracks.title,
  count(*) filter (where per_listener.plays > 0) as unique_listeners,
  coalesce(sum(per_listener.plays), 0)::bigint as total_plays,
  coalesce(sum(per_listener.listens), 0)::bigint as total_listens,
  coalesce(sum(per_listener.likes), 0)::bigint as total_likes,
  coalesce(sum(per_listener.skips), 0)::bigint as total_skips,
  round(sum(per_listener.played_ms) / nullif(sum(per_listener.timed_plays), 0))::integer as avg_play_duration_ms,
  max(per_listener.last_played_at) as last_played_at
from public.tracks
left join per_listener on per_listener.track_id = tracks.id
where tracks.merged_into_id is null
group by tracks.id;

create unique index mv_track_popularity_id_key on public.mv_track_popularity (id);
create index idx_mv_track_popularity on public.mv_track_popularity (unique_listeners desc, id desc);
create index idx_mv_track_popularity_total_plays on public.mv_track_popularity (total_plays desc, id desc);

comment on materialized view public.mv_track_popularity is 'How much each unmerged track was heard, of all time; a row for every one, heard or not.';
comment on column public.mv_track_popularity.id is 'The track.';
comment on column public.mv_track_popularity.title is 'Its title.';
comment on column public.mv_track_popularity.unique_listeners is 'People who played it.';
comment on column public.mv_track_popularity.total_plays is 'Plays.';
comment on column public.mv_track_popularity.total_listens is 'Plays that count as a listen.';
comment on column public.mv_track_popularity.total_likes is 'Likes.';
comment on column public.mv_track_popularity.total_skips is 'Skips.';
comment on column public.mv_track_popularity.avg_play_duration_ms is 'Average time listened in a play, in milliseconds; null: no play told its time.';
comment on column public.mv_track_popularity.last_played_at is 'Start of the last play; null: never played.';

create materialized view public.mv_track_charts as
with per_listener as (
  select
    ranges.range,
    coalesce(tracks.merged_into_id, tracks.id) as track_id,
    interaction.user_id,
    count(*) filter (where interaction.interaction_type = 'play') as plays,
    count(*) filter (where interaction.counts_as_listen) as listens,
    count(*) filter (where interaction.interaction_type = 'like') as likes,
    count(*) filter (where interaction.interaction_type = 'skip') as skips,
    count(interaction.completion_percentage) filter (where interaction.interaction_type = 'play') as measured_plays,
    sum(interaction.completion_percentage) filter (where interaction.interaction_type = 'play') as completion_percentage,
    count(interaction.play_duration_ms) filter (where interaction.interaction_type = 'play') as timed_plays,
    sum(interaction.play_duration_ms) filter (where interaction.interaction_type = 'play') as played_ms,
    max(interaction.created_at) filter (where interaction.interaction_type = 'play') as last_played_at
  from public.user_interactions as interaction
  join public.tracks on tracks.id = interaction.track_id
  join ops.statistics_ranges as ranges on interaction.created_at >= ranges.since
  where interaction.created_at <= now()
  group by ranges.range, coalesce(tracks.merged_into_id, tracks.id), interaction.user_id
)
select
  per_listener.range,
  per_listener.track_id,
  sum(per_listener.listens)::bigint as listens,
  sum(per_listener.plays)::bigint as plays,
  count(*) filter (where per_listener.plays > 0) as listeners,
  sum(per_listener.likes)::bigint as likes,
  sum(per_listener.skips)::bigint as skips,
  sum(per_listener.completion_percentage) / nullif(sum(per_listener.measured_plays), 0)::double precision / 100 as average_completion,
  round(sum(per_listener.played_ms) / nullif(sum(per_listener.timed_plays), 0))::integer as average_play_ms,
  max(per_listener.last_played_at) as last_played_at
from per_listener
group by per_listener.range, per_listener.track_id;

create unique index mv_track_charts_range_track_id_key on public.mv_track_charts (range, track_id);
create index idx_mv_track_charts_listens on public.mv_track_charts (range, listens desc, track_id);

comment on materialized view public.mv_track_charts is 'How much each track was heard in each range; only tracks that something was done with in it.';
comment on column public.mv_track_charts.range is 'The range, a name of ops.statistics_ranges.';
comment on column public.mv_track_charts.track_id is 'The track.';
comment on column public.mv_track_charts.listens is 'Plays that count as a listen.';
comment on column public.mv_track_charts.plays is 'Plays.';
comment on column public.mv_track_charts.listeners is 'People who played it.';
comment on column public.mv_track_charts.likes is 'Likes.';
comment on column public.mv_track_charts.skips is 'Skips.';
comment on column public.mv_track_charts.average_completion is 'Average share of the track that a play heard, 0 to 1; null: no play told it.';
comment on column public.mv_track_charts.average_play_ms is 'Average time listened in a play, in milliseconds; null: no play told it.';
comment on column public.mv_track_charts.last_played_at is 'Start of the last play in the range; null: not played in it.';

create materialized view public.mv_artist_charts as
with per_listener as (
  select
    ranges.range,
    coalesce(artists.merged_into_id, artists.id) as artist_id,
    interaction.user_id,
    count(*) filter (where interaction.counts_as_listen) as listens
  from public.user_interactions as interaction
  join public.tracks as heard on heard.id = interaction.track_id
  join public.tracks on tracks.id = coalesce(heard.merged_into_id, heard.id)
  join public.artists on artists.id = tracks.artist_id
  join ops.statistics_ranges as ranges on interaction.created_at >= ranges.since
  where interaction.created_at <= now() and interaction.interaction_type = 'play'
  group by ranges.range, coalesce(artists.merged_into_id, artists.id), interaction.user_id
)
select
  per_listener.range,
  per_listener.artist_id,
  sum(per_listener.listens)::bigint as listens,
  count(*) as listeners
from per_listener
group by per_listener.range, per_listener.artist_id;

create unique index mv_artist_charts_range_artist_id_key on public.mv_artist_charts (range, artist_id);
create index idx_mv_artist_charts_listens on public.mv_artist_charts (range, listens desc, artist_id);

comment on materialized view public.mv_artist_charts is 'How much each artist was heard in each range; only artists that were played in it.';
comment on column public.mv_artist_charts.range is 'The range, a name of ops.statistics_ranges.';
comment on column public.mv_artist_charts.artist_id is 'The artist.';
comment on column public.mv_artist_charts.listens is 'Plays of their tracks that count as a listen.';
comment on column public.mv_artist_charts.listeners is 'People who played one of their tracks.';

create materialized view public.mv_album_charts as
with per_listener as (
  select
    ranges.range,
    coalesce(albums.merged_into_id, albums.id) as album_id,
    interaction.user_id,
    count(*) filter (where interaction.counts_as_listen) as listens
  from public.user_interactions as interaction
  join public.tracks as heard on heard.id = interaction.track_id
  join public.tracks on tracks.id = coalesce(heard.merged_into_id, heard.id)
  join public.albums on albums.id = tracks.album_id
  join ops.statistics_ranges as ranges on interaction.created_at >= ranges.since
  where interaction.created_at <= now() and interaction.interaction_type = 'play'
  group by ranges.range, coalesce(albums.merged_into_id, albums.id), interaction.user_id
)
select
  per_listener.range,
  per_listener.album_id,
  sum(per_listener.listens)::bigint as listens,
  count(*) as listeners
from per_listener
group by per_listener.range, per_listener.album_id;

create unique index mv_album_charts_range_album_id_key on public.mv_album_charts (range, album_id);
create index idx_mv_album_charts_listens on public.mv_album_charts (range, listens desc, album_id);

comment on materialized view public.mv_album_charts is 'How much each album was heard in each range; only albums that were played in it.';
comment on column public.mv_album_charts.range is 'The range, a name of ops.statistics_ranges.';
comment on column public.mv_album_charts.album_id is 'The album.';
comment on column public.mv_album_charts.listens is 'Plays of its tracks that count as a listen.';
comment on column public.mv_album_charts.listeners is 'People who played one of its tracks.';
