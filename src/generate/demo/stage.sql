create temporary table demo_genres (
  line bigint generated always as identity,
  name text, slug text, parent_slug text, description text
) on commit drop;

create temporary table demo_artists (
  line bigint generated always as identity,
  name text, sort_name text, musicbrainz_id uuid, country text, formed_year integer, disbanded_year integer, genres text,
  aliases text, members text, links text, bio text, sources text
) on commit drop;

create temporary table demo_albums (
  line bigint generated always as identity,
  artist text, title text, album_type text, release_date text, release_precision text, original_release_date text,
  original_release_precision text, is_remaster boolean, version_notes text, label text, catalog_number text,
  barcode text, total_tracks integer, total_discs integer, genres text, styles text, moods text, themes text,
  credits text, musicbrainz_id uuid, sources text
) on commit drop;
