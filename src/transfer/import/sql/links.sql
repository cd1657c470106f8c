-- Links of the lines become rows of the three source tables. What belongs to something else stays
-- there, and is reported.
create temporary table import_links on commit drop as
select distinct on (link.of, link.type, link.id)
  row.line,
  link.of,
  link.type,
  link.id,
  link.uri,
  case link.of
    when 'track' then import_tracks.track_id
    when 'album' then import_lines.album_id
    else import_lines.artist_id
  end as owner
from import_rows as row
join import_lines using (line)
join import_tracks on import_tracks.no = import_lines.track_no
cross join lateral jsonb_to_recordset(row.links) as link (of text, type text, id text, uri text)
order by link.of, link.type, link.id, row.line;

create temporary table import_link_changes on commit drop as
with track_links as (
  insert into public.track_sources (track_id, source_type, source_id, source_uri, is_available)
  select owner, type, id, uri, uri is not null
  from import_links
  where of = 'track' and owner is not null
  order by line
  on conflict (source_type, source_id) where source_id is not null do nothing
  returning id
),
album_links as (
  insert into public.album_sources (album_id, source_type, source_id, source_uri, is_available)
  select owner, type, id, uri, uri is not null
  from import_links
  where of = 'album' and owner is not null
  order by line
  on conflict (source_type, source_id) do nothing
  returning id
),
artist_links as (
  insert into public.artist_sources (artist_id, source_type, source_id, source_uri, is_available)
  select owner, type, id, uri, uri is not null
  from import_links
  where of = 'artist' and owner is not null
  order by line
  on conflict (source_type, source_id) do nothing
  returning id
)
select (select count(*) from track_links) + (select count(*) from album_links) + (select count(*) from artist_links) as created;
