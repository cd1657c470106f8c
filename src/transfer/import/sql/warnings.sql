-- What a person should know, by line: links that belong to something else, and lines that told of
-- a track that an earlier line had told of.
with link as (
  select row.line, link.of, link.type, link.id, import_tracks.track_id, import_lines.album_id, import_lines.artist_id
  from import_rows as row
  join import_lines using (line)
  join import_tracks on import_tracks.no = import_lines.track_no
  cross join lateral jsonb_to_recordset(row.links) as link (of text, type text, id text)
),
taken as (
  select link.line, link.of, link.type, link.id, tracks.title as owner
  from link
  join public.track_sources as source on source.source_type = link.type and source.source_id = link.id
  join public.tracks on tracks.id = source.track_id
  where link.of = 'track' and coalesce(tracks.merged_into_id, tracks.id) <> link.track_id
  union all
  select link.line, link.of, link.type, link.id, albums.title
  from link
  join public.album_sources as source on source.source_type = link.type and source.source_id = link.id
  join public.albums on albums.id = source.album_id
  where link.of = 'album' and coalesce(albums.merged_into_id, albums.id) <> link.album_id
  union all
  select link.line, link.of, link.type, link.id, artists.name
  from link
  join public.artist_sources as source on source.source_type = link.type and source.source_id = link.id
  join public.artists on artists.id = source.artist_id
  where link.of = 'artist' and coalesce(artists.merged_into_id, artists.id) <> link.artist_id
),
first_line as (
  select
    row.line,
    min(row.line) over (partition by import_tracks.track_id) as first
  from import_rows as row
  join import_lines using (line)
  join import_tracks on import_tracks.no = import_lines.track_no
),
warning as (
  select
    taken.line,
    'links' as named,
    taken.type || ':' || taken.id as value,
    'belongs to the ' || taken.of || ' "' || left(taken.owner, 80) || '" already and stays there' as message
  from taken
  union all
  select
    first_line.line,
    null,
    null,
    'The line means the track of line ' || first_line.first
      || '; where they differ, the earlier line stands.'
  from first_line
  where first_line.line > first_line.first
)
select warning.line, warning.named, warning.value, warning.message, count(*) over () as total
from warning
order by warning.line, warning.value nulls first
limit 1000;
