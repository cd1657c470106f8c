-- The demo's own tables of the catalogue: genres, artists with their members and links, albums with
-- their editions. The three files were copied as they are; an empty value is null.
insert into public.genres (name, slug, description)
select name, slug, description
from demo_genres
order by line;

update public.genres
set parent_id = parent.id
from demo_genres
join public.genres as parent on parent.slug = demo_genres.parent_slug
where genres.slug = demo_genres.slug;

insert into public.artists (
  name, sort_name, musicbrainz_id, country, formed_year, disbanded_year, genres, aliases, members, social_links, bio,
  is_verified, verification_source
)
select
  demo.name,
  demo.sort_name,
  demo.musicbrainz_id,
  demo.country,
  demo.formed_year,
  demo.disbanded_year,
  to_jsonb(string_to_array(coalesce(demo.genres, ''), ';')),
  coalesce(
    (
      select jsonb_agg(jsonb_build_object('name', alias.name) order by alias.place)
      from string_to_table(demo.aliases, ';') with ordinality as alias (name, place)
    ),
    '[]'
  ),
  coalesce(
    (
      select jsonb_agg(
        jsonb_strip_nulls(jsonb_build_object(
          'name', split_part(member.text, '|', 1),
          'role', nullif(split_part(member.text, '|', 2), ''),
          'from_year', nullif(split_part(member.text, '|', 3), '')::integer,
          'to_year', nullif(split_part(member.text, '|', 4), '')::integer))
        order by member.place)
      from string_to_table(demo.members, ';') with ordinality as member (text, place)
    ),
    '[]'
  ),
  coalesce(
    (
      select jsonb_object_agg(split_part(link.text, '=', 1), substr(link.text, strpos(link.text, '=') + 1))
      from string_to_table(demo.links, ';') as link (text)
    ),
    '{}'
  ),
  demo.bio,
  demo.musicbrainz_id is not null,
  case when demo.musicbrainz_id is not null then 'musicbrainz' end
from demo_artists as demo
order by demo.line;

insert into public.artist_sources (artist_id, source_type, source_id, source_uri, is_primary)
select
  artists.id,
  split_part(source.text, ':', 1),
  substr(source.text, strpos(source.text, ':') + 1),
  case split_part(source.text, ':', 1)
    when 'spotify' then 'https://open.spotify.com/artist/' || split_part(source.text, ':', 2)
    when 'lastfm' then 'https://www.last.fm/music/' || substr(source.text, strpos(source.text, ':') + 1)
  end,
  source.place = 1
from demo_artists as demo
join public.artists on artists.name = demo.name
cross join lateral string_to_table(demo.sources, ';') with ordinality as source (text, place)
order by demo.line, source.place;

insert into public.artist_sources (artist_id, source_type, source_id, source_uri)
select artists.id, 'musicbrainz', artists.musicbrainz_id::text, 'https://musicbrainz.org/artist/' || artists.musicbrainz_id
from public.artists
where artists.musicbrainz_id is not null
order by artists.id;

-- A month or a year alone becomes its first day; the precision says how much of it is meant. A
-- soundtrack is an album of another kind.
insert into public.albums (
  title, artist_id, album_type, release_date, release_precision, original_release_date, original_release_precision,
  is_remaster, version_notes, label, catalog_number, barcode, total_tracks, total_discs, genres, styles, moods, themes,
  credits, musicbrainz_id
)
select
  demo.title,
  artists.id,
  case when demo.album_type = 'soundtrack' then 'other' else demo.album_type end,
  rpad(demo.release_date, 10, '-01-01')::date,
  demo.release_precision,
  rpad(demo.original_release_date, 10, '-01-01')::date,
  demo.original_release_precision,
  demo.is_remaster,
  demo.version_notes,
  demo.label,
  demo.catalog_number,
  demo.barcode,
  demo.total_tracks,
  coalesce(demo.total_discs, 1),
  to_jsonb(string_to_array(coalesce(demo.genres, ''), ';')),
  to_jsonb(
    case when demo.album_type = 'soundtrack' then array['soundtrack'] else '{}' end
    || string_to_array(coalesce(demo.styles, ''), ';')
  ),
  to_jsonb(string_to_array(coalesce(demo.moods, ''), ';')),
  to_jsonb(string_to_array(coalesce(demo.themes, ''), ';')),
  coalesce(
    (
      select jsonb_object_agg(
        split_part(credit.text, '=', 1),
        string_to_array(substr(credit.text, strpos(credit.text, '=') + 1), '|'))
      from string_to_table(demo.credits, ';') as credit (text)
    ),
    '{}'
  ),
  demo.musicbrainz_id
from demo_albums as demo
join public.artists on artists.name = demo.artist
order by demo.line;

insert into public.album_sources (album_id, source_type, source_id, source_uri, is_primary)
select
  albums.id,
  split_part(source.text, ':', 1),
  split_part(source.text, ':', 2),
  'https://open.spotify.com/album/' || split_part(source.text, ':', 2),
  true
from demo_albums as demo
join public.albums
  on albums.title = demo.title
  and albums.artist_name = demo.artist
  and albums.release_date = rpad(demo.release_date, 10, '-01-01')::date
cross join lateral string_to_table(demo.sources, ';') as source (text)
order by demo.line;
