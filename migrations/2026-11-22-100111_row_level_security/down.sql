delete from ops.serving_rights where object in ('table auth.sessions', 'table auth.refresh_tokens', 'table auth.api_tokens');

do $$
begin
  if to_regrole('searxng_server') is not null then
    revoke all on all tables in schema auth from searxng_server;
  end if;
end
$$;

create or replace function ops.ensure_partitions(from_date date, until_date date) returns integer
  language plpgsql
  security definer
  set search_path = ''
  set timezone = 'UTC'
as $$
declare
  parent record;
  month_start timestamptz;
  month_end timestamptz;
  part_name text;
  has_strays boolean;
  created integer := 0;
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('ops.ensure_partitions'));
  for parent in
    select class.relname as name, attribute.attname as key
    from pg_catalog.pg_partitioned_table as partitioned
    join pg_catalog.pg_class as class on class.oid = partitioned.partrelid
    join pg_catalog.pg_attribute as attribute
      on attribute.attrelid = class.oid and attribute.attnum = partitioned.partattrs[0]
    where class.relnamespace = 'public'::regnamespace and partitioned.partstrat = 'r'
    order by class.relname
  loop
    month_start := date_trunc('month', from_date::timestamp);
    while month_start <= until_date loop
      month_end := month_start + interval '1 month';
      part_name := parent.name || to_char(month_start, '"_"YYYY"_"MM');
      if to_regclass(format('partitions.%I', part_name)) is null then
        execute format(
          'create table partitions.%I (like public.%I including defaults including constraints including generated including storage)',
          part_name, parent.name);
        has_strays := false;
        if to_regclass(format('partitions.%I', parent.name || '_default')) is not null then
          execute format(
            'select exists (select from partitions.%I where %I >= $1 and %I < $2)',
            parent.name || '_default', parent.key, parent.key)
          into has_strays using month_start, month_end;
        end if;
        if has_strays then
          execute format(
            'with strays as (delete from partitions.%I where %I >= $1 and %I < $2 returning *)
             insert into partitions.%I select * from strays',
            parent.name || '_default', parent.key, parent.key, part_name)
          using month_start, month_end;
        end if;
        execute format(
          'alter table public.%I attach partition partitions.%I for values from (%L) to (%L)',
          parent.name, part_name, month_start, month_end);
        created := created + 1;
      end if;
      month_start := month_end;
    end loop;
  end loop;
  return created;
end
$$;


create or replace function ops.refresh_statistics() returns boolean
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  view_name text;
  began_at timestamptz;
begin
  if not pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtext('ops.refresh_statistics')) then
    return false;
  end if;

  foreach view_name in array array['mv_track_popularity', 'mv_track_charts', 'mv_artist_charts', 'mv_album_charts'] loop
    began_at := clock_timestamp();
    execute format('refresh materialized view concurrently public.%I', view_name);
    insert into ops.view_refreshes (view_name, refreshed_at, duration_ms)
    values (view_name, now(), extract(epoch from clock_timestamp() - began_at) * 1000)
    on conflict on constraint view_refreshes_pkey do update
    set refreshed_at = excluded.refreshed_at, duration_ms = excluded.duration_ms;
  end loop;

  update public.tracks
  set popularity = computed.popularity
  from (
    select
      popularity.id,
      ln(1 + popularity.unique_listeners) / ln(1 + greatest(max(popularity.unique_listeners) over (), 1)) as popularity
    from public.mv_track_popularity as popularity
  ) as computed
  where tracks.id = computed.id and abs(tracks.popularity - computed.popularity) >= 0.0005;

  update public.artists
  set popularity = computed.popularity, monthly_listeners = computed.monthly_listeners
  from (
    select
      artists.id,
      ln(1 + coalesce(of_all_time.listeners, 0)) / ln(1 + greatest(max(of_all_time.listeners) over (), 1)) as popularity,
      coalesce(of_month.listeners, 0)::integer as monthly_listeners
    from public.artists
    left join public.mv_artist_charts as of_all_time
      on of_all_time.artist_id = artists.id and of_all_time.range = 'all_time'
    left join public.mv_artist_charts as of_month
      on of_month.artist_id = artists.id and of_month.range = 'month'
    where artists.merged_into_id is null
  ) as computed
  where artists.id = computed.id
    and (
      abs(artists.popularity - computed.popularity) >= 0.0005
      or artists.monthly_listeners <> computed.monthly_listeners
    );

  update public.albums
  set popularity = computed.popularity
  from (
    select
      albums.id,
      ln(1 + coalesce(of_all_time.listeners, 0)) / ln(1 + greatest(max(of_all_time.listeners) over (), 1)) as popularity
    from public.albums
    left join public.mv_album_charts as of_all_time
      on of_all_time.album_id = albums.id and of_all_time.range = 'all_time'
    where albums.merged_into_id is null
  ) as computed
  where albums.id = computed.id and abs(albums.popularity - computed.popularity) >= 0.0005;

  return true;
