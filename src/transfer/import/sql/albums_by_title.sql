-- Another MusicBrainz id or barcode is another edition; one without is taken for the first that
-- comes. Of several editions that of the same year, then the oldest row.
with candidate as (
  select distinct on (wanted.no) wanted.no, wanted.line, wanted.mbid, wanted.barcode, albums.id
  from import_albums as wanted
  join public.albums
    on albums.artist_id = wanted.artist_id
    and albums.title_folded = wanted.title_folded
    and albums.merged_into_id is null
    and (albums.musicbrainz_id is null or wanted.mbid is null)
    and (albums.barcode is null or wanted.barcode is null)
  where wanted.album_id is null
    and (wanted.mbid is not null or wanted.barcode is not null) = {has_ids}
  order by wanted.no, (extract(year from albums.release_date) = wanted.year) desc nulls last, albums.id
),
first_mbid as (
  select distinct on (candidate.id) candidate.id, candidate.mbid
  from candidate
  where candidate.mbid is not null
  order by candidate.id, candidate.line
),
first_barcode as (
  select distinct on (candidate.id) candidate.id, candidate.barcode
  from candidate
  where candidate.barcode is not null
  order by candidate.id, candidate.line
)
update import_albums
set album_id = candidate.id
from candidate
left join first_mbid on first_mbid.id = candidate.id
left join first_barcode on first_barcode.id = candidate.id
where import_albums.no = candidate.no
  and (candidate.mbid is null or candidate.mbid = first_mbid.mbid)
  and (candidate.barcode is null or candidate.barcode = first_barcode.barcode);
