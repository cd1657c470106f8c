-- What each line refers to. An album with a MusicBrainz id or a barcode is known by it; of the
-- others, artist and folded title. The year chooses among editions that exist.
create temporary table import_lines on commit drop as
select
  row.line,
  main.artist_id,
  coalesce(album_artist.artist_id, main.artist_id) as album_artist_id,
  dense_rank() over (
    order by row.album is null, coalesce(album_artist.artist_id, main.artist_id), row.album_folded,
      row.album_mbid, row.barcode, extract(year from row.release_date)
  ) as album_no,
  credit.entries as artist_credit,
  coalesce(genre.slugs, '[]') as genres,
  null::bigint as album_id,
  null::bigint as track_no
from import_rows as row
join import_artists as main
  on main.folded = row.artist_folded and main.mbid is not distinct from row.artist_mbid
left join import_artists as album_artist
  on album_artist.folded = row.album_artist_folded
  and album_artist.mbid is null
  and row.album_artist_folded <> row.artist_folded
left join lateral (
  select jsonb_agg(distinct_genre.slug order by distinct_genre.place) as slugs
  from (
    select import_genres.slug, min(named.place) as place
    from jsonb_array_elements_text(row.genres) with ordinality as named (name, place)
    join import_genres on import_genres.name = named.name
    group by import_genres.slug
  ) as distinct_genre
) as genre on row.genres <> '[]'
left join lateral (
  select
    jsonb_build_array(jsonb_build_object(
      'artist_id', main.artist_id, 'name', row.artist, 'join_phrase', ' feat. '))
    || jsonb_agg(
      jsonb_build_object(
        'artist_id', import_artists.artist_id,
        'name', featured.name,
        'join_phrase', case jsonb_array_length(row.featuring) - featured.place
          when 0 then ''
          when 1 then ' & '
          else ', '
        end)
      order by featured.place
    ) as entries
  from jsonb_array_elements_text(row.featuring) with ordinality as featured (name, place)
  join import_artists
    on import_artists.folded = left(public.music_fold(featured.name), 500) and import_artists.mbid is null
) as credit on row.featuring <> '[]';

-- Before the first update: an index made over updated rows serves later transactions only.
create unique index on import_lines (line);
create index on import_lines (track_no);

create temporary table import_albums on commit drop as
select
  import_lines.album_no as no,
  min(import_lines.line) as line,
  import_lines.album_artist_id as artist_id,
  row.album_folded as title_folded,
  row.album_mbid as mbid,
  row.barcode,
  extract(year from row.release_date) as year,
  (array_agg(row.album order by row.line))[1] as title,
  (array_agg(row.label order by row.line) filter (where row.label is not null))[1] as label,
  greatest(max(row.disc_number), 1) as discs,
  count(*) as lines,
  null::bigint as album_id
from import_lines
join import_rows as row using (line)
where row.album is not null
group by import_lines.album_no, import_lines.album_artist_id, row.album_folded, row.album_mbid, row.barcode,
  extract(year from row.release_date);

analyze import_lines;
analyze import_albums;

create temporary table import_album_changes (album_id bigint not null, is_new boolean not null) on commit drop;
