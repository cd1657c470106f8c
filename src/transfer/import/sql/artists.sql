-- Every artist that the file names, by folded name and MusicBrainz id.
create temporary table import_artists on commit drop as
select
  named.folded,
  named.mbid,
  (array_agg(named.name order by named.place))[1] as name,
  min(named.place) as place,
  null::bigint as artist_id
from (
  select import_rows.artist as name, artist_folded as folded, artist_mbid as mbid, line * 64 as place
  from import_rows
  union all
  select album_artist, album_artist_folded, null, line * 64 + 1
  from import_rows
  where album_artist is not null and album_artist_folded <> artist_folded
  union all
  select featured.name, left(public.music_fold(featured.name), 500), null, line * 64 + 1 + featured.place
  from import_rows
  cross join lateral jsonb_array_elements_text(featuring) with ordinality as featured (name, place)
) as named
group by named.folded, named.mbid;

analyze import_artists;

create temporary table import_artist_changes (artist_id bigint not null, is_new boolean not null) on commit drop;

-- The MusicBrainz id decides.
update import_artists
set artist_id = coalesce(artists.merged_into_id, artists.id)
from public.artists
where artists.musicbrainz_id = import_artists.mbid;

-- An artist of this name without an id is taken for the first that comes with one.
with claim as (
  select distinct on (wanted.folded) wanted.folded, wanted.mbid, artists.id
  from import_artists as wanted
  join public.artists
    on artists.name_folded = wanted.folded
    and artists.merged_into_id is null
    and artists.musicbrainz_id is null
  where wanted.artist_id is null and wanted.mbid is not null
  order by wanted.folded, wanted.place, artists.id
),
filled as (
  update public.artists
  set musicbrainz_id = claim.mbid
  from claim
  where artists.id = claim.id
  returning artists.id
),
told as (
  insert into import_artist_changes (artist_id, is_new)
  select filled.id, false
  from filled
)
update import_artists
set artist_id = claim.id
from claim
where import_artists.folded = claim.folded and import_artists.mbid = claim.mbid;

with made as (
  insert into public.artists (name, musicbrainz_id)
  select first_of.name, first_of.mbid
  from (
    select distinct on (import_artists.mbid) import_artists.mbid, import_artists.name, import_artists.place
    from import_artists
    where import_artists.artist_id is null and import_artists.mbid is not null
    order by import_artists.mbid, import_artists.place
  ) as first_of
  order by first_of.place
  returning artists.id
)
insert into import_artist_changes (artist_id, is_new)
select made.id, true
from made;

update import_artists
set artist_id = artists.id
from public.artists
where import_artists.artist_id is null and artists.musicbrainz_id = import_artists.mbid;

-- A name alone is the oldest artist of that name.
with made as (
  insert into public.artists (name)
  select import_artists.name
  from import_artists
  where import_artists.mbid is null
    and not exists (
      select
      from public.artists
      where artists.name_folded = import_artists.folded and artists.merged_into_id is null
    )
  order by import_artists.place
  returning artists.id
)
insert into import_artist_changes (artist_id, is_new)
select made.id, true
from made;

update import_artists
set artist_id = oldest.id
from (
  select artists.name_folded, min(artists.id) as id
  from public.artists
  where artists.merged_into_id is null
    and artists.name_folded in (select import_artists.folded from import_artists where import_artists.mbid is null)
  group by artists.name_folded
) as oldest
where import_artists.mbid is null and oldest.name_folded = import_artists.folded;
