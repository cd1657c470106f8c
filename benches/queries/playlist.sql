-- One public playlist with its owner and its first fifty entries, each with track, artist, album.
select json_build_object('playlist', row_to_json(p))
from (
  select
    pl.id,
    pl.uuid,
    pl.name,
    pl.description,
    pl.cover_url as "coverUrl",
    pl.tags,
    upper(pl.visibility) as visibility,
    pl.is_collaborative as "isCollaborative",
    pl.version,
    pl.track_count as "trackCount",
    pl.total_duration_ms as "totalDurationMs",
    pl.follower_count as "followerCount",
    pl.like_count as "likeCount",
    pl.updated_at as "updatedAt",
    (
      select o
      from (select u.id, u.username from users u where u.id = pl.owner_id and u.is_active) o
    ) as owner,
    (
      select json_build_object(
        'nodes', coalesce(json_agg(item) filter (where item.position < 50), '[]'),
        'pageInfo', json_build_object('hasNextPage', count(*) > 50)
      )
      from (
        select
          e.id,
          e.place - 1 as position,
          e.added_at as "addedAt",
          e.custom_note as note,
          e.vote_count as "voteScore",
          track
        from (
          select *, row_number() over (order by position, id) as place
          from playlist_tracks
          where playlist_id = pl.id and status = 'active'
          order by position, id
          limit 51
        ) e
        cross join lateral (
          select
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
          from tracks k
          join tracks t on t.id = coalesce(k.merged_into_id, k.id)
          where k.id = e.track_id
        ) track
        order by e.position, e.id
      ) item
    ) as items
  from playlists pl
  where pl.id = :id and pl.visibility = 'public' and pl.deleted_at is null and not pl.folder_type
) p
