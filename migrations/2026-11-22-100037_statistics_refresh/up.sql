create table ops.view_refreshes (
  view_name text not null,
  refreshed_at timestamptz not null,
  duration_ms integer not null,
  constraint view_refreshes_pkey primary key (view_name),
  constraint view_refreshes_view_name_check check (char_length(view_name) between 1 and 63),
  constraint view_refreshes_duration_ms_check check (duration_ms >= 0)
);

comment on table ops.view_refreshes is 'When each materialised view was last computed.';
comment on column ops.view_refreshes.view_name is 'Name of the view.';
comment on column ops.view_refreshes.refreshed_at is 'Instant its figures are of.';
comment on column ops.view_refreshes.duration_ms is 'Time the computation took, in milliseconds.';

-- One refresh at a time; whoever comes second goes away. A popularity within 0.0005 of what it would
-- be is left alone, so that a new listener of the most heard track does not rewrite the catalogue.
create function ops.refresh_statistics() returns boolean
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

comment on function ops.refresh_statistics() is
  'Computes the materialised views anew, without keeping readers out, and from them tracks, artists and albums.popularity and artists.monthly_listeners; false: another refresh is running.';
