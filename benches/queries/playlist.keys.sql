-- Public ones that hold something: half those with most followers, half of all.
(
  select id
  from playlists
  where visibility = 'public' and deleted_at is null and not folder_type and track_count > 0
  order by follower_count desc, id desc
  limit :limit / 2
)
union
(
  select id
  from playlists
  where visibility = 'public' and deleted_at is null and not folder_type and track_count > 0
  order by md5(id::text)
  limit :limit / 2
)
order by 1
