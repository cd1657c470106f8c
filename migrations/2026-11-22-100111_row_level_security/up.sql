-- The second wall. A query of the server sees of these tables the rows of the viewer, whatever its
-- WHERE says or forgets, and nothing without a viewer: the setting searxng.viewer_id, made for a
-- transaction. It stops the server's own mistakes: a missing or wrong condition, a key of somebody
-- else, a loader that mixes two requests. It does not stop who runs SQL of their own as
-- `searxng_server`: they can name any viewer. Those are kept from changing the tables themselves, from
-- the tables of sign-in that no viewer owns, from the parts, and from the purpose below.
--
-- Row-level security is forced, so that the owner is held by it as well, as a server that connects as
-- the owner by mistake would be. Work that concerns everybody says so: as the owner, with the setting
-- searxng.purpose at `keeping`. Functions with the rights of the owner do (ops.begin_keeping); they are
-- the only way for the server, and each does one thing. Superusers are held by nothing.
create function auth.viewer_id() returns bigint
  language sql stable parallel safe
  return nullif(current_setting('searxng.viewer_id', true), '')::bigint;

comment on function auth.viewer_id() is
  'Key of the person for whom the transaction runs, the setting searxng.viewer_id; null: for nobody.';

create function ops.begin_keeping() returns text
  language plpgsql
as $$
declare
  before constant text := pg_catalog.current_setting('searxng.purpose', true);
begin
  perform pg_catalog.set_config('searxng.purpose', 'keeping', true);
  return before;
end
$$;

comment on function ops.begin_keeping() is
  'Lets the owner read and write rows of everybody until ops.end_keeping, which is given what this returns; for functions with the rights of the owner, since nobody else is let.';

create function ops.end_keeping(before text) returns void
  language plpgsql
as $$
begin
  perform pg_catalog.set_config('searxng.purpose', coalesce(before, ''), true);
end
$$;

comment on function ops.end_keeping(text) is 'Ends what ops.begin_keeping began.';

create function ops.wall(relation regclass) returns void
  language plpgsql
  set search_path = ''
as $$
begin
  execute format('alter table %s enable row level security', relation);
  execute format('alter table %s force row level security', relation);
  execute format(
    'create policy keeper on %s to current_user using ((select current_setting(''searxng.purpose'', true)) = ''keeping'')',
    relation);
end
$$;

revoke execute on function ops.wall(regclass) from public;

comment on function ops.wall(regclass) is
  'Puts the second wall around a table: nobody passes but the owner who says that they are keeping (policy keeper), and whom other policies let.';

-- Policies of a partitioned table hold for queries of that table. Its parts have a wall of their own
-- without a door, beside the schema that the server may not use.
create function ops.wall_parts() returns integer
  language plpgsql
  set search_path = ''
as $$
declare
  part regclass;
  walled integer := 0;
begin
  for part in
    select child.oid::regclass
    from pg_catalog.pg_inherits as inheritance
    join pg_catalog.pg_class as parent on parent.oid = inheritance.inhparent
    join pg_catalog.pg_class as child on child.oid = inheritance.inhrelid
    where parent.relkind = 'p'
      and parent.relnamespace = 'public'::regnamespace
      and parent.relrowsecurity
      and not child.relrowsecurity
    order by child.relname
  loop
    perform ops.wall(part);
    walled := walled + 1;
  end loop;
  return walled;
end
$$;

revoke execute on function ops.wall_parts() from public;

comment on function ops.wall_parts() is
  'Puts a wall around each part of a walled table that has none yet; returns how many.';

select ops.wall(relation)
from unnest('{
  public.user_library, public.user_interactions, public.user_music_profiles,
  public.discovery_sessions, public.discovery_session_tracks,
  public.user_artist_follows, public.playlist_follows, public.user_album_collections,
  auth.sessions, auth.refresh_tokens, auth.api_tokens, auth.attempts, auth.key_check
}'::regclass[]) as walled (relation);

select ops.wall_parts();

create policy viewer on public.user_library using (user_id = (select auth.viewer_id()));
create policy viewer on public.user_interactions using (user_id = (select auth.viewer_id()));
create policy viewer on public.user_music_profiles using (user_id = (select auth.viewer_id()));
create policy viewer on public.discovery_sessions using (user_id = (select auth.viewer_id()));
create policy viewer on public.discovery_session_tracks using (
  exists (
    select from public.discovery_sessions as session
    where session.id = discovery_session_tracks.session_id and session.user_id = (select auth.viewer_id())
  )
);
create policy viewer on public.user_artist_follows using (user_id = (select auth.viewer_id()));
create policy viewer on public.playlist_follows using (user_id = (select auth.viewer_id()));
create policy viewer on public.user_album_collections using (user_id = (select auth.viewer_id()));
create policy viewer on auth.sessions using (user_id = (select auth.viewer_id()));
create policy viewer on auth.refresh_tokens using (
  exists (
    select from auth.sessions as session
    where session.id = refresh_tokens.session_id and session.user_id = (select auth.viewer_id())
  )
);
create policy viewer on auth.api_tokens using (user_id = (select auth.viewer_id()));

-- As they were, and they say that they are keeping.
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
  purpose constant text := ops.begin_keeping();
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
  perform ops.wall_parts();
  perform ops.end_keeping(purpose);
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
  purpose text;
begin
  if not pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtext('ops.refresh_statistics')) then
    return false;
  end if;
  purpose := ops.begin_keeping();

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

  perform ops.end_keeping(purpose);
  return true;
end
$$;


create or replace function public.genres_hand_on_slugs() returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  renamed jsonb;
  old_slugs text[];
  purpose text;
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
  purpose := ops.begin_keeping();
  update public.user_music_profiles
  set
    favorite_genres = public.renamed_slugs(user_music_profiles.favorite_genres, renamed),
    disliked_genres = public.renamed_slugs(user_music_profiles.disliked_genres, renamed)
  where user_music_profiles.favorite_genres ?| old_slugs
    or user_music_profiles.disliked_genres ?| old_slugs;
  perform ops.end_keeping(purpose);
  return null;
end
$$;

create or replace function public.genres_take_out_slugs() returns trigger
  language plpgsql
  security definer
  set search_path = ''
as $$
declare
  gone text[] := array(select old_rows.slug from old_rows);
  purpose constant text := ops.begin_keeping();
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
  perform ops.end_keeping(purpose);
  return null;
end
$$;

-- The server may begin and end what is a viewer's, and ends nothing by deleting it. What is nobody's
-- (attempts, key_check) it does not reach at all.
insert into ops.serving_rights (object, rights) values
  ('table auth.sessions', 'select, insert, update'),
  ('table auth.refresh_tokens', 'select, insert'),
  ('table auth.api_tokens', 'select, insert, update');

select ops.grant_serving_rights();
