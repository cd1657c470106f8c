-- One track with its artist, its album and its sources.
select json_build_object('track', row_to_json(track))
from (
  select
    t.id,
    t.title,
    t.duration_ms as "durationMs",
    t.isrc,
    t.explicit,
    t.popularity,
    t.disc_number as "discNumber",
    t.track_number as "trackNumber",
    (
      select artist
      from (
        select a.id, a.name, coalesce(a.thumbnail_url, a.image_url) as "imageUrl"
        from artists k
        join artists a on a.id = coalesce(k.merged_into_id, k.id)
        where k.id = t.artist_id
      ) artist
    ) as artist,
    (
      select album
      from (
        select
          b.id,
          b.title,
          upper(b.album_type) as "albumType",
          coalesce(b.cover_url, b.cover_url_large) as "coverUrl",
          case when b.release_date is not null then
            json_build_object('date', b.release_date, 'precision', upper(b.release_precision))
          end as "releaseDate"
        from albums k
        join albums b on b.id = coalesce(k.merged_into_id, k.id)
        where k.id = t.album_id
      ) album
    ) as album,
    (
      select coalesce(json_agg(source), '[]')
      from (
        select
          s.id,
          upper(s.source_type) as "sourceType",
          s.source_id as "sourceId",
          s.source_uri as uri,
          upper(s.audio_quality) as "audioQuality",
          s.is_primary as "isPrimary",
          s.is_available as "isAvailable"
        from track_sources s
        where s.track_id = t.id
        order by s.is_primary desc, s.source_type, s.id
        limit 100
      ) source
    ) as sources
  from tracks k
  join tracks t on t.id = coalesce(k.merged_into_id, k.id)
  where k.id = :id
) track
