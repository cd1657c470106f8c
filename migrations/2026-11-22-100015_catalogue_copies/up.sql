-- Albums carry their artist's name, tracks their artist's name and their album's title and date,
-- so that search and order read one table. The copies are taken when a row is written, and follow
-- the original. A row written while its original is being renamed in another transaction may
-- keep the old name: `maintain recount` mends it.
create function public.albums_copy_artist() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  new.artist_name := (select artists.name from public.artists where artists.id = new.artist_id);
  return new;
end
$$;

comment on function public.albums_copy_artist() is
  'Trigger: writes the artist''s name into the album.';

create trigger albums_copy_artist
  before insert or update of artist_id, artist_name on public.albums
  for each row execute function public.albums_copy_artist();

-- A track's date is its album's unless it has its own: it is filled in when empty, and goes over
-- to another album's when it was the old album's.
create function public.tracks_copy_names() returns trigger
  language plpgsql
  set search_path = ''
as $$
declare
  new_album record;
  old_album record;
begin
  new.artist_name := (select artists.name from public.artists where artists.id = new.artist_id);
  if new.album_id is null then
    new.album_title := null;
    return new;
  end if;
  select albums.title, albums.release_date, albums.release_precision
  into new_album
  from public.albums
  where albums.id = new.album_id;
  new.album_title := new_album.title;
  if tg_op = 'INSERT' then
    if new.release_date is null and new.release_precision is null then
      new.release_date := new_album.release_date;
      new.release_precision := new_album.release_precision;
    end if;
  elsif new.album_id is distinct from old.album_id
    and (new.release_date, new.release_precision) is not distinct from (old.release_date, old.release_precision)
  then
    select albums.release_date, albums.release_precision
    into old_album
    from public.albums
    where albums.id = old.album_id;
    if new.release_date is null
      or (new.release_date, new.release_precision)
        is not distinct from (old_album.release_date, old_album.release_precision)
    then
      new.release_date := new_album.release_date;
      new.release_precision := new_album.release_precision;
    end if;
  end if;
  return new;
end
$$;

comment on function public.tracks_copy_names() is
  'Trigger: writes the artist''s name, the album''s title and, where the track has none of its own, the album''s date into the track.';

create trigger tracks_copy_names
  before insert or update of artist_id, artist_name, album_id, album_title on public.tracks
  for each row execute function public.tracks_copy_names();

create function public.artists_hand_on_name() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  update public.albums set artist_name = new.name where albums.artist_id = new.id;
  update public.tracks set artist_name = new.name where tracks.artist_id = new.id;
  return null;
end
$$;

comment on function public.artists_hand_on_name() is
  'Trigger: a renamed artist''s albums and tracks take the new name.';

create trigger artists_hand_on_name
  after update of name on public.artists
  for each row when (new.name is distinct from old.name)
  execute function public.artists_hand_on_name();

create function public.albums_hand_on_title_and_date() returns trigger
  language plpgsql
  set search_path = ''
as $$
begin
  if new.title is distinct from old.title then
    update public.tracks set album_title = new.title where tracks.album_id = new.id;
  end if;
  if (new.release_date, new.release_precision) is distinct from (old.release_date, old.release_precision) then
    update public.tracks
    set release_date = new.release_date, release_precision = new.release_precision
    where tracks.album_id = new.id
      and tracks.release_date is not distinct from old.release_date
      and tracks.release_precision is not distinct from old.release_precision;
  end if;
  return null;
end
$$;

comment on function public.albums_hand_on_title_and_date() is
  'Trigger: a renamed album''s tracks take the new title, and those dated like the album its new date.';

create trigger albums_hand_on_title_and_date
  after update of title, release_date, release_precision on public.albums
  for each row when (
    new.title is distinct from old.title
    or new.release_date is distinct from old.release_date
    or new.release_precision is distinct from old.release_precision
  )
  execute function public.albums_hand_on_title_and_date();
