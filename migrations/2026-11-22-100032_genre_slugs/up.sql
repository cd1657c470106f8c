-- Artists, albums, tracks and profiles name genres by slug, in arrays that GIN indexes read. These
-- triggers are what a foreign key would be: an unknown slug is refused, a renamed one is rewritten,
-- a deleted one taken out. Naming a genre locks it like a foreign key does.
create function public.unknown_genre(slugs jsonb) returns text
  language plpgsql
  strict
  set search_path = ''
as $$
declare
  named text;
begin
  -- In the order of the slugs, so that two writers lock them in the same order.
  for named in select jsonb_array_elements_text(slugs) order by 1 loop
    perform 1
    from public.genres
    where genres.slug = named
    for key share;
    if not found then
      return named;
    end if;
  end loop;
  return null;
end
$$;

comment on function public.unknown_genre(jsonb) is
  'The first slug in the array, by the alphabet, that no genre has, or null; locks the genres against being renamed and deleted.';

create function public.genres_check_slugs() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  unknown text := public.unknown_genre(new.genres);
begin
  if unknown is not null then
    raise exception 'there is no genre %', unknown
      using errcode = 'foreign_key_violation', schema = tg_table_schema, table = tg_table_name,
        column = 'genres', constraint = tg_table_name || '_genres_fkey';
  end if;
  return new;
end
$$;

comment on function public.genres_check_slugs() is
  'Trigger: refuses a slug in the column genres that no genre has (<table>_genres_fkey).';

create trigger artists_check_genres_on_insert
  before insert on public.artists
  for each row when (new.genres <> '[]' and jsonb_typeof(new.genres) = 'array')
  execute function public.genres_check_slugs();

create trigger artists_check_genres_on_update
  before update of genres on public.artists
  for each row when (new.genres <> old.genres and new.genres <> '[]' and jsonb_typeof(new.genres) = 'array')
  execute function public.genres_check_slugs();

create trigger albums_check_genres_on_insert
  before insert on public.albums
  for each row when (new.genres <> '[]' and jsonb_typeof(new.genres) = 'array')
  execute function public.genres_check_slugs();

create trigger albums_check_genres_on_update
  before update of genres on public.albums
  for each row when (new.genres <> old.genres and new.genres <> '[]' and jsonb_typeof(new.genres) = 'array')
  execute function public.genres_check_slugs();

create trigger tracks_check_genres_on_insert
  before insert on public.tracks
  for each row when (new.genres <> '[]' and jsonb_typeof(new.genres) = 'array')
  execute function public.genres_check_slugs();

create trigger tracks_check_genres_on_update
  before update of genres on public.tracks
  for each row when (new.genres <> old.genres and new.genres <> '[]' and jsonb_typeof(new.genres) = 'array')
  execute function public.genres_check_slugs();

create function public.user_music_profiles_check_slugs() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  unknown text;
begin
  if jsonb_typeof(new.favorite_genres) = 'array' and jsonb_typeof(new.disliked_genres) = 'array' then
    unknown := public.unknown_genre(new.favorite_genres || new.disliked_genres);
  end if;
  if unknown is not null then
    raise exception 'there is no genre %', unknown
      using errcode = 'foreign_key_violation', schema = 'public', table = 'user_music_profiles',
        constraint = 'user_music_profiles_genres_fkey';
  end if;
  return new;
end
$$;

comment on function public.user_music_profiles_check_slugs() is
  'Trigger: refuses a slug in favorite_genres or disliked_genres that no genre has (user_music_profiles_genres_fkey).';

create trigger user_music_profiles_check_genres_on_insert
  before insert on public.user_music_profiles
  for each row when (new.favorite_genres <> '[]' or new.disliked_genres <> '[]')
  execute function public.user_music_profiles_check_slugs();

create trigger user_music_profiles_check_genres_on_update
  before update of favorite_genres, disliked_genres on public.user_music_profiles
  for each row when (new.favorite_genres <> old.favorite_genres or new.disliked_genres <> old.disliked_genres)
  execute function public.user_music_profiles_check_slugs();

-- Once for each statement: several genres of one array may be renamed or deleted together.
create function public.genres_hand_on_slugs() returns trigger
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

comment on function public.genres_hand_on_slugs() is
  'Trigger: rewrites the genre arrays when slugs are renamed.';

create function public.renamed_slugs(slugs jsonb, renamed jsonb) returns jsonb
  language sql immutable strict parallel safe
  return (
    select coalesce(jsonb_agg(coalesce(renamed -> named.slug, to_jsonb(named.slug)) order by named.place), '[]'::jsonb)
    from jsonb_array_elements_text(slugs) with ordinality as named (slug, place)
  );

comment on function public.renamed_slugs(jsonb, jsonb) is
  'The array of slugs with those that are keys of the object replaced by its values, in the same order.';

create trigger genres_hand_on_slugs
  after update on public.genres
  referencing old table as old_rows new table as new_rows
  for each statement execute function public.genres_hand_on_slugs();

create function public.genres_take_out_slugs() returns trigger
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

comment on function public.genres_take_out_slugs() is
  'Trigger: takes the slugs of deleted genres out of the genre arrays.';

create trigger genres_take_out_slugs
  after delete on public.genres
  referencing old table as old_rows
  for each statement execute function public.genres_take_out_slugs();
