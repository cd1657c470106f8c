update import_lines
set album_id = import_albums.album_id
from import_albums
where import_albums.no = import_lines.album_no;

-- Lines that plainly mean one track: the same outside id, or without one the same artist, album,
-- title, numbers and duration. Of several values the first line's stands.
update import_lines
set track_no = grouped.no
from (
  select
    row.line,
    dense_rank() over (
      order by row.outside_id,
        case when row.outside_id is null then import_lines.artist_id end,
        case when row.outside_id is null then import_lines.album_id end,
        case when row.outside_id is null then row.title_folded end,
        case when row.outside_id is null then row.disc_number end,
        case when row.outside_id is null then row.track_number end,
        case when row.outside_id is null then row.duration_ms end
    ) as no
  from import_rows as row
  join import_lines using (line)
) as grouped
where grouped.line = import_lines.line;

create temporary table import_tracks on commit drop as
select
  import_lines.track_no as no,
  min(row.line) as line,
  min(row.outside_type) as outside_type,
  min(row.outside_space) as outside_space,
  min(row.outside_id) as outside_id,
  min(row.outside_uri) as outside_uri,
  (array_agg(import_lines.artist_id order by row.line))[1] as artist_id,
  (array_agg(import_lines.album_id order by row.line) filter (where import_lines.album_id is not null))[1] as album_id,
  (array_agg(row.title order by row.line))[1] as title,
  (array_agg(row.title_folded order by row.line))[1] collate "C" as title_folded,
  (array_agg(row.disc_number order by row.line) filter (where row.disc_number is not null))[1] as disc_number,
  (array_agg(row.track_number order by row.line) filter (where row.track_number is not null))[1] as track_number,
  (array_agg(row.duration_ms order by row.line) filter (where row.duration_ms is not null))[1] as duration_ms,
  (array_agg(row.release_date order by row.line) filter (where row.release_date is not null))[1] as release_date,
  (array_agg(row.release_precision order by row.line) filter (where row.release_date is not null))[1] as release_precision,
  (array_agg(row.isrc order by row.line) filter (where row.isrc is not null))[1] as isrc,
  (array_agg(row.explicit order by row.line) filter (where row.explicit is not null))[1] as explicit,
  (array_agg(row.audio_features order by row.line) filter (where row.audio_features <> '{}'))[1] as audio_features,
  (array_agg(row.popularity order by row.line) filter (where row.popularity is not null))[1] as popularity,
  (array_agg(row.preview_url order by row.line) filter (where row.preview_url is not null))[1] as preview_url,
  (array_agg(row.lyrics order by row.line) filter (where row.lyrics is not null))[1] as lyrics,
  (array_agg(row.extra_metadata order by row.line) filter (where row.extra_metadata <> '{}'))[1] as extra_metadata,
  (array_agg(import_lines.genres order by row.line) filter (where import_lines.genres <> '[]'))[1] as genres,
  (array_agg(import_lines.artist_credit order by row.line) filter (where import_lines.artist_credit is not null))[1]
    as artist_credit,
  null::bigint as track_id,
  0 as round,
  false as is_new
from import_lines
join import_rows as row using (line)
group by import_lines.track_no;

-- Before the first update: an index made over updated rows serves later transactions only.
create unique index on import_tracks (no);
create index on import_tracks (artist_id, title_folded);
create index on import_tracks (track_id);

-- Repeated lines may each bring metadata of their own.
update import_tracks
set extra_metadata = merged.extra_metadata
from (
  select import_lines.track_no as no, jsonb_object_agg(entry.key, entry.value order by row.line desc) as extra_metadata
  from import_lines
  join import_rows as row using (line)
  cross join lateral jsonb_each(row.extra_metadata) as entry (key, value)
  group by import_lines.track_no
  having min(row.line) < max(row.line)
) as merged
where import_tracks.no = merged.no;

-- A year that the album's date agrees with says less than that date, which the track takes over.
update import_tracks
set release_date = null, release_precision = null
from public.albums
where albums.id = import_tracks.album_id
  and import_tracks.release_precision = 'year'
  and albums.release_precision in ('month', 'day')
  and extract(year from albums.release_date) = extract(year from import_tracks.release_date);

analyze import_lines;
analyze import_tracks;

create temporary table import_track_changes (track_id bigint not null, is_new boolean not null) on commit drop;

create temporary table import_claims (no bigint not null, line bigint not null, track_id bigint not null) on commit drop;

-- The outside id decides. Of several ids of one track the first line's values are taken.
update import_tracks
set track_id = coalesce(tracks.merged_into_id, tracks.id)
from public.track_sources as source
join public.tracks on tracks.id = source.track_id
where source.source_type = import_tracks.outside_type and source.source_id = import_tracks.outside_id;

update import_tracks
set round = -1
from import_tracks as earlier
where earlier.track_id = import_tracks.track_id and earlier.line < import_tracks.line;
