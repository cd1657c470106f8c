select
  (select count(distinct track_id) from import_tracks) as tracks,
  (select count(*) from import_track_changes where is_new) as tracks_created,
  (
    select count(distinct changed.track_id)
    from import_track_changes as changed
    where not changed.is_new
      and not exists (
        select
        from import_track_changes as made
        where made.track_id = changed.track_id and made.is_new
      )
  ) as tracks_updated,
  (select count(distinct artist_id) from import_artists) as artists,
  (select count(*) from import_artist_changes where is_new) as artists_created,
  (
    select count(distinct changed.artist_id)
    from import_artist_changes as changed
    where not changed.is_new
  ) as artists_updated,
  (select count(distinct album_id) from import_albums) as albums,
  (select count(*) from import_album_changes where is_new) as albums_created,
  (
    select count(distinct changed.album_id)
    from import_album_changes as changed
    where not changed.is_new
      and not exists (
        select
        from import_album_changes as made
        where made.album_id = changed.album_id and made.is_new
      )
  ) as albums_updated,
  (select count(distinct slug) from import_genres where is_new) as genres_created,
  (select created from import_link_changes) as links_created;
