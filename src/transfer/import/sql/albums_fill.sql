-- What the file says and the album does not know yet. A date only where all lines agree: the
-- lines of a compilation may tell when each track came out first.
with given as (
  select
    import_albums.album_id,
    (array_agg(import_albums.mbid order by import_albums.line) filter (where import_albums.mbid is not null))[1] as mbid,
    (array_agg(import_albums.barcode order by import_albums.line) filter (where import_albums.barcode is not null))[1] as barcode,
    (array_agg(import_albums.label order by import_albums.line) filter (where import_albums.label is not null))[1] as label
  from import_albums
  where import_albums.album_id is not null
  group by import_albums.album_id
),
dated as (
  select
    import_albums.album_id,
    min(row.release_date) as release_date,
    min(row.release_precision) as release_precision
  from import_rows as row
  join import_lines using (line)
  join import_albums on import_albums.no = import_lines.album_no
  where row.release_date is not null
  group by import_albums.album_id
  having min((row.release_date, row.release_precision)::text) = max((row.release_date, row.release_precision)::text)
),
wanted as (
  select
    albums.id,
    coalesce(albums.musicbrainz_id, given.mbid) as musicbrainz_id,
    coalesce(albums.barcode, given.barcode) as barcode,
    coalesce(albums.label, given.label) as label,
    coalesce(albums.release_date, dated.release_date) as release_date,
    case when albums.release_date is null then dated.release_precision else albums.release_precision end
      as release_precision
  from public.albums
  join given on given.album_id = albums.id
  left join dated on dated.album_id = albums.id
),
filled as (
  update public.albums
  set
    musicbrainz_id = wanted.musicbrainz_id,
    barcode = wanted.barcode,
    label = wanted.label,
    release_date = wanted.release_date,
    release_precision = wanted.release_precision
  from wanted
  where albums.id = wanted.id
    and (albums.musicbrainz_id, albums.barcode, albums.label, albums.release_date)
      is distinct from (wanted.musicbrainz_id, wanted.barcode, wanted.label, wanted.release_date)
  returning albums.id
)
insert into import_album_changes (album_id, is_new)
select filled.id, false
from filled;
