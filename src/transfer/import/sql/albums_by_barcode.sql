-- Another MusicBrainz id is another album; an album without one is taken for the first that comes.
with candidate as (
  select distinct on (wanted.no) wanted.no, wanted.line, wanted.mbid, albums.id
  from import_albums as wanted
  join public.albums
    on albums.barcode = wanted.barcode
    and albums.merged_into_id is null
    and (albums.musicbrainz_id is null or wanted.mbid is null)
  where wanted.album_id is null
  order by wanted.no, albums.id
),
first_mbid as (
  select distinct on (candidate.id) candidate.id, candidate.mbid
  from candidate
  where candidate.mbid is not null
  order by candidate.id, candidate.line
)
update import_albums
set album_id = candidate.id
from candidate
left join first_mbid on first_mbid.id = candidate.id
where import_albums.no = candidate.no and (candidate.mbid is null or candidate.mbid = first_mbid.mbid);
