-- One album for each MusicBrainz id, barcode, or artist and title that has none yet. Lines of
-- several artists under one id make a compilation: it belongs to the artist of most of its lines,
-- and to nobody when none has half of them.
with wanted as (
  select import_albums.*, {key} as edition
  from import_albums
  where import_albums.album_id is null and {condition}
),
by_artist as (
  select wanted.edition, wanted.artist_id, sum(wanted.lines) as lines, min(wanted.line) as line
  from wanted
  group by wanted.edition, wanted.artist_id
),
main_artist as (
  select distinct on (by_artist.edition)
    by_artist.edition,
    case
      when by_artist.lines * 2 >= sum(by_artist.lines) over (partition by by_artist.edition) then by_artist.artist_id
    end as artist_id
  from by_artist
  order by by_artist.edition, by_artist.lines desc, by_artist.line
),
dated as (
  select wanted.edition, min(row.release_date) as release_date, min(row.release_precision) as release_precision
  from wanted
  join import_lines on import_lines.album_no = wanted.no
  join import_rows as row on row.line = import_lines.line
  where row.release_date is not null
  group by wanted.edition
  having min((row.release_date, row.release_precision)::text) = max((row.release_date, row.release_precision)::text)
),
edition as (
  select
    wanted.edition,
    min(wanted.line) as line,
    (array_agg(wanted.title order by wanted.line))[1] as title,
    (array_agg(wanted.mbid order by wanted.line) filter (where wanted.mbid is not null))[1] as mbid,
    (array_agg(wanted.barcode order by wanted.line) filter (where wanted.barcode is not null))[1] as barcode,
    (array_agg(wanted.label order by wanted.line) filter (where wanted.label is not null))[1] as label,
    max(wanted.discs) as discs
  from wanted
  group by wanted.edition
),
made as (
  insert into public.albums (title, artist_id, musicbrainz_id, barcode, label, release_date, release_precision, total_discs)
  select
    edition.title,
    main_artist.artist_id,
    edition.mbid,
    edition.barcode,
    edition.label,
    dated.release_date,
    dated.release_precision,
    edition.discs
  from edition
  join main_artist on main_artist.edition = edition.edition
  left join dated on dated.edition = edition.edition
  order by edition.line
  returning albums.id
)
insert into import_album_changes (album_id, is_new)
select made.id, true
from made;