end
$$;


create or replace function public.genres_hand_on_slugs() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  renamed jsonb;
  old_slugs text[];
begin
  select jsonb_object_agg(old_rows.slug, new_rows.slug), array_agg(old_rows.slug)
  into renamed, old_slugs
  from old_rows
  join new_rows on new_rows.id = old_rows.id
  where new_rows.slug <> old_rows.slug;
  if old_slugs is null then
    return null;
  end if;
  update public.artists
  set genres = public.renamed_slugs(artists.genres, renamed)
  where artists.genres ?| old_slugs;
  update public.albums
  set genres = public.renamed_slugs(albums.genres, renamed)
  where albums.genres ?| old_slugs;
  update public.tracks
  set genres = public.renamed_slugs(tracks.genres, renamed)
  where tracks.genres ?| old_slugs;
  update public.user_music_profiles
  set
    favorite_genres = public.renamed_slugs(user_music_profiles.favorite_genres, renamed),
    disliked_genres = public.renamed_slugs(user_music_profiles.disliked_genres, renamed)
  where user_music_profiles.favorite_genres ?| old_slugs
    or user_music_profiles.disliked_genres ?| old_slugs;
  return null;
end
$$;

create or replace function public.genres_take_out_slugs() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  gone text[] := array(select old_rows.slug from old_rows);
begin
  update public.artists set genres = artists.genres - gone where artists.genres ?| gone;
  update public.albums set genres = albums.genres - gone where albums.genres ?| gone;
  update public.tracks set genres = tracks.genres - gone where tracks.genres ?| gone;
  update public.user_music_profiles
  set
    favorite_genres = user_music_profiles.favorite_genres - gone,
    disliked_genres = user_music_profiles.disliked_genres - gone
  where user_music_profiles.favorite_genres ?| gone
    or user_music_profiles.disliked_genres ?| gone;
  return null;
end
$$;

drop policy viewer on public.user_library;
drop policy viewer on public.user_interactions;
drop policy viewer on public.user_music_profiles;
drop policy viewer on public.discovery_sessions;
drop policy viewer on public.discovery_session_tracks;
drop policy viewer on public.user_artist_follows;
drop policy viewer on public.playlist_follows;
drop policy viewer on public.user_album_collections;
drop policy viewer on auth.sessions;
drop policy viewer on auth.refresh_tokens;
drop policy viewer on auth.api_tokens;

do $$
declare
  walled regclass;
begin
  for walled in
    select policy.polrelid::regclass from pg_policy as policy where policy.polname = 'keeper'
  loop
    execute format('drop policy keeper on %s', walled);
    execute format('alter table %s no force row level security', walled);
    execute format('alter table %s disable row level security', walled);
  end loop;
end
$$;

drop function ops.wall_parts();
drop function ops.wall(regclass);
drop function ops.end_keeping(text);
drop function ops.begin_keeping();
drop function auth.viewer_id();
