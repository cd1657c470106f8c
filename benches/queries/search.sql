-- What a search finds among tracks, artists and albums, the best first.
with q as materialized (
  select words.query, plainto_tsquery('music', words.query) as ts, music_fold(words.query) as folded
  from (select :query as query) words
), found as (
  select row_number() over (order by hits.score desc, hits.kind desc, hits.id desc) as place, hits.kind, hits.id
  from (
    (
      select 5 as kind, t.id,
        (ts_rank(t.search_vector, q.ts) + case when t.title_folded = q.folded then 1 else 0 end + 0.5 * t.popularity) as score
      from q cross join tracks t
      where t.search_vector @@ q.ts and t.merged_into_id is null
      order by score desc, t.id desc
      limit 21
    )
    union all
    (
      select 6, a.id,
        (ts_rank(a.search_vector, q.ts) + case when a.name_folded = q.folded then 1 else 0 end + 0.5 * a.popularity) as score
      from q cross join artists a
      where a.search_vector @@ q.ts and a.merged_into_id is null
      order by score desc, a.id desc
      limit 21
    )
    union all
    (
      select 4, b.id,
        (ts_rank(b.search_vector, q.ts) + case when b.title_folded = q.folded then 1 else 0 end + 0.5 * b.popularity) as score
      from q cross join albums b
      where b.search_vector @@ q.ts and b.merged_into_id is null
      order by score desc, b.id desc
      limit 21
    )
  ) hits
  order by hits.score desc, hits.kind desc, hits.id desc
  limit 21
)
select json_build_object('search', json_build_object(
  'nodes', coalesce(json_agg(json_build_object('item', case found.kind
    when 5 then (
      select row_to_json(track)
      from (
        select
          'Track' as "__typename",
          t.id,
          t.title,
          t.duration_ms as "durationMs",
          t.explicit,
          (
            select artist
            from (
              select a.id, a.name
              from artists k
              join artists a on a.id = coalesce(k.merged_into_id, k.id)
              where k.id = t.artist_id
            ) artist
          ) as artist,
          (
            select album
            from (
              select b.id, b.title, coalesce(b.cover_url_small, b.cover_url) as "coverUrl"
              from albums k
              join albums b on b.id = coalesce(k.merged_into_id, k.id)
              where k.id = t.album_id
            ) album
          ) as album
        from tracks t
        where t.id = found.id
      ) track
    )
    when 6 then (
      select row_to_json(artist)
      from (
        select
          'Artist' as "__typename",
          a.id,
          a.name,
          a.country,
          coalesce(a.thumbnail_url, a.image_url) as "imageUrl"
        from artists a
        where a.id = found.id
      ) artist
    )
    else (
      select row_to_json(album)
      from (
        select
          'Album' as "__typename",
          b.id,
          b.title,
          upper(b.album_type) as "albumType",
          coalesce(b.cover_url_small, b.cover_url) as "coverUrl",
          case when b.release_date is not null then
            json_build_object('date', b.release_date, 'precision', upper(b.release_precision))
          end as "releaseDate",
          (
            select artist
            from (
              select a.id, a.name
              from artists k
              join artists a on a.id = coalesce(k.merged_into_id, k.id)
              where k.id = b.artist_id
            ) artist
          ) as artist
        from albums b
        where b.id = found.id
      ) album
    )
  end) order by found.place) filter (where found.place <= 20), '[]'),
  'pageInfo', json_build_object('hasNextPage', count(*) > 20)
))
from found
