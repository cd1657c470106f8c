-- One artist with genres, the most heard tracks of the last 30 days, the newest albums, sources.
select json_build_object('artist', row_to_json(artist))
from (
  select
    a.id,
    a.name,
    a.sort_name as "sortName",
    a.bio,
    a.country,
    a.formed_year as "formedYear",
    a.disbanded_year as "disbandedYear",
    a.is_verified as "isVerified",
    coalesce(a.image_url, a.thumbnail_url) as "imageUrl",
    a.popularity,
    a.follower_count as "followerCount",
    a.monthly_listeners as "monthlyListeners",
    (
      select coalesce(json_agg(genre), '[]')
      from (
        select g.id, g.name, g.slug
        from jsonb_array_elements_text(a.genres) with ordinality as slugs (slug, place)
        join genres g on g.slug = slugs.slug
        order by slugs.place
      ) genre
    ) as genres,
    (
      select json_build_object('nodes', coalesce(json_agg(ranked), '[]'))
      from (
        select top.rank, top.listens, track
        from (
          select row_number() over (order by c.listens desc, t.id) as rank, c.listens, t.*
          from tracks t
          join mv_track_charts c on c.range = 'month' and c.track_id = t.id
          where t.artist_id = a.id and t.merged_into_id is null and c.listens > 0
          order by c.listens desc, t.id
          limit 10
        ) top
        cross join lateral (
          select
            top.id,
            top.title,
            top.duration_ms as "durationMs",
            top.explicit,
            (
              select album
              from (
                select b.id, b.title, coalesce(b.cover_url_small, b.cover_url) as "coverUrl"
                from albums k
                join albums b on b.id = coalesce(k.merged_into_id, k.id)
                where k.id = top.album_id
              ) album
            ) as album
        ) track
        order by top.listens desc, top.id
      ) ranked
    ) as "topTracks",
    (
      select json_build_object(
        'nodes', coalesce(json_agg(listed.album) filter (where listed.place <= 10), '[]'),
        'pageInfo', json_build_object('hasNextPage', count(*) > 10)
      )
      from (
        select b.place, album
        from (
          select *, row_number() over (order by release_date desc nulls last, id desc) as place
          from albums
          where artist_id = a.id and merged_into_id is null
          order by release_date desc nulls last, id desc
          limit 11
        ) b
        cross join lateral (
          select
            b.id,
            b.title,
            upper(b.album_type) as "albumType",
            coalesce(b.cover_url_small, b.cover_url) as "coverUrl",
            b.total_tracks as "totalTracks",
            case when b.release_date is not null then
              json_build_object('date', b.release_date, 'precision', upper(b.release_precision))
            end as "releaseDate"
        ) album
        order by b.release_date desc nulls last, b.id desc
      ) listed
    ) as albums,
    (
      select coalesce(json_agg(source), '[]')
      from (
        select s.id, upper(s.source_type) as "sourceType", s.source_uri as uri, s.is_primary as "isPrimary"
        from artist_sources s
        where s.artist_id = a.id
        order by s.is_primary desc, s.source_type, s.id
        limit 100
      ) source
    ) as sources
  from artists k
  join artists a on a.id = coalesce(k.merged_into_id, k.id)
  where k.id = :id
) artist
